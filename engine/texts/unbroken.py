"""Numbers that stay with what they count: no line ends between them."""

from __future__ import annotations

import re
from functools import cache

from engine.texts.days import MONTHS

NO_BREAK = "\N{NO-BREAK SPACE}"


# A space first, which is quickly looked for; what stands before it is looked at behind it.
_TOGETHER = (
    r" (?:(?<=\d )(?=%|procentpoint|percentage points|pr\. \d|per \d)"
    r"|(?<=§ )(?=\d)|(?<=\bpercentage )(?=points\b)"
    r"|(?:(?<=\bpr\. )|(?<=\bper )|(?<=\bstk\. )|(?<=\bnr\. )|(?<=\bkl\. ))(?=\d))"
)
_MAY_BE_A_DAY = r"\d\. [a-z]"


@cache
def _before_months() -> str:
    months = "|".join(month.in_language("da") for month in MONTHS)
    return rf" (?<=\d\. )(?=(?:{months})\b)"


def unbroken(text: str, space: str = NO_BREAK) -> str:
    r"""A text in which a number and its unit, a sign and its number, and a day and its month stay on one line.

    >>> unbroken("§ 107: 49,9 % den 2. maj", "_")
    '§_107: 49,9_% den 2._maj'
    """
    if re.search(_MAY_BE_A_DAY, text):  # else nobody need read the Danish texts
        text = re.sub(_before_months(), space, text)
    return re.sub(_TOGETHER, space, text)

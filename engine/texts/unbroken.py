"""Numbers that stay with what they count: no line ends between them."""

from __future__ import annotations

import re
from functools import cache

from engine.texts.days import MONTHS

NO_BREAK = "\N{NO-BREAK SPACE}"


@cache
def _together() -> re.Pattern[str]:
    months = "|".join(month.in_language("da") for month in MONTHS)
    return re.compile(
        r"(?<=\d) (?=%|procentpoint|percentage points|pr\. \d|per \d)"
        r"|(?<=§) (?=\d)|(?<=\bpercentage) (?=points\b)"
        r"|(?:(?<=\bpr\.)|(?<=\bper)|(?<=\bstk\.)|(?<=\bnr\.)|(?<=\bkl\.)) (?=\d)"
        rf"|(?<=\d\.) (?=(?:{months})\b)"
    )


def unbroken(text: str, space: str = NO_BREAK) -> str:
    r"""A text in which a number and its unit, a sign and its number, and a day and its month stay on one line.

    >>> unbroken("§ 107: 49,9 % den 2. maj", "_")
    '§_107: 49,9_% den 2._maj'
    """
    return _together().sub(space, text)

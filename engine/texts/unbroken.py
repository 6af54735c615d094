"""Numbers that stay with what they count: no line ends between them."""

from __future__ import annotations

import re

NO_BREAK = "\N{NO-BREAK SPACE}"
_MONTHS = "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december"
_TOGETHER = re.compile(
    r"(?<=\d) (?=%|procentpoint|percentage points|pr\. \d|per \d)"
    r"|(?<=§) (?=\d)"
    r"|(?<=pr\.) (?=\d)"
    r"|(?<=\bper) (?=\d)"
    r"|(?<=\bstk\.) (?=\d)"
    r"|(?<=\bnr\.) (?=\d)"
    rf"|(?<=\d\.) (?=(?:{_MONTHS})\b)"
)


def unbroken(text: str, space: str = NO_BREAK) -> str:
    r"""A text in which a number and its unit, a sign and its number, and a day and its month stay on one line.

    >>> unbroken("§ 107: 49,9 % den 2. maj", "_")
    '§_107: 49,9_% den 2._maj'
    """
    return _TOGETHER.sub(space, text)

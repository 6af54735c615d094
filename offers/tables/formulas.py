"""The one rule of what a cell may hold that a spreadsheet opens: no formula, nothing that steers or hides.

A spreadsheet program takes a text for a formula that begins with `=`, `+`, `-` or `@`, in Japanese also in their wide
forms, whatever space comes before; a tab or a line break at the beginning moves it to another cell. Such a text gets an
apostrophe before it, and stays readable: an id such as `+45` is a text. A negative number, with a point or a Danish
comma, is a number. Both patterns are written for Python's regular expressions and for those of columns alike
(`offers.columns.text_columns`).
"""

from __future__ import annotations

import re

from engine.harmless import HIDDEN, REPLACEMENT

_SPACE = "[\t\n\r \xa0\xad\u1680\u180e\u2000-\u200d\u2028\u2029\u202f\u205f-\u2064\u3000]"
_MINUS = "-(?:$|[^0-9]|[0-9]+(?:[.,][0-9]+)*(?:[^0-9.,]|[.,](?:[^0-9]|$)))"
"""A minus before what is no number: one look ahead would say so, but columns have none."""
FORMULA = f"^(?:[\t\n\r]|{_SPACE}*[=+@\uff0b\uff0d\uff1d\uff20]|{_SPACE}+-|{_MINUS})"
"""The beginning of what a spreadsheet may take for a formula."""


def harmless_cell(text: str) -> str:
    """A text that a spreadsheet takes as text or as a number, never as a formula.

    >>> [harmless_cell(text) for text in ("=1+1", "-0,5", "-1+2", "+45", "3-Kløveren")]
    ["'=1+1", '-0,5', "'-1+2", "'+45", '3-Kløveren']
    """
    words = re.sub(HIDDEN, REPLACEMENT, text)
    return f"'{words}" if re.match(FORMULA, words) else words

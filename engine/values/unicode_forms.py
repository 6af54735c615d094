"""Unicode forms of texts, in time that grows with their length."""

from __future__ import annotations

import unicodedata
from itertools import groupby
from typing import Literal

_LONG = 500
"""In so short a text it does not matter in what order its marks stand."""
Form = Literal["NFC", "NFD", "NFKC", "NFKD"]


def in_form(form: Form, text: str) -> str:
    r"""A text in a Unicode form, as `unicodedata.normalize` gives it.

    Marks on one letter are put in their order first, which `unicodedata` does for each mark anew.

    >>> in_form("NFC", "A\u030a")
    'Å'
    >>> in_form("NFC", "a" + "\u0301\u0323" * 1000) == "\u1ea1" + "\u0323" * 999 + "\u0301" * 1000
    True
    """
    return unicodedata.normalize(form, text if len(text) <= _LONG or text.isascii() else _in_order(text))


def _in_order(text: str) -> str:
    """A text in which the marks on each letter stand in their canonical order."""
    runs = groupby(text, key=lambda sign: unicodedata.combining(sign) != 0)
    return "".join("".join(sorted(run, key=unicodedata.combining) if are_marks else run) for are_marks, run in runs)

"""A text as it begins a sentence or a heading."""

from __future__ import annotations


def capitalised(text: str) -> str:
    """A text with a capital at its beginning; the rest keeps its own.

    >>> capitalised("omfattet af KKR")
    'Omfattet af KKR'
    """
    return text[:1].upper() + text[1:]

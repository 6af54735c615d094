"""What a text of an offer may hold, whatever it is read from: one definition for files, rows and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.diagnostics import Diagnostic, Place
from engine.documents.document import CONTROL_CHARACTERS, Mapping, Node, Scalar
from engine.texts.catalogue import message

SURELY_SAYS = "[0-9A-Za-zÀ-ÖØ-öø-ÿ]"
"""Letters and digits by which a text says something; others are known to `says_something`."""
MAY_REPEAT = rf"^[^{SURELY_SAYS[1:-1]}]*(?:[dD][oO]|[dD][tT][oO]|[dD][iI][tT][tT][oO])?[^{SURELY_SAYS[1:-1]}]*$"
"""What may be a ditto mark, as every backend's regular expressions say it."""
_MARK = r'["″〃“”]|\'\'|´´|,,|\|\|'
_REPEATS = rf"(?i)(?:{_MARK}|-+ ?(?:{_MARK}|do\.?) ?-+|do\.|-do-|dto\.?|ditto\.?)\Z"
_CONTROL = re.compile(CONTROL_CHARACTERS)


def says_something(text: str) -> bool:
    """Whether a text has a letter or a digit; dots are still to be filled in.

    >>> says_something("..."), says_something("§ 104")
    (False, True)
    """
    return any(map(str.isalnum, text))


def repeats_what_stands_above(text: str) -> bool:
    """Whether a text is a ditto mark.

    >>> [repeats_what_stands_above(text) for text in ('"', '-"-', "do.", "Do It", '5"')]
    [True, True, True, False, False]
    """
    return re.match(_REPEATS, text) is not None


def wrong_characters(node: Node) -> Iterator[Diagnostic]:
    """The keys and texts of a document that hold a character which belongs in none."""
    match node:
        case Mapping():
            for key, value in node.entries.items():
                yield from _wrong_characters(key, node.key_places.get(key, node.place))
                yield from wrong_characters(value)
        case Scalar():
            yield from _wrong_characters(node.text, node.place)
        case _:
            for item in node.items:
                yield from wrong_characters(item)


def _wrong_characters(text: str, place: Place) -> Iterator[Diagnostic]:
    if bad := _CONTROL.search(text):
        words = message("the control character U+{number:04X} does not belong in a text", number=ord(bad[0]))
        yield Diagnostic(place, "control-character", words, message("delete it"))

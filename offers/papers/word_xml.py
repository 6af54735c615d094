"""The XML of Word documents from outside, taken apart without growing, and the names in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NoReturn
from xml.parsers import expat

_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "http://purl.oclc.org/ooxml/wordprocessingml/main}",
)


def safe_parser() -> expat.XMLParserType:
    """A parser of XML that takes no declarations of a document's type, by which it could grow without end.

    Its names are `namespace}name`; a document that declares something is not well-formed to it (ExpatError).
    """
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartDoctypeDeclHandler = _declared
    return parser


def _declared(*_: object) -> NoReturn:
    raise expat.ExpatError("a document declares its type")


@lru_cache(maxsize=1000)
def local_name(name: str) -> str:
    """The name of an element of a Word document; an empty text for one of another kind.

    >>> local_name("http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"), local_name("urn:x}p")
    ('p', '')
    """
    return next((name[len(space) :] for space in _WORD if name.startswith(space)), "")


def attribute(attributes: Mapping[str, str], name: str) -> str:
    """An attribute by its name, whatever its namespace; an empty text where there is none."""
    return next((value for key, value in attributes.items() if key.rpartition("}")[2] == name), "")

"""Word documents from outside (DOCX): their parts, in bounds, and what their paragraphs say."""

from __future__ import annotations

import os
import posixpath
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple, NoReturn
from xml.parsers import expat

from engine.diagnostics import Place, Rejected, rejected
from engine.documents.archive import DAMAGED_ARCHIVE, is_impossible, unpacked
from engine.documents.regular_file import open_regular
from engine.texts.catalogue import Message, message
from offers.papers.statement_check import Passage

MARK = "sekskant_"
"""How the names of the bookmarks begin that mark our paragraphs; their number follows."""
CARRIED = "urn:sekskant:paper:1"
"""The namespace of the part in which a document has what the paper rests on."""
MIB = 2**20
_MOST_PARTS = 2_000
_DEEPEST = 256
_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "http://purl.oclc.org/ooxml/wordprocessingml/main}",
)
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TAKEN_OUT = frozenset({"del", "moveFrom"})
"""What somebody has deleted or moved away while changes were tracked."""
_UNSEEN = frozenset({"vanish", "strike", "dstrike"})
"""Formats by which a text is hidden or struck out: it is not said any more."""
_SIGNS = {"tab": " ", "ptab": " ", "br": " ", "cr": " ", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}
_NO_WORD = message("it is not a Word document (DOCX)")
_SAVE_AS = message("save it as DOCX, without a password")


class WordFile(NamedTuple):
    """The parts of a Word document by their names, and the name of the one that holds its text."""

    file: str
    parts: Mapping[str, bytes]
    main: str


def open_word(path: Path, most: int) -> WordFile:
    """A Word document with all its parts, which unpack to no more than so many bytes.

    Raises:
        Rejected: it is none, is not whole, or is too large.
        OSError: it cannot be read.
    """
    file = str(path)
    try:
        with open_regular(path) as stream, zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
            size = os.fstat(stream.fileno()).st_size
            if len(infos) > _MOST_PARTS or sum(part.file_size for part in infos) > most:
                raise _too_large(file, most)
            if any(is_impossible(part, size) for part in infos):
                raise zipfile.BadZipFile("a part is longer than it can be")
            parts = {part.filename: unpacked(archive, part) for part in infos if not part.is_dir()}
            if len({name.lower() for name in parts}) < len(infos) - sum(part.is_dir() for part in infos):
                raise zipfile.BadZipFile("two parts have one name")
        return WordFile(file, parts, _main_of(parts))
    except (*DAMAGED_ARCHIVE, LookupError, expat.ExpatError):
        raise rejected(Place(file), "unreadable", _NO_WORD, _SAVE_AS) from None


def _too_large(file: str, most: int) -> Rejected:
    words = message("the document has more than {size} MiB when it is unpacked, or more parts than documents have")
    return rejected(Place(file), "too-large", words.filled(size=most // MIB), message("take large pictures out of it"))


def _main_of(parts: Mapping[str, bytes]) -> str:
    """The name of the part that holds the text.

    Raises:
        LookupError: there is none.
        ExpatError: the relations cannot be read.
    """
    names: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.endswith("}Relationship") and attributes.get("Type", "").endswith("/officeDocument"):
            names.append(posixpath.normpath(attributes.get("Target", "").lstrip("/")))

    parser = safe_parser()
    parser.StartElementHandler = start
    parser.Parse(parts["_rels/.rels"], True)
    return next(name for name in [*names, ""] if name in parts or not name) or _none()


def _none() -> NoReturn:
    raise LookupError


def safe_parser() -> expat.XMLParserType:
    """A parser of XML that takes no declarations of a document's type, by which it could grow without end.

    Its names are `namespace}name`; a document that declares something is not well-formed to it (ExpatError).
    """
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartDoctypeDeclHandler = _declared
    return parser


def _declared(*_: object) -> NoReturn:
    raise expat.ExpatError("a document declares its type")


def passages_of(document: WordFile) -> list[Passage]:
    """The paragraphs of a document as they read, in their order, with the numbers of the marks in them.

    Raises:
        Rejected: the text cannot be read.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(document.parts[document.main], True)
    except (expat.ExpatError, ValueError):
        words: Message = message("the text of the document is not whole")
        raise rejected(Place(document.file), "unreadable", words, _SAVE_AS) from None
    return reader.passages


class _Paragraph:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.places: list[int] = []


class _Reader:
    """Takes a document apart while it is parsed; of a text box in a paragraph the paragraphs come before it."""

    def __init__(self) -> None:
        self.passages: list[Passage] = []
        self.parser = safe_parser()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._open: list[_Paragraph] = []
        self._waiting: list[int] = []
        self._passed_over = self._depth = 0
        self._runs: list[bool] = []
        self._is_text = False

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise expat.ExpatError("too deep")
        local = _local(name)
        if self._passed_over or name == _FALLBACK or local in _TAKEN_OUT:
            # `w:del` in the properties of a paragraph or row has no content, and so takes nothing away.
            self._passed_over += 1
        elif local == "p":
            self._open.append(_Paragraph())
            self._open[-1].places += self._waiting
            self._waiting = []
        elif local == "bookmarkStart":
            self._mark(_attribute(attributes, "name"))
        elif local == "r":
            self._runs.append(True)
        elif local in _UNSEEN and self._runs:
            self._runs[-1] = _attribute(attributes, "val") in ("0", "false", "off")
        elif self._runs and self._runs[-1] and self._open:
            self._is_text = local == "t"
            self._open[-1].texts += _SIGNS.get(local, "")

    def _mark(self, name: str) -> None:
        number = name[len(MARK) :]
        if name.startswith(MARK) and number.isascii() and number.isdecimal() and len(number) <= 9:
            (self._open[-1].places if self._open else self._waiting).append(int(number))

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._is_text = False
        local = _local(name)
        if self._passed_over:
            self._passed_over -= 1
        elif local == "r":
            self._runs.pop()
        elif local == "p":
            paragraph = self._open.pop()
            self.passages.append(Passage("".join(paragraph.texts), tuple(paragraph.places)))

    def _text(self, text: str) -> None:
        if self._is_text and not self._passed_over:
            self._open[-1].texts.append(text)


def _local(name: str) -> str:
    """The name of an element of a Word document; an empty text for one of another kind."""
    return next((name[len(space) :] for space in _WORD if name.startswith(space)), "")


def _attribute(attributes: Mapping[str, str], name: str) -> str:
    return next((value for key, value in attributes.items() if key.endswith("}" + name)), "")


def carried_by(document: WordFile) -> str | None:
    """The text that a document carries in a part of its own; None where it carries none."""
    for name, part in sorted(document.parts.items()):
        if name.lower().startswith("customxml/") and CARRIED.encode() in part[:2000]:
            texts: list[str] = []
            parser = safe_parser()
            parser.CharacterDataHandler = texts.append
            parser.StartElementHandler = partial(_check_root, [])
            try:
                parser.Parse(part, True)
            except expat.ExpatError:
                continue
            return "".join(texts)
    return None


def _check_root(begun: list[str], name: str, attributes: dict[str, str]) -> None:
    """That the first element is ours, and the only one; of the schema of another part the name is there as well."""
    begun.append(name)
    if begun != [f"{CARRIED}}}paper"]:
        raise expat.ExpatError(name)

"""Word documents from outside (DOCX): their parts, in bounds, and what their paragraphs say."""

from __future__ import annotations

import io
import os
import posixpath
import sys
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple, NoReturn
from xml.parsers import expat

from engine.diagnostics import Place, Rejected, rejected
from engine.documents.archive import DAMAGED_ARCHIVE, is_impossible, unpacked
from engine.documents.regular_file import open_regular
from engine.texts.catalogue import Message, message
from offers.papers.statement_check import Passage
from offers.papers.word_formats import HIDING, UNSEEN, Cell, Look, Styles, is_on
from offers.papers.word_xml import attribute, local_name, safe_parser

MARK = "sekskant_"
"""How the names of the bookmarks begin that mark our paragraphs; their number follows."""
CARRIED = "urn:sekskant:paper:1"
"""The namespace of the part in which a document has what the paper rests on."""
MIB = 2**20
_MOST_PARTS = 2_000
_DEEPEST = 256
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TAKEN_OUT = frozenset({"del", "moveFrom"})
"""What somebody has deleted or moved away while changes were tracked."""
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
    with open_regular(path) as stream:
        return _opened(file, stream, os.fstat(stream.fileno()).st_size, most)


def _opened(file: str, stream: IO[bytes], size: int, most: int) -> WordFile:
    try:
        with zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
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
    names = _related(parts["_rels/.rels"], "/officeDocument", "")
    return next(name for name in [*names, ""] if name in parts or not name) or _none()


def _related(relations: bytes, ending: str, folder: str) -> list[str]:
    """The parts that a part of relations of those in a folder names for a kind, which ends so.

    Raises:
        ExpatError: the relations cannot be read.
    """
    names: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.endswith("}Relationship") and attributes.get("Type", "").endswith(ending):
            target = attributes.get("Target", "")
            names.append(posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))

    parser = safe_parser()
    parser.StartElementHandler = start
    parser.Parse(relations, True)
    return names


def _none() -> NoReturn:
    raise LookupError


class Hidden(NamedTuple):
    """A text that nobody sees, and the name of the style that hides it; empty where it is no style."""

    text: str
    style: str


class WordText(NamedTuple):
    """What a document says: its paragraphs as they read, and what is hidden or struck out in them."""

    passages: list[Passage]
    hidden: list[Hidden]


def passages_of(document: WordFile) -> list[Passage]:
    """The paragraphs of a document as they read, in their order, with the numbers of the marks in them.

    Raises:
        Rejected: the text cannot be read.
    """
    return text_of(document).passages


def text_of(document: WordFile) -> WordText:
    """What a document says, and what of it nobody sees.

    Raises:
        Rejected: the text or the styles cannot be read.
    """
    try:
        reader = _Reader(Styles(_part_of_styles(document.parts)))
        reader.parser.Parse(document.parts[document.main], True)
    except (expat.ExpatError, ValueError, LookupError):
        words: Message = message("the text of the document is not whole")
        raise rejected(Place(document.file), "unreadable", words, _SAVE_AS) from None
    return WordText(reader.passages, reader.hidden)


def hidden_in(file: str, data: bytes) -> list[Hidden]:
    """What nobody sees in a document of ours."""
    return text_of(_opened(file, io.BytesIO(data), len(data), sys.maxsize)).hidden


def _part_of_styles(parts: Mapping[str, bytes]) -> bytes | None:
    """The part that has the styles of a document; None where it has none.

    Raises:
        LookupError: it has several, of which programs take one or the other, or one that is not there.
        ExpatError: the relations cannot be read.
    """
    folder, _, name = _main_of(parts).rpartition("/")
    relations = parts.get(posixpath.join(folder, "_rels", f"{name}.rels"))
    names = set() if relations is None else set(_related(relations, "/styles", folder))
    if len(names) > 1:
        raise LookupError
    # The names of parts are the same in capital and small letters.
    return {name.lower(): part for name, part in parts.items()}[names.pop().lower()] if names else None


class _Run:
    """A run while it is read; its look is known when its paragraph ends."""

    def __init__(self) -> None:
        self.own: dict[str, bool] = {}
        self.style = ""
        self.texts: list[str] = []


class _Paragraph:
    def __init__(self, cell: Cell | None, *, is_within_hidden: bool) -> None:
        self.cell, self.is_within_hidden = cell, is_within_hidden
        self.style = ""
        self.runs: list[_Run] = []
        self.places: list[int] = []

    def look(self, run: _Run) -> Look:
        """What a run in it looks like."""
        own = tuple(sorted(run.own.items())) if run.own else ()
        return Look(own, run.style, self.style, self.cell)


class _Rows:
    """A table while it is read: in which row and column it is."""

    def __init__(self) -> None:
        self.style, self.row, self.column = "", -1, -1

    def cell(self) -> Cell:
        """The cell that is read."""
        return Cell(self.style, self.row == 0, self.column == 0)

    def go_on(self, local: str) -> None:
        """A row or a cell begins."""
        self.row, self.column = (self.row + 1, -1) if local == "tr" else (self.row, self.column + 1)


class _Reader:
    """Takes a document apart while it is parsed; of a text box in a paragraph the paragraphs come before it."""

    def __init__(self, styles: Styles) -> None:
        self.passages: list[Passage] = []
        self.hidden: list[Hidden] = []
        self.parser = safe_parser()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._styles = styles
        self._open: list[_Paragraph] = []
        self._runs: list[_Run] = []
        self._tables: list[_Rows | None] = []
        self._path: list[str] = []
        """The elements of Word that are open."""
        self._waiting: list[int] = []
        self._passed_over = self._depth = 0
        self._is_text = False

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise expat.ExpatError("too deep")
        local = local_name(name)
        if self._passed_over or name == _FALLBACK or local in _TAKEN_OUT:
            # `w:del` in the properties of a paragraph or row has no content, and so takes nothing away.
            self._passed_over += 1
        elif local:
            self._begin(local, attributes)
            self._path.append(local)

    def _begin(self, local: str, attributes: dict[str, str]) -> None:
        within = self._path[-1] if self._path else ""
        if local == "p":
            table = self._tables[-1] if self._tables else None
            cell = None if table is None else table.cell()
            self._open.append(_Paragraph(cell, is_within_hidden=self._is_within_hidden()))
            self._open[-1].places += self._waiting
            self._waiting = []
        elif local == "bookmarkStart":
            self._mark(attribute(attributes, "name"))
        elif local == "r":
            self._runs.append(_Run())
            if self._open:
                self._open[-1].runs.append(self._runs[-1])
        elif local in ("tbl", "txbxContent"):
            self._tables.append(_Rows() if local == "tbl" else None)
        elif local in ("tr", "tc") and self._tables and (table := self._tables[-1]) is not None:
            table.go_on(local)
        elif within in ("rPr", "pPr", "tblPr"):
            self._format(local, attributes)
        elif within == "r":
            self._is_text = local == "t"
            self._runs[-1].texts += _SIGNS.get(local, "")

    def _is_within_hidden(self) -> bool:
        """Whether what begins is in a run, such as one with a text box, that is hidden with all that is in it."""
        if not (self._open and self._runs):
            return False
        around = self._open[-1]
        return around.is_within_hidden or self._styles.hidden_by(around.look(self._runs[-1]), HIDING) is not None

    def _format(self, local: str, attributes: dict[str, str]) -> None:
        """A property; those that a change took away, as it is tracked, stand deeper."""
        of, value = self._path[-2] if len(self._path) > 1 else "", attribute(attributes, "val")
        if of == "r" and local == "rStyle":
            self._runs[-1].style = value
        elif of == "r" and local in UNSEEN:
            self._runs[-1].own[local] = is_on(attributes)
        elif of == "p" and local == "pStyle":
            self._open[-1].style = value
        elif of == "tbl" and local == "tblStyle" and (table := self._tables[-1]) is not None:
            table.style = value

    def _mark(self, name: str) -> None:
        number = name[len(MARK) :]
        if name.startswith(MARK) and number.isascii() and number.isdecimal() and len(number) <= 9:
            (self._open[-1].places if self._open else self._waiting).append(int(number))

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._is_text = False
        local = local_name(name)
        if self._passed_over:
            self._passed_over -= 1
        elif local:
            self._path.pop()
            if local == "r":
                self._runs.pop()
            elif local == "p":
                self._close(self._open.pop())
            elif local in ("tbl", "txbxContent"):
                self._tables.pop()

    def _close(self, paragraph: _Paragraph) -> None:
        """Tell what a paragraph says, once all of it has been read."""
        seen, whole = [], []
        for run in paragraph.runs:
            if not (text := "".join(run.texts)):
                continue
            whole.append(text)
            by = "" if paragraph.is_within_hidden else self._styles.hidden_by(paragraph.look(run))
            if by is None:
                seen.append(text)
            else:
                self.hidden.append(Hidden(text, by))
        with_hidden = "".join(whole) if len(seen) < len(whole) else None
        self.passages.append(Passage("".join(seen), tuple(paragraph.places), with_hidden))

    def _text(self, text: str) -> None:
        if self._is_text and not self._passed_over:
            self._runs[-1].texts.append(text)


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

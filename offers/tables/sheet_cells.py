"""What python-calamine does not tell of a worksheet: which cells hold errors, and how far its cells reach.

An error (`#N/A`) is an empty cell to calamine, or in an OpenDocument file a 0, and would count as not stated or as
evidence. Between cells that stand far apart it makes room for all others, as much as no machine has. So the XML of the
sheet is looked through before it is read.
"""

from __future__ import annotations

import html
import itertools
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from engine.diagnostics import Scattered

_AREA, _TIMES = 20_000_000, 50
"""A sheet may span so many cells, or so many times those that hold something."""
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"


class Cell(NamedTuple):
    """A cell that holds something: its row and column, counted from 1, and its text where calamine does not tell it.

    It stands in as many rows and columns as it is repeated.
    """

    row: int
    column: int
    text: str | None = None
    rows: int = 1
    columns: int = 1

    @property
    def last(self) -> tuple[int, int]:
        """The last row and column that it stands in."""
        return self.row + self.rows - 1, self.column + self.columns - 1

    @property
    def places(self) -> Iterator[tuple[int, int]]:
        """Every row and column that it stands in."""
        return itertools.product(range(self.row, self.row + self.rows), range(self.column, self.column + self.columns))


class UntoldCells:
    """The cells of a workbook that calamine does not tell.

    All sheets of an OpenDocument file are looked through at once, as calamine reads them all when it opens the file.

    Args:
        path: the workbook.
        kind: `xlsx` or `ods`.

    Raises:
        Scattered: the cells of a sheet stand too far apart to be read.
        KeyError, ElementTree.ParseError, zipfile.BadZipFile: the workbook is not whole.
    """

    def __init__(self, path: Path, kind: str) -> None:
        self._path, self._kind = path, kind
        self._sheets: dict[str, list[Cell]] = {}
        if kind == "ods":
            with zipfile.ZipFile(path) as book:
                self._sheets = {name: list(_cells_of_ods(xml)) for name, xml in _sheets_of_ods(book)}
            for cells in self._sheets.values():
                _check_extent(cells)

    def texts(self, sheet: str) -> dict[tuple[int, int], str]:
        """The texts of those cells of a worksheet, by row and column from 1."""
        texts: dict[tuple[int, int], str] = {}
        for cell in self._sheets[sheet] if self._kind == "ods" else self._of_xlsx(sheet):
            if cell.text is not None:
                texts |= dict.fromkeys(cell.places, cell.text)
        return texts

    def _of_xlsx(self, sheet: str) -> list[Cell]:
        with zipfile.ZipFile(self._path) as book:
            xml = _sheet_of_xlsx(book, sheet)
        cells = [] if _is_plain(xml) else list(_cells_of_xlsx(xml))
        _check_extent(cells)
        return cells


def _check_extent(cells: list[Cell]) -> None:
    if not cells:
        return
    last_row, last_column = max(c.last[0] for c in cells), max(c.last[1] for c in cells)
    area, filled = last_row * last_column, sum(c.rows * c.columns for c in cells)
    if area > _AREA and area > _TIMES * filled:
        lowest = max(cells, key=lambda c: c.last[0])
        farthest = max(cells, key=lambda c: c.last[1])
        raise Scattered(list(dict.fromkeys((lowest.last, farthest.last))))
    if area > _AREA and any(cell.rows * cell.columns > _AREA for cell in cells):
        raise Scattered([next(c.last for c in cells if c.rows * c.columns > _AREA)])


# --- XLSX ---

_ROW = rb"<(?:\w+:)?row\b([^>]*)>"
_CELL = rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)"
_XLSX_TOKEN = re.compile(_ROW + rb"|" + _CELL, re.DOTALL)
_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row\b[^>]*?\sr=[\"']([0-9]+)")
_LETTERS = re.compile(rb"\sr=[\"']([A-Z]{1,3})[0-9]")
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Z]*)([0-9]+)")
_ERROR = re.compile(rb"\st\s*=\s*[\"']e[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]*)")


def _sheet_of_xlsx(book: zipfile.ZipFile, sheet: str) -> bytes:
    """The XML of a worksheet."""
    parts = {name.lower().replace("\\", "/"): name for name in book.namelist()}
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in _parsed(book.read(parts["xl/_rels/workbook.xml.rels"]))
    }
    for element in _parsed(book.read(parts["xl/workbook.xml"])).iter():
        if element.tag in (f"{_MAIN}sheet", f"{_STRICT}sheet") and element.get("name") == sheet:
            (target,) = (targets[value] for key, value in element.attrib.items() if key.endswith("}id"))
            return book.read(parts[(target[1:] if target.startswith("/") else f"xl/{target}").lower()])
    raise KeyError(sheet)


def _parsed(xml: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(xml)  # noqa: S314 - expat itself bounds what entities may grow to


def _is_plain(xml: bytes) -> bool:
    """Whether a sheet holds no error and, by the rows and letters that are named in it, is small."""
    letters = set(_LETTERS.findall(xml))
    rows = [int(number) for number in _ROW_NUMBER.findall(xml)]
    if not letters or not rows or _ERROR.search(xml):
        return False
    return max(rows) * max(map(_number_of, letters)) <= _AREA


def _cells_of_xlsx(xml: bytes) -> Iterator[Cell]:
    row = column = 0
    for token in _XLSX_TOKEN.finditer(xml):
        of_row, of_cell, content = token.groups()
        if of_row is not None:
            named = _REFERENCE.search(b" " + of_row)
            row, column = int(named[2]) if named else row + 1, 0
            continue
        named = _REFERENCE.search(b" " + of_cell)
        column = _number_of(named[1]) if named else column + 1
        value = _VALUE.search(content or b"")
        if value or b"is>" in (content or b""):
            is_error = value is not None and _ERROR.search(b" " + of_cell) is not None
            yield Cell(row, column, _plain(value[1]) if value and is_error else None)


def _number_of(letters: bytes) -> int:
    """The number of a column, from its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


# --- OpenDocument ---

_TABLE = re.compile(rb"<table:table(?=[\s>])([^>]*)>")
_NAME = re.compile(rb"table:name=(?:\"([^\"]*)\"|'([^']*)')")
_ODS_TOKEN = re.compile(
    rb"<table:table-row\b([^>]*)>"
    rb"|<table:(?:covered-)?table-cell\b([^>]*?)(?:/>|>(.*?)</table:(?:covered-)?table-cell>)",
    re.DOTALL,
)
_ROWS, _COLUMNS = (re.compile(rb"number-" + n + rb"-repeated=[\"']([0-9]+)") for n in (b"rows", b"columns"))
_UNTOLD = re.compile(rb"<text:(?:tab|line-break)\b")
_OF_ERROR = re.compile(rb"calcext:value-type=[\"']error[\"']")
_ANNOTATION = re.compile(rb"<office:annotation\b.*?</office:annotation>", re.DOTALL)
_PARAGRAPH = re.compile(rb"<text:p\b[^>]*?(?:/>|>(.*?)</text:p>)", re.DOTALL)
_SPACES = re.compile(rb"<text:s\b(?:[^>]*text:c=[\"']([0-9]+))?[^>]*>")


def _sheets_of_ods(book: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """The name and XML of each worksheet; all stand in one file."""
    xml = book.read("content.xml")
    for table in _TABLE.finditer(xml):
        name = _NAME.search(table[1])
        end = xml.find(b"</table:table>", table.end())
        if name:
            yield _plain(name[1] or name[2] or b""), xml[table.end() : len(xml) if end < 0 else end]


def _cells_of_ods(xml: bytes) -> Iterator[Cell]:
    row, column, rows = 0, 1, 1
    for token in _ODS_TOKEN.finditer(xml):
        of_row, of_cell, content = token.groups()
        if of_row is not None:
            row, column, rows = row + rows if row else 1, 1, _repeated(_ROWS, of_row)
            continue
        columns = _repeated(_COLUMNS, of_cell)
        if b"office:value-type=" in of_cell:
            yield Cell(row, column, _untold(of_cell, content or b""), rows, columns)
        column += columns


def _repeated(times: re.Pattern[bytes], attributes: bytes) -> int:
    match = times.search(attributes)
    return int(match[1]) if match else 1


def _untold(attributes: bytes, content: bytes) -> str | None:
    """The text of a cell that calamine gets wrong: an error, or one with tabs or breaks in its paragraphs."""
    content = _ANNOTATION.sub(b"", content)
    if not _OF_ERROR.search(attributes) and not _UNTOLD.search(content):
        return None
    paragraphs = [paragraph or b"" for paragraph in _PARAGRAPH.findall(content)]
    text = b"\n".join(paragraphs).replace(b"<text:tab/>", b"\t").replace(b"<text:line-break/>", b"\n")
    text = _SPACES.sub(lambda match: b" " * int(match[1] or 1), text)
    return _plain(re.sub(rb"<[^>]*>", b"", text))


def _plain(xml: bytes) -> str:
    """A text of an XML file, which is UTF-8 in every workbook."""
    return html.unescape(xml.decode("utf-8"))

"""A worksheet of an XLSX workbook: what its XML holds, in whatever order, and whatever it claims of its extent.

A sheet whose XML is written as programs write it is left to python-calamine (`xlsx_marks`). Of any other the XML is
parsed: texts are read here, and calamine is given the numbers and days anew, in their order, as only it knows which
formats are those of days.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from python_calamine import CalamineWorkbook

from engine.diagnostics import Rejected, rejected
from engine.texts.catalogue import Message, message
from offers.tables.sheet_cells import (
    Cell,
    MergedCells,
    SheetContent,
    check_extent,
    content_of,
    filled_cells,
)
from offers.tables.table import letters_of, place_in_sheet
from offers.tables.xlsx_marks import MAIN, content_if_regular, merged_cells, row_and_column
from offers.tables.xlsx_parts import WorkbookParts, elements, local_name

_BOOLEANS = {"1": True, "true": True, "0": False, "false": False}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def sheet_of_xlsx(path: Path, book: CalamineWorkbook, sheet: str) -> SheetContent:
    """What stands in a worksheet.

    Args:
        path: the workbook.
        book: the same workbook, opened.
        sheet: the name of the worksheet.

    Raises:
        Scattered: its cells stand too far apart to be read.
        Rejected: a row or a cell of it stands twice.
        KeyError, ValueError, ElementTree.ParseError, zipfile.BadZipFile, CalamineError: the workbook is not whole.
    """
    with zipfile.ZipFile(path) as archive:
        parts = WorkbookParts(archive)
        xml, shared = parts.sheet(sheet), parts.shared_strings()
        if (content := content_if_regular(xml, shared, book, sheet)) is not None:
            return content
        reader = _SheetReader(str(path), sheet, list(_texts_of(shared)))
        reader.read(xml)
        check_extent(reader.cells)
        rows = _rows_of_numbers(parts, sheet, reader.numbers)
    return content_of(rows, reader.cells, reader.merged)


# --- texts ---

_PRESERVED = "{http://www.w3.org/XML/1998/namespace}space"
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_SURROGATE = re.compile("[\ud800-\udfff]")


def unescaped(text: str) -> str:
    r"""A text without the escapes of ECMA-376 (22.9.2.19), each of which is one character, or half of one, in UTF-16.

    What is written as `_x005F_` begins no further escape; half a character alone stays as it is written.

    >>> unescaped("a_x000D_b"), unescaped("_x005F_x000D_"), unescaped("_xD83D__xDE00_"), unescaped("_xD83D_")
    ('a\rb', '_x000D_', '😀', '_xD83D_')
    """
    if "_x" not in text:
        return text
    units = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    whole = units.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    return _SURROGATE.sub(lambda match: f"_x{ord(match[0]):04X}_", whole)


def _texts_of(shared: bytes) -> Iterator[str]:
    """The texts that cells share, in their order."""
    if shared:
        for element in elements(shared):
            if local_name(element) == "si":
                yield _text_of(element)
                element.clear()


def _text_of(item: ElementTree.Element) -> str:
    """A text in one or several runs, without what says how it is pronounced."""
    runs = [run for part in item for run in (part if local_name(part) == "r" else (part,))]
    return "".join(_run(run) for run in runs if local_name(run) == "t")


def _run(run: ElementTree.Element) -> str:
    text = run.text or ""
    return unescaped(text if run.get(_PRESERVED) == "preserve" else text.strip(" \t\r\n"))


# --- any sheet ---


class _Number(NamedTuple):
    """A cell that holds a number, or a day."""

    row: int
    column: int
    attributes: str
    value: str


class _SheetReader:
    """Reads the XML of a sheet, row by row; no two of its cells stand in one place."""

    def __init__(self, file: str, sheet: str, shared: Sequence[str]) -> None:
        self._file, self._sheet, self._shared = file, sheet, shared
        self.cells: list[Cell] = []
        self.numbers: list[_Number] = []
        self.merged: list[MergedCells] = []
        self._row, self._filled_rows, self._columns_of = 0, set[int](), dict[int, int]()

    def read(self, xml: bytes) -> None:
        """Read the sheet.

        Raises:
            Rejected: a row or a cell stands twice.
        """
        for element in elements(xml):
            name = local_name(element)
            if name == "row":
                self._read_row(element)
                element.clear()
            elif name == "mergeCell":
                self.merged.append(merged_cells(element.get("ref", "")))

    def _read_row(self, element: ElementTree.Element) -> None:
        self._row, before = int(element.get("r") or self._row + 1), len(self.cells)
        number, column = self._row, 0
        for cell in element:
            if local_name(cell) == "c":
                row, column = number, column + 1
                if reference := cell.get("r"):
                    row, column = row_and_column(reference)
                self._row = self._row if element.get("r") else row
                self._read_cell(cell, row, column)
        filled = {cell.row for cell in self.cells[before:]}
        if element.get("hidden") in ("1", "true"):
            self.cells[before:] = [cell._replace(is_hidden=True) for cell in self.cells[before:]]
        if element.get("r") and filled and number in self._filled_rows:
            raise self._twice(message("row {row} stands twice in the sheet, with something in it", row=number), number)
        self._filled_rows |= {number} if filled else set()

    def _read_cell(self, element: ElementTree.Element, row: int, column: int) -> None:
        cell = self._cell(element, row, column)
        if cell is None:
            return
        columns, place = self._columns_of.get(row, 0), 1 << column
        if columns & place:
            raise self._twice(
                message(
                    "the cell {cell} stands twice in the sheet, with something in it",
                    cell=letters_of(column) + str(row),
                ),
                row,
                column,
            )
        self._columns_of[row] = columns | place
        self.cells.append(cell)

    def _cell(self, element: ElementTree.Element, row: int, column: int) -> Cell | None:
        """A cell that holds something, or should."""
        kind, parts = element.get("t", "n"), {local_name(part): part for part in element}
        written = parts["v"].text or "" if "v" in parts else ""
        if "f" in parts and "is" not in parts and ("v" not in parts or (kind != "str" and not written)):
            return Cell(row, column, is_computed=False)
        number = written.strip()
        if number and (kind == "d" or (kind == "n" and _NUMBER.fullmatch(number))):
            of_type = {"t": kind, "s": element.get("s", "0")}
            self.numbers.append(
                _Number(row, column, "".join(f" {k}={quoteattr(v)}" for k, v in of_type.items()), number)
            )
            return Cell(row, column)
        value = self._value(kind, written, parts.get("is"))
        return Cell(row, column, value) if value != "" else None

    def _value(self, kind: str, written: str, inline: ElementTree.Element | None) -> str | bool:
        if kind == "s" and written.strip():
            return self._shared_text(int(written))
        if inline is not None:
            return _text_of(inline)
        if kind == "b":
            return _BOOLEANS.get(written.strip(), written)
        return written if kind == "e" else unescaped(written)

    def _shared_text(self, number: int) -> str:
        if not 0 <= number < len(self._shared):
            raise KeyError(number)
        return self._shared[number]

    def _twice(self, words: Message, row: int, column: int | None = None) -> Rejected:
        advice = message("open the workbook in a spreadsheet program, see what is right, and save it")
        place = place_in_sheet(self._file, self._sheet, row, column)
        return rejected(place, "unreadable", words, advice)


def _rows_of_numbers(parts: WorkbookParts, sheet: str, numbers: Sequence[_Number]) -> list[list[Any]]:
    """Rows with numbers and days alone, as calamine reads them."""
    if not numbers:
        return []
    with CalamineWorkbook.from_filelike(parts.with_sheet(sheet, _xml_of(numbers))) as book:
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    if filled_cells(rows) != len(numbers):
        raise ValueError(sheet)
    return rows


def _xml_of(numbers: Sequence[_Number]) -> bytes:
    xml = [f'<worksheet xmlns="{MAIN.decode()}"><sheetData>']
    for row, cells in groupby(sorted(numbers), key=lambda number: number.row):
        xml.append(f'<row r="{row}">')
        xml += [f'<c r="{letters_of(c.column)}{row}"{c.attributes}><v>{escape(c.value)}</v></c>' for c in cells]
        xml.append("</row>")
    return "".join([*xml, "</sheetData></worksheet>"]).encode()

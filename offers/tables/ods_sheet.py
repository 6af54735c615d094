"""The worksheets of an OpenDocument workbook: what their XML holds that python-calamine does not tell."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineWorkbook

from offers.tables.sheet_cells import Cell, MergedCells, SheetContent, check_extent, content_of, filled_cells

_TABLE = re.compile(rb"<table:table(?=[\s>])([^>]*)>")
_NAME = re.compile(rb"table:name=(?:\"([^\"]*)\"|'([^']*)')")
_TOKEN = re.compile(
    rb"<table:table-row\b([^>]*)>"
    rb"|<table:(?:covered-)?table-cell\b([^>]*?)(?:/>|>(.*?)</table:(?:covered-)?table-cell>)",
    re.DOTALL,
)
_ROWS, _COLUMNS, _SPANNED_ROWS, _SPANNED_COLUMNS = (
    re.compile(rb"number-" + name + rb"=[\"']([0-9]+)")
    for name in (b"rows-repeated", b"columns-repeated", b"rows-spanned", b"columns-spanned")
)
_HIDDEN = re.compile(rb"table:visibility=[\"'](?:collapse|filter)")
_TYPE = re.compile(rb"office:value-type=[\"']([a-z]+)")
_FORMULA, _NUMBER = (re.compile(rb"\b" + name + rb"=[\"']") for name in (rb"table:formula", rb"office:value"))
_NUMBERS, _OTHERS = (b"float", b"percentage", b"currency"), (b"string", b"boolean", b"date", b"time")
_UNTOLD = re.compile(rb"<text:(?:tab|line-break)\b|<!")
_OF_ERROR = re.compile(rb"calcext:value-type=[\"']error[\"']")
_ANNOTATION = re.compile(rb"<office:annotation\b[^>]*(?<!/)>.*?</office:annotation>", re.DOTALL)
_CDATA, _COMMENT = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL), re.compile(rb"<!--.*?-->", re.DOTALL)
_PARAGRAPH = re.compile(rb"<text:p\b[^>]*?(?:/>|>(.*?)</text:p>)", re.DOTALL)
_STRING_VALUE = re.compile(rb"office:string-value=(?:\"[^\"]|'[^'])")
_INK = re.compile(rb">[^<\s]")
"""Something of a text, beyond spaces."""
_SPACES = re.compile(rb"<text:s\b(?:[^>]*text:c=[\"']([0-9]+))?[^>]*>")


class OdsSheets:
    """All worksheets of a workbook: calamine reads them all when it opens one, so they are looked through before.

    Raises:
        Scattered: the cells of a sheet stand too far apart to be read.
        KeyError, zipfile.BadZipFile: the workbook is not whole.
    """

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as book:
            xml = book.read("content.xml")
        self._sheets = {name: _Sheet(xml, start, end) for name, start, end in _sheets_of(xml)}
        for sheet in self._sheets.values():
            check_extent(sheet.cells)

    def content(self, book: CalamineWorkbook, name: str) -> SheetContent:
        """What stands in a worksheet of the workbook, which is opened.

        Raises:
            KeyError, ValueError: it is not whole.
        """
        rows, sheet = book.get_sheet_by_name(name).to_python(skip_empty_area=False), self._sheets[name]
        content = content_of(rows, sheet.cells, sheet.merged)
        if filled_cells(rows) < sheet.filled:
            raise ValueError(name)
        return content


class _Sheet:
    """The cells of a sheet that hold something; `filled` is how many there are, as often as they are repeated."""

    def __init__(self, xml: bytes, start: int, end: int) -> None:
        self.cells: list[Cell] = []
        self.merged: list[MergedCells] = []
        self.filled = 0
        row, column, rows, is_hidden = 0, 1, 1, False
        for token in _TOKEN.finditer(xml, start, end):
            of_row, of_cell, content = token.groups()
            if of_row is not None:
                row, column, rows = row + rows if row else 1, 1, _times(_ROWS, of_row)
                is_hidden = _HIDDEN.search(of_row) is not None
                continue
            columns = _times(_COLUMNS, of_cell)
            cell = _cell(of_cell, content or b"")
            if cell is not None:
                cell = cell._replace(row=row, column=column, rows=rows, columns=columns, is_hidden=is_hidden)
                self.cells.append(cell)
                self.filled += rows * columns if cell.is_computed and cell.value != "" else 0
            if b"-spanned=" in of_cell:
                last = row + _times(_SPANNED_ROWS, of_cell) - 1, column + _times(_SPANNED_COLUMNS, of_cell) - 1
                self.merged += [MergedCells(row, column, *last)] if last != (row, column) else []
            column += columns


def _sheets_of(xml: bytes) -> Iterator[tuple[str, int, int]]:
    """The name of each worksheet, and where it begins and ends; all stand in one file."""
    for table in _TABLE.finditer(xml):
        name, end = _NAME.search(table[1]), xml.find(b"</table:table>", table.end())
        if name:
            yield _plain(name[1] or name[2] or b""), table.end(), len(xml) if end < 0 else end


def _times(times: re.Pattern[bytes], attributes: bytes) -> int:
    match = times.search(attributes)
    return int(match[1]) if match else 1


def _cell(attributes: bytes, content: bytes) -> Cell | None:
    """A cell that holds something, or should, wherever it stands."""
    kind = match[1] if (match := _TYPE.search(attributes)) else b""
    content = _ANNOTATION.sub(b"", content) if b"<office:annotation" in content else content
    if kind in _OTHERS or (kind in _NUMBERS and _NUMBER.search(attributes)):
        is_untold = _OF_ERROR.search(attributes) or _UNTOLD.search(content)
        is_empty = kind == b"string" and not _STRING_VALUE.search(attributes) and not _INK.search(content)
        return Cell(0, 0, _text(content) if is_untold or is_empty else None)
    if text := _text(content):
        return Cell(0, 0, text)
    return Cell(0, 0, is_computed=False) if _FORMULA.search(attributes) else None


def _text(content: bytes) -> str:
    """The text of a cell: its paragraphs, each on a line."""
    if b"<!" in content:
        content = _COMMENT.sub(b"", _CDATA.sub(lambda match: html.escape(match[1].decode()).encode(), content))
    paragraphs = [paragraph or b"" for paragraph in _PARAGRAPH.findall(content)]
    text = b"\n".join(paragraphs)
    if b"<" in text:
        text = text.replace(b"<text:tab/>", b"\t").replace(b"<text:line-break/>", b"\n")
        text = _SPACES.sub(lambda match: b" " * int(match[1] or 1), text)
        text = re.sub(rb"<[^>]*>", b"", text)
    return _plain(text)


def _plain(xml: bytes) -> str:
    """A text of an XML file, which is UTF-8 in every workbook."""
    return html.unescape(xml.decode("utf-8"))

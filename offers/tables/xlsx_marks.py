"""A worksheet of an XLSX workbook whose XML is written as programs write it: read by python-calamine, and counted.

As many cells as have a value in the XML must have been read, whatever the sheet claims of its extent and in whatever
order its rows and cells stand. What calamine does not tell (errors, formulas without a value, merged cells, hidden
rows) is sought by its marks. The XML is searched and not parsed, which would take most of the time of a large workbook.
"""

from __future__ import annotations

import html
import re
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from offers.tables.sheet_cells import Cell, MergedCells, SheetContent, content_of, filled_cells, is_small

MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_NAMESPACE = re.compile(rb"xmlns(:\w+)?=[\"'](?:" + re.escape(MAIN) + b"|" + re.escape(_STRICT) + rb")[\"']")
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,9})")
_ROW_NUMBER = re.compile(rb'<row r="([0-9]{1,9})"')
_LETTERS = re.compile(rb'<c r="([A-Z]{1,3})[0-9]')
_CELL_ROW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,9})"')
_REFERRED = rb'<c r="([A-Z]{1,3}[0-9]{1,9})"([^>]*)>'
_FORMULA = rb"(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)"
_ERROR = re.compile(_REFERRED.replace(b"[^>]*", b'[^>]* t="e"[^>]*') + _FORMULA + rb"?<v>([^<]*)</v></c>")
_FORMULA_CELL = re.compile(_REFERRED + _FORMULA + rb"(<v>([^<]*)</v>|<v ?/>)?</c>")
_SHARED_TEXT, _TEXT = re.compile(rb"<si(?:/>|>(.*?)</si>)", re.DOTALL), re.compile(rb">[^<]")
_HIDDEN = re.compile(rb'<row r="([0-9]{1,9})"[^>]* hidden="(1|true|0|false)"')
_MERGED = re.compile(rb'<mergeCell ref="([A-Z0-9:]+)"')
_ESCAPE_IN_XML = re.compile(rb"_x[0-9A-Fa-f]{4}_")


def content_if_regular(xml: bytes, shared: bytes, book: CalamineWorkbook, sheet: str) -> SheetContent | None:
    """What stands in a sheet whose XML is written as programs write it, whatever it says; None for any other."""
    xml = _without_prefix(xml)
    start, end = xml.find(b"<sheetData"), xml.rfind(b"</sheetData>")
    if not 0 <= start < end or b"<!" in xml:
        return None
    if any(b"_x" in part and _ESCAPE_IN_XML.search(part) for part in (xml, shared)):
        return None
    if not _is_small_and_named_once(xml, start, end) or (rows := _rows(book, sheet)) is None:
        return None
    marks = _Marks(xml, start, end)
    untold = xml.count(b"</v", start, end) + xml.count(b"</is", start, end) - filled_cells(rows)
    untold -= marks.empty(shared) if untold else 0
    errors = marks.errors() if untold else []
    formulas, hidden, merged = marks.not_computed(), marks.hidden_rows(), marks.merged()
    if errors is None or formulas is None or hidden is None or merged is None or len(errors) != untold:
        return None
    return content_of(rows, [*errors, *formulas], merged, hidden)


class _Marks:
    """What is marked in the XML of a sheet; None where it is written in another way than programs write it."""

    def __init__(self, xml: bytes, start: int, end: int) -> None:
        self._xml, self._rows = xml, (start, end)

    def _count(self, *marks: bytes) -> int:
        return sum(self._xml.count(mark, *self._rows) for mark in marks)

    def errors(self) -> list[Cell] | None:
        """The cells that hold errors."""
        errors = [
            Cell(*row_and_column(match[1].decode()), html.unescape(match[3].decode()))
            for match in _ERROR.finditer(self._xml, *self._rows)
        ]
        return errors if len(errors) == self._count(b't="e"') else None

    def empty(self, shared: bytes) -> int:
        """How many cells hold a text in which nothing stands, as formulas give it, and some programs write it."""
        items = enumerate(_SHARED_TEXT.finditer(_without_prefix(shared)))
        numbers = [b"%d" % number for number, item in items if not _TEXT.search(item[1] or b"")]
        of_shared = re.compile(rb' t="s"[^>]*><v>(?:' + b"|".join(numbers) + rb")</v></c>") if numbers else None
        count = len(of_shared.findall(self._xml, *self._rows)) if of_shared else 0
        return count + self._count(b"<v></v>", b"<is><t></t></is>", b"<is><t/></is>")

    def not_computed(self) -> list[Cell] | None:
        """The cells with formulas that have no value."""
        count = self._count(b"<f")
        if not count or (count == self._count(b"</f><v>", b"/><v>") and not self._count(b"<v></v>")):
            return []
        matches = list(_FORMULA_CELL.finditer(self._xml, *self._rows))
        cells = [m for m in matches if not m[3] or (not m[4] and b' t="str"' not in m[2])]
        of_formulas = [Cell(*row_and_column(match[1].decode()), is_computed=False) for match in cells]
        return of_formulas if len(matches) == count else None

    def hidden_rows(self) -> list[int] | None:
        """The rows that are not shown, whether they hold anything or not."""
        if not (count := self._count(b"hidden=")):
            return []
        rows = _HIDDEN.findall(self._xml, *self._rows)
        return [int(row) for row, is_hidden in rows if is_hidden in (b"1", b"true")] if len(rows) == count else None

    def merged(self) -> list[MergedCells] | None:
        """The cells that were merged."""
        ranges = _MERGED.findall(self._xml, self._rows[1])
        return (
            [merged_cells(text.decode()) for text in ranges] if len(ranges) == self._xml.count(b"<mergeCell ") else None
        )


def _without_prefix(xml: bytes) -> bytes:
    """The XML without the prefix that all elements of a sheet may have; nothing where they may have several."""
    names = _NAMESPACE.findall(xml)
    if len(names) != 1:
        return b""
    prefix = names[0].removeprefix(b":")
    return xml.replace(b"<" + prefix + b":", b"<").replace(b"</" + prefix + b":", b"</") if prefix else xml


def _is_small_and_named_once(xml: bytes, start: int, end: int) -> bool:
    rows, letters = _ROW_NUMBER.findall(xml, start, end), _LETTERS.findall(xml, start, end)
    if not letters or len(rows) != xml.count(b"<row", start, end) or len(letters) != xml.count(b"<c", start, end):
        return False
    numbers, own_numbers = set(rows), _CELL_ROW.findall(xml, start, end)
    if len(own_numbers) != len(letters):  # a cell of a row with more digits than rows have
        return False
    if len(numbers) != len(rows) or not numbers.issuperset(own_numbers):
        return False
    return is_small(max(map(int, rows)), max(_number_of(name.decode()) for name in set(letters)))


def _rows(book: CalamineWorkbook, sheet: str) -> list[list[Any]] | None:
    """The rows of a sheet; None where it holds what calamine does not know."""
    try:
        return book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except CalamineError:
        return None


# --- references ---


def merged_cells(reference: str) -> MergedCells:
    """The cells of a range, from how a workbook names it."""
    first, _, last = reference.partition(":")
    return MergedCells(*row_and_column(first), *row_and_column(last or first))


def row_and_column(reference: str) -> tuple[int, int]:
    """The row and column of a cell, from how a workbook names it.

    >>> row_and_column("AB12")
    (12, 28)

    Raises:
        ValueError: it names none.
    """
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(reference)
    return int(match[2]), _number_of(match[1])


def _number_of(letters: str) -> int:
    """The number of a column, from its letters.

    >>> _number_of("AB")
    28
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number

"""Reads workbooks, XLSX and OpenDocument (ODS): the cells of the sheet that holds the table become texts.

Numbers keep all their digits, and an error (`#N/A`) is a text, so that it is never taken for an empty cell.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetMetadata, SheetTypeEnum, SheetVisibleEnum

from engine.diagnostics import Diagnostic, Place, Rejected, Scattered, near_hint, quoted, rejected
from engine.documents.archive import DAMAGED_ARCHIVE
from engine.texts.catalogue import message
from engine.texts.joined import AND, joined
from engine.values.numbers import decimal_text
from offers.records.input_remarks import InputRemark
from offers.tables.binary_numbers import decimal_of, number_of_binary
from offers.tables.cells import DecimalSign
from offers.tables.decimal_signs import PlaceOf, decimal_sign
from offers.tables.headers import HEADER_WITHIN, SHEET, Column, Headers
from offers.tables.ods_sheet import OdsSheets
from offers.tables.reading import Reading
from offers.tables.sheet_cells import SheetContent
from offers.tables.sheet_faults import check_headers, faults_of_rows, hidden_rows_read
from offers.tables.standard_error import unheard
from offers.tables.table import EXTRA, Table, frame_of_texts, letters_of, place_in_sheet
from offers.tables.table_file import TableFile
from offers.tables.workbook_size import check_workbook
from offers.tables.xlsx_sheet import sheet_of_xlsx

_NOT_WHOLE = (CalamineError, ElementTree.ParseError, expat.ExpatError, LookupError, *DAMAGED_ARCHIVE)


def open_workbook(file: TableFile, headers: Headers, ignored: Sequence[str], scratch: Path, reading: Reading) -> Table:
    """The table in a workbook; the first of ten rows with an `id` has its headers.

    It stands in the sheet `Register`, or else in the first, but in a hidden one only where no other has cells.

    Raises:
        Rejected: it cannot be read, or its headers are not those of a table of offers.
    """
    with _told_as_ours(file.name):
        check_workbook(file.path, file.kind, reading.max_size, reading.max_rows)
        choice, content = _read(file, reading.sheet)
    sheet, rows = choice.name, content.rows
    at = next((i for i, row in enumerate(rows[:HEADER_WITHIN]) if _names_columns(row, headers)), 0)
    names = [cell_text(c, ".") or "" for c in (rows[at : at + 1] or [[]])[0]]
    with _told_with_hidden_sheets(file.name, choice):
        columns = headers.read(names, file.name, ignored, lambda n: place_in_sheet(file.name, sheet, at + 1, n))
    check_headers(content, at + 1, columns, lambda n: place_in_sheet(file.name, sheet, at + 1, n))
    below = rows[at + 1 :]

    def place_of(row: int, column: Column) -> Place:
        return place_in_sheet(file.name, sheet, row + at + 2, column.number)

    told = reading.decimal or _sign_of_texts(columns, below, place_of)
    sign: DecimalSign = told or "."
    cells = {c.name: [cell_text(row[c.number - 1], sign, is_number=c.holds_numbers) for row in below] for c in columns}
    faults = faults_of_rows(content, at + 1, columns)
    if faults:
        cells[EXTRA] = [str(faults[row].words) if row in faults else None for row in range(len(below))]
    detected = {"sheet": sheet, "decimal sign of texts": sign}
    frame = frame_of_texts(cells)
    table = Table(file.name, file.kind, tuple(columns), frame, sign, detected, file.sha256, len(rows))
    remarks = (*_passed_over(choice), *hidden_rows_read(content, at + 1))
    return table._replace(
        first_row=at + 2, sheet=sheet, rows=len(below), faults=faults, remarks=remarks, is_sign_told=told is not None
    )


def _sign_of_texts(columns: Sequence[Column], rows: Sequence[Sequence[Any]], place_of: PlaceOf) -> DecimalSign | None:
    texts = {c.name: [cell if type(cell := row[c.number - 1]) is str else None for row in rows] for c in columns}
    return decimal_sign(columns, frame_of_texts(texts), place_of)


class _Choice(NamedTuple):
    """The sheet that is read, and hidden ones that were passed over."""

    name: str
    passed_over: Sequence[str] = ()


def _read(file: TableFile, named: str | None) -> tuple[_Choice, SheetContent]:
    """The sheet that holds the table, and what stands in it."""
    ods = OdsSheets(file.path) if file.kind == "ods" else None
    with file.path.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as book:
        choice = _chosen(file.name, book.sheets_metadata, named)
        if ods is not None:
            return choice, ods.content(book, choice.name)
        return choice, sheet_of_xlsx(file.path, book, choice.name)


def _chosen(file: str, sheets: Sequence[SheetMetadata], named: str | None) -> _Choice:
    with_cells = {s.name: s.visible == SheetVisibleEnum.Visible for s in sheets if s.typ == SheetTypeEnum.WorkSheet}
    if not with_cells:
        raise rejected(Place(file), "unreadable", message("the workbook has no sheet with cells"))
    if named is not None:
        if named not in with_cells:
            advice = near_hint(named, with_cells)
            raise rejected(
                Place(file),
                "unreadable",
                message("there is no sheet {sheet} in the workbook", sheet=quoted(named)),
                advice,
            )
        return _Choice(named)
    candidates = [name for name, is_visible in with_cells.items() if is_visible] or list(with_cells)
    if SHEET in candidates:
        return _Choice(SHEET)
    return _Choice(candidates[0], [name for name in with_cells if name not in candidates])


@contextmanager
def _told_with_hidden_sheets(file: str, choice: _Choice) -> Iterator[None]:
    """Where the sheet holds no table, have the hidden ones named, one of which may.

    Raises:
        Rejected: there are mistakes in the headers.
    """
    try:
        yield
    except Rejected as error:
        if not choice.passed_over:
            raise
        words = message("hidden sheets were passed over: {sheets}", sheets=", ".join(map(quoted, choice.passed_over)))
        others = Diagnostic(Place(file), "unreadable", words, message("`--sheet` chooses one of them"))
        raise Rejected([*error.diagnostics, others]) from None


def _passed_over(choice: _Choice) -> Iterator[InputRemark]:
    if choice.passed_over:
        yield InputRemark("hidden_sheets", len(choice.passed_over), {"examples": [*choice.passed_over]})


@contextmanager
def _told_as_ours(name: str) -> Iterator[None]:
    """Have what calamine says of a workbook said in our words.

    Raises:
        Rejected: the workbook is not whole, or too scattered.
    """
    place = Place(name)
    try:
        with unheard():
            yield
    except Scattered as error:
        farthest = joined([f"{letters_of(column)}{row}" for row, column in error.at], AND)
        words = message("the sheet reaches as far as {farthest}, and is next to empty", farthest=farthest)
        raise rejected(place, "unreadable", words, message("delete what stands beyond the table")) from None
    except _NOT_WHOLE:
        raise _damaged(place) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how Rust ends where it did not expect what it found
            raise
        raise _damaged(place) from None


def _damaged(place: Place) -> Exception:
    words = message("the workbook cannot be opened: it is damaged, or is no workbook")
    return rejected(place, "unreadable", words, message("open it in a spreadsheet program, and save it as XLSX or ODS"))


def _names_columns(row: Sequence[Any], headers: Headers) -> bool:
    return any(isinstance(cell, str) and headers.name_of(cell) == "id" for cell in row)


def cell_text(value: Any, sign: str, *, is_number: bool = False) -> str | None:
    """A cell of a workbook as text: a number as the spreadsheet shows it, a day without the midnight it begins at.

    Where a number belongs, one that stands for a fraction is that fraction.

    >>> import datetime
    >>> [cell_text(value, ",") for value in (4.0, 0.5, True, "", datetime.datetime(2017, 5, 1))]
    ['4', '0,5', 'true', None, '2017-05-01']
    >>> cell_text(4 / 12, ","), cell_text(4 / 12, ",", is_number=True)
    ('0,333333333333333', '1/3')
    """
    if type(value) is str:
        return value or None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if not math.isfinite(value):
            return repr(value)
        text = decimal_text(number_of_binary(value)) if is_number else f"{decimal_of(value):f}"
        return text.replace(".", sign)
    return str(value).removesuffix(" 00:00:00")

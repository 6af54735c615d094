"""Reads workbooks, XLSX and OpenDocument (ODS), by python-calamine: their cells become texts.

Numbers keep all their digits, and an error (`#N/A`) is a text, so that it is never taken for an empty cell.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from engine.diagnostics import Place, near_hint, quoted, rejected
from offers.tables.cells import DecimalSign
from offers.tables.headers import SHEET, Column, Headers
from offers.tables.reading import Reading
from offers.tables.sheet_cells import Scattered, UntoldCells
from offers.tables.table import Table, decimal_sign, frame_of_texts, letters_of, place_in_sheet
from offers.tables.table_file import DAMAGED_ARCHIVE, TableFile

_HEADER_WITHIN = 10
_EXACT = 10**16
"""Below it a whole number is written with all its digits, as spreadsheets write it."""
_NOT_WHOLE = (CalamineError, ElementTree.ParseError, KeyError, *DAMAGED_ARCHIVE)


def open_workbook(file: TableFile, headers: Headers, ignored: Sequence[str], scratch: Path, reading: Reading) -> Table:
    """The table in a workbook: its sheet `Register`, or else its first; the first of ten rows with an `id` has headers.

    Raises:
        Rejected: it cannot be read, or its headers are not those of a table of offers.
    """
    with _told_as_ours(file.name):
        sheet, rows = _read(file, reading.sheet)
    at = next((i for i, row in enumerate(rows[:_HEADER_WITHIN]) if _names_columns(row, headers)), 0)
    names = [cell_text(c, ".") or "" for c in (rows[at : at + 1] or [[]])[0]]
    columns = headers.read(names, file.name, ignored, lambda n: place_in_sheet(file.name, sheet, at + 1, n))
    below = rows[at + 1 :]
    sign = reading.decimal or _sign_of_texts(columns, below)
    cells = {c.name: [cell_text(row[c.number - 1], sign) for row in below] for c in columns}
    detected = {"sheet": sheet, "decimal sign of texts": sign}
    frame = frame_of_texts(cells)
    table = Table(file.name, file.kind, tuple(columns), frame, sign, detected, file.sha256, len(rows))
    return table._replace(first_row=at + 2, sheet=sheet)


def _sign_of_texts(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> DecimalSign:
    texts = {c.name: [cell if type(cell := row[c.number - 1]) is str else None for row in rows] for c in columns}
    return decimal_sign(columns, frame_of_texts(texts), ".")


def _read(file: TableFile, named: str | None) -> tuple[str, list[list[Any]]]:
    """The name of the sheet that holds the table, and its rows from the first on."""
    untold = UntoldCells(file.path, file.kind)
    with file.path.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as book:
        names = [s.name for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
        if not names:
            raise rejected(Place(file.name), "unreadable", "the workbook has no sheet with cells")
        sheet = named or (SHEET if SHEET in names else names[0])
        if sheet not in names:
            hint = near_hint(sheet, dict.fromkeys(names))
            raise rejected(Place(file.name), "unreadable", f"there is no sheet {quoted(sheet)} in the workbook", hint)
        texts = untold.texts(sheet)
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    _fill(rows, texts)
    return sheet, rows


def _fill(rows: list[list[Any]], texts: Mapping[tuple[int, int], str]) -> None:
    """Put texts into cells, by row and column from 1; all rows stay as long as each other."""
    width = max([column for _, column in texts] + [len(row) for row in rows[:1]], default=0)
    rows += [[] for _ in range(len(rows), max((row for row, _ in texts), default=0))]
    if rows and len(rows[-1]) < width:
        rows[:] = [row + [""] * (width - len(row)) for row in rows]
    for (row, column), text in texts.items():
        rows[row - 1][column - 1] = text


@contextmanager
def _told_as_ours(name: str) -> Iterator[None]:
    """Have what calamine says of a workbook said in our words.

    Raises:
        Rejected: the workbook is not whole, or too scattered.
    """
    place = Place(name)
    try:
        yield
    except Scattered as error:
        cells = " and ".join(f"{letters_of(column)}{row}" for row, column in error.at)
        message = f"the sheet reaches as far as {cells}, and is next to empty"
        raise rejected(place, "unreadable", message, "delete what stands beyond the table") from None
    except _NOT_WHOLE:
        raise _damaged(place) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how Rust ends where it did not expect what it found
            raise
        raise _damaged(place) from None


def _damaged(place: Place) -> Exception:
    message = "the workbook cannot be opened: it is damaged, or is no workbook"
    return rejected(place, "unreadable", message, "open it in a spreadsheet program, and save it as XLSX or ODS")


def _names_columns(row: Sequence[Any], headers: Headers) -> bool:
    return any(isinstance(cell, str) and headers.name_of(cell) == "id" for cell in row)


def cell_text(value: Any, sign: str) -> str | None:
    """A cell of a workbook as text: a number with all its digits, a day with its midnight.

    >>> [cell_text(value, ",") for value in (4.0, 0.5, True, "", datetime.date(2017, 5, 1))]
    ['4', '0,5', 'true', None, '2017-05-01 00:00:00']
    """
    if type(value) is str:
        return value or None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
        return text.replace(".", sign)
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return f"{value} 00:00:00"
    return str(value)

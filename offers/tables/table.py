"""A table of offers that has been opened, whatever it stands in."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from engine.diagnostics import Place
from offers.records.input_remarks import InputRemark
from offers.tables.cells import DecimalSign
from offers.tables.csv_text import Fault
from offers.tables.headers import Column

ROW, EXTRA = " row", " extra"
"""The columns of a table's frame that stand for no cell: the number of the row from 0, and a cell too many."""
DOCUMENT = "document"
"""The column of offers that are files: each as it was written, as one line of JSON."""
SEVERAL = "|"
"""What stands between several words in one cell."""


class Table(NamedTuple):
    """A table that has been opened.

    The frame has a column for each that is read, by its name in the table contract, and `ROW`; where the table has no
    types they are texts. An id is a text without spaces around it. `detected` is what a reader may want to check.
    `most_rows` is at least the number of rows, `rows` their number where it is known from elsewhere than the frame.
    `faults` says of rows that they cannot be read, `remarks` what else whoever hands in the table should know. `files`
    are those that Parquet stands in, with the rows of each, where any backend may read them by itself. `parts` are the
    tables that it is put together of, if any. `is_sign_told` is false where no number in its texts tells the decimal
    sign, as in a workbook of numbers alone.
    """

    file: str
    kind: str
    columns: tuple[Column, ...]
    frame: pl.LazyFrame
    sign: DecimalSign
    detected: dict[str, str]
    sha256: str
    most_rows: int
    first_row: int = 2
    sheet: str | None = None
    files: tuple[Path, ...] = ()
    rows_of_files: tuple[int, ...] = ()
    rows: int | None = None
    faults: Mapping[int, Fault] = MappingProxyType({})
    remarks: tuple[InputRemark, ...] = ()
    parts: tuple[Part, ...] = ()
    is_sign_told: bool = True

    def part_of(self, row: int) -> Part:
        """The part of several tables in which a row stands."""
        return self.parts[self.number_of_part(row)]

    def number_of_part(self, row: int) -> int:
        """Which of several tables that is, counted from 0."""
        return bisect.bisect_right(self.parts, row, key=lambda part: part.first) - 1

    def number_of(self, row: int) -> int:
        """The number that a row, counted from 0, has in its file."""
        if self.parts:
            part = self.part_of(row)
            return part.table.number_of(row - part.first)
        return row + self.first_row

    def place(self, row: int, column: Column | None = None) -> Place:
        """The place of a row, counted from 0, or of a cell in it."""
        if self.parts:
            part = self.part_of(row)
            own = {one.name: one for one in part.table.columns}
            return part.table.place(row - part.first, own.get(column.name, column) if column else None)
        if self.sheet is not None:
            return place_in_sheet(self.file, self.sheet, self.number_of(row), column.number if column else None)
        return Place(self.file, self.number_of(row), column.number if column else 1)


class Part(NamedTuple):
    """One of several tables that are one register, and which row of it is the table's first."""

    first: int
    table: Table


def place_in_sheet(file: str, sheet: str, row: int, column: int | None = None) -> Place:
    """The place of a row of a worksheet, counted from 1, or of a cell in it.

    >>> str(place_in_sheet("register.xlsx", "Register", 12, 6))
    'register.xlsx Register!F12'
    """
    return Place(f"{file} {sheet}!{letters_of(column) if column else ''}{row}")


def letters_of(number: int) -> str:
    """The letters of a column of a worksheet, counted from 1.

    >>> letters_of(6), letters_of(28)
    ('F', 'AB')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def frame_of_texts(cells: dict[str, list[str | None]]) -> pl.LazyFrame:
    """The frame of a table whose cells are texts, by the names of their columns."""
    return pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)).with_row_index(ROW).lazy()

"""Reads CSV: its encoding, separator and decimal sign are found out, its cells stay texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from engine.diagnostics import Place, quoted, rejected
from offers.tables.cells import DecimalSign
from offers.tables.csv_text import Fault, first_record, records_of
from offers.tables.decimal_signs import PlaceOf, decimal_sign
from offers.tables.headers import ID, Column, Headers
from offers.tables.reading import Reading
from offers.tables.table import EXTRA, ROW, Table
from offers.tables.table_file import TableFile

_SEPARATORS = (";", ",", "\t")
_TITLES = {";": "a semicolon", ",": "a comma", "\t": "a tab"}
_SAID_BY_EXCEL = re.compile(r"sep=(.)\r*\n", re.IGNORECASE)
"""A first line that tells Excel the separator, and is no part of the table."""


def open_csv(file: TableFile, headers: Headers, ignored: Sequence[str], scratch: Path, reading: Reading) -> Table:
    """The table in a file of CSV; what Polars would not read as it stands is written anew in the scratch folder.

    Raises:
        Rejected: its headers are not those of a table of offers, or it can be read in several ways.
    """
    text = file.text()
    text = text if "\n" in text else text.replace("\r", "\n")
    sep_line = _SAID_BY_EXCEL.match(text)
    separator = reading.separator or (sep_line[1] if sep_line else _separator(text, headers, file.name))
    above = 1 if sep_line else 0
    names = first_record(text[sep_line.end() :] if sep_line else text, separator)
    if isinstance(names, Fault):
        raise rejected(Place(file.name, 1 + above, names.cell), names.code, names.message, names.hint)
    columns = headers.read(names, file.name, ignored, lambda n: Place(file.name, 1 + above, n))
    is_utf_8 = reading.encoding is None and file.codec in ("utf-8", "utf-8-sig")
    records = records_of(file.path, file.codec, separator, len(names), above, scratch, is_utf_8=is_utf_8)
    frame = pl.scan_csv(
        records.path,
        separator=separator,
        has_header=False,
        skip_lines=records.header_lines,
        schema={f"{i} cell": pl.String for i in range(1, len(names) + 1)} | {EXTRA: pl.String},
        truncate_ragged_lines=True,
        missing_columns="insert",
        extra_columns="ignore",
        row_index_name=ROW,
        glob=False,
    ).select(ROW, EXTRA, *(pl.col(f"{c.number} cell").alias(c.name) for c in columns))
    has_quotes = records.path != file.path

    def place_of(row: int, column: Column) -> Place:
        return Place(file.name, row + 2 + above, column.number)

    sign = reading.decimal or _sign(separator, columns, frame, place_of, has_quotes=has_quotes)
    detected = {"encoding": file.encoding, "separator": repr(separator)[1:-1], "decimal sign": sign}
    table = Table(file.name, "csv", tuple(columns), frame, sign, detected, file.sha256, records.rows)
    return table._replace(rows=records.rows, first_row=2 + above, faults=records.faults)


def _sign(
    separator: str, columns: Sequence[Column], frame: pl.LazyFrame, place_of: PlaceOf, *, has_quotes: bool
) -> DecimalSign:
    if separator == "," and not has_quotes:
        return "."  # a cell with a comma would stand in quotes
    return decimal_sign(columns, frame, "," if separator == ";" else ".", place_of)


def _separator(text: str, headers: Headers, file: str) -> str:
    """The separator by which the first line names an id, and the most columns that are known.

    Raises:
        Rejected: the line can be read by several.
    """
    known = {separator: _known(text, separator, headers) for separator in _SEPARATORS}
    most = max(known.values())
    if not most:
        return max(_SEPARATORS, key=text.split("\n", 1)[0].count)
    likely = [separator for separator, count in known.items() if count == most]
    if len(likely) > 1 and any(separator in text.split("\n", 1)[0] for separator in likely):
        one, other = (_TITLES[separator] for separator in likely[:2])
        message = f"{quoted(text.splitlines()[0])} can be separated by {one} and by {other}"
        raise rejected(Place(file, 1, 1), "syntax", message, f"say which with `--separator '{likely[0]}'`")
    return likely[0]


def _known(text: str, separator: str, headers: Headers) -> int:
    """How many headers of a table of offers the first line names by a separator; 0 where none of them is the id."""
    record = first_record(text, separator)
    names = [] if isinstance(record, Fault) else [headers.name_of(header) for header in record]
    return sum(name is not None for name in names) if ID in names else 0

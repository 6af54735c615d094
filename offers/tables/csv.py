"""Reads CSV: its encoding, separator and decimal sign are found out, its cells stay texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from engine.diagnostics import Place, quoted, rejected
from engine.texts.catalogue import Message, message
from offers.tables.cells import DecimalSign
from offers.tables.csv_text import Fault, end_of_record, first_record, records_of
from offers.tables.decimal_signs import PlaceOf, decimal_sign
from offers.tables.headers import HEADER_WITHIN, ID, Column, Headers
from offers.tables.limits import MAX_COLUMNS
from offers.tables.reading import Reading
from offers.tables.table import EXTRA, ROW, Table
from offers.tables.table_file import TableFile

_SEPARATORS = (";", ",", "\t")
_BEYOND = tuple(f"{EXTRA} {number}" for number in range(16))
"""The cells that a row has beyond its headers, of which the first that is not empty is told."""
_FIRST_BEYOND = pl.coalesce(pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name)) for name in _BEYOND)
_TITLES: dict[str, Message] = {";": message("a semicolon"), ",": message("a comma"), "\t": message("a tab")}
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
    start, said = (text[sep_line.end() :], sep_line[1]) if sep_line else (text, None)
    head = _head_of(start, headers, file.name, reading.separator or said)
    separator, above, names = head.separator, head.above + (1 if sep_line else 0), head.names
    if isinstance(names, Fault):
        raise rejected(Place(file.name, 1 + above, names.cell), names.code, names.words, names.advice)
    columns = headers.read(names, file.name, ignored, lambda n: Place(file.name, 1 + above, n))
    is_utf_8 = reading.encoding is None and file.codec in ("utf-8", "utf-8-sig")
    records = records_of(file.path, file.codec, separator, len(names), above, scratch, is_utf_8=is_utf_8)
    frame = pl.scan_csv(
        records.path,
        separator=separator,
        has_header=False,
        skip_lines=records.header_lines,
        schema=dict.fromkeys((*(f"{i} cell" for i in range(1, len(names) + 1)), *_BEYOND), pl.String()),
        truncate_ragged_lines=True,
        missing_columns="insert",
        extra_columns="ignore",
        row_index_name=ROW,
        glob=False,
    ).select(ROW, _FIRST_BEYOND.alias(EXTRA), *(pl.col(f"{c.number} cell").alias(c.name) for c in columns))
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
    return decimal_sign(columns, frame, place_of) or ("," if separator == ";" else ".")


class _Head(NamedTuple):
    """The record with the headers by a separator: how many stand above it, its cells, how many of them are known."""

    separator: str
    above: int
    names: list[str] | Fault
    known: int
    text: str


def _head_of(text: str, headers: Headers, file: str, separator: str | None) -> _Head:
    """The first of ten records with an `id`, by the separator by which it comes first and names the most columns.

    Where none has, it is the first record.

    Raises:
        Rejected: the record can be separated by several.
    """
    heads = [_head_by(sign, text, headers) for sign in ([separator] if separator else _SEPARATORS)]
    likely = [head for head in heads if head.known]
    if not likely:
        first = text.split("\n", 1)[0]
        sign = separator or max(_SEPARATORS, key=first.count)
        return _Head(sign, 0, first_record(text, sign), 0, first)
    likely = [head for head in likely if head.above == min(head.above for head in likely)]
    likely = [head for head in likely if head.known == max(head.known for head in likely)]
    if len(likely) > 1 and any(head.separator in head.text for head in likely):
        one, other = (_TITLES[head.separator] for head in likely[:2])
        words = message(
            "{header} can be separated by {one} and by {other}",
            header=quoted(likely[0].text.rstrip()),
            one=one,
            other=other,
        )
        advice = message("say which with `--separator '{separator}'`", separator=likely[0].separator)
        raise rejected(Place(file, 1 + likely[0].above, 1), "syntax", words, advice)
    return likely[0]


def _head_by(separator: str, text: str, headers: Headers) -> _Head:
    """The first of ten records with an `id` by a separator; else the first record, with no column known."""
    first, at = first_record(text, separator), 0
    for above in range(HEADER_WITHIN):
        if at >= len(text):
            break
        record = first_record(text[at:], separator)
        is_read = not isinstance(record, Fault) and len(record) <= MAX_COLUMNS
        names = [headers.name_of(header) for header in record] if is_read else []
        if ID in names:
            line = text[at:].split("\n", 1)[0]
            return _Head(separator, above, record, sum(name is not None for name in names), line)
        at = end_of_record(text, at, separator) or len(text)
    return _Head(separator, 0, first, 0, text.split("\n", 1)[0])

"""Ids in cells that hold no text: a whole number is its digits, and anything else is no id."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import polars as pl

from engine.diagnostics import Diagnostic, Place, Rejected
from engine.texts.catalogue import Message, message
from offers.tables.csv_text import Fault
from offers.tables.headers import IDS, Column
from offers.tables.limits import check_faults
from offers.tables.polars_words import polars_in_words
from offers.tables.table import EXTRA, ROW, Table

_LARGEST = 10**15
"""A binary number has 15 digits that are sure; of a longer one the last may be others than were written."""
_AS_TEXT = message("write the ids as texts, or as whole numbers")


def no_id(value: Any) -> Message | None:
    """What is wrong with a typed cell as an id; None where it is a whole number.

    >>> no_id(101.0), str(no_id(True))
    (None, 'the cell holds a logical value (true or false), which is no id')
    """
    if isinstance(value, bool):
        return message("the cell holds a logical value (true or false), which is no id")
    if isinstance(value, datetime.date):
        date = str(value).removesuffix(" 00:00:00")
        return message("the cell holds the date `{date}`, which is no id", date=date)
    if isinstance(value, datetime.time | datetime.timedelta):
        return message("the cell holds the time `{time}`, which is no id", time=value)
    if not float(value).is_integer():
        return message("the cell holds the number `{number}`, which is not whole and so no id", number=value)
    if abs(value) >= _LARGEST:
        number = f"{value:.15g}"
        return message(
            "the cell holds the number `{number}`, of which only 15 digits are sure: it is no id", number=number
        )
    return None


def with_ids_as_texts(table: Table) -> Table:
    """A table of typed columns, its ids texts: whole numbers their digits; a row with another number is at fault.

    Raises:
        Rejected: a column of ids holds days or logical values.
    """
    schema = table.frame.collect_schema()
    typed = [column for column in table.columns if column.name in IDS and not _is_plain(schema[column.name])]
    if not typed:
        return table
    with polars_in_words(Place(table.file)):
        if wrong := list(_of_no_ids(table, typed)):
            raise Rejected(wrong)
        is_id = {column.name: _is_whole(column.name) for column in typed}
        is_at_fault = ~pl.all_horizontal(is_id.values())
        rows = table.frame.filter(is_at_fault).select(ROW, *is_id).collect(engine="streaming")
    check_faults(table.file, rows.height)
    faults = {row: _fault(cells, typed) for row, *cells in rows.iter_rows()}
    texts = [_digits(column.name) for column in typed]
    extra = pl.when(is_at_fault).then(pl.lit(str(_AS_TEXT))).alias(EXTRA)
    return table._replace(frame=table.frame.with_columns(*texts, extra), faults=faults, files=(), rows_of_files=())


def _is_plain(dtype: pl.DataType) -> bool:
    return dtype.is_integer() or dtype in (pl.String, pl.Categorical, pl.Enum, pl.Null, pl.Binary)


def _is_whole(name: str) -> pl.Expr:
    value = pl.col(name)
    return value.is_null() | ((value == value.floor()) & (value.abs() < _LARGEST))


def _digits(name: str) -> pl.Expr:
    """A column of numbers as texts, whole ones without decimals."""
    value = pl.col(name)
    whole = value.cast(pl.Int64, strict=False).cast(pl.String)
    return pl.when(_is_whole(name)).then(whole).otherwise(value.cast(pl.String)).alias(name)


def _of_no_ids(table: Table, typed: list[Column]) -> Iterator[Diagnostic]:
    """For each column of ids that holds something else than numbers, where that begins."""
    schema = table.frame.collect_schema()
    for column in typed:
        if not schema[column.name].is_numeric():
            filled = table.frame.select(ROW, column.name).drop_nulls().head(1).collect(engine="streaming")
            for row, value in filled.iter_rows():
                words = message("{words}, nor is any other in the column", words=no_id(value))
                yield Diagnostic(table.place(row, column), "wrong-type", words, _AS_TEXT)


def _fault(cells: list[Any], typed: list[Column]) -> Fault:
    """What is wrong with the cells of a row that are no ids."""
    in_order = sorted(zip(cells, typed, strict=True), key=lambda cell: cell[1].number)
    told = [(column.number, no_id(value)) for value, column in in_order if value is not None]
    first, *others = [Fault(number, words, _AS_TEXT, "wrong-type") for number, words in told if words]
    return first._replace(others=tuple(others))

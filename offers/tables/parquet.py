"""Reads Parquet: a file, or several one after the other; its types are taken as they are.

Numbers of single precision are those of double precision that say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from engine.diagnostics import Diagnostic, Place, Rejected, quoted, rejected
from engine.texts.catalogue import message, message_of_number
from offers.tables.headers import Column, Headers
from offers.tables.limits import MAX_CELLS_OF_GROUP, check_rows
from offers.tables.parquet_footer import row_groups
from offers.tables.polars_words import DAMAGED, polars_in_words
from offers.tables.reading import Reading
from offers.tables.single_precision import in_double_precision
from offers.tables.table import ROW, Table
from offers.tables.table_file import TableFile
from offers.tables.typed_ids import with_ids_as_texts


def open_parquet(file: TableFile, headers: Headers, ignored: Sequence[str], scratch: Path, reading: Reading) -> Table:
    """The table in a file of Parquet, or in a folder of them.

    Raises:
        Rejected: it cannot be read, or its headers are not those of a table of offers.
    """
    schemas = [_schema(path) for path in file.files]
    if unlike := [
        fault for path, schema in zip(file.files, schemas, strict=True) for fault in _unlike(path, schema, schemas[0])
    ]:
        raise Rejected(unlike)
    columns = headers.read(list(schemas[0]), file.name, ignored)
    if wrong := list(_of_no_cells(file.name, columns, schemas[0])):
        raise Rejected(wrong)
    rows = [_rows(path, len(columns), reading.max_rows) for path in file.files]
    frame = pl.scan_parquet(file.files, row_index_name=ROW, low_memory=True, glob=False)
    frame = in_double_precision(frame.select(ROW, *(pl.col(c.header).alias(c.name) for c in columns)))
    table = Table(file.name, "parquet", tuple(columns), frame, ".", {}, file.sha256, sum(rows), first_row=1)
    return with_ids_as_texts(table._replace(files=tuple(file.files), rows_of_files=tuple(rows), rows=sum(rows)))


def schema_of(file: Path) -> pl.Schema:
    """The columns of a file of Parquet and their types."""
    return pl.scan_parquet(file, glob=False).collect_schema()


def _schema(path: Path) -> pl.Schema:
    with polars_in_words(Place(str(path))):
        return schema_of(path)


def _rows(path: Path, columns: int, max_rows: int | None) -> int:
    """The rows of a file, none of whose row groups takes too much room.

    Raises:
        Rejected: there are too many, or the file is damaged.
    """
    with polars_in_words(Place(str(path))):
        rows: int = pl.scan_parquet(path, glob=False).select(pl.len()).collect().item()
    check_rows(str(path), rows, "parquet", max_rows)
    try:
        groups = row_groups(path)
    except ValueError:
        raise rejected(Place(str(path)), "unreadable", *DAMAGED) from None
    if any(group.rows * min(columns, group.columns) > MAX_CELLS_OF_GROUP for group in groups):
        words = message_of_number(
            "a row group has more than {number} cell that is read",
            "a row group has more than {number} cells that are read",
            MAX_CELLS_OF_GROUP,
        )
        raise rejected(Place(str(path)), "too-large", words, message("write the file in smaller row groups"))
    return rows


def _of_no_cells(file: str, columns: Sequence[Column], schema: pl.Schema) -> Iterator[Diagnostic]:
    """What is said of columns whose values are no cells of a table."""
    for column in columns:
        dtype = schema[column.header]
        if dtype.is_nested():
            words = message("{column} holds lists or records")
            advice = message("a cell holds one value; several words stand in one text, separated by `|`")
        elif dtype in (pl.Binary, pl.Object):
            words = message("{column} holds bytes")
            advice = message("write the column as texts (in Parquet: strings)")
        else:
            continue
        place = Place(file, 1, column.number)
        yield Diagnostic(place, "wrong-type", words.filled(column=quoted(column.header)), advice)


def _unlike(path: Path, schema: pl.Schema, first: pl.Schema) -> Iterator[Diagnostic]:
    """In what a file differs from the first one of its folder."""
    for name in dict.fromkeys([*first, *schema]):
        if name not in schema:
            words = message("there is no column {name}, which the files before it have", name=quoted(name))
        elif name not in first:
            words = message("there is a column {name}, which the files before it do not have", name=quoted(name))
        elif schema[name] != first[name]:
            words = message("the column {name} is of another type than in the files before it", name=quoted(name))
        else:
            continue
        yield Diagnostic(Place(str(path)), "unreadable", words, message("all files of a folder have the same columns"))

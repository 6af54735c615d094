"""Reads Parquet: a file, or several one after the other; its types are taken as they are.

Numbers of single precision are those of double precision that say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from engine.diagnostics import Diagnostic, Place, Rejected, quoted
from engine.texts.catalogue import message
from offers.tables.headers import Headers
from offers.tables.polars_words import polars_in_words
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
    rows = []
    for path in file.files:
        with polars_in_words(Place(str(path))):
            rows.append(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())
    with polars_in_words(Place(str(file.files[0]))):
        schema = schema_of(file.files[0])
    columns = headers.read(list(schema), file.name, ignored)
    if nested := [column for column in columns if schema[column.header].is_nested()]:
        advice = message("a cell holds one value; several words stand in one text, separated by `|`")
        raise Rejected(
            Diagnostic(
                Place(file.name, 1, c.number),
                "wrong-type",
                message("{header} holds lists or records", header=quoted(c.header)),
                advice,
            )
            for c in nested
        )
    frame = pl.scan_parquet(file.files, row_index_name=ROW, low_memory=True, glob=False)
    frame = in_double_precision(frame.select(ROW, *(pl.col(c.header).alias(c.name) for c in columns)))
    table = Table(file.name, "parquet", tuple(columns), frame, ".", {}, file.sha256, sum(rows), first_row=1)
    return with_ids_as_texts(table._replace(files=tuple(file.files), rows_of_files=tuple(rows), rows=sum(rows)))


def schema_of(file: Path) -> pl.Schema:
    """The columns of a file of Parquet and their types."""
    return pl.scan_parquet(file, glob=False).collect_schema()

"""Opens tables of offers by what the file holds. Cells are left as they are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from engine.diagnostics import Place, refusal_of, rejected
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import message
from engine.values.canonical import in_unicode
from offers.tables.cells import WHITESPACE
from offers.tables.csv import open_csv
from offers.tables.headers import Headers
from offers.tables.limits import MAX_TEXT, MAX_WORDS, check_rows
from offers.tables.ndjson import open_ndjson
from offers.tables.parquet import open_parquet
from offers.tables.reading import FOUND_OUT, Reading
from offers.tables.table import EXTRA, SEVERAL, Table
from offers.tables.table_file import TableFile


def _open_workbook(
    file: TableFile, headers: Headers, ignored: tuple[str, ...], scratch: Path, reading: Reading
) -> Table:
    from offers.tables.workbook import open_workbook  # noqa: PLC0415 - what reads workbooks is slow to import

    return open_workbook(file, headers, ignored, scratch, reading)


_OPENED_BY = {
    "csv": open_csv,
    "xlsx": _open_workbook,
    "ods": _open_workbook,
    "parquet": open_parquet,
    "ndjson": open_ndjson,
}


def open_table(
    path: Path, vocabulary: Vocabulary, scratch: Path, ignored: Iterable[str] = (), reading: Reading = FOUND_OUT
) -> Table:
    """The table in a file. What must be converted to be read is written to the scratch folder.

    `reading` says how it is to be read, as far as that is not to be found out.

    Raises:
        Rejected: it cannot be read, or its headers are not those of a table of offers.
    """
    if in_unicode(str(path.absolute())) != str(path.absolute()):
        advice = message("give the file, or the folder that it is in, another name")
        raise rejected(Place(str(path)), "unreadable", message("the path is not written in UTF-8"), advice)
    try:
        file = TableFile(path, reading.encoding, reading.max_size)
    except OSError as error:
        raise rejected(Place(str(path)), "unreadable", refusal_of(error)) from None
    opened = _OPENED_BY[file.kind](file, Headers(vocabulary), tuple(ignored), scratch, reading)
    check_rows(file.name, opened.most_rows if opened.rows is None else opened.rows, file.kind, reading.max_rows)
    opened = opened if opened.files else _with_long_texts_told(opened)
    return opened._replace(frame=opened.frame.with_columns(pl.col("id").cast(pl.String).str.strip_chars(WHITESPACE)))


def _with_long_texts_told(table: Table) -> Table:
    """The table, in which a row with a longer text than a cell may hold has a cell too many: it is looked at alone."""
    schema = table.frame.collect_schema()
    texts = [column.name for column in table.columns if schema[column.name] == pl.String]
    if not texts:
        return table
    cells = [pl.col(name).str for name in texts]
    is_long = pl.any_horizontal(cell.len_bytes() > MAX_WORDS for cell in cells) & pl.any_horizontal(
        (cell.len_chars() > MAX_TEXT) | (cell.count_matches(SEVERAL, literal=True) >= MAX_WORDS) for cell in cells
    )
    told = pl.when(is_long).then(pl.lit("too long"))
    if EXTRA in schema:
        return table._replace(frame=table.frame.with_columns(pl.coalesce(EXTRA, told).alias(EXTRA)))
    if not table.frame.select(is_long.any()).collect().item():
        return table
    return table._replace(frame=table.frame.with_columns(told.alias(EXTRA)))

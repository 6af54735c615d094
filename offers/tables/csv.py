"""Reads CSV: its encoding, separator and decimal sign are found out, its cells stay texts."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from engine.diagnostics import Place, rejected
from offers.tables.headers import Headers
from offers.tables.table import EXTRA, ROW, Table, decimal_sign
from offers.tables.table_file import BLOCK, TableFile

_SEPARATORS = (";", ",", "\t")


def open_csv(file: TableFile, headers: Headers, ignored: Sequence[str], scratch: Path) -> Table:
    """The table in a file of CSV; what is not UTF-8 is converted in the scratch folder.

    Raises:
        Rejected: its headers are not those of a table of offers.
    """
    text = file.text()
    separator = max(_SEPARATORS, key=text.split("\n", 1)[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    with long_cells_told(lambda: Place(file.name, reader.line_num, 1)):
        sample = list(itertools.islice(reader, 500))
    names = sample[0]
    columns = headers.read(names, file.name, ignored)
    sign = decimal_sign(columns, sample[1:-1] or sample[1:], "," if separator == ";" else ".")
    path = _as_utf8(file, scratch)
    schema = {f"{i} cell": pl.String for i in range(1, len(names) + 1)} | {EXTRA: pl.String}
    header_lines = len(_first_record(text).splitlines()) or 1
    frame = pl.scan_csv(
        path,
        separator=separator,
        has_header=False,
        skip_lines=header_lines,
        schema=schema,
        truncate_ragged_lines=True,
        missing_columns="insert",
        row_index_name=ROW,
        glob=False,
    )
    detected = {"encoding": file.encoding, "separator": repr(separator)[1:-1], "decimal sign": sign}
    selected = frame.select(ROW, EXTRA, *(pl.col(f"{c.number} cell").alias(c.name) for c in columns))
    return Table(file.name, "csv", tuple(columns), selected, sign, detected, file.sha256, file.lines)


@contextmanager
def long_cells_told(place: Callable[[], Place]) -> Iterator[None]:
    """Have the one thing that Python's reader of CSV refuses, a cell that is too long, said in our words.

    Raises:
        Rejected: there is such a cell.
    """
    try:
        yield
    except csv.Error:
        message = f"a cell has more than {csv.field_size_limit()} characters"
        raise rejected(place(), "too-large", message, 'is a `"` not closed?') from None


def _first_record(text: str) -> str:
    """The header row as written: a quoted header may go over several lines."""
    quotes = 0
    for number, line in enumerate(lines := text.split("\n"), start=1):
        quotes += line.count('"')
        if quotes % 2 == 0:
            return "\n".join(lines[:number])
    return text


def _as_utf8(file: TableFile, scratch: Path) -> Path:
    if file.encoding in ("UTF-8", "UTF-8 with BOM"):
        return file.path
    path = scratch / "converted.csv"
    with (
        file.path.open(encoding=file.codec, errors="replace", newline="") as source,
        path.open("w", encoding="utf-8", newline="") as target,
    ):
        for block in iter(lambda: source.read(BLOCK), ""):
            target.write(block)
    return path

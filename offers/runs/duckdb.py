"""Decides a register on DuckDB: it evaluates the expressions, on all cores, and out of core where memory is short.

Rows go to a file of Parquet with their vectors, in their order; from there they stream to the files of the run, as on
Polars. Nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from itertools import accumulate
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import polars as pl

from engine.diagnostics import Place, quoted, rejected
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import message
from offers.runs.polars import PolarsBackend
from offers.runs.repeated_ids import Repeated
from offers.runs.run_pass import Pass
from offers.tables.cells import WHITESPACE
from offers.tables.duckdb_connection import duckdb_connection, in_words, pattern_of, quoted_name
from offers.tables.parquet import schema_of
from offers.tables.single_precision import in_double_precision
from offers.tables.table import ROW, Table


@contextmanager
def duckdb_backend(register: str, scratch: Path) -> Iterator[DuckDBBackend]:
    """DuckDB in this process, as long as it is needed.

    Raises:
        Rejected: DuckDB fails.
    """
    with in_words(Place(register)), duckdb_connection(":memory:", scratch) as connection:
        yield DuckDBBackend(connection, scratch)


class DuckDBBackend:
    """Decides on DuckDB, which reads Parquet by itself, and any other table as Polars has read it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
        self._connection, self._scratch = connection, scratch
        self._on_polars = PolarsBackend()

    def read(self, table: Table) -> Any:
        """The rows of the table as a relation."""
        if table.files:
            rows = reduce(lambda one, next_one: one.union(next_one), self._parts(table))
            stripped = nw.col("id").cast(nw.String).str.strip_chars(WHITESPACE)
            return in_double_precision(nw.from_native(rows).with_columns(stripped).to_native())
        path = self._scratch / "register.parquet"
        table.frame.sink_parquet(path)
        return self._connection.read_parquet(pattern_of(path))

    def evaluate(self, rows: Any, run: Pass) -> Any:
        """The rows with their vectors.

        Raises:
            Rejected: names in the vocabulary differ by case alone.
        """
        _check_names(run.decision_tables[0].rulebook.vocabulary)
        return run.evaluator.with_vectors(rows)

    def write(self, evaluated: Any, run: Pass) -> None:
        """Evaluate into a file, whose rows stay in their order, and decide from there."""
        path = self._scratch / "evaluated.parquet"
        evaluated.write_parquet(str(path))
        self._on_polars.write(pl.scan_parquet(path, glob=False), run)

    def repeated_ids(self, rows: Any, run: Pass) -> Repeated:
        """The ids that several rows share, as Polars finds them."""
        return self._on_polars.repeated_ids(pl.scan_parquet(self._scratch / "evaluated.parquet", glob=False), run)

    def _parts(self, table: Table) -> Iterator[Any]:
        """Each file of Parquet, its columns taken by their places: DuckDB does not tell `ID` from `id`."""
        for file, first in zip(table.files, accumulate(table.rows_of_files, initial=0), strict=False):
            headers = list(schema_of(file))
            columns = [f"{first} + #{len(headers) + 1} AS {quoted_name(ROW)}"]
            for column in table.columns:
                if column.header not in headers:
                    words = message(
                        "there is no column {name}, which the files before it have", name=quoted(column.header)
                    )
                    raise rejected(Place(str(file)), "unreadable", words)
                columns.append(f"#{headers.index(column.header) + 1} AS {quoted_name(column.name)}")
            source = self._connection.read_parquet(pattern_of(file), file_row_number=True, hive_partitioning=False)
            yield source.project(", ".join(columns))


def _check_names(vocabulary: Vocabulary) -> None:
    """Refuse what DuckDB, to which names of columns that differ by case alone are one, would take for another."""
    written: dict[str, str] = {}
    for name in (n for fact in vocabulary.facts.values() for n in (fact.id, *(f"{fact.id} {a}" for a in fact.answers))):
        other = written.setdefault(name.lower(), name)
        if other != name:
            words = message(
                "DuckDB does not tell `{other}` from `{name}`, which are two things in the vocabulary",
                other=other,
                name=name,
            )
            raise rejected(Place(vocabulary.id), "unreadable", words, message("decide with `--backend polars`"))

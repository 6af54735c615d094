"""A table in a file of DuckDB, copied by DuckDB itself; its types are taken as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from engine.diagnostics import Place
from offers.tables.duckdb_connection import duckdb_connection, in_words, quoted_name
from offers.tables.headers import IDS, Column
from offers.tables.table_source import Source, no_table

_TAKEN = {"BOOLEAN", "FLOAT", "DOUBLE", "VARCHAR", "TINYINT", "SMALLINT", "INTEGER", "BIGINT"}
_TAKEN |= {"UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}


@contextmanager
def duckdb_table(file: Path, table: str, scratch: Path) -> Iterator[Source]:
    """A table in a file, which is opened to be read only.

    Raises:
        Rejected: the file or the table cannot be read.
    """
    place = Place(f"{file}#{table}")
    with in_words(place), duckdb_connection(str(file), scratch, read_only=True) as connection:
        names = [".".join(row) for row in _tables_of(connection)]
        schema, _, name = table.rpartition(".")
        full = f"{schema or 'main'}.{name}"
        if full not in names:
            raise no_table(place, table, [n.removeprefix("main.") for n in names])
        rows = connection.table(".".join(map(quoted_name, (schema or "main", name))))
        types = [str(dtype) for dtype in rows.types]

        def copy(read: Sequence[Column], path: Path) -> None:
            columns = [_column(column, types[column.number - 1]) for column in read]
            rows.project(", ".join(columns)).write_parquet(str(path))

        yield Source("duckdb", rows.columns, "their place in the table", copy)


def _tables_of(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    query = "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = current_catalog()"
    tables: list[tuple[str, str]] = connection.execute(query).fetchall()
    return tables


def _column(column: Column, dtype: str) -> str:
    """A column as it is, or as text where it holds neither texts nor numbers nor yes and no.

    Days and times are kept where ids belong, as they are none.
    """
    is_taken = dtype in _TAKEN or dtype.startswith("DECIMAL") or (column.name in IDS and _is_moment(dtype))
    value = f"#{column.number}" if is_taken else f"#{column.number}::VARCHAR"
    return f"{value} AS {quoted_name(column.header)}"


def _is_moment(dtype: str) -> bool:
    return dtype.startswith(("DATE", "TIME")) and not dtype.endswith("]")

"""A table of a database that SQLAlchemy reads, copied a part at a time in a transaction that changes nothing."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy import exc

from engine.diagnostics import Place, quoted, rejected
from engine.texts.catalogue import message
from offers.tables.headers import ID, Column
from offers.tables.table_source import Source, no_table

for _library in ("sqlalchemy", "psycopg"):
    # What they log would be printed, with its traceback, where nobody else takes it.
    logging.getLogger(_library).addHandler(logging.NullHandler())

AT_ONCE = 20_000
"""So many rows are held in memory."""


@contextmanager
def sql_table(place: Place, url: sa.URL, table: str) -> Iterator[Source]:
    """A table or view, `TABLE` or `SCHEMA.TABLE`, at the URL of a database.

    Raises:
        Rejected: the database or the table cannot be read.
    """
    schema, _, name = table.rpartition(".")
    try:
        with _connected(place, url) as connection, warnings.catch_warnings():
            warnings.simplefilter("ignore", exc.SAWarning)  # a type that it does not know is read all the same
            yield _Table(connection, place, schema or None, name).source()
    except exc.SQLAlchemyError as error:
        refused = isinstance(error, exc.OperationalError)
        words = (
            message("the database does not answer, or lets nobody in")
            if refused
            else message("the table cannot be read")
        )
        raise rejected(place, "unreadable", words) from None


@contextmanager
def _connected(place: Place, url: sa.URL) -> Iterator[sa.Connection]:
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise rejected(place, "unreadable", message("there is no such file"))
    url = url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url
    try:
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    except (exc.NoSuchModuleError, ImportError):
        advice = message("install `sekskant[postgresql]`") if url.get_backend_name() == "postgresql" else None
        words = message("the driver of {database} is not installed", database=quoted(url.drivername))
        raise rejected(place, "unreadable", words, advice) from None
    with engine.connect() as connection:
        if url.get_backend_name() == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


class _Table:
    """A table or view that is there."""

    def __init__(self, connection: sa.Connection, place: Place, schema: str | None, name: str) -> None:
        self._connection, inspector = connection, sa.inspect(connection)
        views = inspector.get_view_names(schema)
        names = [*inspector.get_table_names(schema), *views]
        if name not in names:
            raise no_table(place, name, names)
        columns = inspector.get_columns(name, schema)
        self._headers = [column["name"] for column in columns]
        self._answers = {column["name"] for column in columns if isinstance(column["type"], sa.Boolean)}
        self._keys: list[str] = []
        if name not in views:
            self._keys = list(inspector.get_pk_constraint(name, schema)["constrained_columns"])
        self._table = sa.table(name, *map(sa.column, self._headers), schema=schema)

    def source(self) -> Source:
        """The table, in the order of its primary key, or else of the offers' ids."""
        kind = self._connection.engine.url.get_backend_name()
        return Source(kind, self._headers, ", ".join(self._keys) or ID, self._copy)

    def _copy(self, columns: Sequence[Column], path: Path) -> None:
        ordered = self._keys or [column.header for column in columns if column.name == ID]
        query = sa.select(*(self._table.c[column.header] for column in columns))
        self._write(query.order_by(*(self._table.c[name] for name in ordered)), columns, path)

    def _write(self, query: sa.Select[Any], columns: Sequence[Column], path: Path) -> None:
        """The rows that a query gives, all as texts: nothing says as exactly what a number is."""
        parts, schema = path.with_suffix(""), {column.header: pl.String() for column in columns}
        parts.mkdir()
        files = [parts / "0.parquet"]
        pl.DataFrame(schema=schema).write_parquet(files[0])
        rows = self._connection.execution_options(yield_per=AT_ONCE).execute(query)
        for number, chunk in enumerate(rows.partitions(), start=1):
            files.append(parts / f"{number}.parquet")
            pl.DataFrame(self._texts(chunk, columns), schema=schema).write_parquet(files[-1])
        pl.scan_parquet(files, glob=False).sink_parquet(path)
        for file in files:
            file.unlink()
        parts.rmdir()

    def _texts(self, rows: Sequence[Any], columns: Sequence[Column]) -> dict[str, list[str | None]]:
        cells = zip(*rows, strict=True)
        return {
            column.header: [text_of_value(value, is_answer=column.header in self._answers) for value in values]
            for column, values in zip(columns, cells, strict=True)
        }


def text_of_value(value: Any, *, is_answer: bool = False) -> str | None:
    """A value of a database as text: a number with all its digits and no exponent.

    `is_answer` says that the column holds yes and no, for which SQLite has 1 and 0.

    >>> [text_of_value(value) for value in (0.1, 1e-9, Decimal("0.50"), 4, True, None)]
    ['0.1', '0.000000001', '0.50', '4', 'true', None]
    >>> text_of_value(1, is_answer=True)
    'true'
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool) or (is_answer and value in (0, 1)):
        return str(bool(value)).lower()
    if isinstance(value, float):
        value = Decimal(repr(value))
    return f"{value:f}" if isinstance(value, Decimal) and value.is_finite() else str(value)

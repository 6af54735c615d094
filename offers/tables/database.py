"""Registers that stand in a database: `FILE.duckdb#TABLE`, or a URL and `#TABLE`.

A table is copied into a file of Parquet in the scratch folder, once and in one transaction, a part at a time: what is
decided, compared and read again is what the digest was taken of, whatever happens to the database meanwhile. From
there every backend reads it.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import sqlalchemy as sa
from sqlalchemy import exc

from engine.diagnostics import Place, Rejected, near_hint, quoted, rejected
from engine.rulebooks.rulebook import Vocabulary
from offers.tables.headers import Column, Headers
from offers.tables.table import ROW, Table
from offers.tables.table_file import is_duckdb

_AT_ONCE = 20_000
_ADDRESS = "FILE.duckdb#TABLE, or postgresql+psycopg://user@host/database#TABLE"


class Source(NamedTuple):
    """A table in a database.

    `order` says in which order its rows come; `copy` writes columns of it, by their headers, to a file of Parquet.
    """

    kind: str
    headers: Sequence[str]
    order: str
    copy: Callable[[Sequence[Column], Path], None]


class TableAddress(NamedTuple):
    """Where a table of a database is.

    >>> address = TableAddress.of("postgresql+psycopg://me:secret@db/social?sslmode=require#public.offers")
    >>> address.shown, address.table
    ('postgresql+psycopg://me:***@db/social#public.offers', 'public.offers')
    >>> TableAddress.of("register.csv") is None
    True
    """

    written: str
    table: str
    url: sa.URL | None

    @classmethod
    def of(cls, register: str) -> TableAddress | None:
        """The address in what names a register; None where it names a file or a folder.

        Raises:
            Rejected: it has the form of a URL, and is none or names no table.
        """
        written, mark, table = register.rpartition("#")
        if "://" in register:
            try:
                url = sa.make_url(written if mark else register)
            except (exc.ArgumentError, ValueError):
                raise rejected(Place("REGISTER"), "unreadable", "the address is not a URL", _ADDRESS) from None
            if not table or not mark:
                raise rejected(Place(_shown(url)), "unreadable", "the address names no table", _ADDRESS)
            return cls(written, table, url)
        is_file = not mark or not table or Path(register).exists()
        return None if is_file else cls(written, table, None)

    @property
    def shown(self) -> str:
        """The address as it may be read by anyone: without a password, and without what else a URL may carry."""
        return f"{self.written if self.url is None else _shown(self.url)}#{self.table}"

    @property
    def place(self) -> Place:
        """The place that diagnostics name."""
        return Place(self.shown)


def _shown(url: sa.URL) -> str:
    return url.set(query={}).render_as_string(hide_password=True)


def open_table_of_database(
    address: TableAddress, vocabulary: Vocabulary, scratch: Path, ignored: Iterable[str] = ()
) -> Table:
    """The table at an address, copied to the scratch folder.

    Raises:
        Rejected: it cannot be read, or its columns are not those of a table of offers.
        ImportError: the extra that it needs is not installed.
    """
    path = scratch / "register-of-database.parquet"
    with _source(address, scratch) as source:
        columns = Headers(vocabulary).read(source.headers, address.shown, tuple(ignored))
        source.copy(columns, path)
    frame = pl.scan_parquet(path, row_index_name=ROW, glob=False, low_memory=True)
    frame = frame.select(ROW, *(pl.col(c.header).alias(c.name) for c in columns))
    frame = frame.with_columns(pl.col("id").cast(pl.String).str.strip_chars())
    rows: int = pl.scan_parquet(path, glob=False).select(pl.len()).collect().item()
    read_as = {"rows ordered by": source.order, "digest of": "its rows as NDJSON"}
    found = Table(address.shown, source.kind, tuple(columns), frame, ".", read_as, digest_of_rows(path), rows)
    return found._replace(first_row=1, files=(path,), rows_of_files=(rows,))


def digest_of_rows(path: Path) -> str:
    """The SHA-256 of the rows of a file of Parquet as NDJSON: for each row, in their order, an object on a line."""
    digest = hashlib.sha256()
    rows = pl.scan_parquet(path, glob=False)
    for chunk in rows.collect_batches(chunk_size=_AT_ONCE, maintain_order=True):
        digest.update(chunk.write_ndjson().encode())
    return digest.hexdigest()


@contextmanager
def _source(address: TableAddress, scratch: Path) -> Iterator[Source]:
    if address.url is not None:
        with _of_server(address, address.url) as source:
            yield source
        return
    try:
        is_there = is_duckdb(Path(address.written))
    except OSError as error:
        raise rejected(Place(address.written), "unreadable", (error.strerror or str(error)).lower()) from None
    if not is_there:
        raise rejected(Place(address.written), "unreadable", "the file is not DuckDB's, whatever its name says")
    from offers.tables.duckdb_table import duckdb_table  # noqa: PLC0415 - an extra

    with duckdb_table(Path(address.written), address.table, scratch) as found:
        yield found


# --- through SQLAlchemy ---


@contextmanager
def _of_server(address: TableAddress, url: sa.URL) -> Iterator[Source]:
    """A table that SQLAlchemy reads, in one transaction that changes nothing."""
    schema, _, name = address.table.rpartition(".")
    try:
        with _connected(address, url) as connection, warnings.catch_warnings():
            warnings.simplefilter("ignore", exc.SAWarning)  # a type that it does not know is read all the same
            inspector = sa.inspect(connection)
            names = [*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)]
            if name not in names:
                raise no_table(address.place, address.table, names)
            columns = [column["name"] for column in inspector.get_columns(name, schema or None)]
            keys = _keys_of(inspector, name, schema or None)
            table = sa.table(name, *map(sa.column, columns), schema=schema or None)

            def copy(read: Sequence[Column], path: Path) -> None:
                ordered = keys or [column.header for column in read if column.name == "id"]
                query = sa.select(*(table.c[c.header] for c in read)).order_by(*(table.c[k] for k in ordered))
                _write(connection, query, [c.header for c in read], path)

            yield Source(url.get_backend_name(), columns, ", ".join(keys) or "id", copy)
    except exc.SQLAlchemyError as error:
        refused = isinstance(error, exc.OperationalError)
        message = "the database does not answer, or lets nobody in" if refused else "the table cannot be read"
        raise rejected(address.place, "unreadable", message) from None


def _keys_of(inspector: sa.Inspector, name: str, schema: str | None) -> list[str]:
    """The columns of the primary key; a view has none."""
    is_view = name in inspector.get_view_names(schema)
    return [] if is_view else list(inspector.get_pk_constraint(name, schema)["constrained_columns"])


def no_table(place: Place, table: str, names: Sequence[str]) -> Rejected:
    """What is said where a database has no such table."""
    return rejected(place, "unreadable", f"there is no table {quoted(table)}", near_hint(table, dict.fromkeys(names)))


@contextmanager
def _connected(address: TableAddress, url: sa.URL) -> Iterator[sa.Connection]:
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise rejected(address.place, "unreadable", "there is no such file")
    url = url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url
    try:
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    except (exc.NoSuchModuleError, ImportError):
        hint = "install `sekskant[postgresql]`" if url.get_backend_name() == "postgresql" else None
        message = f"the driver of {quoted(url.drivername)} is not installed"
        raise rejected(address.place, "unreadable", message, hint) from None
    with engine.connect() as connection:
        if url.get_backend_name() == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


def _write(connection: sa.Connection, query: sa.Select[Any], headers: Sequence[str], path: Path) -> None:
    """The rows that a query gives, all as texts: no database says as exactly as its texts what a number is."""
    parts = path.with_suffix("")
    parts.mkdir(exist_ok=True)
    schema = dict.fromkeys(headers, pl.String)
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(query)
    files = [parts / "0.parquet"]
    pl.DataFrame(schema=schema).write_parquet(files[0])
    for number, chunk in enumerate(rows.partitions(), start=1):
        texts = [[text_of_value(value) for value in row] for row in chunk]
        files.append(parts / f"{number}.parquet")
        pl.DataFrame(texts, schema=schema, orient="row").write_parquet(files[-1])
    pl.scan_parquet(files, glob=False).sink_parquet(path)
    for file in files:
        file.unlink()
    parts.rmdir()


def text_of_value(value: Any) -> str | None:
    """A value of a database as text: a number with all its digits and no exponent.

    >>> [text_of_value(value) for value in (0.1, 1e-9, Decimal("0.50"), 4, True, None)]
    ['0.1', '0.000000001', '0.50', '4', 'true', None]
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        value = Decimal(repr(value))
    return f"{value:f}" if isinstance(value, Decimal) and value.is_finite() else str(value)

"""Registers that stand in a database: `FILE.duckdb#TABLE`, or a URL and `#TABLE`.

A table is copied into a file of Parquet in the scratch folder, once and in one transaction, a part at a time: what is
decided, compared and read again is what the digest was taken of, whatever happens to the database meanwhile. From
there every backend reads it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import polars as pl
import sqlalchemy as sa
from sqlalchemy import exc

from engine.diagnostics import Place, refusal_of, rejected
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import message
from offers.tables.cells import WHITESPACE
from offers.tables.headers import Headers
from offers.tables.single_precision import in_double_precision
from offers.tables.table import ROW, Table
from offers.tables.table_file import is_duckdb
from offers.tables.table_source import Source
from offers.tables.typed_ids import with_ids_as_texts

_AT_ONCE = 20_000
_ADDRESS = message("FILE.duckdb#TABLE, or postgresql+psycopg://user@host/database#TABLE")


class TableAddress(NamedTuple):
    """Where a table of a database is.

    >>> address = TableAddress.of("postgresql+psycopg://me:secret@db/social?sslmode=require#public.offers")
    >>> address.shown_address, address.table
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
                raise rejected(Place("REGISTER"), "unreadable", message("the address is not a URL"), _ADDRESS) from None
            if not table or not mark:
                raise rejected(Place(_shown(url)), "unreadable", message("the address names no table"), _ADDRESS)
            return cls(written, table, url)
        is_file = not mark or not table or Path(register).exists()
        return None if is_file else cls(written, table, None)

    @property
    def shown_address(self) -> str:
        """The address as it may be read by anyone: without a password, and without what else a URL may carry."""
        return f"{self.written if self.url is None else _shown(self.url)}#{self.table}"

    @property
    def place(self) -> Place:
        """The place that diagnostics name."""
        return Place(self.shown_address)


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
        columns = Headers(vocabulary).read(source.headers, address.shown_address, tuple(ignored))
        source.copy(columns, path)
    frame = pl.scan_parquet(path, row_index_name=ROW, glob=False, low_memory=True)
    frame = in_double_precision(frame.select(ROW, *(pl.col(c.header).alias(c.name) for c in columns)))
    rows: int = pl.scan_parquet(path, glob=False).select(pl.len()).collect().item()
    read_as = {"rows ordered by": source.order, "digest of": "its rows as NDJSON"}
    table = Table(address.shown_address, source.kind, tuple(columns), frame, ".", read_as, digest_of_rows(path), rows)
    table = with_ids_as_texts(table._replace(first_row=1, files=(path,), rows_of_files=(rows,)))
    ids = pl.col("id").cast(pl.String).str.strip_chars(WHITESPACE)
    return table._replace(frame=table.frame.with_columns(ids))


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
        from offers.tables.sql_table import sql_table  # noqa: PLC0415 - only some registers need it

        with sql_table(address.place, address.url, address.table) as source:
            yield source
        return
    file = Path(address.written)
    try:
        is_there = is_duckdb(file)
    except OSError as error:
        raise rejected(Place(address.written), "unreadable", refusal_of(error)) from None
    if not is_there:
        raise rejected(
            Place(address.written), "unreadable", message("the file is not DuckDB's, whatever its name says")
        )
    from offers.tables.duckdb_table import duckdb_table  # noqa: PLC0415 - an extra

    with duckdb_table(file, address.table, scratch) as source:
        yield source

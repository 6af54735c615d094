"""Connections to DuckDB that download nothing and write nothing but to the scratch folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from engine.diagnostics import Place, rejected
from engine.texts.catalogue import Message, message

_SETTINGS = {
    # What is not built in would be fetched from a server.
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    # A name that DuckDB does not know is a mistake, and no variable of this program.
    "python_enable_replacements": "false",
}


@contextmanager
def duckdb_connection(database: str, scratch: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a file of DuckDB, or to `:memory:`.

    Raises:
        duckdb.Error: it cannot be opened.
    """
    settings: dict[str, str | bool | int | float | list[str]] = {**_SETTINGS, "temp_directory": str(scratch / "duckdb")}
    connection = duckdb.connect(database, read_only=read_only, config=settings)
    try:
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def quoted_name(name: str) -> str:
    """A name in SQL.

    >>> quoted_name('the "offers" of 2018')
    '"the ""offers"" of 2018"'
    """
    return '"' + name.replace('"', '""') + '"'


def pattern_of(path: Path) -> str:
    """A path as DuckDB takes it, to which a name with brackets or stars would be a pattern.

    >>> pattern_of(Path("register [1].parquet"))
    'register [[]1].parquet'
    """
    return "".join(f"[{letter}]" if letter in "[*?" else letter for letter in str(path))


@contextmanager
def in_words(place: Place) -> Iterator[None]:
    """Have what DuckDB says said in our words.

    Raises:
        Rejected: DuckDB failed.
    """
    try:
        yield
    except duckdb.Error as error:
        raise rejected(place, "unreadable", *_words_of(error)) from None


def _words_of(error: duckdb.Error) -> tuple[Message, Message | None]:
    """What is wrong, and what would be right."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return message("DuckDB has too little memory, or too little room for what it sets aside"), None
    if isinstance(error, duckdb.IOException) and "lock on file" in str(error):
        return message("another program has the file open"), message("close it there, or read a copy")
    if isinstance(error, duckdb.IOException | duckdb.SerializationException | duckdb.FatalException):
        return message("the file is damaged, or of another version of DuckDB"), None
    return message("DuckDB cannot read the table"), message("`--backend polars` reads files of every kind")

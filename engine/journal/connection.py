"""Connections to the database of a journal: SQLite by path, PostgreSQL by URL; failures in words."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event, exc, pool

from engine.diagnostics import Place, Rejected, rejected
from engine.texts.catalogue import Message, message

for _library in ("sqlalchemy", "psycopg"):
    # What they log would be printed, with its traceback, where nobody else takes it.
    logging.getLogger(_library).addHandler(logging.NullHandler())

LONGEST = 1 << 28
"""The bytes of the longest value that is read of a journal."""
PATIENCE = 60
"""Seconds that a writer waits for others."""

_TURN: sa.Executable = sa.DDL("BEGIN IMMEDIATE")  # type: ignore[no-untyped-call]
_SQLITE, _POSTGRESQL, _PSYCOPG = "sqlite", "postgresql", "postgresql+psycopg"
_ADDRESS = message("a path, or `postgresql+psycopg://user@host/database`")


class Address:
    """Where a journal is: a file, or a database on a server.

    >>> Address("decisions.db").shown_address, Address("postgresql://me:secret@db/x").shown_address
    ('decisions.db', 'postgresql+psycopg://me:***@db/x')

    Raises:
        Rejected: it is neither.
    """

    def __init__(self, written: str) -> None:
        self.path: Path | None = None
        self.url = sa.URL.create(_SQLITE)
        self.shown_address = written
        if "://" not in written:
            self.path = Path(written)
            return
        try:
            self.url = sa.make_url(written)
        except (exc.ArgumentError, ValueError):
            raise rejected(
                Place("--journal"), "journal-address", message("the address is not a URL"), _ADDRESS
            ) from None
        self.shown_address = self.url.render_as_string(hide_password=True)
        self._check()

    def _check(self) -> None:
        if self.url.drivername == _POSTGRESQL:
            self.url = self.url.set(drivername=_PSYCOPG)
            self.shown_address = self.url.render_as_string(hide_password=True)
        if self.url.drivername in (_SQLITE, "sqlite+pysqlite") and self.url.database:
            self.path = Path(self.url.database)
        elif self.url.drivername != _PSYCOPG:
            words = message("a journal cannot be kept in `{address}`", address=self.shown_address)
            raise rejected(Place("--journal"), "journal-address", words, _ADDRESS)

    @property
    def place(self) -> Place:
        """The place that diagnostics name."""
        return Place(self.shown_address)

    def engine(self, *, writes: bool) -> sa.Engine:
        """The database, to read or to append."""
        if self.path is None:
            return _postgresql(self, writes=writes)
        if self.path.exists() and not self.path.is_file() and not self.path.is_dir():
            words = message("the path leads to no file but to a pipe, a socket or a device")
            raise rejected(self.place, "journal-unreadable", words, _OF_ITS_OWN)
        if not writes and not self.path.is_file():
            advice = message("`sekskant assess --journal` makes one")
            raise rejected(self.place, "journal-unreadable", message("there is no journal"), advice)
        return _writable(self.path) if writes else _readable(self.path)


def _writable(path: Path) -> sa.Engine:
    engine = sa.create_engine("sqlite://", creator=lambda: _durable(path), poolclass=pool.NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A writer takes its turn before it reads the head of the chain.
        connection.execute(_TURN)

    return engine


def _durable(path: Path) -> sqlite3.Connection:
    """A connection whose commits end only when they are on the disk, and whose readers are not held up by writers.

    An entry fits into a page of this size: that makes an append a third quicker.
    """
    connection = _prepared(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False))
    last = time.monotonic() + PATIENCE
    with _closed_on_failure(connection):
        for setting in ("page_size=8192", "journal_mode=WAL", "synchronous=FULL", "fullfsync=ON", "cache_size=-65536"):
            while not _set(connection, setting, may_wait=time.monotonic() < last):
                # SQLite does not wait its turn to change the mode of a file that others are just opening.
                time.sleep(0.02)
    return connection


@contextmanager
def _closed_on_failure(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _set(connection: sqlite3.Connection, setting: str, *, may_wait: bool) -> bool:
    try:
        connection.execute(f"PRAGMA {setting}")
    except sqlite3.OperationalError as error:
        if _code(error) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or not may_wait:
            raise
        return False
    return True


def _readable(path: Path) -> sa.Engine:
    """The file opened so that nothing in it can change; also where its folder cannot be written."""

    def connect() -> sqlite3.Connection:
        uri = f"file:{quote(os.fsencode(path.absolute()))}?mode=ro"
        connection = _prepared(sqlite3.connect(uri, uri=True, timeout=PATIENCE))
        try:
            with _closed_on_failure(connection):
                connection.execute(str(sa.select(sa.func.count()).select_from(sa.table("sqlite_master"))))
        except sqlite3.OperationalError:
            wal = path.with_name(f"{path.name}-wal")
            if wal.exists() and wal.stat().st_size:
                raise
            return _prepared(sqlite3.connect(f"{uri}&immutable=1", uri=True))
        return connection

    return sa.create_engine("sqlite://", creator=connect, poolclass=pool.NullPool)


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    # Bytes that are not UTF-8 are for `audit verify` to report, not to fail on.
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    # What somebody else has put into the schema must do nothing, and no value fill the memory.
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    return connection


def _postgresql(address: Address, *, writes: bool) -> sa.Engine:
    try:
        import psycopg  # noqa: F401, PLC0415 - an extra
    except ImportError:
        advice = message("install `sekskant[postgresql]`")
        raise rejected(
            address.place, "journal-unreadable", message("the driver of PostgreSQL is not installed"), advice
        ) from None
    options = "-c synchronous_commit=on" if writes else "-c default_transaction_read_only=on"
    arguments = {"options": options, "connect_timeout": PATIENCE, "client_encoding": "utf8"}
    level: Literal["READ COMMITTED", "REPEATABLE READ"] = "READ COMMITTED" if writes else "REPEATABLE READ"
    return sa.create_engine(address.url, connect_args=arguments, isolation_level=level, poolclass=pool.NullPool)


def check_encoding(connection: sa.Connection, place: Place) -> None:
    """That a database of PostgreSQL holds every character.

    Raises:
        Rejected: it does not.
    """
    of_driver: Any = connection.connection.driver_connection
    encoding = of_driver.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        words = message(
            "the database keeps its texts in {encoding}, which does not hold every character", encoding=encoding
        )
        raise rejected(place, _NO_UNICODE.code, words, _NO_UNICODE.advice)


@contextmanager
def in_words(place: Place) -> Iterator[None]:
    """What a database says when it fails, as a diagnostic.

    Raises:
        Rejected: the database failed.
    """
    try:
        yield
    except (exc.DBAPIError, sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        raise _explained(place, error) from error


class _Cause(NamedTuple):
    code: str
    words: Message
    advice: Message | None


_READ_ONLY = message("the journal cannot be written")
_AGAIN = message("try again")
_FROM_A_COPY = message("restore it from a copy that was kept elsewhere")
_OF_ITS_OWN = message("give the journal a file of its own")
_NO_ROLE = _Cause("journal-read-only", _READ_ONLY, message("it needs a role that can write"))
_FULL = _Cause(
    "journal-full",
    message("there is no room left for the journal"),
    message("nothing of this was recorded; make room"),
)
_BUSY = _Cause("journal-busy", message("others have been writing to the journal for too long"), _AGAIN)
_LOST = _Cause("journal-unreadable", message("the connection to the database was lost"), _AGAIN)
_NOBODY = _Cause(
    "journal-unreadable",
    message("the database does not answer, or lets nobody in"),
    message("look at its host, its name, the user and the password"),
)
_ALTERED = _Cause(
    "journal-unreadable",
    message("the database does not hold the tables of a journal as they should be"),
    message("give the journal a database of its own, or restore it from a copy that was kept elsewhere"),
)
_NO_UNICODE = _Cause(
    "journal-unreadable",
    message("the database cannot hold a character, since it does not keep its texts in UTF-8"),
    message("make the journal in a database with ENCODING 'UTF8'"),
)
_DAMAGED = _Cause("journal-damaged", message("the file is damaged"), _FROM_A_COPY)
_OTHER = _Cause("journal-unreadable", message("the database failed"), None)
_OF_SQLITE = {
    sqlite3.SQLITE_READONLY: _Cause(
        "journal-read-only", _READ_ONLY, message("it needs a file and folder that can be written")
    ),
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _Cause(
        "journal-full",
        message("the disk does not take what is written to the journal"),
        message("is there room left?"),
    ),
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_NOTADB: _Cause("not-a-journal", message("the file is no journal"), _OF_ITS_OWN),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_TOOBIG: _Cause(
        "journal-damaged", message("a value is longer than any that is recorded"), _FROM_A_COPY
    ),
    sqlite3.SQLITE_CANTOPEN: _Cause(
        "journal-unreadable",
        message("the file cannot be opened"),
        message("does its folder exist, and may you write there?"),
    ),
    sqlite3.SQLITE_ERROR: _ALTERED,
    sqlite3.SQLITE_CONSTRAINT: _ALTERED,
    sqlite3.SQLITE_MISMATCH: _ALTERED,
}
"""By the result code of SQLite, without what extends it."""
_OF_POSTGRESQL = {
    "22021": _NO_UNICODE,
    "22P05": _NO_UNICODE,
    "42501": _NO_ROLE,
    "25006": _NO_ROLE,
    "53": _FULL,
    "55P03": _BUSY,
    "40": _BUSY,
    "57014": _BUSY,
    "28": _NOBODY,
    "3D": _NOBODY,
    "08": _LOST,
    "57P": _LOST,
    "42": _ALTERED,
    "23": _ALTERED,
}
"""By the longest beginning of the SQLSTATE that PostgreSQL gives."""


def _explained(place: Place, error: Exception) -> Rejected:
    """What a failure of a database is by its number; what the database or its driver says is said to nobody."""
    origin = getattr(error, "orig", None) or error
    if isinstance(origin, UnicodeDecodeError):  # SQLite has repeated bytes of the file that are no text
        return rejected(place, *_DAMAGED)
    cause = _cause_in_sqlite(origin) if isinstance(origin, sqlite3.Error) else _cause_in_postgresql(origin)
    return rejected(place, *cause)


def _cause_in_sqlite(error: sqlite3.Error) -> _Cause:
    return _OF_SQLITE.get(_code(error), _OTHER)


def _code(error: sqlite3.Error) -> int:
    """The result code of SQLite; 0 where its driver has failed."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _cause_in_postgresql(error: BaseException) -> _Cause:
    state = getattr(error, "sqlstate", None)
    if state is None:  # there was no connection that could give one
        return _NOBODY if type(error).__name__ == "OperationalError" else _OTHER
    return next((_OF_POSTGRESQL[state[:n]] for n in (5, 3, 2) if state[:n] in _OF_POSTGRESQL), _OTHER)

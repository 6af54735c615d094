"""What SQLite, PostgreSQL and their drivers say where they fail reaches nobody: each number has a text."""

from __future__ import annotations

import logging
import re
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import exc

from engine.diagnostics import Place, Rejected
from engine.journal.connection import check_encoding, in_words
from engine.journal.journal import Journal
from tests.chance import SOAK, chance
from tests.command import here

WORDS = "words of a database"
LIBRARY = re.compile(
    r"sqlite|sqlalchemy|psycopg|operational|database disk|malformed|no such (table|column)|Traceback|Error\b|"
    r"Background",
    re.IGNORECASE,
)
OF_SQLITE = {
    "SQLITE_READONLY": "journal-read-only: the journal cannot be written\n"
    "  hint: it needs a file and folder that can be written",
    "SQLITE_READONLY_DIRECTORY": "journal-read-only: the journal cannot be written\n"
    "  hint: it needs a file and folder that can be written",
    "SQLITE_FULL": "journal-full: there is no room left for the journal\n"
    "  hint: nothing of this was recorded; make room",
    "SQLITE_IOERR_FSYNC": "journal-full: the disk does not take what is written to the journal\n"
    "  hint: is there room left?",
    "SQLITE_BUSY_SNAPSHOT": "journal-busy: others have been writing to the journal for too long\n  hint: try again",
    "SQLITE_LOCKED": "journal-busy: others have been writing to the journal for too long\n  hint: try again",
    "SQLITE_NOTADB": "not-a-journal: the file is no journal\n  hint: give the journal a file of its own",
    "SQLITE_CORRUPT": "journal-damaged: the file is damaged\n  hint: restore it from a copy that was kept elsewhere",
    "SQLITE_CANTOPEN": "journal-unreadable: the file cannot be opened\n"
    "  hint: does its folder exist, and may you write there?",
    "SQLITE_CONSTRAINT_UNIQUE": "journal-unreadable: the database does not hold the tables of a journal as they should "
    "be\n"
    "  hint: give the journal a database of its own, or restore it from a copy that was kept elsewhere",
    "SQLITE_NOMEM": "journal-unreadable: the database failed",
}
OF_POSTGRESQL = {
    "42501": "journal-read-only: the journal cannot be written\n  hint: it needs a role that can write",
    "25006": "journal-read-only: the journal cannot be written\n  hint: it needs a role that can write",
    "53100": "journal-full: there is no room left for the journal\n  hint: nothing of this was recorded; make room",
    "55P03": "journal-busy: others have been writing to the journal for too long\n  hint: try again",
    "40001": "journal-busy: others have been writing to the journal for too long\n  hint: try again",
    "28P01": "journal-unreadable: the database does not answer, or lets nobody in\n"
    "  hint: look at its host, its name, the user and the password",
    None: "journal-unreadable: the database does not answer, or lets nobody in\n"
    "  hint: look at its host, its name, the user and the password",
    "57P01": "journal-unreadable: the connection to the database was lost\n  hint: try again",
    "42P01": "journal-unreadable: the database does not hold the tables of a journal as they should be\n"
    "  hint: give the journal a database of its own, or restore it from a copy that was kept elsewhere",
    "XX000": "journal-unreadable: the database failed",
}


def told(error: Exception) -> str:
    with pytest.raises(Rejected) as caught, in_words(Place("j.db")):
        raise error
    assert WORDS not in str(caught.value)
    return str(caught.value)


def of_sqlite(name: str) -> sqlite3.Error:
    error = sqlite3.OperationalError(WORDS)
    error.sqlite_errorcode, error.sqlite_errorname = getattr(sqlite3, name), name
    return error


@pytest.mark.parametrize("name", OF_SQLITE)
def test_a_failure_of_sqlite_is_told_by_its_code(name: str) -> None:
    assert told(of_sqlite(name)) == f"j.db: {OF_SQLITE[name]}"
    assert told(exc.OperationalError("SELECT", {}, of_sqlite(name))) == f"j.db: {OF_SQLITE[name]}"


@pytest.mark.parametrize("name", sorted(n for n in dir(sqlite3) if n.startswith("SQLITE_") and n.isupper()))
def test_no_code_of_sqlite_is_without_a_text(name: str) -> None:
    assert re.match(r"j\.db: [a-z-]+: ", told(of_sqlite(name)))


class OperationalError(Exception):
    """As a driver of PostgreSQL raises it."""

    def __init__(self, state: str | None) -> None:
        super().__init__(WORDS)
        self.sqlstate = state


@pytest.mark.parametrize("state", OF_POSTGRESQL)
def test_a_failure_of_postgresql_is_told_by_its_state(state: str | None) -> None:
    assert told(exc.OperationalError("SELECT", {}, OperationalError(state))) == f"j.db: {OF_POSTGRESQL[state]}"


def test_no_state_of_postgresql_is_without_a_text() -> None:
    errors: Any = pytest.importorskip("psycopg.errors")
    states = {kind.sqlstate for kind in vars(errors).values() if isinstance(getattr(kind, "sqlstate", None), str)}
    assert len(states) > 200
    for state in states:
        assert re.match(r"j\.db: [a-z-]+: ", told(exc.DatabaseError("SELECT", {}, OperationalError(state))))


def test_a_server_that_does_not_answer_is_told_without_the_words_of_its_driver() -> None:
    pytest.importorskip("psycopg")
    ran = here("audit", "list", "--journal", "postgresql+psycopg://me:secret@127.0.0.1:1/journal")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        "postgresql+psycopg://me:***@127.0.0.1:1/journal: journal-unreadable: the database does not answer, or lets "
        "nobody in\n  hint: look at its host, its name, the user and the password\n"
    )


def test_what_a_library_logs_is_not_printed(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sqlalchemy.pool", "psycopg"):
        assert logging.getLogger(name.partition(".")[0]).handlers
        monkeypatch.setattr(logging.getLogger(), "handlers", [])
        logging.getLogger(name).error(WORDS)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("writes", [False, True])
def test_what_the_database_repeats_of_a_damaged_file_may_be_no_text(whole: Path, tmp_path: Path, writes: bool) -> None:
    damaged, content = tmp_path / "journal.db", whole.read_bytes()
    damaged.write_bytes(content.replace(b"CREATE TABLE entries", b"CREATE TABL\x8b entries"))
    with pytest.raises(Rejected) as raised:
        Journal(str(damaged), writes=writes)
    (diagnostic,) = raised.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("journal-damaged", "the file is damaged")


@pytest.mark.slow
def test_whatever_is_damaged_in_a_journal_is_told_without_the_words_of_a_library(
    whole: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    luck, content = chance("damaged journal"), whole.read_bytes()
    for number in range(30 * SOAK):
        broken, damaged = bytearray(content), tmp_path / f"{number}.db"
        for _ in range(luck.choice([1, 4, 40])):
            at = luck.randrange(len(broken))
            broken[at : at + 8] = luck.choice([bytes(8), luck.randbytes(8)])
        damaged.write_bytes(broken if number % 3 else broken[: luck.randrange(len(broken))])
        for arguments in (("verify",), ("list",), ("show", "1")):
            ran = here("audit", *arguments, "--journal", str(damaged))
            assert ran.code in (0, 1, 4), ran.err
            assert not LIBRARY.search(re.sub("`[^`]*`", "", ran.err)), ran.err
    assert capfd.readouterr() == ("", "")


class Stopped(sqlite3.Connection):
    """A connection to a file that can be opened, and then not be read: beside it nothing can be written."""

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if "sqlite_master" in sql:
            raise sqlite3.OperationalError(WORDS)
        return super().execute(sql, *parameters)


@pytest.mark.parametrize(("beside", "is_read"), [(None, True), (b"", True), (b"what was not yet moved", False)])
def test_where_nothing_can_be_written_beside_a_journal_it_is_read_if_all_of_it_stands_in_its_file(
    beside: bytes | None, is_read: bool, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = sqlite3.connect

    def connect(file: str, **options: Any) -> sqlite3.Connection:
        return right(file, **options) if "immutable" in file else right(file, factory=Stopped, **options)

    monkeypatch.setattr(sqlite3, "connect", connect)
    if beside is not None:
        journal.with_name(f"{journal.name}-wal").write_bytes(beside)
    if is_read:
        with Journal(str(journal)) as kept:
            assert kept.head().entries == 8
        return
    with pytest.raises(Rejected) as raised:
        Journal(str(journal))
    assert WORDS not in str(raised.value)


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII", "UTF8", "WIN1252"])
def test_a_database_that_does_not_hold_every_character_is_refused(encoding: str) -> None:
    of_driver = SimpleNamespace(info=SimpleNamespace(parameter_status=lambda _: encoding))
    connection: Any = SimpleNamespace(connection=SimpleNamespace(driver_connection=of_driver))
    if encoding == "UTF8":
        check_encoding(connection, Place("db"))
        return
    with pytest.raises(Rejected, match=f"the database keeps its texts in {encoding}"):
        check_encoding(connection, Place("db"))

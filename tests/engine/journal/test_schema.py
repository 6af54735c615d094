"""A journal is believed only as far as its database is made as those of journals are; nothing else in it is run."""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.diagnostics import Rejected
from engine.journal.connection import Address
from engine.journal.entry import ENTRY_1, Draft
from engine.journal.journal import Journal, Kept
from engine.journal.schema import Deviation, How, deviations
from engine.journal.verify import verify
from engine.values.canonical import sha256
from tests.cli.audit.test_journals_of_before import restored
from tests.command import DATA, Ran, here
from tests.journals import copied, record

POSTGRESQL = os.environ.get("SEKSKANT_TEST_POSTGRESQL", "")
on_postgresql = pytest.mark.skipif(not POSTGRESQL, reason="SEKSKANT_TEST_POSTGRESQL names no server")
IGNORE = "CREATE TRIGGER t BEFORE INSERT ON entries BEGIN SELECT raise(ignore); END"

ALTERED: dict[str, tuple[str, list[str]]] = {
    "a trigger that throws away": (IGNORE, ["added trigger t"]),
    "a trigger on another table": (
        "CREATE TRIGGER t AFTER INSERT ON texts BEGIN DELETE FROM entries WHERE number = 1; END",
        ["added trigger t"],
    ),
    "another table": ("CREATE TABLE notes (text TEXT)", ["added table notes"]),
    "another view": ("CREATE VIEW latest AS SELECT * FROM entries", ["added view latest"]),
    "another index": ("CREATE INDEX ix ON entries (year)", ["added index ix"]),
    "another column": ("ALTER TABLE entries ADD COLUMN remark TEXT", ["added column entries.remark"]),
    "a column that may do something": (
        "ALTER TABLE entries ADD COLUMN remark TEXT CHECK (remark IS NULL)",
        ["altered table entries"],
    ),
    "a column elsewhere": ("ALTER TABLE texts ADD COLUMN remark TEXT", ["altered table texts"]),
    "a computed column": (
        "ALTER TABLE entries ADD COLUMN remark TEXT AS (upper(offer)) VIRTUAL",
        ["altered table entries"],
    ),
    "a view that says otherwise": (
        "DROP VIEW decisions; CREATE VIEW decisions AS SELECT number, 'not_met' AS verdict FROM entries",
        ["altered view decisions"],
    ),
    "a view less": ("DROP VIEW overrides", ["removed view overrides"]),
    "an index less": ("DROP INDEX ix_entries_offer", ["removed index ix_entries_offer"]),
    "an index of some entries": (
        "DROP INDEX ix_entries_offer; CREATE INDEX ix_entries_offer ON entries (offer) WHERE number <> 4",
        ["altered index ix_entries_offer"],
    ),
    "an index of something else": (
        "DROP INDEX ix_entries_offer; CREATE INDEX ix_entries_offer ON entries (lower(offer))",
        ["altered index ix_entries_offer"],
    ),
    "a text's table with a condition": (
        "CREATE TABLE other (digest TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL CHECK (kind <> 'rulebook'), "
        "PRIMARY KEY (digest)); DROP TABLE texts; ALTER TABLE other RENAME TO texts",
        ["altered table texts"],
    ),
}
"""What is done to the database of a journal, and which deviations that is."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "journal.db"
    record(str(path), ["gnisten"])
    return path


def altered(made: Path, target: Path, script: str) -> Path:
    copied(made, target)
    with closing(sqlite3.connect(target)) as connection:
        connection.executescript(script)
    return target


def found_in(journal: Journal) -> list[str]:
    return [f"{one.how} {one.kind} {one.name}" for one in journal.deviations]


def assess(path: Path) -> Ran:
    return here("assess", str(DATA / "gnisten.yaml"), "--year", "2018", "--summary", "--journal", str(path))


def count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM entries").fetchone()[0])


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_database_is_not_written_said_first_when_read_and_found(
    name: str, made: Path, tmp_path: Path
) -> None:
    script, expected = ALTERED[name]
    path = altered(made, tmp_path / "journal.db", script)
    before = count(path)
    ran = assess(path)
    assert (ran.code, ran.out, count(path)) == (4, "", before)
    assert ran.err.count("altered-journal: ") == len(expected)
    listed = here("audit", "list", "--journal", str(path))
    verified = here("audit", "verify", "--journal", str(path), "--format", "json")
    assert (listed.code, verified.code) == (4, 4)
    assert listed.err.startswith(f"{path}: altered-journal: ")
    if name == "a computed column":
        assert "`entries` is no plain table" in listed.err + verified.err
        return
    assert "Gnisten" in listed.out
    with Journal(str(path)) as journal:
        assert found_in(journal) == expected
        faults = verify(journal).faults
    assert [f"{f.fields[0]} {f.fields[1]} {f.detail}" for f in faults if f.kind == "schema"] == expected


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_deviation_is_told_in_words(language: str, made: Path, tmp_path: Path) -> None:
    path = altered(
        made, tmp_path / "journal.db", f"{IGNORE}; DROP VIEW runs; {ALTERED['a view that says otherwise'][0]}"
    )
    said = here("audit", "verify", "--journal", str(path), "--lang", language).out.splitlines()[:3]
    assert (
        said
        == {
            "da": [
                "✗ Databasen har noget, som en journal ikke har: udløseren t.",
                "✗ En del af databasen er ændret: visningen decisions.",
                "✗ En del af databasen mangler: visningen runs.",
            ],
            "en": [
                "✗ The database has what a journal has not: the trigger t.",
                "✗ A part of the database was altered: the view decisions.",
                "✗ A part of the database is missing: the view runs.",
            ],
        }[language]
    )


@pytest.mark.parametrize(
    ("deviation", "words"),
    [
        (("column", "x", "added"), "the column `x` is none that this version knows; a later one may have made it"),
        (("column", "x", "altered"), "the column `x` is not as journals have it"),
        (("view", "x", "added"), "the view `x` belongs to no journal"),
        (("index", "x", "removed"), "the index `x` is missing"),
        (("constraint", "x", "added"), "the constraint `x` belongs to no journal"),
    ],
)
def test_a_deviation_is_a_sentence(deviation: tuple[str, str, How], words: str) -> None:
    assert str(Deviation(*deviation)) == words


def test_what_the_database_notes_for_itself_is_no_deviation(made: Path, tmp_path: Path) -> None:
    path = altered(made, tmp_path / "journal.db", "ANALYZE; VACUUM; REINDEX")
    with Journal(str(path)) as journal:
        assert (found_in(journal), verify(journal).faults) == ([], ())
    assert assess(path).code == 0


def test_journals_of_before_are_as_they_were_made(tmp_path: Path) -> None:
    path = restored("journal-1", tmp_path)
    with Journal(str(path)) as journal:
        assert found_in(journal) == []
    assert assess(path).code == 0
    with Journal(str(path)) as journal:
        assert (found_in(journal), verify(journal).faults) == ([], ())


def hidden(path: Path, number: int) -> None:
    """Take an entry out of the index of offers alone, which is as it was before and after."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'ix_entries_offer'").fetchone()

        def put(text: str) -> None:
            (version,) = connection.execute("PRAGMA schema_version").fetchone()
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'ix_entries_offer'", (text,))
            connection.execute(f"PRAGMA schema_version = {version + 1}")
            connection.execute("PRAGMA writable_schema = OFF")

        put(f"{sql} WHERE number <> {number}")
        connection.execute("REINDEX ix_entries_offer")
        put(sql)


def test_an_entry_that_an_index_hides_is_found(made: Path, tmp_path: Path) -> None:
    path = copied(made, tmp_path / "journal.db")
    hidden(path, 1)
    with Journal(str(path)) as journal:
        assert found_in(journal) == []
        assert [(f.kind, f.detail) for f in verify(journal).faults] == [("index", "ix_entries_offer")]


HARMFUL = {
    "entries that never end": (
        "ALTER TABLE entries RENAME TO kept; CREATE VIEW entries AS WITH RECURSIVE n(number) AS "
        "(SELECT 1 UNION ALL SELECT number + 1 FROM n) SELECT n.number, kept.previous, kept.digest, kept.kind, "
        "kept.run, kept.recorded_at, kept.recorded_by, kept.software, kept.offer, kept.content, kept.content_digest, "
        "kept.checksums FROM n, kept"
    ),
    "texts without end": (
        "ALTER TABLE texts RENAME TO kept; CREATE VIEW texts AS SELECT digest, kind, hex(zeroblob(2000000000)) AS text "
        "FROM kept"
    ),
    "a header that is computed": ("ALTER TABLE journal ADD COLUMN x TEXT AS (hex(zeroblob(900000000))) VIRTUAL"),
    "a table that is a program": "DROP TABLE texts; CREATE VIRTUAL TABLE texts USING fts5(digest, kind, text)",
}


@pytest.mark.parametrize("name", HARMFUL)
@pytest.mark.parametrize(
    "command", [("verify",), ("list",), ("show", "1"), ("replay", "--all"), ("history", "gnisten")]
)
def test_nothing_that_somebody_put_into_a_journal_is_run(
    name: str, command: tuple[str, ...], made: Path, tmp_path: Path
) -> None:
    path = altered(made, tmp_path / "journal.db", HARMFUL[name])
    ran = here("audit", *command, "--journal", str(path))
    assert (ran.code, ran.out) == (4, "")
    assert "is no plain table, so that what it shows need not be what was recorded" in ran.err


@pytest.mark.slow
def test_a_value_beyond_all_bounds_is_not_read(made: Path, tmp_path: Path) -> None:
    path = altered(made, tmp_path / "journal.db", "UPDATE entries SET document = zeroblob(300000000) WHERE number = 1")
    ran = here("audit", "show", "1", "--journal", str(path))
    assert (ran.code, ran.out) == (1, "")
    assert "journal-damaged: a value is longer than any that is recorded" in ran.err


def test_what_is_acknowledged_stands_there(made: Path, tmp_path: Path) -> None:
    """The trigger comes after the journal was opened and found to be in order."""
    path = copied(made, tmp_path / "journal.db")
    with Journal(str(path)) as source:
        entry = source.entry(1)
    draft = Draft(**{name: getattr(entry, name) for name in Draft._fields})
    with Journal(str(path), writes=True) as journal:
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(IGNORE)
        with pytest.raises(Rejected, match="did not take the entries as they were given to it"):
            journal.append([draft], by="somebody")
    assert count(path) == 2


# --- PostgreSQL ---

FUNCTION = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
ON_SERVER: dict[str, tuple[list[str], list[str]]] = {
    "a trigger that throws away": (
        [FUNCTION, "CREATE TRIGGER t BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION f()"],
        ["added trigger t"],
    ),
    "a rule": (["CREATE RULE r AS ON INSERT TO entries DO INSTEAD NOTHING"], ["added rule r"]),
    "row security": (["ALTER TABLE entries ENABLE ROW LEVEL SECURITY"], ["altered table entries"]),
    "a policy": (["CREATE POLICY p ON entries USING (number <> 1)"], ["added policy p"]),
    "another table": (["CREATE TABLE notes (text TEXT)"], ["added table notes"]),
    "another column": (["ALTER TABLE entries ADD COLUMN remark TEXT"], ["added column entries.remark"]),
    "a default": (["ALTER TABLE entries ALTER COLUMN offer SET DEFAULT 'x'"], ["altered column entries.offer"]),
    "a condition": (["ALTER TABLE entries ADD CONSTRAINT c CHECK (number > 0)"], ["added constraint c"]),
    "an index of something else": (
        ["DROP INDEX ix_entries_offer", "CREATE INDEX ix_entries_offer ON entries (lower(offer))"],
        ["altered index ix_entries_offer"],
    ),
    "an index of later that is another": (
        ["DROP INDEX ix_entries_runs", "CREATE INDEX ix_entries_runs ON entries (year)"],
        ["altered index ix_entries_runs"],
    ),
    "an index less": (["DROP INDEX ix_entries_offer"], ["removed index ix_entries_offer"]),
    "a view less": (["DROP VIEW runs"], ["removed view runs"]),
    "a sequence": (["CREATE SEQUENCE s"], ["added sequence s"]),
}


@pytest.fixture
def server() -> Iterator[Callable[[str], None]]:
    """A database of its own on the server, with a journal of one offer; runs a statement in it."""
    name = f"schema_{uuid.uuid4().hex}"
    root = sa.create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")
    with root.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    url = sa.make_url(POSTGRESQL).set(database=name)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    record(url.render_as_string(hide_password=False), ["gnisten"])

    def run(statement: str) -> None:
        with engine.connect() as connection:
            connection.execute(sa.text(statement))

    run.url = url.render_as_string(hide_password=False)  # type: ignore[attr-defined]
    yield run
    engine.dispose()
    with root.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    root.dispose()


@on_postgresql
@pytest.mark.parametrize("name", ON_SERVER)
def test_an_altered_database_of_a_server_is_not_written_and_found(name: str, server: Callable[[str], None]) -> None:
    url, (statements, expected) = server.url, ON_SERVER[name]  # type: ignore[attr-defined]
    with Journal(url) as journal:
        assert (found_in(journal), verify(journal).faults) == ([], ())
    for statement in statements:
        server(statement)
    with pytest.raises(Rejected) as caught:
        Journal(url, writes=True)
    assert {d.code for d in caught.value.diagnostics} == {"altered-journal"}
    with Journal(url) as journal:
        assert found_in(journal) == expected
        assert [f"{f.fields[0]} {f.fields[1]} {f.detail}" for f in verify(journal).faults] == expected


@on_postgresql
@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_does_not_hold_every_character_gets_no_journal(encoding: str) -> None:
    name = f"encoded_{uuid.uuid4().hex}"
    root = sa.create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")
    with root.connect() as connection:
        as_asked = f"ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        connection.execute(sa.text(f"CREATE DATABASE {name} {as_asked}"))
    url = sa.make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)
    with pytest.raises(Rejected, match=f"the database keeps its texts in {encoding}"):
        Journal(url, writes=True)
    with root.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    root.dispose()


@on_postgresql
def test_a_view_of_a_server_that_says_otherwise_is_found(server: Callable[[str], None]) -> None:
    url = server.url  # type: ignore[attr-defined]
    with Address(url).engine(writes=False).connect() as connection:
        columns = sa.inspect(connection).get_columns("decisions")
        assert deviations(connection) == []
    names = ", ".join("'not_met'::text AS verdict" if c["name"] == "verdict" else c["name"] for c in columns)
    query = f"SELECT {names} FROM entries WHERE kind = 'decision'"  # noqa: S608 - names of ours
    server(f"CREATE OR REPLACE VIEW decisions AS {query}")
    with Journal(url) as journal:
        assert found_in(journal) == []
        faults = [(f.kind, f.detail) for f in verify(journal).faults]
    assert faults == ([("index", "decisions")])


@on_postgresql
def test_a_journal_of_before_on_a_server_lacks_only_what_was_added_since(server: Callable[[str], None]) -> None:
    def found() -> list[str]:
        with Address(server.url).engine(writes=False).connect() as connection:  # type: ignore[attr-defined]
            return [f"{one.how} {one.kind} {one.name}" for one in deviations(connection)]

    for statement in ("DROP INDEX ix_entries_runs", *(f"ALTER TABLE entries DROP COLUMN {c}" for c in ENTRY_1.others)):
        server(statement)
    assert found() == []
    server("ALTER TABLE texts DROP COLUMN kind")
    server("ALTER TABLE entries DROP COLUMN place")
    assert found() == ["removed column entries.place", "removed column texts.kind"]


@pytest.mark.parametrize("kind", ["trigger", "view", "table"])
@pytest.mark.parametrize("name", ["sqlite_stat1", "sqlite_stat4"])
def test_what_is_called_as_statistics_is_not_therefore_one(kind: str, name: str, made: Path, tmp_path: Path) -> None:
    texts = {
        "trigger": f"CREATE TRIGGER {name} BEFORE INSERT ON entries BEGIN SELECT raise(ignore); END",
        "view": f"CREATE VIEW {name} AS SELECT 1",
        "table": f"CREATE TABLE {name} (tbl, idx, stat, CHECK (0))",
    }
    path, on = copied(made, tmp_path / "journal.db"), "entries" if kind == "trigger" else name
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        page = "(SELECT max(rootpage) FROM sqlite_master)" if kind == "table" else "0"
        connection.execute(
            f"INSERT INTO sqlite_master VALUES (?, ?, ?, {page}, ?)",  # noqa: S608
            (kind, name, on, texts[kind]),
        )
    with pytest.raises(Rejected):
        Journal(str(path), writes=True)
    assert here("audit", "verify", "--journal", str(path)).code != 0


LYING = {
    "another verdict": "CREATE TRIGGER t AFTER INSERT ON entries BEGIN UPDATE entries SET verdict = 'met' "
    "WHERE number = new.number; END",
    "another content": "CREATE TRIGGER t AFTER INSERT ON entries BEGIN UPDATE entries SET content = '{}' "
    "WHERE number = new.number; END",
    "no text": "CREATE TRIGGER t BEFORE INSERT ON texts BEGIN SELECT raise(ignore); END",
    "another text": "CREATE TRIGGER t AFTER INSERT ON texts BEGIN UPDATE texts SET text = 'x'; END",
}


@pytest.mark.parametrize("name", LYING)
def test_whatever_a_database_makes_of_what_it_was_given_is_not_acknowledged(
    name: str, made: Path, tmp_path: Path
) -> None:
    path = copied(made, tmp_path / "journal.db")
    with Journal(str(path)) as source:
        entry = source.entry(1)
    draft = Draft(**{name: getattr(entry, name) for name in Draft._fields})
    with Journal(str(path), writes=True) as journal:
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(LYING[name])
        with pytest.raises(Rejected, match="did not take the entries as they were given to it"):
            journal.append([draft], {sha256("one more"): Kept("rulebook", "one more")}, by="somebody")
    assert count(path) == 2

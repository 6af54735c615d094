"""Registers that stand in a database: read once, in order, by every backend, and no password is said or kept."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
import sqlalchemy as sa

from benchmarks.offers_table import typed
from engine.diagnostics import Rejected
from engine.rulebooks.library import Library
from offers.tables.database import TableAddress, digest_of_rows, open_table_of_database
from offers.tables.rows import Rows
from tests.chance import chance as chance_of
from tests.command import here, sekskant
from tests.offers.runs.backends import BACKENDS, assert_same, decisions_of, needs_duckdb, reclassified

VOCABULARY = Library().in_force(2018)[0].vocabulary
SERVER = os.environ.get("SEKSKANT_TEST_POSTGRESQL", "")
"""The URL of a PostgreSQL server on which databases may be made; `.ci/run` starts one."""
FRAME = typed(0, 300, chance_of("database")).with_columns(pl.col("id").shuffle(2))
TYPES: dict[Any, Any] = {pl.Float64: sa.Double, pl.Boolean: sa.Boolean, pl.String: sa.Text}


class Database(NamedTuple):
    """A database of a kind: its address without a table, and how a frame is put into it."""

    kind: str
    address: str

    def fill(self, frame: pl.DataFrame, table: str = "offers", key: str | None = None) -> str:
        """The address of a table that holds a frame."""
        if self.kind == "duckdb":
            import duckdb  # noqa: PLC0415 - an extra

            from offers.tables.duckdb_connection import pattern_of  # noqa: PLC0415 - an extra

            rows = Path(f"{self.address}.parquet")
            frame.write_parquet(rows)
            with duckdb.connect(self.address) as connection:
                connection.read_parquet(pattern_of(rows)).create(table)
            rows.unlink()
            return f"{self.address}#{table}"
        columns = [
            sa.Column(name, TYPES.get(type(dtype), sa.BigInteger)(), primary_key=name == key)
            for name, dtype in frame.schema.items()
        ]
        engine, sql_table = sa.create_engine(self.address), sa.Table(table, sa.MetaData(), *columns)
        with engine.begin() as connection:
            sql_table.create(connection)
            connection.execute(sa.insert(sql_table), frame.to_dicts())
        engine.dispose()
        return f"{self.address}#{table}"


@pytest.fixture(params=[pytest.param("duckdb", marks=needs_duckdb), "sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind."""
    if request.param == "duckdb":
        yield Database("duckdb", str(tmp_path / "register æ [1].duckdb"))
        return
    if request.param == "sqlite":
        yield Database("sqlite", f"sqlite:///{tmp_path / 'register.db'}")
        return
    if not SERVER:
        pytest.skip("SEKSKANT_TEST_POSTGRESQL names no server")
    name = f"register_{os.getpid()}_{tmp_path.name}".lower()[:60]
    engine = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT")
    quoted = engine.dialect.identifier_preparer.quote(name)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {quoted} LC_COLLATE 'C' TEMPLATE template0")
        yield Database("postgresql", sa.make_url(SERVER).set(database=name).render_as_string(hide_password=False))
        connection.exec_driver_sql(f"DROP DATABASE {quoted} WITH (FORCE)")
    engine.dispose()


@pytest.mark.slow
def test_a_table_is_decided_as_a_file_with_its_rows(tmp_path: Path, database: Database) -> None:
    rows, order = FRAME, "their place in the table"
    if database.kind != "duckdb":  # it has no order of its own, and says as texts what its numbers are
        rows, order = FRAME.sort("id").with_columns(pl.all().cast(pl.String)), "id"
    rows.write_parquet(tmp_path / "register.parquet")
    reclassified(tmp_path / "register.parquet", tmp_path / "file")
    ran = reclassified(database.fill(FRAME), tmp_path / "table")
    assert f"#offers: rows ordered by {order}, digest of its rows as NDJSON\n" in ran.err
    for name, decided in decisions_of(tmp_path / "file").items():
        assert decisions_of(tmp_path / "table")[name].equals(decided)
    record = json.loads((tmp_path / "table" / "run.json").read_text())["register"]
    assert record["kind"] == database.kind
    assert record["file"].endswith("#offers")
    assert record["read_as"] == {"rows ordered by": order, "digest of": "its rows as NDJSON"}
    assert record["sha256"] == digest_of_rows(tmp_path / "register.parquet")


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_every_backend_decides_it_the_same(tmp_path: Path, database: Database, backend: tuple[str, ...]) -> None:
    address = database.fill(FRAME)
    reclassified(address, tmp_path / "polars")
    reclassified(address, tmp_path / "other", *backend)
    assert_same(tmp_path / "polars", tmp_path / "other")


@pytest.mark.slow
def test_it_is_recorded_verified_replayed_and_compared_with(tmp_path: Path, database: Database) -> None:
    journal, address = str(tmp_path / "journal.db"), database.fill(FRAME[:40], "before_2018")
    reclassified(address, tmp_path / "before", "--journal", journal)
    assert sekskant("audit", "verify", "--journal", journal).code == 0
    assert sekskant("audit", "replay", "--all", "--journal", journal).code == 0
    after = FRAME[1:41].with_columns(cases_per_10000=pl.lit(9.0))
    reclassified(database.fill(after, "after_2018"), tmp_path / "after", "--previous", str(tmp_path / "before"))
    changes = pl.read_csv(tmp_path / "after" / "changes.csv")
    assert {"new", "closed"} < set(changes["change"])
    assert set(changes["cause"].drop_nulls()) == {"data"}


def test_a_mistake_is_named_by_its_row_and_column(tmp_path: Path, database: Database) -> None:
    frame = pl.DataFrame({"id": ["a", "b"], "note": ["", ""], "diagnoses": ["3", "mange"]})
    address = database.fill(frame)
    named = TableAddress.of(address)
    assert named is not None
    ran = reclassified(address, tmp_path / "run", "--ignore-column", "note", code=1)
    assert f"{named.shown_address}:2:3: wrong-type: `mange` where a number belongs" in ran.err
    rejected = pl.read_csv(tmp_path / "run" / "rejected.csv").to_dicts()
    name = named.shown_address.rpartition("/")[2]
    assert [(r["place"], r["offer"], r["column"]) for r in rejected] == [(f"{name}:2:3", "b", "diagnoses")]
    ran = reclassified(address, tmp_path / "other", code=1)
    assert f"{named.shown_address}:1:2: unknown-column: there is no fact or attribute `note`" in ran.err


def test_a_table_that_is_not_there_is_told_with_one_that_is(tmp_path: Path, database: Database) -> None:
    address = database.fill(FRAME[:1])
    ran = reclassified(address.replace("#offers", "#ofers"), tmp_path / "run", code=1)
    assert "#ofers: unreadable: there is no table `ofers`\n  hint: did you mean `offers`?" in ran.err
    assert not (tmp_path / "run").exists()


def test_a_view_is_read_as_a_table(tmp_path: Path, database: Database) -> None:
    address = database.fill(FRAME[:5])
    query = "CREATE VIEW shown AS SELECT id, name, diagnoses FROM offers"
    if database.kind == "duckdb":
        import duckdb  # noqa: PLC0415 - an extra

        with duckdb.connect(database.address) as connection:
            connection.execute(query)
    else:
        engine = sa.create_engine(database.address)
        with engine.begin() as alchemy:
            alchemy.exec_driver_sql(query)
        engine.dispose()
    reclassified(address.replace("#offers", "#shown"), tmp_path / "run")
    assert next(iter(decisions_of(tmp_path / "run").values())).height == 5


def test_a_database_stays_as_it_is_and_reading_leaves_nothing_beside_it(tmp_path: Path, database: Database) -> None:
    address = database.fill(FRAME[:5])
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    reclassified(address, tmp_path / "run", cwd=tmp_path)
    after = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert after == before


@pytest.mark.slow
def test_rows_come_by_the_primary_key_where_there_is_one(tmp_path: Path) -> None:
    frame = FRAME[:50].with_columns(number=pl.int_range(50, 0, -1))
    address = Database("sqlite", f"sqlite:///{tmp_path / 'register.db'}").fill(frame, key="number")
    ran = reclassified(address, tmp_path / "run", "--ignore-column", "number")
    assert "rows ordered by number" in ran.err
    for decided in decisions_of(tmp_path / "run").values():
        assert decided["offer"].to_list() == frame["id"].reverse().to_list()


def test_what_sqlite_holds_against_the_type_of_a_column_is_read_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "register.db") as connection:
        connection.execute("CREATE TABLE offers (id TEXT, diagnoses INTEGER, cases_per_10000 REAL, name BLOB)")
        rows = [("a", 3, 0.1, None), ("b", "ukendt", 1e-09, "x"), ("c", ">=2", "<=0.5", None)]
        connection.executemany("INSERT INTO offers VALUES (?, ?, ?, ?)", rows)
    connection.close()
    address = TableAddress.of(f"sqlite:///{tmp_path / 'register.db'}#offers")
    assert address is not None
    table = open_table_of_database(address, VOCABULARY, tmp_path)
    cells = table.frame.collect()
    assert cells["diagnoses"].to_list() == ["3", "ukendt", ">=2"]
    assert cells["cases_per_10000"].to_list() == ["0.1", "0.000000001", "<=0.5"]
    assert [Rows(table, VOCABULARY).offer(i, row).record.name for i, row in enumerate(cells.to_dicts())] == list("axc")


def test_rows_are_copied_a_part_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = TableAddress.of(Database("sqlite", f"sqlite:///{tmp_path / 'register.db'}").fill(FRAME))
    assert address is not None
    whole = open_table_of_database(address, VOCABULARY, tmp_path)
    cells = whole.frame.collect()
    monkeypatch.setattr("offers.tables.sql_table.AT_ONCE", 7)
    in_parts = open_table_of_database(address, VOCABULARY, tmp_path)
    assert (in_parts.sha256, in_parts.most_rows) == (whole.sha256, 300)
    assert in_parts.frame.collect().equals(cells)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["register-of-database.parquet", "register.db"]


# --- addresses, and what is not to be seen ---

UNSEEN = "hemmeligt"
SILENT = "the database does not answer, or lets nobody in"


@pytest.mark.parametrize(
    ("register", "said"),
    [
        (f"postgresql+psycopg://ida:{UNSEEN}@127.0.0.1:1/social#offers", SILENT),
        (f"postgresql://ida@127.0.0.1:1/social?password={UNSEEN}#offers", SILENT),
        (f"postgresql+psycopg://ida:{UNSEEN}@db/social", "the address names no table"),
        (f"oracle+nothing://ida:{UNSEEN}@db/social#offers", "the driver of `oracle+nothing` is not installed"),
        (f"://ida:{UNSEEN}@db#offers", "the address is not a URL"),
        ("sqlite:///no/such.db#offers", "there is no such file"),
        ("no-such.duckdb#offers", "no such file or directory"),
    ],
)
@pytest.mark.parametrize("command", ["reclassify", "preview"])
def test_an_address_that_leads_nowhere_is_a_line_without_the_password(
    tmp_path: Path, register: str, said: str, command: str
) -> None:
    of_reclassify = ("--out", str(tmp_path / "run"))
    of_preview = ("--rulebook", "hovedstaden.udviklingsstrategi", "--against", "hovedstaden.mest-specialiserede")
    arguments = of_reclassify if command == "reclassify" else of_preview
    ran = sekskant(command, register, "--year", "2018", *arguments)
    assert ran.code == 1
    assert f": unreadable: {said}" in ran.err
    assert UNSEEN not in ran.err + ran.out
    assert "Traceback" not in ran.err
    assert list(tmp_path.iterdir()) == []


def test_no_file_of_a_run_holds_a_password_or_a_host(tmp_path: Path) -> None:
    if not SERVER:
        pytest.skip("SEKSKANT_TEST_POSTGRESQL names no server")
    url, table, journal = sa.make_url(SERVER), f"offers_{os.getpid()}", tmp_path / "journal.db"
    Database("postgresql", SERVER).fill(pl.DataFrame({"id": ["a"], "diagnoses": ["mange"]}), table)
    secret = url.set(password=UNSEEN, query={"application_name": UNSEEN}).render_as_string(hide_password=False)
    try:
        ran = reclassified(f"{secret}#{table}", tmp_path / "run", "--journal", str(journal), code=1)
    finally:
        engine = sa.create_engine(SERVER)
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP TABLE {table}")
        engine.dispose()
    assert UNSEEN not in ran.err + ran.out
    for path in [journal, *(p for p in (tmp_path / "run").rglob("*") if p.is_file())]:
        assert UNSEEN.encode() not in path.read_bytes(), path
        assert f"{url.host}:{url.port}".encode() not in path.read_bytes(), path


def test_a_file_whose_name_has_the_mark_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "register #1.csv").write_text("id,diagnoses\na,3\n")
    reclassified(tmp_path / "register #1.csv", tmp_path / "run")


def test_a_file_that_is_not_of_duckdb_has_no_tables(tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_text("id,diagnoses\na,3\n")
    ran = reclassified(f"{tmp_path / 'register.csv'}#offers", tmp_path / "run", code=1)
    assert "register.csv: unreadable: the file is not DuckDB's, whatever its name says" in ran.err


@needs_duckdb
def test_a_file_of_duckdb_asks_for_a_table_and_a_damaged_one_is_a_line(tmp_path: Path) -> None:
    address = Database("duckdb", str(tmp_path / "register.duckdb")).fill(FRAME[:3])
    ran = reclassified(address.partition("#")[0], tmp_path / "run", code=1)
    assert "a file of DuckDB may hold several tables\n  hint: name one of them: register.duckdb#TABLE" in ran.err
    content = (tmp_path / "register.duckdb").read_bytes()
    (tmp_path / "damaged.duckdb").write_bytes(content[:64] + bytes(200) + content[300:4000])
    ran = reclassified(f"{tmp_path / 'damaged.duckdb'}#offers", tmp_path / "run", code=1)
    assert "damaged.duckdb#offers: unreadable: the file is damaged, or of another version of DuckDB" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.slow
@needs_duckdb
def test_a_file_that_another_program_writes_is_a_line(tmp_path: Path) -> None:
    import duckdb  # noqa: PLC0415 - an extra

    address = Database("duckdb", str(tmp_path / "register.duckdb")).fill(FRAME[:3])
    with duckdb.connect(str(tmp_path / "register.duckdb")):
        ran = reclassified(address, tmp_path / "run", code=1, alone=True)
    assert "register.duckdb#offers: unreadable: another program has the file open" in ran.err


@needs_duckdb
def test_types_of_duckdb_that_no_cell_has_become_texts(tmp_path: Path) -> None:
    import duckdb  # noqa: PLC0415 - an extra

    with duckdb.connect(str(tmp_path / "register.duckdb")) as connection:
        connection.execute("CREATE SCHEMA social")
        connection.execute("CREATE TYPE answer AS ENUM ('ja', 'nej')")
        connection.execute(
            "CREATE TABLE social.offers AS SELECT uuid() AS id, DATE '2017-05-01' AS name, 4::HUGEINT AS diagnoses, "
            "0.50::DECIMAL(9, 2) AS cases_per_10000, 'ja'::answer AS large_catchment_needed"
        )
    address = TableAddress.of(f"{tmp_path / 'register.duckdb'}#social.offers")
    assert address is not None
    table = open_table_of_database(address, VOCABULARY, tmp_path)
    (row,) = table.frame.collect().to_dicts()
    offer = Rows(table, VOCABULARY).offer(0, row)
    assert offer.record.name == "2017-05-01"
    assert set(offer.stated) >= {"diagnoses", "cases_per_10000", "large_catchment_needed"}


def test_duckdb_that_is_not_installed_is_a_line_that_names_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "register.duckdb").write_bytes(bytes(8) + b"DUCK" + bytes(100))
    for module in [m for m in sys.modules if m.split(".")[0] == "duckdb" or m.startswith("offers.tables.duckdb")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    ran = here("reclassify", f"{tmp_path / 'register.duckdb'}#offers", "--year", "2018", "--out", str(tmp_path / "run"))
    assert ran.code == 2
    assert "pip install 'sekskant[duckdb]'" in ran.err


def test_an_address_of_a_table_is_rejected_before_anything_is_read() -> None:
    with pytest.raises(Rejected, match="names no table"):
        TableAddress.of("postgresql+psycopg://db/social#")

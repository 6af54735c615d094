"""A register on every backend against the same register on Polars: every file that is written, row by row."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import polars as pl
import pytest

from benchmarks.offers_table import typed
from engine.rulebooks.library import Library
from tests.chance import chance as chance_of
from tests.command import ROOT, here, sekskant
from tests.offers.columns.test_columns import CELLS
from tests.offers.runs.backends import BACKENDS, DUCKDB, POLARS, assert_same, decisions_of, needs_duckdb, reclassified

EM_SPACE, HARD_SPACE = "\u2003", "\u00a0"


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The options that name a backend."""
    options: tuple[str, ...] = request.param
    return options


def texts(offers: int) -> pl.DataFrame:
    """Offers in texts, with mistakes, repeated ids and spaces of every kind."""
    chance = chance_of(3)
    cells = {name: chance.choices(pool, k=offers) for name, pool in CELLS.items()}
    cells["diagnoses"][5], cells["cases_per_10000"][7] = "mange", "0.5.5"
    cells["diagnoses"][8], cells["cases_per_10000"][9] = f"{HARD_SPACE}3{EM_SPACE}", f"\t<=0.5{HARD_SPACE}"
    ids = [f" o{i} " if i % 5 else f"o{i}" for i in range(offers)]
    ids[11], ids[12] = f"{HARD_SPACE}o11{EM_SPACE}", "\to12\n"
    frame = pl.DataFrame({"id": ids, **cells}).with_columns(pl.lit("Ørnereden, nr. 1").alias("name"))
    schema = dict.fromkeys(("id", "diagnoses"), pl.String)
    again = pl.DataFrame({"id": ["o17", None, ""], "diagnoses": [None, None, "3"]}, schema=schema)
    # A column of which chance has made nothing at all would have no type.
    return pl.concat([frame, again], how="diagonal").with_columns(pl.selectors.by_dtype(pl.Null).cast(pl.String))


@pytest.mark.slow
def test_texts_with_bounds_mistakes_and_repeated_ids_and_what_changed(tmp_path: Path, backend: tuple[str, ...]) -> None:
    frame, register, before = texts(3_000), tmp_path / "register æ 1", tmp_path / "before.parquet"
    register.mkdir()
    frame[:1_000].write_parquet(register / "del 1 å.parquet")
    frame[1_000:].write_parquet(register / "del 2.parquet")
    frame[:2_900].with_columns(pl.col("large_catchment_needed").shift(1)).write_parquet(before)
    (tmp_path / "ids.csv").write_text("old,new\no3,o2950\no4,o2951\no6,o2951\n")
    reclassified(before, tmp_path / "before", code=1)
    past = ("--previous", str(tmp_path / "before"), "--ids", str(tmp_path / "ids.csv"))
    reclassified(register, tmp_path / "polars", *past, code=1)
    ran = reclassified(register, tmp_path / "run", *past, *backend, code=1)
    assert_same(tmp_path / "polars", tmp_path / "run", "changes.csv")
    assert pl.read_csv(tmp_path / "run" / "changes.csv")["cause"].drop_nulls().n_unique() >= 1
    assert "WARN" not in ran.err
    assert {"o11", "o12"} <= set(next(iter(decisions_of(tmp_path / "run").values()))["offer"])


@pytest.mark.slow
def test_types_and_fewer_files(tmp_path: Path, backend: tuple[str, ...]) -> None:
    typed(0, 2_000, chance_of(4)).write_parquet(tmp_path / "register.parquet")
    options = ("--no-fragile", "--rulebook", "hovedstaden.udviklingsstrategi")
    reclassified(tmp_path / "register.parquet", tmp_path / "polars", *options)
    reclassified(tmp_path / "register.parquet", tmp_path / "run", *options, *backend)
    assert not (tmp_path / "run" / "fragile.csv").exists()
    assert_same(tmp_path / "polars", tmp_path / "run")


@pytest.mark.slow
def test_rows_stay_in_the_order_of_their_files_however_many_parts_these_have(
    tmp_path: Path, backend: tuple[str, ...]
) -> None:
    (tmp_path / "register").mkdir()
    frame = typed(0, 30_000, chance_of(5)).with_columns(pl.col("id").shuffle(1))
    for number, part in enumerate(frame.iter_slices(9_000)):
        part.write_parquet(tmp_path / "register" / f"{number}.parquet", row_group_size=700)
    reclassified(tmp_path / "register", tmp_path / "run", *backend)
    for decided in decisions_of(tmp_path / "run").values():
        assert decided["offer"].equals(frame["id"].alias("offer"))


@pytest.mark.slow
def test_a_run_is_recorded_verified_and_replayed(tmp_path: Path, backend: tuple[str, ...]) -> None:
    typed(0, 40, chance_of(6)).write_parquet(tmp_path / "register.parquet")
    journal = str(tmp_path / "journal.db")
    reclassified(tmp_path / "register.parquet", tmp_path / "run", *backend, "--journal", journal)
    assert sekskant("audit", "verify", "--journal", journal).code == 0
    replayed = sekskant("audit", "replay", "--all", "--journal", journal)
    assert replayed.code == 0, replayed.err


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS[:2])
def test_files_whose_names_and_headers_mean_something_to_a_backend(tmp_path: Path, backend: tuple[str, ...]) -> None:
    register, folder = tmp_path / "register [1]*.parquet", tmp_path / "year=2017 [a]"
    frame = pl.DataFrame({"ID": ["x"] * 3, "id": ["a", "b", "c"], "note": [1, 2, 3], "Note": ["", "", ""]})
    frame = frame.with_columns(pl.Series("diagnoses", [1, 2, 3]))
    frame.write_parquet(register)
    folder.mkdir()
    frame.select("diagnoses", "ID", "Note", "note", "id").write_parquet(folder / "1.parquet")
    ignored = [word for header in ("ID", "note", "Note") for word in ("--ignore-column", header)]
    for number, source in enumerate((register, folder)):
        out = tmp_path / f"run [{number}]"
        reclassified(source, out, *ignored, *backend)
        for decided in decisions_of(out).values():
            assert decided["offer"].to_list() == ["a", "b", "c"]


@pytest.mark.slow
@needs_duckdb
def test_duckdb_writes_the_bytes_of_polars_from_every_kind_of_table(tmp_path: Path) -> None:
    frame = texts(400)
    frame.write_parquet(tmp_path / "register.parquet")
    frame.write_csv(tmp_path / "register.csv", separator=";")
    frame.write_ndjson(tmp_path / "register.ndjson")
    for kind in ("parquet", "csv", "ndjson"):
        for name, options in {"polars": POLARS, "duckdb": DUCKDB}.items():
            reclassified(tmp_path / f"register.{kind}", tmp_path / kind / name, *options, code=1)
        runs = [tmp_path / kind / name for name in ("polars", "duckdb")]
        written = [sorted(p.relative_to(run) for p in run.rglob("*") if p.is_file()) for run in runs]
        assert written[0] == written[1]
        for file in written[0]:
            assert (runs[0] / file).read_bytes() == (runs[1] / file).read_bytes(), file


@pytest.mark.slow
@needs_duckdb
def test_duckdb_loads_nothing_from_elsewhere_and_leaves_no_file(tmp_path: Path) -> None:
    from offers.tables.duckdb_connection import duckdb_connection  # noqa: PLC0415 - an extra

    with duckdb_connection(":memory:", tmp_path) as connection:
        settings = dict(connection.execute("SELECT name, value FROM duckdb_settings()").fetchall())
        with pytest.raises(Exception, match="locked"):
            connection.execute("SET autoinstall_known_extensions = true")
    off = ("autoinstall_known_extensions", "autoload_known_extensions", "allow_community_extensions")
    assert {settings[name] for name in off} == {"false"}
    typed(0, 50, chance_of(6)).write_parquet(tmp_path / "register.parquet")
    reclassified(tmp_path / "register.parquet", tmp_path / "run", *DUCKDB, cwd=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["register.parquet", "run", "run.runs"]


@needs_duckdb
def test_names_that_duckdb_takes_for_one_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    rulebook = Library().in_force(2018)[0]
    vocabulary = rulebook.vocabulary.written_as.decode()
    start = vocabulary.index("  diagnoses:")
    end = vocabulary.index("\n  ", vocabulary.index("\n", start))
    while vocabulary[end + 3] == " ":
        end = vocabulary.index("\n  ", end + 1)
    twin = re.sub("diagnos", "Andre diagnos", vocabulary[start:end], flags=re.IGNORECASE)
    twin = twin.replace("  Andre diagnoses:", "  Diagnoses:", 1)
    both = vocabulary[:start] + twin + "\n" + vocabulary[start:]
    (folder / "vocabulary.yaml").write_text(both)
    (folder / "rulebook.yaml").write_bytes(rulebook.written_as)
    pl.DataFrame({"id": ["a"], "name": ["A"]}).write_parquet(tmp_path / "register.parquet")
    arguments = ("--rulebook", str(folder / "rulebook.yaml"))
    ran = reclassified(tmp_path / "register.parquet", tmp_path / "run", *arguments, *DUCKDB, code=1)
    assert "DuckDB does not tell `Diagnoses` from `diagnoses`" in ran.err
    assert "decide with `--backend polars`" in ran.err


@pytest.mark.parametrize(("name", "package"), [("duckdb", "duckdb"), ("spark", "pyspark")])
def test_a_backend_that_is_not_installed_is_a_line_that_names_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    for module in [m for m in sys.modules if m.split(".")[0] == package or m == f"offers.runs.{name}"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    pl.DataFrame({"id": ["a"], "name": ["A"]}).write_parquet(tmp_path / "register.parquet")
    out, master = ("--out", str(tmp_path / "run")), ("--master", "local[1]") if name == "spark" else ()
    ran = here("reclassify", str(tmp_path / "register.parquet"), "--year", "2018", *out, "--backend", name, *master)
    assert ran.code == 2
    assert f"pip install 'sekskant[{name}]'" in ran.err
    assert not (tmp_path / "run").exists()


def test_a_run_does_not_say_which_backend_decided(tmp_path: Path, backend: tuple[str, ...]) -> None:
    pl.DataFrame({"id": ["a"], "name": ["A"]}).write_parquet(tmp_path / "register.parquet")
    reclassified(tmp_path / "register.parquet", tmp_path / "run", *backend)
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert not any(word in json.dumps(record).lower() for word in ("duckdb", "spark", "polars"))
    assert (ROOT / "offers" / "runs" / f"{backend[1]}.py").is_file()

"""A register on Spark against the same register on Polars: every file that is written, row by row."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

import polars as pl
import pytest

from benchmarks.offers_table import typed
from tests.chance import chance as chance_of
from tests.command import Ran, sekskant
from tests.offers.columns.test_columns import CELLS

SPARK = ("--backend", "spark", "--master", "local[2]")
REQUIRED = bool(os.environ.get("SEKSKANT_TEST_SPARK"))
"""Whether what Spark needs must be there: nothing is skipped then."""
needs_pyspark = pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None and not REQUIRED, reason="the extra `spark` is not installed"
)
needs_java = pytest.mark.skipif(shutil.which("java") is None and not REQUIRED, reason="Spark needs Java")
SAME = ("run.json", "rejected.csv", "fragile.csv", "summary.txt", "summary.html")


def reclassified(register: Path, out: Path, *options: str, code: int = 0) -> Ran:
    ran = sekskant("reclassify", str(register), "--year", "2018", "--out", str(out), "--lang", "en", *options)
    assert ran.code == code, ran.err
    return ran


def assert_same(on_polars: Path, on_spark: Path, *also: str) -> None:
    names = sorted(path.name for path in (on_polars / "decisions").iterdir())
    assert names == sorted(path.name for path in (on_spark / "decisions").iterdir())
    for name in names:
        expected = pl.read_parquet(on_polars / "decisions" / name).with_columns(pl.col(pl.Enum).cast(pl.String))
        found = pl.read_parquet(on_spark / "decisions" / name)
        assert found.schema == expected.schema
        assert found.rows() == expected.rows()
    for name in (*SAME, *also):
        assert (on_polars / name).read_bytes() == (on_spark / name).read_bytes(), name


@pytest.mark.slow
@needs_pyspark
@needs_java
def test_texts_with_bounds_mistakes_and_repeated_ids_and_what_changed(tmp_path: Path) -> None:
    chance = chance_of(3)
    cells = {name: chance.choices(pool, k=3_000) for name, pool in CELLS.items()}
    cells["diagnoses"][5], cells["cases_per_10000"][7] = "mange", "0.5.5"
    frame = pl.DataFrame({"id": [f" o{i} " if i % 5 else f"o{i}" for i in range(3_000)], **cells})
    frame = frame.with_columns(pl.lit("Ørnereden, nr. 1").alias("name"))
    again = pl.DataFrame(
        {"id": ["o17", None], "diagnoses": [None, None]}, schema=dict.fromkeys(("id", "diagnoses"), pl.String)
    )
    frame = pl.concat([frame, again], how="diagonal")
    register, before = tmp_path / "register æ 1", tmp_path / "before.parquet"
    register.mkdir()
    frame[:1_000].write_parquet(register / "del 1 å.parquet")
    frame[1_000:].write_parquet(register / "del 2.parquet")
    frame[:2_900].with_columns(pl.col("large_catchment_needed").shift(1)).write_parquet(before)
    (tmp_path / "ids.csv").write_text("old,new\no3,o2950\no4,o2951\no6,o2951\n")
    reclassified(before, tmp_path / "before", code=1)
    past = ("--previous", str(tmp_path / "before"), "--ids", str(tmp_path / "ids.csv"))
    reclassified(register, tmp_path / "polars", *past, code=1)
    ran = reclassified(register, tmp_path / "spark", *past, *SPARK, code=1)
    assert_same(tmp_path / "polars", tmp_path / "spark", "changes.csv")
    assert pl.read_csv(tmp_path / "spark" / "changes.csv")["cause"].drop_nulls().n_unique() >= 1
    assert "WARN" not in ran.err


@pytest.mark.slow
@needs_pyspark
@needs_java
def test_types_and_fewer_files(tmp_path: Path) -> None:
    typed(0, 2_000, chance_of(4)).write_parquet(tmp_path / "register.parquet")
    options = ("--no-fragile", "--rulebook", "hovedstaden.udviklingsstrategi")
    reclassified(tmp_path / "register.parquet", tmp_path / "polars", *options)
    reclassified(tmp_path / "register.parquet", tmp_path / "spark", *options, *SPARK)
    assert not (tmp_path / "spark" / "fragile.csv").exists()
    (tmp_path / "polars" / "fragile.csv").write_text("")
    (tmp_path / "spark" / "fragile.csv").write_text("")
    assert_same(tmp_path / "polars", tmp_path / "spark")


@needs_pyspark
def test_spark_reads_parquet_only(tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_text("id,diagnoses\na,3\n")
    ran = reclassified(tmp_path / "register.csv", tmp_path / "run", *SPARK, code=1)
    assert "register.csv: unreadable: Spark reads Parquet: a file, or a folder of files" in ran.err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("options", [("--backend", "spark"), ("--master", "local[2]")])
def test_a_cluster_belongs_to_spark(options: tuple[str, ...], tmp_path: Path) -> None:
    ran = reclassified(tmp_path / "register.csv", tmp_path / "run", *options, code=2)
    assert "--backend spark and --master URL belong together" in ran.err


@pytest.mark.slow
@needs_pyspark
@needs_java
def test_a_cluster_that_is_not_there_is_a_line(tmp_path: Path) -> None:
    typed(0, 10, chance_of(4)).write_parquet(tmp_path / "register.parquet")
    ran = reclassified(tmp_path / "register.parquet", tmp_path / "run", *SPARK[:-1], "nonsense", code=1)
    assert ran.err.startswith("nonsense: unreadable: Spark: ")
    assert "Traceback" not in ran.err


@needs_pyspark
def test_spark_without_java_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(0, 10, chance_of(4)).write_parquet(tmp_path / "register.parquet")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    ran = reclassified(tmp_path / "register.parquet", tmp_path / "run", *SPARK, code=1)
    assert ran.err.startswith("local[2]: unreadable: Spark: [JAVA_GATEWAY_EXITED] ")
    assert "Spark needs Java 17 or newer" in ran.err
    assert "Traceback" not in ran.err

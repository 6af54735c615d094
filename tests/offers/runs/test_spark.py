"""What concerns Spark alone: what it reads, and what is said where it cannot be started."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from benchmarks.offers_table import typed
from offers.columns.evidence_columns import READ
from offers.tables.table import ROW
from tests.chance import chance as chance_of
from tests.offers.runs.backends import SPARK, needs_java, needs_pyspark, reclassified


@pytest.mark.slow
@needs_pyspark
def test_spark_reads_parquet_only(tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_text("id,diagnoses\na,3\n")
    ran = reclassified(tmp_path / "register.csv", tmp_path / "run", *SPARK, code=1)
    assert "register.csv: unreadable: Spark reads Parquet: a file, or a folder of files" in ran.err
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
@pytest.mark.parametrize("options", [("--backend", "spark"), ("--master", "local[2]")])
def test_a_cluster_belongs_to_spark(options: tuple[str, ...], tmp_path: Path) -> None:
    ran = reclassified(tmp_path / "register.csv", tmp_path / "run", *options, code=2)
    assert "--backend spark and --master URL belong together" in ran.err


@pytest.mark.slow
@needs_pyspark
@needs_java
def test_a_cluster_that_is_not_there_is_a_line(tmp_path: Path) -> None:
    typed(0, 10, chance_of(4)).write_parquet(tmp_path / "register.parquet")
    ran = reclassified(tmp_path / "register.parquet", tmp_path / "run", *SPARK[:-1], "nonsense", code=1, alone=True)
    expected = "nonsense: unreadable: Spark cannot be started\n"
    hint = "  hint: it needs Java 17 or newer, and after `--master` the address of a cluster that answers\n"
    assert ran.err.startswith(expected + hint)


@pytest.mark.slow
@needs_pyspark
@needs_java
def test_a_register_that_spark_cannot_read_is_told_as_polars_is(tmp_path: Path) -> None:
    typed(0, 200, chance_of(4)).write_parquet(tmp_path / "register.parquet")
    content = (tmp_path / "register.parquet").read_bytes()
    (tmp_path / "register.parquet").write_bytes(content[:40] + bytes(2000) + content[2040:])
    texts = [
        reclassified("register.parquet", Path("run"), *backend, code=1, cwd=tmp_path).err for backend in ((), SPARK)
    ]
    assert texts[0].startswith("register.parquet: unreadable: the file is damaged, or was not copied whole\n")
    assert texts[1] == texts[0]


@pytest.mark.slow
@needs_pyspark
def test_spark_without_java_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(0, 10, chance_of(4)).write_parquet(tmp_path / "register.parquet")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    ran = reclassified(tmp_path / "register.parquet", tmp_path / "run", *SPARK, code=1, alone=True)
    assert ran.err.startswith("local[2]: unreadable: there is no Java here\n  hint: Spark needs Java 17 or newer\n")


@needs_pyspark
def test_a_row_of_each_form_of_cell_is_checked_on_spark_too(tmp_path: Path) -> None:
    from offers.runs.spark import SparkBackend  # noqa: PLC0415 - an extra

    texts = ["0.5", "0.25", "<=4", "4..5", ">3", "<=7", "ukendt", "0.1"]
    cells = {ROW: range(10, 18), READ: [True] * 3 + [False] + [True] * 4, "cases_per_10000": texts}
    (tmp_path / "found").mkdir()
    pl.DataFrame(cells).write_parquet(tmp_path / "found" / "0.parquet")
    columns = SimpleNamespace(fact_columns={"cases_per_10000": None})
    rejected = [SimpleNamespace(row=14)]
    run: Any = SimpleNamespace(evaluator=SimpleNamespace(columns=columns), batch=SimpleNamespace(rejected=rejected))
    session: Any = None
    rows = SparkBackend(session, tmp_path).rows_of_forms(run).to_list()
    assert len(rows) == 3
    assert {texts[row - 10].replace("7", "4") for row in rows} - {"0.5", "0.25", "0.1"} == {"<=4", "ukendt"}

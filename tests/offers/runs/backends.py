"""The backends as a reader names them, and runs that are compared file by file."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.command import Ran, here, sekskant

POLARS, DUCKDB = ("--backend", "polars"), ("--backend", "duckdb")
SPARK = ("--backend", "spark", "--master", "local[2]")
REQUIRED = bool(os.environ.get("SEKSKANT_TEST_SPARK"))
"""Whether what Spark needs must be there: nothing is skipped then."""
needs_pyspark = pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None and not REQUIRED, reason="the extra `spark` is not installed"
)
needs_java = pytest.mark.skipif(shutil.which("java") is None and not REQUIRED, reason="Spark needs Java")
needs_duckdb = pytest.mark.skipif(
    importlib.util.find_spec("duckdb") is None, reason="the extra `duckdb` is not installed"
)
BACKENDS = [
    pytest.param(POLARS, id="polars"),
    pytest.param(DUCKDB, id="duckdb", marks=needs_duckdb),
    pytest.param(SPARK, id="spark", marks=[pytest.mark.slow, needs_pyspark, needs_java]),
]
SAME = ("run.json", "rejected.csv", "fragile.csv", "summary.txt", "summary.html")


def reclassified(register: object, out: Path, *options: str, code: int = 0, **about: Any) -> Ran:
    """A run by all rulebooks of 2018."""
    arguments = ("--year", "2018", "--out", str(out), "--lang", "en")
    # What has an environment of its own has a process of its own, too; Spark starts once where several ask for it.
    run = sekskant if about else here
    ran = run("reclassify", str(register), *arguments, "--no-list", "--no-report", *options, **about)
    assert ran.code == code, ran.err
    return ran


def assert_same(one: Path, other: Path, *also: str) -> None:
    """Two runs wrote the same: the decisions row by row, all else byte by byte."""
    decisions, expected = decisions_of(other), decisions_of(one)
    assert list(decisions) == list(expected)
    for name, frame in expected.items():
        assert decisions[name].schema == frame.schema
        assert decisions[name].rows() == frame.rows()
    for name in (*SAME, *also):
        files = [folder / name for folder in (one, other)]
        assert [file.exists() for file in files] in ([True, True], [False, False]), name
        assert not files[0].exists() or files[0].read_bytes() == files[1].read_bytes(), name


def decisions_of(run: Path) -> Mapping[str, pl.DataFrame]:
    """The decisions of a run by the names of their files."""
    paths = sorted((run / "decisions").iterdir())
    return {
        path.name: pl.read_parquet(path, glob=False).with_columns(pl.col(pl.Enum).cast(pl.String)) for path in paths
    }

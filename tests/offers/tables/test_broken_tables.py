"""One broken table per diagnostic, with its exact output beside it; the rest of a run is never lost."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from tests.command import ROOT, sekskant

FOLDER = ROOT / "tests" / "broken" / "tables"
FILES = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".csv", ".parquet"))
TABLE_CODES = {
    "departure-without-reason",
    "derived-contradiction",
    "empty",
    "empty-interval",
    "evidence-out-of-range",
    "missing-key",
    "repeated-column",
    "repeated-offer",
    "unknown-answer",
    "unknown-column",
    "unknown-term",
    "unreadable",
    "wrong-type",
}
OF_THE_WHOLE = {"empty", "missing-key", "repeated-column", "unknown-column", "unreadable"}
"""What is wrong with a table as a whole; nothing is decided then. Of the others, the row with the id `d` is."""


def check(expected: Path, text: str) -> None:
    if os.environ.get("SEKSKANT_WRITE_EXPECTED"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


def test_every_diagnostic_on_tables_has_a_broken_file() -> None:
    assert {Path(name).stem for name in FILES} == TABLE_CODES


@pytest.mark.parametrize("name", FILES)
def test_broken_table_gives_its_diagnostics(tmp_path: Path, name: str) -> None:
    code, out = Path(name).stem, tmp_path / "run"
    ran = sekskant("reclassify", name, "--year", "2018", "--out", str(out), cwd=FOLDER)
    check(FOLDER / f"{code}.txt", ran.err)
    assert f": {code}: " in ran.err
    assert ran.code == 1
    assert out.exists() is (code not in OF_THE_WHOLE)
    for file in out.glob("decisions/*.parquet"):
        assert pl.read_parquet(file)["offer"].to_list() == ["d"]


def test_a_rulebook_that_columns_cannot_decide_by_is_told(tmp_path: Path) -> None:
    folder = FOLDER / "not-columnar"
    arguments = ("--year", "2018", "--rulebook", "rulebook.yaml", "--out", str(tmp_path / "run"))
    ran = sekskant("reclassify", "register.csv", *arguments, cwd=folder)
    check(folder / "expected.txt", ran.err)
    assert ": not-columnar: " in ran.err
    assert (ran.code, (tmp_path / "run").exists()) == (1, False)

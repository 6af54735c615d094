"""What is read of a run before: each rulebook's decisions, with the evidence that others of the run used."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from engine.rulebooks.library import Library
from offers.comparison.previous import Previous, fault_of_previous, read_previous
from tests.command import here
from tests.offers.comparison.test_comparison import COLUMNS, COMPLEXITIES, COVERED, MOST, STRATEGY, rules_in


def test_evidence_that_another_rulebook_used_stands_beside_its_own(tmp_path: Path) -> None:
    rules = rules_in(tmp_path / "rules", {})
    (tmp_path / "register.csv").write_text(f"{COLUMNS}\na,{COVERED}\nb,{COVERED}\n")
    books = [word for rule in rules for word in ("--rulebook", str(rule))]
    out = tmp_path / "run [1]*"
    ran = here("reclassify", str(tmp_path / "register.csv"), "--year", "2018", *books, "--out", str(out))
    assert ran.code == 0, ran.err
    reads_more = rules_in(tmp_path / "new", COMPLEXITIES)[0]
    old, new = (Library().choose(str(rule), 2018) for rule in (rules[0], reads_more))
    own, more = (read_previous(out, [rulebook]).frames[STRATEGY].collect() for rulebook in (old, new))
    assert "severe_complexities" not in own.columns
    assert more.drop("severe_complexities").equals(own)
    (other,) = read_previous(out, [Library().choose(str(rules[1]), 2018)]).frames.values()
    assert more["severe_complexities"].equals(other.collect()["severe_complexities"])
    previous = read_previous(out, [old])
    assert (previous.year, {*previous.rulebooks}, previous.lost) == (2018, {STRATEGY, MOST}, {STRATEGY: []})


def test_a_run_that_cannot_be_read_has_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    pl.DataFrame({"offer": ["a"]}).write_parquet(file)
    previous = Previous(2017, {"x": pl.scan_parquet(file)}, {}, folder="run")
    assert fault_of_previous(previous) is None
    file.write_bytes(b"PAR1 and no more")
    fault = fault_of_previous(previous._replace(frames={"x": pl.scan_parquet(file)}))
    assert fault is not None
    assert [str(diagnostic) for diagnostic in fault.diagnostics] == [
        "run: unreadable: there is no complete run in the folder"
    ]

"""A paper whose decisions were made again with the same outcomes: `paper verify` says so, and what differs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.rulebooks.library import Library
from tests.command import here

STRATEGY = next(book for book in Library().in_force(2018) if book.id == "hovedstaden.udviklingsstrategi")
ROWS = "id,name,operator_kind,diagnoses\na,Ahorn,region,{}\nb,Birk,municipality,1\n"


@pytest.mark.slow
def test_the_same_outcome_is_told_as_the_same_and_what_differs_is_named(tmp_path: Path) -> None:
    (tmp_path / "vocabulary.yaml").write_bytes(STRATEGY.vocabulary.written_as)
    (tmp_path / "later.yaml").write_bytes(STRATEGY.written_as + b"# a later release\n")
    (tmp_path / "register.csv").write_text(ROWS.format(2), encoding="utf-8")
    (tmp_path / "other.csv").write_text(ROWS.format(1), encoding="utf-8")
    asked = ("--year", "2018", "--lang", "en")
    paper, journal, strategy = str(tmp_path / "p.html"), str(tmp_path / "j.db"), ("--rulebook", STRATEGY.id)
    register, other = str(tmp_path / "register.csv"), str(tmp_path / "other.csv")
    later = ("--rulebook", str(tmp_path / "later.yaml"))
    assert here("paper", "committee", register, *strategy, *asked, "--out", paper).code == 0

    def recorded(source: str, name: str, *rulebook: str) -> None:
        run = ("reclassify", source, *rulebook, *asked, "--no-list", "--no-report", "--out", str(tmp_path / name))
        assert here(*run, "--journal", journal).code == 0

    def said(*where: str) -> str:
        ran = here("paper", "verify", paper, *where, "--lang", "en", columns=300)
        assert ran.code == 5, ran.err + ran.out
        return ran.out

    recorded(register, "as-told", *strategy)
    assert here("paper", "verify", paper, "--journal", journal, "--lang", "en").code == 0
    recorded(register, "later", *later)
    of_run, of_journal = said("--run", str(tmp_path / "later")), said("--journal", journal)
    assert "! The outcomes are those of this run, which decided by another file of the rulebook." in of_run
    assert "by another file of the rulebook, with the same outcomes." in of_journal
    for told in (of_run, of_journal):
        assert "2 decisions by" in told
        assert f"its digest is {STRATEGY.sha256[:12]}… in the paper" in told
        assert "Ahorn" not in told
    ran = here("paper", "verify", paper, "--run", str(tmp_path / "later"), "--format", "json")
    outdated = json.loads(ran.out)["outdated"]
    assert {(one["same_outcome"], one["rulebook_then"]) for one in outdated} == {(True, STRATEGY.sha256)}

    recorded(other, "other", *strategy)
    of_run, of_journal = said("--run", str(tmp_path / "other")), said("--journal", journal)
    assert "! The outcomes are those of this run, and what they rest on is not." in of_run
    assert "with the same outcome on other grounds: ✓ covered" in of_run
    assert "Birk" not in of_run
    assert "! Outdated: it was decided again since, with the same outcomes on other grounds." in of_journal

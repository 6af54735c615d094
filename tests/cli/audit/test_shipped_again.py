"""The shipped rulebooks have another digest than before: what was recorded by the former text stays as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.rulebooks.library import Library
from tests.command import DATA, ROOT, Ran, here

FORMER = ROOT / "tests" / "rules_before" / "udviklingsstrategi-2018.yaml"
STRATEGY = "hovedstaden.udviklingsstrategi"
OFFER = DATA / "blindenetvaerket.yaml"


@pytest.fixture
def journal(tmp_path: Path) -> str:
    """A journal in which the former text decided, and people decided otherwise."""
    journal = str(tmp_path / "journal.db")
    ran = here("assess", str(OFFER), "--rulebook", str(FORMER), "--year", "2018", "--journal", journal)
    assert ran.code == 0, ran.err
    reason = ("--verdict", "met", "--because", "Aftalt.", "--by", "Udvalget")
    assert here("audit", "override", "1", *reason, "--journal", journal).code == 0
    return journal


def audit(journal: str, *arguments: str) -> Ran:
    return here("audit", *arguments, "--journal", journal)


def test_a_decision_of_before_comes_out_identical_and_its_receipt_verifies(journal: str, tmp_path: Path) -> None:
    content = json.loads(audit(journal, "show", "1", "--format", "json").out)["content"]
    shipped = Library().choose(STRATEGY, 2018)
    assert content["rulebook"]["sha256"] != shipped.sha256
    assert audit(journal, "replay", "--all").out == "1 identical, 0 different, 0 not replayable\n"
    receipt = tmp_path / "receipt.json"
    receipt.write_text(audit(journal, "receipt", "1").out, encoding="utf-8")
    verified = here("receipt", "verify", str(receipt), "--journal", journal)
    assert (verified.code, "Made again, the decision is identical." in verified.out) == (0, True)


def test_no_override_turns_stale_by_it(journal: str) -> None:
    asked = ("assess", str(OFFER), "--rulebook", STRATEGY, "--year", "2018", "--journal", journal)
    (record,) = json.loads(here(*asked, "--format", "json").out)
    assert record["recorded_override"]["stale"] is False
    assert record["recorded_override"]["by"] == "Udvalget"
    told = here(*asked, "--summary", columns=300)
    assert "changed since" not in told.out + told.err

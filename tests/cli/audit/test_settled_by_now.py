"""What was undetermined by the former definition, and is settled by the exact one, is told so, and is no tampering."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from engine.decisions import decide
from engine.decisions.decision_record import decision_record
from engine.journal import drafts
from tests.command import Ran, here

FORMER = "sekskant/decision/2"
UNKNOWN_OPERATOR = """
format: sekskant/offer/1
id: solgaard
name: Solgård
agreement_with: {kind: municipality, name: Solrød Kommune}
evidence:
  cases_per_10000: 4
  diagnoses: 2
  large_catchment_needed: {answer: no, because: reason}
  professional_coordination_needed: {answer: yes, because: reason}
  outside_share_mean: 0.6
  highly_specialised_basis: {answer: no, because: reason}
"""
WIDE = ("--year", "2018", "--rulebook", "hovedstaden.udviklingsstrategi")


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal with a decision as it was made and recorded before facts were settled together."""
    offer = tmp_path / "offer.yaml"
    offer.write_text(UNKNOWN_OPERATOR, encoding="utf-8")
    with monkeypatch.context() as before:
        before.setattr(decide, "Completions", lambda program: None)
        before.setattr(drafts, "decision_record", partial(decision_record, form=FORMER))
        ran = here("assess", str(offer), *WIDE, "--journal", str(tmp_path / "journal.db"))
    assert ran.code == 0, ran.err
    return tmp_path / "journal.db"


def audit(journal: Path, *arguments: str) -> Ran:
    return here("audit", *arguments, "--journal", str(journal), columns=120)


def test_it_is_recorded_as_undetermined_and_verifies(journal: Path) -> None:
    content = json.loads(audit(journal, "show", "1", "--format", "json").out)["content"]
    assert (content["format"], content["verdict"]) == (FORMER, "undetermined")
    assert audit(journal, "verify").code == 0


def test_replay_says_identical_and_settled_by_now(journal: Path) -> None:
    ran = audit(journal, "replay", "--all")
    assert (ran.code, ran.out) == (
        0,
        "Entry 1 (solgaard, hovedstaden.udviklingsstrategi 2018): identical: settled by the exact definition: "
        "“covered by the development strategy”\n1 identical, 0 different, 0 not replayable\n",
    )
    (record,) = json.loads(audit(journal, "replay", "1", "--format", "json").out)
    assert (record["result"], record["settled_as"]) == ("identical", "met")


def test_show_says_so_beside_what_was_recorded(journal: Path) -> None:
    ran = audit(journal, "show", "1", "--lang", "da")
    assert ran.code == 0
    assert "Vurderet efter den nøjagtige definition: »omfattet af udviklingsstrategien«." in ran.out + ran.err
    assert "uafklaret" in ran.out


def test_a_receipt_of_it_holds(journal: Path, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.json"
    receipt.write_text(audit(journal, "receipt", "1").out, encoding="utf-8")
    ran = here("receipt", "verify", str(receipt))
    assert ran.code == 0, ran.out
    assert "settled by the exact definition" in ran.out


def test_what_is_decided_now_is_settled(journal: Path) -> None:
    ran = here("assess", str(journal.parent / "offer.yaml"), *WIDE, "--format", "json")
    (record,) = json.loads(ran.out)
    assert (record["format"], record["verdict"], record["basis"]) == ("sekskant/decision/3", "met", None)
    assert record["shared"] == [{"fact": "operator_kind", "read_by": ["A5", "included_by_order"]}]

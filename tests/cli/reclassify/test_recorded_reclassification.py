"""A reclassification that is recorded: verified, shown, followed and replayed offer by offer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import DATA, Ran, sekskant

YEAR = ("--year", "2018")
MOST = "hovedstaden.mest-specialiserede"
TABLE = """\
id,operator_kind,agreement_kind,cases_per_10000,volume_judgement,volume_judgement_because,severe_complexities,outside_share_2014
a,municipality,none,0.7,ja,Tallet dækker nabogrupper.,>=4,0.61
b,region,ingen,>0.3 <0.5,,,ukendt,
c,private,region,,nej,,3,0.2..0.4
"""


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A journal with the reclassification of a small register."""
    (tmp_path / "register.csv").write_text(TABLE)
    ran = reclassify(tmp_path, str(tmp_path / "register.csv"))
    assert ran.code == 0, ran.err
    assert f"recorded as entry 1 of {tmp_path / 'journal.db'}, run " in ran.err
    return tmp_path / "journal.db"


def reclassify(folder: Path, register: str) -> Ran:
    journal = ("--journal", str(folder / "journal.db"), "--by", "taskforcen")
    return sekskant("reclassify", register, *YEAR, "--out", str(folder / "run"), *journal)


def audit(journal: Path, *arguments: str) -> Ran:
    return sekskant("audit", *arguments, "--journal", str(journal), columns=120)


@pytest.mark.slow
def test_it_is_verified_and_every_decision_is_replayed_identically(recorded: Path) -> None:
    assert audit(recorded, "verify").code == 0
    assert audit(recorded, "replay", "--all").out == "6 identical, 0 different, 0 not replayable\n"


@pytest.mark.slow
def test_a_decision_of_it_is_shown_with_its_evidence_and_reason(recorded: Path) -> None:
    printed = audit(recorded, "show", f"1/a@{MOST}").out
    assert "Cases per 10,000 inhabitants: 0.7" in printed
    assert "Reason: Tallet dækker nabogrupper." in printed
    assert "taskforcen" in audit(recorded, "list").out


@pytest.mark.slow
def test_a_file_of_it_that_was_altered_is_noticed(recorded: Path) -> None:
    (summary,) = (recorded.parent / "run.runs").glob("*/summary.txt")
    summary.write_text(summary.read_text().replace("3", "4"))
    verified = audit(recorded, "verify")
    assert verified.code == 4
    assert "summary.txt" in verified.out


@pytest.mark.slow
def test_the_real_offers_are_recorded_and_replayed(tmp_path: Path) -> None:
    assert reclassify(tmp_path, str(DATA)).code == 0
    assert audit(tmp_path / "journal.db", "verify").code == 0
    assert audit(tmp_path / "journal.db", "replay", "--all").out == "46 identical, 0 different, 0 not replayable\n"


def test_a_journal_that_cannot_be_written_is_said_before_anything_is_decided(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_text("no journal")
    ran = reclassify(tmp_path, str(DATA))
    assert ran.code == 1
    assert "not-a-journal" in ran.err
    assert not (tmp_path / "run").exists()

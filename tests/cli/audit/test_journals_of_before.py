"""What was recorded in an earlier format is read, verified, shown and made again, by whichever version comes after."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from engine.journal.journal import Journal
from engine.values.canonical import sha256
from tests.command import ROOT, Ran, here

RECORDED = ROOT / "tests" / "recorded"
FORMATS = sorted(path.name for path in RECORDED.iterdir() if path.is_dir())
COUNT = 6


def restored(name: str, folder: Path) -> Path:
    """A recorded journal as a database, with its run beside it."""
    source = RECORDED / name
    shutil.copytree(source / "run", folder / "run")
    with sqlite3.connect(folder / "journal.db") as connection:
        connection.executescript((source / "journal.sql").read_text(encoding="utf-8"))
    connection.close()
    return folder / "journal.db"


@pytest.fixture(params=FORMATS)
def former(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A journal of each format that there was."""
    return restored(request.param, tmp_path)


def audit(journal: Path, *arguments: str) -> Ran:
    return here("audit", *arguments, "--journal", str(journal), columns=120)


def noted(name: str = "journal-1") -> tuple[str, str]:
    record = json.loads((RECORDED / name / "head.json").read_text())
    return str(record["count"]), record["head"]


def test_it_holds_and_still_has_its_head(former: Path) -> None:
    count, head = noted()
    ran = audit(former, "verify", "--count", count, "--head", head)
    assert (ran.code, ran.out) == (0, f"✓ {COUNT} entries hold.\nHead: {head}\n")


def test_every_decision_comes_out_identical(former: Path) -> None:
    ran = audit(former, "replay", "--all")
    assert (ran.code, ran.out) == (0, "10 identical, 0 different, 0 not replayable\n")


@pytest.mark.parametrize("identifier", ["1", "2", "4", "6/c1@hovedstaden.udviklingsstrategi"])
def test_every_decision_is_shown_as_it_was_made(identifier: str, former: Path) -> None:
    ran = audit(former, "show", identifier)
    assert ran.code == 0
    assert "Only the record is shown" not in ran.out
    assert audit(former, "why", identifier).code == 0


def test_words_say_what_was_known_whatever_the_record_says(former: Path) -> None:
    printed = audit(former, "show", "1").out
    assert "Cases per 10,000 inhabitants: above 0 (required: at most 10)" in printed
    assert "2014: above 0%" in printed
    assert "any value is possible" not in printed


def test_the_record_is_what_was_recorded(former: Path) -> None:
    content = json.loads(audit(former, "show", "1", "--format", "json").out)["content"]
    assert content["format"] == "sekskant/decision/1"
    assert content["criteria"][0]["tests"][0]["evidence"] == {}


def test_lists_history_and_exports_read_it(former: Path) -> None:
    assert len(json.loads(audit(former, "list", "--format", "json").out)) == COUNT
    assert "Drøftet i styregruppen." in audit(former, "history", "bakken").out
    assert audit(former, "why-not", "4", "--outcome", "most_specialised").code == 0
    for form in ("jsonl", "csv", "prov"):
        assert audit(former, "export", "--format", form).code == 0


@pytest.mark.parametrize("name", FORMATS)
def test_its_receipts_verify_alone_and_against_it(name: str, tmp_path: Path) -> None:
    journal = restored(name, tmp_path)
    ran = here("receipt", "verify", str(RECORDED / name / "receipt.json"), "--journal", str(journal))
    assert ran.code == 0, ran.out
    assert "Made again, the decision is identical." in ran.out


def test_a_receipt_written_now_is_the_receipt_written_then(former: Path) -> None:
    assert audit(former, "receipt", "1").out == (RECORDED / "journal-1" / "receipt.json").read_text(encoding="utf-8")


def test_what_is_recorded_in_it_now_has_the_format_of_now(former: Path) -> None:
    ran = here("assess", str(RECORDED / "journal-1" / "offers.yaml"), "--year", "2018", "--journal", str(former))
    assert ran.code == 0, ran.err
    assert "overridden" in ran.out + ran.err
    with Journal(str(former)) as journal:
        then, now = (json.loads(journal.entry(number).content) for number in (1, COUNT + 1))
    assert now["format"] == "sekskant/decision/3"
    assert now["criteria"][0]["tests"][0]["evidence"] == {"above": "0"}
    assert then["criteria"][0]["tests"][0]["evidence"] == {}
    # The texts of the shipped rulebooks were mended since.
    assert {name for name in then if then[name] != now[name]} == {"format", "criteria", "overrides", "rulebook"}
    assert audit(former, "replay", "--all").out == "14 identical, 0 different, 0 not replayable\n"
    assert audit(former, "verify").code == 0
    history = audit(former, "history", "aaparken").out
    assert history.count("└── Rulebook: 2018 (") == 2  # and nothing else


def test_a_format_of_a_later_version_is_said_and_not_guessed(former: Path) -> None:
    with sqlite3.connect(former) as connection:
        (content,) = connection.execute("SELECT content FROM entries WHERE number = 1").fetchone()
        content = content.replace("sekskant/decision/1", "sekskant/decision/9")
        connection.execute("UPDATE entries SET content = ?, content_digest = ?", (content, sha256(content)))
    connection.close()
    ran = audit(former, "replay", "1")
    assert ran.code == 4
    start = "Entry 1 (aaparken, hovedstaden.udviklingsstrategi 2018): not replayable: "
    assert ran.out == f"{start}this version does not read the format sekskant/decision/9\n"


def test_it_has_the_seal_that_it_had_and_goes_on_from_it(former: Path, tmp_path: Path) -> None:
    seal, date = RECORDED / "journal-1" / "seal.json", ("--year", "2018", "--date", "2018-12-31")
    assert audit(former, "seal", *date).out == seal.read_text()
    assert audit(former, "verify", "--seal", str(seal)).code == 0
    assert audit(former, "override", "2", "--verdict", "met", "--because", "so").code == 0
    later = tmp_path / "later.json"
    assert audit(former, "seal", *date, "--after", str(seal), "--out", str(later)).code == 0
    assert audit(former, "verify", "--seal", str(seal), "--seal", str(later)).code == 0
    assert here("receipt", "verify", str(later), "--seal", str(seal)).code == 0

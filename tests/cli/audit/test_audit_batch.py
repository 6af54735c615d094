"""Decisions of a recorded batch, addressed by offer in its Parquet files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine.documents.fields import read_json
from engine.journal.drafts import run_draft, texts_of
from engine.journal.journal import Journal
from engine.journal.records import File, RunRecord, RunRulebook
from offers.recorded.batch_entries import RowDocuments
from offers.records.offer import read_offer
from tests.command import Ran, here
from tests.journals import YEAR, deciders

ROWS: list[dict[str, Any]] = [
    {"offer": "a", "cases_per_10000": "<=0.5", "severe_complexities": "4", "self_supply_needed": "ja"},
    {"offer": "b", "cases_per_10000": "0.3..0.5", "severe_complexities": ">4", "self_supply_needed": "nej"},
    {"offer": "c", "cases_per_10000": "0.75", "severe_complexities": "ukendt", "self_supply_needed": None},
]
MORE = {"no_alternative_in_region": "yes", "whole_region_catchment_needed": True, "special_competencies": "yes"}
MORE |= {"self_supply_needed_because": "Få steder.", "operator_kind": "municipality", "agreement_kind": "none"}
MORE |= {"outside_share_2014": 0.6, "outside_share_2015": 0.5, "outside_share_2016": None}


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal with one batch of three offers, decided by both rulebooks."""
    folder, files = tmp_path / "out" / "decisions", []
    folder.mkdir(parents=True)
    those = deciders()
    for decider in those:
        rulebook, rows = decider.program.rulebook, []
        for cells in ({**row, **MORE} for row in ROWS):
            written = read_offer(RowDocuments(rulebook.vocabulary).document(cells), rulebook.vocabulary)
            trace = decider.decide(written.subject(), written.stated, YEAR)
            decided = {"verdict": trace.verdict.value, "outcome": trace.outcome, "basis": trace.basis}
            decided |= {c.criterion.id: c.status.reported for c in trace.criteria}
            rows.append({"offer": cells["offer"], **decided, **cells})
        file = folder / f"{rulebook.id}@{rulebook.version}.parquet"
        pl.DataFrame(rows).write_parquet(file)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        files.append(File(f"decisions/{file.name}", digest, len(rows)))
    pairs = [(d.program.rulebook, d.superset.program.rulebook if d.superset else None) for d in those]
    rulebooks = tuple(RunRulebook(r.ref, s and s.ref) for r, s in pairs)
    counts = {f"{r.id}@{r.version}": {"rows": 3} for r, _ in pairs}
    run = RunRecord(YEAR, rulebooks, (), tuple(files), counts)
    path = tmp_path / "journal.db"
    with Journal(str(path), writes=True) as source:
        place = source.place_of(tmp_path / "out")
        draft = run_draft("run-2018", run, place, {"engine": "columnar"})
        source.append([draft], texts_of([r for r, _ in pairs]), by="auditor")
    return path


def audit(path: Path, *arguments: str) -> Ran:
    return here("audit", *arguments, environment={"SEKSKANT_JOURNAL": str(path)}, columns=120)


MOST = "hovedstaden.mest-specialiserede"


def test_a_decision_of_a_batch_is_shown_explained_and_followed(journal: Path) -> None:
    ran = audit(journal, "show", f"1/a@{MOST}")
    assert ran.code == 0, ran.err
    assert "✓ MOST SPECIALISED" in ran.out
    assert "at most 0.5 (indicative: at most 0.5)" in ran.out
    assert "Reason: Få steder." in ran.out
    assert "because" in audit(journal, "why", f"1/a@{MOST}@2018").out
    why_not = audit(journal, "why-not", f"1/b@{MOST}", "--outcome", "not_most_specialised")
    assert "Severe complexities: at least 5; would have to be below 4" in why_not.out
    history = json.loads(audit(journal, "history", "a", "--format", "json").out)
    assert [(e["number"], e["rulebook"], e["verdict"]) for e in history][:1] == [(1, MOST, "met")]


def test_a_batch_is_verified_and_replayed(journal: Path) -> None:
    assert audit(journal, "verify").code == 0
    assert audit(journal, "replay", "--run", "run-2018").out == "6 identical, 0 different, 0 not replayable\n"
    assert audit(journal, "replay", f"1/c@{MOST}").out.endswith("identical\n")


def test_a_journal_and_its_batches_can_be_moved_together(journal: Path, tmp_path: Path) -> None:
    moved = tmp_path / "archive"
    moved.mkdir()
    (tmp_path / "out").rename(moved / "out")
    journal.rename(moved / journal.name)
    assert audit(moved / journal.name, "verify").code == 0


def forged(journal: Path) -> Path:
    """The file of a rulebook in which one status is not what the evidence gives."""
    file = journal.parent / "out" / "decisions" / f"{MOST}@2018.parquet"
    frame = pl.read_parquet(file)
    changed = pl.when(pl.col("offer") == "a").then(pl.lit("not_met")).otherwise(pl.col("B1")).alias("B1")
    frame.with_columns(changed).write_parquet(file)
    return file


def test_a_row_that_says_otherwise_is_noticed(journal: Path) -> None:
    file = forged(journal)
    verified = audit(journal, "verify")
    assert verified.code == 4
    assert "no longer has its digest" in verified.out
    assert str(file) in verified.out.replace("\n  ", "")
    replayed = audit(journal, "replay", "--all")
    assert replayed.code == 4
    assert f"Entry 1 (run): not replayable: {file}: the file, which entry 1 of {journal} names," in replayed.out
    assert "3 identical, 0 different, 1 not replayable" in replayed.out


def test_a_row_that_says_otherwise_under_a_digest_that_fits_is_noticed(journal: Path) -> None:
    file = forged(journal)
    with Journal(str(journal)) as source:
        run, texts = RunRecord.read(read_json(source.entry(1).content)), dict(source.texts())
    journal.unlink()
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    files = tuple(f._replace(sha256=digest) if f.path.endswith(file.name) else f for f in run.files)
    with Journal(str(journal), writes=True) as source:
        source.append([run_draft("run", run._replace(files=files), "out", {})], texts, by="auditor")
    assert audit(journal, "verify").code == 0
    replayed = audit(journal, "replay", "--all")
    assert replayed.code == 4
    assert "different: criteria.B1.status" in replayed.out
    assert "5 identical, 1 different, 0 not replayable" in replayed.out


def test_what_is_not_in_a_batch_is_said(journal: Path) -> None:
    for identifier, message in (
        ("1/nobody", "the batch in entry 1 has no decision on `nobody`"),
        ("1/a", "there is more than one decision on `a` in entry 1"),
    ):
        ran = audit(journal, "show", identifier)
        assert ran.code == 1
        assert message in ran.err
    (journal.parent / "out" / "decisions" / f"{MOST}@2018.parquet").unlink()
    ran = audit(journal, "show", f"1/a@{MOST}")
    assert ran.code == 4
    assert "altered-file" in ran.err
    assert "not replayable" in audit(journal, "replay", "--all").out

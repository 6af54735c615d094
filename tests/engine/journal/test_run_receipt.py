"""A receipt of a decision of a run: it agrees with the record of the run, and names what does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.diagnostics import Malformed, Rejected
from engine.journal.drafts import run_draft
from engine.journal.entry import DECISION, Entry, RowEntry
from engine.journal.journal import Journal
from engine.journal.receipt import Receipt, mismatches, read_receipt, receipt_text
from engine.journal.records import File, RecordedDecision, RunRecord, RunRulebook, recorded_by, superset_in
from engine.values.canonical import canonical, canonical_record, sha256

Record = dict[str, Any]
DECIDED_BESIDE_A_WIDER = 4
FOLDER = "decisions/hovedstaden.mest-specialiserede@2018.parquet"


def row_of(entry: Entry, run: Entry) -> RowEntry:
    """A decision as one of a run's rows."""
    own = {"kind": DECISION, "number": run.number, "digest": run.digest, "run": run.run, "execution": run.execution}
    return RowEntry(*entry._replace(**own))  # type: ignore[arg-type]


def text_with(path: Path, file: str) -> str:
    """The receipt of a decision of a run with a file."""
    with Journal(str(path), writes=True) as journal:
        entry = journal.entry(DECIDED_BESIDE_A_WIDER)
        decision = recorded_by(entry)
        assert isinstance(decision, RecordedDecision)
        own, wider = decision.rulebook, superset_in(entry)
        assert wider is not None
        others = (own._replace(id="a"), wider)
        rulebooks = (*(RunRulebook(other, None) for other in others), RunRulebook(own, wider))
        run = RunRecord(decision.year, rulebooks, files=(File("run.json", "ab", 0), File(file, "cd", 1)))
        journal.append([run_draft("r", run, "out", {"engine": "columnar"})], by="auditor")
        return receipt_text(journal, row_of(entry, journal.entry(journal.head().entries)))


@pytest.fixture
def text(journal: Path) -> str:
    return text_with(journal, FOLDER)


def sealed(record: Record) -> str:
    """The receipt with the digests above what it holds made anew."""
    record["entry"]["content_digest"] = sha256(canonical_record(record["run"]))
    record["digest"] = sha256(canonical_record(record["entry"]))
    rest = {key: value for key, value in record.items() if key != "seal"}
    return canonical(rest | {"seal": sha256(canonical(rest))})


def named(text: str) -> list[tuple[str, str]]:
    return [(m.part, m.expected) for m in mismatches(read_receipt(text.encode(), "r.json"))]


def renamed(record: Record) -> None:
    record["name"] = "Another"


def of_another_year(record: Record) -> None:
    record["run"]["year"] = 2017


def in_no_file(record: Record) -> None:
    record["run"]["files"].pop()


def in_a_file_of_a_like_name(record: Record) -> None:
    record["run"]["files"][-1]["path"] = f"{FOLDER}s/0.parquet"


def by_another_rulebook(record: Record) -> None:
    record["run"]["rulebooks"][-1]["sha256"] = "x"


def of_another_year_in_the_entry(record: Record) -> None:
    record["entry"]["year"] = 2017


def no_document(record: Record) -> None:
    record["document"] = "{"


RULEBOOK = "hovedstaden.mest-specialiserede@2018"
ALTERED: dict[Callable[[Record], None], list[str]] = {
    renamed: ["document"],
    no_document: ["document"],
    of_another_year: ["rulebook"],
    of_another_year_in_the_entry: ["entry.year"],
    in_no_file: ["file"],
    in_a_file_of_a_like_name: ["file"],
    by_another_rulebook: ["rulebook"],
}
EXPECTED = {"rulebook": RULEBOOK, "file": FOLDER, "entry.year": "2018"}


@pytest.mark.parametrize("file", [FOLDER, f"{FOLDER}/0.parquet"])
def test_a_receipt_of_a_run_agrees_with_its_record(file: str, journal: Path) -> None:
    text = text_with(journal, file)
    assert named(text) == []
    record = json.loads(text)
    receipt = Receipt(text, record)
    decision, document, wider = receipt.recorded()
    assert receipt.is_of_run
    assert (decision.record, document) == (record["decision"], record["document"])
    assert wider is not None
    assert wider.record() == record["run"]["rulebooks"][-1]["superset"]
    assert receipt.name == record["name"] == json.loads(record["document"])["name"]
    assert receipt.run().files[-1].path == file
    assert receipt.decided_so == {
        "verdict": decision.verdict,
        "outcome": decision.outcome,
        "rulebook": "hovedstaden.mest-specialiserede",
        "version": "2018",
    }
    nothing = dict.fromkeys(("verdict", "outcome", "rulebook", "version"), "–")
    assert Receipt(text, record | {"decision": {}}).decided_so == nothing


@pytest.mark.parametrize("alter", ALTERED, ids=lambda alter: alter.__name__)
def test_what_does_not_agree_with_the_run_is_named(alter: Callable[[Record], None], text: str) -> None:
    record = json.loads(text)
    alter(record)
    found = named(sealed(record))
    assert [part for part, _ in found] == ALTERED[alter]
    for part, expected in found:
        assert expected == EXPECTED.get(part, record["name"])


def test_a_run_that_was_not_decided_by_the_rulebook_has_no_wider_one(text: str) -> None:
    record = json.loads(text)
    by_another_rulebook(record)
    with pytest.raises(Malformed, match="the run was not decided by that rulebook"):
        Receipt(text, record).recorded()


def test_what_has_no_receipt_is_said(text: str, journal: Path) -> None:
    with Journal(str(journal)) as source:
        run, entry = source.entry(source.head().entries), source.entry(DECIDED_BESIDE_A_WIDER)
        for one, code, message in (
            (run, "unknown-entry", "entry 9 is no decision but: run"),
            (entry._replace(content="{"), "not-replayable", "the entry does not hold a whole decision"),
            (entry._replace(execution="{"), "not-replayable", "the entry does not hold a whole decision"),
        ):
            with pytest.raises(Rejected) as caught:
                receipt_text(source, one)
            assert [(d.code, d.message) for d in caught.value.diagnostics] == [(code, message)]
        altered = superset_in(entry)
        assert altered is not None
        other = canonical_record(altered._replace(sha256="x").record())
        with pytest.raises(Rejected, match="a rulebook or vocabulary that it rests on is not kept: x"):
            receipt_text(source, entry._replace(superset=other))
        without = json.loads(receipt_text(source, entry._replace(execution=None)))
        assert without["execution"] is None

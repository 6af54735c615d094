"""Decisions, runs and overrides as drafts of journal entries, with the texts that they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.decisions.decision_record import decision_record
from engine.decisions.trace import Trace
from engine.journal.entry import DECISION, OVERRIDE, RUN, Draft, Entry
from engine.journal.journal import Kept
from engine.journal.records import RecordedOverride, RunRecord
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.canonical import canonical, canonical_record, decision_text, in_unicode, sha256
from engine.values.json_record import JsonRecord

RULEBOOK, VOCABULARY = "rulebook", "vocabulary"


def decision_draft(
    trace: Trace, superset: Rulebook | None, run: str, document: str, place: str, remarks: Sequence[JsonRecord] = ()
) -> Draft:
    """A decision as a draft: the offer as it was written, where it was read, and the wider rulebook consulted.

    `remarks` are what to know of the offer as it was handed in.
    """
    record = decision_record(trace)
    content = decision_text(record)
    return Draft(
        kind=DECISION,
        run=run,
        content=content,
        content_digest=sha256(content),
        offer=trace.subject.id,
        name=trace.subject.name,
        year=trace.year,
        rulebook=trace.rulebook.id,
        version=trace.rulebook.version,
        verdict=trace.verdict.value,
        outcome=trace.outcome,
        basis=trace.basis,
        execution=canonical_record(record["execution"]),
        document=document,
        place=in_unicode(place),
        superset=None if superset is None else canonical_record(superset.ref.record()),
        input_remarks=canonical([*remarks]) if remarks else None,
    )


def texts_of(rulebooks: Iterable[Rulebook | None]) -> dict[str, Kept]:
    """The texts of rulebooks and their vocabularies, by digest."""
    texts: dict[str, Kept] = {}
    for rulebook in rulebooks:
        if rulebook is not None:
            texts[rulebook.sha256] = Kept(RULEBOOK, rulebook.written_as.decode())
            texts[rulebook.vocabulary.sha256] = Kept(VOCABULARY, rulebook.vocabulary.written_as.decode())
    return texts


def override_draft(of: Entry, run: str, *, verdict: Verdict, outcome: str, because: str, by: str) -> Draft:
    """What a person decides in place of a recorded decision, which stays as it is.

    Args:
        of: the entry of the decision.
        run: the run in which this is recorded.
        verdict: the verdict in its place.
        outcome: that verdict in the rulebook's word.
        because: the reason.
        by: who decided so.
    """
    reason, who = in_unicode(because), in_unicode(by)
    override = RecordedOverride(of.number, of.digest, of.content_digest, verdict, outcome, reason, who)
    content = canonical(override.record())
    return Draft(
        OVERRIDE,
        run,
        content,
        sha256(content),
        offer=of.offer,
        name=of.name,
        year=of.year,
        rulebook=of.rulebook,
        version=of.version,
        verdict=verdict.value,
        outcome=outcome,
    )


def run_draft(run: str, record: RunRecord, folder: str, execution: Mapping[str, Any]) -> Draft:
    """A batch as a draft: its decisions stand in its files, a file per rulebook, each row addressed by its offer's id.

    Args:
        run: the run's name, from `new_run`.
        record: what it was made of and came to, and its files; `texts_of` gives the texts of its rulebooks.
        folder: where the files were written, as `Journal.place_of` names it.
        execution: which evaluators decided, and what checked them; not part of the run's digest.
    """
    content = canonical(record.record())
    return Draft(
        RUN, run, content, sha256(content), year=record.year, execution=canonical(dict(execution)), place=folder
    )

"""The decision record: the view of a trace that machines read, the same in every language.

What is decided now is recorded as `FORMAT`. What was recorded in a former format is made again by the definition of
that one, and rendered in it: the formats differ in how they show the evidence of a test, and in whether what is open
was settled over facts, or each criterion and override for itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.decisions.analysis import Sets
from engine.decisions.evidence_record import EvidenceRecords, details_of, ends_told_by_number
from engine.decisions.fact_sets import fact_sets
from engine.decisions.trace import CriterionTrace, Note, OverrideTrace, TestTrace, Trace
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import NumberTest, Verdict
from engine.values.interval import Interval
from engine.values.json_record import JsonRecord
from engine.values.logic import Status, settled
from engine.values.numbers import decimal_text

FORMAT = "sekskant/decision/3"


class DecisionFormat(NamedTuple):
    """What a format of the record says: how it shows evidence, and by which definition its decisions were made."""

    evidence: EvidenceRecords
    is_over_facts: bool


FORMATS: Mapping[str, DecisionFormat] = {
    "sekskant/decision/1": DecisionFormat(EvidenceRecords(ends_told_by_number), is_over_facts=False),
    "sekskant/decision/2": DecisionFormat(EvidenceRecords(Interval.without_limits), is_over_facts=False),
    FORMAT: DecisionFormat(EvidenceRecords(Interval.without_limits), is_over_facts=True),
}
"""The formats that decisions were ever recorded in."""

_POSSIBLE = {status: tuple(single.reported for single in settled(status)) for status in Status}


def decision_record(trace: Trace, form: str = FORMAT) -> JsonRecord:
    """The decision of a trace. Rulebook texts are in the rulebook's own language, whatever the reader's is.

    `form` is one of `FORMATS`: that of a record of before which this one is compared with.
    """
    evidence, is_over_facts = FORMATS[form]
    record = {
        "format": form,
        "offer": trace.subject.id,
        "year": trace.year,
        "rulebook": trace.rulebook.ref.record(),
        "verdict": trace.verdict.value,
        "outcome": trace.outcome,
        "basis": trace.basis,
        "possible_bases": list(trace.possible_bases),
        "criteria": [_criterion(trace, criterion, evidence) for criterion in trace.criteria],
        "overrides": [_override(trace, override, evidence) for override in trace.overrides],
        "grounds": _sets(trace.analysis.grounds),
        "missing": {v.value: _sets(trace.analysis.missing[v]) for v in (Verdict.MET, Verdict.NOT_MET)},
        "smallest_change": _sets(trace.analysis.smallest_change),
        "attention": list(trace.subject.attention),
        "published": [_published(p) for p in trace.subject.published if p.rulebook == trace.rulebook.id],
        "notes": [_note(note) for note in trace.notes],
        "execution": _execution(trace),
    }
    return record | (_over_facts(trace) if is_over_facts else {})


def _over_facts(trace: Trace) -> JsonRecord:
    """What the definition over facts adds: sets of facts, the facts that several items rest on, and what cannot be."""
    facts = fact_sets(trace)
    return {
        "grounds_facts": list(map(list, facts.grounds)),
        "missing_facts": {v.value: list(map(list, sets)) for v, sets in facts.missing.items()},
        "shared": [{"fact": shared.fact, "read_by": list(shared.read_by)} for shared in trace.shared],
        "excluded": [{item: status.reported for item, status in pair} for pair in trace.excluded],
    }


def _note(note: Note) -> JsonRecord:
    if note.rulebook is None:
        return {"code": note.code, **{k: list(v) if isinstance(v, tuple) else v for k, v in note.detail.items()}}
    rulebook = note.rulebook
    return {"code": note.code, "rulebook": rulebook.id, "version": rulebook.version, "sha256": rulebook.sha256}


def _text(trace: Trace, text: Text) -> str:
    return getattr(text, trace.rulebook.language)  # type: ignore[no-any-return]


def _sets(sets: Sets) -> list[list[str]]:
    return [list(ids) for ids in sets.sets]


def _criterion(trace: Trace, criterion_trace: CriterionTrace, evidence: EvidenceRecords) -> JsonRecord:
    criterion = criterion_trace.criterion
    indicative = criterion.judgement is not None
    record: JsonRecord = {
        "id": criterion.id,
        "title": _text(trace, criterion.title),
        "status": criterion_trace.status.reported,
        "possible": list(_POSSIBLE[criterion_trace.status]),
        "decisive": criterion_trace.decisive,
        "reference": _text(trace, criterion.reference),
        "because": reason_of(criterion_trace),
        "reservation": reservation_of(criterion_trace),
        "measure": criterion_trace.measure.reported if indicative else None,
        "judgement": None if criterion_trace.judgement is None else criterion_trace.judgement.reported,
        "departs": criterion_trace.departs,
        "tests": [_test(test, evidence) for test in _all_tests(criterion_trace)],
    }
    if criterion.applicability is not None and criterion_trace.exempt is not None:
        exempt = [_test(test, evidence) for test in criterion_trace.exemption_tests]
        record["not_applicable"] = {"when": criterion_trace.exempt.reported, "tests": exempt}
    return record


def _override(trace: Trace, override_trace: OverrideTrace, evidence: EvidenceRecords) -> JsonRecord:
    override = override_trace.override
    return {
        "id": override.id,
        "title": _text(trace, override.title),
        "status": override_trace.status.reported,
        "verdict": override.verdict.value,
        "legal_basis": _text(trace, override.legal_basis),
        "reference": _text(trace, override.reference),
        "tests": [_test(test, evidence) for test in override_trace.tests],
    }


def _test(test_trace: TestTrace, evidence: EvidenceRecords) -> JsonRecord:
    test, finding = test_trace.test, test_trace.finding
    record: JsonRecord = {"fact": test.fact, "test": test.key} | ({"negated": True} if test_trace.negated else {})
    if isinstance(test, NumberTest):
        record["threshold"] = decimal_text(test.threshold)
    else:
        record["answers"] = sorted(test.answers)
    record |= {
        "status": test_trace.status.reported,
        "margin": None if test_trace.margin is None else decimal_text(test_trace.margin),
        "state": finding.state.value,
        "evidence": evidence.of(finding),
    }
    return record | details_of(finding)


def _all_tests(criterion: CriterionTrace) -> tuple[TestTrace, ...]:
    return criterion.tests + ((criterion.judgement_test,) if criterion.judgement_test else ())


def reason_of(criterion: CriterionTrace) -> str | None:
    """The assessors' reasons for a criterion, verbatim."""
    return _joined(criterion, "because")


def reservation_of(criterion: CriterionTrace) -> str | None:
    """The assessors' reservations on a criterion, verbatim."""
    return _joined(criterion, "reservation")


def _joined(criterion: CriterionTrace, name: str) -> str | None:
    texts = [text for test in _all_tests(criterion) for text in test.finding.provenance_texts(name)]
    return "\n".join(dict.fromkeys(texts)) if texts else None


def _published(published: Any) -> JsonRecord:
    return {
        "year": published.year,
        "outcome": published.outcome,
        "criteria": dict(published.criteria),
        "reference": published.reference,
    }


def _execution(trace: Trace) -> JsonRecord:
    execution = trace.execution
    record: JsonRecord = {
        "engine": execution.engine,
        "checked_by": execution.checked_by,
        "fired": list(execution.fired),
    }
    record["remembered"] = execution.remembered
    return record | ({"why": execution.why} if execution.why else {})

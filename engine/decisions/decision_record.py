"""The decision record, `sekskant/decision/1`: the view of a trace that machines read, the same in every language."""

from __future__ import annotations

from typing import Any

from engine.decisions.analysis import Sets
from engine.decisions.trace import CriterionTrace, Note, OverrideTrace, TestTrace, Trace
from engine.evaluation.evidence import NO_PROVENANCE, Evidence, Finding, Provenance, State
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import NumberTest, Possible, Verdict
from engine.values.interval import Interval
from engine.values.logic import Status, settled
from engine.values.numbers import decimal_text, interval_record

FORMAT = "sekskant/decision/1"
Record = dict[str, Any]

_POSSIBLE = {status: tuple(single.reported for single in settled(status)) for status in Status}


def decision_record(trace: Trace) -> Record:
    """The decision of a trace. Rulebook texts are in the rulebook's own language, whatever the reader's is."""
    return {
        "format": FORMAT,
        "offer": trace.subject.id,
        "year": trace.year,
        "rulebook": trace.rulebook.ref.record(),
        "verdict": trace.verdict.value,
        "outcome": trace.outcome,
        "basis": trace.basis,
        "possible_bases": list(trace.possible_bases),
        "criteria": [_criterion(trace, criterion) for criterion in trace.criteria],
        "overrides": [_override(trace, override) for override in trace.overrides],
        "grounds": _sets(trace.analysis.grounds),
        "missing": {v.value: _sets(trace.analysis.missing[v]) for v in (Verdict.MET, Verdict.NOT_MET)},
        "smallest_change": _sets(trace.analysis.smallest_change),
        "attention": list(trace.subject.attention),
        "published": [_published(p) for p in trace.subject.published if p.rulebook == trace.rulebook.id],
        "notes": [_note(note) for note in trace.notes],
        "execution": _execution(trace),
    }


def _note(note: Note) -> Record:
    if note.rulebook is None:
        return {"code": note.code, **{k: list(v) if isinstance(v, tuple) else v for k, v in note.detail.items()}}
    rulebook = note.rulebook
    return {"code": note.code, "rulebook": rulebook.id, "version": rulebook.version, "sha256": rulebook.sha256}


def _text(trace: Trace, text: Text) -> str:
    return getattr(text, trace.rulebook.language)  # type: ignore[no-any-return]


def _sets(sets: Sets) -> list[list[str]]:
    return [list(ids) for ids in sets.sets]


def _criterion(trace: Trace, found: CriterionTrace) -> Record:
    criterion = found.criterion
    indicative = criterion.judgement is not None
    record: Record = {
        "id": criterion.id,
        "title": _text(trace, criterion.title),
        "status": found.status.reported,
        "possible": list(_POSSIBLE[found.status]),
        "decisive": found.decisive,
        "reference": _text(trace, criterion.reference),
        "because": reason_of(found),
        "reservation": reservation_of(found),
        "measure": found.measure.reported if indicative else None,
        "judgement": None if found.judgement is None else found.judgement.reported,
        "departs": found.departs,
        "tests": [_test(test) for test in found.tests + ((found.judgement_test,) if found.judgement_test else ())],
    }
    if criterion.applicability is not None and found.exempt is not None:
        exempt = [_test(test) for test in found.exemption_tests]
        record["not_applicable"] = {"when": found.exempt.reported, "tests": exempt}
    return record


def _override(trace: Trace, found: OverrideTrace) -> Record:
    override = found.override
    return {
        "id": override.id,
        "title": _text(trace, override.title),
        "status": found.status.reported,
        "verdict": override.verdict.value,
        "legal_basis": _text(trace, override.legal_basis),
        "reference": _text(trace, override.reference),
        "tests": [_test(test) for test in found.tests],
    }


def _test(found: TestTrace) -> Record:
    test, finding = found.test, found.finding
    record: Record = {"fact": test.fact, "test": test.key} | ({"negated": True} if found.negated else {})
    if isinstance(test, NumberTest):
        record["threshold"] = decimal_text(test.threshold)
    else:
        record["answers"] = sorted(test.answers)
    record |= {
        "status": found.status.reported,
        "margin": None if found.margin is None else decimal_text(found.margin),
        "state": finding.state.value,
        "evidence": evidence_record(finding),
    }
    return record | _details(finding.provenance, finding.evidence)


def evidence_record(finding: Finding) -> Record | None:
    """What is stated of a fact, with the parts it is derived from; None where nothing is."""
    if finding.state is State.NOT_STATED:
        return None
    record = _possible(finding, finding.possible)
    if not finding.parts:
        return record
    if finding.evidence is not None:
        record["stated"] = _possible(finding._replace(state=finding.evidence.state), finding.evidence.possible)
    return record | {"derived_from": {name: _part(part) for name, part in finding.parts}}


def _possible(finding: Finding, possible: Possible) -> Record:
    """What a fact can still be, without the limits that it has anyway."""
    if finding.state is State.STATED_UNKNOWN:
        return {"unknown": True}
    everything = finding.fact.everything
    if isinstance(possible, Interval) and isinstance(everything, Interval):
        return {**interval_record(possible.without_limits(everything))}
    answers = [answer for answer in finding.fact.answers if answer in possible]  # type: ignore[operator]
    return {"answer": answers[0]} if len(answers) == 1 else {"answers": answers}


def _part(finding: Finding) -> Record | None:
    record = evidence_record(finding)
    return None if record is None else record | _details(finding.provenance, finding.evidence)


def _details(provenance: Provenance, evidence: Evidence | None) -> Record:
    details: Record = {}
    if provenance is not NO_PROVENANCE:
        details = {name: text for name, text in zip(Provenance._fields, provenance, strict=True) if text is not None}
    return details | {"assumed": True} if evidence and evidence.assumed else details


def reason_of(found: CriterionTrace) -> str | None:
    """The assessors' reasons for a criterion, verbatim."""
    return _joined(found, "because")


def reservation_of(found: CriterionTrace) -> str | None:
    """The assessors' reservations on a criterion, verbatim."""
    return _joined(found, "reservation")


def _joined(found: CriterionTrace, name: str) -> str | None:
    tests = found.tests + ((found.judgement_test,) if found.judgement_test else ())
    texts = [text for test in tests for text in test.finding.said(name)]
    return "\n".join(dict.fromkeys(texts)) if texts else None


def _published(published: Any) -> Record:
    return {
        "year": published.year,
        "outcome": published.outcome,
        "criteria": dict(published.criteria),
        "reference": published.reference,
    }


def _execution(trace: Trace) -> Record:
    execution = trace.execution
    record: Record = {"engine": execution.engine, "checked_by": execution.checked_by, "fired": list(execution.fired)}
    record["remembered"] = execution.remembered
    return record | ({"why": execution.why} if execution.why else {})

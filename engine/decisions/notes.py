"""What to know about a decision that does not alter it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping

from engine.decisions.trace import Note, Published, TestTrace, Trace, tests_in
from engine.evaluation.evidence import Stated
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.logic import Status


def notes_on(trace: Trace, stated: Stated) -> tuple[Note, ...]:
    """The notes that follow from a decision and the evidence it was made on."""
    notes_by_kind = (
        _not_in_force(trace),
        _assumed(trace),
        _unused(trace, stated),
        _without_reason(trace),
        _incomplete(trace),
        notes_on_published(trace.subject.published, trace.rulebook, trace.year),
    )
    return tuple(note for notes in notes_by_kind for note in notes)


SUPERSET_NOTES = ("superset_not_met", "superset_undetermined", "superset_not_assessed")
"""The codes of what `superset_note` notes."""


def superset_note(trace: Trace, wider: Trace | None) -> Note | None:
    """What the verdict of the rulebook whose subset this one is says of an offer that meets this one."""
    rulebook = trace.rulebook
    if rulebook.subset_of is None or trace.verdict is not Verdict.MET:
        return None
    if wider is None:
        return Note("superset_not_assessed", {"superset": rulebook.subset_of})
    if wider.verdict is Verdict.MET:
        return None
    not_met = wider.verdict is Verdict.NOT_MET
    return Note("superset_not_met" if not_met else "superset_undetermined", rulebook=wider.rulebook)


def beside_wider(trace: Trace, decisions: Iterable[Trace]) -> Trace:
    """A decision with the note that the wider rulebook's own decision gives, where it is among those on the offer.

    A decision that is made again from the row of a run notes what follows of the wider rulebook from the evidence that
    was kept for its own: that is less than the wider rulebook decided on.
    """
    wider = next((one for one in decisions if one.rulebook.id == trace.rulebook.subset_of), None)
    noted = next((note for note in trace.notes if note.code in SUPERSET_NOTES), None)
    if wider is None or noted is None:
        return trace
    note = superset_note(trace, wider)
    notes = [note if one is noted else one for one in trace.notes]
    return trace._replace(notes=tuple(one for one in notes if one is not None))


def _not_in_force(trace: Trace) -> Iterator[Note]:
    """A version chosen for a year in which it is not in force."""
    rulebook = trace.rulebook
    if not rulebook.is_in_force(datetime.date(trace.year, 1, 1)):
        until = rulebook.in_force_until
        yield Note("not_in_force", {"from": str(rulebook.in_force_from), "until": str(until) if until else ""})


def _all_tests(trace: Trace) -> Iterator[TestTrace]:
    for criterion in trace.criteria:
        yield from tests_in(criterion)
    for override in trace.overrides:
        yield from override.tests


def _assumed(trace: Trace) -> Iterator[Note]:
    """Answers that nobody stated and that were taken for granted."""
    taken = (t.finding for t in _all_tests(trace) if t.finding.evidence and t.finding.evidence.assumed)
    for fact in dict.fromkeys(finding.fact.id for finding in taken):
        yield Note("assumed", {"fact": fact, "answer": trace.rulebook.vocabulary.facts[fact].assumed or ""})


def _unused(trace: Trace, stated: Stated) -> Iterator[Note]:
    """Years that were stated of a fact, and that the decision for this agreement year does not read."""
    for fact, read in _years_read(trace).items():
        by_year = stated.get(fact)
        years = sorted(set(by_year) - read) if isinstance(by_year, Mapping) else []
        if years:
            yield Note("unused_evidence", {"fact": fact, "years": tuple(map(str, years))})


def _years_read(trace: Trace) -> dict[str, set[int]]:
    """The facts per year that the rulebook reads, each with its years."""
    read: dict[str, set[int]] = {}
    for test in _all_tests(trace):
        for name, offset in test.finding.fact.sources:
            if offset is not None:
                read.setdefault(name, set()).add(trace.year + offset)
    return read


def _without_reason(trace: Trace) -> Iterator[Note]:
    """Judgements that settled a criterion's status and come without a reason."""
    tests = (t for c in trace.criteria if c.status.is_known for t in tests_in(c))
    facts = dict.fromkeys(t.test.fact for t in tests if is_judged_without_reason(t))
    if facts:
        yield Note("without_reason", {"facts": tuple(facts)})


def is_judged_without_reason(test: TestTrace) -> bool:
    """Whether a test rests on a judgement that gives no reason."""
    finding = test.finding
    judged = finding.fact.is_judgement and finding.state.is_known
    return judged and test.status is not Status.UNKNOWN and finding.provenance.because is None


def _incomplete(trace: Trace) -> Iterator[Note]:
    """The lists of sets that were cut off."""
    analysis = trace.analysis
    lists = {
        "grounds": [analysis.grounds],
        "missing": analysis.missing.values(),
        "smallest_change": [analysis.smallest_change],
    }
    cut_off = [name for name, several in lists.items() if not all(sets.complete for sets in several)]
    if not analysis.is_told:
        cut_off.append("decisive")
    if cut_off:
        yield Note("incomplete", {"lists": tuple(cut_off)})


def notes_on_published(published: Iterable[Published], rulebook: Rulebook, year: int) -> Iterator[Note]:
    """Outcomes published for the year that differ from each other, or name what the rulebook does not have."""
    of_year = [p for p in published if (p.rulebook, p.year) == (rulebook.id, year)]
    outcomes = tuple(dict.fromkeys(p.outcome for p in of_year))
    if len(outcomes) > 1:
        yield Note("published_contradiction", {"outcomes": outcomes})
    unknown = _unknown_names(rulebook, outcomes, (name for p in of_year for name in p.criteria))
    if unknown:
        yield Note("published_unknown", {"names": unknown})


def _unknown_names(rulebook: Rulebook, outcomes: Iterable[str], criteria: Iterable[str]) -> tuple[str, ...]:
    known_outcomes = {outcome.id for outcome in rulebook.outcomes.values()}
    known_criteria = {criterion.id for criterion in rulebook.criteria}
    unknown = [o for o in outcomes if o not in known_outcomes] + [c for c in criteria if c not in known_criteria]
    return tuple(dict.fromkeys(unknown))

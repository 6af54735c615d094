"""Cases of a rulebook: what is known of an offer and what must be decided, and how the decision differs from that."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from engine.decisions.decide import Decider
from engine.decisions.trace import Subject, Trace
from engine.diagnostics import Diagnostic, Place, Rejected
from engine.evaluation.evidence import Stated
from engine.rulebooks.rulebook import Verdict


class Case(NamedTuple):
    """What is known of an offer in an agreement year, and what must be decided; what is None is not compared.

    `in_force` is whether the rulebook should be in force at all; where not, nothing is decided. A case that is still
    `to_judge` was written by the machine: what it expects is what was decided, until an author has judged it.
    """

    name: str
    place: Place
    year: int
    stated: Stated
    in_force: bool = True
    verdict: Verdict | None = None
    basis: tuple[str | None, ...] | None = None
    statuses: Mapping[str, str] | None = None
    decisive: tuple[str, ...] | None = None
    to_judge: bool = False


class Difference(NamedTuple):
    """One thing that was decided in another way than the case expects."""

    what: str
    expected: str
    decided: str


class CaseResult(NamedTuple):
    """How a case came out: the trace of the decision, or why there is none, and what differs."""

    case: Case
    trace: Trace | None
    differences: tuple[Difference, ...]
    rejected: tuple[Diagnostic, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all came out as expected."""
        return not (self.differences or self.rejected)


def run_cases(cases: Iterable[Case], decider: Decider) -> Iterator[CaseResult]:
    """The result of each case by one rulebook.

    Raises:
        IntegrityFault: a decision could not be proven.
    """
    for case in cases:
        yield _run(case, decider)


def _run(case: Case, decider: Decider) -> CaseResult:
    rulebook = decider.program.rulebook
    in_force = rulebook.is_in_force(datetime.date(case.year, 1, 1))
    if in_force is not case.in_force:
        difference = Difference("in_force", _yes(case.in_force), _yes(in_force))
        return CaseResult(case, None, (difference,))
    if not in_force:
        return CaseResult(case, None, ())
    try:
        trace = decider.decide(Subject(f"case-{case.place.line}", case.name), case.stated, case.year)
    except Rejected as error:
        return CaseResult(case, None, (), error.diagnostics)
    return CaseResult(case, trace, tuple(_differences(case, trace)))


def _differences(case: Case, trace: Trace) -> Iterator[Difference]:
    if case.verdict is not None and trace.verdict is not case.verdict:
        yield Difference("verdict", case.verdict.value, trace.verdict.value)
    if case.basis is not None and trace.basis != case.basis[0]:
        yield Difference("basis", case.basis[0] or "null", trace.basis or "null")
    for name, status in (case.statuses or {}).items():
        decided = trace.criterion(name).status.reported
        if decided != status:
            yield Difference(name, status, decided)
    if case.decisive is not None:
        decisive = [c.criterion.id for c in trace.criteria if c.decisive]
        if set(decisive) != set(case.decisive):
            yield Difference("decisive", _listed(case.decisive), _listed(decisive))


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(names)}]"

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
    as_said = () if in_force is case.in_force else (Difference("in_force", _yes(case.in_force), _yes(in_force)),)
    if not in_force:
        return CaseResult(case, None, as_said)
    try:
        trace = decider.decide(Subject(f"case-{case.place.line}", case.name), case.stated, case.year)
    except Rejected as error:
        return CaseResult(case, None, as_said, error.diagnostics)
    return CaseResult(case, trace, (*as_said, *outcome_differences(case, Outcome.of(trace))))


class Outcome(NamedTuple):
    """What of a decision a case can say: its verdict and bases, the statuses of criteria, and which are decisive."""

    verdict: Verdict
    possible_bases: tuple[str, ...]
    statuses: Mapping[str, str]
    decisive: tuple[str, ...] = ()

    @classmethod
    def of(cls, trace: Trace) -> Outcome:
        """That of a decision."""
        statuses = {c.criterion.id: c.status.reported for c in trace.criteria}
        decisive = tuple(c.criterion.id for c in trace.criteria if c.decisive)
        return cls(trace.verdict, trace.possible_bases, statuses, decisive)

    @property
    def basis(self) -> str | None:
        """The basis, where there is one alone."""
        return self.possible_bases[0] if len(self.possible_bases) == 1 else None

    def said_by(self, case: Case, about: Iterable[str] | None = None) -> Case:
        """A case that says verdict, basis, and the statuses of some or all criteria."""
        names = self.statuses if about is None else set(about)
        statuses = {name: status for name, status in self.statuses.items() if name in names}
        return case._replace(verdict=self.verdict, basis=(self.basis,), statuses=statuses)


def outcome_differences(case: Case, decided: Outcome) -> Iterator[Difference]:
    """What was decided in another way than a case says."""
    if case.verdict is not None and decided.verdict is not case.verdict:
        yield Difference("verdict", case.verdict.value, decided.verdict.value)
    if case.basis is not None and decided.basis != case.basis[0]:
        yield Difference("basis", case.basis[0] or "null", decided.basis or "null")
    for name, status in (case.statuses or {}).items():
        if decided.statuses[name] != status:
            yield Difference(name, status, decided.statuses[name])
    if case.decisive is not None and set(decided.decisive) != set(case.decisive):
        yield Difference("decisive", _listed(case.decisive), _listed(decided.decisive))


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(names)}]"

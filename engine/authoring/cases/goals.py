"""What coverage of meaning asks a case to show: goals, and whether a case reaches them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from engine.authoring.proofs.region_value import last_digit
from engine.decisions.trace import Trace, tests_in
from engine.evaluation.evidence import Finding
from engine.evaluation.program import CountNode, Program, children_of
from engine.rulebooks.rulebook import Test
from engine.values.interval import Interval
from engine.values.logic import Status


@dataclass(frozen=True, slots=True)
class CaseCoverage:
    """What a case that came out as expected shows: its year, and its decision with the status of every node.

    Of criteria it shows only those that it is `about`: it says their status, or the verdict hangs on them.
    """

    year: int
    trace: Trace | None
    statuses: Sequence[Status] = ()
    about: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StatusGoal:
    """A criterion or override with a status; an override that is met must decide."""

    item: str
    status: str

    def is_reached(self, covered: CaseCoverage, program: Program) -> bool:
        """Whether a case shows it."""
        trace = covered.trace
        if trace is None:
            return False
        statuses = {o.override.id: o.status.reported for o in trace.overrides}
        if self.item in statuses and self.status == "met":
            return trace.basis == self.item
        statuses |= {c.criterion.id: c.status.reported for c in trace.criteria if c.criterion.id in covered.about}
        return statuses.get(self.item) == self.status


@dataclass(frozen=True, slots=True)
class DecisiveGoal:
    """A criterion that decides: the other way it would turn the verdict."""

    item: str

    def is_reached(self, covered: CaseCoverage, program: Program) -> bool:
        """Whether a case shows it."""
        return covered.trace is not None and covered.trace.criterion(self.item).decisive


@dataclass(frozen=True, slots=True)
class ThresholdGoal:
    """A fact exactly at a threshold, or just beside it: nearer than a unit of the threshold's last digit."""

    fact: str
    threshold: Fraction
    side: Literal["under", "at", "over"]

    def is_reached(self, covered: CaseCoverage, program: Program) -> bool:
        """Whether a case shows it."""
        return covered.trace is not None and any(
            self.is_shown_by(finding)
            for test, finding in _tests(covered.trace, covered.about)
            if test.fact == self.fact
        )

    def is_shown_by(self, finding: Finding) -> bool:
        """Whether a fact lies there."""
        possible = finding.possible
        if not isinstance(possible, Interval) or not possible.is_exact or possible.low is None:
            return False
        distance = possible.low - self.threshold
        if self.side == "at":
            return distance == 0
        unit = last_digit(self.threshold)
        is_near = abs(distance) <= 1 if _is_whole(finding) else abs(distance) < unit
        return is_near and (distance < 0 if self.side == "under" else distance > 0)


@dataclass(frozen=True, slots=True)
class CountGoal:
    """Exactly so many parts of a group of the rule met, all known; or enough, but `without` one that is needed."""

    group: str
    node: int
    met: int
    without: int | None = None

    def is_reached(self, covered: CaseCoverage, program: Program) -> bool:
        """Whether a case shows it, where the rule decides."""
        if covered.trace is None or covered.trace.basis != program.rulebook.rule.id:
            return False
        statuses = [covered.statuses[child] for child in children_of(program.nodes[self.node])]
        if not all(status.is_known for status in statuses):
            return False
        count = statuses.count(Status.MET)
        if self.without is None:
            return count == self.met and self._are_kept(covered.statuses, program)
        return count >= self.met and covered.statuses[self.without] is Status.NOT_MET

    def _are_kept(self, statuses: Sequence[Status], program: Program) -> bool:
        return all(statuses[node] is not Status.NOT_MET for node in kept_mandatory(program, self))


@dataclass(frozen=True, slots=True)
class OrderGoal:
    """Two overrides with opposite verdicts, both met: the first of them decides."""

    first: str
    second: str

    def is_reached(self, covered: CaseCoverage, program: Program) -> bool:
        """Whether a case shows it."""
        if covered.trace is None:
            return False
        met = {o.override.id for o in covered.trace.overrides if o.status is Status.MET}
        return {self.first, self.second} <= met


@dataclass(frozen=True, slots=True)
class EdgeGoal:
    """An agreement year at an edge of the days on which the version is in force."""

    year: int
    in_force: bool

    def is_reached(self, covered: CaseCoverage, program: Program) -> bool:
        """Whether a case shows it."""
        return covered.year == self.year and (covered.trace is not None) is self.in_force


Goal = StatusGoal | DecisiveGoal | ThresholdGoal | CountGoal | OrderGoal | EdgeGoal


def kept_mandatory(program: Program, goal: CountGoal) -> tuple[int, ...]:
    """The mandatory parts that are met in a goal on the number alone: all of them, where there is room for them."""
    node = program.nodes[goal.node]
    mandatory = node.mandatory if isinstance(node, CountNode) else ()
    return mandatory if len(mandatory) <= goal.met else ()


def _is_whole(finding: Finding) -> bool:
    return finding.fact.is_whole


def _tests(trace: Trace, about: frozenset[str]) -> Iterator[tuple[Test, Finding]]:
    """The tests of overrides, and of the criteria that a case is about."""
    tests = [test for c in trace.criteria if c.criterion.id in about for test in tests_in(c)]
    tests += [test for o in trace.overrides for test in o.tests]
    yield from ((test.test, test.finding) for test in tests)

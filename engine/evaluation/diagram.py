"""The decision diagram of a program: an evaluator that shares no way of deciding with the reference.

The nodes are folded once into decision diagrams. Those of the conditions branch by what each test turns out to be,
those of the ruling by what each criterion and override does. To decide is to walk them along what is still possible,
each settled for itself: what can be reached is what a node can still be.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import NamedTuple, assert_never

from engine.diagnostics import IntegrityFault, TooComplex
from engine.evaluation.evidence import Finding, State
from engine.evaluation.folding import Folded, Folding, room_for
from engine.evaluation.program import Program, StatedNode, TestNode, children_of
from engine.rulebooks.rulebook import NumberTest
from engine.texts.catalogue import message
from engine.values.comparison import Comparison
from engine.values.interval import Interval
from engine.values.logic import Status, Truth

Possible = tuple[Truth, ...]
"""The results that something can still have."""
Known = Mapping[int, Possible]
"""What is known of nodes, by number."""

_NOT_MET, _AWAY, _MET = Truth
_KNOWN = {result: Status(frozenset({result})) for result in Truth}
_RESULTS: Mapping[Status, Possible] = {status: tuple(r for r in Truth if r in status.value) for status in Status}
_STATUSES = {results: status for status, results in _RESULTS.items()}
_WITHOUT, _WITH_AWAY = (_NOT_MET, _MET), (_NOT_MET, _AWAY, _MET)


class DecisionDiagram:
    """Evaluates one program by its decision diagrams.

    >>> from engine.evaluation.program import compile_rulebook
    >>> from engine.rulebooks.library import Library
    >>> program = compile_rulebook(Library().choose("hovedstaden.mest-specialiserede", 2018))
    >>> items = [Status.MET] * 4 + [Status.UNKNOWN] * 2
    >>> statuses = DecisionDiagram(program).ruling_statuses(items)
    >>> statuses[program.verdict - program.ruling_from]
    <Status.UNKNOWN: ...>
    """

    name = "decision diagram"

    def __init__(self, program: Program) -> None:
        self._program = program
        self._scales = _scales(program)
        nodes = range(program.ruling_from)
        leaves = {i: node for i in nodes if isinstance(node := program.nodes[i], TestNode | StatedNode)}
        self._leaves = leaves
        self._conditions = _folded(program, nodes, dict.fromkeys(leaves, _WITHOUT))
        self._ruling: _Diagram | None = None
        with suppress(TooComplex):
            self._ruling = self._ruling_on(dict(zip(program.inputs, self._domains(), strict=True)))

    def _domains(self) -> Iterator[Possible]:
        """The results that each criterion and each override can have at all."""
        for nodes in self._program.criteria:
            yield _WITHOUT if nodes.exempt is None else _WITH_AWAY
        for _ in self._program.overrides:
            yield _WITHOUT

    def _ruling_on(self, known: Known) -> _Diagram:
        return _folded(self._program, range(self._program.ruling_from, len(self._program.nodes)), known)

    def conditions(self, findings: Mapping[str, Finding]) -> list[Status]:
        """The status of every node before the ruling, from what the facts can be."""
        return self._conditions.statuses({i: self._results(leaf, findings) for i, leaf in self._leaves.items()})

    def ruling_statuses(self, items: Sequence[Status]) -> list[Status]:
        """The statuses of the ruling's nodes, from those of the criteria and overrides.

        Raises:
            IntegrityFault: even with these statuses the diagrams would grow without end.
        """
        known = {node: _RESULTS[status] for node, status in zip(self._program.inputs, items, strict=True)}
        try:
            diagram = self._ruling or self._ruling_on(known)
        except TooComplex:
            raise IntegrityFault(
                message("the rule is too complex for the decision diagram to check the reference")
            ) from None
        return diagram.statuses(known)

    def _results(self, leaf: TestNode | StatedNode, findings: Mapping[str, Finding]) -> Possible:
        """What a test can turn out to be on what its fact can be."""
        finding = findings[leaf.fact]
        if isinstance(leaf, StatedNode):
            return (_NOT_MET,) if finding.state is State.NOT_STATED else (_MET,)
        test, possible = leaf.test, finding.possible
        if isinstance(test, NumberTest):
            assert isinstance(possible, Interval)
            return self._scales[leaf.fact].results(test, possible)
        assert not isinstance(possible, Interval)
        return _either(any(a in test.answers for a in possible), any(a not in test.answers for a in possible))


def _either(passes: bool, fails: bool) -> Possible:
    return _WITHOUT if passes and fails else (_MET,) if passes else (_NOT_MET,)


class _Scale(NamedTuple):
    """The thresholds of a fact, in order: they cut its numbers into regions, before, at and after each, from 0 on."""

    thresholds: tuple[Fraction, ...]

    def results(self, test: NumberTest, possible: Interval) -> Possible:
        """What a test can turn out to be on the numbers of an interval."""
        first, last = self._passing(test)
        low, high = self._lowest(possible), self._highest(possible)
        return _either(low <= last and first <= high, low < first or last < high)

    def _passing(self, test: NumberTest) -> tuple[int, int]:
        """The first and the last region that pass a test."""
        at, end = 2 * self.thresholds.index(test.threshold) + 1, 2 * len(self.thresholds)
        match test.comparison:
            case Comparison.AT_MOST:
                return 0, at
            case Comparison.BELOW:
                return 0, at - 1
            case Comparison.AT_LEAST:
                return at, end
            case Comparison.ABOVE:
                return at + 1, end
            case Comparison.EQUALS:
                return at, at
            case _:
                assert_never(test.comparison)

    def _lowest(self, possible: Interval) -> int:
        if possible.low is None:
            return 0
        return self._region(possible.low) + (possible.low_open and possible.low in self.thresholds)

    def _highest(self, possible: Interval) -> int:
        if possible.high is None:
            return 2 * len(self.thresholds)
        return self._region(possible.high) - (possible.high_open and possible.high in self.thresholds)

    def _region(self, number: Fraction) -> int:
        return bisect_left(self.thresholds, number) + bisect_right(self.thresholds, number)


def _scales(program: Program) -> dict[str, _Scale]:
    thresholds_of: dict[str, set[Fraction]] = {}
    for node in program.nodes:
        if isinstance(node, TestNode) and isinstance(node.test, NumberTest):
            thresholds_of.setdefault(node.fact, set()).add(node.test.threshold)
    return {fact: _Scale(tuple(sorted(thresholds))) for fact, thresholds in thresholds_of.items()}


class _Places(NamedTuple):
    """A place in a diagram for each result: where it leads to; or, at the start, from where one asks whether it is."""

    not_met: int
    away: int
    met: int


class _Branch(NamedTuple):
    """A place in a diagram: the node that is asked about there, and where its results lead to."""

    node: int
    leads_to: _Places


class _Diagram(NamedTuple):
    """The diagrams of several nodes as one list of branches, each after those that it leads to.

    Places 0 and 1 stand for no and yes, and the branches follow; each node has its `starts`.
    """

    branches: tuple[_Branch, ...]
    starts: tuple[_Places, ...]

    def statuses(self, known: Known) -> list[Status]:
        """The status of each node, from what is known of those that the diagrams ask about."""
        reached = [False, True]
        for node, leads_to in self.branches:
            reached.append(any(reached[leads_to[result]] for result in known[node]))
        return [_STATUSES[tuple(r for r in Truth if reached[start[r]])] for start in self.starts]


def _folded(program: Program, nodes: range, known: Known) -> _Diagram:
    """The diagrams of some nodes, over all that those which are known can be.

    Raises:
        TooComplex: they would grow without end.
    """
    with room_for(3 * len(known)):
        return _OverResults(program, nodes, known).diagram()


class _OverResults(Folding):
    """Folds nodes over the results of those that are known; one of which a single result is left is a constant."""

    def __init__(self, program: Program, nodes: range, known: Known) -> None:
        super().__init__()
        self._nodes: dict[int, int] = {}
        outcomes = {node: self._known(node, known[node]) for node in _in_reading_order(program, nodes, known)}
        for index in nodes:
            if index not in outcomes:
                outcomes[index] = self.outcome(program.nodes[index], outcomes)
                self.check_size()
        self._outcomes = [outcomes[index] for index in nodes]

    def leaf(self, node: TestNode | StatedNode) -> Folded:
        """Never asked for: what reads a fact is known."""
        raise AssertionError(node.name)

    def _known(self, node: int, possible: Possible) -> Folded:
        if len(possible) == 1:
            return self.constant(_KNOWN[possible[0]])
        met, away = f"{node}", f"{node}:away"
        self._bdd.declare(met, away)
        self._nodes[self._bdd.level_of_var(met)] = node
        is_met = self._bdd.var(met)
        return Folded(is_met, self._bdd.var(away) & ~is_met if _AWAY in possible else self.false)

    def diagram(self) -> _Diagram:
        """The diagrams, read out of the library."""
        roots = [(~(met | away), away, met) for met, away in self._outcomes]
        places = {self.false.node: 0, self.true.node: 1}
        branches = self._branches([root.node for three in roots for root in three])
        places |= {reference: place for place, reference in enumerate(branches, 2)}
        numbered = (_Branch(node, _Places(*(places[to] for to in leads))) for node, *leads in branches.values())
        return _Diagram(tuple(numbered), tuple(_Places(*(places[root.node] for root in three)) for three in roots))

    def _branches(self, roots: Iterable[int]) -> dict[int, tuple[int, int, int, int]]:
        """What is asked at each place of the library's diagram, and where results lead to; what is asked last first."""
        leads_of: dict[int, tuple[int, int, int, int]] = {}
        levels: dict[int, int] = {}
        waiting = list(roots)
        while waiting:
            at = waiting.pop()
            if at not in leads_of and abs(at) != self.true.node:
                level = levels[at] = self.true.manager.succ(at)[0]
                otherwise, met = (self._to(at, level, holds) for holds in (False, True))
                # That it does not apply is the next variable, and asked only where it is not met.
                not_met, away = (self._to(otherwise, level + 1, holds) for holds in (False, True))
                leads_of[at] = self._nodes[level], not_met, away, met
                waiting += (not_met, away, met)
        return {at: leads_of[at] for at in sorted(leads_of, key=levels.__getitem__, reverse=True)}

    def _to(self, at: int, level: int, holds: bool) -> int:
        """Where a place leads to by the variable of a level; negative numbers stand for the opposite."""
        level_at, low, high = self.true.manager.succ(at)
        if level_at != level:
            return at
        to: int = high if holds else low
        return to if at > 0 else -to


def _in_reading_order(program: Program, nodes: range, known: Known) -> list[int]:
    """What is known, in the order in which the nodes read it: what belongs together stands together in a diagram."""
    in_order: dict[int, None] = {}
    waiting: list[int] = [*reversed(list(known)), program.rule if program.rule in nodes else nodes.start]
    while waiting:
        node = waiting.pop()
        if node in known:
            in_order[node] = None
        elif node in nodes:
            waiting += reversed(children_of(program.nodes[node]))
    return list(in_order)

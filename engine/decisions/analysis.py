"""Why a verdict is as it is, and what would change it: questions about one ruling, answered by asking it again.

Every question here is: which smallest sets of items (criteria and overrides), given certain statuses, force a certain
verdict whatever the others are? Only what can occur counts: where items rest on one fact, not every combination of
their statuses does.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Set
from functools import cached_property, lru_cache
from typing import NamedTuple

from engine.decisions.minimal_sets import MAX_QUESTIONS, minimal_sets
from engine.evaluation.completions import Everything, each_for_itself
from engine.evaluation.program import CountedNode, CountNode, Program, children_of
from engine.evaluation.ruling import Items, ruling_on
from engine.rulebooks.rulebook import Verdict, ways_of_counting
from engine.values.logic import Status, settled, union

FEWEST_QUESTIONS, MOST_LOOKS = 500, 200_000
"""Each question looks at all vectors: where these are many, fewer are asked, but so many at least."""
MAX_VERDICTS, MAX_ANALYSES = 50_000, 2_000
Pair = tuple[tuple[str, Status], tuple[str, Status]]
"""A status of one item, and one of another."""


class Sets(NamedTuple):
    """Sets of items by their ids, smallest first, then in the rulebook's order; `complete` unless cut off.

    `statuses` holds, set by set, a status for each item: together they force the verdict that was asked about.
    """

    sets: tuple[tuple[str, ...], ...] = ()
    complete: bool = True
    statuses: tuple[Items, ...] = ()


class Analysis(NamedTuple):
    """All that is asked about one ruling; the words are those of the decision contract.

    `is_told` says whether what can occur at all is known: where it is not, no criterion is called decisive.
    """

    decisive: frozenset[str]
    grounds: Sets
    missing: Mapping[Verdict, Sets]
    smallest_change: Sets
    is_told: bool = True


Vectors = tuple[Items, ...]
"""What can be known of all items together: in each vector they can turn out independently of each other."""


class Analyst:
    """Answers the questions about the rulings of one program, each ruling once.

    Args:
        program: the rulebook's program.
        everything: what can occur at all; where None is given, every item can be anything its kind allows. Where it is
            not told, nothing is said of what is decisive or would change a decision, and grounds may be too large.
    """

    def __init__(self, program: Program, everything: Everything | None = None) -> None:
        self._program = program
        self.names = [c.criterion.id for c in program.criteria] + [o.override.id for o in program.overrides]
        self.everything, self._is_told = everything or Everything((each_for_itself(program),))
        self.domain: Items = _over(self.everything)
        self._alike = alike(program)
        ways = ways_of_counting(program.rulebook.rule.group)
        self._ways = [ways.get(c.criterion.id, set()) for c in program.criteria]
        self._ways += [{o.override.verdict is Verdict.MET} for o in program.overrides]
        self.verdict = lru_cache(MAX_VERDICTS)(lambda items: ruling_on(program, items).verdict)
        self.analyse = lru_cache(MAX_ANALYSES)(self._analyse)

    @cached_property
    def excluded(self) -> tuple[Pair, ...]:
        """The statuses of two items that can each occur, but never together."""
        tied = sorted(tied_items(self.everything))
        return tuple(
            ((self.names[one], status), (self.names[other], beside))
            for one, other in itertools.combinations(tied, 2)
            for status, beside in itertools.product(settled(self.domain[one]), settled(self.domain[other]))
            if not any(status.value <= v[one].value and beside.value <= v[other].value for v in self.everything)
        )

    def verdict_within(self, vectors: Vectors, statuses: Items) -> Verdict | None:
        """The verdict of all that can occur, of some vectors, with statuses among these; None where nothing can."""
        verdicts = set()
        for vector in vectors:
            common = _common(vector, statuses)
            if common is not None:
                verdicts.add(self.verdict(common))
        if len(verdicts) > 1:
            return Verdict.UNDETERMINED
        return verdicts.pop() if verdicts else None

    def _analyse(self, vectors: Vectors) -> Analysis:
        items = _over(vectors)
        verdict = self.verdict_within(vectors, items)
        assert verdict is not None
        decisive = frozenset(self.names[i] for i in self.decisive(vectors))
        if verdict is Verdict.UNDETERMINED:
            settlings = [() if s.is_known else settled(s) for s in items]
            missing = {v: self._forcing(v, vectors, items, settlings) for v in (Verdict.MET, Verdict.NOT_MET)}
            return Analysis(decisive, Sets(), missing, Sets(), self._is_told)
        known: list[tuple[Status, ...]] = [(s,) if s is not d else () for s, d in zip(items, self.domain, strict=True)]
        grounds = self._forcing(verdict, self.everything, self.domain, known)
        opposite = Verdict.NOT_MET if verdict is Verdict.MET else Verdict.MET
        change = Sets(complete=False)
        if not self._is_told:
            grounds = grounds._replace(complete=False)
        else:
            change = self._forcing(opposite, self.everything, items, self._changes(items), smallest_only=True)
        return Analysis(decisive, grounds, {Verdict.MET: Sets(), Verdict.NOT_MET: Sets()}, change, self._is_told)

    def decisive(self, vectors: Vectors) -> Iterator[int]:
        """The criteria, by number, of which each alone would turn the verdict were it the opposite, as can occur."""
        items = _over(vectors)
        verdict = self.verdict_within(vectors, items)
        for i in range(len(self._program.criteria) if self._is_told else 0):
            if items[i] in _OPPOSITE:
                turned = (*items[:i], _OPPOSITE[items[i]], *items[i + 1 :])
                if self.verdict_within(self.everything, turned) not in (verdict, None):
                    yield i

    def _changes(self, items: Items) -> list[tuple[Status, ...]]:
        """The known statuses that each item could have instead of what is known of it."""
        pairs = zip(items, self.domain, strict=True)
        return [tuple(other for other in settled(d) if other is not s) for s, d in pairs]

    def _forcing(
        self,
        verdict: Verdict,
        vectors: Vectors,
        start: Items,
        options: list[tuple[Status, ...]],
        smallest_only: bool = False,
    ) -> Sets:
        """The minimal sets of items for which some of the given statuses force the verdict, of what can occur.

        The others are among what they are at the start.
        """
        tied = tied_items(vectors)
        options = [
            self._best_first(i, o, verdict) if i in tied else self._helpful(i, o, verdict, start[i])
            for i, o in enumerate(options)
        ]
        classes = self._classes(start, options, tied)

        def is_forced(given: Mapping[int, Status]) -> bool:
            items = tuple(given.get(i, status) for i, status in enumerate(start))
            return self.verdict_within(vectors, items) is verdict

        most = max(FEWEST_QUESTIONS, min(MAX_QUESTIONS, MOST_LOOKS // len(vectors))) if tied else None
        found = minimal_sets(classes, options, is_forced, smallest_only=smallest_only, most=most)
        names = tuple(tuple(self.names[i] for i in given) for given in found.sets)
        return Sets(names, found.complete, tuple(tuple(given.values()) for given in found.sets))

    def _helpful(self, item: int, statuses: tuple[Status, ...], verdict: Verdict, start: Status) -> tuple[Status, ...]:
        """Of the statuses that an item can be given the one that helps most, if any; all where it counts both ways."""
        if not statuses or len(self._ways[item]) > 1:
            return statuses
        best, *_ = self._best_first(item, statuses, verdict)
        if self._ways[item] == {verdict is Verdict.MET}:
            return (best,) if best.worst > start.worst else ()
        return (best,) if best.best < start.best else ()

    def _best_first(self, item: int, statuses: tuple[Status, ...], verdict: Verdict) -> tuple[Status, ...]:
        """The statuses that an item can be given, those that help most first."""
        if self._ways[item] == {verdict is Verdict.MET}:
            return tuple(sorted(statuses, key=lambda s: (s.worst, s.best), reverse=True))
        return tuple(sorted(statuses, key=lambda s: (s.best, s.worst)))

    def _classes(self, start: Items, options: list[tuple[Status, ...]], tied: Set[int]) -> list[list[int]]:
        """The items that can be given a status, those that the ruling treats alike together; a tied one alone."""
        classes: dict[tuple[object, ...], list[int]] = {}
        for i, statuses in enumerate(options):
            if statuses:
                likeness = i if i in tied else (self._alike[i], start[i], self.domain[i], statuses)
                classes.setdefault((likeness, i in tied), []).append(i)
        return list(classes.values())


_OPPOSITE: Mapping[Status, Status] = {Status.MET: Status.NOT_MET, Status.NOT_MET: Status.MET}


def _over(vectors: Vectors) -> Items:
    """What each item can be in some vectors."""
    return vectors[0] if len(vectors) == 1 else tuple(map(union, zip(*vectors, strict=True)))


def _common(vector: Items, statuses: Items) -> Items | None:
    """What is among both; None where there is nothing."""
    common = []
    for one, other in zip(vector, statuses, strict=True):
        if one is other:
            common.append(one)
        elif (status := _COMMON[one, other]) is not None:
            common.append(status)
        else:
            return None
    return tuple(common)


_COMMON: Mapping[tuple[Status, Status], Status | None] = {
    (one, other): Status(one.value & other.value) if one.value & other.value else None
    for one, other in itertools.product(Status, Status)
}


def tied_items(vectors: Vectors) -> frozenset[int]:
    """The items that cannot turn out independently of the others."""
    return frozenset(i for i, column in enumerate(zip(*vectors, strict=True)) if len(set(column)) > 1)


def alike(program: Program) -> list[object]:
    """For each item all that the program says of it: items of which it says the same can change places.

    Of a criterion that is the statuses it can have, and each group that it stands in: whether it is mandatory there,
    and what it counts as where it does not apply. No override is like another: each has a basis of its own.
    """
    uses: dict[int, list[object]] = {node: [] for node in range(len(program.nodes))}
    for index in reversed(range(program.ruling_from, len(program.nodes))):
        node = program.nodes[index]
        if isinstance(node, CountedNode):
            uses[node.child].append((node.counts_as, tuple(uses[index])))
            continue
        for child in children_of(node):
            uses[child].append((index, isinstance(node, CountNode) and child in node.mandatory))
    return [(program.reachable[node], tuple(uses[node])) for node in program.inputs]

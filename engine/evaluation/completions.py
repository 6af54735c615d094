"""Completions of what is stated: every way in which facts that are still open can turn out, taken together.

Where each fact is read once, statuses follow from statuses exactly. A fact that several tests read is *shared*: its
values fall into classes, in each of which those tests come out alike, and what can occur is found class by class. A
completion varies only what is open: a judgement of an indicative measure that is not stated stays no departure, and an
assumed answer stays assumed.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from engine.diagnostics import Rejected
from engine.evaluation import reference
from engine.evaluation.evidence import Finding, State, findings_of
from engine.evaluation.program import ChoiceNode, ConstantNode, Program, StatedNode, TestNode, children_of
from engine.evaluation.regions import passes, regions_of
from engine.evaluation.ruling import Items, ruling_on
from engine.rulebooks.rulebook import (
    Aggregate,
    Difference,
    FactDeclaration,
    Mean,
    NumberTest,
    Possible,
    Verdict,
    Vocabulary,
)
from engine.values.interval import Interval
from engine.values.logic import Status, union

MAX_CASES = 4_000
"""So many classes of completions are told apart for one offer; where there are more, until the verdict is known."""
_ANY_YEAR = 2000

Findings = Mapping[str, Finding]
Regions = frozenset[int]
"""The regions of a shared fact that are still possible, by their numbers."""


class SharedFact:
    """A fact that several nodes test, in regions that the tests treat alike.

    The regions of a number follow each other, cut at the thresholds; answers that no test tells apart are one region.

    Args:
        fact: its declaration.
        nodes: the nodes that test it, by number.
        parts: the facts that it is derived from.
    """

    def __init__(self, fact: FactDeclaration, nodes: Mapping[int, TestNode], parts: Sequence[FactDeclaration]) -> None:
        self.fact, self.nodes = fact, tuple(nodes)
        tests = [node.test for node in nodes.values()]
        self.thresholds = tuple(sorted({test.threshold for test in tests if isinstance(test, NumberTest)}))
        self.is_stepped = is_stepped(fact, parts)
        pieces = regions_of([fact], tests)
        results = [
            tuple(Status.MET if passes(test, fact, piece) else Status.NOT_MET for test in tests) for piece in pieces
        ]
        if not fact.is_number:
            together: dict[tuple[Status, ...], set[str]] = {}
            for piece, result in zip(pieces, results, strict=True):
                assert not isinstance(piece, Interval)
                together.setdefault(result, set()).update(piece)
            pieces, results = tuple(map(frozenset, together.values())), list(together)
        self.regions: tuple[Possible, ...] = pieces
        self._results = [dict(zip(nodes, result, strict=True)) for result in results]

    @property
    def raw_regions(self) -> tuple[int, ...]:
        """Of a number: where each region stands among all that the thresholds cut, before, at and after each."""
        return tuple(self._raw_region(region) for region in self.regions)

    def _raw_region(self, region: Possible) -> int:
        assert isinstance(region, Interval)
        if region.low is None:
            return 0
        at = bisect_left(self.thresholds, region.low) + bisect_right(self.thresholds, region.low)
        return at + (region.low_open and region.low in self.thresholds)

    def possible_in(self, possible: Possible) -> dict[int, Possible]:
        """The regions that hold something possible, by number, each with what is possible there.

        Of a mean of whole numbers those count in which such a mean lies; all of them, where it is stated as a rounded
        one and none does.
        """
        exact = self._regions_in(possible, is_stepped=self.is_stepped)
        return exact or self.cut_by(possible)

    def cut_by(self, possible: Possible) -> dict[int, Possible]:
        """The same, where a mean of whole numbers may be any number, as if it were stated as a rounded one."""
        return self._regions_in(possible, is_stepped=False)

    def is_rounded(self, regions: Regions) -> bool:
        """Whether a mean of whole numbers lies where none can: then it was stated as a rounded one."""
        return self.is_stepped and regions.isdisjoint(self._exact)

    @cached_property
    def _exact(self) -> Regions:
        return frozenset(self._regions_in(self.fact.domain, is_stepped=True))

    def _regions_in(self, possible: Possible, *, is_stepped: bool) -> dict[int, Possible]:
        common = ((n, self._common(region, possible, is_stepped)) for n, region in enumerate(self.regions))
        return {number: values for number, values in common if values is not None}

    def _common(self, region: Possible, possible: Possible, is_stepped: bool) -> Possible | None:
        if not isinstance(region, Interval) or not isinstance(possible, Interval):
            assert not isinstance(region, Interval)
            assert not isinstance(possible, Interval)
            return region & possible or None
        common = region.intersect(possible)
        if common.is_empty or (is_stepped and not has_mean_of_whole(self.fact, common)):
            return None
        return common

    def results_in(self, regions: Regions) -> dict[int, Status]:
        """What each node that tests the fact can come to in some regions."""
        return {node: union(self._results[region][node] for region in regions) for node in self.nodes}

    def classes_of(self, regions: Regions) -> list[Regions]:
        """The regions, those in which every node comes to the same together."""
        classes: dict[tuple[Status, ...], set[int]] = {}
        for region in sorted(regions):
            classes.setdefault(tuple(self._results[region].values()), set()).add(region)
        return [*map(frozenset, classes.values())]


def is_stepped(fact: FactDeclaration, parts: Sequence[FactDeclaration]) -> bool:
    """Whether a fact is a mean of whole numbers, which leaves gaps between its values."""
    return isinstance(fact.derivation, Mean) and all(part.is_whole for part in parts)


def has_mean_of_whole(fact: FactDeclaration, numbers: Interval) -> bool:
    """Whether a mean of whole numbers is among some numbers."""
    assert isinstance(fact.derivation, Mean)
    years = len(fact.derivation.years)
    low, high = (None if end is None else end * years for end in (numbers.low, numbers.high))
    return not Interval(low, high, numbers.low_open, numbers.high_open).whole().is_empty


class Situation(NamedTuple):
    """All that a decision depends on: the statuses of nodes that read no shared fact, and where shared facts can lie.

    Their order is that of `Completions.frontier` and `Completions.shared`.
    """

    statuses: Items
    regions: tuple[Regions, ...] = ()


class Case(NamedTuple):
    """Classes of completions that come to the same: the statuses of nodes, and which shared facts are settled how."""

    statuses: Mapping[int, Status]
    pinned: Mapping[int, Regions]


class Cases(NamedTuple):
    """Classes of completions that together are all.

    Where they are too many to be told apart, they are not complete: each stands for several that get one verdict, or,
    if even these are too many, one for all.
    """

    cases: Sequence[Case]
    is_complete: bool = True


class Everything(NamedTuple):
    """What can be known of all items at all; where that is too much to tell, what each item can be for itself."""

    vectors: tuple[Items, ...]
    is_told: bool = True


class Completions:
    """What can occur by one program.

    Args:
        program: the program.
        down_to_conditions: whether the frontier lies below every choice of a criterion, so that its nodes are plain
            conditions; by default it is as near to the criteria and overrides as it can be.
    """

    def __init__(self, program: Program, *, down_to_conditions: bool = False) -> None:
        self.program = program
        facts = program.rulebook.vocabulary.facts
        tests: dict[str, dict[int, TestNode]] = {}
        for index, node in enumerate(program.nodes):
            if isinstance(node, TestNode):
                tests.setdefault(node.fact, {})[index] = node
        parts = {name: _direct_parts(facts[name], facts) for name in tests}
        self.shared = tuple(
            SharedFact(facts[name], nodes, parts[name])
            for name, nodes in tests.items()
            if len(nodes) > 1 or is_stepped(facts[name], parts[name])
        )
        """The facts that several nodes test; a mean of whole numbers among them, whose values have gaps."""
        self.is_stepped = any(fact.is_stepped for fact in self.shared)
        """Whether there is such a mean."""
        conditions = enumerate(program.nodes[: program.ruling_from])
        choices = [i for i, node in conditions if down_to_conditions and isinstance(node, ChoiceNode)]
        self._above = self._reading({node for fact in self.shared for node in fact.nodes}, choices)
        self.frontier = tuple(dict.fromkeys(node for top in program.inputs for node in self._frontier_at(top)))
        """The nodes that read no shared fact, as near to the criteria and overrides as they are."""
        self._constants = {
            i: node.status
            for i, node in enumerate(program.nodes[: program.ruling_from])
            if isinstance(node, ConstantNode)
        }
        settled_by_shared = {*self._above, *(node for fact in self.shared for node in fact.nodes)}
        self._watched = [node for node in self._kept() if node in settled_by_shared]
        self._readers = [
            {node for node in self._watched if not program.leaves_at(node).keys().isdisjoint(fact.nodes)}
            for fact in self.shared
        ]

    def _reading(self, leaves: Set[int], others: Iterable[int]) -> list[int]:
        """The nodes of the conditions that depend on some leaves, and others, each after those that it reads."""
        above = {*leaves, *others}
        for index, node in enumerate(self.program.nodes[: self.program.ruling_from]):
            if not above.isdisjoint(children_of(node)):
                above.add(index)
        return sorted(above.difference(leaves))

    def _frontier_at(self, top: int) -> Iterator[int]:
        node, shared = self.program.nodes[top], {node for fact in self.shared for node in fact.nodes}
        if top in self._above:
            for child in children_of(node):
                yield from self._frontier_at(child)
        elif top not in shared and not isinstance(node, ConstantNode):
            yield top

    def _kept(self) -> Iterator[int]:
        """The nodes whose statuses are told: of criteria, overrides, measures and exemptions."""
        yield from self.program.inputs
        for nodes in self.program.criteria:
            yield nodes.measure
            if nodes.exempt is not None:
                yield nodes.exempt

    def is_above(self, node: int) -> bool:
        """Whether a node depends on a shared fact."""
        return node in self._above or any(node in fact.nodes for fact in self.shared)

    def situation(self, findings: Findings, statuses: Sequence[Status]) -> Situation:
        """What a decision depends on, from what facts can be and what nodes then come to, each for itself."""
        regions = (frozenset(fact.possible_in(findings[fact.fact.id].possible)) for fact in self.shared)
        return Situation(tuple(statuses[node] for node in self.frontier), tuple(regions))

    def cases(self, situation: Situation) -> Cases:
        """The classes of completions that a situation leaves."""
        followed, regions = self._followed_in(situation), dict(enumerate(situation.regions))
        if (cases := _few(self._branched(followed, regions, {}))) is not None:
            return Cases(cases)
        settled = _few(self._settled(followed, regions, {}, self._telling_most(followed, regions)))
        return Cases(settled or [Case(followed, {})], is_complete=False)

    def _followed_in(self, situation: Situation) -> Mapping[int, Status]:
        """The statuses in a situation, each for itself."""
        statuses = self._constants | dict(zip(self.frontier, situation.statuses, strict=True))
        for fact, regions in zip(self.shared, situation.regions, strict=True):
            statuses |= fact.results_in(regions)
        return self._followed(statuses)

    def _is_settled(self, statuses: Mapping[int, Status]) -> bool:
        """Whether statuses, each for itself, are enough for a verdict."""
        items = tuple(statuses[node] for node in self.program.inputs)
        return ruling_on(self.program, items).verdict is not Verdict.UNDETERMINED

    def _telling_most(self, statuses: Mapping[int, Status], open_facts: Mapping[int, Regions]) -> list[int]:
        """The shared facts, first those of which most classes settle the verdict, then what most items rest on."""

        def telling(fact: int) -> tuple[Fraction, int]:
            classes = self.shared[fact].classes_of(open_facts[fact])
            settled = sum(self._is_settled(self._in_class(statuses, fact, one)) for one in classes)
            return Fraction(settled, len(classes)), len(self._readers[fact])

        return sorted(open_facts, key=telling, reverse=True)

    def _in_class(self, statuses: Mapping[int, Status], fact: int, regions: Regions) -> Mapping[int, Status]:
        return self._followed({**statuses, **self.shared[fact].results_in(regions)})

    def _settled(
        self,
        statuses: Mapping[int, Status],
        open_facts: Mapping[int, Regions],
        pinned: Mapping[int, Regions],
        order: Sequence[int],
    ) -> Iterator[Case]:
        """The cases, a shared fact after the other in an order, as long as the verdict is open and may depend on it."""
        is_settled = self._is_settled(statuses)
        unknown = {node for node in self._watched if not statuses[node].is_known and not is_settled}
        first = next((i for i in order if self.shared[i].is_stepped or unknown & self._readers[i]), None)
        if first is None:
            yield Case(statuses, pinned)
            return
        later = [i for i in order if i != first]
        for one in self.shared[first].classes_of(open_facts[first]):
            yield from self._settled(self._in_class(statuses, first, one), open_facts, {**pinned, first: one}, later)

    def _branched(
        self, statuses: Mapping[int, Status], open_facts: Mapping[int, Regions], pinned: Mapping[int, Regions]
    ) -> Iterator[Case]:
        """The cases, a shared fact after the other, as long as a status that is told is open and depends on it."""
        unknown = {node for node in self._watched if not statuses[node].is_known}
        # What evaluators make of a mean with gaps they are told by its class alone, so that it is always settled.
        asked = [i for i in open_facts if self.shared[i].is_stepped or unknown & self._readers[i]]
        classes = {i: self.shared[i].classes_of(open_facts[i]) for i in asked}
        several = {i: found for i, found in classes.items() if len(found) > 1 or self.shared[i].is_stepped}
        if not several:
            yield Case(statuses, pinned)
            return
        first = max(several, key=lambda i: len(unknown & self._readers[i]))
        others = {i: regions for i, regions in open_facts.items() if i != first}
        for one in several[first]:
            yield from self._branched(self._in_class(statuses, first, one), others, {**pinned, first: one})

    def _followed(self, statuses: dict[int, Status]) -> Mapping[int, Status]:
        """Statuses with those of the nodes that depend on shared facts, from those that these read."""
        for index in self._above:
            statuses[index] = reference.status_of(self.program.nodes[index], statuses)
        return statuses

    def pinned(self, case: Case, findings: Findings) -> Findings:
        """Findings on which the shared facts that a case settles lie in its class."""
        pinned = dict(findings)
        for number, regions in case.pinned.items():
            finding = findings[self.shared[number].fact.id]
            possible = self.shared[number].possible_in(finding.possible)
            pinned[finding.fact.id] = finding._replace(possible=possible[min(regions)])
        return pinned

    def over(self, statuses: Sequence[Status], cases: Sequence[Case]) -> list[Status]:
        """The statuses of the conditions, each for itself, with what those that depend on shared facts can be."""
        return [
            union(case.statuses[node] for case in cases) if node in cases[0].statuses else status
            for node, status in enumerate(statuses)
        ]

    def vectors_in(self, situation: Situation) -> tuple[Items, ...]:
        """What can be known of all criteria and overrides together in a situation."""
        return self.vectors(self.cases(situation).cases)

    def vectors(self, cases: Sequence[Case]) -> tuple[Items, ...]:
        """What can be known of all criteria and overrides together: in each vector they can turn out independently."""
        return joined([tuple(case.statuses[node] for node in self.program.inputs) for case in cases])

    @cached_property
    def read_by(self) -> Mapping[str, list[int]]:
        """For each shared fact the nodes of the criteria and overrides that rest on it."""
        leaves = {top: self.program.leaves_at(top).keys() for top in self.program.inputs}
        return {
            fact.fact.id: [top for top, below in leaves.items() if not below.isdisjoint(fact.nodes)]
            for fact in self.shared
        }

    def open_in(self, findings: Findings) -> list[str]:
        """The shared facts that are open."""
        return [fact.fact.id for fact in self.shared if not findings[fact.fact.id].is_exact]

    def related(self, findings: Findings) -> list[str]:
        """The tested facts that are open and of which it is not told exactly what they can be beside others.

        That is where one follows from another, or both from a third; a mean and its years are one fact, and are told.
        """
        return [name for name, others in self._relations.items() if self._is_open_beside(name, others, findings)]

    def _is_open_beside(self, name: str, others: Sequence[str], findings: Findings) -> bool:
        if findings[name].is_exact:
            return False
        if name in others and any(leaf.fact.is_whole and not leaf.is_exact for leaf in findings[name].leaves):
            return True
        tested = {fact.id for fact in self.program.facts_tested}
        beside = [findings[other] for other in others if other != name]
        return any(_constrains(f) or (f.fact.id in tested and not f.is_exact) for f in beside)

    @cached_property
    def _relations(self) -> Mapping[str, list[str]]:
        """For each tested fact those that share a part with it; itself, where it is a quotient with a whole number."""
        facts = self.program.rulebook.vocabulary.facts
        tested = {fact.id: fact for fact in self.program.facts_tested if fact.is_number}
        related = tested | {fact.id: fact for fact in facts.values() if fact.derivation}
        relations: dict[str, list[str]] = {}
        for fact in tested.values():
            others = [name for name, o in related.items() if name != fact.id and _parts(o) & _parts(fact)]
            if _is_tree(fact, facts):  # what is stated on the way to it is part of what it follows from
                others = [name for name in others if name in tested or name not in fact.derived_from]
            relations[fact.id] = [*others, *([fact.id] if _has_gaps(fact, facts) else [])]
        return {name: others for name, others in relations.items() if others}

    @cached_property
    def everything(self) -> Everything:
        """What can be known of all items at all: every fact can be anything, and every departure be stated or not."""
        return self._everything(SharedFact.possible_in)

    @cached_property
    def everything_rounded(self) -> Everything:
        """The same, where every mean of whole numbers may be stated as a rounded one."""
        return self._everything(SharedFact.cut_by)

    def is_rounded(self, situation: Situation) -> bool:
        """Whether a mean of whole numbers is stated as a rounded one, and lies where none can."""
        return any(fact.is_rounded(regions) for fact, regions in zip(self.shared, situation.regions, strict=True))

    def _everything(self, possible_in: Callable[[SharedFact, Possible], Mapping[int, Possible]]) -> Everything:
        findings, stated_at = of_nothing(self.program.rulebook.vocabulary), self._stated_at()
        statuses: list[Status] = []
        for node in self.program.nodes[: self.program.ruling_from]:
            is_open = isinstance(node, StatedNode)
            statuses.append(Status.UNKNOWN if is_open else reference.status_of(node, statuses, findings))
        cases: list[Case] = []
        for known in itertools.product((Status.NOT_MET, Status.MET), repeat=len(stated_at)):
            for nodes, status in zip(stated_at, known, strict=True):
                for index in nodes:
                    statuses[index] = status
            frontier = tuple(statuses[node] for node in self.frontier)
            regions = [frozenset(possible_in(f, findings[f.fact.id].possible)) for f in self.shared]
            followed = self._followed_in(Situation(frontier, tuple(regions)))
            found = _few(self._branched(followed, dict(enumerate(regions)), {}))
            cases += found or ()
            if found is None or len(cases) > MAX_CASES:
                return Everything((each_for_itself(self.program),), is_told=False)
        return Everything(self.vectors(cases))

    @property
    def related_at_all(self) -> list[str]:
        """The tested facts of which it is not told exactly what they can be beside other tested ones."""
        tested = {fact.id for fact in self.program.facts_tested}
        return [name for name, others in self._relations.items() if not tested.isdisjoint(others)]

    def _stated_at(self) -> list[list[int]]:
        """The nodes that ask whether one fact is stated, where several do: they are answered alike."""
        nodes: dict[str, list[int]] = {}
        for index, node in enumerate(self.program.nodes):
            if isinstance(node, StatedNode):
                nodes.setdefault(node.fact, []).append(index)
        return [several for several in nodes.values() if len(several) > 1]


def _few(cases: Iterator[Case]) -> list[Case] | None:
    """The cases; None where they are too many."""
    found = [*itertools.islice(cases, MAX_CASES + 1)]
    return found if len(found) <= MAX_CASES else None


def of_nothing(vocabulary: Vocabulary) -> Findings:
    """What every fact of a vocabulary can be at all."""
    facts = vocabulary.facts
    findings = {fact.id: Finding(fact, fact.domain, State.STATED_UNKNOWN) for fact in facts.values()}
    with suppress(Rejected):  # derived facts that can never be are refused wherever they are met
        found = findings_of(vocabulary, {}, _ANY_YEAR)
        findings |= {name: found[name] for name, fact in facts.items() if fact.derivation}
    return findings


def each_for_itself(program: Program) -> Items:
    """What each item can be for itself: more than can occur."""
    criteria = (
        Status.UNKNOWN_OR_NOT_APPLICABLE if c.criterion.applicability else Status.UNKNOWN for c in program.criteria
    )
    return (*criteria, *(Status.UNKNOWN for _ in program.overrides))


def _parts(fact: FactDeclaration) -> set[tuple[str, int | None]]:
    """The values that a fact follows from; itself, where it is stated."""
    return {*fact.sources} if fact.derivation else {(fact.id, None)}


def _direct_parts(fact: FactDeclaration, facts: Mapping[str, FactDeclaration]) -> list[FactDeclaration]:
    return [facts[name] for name, _ in fact.derivation.parts] if fact.derivation else []


def _is_tree(fact: FactDeclaration, facts: Mapping[str, FactDeclaration]) -> bool:
    """Whether a fact follows from each of its sources in one way alone."""

    def sources(of: FactDeclaration) -> Iterator[tuple[str, int | None]]:
        for name, offset in of.derivation.parts if of.derivation else ():
            yield name, offset
            yield from sources(facts[name])

    several = [*itertools.islice(sources(fact), len(fact.sources) + 1)]
    return len(several) == len(fact.sources)


def _has_gaps(fact: FactDeclaration, facts: Mapping[str, FactDeclaration]) -> bool:
    """Whether there may be numbers between its values, which nobody tells: it follows from whole numbers, and is none.

    Of a mean of whole numbers they are told.
    """
    is_whole = fact.is_whole and isinstance(fact.derivation, Aggregate | Difference)
    if is_whole or is_stepped(fact, _direct_parts(fact, facts)):
        return False
    return any(facts[name].is_whole for name in fact.derived_from)


def _constrains(finding: Finding) -> bool:
    """Whether a derived fact says something of what it follows from: it is stated itself, or ends at its limits."""
    if finding.fact.derivation is None:
        return False
    if finding.evidence is not None and finding.evidence.state.is_known:
        return True
    assert isinstance(finding.possible, Interval)
    assert isinstance(finding.fact.domain, Interval)
    ends = zip(finding.possible.ends, finding.fact.domain.ends, strict=True)
    return any(end == limit and limit.number is not None for end, limit in ends)


def joined(vectors: Sequence[Items]) -> tuple[Items, ...]:
    """The same vectors in fewer: two that differ in one item alone are one, in which it can be either.

    >>> M, N, U = Status.MET, Status.NOT_MET, Status.UNKNOWN
    >>> joined([(M, M), (M, N), (N, M)]) == ((U, M), (M, N))
    True
    """
    for item in range(len(vectors[0])):
        found: dict[Items, set[Status]] = {}
        for vector in vectors:
            found.setdefault((*vector[:item], *vector[item + 1 :]), set()).add(vector[item])
        vectors = [(*others[:item], union(statuses), *others[item:]) for others, statuses in found.items()]
    return tuple(vectors)

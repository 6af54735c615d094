"""What can occur, by trying: every combination of values of the facts that a random rulebook reads, and what follows.

Nothing here asks the engine how it decides: values are chosen around the thresholds, a rulebook is read as written
(`tests.engine.combinations`), and sets are minimal because every smaller one was tried.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

from engine.evaluation.evidence import Finding, State, Stated, findings_of
from engine.rulebooks.rulebook import FactDeclaration, Mean, Possible, Verdict, Vocabulary
from engine.values.interval import Interval
from engine.values.logic import Status, Truth
from tests.engine.combinations import Bits, Combinations, Results
from tests.engine.random_rulebooks import DEPARTURES, YEAR, Example, expected_ruling, holds
from tests.support import Written

Chosen = frozenset[int]
_OPPOSITE = {Verdict.MET: Verdict.NOT_MET, Verdict.NOT_MET: Verdict.MET}
_TURNED = {Status.MET: Truth.NOT_MET, Status.NOT_MET: Truth.MET}


def _tests_in(condition: Written) -> Iterator[Written]:
    for key in ("all", "any", "of"):
        for part in condition.get(key, ()):
            yield from _tests_in(part)
    if "not" in condition:
        yield from _tests_in(condition["not"])
    if "fact" in condition:
        yield condition


def read_in_tests(example: Example) -> dict[str, list[Written]]:
    """The tests that a rulebook makes, by fact; of a departure that it is made."""
    tests: dict[str, list[Written]] = {}
    for criterion in example.criteria.values():
        conditions = [criterion.get("met_when") or criterion["indicated_by"]]
        conditions += [criterion["not_applicable"]["when"]] if "not_applicable" in criterion else []
        for test in itertools.chain(*map(_tests_in, conditions)):
            tests.setdefault(test["fact"], []).append(test)
        if "judgement" in criterion:
            tests.setdefault(criterion["judgement"], []).append({"fact": criterion["judgement"]})
    for override in example.overrides.values():
        for test in _tests_in(override["when"]):
            tests.setdefault(test["fact"], []).append(test)
    return tests


def _numbers(
    fact: FactDeclaration, step: Fraction | None, tests: Iterable[Written], possible: Interval
) -> Iterator[Fraction]:
    """Numbers among those possible: each threshold and end, one between every two of them, and one beyond.

    Of numbers that come in steps each of them, unless there is none: then one was stated rounded.
    """
    if step is not None:
        assert isinstance(fact.domain, Interval)
        assert fact.domain.high is not None
        stepped = [n * step for n in range(math.floor(fact.domain.high / step) + 1) if n * step in possible]
        if stepped:
            yield from stepped
            return
    cuts = {Fraction(v) for test in tests for key, v in test.items() if key != "fact"}
    cuts |= {end for end in (possible.low, possible.high) if end is not None}
    points = sorted(cuts)
    beyond = [points[0] - 1, points[-1] + 1] if points else [Fraction(0)]
    between = [(one + other) / 2 for one, other in itertools.pairwise(points)]
    yield from (n for n in [*points, *between, *beyond] if n in possible)


def _step_of(vocabulary: Vocabulary, fact: FactDeclaration) -> Fraction | None:
    """How far apart the values of a whole number, or of a mean of such, are; none is below zero here."""
    if isinstance(fact.derivation, Mean) and vocabulary.facts[fact.derivation.of].is_whole:
        return Fraction(1, len(fact.derivation.years))
    return Fraction(1) if fact.is_whole else None


def _values(vocabulary: Vocabulary, fact: str, tests: Sequence[Written], possible: Possible) -> list[Any]:
    """Values among those possible, one for each way in which the tests can come out."""
    declared = vocabulary.facts[fact]
    if isinstance(possible, Interval):
        values: Iterable[Any] = _numbers(declared, _step_of(vocabulary, declared), tests, possible)
    else:
        values = sorted(possible)
    return list({_way(fact, tests, value): value for value in values}.values())


def _way(fact: str, tests: Sequence[Written], value: Any) -> object:
    """How the tests of a fact come out on a value; that nobody departs is a way of its own."""
    return value if fact in DEPARTURES else tuple(holds(test, {fact: value}) for test in tests)


def occurring(example: Example, options: Mapping[str, Sequence[Any]]) -> frozenset[Results]:
    """What criteria and overrides can turn out to be, where each fact has one of some values."""
    return frozenset(Combinations(options).vectors(example))


def options_within(example: Example, stated: Stated) -> dict[str, list[Any]]:
    """For each fact that is read the values that what is stated leaves; a departure that is not stated stays none."""
    vocabulary = example.rulebook.vocabulary
    findings = findings_of(vocabulary, stated, YEAR)
    return {
        fact: [None]
        if fact in DEPARTURES and findings[fact].state is State.NOT_STATED
        else _values(vocabulary, fact, tests, findings[fact].possible)
        for fact, tests in read_in_tests(example).items()
    }


def options_at_all(example: Example) -> dict[str, list[Any]]:
    """For each fact that is read the values that it can have at all."""
    vocabulary = example.rulebook.vocabulary
    findings = findings_of(vocabulary, {}, YEAR)
    return {
        fact: [None, "no", "yes"]
        if fact in DEPARTURES
        else _values(
            vocabulary, fact, tests, findings[fact].possible if fact != "kind" else vocabulary.facts[fact].domain
        )
        for fact, tests in read_in_tests(example).items()
    }


def are_related(example: Example, findings: Mapping[str, Finding]) -> bool:
    """Whether a quotient says something of a part that is tested and open: what can occur is then approximated."""
    tested, quotient = read_in_tests(example), findings["balance_by_surface"]
    is_stated = quotient.evidence is not None and quotient.evidence.state.is_known
    return "balance" in tested and not findings["balance"].is_exact and ("balance_by_surface" in tested or is_stated)


class Occurring:
    """What criteria and overrides of a rulebook can turn out to be together, numbered; sets of these are bits.

    Args:
        example: the rulebook.
        vectors: what can occur.
    """

    def __init__(self, example: Example, vectors: Collection[Results]) -> None:
        self.example, self.vectors = example, list(vectors)
        self.names = (*example.criteria, *example.overrides)
        self.number = {vector: number for number, vector in enumerate(self.vectors)}
        self.all: Bits = (1 << len(self.vectors)) - 1
        rulings = [expected_ruling(example, *vector) for vector in self.vectors]
        self.met: Bits = sum(1 << n for n, (is_met, _) in enumerate(rulings) if is_met)
        self.on_basis: dict[str, Bits] = {}
        self.having: list[dict[Truth, Bits]] = [{} for _ in self.names]
        for number, (vector, (_, basis)) in enumerate(zip(self.vectors, rulings, strict=True)):
            self.on_basis[basis] = self.on_basis.get(basis, 0) | 1 << number
            for having, result in zip(self.having, vector, strict=True):
                having[result] = having.get(result, 0) | 1 << number

    def these(self, vectors: Iterable[Results]) -> Bits:
        """Some of them."""
        return sum(1 << self.number[vector] for vector in vectors)

    def verdict_of(self, some: Bits) -> Verdict | None:
        """The verdict on what can occur; None where nothing can."""
        if not some:
            return None
        if not some & self.met:
            return Verdict.NOT_MET
        return Verdict.UNDETERMINED if some & ~self.met else Verdict.MET

    def can_be(self, item: int, some: Bits) -> frozenset[Truth]:
        """What an item can turn out to be in some of what can occur."""
        return frozenset(result for result, having in self.having[item].items() if some & having)

    def being(self, item: int, results: Iterable[Truth]) -> Bits:
        """Where an item has one of some results."""
        return sum(self.having[item].get(result, 0) for result in results)


class Definition:
    """What is to be said of an offer, from what can occur within its evidence, and at all.

    Args:
        at_all: what can occur at all.
        within: what can occur within the evidence.
    """

    def __init__(self, at_all: Occurring, within: Bits) -> None:
        self._at_all, self._within = at_all, within
        self._items = range(len(at_all.names))
        self.statuses = tuple(Status(at_all.can_be(i, within)) for i in self._items)
        """What each item can turn out to be."""
        verdict = at_all.verdict_of(within)
        assert verdict is not None
        self.verdict: Verdict = verdict

    @property
    def bases(self) -> set[str]:
        """What can be the basis of the verdict."""
        return {basis for basis, where in self._at_all.on_basis.items() if where & self._within}

    @property
    def missing(self) -> dict[Verdict, set[tuple[str, ...]]]:
        """The minimal sets of open items of which some answers force a verdict."""
        unresolved = [i for i, status in enumerate(self.statuses) if not status.is_known]
        is_open = self.verdict is Verdict.UNDETERMINED
        both = (Verdict.MET, Verdict.NOT_MET)
        return {
            verdict: self._minimal(s for s in subsets(unresolved) if self._can_force(s, verdict)) if is_open else set()
            for verdict in both
        }

    def _can_force(self, items: Chosen, verdict: Verdict) -> bool:
        options = {i: self._at_all.having[i] for i in items}
        return any(self._at_all.verdict_of(group) is verdict for group in _groups(self._within, options))

    @property
    def grounds(self) -> set[tuple[str, ...]]:
        """The minimal sets of items of which what is known forces the verdict."""
        if self.verdict is Verdict.UNDETERMINED:
            return set()
        known = [i for i in self._items if self.statuses[i].value != self._at_all.can_be(i, self._at_all.all)]
        return self._minimal(s for s in subsets(known) if self._at_all.verdict_of(self._with(s)) is self.verdict)

    def _with(self, items: Chosen) -> Bits:
        """What can occur where some items are as they are."""
        some = self._at_all.all
        for item in items:
            some &= self._at_all.being(item, self.statuses[item].value)
        return some

    @property
    def smallest_change(self) -> set[tuple[str, ...]]:
        """The smallest sets of items that, settled in another way, force the opposite verdict."""
        if self.verdict is Verdict.UNDETERMINED:
            return set()
        for size in self._items:
            sets = (frozenset(chosen) for chosen in itertools.combinations(self._items, size + 1))
            if changes := {self._named(items) for items in sets if self._can_turn(items)}:
                return changes
        return set()

    def _can_turn(self, items: Chosen) -> bool:
        others = self._with(frozenset(self._items) - items)
        options = {
            i: {result: where for result, where in self._at_all.having[i].items() if {result} != self.statuses[i].value}
            for i in items
        }
        opposite = _OPPOSITE[self.verdict]
        return any(self._at_all.verdict_of(group) is opposite for group in _groups(others, options))

    @property
    def decisive(self) -> set[str]:
        """The criteria that, met instead of not met or the other way round, turn the verdict, where that can occur."""
        found = set()
        for i, name in enumerate(self._at_all.example.criteria):
            if self.statuses[i] in _TURNED:
                others = self._with(frozenset(self._items) - {i})
                turned = others & self._at_all.being(i, [_TURNED[self.statuses[i]]])
                if self._at_all.verdict_of(turned) not in (self.verdict, None):
                    found.add(name)
        return found

    def _named(self, items: Iterable[int]) -> tuple[str, ...]:
        return tuple(self._at_all.names[i] for i in sorted(items))

    def _minimal(self, sets: Iterable[Chosen]) -> set[tuple[str, ...]]:
        return {self._named(items) for items in minimal_of(sets)}


def minimal_of(sets: Iterable[Chosen]) -> list[Chosen]:
    """Of sets that come smallest first those that hold no other."""
    minimal: list[Chosen] = []
    for one in sets:
        if not any(smaller <= one for smaller in minimal):
            minimal.append(one)
    return minimal


def _groups(some: Bits, options: Mapping[int, Mapping[Truth, Bits]]) -> Sequence[Bits]:
    """What can occur, apart by what each of a few items turns out to be."""
    groups = [some] if some else []
    for results in options.values():
        groups = [common for group in groups for where in results.values() if (common := group & where)]
    return groups


def subsets(items: Sequence[int]) -> Iterator[Chosen]:
    """All subsets, smallest first."""
    return (frozenset(c) for size in range(len(items) + 1) for c in itertools.combinations(items, size))


STATED_AS = {
    "used_mean": ("used", "used_mean"),
    "cases_mean": ("cases", "cases_mean"),
    "balance_by_surface": ("balance", "surface", "balance_by_surface"),
    "total": ("north", "south", "total"),
    "gap": ("income", "cost", "gap"),
    "peak": ("load", "peak"),
    "short": ("stock", "taken", "reserve", "credit", "short"),
}
"""What is stated of a derived fact: itself, and what it follows from."""


class FactDefinition:
    """Which sets of facts settle the verdict on an offer, or are grounds for it: every set tried.

    Args:
        example: the rulebook.
        stated: the evidence.
    """

    def __init__(self, example: Example, stated: Stated) -> None:
        self._example, self._stated = example, stated

    @cached_property
    def _within(self) -> Combinations:
        return Combinations(options_within(self._example, self._stated))

    def missing(self, verdict: Verdict) -> set[frozenset[str]]:
        """The minimal sets of open facts of which some values force a verdict, whatever the others are."""
        combinations, options = self._within, options_within(self._example, self._stated)
        names = [*options]
        open_facts = [i for i, values in enumerate(options.values()) if len(values) > 1]
        forced: dict[Chosen, Bits] = {frozenset(open_facts): self._having(combinations, verdict)}
        for facts in reversed([*subsets(open_facts)]):
            for fact in facts:
                forced.setdefault(facts - {fact}, combinations.everywhere(names[fact], forced[facts]))
        found = minimal_of(facts for facts in subsets(open_facts) if forced[facts])
        return {frozenset(names[i] for i in facts) for facts in found}

    def _having(self, combinations: Combinations, verdict: Verdict) -> Bits:
        is_met = verdict is Verdict.MET
        vectors = combinations.vectors(self._example).items()
        return sum(bits for vector, bits in vectors if expected_ruling(self._example, *vector)[0] is is_met)

    def grounds(self, verdict: Verdict) -> set[frozenset[str]]:
        """The minimal sets of stated facts from which alone a verdict follows, as if nothing else were stated."""
        tests, options = read_in_tests(self._example), dict[str, list[Any]]()
        alone: dict[str, list[set[Any]]] = {}
        for fact, both in self._stated_or_not().items():
            one_of_each = {_way(fact, tests[fact], value): value for values in both for value in values}
            options[fact] = [*one_of_each.values()]
            alone[fact] = [{one_of_each[_way(fact, tests[fact], value)] for value in values} for values in both]
        combinations = Combinations(options)
        others = combinations.all & ~self._having(combinations, verdict)
        read = [fact for fact in options if any(self._stated.get(name) for name in STATED_AS.get(fact, (fact,)))]
        where = {fact: [combinations.where(fact, values) for values in both] for fact, both in alone.items()}

        def is_ground(chosen: Chosen) -> bool:
            left, facts = others, {read[i] for i in chosen}
            for fact, (if_stated, if_not) in where.items():
                left &= if_stated if fact in facts else if_not
            return not left

        found = minimal_of(chosen for chosen in subsets(range(len(read))) if is_ground(chosen))
        return {frozenset(read[i] for i in chosen) for chosen in found}

    def _stated_or_not(self) -> dict[str, tuple[list[Any], list[Any]]]:
        """For each fact the values that are left where it is stated as it is, and where nothing is stated."""
        stated, nothing = (options_within(self._example, one) for one in (self._stated, {"used": {}}))
        return {fact: (values, nothing[fact]) for fact, values in stated.items()}

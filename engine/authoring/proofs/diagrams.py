"""Rulebooks as binary decision diagrams: every offer whose facts are known, at once.

Each fact is cut into regions that the tests treat alike (`regions`); a diagram says for each combination of regions
what a node of the program comes to. The statuses of criteria and overrides have variables of their own, tied to the
facts, so that a question can be asked over status vectors that can occur, or over facts.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from engine.evaluation.completions import has_mean_of_whole, is_stepped, of_nothing
from engine.evaluation.folding import Folded, Folding, Function
from engine.evaluation.program import Program, StatedNode, TestNode
from engine.evaluation.regions import passes, regions_of
from engine.rulebooks.rulebook import (
    Condition,
    ConditionCount,
    FactDeclaration,
    Possible,
    Test,
    Vocabulary,
)
from engine.values.interval import Interval
from engine.values.logic import Status, Truth


class RegionChoice(NamedTuple):
    """One region of a fact, by its number; `possible` is None where the fact is not stated."""

    fact: FactDeclaration
    region: int
    possible: Possible | None


class Diagrams(Folding):
    """The diagrams of programs over shared facts.

    A departure from an indicative measure can be not stated; every other fact is taken to be known.
    """

    def __init__(self, *programs: Program) -> None:
        super().__init__()
        self._facts = _declarations(programs)
        tests = [node.test for p in programs for node in p.nodes if isinstance(node, TestNode)]
        departures = {node.fact for p in programs for node in p.nodes if isinstance(node, StatedNode)}
        self.regions: dict[str, tuple[Possible | None, ...]] = {}
        vocabularies = [program.rulebook.vocabulary for program in programs]
        for name, facts in self._facts.items():
            regions = _of_those_derived(name, regions_of(facts, [t for t in tests if t.fact == name]), vocabularies)
            self.regions[name] = (*((None,) if name in departures else ()), *regions)
        for program in programs:
            self._declare(program)
        self.possible = self.all_of(self._ordered(name) for name in self.regions)
        """The combinations of cuts that stand for regions."""

    def _declare(self, program: Program) -> None:
        """Each item's facts, then its status, which keeps the diagrams that tie them to each other small."""
        for item, node in enumerate(program.inputs):
            for fact in facts_under(program, node):
                self._bdd.declare(*(_cut(fact, i) for i in range(len(self.regions[fact]) - 1)))
            self._bdd.declare(_met(item), _away(item))

    def _ordered(self, fact: str) -> Function:
        cuts = [self._bdd.var(_cut(fact, i)) for i in range(len(self.regions[fact]) - 1)]
        return self.all_of(~later | earlier for earlier, later in itertools.pairwise(cuts))

    def in_region(self, fact: str, index: int) -> Function:
        """Where a fact lies in one of its regions."""
        below = self._bdd.var(_cut(fact, index - 1)) if index else self.true
        above = self._bdd.var(_cut(fact, index)) if index < len(self.regions[fact]) - 1 else self.false
        return below & ~above

    def test(self, test: Test) -> Function:
        """Where a test is met."""
        fact, met = self._facts[test.fact][0], self.false
        for index, region in enumerate(self.regions[test.fact]):
            if region is not None and passes(test, fact, region):
                met |= self.in_region(test.fact, index)
        return met

    def condition(self, condition: Condition) -> Function:
        """Where a condition is met."""
        if isinstance(condition, Test):
            return self.test(condition)
        parts = [self.condition(part) for part in condition.parts]
        if isinstance(condition, ConditionCount):
            return self.at_least(condition.required, parts) & self.all_of(parts[i] for i in condition.mandatory)
        if condition.operator == "not":
            return ~parts[0]
        return self.all_of(parts) if condition.operator == "all" else ~self.all_of(~part for part in parts)

    def nodes(self, program: Program, fixed: Mapping[int, Folded] | None = None) -> list[Folded]:
        """What each node of a program comes to over the facts; some nodes may be given instead.

        Raises:
            TooComplex: the diagrams would have more than `MAX_NODES` nodes.
        """
        folded: list[Folded] = []
        for index, node in enumerate(program.nodes):
            outcome = (fixed or {}).get(index)
            folded.append(outcome if outcome is not None else self.outcome(node, folded))
            self.check_size()
        return folded

    def leaf(self, node: TestNode | StatedNode) -> Folded:
        """Where a fact passes a test, or is stated."""
        if isinstance(node, TestNode):
            return Folded(self.test(node.test), self.false)
        return Folded(~self.in_region(node.fact, 0), self.false)

    def statuses(self, program: Program) -> dict[int, Folded]:
        """The status of each item of a program, by node, as variables of their own."""
        folded = {}
        for item, node in enumerate(program.inputs):
            away = self._bdd.var(_away(item)) if self._can_be_away(program, item) else self.false
            folded[node] = Folded(self._bdd.var(_met(item)), away)
        return folded

    def _can_be_away(self, program: Program, item: int) -> bool:
        return item < len(program.criteria) and program.criteria[item].criterion.applicability is not None

    def tied(self, program: Program) -> Function:
        """Where the statuses of a program are those that the facts lead to."""
        facts, ties = self.nodes(program), []
        for node, status in self.statuses(program).items():
            ties += [_same(status.met, facts[node].met), _same(status.away, facts[node].away)]
        return self.all_of(ties) & self.possible

    def possible_statuses(self, program: Program) -> Function:
        """The status vectors that some facts lead to."""
        cuts = {_cut(name, i) for name, regions in self.regions.items() for i in range(len(regions) - 1)}
        return self._bdd.exist(cuts, self.tied(program))

    def choices(self, where: Function) -> dict[str, RegionChoice] | None:
        """A region for each fact for which a function holds, or None where there is none."""
        picked = self._bdd.pick(where & self.possible)
        if picked is None:
            return None
        choices = {}
        for name, regions in self.regions.items():
            index = sum(bool(picked.get(_cut(name, i), False)) for i in range(len(regions) - 1))
            choices[name] = RegionChoice(self._facts[name][0], index, regions[index])
        return choices

    def at(self, choices: Mapping[str, RegionChoice]) -> Function:
        """Where each fact lies in its region."""
        return self.all_of(self.in_region(name, choice.region) for name, choice in choices.items())

    def differing(self, first: Function, second: Function) -> Function:
        """Where one of two functions holds and the other does not."""
        return first & ~second | ~first & second

    def vectors(self, program: Program) -> Function:
        """All status vectors: no criterion both met and not applicable."""
        return self.all_of(~(status.met & status.away) for status in self.statuses(program).values())

    def count(self, program: Program, where: Function) -> int:
        """How many status vectors of a program a function of statuses holds for."""
        away = sum(self._can_be_away(program, item) for item in range(len(program.inputs)))
        return int(self._bdd.count(where, nvars=len(program.inputs) + away))

    def branches(self, *functions: Function) -> tuple[str, list[tuple[Function, Function]]]:
        """The first variable that the functions depend on, and what they are where it is false and true."""
        name = min((f.var for f in functions if f.var is not None), key=self._bdd.level_of_var)
        return name, [self.halves(f) if f.var == name else (f, f) for f in functions]

    def halves(self, function: Function) -> tuple[Function, Function]:
        """What a function is where the first variable that it depends on is false, and where it is true."""
        low, high = function.low, function.high
        return (~low, ~high) if function.negated else (low, high)

    def by_result(self, function: Function) -> tuple[int, dict[Truth, Function]]:
        """The first item that a function of status vectors depends on, and what it is for each result of that item."""
        item = int(function.var.partition(":")[0])
        not_met, met = self._halves_by(function, _met(item))
        (not_met, away), (met, _) = (self._halves_by(half, _away(item)) for half in (not_met, met))
        return item, {Truth.NOT_MET: not_met, Truth.NOT_APPLICABLE: away, Truth.MET: met}

    def _halves_by(self, function: Function, name: str) -> tuple[Function, Function]:
        return self.halves(function) if function.var == name else (function, function)

    def declare(self, names: Iterable[str]) -> list[Function]:
        """Variables of their own, after all others."""
        self._bdd.declare(*(listed := list(names)))
        return [self._bdd.var(name) for name in listed]

    def domains(self, program: Program, where: Function) -> tuple[frozenset[Truth], ...]:
        """The results that each item has in the status vectors for which a function holds."""
        domains = []
        for item in range(len(program.inputs)):
            results = Truth if self._can_be_away(program, item) else (Truth.NOT_MET, Truth.MET)
            of_item = (r for r in results if self.with_item(item, Status(frozenset({r})), where) != self.false)
            domains.append(frozenset(of_item))
        return tuple(domains)

    def with_item(self, item: int, status: Status, function: Function) -> Function:
        """A function of statuses where that of one item is given."""
        values = {_met(item): status is Status.MET, _away(item): status is Status.NOT_APPLICABLE}
        return self._bdd.let(values, function)

    def choose(self, name: str, then: Function, otherwise: Function) -> Function:
        """One function where a variable is true, another where it is false."""
        return self._bdd.ite(self._bdd.var(name), then, otherwise)

    def holds_somewhere(self, where: Function) -> bool:
        """Whether there is an offer for which a function holds."""
        return bool(where & self.possible != self.false)


def _of_those_derived(
    name: str, regions: tuple[Possible, ...], vocabularies: Sequence[Vocabulary]
) -> tuple[Possible, ...]:
    """The regions of a fact, each cut down to what can follow from other facts where it is derived."""
    for vocabulary in vocabularies:
        fact = vocabulary.facts.get(name)
        if fact is not None and fact.derivation:
            parts = [vocabulary.facts[part] for part, _ in fact.derivation.parts]
            possible, whole = of_nothing(vocabulary)[name].possible, is_stepped(fact, parts)
            regions = tuple(cut for region in regions if (cut := _cut_down(fact, region, possible, whole)) is not None)
    return regions


def _cut_down(fact: FactDeclaration, region: Possible, possible: Possible, is_mean_of_whole: bool) -> Interval | None:
    assert isinstance(region, Interval)
    assert isinstance(possible, Interval)
    common = region.intersect(possible)
    is_empty = common.is_empty or (is_mean_of_whole and not has_mean_of_whole(fact, common))
    return None if is_empty else common


def _same(first: Function, second: Function) -> Function:
    return first & second | ~first & ~second


def _cut(fact: str, index: int) -> str:
    return f"{fact}.{index}"


def status_variables(item: int) -> tuple[str, str]:
    """The names of the variables of an item: that it is met, and that it is not applicable."""
    return _met(item), _away(item)


def _met(item: int) -> str:
    return f"{item}:met"


def _away(item: int) -> str:
    return f"{item}:away"


def _declarations(programs: Sequence[Program]) -> dict[str, list[FactDeclaration]]:
    """The facts that the programs read, as each program's vocabulary declares them, in the order they are read."""
    declarations: dict[str, list[FactDeclaration]] = {}
    for program in programs:
        for name in dict.fromkeys(name for node in program.inputs for name in facts_under(program, node)):
            declarations.setdefault(name, []).append(program.rulebook.vocabulary.facts[name])
    return declarations


def facts_under(program: Program, index: int) -> list[str]:
    """The facts that decide a node of the conditions, in the order they are read."""
    return list(dict.fromkeys(leaf.fact for leaf in program.leaves_at(index).values()))

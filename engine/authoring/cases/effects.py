"""Where changes to a rulebook have an effect: over all offers whose facts are known, found in decision diagrams."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, assert_never

from engine.authoring.cases.case import Outcome
from engine.authoring.cases.mutation import Mutant
from engine.authoring.proofs.diagrams import Diagrams, RegionChoice
from engine.authoring.proofs.region_value import value_in
from engine.authoring.proofs.witness import Values, stated_as
from engine.diagnostics import Rejected, TooComplex
from engine.evaluation.evidence import Finding, findings_of
from engine.evaluation.folding import Folded, Function
from engine.evaluation.program import (
    ChoiceNode,
    ConstantNode,
    CountedNode,
    CountNode,
    JoinNode,
    Node,
    Program,
    StatedNode,
    TestNode,
    compile_rulebook,
)
from engine.evaluation.ruling import verdict_of
from engine.rulebooks.rulebook import AnswerTest, Possible
from engine.values.interval import Interval
from engine.values.logic import Status, Truth

MAX_TRIES = 50
"""Facts that follow from others can contradict them; so many combinations of their regions are tried."""

MAX_VALUES = 64
"""So many combinations of values are tried in one combination of regions."""


_Known = dict[Hashable, tuple[int, Folded]]
"""What nodes come to by all that they are but their names, each with a number."""


class Effect(NamedTuple):
    """The offers that a change gives another verdict, another basis, and each criterion another status."""

    verdict: Function
    basis: Function
    statuses: Mapping[str, Function]

    @property
    def anything(self) -> Function:
        """The offers whose decision differs in any of them."""
        where = self.verdict | self.basis
        for differs in self.statuses.values():
            where |= differs
        return where


class Effects:
    """The effects of changes to one rulebook.

    Raises:
        TooComplex: the diagrams would grow without end.
    """

    def __init__(self, program: Program, mutants: Sequence[Mutant]) -> None:
        self.program = program
        self.changed = {mutant: compile_rulebook(mutant.rulebook) for mutant in mutants}
        """The program of each changed rulebook."""
        self.diagrams = Diagrams(self.program, *self.changed.values())
        self._remembered: dict[Mutant, Effect] = {}
        self._known: _Known = {}
        own: _Known = {}
        self._answered: dict[str, list[tuple[AnswerTest, Folded]]] = {}
        self._nodes = self._folded(self.program, own)
        self._known = own
        for node, outcome in zip(self.program.nodes, self._nodes, strict=True):
            if isinstance(node, TestNode) and isinstance(node.test, AnswerTest):
                self._answered.setdefault(node.fact, []).append((node.test, outcome))
        self._feasible = self.diagrams.possible
        facts = self.program.rulebook.vocabulary.facts
        derived = {name for name in self.diagrams.regions if facts[name].derivation is not None}
        parts = {part for name in derived for part in facts[name].derived_from}
        self._joined = [name for name in self.diagrams.regions if name in derived | parts]

    def _changed_nodes(self, mutant: Mutant) -> list[Folded]:
        """What each node of a changed rulebook comes to; where that is too much, what else is known is let go first."""
        try:
            return self._folded(self.changed[mutant], {})
        except TooComplex:
            self._remembered.clear()
            return self._folded(self.changed[mutant], {})

    def _folded(self, program: Program, known: _Known) -> list[Folded]:
        """What each node comes to; one that is made as one of the rulebook's own is not folded again."""
        numbers: list[int] = []
        folded: list[Folded] = []
        for node in program.nodes:
            key = _shape(node, numbers)
            found = self._known.get(key) or known.get(key)
            if found is None:
                found = known[key] = (len(self._known) + len(known), self._outcome(node, folded))
                self.diagrams.check_size()
            numbers.append(found[0])
            folded.append(found[1])
        return folded

    def _outcome(self, node: Node, folded: Sequence[Folded]) -> Folded:
        """What a node comes to; a test with an answer more or fewer than one of the rulebook's is made from that."""
        if isinstance(node, TestNode) and isinstance(node.test, AnswerTest):
            for before, outcome in self._answered.get(node.fact, ()):
                other = node.test.answers ^ before.answers
                if len(other) == 1:
                    region = self.diagrams.in_region(node.fact, self.diagrams.regions[node.fact].index(other))
                    return Folded(self.diagrams.differing(outcome.met, region), outcome.away)
        return self.diagrams.outcome(node, folded)

    def of(self, mutant: Mutant) -> Effect:
        """The effect of a change to what is decided."""
        if mutant not in self._remembered:
            self._remembered[mutant] = self._effect(self.changed[mutant], self._changed_nodes(mutant))
        return self._remembered[mutant]

    def _effect(self, program: Program, nodes: Sequence[Folded]) -> Effect:
        before, after = dict(self.program.bases), dict(program.bases)
        none = self.diagrams.false
        basis = none
        for name in before:
            first = self._nodes[before[name]].met
            basis |= self.diagrams.differing(first, nodes[after[name]].met if name in after else none)
        statuses = {}
        for one, other in zip(self.program.criteria, program.criteria, strict=True):
            first, second = self._nodes[one.status], nodes[other.status]
            differs = self.diagrams.differing(first.met, second.met) | self.diagrams.differing(first.away, second.away)
            if differs != none:
                statuses[one.criterion.id] = differs
        verdict = self.diagrams.differing(self._nodes[self.program.verdict].met, nodes[program.verdict].met)
        return Effect(verdict, basis, statuses)

    def completions(self, findings: Mapping[str, Finding]) -> Function:
        """The offers that evidence leaves possible, each fact by itself; a judgement not stated is no departure."""
        where = self.diagrams.possible
        for name, regions in self.diagrams.regions.items():
            is_left_out = regions[0] is None and not findings[name].state.is_stated
            left = [
                self.diagrams.in_region(name, index)
                for index, region in enumerate(regions)
                if (region is None and is_left_out)
                or (region is not None and not is_left_out and _meets(findings[name].possible, region))
            ]
            where &= ~self.diagrams.all_of(~part for part in left)
        return where

    def outcome(self, where: Function, mutant: Mutant | None = None) -> Outcome:
        """What can come out over some offers, by a changed rulebook or by the rulebook itself."""
        program = self.program if mutant is None else self.changed[mutant]
        nodes = self._nodes if mutant is None else self._changed_nodes(mutant)
        bases = tuple(name for name, node in program.bases if self.holds_somewhere(where & nodes[node].met))
        statuses = {c.criterion.id: self._status(where, nodes[c.status]).reported for c in program.criteria}
        return Outcome(verdict_of(self._status(where, nodes[program.verdict])), bases, statuses)

    def _status(self, where: Function, node: Folded) -> Status:
        parts = {
            Truth.MET: node.met,
            Truth.NOT_MET: ~node.met & ~node.away,
            Truth.NOT_APPLICABLE: node.away,
        }
        return Status(frozenset(truth for truth, part in parts.items() if self.holds_somewhere(where & part)))

    def holds_somewhere(self, where: Function) -> bool:
        """Whether there is an offer for which a function holds, as far as it is known which facts go together."""
        return bool(where & self._feasible != self.diagrams.false)

    def offer(self, where: Function) -> Values | None:
        """Values of all facts for which a function holds.

        None where there are none, or where each that was tried contradicts what it follows from.
        """
        for _ in range(MAX_TRIES):
            choices = self.diagrams.choices(where & self._feasible)
            if choices is None:
                return None
            values = next(self._values(choices), None)
            if values is not None:
                return values
            self._feasible &= ~self.diagrams.at({name: choices[name] for name in self._joined})
        return None

    def _values(self, choices: Mapping[str, RegionChoice]) -> Iterator[Values]:
        """Values in the regions; the first of each, but for facts that must go together."""
        several = {
            name: _values_in(choice) if name in self._joined else _values_in(choice)[:1]
            for name, choice in choices.items()
            if choice.possible is not None
        }
        for combination in itertools.islice(itertools.product(*several.values()), MAX_VALUES):
            values = dict(zip(several, combination, strict=True))
            if self._go_together(values, choices):
                yield values

    def _go_together(self, values: Values, choices: Mapping[str, RegionChoice]) -> bool:
        """Whether no fact contradicts those that it follows from, or is rounded into another region by them."""
        if not self._joined:
            return True
        rulebook = self.program.rulebook
        stated = stated_as(values, rulebook.vocabulary, "an example")
        try:
            findings = findings_of(rulebook.vocabulary, stated, rulebook.agreement_years[0])
        except Rejected:
            return False
        return all(_lies_in(findings[name].possible, choices[name].possible) for name in self._joined)


def _shape(node: Node, numbers: Sequence[int]) -> Hashable:
    """All that a node is but its name, what it reads by the numbers of what was made alike."""
    match node:
        case TestNode():
            return "test", node.test
        case StatedNode():
            return "stated", node.fact
        case ConstantNode():
            return "constant", node.status
        case JoinNode():
            return node.operator, *(numbers[child] for child in node.children)
        case CountNode():
            children, mandatory = ([numbers[i] for i in each] for each in (node.children, node.mandatory))
            return "count", node.required, tuple(children), tuple(mandatory)
        case ChoiceNode():
            return "choice", numbers[node.condition], numbers[node.then], numbers[node.otherwise]
        case CountedNode():
            return "counted", numbers[node.child], node.counts_as
        case _:
            assert_never(node)


def _values_in(choice: RegionChoice) -> list[Fraction | str]:
    """Values that stand for a region: one in its middle, then those near its ends, and the ends that belong to it."""
    region = choice.possible
    if not isinstance(region, Interval):
        return [*sorted(region or ())[:1]]
    ends = [end for end in (region.low, region.high) if end is not None]
    near = [] if region.is_exact or choice.fact.is_whole else [value_in(region, end) for end in ends]
    return list(dict.fromkeys([value_in(region), *near, *(end for end in ends if end in region)]))


def _lies_in(possible: Possible, region: Possible | None) -> bool:
    if isinstance(possible, Interval):
        return isinstance(region, Interval) and possible.intersect(region) == possible
    return region is None or possible <= region  # type: ignore[operator]


def _meets(possible: Possible, region: Possible) -> bool:
    if isinstance(possible, Interval):
        return isinstance(region, Interval) and not possible.intersect(region).is_empty
    return bool(possible & region)  # type: ignore[operator]

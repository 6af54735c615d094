"""A rulebook as a program: nodes in one list, children before parents. All evaluators run this and nothing else.

The first part of the list holds the conditions, down to the status of each criterion and override; the second part,
the ruling, holds the rule, the bases and the verdict, and depends on those statuses alone.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, assert_never

from engine.rulebooks.rulebook import (
    YES,
    AnswerTest,
    Combination,
    Condition,
    ConditionCount,
    Count,
    Criterion,
    FactDeclaration,
    Join,
    Override,
    Rulebook,
    RulePart,
    Test,
    Verdict,
    both_ways,
    name_of,
)
from engine.values.logic import PLAIN, Connective, Status, Truth, choice, negation


class TestNode(NamedTuple):
    """A test on a fact."""

    name: str
    test: Test

    @property
    def fact(self) -> str:
        """The fact that is tested."""
        return self.test.fact


class StatedNode(NamedTuple):
    """Met where evidence for a fact is stated at all, even if as unknown."""

    name: str
    fact: str


class ConstantNode(NamedTuple):
    """A status that never changes."""

    name: str
    status: Status


class JoinNode(NamedTuple):
    """Its children joined by `all`, `any` or `not`."""

    name: str
    operator: Connective
    children: tuple[int, ...]


class CountNode(NamedTuple):
    """At least `required` of the children, the mandatory ones among them."""

    name: str
    required: int
    children: tuple[int, ...]
    mandatory: tuple[int, ...]


class ChoiceNode(NamedTuple):
    """One child's status where the condition is met, another's where it is not."""

    name: str
    condition: int
    then: int
    otherwise: int


class CountedNode(NamedTuple):
    """The child's status, "not applicable" counted as the given result."""

    name: str
    child: int
    counts_as: Truth


Node = TestNode | StatedNode | ConstantNode | JoinNode | CountNode | ChoiceNode | CountedNode


class CriterionNodes(NamedTuple):
    """Where the parts of a criterion stand in the program."""

    criterion: Criterion
    status: int
    measure: int
    judgement: int | None
    exempt: int | None


class OverrideNodes(NamedTuple):
    """Where an override's condition stands in the program."""

    override: Override
    status: int


@dataclass(frozen=True)
class Program:
    """The nodes of a rulebook, and where to find what they stand for.

    `ruling_from` is the index of the first node that depends on statuses alone; `bases` pairs each basis, in order,
    with its node; `split` holds the criteria (as indexes into `criteria`) that count both for and against the rule.
    """

    rulebook: Rulebook
    nodes: tuple[Node, ...]
    ruling_from: int
    criteria: tuple[CriterionNodes, ...]
    overrides: tuple[OverrideNodes, ...]
    bases: tuple[tuple[str, int], ...]
    rule: int
    verdict: int
    split: tuple[int, ...] = ()

    @cached_property
    def inputs(self) -> tuple[int, ...]:
        """The nodes that the ruling reads: the status of each criterion, then of each override."""
        return tuple(c.status for c in self.criteria) + tuple(o.status for o in self.overrides)

    @cached_property
    def facts_tested(self) -> tuple[FactDeclaration, ...]:
        """The facts that its nodes read, in the order they are read."""
        names = [n.test.fact for n in self.nodes if isinstance(n, TestNode)]
        names += [n.fact for n in self.nodes if isinstance(n, StatedNode)]
        return tuple(self.rulebook.vocabulary.facts[name] for name in dict.fromkeys(names))

    @property
    def facts_read(self) -> list[FactDeclaration]:
        """The facts that its nodes read and those they are derived from, in the vocabulary's order."""
        read = {name for fact in self.facts_tested for name in (fact.id, *fact.derived_from)}
        return [fact for fact in self.rulebook.vocabulary.facts.values() if fact.id in read]

    @cached_property
    def meaning(self) -> tuple[object, ...]:
        """What decisions depend on, without its texts: rulebooks in which it is equal decide alike.

        >>> from engine.rulebooks.library import Library
        >>> one, other = map(compile_rulebook, Library().in_force(2018)[:2])
        >>> one.meaning == compile_rulebook(one.rulebook).meaning, one.meaning == other.meaning
        (True, False)
        """
        facts = [fact._replace(written=None) for fact in self.facts_read]  # type: ignore[arg-type]
        return self.nodes, self.verdict, self.bases, facts

    @cached_property
    def reachable(self) -> tuple[frozenset[Status], ...]:
        """For each node the statuses that it can have at all."""
        statuses: list[frozenset[Status]] = []
        for node in self.nodes:
            statuses.append(_reachable(node, [statuses[child] for child in children_of(node)]))
        return tuple(statuses)

    def leaves_at(self, index: int) -> dict[int, TestNode | StatedNode]:
        """The nodes that read a fact and on which a node depends, by their numbers, in the order they are read."""
        node = self.nodes[index]
        if isinstance(node, TestNode | StatedNode):
            return {index: node}
        return {number: leaf for child in children_of(node) for number, leaf in self.leaves_at(child).items()}


def children_of(node: Node) -> tuple[int, ...]:
    """The indexes of the nodes that a node reads."""
    match node:
        case JoinNode():
            return node.children
        case CountNode():
            return node.children + tuple(m for m in node.mandatory if m not in node.children)
        case ChoiceNode():
            return (node.condition, node.then, node.otherwise)
        case CountedNode():
            return (node.child,)
    return ()


def _reachable(node: Node, children: list[frozenset[Status]]) -> frozenset[Status]:
    """The statuses that a node can have, from those that its children can have."""
    match node:
        case TestNode() | CountNode():
            return PLAIN
        case StatedNode():
            return frozenset({Status.MET, Status.NOT_MET})
        case ConstantNode():
            return frozenset({node.status})
        case ChoiceNode():
            return frozenset(choice(c, t, o) for c, t, o in itertools.product(*children))
        case CountedNode():
            return frozenset(s.counted_as(node.counts_as) for s in children[0])
        case JoinNode(operator="not"):
            return frozenset(negation(s) for s in children[0])
        case JoinNode():
            return frozenset(Status) if any(child - PLAIN for child in children) else PLAIN
        case _:
            assert_never(node)


def compile_rulebook(rulebook: Rulebook) -> Program:
    """The program of a checked rulebook."""
    compiler = _Compiler()
    criteria = tuple(compiler.criterion(c) for c in rulebook.criteria)
    overrides = tuple(OverrideNodes(o, compiler.condition(o.condition, o.id)) for o in rulebook.overrides)
    ruling_from = len(compiler.nodes)
    rule = compiler.rule(rulebook, criteria)
    bases = compiler.bases(overrides, rulebook.rule.id)
    verdict = compiler.verdict(overrides, rule)
    names = [c.id for c in rulebook.criteria]
    split = tuple(names.index(name) for name in both_ways(rulebook.rule.group))
    return Program(rulebook, tuple(compiler.nodes), ruling_from, criteria, overrides, bases, rule, verdict, split)


class _Compiler:
    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._names: set[str] = set()

    def _name(self, stem: str) -> str:
        """The wanted name, or the next free one like it."""
        name, number = stem, 1
        while name in self._names:
            number += 1
            name = f"{stem}.{number}"
        self._names.add(name)
        return name

    def _add(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def criterion(self, criterion: Criterion) -> CriterionNodes:
        name, judgement, exempt = criterion.id, None, None
        wrapped = criterion.judgement is not None or criterion.applicability is not None
        status = measure = self.condition(criterion.condition, f"{name}.measure" if wrapped else name)
        if criterion.judgement is not None:
            stated = self._add(StatedNode(self._name(f"{name}.judged"), criterion.judgement))
            test = AnswerTest(criterion.judgement, frozenset({YES}), criterion.reference)
            judgement = self._add(TestNode(self._name(f"{name}.judgement"), test))
            final = name if criterion.applicability is None else f"{name}.departed"
            status = self._add(ChoiceNode(self._name(final), stated, judgement, measure))
        if criterion.applicability is not None:
            exempt = self.condition(criterion.applicability.exempt_when, f"{name}.exempt")
            away = self._add(ConstantNode(self._name(f"{name}.away"), Status.NOT_APPLICABLE))
            status = self._add(ChoiceNode(self._name(name), exempt, away, status))
        return CriterionNodes(criterion, status, measure, judgement, exempt)

    def condition(self, condition: Condition, name: str) -> int:
        if isinstance(condition, Test):
            return self._add(TestNode(self._name(name), condition))
        parts = tuple(self.condition(part, f"{name}.{self._part_name(part)}") for part in condition.parts)
        if isinstance(condition, ConditionCount):
            mandatory = tuple(parts[i] for i in condition.mandatory)
            return self._add(CountNode(self._name(name), condition.required, parts, mandatory))
        return self._add(JoinNode(self._name(name), condition.operator, parts))

    def _part_name(self, part: Condition) -> str:
        return part.fact if isinstance(part, Test) else _word(part)

    def rule(self, rulebook: Rulebook, criteria: tuple[CriterionNodes, ...]) -> int:
        counted = {c.criterion.id: self._counted(c) for c in criteria}
        rule = self._part(rulebook.rule.group, rulebook.rule.id, counted)
        return self._add(CountedNode(self._name(f"{rulebook.rule.id}.counted"), rule, Truth.NOT_MET))

    def _counted(self, nodes: CriterionNodes) -> int:
        applicability = nodes.criterion.applicability
        if applicability is None or applicability.counts_as == "excluded":
            return nodes.status
        counts_as = Truth[applicability.counts_as.upper()]
        return self._add(CountedNode(self._name(f"{nodes.criterion.id}.counted"), nodes.status, counts_as))

    def _part(self, part: RulePart, name: str, counted: dict[str, int]) -> int:
        if isinstance(part, str):
            return counted[part]
        members = part.members if isinstance(part, Count) else part.parts
        children = tuple(self._part(member, f"{name}.{_word(member)}", counted) for member in members)
        if isinstance(part, Count):
            names = [name_of(member) for member in members]
            mandatory = tuple(children[names.index(name)] for name in part.mandatory)
            return self._add(CountNode(self._name(name), part.required, children, mandatory))
        return self._add(JoinNode(self._name(name), part.operator, children))

    def bases(self, overrides: tuple[OverrideNodes, ...], rule: str) -> tuple[tuple[str, int], ...]:
        """Each basis is met where its own condition is and none before it."""
        bases: list[tuple[str, int]] = []
        before: list[int] = []
        for nodes in overrides:
            bases.append((nodes.override.id, self._basis(nodes.override.id, (*before, nodes.status))))
            before.append(self._add(JoinNode(self._name(f"{nodes.override.id}.absent"), "not", (nodes.status,))))
        return (*bases, (rule, self._basis(rule, tuple(before))))

    def _basis(self, name: str, parts: tuple[int, ...]) -> int:
        if not parts:
            return self._add(ConstantNode(self._name(f"basis.{name}"), Status.MET))
        return self._add(JoinNode(self._name(f"basis.{name}"), "all", parts))

    def verdict(self, overrides: tuple[OverrideNodes, ...], rule: int) -> int:
        """The overrides in order, each in the place of all that follows it."""
        node = rule
        for nodes in reversed(overrides):
            decided = Status.MET if nodes.override.verdict is Verdict.MET else Status.NOT_MET
            constant = self._add(ConstantNode(self._name(f"{nodes.override.id}.verdict"), decided))
            node = self._add(ChoiceNode(self._name(f"verdict.from.{nodes.override.id}"), nodes.status, constant, node))
        return self._add(JoinNode(self._name("verdict"), "all", (node,)))


def _word(part: RulePart | Combination | ConditionCount) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Count | Join) and part.id is not None:
        return part.id
    return f"at_least_{part.required}" if isinstance(part, Count | ConditionCount) else part.operator

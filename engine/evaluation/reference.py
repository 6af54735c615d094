"""The reference evaluator: what a program means, in plain Python. Every other evaluator must agree with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import assert_never

from engine.evaluation.evidence import Finding
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
    children_of,
)
from engine.rulebooks.rulebook import AnswerTest, NumberTest, Test
from engine.values.interval import Interval
from engine.values.logic import Connective, Status, all_of, any_of, at_least, choice, negation

Findings = Mapping[str, Finding]


def conditions(program: Program, findings: Findings) -> list[Status]:
    """The status of every node before the ruling, from what the facts can be."""
    statuses: list[Status] = []
    for node in program.nodes[: program.ruling_from]:
        statuses.append(status_of(node, statuses, findings))
    return statuses


def status_at(program: Program, index: int, leaves: Mapping[int, Status]) -> Status:
    """The status of one node before the ruling, from those of the leaves that it depends on."""
    needed, waiting = set[int](), [index]
    while waiting:
        needed.add(node := waiting.pop())
        waiting += children_of(program.nodes[node])
    statuses = dict(leaves)
    for node in sorted(needed.difference(leaves)):
        statuses[node] = status_of(program.nodes[node], statuses)
    return statuses[index]


def ruling_statuses(program: Program, statuses: Sequence[Status]) -> list[Status]:
    """The statuses of all nodes, from those before the ruling."""
    all_statuses = list(statuses)
    for node in program.nodes[program.ruling_from :]:
        all_statuses.append(status_of(node, all_statuses))
    return all_statuses


def status_of(
    node: Node, earlier: Sequence[Status] | Mapping[int, Status], findings: Findings = MappingProxyType({})
) -> Status:
    """The status of one node, from those before it, or from what its fact can be."""
    match node:
        case TestNode() | StatedNode():
            return status_of_leaf(node, findings)
        case ConstantNode():
            return node.status
        case JoinNode():
            return _joined(node.operator, [earlier[child] for child in node.children])
        case CountNode():
            parts = [earlier[child] for child in node.children]
            return at_least(node.required, parts, [earlier[m] for m in node.mandatory])
        case ChoiceNode():
            return choice(earlier[node.condition], earlier[node.then], earlier[node.otherwise])
        case CountedNode():
            return earlier[node.child].counted_as(node.counts_as)
        case _:
            assert_never(node)


def _joined(operator: Connective, parts: Sequence[Status]) -> Status:
    match operator:
        case "all":
            return all_of(parts)
        case "any":
            return any_of(parts)
        case "not":
            return negation(parts[0])
        case _:
            assert_never(operator)


def status_of_leaf(node: TestNode | StatedNode, findings: Findings) -> Status:
    """The status of a node that reads a fact."""
    if isinstance(node, TestNode):
        return status_of_test(node.test, findings[node.test.fact])
    return Status.MET if findings[node.fact].state.is_stated else Status.NOT_MET


def status_of_test(test: Test, finding: Finding) -> Status:
    """Met if every possible value passes the test, not met if none does, else unknown."""
    possible = finding.possible
    if isinstance(test, NumberTest):
        assert isinstance(possible, Interval)
        common = possible.intersect(test.passing)
        if common == possible:
            return Status.MET
        return Status.NOT_MET if common.is_empty else Status.UNKNOWN
    assert not isinstance(possible, Interval)
    if possible <= test.answers:
        return Status.MET
    return Status.UNKNOWN if possible & test.answers else Status.NOT_MET


def around(test: NumberTest, nearness: Fraction) -> Interval:
    """The numbers that lie no farther from the threshold than a part of it."""
    width = abs(test.threshold) * nearness
    return Interval(test.threshold - width, test.threshold + width)


def is_near(finding: Finding, status: Status, within: Interval) -> bool:
    """Whether a test is settled, and a possible value lies within these numbers around its threshold."""
    assert isinstance(finding.possible, Interval)
    return status.is_known and not finding.possible.intersect(within).is_empty


def margin_of(test: Test, finding: Finding, status: Status) -> Fraction | None:
    """The distance from the threshold to the nearest possible value, positive where the test is met."""
    if isinstance(test, AnswerTest) or not status.is_known:
        return None
    assert isinstance(finding.possible, Interval)
    ends = [end for end in (finding.possible.low, finding.possible.high) if end is not None]
    distance = min(abs(end - test.threshold) for end in ends)
    return distance if status is Status.MET else -distance

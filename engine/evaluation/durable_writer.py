"""Writes the nodes of a program as rules for durable-rules, and evidence as the integers that the rules compare."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, assert_never

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
)
from engine.rulebooks.rulebook import AnswerTest, NumberTest, Test
from engine.values.comparison import Comparison
from engine.values.interval import Interval
from engine.values.logic import PLAIN, Status, Truth, choice, negation

LIMIT = 2**62
"""Beyond every scaled threshold; the engine compares integers exactly up to 2^63."""

Expression = dict[str, Any]
"""A condition as durable-rules reads it."""
Scales = Mapping[str, int]
"""For each measured fact the number by which all its thresholds become whole."""
_CODES = {status: code for code, status in enumerate(Status)}
FLAGS: dict[str, dict[Status, int]] = {
    "met": {s: int(s.worst is Truth.MET) for s in Status},
    "can_be_met": {s: int(s.best is Truth.MET) for s in Status},
    "holds": {s: int(s.worst is not Truth.NOT_MET) for s in Status},
    "can_hold": {s: int(s.best is not Truth.NOT_MET) for s in Status},
    "applies": {s: int(Truth.NOT_APPLICABLE not in s.value) for s in Status},
    "code": _CODES,
}
"""A node's status as the 0/1 integers that rules add up, and as its code. What holds is not failing: met, or away."""
_SUMMED = ("met", "can_be_met", "holds", "can_hold")
_WHERE_ALL_APPLIES = {"holds": "met", "can_hold": "can_be_met"}
"""Flags that are the same for a node that always applies; a fact has only so many fields."""


class NodeRules:
    """The rules of one node, each with its name, the status it gives and its conditions; and the fields they read."""

    def __init__(self, program: Program, scales: Scales, index: int) -> None:
        self._program, self._scales, self._reachable = program, scales, program.reachable
        self.index = index
        self.leaves: list[str] = []
        self.flags: dict[str, tuple[str, int]] = {}
        self.constants: dict[str, int] = {"k0": 0, "k1": 1}
        node = program.nodes[index]
        self.rules = [
            (f"{node.name}.{status.name.lower()}", status, expression)
            for status, expression in self._cases(node)
            if status in program.reachable[index]
        ]
        self.fields = {*self.leaves, *self.flags, *self.constants}

    def _cases(self, node: Node) -> Iterator[tuple[Status, list[Expression]]]:
        match node:
            case TestNode():
                return self._test(node.test)
            case StatedNode():
                field = self._leaf(f"stated_{node.fact}")
                return iter([(Status.MET, [{field: 1}]), (Status.NOT_MET, [{field: 0}])])
            case ConstantNode():
                return iter([(node.status, [])])
            case JoinNode():
                return self._join(node)
            case CountNode():
                return self._count(node)
            case ChoiceNode():
                return self._choice(node)
            case CountedNode():
                return self._each(node.child, lambda status: status.counted_as(node.counts_as))
            case _:
                assert_never(node)

    def _join(self, node: JoinNode) -> Iterator[tuple[Status, list[Expression]]]:
        match node.operator:
            case "all":
                return self._all(node.children)
            case "any":
                return self._any(node.children)
            case "not":
                return self._each(node.children[0], negation)
            case _:
                assert_never(node.operator)

    def _leaf(self, name: str) -> str:
        if name not in self.leaves:
            self.leaves.append(name)
        return name

    def _flag(self, flag: str, child: int) -> str:
        if self._reachable[child] <= PLAIN:
            flag = _WHERE_ALL_APPLIES.get(flag, flag)
        self.flags[f"{flag}{child}"] = (flag, child)
        return f"{flag}{child}"

    def _flags(self, flag: str, children: Sequence[int]) -> list[str]:
        return [self._flag(flag, child) for child in children]

    def _is(self, child: int, status: Status) -> Expression:
        return {self._flag("code", child): _CODES[status]}

    def _each(self, child: int, status_of: Callable[[Status], Status]) -> Iterator[tuple[Status, list[Expression]]]:
        for status in Status:
            if status in self._reachable[child]:
                yield status_of(status), [self._is(child, status)]

    def _sum(self, comparison: str, number: int, fields: Sequence[str]) -> Expression:
        """`number` compared with the sum of fields; the left side of a sum must itself be a field."""
        self.constants[f"k{number}"] = number
        total: Expression = {"$m": "k0"}
        for field in fields:
            total = {"$add": {"$l": total, "$r": {"$m": field}}}
        return {comparison: {f"k{number}": total}}

    def _at_most(self, number: int, fields: Sequence[str]) -> Expression:
        return self._sum("$gte", number, fields)

    def _at_least(self, number: int, fields: Sequence[str]) -> Expression:
        return self._sum("$lte", number, fields)

    def _none(self, fields: Sequence[str]) -> Expression:
        return self._at_most(0, fields)

    def _some(self, fields: Sequence[str]) -> Expression:
        return self._at_least(1, fields)

    def _every(self, fields: Sequence[str]) -> Expression:
        return self._at_least(len(fields), fields)

    def _not_every(self, fields: Sequence[str]) -> Expression:
        return self._at_most(len(fields) - 1, fields)

    def _test(self, test: Test) -> Iterator[tuple[Status, list[Expression]]]:
        if isinstance(test, AnswerTest):
            return self._membership(test)
        low, high = self._leaf(f"low_{test.fact}"), self._leaf(f"high_{test.fact}")
        at = 2 * int(test.threshold * self._scales[test.fact])
        match test.comparison:
            case Comparison.AT_MOST:
                return self._one_sided({"$lte": {high: at}}, {"$gt": {low: at}})
            case Comparison.BELOW:
                return self._one_sided({"$lt": {high: at}}, {"$gte": {low: at}})
            case Comparison.AT_LEAST:
                return self._one_sided({"$gte": {low: at}}, {"$lt": {high: at}})
            case Comparison.ABOVE:
                return self._one_sided({"$gt": {low: at}}, {"$lte": {high: at}})
            case Comparison.EQUALS:
                return self._equals(low, high, at)
            case _:
                assert_never(test.comparison)

    def _one_sided(self, passes: Expression, fails: Expression) -> Iterator[tuple[Status, list[Expression]]]:
        yield Status.MET, [passes]
        yield Status.NOT_MET, [fails]
        opposite = {"$lte": "$gt", "$lt": "$gte", "$gte": "$lt", "$gt": "$lte"}
        neither = [{opposite[comparison]: side} for case in (passes, fails) for comparison, side in case.items()]
        yield Status.UNKNOWN, neither

    def _equals(self, low: str, high: str, at: int) -> Iterator[tuple[Status, list[Expression]]]:
        yield Status.MET, [{low: at}, {high: at}]
        yield Status.NOT_MET, [{"$gt": {low: at}}]
        yield Status.NOT_MET, [{"$lt": {high: at}}]
        yield Status.UNKNOWN, [{"$lt": {low: at}}, {"$gte": {high: at}}]
        yield Status.UNKNOWN, [{low: at}, {"$gt": {high: at}}]

    def _membership(self, test: AnswerTest) -> Iterator[tuple[Status, list[Expression]]]:
        answers = self._program.rulebook.vocabulary.facts[test.fact].answers
        fields = {answer: self._leaf(answer_field(test.fact, number)) for number, answer in enumerate(answers)}
        inside = [field for answer, field in fields.items() if answer in test.answers]
        outside = [field for answer, field in fields.items() if answer not in test.answers]
        yield Status.MET, [self._none(outside)]
        yield Status.NOT_MET, [self._none(inside)]
        yield Status.UNKNOWN, [self._some(inside), self._some(outside)]

    def _all(self, children: Sequence[int]) -> Iterator[tuple[Status, list[Expression]]]:
        met, can_be_met, holds, can_hold = (self._flags(f, children) for f in _SUMMED)
        yield Status.MET, [self._every(holds), self._some(met)]
        yield Status.MET_OR_NOT_APPLICABLE, [self._every(holds), self._none(met), self._some(can_be_met)]
        yield Status.NOT_APPLICABLE, [self._every(holds), self._none(can_be_met)]
        yield Status.NOT_MET, [self._not_every(can_hold)]
        is_open = [self._every(can_hold), self._not_every(holds)]
        yield Status.NOT_MET_OR_NOT_APPLICABLE, [*is_open, self._none(can_be_met)]
        yield from self._either([*is_open, self._some(can_be_met)], children)

    def _any(self, children: Sequence[int]) -> Iterator[tuple[Status, list[Expression]]]:
        met, can_be_met, holds, can_hold = (self._flags(f, children) for f in _SUMMED)
        yield Status.MET, [self._some(met)]
        yield Status.MET_OR_NOT_APPLICABLE, [self._none(met), self._every(holds), self._some(can_be_met)]
        yield Status.NOT_APPLICABLE, [self._none(can_be_met), self._every(holds)]
        yield Status.NOT_MET, [self._none(can_be_met), self._not_every(can_hold)]
        is_open = [self._none(met), self._not_every(holds)]
        yield Status.NOT_MET_OR_NOT_APPLICABLE, [*is_open, self._none(can_be_met), self._every(can_hold)]
        yield from self._either([*is_open, self._some(can_be_met)], children)

    def _either(self, is_open: list[Expression], children: Sequence[int]) -> Iterator[tuple[Status, list[Expression]]]:
        """A group that can be met or fail: it can be not applicable too where no child is sure to apply."""
        if any(self._reachable[child] <= PLAIN for child in children):
            yield Status.UNKNOWN, is_open
            return
        applies = self._flags("applies", children)
        yield Status.UNKNOWN, [*is_open, self._some(applies)]
        yield Status.UNKNOWN_OR_NOT_APPLICABLE, [*is_open, self._none(applies)]

    def _count(self, node: CountNode) -> Iterator[tuple[Status, list[Expression]]]:
        met, can_be_met = self._flags("met", node.children), self._flags("can_be_met", node.children)
        holds, can_hold = self._flags("holds", node.mandatory), self._flags("can_hold", node.mandatory)
        enough, too_few = node.required, node.required - 1
        yield Status.MET, [self._every(holds), self._at_least(enough, met)]
        yield Status.NOT_MET, [self._every(can_hold), self._at_most(too_few, can_be_met)]
        is_open = [self._every(can_hold), self._at_least(enough, can_be_met)]
        yield Status.UNKNOWN, [*is_open, self._every(holds), self._at_most(too_few, met)]
        if node.mandatory:
            yield Status.NOT_MET, [self._not_every(can_hold)]
            yield Status.UNKNOWN, [*is_open, self._not_every(holds)]

    def _choice(self, node: ChoiceNode) -> Iterator[tuple[Status, list[Expression]]]:
        then, otherwise = self._reachable[node.then], self._reachable[node.otherwise]
        is_condition = {s: self._is(node.condition, s) for s in _ordered(self._reachable[node.condition])}
        for condition, expression in is_condition.items():
            if condition is Status.MET:
                yield from ((t, [expression, self._is(node.then, t)]) for t in _ordered(then))
            elif condition is Status.NOT_MET:
                yield from ((o, [expression, self._is(node.otherwise, o)]) for o in _ordered(otherwise))
            else:
                for t, o in itertools.product(_ordered(then), _ordered(otherwise)):
                    yield choice(condition, t, o), [expression, self._is(node.then, t), self._is(node.otherwise, o)]


def _ordered(statuses: frozenset[Status]) -> list[Status]:
    return [status for status in Status if status in statuses]


def answer_field(fact: str, number: int) -> str:
    """The field for one answer: by its number, because answers are any words and could make two fields one."""
    return f"can_{fact}_{number}"


def scales_of(program: Program) -> Scales:
    """For each measured fact the number by which all its thresholds become whole."""
    scales: dict[str, int] = {}
    for node in program.nodes:
        if isinstance(node, TestNode) and isinstance(node.test, NumberTest):
            scales[node.test.fact] = math.lcm(scales.get(node.test.fact, 1), node.test.threshold.denominator)
    return scales


def scaled_ends(interval: Interval, scale: int) -> tuple[int, int]:
    """The ends of an interval as integers that compare with a scaled, doubled threshold as the numbers do.

    A number on the scale becomes twice its multiple, one between two marks the odd integer between theirs. An end that
    is not included lies just beside its mark; an end far beyond all thresholds is drawn in to where integers are exact.

    >>> scaled_ends(Interval(Fraction(1, 2), Fraction(1, 2)), 10)
    (10, 10)
    >>> scaled_ends(Interval(Fraction(1, 3), Fraction(1, 2), high_open=True), 10)
    (7, 9)
    """
    low = -LIMIT if interval.low is None else mark_of(interval.low * scale)
    high = LIMIT if interval.high is None else mark_of(interval.high * scale)
    low += interval.low_open and low % 2 == 0
    high -= interval.high_open and high % 2 == 0
    return max(-LIMIT, min(LIMIT, low)), max(-LIMIT, min(LIMIT, high))


def mark_of(scaled: Fraction) -> int:
    """Where a number stands on its scale: twice its multiple, or the odd integer between those of its neighbours."""
    return 2 * math.floor(scaled) + (scaled.denominator != 1)

"""The durable-rules evaluator: a program as rules for forward chaining, in the narrow corner where that is safe.

Rules read one fact at a time, over integers only; nodes that depend on each other stand in successive rulesets.
Each node has one rule for each status it can take, and exactly one of them must fire; a canary shows that the fact
was seen. Anything else is a fault, never a decision. What is safe and what is not was measured; see
docs/decisions/0002.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from durable import engine as durable

from engine.diagnostics import IntegrityFault
from engine.evidence import Finding, State
from engine.interval import Interval
from engine.logic import Result, Status, choice, negation
from engine.program import (
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
from engine.rulebook import Test

VERSION = "2.0.28"
MAX_NODES_PER_RULESET = 30
"""Each node fires one rule on a fact, and the engine crashes at 64 that fire together."""
MAX_REMEMBERED = 4096

Expression = dict[str, Any]
Fact = dict[str, int]
Fired = tuple[str, ...]
Thresholds = Mapping[str, Sequence[Fraction]]
_CODES = {status: code for code, status in enumerate(Status)}
_FLAGS: dict[str, dict[Status, int]] = {
    "met": {s: int(s.worst is Result.MET) for s in Status},
    "fails": {s: int(s.best is Result.NOT_MET) for s in Status},
    "can_be_met": {s: int(s.best is Result.MET) for s in Status},
    "can_fail": {s: int(s.worst is Result.NOT_MET) for s in Status},
    "applies": {s: int(Result.NOT_APPLICABLE not in s.value) for s in Status},
    "code": _CODES,
}
"""A node's status as the 0/1 integers that rules add up, and as its code."""
_SUMMED = ("met", "fails", "can_be_met", "can_fail")
_numbers = itertools.count()


class _Host(durable.Host):  # type: ignore[misc]
    """A host without the timer threads that it would otherwise start."""

    def _run(self) -> None:
        pass


_host: _Host | None = None


def _shared_host() -> _Host:
    """The one host of this process."""
    global _host  # noqa: PLW0603 - a second host in one process is not safe
    _host = _host or _Host()
    return _host


class DurableRules:
    """Evaluates one program with durable-rules; equal facts are decided once and remembered."""

    name = f"durable-rules {VERSION}"

    def __init__(self, program: Program) -> None:
        self._program = program
        self._thresholds = _thresholds(program)
        self._levels = list(_levels(program))

    def conditions(self, findings: Mapping[str, Finding]) -> tuple[list[Status], Fired]:
        """The status of every node before the ruling, and the rules that fired.

        Raises:
            IntegrityFault: durable-rules did not answer as it must.
        """
        known = dict(self._leaf_fields(findings))
        return self._run([level for level in self._levels if not level.is_ruling], {}, known)

    def ruling(self, statuses: Sequence[Status]) -> tuple[list[Status], Fired]:
        """The statuses of all nodes, from those before the ruling, and the rules that fired.

        Raises:
            IntegrityFault: durable-rules did not answer as it must.
        """
        return self._run([level for level in self._levels if level.is_ruling], dict(enumerate(statuses)), {})

    def _run(self, levels: list[_Ruleset], known: dict[int, Status], leaves: Fact) -> tuple[list[Status], Fired]:
        fired: list[str] = []
        for level in levels:
            answers, names = level.decide(known, leaves)
            known.update(answers)
            fired += names
        return [known[i] for i in sorted(known)], tuple(fired)

    def _leaf_fields(self, findings: Mapping[str, Finding]) -> Iterator[tuple[str, int]]:
        for name, finding in findings.items():
            yield f"stated_{name}", int(finding.state is not State.NOT_STATED)
            if isinstance(finding.possible, Interval):
                low, high = ranked_ends(finding.possible, self._thresholds.get(name, ()))
                yield f"low_{name}", low
                yield f"high_{name}", high
            else:
                for number, answer in enumerate(finding.fact.answers):
                    yield _answer_field(name, number), int(answer in finding.possible)


class _Ruleset:
    """The rules of nodes that do not read one another, and what they answered before."""

    def __init__(self, program: Program, nodes: list[int], thresholds: Thresholds, is_ruling: bool) -> None:
        self.is_ruling = is_ruling
        self._nodes = nodes
        self._fired: list[tuple[str, int, Status]] = []
        self._name = f"ruleset_{next(_numbers)}"
        self._remembered: dict[tuple[int, ...], tuple[dict[int, Status], Fired]] = {}
        writer = _RuleWriter(program, thresholds)
        rules: dict[str, Any] = {"canary": self._rule({"type": 1}, ("canary", -1, Status.MET))}
        for index in nodes:
            for name, status, expression in writer.rules(index):
                both = {"$and": [{"type": 1}, *expression]} if expression else {"type": 1}
                rules[f"{index}_{len(rules)}"] = self._rule(both, (name, index, status))
        self._leaves, self._flags = writer.leaves, writer.flags
        self._constants = {f"k{n}": n for n in writer.constants}
        _shared_host().set_rulesets({self._name: rules})

    def _rule(self, expression: Expression, firing: tuple[str, int, Status]) -> Expression:
        return {"all": [{"m": expression}], "run": self._recorder(firing)}

    def _recorder(self, firing: tuple[str, int, Status]) -> Callable[[Any], None]:
        def record(context: Any) -> None:
            self._fired.append(firing)

        return record

    def decide(self, known: Mapping[int, Status], leaves: Fact) -> tuple[dict[int, Status], Fired]:
        """The statuses of this ruleset's nodes, and the names of the rules that fired."""
        fields = {f: leaves[f] for f in self._leaves}
        for field, (flag, child) in self._flags.items():
            fields[field] = _FLAGS[flag][known[child]]
        memory = tuple(fields.values())
        if memory not in self._remembered:
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[memory] = self._ask({"id": 1, "type": 1, **self._constants, **fields})
        return self._remembered[memory]

    def _ask(self, fact: Fact) -> tuple[dict[int, Status], Fired]:
        self._fired.clear()
        try:
            try:
                _shared_host().assert_fact(self._name, fact)
            finally:
                _shared_host().retract_fact(self._name, {"id": 1})
        except Exception as error:
            raise IntegrityFault(f"durable-rules failed: {error}") from error
        fired, expected = self._fired, [-1, *self._nodes]
        if sorted(index for _, index, _ in fired) != sorted(expected):
            raise IntegrityFault(f"durable-rules fired {len(fired)} rules where {len(expected)} must fire")
        ordered = sorted(fired, key=lambda firing: firing[1])[1:]
        return {index: status for _, index, status in ordered}, tuple(name for name, _, _ in ordered)


def _levels(program: Program) -> Iterator[_Ruleset]:
    """The nodes in groups that can be decided together, conditions before the ruling."""
    thresholds = _thresholds(program)
    depth: dict[tuple[bool, int], list[int]] = {}
    level: dict[int, int] = {}
    for index, node in enumerate(program.nodes):
        is_ruling = index >= program.ruling_from
        same = [c for c in children_of(node) if (c >= program.ruling_from) is is_ruling]
        level[index] = 1 + max((level[c] for c in same), default=0)
        depth.setdefault((is_ruling, level[index]), []).append(index)
    for (is_ruling, _), nodes in sorted(depth.items()):
        for start in range(0, len(nodes), MAX_NODES_PER_RULESET):
            yield _Ruleset(program, nodes[start : start + MAX_NODES_PER_RULESET], thresholds, is_ruling)


def reachable_statuses(program: Program) -> list[frozenset[Status]]:
    """For each node the statuses that it can take at all; a rule for any other would be dead."""
    plain = frozenset({Status.MET, Status.NOT_MET, Status.UNKNOWN})
    found: list[frozenset[Status]] = []
    for node in program.nodes:
        children = [found[child] for child in children_of(node)]
        match node:
            case StatedNode():
                found.append(frozenset({Status.MET, Status.NOT_MET}))
            case ConstantNode():
                found.append(frozenset({node.status}))
            case ChoiceNode():
                found.append(frozenset(choice(c, t, o) for c, t, o in itertools.product(*children)))
            case CountedNode():
                found.append(frozenset(s.counted_as(node.counts_as) for s in children[0]))
            case JoinNode(operator="not"):
                found.append(frozenset(negation(s) for s in children[0]))
            case JoinNode() if any(child - plain for child in children):
                found.append(frozenset(Status))
            case _:
                found.append(plain)
    return found


class _RuleWriter:
    """Writes the rules of nodes, and notes which fields of the fact they read."""

    def __init__(self, program: Program, thresholds: Thresholds) -> None:
        self._program, self._thresholds = program, thresholds
        self._reachable = reachable_statuses(program)
        self.leaves: list[str] = []
        self.flags: dict[str, tuple[str, int]] = {}
        self.constants: set[int] = {0, 1}

    def rules(self, index: int) -> Iterator[tuple[str, Status, list[Expression]]]:
        """Each rule of a node: its name, the status it gives, and its conditions."""
        node = self._program.nodes[index]
        for status, expression in self._cases(node):
            if status in self._reachable[index]:
                yield f"{node.name}.{status.name.lower()}", status, expression

    def _cases(self, node: Node) -> Iterator[tuple[Status, list[Expression]]]:
        match node:
            case TestNode():
                return self._test(node.test)
            case StatedNode():
                field = self._leaf(f"stated_{node.fact}")
                return iter([(Status.MET, [{field: 1}]), (Status.NOT_MET, [{field: 0}])])
            case ConstantNode():
                return iter([(node.status, [])])
            case JoinNode(operator="all"):
                return self._all(node.children)
            case JoinNode(operator="any"):
                return self._any(node.children)
            case JoinNode():
                return self._each(node.children[0], negation)
            case CountNode():
                return self._count(node)
            case ChoiceNode():
                return self._choice(node)
            case CountedNode():
                return self._each(node.child, lambda status: status.counted_as(node.counts_as))

    def _leaf(self, name: str) -> str:
        if name not in self.leaves:
            self.leaves.append(name)
        return name

    def _flag(self, flag: str, children: Sequence[int]) -> list[str]:
        named = {f"{flag}{child}": (flag, child) for child in children}
        self.flags.update(named)
        return list(named)

    def _is(self, child: int, status: Status) -> Expression:
        return {self._flag("code", [child])[0]: _CODES[status]}

    def _each(self, child: int, given: Callable[[Status], Status]) -> Iterator[tuple[Status, list[Expression]]]:
        for status in Status:
            if status in self._reachable[child]:
                yield given(status), [self._is(child, status)]

    def _sum(self, comparison: str, number: int, fields: Sequence[str]) -> Expression:
        """`number` compared with the sum of fields; the left side of a sum must itself be a field."""
        self.constants.add(number)
        total: Expression = {"$m": "k0"}
        for field in fields:
            total = {"$add": {"$l": total, "$r": {"$m": field}}}
        return {comparison: {f"k{number}": total}}

    def _none(self, fields: Sequence[str]) -> Expression:
        return self._sum("$gte", 0, fields)

    def _some(self, fields: Sequence[str], number: int = 1) -> Expression:
        return self._sum("$lte", number, fields)

    def _test(self, test: Test) -> Iterator[tuple[Status, list[Expression]]]:
        if test.operator == "in":
            return self._membership(test)
        low, high = self._leaf(f"low_{test.fact}"), self._leaf(f"high_{test.fact}")
        assert test.threshold is not None
        at = rank(test.threshold, self._thresholds[test.fact])
        if test.operator == "equals":
            return self._equals(low, high, at)
        passes, fails = {
            "at_most": ({"$lte": {high: at}}, {"$gt": {low: at}}),
            "below": ({"$lt": {high: at}}, {"$gte": {low: at}}),
            "at_least": ({"$gte": {low: at}}, {"$lt": {high: at}}),
            "above": ({"$gt": {low: at}}, {"$lte": {high: at}}),
        }[test.operator]
        opposite = {"$lte": "$gt", "$lt": "$gte", "$gte": "$lt", "$gt": "$lte"}
        neither = [{opposite[comparison]: side} for case in (passes, fails) for comparison, side in case.items()]
        return iter([(Status.MET, [passes]), (Status.NOT_MET, [fails]), (Status.UNKNOWN, neither)])

    def _equals(self, low: str, high: str, at: int) -> Iterator[tuple[Status, list[Expression]]]:
        yield Status.MET, [{low: at}, {high: at}]
        yield Status.NOT_MET, [{"$gt": {low: at}}]
        yield Status.NOT_MET, [{"$lt": {high: at}}]
        yield Status.UNKNOWN, [{"$lt": {low: at}}, {"$gte": {high: at}}]
        yield Status.UNKNOWN, [{low: at}, {"$gt": {high: at}}]

    def _membership(self, test: Test) -> Iterator[tuple[Status, list[Expression]]]:
        answers = self._program.rulebook.vocabulary.facts[test.fact].answers
        fields = {answer: self._leaf(_answer_field(test.fact, number)) for number, answer in enumerate(answers)}
        inside = [field for answer, field in fields.items() if answer in test.answers]
        outside = [field for answer, field in fields.items() if answer not in test.answers]
        yield Status.MET, [self._none(outside)]
        yield Status.NOT_MET, [self._none(inside)]
        yield Status.UNKNOWN, [self._some(inside), self._some(outside)]

    def _all(self, children: Sequence[int]) -> Iterator[tuple[Status, list[Expression]]]:
        met, fails, can_be_met, can_fail = (self._flag(f, children) for f in _SUMMED)
        yield Status.MET, [self._none(can_fail), self._some(met)]
        yield Status.MET_OR_NOT_APPLICABLE, [self._none(can_fail), self._none(met), self._some(can_be_met)]
        yield Status.NOT_APPLICABLE, [self._none(can_fail), self._none(can_be_met)]
        yield Status.NOT_MET, [self._some(fails)]
        yield Status.NOT_MET_OR_NOT_APPLICABLE, [self._none(fails), self._some(can_fail), self._none(can_be_met)]
        yield from self._either([self._none(fails), self._some(can_fail), self._some(can_be_met)], children)

    def _any(self, children: Sequence[int]) -> Iterator[tuple[Status, list[Expression]]]:
        met, fails, can_be_met, can_fail = (self._flag(f, children) for f in _SUMMED)
        yield Status.MET, [self._some(met)]
        yield Status.MET_OR_NOT_APPLICABLE, [self._none(met), self._none(can_fail), self._some(can_be_met)]
        yield Status.NOT_APPLICABLE, [self._none(can_be_met), self._none(can_fail)]
        yield Status.NOT_MET, [self._none(can_be_met), self._some(fails)]
        yield Status.NOT_MET_OR_NOT_APPLICABLE, [self._none(can_be_met), self._none(fails), self._some(can_fail)]
        yield from self._either([self._none(met), self._some(can_fail), self._some(can_be_met)], children)

    def _either(self, is_open: list[Expression], children: Sequence[int]) -> Iterator[tuple[Status, list[Expression]]]:
        """A group that can be met or fail: it can be not applicable too where no child is sure to apply."""
        applies = self._flag("applies", children)
        yield Status.UNKNOWN, [*is_open, self._some(applies)]
        yield Status.UNKNOWN_OR_NOT_APPLICABLE, [*is_open, self._none(applies)]

    def _count(self, node: CountNode) -> Iterator[tuple[Status, list[Expression]]]:
        met, can_be_met = self._flag("met", node.children), self._flag("can_be_met", node.children)
        fails, can_fail = self._flag("fails", node.mandatory), self._flag("can_fail", node.mandatory)
        required, too_few = node.required, node.required - 1
        self.constants.add(too_few)
        yield Status.MET, [self._none(can_fail), self._some(met, required)]
        yield Status.NOT_MET, [self._some(fails)]
        yield Status.NOT_MET, [self._none(fails), self._sum("$gte", too_few, can_be_met)]
        open_still = [self._none(fails), self._some(can_be_met, required)]
        yield Status.UNKNOWN, [*open_still, self._some(can_fail)]
        yield Status.UNKNOWN, [*open_still, self._none(can_fail), self._sum("$gte", too_few, met)]

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


def _answer_field(fact: str, number: int) -> str:
    """The field for one answer: by its number, because answers are any words and could make two fields one."""
    return f"can_{fact}_{number}"


def _thresholds(program: Program) -> Thresholds:
    """The thresholds of each measured fact, the least first."""
    found: dict[str, set[Fraction]] = {}
    for node in program.nodes:
        if isinstance(node, TestNode) and node.test.threshold is not None:
            found.setdefault(node.test.fact, set()).add(node.test.threshold)
    return {fact: sorted(numbers) for fact, numbers in found.items()}


def rank(number: Fraction, thresholds: Sequence[Fraction]) -> int:
    """Twice the number of thresholds below a number, and one more where it is a threshold itself.

    >>> [rank(Fraction(n), [Fraction(3), Fraction(5)]) for n in (2, 3, 4, 5, 6)]
    [0, 1, 2, 3, 4]
    """
    return bisect_left(thresholds, number) + bisect_right(thresholds, number)


def ranked_ends(interval: Interval, thresholds: Sequence[Fraction]) -> tuple[int, int]:
    """The ends of an interval as small integers that compare with a threshold's rank as the numbers do.

    An end that is not included lies beside its threshold. So neither fractions nor numbers of any size reach the rules.

    >>> ranked_ends(Interval(Fraction(1, 3), Fraction(1, 2)), [Fraction(1, 2)])
    (0, 1)
    >>> ranked_ends(Interval(Fraction(1, 2), None, low_open=True), [Fraction(1, 2)])
    (2, 2)
    """
    low = 0 if interval.low is None else rank(interval.low, thresholds)
    high = 2 * len(thresholds) if interval.high is None else rank(interval.high, thresholds)
    return low + (interval.low_open and low % 2), high - (interval.high_open and high % 2)

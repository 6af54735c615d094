"""The columnar evaluator: a program as narwhals expressions over columns of evidence, a row for each offer.

Each row comes to the same statuses as by the reference evaluator, on any backend that narwhals has. The statuses of
the criteria and overrides are put together to a *vector*; what a vector decides is found once
(`engine.decisions.vector_decisions`). A row that columns cannot tell exactly is marked, and is for the reference.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple, assert_never

import narwhals as nw

from engine.evaluation.columnar_evidence import (
    CONSISTENT,
    Ends,
    Grids,
    derived_of,
    ends,
    high_of,
    low_of,
    possible_of,
    reasoned_of,
    stated_of,
)
from engine.evaluation.completions import Completions, Regions, SharedFact, Situation
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
from engine.evaluation.reference import around, is_near, status_of_test
from engine.rulebooks.rulebook import AnswerTest, FactDeclaration, NumberTest, Possible, Test
from engine.values.comparison import Comparison
from engine.values.interval import Interval
from engine.values.logic import PLAIN, Connective, Status, Truth

LARGEST = 2**62
"""Vectors are whole numbers below this; a program with more items has several."""
_OF_PLAIN = (Status.NOT_MET, Status.UNKNOWN, Status.MET)
"""The statuses of what always applies, by their digit: one for what can be met, one for what is."""
_ANY = {sum(1 << result for result in status.value): status for status in Status}
"""All statuses, by their digit: a bit for each result."""
_BITS = 62
"""So many thresholds share a column that says of each whether its fact is near it."""
_BITS_OF_DIGIT = 24
"""So many answers of a shared fact share a digit."""
CERTAIN = "certain"
"""The column that says whether columns could tell a row's statuses; its name can be no fact's column."""


class _Flags(NamedTuple):
    """Of a node: whether its worst and best results are met, and are not failing; whether it can be away."""

    met: nw.Expr
    can_be_met: nw.Expr
    holds: nw.Expr
    can_hold: nw.Expr
    away: nw.Expr | None


class Threshold(NamedTuple):
    """A threshold, the numbers near it, and the bit that says whether its fact is near it."""

    test: NumberTest
    around: Interval
    column: int
    bit: int


class SharedColumns:
    """The regions of a fact that several tests read, as digits of a vector.

    Of a number they are the first and the last region, of answers, and of a mean of whole numbers, a bit for each.
    """

    def __init__(self, fact: SharedFact) -> None:
        self.fact = fact
        self._is_span = fact.fact.is_number and not fact.is_stepped
        count = 2 * len(fact.thresholds) + 1 if fact.fact.is_number else len(fact.regions)
        self._raw = fact.raw_regions if fact.fact.is_number else tuple(range(count))
        self.bases = [count, count] if self._is_span else [2**size for size in _sizes(count)]

    def regions(self, digits: Sequence[int]) -> Regions:
        """The regions that digits stand for."""
        if self._is_span:
            first, last = digits
            return frozenset(n for n, raw in enumerate(self._raw) if first <= raw <= last)
        bits = sum(digit << _BITS_OF_DIGIT * place for place, digit in enumerate(digits))
        return frozenset(n for n, raw in enumerate(self._raw) if bits >> raw & 1)

    def digits(self, regions: Regions) -> list[int]:
        """The digits that stand for regions."""
        raw = [self._raw[region] for region in regions]
        if self._is_span:
            return [min(raw), max(raw)]
        bits = sum(1 << region for region in raw)
        return [bits >> _BITS_OF_DIGIT * place & 2**_BITS_OF_DIGIT - 1 for place in range(len(self.bases))]

    def of_answers(self, possible: Mapping[str, nw.Expr]) -> list[nw.Expr]:
        """The digits where each answer is possible or not."""
        can_be = [
            reduce(lambda a, b: a | b, (possible[answer] for answer in sorted(_answers(region))))
            for region in self.fact.regions
        ]
        return _as_bits(can_be)

    def of_ends(self, low: nw.Expr, high: nw.Expr, scale: int) -> list[nw.Expr]:
        """The digits for the marks of a number's ends."""
        at = [2 * int(threshold * scale) for threshold in self.fact.thresholds]
        first, last = (
            _sum_of([(end >= mark).cast(nw.Int64) + (end > mark).cast(nw.Int64) for mark in at]) for end in (low, high)
        )
        if self._is_span:
            return [first, last]
        return _as_bits([first == raw for raw in range(2 * len(at) + 1)])


def _as_bits(flags: Sequence[nw.Expr]) -> list[nw.Expr]:
    """Digits with a bit for each flag."""
    chunks = [flags[at : at + _BITS_OF_DIGIT] for at in range(0, len(flags), _BITS_OF_DIGIT)]
    return [_sum_of(flag.cast(nw.Int64) * (1 << bit) for bit, flag in enumerate(chunk)) for chunk in chunks]


def _answers(region: Possible) -> frozenset[str]:
    assert not isinstance(region, Interval)
    return region


def _sizes(count: int) -> Iterator[int]:
    """How many bits each digit has, of so many."""
    while count > 0:
        yield min(count, _BITS_OF_DIGIT)
        count -= _BITS_OF_DIGIT


def _sum_of(terms: Iterable[nw.Expr]) -> nw.Expr:
    return reduce(lambda a, b: a + b, terms)


class ColumnarProgram:
    """A program compiled to expressions.

    Args:
        program: the rulebook's program.
        grids: the grids of its facts, for one agreement year.
        prefix: begins the names of all columns that are made, so that several programs can read one frame.
        nearness: how far from its threshold, as a part of it, a fact is near; None where nobody asks.
    """

    def __init__(self, program: Program, grids: Grids, prefix: str = "", nearness: Fraction | None = None) -> None:
        self.program, self.grids, self._prefix = program, grids, prefix
        self.thresholds = {} if nearness is None else dict(_thresholds(program, nearness))
        columns = 0 if nearness is None else 1 + len(self.thresholds) // _BITS
        self.near = [f"{prefix} near bits {i}" for i in range(columns)]
        self._plain = [statuses <= PLAIN for statuses in program.reachable]
        self.certain = f"{prefix} {CERTAIN}"
        self.completions = Completions(program)
        self._digits = [dict(enumerate(_OF_PLAIN)) if self._plain[node] else _ANY for node in self.completions.frontier]
        self._shared = [SharedColumns(fact) for fact in self.completions.shared]
        bases = [max(digits) + 1 for digits in self._digits]
        self._places = list(_places([*bases, *(base for shared in self._shared for base in shared.bases)]))
        self.vectors = [f"{prefix} vector {i}" for i in range(1 + max(place.vector for place in self._places))]

    @property
    def sizes(self) -> list[int]:
        """For each vector how many there can be: it is below this."""
        return [
            max((p.weight * p.base for p in self._places if p.vector == i), default=1) for i in range(len(self.vectors))
        ]

    def evaluate(self, frame: Any) -> Any:
        """A prepared frame (`Grids.prepare`) with the vectors of each row, and whether they are certain."""
        before = list(frame.collect_schema().names())
        for stage in (*self._levels(), self._results()):
            frame = frame.with_columns(*stage)
        return frame.select(*before, self.certain, *self.vectors, *self.near)

    def facts_near(self, bits: Sequence[int]) -> list[str]:
        """The facts that a row's `near` columns name: known on one side of a threshold, and near it."""
        return list(dict.fromkeys(t.test.fact for t in self.thresholds.values() if bits[t.column] & t.bit))

    def situation(self, vectors: Sequence[int]) -> Situation:
        """What a row's vectors stand for."""
        digits = [vectors[place.vector] // place.weight % place.base for place in self._places]
        statuses = tuple(of[digit] for of, digit in zip(self._digits, digits, strict=False))
        left = iter(digits[len(statuses) :])
        return Situation(statuses, tuple(s.regions([next(left) for _ in s.bases]) for s in self._shared))

    def vectors_of(self, situation: Situation) -> tuple[int, ...]:
        """The vectors that stand for a situation."""
        digits = [
            next(number for number, known in of.items() if known is status)
            for of, status in zip(self._digits, situation.statuses, strict=True)
        ]
        for shared, regions in zip(self._shared, situation.regions, strict=True):
            digits += shared.digits(regions)
        vectors = [0] * len(self.vectors)
        for digit, place in zip(digits, self._places, strict=True):
            vectors[place.vector] += digit * place.weight
        return tuple(vectors)

    def _results(self) -> list[nw.Expr]:
        doubtful = itertools.chain(self._departures(), self._may_be_near(), self._stepped())
        certain = reduce(lambda a, b: a & ~b, doubtful, nw.col(CONSISTENT))
        near = [self._near(i).alias(name) for i, name in enumerate(self.near)]
        vectors = [self._vector(i).alias(name) for i, name in enumerate(self.vectors)]
        return [certain.alias(self.certain), *vectors, *near]

    def _near(self, column: int) -> nw.Expr:
        placed = [(node, t) for node, t in self.thresholds.items() if t.column == column]
        terms = [self._is_near(node, t).cast(nw.Int64) * t.bit for node, t in placed]
        return reduce(lambda a, b: a + b, terms, nw.lit(0, nw.Int64))

    def near_by_reference(self, findings: Mapping[str, Finding]) -> tuple[int, ...]:
        """What the `near` columns say of one row, by the reference."""
        known = [(node, t, findings[t.test.fact]) for node, t in self.thresholds.items()]
        return self.bits_near(node for node, t, f in known if is_near(f, status_of_test(t.test, f), t.around))

    def bits_near(self, nodes: Iterable[int]) -> tuple[int, ...]:
        """What the `near` columns say where these nodes have their facts near their thresholds."""
        bits = [0] * len(self.near)
        for threshold in map(self.thresholds.__getitem__, nodes):
            bits[threshold.column] |= threshold.bit
        return tuple(bits)

    def _is_near(self, node: int, threshold: Threshold) -> nw.Expr:
        """Whether a test is settled, and the possible value nearest to the threshold lies near it."""
        at, marks = self._mark(threshold.test), self._marks(threshold.test)
        least, largest = self._within(threshold)
        above = (marks.low >= at) & (marks.low <= 2 * math.floor(largest))
        below = (marks.high <= at) & (marks.high >= 2 * math.ceil(least))
        return self._is_settled(node) & (above | below)

    def _may_be_near(self) -> Iterator[nw.Expr]:
        """Where an end and the end of what is near lie between the same two numbers on the grid."""
        for node, threshold in self.thresholds.items():
            marks, (least, largest) = self._marks(threshold.test), self._within(threshold)
            fact = self.program.rulebook.vocabulary.facts[threshold.test.fact]
            stays_on_grid = fact.is_whole and not fact.derivation
            if (least.denominator, largest.denominator) != (1, 1) and not stays_on_grid:
                low, high = 2 * math.floor(largest) + 1, 2 * math.ceil(least) - 1
                yield self._is_settled(node) & ((marks.low == low) | (marks.high == high))

    def _within(self, threshold: Threshold) -> tuple[Fraction, Fraction]:
        """The ends of what is near a threshold, in steps of the grid."""
        scale, within = self._scale(threshold.test), threshold.around
        assert within.low is not None
        assert within.high is not None
        return within.low * scale, within.high * scale

    def _is_settled(self, index: int) -> nw.Expr:
        flags = self._of(index)
        return flags.met | ~flags.can_be_met

    def _departures(self) -> Iterator[nw.Expr]:
        """Where a judgement departs from its measure and gives no reason: such a row is for the reference to refuse."""
        for nodes in self.program.criteria:
            if nodes.judgement is not None:
                stated = nw.col(stated_of(nodes.criterion.judgement or ""))
                reasoned = nw.col(reasoned_of(nodes.criterion.judgement or ""))
                measure, judgement = self._of(nodes.measure), self._of(nodes.judgement)
                departs = (judgement.met & ~measure.can_be_met) | (~judgement.can_be_met & measure.met)
                if self.completions.is_above(nodes.measure):  # what it comes to over facts columns cannot tell
                    departs |= ~measure.met & measure.can_be_met
                yield stated & departs & ~reasoned

    def _stepped(self) -> Iterator[nw.Expr]:
        """Where a mean of whole numbers is open: whether a region holds one is for the reference."""
        for shared in self._shared:
            if shared.fact.is_stepped:
                marks = self._marks_of(shared.fact.fact)
                yield marks.low != marks.high

    def _levels(self) -> Iterator[list[nw.Expr]]:
        """The nodes before the ruling, each level reading those before it."""
        level: dict[int, int] = {}
        for index in sorted(self._needed()):
            children = children_of(self.program.nodes[index])
            level[index] = 1 + max((level[child] for child in children), default=0)
        for depth in sorted(set(level.values())):
            yield [e for index, at in level.items() if at == depth for e in self._named(index)]

    def _needed(self) -> set[int]:
        """The nodes that the vectors hold, that are near a threshold or may depart; and those that they read."""
        judged = [nodes for nodes in self.program.criteria if nodes.judgement is not None]
        waiting = [*self.completions.frontier, *self.thresholds]
        waiting += [node for nodes in judged for node in (nodes.measure, nodes.judgement) if node is not None]
        needed: set[int] = set()
        while waiting:
            if (node := waiting.pop()) not in needed:
                needed.add(node)
                waiting += children_of(self.program.nodes[node])
        return needed

    def _named(self, index: int) -> Iterator[nw.Expr]:
        flags = self._flags(self.program.nodes[index], index)
        for name, flag in zip(_Flags._fields, flags, strict=True):
            if flag is not None and name in self._kept(index):
                yield flag.alias(self._column(index, name))

    def _kept(self, index: int) -> tuple[str, ...]:
        return ("met", "can_be_met") if self._plain[index] else _Flags._fields

    def _column(self, index: int, flag: str) -> str:
        return f"{self._prefix} node {index} {flag}"

    def _of(self, index: int) -> _Flags:
        """The columns of a node that has been evaluated."""
        if self._plain[index]:
            return _plain(*(nw.col(self._column(index, name)) for name in ("met", "can_be_met")))
        return _Flags(*(nw.col(self._column(index, name)) for name in _Flags._fields))

    def _flags(self, node: Node, index: int) -> _Flags:
        match node:
            case TestNode():
                return _plain(*self._test(node.test))
            case StatedNode():
                stated = nw.col(stated_of(node.fact))
                return _plain(stated, stated)
            case ConstantNode():
                return _constant(node.status)
            case JoinNode():
                return _joined(node.operator, [self._of(child) for child in node.children])
            case ChoiceNode():
                return _choice(self._of(node.condition), self._of(node.then), self._of(node.otherwise))
            case CountNode():
                return self._count(node)
            case CountedNode():
                raise AssertionError(f"node {index} belongs to the ruling")
            case _:
                assert_never(node)

    def _count(self, node: CountNode) -> _Flags:
        """At least so many of conditions, which always apply, the mandatory ones among them."""
        parts, mandatory = ([self._of(child) for child in nodes] for nodes in (node.children, node.mandatory))
        enough = _sum_of([part.met.cast(nw.Int64) for part in parts]) >= node.required
        can_be_enough = _sum_of([part.can_be_met.cast(nw.Int64) for part in parts]) >= node.required
        met = reduce(lambda a, b: a & b, (part.met for part in mandatory), enough)
        return _plain(met, reduce(lambda a, b: a & b, (part.can_be_met for part in mandatory), can_be_enough))

    def _test(self, test: Test) -> tuple[nw.Expr, nw.Expr]:
        """Whether all, and whether some, of the possible values pass."""
        if isinstance(test, AnswerTest):
            return _membership(self.program.rulebook.vocabulary.facts[test.fact], test)
        marks, at = self._marks(test), self._mark(test)
        match test.comparison:
            case Comparison.AT_MOST:
                return marks.high <= at, marks.low <= at
            case Comparison.BELOW:
                return marks.high < at, marks.low < at
            case Comparison.AT_LEAST:
                return marks.low >= at, marks.high >= at
            case Comparison.ABOVE:
                return marks.low > at, marks.high > at
            case Comparison.EQUALS:
                return (marks.low == at) & (marks.high == at), (marks.low <= at) & (marks.high >= at)
            case _:
                assert_never(test.comparison)

    def _mark(self, test: NumberTest) -> int:
        """The mark of a test's threshold."""
        return 2 * int(test.threshold * self._scale(test))

    def _scale(self, test: NumberTest) -> int:
        """How many steps of its fact's grid make one."""
        return self.grids.scale(self.program.rulebook.vocabulary.facts[test.fact])

    def _marks(self, test: NumberTest) -> Ends:
        return self._marks_of(self.program.rulebook.vocabulary.facts[test.fact])

    def _marks_of(self, fact: FactDeclaration) -> Ends:
        if fact.derivation:
            return Ends(*(nw.col(derived_of(of(fact.id))) for of in (low_of, high_of)))
        return ends(fact.id)

    def _vector(self, number: int) -> nw.Expr:
        placed = zip(self.completions.frontier, self._places, strict=False)
        terms = [term for node, place in placed if place.vector == number for term in self._terms(node, place)]
        expressions = [e for shared in self._shared for e in self._regions(shared)]
        for digit, place in zip(expressions, self._places[len(self._digits) :], strict=True):
            if place.vector == number:
                terms.append(digit.cast(self._whole(place)) * place.weight)
        return reduce(lambda a, b: a + b, terms)

    def _regions(self, shared: SharedColumns) -> list[nw.Expr]:
        """The digits of the regions that a shared fact can still lie in."""
        fact = shared.fact.fact
        if not fact.is_number:
            return shared.of_answers({answer: nw.col(possible_of(fact.id, answer)) for answer in fact.answers})
        marks = self._marks_of(fact)
        return shared.of_ends(marks.low, marks.high, self.grids.scale(fact))

    def _whole(self, place: _Place) -> Any:
        return nw.Int32() if self.sizes[place.vector] < 2**31 else nw.Int64()

    def _terms(self, node: int, place: _Place) -> Iterator[nw.Expr]:
        """The digit of a node's status, times its weight, in parts."""
        flags, whole = self._of(node), self._whole(place)
        if self._plain[node]:
            parts = {1: [flags.can_be_met, flags.met]}
        else:
            results = {Truth.NOT_MET: ~flags.holds, Truth.NOT_APPLICABLE: flags.away, Truth.MET: flags.can_be_met}
            parts = {1 << result: [flag] for result, flag in results.items() if flag is not None}
        for times, flags_of_part in parts.items():
            for flag in flags_of_part:
                yield flag.cast(whole) * (times * place.weight)


def _thresholds(program: Program, nearness: Fraction) -> Iterator[tuple[int, Threshold]]:
    """The nodes that compare a number with a threshold."""
    nodes = [(i, node.test) for i, node in enumerate(program.nodes) if isinstance(node, TestNode)]
    measured = [(i, test) for i, test in nodes if isinstance(test, NumberTest)]
    for number, (index, test) in enumerate(measured):
        yield index, Threshold(test, around(test, nearness), number // _BITS, 1 << number % _BITS)


class _Place(NamedTuple):
    """Where the digit of an item stands: in which vector, and what one of it weighs there."""

    vector: int
    weight: int
    base: int


def _places(bases: Iterable[int]) -> Iterator[_Place]:
    vector, weight = 0, 1
    for base in bases:
        if weight * base > LARGEST:
            vector, weight = vector + 1, 1
        yield _Place(vector, weight, base)
        weight *= base


def _plain(met: nw.Expr, can_be_met: nw.Expr) -> _Flags:
    """The flags of what always applies."""
    return _Flags(met, can_be_met, met, can_be_met, None)


def _constant(status: Status) -> _Flags:
    met, can = status.worst is Truth.MET, status.best is Truth.MET
    holds, can_hold = status.worst is not Truth.NOT_MET, status.best is not Truth.NOT_MET
    away = Truth.NOT_APPLICABLE in status.value
    return _Flags(*(nw.lit(flag) for flag in (met, can, holds, can_hold, away)))


def _all(flags: Iterable[nw.Expr]) -> nw.Expr:
    return reduce(lambda a, b: a & b, flags)


def _any(flags: Iterable[nw.Expr]) -> nw.Expr:
    return reduce(lambda a, b: a | b, flags)


def _joined(operator: Connective, parts: Sequence[_Flags]) -> _Flags:
    """Conditions joined, each of which always applies: only a whole criterion can be not applicable."""
    met, can = [part.met for part in parts], [part.can_be_met for part in parts]
    match operator:
        case "all":
            return _plain(_all(met), _all(can))
        case "any":
            return _plain(_any(met), _any(can))
        case "not":
            return _plain(~can[0], ~met[0])
        case _:
            assert_never(operator)


def _away(flags: _Flags) -> nw.Expr:
    return nw.lit(False) if flags.away is None else flags.away


def _choice(condition: _Flags, then: _Flags, otherwise: _Flags) -> _Flags:
    """One part's results where the condition is met, the other's where it is not, those of both where it is unknown."""
    is_met, can_be_met = condition.met, condition.can_be_met

    def both(one: nw.Expr, other: nw.Expr) -> nw.Expr:
        return (one | ~can_be_met) & (other | is_met)

    def either(one: nw.Expr, other: nw.Expr) -> nw.Expr:
        return (one & can_be_met) | (other & ~is_met)

    return _Flags(
        both(then.met, otherwise.met),
        either(then.can_be_met, otherwise.can_be_met),
        both(then.holds, otherwise.holds),
        either(then.can_hold, otherwise.can_hold),
        either(_away(then), _away(otherwise)),
    )


def _membership(fact: FactDeclaration, test: AnswerTest) -> tuple[nw.Expr, nw.Expr]:
    """Whether all, and whether some, of the possible answers are among the test's."""
    possible = {answer: nw.col(possible_of(fact.id, answer)) for answer in fact.answers}
    inside = [can for answer, can in possible.items() if answer in test.answers]
    outside = [can for answer, can in possible.items() if answer not in test.answers]
    if not outside:
        always = inside[0] | ~inside[0]
        return always, always
    return ~_any(outside), _any(inside)

"""Every combination of the values of some facts, all of them at once: a bit of a whole number for each.

What holds of a combination is looked at for all of them by one operation on such numbers, so that a hundred thousand
are tried in the time of one. Nothing here asks the engine: a rulebook is read as written.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from engine.values.logic import Truth
from tests.engine.random_rulebooks import Example, holds
from tests.support import Written

Bits = int
"""A set of combinations, or of other things that are numbered."""
Results = tuple[Truth, ...]
"""What each criterion, then each override, turns out to be."""


class _Axis(NamedTuple):
    """Where the values of one fact stand in the number of a combination: `stride` apart."""

    values: Sequence[Any]
    stride: int


class Combinations:
    """The combinations of values that facts have, each fact one of its own.

    >>> both = Combinations({"a": [1, 2], "b": [1, 2, 3]})
    >>> f"{both.where('b', [2, 3]):06b}", f"{both.everywhere('a', both.where('b', [1]) & both.where('a', [1])):06b}"
    ('111100', '000000')
    """

    def __init__(self, options: Mapping[str, Sequence[Any]]) -> None:
        self.count = math.prod(map(len, options.values()))
        self.all: Bits = (1 << self.count) - 1
        self._axes: dict[str, _Axis] = {}
        stride = 1
        for fact, values in options.items():
            self._axes[fact] = _Axis(values, stride)
            stride *= len(values)
        self._known: dict[str, Bits] = {}

    def where(self, fact: str, values: Collection[Any]) -> Bits:
        """The combinations in which a fact has one of some values."""
        axis = self._axes[fact]
        return self._repeated(axis, [place for place, value in enumerate(axis.values) if value in values])

    def _repeated(self, axis: _Axis, places: Sequence[int]) -> Bits:
        bits = sum(((1 << axis.stride) - 1) << place * axis.stride for place in places)
        length = axis.stride * len(axis.values)
        while bits and length < self.count:
            bits |= bits << length
            length *= 2
        return bits & self.all

    def everywhere(self, fact: str, bits: Bits) -> Bits:
        """The combinations that are among some whatever the value of a fact is."""
        axis = self._axes[fact]
        first = functools.reduce(operator.and_, (bits >> place * axis.stride for place in range(len(axis.values))))
        first &= self._repeated(axis, [0])
        return functools.reduce(operator.or_, (first << place * axis.stride for place in range(len(axis.values))))

    def met(self, condition: Written) -> Bits:
        """The combinations for which a condition is met."""
        match condition:
            case {"all": parts}:
                return functools.reduce(operator.and_, map(self.met, parts))
            case {"any": parts}:
                return functools.reduce(operator.or_, map(self.met, parts))
            case {"not": part}:
                return self.all & ~self.met(part)
            case {"of": parts}:
                return self._counted(condition, parts)
        return self._passing(condition)

    def _counted(self, condition: Written, parts: Sequence[Written]) -> Bits:
        """Where so many parts are met, the mandatory ones among them: how many are, part by part."""
        met = [self.met(part) for part in parts]
        reached = [self.all] + [0] * int(condition["at_least"])
        for bits in met:
            reached = [self.all] + [now | before & bits for before, now in itertools.pairwise(reached)]
        must = (one for part, one in zip(parts, met, strict=True) if part.get("fact") in condition.get("mandatory", ()))
        return functools.reduce(operator.and_, must, reached[-1])

    def _passing(self, test: Written) -> Bits:
        if (key := repr(test)) not in self._known:
            fact = test["fact"]
            axis = self._axes[fact]
            passing = [place for place, value in enumerate(axis.values) if holds(test, {fact: value})]
            self._known[key] = self._repeated(axis, passing)
        return self._known[key]

    def results(self, example: Example) -> list[dict[Truth, Bits]]:
        """For each criterion, then each override, the combinations in which it has a result."""
        criteria = [self._results_of(criterion) for criterion in example.criteria.values()]
        return criteria + [self._either(self.met(override["when"])) for override in example.overrides.values()]

    def _either(self, met: Bits) -> dict[Truth, Bits]:
        return {Truth.MET: met, Truth.NOT_MET: self.all & ~met}

    def _results_of(self, criterion: Written) -> dict[Truth, Bits]:
        exempt = criterion.get("not_applicable")
        away = self.met(exempt["when"]) if exempt else 0
        met = self.met(criterion.get("met_when") or criterion["indicated_by"])
        if "judgement" in criterion:
            departing = {answer: self.where(criterion["judgement"], [answer]) for answer in ("yes", "no")}
            met = met & ~departing["no"] | departing["yes"]
        return {Truth.MET: met & ~away, Truth.NOT_MET: self.all & ~met & ~away, Truth.NOT_APPLICABLE: away}

    def vectors(self, example: Example) -> dict[Results, Bits]:
        """What criteria and overrides turn out to be together, each with the combinations in which they do."""
        found: dict[Results, Bits] = {(): self.all}
        for results in self.results(example):
            found = dict(_split(found, results))
        return found


def _split(found: Mapping[Results, Bits], results: Mapping[Truth, Bits]) -> Iterator[tuple[Results, Bits]]:
    for vector, bits in found.items():
        for result, where in results.items():
            if common := bits & where:
                yield (*vector, result), common

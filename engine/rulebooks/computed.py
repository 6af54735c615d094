"""What numbers of numbers can be: by those that they follow from, and by all that these can be at all."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import assert_never

from engine.rulebooks.rulebook import Aggregate, Derivation, Difference, FactDeclaration, Mean, Ratio
from engine.values.interval import Interval

_AGGREGATED: Mapping[str, Callable[[Interval, Interval], Interval]] = {
    "sum": operator.add,
    "least": Interval.least,
    "largest": Interval.largest,
}


def computed_by(derivation: Derivation, possible: list[Interval], *, has_quotient_always: bool) -> Interval:
    """All that a derived fact can be, by all that each number can be that it follows from."""
    match derivation:
        case Mean():
            return reduce(operator.add, possible).divided_by(len(possible))
        case Ratio():
            return _ratio(*possible, has_quotient_always=has_quotient_always)
        case Aggregate():
            return reduce(_AGGREGATED[derivation.how], possible)
        case Difference():
            of, less = possible
            return of - less
        case _:
            assert_never(derivation)


def _ratio(above: Interval, below: Interval, *, has_quotient_always: bool) -> Interval:
    """Every quotient; anything, where the divisor may be 0 or less: then there may be none."""
    positive = below.intersect(Interval(Fraction(0), None, low_open=True))
    is_sure = positive == below or has_quotient_always
    return above.ratio_to(positive) if is_sure and not positive.is_empty else Interval()


class Computable:
    """All that facts can be: by their declarations, and those that are derived also by what they follow from."""

    def __init__(self, facts: Mapping[str, FactDeclaration]) -> None:
        self._facts = facts
        self._known: dict[str, Interval] = {}

    def numbers_of(self, derivation: Derivation) -> Interval:
        """Every number that can be computed; a quotient only where there is one."""
        return computed_by(derivation, [self._all(name) for name, _ in derivation.parts], has_quotient_always=True)

    def _all(self, name: str) -> Interval:
        if name not in self._known:
            fact = self._facts[name]
            assert isinstance(fact.domain, Interval)
            by_parts = self.numbers_of(fact.derivation) if fact.derivation else fact.domain
            self._known[name] = fact.domain.intersect(by_parts)
        return self._known[name]

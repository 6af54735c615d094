"""The values of a fact that a set of tests treats alike, and one value to stand for them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from fractions import Fraction

from engine.evaluation.evidence import Finding, State
from engine.evaluation.reference import status_of_test
from engine.rulebooks.rulebook import FactDeclaration, NumberTest, Possible, Test
from engine.values.interval import Interval
from engine.values.logic import Status

MAX_DECIMALS = 12
"""A number between two thresholds is looked for with so many decimals; then the middle is taken as it is."""


def regions_of(facts: Sequence[FactDeclaration], tests: Iterable[Test]) -> tuple[Possible, ...]:
    """All that a fact can be, cut at every threshold; or each of its answers, the one that is assumed first.

    The declarations are those of one fact in several vocabularies: it is what all of them allow.

    >>> from engine.rulebooks.library import Library
    >>> rulebook = Library().choose("hovedstaden.mest-specialiserede", 2018)
    >>> test = rulebook.criterion("B2").condition
    >>> [str(value_in(r)) for r in regions_of([rulebook.vocabulary.facts["severe_complexities"]], [test])]
    ['2', '4', '6']
    """
    domain = facts[0].domain
    if not isinstance(domain, Interval):
        answers = [answer for answer in facts[0].answers if all(answer in fact.answers for fact in facts)]
        assumed = facts[0].assumed
        return tuple(frozenset({answer}) for answer in sorted(answers, key=lambda a: a != assumed))
    for fact in facts[1:]:
        assert isinstance(fact.domain, Interval)
        domain = domain.intersect(fact.domain)
    is_whole = any(fact.is_whole for fact in facts)
    cut = (
        domain.intersect(piece) for piece in _pieces(sorted({t.threshold for t in tests if isinstance(t, NumberTest)}))
    )
    regions = (piece.whole() if is_whole and not piece.is_empty else piece for piece in cut)
    return tuple(region for region in regions if not region.is_empty)


def _pieces(cuts: list[Fraction]) -> list[Interval]:
    """Each number cut at, and what lies before, between and after them."""
    ends = [None, *cuts, None]
    between = [Interval(low, high, low is not None, high is not None) for low, high in itertools.pairwise(ends)]
    points = [Interval.exactly(cut) for cut in cuts]
    return [piece for pair in itertools.zip_longest(between, points) for piece in pair if piece is not None]


def passes(test: Test, fact: FactDeclaration, region: Possible) -> bool:
    """Whether a test is met by every value of a region that it treats alike."""
    return status_of_test(test, Finding(fact, region, State.KNOWN)) is Status.MET


def value_in(region: Possible, near: Fraction | None = None) -> Fraction | str:
    """One value that stands for a region: the shortest number near its middle, or near one of its ends."""
    if not isinstance(region, Interval):
        return min(region)
    if region.is_exact:
        assert region.low is not None
        return region.low
    low, high = _finite(region, near)
    middle = (low + high) / 2
    for decimals in range(MAX_DECIMALS + 1):
        shortest = Fraction(round(middle * 10**decimals), 10**decimals)
        if low < shortest < high or (shortest in region and near is None):
            return shortest
    return middle


def _finite(region: Interval, near: Fraction | None) -> tuple[Fraction, Fraction]:
    """A stretch of the region with two ends; beside a threshold no longer than a unit of its last digit."""
    low, high = region.low, region.high
    if near is not None:
        unit = last_digit(near)
        if near == low:
            return low, low + unit if high is None else min(high, low + unit)
        assert near == high
        return (high - unit if low is None else max(low, high - unit)), high
    if low is None:
        low = Fraction(-1) if high is None else min(high, Fraction(0)) - 2
    return low, low + 2 if high is None else high


def last_digit(number: Fraction) -> Fraction:
    """The unit of a number's last decimal; 1 for a whole number.

    >>> last_digit(Fraction(1, 2)), last_digit(Fraction(10)), last_digit(Fraction(1, 4))
    (Fraction(1, 10), Fraction(1, 1), Fraction(1, 100))
    """
    places = next(n for n in itertools.count() if 10**n % number.denominator == 0)
    return Fraction(1, 10**places)

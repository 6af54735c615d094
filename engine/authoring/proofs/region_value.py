"""One value to stand for all that a set of tests treats alike."""

from __future__ import annotations

import itertools
from fractions import Fraction

from engine.rulebooks.rulebook import Possible
from engine.values.interval import Interval

MAX_DECIMALS = 12
"""A number between two thresholds is looked for with so many decimals; then the middle is taken as it is."""


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

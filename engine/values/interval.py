"""Intervals of exact numbers: all that a number can still be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple


class End(NamedTuple):
    """An end of an interval: a number, and whether it is left out; None where there is no end.

    Two ends are the same where both are: above 0 is not at least 0.
    """

    number: Fraction | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers between two ends, each end included or not, or without an end (None).

    >>> share = Interval(Fraction(1, 2), Fraction(1))
    >>> Fraction(1, 2) in share, Fraction(1, 3) in share
    (True, False)
    >>> Interval(Fraction(3), None, low_open=True).whole()
    Interval(low=Fraction(4, 1), high=None, low_open=False, high_open=False)
    """

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = False
    high_open: bool = False

    @classmethod
    def exactly(cls, value: Fraction | int) -> Interval:
        """The interval of one number."""
        number = Fraction(value)
        return cls(number, number)

    @property
    def is_exact(self) -> bool:
        """Whether one number alone is left."""
        if self.low is None or self.low_open or self.high_open:
            return False
        return self.low is self.high or self.low == self.high

    @property
    def is_empty(self) -> bool:
        """Whether no number is left."""
        if self.low is None or self.high is None:
            return False
        return self.low >= self.high if self.low_open or self.high_open else self.low > self.high

    def __contains__(self, value: Fraction) -> bool:
        return not self.intersect(Interval.exactly(value)).is_empty

    def intersect(self, other: Interval) -> Interval:
        """The numbers in both."""
        low, low_open = self.low, self.low_open
        if other.low is not None and (low is None or (other.low >= low if other.low_open else other.low > low)):
            low, low_open = other.low, other.low_open
        high, high_open = self.high, self.high_open
        if other.high is not None and (high is None or (other.high <= high if other.high_open else other.high < high)):
            high, high_open = other.high, other.high_open
        return Interval(low, high, low_open, high_open)

    @property
    def ends(self) -> tuple[End, End]:
        """The low end and the high end."""
        return End(self.low, self.low_open), End(self.high, self.high_open)

    def without_limits(self, limits: Interval) -> Interval:
        """The same numbers, without an end that is only the limit of what there can be at all; a single number stays.

        Within the limits these are the same numbers still.

        >>> zero = Interval(Fraction(0), None)
        >>> Interval(Fraction(0), Fraction(1, 2)).without_limits(zero)
        Interval(low=None, high=Fraction(1, 2), low_open=False, high_open=False)
        >>> Interval(Fraction(0), None, low_open=True).without_limits(zero)
        Interval(low=Fraction(0, 1), high=None, low_open=True, high_open=False)
        """
        if self.is_exact:
            return self
        low, high = (_NO_END if end == limit else end for end, limit in zip(self.ends, limits.ends, strict=True))
        return Interval(low.number, high.number, low.is_open, high.is_open)

    def whole(self) -> Interval:
        """The same whole numbers, with ends that are whole and included."""
        low, high = self.low, self.high
        if low is not None:
            low = Fraction(math.floor(low) + 1 if self.low_open else math.ceil(low))
        if high is not None:
            high = Fraction(math.ceil(high) - 1 if self.high_open else math.floor(high))
        return Interval(low, high)

    def __add__(self, other: Interval) -> Interval:
        if self.low is not None and self.low is self.high and other.low is not None and other.low is other.high:
            total = self.low + other.low
            return Interval(total, total, self.low_open or other.low_open, self.high_open or other.high_open)
        low, high = (_sum(*ends) for ends in zip(self.ends, other.ends, strict=True))
        return Interval(low.number, high.number, low.is_open, high.is_open)

    def __sub__(self, other: Interval) -> Interval:
        return self + Interval(
            None if other.high is None else -other.high,
            None if other.low is None else -other.low,
            other.high_open,
            other.low_open,
        )

    def least(self, other: Interval) -> Interval:
        """Every lesser one of a number here and a number there.

        >>> Interval(Fraction(1), Fraction(5)).least(Interval(Fraction(1), Fraction(3), low_open=True, high_open=True))
        Interval(low=Fraction(1, 1), high=Fraction(3, 1), low_open=False, high_open=True)
        """
        (low, high), (other_low, other_high) = self.ends, other.ends
        low, high = _least_low(low, other_low), _least_high(high, other_high)
        return Interval(low.number, high.number, low.is_open, high.is_open)

    def largest(self, other: Interval) -> Interval:
        """Every larger one of a number here and a number there."""
        zero = Interval.exactly(0)
        return zero - (zero - self).least(zero - other)

    def divided_by(self, count: int) -> Interval:
        """Each number divided by a positive whole number."""
        low = None if self.low is None else self.low / count
        high = low if self.high is self.low else None if self.high is None else self.high / count
        return Interval(low, high, self.low_open, self.high_open)

    def ratio_to(self, other: Interval) -> Interval:
        """Every quotient of a number here and a number there, where all are above 0.

        >>> Interval.exactly(3).ratio_to(Interval(Fraction(4), Fraction(6)))
        Interval(low=Fraction(1, 2), high=Fraction(3, 4), low_open=False, high_open=False)
        """
        low, low_open = _least_quotient(self.low, self.low_open, other)
        high, high_open = _least_quotient(None if self.high is None else -self.high, self.high_open, other)
        return Interval(low, None if high is None else -high, low_open, high_open)


_NO_END = End(None, is_open=False)


def _sum(one: End, other: End) -> End:
    if one.number is None or other.number is None:
        return _NO_END
    return End(one.number + other.number, one.is_open or other.is_open)


def _least_low(one: End, other: End) -> End:
    """The low end of the lesser ones: reached where either is."""
    if one.number is None or other.number is None:
        return _NO_END
    if one.number == other.number:
        return End(one.number, one.is_open and other.is_open)
    return one if one.number < other.number else other


def _least_high(one: End, other: End) -> End:
    """The high end of the lesser ones: reached where both are, if they are the same."""
    if one.number is None or other.number is None:
        return other if one.number is None else one
    if one.number == other.number:
        return End(one.number, one.is_open or other.is_open)
    return one if one.number < other.number else other


def _least_quotient(number: Fraction | None, is_open: bool, divisors: Interval) -> tuple[Fraction | None, bool]:
    """The low end of a low end's quotients, and whether it is open: a positive one is least by the largest divisor."""
    if number is None or number == 0:
        return number, is_open
    divisor, divisor_open = (divisors.high, divisors.high_open) if number > 0 else (divisors.low, divisors.low_open)
    if divisor:
        return number / divisor, is_open or divisor_open
    return (Fraction(0), True) if number > 0 else (None, False)

"""Intervals of exact numbers: all that a number can still be."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction


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
        return cls(Fraction(value), Fraction(value))

    @property
    def is_exact(self) -> bool:
        """Whether one number alone is left."""
        return self.low is not None and self.low == self.high and not self.is_empty

    @property
    def is_empty(self) -> bool:
        """Whether no number is left."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def __contains__(self, value: Fraction) -> bool:
        return not self.intersect(Interval.exactly(value)).is_empty

    def intersect(self, other: Interval) -> Interval:
        """The numbers in both."""
        low, low_open = self.low, self.low_open
        if other.low is not None and (low is None or (other.low, other.low_open) > (low, low_open)):
            low, low_open = other.low, other.low_open
        high, high_open = self.high, self.high_open
        if other.high is not None and (high is None or (other.high, not other.high_open) < (high, not high_open)):
            high, high_open = other.high, other.high_open
        return Interval(low, high, low_open, high_open)

    def whole(self) -> Interval:
        """The same whole numbers, with ends that are whole and included."""
        low, high = self.low, self.high
        if low is not None:
            low = Fraction(math.floor(low) + 1 if self.low_open else math.ceil(low))
        if high is not None:
            high = Fraction(math.ceil(high) - 1 if self.high_open else math.floor(high))
        return Interval(low, high)

    def __add__(self, other: Interval) -> Interval:
        low = None if self.low is None or other.low is None else self.low + other.low
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(low, high, self.low_open or other.low_open, self.high_open or other.high_open)

    def divided_by(self, count: int) -> Interval:
        """Each number divided by a positive whole number."""
        low = None if self.low is None else self.low / count
        high = None if self.high is None else self.high / count
        return replace(self, low=low, high=high)

    def ratio_to(self, other: Interval) -> Interval:
        """Every quotient of a number here, 0 or more, and a number above 0 there.

        >>> Interval.exactly(3).ratio_to(Interval(Fraction(4), Fraction(6)))
        Interval(low=Fraction(1, 2), high=Fraction(3, 4), low_open=False, high_open=False)
        """
        low, low_open = Fraction(0), False
        if other.high is not None and self.low is not None:
            low, low_open = self.low / other.high, self.low_open or (other.high_open and self.low > 0)
        elif self.low is None or self.low > 0:
            low_open = self.low is not None
        if self.high == 0:
            return Interval.exactly(0)
        if self.high is None or not other.low:
            return Interval(low, None, low_open)
        return Interval(low, self.high / other.low, low_open, self.high_open or other.low_open)

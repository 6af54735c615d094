"""How a number is compared with a threshold: the one list of comparisons, which everything else follows."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from fractions import Fraction
from typing import assert_never

from engine.values.interval import Interval


class Comparison(Enum):
    """A comparison, by the word that files write.

    >>> Comparison("at_most").passing(Fraction(1, 2))
    Interval(low=None, high=Fraction(1, 2), low_open=False, high_open=False)
    >>> Comparison.AT_MOST.opposite
    <Comparison.ABOVE: 'above'>
    """

    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    BELOW = "below"
    ABOVE = "above"
    EQUALS = "equals"

    # There is one object for each; that of Enum hashes the name anew each time, and tests are looked up often.
    __hash__ = object.__hash__

    def passing(self, threshold: Fraction) -> Interval:
        """The numbers that pass."""
        match self:
            case Comparison.AT_MOST:
                return Interval(None, threshold)
            case Comparison.AT_LEAST:
                return Interval(threshold, None)
            case Comparison.BELOW:
                return Interval(None, threshold, high_open=True)
            case Comparison.ABOVE:
                return Interval(threshold, None, low_open=True)
            case Comparison.EQUALS:
                return Interval(threshold, threshold)
            case _:
                assert_never(self)

    @property
    def opposite(self) -> Comparison | None:
        """The comparison that a number passes where it does not pass this one; None where there is none."""
        match self:
            case Comparison.AT_MOST:
                return Comparison.ABOVE
            case Comparison.AT_LEAST:
                return Comparison.BELOW
            case Comparison.BELOW:
                return Comparison.AT_LEAST
            case Comparison.ABOVE:
                return Comparison.AT_MOST
            case Comparison.EQUALS:
                return None
            case _:
                assert_never(self)

    @property
    def beside(self) -> Comparison | None:
        """The comparison that differs from this one at the threshold alone; None where there is none."""
        match self:
            case Comparison.AT_MOST:
                return Comparison.BELOW
            case Comparison.AT_LEAST:
                return Comparison.ABOVE
            case Comparison.BELOW:
                return Comparison.AT_MOST
            case Comparison.ABOVE:
                return Comparison.AT_LEAST
            case Comparison.EQUALS:
                return None
            case _:
                assert_never(self)

    @property
    def turned(self) -> Comparison:
        """The comparison of two numbers the other way round: one is at most another that is at least this one."""
        match self:
            case Comparison.AT_MOST:
                return Comparison.AT_LEAST
            case Comparison.AT_LEAST:
                return Comparison.AT_MOST
            case Comparison.BELOW:
                return Comparison.ABOVE
            case Comparison.ABOVE:
                return Comparison.BELOW
            case Comparison.EQUALS:
                return Comparison.EQUALS
            case _:
                assert_never(self)

    @property
    def symbol(self) -> str:
        """The sign of it that a keyboard has, as cells of a table and FEEL write it."""
        match self:
            case Comparison.AT_MOST:
                return "<="
            case Comparison.AT_LEAST:
                return ">="
            case Comparison.BELOW:
                return "<"
            case Comparison.ABOVE:
                return ">"
            case Comparison.EQUALS:
                return "="
            case _:
                assert_never(self)

    @property
    def sign(self) -> str:
        """The sign of it in print."""
        return self.symbol.replace("<=", "≤").replace(">=", "≥")


ONE_SIDED = tuple(comparison for comparison in Comparison if comparison.opposite is not None)
"""The comparisons that leave one side open: an end of an interval is one of them."""


def ends_of(interval: Interval) -> Iterator[tuple[Comparison, Fraction]]:
    """The ends of an interval as comparisons that its numbers pass, the low end first.

    >>> list(ends_of(Interval(Fraction(1), None, low_open=True)))
    [(<Comparison.ABOVE: 'above'>, Fraction(1, 1))]
    """
    if interval.low is not None:
        yield Comparison.ABOVE if interval.low_open else Comparison.AT_LEAST, interval.low
    if interval.high is not None:
        yield Comparison.BELOW if interval.high_open else Comparison.AT_MOST, interval.high

"""Intervals against the numbers in them: nothing possible is lost, and nothing impossible is kept."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values.interval import Interval
from tests.chance import cheap, fractions

NUMBERS = fractions(-6, 6, max_denominator=6)
ENDS = st.none() | NUMBERS
EXACT = NUMBERS.map(Interval.exactly)
"""Their two ends are one number, for which sums and quotients take a shorter way."""
ANY_INTERVAL = st.builds(Interval, ENDS, ENDS, st.booleans(), st.booleans()) | EXACT
INTERVALS = ANY_INTERVAL.filter(lambda interval: not empty_by_definition(interval))


def empty_by_definition(interval: Interval) -> bool:
    if interval.low is None or interval.high is None:
        return False
    closed = not (interval.low_open or interval.high_open)
    return not (interval.low < interval.high or (interval.low == interval.high and closed))


def holds(interval: Interval, number: Fraction) -> bool:
    above = interval.low is None or number > interval.low or (number == interval.low and not interval.low_open)
    below = interval.high is None or number < interval.high or (number == interval.high and not interval.high_open)
    return above and below


def positive(interval: Interval) -> bool:
    return interval.low is not None and (interval.low > 0 or (interval.low == 0 and interval.low_open))


@st.composite
def with_member(draw: st.DrawFn, intervals: st.SearchStrategy[Interval] = INTERVALS) -> tuple[Interval, Fraction]:
    """An interval and a number in it: an end where that is included, or one beside it, or one between."""
    interval = draw(intervals)
    low, high = interval.low, interval.high
    if low is None:
        low = (high if high is not None else draw(NUMBERS)) - draw(fractions(1, 9, max_denominator=3))
    if high is None:
        high = low + draw(fractions(1, 9, max_denominator=3))
    part = draw(st.sampled_from([0, 1]) | fractions(0, 1, max_denominator=60))
    number = low + part * (high - low)
    return interval, number if holds(interval, number) else (low + high) / 2


def about(*intervals: Interval) -> st.SearchStrategy[Fraction]:
    """Numbers, and often the very ends of intervals."""
    ends = [end for interval in intervals for end in (interval.low, interval.high) if end is not None]
    return st.sampled_from(ends) | NUMBERS if ends else NUMBERS


def moved(interval: Interval, by: Fraction) -> Interval:
    low = None if interval.low is None else interval.low + by
    high = None if interval.high is None else interval.high + by
    return Interval(low, high, interval.low_open, interval.high_open)


def mirrored(interval: Interval) -> Interval:
    low = None if interval.high is None else -interval.high
    high = None if interval.low is None else -interval.low
    return Interval(low, high, interval.high_open, interval.low_open)


def stretched(interval: Interval, by: Fraction) -> Interval:
    if by == 0:
        return Interval(Fraction(0), Fraction(0))
    if by < 0:
        return mirrored(stretched(interval, -by))
    low = None if interval.low is None else interval.low * by
    high = None if interval.high is None else interval.high * by
    return Interval(low, high, interval.low_open, interval.high_open)


POSITIVE = st.builds(
    Interval, fractions(0, 6, max_denominator=6), st.none() | fractions(0, 9, max_denominator=6), st.booleans()
).filter(lambda interval: positive(interval) and not empty_by_definition(interval))


@cheap
@given(with_member())
def test_the_sampled_number_is_a_member(sample: tuple[Interval, Fraction]) -> None:
    assert holds(*sample)


@cheap
@given(ANY_INTERVAL, st.data())
def test_a_number_is_in_an_interval_where_both_ends_let_it(interval: Interval, data: st.DataObject) -> None:
    number = data.draw(about(interval))
    assert (number in interval) is holds(interval, number)


@cheap
@given(ANY_INTERVAL)
def test_an_interval_is_empty_where_no_number_fits_between_its_ends(interval: Interval) -> None:
    assert interval.is_empty is empty_by_definition(interval)


@cheap
@given(ANY_INTERVAL)
def test_an_interval_is_exact_where_one_number_is_left(interval: Interval) -> None:
    one = interval.low is not None and interval.low == interval.high and not empty_by_definition(interval)
    assert interval.is_exact is one


@cheap
@given(ANY_INTERVAL, ANY_INTERVAL, st.data())
def test_the_intersection_holds_what_both_hold(one: Interval, other: Interval, data: st.DataObject) -> None:
    number = data.draw(about(one, other))
    assert holds(one.intersect(other), number) is (holds(one, number) and holds(other, number))


@cheap
@given(INTERVALS, INTERVALS)
def test_the_intersection_is_the_same_either_way_and_twice(one: Interval, other: Interval) -> None:
    both = one.intersect(other)
    assert both.intersect(one).intersect(other) == both
    assert other.intersect(one).is_empty is both.is_empty


@cheap
@given(with_member(), with_member())
def test_the_sum_holds_every_sum(one: tuple[Interval, Fraction], other: tuple[Interval, Fraction]) -> None:
    assert holds(one[0] + other[0], one[1] + other[1])


@cheap
@given(INTERVALS, INTERVALS, st.data())
def test_the_sum_holds_nothing_but_sums(one: Interval, other: Interval, data: st.DataObject) -> None:
    number = data.draw(about(one + other))
    terms = moved(mirrored(other), number)
    assert holds(one + other, number) is not empty_by_definition(one.intersect(terms))


@cheap
@given(INTERVALS, st.integers(1, 7), st.data())
def test_an_interval_divided_holds_the_numbers_divided(interval: Interval, count: int, data: st.DataObject) -> None:
    number = data.draw(about(interval))
    assert holds(interval.divided_by(count), number / count) is holds(interval, number)


@cheap
@given(with_member(), with_member(POSITIVE))
def test_the_ratio_holds_every_quotient(over: tuple[Interval, Fraction], under: tuple[Interval, Fraction]) -> None:
    assert holds(over[0].ratio_to(under[0]), over[1] / under[1])


@cheap
@given(INTERVALS, POSITIVE, st.data())
def test_the_ratio_holds_nothing_but_quotients(over: Interval, under: Interval, data: st.DataObject) -> None:
    number = data.draw(about(over.ratio_to(under)))
    products = stretched(under, number)
    assert holds(over.ratio_to(under), number) is not empty_by_definition(over.intersect(products))


def written(interval: Interval) -> bool:
    """Whether an end that is not there is not said to be open."""
    return all(end.number is not None or not end.is_open for end in interval.ends)


WRITTEN = INTERVALS.filter(written)


@cheap
@given(WRITTEN, WRITTEN, st.data())
def test_without_limits_an_interval_is_the_same_within_them(
    one: Interval, limits: Interval, data: st.DataObject
) -> None:
    within = one.intersect(limits)
    reduced = within.without_limits(limits)
    number = data.draw(about(one, limits))
    assert holds(reduced.intersect(limits), number) is holds(within, number)
    assert reduced.is_exact is within.is_exact
    if not within.is_exact:
        kept = [end for end, limit in zip(reduced.ends, limits.ends, strict=True) if end == limit]
        assert all(end.number is None for end in kept)


@cheap
@given(WRITTEN, WRITTEN)
def test_what_follows_from_intervals_has_no_open_end_where_there_is_none(one: Interval, other: Interval) -> None:
    positive_ = other.intersect(Interval(Fraction(0), None, low_open=True))
    results = [one + other, one.intersect(other), one.divided_by(3), one.whole(), one.without_limits(other)]
    results += [] if positive_.is_empty else [one.ratio_to(positive_)]
    assert all(map(written, results)), results


@cheap
@given(ANY_INTERVAL, st.integers(-8, 8))
def test_tightening_keeps_every_whole_number(interval: Interval, number: int) -> None:
    assert holds(interval.whole(), Fraction(number)) is holds(interval, Fraction(number))


@cheap
@given(ANY_INTERVAL)
def test_tightened_ends_are_whole_and_included(interval: Interval) -> None:
    whole = interval.whole()
    assert not whole.low_open
    assert not whole.high_open
    for end in (whole.low, whole.high):
        assert end is None or end.denominator == 1
        assert end is None or whole.is_empty or holds(interval, end)


@pytest.mark.parametrize(
    ("interval", "whole"),
    [
        (Interval(Fraction(3), None, low_open=True), Interval(Fraction(4))),
        (Interval(None, Fraction(4), high_open=True), Interval(None, Fraction(3))),
        (Interval(Fraction(5, 2), Fraction(9, 2)), Interval(Fraction(3), Fraction(4))),
        (Interval(Fraction(-5, 2), Fraction(-1, 2)), Interval(Fraction(-2), Fraction(-1))),
        (Interval(Fraction(3), Fraction(3)), Interval.exactly(3)),
    ],
)
def test_whole_numbers_between_bounds(interval: Interval, whole: Interval) -> None:
    assert interval.whole() == whole


@pytest.mark.parametrize(
    "interval",
    [
        Interval(Fraction(3), Fraction(4), low_open=True, high_open=True),
        Interval(Fraction(1, 3), Fraction(2, 3)),
    ],
)
def test_no_whole_number_between_bounds(interval: Interval) -> None:
    assert not interval.is_empty
    assert interval.whole().is_empty


def test_a_ratio_can_be_below_zero() -> None:
    over, under = Interval(Fraction(-3), Fraction(2)), Interval(Fraction(2), Fraction(4))
    assert over.ratio_to(under) == Interval(Fraction(-3, 2), Fraction(1))


def test_a_ratio_of_numbers_above_zero_is_above_zero() -> None:
    above_zero = Interval(Fraction(0), None, low_open=True)
    assert above_zero.ratio_to(above_zero) == above_zero


def test_without_a_largest_divisor_a_ratio_only_nears_zero() -> None:
    assert Interval.exactly(3).ratio_to(Interval(Fraction(2))) == Interval(
        Fraction(0), Fraction(3, 2), low_open=True, high_open=False
    )

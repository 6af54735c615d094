"""Comparisons: one list, in which each knows what passes it, its opposite and its signs."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rulebooks import language
from engine.values.comparison import ONE_SIDED, Comparison, ends_of
from engine.values.interval import Interval
from tests.chance import fractions
from tests.engine.random_rulebooks import PASSES

NUMBERS = fractions(-2, 2, max_denominator=3)


@pytest.mark.parametrize("comparison", Comparison)
@given(number=NUMBERS, threshold=NUMBERS)
def test_what_passes_is_what_compares_so(comparison: Comparison, number: Fraction, threshold: Fraction) -> None:
    assert (number in comparison.passing(threshold)) is PASSES[comparison.value](number, threshold)


@pytest.mark.parametrize("comparison", ONE_SIDED)
@given(number=NUMBERS, threshold=NUMBERS)
def test_a_number_passes_a_comparison_or_its_opposite(
    comparison: Comparison, number: Fraction, threshold: Fraction
) -> None:
    assert comparison.opposite is not None
    assert (number in comparison.passing(threshold)) is not (number in comparison.opposite.passing(threshold))


@pytest.mark.parametrize("comparison", ONE_SIDED)
@given(number=NUMBERS, threshold=NUMBERS)
def test_the_one_beside_differs_at_the_threshold_alone(
    comparison: Comparison, number: Fraction, threshold: Fraction
) -> None:
    assert comparison.beside is not None
    differs = (number in comparison.passing(threshold)) is not (number in comparison.beside.passing(threshold))
    assert differs is (number == threshold)


def test_nothing_is_opposite_to_or_beside_equals() -> None:
    assert (Comparison.EQUALS.opposite, Comparison.EQUALS.beside) == (None, None)
    assert Comparison.EQUALS not in ONE_SIDED


def test_each_has_its_signs() -> None:
    assert [c.symbol for c in Comparison] == ["<=", ">=", "<", ">", "="]
    assert [c.sign for c in Comparison] == ["≤", "≥", "<", ">", "="]


ENDS = st.none() | NUMBERS


@given(low=ENDS, high=ENDS, low_open=st.booleans(), high_open=st.booleans(), number=NUMBERS)
def test_the_ends_of_an_interval_are_what_its_numbers_pass(
    low: Fraction | None, high: Fraction | None, low_open: bool, high_open: bool, number: Fraction
) -> None:
    interval = Interval(low, high, low_open, high_open)
    assert (number in interval) is all(number in comparison.passing(end) for comparison, end in ends_of(interval))


def test_an_unknown_comparison_is_none_at_all() -> None:
    with pytest.raises(ValueError, match="between"):
        Comparison("between")


def test_each_can_be_written_in_a_rulebook_and_is_tried_in_random_ones() -> None:
    fields = {field.name: field.type for field in dataclasses.fields(language.Condition)}
    assert {fields[comparison.value] for comparison in Comparison} == {"Decimal | OtherFact | None"}
    assert list(PASSES) == [comparison.value for comparison in Comparison]

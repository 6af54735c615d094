"""Numbers as text lose nothing for the machine, and cross no threshold for the reader."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values.interval import Interval
from engine.values.numbers import decimal_text, interval_record, rounded, show_possible
from tests.chance import cheap

DECIMALS = st.builds(lambda digits, places: Fraction(digits, 10**places), st.integers(), st.integers(0, 45))
HALF = Fraction(1, 2)


@cheap
@given(DECIMALS | st.fractions())
def test_the_text_of_a_number_is_that_number(number: Fraction) -> None:
    assert Fraction(decimal_text(number)) == number


@cheap
@given(DECIMALS)
def test_a_decimal_is_written_as_one_without_idle_zeros(number: Fraction) -> None:
    text = decimal_text(number)
    assert "/" not in text
    assert "E" not in text
    assert "." not in text or not text.endswith(("0", "."))


@pytest.mark.parametrize(
    "text",
    ["0.1234567890123456789012345678901234567", "1000000000000000000000000000000.000000000001", "-0.5", "0", "-12"],
)
def test_more_digits_than_a_decimal_context_holds_are_kept(text: str) -> None:
    assert decimal_text(Fraction(text)) == text


def test_the_text_does_not_depend_on_the_decimal_context() -> None:
    with decimal.localcontext(prec=2):
        assert decimal_text(Fraction("1.23456")) == "1.23456"
        assert rounded(Fraction("1.23456"), 4) == Decimal("1.2346")


@cheap
@given(st.fractions(max_denominator=1000), st.integers(0, 6))
def test_a_rounded_number_is_within_half_a_step(number: Fraction, decimals: int) -> None:
    decimal = rounded(number, decimals)
    assert abs(Fraction(decimal) - number) * 2 <= Fraction(1, 10**decimals)
    assert decimal.as_tuple().exponent == -decimals


@cheap
@given(DECIMALS, st.integers(0, 3), DECIMALS)
def test_rounding_never_crosses_or_meets_a_threshold(number: Fraction, decimals: int, threshold: Fraction) -> None:
    decimal = Fraction(rounded(number, decimals, threshold))
    assert (decimal > threshold, decimal == threshold) == (number > threshold, number == threshold)


@pytest.mark.parametrize("places", [3, 27, 29, 60])
def test_however_near_its_threshold_a_number_is_shown_beside_it(places: int) -> None:
    beside = Fraction(1, 10**places)
    assert Fraction(rounded(HALF - beside, 2, HALF)) == HALF - beside
    assert Fraction(rounded(HALF + beside, 2, HALF)) == HALF + beside


@pytest.mark.parametrize(
    ("possible", "shown"),
    [
        (Interval(), "any number"),
        (Interval.exactly(HALF), "0.5"),
        (Interval(HALF, HALF), "0.5"),
        (Interval(Fraction(1, 3)), "≥ 1/3 (about 0.3333)"),
        (Interval(Fraction(31, 75), Fraction(56, 75)), "≥ 31/75 (about 0.4133) and ≤ 56/75 (about 0.7467)"),
        (Interval.exactly(Fraction(-2, 3)), "-2/3 (about -0.6667)"),
        (Interval(None, HALF, high_open=True), "< 0.5"),
        (Interval(Fraction(0), HALF, low_open=True), "> 0 and ≤ 0.5"),
        (frozenset({"no", "yes"}), "no or yes"),
    ],
)
def test_what_is_possible_is_shown_in_signs(possible: Interval | frozenset[str], shown: str) -> None:
    assert str(show_possible(possible)) == shown


def test_what_is_possible_is_shown_with_the_decimal_sign_of_the_language() -> None:
    possible = Interval(Fraction(31, 75), Fraction("0.75"))
    assert show_possible(possible).in_language("da") == "≥ 31/75 (ca. 0,4133) og ≤ 0,75"


@pytest.mark.parametrize(
    ("interval", "record"),
    [
        (Interval(), {}),
        (Interval.exactly(HALF), {"exactly": "0.5"}),
        (Interval(HALF, None, low_open=True), {"above": "0.5"}),
        (Interval(Fraction(0), Fraction(1, 3)), {"at_least": "0", "at_most": "1/3"}),
        (Interval(Fraction(0), HALF, high_open=True), {"at_least": "0", "below": "0.5"}),
    ],
)
def test_an_interval_is_recorded_in_the_words_of_evidence(interval: Interval, record: dict[str, str]) -> None:
    assert interval_record(interval) == record

"""What is in order is what trying every choice finds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.journal.order import positions_in_order
from tests.chance import cheap

Rows = Sequence[tuple[int, int]]


def is_in_order(rows: Rows, positions: Sequence[int]) -> bool:
    return all(rows[one][0] < rows[other][0] for one, other in itertools.pairwise(positions))


def weight(rows: Rows, positions: Sequence[int]) -> tuple[int, int]:
    return len(positions), sum(number == place for number, place in (rows[position] for position in positions))


def choices(rows: Rows) -> Iterator[tuple[int, ...]]:
    for size in range(len(rows) + 1):
        yield from itertools.combinations(range(len(rows)), size)


def assert_best(rows: Rows) -> None:
    chosen = sorted(positions_in_order(rows))
    assert is_in_order(rows, chosen), rows
    assert weight(rows, chosen) == max(weight(rows, choice) for choice in choices(rows) if is_in_order(rows, choice))


@pytest.mark.parametrize("count", range(7))
def test_of_every_order_of_a_few_the_best_choice_is_found(count: int) -> None:
    for numbers in itertools.permutations(range(1, count + 1)):
        assert_best([*zip(numbers, range(1, count + 1), strict=True)])


def test_a_large_number_stands_where_it_belongs_too() -> None:
    first = 2**40
    numbers = [first + 1, first]
    assert positions_in_order([*zip(numbers, range(first + 1, first + 3), strict=True)]) == {0}
    assert positions_in_order([*zip(numbers, range(first - 1, first + 1), strict=True)]) == {1}


@cheap
@given(pairs=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=9))
def test_numbers_may_be_missing_or_stand_twice_and_so_may_places(pairs: list[tuple[int, int]]) -> None:
    places = sorted(place for _, place in pairs)
    assert_best([(number, place) for (number, _), place in zip(pairs, places, strict=True)])

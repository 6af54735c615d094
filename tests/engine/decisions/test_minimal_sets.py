"""The smallest sets that suffice are those that trying every set finds."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decisions import minimal_sets as module
from engine.decisions.minimal_sets import minimal_sets
from tests.chance import cheap

Classes = Sequence[Sequence[int]]
Needs = Sequence[Mapping[int, tuple[int, str]]]
"""Ways to suffice, each: of a class, by number, so many members in a state."""

CLASSES: tuple[Classes, ...] = ([], [[0]], [[0], [1], [2]], [[0, 2], [1]], [[0, 1, 2], [3, 4]])
WAYS = st.lists(st.dictionaries(st.integers(0, 2), st.tuples(st.integers(1, 3), st.sampled_from("xy"))), max_size=4)


def suffices(given: Mapping[int, str], classes: Classes, needs: Needs) -> bool:
    """Whether things given states suffice by one of the ways."""
    return any(
        all(
            number < len(classes) and sum(given.get(thing) == state for thing in classes[number]) >= count
            for number, (count, state) in way.items()
        )
        for way in needs
    )


def by_trying(classes: Classes, needs: Needs) -> list[tuple[int, ...]]:
    things = sorted(itertools.chain(*classes))
    found: list[tuple[int, ...]] = []
    for size in range(len(things) + 1):
        for chosen in itertools.combinations(things, size):
            ways = (dict(zip(chosen, states, strict=True)) for states in itertools.product("xy", repeat=size))
            if not any({*one} <= {*chosen} for one in found) and any(suffices(w, classes, needs) for w in ways):
                found.append(chosen)
    return found


@cheap
@given(classes=st.sampled_from(CLASSES), needs=WAYS)
def test_the_sets_found_are_those_that_trying_all_finds(classes: Classes, needs: Needs) -> None:
    options = ["xy"] * sum(map(len, classes))
    sets, complete = minimal_sets(classes, options, lambda given: suffices(given, classes, needs))
    expected = by_trying(classes, needs)
    assert (list(map(tuple, sets)), complete) == (expected, True)
    assert all(suffices(given, classes, needs) for given in sets)
    fewest = minimal_sets(classes, options, lambda given: suffices(given, classes, needs), smallest_only=True).sets
    least = min(map(len, expected), default=0)
    assert list(map(tuple, fewest)) == [chosen for chosen in expected if len(chosen) == least]


@pytest.mark.parametrize(("listed", "complete"), [(2, False), (3, True), (4, True)])
def test_as_many_sets_as_are_listed_are_all_of_them(
    listed: int, complete: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_SETS", listed)
    found = minimal_sets([[0, 1, 2]], ["x"] * 3, lambda given: len(given) == 1)
    assert (found.sets, found.complete) == ([{0: "x"}, {1: "x"}, {2: "x"}][:listed], complete)


def test_of_sets_of_one_size_the_first_come_first() -> None:
    found = minimal_sets([[1, 3], [0], [2]], ["x"] * 4, lambda given: len(given) == 2 or 2 in given)
    assert [tuple(given) for given in found.sets] == [(2,), (0, 1), (0, 3), (1, 3)]


@pytest.mark.parametrize(
    ("most", "sets", "complete"), [(1, [], False), (3, [{0: "x"}], False), (4, [{0: "x"}, {2: "x"}], True)]
)
def test_no_more_is_asked_than_may_be_and_what_was_found_by_then_is_told(
    most: int, sets: list[dict[int, str]], complete: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Mapping[int, str]] = []

    def is_forced(given: Mapping[int, str]) -> bool:
        asked.append(dict(given))
        return bool({0, 2} & {*given})

    questions: list[dict[int, str]] = [{}, {0: "x"}, {1: "x"}, {2: "x"}]
    assert minimal_sets([[0], [1], [2]], ["x"] * 3, is_forced, most=most) == (sets, complete)
    assert asked == questions[:most]
    asked.clear()
    monkeypatch.setattr(module, "MAX_QUESTIONS", most)
    assert minimal_sets([[0], [1], [2]], ["x"] * 3, is_forced) == (sets, complete)
    assert asked == questions[:most]


def test_where_no_more_is_answered_what_was_found_by_then_is_told() -> None:
    answers = iter([False, True, None])
    assert minimal_sets([[0], [1], [2]], ["x"] * 3, lambda given: next(answers)) == ([{0: "x"}], False)


def test_what_holds_a_set_that_suffices_is_passed_over_and_what_comes_after_it_is_not() -> None:
    found = minimal_sets([[0], [1], [2]], ["x"] * 3, lambda given: 1 in given or {0, 2} <= {*given})
    assert (found.sets, found.complete) == ([{1: "x"}, {0: "x", 2: "x"}], True)

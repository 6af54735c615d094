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

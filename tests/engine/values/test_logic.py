"""The truth tables, and every connective against all that its parts can turn out to be."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pytest

from engine.values.logic import Status, Truth, all_of, any_of, at_least, choice, negation, settled, union

MET, NOT_MET, AWAY = Truth.MET, Truth.NOT_MET, Truth.NOT_APPLICABLE
LETTERS = {"M": Status.MET, "N": Status.NOT_MET, "U": Status.UNKNOWN, "-": Status.NOT_APPLICABLE}
PARTS = [parts for size in range(4) for parts in itertools.product(Status, repeat=size)]

# Kleene's tables, with "not applicable" (-) dropped: the two parts, then what they are together.
ALL = "MMM MNN MUU NMN NNN NUN UMU UNN UUU M-M N-N U-U -MM -NN -UU ---"
ANY = "MMM MNM MUM NMM NNN NUU UMM UNU UUU M-M N-N U-U -MM -NN -UU ---"
NOT = "MN NM UU --"


def rows(table: str) -> list[tuple[Status, ...]]:
    return [tuple(LETTERS[letter] for letter in row) for row in table.split()]


def completions(parts: Sequence[Status]) -> Iterator[tuple[Truth, ...]]:
    return itertools.product(*(part.value for part in parts))


def all_by_definition(results: Sequence[Truth]) -> Truth:
    applicable = [r for r in results if r is not AWAY]
    if not applicable:
        return AWAY
    return MET if all(r is MET for r in applicable) else NOT_MET


def any_by_definition(results: Sequence[Truth]) -> Truth:
    applicable = [r for r in results if r is not AWAY]
    if not applicable:
        return AWAY
    return MET if any(r is MET for r in applicable) else NOT_MET


def count_by_definition(required: int, results: Sequence[Truth], mandatory: Sequence[Truth]) -> Truth:
    enough = sum(r is MET for r in results) >= required
    return MET if enough and all(r is MET for r in mandatory if r is not AWAY) else NOT_MET


@pytest.mark.parametrize(("left", "right", "together"), rows(ALL))
def test_all_follows_the_truth_table(left: Status, right: Status, together: Status) -> None:
    assert all_of([left, right]) is together


@pytest.mark.parametrize(("left", "right", "together"), rows(ANY))
def test_any_follows_the_truth_table(left: Status, right: Status, together: Status) -> None:
    assert any_of([left, right]) is together


@pytest.mark.parametrize(("part", "opposite"), rows(NOT))
def test_not_follows_the_truth_table(part: Status, opposite: Status) -> None:
    assert negation(part) is opposite


def test_all_is_exactly_what_its_completions_are() -> None:
    for parts in PARTS:
        assert all_of(parts).value == {all_by_definition(results) for results in completions(parts)}, parts


def test_any_is_exactly_what_its_completions_are() -> None:
    for parts in PARTS:
        assert any_of(parts).value == {any_by_definition(results) for results in completions(parts)}, parts


@pytest.mark.parametrize("required", [1, 2, 3])
def test_a_count_is_exactly_what_its_completions_are(required: int) -> None:
    for parts in PARTS:
        for flags in itertools.product([False, True], repeat=len(parts)):
            returned = at_least(required, parts, list(itertools.compress(parts, flags)))
            expected = {
                count_by_definition(required, results, list(itertools.compress(results, flags)))
                for results in completions(parts)
            }
            assert returned.value == expected, (parts, flags)


def test_the_opposite_is_exactly_what_its_completions_are() -> None:
    opposite = {MET: NOT_MET, NOT_MET: MET, AWAY: AWAY}
    for part in Status:
        assert negation(part).value == {opposite[result] for result in part.value}
        assert negation(negation(part)) is part


@pytest.mark.parametrize("condition", [Status.MET, Status.NOT_MET, Status.UNKNOWN])
def test_a_choice_is_exactly_what_its_completions_are(condition: Status) -> None:
    for then, otherwise in itertools.product(Status, repeat=2):
        expected = {t if c is MET else o for c, t, o in completions([condition, then, otherwise])}
        assert choice(condition, then, otherwise).value == expected


def test_where_a_group_is_one_of_its_parts_the_other_end_is_the_same() -> None:
    for part in Status:
        assert all_of([part]) is part
        assert any_of([part]) is part


def test_the_order_of_parts_never_matters() -> None:
    for parts in PARTS:
        for turned in itertools.permutations(parts):
            assert all_of(turned) is all_of(parts)
            assert any_of(turned) is any_of(parts)
            assert at_least(2, turned) is at_least(2, parts)


def test_not_all_is_any_of_the_opposites() -> None:
    for parts in PARTS:
        assert negation(all_of(parts)) is any_of([negation(part) for part in parts])


@pytest.mark.parametrize("status", Status)
def test_worst_and_best_are_the_ends_of_what_is_left(status: Status) -> None:
    assert {status.worst, status.best} <= status.value
    assert all(status.worst <= result <= status.best for result in status.value)
    assert status.is_known is (len(status.value) == 1)


@pytest.mark.parametrize("status", Status)
def test_what_is_settled_is_each_result_once_and_together_all(status: Status) -> None:
    parts = settled(status)
    assert [part.is_known for part in parts] == [True] * len(status.value)
    assert [part.worst for part in parts] == sorted(status.value)
    assert union(parts) is status


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("counts_as", [MET, NOT_MET])
def test_what_does_not_apply_can_count_as_either(status: Status, counts_as: Truth) -> None:
    assert status.counted_as(counts_as).value == {counts_as if r is AWAY else r for r in status.value}


@pytest.mark.parametrize("status", Status)
def test_only_one_known_result_is_reported(status: Status) -> None:
    assert status.reported == (status.name.lower() if status.is_known else "unknown")


@pytest.mark.parametrize("truth", [*Status, *Truth])
def test_a_truth_refuses_to_be_a_bool(truth: Status | Truth) -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(truth)

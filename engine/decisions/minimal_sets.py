"""Smallest sets that suffice: which few things, given certain states, force what is asked for."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

MAX_SETS = 1000
MAX_QUESTIONS = 20_000

State = TypeVar("State")
Counts = tuple[int, ...]
"""How many members to take from each class of those that are alike."""


class Found(NamedTuple, Generic[State]):
    """Sets of things by their numbers, each with its state, smallest first; `complete` unless cut off."""

    sets: list[dict[int, State]]
    complete: bool


def minimal_sets(
    classes: Sequence[Sequence[int]],
    options: Sequence[Sequence[State]],
    is_forced: Callable[[Mapping[int, State]], bool | None],
    *,
    smallest_only: bool = False,
    most: int | None = None,
) -> Found[State]:
    """The inclusion-minimal sets of things for which some of their options force what is asked for.

    How many things to take from each class grows by one at a time, and only where fewer did not suffice.

    Args:
        classes: the things, by number; those of a class have the same options, and can change places.
        options: for each thing the states that it can be given.
        is_forced: whether things given states force it; None to ask no more.
        smallest_only: whether to stop at the smallest size that suffices.
        most: how many questions are asked at most, if fewer than `MAX_QUESTIONS`.

    >>> found = minimal_sets([[0, 1], [2]], ["y", "y", "y"], lambda given: len(given) == 2)
    >>> found.sets, found.complete
    ([{0: 'y', 1: 'y'}, {0: 'y', 2: 'y'}, {1: 'y', 2: 'y'}], True)
    """
    minimal: list[tuple[Counts, list[tuple[State, ...]]]] = []
    questions, level = 0, [(0,) * len(classes)]
    while level and not (smallest_only and minimal):
        too_few: list[Counts] = []
        for counts in level:
            if any(all(m <= c for m, c in zip(smaller, counts, strict=True)) for smaller, _ in minimal):
                continue
            for answers in _answers(options, classes, counts):
                questions += 1
                is_so = None if questions > (most or MAX_QUESTIONS) else is_forced(_given(classes, answers))
                if is_so is None:
                    return _expanded(classes, minimal, complete=False)
                if is_so:
                    minimal.append((counts, answers))
                    break
            else:
                too_few.append(counts)
        level = [larger for counts in too_few for larger in _extended(counts, classes)]
    return _expanded(classes, minimal, complete=True)


def _expanded(
    classes: Sequence[Sequence[int]], minimal: Sequence[tuple[Counts, list[tuple[State, ...]]]], complete: bool
) -> Found[State]:
    """Each choice of members that the counts stand for, with the states that suffice."""
    each = (
        dict(sorted(zip(pick, itertools.chain(*answers), strict=True), key=lambda pair: pair[0]))
        for counts, answers in minimal
        for pick in _picks(classes, counts)
    )
    sets = [*itertools.islice(each, MAX_SETS + 1)]
    complete = complete and len(sets) <= MAX_SETS
    return Found(sorted(sets[:MAX_SETS], key=lambda given: (len(given), tuple(given))), complete)


def _extended(counts: Counts, classes: Sequence[Sequence[int]]) -> list[Counts]:
    """Counts with one more of the last class that was taken from, or of a later one: one way to each choice."""
    last = max((i for i, count in enumerate(counts) if count), default=0)
    can_grow = [i for i in range(last, len(classes)) if counts[i] < len(classes[i])]
    return [(*counts[:i], counts[i] + 1, *counts[i + 1 :]) for i in can_grow]


def _picks(classes: Sequence[Sequence[int]], counts: Counts) -> Iterator[tuple[int, ...]]:
    """Each choice of so many members of each class, one after the other: there may be far too many to hold at once."""
    if not classes:
        yield ()
        return
    for chosen in itertools.combinations(classes[0], counts[0]):
        for rest in _picks(classes[1:], counts[1:]):
            yield (*chosen, *rest)


def _answers(
    options: Sequence[Sequence[State]], classes: Sequence[Sequence[int]], counts: Counts
) -> Iterator[list[tuple[State, ...]]]:
    """Every way to give so many members of each class a state; which of those alike has which makes no difference."""
    pairs = zip(classes, counts, strict=True)
    ways = [itertools.combinations_with_replacement(options[members[0]], count) for members, count in pairs]
    return map(list, itertools.product(*ways))


def _given(classes: Sequence[Sequence[int]], answers: Sequence[tuple[State, ...]]) -> dict[int, State]:
    """The first members of each class with the states given to them."""
    pairs = (zip(members, states, strict=False) for members, states in zip(classes, answers, strict=True))
    return dict(itertools.chain.from_iterable(pairs))

"""Which entries of a journal are in order, and which of them were moved."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence


def positions_in_order(rows: Sequence[tuple[int, int]]) -> set[int]:
    """The positions of as many rows as are in order; of equally many, of most that stand where they belong.

    Of each row the number that it has, and the number at which it stands, are given.

    >>> sorted(positions_in_order([(2, 1), (3, 2), (1, 3)]))
    [0, 1]
    >>> sorted(positions_in_order([(3, 1), (2, 2), (1, 3)]))
    [1]
    """
    weights: list[tuple[int, int]] = []  # of the best choice that ends with each row: how many, how many in their place
    before: list[int | None] = []
    ends: list[int] = []  # by ascending numbers, and so by ascending weights: what ends higher and weighs less is out
    for position, (number, place) in enumerate(rows):
        after = bisect_left(ends, number, key=lambda end: rows[end][0])
        before.append(ends[after - 1] if after else None)
        count, in_place = weights[ends[after - 1]] if after else (0, 0)
        weights.append((count + 1, in_place + (number == place)))
        ends[after : bisect_right(ends, weights[position], after, key=weights.__getitem__)] = [position]
    chosen: set[int] = set()
    following = ends[-1] if ends else None
    while following is not None:
        chosen.add(following)
        following = before[following]
    return chosen

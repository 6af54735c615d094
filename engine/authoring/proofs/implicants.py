"""Prime implicants: the widest statements on a few items from which something follows, whatever the others are.

A statement excludes results of items: one bit for each result of each item. That a function holds wherever a
statement does is monotone in these bits, and the prime implicants are its minimal points. They are read out of its
diagram best first, those on the fewest items before the others: there may be far too many to hold.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from engine.authoring.proofs.diagrams import Diagrams
from engine.decisions.minimal_sets import MAX_SETS
from engine.diagnostics import TooComplex
from engine.evaluation.folding import Function
from engine.values.logic import Truth

MAX_STEPS = 50_000
"""So many places of a search are looked at; then there may be more than was found."""

Excluded = Mapping[int, frozenset[Truth]]
"""A statement: for some items, by number, the results that they do not have."""
_KEPT, _EXCLUDED = b"\1", b"\0"


class Implicants(NamedTuple):
    """The prime implicants of a function, those on the fewest items first; `complete` unless cut off."""

    statements: tuple[Excluded, ...] = ()
    complete: bool = True


class _Place(NamedTuple):
    """What is left of three functions of statements, below the bits that are settled.

    `implied`: what is asked about follows from it; `wider`: a wider one would do; `occurs`: some vector fits it.
    """

    implied: Function
    wider: Function
    occurs: Function


class _Branch(NamedTuple):
    """A way on from a node of a search: bits, so many more items, and the node where another choice is to be made.

    `fewest` is on how many items more a statement must be, from there on.
    """

    bits: bytes
    items: int
    fewest: float
    to: _Node


class _Node(NamedTuple):
    """Where a search stands: what is left, from which bit on, and the last item of which a result is excluded."""

    place: _Place
    level: int
    last: int


class _Step(NamedTuple):
    """A search so far; in the order of the fewest items that a statement below is on, then of the items."""

    fewest: float
    bits: bytes
    items: int
    node: _Node


class ImplicantFinder:
    """Finds prime implicants of functions of statuses, among the status vectors that can occur.

    Args:
        diagrams: the diagrams.
        domains: for each item the results that it can have.
        possible: the status vectors that can occur.

    Raises:
        TooComplex: the diagrams would grow without end.
    """

    def __init__(self, diagrams: Diagrams, domains: Sequence[frozenset[Truth]], possible: Function) -> None:
        self._diagrams, self._possible = diagrams, possible
        self._bits = [(item, result) for item, domain in enumerate(domains) for result in sorted(domain)]
        self._names = {bit: f"{bit[0]}:not {bit[1].name.lower()}" for bit in self._bits}
        self._excluded = dict(zip(self._bits, diagrams.declare(self._names.values()), strict=True))
        self._levels = {name: level for level, name in enumerate(self._names.values())}
        self._fewest_from: dict[tuple[Function, int], float] = {}
        left = (~diagrams.all_of(self._excluded[i, r] for r in domain) for i, domain in enumerate(domains))
        self._occurs = self._fits(possible) & diagrams.all_of(left)

    def of(self, function: Function) -> Implicants:
        """The prime implicants of a function of statuses, each of which some vector that can occur fits."""
        try:
            implied = ~self._fits(self._possible & ~function)
            return self._found(_Place(implied, self._diagrams.false, self._occurs))
        except TooComplex:
            return Implicants(complete=False)

    def _fits(self, where: Function) -> Function:
        """The statements that some vector fits for which a function of statuses holds, if they leave each item one."""
        found: dict[Function, Function] = {end: end for end in (self._diagrams.false, self._diagrams.true)}

        def fits(function: Function) -> Function:
            if function not in found:
                item, by_result = self._diagrams.by_result(function)
                bits = {result: self._excluded.get((item, result)) for result in by_result}
                kept = (fits(by_result[result]) & ~bit for result, bit in bits.items() if bit is not None)
                found[function] = self._diagrams.any_of(kept)
                self._diagrams.check_size()
            return found[function]

        return fits(where)

    def _found(self, start: _Place) -> Implicants:
        statements: list[Excluded] = []
        ways: dict[_Node, tuple[_Branch, ...]] = {}
        first = self._node(start, -1)
        waiting = [_Step(0, _KEPT * first.level, 0, first)] if self._open(start) != self._diagrams.false else []
        for _ in range(MAX_STEPS):
            if not waiting or len(statements) == MAX_SETS:
                break
            _, bits, items, node = heapq.heappop(waiting)
            if node.level == len(self._bits):
                statements.append(self._statement(bits))
            for branch in self._branches(node, ways):
                used = items + branch.items
                heapq.heappush(waiting, _Step(used + branch.fewest, bits + branch.bits, used, branch.to))
        ordered = sorted(statements, key=lambda statement: (len(statement), tuple(statement)))
        return Implicants(tuple(ordered), complete=not waiting)

    def _node(self, place: _Place, last: int) -> _Node:
        """The node of a place; one at the last level of all is an end."""
        name = place.implied.var
        level = len(self._bits) if name is None else self._levels[name]
        is_about_last = name is not None and self._bits[level][0] == last
        return _Node(place, level, last if is_about_last else -1)

    def _statement(self, bits: bytes) -> Excluded:
        excluded: dict[int, frozenset[Truth]] = {}
        for (item, result), kept in zip(self._bits, bits, strict=False):
            if not kept:
                excluded[item] = excluded.get(item, frozenset()) | {result}
        return excluded

    def _branches(self, node: _Node, ways: dict[_Node, tuple[_Branch, ...]]) -> tuple[_Branch, ...]:
        """The ways on from a node: its result is kept, or excluded; where only one is open, on to the next choice."""
        if node.level == len(self._bits):
            return ()
        if node not in ways:
            ways[node] = tuple(self._leading_on(branch, ways) for branch in self._next(node))
        return ways[node]

    def _leading_on(self, branch: _Branch, ways: dict[_Node, tuple[_Branch, ...]]) -> _Branch:
        further = self._branches(branch.to, ways)
        if len(further) != 1:
            return branch
        bits, items, fewest, to = further[0]
        return _Branch(branch.bits + bits, branch.items + items, fewest, to)

    def _next(self, node: _Node) -> Iterator[_Branch]:
        item = self._bits[node.level][0]
        for bit, place in zip((_KEPT, _EXCLUDED), self._below(node.place, node.level), strict=True):
            last = item if bit == _EXCLUDED else node.last
            if (fewest := self._fewest(self._open(place), last)) < math.inf:
                to = self._node(place, last)
                is_new = bit == _EXCLUDED and item != node.last
                yield _Branch(bit + _KEPT * (to.level - node.level - 1), int(is_new), fewest, to)

    def _below(self, place: _Place, level: int) -> tuple[_Place, _Place]:
        """The places where a result is kept, and where it is excluded; results before it are kept."""
        kept, excluded = zip(*(self._at(function, level) for function in place), strict=True)
        without, with_it = _Place(*kept), _Place(*excluded)
        return without, with_it._replace(wider=with_it.wider | without.implied)

    def _at(self, function: Function, level: int) -> tuple[Function, Function]:
        """What a function is where the bit of a level is 0, and where it is 1; the bits before it are 0."""
        while (name := function.var) is not None and self._levels[name] < level:
            function = self._diagrams.halves(function)[0]
        return self._diagrams.halves(function) if name == self._names[self._bits[level]] else (function, function)

    def _open(self, place: _Place) -> Function:
        """The points that no wider one makes needless: a minimal one is below wherever any of these is."""
        return place.implied & ~place.wider & place.occurs

    def _fewest(self, points: Function, last: int) -> float:
        """On how many items more a statement must be; on the last one it is already."""
        if points.var is None:
            return 0 if points == self._diagrams.true else math.inf
        item = self._bits[self._levels[points.var]][0]
        key = points, item if item == last else -1
        if key not in self._fewest_from:
            kept, excluded = self._diagrams.halves(points)
            with_it = self._fewest(excluded, item) + (item != last)
            self._fewest_from[key] = min(with_it, self._fewest(kept, last))
        return self._fewest_from[key]

"""Nodes of a program folded into binary decision diagrams: for which of all cases each is met, or does not apply."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, assert_never

from dd import autoref
from dd import bdd as managers

from engine.diagnostics import TooComplex
from engine.evaluation.program import (
    ChoiceNode,
    ConstantNode,
    CountedNode,
    CountNode,
    JoinNode,
    Node,
    StatedNode,
    TestNode,
)
from engine.values.logic import Connective, Status, Truth

MAX_NODES = 300_000
"""So many nodes of diagrams take some seconds and some hundred megabytes."""

Function = Any
"""A function of the diagram's variables; the library has no types."""


class Folded(NamedTuple):
    """Where a node is met, and where it is not applicable."""

    met: Function
    away: Function


Earlier = Sequence[Folded] | Mapping[int, Folded]
"""What nodes come to, by their numbers."""


class _Manager(managers.BDD):  # type: ignore[misc]
    def __del__(self) -> None:
        """The library insists that functions go before their manager; Python's collector keeps no such order."""


class _Diagram(autoref.BDD):  # type: ignore[misc]
    """A diagram of the library that keeps the order of variables and goes quietly."""

    def __init__(self) -> None:
        super().__init__()
        self._bdd = _Manager()
        self.vars = self._bdd.vars
        self.configure(reordering=False)


class Folding(ABC):
    """Folds nodes one after the other; what a node that reads a fact comes to is for those to say who fold."""

    def __init__(self) -> None:
        self._bdd = _Diagram()
        self.true, self.false = self._bdd.true, self._bdd.false

    @abstractmethod
    def leaf(self, node: TestNode | StatedNode) -> Folded:
        """What a node that reads a fact comes to."""

    def all_of(self, parts: Iterable[Function]) -> Function:
        """Where each of the functions holds."""
        joined = self.true
        for part in parts:
            joined &= part
        return joined

    def any_of(self, parts: Iterable[Function]) -> Function:
        """Where one of the functions holds."""
        joined = self.false
        for part in parts:
            joined |= part
        return joined

    def check_size(self) -> None:
        """See that the diagrams do not grow without end.

        Raises:
            TooComplex: they would have more than `MAX_NODES` nodes.
        """
        if len(self._bdd) > MAX_NODES:
            self._bdd.collect_garbage()
            if len(self._bdd) > MAX_NODES:
                raise TooComplex

    def outcome(self, node: Node, earlier: Earlier) -> Folded:
        """What a node comes to, from what those before it come to.

        Raises:
            TooComplex: the diagrams would have more than `MAX_NODES` nodes.
        """
        match node:
            case TestNode() | StatedNode():
                return self.leaf(node)
            case ConstantNode():
                return self.constant(node.status)
            case JoinNode():
                return self._join(node.operator, [earlier[child] for child in node.children])
            case CountNode():
                return self._count(node, earlier)
            case ChoiceNode():
                condition, then, otherwise = (earlier[i] for i in (node.condition, node.then, node.otherwise))
                pairs = zip(then, otherwise, strict=True)
                return Folded(*(self._bdd.ite(condition.met, first, second) for first, second in pairs))
            case CountedNode():
                child = earlier[node.child]
                if node.counts_as is Truth.NOT_APPLICABLE:
                    return child
                return Folded(child.met | child.away if node.counts_as is Truth.MET else child.met, self.false)
        assert_never(node)

    def constant(self, status: Status) -> Folded:
        """A node that always has one known status."""
        met, away = status is Status.MET, status is Status.NOT_APPLICABLE
        return Folded(self.true if met else self.false, self.true if away else self.false)

    def _join(self, operator: Connective, parts: Sequence[Folded]) -> Folded:
        away = self.all_of(part.away for part in parts)
        match operator:
            case "all":
                return Folded(self.all_of(part.met | part.away for part in parts) & ~away, away)
            case "any":
                return Folded(~self.all_of(~part.met for part in parts), away)
            case "not":
                return Folded(~parts[0].met & ~away, away)
            case _:
                assert_never(operator)

    def _count(self, node: CountNode, earlier: Earlier) -> Folded:
        mandatory = self.all_of(earlier[m].met | earlier[m].away for m in node.mandatory)
        enough = self.at_least(node.required, [earlier[child].met for child in node.children])
        return Folded(enough & mandatory, self.false)

    def at_least(self, required: int, parts: Iterable[Function]) -> Function:
        """Where so many of the functions hold; by dynamic programming over how many do, so that it stays small.

        The last function comes first: its variables lie below those of the others, so that each step costs little.

        Raises:
            TooComplex: the diagrams would have more than `MAX_NODES` nodes.
        """
        reached = [self.true] + [self.false] * required
        for part in reversed(list(parts)):
            counts = range(1, required + 1)
            reached = [self.true] + [self._bdd.ite(part, reached[count - 1], reached[count]) for count in counts]
            self.check_size()
        return reached[required]


@contextmanager
def room_for(calls: int) -> Iterator[None]:
    """Room for so many calls within each other: the library goes down one for each variable."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(before + calls)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)

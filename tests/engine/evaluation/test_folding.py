"""Diagrams are too large where what is in use of them is; what is no longer in use goes first."""

from __future__ import annotations

import itertools
from typing import Any, NoReturn

import pytest

from engine.diagnostics import TooComplex
from engine.evaluation import folding
from engine.evaluation.folding import Folding, Function

COUNT = 8


class Folded(Folding):
    """Diagrams of a few variables."""

    def __init__(self) -> None:
        super().__init__()
        names = [f"v{i}" for i in range(COUNT)]
        self._bdd.declare(*names)
        self.variables = [self._bdd.var(name) for name in names]

    def leaf(self, node: Any) -> NoReturn:
        raise AssertionError(node.name)

    @property
    def size(self) -> int:
        """How many nodes are in use."""
        self._bdd.collect_garbage()
        return len(self._bdd)

    def all_counts(self) -> list[Function]:
        """Functions that share little, and what is left over of their making."""
        return [self.at_least(count, self.variables) for count in range(1, COUNT)]


@pytest.mark.parametrize(("spare", "is_too_large"), [(1, False), (0, False), (-1, True)])
def test_what_is_in_use_counts(spare: int, is_too_large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    folded = Folded()
    counts = folded.all_counts()
    monkeypatch.setattr(folding, "MAX_NODES", folded.size + spare)
    left_over = [one & ~other for one, other in itertools.pairwise(counts)]
    del left_over
    assert len(folded._bdd) > folding.MAX_NODES
    if is_too_large:
        with pytest.raises(TooComplex):
            folded.check_size()
    else:
        folded.check_size()
        assert folded.size == folding.MAX_NODES - spare


def test_so_many_of_some_functions_hold_where_they_do() -> None:
    folded = Folded()
    names = [f"v{i}" for i in range(COUNT)]
    for count, function in enumerate(folded.all_counts(), 1):
        for values in itertools.product((False, True), repeat=COUNT):
            held = folded._bdd.let(dict(zip(names, values, strict=True)), function)
            assert held == (folded.true if sum(values) >= count else folded.false)

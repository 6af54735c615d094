"""A line of the table of ids moves an offer where both its ids are there; what else it says is known of the new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
import pytest

from offers.comparison.changed_ids import with_changed_ids
from offers.comparison.previous import IdLine, Previous
from offers.tables.table import Table

BEFORE, NOW = ["a", "b", "kept"], ["x", "y", "kept", "b"]
CASES: Mapping[str, tuple[Sequence[tuple[str, str]], Mapping[str, Sequence[str]]]] = {
    "both are there": ([("a", "x")], {"a": ["x"]}),
    "one became two": ([("a", "x"), ("a", "y")], {"a": ["x", "y"]}),
    "two became one": ([("a", "x"), ("b", "x")], {"a": ["x"], "b": ["x"]}),
    "neither is there": ([("z", "w")], {}),
    "the new one is not there": ([("a", "w")], {}),
    "the old one is not there, and the new one is new": ([("z", "x")], {"z": ["x"]}),
    "the old one is not there, and the new one was before": ([("z", "kept")], {}),
    "one of two old ones is not there": ([("a", "kept"), ("z", "kept")], {"a": ["kept"], "z": ["kept"]}),
    "the old one is as it was, and the new one is not there": ([("kept", "w")], {}),
}


@pytest.mark.parametrize("name", CASES)
def test_an_id_moves_an_offer_where_both_are_there(name: str) -> None:
    pairs, expected = CASES[name]
    frame = pl.LazyFrame({"offer": BEFORE})
    register = Table("", "csv", (), pl.LazyFrame({"id": NOW}), ".", {}, "", len(NOW))
    lines = [IdLine(number, old, new) for number, (old, new) in enumerate(pairs, 2)]
    moved = with_changed_ids(Previous(2017, {"r": frame}, {}), lines, register)
    assert moved.successors == expected
    assert [(line.is_before, line.is_now) for line in moved.id_lines] == [(o in BEFORE, n in NOW) for o, n in pairs]

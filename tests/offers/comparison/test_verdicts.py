"""Columns tell a verdict where a rule means by its facts what the table is read by; else the reader of rows does."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest

from engine.rulebooks.rulebook import Vocabulary
from offers.comparison.verdicts import Verdicts
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.table import ROW, Table
from tests.support import TEXT, Written, make_rulebook, make_vocabulary

FACTS: Mapping[str, Written] = {
    "size": {"type": "number", "at_least": 0},
    "colour": {"type": "one_of", "answers": {"red": TEXT, "blue": TEXT}},
    "other": {"type": "number"},
}
MEANT: Mapping[str, tuple[Mapping[str, Written], bool]] = {
    "the same": ({}, True),
    "another type": ({"size": {"type": "whole_number", "at_least": 0}}, False),
    "a higher limit": ({"size": {"type": "number", "at_least": 1}}, False),
    "a lower limit": ({"size": {"type": "number", "at_least": -1}}, False),
    "no limit": ({"size": {"type": "number"}}, False),
    "one answer more": ({"colour": {"type": "one_of", "answers": {"red": TEXT, "blue": TEXT, "green": TEXT}}}, False),
    "one answer less": ({"colour": {"type": "one_of", "answers": {"red": TEXT}}}, False),
    "another meaning of what is not read": ({"other": {"type": "share"}}, True),
}


def vocabulary(facts: Mapping[str, Written]) -> Vocabulary:
    return make_vocabulary({**FACTS, **facts})


@pytest.mark.parametrize("name", MEANT)
def test_columns_tell_verdicts_where_facts_mean_the_same(name: str) -> None:
    facts, in_columns = MEANT[name]
    reading = vocabulary(facts)
    criteria = {"C1": {"met_when": {"all": [{"fact": "size", "above": 2}, {"fact": "colour", "is": "red"}]}}}
    rulebook = make_rulebook(vocabulary({}), criteria, {"all": ["C1"]})
    cells = {"id": ["a", "b", "c"], "size": ["3", "2", None], "colour": ["red"] * 3}
    frame = pl.DataFrame(cells).with_row_index(ROW)
    columns = tuple(Headers(reading).read(frame.columns[1:], ""))
    rows = Rows(Table("", "csv", columns, frame.lazy(), ".", {}, "", 3), reading)
    verdicts = Verdicts(rulebook, reading, 2018, frame.lazy(), ".", rows)
    expected = ["met", "not_met", "undetermined"]
    by_columns = verdicts.verdicts_of(verdicts.told_apart(frame.lazy()))
    assert by_columns.to_list() == (expected if in_columns else [None] * 3)
    assert verdicts.of(frame).to_list() == expected

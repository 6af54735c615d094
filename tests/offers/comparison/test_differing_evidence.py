"""Evidence differs where it says something else, in whatever way it is written."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest

from engine.evaluation.program import compile_rulebook
from offers.comparison.differing_evidence import DifferingEvidence, Side
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.table import Table
from tests.support import TEXT, Written, make_rulebook, make_vocabulary

VOCABULARY = make_vocabulary(
    {
        "used": {"type": "share", "per": "year"},
        "used_mean": {"type": "share", "derived": {"mean": {"of": "used", "years": [-1, 0]}}},
        "size": {"type": "number"},
        "colour": {"type": "one_of", "answers": {"red": TEXT, "blue": TEXT}},
    }
)
CRITERIA: dict[str, Written] = {
    "Used": {"met_when": {"fact": "used_mean", "at_least": 0.5}},
    "Size": {"met_when": {"all": [{"fact": "size", "above": 1}, {"fact": "colour", "is": "red"}]}},
}
PROGRAM = compile_rulebook(make_rulebook(VOCABULARY, CRITERIA, {"all": ["Used", "Size"]}))
SAME = {"id": "a", "used_2029": "0.5", "used_2030": "0.25", "size": "2", "colour": "red"}
NOW = {"id": "a", "used_2030": "0.5", "used_2031": "0.25", "size": "2", "colour": "red"}
CASES: dict[str, tuple[Mapping[str, str | None], Mapping[str, str | None], set[str]]] = {
    "nothing": ({}, {}, set()),
    "the year before": ({}, {"used_2030": "0.6"}, {"used"}),
    "the year itself": ({}, {"used_2031": "0.3"}, {"used"}),
    "a number written otherwise": ({}, {"size": "2.0", "used_2031": "0.250"}, set()),
    "a number": ({}, {"size": "3"}, {"size"}),
    "a number that was not stated": ({"size": None}, {}, {"size"}),
    "a number that is not stated": ({}, {"size": None}, {"size"}),
    "neither stated": ({"size": None}, {"size": None}, set()),
    "an answer": ({}, {"colour": "blue"}, {"colour"}),
    "everything": ({}, {"colour": "blue", "size": "3", "used_2030": "0"}, {"colour", "size", "used"}),
    "a mean that is stated": ({}, {"used_mean": "0.4"}, {"used_mean"}),
}


def side(frame: pl.DataFrame, year: int) -> Side:
    columns = tuple(Headers(VOCABULARY).read(frame.columns, ""))
    rows = Rows(Table("", "csv", columns, frame.lazy(), ".", {}, "", 1), VOCABULARY)
    return Side(rows, year, frozenset(frame.columns))


@pytest.mark.parametrize("name", CASES)
def test_evidence_is_compared_by_what_it_says_each_year_with_its_own(name: str) -> None:
    was, is_now, expected = CASES[name]
    before, now = (
        pl.DataFrame([cells], dict.fromkeys(cells, pl.String)) for cells in ({**SAME, **was}, {**NOW, **is_now})
    )
    evidence = DifferingEvidence(PROGRAM, side(before, 2030), side(now, 2031))
    differs = evidence.between(before.select(evidence.before), now.select(evidence.now))
    assert {fact for fact, flags in differs.items() if flags.to_list() == [True]} == expected
    assert set(differs) == {"used_mean", "used", "size", "colour"}


@pytest.mark.parametrize("size", [None, ""])
def test_a_fact_without_a_column_is_as_one_with_an_empty_cell(size: str | None) -> None:
    cells = {name: cell for name, cell in SAME.items() if name != "size"}
    before, now = (pl.DataFrame([row], dict.fromkeys(row, pl.String)) for row in (cells, {**NOW, "size": size}))
    evidence = DifferingEvidence(PROGRAM, side(before, 2030), side(now, 2031))
    differs = evidence.between(before.select(evidence.before), now.select(evidence.now))
    assert [name for name, flags in differs.items() if flags.any()] == []

"""The loop in Python that columns are measured against decides as the reference does, ties and gaps among its rows."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.offers_table import typed
from benchmarks.peer_loop import FACTS, ITEMS, statuses_of
from engine.decisions.decide import Decider
from engine.evaluation.completions import Completions
from engine.rulebooks.library import Library
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.table import Table
from tests.chance import chance as chance_of
from tests.support import items_on, verdict_on

YEAR = 2018
RULEBOOKS = Library().in_force(YEAR)
VOCABULARY = RULEBOOKS[0].vocabulary
PROGRAMS = [Decider(rulebook, engine="reference").program for rulebook in RULEBOOKS]
CODES = ("not_met", "unknown", "met", "not_applicable")
COUNTS = st.none() | st.integers(0, 6)
SHARES = st.none() | st.sampled_from([0.0, 0.49, 0.5, 0.51, 1.0]) | st.integers(0, 100).map(lambda n: n / 100)
OWN = {
    "service_type": st.sampled_from(["social", "special_dental_care", "alcohol_treatment", "drug_treatment"]),
    "operator_kind": st.sampled_from(["municipality", "region", "private"]),
    "agreement_kind": st.sampled_from(["municipality", "region", "none"]),
    "cases_per_10000": st.none() | st.sampled_from([0.0, 0.49, 0.5, 0.51, 9.99, 10.0, 10.01]),
    **dict.fromkeys(("functional_impairments", "diagnoses", "extensive_limitations", "severe_complexities"), COUNTS),
    **{f"outside_share_{year}": SHARES for year in (2014, 2015, 2016)},
}
CELLS = st.fixed_dictionaries({name: OWN.get(name, st.none() | st.booleans()) for name in FACTS})


def by_reference(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    columns = Headers(VOCABULARY).read(["id", *FACTS], "table")
    reader = Rows(Table("table", "parquet", tuple(columns), pl.LazyFrame(), ".", {}, "", len(rows)), VOCABULARY)
    return [in_words(reader.offer(i, {"id": f"offer-{i}", **cells}).stated) for i, cells in enumerate(rows)]


def in_words(stated: Any) -> tuple[str, ...]:
    words: list[str] = []
    for program in PROGRAMS:
        verdict, items = verdict_on(Completions(program), stated, YEAR).value, items_on(program, stated, YEAR)
        words += [*(status.reported for status in items), "unknown" if verdict == "undetermined" else verdict]
    return tuple(words)


def by_loop(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    statuses = statuses_of(tuple(cells[name] for name in FACTS) for cells in rows)
    assert all(len(codes) == len(ITEMS) for codes in statuses)
    return [tuple(CODES[code] for code in codes) for codes in statuses]


@given(st.lists(CELLS, min_size=1, max_size=20))
def test_the_loop_decides_as_the_reference(rows: list[dict[str, Any]]) -> None:
    assert by_loop(rows) == by_reference(rows)


def test_the_loop_decides_the_offers_of_the_benchmark_as_the_reference() -> None:
    rows = typed(0, 300, chance_of(2018)).select(FACTS).rows(named=True)
    statuses = by_loop(rows)
    assert statuses == by_reference(rows)
    assert {row[ITEMS.index("covered")] for row in statuses} == {"met", "not_met", "unknown"}
    assert {row[ITEMS.index("most_specialised")] for row in statuses} == {"met", "not_met", "unknown"}


def test_every_tie_of_three_years_is_half_of_the_places() -> None:
    """Added as binary numbers, some of them are less."""
    blank = {**dict.fromkeys(FACTS), "service_type": "social", "operator_kind": "private", "agreement_kind": "none"}
    ties = [(a, b, 150 - a - b) for a in range(101) for b in range(101) if 50 <= a + b <= 150]
    rows = [{**blank, **{f"outside_share_{2014 + i}": n / 100 for i, n in enumerate(tie)}} for tie in ties]
    assert {row[ITEMS.index("A5")] for row in by_loop(rows)} == {"met"}

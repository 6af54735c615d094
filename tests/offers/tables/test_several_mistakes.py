"""A row with several mistakes is told all of them at once, whatever they are."""

from __future__ import annotations

import itertools

import polars as pl
import pytest

from engine.diagnostics import Diagnostic, Rejected
from engine.rulebooks.library import Library
from offers.tables.csv_text import Fault
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.table import EXTRA, Table

VOCABULARY = Library().in_force(2018)[0].vocabulary
MISTAKES = {
    "id": "a/b",
    "name": "-",
    "operator_kind": "kommun",
    "cases_per_10000": "x",
    "cases_per_10000_date": "2017-02-30",
    "cases_per_10000_source": "...",
    "diagnoses": "<x",
    "outside_share_2014": "2",
    "outside_share_2016": "1..y",
    "volume_judgement": "måske",
    "area": "voksn",
    EXTRA: "mere",
}
RIGHT = {"id": "a", "operator_kind": "kommune", "cases_per_10000": "1", "volume_judgement": "ja"}
COLUMNS = [name for name in MISTAKES if name != EXTRA]


def places_of(cells: dict[str, str], faults: dict[int, Fault]) -> set[int]:
    """The columns that are told for a row, by their numbers."""
    return {diagnostic.place.column for diagnostic in diagnostics_of(cells, faults)}


def diagnostics_of(cells: dict[str, str], faults: dict[int, Fault]) -> list[Diagnostic]:
    """What is said of a row."""
    columns = tuple(Headers(VOCABULARY).read(COLUMNS, "r.csv"))
    table = Table("r.csv", "csv", columns, pl.LazyFrame(), ",", {}, "", 1)._replace(faults=faults)
    with pytest.raises(Rejected) as caught:
        Rows(table, VOCABULARY).offer(0, cells)
    return [*caught.value.diagnostics]


@pytest.mark.parametrize(("one", "other"), [*itertools.combinations(MISTAKES, 2)])
def test_two_mistakes_are_told_both(one: str, other: str) -> None:
    number_of = {name: number for number, name in enumerate(MISTAKES, start=1)}
    cells = RIGHT | {name: MISTAKES[name] for name in (one, other)}
    if one == "id" and other == "name":
        cells |= {"id": "/"}
    assert places_of(cells, {}) == {number_of[one], number_of[other]}


@pytest.mark.parametrize("name", COLUMNS[1:])
def test_a_cell_that_cannot_be_read_hides_no_other_mistake(name: str) -> None:
    faults = {0: Fault(1, "no id", None, "wrong-type", others=(Fault(3, "no value", None, "wrong-type"),))}
    cells = RIGHT | {name: MISTAKES[name], EXTRA: "no id"}
    assert places_of(cells, faults) == {1, 3, COLUMNS.index(name) + 1}


DITTO = ['"', '-"-', '- " -', "″", "〃", "''", "do.", "Do.", "-do-", "dto.", "Ditto", "-||-", ",,"]
NO_DITTO = ["Do", "do it", '5" rør', "Dorthe", "d.o.", "§", "dot", "Ditto 2"]


@pytest.mark.parametrize("mark", DITTO)
def test_a_ditto_mark_is_a_mistake_in_every_column(mark: str) -> None:
    for name in COLUMNS:
        diagnostics = diagnostics_of(RIGHT | {name: mark}, {})
        assert [d.place.column for d in diagnostics] == [COLUMNS.index(name) + 1], diagnostics
        words = f"`{mark}` stands for what is above it"
        is_of_evidence = name.startswith(tuple(n for n, f in VOCABULARY.facts.items() if not f.is_attribute))
        assert diagnostics[0].message == (f"{words} (column `{name}`)" if is_of_evidence else words)
        assert diagnostics[0].hint == "write it out: each row is read by itself"


@pytest.mark.parametrize("text", NO_DITTO)
def test_what_only_begins_like_a_ditto_mark_is_none(text: str) -> None:
    for name in COLUMNS[1:]:
        assert not any("above it" in d.message for d in diagnostics_of(RIGHT | {"id": "a/b", name: text}, {}))


ENDLESS = ["9" * 300, "x" * 300, "1." + "3" * 300, "<=" + "9" * 300, "1.." + "9" * 300, "9" * 300 + "/" + "9" * 299]
ENDLESS += ["9" * 300 + " %", "mindst " + "9" * 300, "-" * 300, ">1 <" + "9" * 300, "1e" + "9" * 300, "0," + "1" * 300]


@pytest.mark.parametrize("text", ENDLESS, ids=lambda text: text[:12])
def test_what_has_no_end_is_shortened(text: str) -> None:
    for name in MISTAKES:
        for diagnostic in diagnostics_of(RIGHT | {"part_of": "a/b", "operator_kind": "kommun", name: text}, {}):
            assert len(diagnostic.message) < 200, diagnostic
            assert len(diagnostic.hint or "") < 200, diagnostic

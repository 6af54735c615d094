"""Operators and the other party of an agreement in one cell: nobody is left out unsaid."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import polars as pl
import pytest

from engine.diagnostics import Rejected
from engine.rulebooks.library import Library
from offers.columns.text_checks import texts_surely_taken
from offers.recorded.batch_entries import RowDocuments
from offers.records.offer import Offer
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.table import Table

VOCABULARY = Library().in_force(2018)[0].vocabulary
OPERATOR = ("operator_name", "operator_kind", "operator_code")
AGREEMENT = ("agreement_name", "agreement_kind", "agreement_code")
TWO = "Ishøj Kommune | Vallensbæk Kommune"


def offer_of(columns: Sequence[str], cells: Sequence[str], *, recorded: bool = False) -> Offer:
    """The offer with some parties."""
    headers = tuple(Headers(VOCABULARY).read(["id", *columns], "r.csv"))
    table = Table("r.csv", "csv", headers, pl.LazyFrame(), ",", {}, "", 1)
    return Rows(table, VOCABULARY, recorded=recorded).offer(0, {"id": "a", **dict(zip(columns, cells, strict=True))})


@pytest.mark.parametrize(
    ("cells", "operators"),
    [
        ((TWO, "kommune", ""), [("Ishøj Kommune", None), ("Vallensbæk Kommune", None)]),
        ((TWO, "kommune", "183|187"), [("Ishøj Kommune", "183"), ("Vallensbæk Kommune", "187")]),
        ((TWO, "kommune|kommune", "183|"), [("Ishøj Kommune", "183"), ("Vallensbæk Kommune", None)]),
        (
            ("Region Hovedstaden|Region Sjælland", "region", ""),
            [("Region Hovedstaden", None), ("Region Sjælland", None)],
        ),
        (("Fonden A|Fonden B", "privat|privat", ""), [("Fonden A", None), ("Fonden B", None)]),
        (("Ishøj Kommune |", "kommune", "183"), [("Ishøj Kommune", "183")]),
    ],
)
def test_one_kind_holds_for_all_that_are_known_to_be_of_it(
    cells: Sequence[str], operators: list[tuple[str, str | None]]
) -> None:
    assert [(one.name, one.code) for one in offer_of(OPERATOR, cells).operators] == operators


@pytest.mark.parametrize(
    ("columns", "cells", "found"),
    [
        (OPERATOR, ("Fonden A | Fonden B", "privat", ""), [(3, "`privat` tells 1 of 2 operators")]),
        (OPERATOR, ("Ishøj | Fonden B", "kommune", ""), [(3, "`kommune` tells 1 of 2 operators")]),
        (OPERATOR, (TWO, "kommune", "183|159"), [(3, "`kommune` tells 1 of 2 operators")]),
        (OPERATOR, (TWO, "kommune", "183"), [(4, "`183` tells 1 of 2 operators")]),
        (OPERATOR, ("Ishøj", "kommune|kommune", ""), [(2, "`Ishøj` tells 1 of 2 operators")]),
        (OPERATOR, ("A|B|C", "privat|privat", ""), [(3, "`privat|privat` tells 2 of 3 operators")]),
        (AGREEMENT, (TWO, "kommune", ""), [(2, f"`{TWO}` where one party belongs")]),
        (AGREEMENT, ("", "kommune|region", ""), [(3, "`kommune|region` where one party belongs")]),
    ],
)  # fmt: skip
def test_a_party_that_would_be_left_out_is_an_error(
    columns: Sequence[str], cells: Sequence[str], found: list[tuple[int, str]]
) -> None:
    with pytest.raises(Rejected) as caught:
        offer_of(columns, cells)
    told = [(one.place.column, one.code, one.message) for one in caught.value.diagnostics]
    assert told == [(column, "wrong-type", words) for column, words in found]
    assert offer_of(columns, cells, recorded=True).id == "a", "what a run recorded before is read as it was"
    row = {"offer": "a", **dict(zip(columns, cells, strict=True))}
    assert RowDocuments(VOCABULARY).document(row).entries["id"].plain() == "a"


def test_the_hint_shows_how_each_is_written() -> None:
    with pytest.raises(Rejected) as caught:
        offer_of(OPERATOR, ("Fonden A | Fonden B", "privat", "7"))
    assert [one.hint for one in caught.value.diagnostics] == [
        "write one for each operator, in the order of their names, such as `privat | privat`",
        "write one for each operator, in the order of their names; one that has none is left empty: `7 |`",
    ]


def test_columns_leave_several_parties_to_the_reader_of_rows() -> None:

    names = [name for name in (*OPERATOR, *AGREEMENT) if not name.endswith("kind")]
    frame = nw.from_native(pl.DataFrame({name: ["Ishøj", "Ishøj | Herlev"] for name in names}))
    taken = frame.select(*(each.alias(f"{i}") for i, each in enumerate(texts_surely_taken(names, names, VOCABULARY))))
    assert [set(row) for row in taken.rows()] == [{True}, {False}]

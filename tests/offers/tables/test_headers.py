"""Columns of tables: those of facts say nothing else."""

from __future__ import annotations

import pytest

from engine.diagnostics import Rejected
from engine.rulebooks.library import Library
from offers.tables.headers import Headers, clashing_columns
from offers.tables.limits import MAX_TEXT
from tests.support import make_vocabulary


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (("area",), "`area` is a column of offers, so that no table can state the fact"),
        (("services",), "`services` is a column of offers, so that no table can state the fact"),
        (("noise", "noise_because"), "`noise_because` is a column of the fact `noise`, so that no table can state it"),
        (("used", "used_2030"), "`used_2030` is a column of the fact `used`, so that no table can state it"),
        (("used", "used_2030_by"), "`used_2030_by` is a column of the fact `used`, so that no table can state it"),
        (("noise", "noise_2030", "used_20301", "because"), None),
    ],
)
def test_a_fact_whose_column_says_something_else_is_refused(facts: tuple[str, ...], message: str | None) -> None:
    declared = {
        name: {"type": "number", "label": {"da": name, "en": name}, **({"per": "year"} if name == "used" else {})}
        for name in facts
    }
    found = clashing_columns(make_vocabulary(declared), "vocabulary.yaml")
    assert [d.message for d in found] == ([message] if message else [])
    assert {(d.code, d.hint) for d in found} <= {("fact-declaration", "give the fact another id")}


@pytest.mark.parametrize("length", [MAX_TEXT, MAX_TEXT + 1])
def test_a_header_is_no_longer_than_a_cell_may_be(length: int) -> None:
    headers = Headers(Library().rulebooks[0].vocabulary)
    long = "x" * length
    told = {
        MAX_TEXT: ("unknown-column", "there is no fact or attribute "),
        MAX_TEXT + 1: ("too-large", "the header has more than 32,767 characters"),
    }
    code, words = told[length]
    with pytest.raises(Rejected) as caught:
        headers.read(["id", long], "register.csv")
    (diagnostic,) = caught.value.diagnostics
    assert (str(diagnostic.place), diagnostic.code) == ("register.csv:1:2", code)
    assert diagnostic.message.startswith(words)
    assert [column.name for column in headers.read(["id", long], "register.csv", ["*"])] == ["id"]

"""Columns of tables: those of facts say nothing else."""

from __future__ import annotations

import pytest

from offers.tables.headers import clashing_columns
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
    declared = {name: {"type": "number", **({"per": "year"} if name == "used" else {})} for name in facts}
    found = clashing_columns(make_vocabulary(declared), "vocabulary.yaml")
    assert [d.message for d in found] == ([message] if message else [])
    assert {(d.code, d.hint) for d in found} <= {("fact-declaration", "give the fact another id")}

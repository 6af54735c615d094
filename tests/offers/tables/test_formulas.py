"""What a cell may hold that a spreadsheet opens: the same, cell by cell and in columns."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.columns.text_columns import harmless_cells
from offers.tables.formulas import FORMULA, harmless_cell

FORMULAS = [
    *("=1+1", "+1+1", "-1+2", "@SUM(A1)", "=", "+", "-", "@", "-a", "-5a", "-1-1", "-1/2", "-5%", "-5,", "-.5", "--5"),
    *(" =1", "\u00a0=1", "\u2009@x", "\u3000+1", "\u200b=1", "\u2028=1", " \t=1", "  -5", "-5\n", "-5 "),
    *("\t1", "\n1", "\n=1", "\t", "-\u0665", "+45", "+45 12 34", "+5,5"),
    *("\uff1d1+1", "\uff0b1", "\uff0d1", "\uff201", " \uff1d1"),
    "=cmd|'/C calc'!A0",
]
HARMLESS = [
    *("", " ", "a", "a=b", "1", "1-2", "5,5", "3-Kløveren", "(=1)", "'=1", "\u2212 5", "\u2013 x", "e-mail@x.dk"),
    *("-5", "-0,5", "-0.5", "-12", "-1.234,5", "-1,234.5"),
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_may_be_a_formula_gets_an_apostrophe_and_stays_readable(text: str) -> None:
    assert harmless_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_texts_and_numbers_stay_as_they_are(text: str) -> None:
    assert harmless_cell(text) == text


@pytest.mark.parametrize("text", ["\r=1", "\x1b[31m", "\ufeff=1", "a\u202eb", "\x00"])
def test_what_steers_or_hides_is_seen(text: str) -> None:
    assert "\ufffd" in harmless_cell(text)
    assert not any(sign in harmless_cell(text) for sign in "\r\x1b\ufeff\u202e\x00")


SPACES = "".join(chr(c) for c in range(0x11000) if chr(c).isspace()) + "\u200b\u200c\u200d\u2060\u180e\ufeff\xad"
TEXTS = st.one_of(
    st.text(max_size=12),
    st.text(f"=+-@\uff0b\uff0d\uff1d\uff2019.,a'{SPACES}", max_size=8),
    st.builds("-{}{}".format, st.text("0123456789.,", max_size=8), st.text(f"0.,x-{SPACES}", max_size=2)),
)


@given(st.lists(st.none() | TEXTS, min_size=1, max_size=50))
def test_columns_hold_what_cells_do(texts: list[str | None]) -> None:
    column = pl.DataFrame({"text": texts}, schema={"text": pl.String}).select(harmless_cells(pl.col("text")))
    assert column["text"].to_list() == [text if text is None else harmless_cell(text) for text in texts]


@given(TEXTS)
def test_no_cell_begins_as_a_formula_does(text: str) -> None:
    """Whatever space is skipped, a sign is followed by a number or not there."""
    cell = harmless_cell(text)
    first = cell.lstrip()
    assert not first.startswith(("=", "+", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
    if first.startswith("-"):
        assert set(cell) <= set("-0123456789.,")
        assert cell.count("-") == 1


@given(TEXTS)
def test_an_apostrophe_is_enough(text: str) -> None:
    assert not re.match(FORMULA, harmless_cell(text))

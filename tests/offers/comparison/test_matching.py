"""Which offers were which before, in plain Python; and the rows of a file that are wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from offers.comparison.changed_offers import rows_at
from offers.comparison.matching import AT, BEFORE, Matching
from tests.chance import tried

IDS = st.lists(st.sampled_from("abcdefgh"), max_size=8)
SUCCESSORS = st.dictionaries(st.sampled_from("abcdefxy"), st.lists(st.sampled_from("cdefghz"), min_size=1, max_size=3))
Matches = tuple[list[int | None], list[tuple[int, int]], list[int]]


def matches(offers: Sequence[str], successors: Mapping[str, Sequence[str]], ids: Sequence[str]) -> Matches:
    """For each id its one predecessor, the pairs of those with several, and those of which one is not there."""
    where = {offer: row for row, offer in enumerate(offers)}
    olds = {
        new: [old for old, news in successors.items() if new in news] for news in successors.values() for new in news
    }
    row: list[int | None] = []
    several: list[tuple[int, int]] = []
    for at, name in enumerate(ids):
        rows = [where[old] for old in olds.get(name, []) if old in where]
        if name in successors or name in olds:
            row.append(rows[0] if len(rows) == 1 else None)
            several += [(at, one) for one in rows] if len(rows) > 1 else []
        else:
            row.append(where.get(name))
    return row, several, [at for at, name in enumerate(ids) if any(old not in where for old in olds.get(name, []))]


def text(values: Sequence[str]) -> pl.Series:
    return pl.Series(values, dtype=pl.String)


@tried(400)
@given(offers=IDS, successors=SUCCESSORS | st.just({}), ids=IDS)
def test_offers_are_those_that_they_were_or_were_made_of(
    offers: list[str], successors: dict[str, list[str]], ids: list[str]
) -> None:
    matched = Matching(text(offers), successors).match(text(ids))
    row, several, partly = matches(offers, successors, ids)
    assert matched.row.to_list() == row
    assert matched.several.select(AT, BEFORE).rows() == several
    assert matched.partly.to_list() == partly
    one = [(at, before) for at, before in enumerate(row) if before is not None]
    assert matched.pairs.select(AT, BEFORE).rows() == one + several


@given(length=st.integers(1, 30), data=st.data())
def test_the_rows_wanted_are_given_in_their_order_and_as_often(length: int, data: st.DataObject) -> None:
    wanted = data.draw(st.lists(st.integers(0, length - 1), max_size=12))
    frame = pl.LazyFrame({"row": range(length), "text": [f"t{i}" for i in range(length)]})
    rows = rows_at(frame, pl.Series(wanted, dtype=pl.UInt32))
    assert rows.rows() == [(i, f"t{i}") for i in wanted]
    assert rows.columns == ["row", "text"]

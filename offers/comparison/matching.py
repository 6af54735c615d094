"""Which offers of a run before those of a register are, by id and through the ids that changed."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from offers.records.offer_id import comparable_id
from offers.tables.ids_in_columns import comparable_ids

AT, BEFORE = " at", " before"
"""Where an offer stands among those that were asked about, and its row in the run before."""
_NONE = pl.DataFrame(schema={AT: pl.UInt32, BEFORE: pl.UInt32})


class Matched(NamedTuple):
    """For some offers of a register those of the run before that they are, or were made of.

    `row` has for each its one predecessor, null where it has none or several. `several` has the pairs (`AT`, `BEFORE`)
    of those that were merged. `partly` are those of which a predecessor is not in the run before.
    """

    row: pl.Series
    several: pl.DataFrame
    partly: pl.Series

    @property
    def pairs(self) -> pl.DataFrame:
        """Every offer with every predecessor."""
        one = pl.DataFrame([pl.int_range(len(self.row), dtype=pl.UInt32, eager=True).alias(AT), self.row.alias(BEFORE)])
        return pl.concat([one.drop_nulls(), self.several])


class Matching:
    """Finds the predecessors of offers.

    Args:
        offers: the ids of the run before.
        successors: for each id that changed, those that took its place.
    """

    def __init__(self, offers: pl.Series, successors: Mapping[str, Sequence[str]]) -> None:
        self.offers = offers
        self._index = _Index(comparable_ids(offers))
        successors = {comparable_id(old): [*map(comparable_id, news)] for old, news in successors.items()}
        olds: dict[str, list[str]] = {}
        for old, news in successors.items():
            for new in dict.fromkeys(news):
                olds.setdefault(new, []).append(old)
        self._moved = pl.Series(list({*successors, *olds}), dtype=pl.String)
        pairs = [(new, old) for new, several in olds.items() for old in several]
        of = pl.DataFrame(pairs, schema={"new": pl.String, "old": pl.String}, orient="row")
        self._of = of.select("new", self._index.find(of["old"]).alias(BEFORE))
        self._partly = self._of.filter(pl.col(BEFORE).is_null())["new"].unique()

    def match(self, ids: pl.Series) -> Matched:
        """The predecessors of offers, by their ids as ids are compared."""
        ids = comparable_ids(ids)
        row, none = self._index.find(ids), pl.Series([], dtype=pl.UInt32)
        if self._moved.is_empty():
            return Matched(row, _NONE, none)
        places = pl.DataFrame([pl.int_range(len(ids), dtype=pl.UInt32, eager=True).alias(AT), ids.alias("new")])
        through = places.join(self._of.drop_nulls(), on="new", maintain_order="left_right").select(AT, BEFORE)
        alone, several = (through.filter(pl.col(AT).is_duplicated() == is_so) for is_so in (False, True))
        row = pl.select(pl.when(~ids.is_in(self._moved.implode())).then(row)).to_series()
        row = row.scatter(alone[AT], alone[BEFORE])
        return Matched(row, several, places.filter(pl.col("new").is_in(self._partly.implode()))[AT])


class _Index:
    """Where each of many texts stands; one that stands twice counts where it stands last."""

    def __init__(self, texts: pl.Series) -> None:
        self._texts = texts
        rows = pl.int_range(len(texts), dtype=pl.UInt32, eager=True).alias(BEFORE)
        if texts.hash().is_duplicated().any():
            rows = rows.filter(texts.is_last_distinct())
        kept = texts.gather(rows)
        self._seed = next(seed for seed in itertools.count() if not kept.hash(seed).is_duplicated().any())
        ordered = pl.DataFrame([kept.hash(self._seed).alias("hash"), rows]).sort("hash")
        self._hashes, self._rows = ordered["hash"], ordered[BEFORE]

    def find(self, texts: pl.Series) -> pl.Series:
        """Where texts stand; null for those that stand nowhere."""
        if self._hashes.is_empty():
            return pl.Series([None] * len(texts), dtype=pl.UInt32)
        at = self._hashes.search_sorted(texts.hash(self._seed)).clip(upper_bound=len(self._hashes) - 1)
        rows = self._rows.gather(at)
        return pl.select(pl.when(self._texts.gather(rows) == texts).then(rows)).to_series()

"""Finds ids that several rows share, or that are too alike, in as much memory however many rows there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import polars as pl

from offers.records.offer_id import alike
from offers.tables.ids_in_columns import rough_keys
from offers.tables.limits import check_faults
from offers.tables.table import ROW

Repeated = Mapping[str, tuple[str, ...]]
"""Ids that several rows have, or that differ by case, spaces, Unicode form or sign alone: each with the others."""
_AT_ONCE = 1_000_000
_HASH = "hash"


class RepeatedIds:
    """The hashes of the rough keys of the ids of a register, in a file; only ids with equal hashes are compared."""

    def __init__(self, path: Path, register: str) -> None:
        self._path, self._register = path, register

    def write(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Writes the hashes of rows, when it is collected."""
        hashes = pl.col("id").map_batches(_hashed, return_dtype=pl.UInt64, is_elementwise=True)
        return rows.select(hashes.alias(_HASH)).sink_parquet(self._path, compression="lz4", lazy=True)

    def repeated(self, others: pl.Series, ids_with: Callable[[pl.Series], Iterable[str]]) -> Repeated:
        """The ids of several rows, or alike, among those that were written and some others.

        `ids_with` gives the ids with certain hashes, as often as they are.

        Raises:
            Rejected: more ids are than rows may be rejected.
        """
        repeated: dict[str, tuple[str, ...]] = {}
        for hashes in self._equal_hashes(_hashed(others.drop_nulls())):
            repeated |= alike(ids_with(hashes))
            check_faults(self._register, len(repeated))
        self._path.unlink()
        return repeated

    def _equal_hashes(self, others: pl.Series) -> Iterator[pl.Series]:
        """The hashes that are there more than once, a part of all that can be at a time."""
        hashes = pl.concat([pl.scan_parquet(self._path, glob=False), pl.LazyFrame({_HASH: others})])
        parts = -(-hashes.select(pl.len()).collect().item() // _AT_ONCE)
        for part in range(parts):
            within = hashes.filter(pl.col(_HASH) % parts == part)
            ordered = within.collect(engine="streaming")[_HASH].sort()
            twice = ordered.filter(ordered == ordered.shift(1)).unique()
            if twice.len():
                yield twice


def rows_with(rows: pl.LazyFrame, hashes: pl.Series, without: Iterable[int]) -> Iterator[str]:
    """The ids with certain hashes, without those of some rows."""
    ids = rows.select(ROW, "id")
    within = ids.map_batches(lambda f: f.filter(_hashed(f["id"]).is_in(hashes.implode())), streamable=True)
    found = within.collect(engine="streaming")
    yield from found.filter(~found[ROW].is_in(list(without)))["id"]


def _hashed(ids: pl.Series) -> pl.Series:
    return rough_keys(ids).hash()

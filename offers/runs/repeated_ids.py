"""Finds ids that several rows share, in as much memory however many rows there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import polars as pl

_AT_ONCE = 1_000_000
_HASH = "hash"


class RepeatedIds:
    """The hashes of the ids of a register, in a file; only ids with equal hashes are compared."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Writes the hashes of rows, when it is collected."""
        return rows.select(pl.col("id").hash().alias(_HASH)).sink_parquet(self._path, compression="lz4", lazy=True)

    def repeated(self, others: pl.Series, ids_with: Callable[[pl.Series], Iterable[str]]) -> frozenset[str]:
        """The ids of several rows, among those that were written and some others.

        `ids_with` gives the ids with certain hashes, as often as they are.
        """
        repeated = set[str]()
        for hashes in self._equal_hashes(others.drop_nulls().hash()):
            repeated.update(name for name, count in Counter(ids_with(hashes)).items() if count > 1)
        self._path.unlink()
        return frozenset(repeated)

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

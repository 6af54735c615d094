"""Finds ids that several rows share, in as much memory however many rows there are."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import polars as pl

_AT_ONCE = 2_000_000
_HASH = "hash"


class RepeatedIds:
    """Collects the hashes of ids in files that are away with the object; only ids with equal hashes are compared."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sekskant-")
        self._files: list[Path] = []
        self._rows = 0

    def add(self, ids: pl.Series) -> None:
        """Note the ids of some rows."""
        self._files.append(Path(self._folder.name) / f"{len(self._files)}.arrow")
        hashes = ids.drop_nulls().hash().alias(_HASH)
        hashes.to_frame().write_ipc(self._files[-1])
        self._rows += hashes.len()

    def found(self, ids_with: Callable[[pl.Series], Iterable[str]]) -> frozenset[str]:
        """The ids that were added more than once; `ids_with` gives those with certain hashes, as often as they are."""
        repeated = set[str]()
        for hashes in self._equal_hashes():
            repeated.update(name for name, count in Counter(ids_with(hashes)).items() if count > 1)
        return frozenset(repeated)

    def close(self) -> None:
        """Take the files away."""
        self._folder.cleanup()

    def _equal_hashes(self) -> Iterator[pl.Series]:
        """The hashes that are there more than once, a part of all that can be at a time."""
        parts = -(-self._rows // _AT_ONCE)
        for part in range(parts):
            within = pl.scan_ipc(self._files).filter(pl.col(_HASH) % parts == part)
            ordered = within.collect(engine="streaming")[_HASH].sort()
            twice = ordered.filter(ordered == ordered.shift(1)).unique()
            if twice.len():
                yield twice

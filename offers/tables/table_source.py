"""A table that stands in a database, before it is copied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from engine.diagnostics import Place, Rejected, near_hint, quoted, rejected
from engine.texts.catalogue import message
from offers.tables.headers import Column


class Source(NamedTuple):
    """A table in a database.

    `order` says in which order its rows come; `copy` writes columns of it, by their headers, to a file of Parquet.
    """

    kind: str
    headers: Sequence[str]
    order: str
    copy: Callable[[Sequence[Column], Path], None]


def no_table(place: Place, table: str, names: Sequence[str]) -> Rejected:
    """What is said where a database has no such table."""
    return rejected(
        place,
        "unreadable",
        message("there is no table {table}", table=quoted(table)),
        near_hint(table, dict.fromkeys(names)),
    )

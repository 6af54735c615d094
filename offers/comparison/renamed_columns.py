"""A run before with the ids of now: facts and criteria that only changed their ids, and the columns that bear them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from engine.comparison.plain_rulebook import aligned
from engine.rulebooks.renames import Renames, renamed
from engine.rulebooks.rulebook import Rulebook

_YEAR = re.compile(r"_\d{4}\Z")


def with_facts_of(old: Rulebook, new: Rulebook) -> Rulebook:
    """The rulebook of before, which calls facts as that of now does."""
    return renamed(old, Renames(aligned(old, new).facts, {}, {}))


def columns_of_facts(old: Rulebook, new: Rulebook, columns: Iterable[str]) -> dict[str, str]:
    """Those of some columns that state a fact under an id of before, with what they are called now."""
    ids = aligned(old, new).facts
    stems = {name: _YEAR.sub("", name) if name not in ids else name for name in columns}
    return {name: ids[stem] + name[len(stem) :] for name, stem in stems.items() if stem in ids}


def with_ids_of(old: Rulebook, new: Rulebook, frame: pl.LazyFrame) -> pl.LazyFrame:
    """A rulebook's decisions of before, with columns of facts and criteria as they are called now."""
    columns = frame.collect_schema().names()
    criteria = aligned(old, new).criteria
    called = columns_of_facts(old, new, columns) | {name: criteria[name] for name in columns if name in criteria}
    stay = {name for name in columns if called.get(name, name) == name}
    return frame.rename({name: now for name, now in called.items() if now not in stay and now != name})

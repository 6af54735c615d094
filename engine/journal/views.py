"""Views that speak for themselves: what a reader of the database, such as Datasette, finds at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from engine.journal.entry import DECISION, OVERRIDE, RUN
from engine.journal.tables import ENTRIES

_CRITERION = ("id", "title", "status", "decisive", "reference", "because", "reservation")
_TEST = ("fact", "test", "threshold", "status", "margin", "state", "evidence")
_PROVENANCE = ("because", "reservation", "source", "as_of", "by", "date")

Each = Callable[[Any, str], Any]
"""A table with a row for each item of a list in JSON, by the list's key; the item is its column `value`."""
Field = Callable[[Any, str], sa.ColumnElement[Any]]
"""The text of a field of an item."""


def create_views(connection: sa.Connection) -> None:
    """Make the views `decisions`, `criteria`, `evidence`, `overrides` and `runs`."""
    for name, query in views_for(connection.dialect).items():
        connection.execute(sa.CreateView(query, name))


def views_for(dialect: sa.Dialect) -> dict[str, sa.Select[Any]]:
    """The views of a journal in a kind of database, by their names."""
    in_postgresql = dialect.name == "postgresql"
    each, field = (_each_postgresql, _field_postgresql) if in_postgresql else (_each_sqlite, _field_sqlite)
    return {
        "decisions": _decisions(),
        "criteria": _criteria(each, field),
        "evidence": _evidence(each, field),
        "overrides": _overrides(field),
        "runs": _runs(field),
    }


def _each_sqlite(document: Any, key: str) -> Any:
    return sa.func.json_each(document, f"$.{key}").table_valued("value", name=f"each_{key}")


def _field_sqlite(item: Any, key: str) -> sa.ColumnElement[Any]:
    return sa.func.json_extract(item, f"$.{key}")


def _each_postgresql(document: Any, key: str) -> Any:
    listed = sa.func.json_extract_path(sa.cast(document, sa.JSON), key)
    return sa.func.json_array_elements(listed).table_valued("value", name=f"each_{key}")


def _field_postgresql(item: Any, key: str) -> sa.ColumnElement[Any]:
    return sa.func.json_extract_path_text(sa.cast(item, sa.JSON), key)


def _columns(*names: str) -> list[sa.ColumnElement[Any]]:
    return [ENTRIES.c[name] for name in names]


def _decisions() -> sa.Select[Any]:
    names = ("number", "recorded_at", "recorded_by", "offer", "name", "year", "rulebook", "version")
    query = sa.select(*_columns(*names, "verdict", "outcome", "basis", "run", "content_digest", "digest"))
    return query.where(ENTRIES.c.kind == DECISION)


def _criteria(each: Each, field: Field) -> sa.Select[Any]:
    criteria = each(ENTRIES.c.content, "criteria")
    fields = [field(criteria.c.value, name).label("criterion" if name == "id" else name) for name in _CRITERION]
    columns = _columns("number", "offer", "name", "year", "rulebook", "version")
    return sa.select(*columns, *fields).select_from(ENTRIES.join(criteria, sa.true())).where(ENTRIES.c.kind == DECISION)


def _evidence(each: Each, field: Field) -> sa.Select[Any]:
    criteria = each(ENTRIES.c.content, "criteria")
    tests = each(criteria.c.value, "tests")
    fields = [field(tests.c.value, name).label(name) for name in (*_TEST, *_PROVENANCE)]
    columns = [*_columns("number", "offer", "name", "year", "rulebook", "version")]
    columns += [field(criteria.c.value, "id").label("criterion"), *fields]
    joined = ENTRIES.join(criteria, sa.true()).join(tests, sa.true())
    return sa.select(*columns).select_from(joined).where(ENTRIES.c.kind == DECISION)


def _overrides(field: Field) -> sa.Select[Any]:
    fields = [field(ENTRIES.c.content, name).label(name) for name in ("of", "because", "by")]
    columns = _columns("number", "recorded_at", "offer", "name", "year", "rulebook", "version", "verdict", "outcome")
    return sa.select(*columns, *fields).where(ENTRIES.c.kind == OVERRIDE)


def _runs(field: Field) -> sa.Select[Any]:
    """A row for each run of a command: when, by whom, and how many entries; of a batch also what it read and wrote."""
    batch = sa.case((ENTRIES.c.kind == RUN, ENTRIES.c.content))
    count = sa.func.count().label("entries")
    offers = sa.func.count(sa.distinct(ENTRIES.c.offer)).label("offers")
    first, last = sa.func.min(ENTRIES.c.recorded_at), sa.func.max(ENTRIES.c.recorded_at)
    fields = [sa.func.max(field(batch, name)).label(name) for name in ("inputs", "files", "counts")]
    by = sa.func.max(ENTRIES.c.recorded_by).label("recorded_by")
    columns = [ENTRIES.c.run, first.label("began"), last.label("ended"), by]
    return sa.select(*columns, count, offers, *fields).group_by(ENTRIES.c.run)

"""What a journal's database is made of, compared with what this software makes and has ever made.

A trigger can throw away what is recorded, a view show what is not there, an index hide an entry. None of this is in the
chain of digests; so a database is believed only as far as it is made as ours are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from engine.diagnostics import Diagnostic, Place, quoted, rejected
from engine.journal.entry import FORMATS
from engine.journal.tables import ENTRIES, HEADER, TEXTS
from engine.journal.views import views_for
from engine.texts.catalogue import Message, message

How = Literal["added", "altered", "removed"]
_HINT = message("restore the journal from a copy that was kept elsewhere, or ask whoever keeps the database")
_STATISTICS = {
    ("table", "sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)"),
    ("table", "sqlite_stat4", "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"),
}
"""What SQLite itself notes on request, to be quicker."""


class Deviation(NamedTuple):
    """One part of a database that is not as in a journal: what it is, its name, and what was done.

    >>> print(Deviation("trigger", "t", "added"))
    the trigger `t` belongs to no journal
    """

    kind: str
    name: str
    how: How

    @property
    def words(self) -> Message:
        """The deviation in words."""
        name = quoted(self.name)
        if (self.kind, self.how) == ("column", "added"):
            return message("the column {name} is none that this version knows; a later one may have made it", name=name)
        return _HOW[self.how].filled(part=PARTS.get(self.kind, self.kind), name=name)

    def __str__(self) -> str:
        return str(self.words)


PARTS = {
    "table": message("the table"),
    "column": message("the column"),
    "index": message("the index"),
    "view": message("the view"),
    "trigger": message("the trigger"),
    "rule": message("the rule"),
    "policy": message("the policy"),
    "constraint": message("the constraint"),
    "sequence": message("the sequence"),
}
"""What the kinds of parts of a database are called."""
_HOW: Mapping[How, Message] = {
    "added": message("{part} {name} belongs to no journal"),
    "altered": message("{part} {name} is not as journals have it"),
    "removed": message("{part} {name} is missing"),
}


_TABLES = {table.name: table for table in (HEADER, ENTRIES, TEXTS)}
_SQLITE = sqlite.dialect()
_ADDED_LATER = ("ix_entries_runs",)
"""What the first journals were made without."""


def check_plain(connection: sa.Connection, place: Place) -> None:
    """That what is read of a journal stands in plain tables, which say nothing but what was written.

    Raises:
        Rejected: one is a view, or has columns that are computed.
    """
    if connection.dialect.name == "postgresql":
        plain = {name for name, kind, _ in connection.execute(_RELATIONS) if kind == "r"}
    else:
        plain = {name for name in _TABLES if _is_plain_in_sqlite(connection, name)}
    for name in _TABLES:
        if name not in plain:
            words = message(
                "{name} is no plain table, so that what it shows need not be what was recorded", name=quoted(name)
            )
            raise rejected(place, "altered-journal", words, _HINT)


def _is_plain_in_sqlite(connection: sa.Connection, name: str) -> bool:
    columns = sa.text("SELECT min(hidden = 0) FROM pragma_table_xinfo(:name)")
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
    written = connection.execute(query, {"name": name}).scalar()
    is_virtual = str(written).upper().startswith("CREATE VIRTUAL")
    return written is not None and not is_virtual and bool(connection.execute(columns, {"name": name}).scalar())


def of_deviations(found: Iterable[Deviation], place: Place) -> list[Diagnostic]:
    """The deviations as diagnostics."""
    return [Diagnostic(place, "altered-journal", deviation.words, _HINT) for deviation in found]


def deviations(connection: sa.Connection) -> list[Deviation]:
    """Where the database of a journal is not made as this software makes it, or has ever made it."""
    if connection.dialect.name == "postgresql":
        return sorted(_in_postgresql(connection))
    return sorted(_in_sqlite(connection))


def inconsistent(connection: sa.Connection, found: Iterable[Deviation]) -> Iterator[str]:
    """The names of indexes and views that do not say what the tables say; an empty one where it is no index.

    `found` are deviations of the database: what is altered is told by them, and is not run.
    """
    altered = {deviation.name for deviation in found}
    if connection.dialect.name == "postgresql":
        for name, query in views_for(connection.dialect).items():
            if name not in altered and _says_otherwise(connection, name, query):
                yield name
    elif not any(deviation.kind in ("index", "table") for deviation in found):
        checked = connection.execute(sa.text(f"PRAGMA integrity_check({_MOST})")).scalars()
        lines = [str(line) for line in checked if line != "ok"]
        named = [match[1] if (match := _OF_INDEX.search(line)) else "" for line in lines]
        yield from dict.fromkeys(named)


_MOST = 100
"""So many findings of the database's own check are looked at."""
_OF_INDEX = re.compile(r"(?:missing from|entries in) index (\w+)")


def _says_otherwise(connection: sa.Connection, name: str, query: sa.Select[Any]) -> bool:
    """Whether a view and what it should show differ in a row."""
    columns: list[sa.ColumnElement[Any]] = [sa.column(str(c.key)) for c in query.selected_columns]
    view = sa.select(*columns).select_from(sa.table(name))
    differing = (sa.except_all(*pair).limit(1) for pair in ((view, query), (query, view)))
    return any(connection.execute(difference).first() is not None for difference in differing)


# --- SQLite: the text of each part is kept ---


def _in_sqlite(connection: sa.Connection) -> Iterator[Deviation]:
    query = sa.text("SELECT type, name, sql FROM sqlite_master")
    stored = {(str(kind), str(name)): sql for kind, name, sql in connection.execute(query)}
    made = _made_in_sqlite()
    for kind, name in sorted({*stored} - {*made}):
        if (kind, name, stored[kind, name]) not in _STATISTICS:
            yield Deviation(kind, name, "added")
    for (kind, name), texts in made.items():
        if (kind, name) not in stored:
            if name not in _ADDED_LATER:
                yield Deviation(kind, name, "removed")
        elif (text := _plain(stored[kind, name])) not in texts:
            later = [*_later_columns(str(text))] if name == ENTRIES.name else []
            yield from later or [Deviation(kind, name, "altered")]


def _plain(sql: object) -> str | None:
    """A text of SQL with one space for any white space, of which SQLite keeps what was written."""
    return None if sql is None else " ".join(str(sql).split())


def _text(part: sa.ClauseElement) -> str:
    return " ".join(str(part.compile(dialect=_SQLITE)).split())


@cache
def _made_in_sqlite() -> Mapping[tuple[str, str], frozenset[str | None]]:
    """Each part of a journal, with the texts that it can have. To write them takes longer than to open a journal."""
    made: dict[tuple[str, str], frozenset[str | None]] = {}
    for table in _TABLES.values():
        made["table", table.name] = frozenset({_text(CreateTable(table))})
        if isinstance(next(iter(table.primary_key)).type, sa.Text):
            made["index", f"sqlite_autoindex_{table.name}_1"] = frozenset({None})
        for index in table.indexes:
            made["index", str(index.name)] = frozenset({_text(CreateIndex(index))})
    made["table", ENTRIES.name] = frozenset(_entries_tables())
    for name, query in views_for(_SQLITE).items():
        made["view", name] = frozenset({_text(sa.CreateView(query, name))})
    return made


def _later_columns(text: str) -> Iterator[Deviation]:
    """The columns beyond those of now in a table of entries that is otherwise as now; none where it is not."""
    now, stored = _columns_in(_text(CreateTable(ENTRIES))), _columns_in(text)
    added = stored[len(now) :]
    if stored[: len(now)] == now and all(_PLAIN_COLUMN.fullmatch(column) for column in added):
        yield from (Deviation("column", f"{ENTRIES.name}.{column.split()[0]}", "added") for column in added)


_PLAIN_COLUMN = re.compile(r"\w+ (?:TEXT|INTEGER)")


def _columns_in(text: str) -> list[str]:
    """The columns in a text that makes a table, whose key may stand among them."""
    parts = text.partition("(")[2].removesuffix(")").split(",")
    return [column for part in parts if not (column := part.strip()).startswith("PRIMARY KEY")]


def _entries_tables() -> Iterator[str]:
    """The table of entries as it was made with the columns of each format, and as it grew since."""
    formats = [form.fields for form in FORMATS.values()]
    for fields in formats:
        columns = (
            sa.Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable, autoincrement=False)
            for c in (ENTRIES.c[name] for name in fields)
        )
        text = _text(CreateTable(sa.Table(ENTRIES.name, sa.MetaData(), *columns)))
        for later in formats:  # one that is not later adds nothing
            added = [_text(CreateColumn(ENTRIES.c[name])) for name in later[len(fields) :]]
            yield text.removesuffix(")") + "".join(f", {column}" for column in added) + ")"


# --- PostgreSQL: what its catalogue says ---

_RELATIONS = sa.text(
    "SELECT c.relname, c.relkind, c.relrowsecurity OR c.relforcerowsecurity OR c.relhassubclass FROM pg_class c "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p', 'f', 'S')"
)
_COLUMNS = sa.text(
    "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
    "a.atthasdef OR a.attgenerated <> '' OR a.attidentity <> '' "
    "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') "
    "AND a.attnum > 0 AND NOT a.attisdropped"
)
_INDEXES = sa.text(
    "SELECT indexname, replace(indexdef, ' ON ' || quote_ident(schemaname) || '.', ' ON ') FROM pg_indexes "
    "WHERE schemaname = current_schema()"
)
_OTHERS = sa.text(
    "SELECT 'trigger', t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal "
    "UNION ALL SELECT 'rule', r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class "
    "WHERE c.relnamespace = current_schema()::regnamespace AND r.rulename <> '_RETURN' "
    "UNION ALL SELECT 'policy', p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid "
    "WHERE c.relnamespace = current_schema()::regnamespace "
    "UNION ALL SELECT 'constraint', o.conname FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND o.contype IN ('c', 'f', 'x')"
)
_KINDS = {"v": "view", "m": "view", "S": "sequence"}
_TYPES = {sa.Text: "text", sa.Integer: "integer", sa.BigInteger: "bigint"}


def _in_postgresql(connection: sa.Connection) -> Iterator[Deviation]:
    relations = {name: (kind, is_odd) for name, kind, is_odd in connection.execute(_RELATIONS)}
    expected = {**dict.fromkeys(_TABLES, "r"), **dict.fromkeys(views_for(connection.dialect), "v")}
    for name, (kind, is_odd) in relations.items():
        if name not in expected:
            yield Deviation(_KINDS.get(kind, "table"), name, "added")
        elif kind != expected[name] or is_odd:
            yield Deviation(_KINDS.get(expected[name], "table"), name, "altered")
    for name in expected.keys() - relations:
        yield Deviation(_KINDS.get(expected[name], "table"), name, "removed")
    yield from _columns_in_postgresql(connection)
    indexes = {str(name): str(definition) for name, definition in connection.execute(_INDEXES)}
    differing = _differing("index", indexes, dict(_indexes_in_postgresql()))
    yield from (one for one in differing if one.how != "removed" or one.name not in _ADDED_LATER)
    yield from (Deviation(kind, name, "added") for kind, name in connection.execute(_OTHERS))


def _columns_in_postgresql(connection: sa.Connection) -> Iterator[Deviation]:
    stored = {(t, c): (kind, not_null, is_made) for t, c, kind, not_null, is_made in connection.execute(_COLUMNS)}
    for table in _TABLES.values():
        columns = {name: told for (of, name), told in stored.items() if of == table.name}
        made = {c.name: (_TYPES[type(c.type)], not c.nullable, False) for c in table.columns}
        least = {*FORMATS[None].fields} if table is ENTRIES else {*made}
        for deviation in _differing("column", columns, made):
            if deviation.how != "removed" or deviation.name in least:
                yield deviation._replace(name=f"{table.name}.{deviation.name}")


def _indexes_in_postgresql() -> Iterator[tuple[str, str]]:
    for table in _TABLES.values():
        key = next(iter(table.primary_key)).name
        yield f"{table.name}_pkey", f"CREATE UNIQUE INDEX {table.name}_pkey ON {table.name} USING btree ({key})"
        for index in table.indexes:
            column, condition = next(iter(index.columns)).name, index.dialect_options["postgresql"]["where"]
            where = "" if condition is None else f" WHERE ({condition.left.name} = '{condition.right.value}'::text)"
            yield str(index.name), f"CREATE INDEX {index.name} ON {table.name} USING btree ({column}){where}"


def _differing(kind: str, stored: Mapping[str, object], made: Mapping[str, object]) -> Iterable[Deviation]:
    yield from (Deviation(kind, name, "added") for name in sorted({*stored} - {*made}))
    yield from (Deviation(kind, name, "removed") for name in sorted({*made} - {*stored}))
    yield from (Deviation(kind, n, "altered") for n in sorted({*made} & {*stored}) if made[n] != stored[n])

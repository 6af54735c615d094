"""The tables of a journal: the header, the entries, and the texts of rulebooks and vocabularies by their digests."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn

from engine.journal.entry import OVERRIDE, RUN, Entry
from engine.texts.catalogue import Message, message

METADATA = sa.MetaData()
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

HEADER = sa.Table(
    "journal",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("checksums", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
)

ENTRIES = sa.Table(
    "entries",
    METADATA,
    sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("run", sa.Text, nullable=False, index=True),
    sa.Column("recorded_at", sa.Text, nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
    sa.Column("software", sa.Text, nullable=False),
    sa.Column("offer", sa.Text, index=True),
    sa.Column("name", sa.Text),
    sa.Column("year", sa.Integer),
    sa.Column("rulebook", sa.Text),
    sa.Column("version", sa.Text),
    sa.Column("verdict", sa.Text),
    sa.Column("outcome", sa.Text),
    sa.Column("basis", sa.Text),
    sa.Column("content_digest", sa.Text, nullable=False),
    sa.Column("place", sa.Text),
    sa.Column("superset", sa.Text),
    sa.Column("checksums", sa.Text, nullable=False),
    # The long texts stand last, so that a list of entries reads only the beginning of each.
    sa.Column("execution", sa.Text),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("document", sa.Text),
    sa.Column("format", sa.Text),
    sa.Column("input_remarks", sa.Text),
)

_IS_OVERRIDE = ENTRIES.c.kind == OVERRIDE
_IS_RUN = ENTRIES.c.kind == RUN
sa.Index("ix_entries_runs", ENTRIES.c.number, sqlite_where=_IS_RUN, postgresql_where=_IS_RUN)
sa.Index("ix_entries_overrides", ENTRIES.c.offer, sqlite_where=_IS_OVERRIDE, postgresql_where=_IS_OVERRIDE)

TEXTS = sa.Table(
    "texts",
    METADATA,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)


def add_columns(connection: sa.Connection) -> None:
    """Give a journal that was made by a version of before the columns that entries have now."""
    stored = {column["name"] for column in sa.inspect(connection).get_columns(ENTRIES.name)}
    for column in ENTRIES.columns:
        if column.name not in stored:
            written = CreateColumn(column).compile(dialect=connection.dialect)
            connection.execute(sa.DDL(f"ALTER TABLE {ENTRIES.name} ADD COLUMN {written}"))  # type: ignore[no-untyped-call]


def wrong_type(entry: Entry) -> Message | None:
    """What is wrong with the first field of an entry that is not of its column's type; None where all are.

    SQLite stores in any column what it is given.
    """
    for name, value in zip(Entry._fields, entry, strict=True):
        is_number, optional = _TYPES[name]
        if value is None and optional:
            continue
        if is_number:
            if not isinstance(value, int):
                return message("`{name}` is not a whole number", name=name)
        elif wrong := wrong_text(name, value):
            return wrong
    return None


def wrong_text(name: str, value: object) -> Message | None:
    """What is wrong with a field that should be a text; None where it is one."""
    if not isinstance(value, str):
        return message("`{name}` is not a text", name=name)
    return None if _is_unicode(value) else message("`{name}` is not UTF-8", name=name)


_TYPES = {c.name: (isinstance(c.type, sa.Integer), bool(c.nullable)) for c in ENTRIES.columns}


def _is_unicode(text: str) -> bool:
    """Whether a text was read from bytes that are UTF-8."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False

"""The tables of a journal: the header, the entries, and the texts of rulebooks and vocabularies by their digests."""

from __future__ import annotations

import sqlalchemy as sa

from engine.journal.entry import OVERRIDE, RUN

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

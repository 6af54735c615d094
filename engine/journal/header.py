"""The header of a journal as it is stored: one row, of which its digest says what it holds."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from engine.journal.entry import Header
from engine.journal.tables import HEADER, wrong_text
from engine.texts.catalogue import Message, message_in


def stored_headers(connection: sa.Connection) -> list[tuple[Header, str]]:
    """Every row of the header's table, with the digest that stands beside it."""
    query = sa.select(*(HEADER.c[name] for name in (*Header._fields, "digest")))
    return [(Header(*row[:-1]), row[-1]) for row in connection.execute(query)]


def wrong_header(rows: Sequence[tuple[Header, str]]) -> Message | None:
    """What is wrong with the rows of the header's table; None where there is one that holds.

    >>> header = Header("sekskant/journal/1", "a", "2026-01-01", "sekskant")
    >>> wrong_header([(header, header.digest)])
    >>> str(wrong_header([(header, "x")])), str(wrong_header([]))
    ('it does not hold what its digest says', 'it was taken out')
    """
    if len(rows) != 1:
        return (
            message_in("header", "it stands there more than once") if rows else message_in("header", "it was taken out")
        )
    header, digest = rows[0]
    for name, value in (*header._asdict().items(), ("digest", digest)):
        if wrong := wrong_text(name, value):
            return wrong
    return None if header.digest == digest else message_in("header", "it does not hold what its digest says")

"""The entries of a journal, and what each digest in it covers.

An entry's digest covers every field of the entry, long texts by their own digests, and the digest of the entry before;
that of a decision entry so covers the decision's digest, the execution, the time and who recorded. Checksums of the
fields serve only to say which one was altered.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from engine.values.canonical import canonical_record, sha256

JOURNAL_FORMAT = "sekskant/journal/1"
ENTRY_FORMAT = "sekskant/entry/1"
DECISION, RUN, OVERRIDE = "decision", "run", "override"
LONG = ("execution", "content", "document")
"""The long texts, which lists leave out."""


class Header(NamedTuple):
    """What a journal begins with; its digest stands where the first entry names the one before it."""

    format: str
    id: str
    created_at: str
    created_by: str
    checksums: str = ""

    @property
    def digest(self) -> str:
        """The digest of the header."""
        return sha256(canonical_record(dict(zip(self._fields[:-1], self[:-1], strict=True))))

    def checksums_now(self) -> str:
        """A checksum of each field."""
        return " ".join(map(_checksum, self[:-1]))


class Draft(NamedTuple):
    """What an entry is to say, before it has a place in the chain.

    `content` is the decision, run or override as canonical JSON, `content_digest` its digest; `document` is the offer
    as it was written, `place` where it was read, `superset` the wider rulebook that was consulted (its id, version and
    digests, as canonical JSON). `run` names the run of the command in which it was recorded.
    """

    kind: str
    run: str
    content: str
    content_digest: str
    offer: str | None = None
    name: str | None = None
    year: int | None = None
    rulebook: str | None = None
    version: str | None = None
    verdict: str | None = None
    outcome: str | None = None
    basis: str | None = None
    execution: str | None = None
    document: str | None = None
    place: str | None = None
    superset: str | None = None


class Entry(NamedTuple):
    """An entry of a journal, in the order of its columns; `number` counts from 1, times are UTC."""

    number: int
    previous: str
    digest: str
    kind: str
    run: str
    recorded_at: str
    recorded_by: str
    software: str
    offer: str | None
    name: str | None
    year: int | None
    rulebook: str | None
    version: str | None
    verdict: str | None
    outcome: str | None
    basis: str | None
    content_digest: str
    place: str | None
    superset: str | None
    checksums: str
    execution: str | None
    content: str
    document: str | None


CHECKED = tuple(name for name in Entry._fields if name not in ("digest", "checksums"))
"""The fields that have a checksum, in its order."""


class Recording(NamedTuple):
    """When and by whom entries are recorded, and by which version of the software."""

    at: str
    by: str
    software: str


def chained(draft: Draft, number: int, previous: str, recording: Recording) -> Entry:
    """A draft as the entry that follows another."""
    fields = draft._asdict() | {"recorded_at": recording.at, "recorded_by": recording.by}
    open_entry = Entry(number=number, previous=previous, digest="", checksums="", software=recording.software, **fields)
    return open_entry._replace(digest=digest_of(open_entry), checksums=checksums_of(open_entry))


def frame(entry: Entry) -> dict[str, str | int | None]:
    """What the digest of an entry covers: each field, the long texts by their digests."""
    covered: dict[str, str | int | None] = {"format": ENTRY_FORMAT}
    for name, value in zip(Entry._fields, entry, strict=True):
        if name in ("digest", "checksums", "content"):
            continue  # the content by its digest, which is a field of its own
        is_long = name in LONG and value is not None
        covered[name] = sha256(str(value)) if is_long else value
    return covered


def digest_of(entry: Entry) -> str:
    """The digest that an entry should have."""
    return sha256(canonical_record(frame(entry)))


def checksums_of(entry: Entry) -> str:
    """A checksum of each field."""
    return " ".join(_checksum(v) if n in LONG else _short_checksum(v) for n, v in _checked(entry))


def _checked(entry: Entry) -> Iterator[tuple[str, object]]:
    return ((name, getattr(entry, name)) for name in CHECKED)


def _checksum(value: object) -> str:
    if value is None:
        return "-"
    return f"{zlib.crc32(str(value).encode('utf-8', 'surrogateescape')):x}"


_short_checksum = lru_cache(maxsize=256, typed=True)(_checksum)
"""Most short fields are the same in one entry after the other."""

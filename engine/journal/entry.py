"""The entries of a journal, and what each digest in it covers.

An entry's digest covers every field of the entry, long texts by their own digests, and the digest of the entry before;
that of a decision entry so covers the decision's digest, the execution, the time and who recorded. Checksums of the
fields serve only to say which one was altered.

A journal grows by entries of a new format, which has more fields than the one before. Each format stays in `FORMATS`,
so that what was recorded in it is read and verified for ever.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from engine.texts.catalogue import Message, message
from engine.values.canonical import canonical_record, sha256

JOURNAL_FORMAT = "sekskant/journal/1"
DECISION, RUN, OVERRIDE = "decision", "run", "override"
LONG = ("execution", "content", "document")
"""The long texts, which lists leave out."""


_KINDS = {DECISION: message("decision"), RUN: message("run"), OVERRIDE: message("override")}


def kind_in_words(kind: str) -> Message | str:
    """What a kind of entry is called; one that is none of ours is called what it calls itself.

    >>> str(kind_in_words("run")), kind_in_words("draft")
    ('run', 'draft')
    """
    return _KINDS.get(kind, kind)


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
    digests, as canonical JSON). `run` names the run of the command in which it was recorded. `input_remarks` say what
    to know of the offer as it was handed in, as canonical JSON; None where there is nothing.
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
    input_remarks: str | None = None


class Entry(NamedTuple):
    """An entry of a journal, in the order of its columns; `number` counts from 1, times are UTC.

    It has the fields of all formats: None are those that its own has not. `format` is None in entries of the first
    format, which has no column for it.
    """

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
    format: str | None = None
    input_remarks: str | None = None

    @property
    def identifier(self) -> str:
        """What it is addressed by: its number."""
        return str(self.number)

    @property
    def is_sound(self) -> bool:
        """Whether all that it holds is what its digests say; a whole entry, whose fields are of their types."""
        form = FORMATS.get(self.format)
        try:
            return form is not None and form.is_sound(self)
        except (TypeError, ValueError):
            return False


class RowEntry(Entry):
    """A decision that stands in a file of a run, as an entry: number, digest, run, time and who are those of the run.

    Content and document are made from its row; their digests are not in the chain, but that of the file is.
    """

    __slots__ = ()

    @property
    def is_sound(self) -> bool:
        """That it is: the run's entry and its file were compared with their digests when it was read."""
        return True

    @property
    def identifier(self) -> str:
        """What it is addressed by: the number of the run's entry, the offer, the rulebook and its version."""
        return f"{self.number}/{self.offer}@{self.rulebook}@{self.version}"


@dataclass(frozen=True, slots=True)
class EntryFormat:
    """What entries of one format hold, and what their digests cover.

    Args:
        name: what the digest covers as the entry's format.
        fields: the columns of such an entry. Those that a format adds stand last: checksums stand in this order.
    """

    name: str
    fields: tuple[str, ...]
    checked: tuple[str, ...] = field(init=False)
    """The fields that have a checksum, in its order."""
    others: tuple[str, ...] = field(init=False)
    """The fields that only entries of other formats have."""

    def __post_init__(self) -> None:
        checked = (name for name in self.fields if name not in ("digest", "checksums"))
        object.__setattr__(self, "checked", tuple(checked))
        object.__setattr__(self, "others", tuple(name for name in Entry._fields if name not in self.fields))

    def frame(self, entry: Entry) -> dict[str, str | int | None]:
        """What the digest of an entry covers: each field, the long texts by their digests."""
        covered: dict[str, str | int | None] = {"format": self.name}
        for name in self.fields:
            if name in ("digest", "checksums", "content"):
                continue  # the content by its digest, which is a field of its own
            value = getattr(entry, name)
            covered[name] = sha256(str(value)) if name in LONG and value is not None else value
        return covered

    def digest(self, entry: Entry) -> str:
        """The digest that an entry should have."""
        return sha256(canonical_record(self.frame(entry)))

    def checksums(self, entry: Entry) -> str:
        """A checksum of each field."""
        checked = ((name, getattr(entry, name)) for name in self.checked)
        return " ".join(_checksum(v) if n in LONG else _short_checksum(v) for n, v in checked)

    def strange(self, entry: Entry) -> tuple[str, ...]:
        """The fields that entries of this format have not, and in which one says something all the same."""
        return tuple(name for name in self.others if getattr(entry, name) is not None)

    def is_sound(self, entry: Entry) -> bool:
        """Whether all that an entry holds is what its digests say."""
        return (
            self.digest(entry) == entry.digest
            and sha256(str(entry.content)) == entry.content_digest
            and self.checksums(entry) == entry.checksums
            and not self.strange(entry)
        )


ENTRY_1 = EntryFormat("sekskant/entry/1", Entry._fields[: Entry._fields.index("format")])
ENTRY_2 = EntryFormat("sekskant/entry/2", Entry._fields[: Entry._fields.index("input_remarks") + 1])
FORMATS: Mapping[str | None, EntryFormat] = {None: ENTRY_1, ENTRY_2.name: ENTRY_2}
"""The formats of entries, by what stands in the column `format`."""
WRITTEN = ENTRY_2
"""The format of entries that are recorded now."""


class Recorder(NamedTuple):
    """When and by whom entries are recorded, and by which version of the software."""

    at: str
    by: str
    software: str


def chained(draft: Draft, number: int, previous: str, recording: Recorder) -> Entry:
    """A draft as the entry that follows another."""
    fields = draft._asdict() | {"recorded_at": recording.at, "recorded_by": recording.by}
    open_entry = Entry(number=number, previous=previous, digest="", checksums="", software=recording.software, **fields)
    return sealed(open_entry._replace(format=WRITTEN.name if "format" in WRITTEN.fields else None))


def sealed(entry: Entry) -> Entry:
    """An entry with the digest and the checksums that it should have."""
    form = FORMATS[entry.format]
    return entry._replace(digest=form.digest(entry), checksums=form.checksums(entry))


def frame(entry: Entry) -> dict[str, str | int | None]:
    """What the digest of an entry covers, by its own format."""
    return FORMATS[entry.format].frame(entry)


def _checksum(value: object) -> str:
    if value is None:
        return "-"
    return f"{zlib.crc32(str(value).encode('utf-8', 'surrogateescape')):x}"


_short_checksum = lru_cache(maxsize=256, typed=True)(_checksum)
"""Most short fields are the same in one entry after the other."""

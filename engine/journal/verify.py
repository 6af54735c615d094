"""Verifies a journal: every entry, the chain, the texts and files that entries name, and the head from the minutes.

An entry is known by its digest, which covers its number. So an entry whose digest holds under another number than it
stands at was moved or copied; one whose digest holds under none was altered; and what no entry holds was removed.
"""

from __future__ import annotations

import hashlib
import itertools
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from engine.diagnostics import Rejected
from engine.documents.json_text import load_json
from engine.journal.entry import CHECKED, DECISION, RUN, Entry, Header, checksums_of, digest_of
from engine.journal.journal import Head, Journal
from engine.values.canonical import sha256

Kind = Literal[
    "altered",
    "replaced",
    "removed",
    "inserted",
    "reordered",
    "cut_off",
    "other_head",
    "text_altered",
    "text_removed",
    "text_inserted",
    "file_altered",
    "file_missing",
    "damaged",
]
Where = Callable[[Entry], list[str]]
"""Which parts of an altered decision are not what its evidence gives."""


class Fault(NamedTuple):
    """One thing that is wrong: its kind, the numbers of the first and last entry that it is about, and what of them.

    The numbers are those that entries have in the chain; `at` is where an entry stands that is elsewhere.
    """

    kind: Kind
    first: int | None = None
    last: int | None = None
    fields: tuple[str, ...] = ()
    at: int | None = None
    detail: str = ""


class Report(NamedTuple):
    """What verification found: the faults, and the head of the journal as it is."""

    faults: tuple[Fault, ...]
    head: Head


class _Row(NamedTuple):
    """An entry as it stands: the number under which its digest holds, or None, and which fields are altered."""

    stands_at: int
    holds_as: int | None
    previous: object
    digest: object
    altered: tuple[str, ...]


def verify(
    journal: Journal, *, count: int | None = None, digest: str | None = None, where: Where | None = None
) -> Report:
    """Everything that is wrong with a journal.

    Args:
        journal: the journal.
        count: how many entries it had when its head was noted; a shorter one was cut off.
        digest: the head's digest then; entry `count`, or where no count is given any entry, must have it.
        where: says which parts of a decision whose content was altered are not as they were.
    """
    start, faults = _verify_header(journal)
    try:
        return _verified(journal, start, faults, Head(count or 0, digest or ""), where)
    except Rejected as error:
        faults.append(Fault("damaged", detail="; ".join(d.message for d in error.diagnostics)))
        return Report(tuple(faults), Head(0, ""))


def _verified(journal: Journal, start: str, faults: list[Fault], noted: Head, where: Where | None) -> Report:
    texts = _Texts(journal)
    last, total, sound = Head(0, start), 0, True
    seen = last == noted
    for entry in journal.entries():
        total += 1
        texts.note(entry)
        sound = sound and entry.number == last.entries + 1 and entry.previous == last.digest and _is_sound(entry)
        last = Head(entry.number, str(entry.digest))
        seen = seen or (last.digest == noted.digest and noted.entries in (0, last.entries))
        faults += _inconsistent(entry) if sound else ()
        faults += _verify_files(journal, entry)
    if not sound:
        chain = _Chain(journal, start, where)
        faults += chain.faults()
        last_number, seen = chain.last_number(), chain.may_have(noted)
    else:
        last_number = total
    faults += texts.faults()
    if noted.entries > last_number:
        faults.append(Fault("cut_off", last_number + 1, noted.entries))
    elif noted.digest and not seen:
        faults.append(Fault("other_head", noted.entries or None))
    return Report(tuple(faults), last)


def _verify_header(journal: Journal) -> tuple[str, list[Fault]]:
    """The digest that the first entry should follow, and what is wrong with the header."""
    try:
        rows = journal.headers()
    except Rejected as error:
        return "", [Fault("damaged", detail="; ".join(d.message for d in error.diagnostics))]
    if not rows:
        first = next(iter(journal.entries(brief=True)), None)
        return first.previous if first else "", [Fault("removed", 0, 0)]
    faults = [Fault("inserted", at=0)] if len(rows) > 1 else []
    header, digest = next((row for row in rows if _header_digest(row[0]) == row[1]), rows[0])
    if _header_digest(header) == digest and header.checksums != header.checksums_now():
        faults.append(Fault("altered", 0, 0, ("checksums",)))
    if _header_digest(header) != digest:
        faults.append(Fault("altered", 0, 0, _altered_in_header(header)))
    return str(digest), faults


def _header_digest(header: Header) -> str | None:
    try:
        return header.digest
    except (TypeError, ValueError):
        return None


def _altered_in_header(header: Header) -> tuple[str, ...]:
    """The fields of the header that are not what their checksums say; the digest, where all are."""
    pairs = zip(Header._fields, str(header.checksums).split(" "), header.checksums_now().split(" "), strict=False)
    return tuple(name for name, stored, is_now in pairs if stored != is_now) or ("digest",)


def _digest(entry: Entry) -> str | None:
    """The digest that an entry should have; None where its fields are not what they can be at all."""
    try:
        return digest_of(entry)
    except (TypeError, ValueError):
        return None


def _is_sound(entry: Entry) -> bool:
    return (
        _digest(entry) == entry.digest
        and sha256(str(entry.content)) == entry.content_digest
        and checksums_of(entry) == entry.checksums
    )


def _inconsistent(entry: Entry) -> Iterator[Fault]:
    """A decision entry whose columns do not say what its decision says was not recorded by this software."""
    if entry.kind != DECISION:
        return
    decision = _parsed(entry.content)
    rulebook = decision.get("rulebook", {})
    said = {name: decision.get(name) for name in ("offer", "year", "verdict", "outcome", "basis")}
    said |= {"rulebook": rulebook.get("id"), "version": rulebook.get("version")}
    wrong = tuple(name for name, value in said.items() if getattr(entry, name) != value)
    if wrong:
        yield Fault("altered", entry.number, entry.number, wrong)


def _parsed(text: object) -> dict[str, Any]:
    try:
        found = load_json(str(text), "entry")
    except (ValueError, Rejected):
        return {}
    return found if isinstance(found, dict) else {}


class _Chain:
    """Finds out what happened to a chain that does not hold."""

    def __init__(self, journal: Journal, start: str, where: Where | None) -> None:
        self._start, self._where = start, where
        self._numbers: dict[str, int] = {}
        limit = journal.head().entries + 1
        entries = list(journal.entries(brief=True))
        for number in range(1, max(limit if limit < 10 * len(entries) else 0, 2 * len(entries)) + 2):
            self._numbers[f"{zlib.crc32(str(number).encode()):x}"] = number
        self._rows = [self._row(entry) for entry in journal.entries()]

    def _row(self, entry: Entry) -> _Row:
        altered = self._altered(entry)
        holds_as = entry.number if not set(altered) - {"checksums"} else None
        if "number" in altered and (moved := self._as_moved(entry)) is not None:
            holds_as, altered = moved, ()
        return _Row(entry.number, holds_as, entry.previous, entry.digest, altered)

    def _as_moved(self, entry: Entry) -> int | None:
        """The number under which an entry's digest holds."""
        number = self._numbers.get(str(entry.checksums).split(" ", 1)[0])
        if number is None or sha256(str(entry.content)) != entry.content_digest:
            return None
        return number if _digest(entry._replace(number=number)) == entry.digest else None

    def _altered(self, entry: Entry) -> tuple[str, ...]:
        """The fields of an entry that are not what its digest covers."""
        content_holds = sha256(str(entry.content)) == entry.content_digest
        if _digest(entry) == entry.digest and content_holds:
            return () if checksums_of(entry) == entry.checksums else ("checksums",)
        if _digest(entry._replace(content_digest=sha256(str(entry.content)))) == entry.digest:
            return ("content_digest",)
        pairs = zip(CHECKED, str(entry.checksums).split(" "), checksums_of(entry).split(" "), strict=False)
        wrong = [name for name, stored, is_now in pairs if stored != is_now]
        if not content_holds:
            wrong = [*dict.fromkeys([*(name for name in wrong if name != "content"), *self._parts(entry)])]
        return tuple(wrong) or ("digest",)

    def _parts(self, entry: Entry) -> list[str]:
        parts = self._where(entry) if self._where and entry.kind == DECISION else []
        return [f"content.{part}" for part in parts] or ["content"]

    def faults(self) -> list[Fault]:
        """What was altered, inserted, removed and moved."""
        genuine = self._genuine()
        foreign = [r for r in self._rows if r not in genuine and (r.holds_as or self._stands_in(r, genuine))]
        altered = [r for r in self._rows if r.altered and r not in foreign]
        held = {r.holds_as for r in genuine} | {r.stands_at for r in altered if r.holds_as is None}
        missing = [n for n in range(1, max([n for n in held if n], default=0) + 1) if n not in held]
        found = [Fault("altered", r.holds_as or r.stands_at, None, r.altered) for r in altered]
        found += [Fault("inserted", r.holds_as, None, at=r.stands_at) for r in foreign]
        found += [Fault("removed", first, last) for first, last in _spans(missing)]
        found += self._moved(genuine, explained=bool(foreign or missing))
        found += self._replaced(genuine, {r.stands_at for r in altered if r.holds_as is None})
        return sorted(found, key=lambda fault: (fault.first or fault.at or 0, fault.kind))

    def last_number(self) -> int:
        """The number of the last entry that is there, wherever it stands."""
        return max((row.holds_as or row.stands_at for row in self._rows), default=0)

    def may_have(self, noted: Head) -> bool:
        """Whether no other entry than the noted one is at its place in the chain."""
        if not noted.entries:
            return any(row.digest == noted.digest for row in self._rows)
        held = {row.holds_as: row.digest for row in self._genuine()}
        return held.get(noted.entries, noted.digest) == noted.digest

    def _genuine(self) -> list[_Row]:
        """Of entries that hold under one number the one that the next one follows, or that stands in order."""
        held = [row for row in self._rows if row.holds_as is not None]
        in_order = _longest_ascending([row.holds_as or 0 for row in held])
        followed = {row.previous for row in self._rows}
        best: dict[int, int] = {}

        def rank(position: int) -> tuple[bool, bool]:
            return (held[position].digest in followed, position in in_order)

        for position, row in enumerate(held):
            number = row.holds_as or 0
            if number not in best or rank(position) > rank(best[number]):
                best[number] = position
        return [held[position] for position in sorted(best.values())]

    def _stands_in(self, row: _Row, genuine: Iterable[_Row]) -> bool:
        """Whether an altered row stands at the number of an entry that is there too."""
        return any(other.holds_as == row.stands_at for other in genuine)

    def _moved(self, genuine: list[_Row], *, explained: bool) -> Iterator[Fault]:
        """Entries out of order; those that only count on after an insertion or removal are explained by it."""
        order = [row.holds_as or 0 for row in genuine]
        in_order, places = _longest_ascending(order), {row.stands_at for row in self._rows}
        for position, row in enumerate(genuine):
            is_in_order = position in in_order
            if row.stands_at == row.holds_as or (is_in_order and explained):
                continue
            if row.holds_as not in places and row.stands_at not in order:
                yield Fault("altered", row.holds_as, None, ("number",), at=row.stands_at)
            elif not is_in_order:
                yield Fault("reordered", row.holds_as, None, at=row.stands_at)

    def _replaced(self, genuine: list[_Row], altered: set[int]) -> Iterator[Fault]:
        """Entries that hold in themselves, but are not those that the entries after them follow."""
        rows = {row.holds_as or 0: row for row in genuine}
        broken = {n for n in rows if n - 1 in rows and rows[n].previous != rows[n - 1].digest}
        if 1 in rows and rows[1].previous != self._start:
            broken.add(1)
        for number in sorted(broken):
            if number + 1 in broken or (number == 1 and number + 1 not in broken):
                yield Fault("replaced", number)
            elif number - 1 not in broken and number - 1 not in altered:
                yield Fault("replaced", number - 1)


def _longest_ascending(numbers: list[int]) -> set[int]:
    """The positions of a longest choice of numbers that ascend in the order given."""
    tails: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for position, number in enumerate(numbers):
        place = _first_not_below(tails, number)
        before.append(last[place - 1] if place else None)
        tails[place : place + 1] = [number]
        last[place : place + 1] = [position]
    chosen: set[int] = set()
    following: int | None = last[-1] if last else None
    while following is not None:
        chosen.add(following)
        following = before[following]
    return chosen


def _first_not_below(ascending: list[int], number: int) -> int:
    import bisect  # noqa: PLC0415 - only a broken chain needs it

    return bisect.bisect_left(ascending, number)


def _spans(numbers: list[int]) -> Iterator[tuple[int, int]]:
    for _, group in itertools.groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        yield run[0], run[-1]


class _Texts:
    """The rulebooks and vocabularies that entries name, against those that are kept."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._named: dict[str, tuple[str, int]] = {}

    def note(self, entry: Entry) -> None:
        """Remember what an entry names."""
        for record in rulebooks_named(entry):
            for kind, part in (("rulebook", record), ("vocabulary", record.get("vocabulary", {}))):
                if isinstance(part, dict) and isinstance(part.get("sha256"), str):
                    self._named.setdefault(part["sha256"], (kind, entry.number))

    def faults(self) -> Iterator[Fault]:
        """Texts that were altered, that are gone, and that no entry names."""
        kept = set()
        for digest, text in self._journal.texts():
            kept.add(digest)
            kind, number = self._named.get(digest, ("", None))
            if sha256(str(text.text)) != digest or (number and kind != text.kind):
                fields = ("text",) if sha256(str(text.text)) != digest else ("kind",)
                yield Fault("text_altered", number, None, fields, detail=str(digest))
            elif number is None:
                yield Fault("text_inserted", detail=str(digest))
        for digest, (kind, number) in self._named.items():
            if digest not in kept:
                yield Fault("text_removed", number, None, (kind,), detail=digest)


def rulebooks_named(entry: Entry) -> list[dict[str, Any]]:
    """The rulebooks that an entry names, wider ones among them: id, version, digests."""
    content = _parsed(entry.content)
    if entry.kind == RUN:
        listed = [r for r in content.get("rulebooks", []) if isinstance(r, dict)]
        return [*listed, *(r["superset"] for r in listed if r.get("superset"))]
    named = [content.get("rulebook"), _parsed(entry.superset) if entry.superset else None]
    return [record for record in named if isinstance(record, dict)] if entry.kind == DECISION else []


def _verify_files(journal: Journal, entry: Entry) -> Iterator[Fault]:
    """The files of a run, which still have the digests that were recorded."""
    if entry.kind != RUN:
        return
    for file in _parsed(entry.content).get("files", []):
        path = journal.folder_at(str(entry.place)) / str(file.get("path"))
        digest = digest_of_file(path)
        if digest != file.get("sha256"):
            kind: Kind = "file_missing" if digest is None else "file_altered"
            yield Fault(kind, entry.number, detail=str(path))


def digest_of_file(path: Path) -> str | None:
    """The SHA-256 of a file; None where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None

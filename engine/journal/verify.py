"""Verifies a journal: every entry, the chain, the texts and files that entries name, and the head from the minutes.

An entry is known by its digest, which covers its number. So an entry whose digest holds under another number than it
stands at was moved or copied; one whose digest holds under none was altered; and what no entry holds was removed.
"""

from __future__ import annotations

import itertools
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from engine.diagnostics import Malformed, Rejected
from engine.journal.entry import DECISION, FORMATS, Entry, EntryFormat, Header
from engine.journal.journal import Head, Journal
from engine.journal.order import positions_in_order
from engine.journal.records import Recorded, RunRecord, columns_of, recorded_by, rulebooks_named
from engine.journal.run_files import RECORD, RunFiles, digest_of_file, is_kept
from engine.texts.catalogue import Message, message
from engine.texts.joined import SEMICOLON, joined
from engine.values.canonical import sha256

Kind = Literal[
    "altered",
    "replaced",
    "removed",
    "inserted",
    "reordered",
    "renumbered",
    "unknown_format",
    "broken",
    "cut_off",
    "other_head",
    "text_altered",
    "text_removed",
    "text_inserted",
    "file_altered",
    "file_missing",
    "file_added",
    "file_elsewhere",
    "schema",
    "index",
    "corrupt",
    "damaged",
]
Where = Callable[[Entry], list[str]]
"""Which parts of an altered decision are not what its evidence gives."""
Witness = Callable[[Entry, Recorded | None], None]
"""Is shown every entry in the order in which they stand, with what it records; None where that cannot be read."""


class Fault(NamedTuple):
    """One thing that is wrong: its kind, the numbers of the first and last entry that it is about, and what of them.

    The numbers are those that entries have in the chain; `at` is where an entry stands that is elsewhere. Of a part of
    the database `fields` say what was done and which kind it is, `detail` has its name.
    """

    kind: Kind
    first: int | None = None
    last: int | None = None
    fields: tuple[str, ...] = ()
    at: int | None = None
    detail: Message | str = ""


class Report(NamedTuple):
    """What verification found: the faults, and the head of the journal as it is.

    `dated_before` has the numbers of entries with an earlier time than the one that they follow: a clock was wrong, or
    somebody has written what he wished to have written earlier. That alone is no fault.
    """

    faults: tuple[Fault, ...]
    head: Head
    dated_before: tuple[int, ...] = ()


class _Row(NamedTuple):
    """An entry as it stands: the number under which its digest holds, or None, and which fields are altered."""

    stands_at: int
    holds_as: int | None
    previous: object
    digest: object
    altered: tuple[str, ...]


def verify(
    journal: Journal,
    *,
    count: int | None = None,
    digest: str | None = None,
    where: Where | None = None,
    witness: Witness | None = None,
) -> Report:
    """Everything that is wrong with a journal.

    Args:
        journal: the journal.
        count: how many entries it had when its head was noted; a shorter one was cut off.
        digest: the head's digest then; entry `count`, or where no count is given any entry, must have it.
        where: says which parts of a decision whose content was altered are not as they were.
        witness: is shown every entry, so that what else is asked of them is asked of the same ones.
    """
    start, faults = _verify_header(journal)
    faults += _verify_database(journal)
    try:
        if count == 0 and digest and digest != start:  # of an empty journal the head is the header's digest
            faults.append(Fault("other_head"))
        return _verified(journal, start, faults, Head(count or 0, digest or ""), where, witness)
    except Rejected as error:
        faults.append(_damaged(error))
        return Report(tuple(faults), Head(0, ""))


def _verified(
    journal: Journal, start: str, faults: list[Fault], noted: Head, where: Where | None, witness: Witness | None
) -> Report:
    texts = _Texts(journal)
    last, total, sound = Head(0, start), 0, True
    recorded_at, dated_before = "", list[int]()
    seen = last == noted
    for entry in journal.rows():
        follows = entry.number == total + 1 and entry.previous == last.digest
        sound = sound and follows and entry.is_sound
        total += 1
        last = Head(total, str(entry.digest))
        seen = seen or (last.digest == noted.digest and noted.entries in (0, total))
        if str(entry.recorded_at) < recorded_at:
            dated_before.append(entry.number)
        recorded_at = str(entry.recorded_at)
        recorded = _recorded(entry)
        texts.note(entry, recorded)
        if witness is not None:
            witness(entry, recorded)
        faults += _inconsistent(entry, recorded) if sound else ()
        faults += _verify_files(journal, entry, recorded) if isinstance(recorded, RunRecord) else ()
    last_number = total
    if not sound:
        chain = _Chain(journal, start, noted.entries, where)
        # That a chain is broken is a fault also where nothing is found that explains it.
        faults += chain.faults() or [Fault("broken")]
        last_number, seen = chain.last_number(), chain.may_have(noted)
    faults += texts.faults()
    if noted.entries > last_number:
        faults.append(Fault("cut_off", last_number + 1, noted.entries))
    elif noted.digest and not seen:
        faults.append(Fault("other_head", noted.entries or None))
    return Report(tuple(faults), last, tuple(dated_before))


def _verify_database(journal: Journal) -> Iterator[Fault]:
    """What is wrong with the database itself: its parts, its indexes, and what its views say."""
    for deviation in journal.deviations:
        yield Fault("schema", fields=(deviation.how, deviation.kind), detail=deviation.name)
    try:
        for name in journal.inconsistent():
            yield Fault("index", detail=name) if name else Fault("corrupt")
    except Rejected as error:
        yield _damaged(error)


def _damaged(error: Rejected) -> Fault:
    return Fault("damaged", detail=joined((diagnostic.words for diagnostic in error.diagnostics), SEMICOLON))


def _verify_header(journal: Journal) -> tuple[str, list[Fault]]:
    """The digest that the first entry should follow, and what is wrong with the header."""
    try:
        rows = journal.headers()
    except Rejected as error:
        return "", [_damaged(error)]
    if not rows:
        first = next(journal.rows(brief=True), None)
        return first.previous if first else "", [Fault("removed", 0, 0)]
    faults = [Fault("inserted", at=0)] if len(rows) > 1 else []
    header, digest = next((row for row in rows if _header_digest(row[0]) == row[1]), rows[0])
    if _header_digest(header) == digest and header.checksums != header.checksums_now():
        faults.append(Fault("altered", 0, 0, ("checksums",)))
    if _header_digest(header) != digest:
        altered = _altered_in_header(header)
        faults.append(Fault("altered", 0, 0, altered))
        digest = _header_digest(header) or digest if altered == ("digest",) else digest
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


def _digest(form: EntryFormat, entry: Entry) -> str | None:
    """The digest that an entry should have; None where its fields are not what they can be at all."""
    try:
        return form.digest(entry)
    except (TypeError, ValueError):
        return None


def _recorded(entry: Entry) -> Recorded | None:
    try:
        return recorded_by(entry)
    except Malformed:
        return None


def _inconsistent(entry: Entry, recorded: Recorded | None) -> Iterator[Fault]:
    """An entry that does not hold what its kind does, or whose columns say otherwise, is not of this software."""
    if recorded is None:
        yield Fault("altered", entry.number, entry.number, ("content",))
        return
    wrong = tuple(name for name, value in columns_of(recorded).items() if getattr(entry, name) != value)
    if wrong:
        yield Fault("altered", entry.number, entry.number, wrong)


ROOM, MANY = 1_000, 10_000_000
"""How many more entries may have been taken out than are left, and how many the noted count may speak for."""


class _Chain:
    """Finds out what happened to a chain that does not hold."""

    def __init__(self, journal: Journal, start: str, count: int, where: Where | None) -> None:
        self._start, self._where = start, where
        self._numbers: dict[str, int] = {}
        numbers = [entry.number for entry in journal.rows(brief=True)]
        # Entries before them may have been taken out, so that those that are there hold under higher numbers.
        highest = max((n for n in numbers if n < 10 * len(numbers)), default=0)
        for number in range(1, max(highest, 2 * len(numbers), min(count, MANY)) + ROOM):
            self._numbers[f"{zlib.crc32(str(number).encode()):x}"] = number
        self._rows = [self._row(entry) for entry in journal.rows()]

    def _row(self, entry: Entry) -> _Row:
        form = FORMATS.get(entry.format)
        holds = form is not None and not form.strange(entry) and _digest(form, entry) == entry.digest
        if not holds and (of_another := _of_another_format(entry)):
            return _Row(entry.number, entry.number, entry.previous, entry.digest, of_another)
        if form is None:
            return _Row(entry.number, None, entry.previous, entry.digest, (UNKNOWN_FORMAT,))
        altered = form.strange(entry) + self._altered(form, entry)
        holds_as = entry.number if not set(altered) - {"checksums"} else None
        if "number" in altered and (moved := self._as_moved(form, entry)) is not None:
            holds_as, altered = moved, ()
        return _Row(entry.number, holds_as, entry.previous, entry.digest, altered)

    def _as_moved(self, form: EntryFormat, entry: Entry) -> int | None:
        """The number under which an entry's digest holds."""
        number = self._numbers.get(str(entry.checksums).split(" ", 1)[0])
        if number is None or sha256(str(entry.content)) != entry.content_digest:
            return None
        return number if _digest(form, entry._replace(number=number)) == entry.digest else None

    def _altered(self, form: EntryFormat, entry: Entry) -> tuple[str, ...]:
        """The fields of an entry that are not what its digest covers."""
        content_holds = sha256(str(entry.content)) == entry.content_digest
        if _digest(form, entry) == entry.digest and content_holds:
            return () if form.checksums(entry) == entry.checksums else ("checksums",)
        if _digest(form, entry._replace(content_digest=sha256(str(entry.content)))) == entry.digest:
            return ("content_digest",)
        pairs = zip(form.checked, str(entry.checksums).split(" "), form.checksums(entry).split(" "), strict=False)
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
        standing, holding = {r.stands_at for r in genuine}, {r.holds_as for r in genuine}
        others = [r for r in self._rows if r.stands_at not in standing]
        # An altered entry that stands at the number of one that is there too is one too many.
        foreign = [r for r in others if r.holds_as is not None or r.stands_at in holding]
        inserted = {r.stands_at for r in foreign}
        altered = [r for r in self._rows if r.altered and r.stands_at not in inserted]
        numbers = {r.holds_as for r in genuine} | {r.stands_at for r in altered if r.holds_as is None}
        held = sorted(n for n in numbers if n and n > 0)
        faults = [_altered_fault(row) for row in altered]
        faults += [Fault("inserted", r.holds_as, None, at=r.stands_at) for r in foreign]
        faults += [
            Fault("removed", low + 1, high - 1) for low, high in itertools.pairwise([0, *held]) if high - low > 1
        ]
        faults += self._moved(genuine, foreign, held)
        faults += self._replaced(genuine)
        return sorted(faults, key=lambda fault: (fault.first or fault.at or 0, fault.kind))

    def last_number(self) -> int:
        """The number of the last entry that is there, wherever it stands."""
        return max(row.holds_as or row.stands_at for row in self._rows)

    def may_have(self, noted: Head) -> bool:
        """Whether no other entry than the noted one is at its place in the chain."""
        if not noted.entries:
            return any(row.digest == noted.digest for row in self._rows)
        held = {row.holds_as: row.digest for row in self._genuine()}
        return held.get(noted.entries, noted.digest) == noted.digest

    def _genuine(self) -> list[_Row]:
        """Of entries that hold under one number the one that the next one follows, or that stands in order."""
        held = [(row.holds_as, row) for row in self._rows if row.holds_as is not None]
        in_order = positions_in_order([(number, row.stands_at) for number, row in held])
        followed = {row.previous for row in self._rows}
        best: dict[int, int] = {}

        def rank(position: int) -> tuple[bool, bool]:
            return (held[position][1].digest in followed, position in in_order)

        for position, (number, _) in enumerate(held):
            if number not in best or rank(position) > rank(best[number]):
                best[number] = position
        return [held[position][1] for position in sorted(best.values())]

    def _moved(self, genuine: list[_Row], foreign: list[_Row], held: list[int]) -> Iterator[Fault]:
        """Entries that do not stand where they belong; those that only count on after other ones are explained."""
        order = [row.holds_as or 0 for row in genuine]
        numbers = set(order)
        in_order = positions_in_order([(row.holds_as or 0, row.stands_at) for row in genuine])
        places = {row.stands_at for row in self._rows}
        strays = [row for position, row in enumerate(genuine) if position not in in_order]
        come = sorted(row.stands_at for row in (*foreign, *strays))
        away = sorted(row.holds_as or 0 for row in strays)
        shifted: list[_Row] = []
        for position, (number, row) in enumerate(zip(order, genuine, strict=True)):
            if row.stands_at == number:
                continue
            if position in in_order:
                shift = row.stands_at - number
                gone = number - 1 - bisect_left(held, number) + bisect_left(away, number)
                shifted += [] if -gone <= shift <= bisect_left(come, row.stands_at) else [row]
            elif number not in places and row.stands_at not in numbers:
                yield Fault("altered", number, None, ("number",), at=row.stands_at)
            else:
                yield Fault("reordered", number, None, at=row.stands_at)
        yield from _renumbered(shifted)

    def _replaced(self, genuine: list[_Row]) -> Iterator[Fault]:
        """Entries that hold in themselves, but are not those that the entries after them follow."""
        rows = {row.holds_as or 0: row for row in genuine}
        broken = {n for n in rows if n - 1 in rows and rows[n].previous != rows[n - 1].digest}
        if 1 in rows and rows[1].previous != self._start:
            broken.add(1)
        for number in sorted(broken):
            if number + 1 in broken or (number == 1 and len(rows) == 1):
                yield Fault("replaced", number)
            elif number - 1 not in broken:
                # Before the first entry stands the header, as number 0.
                yield Fault("replaced", number - 1)


UNKNOWN_FORMAT: Kind = "unknown_format"


def _of_another_format(entry: Entry) -> tuple[str, ...]:
    """The fields in which an entry differs from one of a format under which its digest holds; none where none does."""
    for written, form in FORMATS.items():
        plain = entry._replace(**{**dict.fromkeys(form.others), "format": written})  # type: ignore[arg-type]
        if plain != entry and _digest(form, plain) == entry.digest:
            return tuple(name for name in Entry._fields if getattr(plain, name) != getattr(entry, name))
    return ()


def _altered_fault(row: _Row) -> Fault:
    if row.altered == (UNKNOWN_FORMAT,):
        return Fault(UNKNOWN_FORMAT, row.stands_at)
    return Fault("altered", row.holds_as or row.stands_at, None, row.altered)


def _renumbered(rows: Iterable[_Row]) -> Iterator[Fault]:
    """Entries that are in order but stand at other numbers than their own, those that are shifted alike together."""
    numbered = [(row.holds_as or 0, row.stands_at) for row in rows]
    alike = itertools.groupby(enumerate(numbered), key=lambda item: (item[1][0] - item[0], item[1][1] - item[0]))
    for _, group in alike:
        run = [pair for _, pair in group]
        yield Fault("renumbered", run[0][0], run[-1][0], at=run[0][1])


class _Texts:
    """The rulebooks and vocabularies that entries name, against those that are kept."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._named: dict[str, tuple[str, int]] = {}

    def note(self, entry: Entry, recorded: Recorded | None) -> None:
        """Remember what an entry names."""
        for named in rulebooks_named(entry, recorded):
            self._named.setdefault(named.sha256, ("rulebook", entry.number))
            self._named.setdefault(named.vocabulary.sha256, ("vocabulary", entry.number))

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


def _verify_files(journal: Journal, entry: Entry, run: RunRecord) -> Iterator[Fault]:
    """The files of a run, which still have the digests that were recorded."""
    try:
        folder = journal.folder_of_run(entry)
    except Rejected:
        yield Fault("file_elsewhere", entry.number, detail=str(journal.folder_at(str(entry.place))))
        return
    files = RunFiles.recorded(folder, run, message("entry {number}", number=entry.number))
    for path, is_there in files.altered():
        yield Fault("file_altered" if is_there else "file_missing", entry.number, detail=str(path))
    if is_kept(str(entry.place), str(entry.content_digest)):
        # The record is the entry's content to the byte.
        if (digest := digest_of_file(folder / RECORD)) != entry.content_digest:
            yield Fault("file_altered" if digest else "file_missing", entry.number, detail=str(folder / RECORD))
        for path in files.surplus():
            yield Fault("file_added", entry.number, detail=str(path))

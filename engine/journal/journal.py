"""The journal: entries that follow each other in a chain of digests, appended and never edited.

Several processes can append at once: each takes its turn before it reads the head of the chain. What `append` returns
is on the disk.
"""

from __future__ import annotations

import datetime
import os
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.diagnostics import Diagnostic, Malformed, Place, Rejected, place_in_words, quoted, rejected
from engine.journal.connection import Address, check_encoding, in_words
from engine.journal.entry import (
    DECISION,
    FORMATS,
    JOURNAL_FORMAT,
    LONG,
    OVERRIDE,
    RUN,
    WRITTEN,
    Draft,
    Entry,
    Header,
    Recorder,
    chained,
)
from engine.journal.header import stored_headers, wrong_header
from engine.journal.schema import Deviation, check_plain, deviations, inconsistent, of_deviations
from engine.journal.tables import ENTRIES, HEADER, METADATA, TEXTS, add_columns, wrong_text, wrong_type
from engine.journal.views import create_views
from engine.texts.catalogue import Message, message
from engine.values.canonical import in_unicode, sha256
from engine.values.unicode_forms import in_form

_CREATION = 5_307_192
"""The number of the lock under which PostgreSQL makes the tables."""


_EMPTY: dict[str, Any] = dict.fromkeys(Entry._fields) | {"content": ""}
_HINT = message("`sekskant audit verify` says what is wrong")
_MAY_BE_WANTED = message("it does not hold what its digest says, so that it may be one of those asked for")
_NOT_WHOLE = {
    DECISION: message("the entry does not hold a whole decision: {error}"),
    RUN: message("the entry does not hold a whole run: {error}"),
    OVERRIDE: message("the entry does not hold a whole override: {error}"),
}
_LAST = "\x7f"
"""Comes after all that can follow a day in a time."""


class Head(NamedTuple):
    """How many entries a journal has, and the digest of the last: what goes into the minutes."""

    entries: int
    digest: str


class Kept(NamedTuple):
    """The text of a rulebook or vocabulary."""

    kind: str
    text: str


class Filter(NamedTuple):
    """Which entries are wanted; None for any. `since` and `until` are days or times, ISO 8601, in UTC.

    Of `outcomes`, any one.
    """

    kind: str | None = None
    offer: str | None = None
    rulebook: str | None = None
    version: str | None = None
    verdict: str | None = None
    outcomes: tuple[str, ...] | None = None
    year: int | None = None
    run: str | None = None
    recorded_by: str | None = None
    since: str | None = None
    until: str | None = None

    def wants(self, entry: Entry) -> bool:
        """Whether an entry is wanted by what its columns say."""
        for name, value in self._asdict().items():
            if value is None:
                continue
            if name == "since":
                is_so = str(entry.recorded_at) >= value
            elif name == "until":
                is_so = str(entry.recorded_at) < f"{value}{_LAST}"
            elif name == "offer":
                is_so = entry.offer in _forms(value)
            elif name == "outcomes":
                is_so = entry.outcome in value
            else:
                is_so = getattr(entry, name) == value
            if not is_so:
                return False
        return True


class Journal:
    """A journal in a SQLite file or a PostgreSQL database. One process uses one object, also from several threads.

    Args:
        address: a path, or the URL of a database.
        writes: whether to append; the journal is made where there is none. Otherwise it is only read.
        runs: folders in which runs that it names may be read, beside its own; of a database, beside the current one.

    `deviations` says of a journal that is only read where its database is not made as those of journals are.

    Raises:
        Rejected: there is no journal, or it cannot be opened; or to append, its database is not made as it should be.

    >>> import tempfile, pathlib
    >>> from engine.values.canonical import sha256
    >>> folder = tempfile.TemporaryDirectory()
    >>> with Journal(str(pathlib.Path(folder.name, "j.db")), writes=True) as journal:
    ...     entries = journal.append([Draft("run", "r1", "{}", sha256("{}"))], by="me")
    ...     journal.head() == (1, entries[0].digest)
    True
    >>> folder.cleanup()
    """

    def __init__(self, address: str, *, writes: bool = False, runs: Sequence[Path] = ()) -> None:
        self.address = Address(address)
        self.deviations: tuple[Deviation, ...] = ()
        self.shown_address = self.address.shown_address
        self._kept: set[str] = set()
        self._runs = runs
        self._unread: list[sa.CursorResult[Any]] = []
        self._turn = threading.RLock()
        self._writes = writes
        with in_words(self.address.place):
            self._connection = self.address.engine(writes=writes).connect()
            try:
                if writes:
                    self._create()
                self._look()
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        with in_words(self.address.place):
            for result in self._unread:
                result.close()
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        with self._turn, in_words(self.address.place), self._connection.begin():
            yield self._connection

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        """Who only reads sees the journal as it was at the first look; who appends takes a turn for each look."""
        if self._writes:
            with self._transaction() as connection:
                yield connection
            return
        with in_words(self.address.place):
            yield self._connection

    @contextmanager
    def _result(self, query: sa.Select[Any]) -> Iterator[sa.CursorResult[Any]]:
        """What a query gives, row by row. Who stops early leaves a cursor, which ends before the connection does."""
        with self._reading() as connection, connection.execute(query) as result:
            self._unread.append(result)
            try:
                yield result
            finally:
                self._unread.remove(result)

    def _create(self) -> None:
        with self._transaction() as connection:
            if connection.dialect.name == "postgresql":
                check_encoding(connection, self.address.place)
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATION)))
            names = sa.inspect(connection).get_table_names()
            if HEADER.name in names:
                if found := deviations(connection):
                    raise Rejected(of_deviations(found, self.address.place))
                add_columns(connection)
                return
            if names:
                tables = ", ".join(f"`{name}`" for name in names[:3])
                raise rejected(
                    self.address.place, "not-a-journal", message("there are other tables here: {tables}", tables=tables)
                )
            METADATA.create_all(connection)
            create_views(connection)
            header = Header(JOURNAL_FORMAT, str(uuid.uuid4()), now(), "sekskant")
            header = header._replace(checksums=header.checksums_now())
            connection.execute(HEADER.insert().values(**header._asdict(), digest=header.digest))

    def _look(self) -> None:
        """Find out whether there is a journal, and which columns its entries have."""
        with self._reading() as connection:
            inspector = sa.inspect(connection)
            if HEADER.name not in inspector.get_table_names():
                raise rejected(self.address.place, "not-a-journal", message("there is no journal in this database"))
            check_plain(connection, self.address.place)
            stored = {column["name"] for column in inspector.get_columns(ENTRIES.name)}
            self._fields = tuple(name for name in Entry._fields if name in stored)
            if not self._writes:
                self.deviations = tuple(deviations(connection))

    def append(self, drafts: Sequence[Draft], texts: Mapping[str, Kept] | None = None, *, by: str) -> list[Entry]:
        """Append entries, all or none, with the rulebooks and vocabularies that they name, by their digests.

        Raises:
            Rejected: the journal cannot be written; then nothing of this is in it.
        """
        if not drafts:
            return []
        recording = Recorder(now(), in_unicode(by), software())
        new = {digest: kept for digest, kept in (texts or {}).items() if digest not in self._kept}
        with self._transaction() as connection:
            connection.execute(sa.select(HEADER.c.id).with_for_update())
            for digest, kept in new.items():
                self._keep(digest, kept)
            number, previous = self._last(connection)
            entries = []
            for draft in drafts:
                number += 1
                entries.append(chained(draft, number, previous, recording))
                previous = entries[-1].digest
            connection.execute(sa.insert(ENTRIES), [{n: getattr(e, n) for n in WRITTEN.fields} for e in entries])
            self._check_written(connection, entries, new)
        self._kept.update(new)
        return entries

    def _check_written(self, connection: sa.Connection, entries: Sequence[Entry], texts: Mapping[str, Kept]) -> None:
        """That the entries, and new texts, stand there as they were given, before anybody is told that they do.

        Raises:
            Rejected: they do not; nothing of this is in the journal.
        """
        columns = [ENTRIES.c[name] for name in WRITTEN.fields]
        query = sa.select(*columns).where(ENTRIES.c.number >= entries[0].number).order_by(ENTRIES.c.number)
        stored = [tuple(row) for row in connection.execute(query)]
        kept = sa.select(TEXTS.c.digest, TEXTS.c.kind, TEXTS.c.text).where(TEXTS.c.digest.in_(texts))
        are_kept = {row.digest: Kept(row.kind, row.text) for row in connection.execute(kept)} == dict(texts)
        if not are_kept or stored != [tuple(getattr(e, name) for name in WRITTEN.fields) for e in entries]:
            words = message(
                "the database did not take the entries as they were given to it; nothing of this was recorded"
            )
            raise rejected(self.address.place, "altered-journal", words, _HINT)

    def _keep(self, digest: str, kept: Kept) -> None:
        known = self._connection.execute(sa.select(TEXTS.c.digest).where(TEXTS.c.digest == digest)).first()
        if known is None:
            self._connection.execute(sa.insert(TEXTS).values(digest=digest, **kept._asdict()))

    def _last(self, connection: sa.Connection) -> Head:
        query = sa.select(ENTRIES.c.number, ENTRIES.c.digest).order_by(ENTRIES.c.number.desc()).limit(1)
        row = connection.execute(query).first()
        if row is None:
            return Head(0, self._whole_header(connection).digest)
        if wrong := wrong_text("digest", row.digest):
            raise rejected(self.place_of_entry(row.number), "damaged-entry", wrong, _HINT)
        return Head(*row)

    def place_of_entry(self, number: int) -> Place:
        """The place that diagnostics name of an entry."""
        return place_in_words(message("{journal}, entry {number}", journal=self.shown_address, number=number))

    def place_of(self, folder: Path) -> str:
        """How the journal names a folder of a run: from its own folder, so that both can be moved together."""
        if self.address.path is None:
            return folder.absolute().as_posix()
        # Between a link and what it leads to no path goes up.
        return Path(os.path.relpath(folder.resolve(), self.address.path.resolve().parent)).as_posix()

    def folder_at(self, place: str) -> Path:
        """The folder that `place_of` named so."""
        if self.address.path is None:
            return Path(place)
        folder = self.address.path.parent / place
        is_elsewhere = not _is_there(folder) and self.address.path.is_symlink()
        return self.address.path.resolve().parent / place if is_elsewhere else folder

    def folder_of_run(self, run: Entry) -> Path:
        """The folder of a run; who only reads a journal opens no other than those below its own, or that were given.

        Raises:
            Rejected: it lies elsewhere.
        """
        folder = self.folder_at(str(run.place))
        if self._writes or any(_resolved(folder).is_relative_to(own) for own in self._own_folders()):
            return folder
        words = message(
            "the run lies in {folder}, not below the folder of the journal, and was not read",
            folder=quoted(str(folder)),
        )
        advice = message("--runs FOLDER says where runs may be read")
        raise rejected(self.place_of_entry(run.number), "run-elsewhere", words, advice)

    def _own_folders(self) -> Iterator[Path]:
        path = self.address.path
        yield from (Path.cwd(),) if path is None else (_resolved(path.parent), _resolved(path).parent)
        yield from map(_resolved, self._runs)

    def head(self) -> Head:
        """The number of entries and the digest of the last one; of an empty journal that of its header.

        Raises:
            Rejected: what holds the digest is damaged.
        """
        with self._reading() as connection:
            return self._last(connection)

    def header(self) -> Header:
        """What the journal begins with.

        Raises:
            Rejected: it is not there once, or does not hold what its digest says.
        """
        with self._reading() as connection:
            return self._whole_header(connection)

    def _whole_header(self, connection: sa.Connection) -> Header:
        rows = stored_headers(connection)
        wrong = wrong_header(rows)
        if wrong is not None:
            place = place_in_words(message("{journal}, header", journal=self.shown_address))
            raise rejected(place, "damaged-header", wrong, _HINT)
        return rows[0][0]

    def entry(self, number: int) -> Entry:
        """The entry with a number.

        Raises:
            Rejected: there is none, or it is damaged.
        """
        with self._reading() as connection:
            query = sa.select(*map(_column, self._fields)).where(ENTRIES.c.number == number)
            row = connection.execute(query).first()
        if row is None:
            count = self.head().entries
            advice = (
                message("there are entries 1 to {count}", count=count) if count else message("the journal is empty")
            )
            raise rejected(
                self.address.place, "unknown-entry", message("there is no entry {number}", number=number), advice
            )
        return self._checked(_entry_of(self._fields, row))

    def entries(
        self,
        selection: Filter | None = None,
        *,
        brief: bool = False,
        latest: int | None = None,
        damaged: list[Diagnostic] | None = None,
    ) -> Iterator[Entry]:
        """The entries wanted, in order; brief ones lack their long texts; `latest` takes only so many last ones.

        `damaged` takes what is wrong with entries that are damaged, which are then left out.

        Raises:
            Rejected: an entry is damaged, and `damaged` is not given.
        """
        for entry in self.rows(selection, brief=brief, latest=latest):
            try:
                yield self._checked(entry)
            except Rejected as error:
                if damaged is None:
                    raise
                damaged += error.diagnostics

    def selected(
        self,
        selections: Sequence[Filter],
        damaged: list[Diagnostic] | None = None,
        uncertain: list[Diagnostic] | None = None,
    ) -> Iterator[Entry]:
        """The entries that any of the selections wants, in order; none is passed over for what a column says unproven.

        Every entry is read. Those that are wanted are not compared with their digests here. `damaged` takes what is
        wrong with those of them that are damaged, which are then left out; `uncertain`, which is the same if it is not
        given, takes which others do not hold what their digests say, and may have been wanted.

        Raises:
            Rejected: there is such an entry, and no list for it.
        """
        for entry in self.rows():
            is_wanted = any(selection.wants(entry) for selection in selections)
            left_out = damaged if is_wanted or uncertain is None else uncertain
            try:
                self._checked(entry)
                if not is_wanted and not entry.is_sound:
                    raise self.damaged(entry, _MAY_BE_WANTED)
            except Rejected as error:
                if left_out is None:
                    raise
                left_out += error.diagnostics
            else:
                if is_wanted:
                    yield entry

    def rows(
        self, selection: Filter | None = None, *, brief: bool = False, latest: int | None = None
    ) -> Iterator[Entry]:
        """The entries wanted, whatever stands in them: their fields need not be what they should be."""
        names = tuple(name for name in self._fields if name not in LONG) if brief else self._fields
        query = sa.select(*map(_column, names)).where(*_conditions(selection or Filter()))
        if latest is not None:
            last = query.order_by(ENTRIES.c.number.desc()).limit(latest).subquery()
            query = sa.select(*last.c).order_by(last.c.number)
        else:
            query = query.order_by(ENTRIES.c.number)
        with self._result(query.execution_options(yield_per=200)) as rows:
            for row in rows:
                yield _entry_of(names, row)

    def _checked(self, entry: Entry) -> Entry:
        """An entry whose fields are what they should be, in a format that is read."""
        if FORMATS.get(entry.format) is None:
            words = message("its format `{format}` is not one that this version reads", format=entry.format)
            raise self.damaged(entry, words, message("it says that {software} recorded it", software=entry.software))
        if wrong := wrong_type(entry):
            raise self.damaged(entry, wrong)
        return entry

    def damaged(self, entry: Entry, why: Message, hint: Message = _HINT) -> Rejected:
        """That an entry does not hold what entries hold."""
        return rejected(self.place_of_entry(entry.number), "damaged-entry", why, hint)

    def check_sound(self, entry: Entry) -> None:
        """That a whole entry holds what its digests say.

        Raises:
            Rejected: it does not.
        """
        if not entry.is_sound:
            raise self.damaged(entry, message("it does not hold what its digest says"))

    def not_whole(self, entry: Entry, error: Malformed) -> Rejected:
        """That an entry does not hold a whole record of its kind."""
        words = _NOT_WHOLE.get(entry.kind, message("the entry does not hold a whole {kind}: {error}", kind=entry.kind))
        return self.damaged(entry, words.filled(error=error.words))

    def texts(self) -> Iterator[tuple[str, Kept]]:
        """Every rulebook and vocabulary that is kept, by the digest that it was kept by."""
        with self._result(sa.select(TEXTS).order_by(TEXTS.c.digest)) as rows:
            for row in rows:
                yield row.digest, Kept(row.kind, row.text)

    def text(self, digest: str) -> str | None:
        """The rulebook or vocabulary with a digest; None where it is not kept, or is not what its digest says."""
        with self._reading() as connection:
            row = connection.execute(sa.select(TEXTS.c.text).where(TEXTS.c.digest == digest)).first()
        return row[0] if row and sha256(str(row[0])) == digest else None

    def inconsistent(self) -> Iterator[str]:
        """The names of indexes and views that do not say what the tables say; an empty one where it is no index.

        Raises:
            Rejected: the database cannot be read.
        """
        with self._reading() as connection:
            yield from inconsistent(connection, self.deviations)

    def headers(self) -> list[tuple[Header, str]]:
        """Every row of the header's table, of which there should be one, with the digest that stands beside it."""
        with self._reading() as connection:
            return stored_headers(connection)


def can_be_made(address: str) -> bool:
    """Whether there is no journal in a file, and there can be: nothing has that name, and its folder can be written.

    Raises:
        Rejected: it is no address of a journal.
    """
    path = Address(address).path
    return path is not None and not os.path.lexists(path) and os.access(path.parent, os.W_OK | os.X_OK)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name longer than names can be
        return False


def _resolved(path: Path) -> Path:
    """Where a path leads, through all links; as it stands where it leads nowhere."""
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):  # links in a circle, a null in the name
        return path.absolute()


def now() -> str:
    """The time in UTC, to the microsecond."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def new_run() -> str:
    """A name for one run of a command."""
    return uuid.uuid4().hex[:12]


def software() -> str:
    """The name and version of this software."""
    from importlib.metadata import version  # noqa: PLC0415 - only what is recorded names it

    return f"sekskant {version('sekskant')}"


def _column(name: str) -> sa.ColumnElement[Any]:
    """A column of entries, also one that only journals of later versions have."""
    return ENTRIES.c.get(name, sa.column(name))


def _entry_of(names: Sequence[str], row: Sequence[Any]) -> Entry:
    return Entry(**_EMPTY | dict(zip(names, row, strict=True)))


def _forms(offer: str) -> list[str]:
    """The forms of Unicode in which the same id may be written."""
    return list(dict.fromkeys((offer, *(in_form(form, offer) for form in ("NFC", "NFD")))))


def _conditions(selection: Filter) -> Iterable[sa.ColumnElement[bool]]:
    for name, value in selection._asdict().items():
        if value is None:
            continue
        if name == "since":
            yield ENTRIES.c.recorded_at >= value
        elif name == "until":
            # A day includes all its times.
            yield ENTRIES.c.recorded_at < f"{value}{_LAST}"
        elif name == "kind":
            # Written out, so that the index of overrides serves.
            yield ENTRIES.c.kind == sa.literal(value, literal_execute=True)
        elif name == "offer":
            yield ENTRIES.c.offer.in_(_forms(value))
        elif name == "outcomes":
            yield ENTRIES.c.outcome.in_(value)
        else:
            yield ENTRIES.c[name] == value

"""Edits of a journal in sequences: a cell, and its checksum, and the digests above it; none passes, and each is named.

Whether a journal holds is told here in plain words, and verification must tell the same: with the head that was noted,
and without. What it says must have something to do with what was done.
"""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from engine.decisions.decide import Decider
from engine.decisions.evaluators import REFERENCE
from engine.decisions.trace import Subject
from engine.diagnostics import Diagnostic, Place, Rejected
from engine.journal.drafts import decision_draft, override_draft, run_draft, texts_of
from engine.journal.entry import FORMATS, WRITTEN, Draft, Entry, Header, sealed
from engine.journal.journal import Head, Journal
from engine.journal.records import File, RunRecord, RunRulebook, columns_of, recorded_by, rulebooks_named
from engine.journal.run_files import RECORD, digest_of_run, name_of_kept
from engine.journal.seal import Seal
from engine.journal.seal_check import GivenSeal, SealWitness
from engine.journal.sealing import Sealing
from engine.journal.verify import Fault, verify
from engine.rulebooks.rulebook import Verdict
from engine.values.canonical import canonical, sha256
from tests.chance import tried
from tests.journals import copied, edited
from tests.support import answer, make_rulebook, make_vocabulary

COUNT = 7
FILES = ("decisions/test@1.parquet", "rejected.csv", "run.json")
KEPT_RUNS, OTHER_RUN = "out.runs", "another"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of five decisions, one of them overridden, and of a run, beside which another run stands."""
    vocabulary = make_vocabulary({"needed": {"type": "judgement"}})
    rulebook = make_rulebook(vocabulary, {"C": {"met_when": {"fact": "needed", "is": "yes"}}}, {"all": ["C"]})
    decider = Decider(rulebook, engine=REFERENCE)
    path = tmp_path_factory.mktemp("journal") / "small.db"

    def decided(number: int) -> Any:
        evidence = {"needed": answer("yes", "no"[: number % 2 * 2] or "yes")}
        trace = decider.decide(Subject(f"o{number}", f"Offer {number}"), evidence, 2018)
        return decision_draft(trace, rulebook if number % 2 else None, "run", f'{{"id":"o{number}"}}', "offers.yaml")

    with Journal(str(path), writes=True) as journal:
        entries = [journal.append([decided(n)], texts_of([rulebook]), by="auditor")[0] for n in range(4)]
        override = {"verdict": Verdict.NOT_MET, "outcome": "not_met", "because": "so", "by": "they"}
        journal.append([override_draft(entries[1], "run", **override)], by="they")  # type: ignore[arg-type]
        files = tuple(File(name, sha256(name), 1) for name in FILES)
        recorded_run = RunRecord(2018, (RunRulebook(rulebook.ref, None),), (), files, {"test@1": {"met": 1}})
        digest = digest_of_run(recorded_run)
        place = f"{KEPT_RUNS}/{name_of_kept(digest)}"
        write_run(path.parent / place, "", canonical(recorded_run.record()))
        write_run(path.parent / KEPT_RUNS / OTHER_RUN, "of another run", "{}")
        journal.append([run_draft("r", recorded_run, place, {})], by="auditor")
        journal.append([decided(4)], by="auditor")
    return path


@pytest.fixture(scope="module")
def head(small: Path) -> Head:
    """The head of that journal, as it was noted."""
    with Journal(str(small)) as journal:
        return journal.head()


@pytest.fixture(scope="module")
def seal(small: Path) -> Seal:
    """The seal of that journal, as somebody else has it."""
    with Journal(str(small)) as journal:
        sealing = Sealing(2018)
        assert not verify(journal, witness=sealing).faults
        return sealing.seal(journal.header(), Place("small.db"), "2018-12-31T00:00:00.000000Z")


def write_run(folder: Path, text: str, record: str) -> None:
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name + text)
    (folder / RECORD).write_text(record)


# --- whether a journal holds, in plain words ---


class Stored(NamedTuple):
    """All that a journal stores."""

    headers: list[tuple[Any, ...]]
    entries: list[Entry]
    texts: list[tuple[Any, ...]]
    parts: frozenset[tuple[Any, ...]]
    """The parts of the database, as it names and writes them, and what its own check says of them."""


def stored(path: Path) -> Stored:
    with edited(path) as connection:
        parts = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        parts += [("check", *row) for row in connection.execute("PRAGMA integrity_check")]
        headers = connection.execute("SELECT format, id, created_at, created_by, checksums, digest FROM journal")
        rows = connection.execute(f"SELECT {', '.join(WRITTEN.fields)} FROM entries ORDER BY number")  # noqa: S608
        texts = connection.execute("SELECT digest, kind, text FROM texts")
        return Stored(headers.fetchall(), [Entry(*row) for row in rows], texts.fetchall(), frozenset(parts))


def holds(stored: Stored, folder: Path, made: frozenset[tuple[Any, ...]], noted: Head | None = None) -> bool:
    """Whether what is stored is a journal; and the one whose head was noted, or that one and what came after.

    `made` are the parts of a journal's database.
    """
    try:
        (row,) = stored.headers
        header, digest = Header(*row[:-1]), row[-1]
        parts = [header.digest == digest, header.checksums == header.checksums_now(), _texts_hold(stored)]
        parts.append(stored.parts == made)
        for number, entry in enumerate(stored.entries, 1):
            parts += [
                entry.number == number,
                entry.previous == digest,
                entry.format in FORMATS and entry == sealed(entry),
            ]
            parts += [sha256(entry.content) == entry.content_digest, _says_so(entry), _files_hold(entry, folder)]
            digest = entry.digest
    except (ValueError, TypeError, AttributeError, OSError):
        return False
    return all(parts) and (
        noted is None or [e.digest for e in stored.entries][noted.entries - 1 :][:1] == [noted.digest]
    )


def _says_so(entry: Entry) -> bool:
    return all(getattr(entry, name) == value for name, value in columns_of(recorded_by(entry)).items())


def _files_hold(entry: Entry, folder: Path) -> bool:
    recorded = recorded_by(entry)
    if not isinstance(recorded, RunRecord):
        return True
    run = folder / str(entry.place)
    there = {path.relative_to(run).as_posix(): path.read_text() for path in run.rglob("*") if path.is_file()}
    of_run = {file.path: file.sha256 for file in recorded.files}
    if run.name == entry.content_digest[:16]:
        return {name: sha256(text) for name, text in there.items()} == {**of_run, RECORD: entry.content_digest}
    return all(sha256(there.get(name, "")) == digest for name, digest in of_run.items())


def _texts_hold(stored: Stored) -> bool:
    refs = [ref for entry in stored.entries for ref in rulebooks_named(entry)]
    named = {(r.sha256, "rulebook") for r in refs} | {(r.vocabulary.sha256, "vocabulary") for r in refs}
    kept = {(digest, kind) for digest, kind, _ in stored.texts}
    return named == kept and all(sha256(text) == digest for digest, _, text in stored.texts)


# --- edits ---


class Edit(NamedTuple):
    """What somebody does behind the journal's back, and what verification may say of it."""

    name: str
    numbers: tuple[int, ...]
    cell: tuple[str, Any] = ("", None)


def _entry(connection: sqlite3.Connection, number: int) -> Entry | None:
    row = connection.execute(
        f"SELECT {', '.join(WRITTEN.fields)} FROM entries WHERE number = ?",  # noqa: S608
        (number,),
    ).fetchone()
    return None if row is None else Entry(*row)


def _write(connection: sqlite3.Connection, number: int, **fields: Any) -> None:
    for name, value in fields.items():
        connection.execute(f"UPDATE OR IGNORE entries SET {name} = ? WHERE number = ?", (value, number))  # noqa: S608


def _set(connection: sqlite3.Connection, edit: Edit) -> None:
    column, value = edit.cell
    old = _entry(connection, edit.numbers[0])
    if old is None:
        return
    new = f"{getattr(old, column)}." if value == "+" else value
    if isinstance(getattr(old, column), str) and value == "other":
        other = _entry(connection, edit.numbers[1])
        new = getattr(other, column) if other else "other"
    if new is None and column in ("content", "content_digest", "run", "previous", "digest", "checksums", "kind"):
        new = ""
    try:
        _write(connection, old.number, **{column: new})
    except sqlite3.IntegrityError:
        return


def _set_with_checksum(connection: sqlite3.Connection, edit: Edit) -> None:
    _set(connection, edit)
    if (entry := _entry(connection, edit.numbers[0])) is not None:
        _write(connection, entry.number, checksums=WRITTEN.checksums(entry))


def _sealed(entry: Entry) -> Entry:
    """The entry with whatever digests fit it, as far as there are any."""
    entry = entry._replace(content_digest=sha256(str(entry.content)))
    try:
        return sealed(entry)
    except (KeyError, TypeError, ValueError):  # a format that there is not, or what no record can hold
        return entry


def _forge(connection: sqlite3.Connection, edit: Edit) -> None:
    """A cell, its checksum and the entry's digest."""
    if edit.cell[0]:
        _set(connection, edit)
    if (entry := _entry(connection, edit.numbers[0])) is not None:
        made = _sealed(entry)
        _write(
            connection, entry.number, content_digest=made.content_digest, digest=made.digest, checksums=made.checksums
        )


def _rechain(connection: sqlite3.Connection, edit: Edit) -> None:
    """A forged entry, and all that come after it written anew."""
    _forge(connection, edit)
    _chain_from(connection, edit.numbers[0])


def _chain_from(connection: sqlite3.Connection, number: int) -> None:
    numbers = [
        row[0] for row in connection.execute("SELECT number FROM entries WHERE number >= ? ORDER BY 1", (number,))
    ]
    for one, following in itertools.pairwise(numbers):
        before = _entry(connection, one)
        assert before is not None
        _write(connection, following, previous=before.digest)
        _forge(connection, Edit("forged", (following,)))


def _delete(connection: sqlite3.Connection, edit: Edit) -> None:
    first, last = sorted(edit.numbers)
    connection.execute("DELETE FROM entries WHERE number BETWEEN ? AND ?", (first, last))


def _delete_and_close(connection: sqlite3.Connection, edit: Edit) -> None:
    _delete(connection, edit)
    first, last = sorted(edit.numbers)
    _shift(connection, last + 1, first - last - 1)


def _shift(connection: sqlite3.Connection, start: int, by: int) -> None:
    connection.execute("UPDATE entries SET number = -number - 1000 WHERE number >= ?", (start,))
    connection.execute("UPDATE OR IGNORE entries SET number = ? - number - 1000 WHERE number < -900", (by,))
    connection.execute("DELETE FROM entries WHERE number < -900")


def _renumber(connection: sqlite3.Connection, edit: Edit) -> None:
    start, by = edit.numbers
    _shift(connection, start, by)


def _renumber_and_seal(connection: sqlite3.Connection, edit: Edit) -> None:
    _renumber(connection, edit)
    _chain_from(connection, 0)


def _exchange(connection: sqlite3.Connection, edit: Edit) -> None:
    one, other = edit.numbers
    for before, after in ((one, -900), (other, one), (-900, other)):
        connection.execute("UPDATE entries SET number = ? WHERE number = ?", (after, before))


def _copy(connection: sqlite3.Connection, edit: Edit) -> None:
    """A copy of an entry at a place; those from there on make room."""
    number, place = edit.numbers
    if (entry := _entry(connection, number)) is not None:
        _shift(connection, place, 1)
        _insert(connection, entry._replace(number=place))


def _insert(connection: sqlite3.Connection, entry: Entry) -> None:
    columns, marks = ", ".join(WRITTEN.fields), ", ".join("?" * len(WRITTEN.fields))
    row = [getattr(entry, name) for name in WRITTEN.fields]
    connection.execute(f"INSERT OR IGNORE INTO entries ({columns}) VALUES ({marks})", row)  # noqa: S608


def _append(connection: sqlite3.Connection, edit: Edit) -> None:
    """An entry made of another one, chained to the last: somebody has recorded something more."""
    last = connection.execute("SELECT max(number) FROM entries").fetchone()[0]
    entry, before = _entry(connection, edit.numbers[0]), _entry(connection, last) if last else None
    if entry is not None and before is not None:
        _insert(connection, _sealed(entry._replace(number=before.number + 1, previous=before.digest)))


def _header(connection: sqlite3.Connection, edit: Edit) -> None:
    column, value = edit.cell
    connection.execute(f"UPDATE OR IGNORE journal SET {column} = coalesce(?, '')", (value,))  # noqa: S608


def _header_sealed(connection: sqlite3.Connection, edit: Edit) -> None:
    _header(connection, edit)
    for row in connection.execute("SELECT format, id, created_at, created_by, checksums FROM journal").fetchall():
        header = Header(*row)
        try:
            connection.execute("UPDATE journal SET checksums = ?, digest = ?", (header.checksums_now(), header.digest))
        except (TypeError, ValueError):
            return


def _header_removed(connection: sqlite3.Connection, edit: Edit) -> None:
    connection.execute("DELETE FROM journal")


def _header_inserted(connection: sqlite3.Connection, edit: Edit) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO journal "
        "SELECT id || 'x', format, created_at, created_by, checksums, digest FROM journal LIMIT 1"
    )


def _text(connection: sqlite3.Connection, edit: Edit) -> None:
    connection.execute("UPDATE texts SET text = text || ' ' WHERE rowid = ?", (edit.numbers[0],))


def _text_sealed(connection: sqlite3.Connection, edit: Edit) -> None:
    _text(connection, edit)
    for rowid, text in connection.execute("SELECT rowid, text FROM texts").fetchall():
        connection.execute("UPDATE OR IGNORE texts SET digest = ? WHERE rowid = ?", (sha256(str(text)), rowid))


def _text_kind(connection: sqlite3.Connection, edit: Edit) -> None:
    connection.execute("UPDATE texts SET kind = 'song' WHERE rowid = ?", (edit.numbers[0],))


def _text_removed(connection: sqlite3.Connection, edit: Edit) -> None:
    connection.execute("DELETE FROM texts WHERE rowid = ?", (edit.numbers[0],))


def _text_inserted(connection: sqlite3.Connection, edit: Edit) -> None:
    connection.execute("INSERT OR IGNORE INTO texts VALUES (?, 'rulebook', 'x')", (sha256("x"),))


def _trigger(connection: sqlite3.Connection, edit: Edit) -> None:
    name = f"t{edit.numbers[0]}"
    connection.execute(f"CREATE TRIGGER IF NOT EXISTS {name} AFTER INSERT ON texts BEGIN SELECT raise(ignore); END")


def _view(connection: sqlite3.Connection, edit: Edit) -> None:
    connection.execute("DROP VIEW IF EXISTS decisions")
    query = f"SELECT * FROM entries WHERE number <> {edit.numbers[0]}"  # noqa: S608
    connection.execute(f"CREATE VIEW decisions AS {query}")


def _index_removed(connection: sqlite3.Connection, edit: Edit) -> None:
    connection.execute("DROP INDEX IF EXISTS ix_entries_run")


def _index(connection: sqlite3.Connection, edit: Edit) -> None:
    """Take an entry out of an index, which is made as before; nothing where there is no such entry."""
    if _entry(connection, edit.numbers[0]) is None:
        return
    connection.commit()
    (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'ix_entries_offer'").fetchone()
    for text in (f"{sql} WHERE number <> {edit.numbers[0]}", sql):
        (version,) = connection.execute("PRAGMA schema_version").fetchone()
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'ix_entries_offer'", (text,))
        connection.execute(f"PRAGMA schema_version = {version + 1}")
        connection.execute("PRAGMA writable_schema = OFF")
        connection.commit()
        if text != sql:
            connection.execute("REINDEX ix_entries_offer")
            connection.commit()


def _files(connection: sqlite3.Connection, edit: Edit) -> list[Path]:
    """The files of the run that an edit is about; none where they are gone already."""
    (_, _, database), *_ = connection.execute("PRAGMA database_list").fetchall()
    (folder,) = (path for path in (Path(database).parent / KEPT_RUNS).iterdir() if path.name != OTHER_RUN)
    names = (*FILES, RECORD)
    return [path for number in edit.numbers if (path := folder / names[number % len(names)]).exists()]


def _file(connection: sqlite3.Connection, edit: Edit) -> None:
    for path in _files(connection, edit)[:1]:
        path.write_text("." + path.read_text()[1:])


def _file_removed(connection: sqlite3.Connection, edit: Edit) -> None:
    for path in _files(connection, edit)[:1]:
        path.unlink()


def _file_added(connection: sqlite3.Connection, edit: Edit) -> None:
    for path in _files(connection, edit)[:1]:
        path.with_name(f"more-{path.name}").write_bytes(path.read_bytes())


def _files_exchanged(connection: sqlite3.Connection, edit: Edit) -> None:
    if len(files := _files(connection, edit)) == 2:
        one, other = (path.read_text() for path in files)
        files[0].write_text(other)
        files[1].write_text(one)


def _file_of_another_run(connection: sqlite3.Connection, edit: Edit) -> None:
    for path in _files(connection, edit)[:1]:
        folder = next(parent for parent in path.parents if parent.parent.name == KEPT_RUNS)
        shutil.copyfile(folder.parent / OTHER_RUN / path.relative_to(folder), path)


TEXTS = {"text_altered", "text_removed", "text_inserted"}
"""What the contents of entries that were altered or taken out may name no longer, or name anew."""
NUMBERS = {"altered", "reordered", "renumbered", "replaced", "inserted", "removed", "cut_off", "other_head"}
EDITS: Mapping[str, tuple[Callable[[sqlite3.Connection, Edit], None], set[str]]] = {
    "cell": (_set, {"unknown_format", "altered", "file_missing"}),
    "cell and checksum": (_set_with_checksum, {"unknown_format", "altered", "file_missing"}),
    "cell, checksum and digest": (_forge, {"unknown_format", "altered", "replaced", "other_head", "file_missing"}),
    "all after it too": (_rechain, {"unknown_format", "altered", "replaced", "other_head", "file_missing"}),
    "deleted": (_delete, {"removed", "cut_off"}),
    "deleted and closed up": (_delete_and_close, {"removed", "cut_off"}),
    "renumbered": (_renumber, NUMBERS),
    "renumbered and sealed": (_renumber_and_seal, NUMBERS),
    "exchanged": (_exchange, {"reordered", "altered", "renumbered", "removed"}),
    "copied": (_copy, {"inserted"}),
    "appended": (_append, {"inserted", "replaced"}),
    "header": (_header, {"altered"}),
    "header and its digest": (_header_sealed, {"replaced", "altered"}),
    "header removed": (_header_removed, {"removed"}),
    "header inserted": (_header_inserted, {"inserted"}),
    "text": (_text, {"text_altered"}),
    "text and digest": (_text_sealed, {"text_removed", "text_inserted"}),
    "text kind": (_text_kind, {"text_altered"}),
    "text removed": (_text_removed, {"text_removed"}),
    "text inserted": (_text_inserted, {"text_inserted"}),
    "trigger": (_trigger, {"schema"}),
    "view": (_view, {"schema"}),
    "index removed": (_index_removed, {"schema"}),
    "index": (_index, {"index"}),
    "file": (_file, {"file_altered"}),
    "file removed": (_file_removed, {"file_missing"}),
    "file added": (_file_added, {"file_added"}),
    "files exchanged": (_files_exchanged, {"file_altered"}),
    "file of another run": (_file_of_another_run, {"file_altered"}),
}
PLACES = st.integers(1, COUNT + 1)
COLUMNS = [name for name in WRITTEN.fields if name != "number"]
VALUES = st.sampled_from(
    ["+", "", "other", None, 7, -1, b"\xff\xfe", "{}", "[" * 3000, '{"year": 1e400}', "decision", "run"]
)
CELLS = st.tuples(st.sampled_from(COLUMNS), VALUES)
NO_CELL = st.just(("", None))
HEADERS = st.tuples(st.sampled_from(["format", "created_at", "created_by", "checksums", "digest"]), VALUES)


def edits_named(name: str) -> st.SearchStrategy[Edit]:
    if name in ("cell", "cell and checksum", "cell, checksum and digest", "all after it too"):
        return st.builds(Edit, st.just(name), st.tuples(PLACES, PLACES), CELLS)
    if name.startswith("header"):
        return st.builds(Edit, st.just(name), st.just((1,)), HEADERS)
    if name.startswith("renumbered"):
        return st.builds(Edit, st.just(name), st.tuples(PLACES, st.integers(-3, 9)), NO_CELL)
    return st.builds(Edit, st.just(name), st.tuples(PLACES, PLACES), NO_CELL)


SEQUENCES = st.lists(st.sampled_from(sorted(EDITS)).flatmap(edits_named), min_size=1, max_size=4)


def found_in(path: Path, noted: Head) -> list[Fault]:
    with Journal(str(path)) as journal:
        return list(verify(journal, count=noted.entries or None, digest=noted.digest).faults)


def edited_copy(small: Path, edits: Sequence[Edit]) -> Path:
    folder = small.parent / str(uuid.uuid4())
    shutil.copytree(small.parent / KEPT_RUNS, folder / KEPT_RUNS)
    path = copied(small, folder / "small.db")
    with edited(path) as connection:
        try:
            for edit in edits:
                EDITS[edit.name][0](connection, edit)
        except sqlite3.DatabaseError:
            pass  # SQLite alters nothing more where an index is not as it should be
    return path


@pytest.mark.slow
@tried(200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], soaked=10_000)
@given(edits=SEQUENCES)
def test_no_sequence_of_edits_passes(edits: list[Edit], small: Path, head: Head, seal: Seal) -> None:
    path = edited_copy(small, edits)
    now, witness = stored(path), SealWitness([GivenSeal("seal.json", seal)])
    with Journal(str(path)) as journal:  # opened once: that takes as long as verifying
        with_head = verify(journal, count=head.entries, digest=head.digest).faults
        without = verify(journal, witness=witness).faults
        of_seal = witness.faults([(header.id, digest) for header, digest in journal.headers()])[0]
    made = stored(small).parts
    assert bool(with_head) is not holds(now, path.parent, made, head), (edits, with_head)
    assert bool(without) is not holds(now, path.parent, made), (edits, without)
    assert bool(without or of_seal) is not holds(now, path.parent, made, head), (edits, without, of_seal)
    shutil.rmtree(path.parent)
    kinds = {fault.kind for fault in with_head}
    assert "broken" not in kinds, (edits, with_head)
    if len(edits) == 1:
        assert kinds <= EDITS[edits[0].name][1] | TEXTS, (edits, with_head)


# --- what is said exactly ---

Said = list[tuple[str, int | None, int | None, tuple[str, ...]]]
"""Of each fault its kind, its first and last entry, and its fields."""


def said(faults: Sequence[Fault]) -> Said:
    return [(f.kind, f.first, f.last, f.fields) for f in faults]


def forged(number: int, column: str, value: str) -> Edit:
    return Edit("cell, checksum and digest", (number, number), (column, value))


NAMED: dict[str, tuple[list[Edit], Said]] = {
    "a cell and its checksum": (
        [Edit("cell and checksum", (3, 3), ("recorded_by", "x"))],
        [("altered", 3, None, ("digest",))],
    ),
    "a cell and the digest above it": ([forged(3, "recorded_by", "x")], [("replaced", 3, None, ())]),
    "two neighbours forged": (
        [forged(3, "recorded_by", "x"), forged(4, "recorded_by", "x")],
        [("replaced", 4, None, ())],
    ),
    "the first forged": ([forged(1, "recorded_by", "x")], [("replaced", 1, None, ())]),
    "the first forged to follow another header": ([forged(1, "previous", "+")], [("replaced", 1, None, ())]),
    "the only one left forged to follow another header": (
        [Edit("deleted", (2, COUNT)), forged(1, "previous", "+")],
        [("replaced", 1, None, ()), ("cut_off", 2, COUNT, ())],
    ),
    "the last forged": ([forged(COUNT, "recorded_by", "x")], [("other_head", COUNT, None, ())]),
    "forged with another verdict": (
        [forged(3, "verdict", "not_met")],
        [("altered", 3, 3, ("verdict",)), ("replaced", 3, None, ())],
    ),
    "all written anew from an entry on": (
        [Edit("all after it too", (3, 3), ("recorded_by", "x"))],
        [("other_head", COUNT, None, ())],
    ),
    "a forged kind": (
        [Edit("all after it too", (6, 6), ("kind", "song"))],
        [("altered", 6, 6, ("content",)), ("other_head", COUNT, None, ())],
    ),
    "a forged override": (
        [Edit("all after it too", (5, 5), ("outcome", "met"))],
        [("altered", 5, 5, ("outcome",)), ("other_head", COUNT, None, ())],
    ),
    "a forged year of a run": (
        [Edit("all after it too", (6, 6), ("year", 7))],
        [("altered", 6, 6, ("year",)), ("other_head", COUNT, None, ())],
    ),
    "all renumbered by one": ([Edit("renumbered", (1, 1))], [("renumbered", 1, COUNT, ())]),
    "all renumbered by three": ([Edit("renumbered", (1, 3))], [("renumbered", 1, COUNT, ())]),
    "one removed and all others renumbered": (
        [Edit("deleted and closed up", (4, 4)), Edit("renumbered", (1, 3))],
        [("renumbered", 1, 3, ()), ("removed", 4, 4, ()), ("renumbered", 5, COUNT, ())],
    ),
    "a text": ([Edit("text", (1,))], [("text_altered", 1, None, ("text",))]),
    "the kind of a text": ([Edit("text kind", (1,))], [("text_altered", 1, None, ("kind",))]),
    "a text that was taken out": ([Edit("text removed", (1,))], [("text_removed", 1, None, ("rulebook",))]),
    "a text that was put in": ([Edit("text inserted", (1,))], [("text_inserted", None, None, ())]),
    "a gap": ([Edit("renumbered", (4, 2))], [("renumbered", 4, COUNT, ())]),
    "two gaps": (
        [Edit("renumbered", (3, 1)), Edit("renumbered", (6, 2))],
        [("renumbered", 3, 4, ()), ("renumbered", 5, COUNT, ())],
    ),
    "more taken out than is left": (
        [Edit("deleted and closed up", (1, 6))],
        [("removed", 1, 6, ())],
    ),
    "the tail cut off and the last one in its place": (
        [Edit("deleted", (5, 6)), Edit("renumbered", (COUNT, -2))],
        [("removed", 5, 6, ())],
    ),
    "the tail cut off behind numbers that are as high": (
        [Edit("deleted", (6, 7)), Edit("renumbered", (1, 2))],
        [("renumbered", 1, 5, ()), ("cut_off", 6, COUNT, ())],
    ),
    "removed, and a copy in its place": (
        [Edit("deleted", (3, 3)), Edit("copied", (5, 3)), Edit("renumbered", (5, -1))],
        [("removed", 3, 3, ()), ("inserted", 5, None, ())],
    ),
    "a header and its checksum": ([Edit("header", (1,), ("created_by", "me"))], [("altered", 0, 0, ("created_by",))]),
    "a header's digest": ([Edit("header", (1,), ("digest", "x"))], [("altered", 0, 0, ("digest",))]),
    "a header and its digest": (
        [Edit("header and its digest", (1,), ("created_by", "me"))],
        [("replaced", 0, None, ())],
    ),
    "a header and all entries": (
        [
            Edit("header and its digest", (1,), ("created_by", "me")),
            Edit("all after it too", (1, 1), ("recorded_by", "x")),
        ],
        [("replaced", 0, None, ()), ("other_head", COUNT, None, ())],
    ),
    "a header's checksums": ([Edit("header", (1,), ("checksums", "x"))], [("altered", 0, 0, ("checksums",))]),
    "checksums that are no more": (
        [Edit("cell", (3, 3), ("checksums", ""))],
        [("altered", 3, None, ("checksums",))],
    ),
    "checksums with more after them": (
        [Edit("cell", (3, 3), ("checksums", "+"))],
        [("altered", 3, None, ("checksums",))],
    ),
    "another header": ([Edit("header inserted", (1,))], [("inserted", None, None, ())]),
    "no header": ([Edit("header removed", (1,))], [("removed", 0, 0, ())]),
    "altered and moved": (
        [Edit("cell", (3, 3), ("recorded_by", "x")), Edit("exchanged", (2, 5))],
        [("altered", 3, None, ("recorded_by",)), ("reordered", 2, None, ()), ("reordered", 5, None, ())],
    ),
    "a content altered and moved": (
        [Edit("cell", (3, 3), ("content", "+")), Edit("exchanged", (3, 5))],
        [("removed", 3, 3, ()), ("inserted", None, None, ()), ("reordered", 5, None, ())],
    ),
    "an altered one moved beyond all numbers": (
        [Edit("cell", (7, 7), ("recorded_by", "x")), Edit("exchanged", (7, 2**62))],
        [("removed", 7, 2**62 - 1, ()), ("altered", 2**62, None, ("number", "recorded_by"))],
    ),
    "an order of which two choices are as long": (
        # 6 2 1 7 5 3 4: with 1 3 4 as many are in order as with 2 3 4, and 2 stands where it belongs.
        [Edit("exchanged", numbers) for numbers in ((4, 7), (1, 6), (3, 6))],
        [("reordered", number, None, ()) for number in (1, 6, 7)],
    ),
    "a file that the run did not write": ([Edit("file added", (1,))], [("file_added", 6, None, ())]),
    "the record of a run": ([Edit("file", (3,))], [("file_altered", 6, None, ())]),
    "no record of a run": ([Edit("file removed", (3,))], [("file_missing", 6, None, ())]),
    "two files in each other's place": (
        [Edit("files exchanged", (0, 1))],
        [("file_altered", 6, None, ()), ("file_altered", 6, None, ())],
    ),
    "an altered one moved to the end": (
        [Edit("cell", (3, 3), ("recorded_by", "x")), Edit("exchanged", (3, 8))],
        [("removed", 3, 3, ()), ("altered", 8, None, ("number", "recorded_by"))],
    ),
}


@pytest.mark.parametrize("name", NAMED)
def test_what_was_done_is_named_exactly(name: str, small: Path, head: Head) -> None:
    edits, expected = NAMED[name]
    path = edited_copy(small, edits)
    named = found_in(path, head)
    shutil.rmtree(path.parent)
    assert sorted(said(named), key=str) == sorted(expected, key=str), named


@pytest.mark.parametrize("number", range(1, COUNT + 1))
def test_a_content_and_its_checksum_are_altered_in_whatever_entry(number: int, small: Path) -> None:
    path = edited_copy(small, [Edit("cell and checksum", (number, number), ("content", "{}"))])
    assert ("altered", number, None, ("content",)) in said(found_in(path, Head(0, "")))
    shutil.rmtree(path.parent)


@pytest.mark.parametrize("edit", [Edit("deleted", (3, 3)), Edit("cell", (6, 6), ("recorded_by", "x"))])
def test_a_head_that_was_noted_without_a_count_is_any_that_is_there(edit: Edit, small: Path) -> None:
    path = edited_copy(small, [edit])
    there = {entry.digest for entry in stored(path).entries}
    for digest in [*(entry.digest for entry in stored(small).entries), "0" * 64, "g" * 64]:
        kinds = [fault.kind for fault in found_in(path, Head(0, digest))]
        assert ("other_head" in kinds) is (digest not in there), digest
    shutil.rmtree(path.parent)


@pytest.mark.parametrize(("left", "noted"), [(151, None), (100, 1_500)])
def test_behind_very_many_that_were_taken_out_entries_are_known_by_their_numbers(
    left: int, noted: int | None, tmp_path: Path
) -> None:
    count, path = 1_500, tmp_path / "long.db"
    with Journal(str(path), writes=True) as journal:
        journal.append([Draft("run", "r", "{}", sha256("{}"))] * count, by="auditor")
    with edited(path) as connection:
        _delete(connection, Edit("deleted", (1, count - left)))
        _exchange(connection, Edit("exchanged", (count - 9, count - 4)))
    with Journal(str(path)) as journal:
        named = verify(journal, count=noted).faults
    assert said(named) == [
        ("removed", 1, count - left, ()),
        ("reordered", count - 9, None, ()),
        ("reordered", count - 4, None, ()),
    ]


def test_what_cannot_be_read_on_is_damaged_and_what_was_found_before_stays(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = Rejected([Diagnostic(Place("journal.db"), "journal-damaged", "the file is damaged")])
    rows = Journal.rows

    def some(journal: Journal, *_: Any, **__: Any) -> Iterator[Entry]:
        yield from itertools.islice(rows(journal), 3)
        raise damaged

    path = edited_copy(small, [Edit("header", (1,), ("created_by", "me"))])
    monkeypatch.setattr(Journal, "rows", some)
    with Journal(str(path)) as journal:
        report = verify(journal, count=COUNT)
        monkeypatch.setattr(Journal, "headers", lambda journal: raised(damaged))
        headless = verify(journal)
    shutil.rmtree(path.parent)
    assert report.head == headless.head == Head(0, "")
    assert [(f.kind, str(f.detail)) for f in report.faults] == [("altered", ""), ("damaged", "the file is damaged")]
    assert [(f.kind, str(f.detail)) for f in headless.faults] == [("damaged", "the file is damaged")] * 2


def raised(error: Exception) -> Any:
    raise error

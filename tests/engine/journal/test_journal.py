"""The chain of a journal, and what verification says when it was tampered with."""

from __future__ import annotations

import itertools
import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.diagnostics import Rejected
from engine.journal.drafts import override_draft, run_draft, texts_of
from engine.journal.entry import WRITTEN, Draft, Entry, Recorder, chained, sealed
from engine.journal.journal import Filter, Head, Journal, Kept
from engine.journal.records import File, RunRecord, RunRulebook
from engine.journal.verify import Fault, verify
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Verdict
from engine.values.canonical import decision_text, sha256
from offers.recorded.replay import altered_parts, describing
from tests.journals import edited, record

COUNT = 8


def faults(path: Path, count: int | None = COUNT, digest: str | None = None) -> list[Fault]:
    with Journal(str(path)) as source:
        replayer = describing(source.text)
        report = verify(source, count=count, digest=digest, where=lambda entry: altered_parts(replayer, entry))
    return list(report.faults)


def kinds(path: Path, **noted: Any) -> list[tuple[str, int | None]]:
    return [(fault.kind, fault.first) for fault in faults(path, **noted)]


def test_what_was_recorded_is_there_in_a_chain(whole: Path) -> None:
    with Journal(str(whole)) as journal:
        entries = list(journal.entries())
        assert [e.number for e in entries] == list(range(1, COUNT + 1))
        assert [e.previous for e in entries[1:]] == [e.digest for e in entries[:-1]]
        assert entries[0].previous == journal.header().digest
        assert journal.head() == (COUNT, entries[-1].digest)
    first = json.loads(entries[0].content)
    assert (first["offer"], first["rulebook"]["id"]) == ("gnisten", "hovedstaden.udviklingsstrategi")
    assert "execution" not in first
    assert json.loads(entries[0].execution or "")["engine"] == "reference"
    assert entries[0].recorded_by == "auditor"
    assert entries[0].content_digest == sha256(decision_text(first))


def test_the_chain_covers_time_recorder_execution_and_document_the_decision_digest_does_not(whole: Path) -> None:
    with Journal(str(whole)) as journal:
        entry = journal.entry(1)
    changed = {name: _other(getattr(entry, name)) for name in WRITTEN.checked if name != "content"}
    for name, value in changed.items():
        assert WRITTEN.digest(entry._replace(**{name: value})) != entry.digest, name  # type: ignore[arg-type]
    later = chained(_draft(entry), 1, entry.previous, _recording("2030-01-01", "someone else"))
    assert later.content_digest == entry.content_digest
    assert later.digest != entry.digest


def _other(value: object) -> object:
    return value + 1 if isinstance(value, int) else f"{value}x"


def _draft(entry: Entry) -> Draft:
    return Draft(**{name: getattr(entry, name) for name in Draft._fields})


def _recording(at: str, by: str) -> Recorder:
    return Recorder(at, by, "sekskant 0")


def test_entries_are_filtered(whole: Path) -> None:
    with Journal(str(whole)) as journal:
        every = list(journal.entries())

        def numbers(**selection: Any) -> list[int]:
            return [e.number for e in journal.entries(Filter(**selection))]

        assert numbers(offer="jonstrupvang") == [3, 4]
        assert numbers(offer="jonstrupvang' OR 1=1 --") == []
        assert numbers(rulebook="hovedstaden.mest-specialiserede", verdict="met") == [4, 6, 8]
        assert numbers(run=every[0].run) == list(range(1, COUNT + 1))
        assert numbers(recorded_by="somebody") == []
        day = every[0].recorded_at[:10]
        assert numbers(since=day, until=day) == list(range(1, COUNT + 1))
        assert numbers(until="2001-01-01") == []
        assert [e.number for e in journal.entries(latest=2, brief=True)] == [7, 8]
        with pytest.raises(Rejected, match="there are entries 1 to 8"):
            journal.entry(9)


def test_a_journal_as_recorded_holds(whole: Path) -> None:
    with Journal(str(whole)) as journal:
        head = journal.head()
    assert faults(whole, head.entries, head.digest) == []
    assert faults(whole, None, head.digest) == []
    assert faults(whole, 3, None) == []


def _exchange(connection: sqlite3.Connection, one: int, other: int) -> None:
    for before, after in ((one, -1), (other, one), (-1, other)):
        connection.execute("UPDATE entries SET number = ? WHERE number = ?", (after, before))


def _duplicate(connection: sqlite3.Connection, number: int, place: int) -> None:
    """A copy of an entry at a place; the entries from there on make room."""
    connection.execute("CREATE TEMP TABLE one AS SELECT * FROM entries WHERE number = ?", (number,))
    connection.execute("UPDATE entries SET number = -number WHERE number >= ?", (place,))
    connection.execute("UPDATE entries SET number = 1 - number WHERE number < 0")
    connection.execute("UPDATE one SET number = ?", (place,))
    connection.execute("INSERT INTO entries SELECT * FROM one")


def _forge(connection: sqlite3.Connection, number: int, **fields: Any) -> None:
    """Alter an entry and give it the digest and checksums that fit."""
    columns = ", ".join(WRITTEN.fields)
    row = connection.execute(f"SELECT {columns} FROM entries WHERE number = ?", (number,)).fetchone()  # noqa: S608
    entry = Entry(*row)._replace(**fields)
    entry = entry._replace(content_digest=sha256(entry.content))
    entry = sealed(entry)
    for name, value in zip(WRITTEN.fields, entry, strict=False):
        connection.execute(f"UPDATE entries SET {name} = ? WHERE number = ?", (value, number))  # noqa: S608


Edit = Callable[[sqlite3.Connection], object]
EDITS: dict[str, tuple[Edit, list[tuple[str, int | None]]]] = {
    "removed": (lambda c: c.execute("DELETE FROM entries WHERE number IN (3, 4)"), [("removed", 3)]),
    "removed first": (lambda c: c.execute("DELETE FROM entries WHERE number = 1"), [("removed", 1)]),
    "removed and the rest counted anew": (
        lambda c: c.executescript(
            "DELETE FROM entries WHERE number = 3; UPDATE entries SET number = number - 1 WHERE number > 3"
        ),
        [("removed", 3)],
    ),
    "exchanged": (lambda c: _exchange(c, 2, 5), [("reordered", 2), ("reordered", 5)]),
    "exchanged neighbours": (lambda c: _exchange(c, 4, 5), [("reordered", 5)]),
    "moved to the end": (
        lambda c: c.executescript(
            "UPDATE entries SET number = 9 WHERE number = 3; UPDATE entries SET number = number - 1 WHERE number > 3"
        ),
        [("reordered", 3)],
    ),
    "altered and below all numbers": (
        lambda c: c.execute("UPDATE entries SET number = -3, recorded_by = 'x' WHERE number = 3"),
        [("altered", -3), ("removed", 3)],
    ),
    "copied to the end": (lambda c: _duplicate(c, 3, 9), [("inserted", 3)]),
    "copied in between": (lambda c: _duplicate(c, 7, 4), [("inserted", 7)]),
    "forged": (lambda c: _forge(c, 5, recorded_by="somebody else"), [("replaced", 5)]),
    "forged first": (lambda c: _forge(c, 1, recorded_by="somebody else"), [("replaced", 1)]),
    "cut off": (lambda c: c.execute("DELETE FROM entries WHERE number > 6"), [("cut_off", 7)]),
    "emptied": (lambda c: c.execute("DELETE FROM entries"), [("text_inserted", None)] * 3 + [("cut_off", 1)]),
    "header": (lambda c: c.execute("UPDATE journal SET created_by = 'me'"), [("altered", 0)]),
    "header removed": (lambda c: c.execute("DELETE FROM journal"), [("removed", 0)]),
    "vocabulary removed": (lambda c: c.execute("DELETE FROM texts WHERE kind = 'vocabulary'"), [("text_removed", 1)]),
    "vocabulary altered": (
        lambda c: c.execute("UPDATE texts SET text = text || ' ' WHERE kind = 'vocabulary'"),
        [("text_altered", 1)],
    ),
    "text inserted": (
        lambda c: c.execute("INSERT INTO texts VALUES (?, 'rulebook', 'x')", (sha256("x"),)),
        [("text_inserted", None)],
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_tampering_is_named(name: str, journal: Path) -> None:
    edit, expected = EDITS[name]
    with edited(journal) as connection:
        edit(connection)
    assert kinds(journal) == expected


@pytest.mark.parametrize("field", [name for name in WRITTEN.fields if name != "number"])
def test_an_altered_field_is_named(field: str, journal: Path) -> None:
    with edited(journal) as connection:
        connection.execute(f"UPDATE entries SET {field} = coalesce({field}, 6) || '7' WHERE number = 4")  # noqa: S608
    (fault,) = faults(journal)
    assert (fault.kind, fault.first, fault.fields) == ("altered", 4, (field,))


def test_the_altered_part_of_a_decision_is_named(journal: Path) -> None:
    with edited(journal) as connection:
        (content,) = connection.execute("SELECT content FROM entries WHERE number = 4").fetchone()
        altered = content.replace('"id":"B4"', '"id":"B4","oops":1').replace('"verdict":"met"', '"verdict":"not_met"')
        connection.execute("UPDATE entries SET content = ? WHERE number = 4", (altered,))
    (fault,) = faults(journal)
    assert fault.fields == ("content.criteria.B4.oops", "content.verdict")


def test_a_cut_off_tail_shows_only_against_the_head_that_was_noted(journal: Path) -> None:
    with Journal(str(journal)) as source:
        head = source.head()
    with edited(journal) as connection:
        connection.execute("DELETE FROM entries WHERE number > 6")
    assert kinds(journal, count=None) == []
    assert kinds(journal, count=None, digest=head.digest) == [("other_head", None)]
    assert kinds(journal, count=head.entries, digest=head.digest) == [("cut_off", 7)]


def test_a_tail_written_anew_is_not_the_one_whose_head_was_noted(journal: Path) -> None:
    with Journal(str(journal)) as source:
        head = source.head()
    with edited(journal) as connection:
        _forge(connection, COUNT, recorded_at="2001-01-01T00:00:00.000000Z")
    assert kinds(journal, count=None) == []
    assert kinds(journal, count=head.entries, digest=head.digest) == [("other_head", COUNT)]


def test_columns_that_do_not_say_what_the_decision_says_are_noticed(journal: Path) -> None:
    with edited(journal) as connection:
        _forge(connection, COUNT, verdict="not_met", outcome="not_most_specialised")
    (fault,) = faults(journal)
    assert (fault.kind, fault.first, fault.fields) == ("altered", COUNT, ("verdict", "outcome"))


def test_a_later_head_still_holds_the_earlier_one(journal: Path) -> None:
    with Journal(str(journal)) as source:
        noted = source.head()
    record(str(journal), ["sofieskolen"])
    assert faults(journal, noted.entries, noted.digest) == []


def test_a_run_is_recorded_with_its_files_and_verified_against_them(tmp_path: Path) -> None:
    rulebook = Library().in_force(2018)[0]
    (tmp_path / "out" / "decisions").mkdir(parents=True)
    file = tmp_path / "out" / "decisions" / "x@1.parquet"
    file.write_bytes(b"rows")
    run = RunRecord(
        2018,
        (RunRulebook(rulebook.ref, None),),
        (File("register.csv", sha256("in"), 2),),
        (File("decisions/x@1.parquet", sha256("rows"), 2),),
        {f"{rulebook.id}@{rulebook.version}": {"met": 1, "undetermined": 1}},
    )
    draft = run_draft("r1", run, "out", {"engine": "columnar"})
    path = tmp_path / "journal.db"
    with Journal(str(path), writes=True) as journal:
        journal.append([draft], texts_of([rulebook]), by="auditor")
    assert faults(path, 1) == []
    file.write_bytes(b"other rows")
    assert [(f.kind, f.first, f.detail) for f in faults(path, 1)] == [("file_altered", 1, str(file))]
    file.unlink()
    assert kinds(path, count=1) == [("file_missing", 1)]


def test_all_entries_of_an_append_are_recorded_or_none(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    good = Draft("run", "r", "{}", sha256("{}"))
    with Journal(str(path), writes=True) as journal:
        empty = journal.head()
        with pytest.raises(Rejected):
            journal.append([good, good._replace(content=None)], {"d": Kept("rulebook", "x")}, by="me")  # type: ignore[arg-type]
        assert journal.head() == empty
        assert list(journal.texts()) == []
        journal.append([good], by="me")
        assert journal.head().entries == 1


def test_what_is_no_journal_is_said(tmp_path: Path) -> None:
    text, other = tmp_path / "notes.txt", tmp_path / "other.db"
    text.write_text("notes " * 100)
    with edited(other) as connection:
        connection.execute("CREATE TABLE songs (title)")
    for path, writes, message in (
        (tmp_path / "nowhere.db", False, "journal-unreadable: there is no journal"),
        (tmp_path / "no" / "folder.db", True, "journal-unreadable: the file cannot be opened"),
        (text, False, "not-a-journal: the file is no journal"),
        (text, True, "not-a-journal: the file is no journal"),
        (other, False, "not-a-journal: there is no journal in this database"),
        (other, True, "not-a-journal: there are other tables here: `songs`"),
    ):
        with pytest.raises(Rejected, match=re.escape(message)):
            Journal(str(path), writes=writes)
    assert text.read_text() == "notes " * 100


@pytest.mark.parametrize("address", ["mysql://host/x", "sqlite://", "://"])
def test_an_address_that_is_none_is_said(address: str) -> None:
    with pytest.raises(Rejected, match="journal-address"):
        Journal(address)


def test_a_password_is_never_shown() -> None:
    with pytest.raises(Rejected) as caught:
        Journal("postgresql+psycopg://me:secret@127.0.0.1:1/x")
    assert "secret" not in str(caught.value)
    assert "me:***@" in str(caught.value)


def test_an_empty_journal_has_the_head_of_its_header(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with Journal(str(path), writes=True) as journal:
        head = journal.head()
        assert head == Head(0, journal.header().digest)
    assert faults(path, 0, head.digest) == []


@pytest.mark.parametrize("writes", [False, True], ids=["reads", "writes"])
@pytest.mark.parametrize("stop", range(COUNT + 1))
def test_who_stops_reading_early_leaves_nothing_behind(
    stop: int, writes: bool, journal: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Journal(str(journal), writes=writes) as source:
        unread = [source.rows(), source.rows(brief=True), source.entries(), source.texts()]
        for rows in unread[: 1 if writes else None]:  # who writes has one turn at a time
            list(itertools.islice(rows, stop))
    with Journal(str(journal), writes=True) as other:
        assert other.head().entries == COUNT
    del unread, rows
    assert caplog.records == []


def test_an_entry_dated_before_the_one_that_it_follows_is_remarked(journal: Path) -> None:
    with edited(journal) as connection:
        _forge(connection, COUNT, recorded_at="2001-01-01T00:00:00.000000Z")
    with Journal(str(journal)) as source:
        assert (verify(source).faults, verify(source).dated_before) == ((), (COUNT,))


def test_more_entries_than_small_numbers_are_a_chain(journal: Path) -> None:
    with Journal(str(journal), writes=True) as source:
        of = source.entry(1)
        draft = override_draft(of, "r", verdict=Verdict.MET, outcome="covered", because="Aftalt.", by="Udvalget")
        source.append([draft] * 300, by="auditor")
    assert faults(journal, COUNT + 300) == []


def test_a_text_that_was_altered_or_is_not_kept_is_none(journal: Path) -> None:
    with Journal(str(journal)) as source:
        kept = Library().in_force(2018)[0]
        assert source.text(kept.sha256) == kept.written_as.decode()
        assert source.text("x") is None
    with edited(journal) as connection:
        connection.execute("UPDATE texts SET text = text || ' ' WHERE kind = 'rulebook'")
    with Journal(str(journal)) as source:
        assert source.text(kept.sha256) is None


def test_a_folder_is_found_beside_the_link_or_else_beside_what_it_leads_to(journal: Path, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "journal.db"
    link.symlink_to(journal)
    with Journal(str(link)) as linked, Journal(str(journal)) as plain:
        assert linked.place_of(tmp_path / "out") == plain.place_of(tmp_path / "out") == "out"
        assert plain.folder_at("out") == tmp_path / "out"
        assert linked.folder_at("out") == tmp_path.resolve() / "out"
        (tmp_path / "links" / "out").mkdir()
        assert linked.folder_at("out") == tmp_path / "links" / "out"
        (tmp_path / "out").mkdir()
        assert plain.folder_at("out") == tmp_path / "out"


def test_the_head_of_an_empty_journal_is_that_of_its_header(journal: Path) -> None:
    with Journal(str(journal)) as source:
        of_header, of_entries = source.header().digest, [entry.digest for entry in source.rows()]
    for digest in of_entries:
        assert [kind for kind, _ in kinds(journal, count=0, digest=digest)] == ["other_head"]
    assert "other_head" not in {kind for kind, _ in kinds(journal, count=0, digest=of_header)}

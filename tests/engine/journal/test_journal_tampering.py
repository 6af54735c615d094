"""Every change to what a journal stores is noticed, and its kind is named."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from engine.decisions.decide import Decider
from engine.decisions.trace import Subject
from engine.diagnostics import Rejected
from engine.journal.drafts import decision_draft, texts_of
from engine.journal.journal import Head, Journal
from engine.journal.verify import Fault, verify
from tests.chance import tried
from tests.journals import copied, edited
from tests.support import answer, make_rulebook, make_vocabulary

COUNT = 4
MIDDLE = 2


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of six real decisions by a rulebook of one criterion."""
    vocabulary = make_vocabulary({"needed": {"type": "judgement"}})
    criteria = {"C": {"met_when": {"fact": "needed", "is": "yes"}}}
    rulebook = make_rulebook(vocabulary, criteria, {"all": ["C"]})
    decider = Decider(rulebook, is_checked=False)
    path = tmp_path_factory.mktemp("journal") / "small.db"
    with Journal(str(path), writes=True) as journal:
        for i in range(COUNT):
            trace = decider.decide(
                Subject(f"o{i}", f"Offer {i}"), {"needed": answer("yes", "no"[: i % 2 * 2] or "yes")}, 2018
            )
            draft = decision_draft(trace, None, "run", f'{{"id":"o{i}"}}', f"offers.yaml:{i}")
            journal.append([draft], texts_of([rulebook]), by="auditor")
    return path


def head_of(path: Path) -> Head:
    with Journal(str(path)) as journal:
        return journal.head()


def found_in(path: Path, head: Head | None = None) -> list[Fault]:
    with Journal(str(path)) as journal:
        noted = head or Head(0, "")
        return list(verify(journal, count=noted.entries or None, digest=noted.digest or None).faults)


def cells(path: Path) -> Iterator[tuple[str, int, str, bytes | int]]:
    """Every stored value: its table, row, column, and bytes or number."""
    with edited(path) as connection:
        for table in ("journal", "entries", "texts"):
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            for name in names:
                query = f"SELECT rowid, {name}, CAST({name} AS BLOB) FROM {table}"  # noqa: S608 - names of our tables
                for row, value, data in connection.execute(query):
                    if value is not None:
                        yield table, row, name, value if isinstance(value, int) else data


def flipped(value: bytes | int, *, each: int) -> Iterator[bytes | int]:
    """The value with one bit of one byte turned, in each so manieth byte."""
    if isinstance(value, int):
        yield from (value ^ (1 << bit) for bit in range(16))
        return
    for i in range(0, len(value), each):
        yield value[:i] + bytes([value[i] ^ (1 << (i % 8))]) + value[i + 1 :]


@pytest.mark.slow
def test_every_flipped_byte_is_noticed_and_its_field_named(small: Path, tmp_path: Path) -> None:
    path, head = copied(small, tmp_path / "journal.db"), head_of(small)
    tried = 0
    for table, row, column, value in list(cells(small)):
        # Every byte of one entry, of the header and of the vocabulary; of the others, which are like it, some.
        whole = table == "journal" or row == MIDDLE
        with edited(path) as connection:
            for changed in flipped(value, each=1 if whole else 23):
                placeholder = "?" if isinstance(changed, int) else "CAST(? AS TEXT)"
                statement = f"UPDATE {table} SET {column} = {placeholder} WHERE rowid = ?"  # noqa: S608 - our names
                try:
                    connection.execute(statement, (changed, row))
                except sqlite3.IntegrityError:
                    continue  # a number that another entry has
                connection.commit()
                _assert_named(found_in(path, head), table, row, column)
                connection.execute(statement, (value, changed if column == "number" else row))
                connection.commit()
                tried += 1
    assert found_in(path, head) == []
    assert tried > 2000


def _assert_named(faults: list[Fault], table: str, row: int, column: str) -> None:
    where = (table, row, column)
    assert faults, where
    if table == "journal":
        assert any(f.kind == "altered" and f.first == 0 and f.fields == (column,) for f in faults), (where, faults)
    elif table == "texts":
        assert {f.kind for f in faults} & {"text_altered", "text_removed"}, (where, faults)
    elif column == "number":
        assert {f.kind for f in faults} & {"altered", "reordered", "renumbered"}, (where, faults)
    else:
        altered = [f for f in faults if f.kind == "altered"]
        assert any(f.first == row and column in f.fields for f in altered), (where, faults)


@pytest.mark.slow
def test_a_flipped_byte_of_the_file_is_noticed_or_changes_nothing(small: Path, tmp_path: Path) -> None:
    with Journal(str(small)) as journal:
        everything = list(journal.entries()), list(journal.texts()), journal.headers()
    data, path, head = small.read_bytes(), tmp_path / "journal.db", head_of(small)
    noticed = 0
    for i in range(0, len(data), 101):
        path.write_bytes(data[:i] + bytes([data[i] ^ 0x11]) + data[i + 1 :])
        for rest in tmp_path.glob("journal.db-*"):
            rest.unlink()
        try:
            faults = found_in(path, head)
            if not faults:
                with Journal(str(path)) as journal:
                    assert (list(journal.entries()), list(journal.texts()), journal.headers()) == everything, i
        except Rejected:
            faults = [Fault("damaged")]
        noticed += bool(faults)
    assert noticed > 50


NUMBERS = st.integers(1, COUNT)
EDITS = st.one_of(
    st.tuples(st.just("removed"), NUMBERS, NUMBERS),
    st.tuples(st.just("reordered"), NUMBERS, NUMBERS),
    st.tuples(st.just("inserted"), NUMBERS, st.integers(1, COUNT + 1)),
    st.tuples(st.just("altered"), NUMBERS, st.sampled_from(["recorded_at", "recorded_by", "content", "previous"])),
    st.tuples(st.just("cut_off"), NUMBERS, NUMBERS),
)


def apply(connection: sqlite3.Connection, kind: str, one: int, other: int | str) -> None:
    """One edit behind the journal's back."""
    match kind:
        case "removed":
            connection.execute("DELETE FROM entries WHERE number = ?", (one,))
        case "cut_off":
            connection.execute("DELETE FROM entries WHERE number >= ?", (one,))
        case "altered":
            connection.execute(f"UPDATE entries SET {other} = {other} || '.' WHERE number = ?", (one,))  # noqa: S608
        case "reordered":
            for before, after in ((one, -1), (other, one), (-1, other)):
                connection.execute("UPDATE entries SET number = ? WHERE number = ?", (after, before))
        case "inserted":
            connection.execute("DROP TABLE IF EXISTS one")
            connection.execute("CREATE TEMP TABLE one AS SELECT * FROM entries WHERE number = ?", (one,))
            connection.execute("UPDATE entries SET number = -number WHERE number >= ?", (other,))
            connection.execute("UPDATE entries SET number = 1 - number WHERE number < 0")
            connection.execute("UPDATE one SET number = ?", (other,))
            connection.execute("INSERT INTO entries SELECT * FROM one")


def rows(path: Path) -> list[tuple[object, ...]]:
    with edited(path) as connection:
        return connection.execute("SELECT * FROM entries ORDER BY number").fetchall()


@pytest.mark.slow
@tried(150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(EDITS, min_size=1, max_size=4))
def test_random_edits_are_noticed(edits: list[tuple[str, int, int | str]], small: Path, tmp_path: Path) -> None:
    path = copied(small, tmp_path / f"{uuid.uuid4()}.db")
    with edited(path) as connection:
        for edit in edits:
            apply(connection, *edit)
    is_same = rows(path) == rows(small)
    faults = found_in(path, head_of(small))
    assert bool(faults) is not is_same
    if len(edits) == 1 and not is_same:
        (kind, one, _), kinds = edits[0], {fault.kind for fault in faults}
        ends = kind == "removed" and one == COUNT
        assert kinds <= ({"cut_off", "text_inserted"} if ends or kind == "cut_off" else {kind}), (edits, faults)


@tried(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(1, COUNT + 1)))
def test_any_other_order_is_named_as_reordered(order: list[int], small: Path, tmp_path: Path) -> None:
    path = copied(small, tmp_path / f"{uuid.uuid4()}.db")
    with edited(path) as connection:
        connection.execute("UPDATE entries SET number = -number")
        for place, number in enumerate(order, 1):
            connection.execute("UPDATE entries SET number = ? WHERE number = ?", (place, -number))
    kinds = {fault.kind for fault in found_in(path, head_of(small))}
    assert kinds == (set() if order == sorted(order) else {"reordered"})

"""Whatever stands in the cells of a journal, commands answer in words and show what is sound: never a traceback."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from engine.journal.entry import ENTRY_1, Entry, sealed
from engine.values.canonical import canonical, sha256
from tests.chance import tried
from tests.cli.audit.test_journals_of_before import COUNT, RECORDED, restored
from tests.command import Ran, here
from tests.journals import copied, edited

DEEP = "[" * 100_000
ODD_CELLS = st.sampled_from(
    (
        *(
            None,
            "",
            0,
            -1,
            10**17,
            2**62,
            2**63 - 1,
            1.5,
            b"",
            b"\xff\xfe",
            b"text",
            "\x00",
            "x",
            "null",
            "[]",
            "7",
            DEEP,
        ),
        *('{"a": NaN}', '"\\ud800"', '{"engine": 7}', '{"fired": 7, "engine": "x"}'),
    )
)
"""Values of all kinds that a cell of SQLite can hold, and texts that are JSON of another kind than expected."""
ODD_NODES = st.sampled_from([None, 7, 2**70, -1.5, "x", "", [], [7], {}, {"a": 7}, True])
COMMANDS = (
    ("list",),
    ("list", "--format", "json"),
    ("list", "--format", "csv"),
    ("show", "{n}"),
    ("show", "{n}", "--format", "json"),
    ("show", "{n}/c1@hovedstaden.udviklingsstrategi"),
    ("why", "{n}"),
    ("why-not", "{n}", "--outcome", "most_specialised"),
    ("history", "bakken"),
    ("history", "bakken", "--format", "json"),
    ("replay", "--all"),
    ("replay", "{n}"),
    ("receipt", "{n}"),
    ("head",),
    ("verify",),
    ("verify", "--format", "json"),
    ("export", "--format", "jsonl"),
    ("export", "--format", "csv"),
    ("export", "--format", "prov"),
    ("export", "--mask", "diagnoses"),
    ("override", "{n}", "--verdict", "met", "--because", "so"),
    ("assess",),
)
LONG = ("content", "execution", "document", "superset")
tries = tried(200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], soaked=7_500)


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return restored("journal-1", tmp_path_factory.mktemp("odd"))


def run(path: Path, command: tuple[str, ...], number: int) -> Ran:
    if command == ("assess",):
        return here("assess", str(RECORDED / "journal-1" / "offers.yaml"), "--year", "2018", "--journal", str(path))
    return here("audit", *(part.format(n=number) for part in command), "--journal", str(path))


def answers(path: Path, command: tuple[str, ...], number: int) -> Ran:
    """A command ends with an exit code of those that fit, and says something unless all is well."""
    ran = run(path, command, number)
    assert ran.code in (0, 1, 4), ran
    assert ran.code == 0 or ran.err or ran.out
    return ran


def entry_in(path: Path, number: int) -> Entry:
    with edited(path) as connection:
        query = f"SELECT {', '.join(ENTRY_1.fields)} FROM entries WHERE number = ?"  # noqa: S608
        return Entry(*connection.execute(query, (number,)).fetchone())


def write(path: Path, at: int, /, **cells: Any) -> None:
    with edited(path) as connection:
        for column, value in cells.items():
            try:
                connection.execute(f"UPDATE entries SET {column} = ? WHERE number = ?", (value, at))  # noqa: S608
            except sqlite3.IntegrityError:
                return  # a cell that has to hold something


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a record."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(below for key, part in items for below in paths_in(part, (*path, key)))]


def changed_at(value: Any, path: tuple[Any, ...], how: str, odd: Any) -> Any:
    """A record with another value at a place, or without what stands there, or with something more in it."""
    if not path:
        return {**value, "odd": odd} if how == "added" and isinstance(value, dict) else odd
    copy = value.copy()
    if how == "deleted" and len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = changed_at(value[path[0]], path[1:], how, odd)
    return copy


@tries
@given(
    st.integers(1, COUNT),
    st.dictionaries(st.sampled_from(ENTRY_1.fields), ODD_CELLS, min_size=1, max_size=3),
    st.sampled_from(COMMANDS),
)
def test_an_odd_cell_is_said(former: Path, number: int, cells: dict[str, Any], command: tuple[str, ...]) -> None:
    path = copied(former, former.with_name("cell.db"))
    last = {name: cells.pop(name) for name in ("number",) if name in cells}
    write(path, number, **cells)
    write(path, number, **last)
    at = last.get("number")
    answers(path, command, at if isinstance(at, int) and 0 <= at < 10**18 else number)


@pytest.mark.slow
@tries
@given(
    st.integers(1, COUNT),
    st.sampled_from(["changed", "deleted", "added"]),
    ODD_NODES,
    st.booleans(),
    st.sampled_from(COMMANDS),
    st.data(),
)
def test_an_odd_part_of_a_record_is_said(
    former: Path, number: int, how: str, odd: Any, seals: bool, command: tuple[str, ...], data: st.DataObject
) -> None:
    path = copied(former, former.with_name("record.db"))
    entry = entry_in(path, number)
    column = data.draw(st.sampled_from([name for name in LONG if getattr(entry, name) is not None]))
    record = json.loads(getattr(entry, column))
    text = json.dumps(changed_at(record, data.draw(st.sampled_from(paths_in(record))), how, odd))
    changed = entry._replace(**{column: text})  # type: ignore[arg-type]
    if seals:
        changed = sealed(changed._replace(content_digest=sha256(changed.content)))
    write(path, number, **{name: getattr(changed, name) for name in (*LONG, "content_digest", "digest", "checksums")})
    answers(path, command, number)


SOUND = (
    (("list",), "Bakken"),
    (("history", "bakken"), "hovedstaden.udviklingsstrategi"),
    (("replay", "--all"), "identical"),
    (("export", "--format", "jsonl", "--offer", "bakken"), "Bakken"),
    (("show", "3"), "Bakken"),
)


@pytest.mark.parametrize(("command", "shown"), SOUND, ids=[" ".join(command) for command, _ in SOUND])
@pytest.mark.parametrize(("column", "value"), [("year", "x"), ("name", b"\xff"), ("kind", b"7"), ("content", b"{}")])
def test_what_is_sound_is_shown_beside_what_is_damaged(
    command: tuple[str, ...], shown: str, column: str, value: Any, former: Path
) -> None:
    path = copied(former, former.with_name("sound.db"))
    write(path, 1, **{column: value})
    ran = run(path, command, 3)
    assert shown in ran.out
    assert ran.code == (0 if command == ("show", "3") else 4), ran
    assert ("entry 1: damaged-entry: " in ran.err) is (ran.code == 4)


PARTS = (
    ("criteria", 7, "`criteria` is not a list"),
    ("criteria", ["x"], "`criteria.1` is not a mapping"),
    ("overrides", [{"tests": 7}], "`overrides.1.tests` is not a list"),
    ("rulebook", "x", "`rulebook` is not a mapping"),
    ("verdict", None, "`verdict` is not a text"),
    ("year", "2018", "`year` is not a whole number"),
)


@pytest.mark.parametrize(("part", "value", "wrong"), PARTS)
@pytest.mark.parametrize("command", [("show", "1"), ("export", "--format", "csv"), ("export", "--mask", "diagnoses")])
def test_a_record_that_is_not_whole_is_said(
    command: tuple[str, ...], part: str, value: Any, wrong: str, former: Path
) -> None:
    path = copied(former, former.with_name("part.db"))
    entry = entry_in(path, 1)
    content = canonical(json.loads(entry.content) | {part: value})
    made = sealed(entry._replace(content=content, content_digest=sha256(content)))
    write(path, 1, **{name: getattr(made, name) for name in ("content", "content_digest", "digest", "checksums")})
    ran = run(path, command, 1)
    assert (ran.code, ran.err) == (
        4,
        f"{path}, entry 1: damaged-entry: the entry does not hold a whole decision: {wrong}\n"
        "  hint: `sekskant audit verify` says what is wrong\n",
    )
    assert bool(ran.out) is (command[0] == "show")


HEADERS = {
    "bytes": ("UPDATE journal SET id = x'ff'", "`id` is not a text"),
    "no UTF-8": ("UPDATE journal SET created_by = CAST(x'ff' AS TEXT)", "`created_by` is not UTF-8"),
    "another": ("UPDATE journal SET created_by = 'me'", "it does not hold what its digest says"),
    "another digest": ("UPDATE journal SET digest = 'x'", "it does not hold what its digest says"),
    "taken out": ("DELETE FROM journal", "it was taken out"),
    "two": (
        "INSERT INTO journal SELECT id || 'x', format, created_at, created_by, checksums, digest FROM journal",
        "it stands there more than once",
    ),
}


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("command", [("head",), ("receipt", "1")])
def test_a_damaged_header_is_said(command: tuple[str, ...], name: str, former: Path) -> None:
    path = copied(former, former.with_name("header.db"))
    statement, wrong = HEADERS[name]
    with edited(path) as connection:
        connection.execute(statement)
    ran = run(path, command, 1)
    assert (ran.code, ran.err) == (
        4,
        f"{path}, header: damaged-header: {wrong}\n  hint: `sekskant audit verify` says what is wrong\n",
    )
    assert ran.out.startswith(f"Count: {COUNT}\n" if command == ("head",) else "")


@pytest.mark.parametrize("column", ["format", "id", "created_at", "created_by", "checksums", "digest"])
@pytest.mark.parametrize("value", [7, b"\xff", "", DEEP])
@pytest.mark.parametrize("is_empty", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_an_odd_header_is_said_by_every_command(column: str, value: Any, is_empty: bool, former: Path) -> None:
    path = copied(former, former.with_name("odd-header.db"))
    with edited(path) as connection:
        connection.execute(f"UPDATE journal SET {column} = ?", (value,))  # noqa: S608
        connection.execute("DELETE FROM entries WHERE ?", (is_empty,))
    for command in (("head",), ("verify",), ("override", "1", "--verdict", "met", "--because", "so"), ("receipt", "1")):
        answers(path, command, 1)


@pytest.mark.parametrize("column", ["digest", "kind", "text"])
@pytest.mark.parametrize("value", [7, b"\xff", "", DEEP])
def test_an_odd_text_is_said(column: str, value: Any, former: Path) -> None:
    path = copied(former, former.with_name("text.db"))
    with edited(path) as connection:
        connection.execute(f"UPDATE texts SET {column} = ? WHERE rowid = 1", (value,))  # noqa: S608
    for command in (
        ("show", "1"),
        ("replay", "--all"),
        ("verify",),
        ("receipt", "1"),
        ("export", "--mask", "diagnoses"),
    ):
        answers(path, command, 1)


@tried(40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ODD_NODES, st.sampled_from(["changed", "deleted", "added"]), st.data())
def test_an_odd_receipt_is_said(tmp_path: Path, former: Path, odd: Any, how: str, data: st.DataObject) -> None:
    record = json.loads((RECORDED / "journal-1" / "receipt.json").read_text(encoding="utf-8"))
    path = data.draw(st.sampled_from([path for path in paths_in(record) if path]))
    changed = changed_at(record, path, how, odd)
    file = tmp_path / "receipt.json"
    file.write_text(canonical(changed) if changed == record else json.dumps(changed))
    ran = here("receipt", "verify", str(file), "--journal", str(former))
    assert ran.code == 0 if changed == record else ran.code in (1, 4), ran

"""What is damaged or odd costs itself alone, and nothing beside it."""

from __future__ import annotations

import json
import os
from contextlib import chdir
from pathlib import Path

import pytest

from tests.command import DATA, here
from tests.journals import at_work_in_copy, edited

STRATEGY = "hovedstaden.udviklingsstrategi"
GNISTEN = (DATA / "gnisten.yaml").read_text(encoding="utf-8")
OVERRIDDEN = ("--verdict", "covered", "--because", "Aftalt.", "--by", "Udvalget", "--journal", "journal.db")
DAMAGED = {
    "no record": "'{}'",
    "no JSON": "'{'",
    "another format": """replace(content, 'override/1', 'override/9')""",
    "bytes that are no text": "cast(x'ff' AS TEXT)",
    "a number": "7",
}


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    (folder / "offers").mkdir()
    for name in ("gnisten", "kilden"):
        (folder / "offers" / f"{name}.yaml").write_text(GNISTEN.replace("id: gnisten", f"id: {name}"))
    fixed = ("--year", "2018", "--rulebook", STRATEGY, "--journal", "journal.db")
    with chdir(folder):
        assert here("assess", "offers", *fixed).code == 0
        for number in ("1", "2"):
            assert here("audit", "override", number, *OVERRIDDEN).code == 0
    return folder


@pytest.fixture
def folder(made_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a journal in which decisions on two offers were overridden."""
    return at_work_in_copy(made_once, tmp_path, monkeypatch)


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_override_costs_no_decision(name: str, folder: Path) -> None:
    with edited(folder / "journal.db") as connection:
        connection.execute(f"UPDATE entries SET content = {DAMAGED[name]} WHERE number = 3")  # noqa: S608
    fixed = ("offers", "--year", "2018", "--rulebook", STRATEGY, "--journal", "journal.db")
    ran = here("assess", *fixed, "--format", "json")
    assert (ran.code, "entry 3: damaged-entry: " in ran.err) == (4, True)
    by_offer = {record["offer"]: record.get("recorded_override") for record in json.loads(ran.out)}
    assert (by_offer["gnisten"], by_offer["kilden"]["entry"]) == (None, 4)
    run = here("reclassify", *fixed, "--out", "run")
    assert (run.code, "entry 3: damaged-entry: " in run.err) == (4, True)
    (decided_by,) = json.loads((folder / "run" / "run.json").read_text())["rulebooks"]
    assert (decided_by["rows"]["in"], decided_by["overridden"]) == (2, 1)
    listed = json.loads(here("audit", "list", "--format", "json", "--journal", "journal.db").out)
    assert listed[-1]["kind"] == "run"


def test_a_name_that_is_not_utf_8_is_recorded_with_what_is_beside_it(folder: Path) -> None:
    (folder / os.fsdecode(b"offers/s\xf8.yaml")).write_text(GNISTEN.replace("id: gnisten", "id: skrænten"))
    fixed = ("--year", "2018", "--rulebook", STRATEGY, "--journal", "journal.db")
    ran = here("assess", "offers", *fixed, "--summary", "--by", os.fsdecode(b"J\xf8rgen"))
    assert (ran.code, "recorded 3 decisions as entries 5-7" in ran.err) == (0, True), ran.err
    shown = here("audit", "show", "7", "--journal", "journal.db").out
    assert "offers/s\\xf8.yaml:" in shown
    assert "J\\xf8rgen" in shown
    assert here("audit", "verify", "--journal", "journal.db").code == 0
    assert here("audit", "replay", "--all", "--journal", "journal.db").code == 0


@pytest.mark.parametrize(
    ("register", "out", "code", "words"),
    [
        (b"r\xf8.csv", b"run", 1, "the path is not written in UTF-8"),
        (b"offers", b"\xf8", 2, "is not written in UTF-8; choose another folder"),
        (b"offers", b"\xf8/run", 2, "is not written in UTF-8; choose another folder"),
    ],
)
def test_a_path_that_libraries_do_not_take_is_refused(
    register: bytes, out: bytes, code: int, words: str, folder: Path
) -> None:
    if register != b"offers":
        (folder / os.fsdecode(register)).write_text("id,cases_per_10000\na,0.4\n")
    ran = here("reclassify", os.fsdecode(register), "--out", os.fsdecode(out), "--year", "2018")
    assert (ran.code, ran.out, words in ran.err) == (code, "", True)


def test_an_override_that_was_altered_is_shown_nowhere_and_the_one_before_it_stands(folder: Path) -> None:
    """Its own digest no longer holds, though all in it is of the right kind."""
    later = ("--verdict", "covered", "--because", "Sidste ord.", "--by", "Udvalget", "--journal", "journal.db")
    assert here("audit", "override", "1", *later).code == 0
    with edited(folder / "journal.db") as connection:
        connection.execute("UPDATE entries SET content = replace(content, 'Sidste ord', 'Forfalsket') WHERE number = 5")
    fixed = ("offers", "--year", "2018", "--rulebook", STRATEGY, "--journal", "journal.db")
    ran = here("assess", *fixed, "--format", "json")
    assert (ran.code, "Forfalsket" in ran.out, "entry 5: damaged-entry: " in ran.err) == (4, False, True)
    assert {r["offer"]: r["recorded_override"]["entry"] for r in json.loads(ran.out)} == {"gnisten": 3, "kilden": 4}
    for command in ("list", "show 1"):
        shown = here("audit", *command.split(), "--format", "json", "--journal", "journal.db")
        assert "Forfalsket" not in shown.out
    run = here("reclassify", *fixed, "--out", "run")
    assert (run.code, "entry 5: damaged-entry: " in run.err) == (4, True)


@pytest.mark.parametrize("command", ["list --format json", "list --format csv", "export", "export --format csv"])
def test_an_altered_entry_is_not_listed_and_not_exported(command: str, folder: Path) -> None:
    with edited(folder / "journal.db") as connection:
        connection.execute("UPDATE entries SET verdict = 'met', outcome = 'covered', name = 'Falsk' WHERE number = 1")
    ran = here("audit", *command.split(), "--journal", "journal.db")
    assert (ran.code, "Falsk" in ran.out) == (4, False)
    assert "entry 1: damaged-entry: it does not hold what its digest says" in ran.err


def test_a_journal_whose_name_is_not_utf_8_is_read_as_it_was_written(folder: Path) -> None:
    name = os.fsdecode(b"q\xff.db")
    assert here("assess", "offers", "--year", "2018", "--summary", "--journal", name).code == 0
    assert here("audit", "verify", "--journal", name).code == 0
    assert here("audit", "replay", "--all", "--journal", name).code == 0


FILTERS: dict[str, tuple[str, str]] = {
    # what is asked for, and an edit of entry 1, which it is about, that would hide it
    "--offer=gnisten": ("offer", "'another'"),
    f"--rulebook={STRATEGY}": ("rulebook", "'another'"),
    f"--rulebook={STRATEGY}@2018": ("version", "'2019'"),
    "--verdict=undetermined": ("verdict", "'met'"),
    "--year=2018": ("year", "2017"),
    "--since=2020-01-01": ("recorded_at", "'2019-01-01T00:00:00.000000Z'"),
    "--until=2100-01-01": ("recorded_at", "'2100-01-02T00:00:00.000000Z'"),
    "--recorded-by=ida": ("recorded_by", "'bo'"),
}


@pytest.mark.parametrize("asked", FILTERS)
@pytest.mark.parametrize("command", ["list", "export"])
def test_an_entry_is_not_hidden_from_a_filter_by_an_altered_column(asked: str, command: str, folder: Path) -> None:
    column, value = FILTERS[asked]
    fixed = ("audit", command, asked, "--journal", "journal.db")
    with edited(folder / "journal.db") as connection:
        connection.execute(f"UPDATE entries SET {column} = {value} WHERE number = 1")  # noqa: S608
    ran = here(*fixed)
    assert (ran.code, "entry 1: damaged-entry: " in ran.err) == (4, True)


@pytest.mark.parametrize("edit", ["offer = 'another'", "kind = 'run'", "rulebook = NULL"])
def test_a_history_does_not_end_before_an_entry_that_was_altered_to_be_of_another(edit: str, folder: Path) -> None:
    with edited(folder / "journal.db") as connection:
        connection.execute(f"UPDATE entries SET {edit} WHERE number = 1")  # noqa: S608
    ran = here("audit", "history", "gnisten", "--rulebook", STRATEGY, "--journal", "journal.db")
    assert (ran.code, "entry 1: damaged-entry: " in ran.err) == (4, True)


def test_a_replay_of_a_run_tells_of_an_entry_that_was_altered_to_be_of_another(folder: Path) -> None:
    with edited(folder / "journal.db") as connection:
        (run,) = connection.execute("SELECT run FROM entries WHERE number = 1").fetchone()
        connection.execute("UPDATE entries SET run = 'another' WHERE number = 1")
    ran = here("audit", "replay", "--run", run, "--journal", "journal.db")
    assert (ran.code, "entry 1: damaged-entry: " in ran.err) == (4, True)

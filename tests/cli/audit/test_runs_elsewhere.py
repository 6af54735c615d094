"""Who reads a journal opens nothing of its machine that the journal names, but what lies below it or was allowed."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest

from engine.journal.journal import Journal
from engine.journal.verify import verify
from tests.command import here
from tests.journals import at_work_in_copy, edited
from tests.support import slow_among

REGISTER = "id,name,operator_kind,cases_per_10000\nx,Gnisten,municipality,0.4\n"
RUN = "x@hovedstaden.udviklingsstrategi"


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    (folder / "journals").mkdir()
    (folder / "runs").mkdir()
    (folder / "register.csv").write_text(REGISTER)
    decided = ("register.csv", "--year", "2018", "--out", "runs/2018", "--journal", "journals/journal.db")
    with chdir(folder):
        assert here("reclassify", *decided).code == 0
    return folder


@pytest.fixture
def folder(made_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a journal below `journals` that names a run below `runs`."""
    return at_work_in_copy(made_once, tmp_path, monkeypatch)


COMMANDS = [
    f"show 1/{RUN}",
    f"why 1/{RUN}",
    f"receipt 1/{RUN}",
    "list --decisions",
    "history x",
    "replay --all",
    "verify",
]


@pytest.mark.parametrize("command", slow_among(COMMANDS, {*COMMANDS[1:6:2]}))
def test_a_run_elsewhere_is_read_where_that_is_allowed(command: str, folder: Path) -> None:
    fixed = ("audit", *command.split(), "--journal", "journals/journal.db")
    ran = here(*fixed)
    assert ran.code == 4
    told = "not below the folder of the journal, and was not read", "lies outside the folder of the journal"
    assert any(words in (ran.out + ran.err).replace("\n", " ").replace("  ", " ") for words in told)
    for allowed in (("--runs", "runs"), ("--runs", str(folder)), ("--runs", "journals", "--runs", "runs")):
        assert here(*fixed, *allowed).code == 0
    assert here(*fixed, environment={"SEKSKANT_RUNS": f"journals{os.pathsep}runs"}).code == 0


def test_whoever_records_reads_its_own_runs(folder: Path) -> None:
    fixed = ("--verdict", "covered", "--because", "Aftalt.", "--journal", "journals/journal.db")
    assert here("audit", "override", f"1/{RUN}", *fixed).code == 0
    ran = here("reclassify", "register.csv", "--year", "2018", "--out", "runs/2018", *fixed[-2:])
    assert (ran.code, "overridden by people" in ran.out) == (0, True)


def _fifo(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _endless(file: Path) -> None:
    file.unlink()
    file.symlink_to("/dev/zero")


def _link(file: Path) -> None:
    """The file itself, but through a link to where nobody has allowed to read."""
    target = file.parents[3] / "elsewhere"
    target.mkdir()
    file.rename(target / file.name)
    file.symlink_to(target / file.name)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("replaced", [_fifo, _endless, _link, _folder])
def test_only_regular_files_below_the_run_are_opened(replaced: Callable[[Path], None], folder: Path) -> None:
    (kept,) = (folder / "runs" / "2018.runs").iterdir()
    replaced(kept / "decisions" / "hovedstaden.udviklingsstrategi@2018.parquet")
    fixed = ("--journal", "journals/journal.db", "--runs", "runs/2018.runs")
    assert here("audit", "show", f"1/{RUN}", *fixed).code == 4
    assert here("audit", "verify", *fixed).code == 4


@pytest.mark.parametrize("place", ["/", "/dev", "../../..", "a\0b", "/proc/self/fd", "x" * 5000, ""])
def test_no_place_that_a_journal_names_is_opened_unasked(place: str, folder: Path) -> None:
    journal = folder / "journals" / "journal.db"
    with edited(journal) as connection:
        connection.execute("UPDATE entries SET place = ? WHERE number = 1", (place,))
    with Journal(str(journal)) as source:
        kinds = {fault.kind for fault in verify(source).faults}
    assert kinds & {"file_elsewhere", "file_missing"}
    assert here("audit", "replay", "--all", "--journal", str(journal)).code == 4

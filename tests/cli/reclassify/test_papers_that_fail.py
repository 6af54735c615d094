"""A list and a report that cannot be written to their end leave the run that was there, or the new one; and no part."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest

from cli.common.beside import by_nobody
from cli.reclassify.kept_runs import RunFolder
from cli.reclassify.listed_offers import ListedOffer, ListedOffers
from cli.reclassify.run_folder import Paper, write_run
from cli.reclassify.run_recording import RunRecording
from engine.diagnostics import Failure
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.library import Library
from engine.texts.catalogue import Language
from offers.runs.run import reclassify
from offers.runs.run_pass import Request, RunResult
from offers.tables.opening import open_table
from offers.tables.rows import Rows
from tests.cli.reclassify.test_list_file import HEAD, ROWS
from tests.command import ROOT, here
from tests.faults import REFUSED, Fault, Scenario, at_every_call, interrupt, unwaited


@pytest.fixture(autouse=True)
def _unwaited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", unwaited)


class _Decided(NamedTuple):
    """A small register that was decided: what was asked, what it came to, its offers, the folder of its decisions."""

    request: Request
    result: RunResult
    offers: list[ListedOffer]
    decisions: Path


@cache
def _decided(folder: Path) -> _Decided:
    library = Library()
    rulebooks, register = library.in_force(2018)[:1], folder / "register.csv"
    vocabulary = rulebooks[0].vocabulary
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "decided").mkdir(parents=True)
    register.write_text("\n".join([HEAD, *ROWS, ""]), encoding="utf-8")
    table = open_table(register, vocabulary, folder)
    request = Request(table, Rows(table, vocabulary), rulebooks, 2018, Fraction(1, 20), fragile=False)
    result = reclassify(request, folder / "decided")
    offers = ListedOffers(library, request, result, folder / "decided", by_nobody, Wording("en"), 9)
    return _Decided(request, result, list(offers), folder / "decided")


def _written(folder: Path) -> None:
    """Write the run with its list and its report."""
    request, result, offers, decisions = _decided(folder.parent / "register")
    with RunFolder(folder / "out") as out:
        shutil.copytree(decisions, out.path, dirs_exist_ok=True)
        write_run(out.path, request, result, None, "en", Paper(lambda: offers, True, True, out.scratch))
        out.replace(out.keep(RunRecording(Library(), request, result).record(out.path)))


def _contents(folder: Path) -> dict[str, bytes] | None:
    if not folder.exists():
        return None
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _nothing(folder: Path) -> None:
    """Nothing stands there."""


SCENARIO = Scenario(_nothing, _written)


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, bytes]:
    """What stands in the folder once all was written."""
    (tmp_path / "whole").mkdir()
    _nothing(tmp_path / "whole")
    _written(tmp_path / "whole")
    contents = _contents(tmp_path / "whole" / "out")
    assert contents is not None
    assert {"decisions.xlsx", "summary.html"} <= set(contents)
    return contents


@pytest.mark.slow
@pytest.mark.parametrize("fault", [REFUSED["ENOSPC"], interrupt], ids=["full disk", "interrupt"])
def test_what_fails_at_any_call_leaves_nothing_or_all(tmp_path: Path, whole: dict[str, bytes], fault: Fault) -> None:
    calls = 0
    for folder, outcome in at_every_call(tmp_path, SCENARIO, fault):
        calls += 1
        now = _contents(folder / "out")
        assert now in (None, whole)
        assert now == whole or isinstance(outcome, OSError | Failure | KeyboardInterrupt)
        _written(folder)
        assert _contents(folder / "out") == whole
        assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    assert calls > 50


KILLED = """
import os
from pathlib import Path
from tests.cli.reclassify.test_papers_that_fail import _written
from tests.faults import faults, kill, unwaited
os.fsync = unwaited
with faults(Path({place!r}), {number}, kill):
    _written(Path({place!r}))
"""


@pytest.mark.slow
def test_who_is_killed_while_they_are_written_leaves_nothing_or_all(tmp_path: Path, whole: dict[str, bytes]) -> None:
    """Each in a process of its own, which is not forked: Polars has threads."""
    for number in count(3, 9):
        place = tmp_path / "other" / str(number)
        place.mkdir(parents=True)
        shutil.rmtree(place.parent / "register", ignore_errors=True)
        _nothing(place)
        code = KILLED.format(place=str(place), number=number)
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, timeout=60, check=False)
        assert done.returncode in (0, -signal.SIGKILL)
        assert _contents(place / "out") in (None, whole)
        _written(place)
        assert _contents(place / "out") == whole
        assert not [path for path in place.iterdir() if path.name.startswith(".")]
        if done.returncode == 0:
            break
    assert number > 50


@pytest.mark.slow
@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("name", ["decisions.xlsx", "summary.html"])
def test_a_full_disk_is_said_and_the_run_before_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, language: Language
) -> None:
    (tmp_path / "register.csv").write_text("\n".join([HEAD, *ROWS[:2], ""]), encoding="utf-8")
    run = tmp_path / "run"
    command = ("reclassify", str(tmp_path / "register.csv"), "--year", "2018", "--out", str(run), "--lang", language)
    assert here(*command).code == 0
    before = _contents(run)

    def open_of_full(path: Path, *rest: Any, **more: Any) -> Any:
        if path.name == name:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return opening(path, *rest, **more)

    opening = Path.open
    monkeypatch.setattr(Path, "open", open_of_full)
    monkeypatch.setattr("cli.common.workbook_file._filled", lambda *_: refused(name))
    ran = here(*command)
    said = {"en": "no space left on device", "da": "der er ikke mere plads på drevet"}[language]
    place = run / name if name == "summary.html" else run
    assert (ran.code, ran.err.splitlines()[-1]) == (1, f"{place}: unwritable: {said}")
    monkeypatch.undo()
    assert _contents(run) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["register.csv", "run", "run.runs"]


def refused(name: str) -> Iterator[str]:
    """A part of a workbook that cannot be written to its end: the system names no file then."""
    yield "<"
    if name == "decisions.xlsx":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

"""Whatever somebody made of a good file: an answer and an exit code that are documented, in bounded time and memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chance import SEED, SOAK, chance
from tests.command import ROOT, Ran
from tests.mutated import KINDS, faults
from tests.mutations import damaged

NUMBER = int(os.environ.get("SEKSKANT_FILES") or 10_000)
"""How many of each kind a soak tries."""
OF_A_PROCESS = 2_000
"""So many at most are tried in one process: what libraries never let go of adds up, 0.2 MiB for a register."""


@pytest.mark.slow
@pytest.mark.hypothesis
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system sets no limits to a process")
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_ends_as_documented(kind: str, tmp_path: Path) -> None:
    number = KINDS[kind].in_ci if SOAK == 1 else NUMBER
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SEKSKANT_SEED": str(SEED)}
    for first in range(0, number, OF_A_PROCESS):
        part = min(OF_A_PROCESS, number - first)
        command = [sys.executable, "-m", "tests.mutated", kind, str(part), str(tmp_path), str(first)]
        ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stdout) == (0, ""), f"seed {SEED}, files in {tmp_path}: {ran.stderr[-300:]}"
        assert ran.stderr.count("at ") >= part


def test_a_fault_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = [(70, "", "this is a defect"), (1, "Gnisten", "Traceback"), (0, "", ""), (0, "Gnisten", "")]
    endings = iter([Ran(*ending) for ending in told])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tests.mutated.here", lambda *arguments: next(endings))
    command = " ".join(KINDS["yaml"].commands[0])
    assert list(faults("yaml", 4)) == [
        f"0.a.yaml: {command}: exit code 70: this is a defect",
        f"1.a.yaml: {command}: exit code 1: Traceback",
        "2.a.yaml: the offer beside it is not decided",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.a.yaml", "1.a.yaml", "2.a.yaml"]


WAITING = """
import threading
import tests.mutated as tried
lock = threading.Lock()
lock.acquire()
tried.WALL_SECONDS = 0.1
tried.here = lambda *arguments: lock.acquire()
list(tried.faults("yaml", 1))
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system sets no limits to a process")
def test_a_command_that_waits_for_itself_is_ended(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", WAITING]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == -signal.SIGALRM
    assert "at 0.a.yaml\nCurrent thread" in ran.stderr


def test_most_files_are_damaged_and_some_are_read() -> None:
    data = b"id;name\na;b\n"
    assert sum(damaged(data, chance(i)) == data for i in range(100)) < 20

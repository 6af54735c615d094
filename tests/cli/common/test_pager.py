"""Long output goes through a pager on a terminal, and nowhere else; tried through a pseudo-terminal."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.command import ROOT, sekskant

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

import fcntl
import pty
import termios

pytestmark = pytest.mark.slow
LONG, STRATEGY = "rulebook show hovedstaden.udviklingsstrategi", "hovedstaden.udviklingsstrategi"
SAYS_SO = 'printf \'[paged, LESS=%s]\' "$LESS" | cat - "$@"\ncat\n'
"""A pager that says that it was asked, and how."""


@pytest.fixture
def pager(tmp_path: Path) -> Path:
    """A program to page with."""
    return program(tmp_path / "seer", SAYS_SO)


def program(path: Path, text: str) -> Path:
    """A program of the shell."""
    path.write_text(f"#!/bin/sh\n{text}")
    path.chmod(0o755)
    return path


def on_terminal(
    command: str, environment: Mapping[str, str] | None = None, rows: int = 24, after: str = ""
) -> tuple[int, str]:
    """The exit code of a command in a terminal of 80 columns, and what the terminal shows."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("LESS", "PAGER", "COLUMNS", "LINES")}
    variables = {**kept, "TERM": "xterm", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", **(environment or {})}
    started = [sys.executable, "-c", "from cli.main import main; main()", *command.split()]
    process = subprocess.Popen(started, cwd=ROOT, env=variables, stdin=its, stdout=its, stderr=subprocess.DEVNULL)
    os.close(its)
    shown = bytearray()
    try:
        while read := os.read(ours, 4096):
            shown += read
            if after and after.encode() in shown:
                os.write(ours, b"q")
                after = ""
    except OSError:  # which is how a terminal says that nobody writes to it any more
        pass
    os.close(ours)
    text = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode(errors="replace"))  # in bold and dim
    return process.wait(timeout=60), re.sub(r" *\r\n", "\n", text)


def test_what_is_longer_than_the_screen_goes_through_the_pager(pager: Path) -> None:
    code, shown = on_terminal(LONG, {"PAGER": str(pager)})
    assert code == 0
    assert shown.startswith("[paged, LESS=FRX]")
    assert shown.removeprefix("[paged, LESS=FRX]") == sekskant(*LONG.split()).out


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"SEKSKANT_PAGER": "{pager}", "PAGER": "cat"}, "[paged, LESS=FRX]"),
        ({"PAGER": "{pager}", "LESS": "-R"}, "[paged, LESS=-R]"),
        ({"PAGER": "{pager}", "SEKSKANT_PAGER": ""}, ""),
        ({"PAGER": "{pager}", "SEKSKANT_PAGER": "cat"}, ""),
        ({"PAGER": "cat"}, ""),
        ({"PAGER": "no-such-pager --at-all"}, ""),
        ({"PAGER": "'unclosed"}, ""),
        ({"PAGER": str(ROOT / "README.md")}, ""),
        ({"TERM": "dumb"}, ""),
    ],
)
def test_the_environment_chooses_the_pager(variables: dict[str, str], says: str, pager: Path) -> None:
    named = {name: value.format(pager=pager) for name, value in variables.items()}
    assert on_terminal(LONG, named) == (0, says + sekskant(*LONG.split()).out)


@pytest.mark.parametrize(
    "command",
    [
        f"--no-pager {LONG}",
        f"{LONG} --format json",
        f"rulebook table {STRATEGY} --format csv",
        "offer new --name Solen",
    ],
)
def test_what_is_not_to_be_read_in_a_pager_comes_as_it_is(command: str, pager: Path) -> None:
    code, shown = on_terminal(command, {"PAGER": str(pager)})
    assert code == 0
    assert shown
    assert "[paged" not in shown


def test_what_fits_the_screen_needs_no_pager(pager: Path) -> None:
    assert on_terminal(LONG, {"PAGER": str(pager)}, rows=1000) == (0, sekskant(*LONG.split()).out)


def test_what_is_not_on_a_terminal_has_no_pager(pager: Path) -> None:
    assert "[paged" not in sekskant(*LONG.split(), environment={"PAGER": str(pager)}, alone=True).out


@pytest.mark.parametrize("pager_ends", ["exit 3\n", "head -n 1 >/dev/null\nexit 0\n"])
def test_the_exit_code_is_that_of_the_command(pager_ends: str, tmp_path: Path) -> None:
    ends = program(tmp_path / "ends", pager_ends)
    code, _ = on_terminal("register check", {"PAGER": str(ends)}, rows=2)
    assert code == 5


@pytest.mark.skipif(not Path("/usr/bin/less").exists(), reason="less is not installed")
def test_less_shows_a_screen_and_ends_when_told(tmp_path: Path) -> None:
    lines = sekskant(*LONG.split()).out.splitlines()
    code, shown = on_terminal(LONG, {"LESSHISTFILE": "-"}, after=lines[20][:30])
    assert code == 0
    assert lines[0][:40] in shown
    assert lines[-1] not in shown

"""The tutorial's commands, run in an empty folder one after the other, print what it shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import ROOT

TUTORIAL = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(
    r"<!-- file: (?P<file>\S+) -->\n```yaml\n(?P<text>.*?)```|```console\n(?P<console>.*?)```", re.DOTALL
)


def run(command: str, folder: Path) -> str:
    """What a command prints, on standard output and then on standard error."""
    variables = {
        **os.environ,
        "COLUMNS": "80",
        "PATH": f"{folder.parent / 'bin'}:{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, env=variables, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode in (0, 5), done.stderr
    return done.stdout + done.stderr


def install(folder: Path) -> None:
    """The command under its own name."""
    command = folder / "sekskant"
    folder.mkdir()
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -W error -c "from cli.main import main; main()" "$@"\n'
    )
    command.chmod(0o755)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="its shell commands are those of Linux")
def test_every_command_prints_what_is_shown(tmp_path: Path) -> None:
    """With SEKSKANT_WRITE_EXPECTED=1 in the environment, what is printed becomes what is shown."""
    install(tmp_path / "bin")
    folder = tmp_path / "empty"
    folder.mkdir()

    def shown(match: re.Match[str]) -> str:
        if match["file"]:
            (folder / match["file"]).write_text(match["text"], encoding="utf-8")
            return match[0]
        commands = [line[2:] for line in match["console"].splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(f"$ {command}\n{run(command, folder)}" for command in commands) + "```"

    before = TUTORIAL.read_text(encoding="utf-8")
    after = BLOCK.sub(shown, before)
    if os.environ.get("SEKSKANT_WRITE_EXPECTED") == "1":
        TUTORIAL.write_text(after, encoding="utf-8")
    assert TUTORIAL.read_text(encoding="utf-8") == after


def test_the_tutorial_ends_with_a_tested_rulebook() -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    assert "0 findings in 2 files" in text
    assert "Coverage of meaning: 100%" in text
    assert "unused-criterion: the rule does not use criterion `K3`" in text
    assert "expected met, decided not_met" in text
    assert "my-rules/coverage-2027.yaml implies before/coverage-2027.yaml: it holds" in text

"""Runs the command as a reader would, in a process of its own."""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import chdir
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from click.testing import CliRunner

from cli.main import sekskant as group
from tests.chance import AT_THE_DESK

ROOT = Path(__file__).parent.parent
DATA = ROOT / "offers" / "data" / "2018"
_WORD = re.compile("[a-z-]+\\Z")
_READ_LATE = {"SEKSKANT_JOURNAL", "SEKSKANT_RULEBOOKS"}
"""Variables that commands read, and not their start."""
_ways: set[frozenset[str]] = set()
"""The ways of calling the command that were tried in a process of their own."""


class Ran(NamedTuple):
    """What a run of the command gave."""

    code: int
    out: str
    err: str


def here(*arguments: str, environment: Mapping[str, str] | None = None, columns: int = 80, stdin: bytes = b"") -> Ran:
    """Run `sekskant` in this process, which is quicker; warnings and start-up are not tried."""
    variables = {"LC_ALL": "C.UTF-8", "COLUMNS": str(columns), **(environment or {})}
    # A command freezes what is there when it starts; in this process most of that is garbage by and by.
    with patch.object(gc, "freeze"):
        # The runner has help 80 columns wide, whatever the terminal; outside it two less than that are used.
        result = CliRunner().invoke(
            group, arguments, env=variables, input=stdin, terminal_width=max(min(columns, 80) - 2, 50)
        )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


def sekskant(
    *arguments: str,
    stdin: bytes = b"",
    cwd: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    columns: int = 80,
    alone: bool = False,
) -> Ran:
    """Run `sekskant` in a terminal-less process of a given width, in English unless told otherwise.

    What need not be alone in its process is run in this one, which takes a tenth of the time. Away from the desk the
    first call with the same words (a command, its options and their values that are words) has a process of its own.
    """
    alone = alone or "spark" in arguments  # which starts a process that outlives it
    if not alone and set(environment or ()) <= _READ_LATE and (AT_THE_DESK or _tried_alone(arguments)):
        with chdir(cwd):
            return here(*arguments, environment=environment, columns=columns, stdin=stdin)
    kept = {name: value for name, value in os.environ.items() if name not in ("LANG", "LC_ALL", "LC_MESSAGES")}
    variables = {**kept, "COLUMNS": str(columns), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **(environment or {})}
    command = [sys.executable, "-W", "error", "-c", "from cli.main import main; main()", *arguments]
    done = subprocess.run(command, input=stdin, cwd=cwd, env=variables, capture_output=True, timeout=120, check=False)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def _tried_alone(arguments: Iterable[str]) -> bool:
    """Whether a call with the same words had a process of its own; the next one has had."""
    way = frozenset(filter(_WORD.match, arguments))
    is_tried = way in _ways
    _ways.add(way)
    return is_tried

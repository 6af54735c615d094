"""The command in environments that a process of its own can have: run as a server, it forks for each run.

So a run costs the command alone, and not the start of Python. Each line of its input is a run as JSON, each of its
output the exit code, or minus the number of the signal that ended it.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Environment(NamedTuple):
    """What is odd about an environment; a variable of None is not set."""

    variables: Mapping[str, str | None] = {}
    closed: Sequence[int] = ()
    full: Sequence[int] = ()
    gone: Sequence[int] = ()
    """Streams whose reader has gone away."""
    umask: int = 0o022
    in_deleted_folder: bool = False


_NAMES = ("stdin", "stdout", "stderr")


def enter(environment: Environment, out: str, err: str) -> None:
    """Put this process, which was just forked, into an environment; what it writes comes into files."""
    for name, value in environment.variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    os.umask(environment.umask)
    if environment.in_deleted_folder:
        folder = tempfile.mkdtemp()
        os.chdir(folder)
        os.rmdir(folder)
    for descriptor, file in ((0, os.devnull), (1, out), (2, err)):
        _put(descriptor, "/dev/full" if descriptor in environment.full else file)
        if descriptor in environment.gone:
            reading, writing = os.pipe()
            os.dup2(writing, descriptor)
            os.close(reading)
            os.close(writing)
        if descriptor in environment.closed:
            os.close(descriptor)
            setattr(sys, _NAMES[descriptor], None)
        else:
            stream = open(descriptor, "w" if descriptor else "r", closefd=False)  # noqa: SIM115 - as long as the process
            setattr(sys, _NAMES[descriptor], stream)


def _put(descriptor: int, file: str) -> None:
    opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    os.dup2(opened, descriptor)
    os.close(opened)


def _serve() -> list[str] | None:
    """Answer until the input ends; in a process for a run, its words."""
    for line in _RUNS:
        run: dict[str, Any] = json.loads(line)
        if (child := os.fork()) == 0:
            enter(Environment(*run["environment"]), run["out"], run["err"])
            return list(run["words"])
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        _ANSWERS.write(f"{status}\n")
        _ANSWERS.flush()
    return None


if __name__ == "__main__":
    _RUNS, _ANSWERS = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from tests.cli.test_ending import our_exceptions

    our_exceptions()  # imports every module, once for all runs
    gc.freeze()
    from cli.main import main

    if (words := _serve()) is not None:
        sys.argv = ["sekskant", *words]
        main()

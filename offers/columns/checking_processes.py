"""The check by the reference in processes of their own, so that it takes no turns with what decides rows.

A process is sent what it checks by, and then rows; it says of rows that they are as the reference has them, or nothing.
Where it says nothing, has died or cannot be started, the rows are checked here, and here alone anything is raised. It
ends when this process does, however that ends: then there is nothing more to read.
"""

from __future__ import annotations

import io
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from threading import Lock
from types import MappingProxyType, TracebackType
from typing import IO, Any, NamedTuple

import polars as pl

from engine.evaluation.columnar import ColumnarProgram
from engine.evaluation.columnar_evidence import Grids
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.rulebook import Rulebook
from offers.columns.reference_check import CHECKED, Reader, ReferenceCheck

LEAST_CORES, MOST = 4, 4
"""From so many cores on processes pay for themselves, a quarter as many as cores: each takes a third of a second to
start, and what deciding a million rows leaves to check takes half a second."""
_START = "import sys; sys.path[:] = {path!r}; from offers.columns.checking_processes import main; main()"


class CheckedBy(NamedTuple):
    """What rows are checked by."""

    rulebooks: Sequence[Rulebook]
    reader: Reader
    year: int
    nearness: Fraction | None

    def check(self) -> ReferenceCheck:
        """The check, as in the process that decides."""
        programs = [compile_rulebook(rulebook) for rulebook in self.rulebooks]
        grids = Grids(programs, self.year)
        columnar = [ColumnarProgram(program, grids, f"{i}", self.nearness) for i, program in enumerate(programs)]
        return ReferenceCheck(columnar, self.reader, self.year, CHECKED)


def number_of_processes() -> int:
    """How many processes check a large register here; none where they would not pay."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores // LEAST_CORES, MOST) if sys.executable else 0


class CheckingProcesses:
    """Processes that check rows, each asked by one thread at a time.

    Args:
        number: how many.
        by: what they check by.
    """

    def __init__(self, number: int, by: CheckedBy) -> None:
        self._lock, self._free, self._all = Lock(), list[subprocess.Popen[bytes]](), list[subprocess.Popen[bytes]]()
        said = _pickled(by) if number else None
        for _ in range(number if said else 0):
            if (process := _started(said)) is not None:
                self._all.append(process)
        self._free = [*self._all]

    @property
    def number(self) -> int:
        """How many processes there are."""
        return len(self._all)

    def are_as_the_reference_has_them(self, chunk: pl.DataFrame, vectors: pl.DataFrame) -> bool:
        """Whether a process says so of rows; False where it cannot tell."""
        with self._lock:
            process = self._free.pop() if self._free else None
        if process is None:
            return False
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            pickle.dump((chunk, vectors), process.stdin)
            process.stdin.flush()
            is_so = process.stdout.read(1) == _YES
        except (OSError, ValueError):
            return False  # it is gone, and not asked again
        if is_so or process.poll() is None:
            with self._lock:
                self._free.append(process)
        return is_so

    def close(self) -> None:
        """End the processes."""
        for process in self._all:
            process.kill()
            process.communicate()
        self._all, self._free = [], []

    def __enter__(self) -> CheckingProcesses:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, of: TracebackType | None) -> None:
        self.close()


_YES, _NO = b"y", b"n"


def _read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


class _Pickler(pickle.Pickler):
    """Takes mappings that cannot be written to, and leaves out the rows of a table."""

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, MappingProxyType):
            return _read_only, (dict(thing),)
        return (pl.LazyFrame, ()) if isinstance(thing, pl.LazyFrame) else NotImplemented


def _pickled(by: CheckedBy) -> bytes | None:
    """What rows are checked by; None where a reader cannot be sent."""
    written = io.BytesIO()
    try:
        _Pickler(written).dump(by)
    except (pickle.PicklingError, TypeError, AttributeError):
        return None
    return written.getvalue()


def _started(said: bytes | None) -> subprocess.Popen[bytes] | None:
    """A process that has been told what it checks by; None where it cannot be started."""
    command = [sys.executable, "-c", _START.format(path=sys.path)]
    environment = {**os.environ, "POLARS_MAX_THREADS": "1"}
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    try:
        process = subprocess.Popen(command, env=environment, **streams)  # type: ignore[call-overload]  # noqa: S603 - this Python
        process.stdin.write(said)
        process.stdin.flush()
    except OSError:
        return None
    return process  # type: ignore[no-any-return]


def main() -> None:
    """Check rows that come on standard input, until there are no more; what interrupts the user's command ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb", buffering=0)
    _answer(asked, answers)


def _answer(asked: IO[bytes], answers: IO[bytes]) -> None:
    try:
        check = pickle.load(asked).check()  # noqa: S301 - from the process that started this one
        while True:
            rows = pickle.load(asked)  # noqa: S301
            answers.write(_YES if _are_as_they_should(check, *rows) else _NO)
    except (EOFError, OSError):
        pass


def _are_as_they_should(check: ReferenceCheck, chunk: pl.DataFrame, vectors: pl.DataFrame) -> bool:
    try:
        check.check(chunk, vectors)
    except Exception:
        return False
    return True

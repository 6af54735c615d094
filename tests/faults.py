"""Faults at every call by which files change: the system refuses it, or the process is killed at it."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cli.reclassify.swap import exchange
from engine.diagnostics import Failure
from tests.command import ROOT

Act = Callable[[Path], object]
Fault = Callable[[], None]

_OF_PATHS = ("replace", "rename", "mkdir", "chmod", "rmdir")
_OF_DESCRIPTORS = ("fsync", "sendfile", "ftruncate")
MOST = 400
"""More calls than any command makes; a loop that never ends is a mistake of the test."""
AT_ONCE = 4096
"""So many bytes are written by a call, so that a file takes several."""


class Scenario(NamedTuple):
    """What is prepared in a folder, and what then changes files in it."""

    prepare: Act
    act: Act


def refusing(number: int) -> Fault:
    """The system refuses the call with this error."""

    def refuse() -> None:
        raise OSError(number, os.strerror(number))

    return refuse


REFUSED = {errno.errorcode[number]: refusing(number) for number in (errno.ENOSPC, errno.EIO)}


def interrupt() -> None:
    """Ctrl-C during the call."""
    raise KeyboardInterrupt


def kill() -> None:
    """The process ends at once, and clears nothing away."""
    os.kill(os.getpid(), signal.SIGKILL)


class _Calls:
    """Counts the calls that change files in a folder; at one of them, the fault."""

    def __init__(self, folder: Path, at: int, fault: Fault) -> None:
        self.folder, self.at, self.fault = os.path.realpath(folder), at, fault
        self.number = 0
        self.descriptors: set[int] = set()

    def is_ours(self, name: object) -> bool:
        if isinstance(name, int):
            return name in self.descriptors
        return isinstance(name, str | os.PathLike) and os.path.abspath(name).startswith(self.folder)

    def count(self) -> None:
        self.number += 1
        if self.number == self.at:
            self.fault()

    def opened(self, call: Callable[..., int]) -> Callable[..., int]:
        def opening(path: Any, flags: int, *rest: Any, **more: Any) -> int:
            writes = self.is_ours(path) and flags & (os.O_WRONLY | os.O_CREAT)
            if writes:
                self.count()
            descriptor = call(path, flags, *rest, **more)
            (self.descriptors.add if self.is_ours(path) else self.descriptors.discard)(descriptor)
            return descriptor

        return opening

    def called(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def calling(first: Any, *rest: Any, **more: Any) -> Any:
            if self.is_ours(first):
                self.count()
            return call(first, *rest, **more)

        return calling

    def stream(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Streams that write into the folder write by calls that are counted."""

        def opening(name: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
            if not self.is_ours(name) or not set(mode) & set("wxa+"):
                return call(name, mode, *rest, **more)
            if not isinstance(name, int):
                self.count()
            raw = _Writing(name, mode.replace("b", "").replace("t", ""), calls=self)
            self.descriptors.add(raw.fileno())
            buffered = io.BufferedWriter(raw, 64)
            named = dict(zip(("buffering", "encoding", "errors", "newline"), rest, strict=False)) | more
            texts = {key: named[key] for key in ("encoding", "errors", "newline") if key in named}
            return buffered if "b" in mode else io.TextIOWrapper(buffered, **texts)

        return opening


class _Writing(io.FileIO):
    """A file to which the half is written before the fault."""

    def __init__(self, name: Any, mode: str, calls: _Calls) -> None:
        self._calls = calls
        super().__init__(name, mode)

    def write(self, data: Any) -> int:
        calls = self._calls
        if calls.number + 1 == calls.at:
            super().write(bytes(data)[: len(data) // 2])
        calls.count()
        return super().write(bytes(data)[:AT_ONCE])


def unwaited(descriptor: int) -> None:
    """In place of `os.fsync` where nobody cuts the power: to wait for the disk takes most of the time."""


@contextmanager
def faults(folder: Path, at: int, fault: Fault) -> Iterator[_Calls]:
    """Meanwhile the n-th call that changes files in a folder meets a fault."""
    calls = _Calls(folder, at, fault)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "open", calls.opened(os.open))
        patch.setattr(os, "fdopen", calls.stream(os.fdopen))
        for module in ("builtins.open", "io.open"):
            patch.setattr(module, calls.stream(open))
        for name in (*_OF_PATHS, *_OF_DESCRIPTORS):
            patch.setattr(os, name, calls.called(getattr(os, name)))
        patch.setattr("cli.reclassify.kept_runs.exchange", calls.called(exchange))
        yield calls


def at_every_call(folder: Path, scenario: Scenario, fault: Fault) -> Iterator[tuple[Path, object]]:
    """For each call a folder in which that call met a fault, and what came of it."""
    for number in count(1):
        assert number < MOST
        place = folder / str(number)
        place.mkdir()
        scenario.prepare(place)
        with faults(place, number, fault) as calls:
            try:
                outcome = scenario.act(place)
            except (Failure, OSError, KeyboardInterrupt) as error:
                outcome = error
        if calls.number < number:
            return
        yield place, outcome


def killed_at_every_call(folder: Path, scenarios: str, name: str) -> list[Path]:
    """For each call of a scenario of a module a folder in which a process of its own was killed at it."""
    code = f"from tests.faults import kill_at_every_call as run; run({str(folder)!r}, {scenarios!r}, {name!r})"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, timeout=300)
    return sorted(path for path in folder.iterdir() if path.name.isdecimal())


def kill_at_every_call(folder: str, module: str, name: str) -> None:
    """Fork a process for each call, which is killed at it."""
    from importlib import import_module  # noqa: PLC0415 - of a process that has no threads

    scenario: Scenario = import_module(module).SCENARIOS[name]
    pytest.MonkeyPatch().setattr(os, "fsync", unwaited)
    for number in count(1):
        assert number < MOST
        place = Path(folder) / str(number)
        place.mkdir()
        scenario.prepare(place)
        child = os.fork()
        if child == 0:
            with faults(place, number, kill), suppress(SystemExit):
                scenario.act(place)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            assert os.WEXITSTATUS(status) == 0
            return

"""Who sets a paper by typst: this process as long as it keeps little of what it has set, else processes that end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import typst

from cli.paper import typesetting
from cli.paper.typesetting import Task, typeset
from engine.diagnostics import Place, rejected
from engine.texts.catalogue import message

MOST_KEPT = 8_000
"""So many cells and blocks this process sets, some 150 MiB of what typst keeps; a larger paper is set in parts."""
_AT_ONCE = 2
"""So many processes at once: more would take more memory than there may be."""


class Typesetters:
    """Sets papers, and knows how much this process keeps of those before."""

    def __init__(self) -> None:
        self._kept = 0

    def set(self, task: Task, size: int) -> bytes:
        """The file of a paper of so many cells and blocks.

        Raises:
            typst.TypstError: it cannot be set.
            Rejected: there is too little memory for it.
        """
        if self._kept + size > MOST_KEPT:
            return set_apart(task)
        self._kept += size
        return typeset(task)


def each_set_apart(tasks: Iterable[Task]) -> Iterator[bytes]:
    """The files of several tasks, in their order, some of them made at once.

    Raises:
        typst.TypstError: one cannot be set.
        Rejected: there is too little memory for one.
    """
    waiting: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for task in tasks:
            waiting.append(pool.submit(set_apart, task))
            if len(waiting) > _AT_ONCE:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def set_apart(task: Task) -> bytes:
    """The file of a task, set by a process of its own.

    Raises:
        typst.TypstError: it cannot be set.
        Rejected: there is too little memory for it.
    """
    command = [sys.executable, "-P", typesetting.__file__]
    done = subprocess.run(  # noqa: S603 - this interpreter, and a module of ours
        command, input=json.dumps(task).encode(), capture_output=True, check=False
    )
    if done.returncode == typesetting.REFUSED:
        raise typst.TypstError(done.stdout.decode(), done.stderr.decode(errors="replace"))
    if done.returncode < 0 or done.returncode == typesetting.NO_MEMORY:
        words = message("setting the PDF was ended by the system, as where there is too little memory")
        raise rejected(Place("--out"), "unwritable", words, message("write the paper as .html, which takes less"))
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return done.stdout

"""Who owns what is being written: told by a lock, which ends with its owner, whatever machine or container it is on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def own(descriptor: int) -> None:
    """Own an open file until it is closed; where the file system has no locks, nobody is told so."""
    if os.name == "posix":
        import fcntl  # noqa: PLC0415 - not on every system

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:  # some network drives have no locks
            return


@contextmanager
def abandoned(path: Path) -> Iterator[bool]:
    """Whether a file that somebody owned has no owner any more; until the end nobody else can own it.

    What cannot be told is not abandoned: there are no such locks here, or the file may not be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        yield False
        return
    try:
        yield _is_free(descriptor)
    finally:
        os.close(descriptor)


def _is_free(descriptor: int) -> bool:
    if os.name != "posix":
        return False
    import fcntl  # noqa: PLC0415 - not on every system

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

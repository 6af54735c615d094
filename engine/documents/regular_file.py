"""The door for files from outside: regular files alone, as what else has a name may never end or never begin."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from engine.diagnostics import Place, rejected

_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def open_regular(path: Path) -> BinaryIO:
    """A file, opened to be read as bytes. A pipe is not waited for, and a device is not read.

    >>> open_regular(Path(os.devnull))
    Traceback (most recent call last):
    engine.diagnostics.Rejected: /dev/null: unreadable: it is a device, and no file
      hint: save in a file what is to be read

    Raises:
        Rejected: something else than a file is there.
        OSError: it cannot be opened, or is a folder.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")
    raise rejected(Place(str(path)), "unreadable", f"it is {kind}, and no file", "save in a file what is to be read")

"""The door for files from outside: regular files alone, as what else has a name may never end or never begin."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from engine.diagnostics import Diagnostic, Place, Rejected, rejected
from engine.texts.catalogue import message

_KINDS = (
    (stat.S_ISFIFO, message("it is a pipe, and no file")),
    (stat.S_ISCHR, message("it is a device, and no file")),
    (stat.S_ISBLK, message("it is a device, and no file")),
    (stat.S_ISSOCK, message("it is a socket, and no file")),
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
    words = next((words for is_kind, words in _KINDS if is_kind(mode)), message("it is something else, and no file"))
    raise rejected(Place(str(path)), "unreadable", words, message("save in a file what is to be read"))


def read_text(path: Path) -> str:
    """The text of a file in UTF-8.

    Raises:
        Rejected: something else than a file is there.
        OSError: it cannot be read.
        UnicodeDecodeError: it is not UTF-8.
    """
    with open_regular(path) as stream:
        return stream.read().decode()


def leads_below(path: Path, folder: Path) -> bool:
    """Whether a path leads to something below a folder, through whatever links.

    >>> leads_below(Path("a/../b"), Path("a")), leads_below(Path("a/b"), Path("a"))
    (False, True)
    """
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def leading_out(paths: Iterable[Path], folder: Path) -> dict[Path, Rejected]:
    """What was found in a folder and leads out of it by a link: why it is not read.

    Whoever names a folder means what is in it; a link in a folder that somebody else sent leads wherever they like.
    """
    return {path: Rejected([_leads_out(path)]) for path in paths if not leads_below(path, folder)}


def check_leads_below(paths: Iterable[Path], folder: Path) -> None:
    """Have everything that was found in a folder be there itself.

    Raises:
        Rejected: some of it is a link that leads out of the folder.
    """
    if leading := leading_out(paths, folder):
        raise Rejected(map(_leads_out, leading))


def _leads_out(path: Path) -> Diagnostic:
    words, advice = message("it is a link that leads out of the folder"), message("put the file itself into the folder")
    return Diagnostic(Place(str(path)), "unreadable", words, advice)

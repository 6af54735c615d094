"""Files as they are written: the new one is there whole or the old one is, whatever happens meanwhile."""

from __future__ import annotations

import codecs
import errno
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from engine.diagnostics import Place, Rejected, refusal_of, rejected
from engine.documents.ownership import abandoned, own

_PARTIAL, _LONGEST = ".partial", 100
_NO_SUCH_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EACCES)
"""What systems say that do not sync folders, or not this one: there is nothing more to be done."""


def write_file(path: Path, data: bytes, *, parents: bool = False) -> None:
    """Write a file, or leave what is there as it is; with `parents` its folder is made where there is none.

    Raises:
        Rejected: it cannot be written.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_file(Path(folder, "a.txt"), b"whole")
    ...     Path(folder, "a.txt").read_bytes()
    b'whole'
    """
    try:
        if parents:
            path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from None
    with replacing(path) as stream:
        stream.write(data)


def rewrite_text(path: Path, text: str) -> None:
    r"""Write a text, whose lines end in LF, as the file that is there was written: with its line ends and its BOM.

    Raises:
        Rejected: the file cannot be read or written.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_file(Path(folder, "a.txt"), b"one\r\ntwo\r\n")
    ...     rewrite_text(Path(folder, "a.txt"), "three\n")
    ...     Path(folder, "a.txt").read_bytes()
    b'three\r\n'
    """
    try:
        before = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise _unwritable(path, error) from None
    data = text.encode()
    if before.count(b"\r\n") * 2 > before.count(b"\n"):
        data = data.replace(b"\n", b"\r\n")
    write_file(path, (codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b"") + data, parents=True)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file, all at once, when the block ends; if it fails, nothing has changed.

    The bytes are written aside, in the same folder, and are on the disk before they take the name. A file that is
    there hands its mode and owner on. A link stays, and what it leads to is replaced; a pipe or a device is written to.

    Raises:
        Rejected: the file cannot be written.
    """
    try:
        before = _standing(path)
        if before is not None and not _can_be_replaced(path, before):
            aside = _spooled(path)
        else:
            aside = _aside(Path(os.path.realpath(path)), before)
        with aside as stream:
            yield stream
    except OSError as error:
        raise _unwritable(path, error) from None


def sync_names(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system can do that."""
    if os.name != "posix":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _NO_SUCH_SYNC:
            raise


def _unwritable(path: Path, error: OSError) -> Rejected:
    return rejected(Place(str(path)), "unwritable", refusal_of(error))


def _standing(path: Path) -> os.stat_result | None:
    """What is there; None where nothing is, and something can be written."""
    try:
        before = path.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(before.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return before


def _can_be_replaced(path: Path, before: os.stat_result) -> bool:
    """Whether it is a file, and no name of a stream that is open already, such as `/dev/stdout`."""
    folder = Path(os.path.realpath(path.parent))
    return stat.S_ISREG(before.st_mode) and folder != Path("/dev") and not folder.is_relative_to("/proc")


@contextmanager
def _spooled(path: Path) -> Iterator[BinaryIO]:
    """For what cannot be replaced: written to once everything is there."""
    with tempfile.TemporaryFile() as spool:
        yield spool
        spool.seek(0)
        with path.open("ab") as target:
            shutil.copyfileobj(spool, target)


@contextmanager
def _aside(path: Path, before: os.stat_result | None) -> Iterator[BinaryIO]:
    _take_away_what_is_left(path)
    stream, aside = _opened_aside(path)
    try:
        with stream:
            yield stream  # type: ignore[misc]
            stream.flush()
            if before is not None:
                _hand_on(before, aside)
            os.fsync(stream.fileno())
            if os.name == "posix":  # owned until it has its name; elsewhere no file is renamed while it is open
                aside.replace(path)
        if os.name != "posix":
            aside.replace(path)
    except BaseException:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise
    sync_names(path.parent)


def _start(path: Path) -> str:
    """How the names of what is written aside for a file begin; no longer than names may be."""
    name = path.name
    while len(os.fsencode(name)) > _LONGEST:
        name = name[:-1]
    return f".{name}."


def _opened_aside(path: Path) -> tuple[IO[bytes], Path]:
    """A new file beside one, which is owned; with the mode that new files have."""
    while True:
        aside = path.with_name(f"{_start(path)}{secrets.token_hex(4)}{_PARTIAL}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        own(descriptor)
        if os.name != "posix" or os.fstat(descriptor).st_nlink:
            return os.fdopen(descriptor, "wb"), aside
        os.close(descriptor)  # somebody took it for abandoned before it was owned


def _take_away_what_is_left(path: Path) -> None:
    """Take away what a writer of the same file left who was killed."""
    with suppress(OSError):
        pattern = re.compile(re.escape(_start(path)) + "[0-9a-f]{8}" + re.escape(_PARTIAL))
        for name in filter(pattern.fullmatch, os.listdir(path.parent)):
            left = path.with_name(name)
            with abandoned(left) as is_abandoned:
                if is_abandoned:
                    left.unlink()


def _hand_on(before: os.stat_result, aside: Path) -> None:
    """Give a file the owner, where that is allowed, and the mode of the one before it."""
    if os.name == "posix":
        for owner in (before.st_uid, -1):
            with suppress(OSError):
                os.chown(aside, owner, before.st_gid)
                break
    aside.chmod(stat.S_IMODE(before.st_mode))

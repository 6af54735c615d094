"""Runs as they are kept: each under its digest, which nothing overwrites, and the latest under its name."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO

from cli.reclassify.swap import exchange
from engine.diagnostics import FolderInUse, IntegrityFault, Place, Refused, Rejected, refusal_of, rejected
from engine.documents.file_writer import sync_names
from engine.documents.ownership import abandoned, own
from engine.documents.regular_file import read_text
from engine.journal.records import RunRecord
from engine.journal.run_files import (
    KEPT,
    LEFT_BY_SYSTEMS,
    RECORD,
    RunFiles,
    check_copy,
    digest_of_run,
    name_of_kept,
    runs_kept_of,
)
from engine.texts.catalogue import message
from engine.values.canonical import canonical, in_unicode, sha256
from offers.tables.table_file import digest_of_files

_PARTIAL, _OWNER, _COPY, _REPLACED = ".partial", "owner", "copy", "replaced"


class RunFolder:
    """The folder of a run: `OUT` is the latest run, `OUT.runs/DIGEST` each, and both are there in full or not at all.

    Everything is written aside, in a folder whose name begins with a dot. `keep` gives the run its place under its
    digest, `replace` makes `OUT` a copy of it. What an interrupted run has left is put in its place, or taken away, by
    the next one that is given the same name; whether it still runs is told by a lock.

    Raises:
        FolderInUse: something else stands there.
    """

    def __init__(self, out: Path) -> None:
        self.out = _resolved(out)
        if in_unicode(str(self.out)) != str(self.out):
            raise FolderInUse(message("the path of {out} is not written in UTF-8; choose another folder", out=out))
        if not self.out.name or any(part.endswith(KEPT) for part in self.out.parts):
            raise FolderInUse(message("{out} is no folder that a run can be written as; choose another", out=out))
        self._kept = runs_kept_of(self.out)
        if self._kept.exists() and not self._kept.is_dir():
            raise FolderInUse(
                message("{kept}, where runs are kept, is no folder; choose another name", kept=self._kept)
            )
        with _alone(self._kept):
            self._check_replaceable(out)

    def _check_replaceable(self, out: Path) -> None:
        """Check that what stands in `OUT` may be replaced."""
        # The run last: another may get its place there in between.
        stands = self.out.exists() and (not self.out.is_dir() or any(self.out.iterdir()))
        if stands and not (self.out / "run.json").is_file():
            raise FolderInUse(message("{out} is there already and holds no run; choose another folder", out=out))
        if (strange := next(_not_of_a_run(self.out), None)) is not None:
            raise FolderInUse(
                message(
                    "{out} would be replaced, and {strange} in it is of no run; put it elsewhere",
                    out=out,
                    strange=strange,
                )
            )

    def __enter__(self) -> RunFolder:
        parent = self.out.parent
        fresh = [folder for folder in (parent, *parent.parents) if not folder.exists()]
        parent.mkdir(parents=True, exist_ok=True)
        for folder in fresh:
            sync_names(folder.parent)
        for left in _asides(self.out):
            with abandoned(left / _OWNER) as is_abandoned:
                if is_abandoned:
                    self._settle(left)
            with suppress(OSError):
                left.rmdir()  # its owner was killed before it was owned
        self._aside, self._owner = _owned_aside(self.out)
        self.path, self.scratch = self._aside / "run", self._aside / "scratch"
        try:
            self.path.mkdir()
            self.scratch.mkdir()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        try:
            self._settle(self._aside)
        finally:
            self._owner.close()

    def _settle(self, aside: Path) -> None:
        """Take away what was written aside; where an exchange was begun and not ended, end it first."""
        if (aside / _REPLACED).exists():
            with suppress(OSError), _alone(self._kept):
                if not self.out.exists():
                    (aside / _COPY).rename(self.out)
                    sync_names(self.out.parent)
        if self.out.exists() or not (aside / _REPLACED).exists():
            shutil.rmtree(aside, ignore_errors=True)

    @contextmanager
    def being_written(self) -> Iterator[None]:
        """Meanwhile what the system refuses of a file of the run is told as one of `OUT` that cannot be written.

        Raises:
            Rejected: the system refuses one.
        """
        try:
            yield
        except OSError as error:
            name = Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else self.path
            if not name.is_relative_to(self._aside):
                raise
            place = self.out / name.relative_to(self.path) if name.is_relative_to(self.path) else self.out
            raise rejected(Place(str(place)), "unwritable", refusal_of(error)) from None

    def keep(self, record: RunRecord) -> Path:
        """Put the run that was written in its place under its digest, on the disk; the folder that it stands in now.

        A run that is there already, whole, is the same one.

        Raises:
            IntegrityFault: what is there was altered.
        """
        (self.path / RECORD).write_text(canonical(record.record()), encoding="utf-8")
        place = self._kept / name_of_kept(digest_of_run(record))
        _sync(self.path)
        self._kept.mkdir(exist_ok=True)
        sync_names(self.out.parent)
        with _alone(self._kept):
            if place.exists():
                _check_same(place, record)
                _sync(place)  # who kept it may have been killed before it was on the disk
            else:
                self.path.rename(place)
            sync_names(self._kept)
        return place

    def replace(self, run: Path) -> None:
        """Make `OUT` a copy of a run that is kept. A run that stood there is kept, too, if it was not before.

        Raises:
            Refused: the system does not let it; the run is kept all the same.
        """
        try:
            with _alone(self._kept):
                self._replace(run)
        except OSError as error:
            reason = refusal_of(error) if error.strerror else message("it cannot be copied")
            kept = message("{reason}; the run itself stands in {run}", reason=reason, run=run)
            raise Refused(str(self.out), kept) from None

    def _replace(self, run: Path) -> None:
        if (place := self._place_of_former()) is not None:
            self._copied(self.out, "former").rename(place)
            sync_names(self._kept)
        copy = self._copied(run, _COPY)
        if not self.out.exists():
            copy.rename(self.out)
        elif not exchange(copy, self.out):
            self._exchange_in_turn(copy)
        sync_names(self.out.parent)

    def _copied(self, run: Path, name: str) -> Path:
        """A copy of a run, aside and on the disk; it has its name once it is whole."""
        begun, copy = self._aside / f"{name}.begun", self._aside / name
        shutil.copytree(run, begun)
        _sync(begun)
        begun.rename(copy)
        sync_names(self._aside)
        return copy

    def _exchange_in_turn(self, copy: Path) -> None:
        """Where a system cannot exchange two folders; whoever is killed in between has it done by the next run."""
        former = self._aside / _REPLACED
        self.out.rename(former)
        try:
            copy.rename(self.out)
        except BaseException:
            former.rename(self.out)
            raise

    def _place_of_former(self) -> Path | None:
        """Where the run that stands in `OUT` is to be kept; None where it is kept already, or there is none."""
        if not (self.out / "run.json").is_file():
            return None
        files = sorted(p for p in self.out.rglob("*") if p.is_file())
        digest = digest_of_files(files)
        if (recorded := self.out / RECORD).is_file():
            own = self._kept / name_of_kept(sha256(read_text(recorded)))
            if own.exists():
                return None
            if _is_whole(self.out):
                return own
        place = self._kept / name_of_kept(digest)
        return None if place.exists() else place


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other run is put in its place there, where there is the folder and the system can tell."""
    if os.name != "posix" or not folder.exists():
        yield
        return
    import fcntl  # noqa: PLC0415 - not on every system

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network drives have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


OF_RUNS = (
    *("decisions", "rulebooks", "run.json", RECORD, "rejected.csv", "fragile.csv", "changes.csv", "changes.xlsx"),
    *("decisions.xlsx", "summary.txt", "summary.html"),
)


def _not_of_a_run(out: Path) -> Iterator[str]:
    """What stands in a folder that no run wrote."""
    if out.is_dir():
        names = (path.name for path in sorted(out.iterdir()))
        yield from (name for name in names if name not in OF_RUNS and not name.startswith(LEFT_BY_SYSTEMS))


def _is_whole(folder: Path) -> bool:
    try:
        check_copy(folder, OF_RUNS)
    except (Rejected, OSError, ValueError):
        return False
    return True


def _check_same(place: Path, record: RunRecord) -> None:
    files = RunFiles(place, record, str(place))
    altered = [str(path) for path, _ in files.altered()] + [str(path) for path in files.surplus()]
    recorded = place / RECORD
    if not recorded.is_file() or recorded.read_bytes() != canonical(record.record()).encode():
        altered.append(str(recorded))
    if altered:
        raise IntegrityFault(
            message(
                "the same run was kept before, and {file} was altered since; put the folder elsewhere, and decide "
                "the register again",
                file=altered[0],
            )
        )


def _sync(folder: Path) -> None:
    """Have everything below a folder on the disk."""
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_names(path)
        else:
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
    sync_names(folder)


def _resolved(out: Path) -> Path:
    """Where a folder is, found out once: what is relative to it would be elsewhere once it was replaced."""
    try:
        resolved = out.resolve()
        with suppress(FileNotFoundError):
            resolved.stat()
    except (OSError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno != errno.ELOOP:
            raise
        raise FolderInUse(
            message("{out} is a link that leads back to itself; choose another folder", out=out)
        ) from None
    return resolved


def _asides(out: Path) -> Iterator[Path]:
    """The folders in which runs of a name are being written, or were when they were interrupted."""
    pattern = re.compile(re.escape(f".{out.name}.") + r"\w+" + re.escape(_PARTIAL))
    yield from (out.with_name(name) for name in sorted(os.listdir(out.parent)) if pattern.fullmatch(name))


def _owned_aside(out: Path) -> tuple[Path, IO[bytes]]:
    """A new folder beside `OUT`, and the open file by which it is owned."""
    while True:
        aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=_PARTIAL, dir=out.parent))
        try:
            owner = (aside / _OWNER).open("wb")
        except FileNotFoundError:  # somebody took it for abandoned before it was owned
            continue
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        own(owner.fileno())
        if (aside / _OWNER).exists():
            return aside, owner
        owner.close()

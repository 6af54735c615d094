"""Runs as they are kept: each under its digest, which nothing overwrites, and the latest under its name."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from engine.diagnostics import FolderInUse, IntegrityFault, Refused, Rejected
from engine.journal.records import RunRecord
from engine.journal.run_files import KEPT, RECORD, RunFiles, check_copy, digest_of_run, name_of_kept, runs_kept_of
from engine.values.canonical import canonical, in_unicode, sha256
from offers.tables.table_file import digest_of_files


class RunFolder:
    """The folder of a run: `OUT` is the latest run, `OUT.runs/DIGEST` each, and both are there in full or not at all.

    Everything is written aside, in a folder whose name begins with a dot. `keep` gives the run its place under its
    digest, `replace` makes `OUT` a copy of it. What an interrupted run has left is taken away by the next one that is
    given the same name.

    Raises:
        FolderInUse: something else stands there.
    """

    def __init__(self, out: Path) -> None:
        self.out = out.resolve()
        if in_unicode(str(self.out)) != str(self.out):
            raise FolderInUse(f"the path of {out} is not written in UTF-8; choose another folder")
        if not self.out.name or any(part.endswith(KEPT) for part in self.out.parts):
            raise FolderInUse(f"{out} is no folder that a run can be written as; choose another")
        if out.exists() and not (out / "run.json").is_file() and (not out.is_dir() or any(out.iterdir())):
            raise FolderInUse(f"{out} is there already and holds no run; choose another folder")
        if (strange := next(_not_of_a_run(self.out), None)) is not None:
            raise FolderInUse(f"{out} would be replaced, and {strange} in it is of no run; put it elsewhere")
        self._kept = runs_kept_of(self.out)
        if self._kept.exists() and not self._kept.is_dir():
            raise FolderInUse(f"{self._kept}, where runs are kept, is no folder; choose another name")

    def __enter__(self) -> RunFolder:
        parent = self.out.parent
        parent.mkdir(parents=True, exist_ok=True)
        for left in parent.glob(f".{self.out.name}.*.partial"):
            if not _is_running(left):
                shutil.rmtree(left, ignore_errors=True)
        self._aside = Path(tempfile.mkdtemp(prefix=f".{self.out.name}.{os.getpid()}.", suffix=".partial", dir=parent))
        self.path, self.scratch = self._aside / "run", self._aside / "scratch"
        self.path.mkdir()
        self.scratch.mkdir()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._aside, ignore_errors=True)

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
        with _alone(self._kept):
            if place.exists():
                _check_same(place, record)
                return place
            self.path.rename(place)
            _sync_entries(self._kept)
            _sync_entries(self.out.parent)
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
            reason = (error.strerror or "it cannot be copied").lower()
            raise Refused(str(self.out), f"{reason}; the run itself stands in {run}") from None

    def _replace(self, run: Path) -> None:
        copy = self._aside / "copy"
        shutil.copytree(run, copy)
        _sync(copy)
        if not self.out.exists():
            copy.rename(self.out)
        else:
            former = self._place_of_former() or self._aside / "former"
            self.out.rename(former)
            try:
                copy.rename(self.out)
            except BaseException:
                former.rename(self.out)
                raise
        _sync_entries(self._kept)
        _sync_entries(self.out.parent)

    def _place_of_former(self) -> Path | None:
        """Where the run that stands in `OUT` is to be kept; None where it is kept already, or there is none."""
        if not (self.out / "run.json").is_file():
            return None
        files = sorted(p for p in self.out.rglob("*") if p.is_file())
        digest = digest_of_files(files)
        if (recorded := self.out / RECORD).is_file():
            own = self._kept / name_of_kept(sha256(recorded.read_text(encoding="utf-8")))
            if own.exists():
                return None
            if _is_whole(self.out):
                return own
        place = self._kept / name_of_kept(digest)
        return None if place.exists() else place


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other run is put in its place there, where the system can tell."""
    if os.name != "posix":
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
    *("summary.txt", "summary.html"),
)
_NOBODY = (".", "~$", "Thumbs.db", "desktop.ini")
"""How the names begin of what systems and spreadsheet programs put into folders."""


def _not_of_a_run(out: Path) -> Iterator[str]:
    """What stands in a folder that no run wrote."""
    if out.is_dir():
        names = (path.name for path in sorted(out.iterdir()))
        yield from (name for name in names if name not in OF_RUNS and not name.startswith(_NOBODY))


def _is_whole(folder: Path) -> bool:
    try:
        check_copy(folder, OF_RUNS)
    except (Rejected, OSError, ValueError):
        return False
    return True


def _check_same(place: Path, record: RunRecord) -> None:
    files = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    altered = [str(path) for path, _ in RunFiles(place, record, str(place)).altered()]
    altered += [str(place / name) for name in sorted(files - {RECORD, *(file.path for file in record.files)})]
    recorded = place / RECORD
    if not recorded.is_file() or recorded.read_bytes() != canonical(record.record()).encode():
        altered.append(str(recorded))
    if altered:
        message = "was altered since; put the folder elsewhere, and decide the register again"
        raise IntegrityFault(f"the same run was kept before, and {altered[0]} {message}")


def _sync(folder: Path) -> None:
    """Have everything below a folder on the disk."""
    for path in folder.rglob("*"):
        if path.is_dir():
            _sync_entries(path)
        else:
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
    _sync_entries(folder)


def _sync_entries(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system can do that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_running(folder: Path) -> bool:
    """Whether the process that writes a folder is still there."""
    try:
        os.kill(int(folder.name.split(".")[-3]), 0)
    except (ValueError, IndexError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True

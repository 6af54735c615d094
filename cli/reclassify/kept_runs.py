"""Runs as they are kept: each under its digest, which nothing overwrites, and the latest under its name."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

from engine.diagnostics import FolderInUse, IntegrityFault
from engine.journal.records import RunRecord
from engine.journal.run_files import RECORD, RunFiles, digest_of_run, name_of_kept, runs_kept_of
from engine.values.canonical import canonical, sha256
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
        if out.exists() and not (out / "run.json").is_file() and (not out.is_dir() or any(out.iterdir())):
            raise FolderInUse(f"{out} is there already and holds no run; choose another folder")
        if not self.out.name:
            raise FolderInUse(f"{out} is no folder that a run can be written as; choose another")
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
        if place.exists():
            _check_same(place, record)
            return place
        _sync(self.path)
        self._kept.mkdir(exist_ok=True)
        self.path.rename(place)
        _sync_entries(self._kept)
        _sync_entries(self.out.parent)
        return place

    def replace(self, run: Path) -> None:
        """Make `OUT` a copy of a run that is kept. A run that stood there is kept, too, if it was not before."""
        copy, former = self._aside / "copy", self._aside / "former"
        shutil.copytree(run, copy)
        _sync(copy)
        if not self.out.exists():
            copy.rename(self.out)
        else:
            self.out.rename(former)
            try:
                copy.rename(self.out)
            except BaseException:
                former.rename(self.out)
                raise
            self._keep_former(former)
        _sync_entries(self.out.parent)

    def _keep_former(self, former: Path) -> None:
        """Runs of before stood nowhere else; they have no record, and are kept under the digest of their files."""
        if not (former / "run.json").is_file():
            return
        if (former / RECORD).is_file():
            digest = sha256((former / RECORD).read_text(encoding="utf-8"))
        else:
            digest = digest_of_files(sorted(p for p in former.rglob("*") if p.is_file()))
        if not (place := self._kept / name_of_kept(digest)).exists():
            former.rename(place)


def _check_same(place: Path, record: RunRecord) -> None:
    for path, _ in RunFiles(place, record, str(place)).altered():
        message = "was altered since; put the folder elsewhere, and decide the register again"
        raise IntegrityFault(f"the same run was kept before, and {path} {message}")


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

"""The files of a run, each compared with the digest that was recorded of it before anything in it is believed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from engine.diagnostics import Place, rejected
from engine.documents.fields import read_json
from engine.documents.regular_file import leads_below, read_text
from engine.journal.records import File, RunRecord
from engine.texts.catalogue import Message, message
from engine.values.canonical import canonical, sha256

RECORD = "record.json"
"""The file of a run that names all others by their digests; its own digest names the folder that the run is kept in."""
KEPT = ".runs"
"""How the folder with the runs of a name ends: those of `2018` are kept in `2018.runs`."""
_DIGITS = 16
LEFT_BY_SYSTEMS = (".", "~$", "Thumbs.db", "desktop.ini")
"""How the names begin of what systems and spreadsheet programs put into folders."""
_HINT = message("a copy of the file that was not altered, put in its place, holds again")


def digest_of_run(run: RunRecord) -> str:
    """The digest of what a run was made of, what it came to, and every file that it wrote."""
    return sha256(canonical(run.record()))


def name_of_kept(digest: str) -> str:
    """What the folder of a run is called by its digest."""
    return digest[:_DIGITS]


def is_kept(place: str, digest: str) -> bool:
    """Whether a run with a digest was recorded where runs are kept: in a folder of its own, which nobody writes to.

    >>> is_kept("2018.runs/" + 16 * "0", 64 * "0"), is_kept("2018", 64 * "0")
    (True, False)
    """
    return PurePosixPath(place).name == name_of_kept(digest)


def runs_kept_of(out: Path) -> Path:
    """The folder in which the runs are kept that were written as `out`.

    >>> runs_kept_of(Path("runs/2018")).as_posix()
    'runs/2018.runs'
    """
    return out.with_name(out.name + KEPT)


class RunFiles:
    """The files of a run by its record.

    Args:
        folder: where the run stands.
        run: its record.
        owner: what vouches for it, such as `entry 4 of journal.db`.
        beside: folders in which its files are looked for, too.
    """

    def __init__(self, folder: Path, run: RunRecord, owner: Message | str, beside: Sequence[Path] = ()) -> None:
        self._folder, self._run, self._owner = folder, run, owner
        self._folders = (folder, *beside)

    @classmethod
    def recorded(cls, folder: Path, run: RunRecord, owner: Message | str) -> RunFiles:
        """The files of a run that a journal names.

        Those that were recorded before runs were kept stand in the folder that was written; where another run was
        written there since, they are found among those that are kept beside it.
        """
        try:
            kept = sorted(runs_kept_of(folder).iterdir()) if folder.name else []
        except (OSError, ValueError):  # there is no such folder
            kept = []
        return cls(folder, run, owner, kept)

    def table(self, name: str) -> list[Path]:
        """The files of a table: the one of that name, or those in the folder of that name, in their order.

        Raises:
            Rejected: the run has no such file, or one is not what it was.
        """
        files = [f for f in self._run.files if f.path == name or f.path.startswith(f"{name}/")]
        if not files:
            words = message("{owner} names no file `{name}`", owner=self._owner, name=name)
            raise rejected(Place(str(self._folder)), "altered-file", words, _HINT)
        return [self.path(file) for file in sorted(files) if file.path.endswith(".parquet")]

    def found(self, name: str) -> Iterator[Path]:
        """Where a file of that name stands that has its digest."""
        for file in self._run.files:
            if file.path == name:
                yield from self._sound(file)

    def path(self, file: File) -> Path:
        """Where a file stands that has its digest.

        Raises:
            Rejected: there is none.
        """
        return next(self._sound(file), None) or self._fail(file)

    def altered(self) -> Iterator[tuple[Path, bool]]:
        """The files that are not what they were, and whether something else stands in their place."""
        for file in self._run.files:
            if next(self._sound(file), None) is None:
                path = self._folder / file.path
                yield path, digest_of_file(path) is not None

    def surplus(self) -> Iterator[Path]:
        """What stands in the folder beside the files of the run and its record; what systems leave is not counted."""
        own = {RECORD, *(file.path for file in self._run.files)}
        for path in sorted(_below(self._folder)):
            is_own = path.relative_to(self._folder).as_posix() in own
            if not is_own and not path.name.startswith(LEFT_BY_SYSTEMS):
                yield path

    def _fail(self, file: File) -> Path:
        path = self._folder / file.path
        was_altered = digest_of_file(path) is not None
        words = (
            message("the file, which {owner} names, no longer has its digest", owner=self._owner)
            if was_altered
            else message("the file, which {owner} names, cannot be read", owner=self._owner)
        )
        raise rejected(Place(str(path)), "altered-file", words, _HINT)

    def _sound(self, file: File) -> Iterator[Path]:
        if _is_below(file.path):
            for folder in self._folders:
                path = folder / file.path
                if leads_below(path, folder) and digest_of_file(path) == file.sha256:
                    yield path


def _below(folder: Path) -> Iterator[Path]:
    """All that stands below a folder but folders, which are gone through; links are not followed."""
    for top, folders, names in os.walk(folder):
        yield from (Path(top, name) for name in names)
        yield from (path for name in folders if (path := Path(top, name)).is_symlink())


def _is_below(path: str) -> bool:
    """Whether a path leads to a file below a folder and nowhere else."""
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts


def check_copy(folder: Path, names: Iterable[str]) -> None:
    """Compare files of a run's folder with the record that stands among them; runs of before have none.

    Raises:
        Rejected: a file is not what it was.
        OSError, ValueError: there is no record that can be read.
    """
    if not (folder / RECORD).exists():
        return
    run = RunRecord.read(read_json(read_text(folder / RECORD)))
    files = RunFiles(folder, run, str(folder / RECORD))
    wanted = set(names)
    for file in run.files:
        if file.path.partition("/")[0] in wanted:
            files.path(file)


def digest_of_file(path: Path) -> str | None:
    """The SHA-256 of a regular file; None where it is none or cannot be read."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError):  # no file has a name with a null in it
        return None

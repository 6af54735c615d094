"""What was decided on vectors in runs before, kept in the user's cache: a file for each rulebook and whoever decided.

A file is found by a digest of all that a decision follows from (`_key_of`), says it again, and is verified by its own
digest before anything in it is used. What is damaged, too large, not ours or not to be read is as if it were not
there: the vectors are decided anew, and the file is written anew. A cache that cannot be written is no mistake.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from engine.decisions.vector_decisions import VectorDecisions
from engine.diagnostics import Rejected
from engine.documents.file_writer import write_file
from engine.documents.regular_file import open_regular
from engine.evaluation.columnar import ColumnarProgram
from engine.evaluation.program import Program
from engine.evaluation.ruling import Items
from engine.rulebooks.rulebook import Verdict
from engine.values.logic import Status

FORMAT = "sekskant/decided/1"
MOST_BYTES = 16 * 2**20
"""A file with more is not read, and none with more is written."""
MOST_FILES = 100
"""So many files are kept, those that were written last."""
STATUSES = ("met", "not_met", "unknown", "not_applicable")
_ENDING = ".decided"
_ROOMS = ("decisions", "evaluation", "rulebooks", "values")
"""The rooms of the engine that a decision on a vector follows from."""
_DIGITS = {status: str(number) for number, status in enumerate(Status)}
_ALL_DIGITS = "".join(_DIGITS.values())


class Decided(NamedTuple):
    """What is decided on a vector: the words of the decision, and the vectors of items that can occur there.

    The words are verdict, basis, the status of each criterion, and the criteria that decide, with spaces between.
    """

    words: tuple[str | None, ...]
    items: frozenset[str]


def digits_of(items: Items) -> str:
    """The statuses of items, a digit for each.

    >>> digits_of((Status.MET, Status.NOT_MET, Status.MET)) == digits_of((Status.MET,) * 3)
    False
    """
    return "".join(map(_DIGITS.__getitem__, items))


class DecidedBefore:
    """What one rulebook decided before, and what it decides now.

    Args:
        folder: where files are kept; None to know nothing and to keep nothing.
        decisions: decide what is not known.
        columnar: gives the vectors.
    """

    def __init__(self, folder: Path | None, decisions: VectorDecisions, columnar: ColumnarProgram) -> None:
        self._possible, self._path, self._key = _Possible.of(decisions.program), None, ""
        self._kept: dict[str, str] = {}
        self._new: dict[str, Decided] = {}
        self._had: set[str] = set()
        if folder is not None:
            self._key = _key_of(decisions, columnar)
            self._path = folder / f"{_sha256(self._key.encode())[:32]}{_ENDING}"
            self._kept = _read(self._path, self._key)

    @property
    def decided(self) -> int:
        """How many vectors were decided now."""
        return len(self._new)

    @property
    def had(self) -> int:
        """How many vectors were asked about, and decided before."""
        return len(self._had)

    @property
    def is_kept(self) -> bool:
        """Whether what is decided is kept."""
        return self._path is not None

    def on(self, vectors: Sequence[int]) -> Decided | None:
        """What was decided on the vectors of a row, now or before; None where nothing is known."""
        name = _name_of(vectors)
        if (decided := self._new.get(name)) is not None:
            return decided
        if (line := self._kept.get(name)) is None or (decided := self._possible.read(line)) is None:
            return None
        self._had.add(name)
        return decided

    def take(self, vectors: Sequence[int], decided: Decided) -> None:
        """Hear what is decided now."""
        self._new[_name_of(vectors)] = decided

    def write(self) -> None:
        """Keep what is new beside what was known. Of two who write at the same time the last one is heard."""
        if self._path is None or not self._new:
            return
        new = {name: _line_of(decided) for name, decided in self._new.items()}
        data = _written(self._key, {**self._kept, **new})
        if len(data) <= MOST_BYTES:
            with suppress(OSError, Rejected):
                write_file(self._path, data, parents=True)
                _take_away_the_oldest(self._path.parent)


def _key_of(decisions: VectorDecisions, columnar: ColumnarProgram) -> str:
    """What a decision follows from: rulebook, vocabulary, program, who decides and checks, how vectors are made."""
    rulebook, execution = decisions.program.rulebook, decisions.who
    facts = {
        "format": FORMAT,
        "rulebook": rulebook.sha256,
        "vocabulary": rulebook.vocabulary.sha256,
        "sekskant": [version("sekskant"), _source()],
        "engine": [execution.engine, execution.checked_by],
        "vectors": columnar.sizes,
    }
    return json.dumps(facts, sort_keys=True)


@cache
def _source() -> str:
    """A digest of the modules that decide, which another release, or somebody who works on them, has others of."""
    import engine  # noqa: PLC0415 - where it lies

    digest = hashlib.sha256()
    for folder in (Path(str(engine.__file__)).parent / room for room in _ROOMS):
        for path in sorted(folder.glob("*.py")):
            digest.update(f"{folder.name}/{path.name} {_sha256(path.read_bytes())}\n".encode())
    return digest.hexdigest()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read(path: Path, key: str) -> dict[str, str]:
    """The lines of a file by the vectors that they are about; none where it is not whole, not ours, or not there."""
    try:
        with open_regular(path) as stream:
            about = os.fstat(stream.fileno())
            if about.st_size > MOST_BYTES or (os.name == "posix" and not _is_own(about)):
                return {}
            data = stream.read(MOST_BYTES + 1)
    except (OSError, Rejected):
        return {}
    head, _, rest = data.partition(b"\n")
    if head != _head_of(rest):
        return {}
    first, *lines = rest.decode("ascii", "replace").removesuffix("\n").split("\n")
    return dict(line.partition("\t")[::2] for line in lines) if first == key else {}


def _is_own(about: os.stat_result) -> bool:
    """Whether nobody else can have written a file."""
    return about.st_uid == os.geteuid() and not about.st_mode & 0o002


def _written(key: str, lines: dict[str, str]) -> bytes:
    rest = "".join(f"{line}\n" for line in (key, *(f"{name}\t{lines[name]}" for name in sorted(lines)))).encode()
    return _head_of(rest) + b"\n" + rest


def _head_of(rest: bytes) -> bytes:
    return f"{FORMAT} {_sha256(rest)}".encode()


def _name_of(vectors: Sequence[int]) -> str:
    return ",".join(map(str, vectors))


def _line_of(decided: Decided) -> str:
    return "\t".join([*(word or "" for word in decided.words), " ".join(sorted(decided.items))])


class _Possible(NamedTuple):
    """What can stand in a line: each word but the last, the criteria that the last may name, and how many items."""

    words: tuple[frozenset[str], ...]
    criteria: frozenset[str]
    items: int

    @classmethod
    def of(cls, program: Program) -> _Possible:
        """What can be decided by a program."""
        verdicts = frozenset(verdict.value for verdict in Verdict)
        bases = frozenset(("", *(name for name, _ in program.bases)))
        statuses = [frozenset(STATUSES)] * len(program.criteria)
        criteria = frozenset(nodes.criterion.id for nodes in program.criteria)
        return cls((verdicts, bases, *statuses), criteria, len(program.inputs))

    def read(self, line: str) -> Decided | None:
        """What a line says; None where it says nothing that could be decided."""
        *words, decisive, items = ["", *line.split("\t")]
        vectors = frozenset(items.split(" "))
        is_possible = (
            len(words) == len(self.words) + 1
            and all(map(frozenset.__contains__, self.words, words[1:]))
            and self.criteria.issuperset(decisive.split())
            and all(map(self._are_items, vectors))
        )
        return Decided((*(word or None for word in words[1:]), decisive or None), vectors) if is_possible else None

    def _are_items(self, text: str) -> bool:
        return len(text) == self.items and not text.strip(_ALL_DIGITS)


def _take_away_the_oldest(folder: Path) -> None:
    files = sorted(folder.glob(f"*{_ENDING}"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[MOST_FILES:]:
        path.unlink(missing_ok=True)

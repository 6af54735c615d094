"""Finds vocabularies and rulebooks: those shipped, and those in a folder of the reader's own."""

from __future__ import annotations

import datetime
import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import rules
from engine.diagnostics import Diagnostic, Place, Rejected, near_hint, rejected
from engine.loader import load_rulebook, load_vocabulary
from engine.rulebook import Rulebook, Vocabulary

SHIPPED = Path(rules.__file__).parent
VOCABULARY_FILE = "vocabulary.yaml"


class Library:
    """The rulebooks of one folder and the folders directly in it, loaded once.

    A folder holds a `vocabulary.yaml` and its rulebooks, each a YAML file beside it.

    >>> library = Library()
    >>> [rulebook.id for rulebook in library.in_force(2018)]
    ['hovedstaden.udviklingsstrategi', 'hovedstaden.mest-specialiserede']
    """

    def __init__(self, folder: Path = SHIPPED) -> None:
        self._vocabularies: dict[str, Vocabulary] = {}
        self.rulebooks: tuple[Rulebook, ...] = ()
        found: list[Diagnostic] = []
        for path in _vocabulary_files(folder):
            try:
                self._load(path)
            except Rejected as error:
                found += error.diagnostics
        found += _overlaps(self.rulebooks)
        if found:
            raise Rejected(found)
        self.rulebooks = tuple(sorted(self.rulebooks, key=_order))

    def _load(self, path: Path) -> None:
        vocabulary = load_vocabulary(read_bytes(path), shown_path(path))
        self._vocabularies[vocabulary.id] = vocabulary
        found: list[Diagnostic] = []
        for file in sorted(path.parent.glob("*.yaml")):
            if file.name != VOCABULARY_FILE:
                try:
                    rulebook = load_rulebook(read_bytes(file), shown_path(file), self._vocabularies.get)
                    self.rulebooks = (*self.rulebooks, rulebook)
                except Rejected as error:
                    found += error.diagnostics
        if found:
            raise Rejected(found)

    def in_force(self, year: int) -> tuple[Rulebook, ...]:
        """The rulebooks in force on 1 January of a year, a rulebook before those that are its subset.

        Raises:
            Rejected: there is none.
        """
        day = datetime.date(year, 1, 1)
        found = tuple(r for r in self.rulebooks if r.is_in_force(day))
        if not found:
            years = sorted({r.in_force_from.year for r in self.rulebooks})
            hint = f"there are rulebooks for {', '.join(map(str, years))}"
            message = f"no rulebook is in force on 1 January {year}"
            raise rejected(Place("--year"), "no-rulebook-in-force", message, hint)
        return found

    def latest_year(self) -> int:
        """The latest agreement year that a rulebook covers."""
        return max((r.in_force_until or r.in_force_from).year for r in self.rulebooks)

    def choose(self, name: str, year: int) -> Rulebook:
        """The rulebook called `ID` in force in a year, or `ID@VERSION`, or the one in a file.

        Raises:
            Rejected: there is none.
        """
        if name.endswith((".yaml", ".yml")):
            return self.from_file(Path(name))
        identifier, _, version = name.partition("@")
        versions = [r for r in self.rulebooks if r.id == identifier]
        if not versions:
            hint = near_hint(identifier, dict.fromkeys(r.id for r in self.rulebooks))
            raise rejected(Place("--rulebook"), "unknown-rulebook", f"there is no rulebook `{identifier}`", hint)
        day = datetime.date(year, 1, 1)
        fitting = [r for r in versions if (r.version == version if version else r.is_in_force(day))]
        if not fitting:
            has = ", ".join(f"`{identifier}@{r.version}`" for r in versions)
            wanted = f"version `{version}`" if version else f"version in force on 1 January {year}"
            raise rejected(
                Place("--rulebook"), "unknown-rulebook", f"`{identifier}` has no {wanted}", f"there is {has}"
            )
        return fitting[0]

    def from_file(self, path: Path) -> Rulebook:
        """The rulebook in a file; its vocabulary stands beside it or among these.

        Raises:
            Rejected: with every mistake found in either file.
        """
        beside = path.parent / VOCABULARY_FILE
        vocabularies = dict(self._vocabularies)
        if beside.exists():
            own = load_vocabulary(read_bytes(beside), shown_path(beside))
            vocabularies[own.id] = own
        return load_rulebook(read_bytes(path), shown_path(path), vocabularies.get)

    def superset_of(self, rulebook: Rulebook) -> Rulebook | None:
        """The rulebook whose subset one declares itself to be, in the version in force with it."""
        same = [r for r in self.rulebooks if r.id == rulebook.subset_of]
        return next((r for r in same if r.is_in_force(rulebook.in_force_from)), None)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        Rejected: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise rejected(Place(str(path)), "unreadable", (error.strerror or str(error)).lower()) from None


def shown_path(path: Path) -> str:
    """A path as a reader would write it: relative where that is shorter."""
    try:
        return min(str(path), os.path.relpath(path), key=len)
    except ValueError:
        return str(path)


def _order(rulebook: Rulebook) -> tuple[bool, str, datetime.date]:
    """A rulebook before those that are its subset, then by id and date."""
    return (rulebook.subset_of is not None, rulebook.id, rulebook.in_force_from)


def _vocabulary_files(folder: Path) -> Iterator[Path]:
    yield from folder.glob(VOCABULARY_FILE)
    yield from sorted(folder.glob(f"*/{VOCABULARY_FILE}"))


def _overlaps(rulebooks: Iterable[Rulebook]) -> Iterator[Diagnostic]:
    """Two versions of one rulebook may not be in force on one day."""
    ordered = sorted(rulebooks, key=lambda r: (r.id, r.in_force_from))
    for earlier, later in itertools.pairwise(ordered):
        if earlier.id == later.id and earlier.is_in_force(later.in_force_from):
            both = f"`{later.id}@{later.version}` and `{earlier.id}@{earlier.version}`"
            message = f"{both} are both in force on {later.in_force_from}"
            yield Diagnostic(Place(later.file, 1, 1), "overlapping-dates", message, "let the earlier one end before")

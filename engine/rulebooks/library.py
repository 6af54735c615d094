"""Finds vocabularies and rulebooks: those shipped, and those in a folder of the reader's own."""

from __future__ import annotations

import contextlib
import datetime
import itertools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import rules
from engine.diagnostics import Diagnostic, Place, Rejected, near_hint, rejected
from engine.documents.document import read_file, read_one
from engine.documents.places import place_of
from engine.rulebooks.rulebook import Rulebook, Vocabulary
from engine.rulebooks.rulebook_loader import load_rulebook
from engine.rulebooks.vocabulary_loader import load_vocabulary
from engine.texts.catalogue import message

SHIPPED = Path(rules.__file__).parent
VOCABULARY_FILE = "vocabulary.yaml"
SUFFIXES = (".yaml", ".yml")


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
        self._found: list[Diagnostic] = []
        files = list(_vocabulary_files(folder))
        if not files:
            words = message(
                "there is no `{file}` in the folder, nor in a folder directly in it",
                file=VOCABULARY_FILE,
            )
            raise rejected(Place(shown_path(folder)), "unreadable", words)
        for path in [path for path in files if self._load_vocabulary(path)]:
            self._load_rulebooks(path.parent)
        self._found += itertools.chain(_repeated(self.rulebooks), _overlaps(self.rulebooks))
        if self._found:
            raise Rejected(self._found)
        self._found += _without_superset(self.rulebooks)
        if self._found:
            raise Rejected(self._found)
        self.rulebooks = tuple(sorted(self.rulebooks, key=_order))

    def _load_vocabulary(self, path: Path) -> bool:
        """Whether the vocabulary is right; without it nothing can be said about the rulebooks beside it."""
        try:
            vocabulary = load_vocabulary(read_file(path), shown_path(path))
        except Rejected as error:
            self._found += error.diagnostics
            return False
        if vocabulary.id in self._vocabularies:
            words = message("`{id}` is the id of another vocabulary", id=vocabulary.id)
            self._found.append(Diagnostic(_place_in(shown_path(path), "id"), "repeated-id", words))
            return False
        self._vocabularies[vocabulary.id] = vocabulary
        return True

    def _load_rulebooks(self, folder: Path) -> None:
        for file in rulebook_files(folder):
            try:
                rulebook = self._rulebook(file, self._vocabularies)
                self.rulebooks = (*self.rulebooks, rulebook)
            except Rejected as error:
                self._found += error.diagnostics

    def _rulebook(self, file: Path, vocabularies: Mapping[str, Vocabulary]) -> Rulebook:
        return load_rulebook(read_file(file), shown_path(file), vocabularies.get, vocabularies)

    def _on(self, day: datetime.date) -> tuple[Rulebook, ...]:
        return _on(day, self.rulebooks)

    def in_force(self, year: int) -> tuple[Rulebook, ...]:
        """The rulebooks in force on 1 January of a year, a rulebook before those that are its subset.

        Raises:
            Rejected: there is none.
        """
        day = datetime.date(year, 1, 1)
        rulebooks = self._on(day)
        if not rulebooks:
            years = sorted({r.in_force_from.year for r in self.rulebooks})
            advice = message("there are rulebooks for {years}", years=", ".join(map(str, years)))
            words = message("no rulebook is in force on 1 January {year}", year=year)
            raise rejected(Place("--year"), "no-rulebook-in-force", words, advice)
        return rulebooks

    def latest_year(self) -> int:
        """The latest agreement year that a rulebook covers."""
        return max((r.in_force_until or r.in_force_from).year for r in self.rulebooks)

    def choose(self, name: str, year: int) -> Rulebook:
        """The rulebook called `ID` in force in a year, or `ID@VERSION`, or the one in a file.

        Raises:
            Rejected: there is none.
        """
        if name.endswith(SUFFIXES):
            return self.from_file(Path(name))
        identifier, at, version = name.partition("@")
        versions = [r for r in self.rulebooks if r.id == identifier]
        if not versions:
            advice = near_hint(identifier, dict.fromkeys(r.id for r in self.rulebooks))
            raise rejected(
                Place("rulebook"),
                "unknown-rulebook",
                message("there is no rulebook `{identifier}`", identifier=identifier),
                advice,
            )
        day = datetime.date(year, 1, 1)
        on = self._on(day)
        fitting = [r for r in versions if (r.version == version if at else r in on)]
        if not fitting:
            has = ", ".join(f"`{identifier}@{r.version}`" for r in versions)
            words = message("`{identifier}` has no version in force on 1 January {year}", year=year)
            if at:
                words = message("`{identifier}` has no version `{version}`", version=version)
            advice = message("there is {versions}", versions=has)
            raise rejected(Place("rulebook"), "unknown-rulebook", words.filled(identifier=identifier), advice)
        return fitting[0]

    def from_file(self, path: Path) -> Rulebook:
        """The rulebook in a file; its vocabulary stands beside it or among these.

        Raises:
            Rejected: with every mistake found in either file.
        """
        beside = path.parent / VOCABULARY_FILE
        vocabularies = dict(self._vocabularies)
        if beside.exists():
            own = load_vocabulary(read_file(beside), shown_path(beside))
            vocabularies[own.id] = own
        return self._rulebook(path, vocabularies)

    def superset_of(
        self, rulebook: Rulebook, chosen: Sequence[Rulebook] = (), year: int | None = None
    ) -> Rulebook | None:
        """The rulebook whose subset one declares itself to be.

        One that was chosen goes before those that lie beside the subset, and these before those of the library. Of
        several versions it is that in force on 1 January of the year, else the one in force with the subset.
        """
        if rulebook.subset_of is None:
            return None
        begins = rulebook.in_force_from
        day = begins if year is None else datetime.date(year, 1, 1)
        in_force = sorted(chosen, key=lambda r: not r.is_in_force(day))
        is_own = any(rulebook is one for one in self.rulebooks)
        beside = () if is_own else tuple(self._beside(rulebook, rulebook.subset_of))
        versions = [_on(on, several) for several in (beside, self.rulebooks) for on in (day, begins)]
        candidates = itertools.chain(in_force, *versions)
        return next((r for r in candidates if r.id == rulebook.subset_of and r.content != rulebook.content), None)

    def _beside(self, rulebook: Rulebook, name: str) -> Iterator[Rulebook]:
        """What may be the rulebook of a name, in the folder of another; those with mistakes are passed over."""
        for file in rulebook_files(Path(rulebook.file).parent):
            with contextlib.suppress(Rejected):
                if name.encode() in read_file(file):
                    yield self.from_file(file)


def _on(day: datetime.date, rulebooks: Sequence[Rulebook]) -> tuple[Rulebook, ...]:
    """Those in force on a day; a version without a last day applies until the next."""
    begun = [r for r in rulebooks if r.is_in_force(day)]
    latest = {r.id: max(o.in_force_from for o in begun if o.id == r.id) for r in begun}
    return tuple(r for r in begun if r.in_force_from == latest[r.id])


def yaml_files(folder: Path) -> list[Path]:
    """The YAML files of a folder, in the order of their names."""
    return sorted(file for end in SUFFIXES for file in folder.glob(f"*{end}"))


def rulebook_files(folder: Path) -> list[Path]:
    """The files of a folder that hold its rulebooks: all of YAML but the vocabulary."""
    return [file for file in yaml_files(folder) if file.name != VOCABULARY_FILE]


def shown_path(path: Path) -> str:
    """A path as a reader would write it: relative where that is shorter."""
    try:
        return min(str(path), os.path.relpath(path), key=len)
    except (ValueError, OSError):
        return str(path)


def _order(rulebook: Rulebook) -> tuple[bool, str, datetime.date]:
    """A rulebook before those that are its subset, then by id and date."""
    return (rulebook.subset_of is not None, rulebook.id, rulebook.in_force_from)


def _vocabulary_files(folder: Path) -> Iterator[Path]:
    yield from folder.glob(VOCABULARY_FILE)
    yield from sorted(folder.glob(f"*/{VOCABULARY_FILE}"))


def _repeated(rulebooks: Iterable[Rulebook]) -> Iterator[Diagnostic]:
    """Two files may not hold one version of a rulebook."""
    first: dict[tuple[str, str], str] = {}
    for rulebook in rulebooks:
        file = first.setdefault((rulebook.id, rulebook.version), rulebook.file)
        if file != rulebook.file:
            words = message("`{name}` stands already in {file}", name=rulebook.name, file=file)
            place = _place_in(rulebook.file, "version")
            yield Diagnostic(place, "repeated-id", words, message("give each version its own name"))


def _overlaps(rulebooks: Iterable[Rulebook]) -> Iterator[Diagnostic]:
    """Two versions of one rulebook may not be in force on one day; one without a last day gives way to the next."""
    ordered = sorted(rulebooks, key=lambda r: (r.id, r.in_force_from, r.file))
    for earlier, later in itertools.combinations(ordered, 2):
        end = earlier.in_force_until or earlier.in_force_from
        if earlier.id == later.id and later.in_force_from <= end:
            words = message(
                "`{later}` and `{earlier}` are both in force on {day}",
                later=later.name,
                earlier=earlier.name,
                day=later.in_force_from,
            )
            place = _place_in(later.file, "in_force", "from")
            yield Diagnostic(place, "overlapping-dates", words, message("let the earlier one end before"))


def _without_superset(rulebooks: Iterable[Rulebook]) -> Iterator[Diagnostic]:
    """A rulebook may be declared the subset of one that is there, and is another."""
    known = dict.fromkeys(r.id for r in rulebooks)
    for rulebook in rulebooks:
        others = [name for name in known if name != rulebook.id]
        if rulebook.subset_of is not None and rulebook.subset_of not in others:
            words = message("there is no other rulebook `{identifier}`", identifier=rulebook.subset_of)
            place = _place_in(rulebook.file, "subset_of")
            yield Diagnostic(place, "unknown-rulebook", words, near_hint(rulebook.subset_of, others))


def _place_in(file: str, *path: str) -> Place:
    """The place of a value in a file that has been read before."""
    return place_of(read_one(read_file(Path(file)), file), *path)

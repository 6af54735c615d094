"""Finds vocabularies and rulebooks: those shipped, and those in a folder of the reader's own."""

from __future__ import annotations

import contextlib
import datetime
import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import rules
from engine.diagnostics import Diagnostic, Place, Rejected, near_hint, rejected
from engine.documents.document import read_file, read_one
from engine.documents.places import place_of, shown_path
from engine.rulebooks.rulebook import Rulebook, Vocabulary
from engine.rulebooks.series import Series
from engine.rulebooks.vocabulary_loader import load_vocabulary
from engine.texts.catalogue import message

SHIPPED = Path(rules.__file__).parent
VOCABULARY_FILE = "vocabulary.yaml"
SUFFIXES = (".yaml", ".yml")
OWN_PLACES = "SEKSKANT_RULEBOOKS"
"""The variable of the environment that names folders of rulebooks beside those shipped, separated as in PATH."""


def standing_places() -> tuple[Path, ...]:
    """The places whose rulebooks are always there: those shipped, and those that the environment names."""
    return SHIPPED, *_named_places()


def _named_places() -> tuple[Path, ...]:
    """The places that the environment names."""
    return tuple(Path(place) for place in os.environ.get(OWN_PLACES, "").split(os.pathsep) if place)


class Library:
    """The rulebooks of places, loaded once: of the folder that each is and of the folders directly in it.

    A folder holds a `vocabulary.yaml` and its rulebooks, each a YAML file beside it; a place itself may do without a
    vocabulary, where its rulebooks use one of another place. Versions of one rulebook may stand in several places, but
    not one version in two. A folder is read once, however often it is named. Versions that others are based on may
    also stand `elsewhere`. Series that are shipped beside those of the agreement are chosen only by their names, unless
    their folder is a place of the library.

    >>> library = Library()
    >>> [rulebook.id for rulebook in library.in_force(2018)]
    ['hovedstaden.udviklingsstrategi', 'hovedstaden.mest-specialiserede']
    """

    def __init__(self, *places: Path, elsewhere: Library | None = None) -> None:
        self.places = tuple({place.resolve(): place for place in places or (SHIPPED,)}.values())
        self._vocabularies: dict[str, Vocabulary] = {}
        self._own_vocabularies: dict[Path, Vocabulary] = {}
        self.rulebooks: tuple[Rulebook, ...] = ()
        self._found: list[Diagnostic] = []
        folders: dict[Path, Path] = {}
        for folder in itertools.chain.from_iterable(map(self._folders, self.places)):
            folders.setdefault(folder.resolve(), folder)  # one that is a place itself may stand in another
        files = [file for folder in folders.values() for file in rulebook_files(folder)]
        self._series: Series = Series(
            files, self._vocabularies, self._vocabulary_beside, elsewhere._series if elsewhere else None
        )
        self._load(files)

    @classmethod
    def of_environment(cls, *more: Path) -> Library:
        """Those shipped, those in the folders that SEKSKANT_RULEBOOKS names, separated as in PATH, and in others."""
        return cls(*standing_places(), *more)

    def _folders(self, place: Path) -> list[Path]:
        """The folders of a place that hold rulebooks, with their vocabularies loaded."""
        files, known = list(_vocabulary_files(place)), dict[str, Vocabulary]()
        if not place.is_dir():
            words = message("this is no folder") if place.exists() else message("there is no such folder")
            advice = message("the variable {variable} names it", variable=OWN_PLACES)
            is_named = place in _named_places()
            raise rejected(Place(shown_path(place)), "unreadable", words, advice if is_named else None)
        if not files:
            if place != self.places[0] and rulebook_files(place):
                return [place]
            words = message(
                "there is no `{file}` in the folder, nor in a folder directly in it",
                file=VOCABULARY_FILE,
            )
            raise rejected(Place(shown_path(place)), "unreadable", words)
        return [file.parent for file in files if self._load_vocabulary(file, known)]

    def _load_vocabulary(self, path: Path, known: dict[str, Vocabulary]) -> bool:
        """Whether the vocabulary is right; without it nothing can be said about the rulebooks beside it.

        `known` are those of its place: an id may stand in one place only once.
        """
        try:
            vocabulary = load_vocabulary(read_file(path), shown_path(path))
        except Rejected as error:
            self._found += error.diagnostics
            return False
        if vocabulary.id in known:
            words = message("`{id}` is the id of another vocabulary", id=vocabulary.id)
            self._found.append(Diagnostic(_place_in(shown_path(path), "id"), "repeated-id", words))
            return False
        known[vocabulary.id] = self._own_vocabularies[path.parent] = vocabulary
        self._vocabularies.setdefault(vocabulary.id, vocabulary)
        return True

    def _vocabulary_beside(self, file: Path) -> Vocabulary | None:
        return self._own_vocabularies.get(file.parent)

    def _load(self, files: Sequence[Path]) -> None:
        for file in files:
            try:
                self.rulebooks = (*self.rulebooks, self._series.rulebook(file))
            except Rejected as error:
                self._found += error.diagnostics
        self._found += itertools.chain(_repeated(self.rulebooks), _overlaps(self.rulebooks))
        if self._found:
            raise Rejected(self._found)
        self._found += _without_superset(self.rulebooks)
        if self._found:
            raise Rejected(self._found)
        self.rulebooks = tuple(sorted(self.rulebooks, key=_order))

    @cached_property
    def _chosen_unnamed(self) -> tuple[Rulebook, ...]:
        """The rulebooks that are decided where none is named."""
        apart = {(SHIPPED / name).resolve() for name in rules.DECIDED_WHERE_NAMED}
        apart -= {place.resolve() for place in self.places}
        names = {r.id for r in self.rulebooks if Path(r.file).resolve().parent in apart}
        return tuple(r for r in self.rulebooks if r.id not in names)

    def _on(self, day: datetime.date) -> tuple[Rulebook, ...]:
        return _on(day, self.rulebooks)

    def in_force(self, year: int) -> tuple[Rulebook, ...]:
        """The rulebooks in force on 1 January of a year that need no name, a rulebook before those that are its subset.

        Raises:
            Rejected: there is none.
        """
        day = datetime.date(year, 1, 1)
        rulebooks = _on(day, self._chosen_unnamed)
        if not rulebooks:
            years = sorted({r.in_force_from.year for r in self.rulebooks})
            advice = message("there are rulebooks for {years}", years=", ".join(map(str, years)))
            words = message("no rulebook is in force on 1 January {year}", year=year)
            raise rejected(Place("--year"), "no-rulebook-in-force", words, advice)
        return rulebooks

    def latest_year(self, names: Sequence[str] = ()) -> int:
        """The latest agreement year that a rulebook covers: one of those named, where some of these are named."""
        ids = {identifier for name in names for identifier in self._ids_of(name)}
        wanted = [r for r in self.rulebooks if r.id in ids] or self._chosen_unnamed
        return max((r.in_force_until or r.in_force_from).year for r in wanted)

    def _ids_of(self, name: str) -> list[str]:
        """The rulebooks that a name stands for: one by its id, or all of a folder."""
        if not self.is_folder(name):
            return [name.partition("@")[0]]
        folder = Path(name).resolve()
        own = [r for r in self.rulebooks if folder in Path(r.file).resolve().parents]
        return list(dict.fromkeys(r.id for r in own))

    def is_folder(self, name: str) -> bool:
        """Whether a name is that of a folder, and not of a rulebook."""
        return name not in {r.id for r in self.rulebooks} and not name.endswith(SUFFIXES) and Path(name).is_dir()

    def named(self, name: str, year: int) -> list[Rulebook]:
        """The rulebooks that a name stands for, as `choose` takes it; of a folder the series in it, in force in a year.

        A folder is one of the places of the library. Which version is in force is found among all that there are.

        Raises:
            Rejected: there is none.
        """
        if not self.is_folder(name):
            return [self.choose(name, year)]
        ids = self._ids_of(name)
        chosen = [r for r in self._on(datetime.date(year, 1, 1)) if r.id in ids]
        if not chosen:
            versions = ", ".join(f"`{r.name}`" for r in self.rulebooks if r.id in ids)
            words = message(
                "no rulebook of the folder {folder} is in force on 1 January {year}", folder=name, year=year
            )
            raise rejected(
                Place("rulebook"), "unknown-rulebook", words, message("there is {versions}", versions=versions)
            )
        return chosen

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
        """The rulebook in a file; its vocabulary stands beside it or among these, and so does a version before.

        Raises:
            Rejected: with every mistake found in any of the files.
        """
        beside = path.parent / VOCABULARY_FILE
        own = load_vocabulary(read_file(beside), shown_path(beside)) if beside.exists() else None
        others = (file for file in rulebook_files(path.parent) if file.name != path.name)
        return Series(itertools.chain([path], others), self._vocabularies, lambda _: own, self._series).rulebook(path)

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


def _order(rulebook: Rulebook) -> tuple[bool, str, datetime.date]:
    """A rulebook before those that are its subset, then by id and date."""
    return (rulebook.subset_of is not None, rulebook.id, rulebook.in_force_from)


def _vocabulary_files(folder: Path) -> Iterator[Path]:
    yield from folder.glob(VOCABULARY_FILE)
    yield from sorted(folder.glob(f"*/{VOCABULARY_FILE}"))


def _repeated(rulebooks: Iterable[Rulebook]) -> Iterator[Diagnostic]:
    """Two files may not hold one version of a rulebook."""
    first: dict[tuple[str, str], Rulebook] = {}
    for rulebook in rulebooks:
        other = first.setdefault((rulebook.id, rulebook.version), rulebook)
        if other is not rulebook:
            words = message("`{name}` stands already in {file}", name=rulebook.name, file=other.file)
            advice = message("delete one of them, or give it a version and dates of its own")
            if other.content == rulebook.content:
                advice = message("both say the same: delete one of them")
            yield Diagnostic(place_of(rulebook.written, "version"), "repeated-id", words, advice)


def _overlaps(rulebooks: Sequence[Rulebook]) -> Iterator[Diagnostic]:
    """Two versions of one rulebook may not be in force on one day; of one that stands in two files the first counts."""
    versions = {(r.id, r.version): r for r in reversed(rulebooks)}.values()
    ordered = sorted(versions, key=lambda r: (r.id, r.in_force_from, r.file))
    for earlier, later in itertools.combinations(ordered, 2):
        if earlier.id == later.id:
            yield from overlapping_dates(earlier, later)


def overlapping_dates(earlier: Rulebook, later: Rulebook) -> Iterator[Diagnostic]:
    """What is wrong where two versions, in the order of their first days, are in force on one day.

    One without a last day gives way to the next.
    """
    if later.in_force_from <= (earlier.in_force_until or earlier.in_force_from):
        words = message(
            "`{later}` and `{earlier}` are both in force on {day}",
            later=later.name,
            earlier=earlier.name,
            day=later.in_force_from,
        )
        advice = message("let this one begin later, or the earlier one end before")
        yield Diagnostic(place_of(later.written, "in_force", "from"), "overlapping-dates", words, advice)


def _without_superset(rulebooks: Iterable[Rulebook]) -> Iterator[Diagnostic]:
    """A rulebook may be declared the subset of one that is there, and is another."""
    known = dict.fromkeys(r.id for r in rulebooks)
    for rulebook in rulebooks:
        others = [name for name in known if name != rulebook.id]
        if rulebook.subset_of is not None and rulebook.subset_of not in others:
            words = message("there is no other rulebook `{identifier}`", identifier=rulebook.subset_of)
            place = place_of(rulebook.written, "subset_of")
            yield Diagnostic(place, "unknown-rulebook", words, near_hint(rulebook.subset_of, others))


def _place_in(file: str, *path: str) -> Place:
    """The place of a value in a file that has been read before."""
    return place_of(read_one(read_file(Path(file)), file), *path)

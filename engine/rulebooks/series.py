"""Files of rulebooks by id and version: each is loaded once, after the version that it is based on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from engine.diagnostics import Place, Rejected, quoted, rejected
from engine.documents.document import Node, read_file, read_one
from engine.documents.places import shown_path
from engine.rulebooks.rulebook import Rulebook, Vocabulary
from engine.rulebooks.rulebook_loader import rulebook_in, written_at
from engine.texts.catalogue import message

Named = tuple[str, str]
"""An id and a version."""


class _Document(NamedTuple):
    data: bytes
    node: Node

    @property
    def named(self) -> Named:
        return written_at(self.node, "id") or "", written_at(self.node, "version") or ""


class Series:
    """Files of rulebooks, and those that stand elsewhere, among which a version before is looked for after these.

    Args:
        files: the files.
        vocabularies: those that any of them may name.
        vocabulary_beside: the one beside a file, which goes before one of its name elsewhere.
        elsewhere: what stands elsewhere.
    """

    def __init__(
        self,
        files: Iterable[Path],
        vocabularies: Mapping[str, Vocabulary],
        vocabulary_beside: Callable[[Path], Vocabulary | None],
        elsewhere: Series | None = None,
    ) -> None:
        self._files, self._elsewhere = list(files), elsewhere
        self._vocabularies, self._vocabulary_beside = vocabularies, vocabulary_beside
        self._documents: dict[Path, _Document | Rejected] = {}
        self._loaded: dict[Path, Rulebook | Rejected] = {}
        self._underway: list[Path] = []

    def rulebook(self, file: Path) -> Rulebook:
        """The rulebook in a file.

        Raises:
            Rejected: with every mistake found.
        """
        if file not in self._loaded:
            try:
                self._loaded[file] = self._load(file)
            except Rejected as error:
                self._loaded[file] = error
        loaded = self._loaded[file]
        if isinstance(loaded, Rejected):
            raise loaded
        return loaded

    def _load(self, file: Path) -> Rulebook:
        document, beside = self._document(file), self._vocabulary_beside(file)
        vocabularies = self._vocabularies if beside is None else {**self._vocabularies, beside.id: beside}
        self._underway.append(file)
        try:
            return rulebook_in(
                document.node,
                document.data,
                shown_path(file),
                vocabularies.get,
                vocabularies,
                self._former,
                lambda name: beside is None or beside.id != name,
            )
        finally:
            self._underway.pop()

    def _document(self, file: Path) -> _Document:
        """What stands in a file, read once."""
        if file not in self._documents:
            try:
                data = read_file(file)
                self._documents[file] = _Document(data, read_one(data, shown_path(file)))
            except Rejected as error:
                self._documents[file] = error
        document = self._documents[file]
        if isinstance(document, Rejected):
            raise document
        return document

    def _former(self, identifier: str, version: str, place: Place) -> Rulebook:
        """The version of an id that another one is based on.

        Raises:
            Rejected: it is not there, has mistakes, or is based on that other one.
        """
        file = next(self._files_of((identifier, version)), None)
        if file is None:
            if self._elsewhere is not None:
                return self._elsewhere.version(identifier, version, place, self._versions(identifier))
            raise _not_there(identifier, version, place, self._versions(identifier))
        if file in self._underway:
            words = message("`{name}` is based on itself", name=f"{identifier}@{version}")
            if file != self._underway[-1]:
                way = [self._name_of(one) for one in self._underway[self._underway.index(file) + 1 :]]
                words = message(
                    "`{name}` is based on itself, by way of {versions}",
                    name=f"{identifier}@{version}",
                    versions=", ".join(f"`{one}`" for one in way),
                )
            raise rejected(place, "circular-versions", words, message("the first version stands in full"))
        return self.rulebook(file)

    def version(self, identifier: str, version: str, place: Place, others: Iterable[str] = ()) -> Rulebook:
        """A version of an id that another one, written at a place, is based on; `others` are versions known there.

        Raises:
            Rejected: it is not there, or has mistakes.
        """
        file = next(self._files_of((identifier, version)), None)
        if file is None:
            raise _not_there(identifier, version, place, [*others, *self._versions(identifier)])
        return self.rulebook(file)

    def _files_of(self, named: Named) -> Iterator[Path]:
        return (file for file, document in self._readable() if document.named == named)

    def _versions(self, identifier: str) -> list[str]:
        """The versions of an id but the one that is being loaded, which cannot be based on itself."""
        own = self._underway[-1:]
        return [one.named[1] for file, one in self._readable() if one.named[0] == identifier and file not in own]

    def _readable(self) -> Iterator[tuple[Path, _Document]]:
        for file in self._files:
            try:
                yield file, self._document(file)
            except Rejected:
                continue  # what is wrong with it is said where it is loaded itself

    def _name_of(self, file: Path) -> str:
        return "@".join(self._document(file).named)


def _not_there(identifier: str, version: str, place: Place, versions: Iterable[str]) -> Rejected:
    words = message("there is no version {version} of `{identifier}`", version=quoted(version), identifier=identifier)
    advice = message("folders in which versions stand are named in SEKSKANT_RULEBOOKS")
    if named := ", ".join(f"`{one}`" for one in sorted({*versions} - {version})):
        # One version is no misspelling of another: whoever took it instead would lose what was changed in between.
        advice = message("there is {versions}; others are looked for in the folders of SEKSKANT_RULEBOOKS")
        advice = advice.filled(versions=named)
    return rejected(place, "unknown-version", words, advice)

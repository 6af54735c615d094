"""A lint, and the files that lints look at: those that load."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from engine.authoring.lints.meaning import Meaning
from engine.diagnostics import Diagnostic, Place, TooComplex
from engine.documents.document import Node
from engine.documents.places import place_of, place_of_key
from engine.rulebooks.rulebook import Rulebook, Vocabulary


class CheckedFile:
    """A file that loads, as it is written."""

    def __init__(self, written: Node) -> None:
        self.written = written

    def at(self, *path: str | int) -> Place:
        """The place of the value that a path of keys and indexes leads to."""
        return place_of(self.written, *path)

    def at_key(self, *path: str | int) -> Place:
        """The place of the key that a path ends with."""
        return place_of_key(self.written, *path)


class VocabularyFile(CheckedFile):
    """A vocabulary, the rulebooks beside it, and those that stand elsewhere."""

    def __init__(
        self, written: Node, vocabulary: Vocabulary, rulebooks: Sequence[Rulebook], elsewhere: Sequence[Rulebook] = ()
    ) -> None:
        super().__init__(written)
        self.vocabulary, self.rulebooks, self.elsewhere = vocabulary, rulebooks, elsewhere


class RulebookFile(CheckedFile):
    """A rulebook, and all the rulebooks of its folder, itself among them."""

    def __init__(self, written: Node, rulebook: Rulebook, folder: Sequence[Rulebook]) -> None:
        super().__init__(written)
        self.rulebook, self.folder = rulebook, folder

    @property
    def meaning(self) -> Meaning:
        """What can be proven about the rulebook, made once for all lints that ask.

        Raises:
            TooComplex: nothing can be.
        """
        if self._meaning is None:
            raise TooComplex
        return self._meaning

    @cached_property
    def _meaning(self) -> Meaning | None:
        try:
            return Meaning(self.rulebook)
        except TooComplex:
            return None


RulebookCheck = Callable[[RulebookFile], Iterable[Diagnostic]]
VocabularyCheck = Callable[[VocabularyFile], Iterable[Diagnostic]]


def nothing(_: CheckedFile) -> Iterable[Diagnostic]:
    """The check that finds nothing."""
    return ()


class Lint(NamedTuple):
    """One lint: its code, what it finds in a line, and how it finds it in a rulebook, in a vocabulary, or in both.

    The docstring of its module is its page. Where a lint asks for the meaning of a rulebook that is too complex to
    prove anything about, it finds nothing.
    """

    code: str
    summary: str
    in_rulebook: RulebookCheck = nothing
    in_vocabulary: VocabularyCheck = nothing

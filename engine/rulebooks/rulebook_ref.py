"""Names a rulebook with its digests, as records of decisions and runs do."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.rulebooks.rulebook import Rulebook
from engine.values.fields import Fields


class VocabularyRef(NamedTuple):
    """A vocabulary by its id and the digest of its text."""

    id: str
    sha256: str


class RulebookRef(NamedTuple):
    """A rulebook by id, version and the digest of its text, with the vocabulary that it was decided with.

    >>> from engine.rulebooks.library import Library
    >>> from engine.values.fields import Fields
    >>> ref = RulebookRef.of(Library().rulebooks[0])
    >>> RulebookRef.read(Fields(ref.record())) == ref
    True
    """

    id: str
    version: str
    sha256: str
    vocabulary: VocabularyRef

    @classmethod
    def of(cls, rulebook: Rulebook) -> RulebookRef:
        """The reference to a rulebook."""
        vocabulary = VocabularyRef(rulebook.vocabulary.id, rulebook.vocabulary.sha256)
        return cls(rulebook.id, rulebook.version, rulebook.sha256, vocabulary)

    @classmethod
    def read(cls, fields: Fields) -> RulebookRef:
        """The reference in a record.

        Raises:
            Malformed: it is none.
        """
        vocabulary = fields.below("vocabulary")
        named = VocabularyRef(vocabulary.text("id"), vocabulary.text("sha256"))
        return cls(fields.text("id"), fields.text("version"), fields.text("sha256"), named)

    def record(self) -> dict[str, Any]:
        """The reference as a record."""
        return self._asdict() | {"vocabulary": self.vocabulary._asdict()}

    @property
    def name(self) -> str:
        """ID@VERSION, as files are named by it."""
        return f"{self.id}@{self.version}"

    @property
    def digests(self) -> tuple[str, str]:
        """The digests of the rulebook's and the vocabulary's texts."""
        return self.sha256, self.vocabulary.sha256

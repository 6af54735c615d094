"""A rulebook named so that nothing else can be meant: by id, version, and the digests of its two texts."""

from __future__ import annotations

from typing import Any, NamedTuple


class VocabularyRef(NamedTuple):
    """A vocabulary by its id and the digest of its text."""

    id: str
    sha256: str


class RulebookRef(NamedTuple):
    """A rulebook by its id, its version, the digest of its text, and its vocabulary.

    >>> ref = RulebookRef("capital.covered", "2018", "ab12", VocabularyRef("capital", "cd34"))
    >>> ref.name, ref.digests
    ('capital.covered@2018', ('ab12', 'cd34'))
    >>> RulebookRef.parse(ref.record()) == ref
    True
    """

    id: str
    version: str
    sha256: str
    vocabulary: VocabularyRef

    @property
    def name(self) -> str:
        """`ID@VERSION`."""
        return f"{self.id}@{self.version}"

    @property
    def digests(self) -> tuple[str, str]:
        """The digests of the rulebook's text and of its vocabulary's."""
        return self.sha256, self.vocabulary.sha256

    def record(self) -> dict[str, Any]:
        """As records write it."""
        return {**self._asdict(), "vocabulary": self.vocabulary._asdict()}

    @classmethod
    def parse(cls, record: object, path: str = "") -> RulebookRef:
        """The rulebook that a record names, which stands at a path in another; what else it holds is left alone.

        Raises:
            Malformed: it names none.
        """
        from engine.documents.fields import Fields  # noqa: PLC0415 - only what is recorded is read back

        fields = Fields(record, path)
        vocabulary = fields.below("vocabulary")
        named = VocabularyRef(vocabulary.text("id"), vocabulary.text("sha256"))
        return cls(fields.text("id"), fields.text("version"), fields.text("sha256"), named)

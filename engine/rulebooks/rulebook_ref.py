"""A rulebook named so that nothing else can be meant: by id, version, and the digests of its two texts."""

from __future__ import annotations

from collections.abc import Mapping
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
    def parse(cls, record: object) -> RulebookRef:
        """The rulebook that a record names; what else the record holds is left alone.

        Raises:
            ValueError: it names none.
        """
        identifier, version, sha256 = _texts(record, "id", "version", "sha256")
        vocabulary = record.get("vocabulary") if isinstance(record, Mapping) else None
        return cls(identifier, version, sha256, VocabularyRef(*_texts(vocabulary, "id", "sha256")))


def _texts(record: object, *keys: str) -> list[str]:
    values = [record.get(key) for key in keys] if isinstance(record, Mapping) else []
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) < len(keys):
        raise ValueError(f"a record without {', '.join(keys)} names no rulebook")
    return texts

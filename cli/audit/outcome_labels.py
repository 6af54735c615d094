"""What the outcomes that a journal or a receipt records are called in a reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cached_property

from engine.diagnostics import NotReplayable, Rejected
from engine.explanation.words_and_numbers import Wording
from engine.journal.journal import Journal, Kept
from engine.rulebooks.rulebook import Rulebook, Vocabulary
from engine.rulebooks.rulebook_loader import load_rulebook
from engine.rulebooks.rulebook_ref import RulebookRef
from engine.rulebooks.vocabulary_loader import load_vocabulary
from engine.values.canonical import sha256
from offers.recorded.replay import describing


class OutcomeLabels:
    """The labels of outcomes by the rulebooks that a journal keeps; an outcome of a rulebook not kept keeps its id."""

    def __init__(self, journal: Journal, wording: Wording) -> None:
        self._journal, self._wording = journal, wording

    def label(self, rulebook: str | None, version: str | None, outcome: str) -> str:
        """What an outcome of a rulebook and version is called."""
        return self._labels.get((rulebook, version, outcome), outcome)

    def rulebook(self, rulebook: str | None, version: str | None) -> Rulebook | None:
        """A rulebook that the journal keeps, by its id and version."""
        return self._rulebooks.get((rulebook, version))

    @cached_property
    def _rulebooks(self) -> dict[tuple[str | None, str | None], Rulebook]:
        return {(one.id, one.version): one for one in kept_rulebooks(self._journal.texts())}

    @cached_property
    def _labels(self) -> dict[tuple[str | None, str | None, str], str]:
        return {
            (*named, outcome.id): self._wording.text(outcome.label)
            for named, rulebook in self._rulebooks.items()
            for outcome in rulebook.outcomes.values()
        }


def kept_rulebooks(texts: Iterable[tuple[str, Kept]]) -> Iterator[Rulebook]:
    """The rulebooks among kept texts which have their digests, each read with the first vocabulary that fits it."""
    sound = [kept for digest, kept in texts if sha256(str(kept.text)) == digest]  # a journal holds what anybody writes
    vocabularies = [_encoded(kept.text) for kept in sound if kept.kind == "vocabulary"]
    for kept in sound:
        if kept.kind == "rulebook":
            yield from _read(_encoded(kept.text), vocabularies)


def _read(rulebook: bytes, vocabularies: Iterable[bytes]) -> Iterator[Rulebook]:
    for written in vocabularies:
        with suppress(Rejected):
            yield _with(load_vocabulary(written, "vocabulary"), rulebook)
            return


def _with(vocabulary: Vocabulary, rulebook: bytes) -> Rulebook:
    return load_rulebook(rulebook, "rulebook", lambda _: vocabulary)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def label_by(text: Callable[[str], str | None], rulebook: RulebookRef, outcome: str, wording: Wording) -> str:
    """What an outcome is called by a rulebook with known digests; its id where that is not kept."""
    with suppress(NotReplayable, Rejected):
        outcomes = describing(text).rulebook(rulebook).outcomes.values()
        return next((wording.text(known.label) for known in outcomes if known.id == outcome), outcome)
    return outcome

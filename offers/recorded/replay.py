"""Decides again what a journal or a receipt records: from the recorded evidence by the recorded rulebook."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from engine.decisions.decide import Decider
from engine.decisions.decision_record import FORMAT, FORMATS, decision_record
from engine.decisions.trace import Trace
from engine.diagnostics import Malformed, NotReplayable, Rejected
from engine.documents.document import read_one
from engine.documents.fields import read_json
from engine.journal.differing_paths import differing_paths
from engine.journal.entry import Entry
from engine.journal.records import RecordedDecision, superset_in
from engine.rulebooks.rulebook import Rulebook, Verdict, Vocabulary
from engine.rulebooks.rulebook_loader import load_rulebook
from engine.rulebooks.rulebook_ref import RulebookRef, VocabularyRef
from engine.rulebooks.vocabulary_loader import load_vocabulary
from engine.texts.catalogue import Message, message
from engine.texts.joined import SEMICOLON, joined
from engine.values.canonical import decision_text
from offers.records.offer import Offer, read_offer


class ReplayMaterial(NamedTuple):
    """A recorded decision, the offer as it was written, and the wider rulebook that was consulted."""

    decision: RecordedDecision
    document: str
    superset: RulebookRef | None


class Replayed(NamedTuple):
    """A decision that was decided again: its trace, and the paths at which it differs from what was recorded.

    `settled` is the trace by the definition over facts, where that settles what was undetermined by the one before.
    """

    trace: Trace
    differs_at: tuple[str, ...]
    settled: Trace | None = None


class Replayer:
    """Decides again, each rulebook loaded once.

    Args:
        text: gives the text of a rulebook or vocabulary by its digest; None where there is none.
        is_checked: as `Decider` takes it.
        meet: takes each offer that is decided again.
    """

    def __init__(
        self, text: Callable[[str], str | None], is_checked: bool = True, meet: Callable[[Offer], None] | None = None
    ) -> None:
        self._text, self._is_checked, self._meet = text, is_checked, meet
        self._deciders: dict[tuple[str | bool, ...], Decider] = {}
        self._vocabularies: dict[str, Vocabulary] = {}

    def replay(self, recorded: ReplayMaterial) -> Replayed:
        """A decision decided again and compared with what was recorded, in the format that it was recorded in.

        Raises:
            NotReplayable: what it rests on is not there, or cannot be read any more.
            IntegrityFault: the evaluators disagree.
        """
        decision = recorded.decision
        if decision.format not in FORMATS:
            why = message("this version does not read the format {format}", format=decision.format)
            raise NotReplayable(why)
        asked = (recorded.document, decision.rulebook, recorded.superset, decision.year)
        trace = self.decide(*asked, decision.format)
        now = read_json(decision_text(decision_record(trace, decision.format)))
        settled = None
        if trace.verdict is Verdict.UNDETERMINED and not FORMATS[decision.format].is_over_facts:
            over_facts = self.decide(*asked)
            settled = None if over_facts.verdict is Verdict.UNDETERMINED else over_facts
        return Replayed(trace, tuple(differing_paths(decision.record, now)), settled)

    def decide(
        self, document: str, rulebook: RulebookRef, superset: RulebookRef | None, year: int, form: str = FORMAT
    ) -> Trace:
        """The decision on an offer as it was written, by a rulebook that is named with its digests.

        It is made by the definition of a format of the record, where that is not the one of now.

        Raises:
            NotReplayable: what it rests on is not there, or cannot be read any more.
        """
        try:
            decider = self._decider(rulebook, superset, is_over_facts=FORMATS[form].is_over_facts)
            offer = self.offer(document, decider.program.rulebook.vocabulary)
            if self._meet is not None:
                self._meet(offer)
            return decider.decide(offer.subject(), offer.stated, year)
        except Rejected as error:
            reasons = (message("{code}: {words}", code=d.code, words=d.words) for d in error.diagnostics)
            why = message("this version rejects it: {reasons}", reasons=joined(reasons, SEMICOLON))
            raise NotReplayable(why) from None

    def offer(self, document: str, vocabulary: Vocabulary) -> Offer:
        """The offer that a recorded document holds."""
        return read_offer(
            read_one(document.encode("utf-8", "surrogateescape"), "recorded offer"), vocabulary, is_recorded=True
        )

    def rulebook(self, named: RulebookRef) -> Rulebook:
        """The recorded rulebook with these digests."""
        vocabulary = self._vocabulary(named.vocabulary)
        written = self._bytes(named, message("the rulebook {id} with digest {digest} is not kept"))
        return load_rulebook(written, named.name, lambda _: vocabulary)

    def _vocabulary(self, named: VocabularyRef) -> Vocabulary:
        """The recorded vocabulary with a digest: one for all the rulebooks that use it."""
        if named.sha256 not in self._vocabularies:
            written = self._bytes(named, message("the vocabulary {id} with digest {digest} is not kept"))
            self._vocabularies[named.sha256] = load_vocabulary(written, "vocabulary")
        return self._vocabularies[named.sha256]

    def _decider(self, rulebook: RulebookRef, superset: RulebookRef | None, *, is_over_facts: bool) -> Decider:
        digests = [digest for named in (rulebook, superset) if named for digest in named.digests]
        key: tuple[str | bool, ...] = (is_over_facts, *digests)
        if key not in self._deciders:
            wider = self._decider(superset, None, is_over_facts=is_over_facts) if superset else None
            self._deciders[key] = Decider(
                self.rulebook(rulebook), wider, is_checked=self._is_checked, is_over_facts=is_over_facts
            )
        return self._deciders[key]

    def _bytes(self, named: RulebookRef | VocabularyRef, missing: Message) -> bytes:
        text = self._text(named.sha256)
        if text is None:
            raise NotReplayable(missing.filled(id=named.id, digest=named.sha256[:12]))
        return text.encode("utf-8", "surrogateescape")


def recorded_in(entry: Entry) -> ReplayMaterial:
    """The decision that a journal entry records.

    Raises:
        NotReplayable: it is none, or is damaged.
    """
    try:
        decision, superset = RecordedDecision.read(read_json(entry.content)), superset_in(entry)
    except Malformed:
        raise _not_whole() from None
    if not isinstance(entry.document, str):
        raise _not_whole()
    return ReplayMaterial(decision, entry.document, superset)


def _not_whole() -> NotReplayable:
    return NotReplayable(message("the entry does not hold a whole decision"))


def altered_parts(replayer: Replayer, entry: Entry) -> list[str]:
    """The parts of a recorded decision that its evidence does not give; none where that cannot be told."""
    try:
        return list(replayer.replay(recorded_in(entry)).differs_at)
    except NotReplayable:
        return []


def describing(text: Callable[[str], str | None], meet: Callable[[Offer], None] | None = None) -> Replayer:
    """A replayer for what is shown: the reference says it again, unchecked, which costs no start-up."""
    return Replayer(text, is_checked=False, meet=meet)

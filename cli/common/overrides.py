"""Overrides by people: recorded beside a decision, and shown beside the decisions that come after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from engine.decisions.trace import Trace
from engine.diagnostics import Diagnostic, Malformed, NotReplayable, Place, Rejected, rejected
from engine.documents.fields import read_json
from engine.evaluation.program import compile_rulebook
from engine.explanation.words_and_numbers import Wording
from engine.journal.drafts import override_draft
from engine.journal.entry import DECISION, OVERRIDE, Entry, kind_in_words
from engine.journal.journal import Filter, Journal, new_run
from engine.journal.records import RecordedOverride
from engine.rulebooks.renames import Renames, facts_called_anew, renamed
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.texts.catalogue import Language, message
from engine.texts.days import minute_in_table, minute_in_words
from engine.values.json_record import JsonRecord
from offers.recorded.decisions_of_runs import overridden
from offers.recorded.history import evidence_changed
from offers.recorded.replay import describing, recorded_in
from offers.records.offer_id import comparable_id


def record_override(journal: Journal, entry: Entry, verdict: str, because: str, by: str, language: Language) -> str:
    """Record an override of a decision; what was recorded, in words.

    Raises:
        Rejected: the entry is no decision, or there is no such verdict.
    """
    wording = Wording(language)
    place = journal.place_of_entry(entry.number)
    if entry.kind != DECISION:
        words = message(
            "entry {number} is no decision but: {kind}", number=entry.number, kind=kind_in_words(entry.kind)
        )
        raise rejected(place, "unknown-entry", words)
    try:
        rulebook = describing(journal.text).rulebook(recorded_in(entry).decision.rulebook)
    except NotReplayable as error:
        advice = message("`sekskant audit verify` says what is wrong")
        raise rejected(place, "not-replayable", error.why, advice) from None
    chosen = _verdict(rulebook, verdict, language)
    outcome = rulebook.outcomes[chosen]
    draft = override_draft(entry, new_run(), verdict=chosen, outcome=outcome.id, because=because, by=by)
    (made,) = journal.append([draft], by=by)
    return wording.gettext(
        "entry {number} overrides entry {overridden}: {name} is now recorded as {outcome}",
        number=made.number,
        overridden=entry.identifier,
        name=entry.name,
        outcome=wording.text(outcome.label),
    )


def _verdict(rulebook: Rulebook, written: str, language: Language) -> Verdict:
    from cli.common.outcome_names import names_of  # noqa: PLC0415 - only what is overridden is named

    names = names_of(rulebook, (Verdict.MET, Verdict.NOT_MET))
    verdict = names.meant(written)
    if verdict is None:
        words = message("there is no verdict or outcome `{written}`", written=written)
        raise rejected(Place("--verdict"), "unknown-outcome", words, names.hint(written, language))
    return verdict


class StandingOverride(NamedTuple):
    """An override that stands, with the trace of the decision it replaces; None where that cannot be made again."""

    entry: Entry
    content: RecordedOverride
    under: Trace | None


class Staleness(NamedTuple):
    """What changed under an override since it was made; the facts, by their ids, whose evidence did."""

    is_replayable: bool
    facts: tuple[str, ...] = ()
    rule: bool = False
    year: bool = False

    @property
    def is_stale(self) -> bool:
        """Whether anything did, or nobody can tell."""
        return not self.is_replayable or bool(self.facts) or self.rule or self.year


def staleness(standing: StandingOverride, now: Trace) -> Staleness:
    """What changed under an override, beside the decision that was made now: texts and names of facts do not count."""
    under = standing.under
    if under is None:
        return Staleness(is_replayable=False)
    called = facts_called_anew(under.rulebook.vocabulary, now.rulebook.vocabulary)
    then = renamed(under.rulebook, Renames(called, {}, {})) if called else under.rulebook
    is_same_rule = under.rulebook.content == now.rulebook.content or (
        compile_rulebook(then).meaning == compile_rulebook(now.rulebook).meaning
    )
    return Staleness(True, evidence_changed(under, now), not is_same_rule, under.year != now.year)


def override_record(standing: StandingOverride, now: Trace) -> JsonRecord:
    """An override as it stands beside a decision record, outside of what the decision's digest covers."""
    return made_override(standing.entry, standing.content) | {"stale": staleness(standing, now).is_stale}


def made_override(entry: Entry, content: RecordedOverride) -> JsonRecord:
    """An override as it was made."""
    return {
        "verdict": content.verdict.value,
        "outcome": content.outcome,
        "because": content.because,
        "by": content.by,
        "at": entry.recorded_at,
        "entry": entry.number,
    }


Overridden = Callable[[Trace], StandingOverride | None]
"""What people decided in place of earlier decisions on the same offer."""


class StandingOverrides:
    """The overrides in a journal: for each offer and rulebook the latest; `damaged` says which are left out and why.

    Args:
        journal: the journal.
        offer: the offer whose overrides are asked for; None for all.
    """

    def __init__(self, journal: Journal, offer: str | None = None) -> None:
        self.damaged: list[Diagnostic] = []
        self._journal, self._replayer = journal, describing(journal.text)
        self._made_again = dict[int, Trace | None]()
        entries = list(journal.entries(Filter(kind=OVERRIDE, offer=offer), damaged=self.damaged))
        pairs = ((entry, self._content(entry)) for entry in entries)
        self._overrides = [(entry, content) for entry, content in pairs if content is not None]
        self._latest = {(comparable_id(str(e.offer)), e.rulebook): (e, content) for e, content in self._overrides}

    @cached_property
    def _of_decision(self) -> dict[_Decided, tuple[Entry, RecordedOverride]]:
        return {_decided(entry, content.of): (entry, content) for entry, content in self._overrides}

    def made_on(self, entry: Entry) -> tuple[Entry, RecordedOverride] | None:
        """The latest override of the very decision that an entry records."""
        return self._of_decision.get(_decided(entry, entry.number)) if entry.kind == DECISION else None

    def all(self) -> Iterator[tuple[Entry, RecordedOverride]]:
        """The latest on each offer and rulebook."""
        yield from self._latest.values()

    def of(self, trace: Trace, offer: str | None = None) -> StandingOverride | None:
        """The override that stands beside a decision; of an offer that had another id then, by that."""
        latest = self._latest.get((comparable_id(trace.subject.id if offer is None else offer), trace.rulebook.id))
        if latest is None:
            return None
        number = latest[0].number
        if number not in self._made_again:
            self._made_again[number] = self._under(*latest)
        return StandingOverride(*latest, self._made_again[number])

    def _content(self, entry: Entry) -> RecordedOverride | None:
        try:
            self._journal.check_sound(entry)
            return RecordedOverride.read(read_json(entry.content))
        except Malformed as error:
            self.damaged += self._journal.not_whole(entry, error).diagnostics
        except Rejected as error:
            self.damaged += error.diagnostics
        return None

    def _under(self, entry: Entry, content: RecordedOverride) -> Trace | None:
        try:
            return self._replayer.replay(recorded_in(overridden(self._journal, content.of, entry))).trace
        except (NotReplayable, Rejected):
            return None


_Decided = tuple[int, str, str | None, str | None]


def _decided(entry: Entry, number: int) -> _Decided:
    """The decision that an entry is about, by the number of what records it: a run records many."""
    return number, comparable_id(str(entry.offer)), entry.rulebook, entry.version


class OverrideView(NamedTuple):
    """What people decided in place of a decision, in words.

    `outcome` is what the rulebook calls it, `at` the minute in UTC at which it was recorded, as a table has it; `notes`
    say what changed under it since. `lines` say all of it in sentences.
    """

    outcome: str
    because: str
    by: str
    at: str
    notes: tuple[str, ...]
    lines: tuple[str, ...]


def override_view(standing: StandingOverride, now: Trace, wording: Wording) -> OverrideView:
    """An override beside the decision that was made now."""
    content, lines = standing.content, tuple(override_lines(standing, now, wording))
    return OverrideView(
        outcome=wording.text(now.rulebook.outcomes[content.verdict].label),
        because=content.because,
        by=content.by,
        at=minute_in_table(standing.entry.recorded_at, wording.language),
        notes=lines[1:],
        lines=lines,
    )


def override_lines(standing: StandingOverride, now: Trace, wording: Wording) -> Iterator[str]:
    """An override in words, beside the decision that was made now."""
    gettext, entry, content = wording.gettext, standing.entry, standing.content
    label = wording.text(now.rulebook.outcomes[content.verdict].label)
    title = wording.text(now.rulebook.title)
    yield gettext(
        "{name}, {title}: overridden for the agreement year {year} by {by} ({recorded_at}, entry {number}): {label}. "
        "Reason: {because}",
        name=now.subject.name,
        title=title,
        year=entry.year,
        by=content.by,
        recorded_at=minute_in_words(entry.recorded_at, wording.language),
        number=entry.number,
        label=label,
        because=content.because,
    )
    yield from _flags(standing, now, wording)


def _flags(standing: StandingOverride, now: Trace, wording: Wording) -> Iterator[str]:
    """What has changed under an override since it was made."""
    gettext, changed = wording.gettext, staleness(standing, now)
    if not changed.is_replayable:
        yield gettext("Note: the decision that it overrode cannot be made again.")
        return
    labels = now.rulebook.vocabulary.facts
    facts = [wording.text(labels[f].label) if f in labels else f for f in changed.facts]
    if facts:
        listed = wording.listed(facts)
        yield gettext("Note: the evidence under the override has changed since: {listed}.", listed=listed)
    if changed.rule:
        yield gettext("Note: the rule has changed since.")
    if changed.year:
        yield gettext("Note: it was for another agreement year.")

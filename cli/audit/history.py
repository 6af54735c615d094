"""The decisions on one offer over the years: what changed from one to the next, and why."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cli.audit.outcome_labels import OutcomeLabels
from cli.common.differences import differences_in_words, turned_in_words
from cli.common.in_short import MARKS
from cli.common.recorded import run_of_entry
from cli.common.screen import Branch, Piece, Screen
from engine.comparison.atom import Part
from engine.comparison.causes import Causes
from engine.decisions.trace import Trace
from engine.diagnostics import Diagnostic, Malformed, NotReplayable, Rejected, rejected
from engine.documents.fields import read_json
from engine.explanation.words_and_numbers import Wording
from engine.journal.entry import DECISION, OVERRIDE, RUN, Entry, RowEntry
from engine.journal.journal import Filter, Journal
from engine.journal.records import RecordedOverride, RunRecord
from engine.rulebooks.rulebook import Rulebook
from engine.texts.catalogue import Language, Message, message
from engine.texts.days import minute_in_words
from offers.recorded.batch_entries import RowSelection, row_entries
from offers.recorded.history import Step, difference, step
from offers.recorded.replay import Replayer, ReplayMaterial, describing, recorded_in
from offers.records.offer_id import comparable_id


class _Event(NamedTuple):
    """An entry on the offer: its trace where it can be made again, and what changed since the decision before.

    Of what people decided instead there is the reason.
    """

    entry: Entry
    trace: Trace | None
    since: Step | None
    why_not: Message | None = None
    because: str | None = None


def _events(journal: Journal, offer: str, rulebook: str | None, damaged: list[Diagnostic]) -> Iterator[_Event]:
    replayer, ids = describing(journal.text), _Ids(journal, damaged)
    made_before: dict[tuple[str, str], list[_Made]] = {}
    entries = sorted(_entries(journal, ids.of(offer), rulebook, damaged), key=lambda e: (e.rulebook or "", e.number))
    if not entries and not damaged:
        raise rejected(
            journal.address.place,
            "unknown-entry",
            message("there is no decision on `{offer}`", offer=offer),
            _hint(journal),
        )
    for entry in entries:
        if entry.kind != DECISION:
            yield _Event(entry, None, None, because=_because(journal, entry, damaged))
            continue
        made = _made(journal, replayer, entry, damaged)
        if isinstance(made, NotReplayable):
            yield _Event(entry, None, None, made.why)
            continue
        of_rulebook, own = entry.rulebook or "", comparable_id(str(entry.offer))
        earlier = {name: made_before.get((of_rulebook, name), []) for name in ids.lineage(own, entry.number)}
        latest = _latest(own, earlier, ids, entry.number)
        now = _Made(entry, made)
        yield _Event(entry, made[1], _step(journal, replayer, latest, now) if latest else None)
        made_before.setdefault((of_rulebook, own), []).append(now)


class _Made(NamedTuple):
    """A decision that was made again, and its entry."""

    entry: Entry
    made: tuple[ReplayMaterial, Trace]


def _step(journal: Journal, replayer: Replayer, earlier: _Made, later: _Made) -> Step:
    """What changed between two decisions; without causes, where the run of one did not keep what the other read."""
    (_, before), (_, after) = earlier.made, later.made
    if before.verdict is not after.verdict:
        # As `reclassify` tells causes: years that the run before did not keep count as not stated.
        sides = (
            (earlier, before, (after.rulebook, before.year)),
            (later, after, (before.rulebook, before.year)),
        )
        if any(_is_not_kept(journal, *side) for side in sides):
            untold = Causes(before.verdict, after.verdict, (), complete=False, cause=None)
            return difference(before, after)._replace(causes=untold)
    return step(replayer, earlier.made, later.made)


def _is_not_kept(journal: Journal, made: _Made, trace: Trace, other: tuple[Rulebook, int]) -> bool:
    """Whether a decision is a row of a run that did not keep evidence which another rulebook reads."""
    if not isinstance(made.entry, RowEntry):
        return False
    from offers.recorded.recorded_causes import not_kept  # noqa: PLC0415 - polars is slow to import

    entry = journal.entry(made.entry.number)
    assert entry is not None
    try:
        return bool(not_kept([run_of_entry(journal, entry)], [trace.rulebook], trace.year, other, trace.rulebook))
    except Rejected:  # what is wrong with another file of the run is said elsewhere
        return True


def _latest(offer: str, earlier: Mapping[str, Sequence[_Made]], ids: _Ids, number: int) -> _Made | None:
    """The decision before an entry: under the id that it had then; None where several were merged, or there is none."""
    before, renamed = [offer], ids.taken_over(offer, number)
    for _ in range(len(earlier) + 1):
        if renamed:
            before = renamed
        if len(before) != 1:
            return None
        own = [one for one in earlier.get(before[0], ()) if one.entry.number < number]
        if own:
            return own[-1]
        renamed = ids.before(before[0], number)
        if not renamed:
            return None
    return None


class _Ids:
    """Which offers were which before, as the runs of a journal say: ids that were renamed, split or merged."""

    def __init__(self, journal: Journal, damaged: list[Diagnostic]) -> None:
        self._changes: list[tuple[int, str, str]] = []
        for entry in journal.entries(Filter(kind=RUN), damaged=damaged):
            try:
                ids = RunRecord.read(read_json(entry.content)).ids
            except Malformed:
                continue  # what it is about is said where its decisions are read
            changes = ((comparable_id(old), comparable_id(new)) for old, several in ids.items() for new in several)
            self._changes += [(entry.number, old, new) for old, new in changes]

    def taken_over(self, offer: str, number: int) -> list[str]:
        """The ids that an id took the place of in one run."""
        return [old for at, old, new in self._changes if new == offer and at == number]

    def before(self, offer: str, number: int) -> list[str]:
        """The ids that an offer had before, until an entry."""
        return list(dict.fromkeys(old for at, old, new in self._changes if new == offer and at <= number))

    def lineage(self, offer: str, number: int) -> list[str]:
        """The id, and all that it had before, until an entry."""
        earlier = {new: self.before(new, number) for _, _, new in self._changes}
        return _reached(offer, earlier)

    def of(self, offer: str) -> list[str]:
        """The id, those that it had before and those that took its place, however often they changed."""
        later = {old: [new for _, o, new in self._changes if o == old] for _, old, _ in self._changes}
        start = comparable_id(offer)
        return list(dict.fromkeys([*self.lineage(start, sys.maxsize), *_reached(start, later)]))


def _reached(start: str, following: Mapping[str, Sequence[str]]) -> list[str]:
    reached = [start]
    for name in reached:
        reached += [one for one in following.get(name, ()) if one not in reached]
    return reached


def _entries(
    journal: Journal, offers: Sequence[str], rulebook: str | None, damaged: list[Diagnostic]
) -> Iterator[Entry]:
    """The entries on an offer under each of its ids, and the rows on it of batches."""
    name, _, version = (rulebook or "").partition("@")
    wanted = [Filter(offer=offer, rulebook=name or None, version=version or None) for offer in offers]
    yield from journal.selected(wanted, damaged)
    for run in journal.entries(Filter(kind=RUN), damaged=damaged):
        for offer in offers:
            yield from row_entries(journal, run, RowSelection(offer, rulebook), damaged)


def _because(journal: Journal, entry: Entry, damaged: list[Diagnostic]) -> str:
    """Why people decided otherwise."""
    try:
        journal.check_sound(entry)
        return RecordedOverride.read(read_json(entry.content)).because
    except Rejected as error:
        damaged += error.diagnostics
        return "–"
    except Malformed as error:
        damaged += journal.not_whole(entry, error).diagnostics
        return "–"


def _hint(journal: Journal) -> Message:
    if journal.head().entries:
        return message("`sekskant audit list` shows the offers")
    return message("the journal is empty")


def _made(
    journal: Journal, replayer: Replayer, entry: Entry, damaged: list[Diagnostic]
) -> tuple[ReplayMaterial, Trace] | NotReplayable:
    """A decision made again, where it is as it was recorded; `damaged` takes what shows that it was altered."""
    try:
        recorded = recorded_in(entry)
        replayed = replayer.replay(recorded)
    except NotReplayable as error:
        return error
    if not replayed.differs_at and entry.is_sound:
        return recorded, replayed.trace
    if not entry.is_sound:
        altered = NotReplayable(message("it does not hold what its digest says"))
    else:
        differs_at = ", ".join(replayed.differs_at)
        altered = NotReplayable(message("made again, it differs in {paths}", paths=differs_at))
    damaged += journal.damaged(entry, altered.why).diagnostics
    return altered


def history_text(
    journal: Journal, offer: str, rulebook: str | None, language: Language, damaged: list[Diagnostic]
) -> str:
    """The history of an offer, to be read; `damaged` takes what is wrong with what is left out of it."""
    wording, screen, current = Wording(language), Screen(), None
    labels = OutcomeLabels(journal, wording)
    for event in _events(journal, offer, rulebook, damaged):
        entry = event.entry
        if entry.rulebook != current:
            current = entry.rulebook
            screen.heading(f"{entry.name or offer}, {current}")
        screen.tree(Branch(_line(entry, offer, labels, wording), _below(event, wording)))
    return screen.taken().lstrip("\n")


def _line(entry: Entry, offer: str, labels: OutcomeLabels, wording: Wording) -> list[Piece]:
    year = f"{wording.gettext('Agreement year')} {entry.year}, version {entry.version}: "
    verdict = entry.verdict or ""
    label = labels.label(entry.rulebook, entry.version, str(entry.outcome))
    pieces = [Piece(year), Piece(f"{MARKS.get(verdict, '')} {label}", verdict)]
    if comparable_id(str(entry.offer)) != comparable_id(offer):
        pieces.append(Piece(wording.gettext(" as {offer}", offer=entry.offer)))
    if entry.kind == OVERRIDE:
        pieces.append(Piece(wording.gettext(" (override)"), "bold"))
    when = f"{minute_in_words(entry.recorded_at, wording.language)} {wording.gettext('by')} {entry.recorded_by}"
    return [*pieces, Piece(f"   {wording.gettext('entry')} {entry.number}, {when}", "dim")]


def _below(event: _Event, wording: Wording) -> list[Branch]:
    if event.entry.kind == OVERRIDE:
        return [Branch([Piece(f"{wording.gettext('Reason')}: {event.because}")])]
    if event.why_not:
        return [Branch([Piece(wording.gettext("not replayable: ") + wording.render(event.why_not), "unknown")])]
    if event.since is None:
        return []
    rows = list(_changes(event.since, wording))
    return [Branch([Piece(text)]) for text in rows or [wording.gettext("unchanged")]]


def _changes(since: Step, wording: Wording) -> Iterator[str]:
    causes = since.causes
    if causes is not None and causes.cause is None and not causes.complete:
        yield wording.gettext("What turned the outcome is not known: the runs did not keep what shows it.")
    elif causes is not None:
        yield from turned_in_words(since.before, since.after, causes, wording)
    yield from differences_in_words(since, wording)


def history_record(
    journal: Journal, offer: str, rulebook: str | None, damaged: list[Diagnostic]
) -> list[dict[str, Any]]:
    """The history of an offer, for machines; `damaged` takes what is wrong with what is left out of it."""
    return [_record(event) for event in _events(journal, offer, rulebook, damaged)]


def _record(event: _Event) -> dict[str, Any]:
    names = (
        "number",
        "kind",
        "recorded_at",
        "recorded_by",
        "offer",
        "year",
        "rulebook",
        "version",
        "verdict",
        "outcome",
    )
    record: dict[str, Any] = {name: getattr(event.entry, name) for name in names}
    since = event.since
    changes: dict[str, Any] | None = None
    if since is not None:
        changes = {"cause": _cause_word(since.causes), "criteria": since.criteria, "overrides": since.overrides}
        changes |= {"facts": since.facts, "rulebook": since.rulebook, **_causes_record(since.causes)}
    why_not = None if event.why_not is None else str(event.why_not)
    return record | {"digest": event.entry.digest, "changed": changes, "not_replayable": why_not}


def _cause_word(causes: Causes | None) -> str | None:
    """The cause in a word; None where it cannot be told."""
    if causes is None:
        return "none"
    return None if causes.cause is None else causes.cause.value


def _causes_record(causes: Causes | None) -> dict[str, Any]:
    """The minimal sets of what turned the verdict, each atom with its parts, and whether they are all."""
    if causes is None:
        return {"causes": [], "causes_complete": True}
    sets = [[[_part_record(part) for part in atom] for atom in atoms] for atoms in causes.sets]
    return {"causes": sets, "causes_complete": causes.complete}


def _part_record(part: Part) -> dict[str, Any]:
    named = {"of": part.of or None, "fact": part.fact or None, "number": part.number or None}
    return {"kind": part.kind.value, **{key: value for key, value in named.items() if value is not None}}

"""Why a recorded decision came out as it did, and what would have had to be different."""

from __future__ import annotations

from collections.abc import Iterator

from cli.audit.show import execution_of
from cli.common.in_short import MARKS
from cli.common.outcome_names import names_of
from cli.common.screen import Branch, Piece, Screen
from cli.common.spoken import in_spoken
from cli.common.trace_tree import TraceTree
from engine.decisions.analysis import Sets
from engine.decisions.trace import CriterionTrace, OverrideTrace, Trace
from engine.decisions.turning import Turn, Way, ways_to_turn
from engine.diagnostics import NotReplayable, Place, rejected
from engine.explanation.justification import facts_to_ask_for, justification
from engine.explanation.views import view_of
from engine.explanation.words_and_numbers import Wording
from engine.journal.entry import Entry
from engine.journal.journal import Journal
from engine.rulebooks.rulebook import AnswerTest, Verdict
from engine.texts.catalogue import Language, message, message_in
from engine.values.logic import Status
from offers.recorded.replay import describing, recorded_in

MAX_SHOWN = 10


def traced(journal: Journal, entry: Entry) -> Trace:
    """The trace of a recorded decision, made again.

    Raises:
        Rejected: it cannot be made again, or does not come out as it is recorded.
    """
    at = message("{journal}, entry {number}", journal=journal.shown_address, number=entry.number)
    place = Place(in_spoken(at))
    try:
        replayed = describing(journal.text).replay(recorded_in(entry))
    except NotReplayable as error:
        raise rejected(
            place, "not-replayable", error.why, message("`sekskant audit verify` says what is wrong")
        ) from None
    if replayed.differs_at:
        words = message("made again, it differs in {paths}", paths=", ".join(replayed.differs_at))
        raise rejected(place, "not-replayable", words, message("`sekskant audit verify` says whether it was altered"))
    return replayed.trace


def why_text(journal: Journal, entry: Entry, language: Language) -> str:
    """The decisive part of a recorded decision, to be read."""
    trace, screen, wording = traced(journal, entry), Screen(), Wording(language)
    screen.rule(f"{wording.gettext('Entry')} {entry.number}: {trace.subject.name}")
    headings = {wording.gettext("Decision"), wording.gettext("What is unsettled")}
    for section in justification(trace, language):
        if section.heading in headings:
            for bullet, sentence in section.lines():
                screen.paragraph(sentence, indent=0, bullet=bullet)
    screen.line()
    screen.tree(TraceTree(trace, wording, execution_of(entry)).criteria(_decisive(trace)))
    return screen.taken()


def _decisive(trace: Trace) -> set[str]:
    """The items from which the verdict follows; of an undetermined one those that could settle it."""
    if trace.verdict is not Verdict.UNDETERMINED:
        smallest = trace.analysis.grounds.sets
        return {item for items in smallest if len(items) == len(smallest[0]) for item in items}
    facts = {test.test.fact for test in facts_to_ask_for(trace)}
    items = {c.criterion.id for c in trace.criteria if not c.status.is_known and _reads(c, facts)}
    return items | {o.override.id for o in trace.overrides if o.status is Status.UNKNOWN}


def _reads(criterion: CriterionTrace, facts: set[str]) -> bool:
    return any(test.test.fact in facts for test in criterion.tests)


def why_not_text(journal: Journal, entry: Entry, outcome: str, language: Language) -> str:
    """What would have had to be different for an outcome, to be read.

    Raises:
        Rejected: the rulebook does not have the outcome.
    """
    trace, screen, wording = traced(journal, entry), Screen(), Wording(language)
    verdict = _verdict(trace, outcome, language)
    label = wording.text(trace.rulebook.outcomes[verdict].label)
    screen.rule(f"{wording.gettext('Entry')} {entry.number}: {trace.subject.name}")
    if verdict is trace.verdict:
        screen.paragraph(wording.gettext("The outcome is already: {label}.", label=label), indent=0)
        return screen.taken()
    sets = _sets(trace, verdict)
    words = message("The outcome {outcome} would need one of these, the smallest change first:")
    none = message("No change of criteria gives the outcome {outcome}.")
    screen.paragraph(wording.render(words if sets.sets else none, outcome=wording.quoted(label)), indent=0)
    writer, needed = _Changes(trace, wording), dict[tuple[str, Status], None]()
    for number, (items, statuses) in enumerate(zip(sets.sets[:MAX_SHOWN], sets.statuses, strict=False), 1):
        screen.paragraph(wording.listed(map(writer.name, items)), bullet=f"{number}. ")
        needed |= dict.fromkeys(zip(items, statuses, strict=True))
    if (left := len(sets.sets) - MAX_SHOWN) > 0 or not sets.complete:
        screen.paragraph(wording.gettext("and {value} more", value=max(left, 0) or "…"), "dim")
    if needed:
        screen.line()
        head = wording.gettext("What the evidence would then have to show")
        order = {item: i for i, item in enumerate(writer.items)}
        screen.tree(Branch([Piece(head)], [writer.item(*one) for one in sorted(needed, key=lambda n: order[n[0]])]))
    return screen.taken()


def _verdict(trace: Trace, outcome: str, language: Language) -> Verdict:
    """The verdict that an outcome stands for, which can be one that offers get."""
    names = names_of(trace.rulebook, (Verdict.MET, Verdict.NOT_MET))
    verdict = names.meant(outcome)
    if verdict is None:
        unknown = message("there is no outcome `{outcome}` that an offer could have got", outcome=outcome)
        raise rejected(Place("--outcome"), "unknown-outcome", unknown, names.hint(outcome, language))
    return verdict


def _sets(trace: Trace, verdict: Verdict) -> Sets:
    if trace.verdict is Verdict.UNDETERMINED:
        return trace.analysis.missing[verdict]
    return trace.analysis.smallest_change


class _Changes:
    """Says what a set of items would have to be instead."""

    def __init__(self, trace: Trace, wording: Wording) -> None:
        self._wording = wording
        self.items: dict[str, CriterionTrace | OverrideTrace] = {o.override.id: o for o in trace.overrides}
        self.items |= {c.criterion.id: c for c in trace.criteria}

    def name(self, item: str) -> str:
        """A criterion by its id, an override by its title."""
        trace = self.items[item]
        return item if isinstance(trace, CriterionTrace) else self._wording.quoted(self._title(trace))

    def _title(self, trace: CriterionTrace | OverrideTrace) -> str:
        return self._wording.text((trace.criterion if isinstance(trace, CriterionTrace) else trace.override).title)

    def item(self, item: str, status_then: Status) -> Branch:
        """What an item is and would have to be, and what its evidence would have to say."""
        trace, gettext = self.items[item], self._wording.gettext
        if isinstance(trace, CriterionTrace):
            now, then = self._wording.status(trace.status), self._wording.status(status_then)
            title = f"{item} {self._title(trace)}"
        else:
            answers = {"met": message("yes"), "not_met": message("no"), "unknown": message_in("override", "unknown")}
            now, then = (self._wording.render(answers[status.reported]) for status in (trace.status, status_then))
            title = self._title(trace)
        line = [
            Piece(f"{MARKS[trace.status.reported]} {title}: {now}", trace.status.reported),
            Piece(gettext(" → would have to be: ")),
            Piece(then, status_then.reported),
        ]
        return Branch(line, list(self._ways(ways_to_turn(trace, status_then))))

    def _ways(self, ways: list[Way]) -> Iterator[Branch]:
        for i, way in enumerate(ways):
            start = self._wording.gettext("or ") if i else ""
            if len(way) == 1:
                yield Branch([Piece(start, "dim"), Piece(self._turn(way[0]))])
            elif way:
                together = self._wording.gettext("together:")
                yield Branch([Piece(start + together, "dim")], [Branch([Piece(self._turn(turn))]) for turn in way])

    def _turn(self, turn: Turn) -> str:
        test, fact = turn.test.test, turn.test.finding.fact
        view = view_of(turn.test, self._wording)
        if isinstance(test, AnswerTest):
            answers = [a for a in fact.answers if (a in test.answers) is turn.is_to_be_met]
            needed = self._wording.listed((self._wording.answer(fact, a) for a in answers), "or")
        elif turn.is_to_be_met:
            needed = self._wording.required(test, fact)
        elif test.comparison.opposite:
            needed = self._wording.required(test, fact, negated=True)
        else:
            other = self._wording.quantity(fact, test.threshold)
            needed = self._wording.gettext("anything but {other}", other=other)
        return self._wording.gettext(
            "{label}: {evidence}; would have to be {needed}", label=view.label, evidence=view.evidence, needed=needed
        )

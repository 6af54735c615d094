"""The part of papers on what changed: who entered, left, became open or was settled, and on what ground."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cli.common.change_words import Group, change_word, group_word
from cli.common.differences import differences_in_words, turned_in_words
from cli.common.in_short import MARKS
from cli.common.offer_form import outcome_statement
from cli.paper.front import count_of
from cli.paper.previous import Previous
from cli.paper.source import PaperSource
from engine.comparison.causes import Causes, Situation
from engine.decisions.cause_of_change import VerdictChange, change_of
from engine.decisions.trace import Trace
from engine.explanation.paper import (
    Block,
    Column,
    Grounds,
    Heading,
    KnownGrounds,
    Paragraph,
    RestsOn,
    Row,
    Statement,
    Table,
)
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.texts.capitalised import capitalised
from offers.comparison.causes_of_changes import CausesOfChanges
from offers.recorded.history import difference
from offers.records.offer_id import comparable_id

_OF_SEVERAL = (Verdict.MET, Verdict.UNDETERMINED, Verdict.NOT_MET)
"""What several offers together were that became one: the first of these that one of them was."""


class ChangesWriter:
    """Writes what changed since a run before, or since what was published.

    Args:
        source: the decisions of now.
        previous: what was decided before.
        wording: the language.
        known: the grounds of decisions.
    """

    def __init__(self, source: PaperSource, previous: Previous, wording: Wording, known: KnownGrounds) -> None:
        self._source, self._previous, self._wording, self._known = source, previous, wording, known
        self._gettext, self._predecessors = wording.gettext, previous.predecessors()
        self._not_kept: dict[tuple[str, int, str], bool] = {}

    def blocks(self, level: int) -> Iterator[Block]:
        """The part, under a heading of a level."""
        yield Heading(Statement(self._title(), ()), level)
        for rulebook in self._source.rulebooks:
            ground = (count_of(rulebook, "changes"),)
            title = self._wording.text(rulebook.title)
            yield Heading(Statement(title, (RestsOn("rulebook", rulebook.sha256),)), level + 1)
            changed = list(self._changed(rulebook))
            if not changed:
                yield Paragraph((Statement(self._gettext("No outcome has changed."), ground),))
            for group in Group:
                rows = tuple(row for one, row in changed if one is group)
                if rows:
                    caption = capitalised(group_word(group, self._wording))
                    yield Table(caption, self._columns_of_changes(), rows, ground)

    def _title(self) -> str:
        if self._previous.published is not None:
            return self._gettext("What differs from the published outcomes")
        years = self._previous.years
        if len(years) == 1 and years != {self._source.year}:
            return self._gettext("What changed since the agreement year {year}", year=min(years))
        return self._gettext("What changed since the run before")

    def _columns_of_changes(self) -> tuple[Column, ...]:
        gettext = self._gettext
        return (
            Column(gettext("Offer"), 3),
            Column(gettext("Outcome before"), 5),
            Column(gettext("Outcome"), 5),
            Column(gettext("Ground"), 5),
            Column(gettext("What differs"), 5),
        )

    def _changed(self, rulebook: Rulebook) -> Iterator[tuple[Group, Row]]:
        if self._previous.published is not None:
            yield from self._changed_since_published(rulebook, self._previous.published.get(rulebook.id, {}))
            return
        before, seen = self._previous.by(rulebook), set[str]()
        finders = dict[str, CausesOfChanges]()
        for decisions in self._source.decisions:
            for trace in (one for one in decisions if one.rulebook.content == rulebook.content):
                olds = [old for old in self._predecessors.of(trace.subject.id) if old in before]
                seen.update(olds)
                was = [before[old] for old in olds]
                change = change_of(_together(was), trace.verdict.value)
                if change is None:
                    continue
                if len(was) == 1:
                    finder = finders.setdefault(was[0].rulebook.sha256, CausesOfChanges(was[0].rulebook, rulebook))
                    causes = self._causes(finder, (was[0], trace), self._source.situation(decisions))
                    yield Group.of(change), self._turned_row(was[0], trace, change, causes)
                else:
                    row = self._merged_row(was, trace, change) if was else self._new_row(trace, change)
                    yield Group.of(change), row
        for offer, trace in before.items():
            if offer not in seen:
                yield Group.of(VerdictChange.CLOSED), self._closed_row(trace)

    def _changed_since_published(self, rulebook: Rulebook, before: Mapping[str, str]) -> Iterator[tuple[Group, Row]]:
        """The offers whose outcome differs from what was published of them; nothing else is known of that."""
        labels = {verdict.value: self._wording.text(one.label) for verdict, one in rulebook.outcomes.items()}
        for trace in self._source.by(rulebook):
            olds = [old for old in self._predecessors.of(trace.subject.id) if old in before]
            change = change_of(before[olds[0]], trace.verdict.value) if len(olds) == 1 else None
            if change is None:
                continue
            grounds, verdict = self._known.of(trace), before[olds[0]]
            label = labels.get(verdict) or self._gettext("contradictory outcomes")
            former = grounds.statement("change", f"{MARKS.get(verdict, '')} {label}".strip())
            told = (
                change_word(change, verdict, self._wording),
                self._gettext("Of the published outcome no ground is known."),
            )
            ground = tuple(grounds.statement("change", text) for text in told)
            now = outcome_statement(trace, grounds, self._wording)
            yield Group.of(change), Row(((self._name(grounds),), (former,), (now,), ground, ()))

    def _causes(self, finder: CausesOfChanges, pair: tuple[Trace, Trace], now: Situation) -> Causes | None:
        """What turned a verdict: as the run recorded it, else found in what is at hand; None where that lacks some."""
        was, trace = pair
        offer, verdicts = comparable_id(trace.subject.id), (was.verdict.value, trace.verdict.value)
        recorded = self._previous.causes.get((offer, trace.rulebook.sha256))
        causes = None if recorded is None else recorded.read_by(finder, verdicts)
        if causes is not None or self._lacking(was, trace) is not None:
            return causes
        return finder.of(verdicts, self._previous.situation(comparable_id(was.subject.id)), now)

    def _lacking(self, was: Trace, trace: Trace) -> str | None:
        """What is said where evidence that turned a verdict may not have been kept; None where all of it was."""
        if self._previous.lost.get(trace.rulebook.id):
            return self._gettext("What turned the outcome is not known: the run before did not keep what shows it.")
        if self._is_not_kept((was.rulebook, was.year), trace.rulebook):
            return self._gettext(
                "What turned the outcome is not known: the run did not keep what the former decision read."
            )
        return None

    def _is_not_kept(self, old: tuple[Rulebook, int], new: Rulebook) -> bool:
        key = old[0].sha256, old[1], new.sha256
        if key not in self._not_kept:
            self._not_kept[key] = self._source.not_kept(old, new)
        return self._not_kept[key]

    def _turned_row(self, was: Trace, trace: Trace, change: VerdictChange, causes: Causes | None) -> Row:
        grounds, of_was = self._known.of(trace), self._known.of(was)
        both = (grounds.of("change"), of_was.of("verdict"))
        told = [change_word(change, was.verdict.value, self._wording)]
        if causes is None:
            told.append(self._lacking(was, trace) or self._gettext("What turned the outcome is not known."))
        else:
            told += turned_in_words(was, trace, causes, self._wording)
        ground = tuple(Statement(text, both) for text in told)
        differing = tuple(Statement(text, both) for text in differences_in_words(difference(was, trace), self._wording))
        former = (outcome_statement(was, of_was, self._wording),)
        now = (outcome_statement(trace, grounds, self._wording),)
        return Row((self._names(trace, [was]), former, now, ground, differing))

    def _merged_row(self, was: Sequence[Trace], trace: Trace, change: VerdictChange) -> Row:
        """An offer that several became: the outcome of each, and that nobody knows what turned them together."""
        grounds = self._known.of(trace)
        both = (grounds.of("change"), *(self._known.of(one).of("verdict") for one in was))
        former = tuple(
            Statement(f"{one.subject.name}: {outcome_statement(one, self._known.of(one), self._wording).text}", both)
            for one in was
        )
        verdicts = "|".join(dict.fromkeys(one.verdict.value for one in was))
        merged = self._gettext("The offer was made of several, so that what turned the outcome is not known.")
        told = (change_word(change, verdicts, self._wording), merged)
        now = (outcome_statement(trace, grounds, self._wording),)
        return Row((self._names(trace, was), former, now, tuple(Statement(text, both) for text in told), ()))

    def _new_row(self, trace: Trace, change: VerdictChange) -> Row:
        grounds = self._known.of(trace)
        ground = (grounds.statement("change", change_word(change, None, self._wording)),)
        return Row(((self._name(grounds),), (), (outcome_statement(trace, grounds, self._wording),), ground, ()))

    def _closed_row(self, was: Trace) -> Row:
        grounds = self._known.of(was)
        words = self._gettext("Was assessed before, and is not among the offers now.")
        if self._source.rejected != 0:
            words = self._gettext(
                "Was assessed before, and is not among the offers that are assessed now. It may be in a row that was "
                "rejected."
            )
        former = (outcome_statement(was, grounds, self._wording),)
        return Row(((self._name(grounds),), former, (), (grounds.statement("verdict", words),), ()))

    def _name(self, grounds: Grounds) -> Statement:
        return grounds.statement("name", grounds.trace.subject.name)

    def _names(self, trace: Trace, was: Sequence[Trace]) -> tuple[Statement, ...]:
        """What an offer is called, and what it was called before where that is something else."""
        grounds, name = self._known.of(trace), trace.subject.name
        former = dict.fromkeys(one.subject.name for one in was if one.subject.name != name)
        words = [self._gettext("before: {names}", names=self._wording.listed(former))] if former else []
        return (self._name(grounds), *(grounds.statement("change", text, "dim") for text in words))


def _together(was: Sequence[Trace]) -> str | None:
    """The verdict of several offers together; None of none."""
    verdicts = {one.verdict for one in was}
    return next((verdict.value for verdict in _OF_SEVERAL if verdict in verdicts), None)

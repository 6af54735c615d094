"""Decisions for the terminal, in the task force's own form: per criterion its status, evidence and reason."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cli.common.screen import Cell, Piece, Screen
from engine.decisions.trace import CriterionTrace, OverrideTrace, Trace
from engine.explanation.justification import items_to_settle, justification
from engine.explanation.views import TestView, view_of, views_of
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.texts.catalogue import Language, message

MARKS = {"met": "✓", "not_met": "✗", "unknown": "?", "undetermined": "?", "not_applicable": "–"}
NARROW = 100
"""Below this width the columns of a form get less room."""
LEAST_EVIDENCE = 30
"""Where evidence and reasons would have less room than this beside a criterion, they stand below it."""


class SummaryLine(NamedTuple):
    """One offer in the summary: its name, what is missing, and by rulebook and version the verdict with its bases."""

    name: str
    verdicts: Mapping[tuple[str, str], tuple[Verdict, str]]
    missing: str


class Form:
    """Renders decisions as text for the width of the terminal."""

    def __init__(self, language: Language) -> None:
        self._wording = Wording(language)
        self._gettext, self._render = self._wording.gettext, self._wording.render
        self._screen = Screen()

    def offer(self, decisions: Sequence[Trace]) -> str:
        """The whole form of one offer: its description, then each rulebook's decision."""
        subject, text = decisions[0].subject, self._wording.text
        self._screen.rule(subject.name)
        self._screen.pairs([(text(label), text(value)) for label, value in subject.description])
        for trace in decisions:
            self._decision(trace)
        if subject.attention:
            self._screen.heading(self._gettext("Points for special attention"))
            for point in subject.attention:
                self._screen.paragraph(point, bullet="• ")
        self._screen.line()
        return self._screen.taken()

    def summary_line(self, decisions: Sequence[Trace]) -> SummaryLine:
        """What the summary says of one offer."""
        verdicts = {
            (trace.rulebook.id, trace.rulebook.version): (trace.verdict, basis_titles(trace, self._wording))
            for trace in decisions
        }
        return SummaryLine(decisions[0].subject.name, verdicts, missing_words(decisions, self._wording))

    def summary(self, rulebooks: Sequence[Rulebook], lines: Sequence[SummaryLine]) -> str:
        """A line for each offer: its verdicts, their basis, and the criteria for which evidence is missing."""
        titles = [self._wording.text(rulebook.title) for rulebook in rulebooks]
        heads = [self._gettext("Offer"), *titles, self._gettext("Missing")]
        self._screen.table(heads, [_summary_row(line, rulebooks) for line in lines], below=len(heads) - 1)
        self._screen.line()
        for i, rulebook in enumerate(rulebooks):
            verdicts = (line.verdicts.get((rulebook.id, rulebook.version)) for line in lines)
            counts = Counter(decided[0] for decided in verdicts if decided)
            self._screen.line(
                Piece(f"{titles[i]}:"), *(Piece(f"  {MARKS[v.value]} {counts[v]}", v.value) for v in Verdict)
            )
        return self._screen.taken()

    def _decision(self, trace: Trace) -> None:
        rulebook, screen = trace.rulebook, self._screen
        screen.line()
        version = f"   {rulebook.id} {rulebook.version}, {self._gettext('agreement year')} {trace.year}"
        screen.line(Piece(self._wording.text(rulebook.title), "bold"), Piece(version, "dim"))
        label = self._wording.text(rulebook.outcomes[trace.verdict].label).upper()
        outcome = Piece(f"{MARKS[trace.verdict.value]} {label}", trace.verdict.value)
        screen.line(Piece(f"{self._gettext('Outcome')}: ", "bold"), outcome, Piece(f"   {self._basis(trace)}", "dim"))
        screen.line()
        self._criteria(trace)
        if trace.overrides:
            screen.line()
        for override in trace.overrides:
            screen.paragraph(self._override(override), indent=0)
        screen.line()
        for section in justification(trace, self._wording.language):
            screen.line(Piece(section.heading, "italic"))
            for bullet, sentence in section.lines():
                screen.paragraph(sentence, bullet=bullet)

    def _criteria(self, trace: Trace) -> None:
        heads = (message("No."), message("Criterion"), message("Fulfilment"))
        last = self._gettext("Evidence and reason")
        is_determined = trace.verdict is not Verdict.UNDETERMINED
        rows = [self._criterion(criterion, is_determined) for criterion in trace.criteria]
        first = max(len(self._render(heads[0])), *(len(c.criterion.id) for c in trace.criteria))
        title, status = (14, 16) if self._screen.width < NARROW else (26, 18)
        self._screen.table(
            [*(self._render(head) for head in heads), last], rows, [first, title, status, None], LEAST_EVIDENCE
        )

    def _criterion(self, criterion: CriterionTrace, is_determined: bool) -> list[Cell]:
        reported = criterion.status.reported
        status = [Piece(f"{MARKS[reported]} {self._wording.status(criterion.status)}", reported)]
        if criterion.decisive and is_determined:
            status.append(Piece(f"  {self._gettext('decisive')}", "dim"))
        tests = views_of(criterion, self._wording)
        below = [*(test.details for test in tests[1:]), ()]
        pairs = zip(tests, below, strict=False)
        evidence = [piece for test, details in pairs for piece in self._test(test, details)]
        return [
            [Piece(criterion.criterion.id)],
            [Piece(self._wording.text(criterion.criterion.title))],
            status,
            evidence,
        ]

    def _test(self, test: TestView, shown_below: Sequence[str]) -> Iterator[Piece]:
        yield Piece(test.words)
        yield from map(Piece, test.because)
        for reservation in test.reservation:
            yield Piece(f"{self._gettext('Reservation')}: {reservation}", "unknown")
        if test.details != shown_below:
            yield from (Piece(f"[{text}]", "dim") for text in test.details)

    def _override(self, override: OverrideTrace) -> str:
        tests = "; ".join(view_of(test, self._wording).words for test in override.tests)
        title = self._wording.text(override.override.title)
        return f"{title}: {self._wording.override(override.status)} ({tests})"

    def _basis(self, trace: Trace) -> str:
        return f"{self._gettext('basis')}: {basis_titles(trace, self._wording)}"


def _summary_row(line: SummaryLine, rulebooks: Sequence[Rulebook]) -> list[Cell]:
    verdicts = [line.verdicts.get((rulebook.id, rulebook.version)) for rulebook in rulebooks]
    cells = [[Piece(f"{MARKS[r[0].value]} {r[1]}", r[0].value)] if r else [Piece("")] for r in verdicts]
    return [[Piece(line.name)], *cells, [Piece(line.missing)]]


def basis_titles(trace: Trace, wording: Wording) -> str:
    """What decides, or may decide, by its title."""
    titles = {o.override.id: o.override.title for o in trace.overrides}
    names = (titles.get(basis, trace.rulebook.rule.title) for basis in trace.possible_bases)
    return wording.listed((wording.within(wording.text(name)) for name in names), "or")


def missing_words(decisions: Sequence[Trace], wording: Wording) -> str:
    """The criteria and overrides that could settle what is open, those that follow each other as a range."""
    words: list[str] = []
    for trace in decisions:
        to_settle = items_to_settle(trace)
        ids = [c.criterion.id for c in trace.criteria]
        words += _ranges(ids, [name in to_settle for name in ids])
        words += (wording.quoted(wording.text(o.override.title)) for o in trace.overrides if o.override.id in to_settle)
    return ", ".join(words)


def _ranges(ids: Sequence[str], is_missing: Sequence[bool]) -> list[str]:
    """The wanted ids, three or more in a row as a range.

    >>> _ranges(["A1", "A2", "A3", "A4", "A5"], [True, True, True, False, True])
    ['A1-A3', 'A5']
    """
    ranges: list[str] = []
    for is_wanted, group in itertools.groupby(zip(ids, is_missing, strict=True), key=lambda pair: pair[1]):
        names = [name for name, _ in group] if is_wanted else []
        ranges += [f"{names[0]}-{names[-1]}"] if len(names) > 2 else names
    return ranges

"""Decisions as CSV: a row per criterion, or a row per decision. Texts cannot become formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from cli.common.table_words import TableWords, headings
from engine.decisions.decision_record import reason_of, reservation_of
from engine.decisions.trace import CriterionTrace, Trace, tests_in
from engine.explanation.views import view_of
from engine.explanation.words_and_numbers import Wording
from engine.harmless import shortened
from engine.texts.catalogue import Language
from engine.values.logic import settled
from offers.tables.formulas import harmless_cell

if TYPE_CHECKING:
    from cli.common.beside import Beside

_ABOUT = ("operator", "services")
DECISION_COLUMNS = ("offer", "name", *_ABOUT, "year", "rulebook", "version", "verdict", "outcome", "basis")
CRITERION_COLUMNS = (
    "criterion",
    "title",
    "reference",
    "status",
    "possible",
    "decisive",
    "departs",
    "evidence",
    "because",
    "reservation",
    "source",
    "by",
)
BYTE_ORDER_MARK = "\ufeff"
MISSING_COLUMNS = ("missing_for_met", "missing_for_not_met")


def rows(
    decided: Iterable[Sequence[Trace]], language: Language, beside: Beside, *, each_criterion: bool
) -> Iterator[str]:
    """The lines of a CSV table, its header first: in English codes as programs read them, in Danish words."""
    return csv_lines(_rows(decided, Wording(language), beside, each_criterion=each_criterion), language)


def _rows(
    decided: Iterable[Sequence[Trace]], wording: Wording, beside: Beside, *, each_criterion: bool
) -> Iterator[Sequence[str]]:
    from cli.common.beside import BESIDE_COLUMNS  # noqa: PLC0415 - of other tables none is beside a decision

    names = DECISION_COLUMNS + (CRITERION_COLUMNS if each_criterion else MISSING_COLUMNS) + BESIDE_COLUMNS
    yield headings(names, wording.language)
    words = TableWords(wording) if wording.language == "da" else None
    for trace in (trace for decisions in decided for trace in decisions):
        start, end = _decision(trace, words), beside.cells(trace, wording)
        if each_criterion:
            yield from ([*start, *_criterion(criterion, wording, words), *end] for criterion in trace.criteria)
        else:
            yield [*start, *_missing(trace, words), *end]


def _decision(trace: Trace, words: TableWords | None) -> list[str]:
    from offers.records.offer import DESCRIBED  # noqa: PLC0415 - other tables are of no offers

    subject, rulebook = trace.subject, trace.rulebook
    bases = [trace.basis] if trace.basis else trace.possible_bases
    about = {label: value.en if words is None else value.da for label, value in subject.description}
    told = (about.get(DESCRIBED[name], "") for name in _ABOUT)
    offer = [subject.id, subject.name, *told, str(trace.year)]
    if words is None:
        return [*offer, rulebook.id, rulebook.version, trace.verdict.value, trace.outcome, " | ".join(bases)]
    title, outcome = words.wording.text(rulebook.title), words.label(rulebook.outcomes, trace.outcome)
    basis = " | ".join(words.basis(rulebook, one) for one in bases)
    return [*offer, title, rulebook.version, words.verdict(trace.verdict.value), outcome, basis]


def _missing(trace: Trace, words: TableWords | None) -> Iterator[str]:
    """For each verdict the sets of what could settle it: criteria by their ids, overrides in Danish by their titles."""
    overrides = {o.id: words.wording.quoted(words.wording.text(o.title)) for o in trace.rulebook.overrides if words}
    for sets in trace.analysis.missing.values():
        yield " | ".join(" ".join(overrides.get(one, one) for one in ids) for ids in sets.sets)


def _criterion(criterion: CriterionTrace, wording: Wording, words: TableWords | None) -> list[str]:
    tests = [t for t in tests_in(criterion) if t.finding.evidence or t.finding.parts] or list(criterion.tests)
    sources, judges = (
        dict.fromkeys(s for t in tests for s in t.finding.provenance_texts(detail)) for detail in ("source", "by")
    )
    codes = [criterion.status.reported, *(status.reported for status in settled(criterion.status))]
    status, *possible = map(words.status, codes) if words else codes
    return [
        criterion.criterion.id,
        wording.text(criterion.criterion.title),
        wording.text(criterion.criterion.reference),
        status,
        " | ".join(possible),
        *(_holds(holds, words) for holds in (criterion.decisive, criterion.departs)),
        "; ".join(view_of(t, wording, criterion).words for t in tests),
        reason_of(criterion) or "",
        reservation_of(criterion) or "",
        "; ".join(sources),
        "; ".join(judges),
    ]


def _holds(holds: bool, words: TableWords | None) -> str:
    return words.yes_no(holds) if words else "yes" if holds else "no"


def csv_lines(table: Iterable[Sequence[str]], language: Language, end: str = "\r\n") -> Iterator[str]:
    """The lines of a CSV table in UTF-8.

    In Danish the separator is a semicolon, and a byte order mark comes first: so Danish Excel opens it as a table.
    """
    separator, mark = (";", BYTE_ORDER_MARK) if language == "da" else (",", "")
    for number, cells in enumerate(table):
        yield (mark if number == 0 else "") + _line(cells, separator, end)


def _line(cells: Iterable[str], separator: str, end: str) -> str:
    """One line of a CSV table, its texts harmless, and no longer than a spreadsheet has them."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator=end)
    writer.writerow([shortened(harmless_cell(cell)) for cell in cells])
    return buffer.getvalue()

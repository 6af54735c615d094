"""Decisions as CSV: a row per criterion, or a row per decision. Texts cannot become formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

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

DECISION_COLUMNS = ("offer", "name", "year", "rulebook", "version", "verdict", "outcome", "basis")
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
    """The lines of a CSV table, its header first: ids and verdicts as machines write them."""
    return csv_lines(_rows(decided, Wording(language), beside, each_criterion=each_criterion), language)


def _rows(
    decided: Iterable[Sequence[Trace]], wording: Wording, beside: Beside, *, each_criterion: bool
) -> Iterator[Sequence[str]]:
    from cli.common.beside import BESIDE_COLUMNS  # noqa: PLC0415 - of other tables none is beside a decision

    yield DECISION_COLUMNS + (CRITERION_COLUMNS if each_criterion else MISSING_COLUMNS) + BESIDE_COLUMNS
    for trace in (trace for decisions in decided for trace in decisions):
        start, end = _decision(trace), beside.cells(trace, wording)
        if each_criterion:
            yield from ([*start, *_criterion(criterion, wording), *end] for criterion in trace.criteria)
        else:
            missing = (" | ".join(" ".join(ids) for ids in sets.sets) for sets in trace.analysis.missing.values())
            yield [*start, *missing, *end]


def _decision(trace: Trace) -> list[str]:
    subject, rulebook = trace.subject, trace.rulebook
    basis = trace.basis or " | ".join(trace.possible_bases)
    place = [subject.id, subject.name, str(trace.year), rulebook.id, rulebook.version]
    return [*place, trace.verdict.value, trace.outcome, basis]


def _criterion(criterion: CriterionTrace, wording: Wording) -> list[str]:
    tests = [t for t in tests_in(criterion) if t.finding.evidence or t.finding.parts] or list(criterion.tests)
    sources, judges = (
        dict.fromkeys(s for t in tests for s in t.finding.provenance_texts(detail)) for detail in ("source", "by")
    )
    return [
        criterion.criterion.id,
        wording.text(criterion.criterion.title),
        wording.text(criterion.criterion.reference),
        criterion.status.reported,
        " | ".join(status.reported for status in settled(criterion.status)),
        "yes" if criterion.decisive else "no",
        "yes" if criterion.departs else "no",
        "; ".join(view_of(t, wording, criterion).words for t in tests),
        reason_of(criterion) or "",
        reservation_of(criterion) or "",
        "; ".join(sources),
        "; ".join(judges),
    ]


def csv_lines(table: Iterable[Sequence[str]], language: Language) -> Iterator[str]:
    """The lines of a CSV table in UTF-8.

    In Danish the separator is a semicolon, and a byte order mark comes first: so Danish Excel opens it as a table.
    """
    separator, mark = (";", BYTE_ORDER_MARK) if language == "da" else (",", "")
    for number, cells in enumerate(table):
        yield (mark if number == 0 else "") + csv_line(cells, separator)


def csv_line(cells: Iterable[str], separator: str = ",") -> str:
    """One line of a CSV table, its texts harmless, and no longer than a spreadsheet has them."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator).writerow([shortened(harmless_cell(cell)) for cell in cells])
    return buffer.getvalue()

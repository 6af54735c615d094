"""A line for each offer in the terminal: its verdicts, their basis, and what is missing.

It is shown below the forms of many offers, too, and holds some words of each, not the decisions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cli.common.in_short import MARKS, basis_titles, missing_words
from cli.common.screen import Cell, Piece, Screen
from engine.decisions.trace import Trace
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook, Verdict


class SummaryLine(NamedTuple):
    """One offer in the summary: its name, what is missing, and by rulebook and version the verdict with its bases."""

    name: str
    verdicts: Mapping[tuple[str, str], tuple[Verdict, str]]
    missing: str


def summary_line(decisions: Sequence[Trace], wording: Wording) -> SummaryLine:
    """What the summary says of one offer."""
    verdicts = {
        (trace.rulebook.id, trace.rulebook.version): (trace.verdict, basis_titles(trace, wording))
        for trace in decisions
    }
    return SummaryLine(decisions[0].subject.name, verdicts, missing_words(decisions, wording))


def summary_of(lines: Sequence[SummaryLine], rulebooks: Sequence[Rulebook], wording: Wording) -> str:
    """The lines as a table for the width of the terminal, and how many offers have each verdict."""
    screen = Screen()
    titles = [wording.text(rulebook.title) for rulebook in rulebooks]
    heads = [wording.gettext("Offer"), *titles, wording.gettext("Missing")]
    screen.table(heads, [_row(line, rulebooks) for line in lines], below=len(heads) - 1)
    screen.line()
    for i, rulebook in enumerate(rulebooks):
        verdicts = (line.verdicts.get((rulebook.id, rulebook.version)) for line in lines)
        counts = Counter(decided[0] for decided in verdicts if decided)
        screen.line(Piece(f"{titles[i]}:"), *(Piece(f"  {MARKS[v.value]} {counts[v]}", v.value) for v in Verdict))
    return screen.taken()


def _row(line: SummaryLine, rulebooks: Sequence[Rulebook]) -> list[Cell]:
    verdicts = [line.verdicts.get((rulebook.id, rulebook.version)) for rulebook in rulebooks]
    cells = [[Piece(f"{MARKS[r[0].value]} {r[1]}", r[0].value)] if r else [Piece("")] for r in verdicts]
    return [[Piece(line.name)], *cells, [Piece(line.missing)]]

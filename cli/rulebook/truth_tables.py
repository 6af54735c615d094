"""Truth tables for the terminal, for spreadsheets, as Markdown and as HTML."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from cli.common.page import template_of
from cli.common.screen import Piece, Screen
from cli.common.spreadsheet import csv_lines
from cli.common.table_words import TableWords, headings
from cli.rulebook.rulebook_text import approximated_text
from engine.authoring.proofs.truth_table import Row, TruthTable
from engine.explanation.words_and_numbers import Wording
from engine.harmless import harmless_markdown
from engine.texts.catalogue import Language
from engine.values.logic import Truth

_SIGNS = {Truth.MET: "✓", Truth.NOT_MET: "✗", Truth.NOT_APPLICABLE: "–"}
_STYLES = {Truth.MET: "met", Truth.NOT_MET: "not_met", Truth.NOT_APPLICABLE: "not_applicable"}


def _columns(table: TruthTable, wording: Wording) -> list[str]:
    titles = {override.id: wording.text(override.title) for override in table.rulebook.overrides}
    return [titles.get(name, name) for name in table.columns]


def _heads(table: TruthTable, wording: Wording) -> list[str]:
    return [*_columns(table, wording), wording.gettext("Outcome"), wording.gettext("Basis")]


def _signs(table: TruthTable, row: Row) -> list[str]:
    """What each column must be, in signs; empty where it makes no difference."""
    pairs = zip(row.cells, table.domain, strict=True)
    return [
        "" if cell == every else "/".join(sign for result, sign in _SIGNS.items() if result in cell)
        for cell, every in pairs
    ]


def _outcome(table: TruthTable, row: Row, wording: Wording) -> str:
    return wording.text(table.rulebook.outcomes[row.verdict].label)


def _basis(table: TruthTable, basis: str, wording: Wording) -> str:
    """What decides, by its title."""
    titles = {override.id: override.title for override in table.rulebook.overrides}
    return wording.within(wording.text(titles.get(basis, table.rulebook.rule.title)))


def _legend(wording: Wording) -> str:
    return wording.gettext("✓ fulfilled, ✗ not fulfilled, – not applicable; empty: makes no difference")


def remarks(table: TruthTable, wording: Wording) -> list[str]:
    """What is to be known of a table, beside its rows: whether more is taken to occur than can."""
    return [approximated_text(table.rulebook, table.approximated, wording)] if table.approximated else []


def _screen(table: TruthTable, language: Language) -> str:
    """Under a heading for each outcome and basis; overrides, whose ids are long, are numbered and explained below."""
    wording, screen = Wording(language), Screen()
    screen.rule(f"{wording.text(table.rulebook.title)}  {table.rulebook.id}@{table.rulebook.version}")
    numbers = {o.id: f"{wording.gettext('O')}{i}" for i, o in enumerate(table.rulebook.overrides, 1)}
    heads = [numbers.get(name, name) for name in table.columns]
    widths = [max(len(head), 3) for head in heads]
    for (verdict, basis), group in itertools.groupby(table.rows, key=lambda row: (row.verdict, row.basis)):
        rows = list(group)
        screen.line()
        screen.line(
            Piece(_outcome(table, rows[0], wording), verdict.value), Piece(f"  {_basis(table, basis, wording)}", "dim")
        )
        screen.table(heads, [_cells(table, row) for row in rows], widths)
    screen.line()
    for override in table.rulebook.overrides:
        screen.line(Piece(f"{numbers[override.id]} {wording.text(override.title)} ({override.id})", "dim"))
    screen.line(Piece(_legend(wording), "dim"))
    for remark in remarks(table, wording):
        screen.line()
        screen.paragraph(remark, indent=0)
    return screen.taken()


def _cells(table: TruthTable, row: Row) -> list[list[Piece]]:
    styles = [_STYLES[next(iter(cell))] if len(cell) == 1 else "" for cell in row.cells]
    return [[Piece(sign, style)] for sign, style in zip(_signs(table, row), styles, strict=True)]


def _csv(table: TruthTable, language: Language) -> str:
    """In English ids and statuses as they stand in decision records; in Danish words."""
    words = TableWords(Wording(language)) if language == "da" else None
    end_names = headings(["verdict", "outcome", "basis"], language)
    rows = [[*(_columns(table, words.wording) if words else table.columns), *end_names]]
    for row in table.rows:
        pairs = zip(row.cells, table.domain, strict=True)
        cells = [[] if c == every else [r.name.lower() for r in _SIGNS if r in c] for c, every in pairs]
        outcome = table.rulebook.outcomes[row.verdict]
        if words:
            end = [words.verdict(row.verdict.value), words.wording.text(outcome.label)]
            basis = words.basis(table.rulebook, row.basis)
            rows.append([*("|".join(map(words.status, cell)) for cell in cells), *end, basis])
        else:
            rows.append([*map("|".join, cells), row.verdict.value, outcome.id, row.basis])
    return "".join(csv_lines(rows, language, "\r\n" if words else "\n"))


def _markdown(table: TruthTable, language: Language) -> str:
    wording = Wording(language)
    heads = _heads(table, wording)
    rows = [
        [*_signs(table, row), _outcome(table, row, wording), _basis(table, row.basis, wording)] for row in table.rows
    ]
    lines = [_markdown_row(heads), "|" + "---|" * len(heads), *map(_markdown_row, rows)]
    below = [_legend(wording), *remarks(table, wording)]
    return "\n".join([*lines, *(line for paragraph in below for line in ("", paragraph))]) + "\n"


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(harmless_markdown, cells))} |"


def _html(table: TruthTable, language: Language) -> str:
    wording = Wording(language)
    page = template_of("truth_table.html.jinja").render(
        language=language,
        title=f"{wording.text(table.rulebook.title)} ({table.rulebook.id}@{table.rulebook.version})",
        heads=_heads(table, wording),
        rows=[
            (*_signs(table, row), _outcome(table, row, wording), _basis(table, row.basis, wording))
            for row in table.rows
        ],
        below=[_legend(wording), *remarks(table, wording)],
    )
    return page + "\n"


PRINTERS: dict[str, Callable[[TruthTable, Language], str]] = {
    "table": _screen,
    "csv": _csv,
    "md": _markdown,
    "html": _html,
}

"""Truth tables for the terminal, for spreadsheets, as Markdown and as HTML."""

from __future__ import annotations

import csv
import html
import io
import itertools
from collections.abc import Callable

from cli.common.screen import Piece, Screen
from engine.authoring.proofs.truth_table import Row, Table
from engine.explanation.wording import Language, Wording
from engine.values.logic import Result

_SIGNS = {Result.MET: "✓", Result.NOT_MET: "✗", Result.NOT_APPLICABLE: "–"}
_STYLES = {Result.MET: "met", Result.NOT_MET: "not_met", Result.NOT_APPLICABLE: "not_applicable"}


def _heads(table: Table, wording: Wording) -> list[str]:
    titles = {override.id: wording.text(override.title) for override in table.rulebook.overrides}
    columns = [titles.get(name, name) for name in table.columns]
    return [*columns, wording.pick("Udfald", "Outcome"), wording.pick("Grundlag", "Basis")]


def _signs(table: Table, row: Row) -> list[str]:
    """What each column must be, in signs; empty where it makes no difference."""
    pairs = zip(row.cells, table.everything, strict=True)
    return [
        "" if cell == every else "/".join(sign for result, sign in _SIGNS.items() if result in cell)
        for cell, every in pairs
    ]


def _outcome(table: Table, row: Row, wording: Wording) -> str:
    return wording.text(table.rulebook.outcomes[row.verdict].label)


def _legend(wording: Wording) -> str:
    return wording.pick(
        "✓ opfyldt, ✗ ikke opfyldt, – ikke relevant; tomt: uden betydning",
        "✓ fulfilled, ✗ not fulfilled, – not applicable; empty: makes no difference",
    )


def _screen(table: Table, language: Language) -> str:
    """Under a heading for each outcome and basis; overrides, whose ids are long, are numbered and explained below."""
    wording, screen = Wording(language), Screen()
    screen.rule(f"{wording.text(table.rulebook.title)}  {table.rulebook.id}@{table.rulebook.version}")
    numbers = {o.id: f"{wording.pick('U', 'O')}{i}" for i, o in enumerate(table.rulebook.overrides, 1)}
    heads = [numbers.get(name, name) for name in table.columns]
    widths = [max(len(head), 3) for head in heads]
    for (verdict, basis), group in itertools.groupby(table.rows, key=lambda row: (row.verdict, row.basis)):
        rows = list(group)
        screen.line()
        screen.line(Piece(_outcome(table, rows[0], wording), verdict.value), Piece(f"  {basis}", "dim"))
        screen.table(heads, [_cells(table, row) for row in rows], widths)
    screen.line()
    for override in table.rulebook.overrides:
        screen.line(Piece(f"{numbers[override.id]} {wording.text(override.title)} ({override.id})", "dim"))
    screen.line(Piece(_legend(wording), "dim"))
    return screen.taken()


def _cells(table: Table, row: Row) -> list[list[Piece]]:
    styles = [_STYLES[next(iter(cell))] if len(cell) == 1 else "" for cell in row.cells]
    return [[Piece(sign, style)] for sign, style in zip(_signs(table, row), styles, strict=True)]


def _csv(table: Table, language: Language) -> str:
    """Ids and statuses as they stand in decision records, whatever the language."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*table.columns, "verdict", "outcome", "basis"])
    for row in table.rows:
        pairs = zip(row.cells, table.everything, strict=True)
        cells = ["" if c == every else "|".join(r.name.lower() for r in _SIGNS if r in c) for c, every in pairs]
        writer.writerow([*cells, row.verdict.value, table.rulebook.outcomes[row.verdict].id, row.basis])
    return text.getvalue()


def _markdown(table: Table, language: Language) -> str:
    wording = Wording(language)
    heads = _heads(table, wording)
    rows = [[*_signs(table, row), _outcome(table, row, wording), row.basis] for row in table.rows]
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads), *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join([*lines, "", _legend(wording)]) + "\n"


def _html(table: Table, language: Language) -> str:
    wording = Wording(language)
    title = html.escape(f"{wording.text(table.rulebook.title)} ({table.rulebook.id}@{table.rulebook.version})")
    heads = "".join(f'<th scope="col">{html.escape(head)}</th>' for head in _heads(table, wording))
    rows = [
        "".join(
            f"<td>{html.escape(text)}</td>" for text in (*_signs(table, row), _outcome(table, row, wording), row.basis)
        )
        for row in table.rows
    ]
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return _PAGE.format(language=language, title=title, heads=heads, body=body, legend=html.escape(_legend(wording)))


_PAGE = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 1rem/1.4 system-ui, sans-serif; margin: 2rem; color: #1a1a1a; background: #fff; }}
table {{ border-collapse: collapse; }}
caption {{ font-weight: 600; text-align: left; padding-bottom: .5rem; }}
th {{ vertical-align: bottom; }}
th, td {{ border-bottom: 1px solid #bbb; padding: .2rem .6rem; text-align: center; }}
th:nth-last-child(-n+2), td:nth-last-child(-n+2) {{ text-align: left; }}
</style>
</head>
<body>
<table>
<caption>{title}</caption>
<thead><tr>{heads}</tr></thead>
<tbody>
{body}
</tbody>
</table>
<p>{legend}</p>
</body>
</html>
"""

PRINTERS: dict[str, Callable[[Table, Language], str]] = {
    "table": _screen,
    "csv": _csv,
    "md": _markdown,
    "html": _html,
}

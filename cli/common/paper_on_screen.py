"""A paper for the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from cli.common.column_widths import GAP
from cli.common.screen import Piece, Screen
from engine.explanation.paper import (
    Block,
    Heading,
    NewPage,
    Pairs,
    Paper,
    Paragraph,
    Signature,
    Statement,
    Table,
)

_STYLES = {"strong": "bold"}
_LEAST_SHARE, _LEAST_REST = 10, 30
"""A column gets at least so much; where the one that takes what the others leave would have less, it stands below."""


def form_on_screen(blocks: Iterable[Block]) -> str:
    """Blocks as text for the width of the terminal, with an empty line below them."""
    screen = Screen()
    for block in blocks:
        show_block(screen, block)
    screen.line()
    return screen.taken()


def paper_on_screen(paper: Paper, width: int | None = None) -> str:
    """A paper as text for the width of the terminal, or for a width of its own."""
    screen = Screen(width)
    for block in paper.blocks():
        show_block(screen, block)
    return screen.taken()


def show_block(screen: Screen, block: Block) -> None:
    """Show one block of a paper."""
    match block:
        case Heading():
            _heading(screen, block)
        case Paragraph():
            _paragraph(screen, block)
        case Pairs():
            screen.pairs([(label, value.text) for label, value in block.rows])
        case Table():
            _table(screen, block)
        case Signature():
            screen.line()
            for line in block.lines:
                screen.line()
                screen.line(Piece(f"{line.text} {'_' * 30}"))
        case NewPage():
            screen.line()
        case _:
            assert_never(block)


def _heading(screen: Screen, heading: Heading) -> None:
    if heading.level <= 2:
        screen.rule(heading.statement.text)
    elif heading.level == 3:
        screen.heading(heading.statement.text)
    else:
        screen.line(Piece(heading.statement.text, "italic"))


def _paragraph(screen: Screen, paragraph: Paragraph) -> None:
    texts = [one.text for one in paragraph.statements]
    match paragraph.manner:
        case "outcome":
            outcome, *others = paragraph.statements
            screen.line(Piece(outcome.text.upper(), outcome.tone), *(Piece(f"   {one.text}", "dim") for one in others))
        case "note":
            screen.paragraph(" ".join(texts), "dim", indent=0)
        case "by_people":
            screen.paragraph(" ".join(texts), "bold", indent=0)
        case "item":
            screen.paragraph(" ".join(texts), bullet="• ")
        case "plain":
            screen.paragraph(" ".join(texts))
        case _:
            assert_never(paragraph.manner)


def _table(screen: Screen, table: Table) -> None:
    screen.line()
    screen.line(Piece(table.caption, "italic"))
    rows = [[[_piece(one, bold=row.is_total) for one in cell] for cell in row.cells] for row in table.rows]
    screen.table([column.label for column in table.columns], rows, _widths(screen, table), _LEAST_REST)
    screen.line()


def _widths(screen: Screen, table: Table) -> list[int | None]:
    """The widths of columns by their weights, none wider than its texts; the last of the heaviest takes the rest."""
    weights = [column.weight for column in table.columns]
    rest = max(range(len(weights)), key=lambda n: (weights[n], n))
    whole = sum(weights) or 1
    widths: list[int | None] = []
    for number, column in enumerate(table.columns):
        if number == rest:
            widths.append(None)
            continue
        texts = (one.text for row in table.rows for one in row.cells[number])
        needed = max(map(len, (column.label, *texts)))
        share = max(_LEAST_SHARE, screen.width * column.weight // whole - GAP)
        widths.append(min(needed, share) if column.weight else needed)
    return widths


def _piece(statement: Statement, *, bold: bool) -> Piece:
    if bold:
        return Piece(statement.text, "bold")
    return Piece(statement.text, _STYLES.get(statement.tone, statement.tone))

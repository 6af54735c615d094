"""A paper for the terminal."""

from __future__ import annotations

from typing import assert_never

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
        return
    screen.heading(heading.statement.text)


def _paragraph(screen: Screen, paragraph: Paragraph) -> None:
    style = "bold" if paragraph.manner in ("outcome", "by_people") else "dim" if paragraph.manner == "note" else ""
    text = "   ".join(one.text for one in paragraph.statements)
    screen.paragraph(text, style, bullet="• " if paragraph.manner == "item" else "")


def _table(screen: Screen, table: Table) -> None:
    screen.line()
    screen.line(Piece(table.caption, "italic"))
    rows = [[[_piece(one, bold=row.is_total) for one in cell] for cell in row.cells] for row in table.rows]
    screen.table([column.label for column in table.columns], rows, _widths(screen, table), 30)
    screen.line()


def _widths(screen: Screen, table: Table) -> list[int | None]:
    """The widths of columns by their weights; the last of the heaviest takes what the others leave."""
    weights = [column.weight for column in table.columns]
    rest = max(range(len(weights)), key=lambda n: (weights[n], n))
    whole = sum(weights) or 1
    widths: list[int | None] = []
    for number, column in enumerate(table.columns):
        if number == rest:
            widths.append(None)
        elif column.weight:
            widths.append(max(10, screen.width * column.weight // whole - 2))
        else:
            texts = [one.text for row in table.rows for one in row.cells[number]]
            widths.append(max(map(len, [column.label, *texts])))
    return widths


def _piece(statement: Statement, *, bold: bool) -> Piece:
    if bold:
        return Piece(statement.text, "bold")
    return Piece(statement.text, _STYLES.get(statement.tone, statement.tone))

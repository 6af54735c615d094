"""Text for the width of the terminal: headings, paragraphs, columns. Rendered by rich."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from rich.box import Box
from rich.console import Console
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from engine.harmless import harmless, one_line, shortened
from engine.texts.unbroken import unbroken

LEAST_SHARE = 20
"""The column that takes what the others leave gets at least this much, where it can."""

_TOGETHER = "\ue000"
"""Stands for a space at which no line may end, which rich does not know, until the lines are made."""
_HEAD_LINE = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")
_STYLES = {
    "met": "green",
    "not_met": "red",
    "unknown": "yellow",
    "undetermined": "yellow",
    "not_applicable": "dim",
}


class Piece(NamedTuple):
    """A text in one style; in a column, a paragraph."""

    text: str
    style: str = ""

    def rendered(self) -> Text:
        """The text on one line, without characters that steer a terminal."""
        return self._styled(one_line(self.text))

    def wrapped(self) -> Text:
        """The text with its line breaks, for a paragraph of its own."""
        return self._styled(harmless(self.text))

    def _styled(self, text: str) -> Text:
        return Text(unbroken(shortened(text), _TOGETHER), _STYLES.get(self.style, self.style))


Cell = Sequence[Piece]


class Branch(NamedTuple):
    """Pieces of one line of a tree, and the branches below it."""

    pieces: Sequence[Piece]
    below: Sequence[Branch] = ()


class Screen:
    """Collects what is rendered for the width of the terminal, with colours where it shows them.

    With a width of its own it is for a file: without colours.
    """

    def __init__(self, width: int | None = None) -> None:
        self._buffer = io.StringIO()
        self._console = Console(
            file=self._buffer,
            width=width or _terminal_width(),
            force_terminal=width is None and sys.stdout.isatty(),
            highlight=False,
            emoji=False,
            markup=False,
        )
        self.width = self._console.width

    def taken(self) -> str:
        """What was collected since the last time."""
        text = self._buffer.getvalue().replace(_TOGETHER, " ")
        self._buffer.seek(0)
        self._buffer.truncate()
        return "\n".join(line.rstrip() for line in text.split("\n"))

    def rule(self, title: str) -> None:
        """A line across the screen that begins with a title."""
        self._console.rule(Piece(title, "bold").rendered(), align="left", characters="═", style="dim")

    def heading(self, title: str) -> None:
        """A heading after an empty line."""
        self.line()
        self.line(Piece(title, "bold"))

    def line(self, *pieces: Piece) -> None:
        """Pieces one after the other."""
        self._console.print(Text.assemble(*(piece.rendered() for piece in pieces)))

    def paragraph(self, text: str, style: str = "", indent: int = 2, bullet: str = "") -> None:
        """A text wrapped within the width, indented; its later lines stand under the first after a bullet.

        What is not indented has no line breaks: such lines are ours.
        """
        piece = Piece(text, style).wrapped() if indent or bullet else Piece(text, style).rendered()
        grid = Table.grid(Column(width=indent + len(bullet)), Column(overflow="fold"))
        grid.add_row(" " * indent + bullet, piece)
        self._console.print(grid if bullet else Padding(piece, (0, 0, 0, indent)))

    def pairs(self, rows: Sequence[tuple[str, str]]) -> None:
        """Labels, each with its value beside it."""
        grid = Table.grid(padding=(0, 2, 0, 0))
        for label, value in rows:
            grid.add_row(Piece(label, "dim").rendered(), Piece(value).rendered())
        self._console.print(grid)

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[Cell]], widths: Sequence[int | None] = ()) -> None:
        """Columns under their heads; a width of None takes what the others leave, no widths at all what they need."""
        chosen = self._shared(widths) if widths else [None] * len(heads)
        columns = [Column(Piece(h).rendered(), overflow="fold", width=w) for h, w in zip(heads, chosen, strict=True)]
        table = Table(
            *columns, box=_HEAD_LINE, pad_edge=False, show_edge=False, header_style="bold", padding=(0, 1, 0, 0)
        )
        for row in rows:
            table.add_row(*(Text("\n").join(piece.rendered() for piece in cell) for cell in row))
        self._console.print(table)

    def tree(self, root: Branch) -> None:
        """A branch with all that is below it."""
        from rich.tree import Tree  # noqa: PLC0415 - only what is shown as a tree

        def grow(tree: Tree, branches: Sequence[Branch]) -> Tree:
            for branch in branches:
                grow(tree.add(self._assembled(branch)), branch.below)
            return tree

        self._console.print(grow(Tree(self._assembled(root), guide_style="dim"), root.below))

    def _assembled(self, branch: Branch) -> Text:
        return Text.assemble(*(piece.rendered() for piece in branch.pieces))

    def _shared(self, widths: Sequence[int | None]) -> list[int | None]:
        """The widths asked for, the widest narrower where they leave too little for the column without one."""
        shares = [width or 0 for width in widths]
        gaps = 2 * (len(shares) - 1)
        while (left := self.width - sum(shares) - gaps) < LEAST_SHARE and max(shares) > LEAST_SHARE:
            shares[shares.index(max(shares))] -= 1
        return [left if width is None else w for width, w in zip(widths, shares, strict=True)]


def _terminal_width() -> int:
    """The width of the terminal, or what the environment says it is; 100 where there is none."""
    if columns := os.environ.get("COLUMNS"):
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 100
    except (OSError, ValueError):
        return 100

"""Text for the width of the terminal: headings, paragraphs, columns. Rendered by rich."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import NamedTuple

from rich.box import Box
from rich.console import Console
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from cli.common.column_widths import GAP, LEAST_SHARE, column_widths, longest_line
from cli.common.console import terminal_width
from engine.harmless import harmless, one_line, shortened
from engine.texts.unbroken import unbroken

_WIDTH = 100
"""The width of what is for no terminal."""
_HEIGHT = 25
"""Nothing is rendered for a height; where none is named, rich looks for it at each line."""
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
            width=width or terminal_width() or _WIDTH,
            height=_HEIGHT,
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
        """A line across the screen that begins with a title; below it where it is longer than the screen."""
        text = Piece(title, "bold").rendered()
        if text.cell_len < self.width - GAP:
            self._console.rule(text, align="left", characters="═", style="dim")
        else:
            self._console.print(text)
            self._console.rule(characters="═", style="dim")

    def heading(self, title: str) -> None:
        """A heading after an empty line."""
        self.line()
        self.line(Piece(title, "bold"))

    def line(self, *pieces: Piece) -> None:
        """Pieces one after the other."""
        if pieces:
            self._console.print(Text.assemble(*(piece.rendered() for piece in pieces)))
        else:
            self._buffer.write("\n")

    def paragraph(self, text: str, style: str = "", indent: int = 2, bullet: str = "") -> None:
        """A text wrapped within the width, indented; its later lines stand under the first after a bullet.

        What is not indented has no line breaks: such lines are ours.
        """
        piece = Piece(text, style).wrapped() if indent or bullet else Piece(text, style).rendered()
        begin = " " * indent + bullet
        lines = piece.wrap(self._console, max(1, self.width - len(begin)))
        starts = [begin, *(" " * len(begin) for _ in lines[1:])]
        if style:
            for start, line in zip(starts, lines, strict=True):
                self._console.print(Text.assemble(start, line))
        else:  # what has no style needs no rendering, which costs more than all else that a form does
            self._buffer.writelines(f"{start}{line.plain}\n" for start, line in zip(starts, lines, strict=True))

    def pairs(self, rows: Sequence[tuple[str, str]]) -> None:
        """Labels, each with its value beside it; as blocks where the screen is too narrow."""
        texts = [(Piece(label, "dim").rendered(), Piece(value).rendered()) for label, value in rows]
        if not texts:
            return
        if widths := self._widths(texts, [max(longest_line(label) for label, _ in texts), None]):
            self._grid(texts, widths)
        else:
            for label, value in texts:
                self._hanging(Text.assemble(label, ": ", value))

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        widths: Sequence[int | None] = (),
        least_rest: int = LEAST_SHARE,
        below: int | None = None,
    ) -> None:
        """Columns under their heads; a width of None takes what the others leave, no widths at all what they need.

        No word is cut. Where the screen is too narrow for that, the column `below`, or the one that takes what the
        others leave, stands below them, row by row; and where that does not help, or there is none, each row is a
        block with a line for each column.
        """
        head = [Piece(text, "bold").rendered() for text in heads]
        texts = [[Text("\n").join(piece.rendered() for piece in cell) for cell in row] for row in rows]
        if chosen := self._widths([head, *texts], widths, least_rest):
            self._columns(head, texts, chosen)
            return
        below = widths.index(None) if None in widths else below
        if below is not None and (chosen := self._widths([_without(below, row) for row in (head, *texts)])):
            self._with_below(head, texts, chosen, below)
        else:
            self._blocks(head, texts)

    def _widths(
        self, rows: Sequence[Sequence[Text]], preferred: Sequence[int | None] = (), least_rest: int = LEAST_SHARE
    ) -> list[int] | None:
        return column_widths(list(zip(*rows, strict=True)), self.width, preferred, least_rest)

    def _columns(self, head: Sequence[Text], rows: Sequence[Sequence[Text]], widths: Sequence[int]) -> None:
        columns = [Column(text, overflow="fold", width=width) for text, width in zip(head, widths, strict=True)]
        table = Table(*columns, box=_HEAD_LINE, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
        for row in rows:
            table.add_row(*row)
        self._console.print(table)

    def _with_below(
        self, head: Sequence[Text], rows: Sequence[Sequence[Text]], widths: Sequence[int], below: int
    ) -> None:
        """Each row in columns, and what stands below them indented as far as the second column."""
        indent = min(widths[0] + GAP, LEAST_SHARE)
        self._grid([_without(below, head)], widths)
        self._console.print(Padding(head[below], (0, 0, 0, indent)))
        self._console.rule(characters="─", style="")
        for row in rows:
            self._grid([_without(below, row)], widths)
            if row[below]:
                self._console.print(Padding(row[below], (0, 0, 0, indent)))

    def _blocks(self, head: Sequence[Text], rows: Sequence[Sequence[Text]]) -> None:
        """Each row as lines that begin with what their column is called; what is empty has none."""
        for number, row in enumerate(rows):
            if number:
                self.line()
            for name, text in zip(head, row, strict=True):
                if text:
                    first, *more = text.split("\n")
                    self._hanging(Text.assemble(name, ": ", first) if name else first)
                    for line in more:
                        self._console.print(Padding(line, (0, 0, 0, 2 * GAP)))

    def _grid(self, rows: Sequence[Sequence[Text]], widths: Sequence[int]) -> None:
        grid = Table.grid(*(Column(overflow="fold", width=width) for width in widths), padding=(0, GAP, 0, 0))
        for row in rows:
            grid.add_row(*row)
        self._console.print(grid)

    def _hanging(self, text: Text) -> None:
        """A text whose later lines stand under the first, indented."""
        first, *more = text.wrap(self._console, self.width - GAP)
        self._console.print(first)
        for line in more:
            self._console.print(Padding(line, (0, 0, 0, GAP)))

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


def _without(place: int, row: Sequence[Text]) -> list[Text]:
    return [*row[:place], *row[place + 1 :]]

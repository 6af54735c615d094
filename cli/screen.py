"""Text for the width of the terminal: headings, paragraphs, columns.

Not rich: importing and running it costs nearly half of what starting Python with our libraries does, and the command
must answer at once (docs/decisions/0005).
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

import click

from cli.console import harmless

GAP = "  "
LEAST_WIDTH = 8
"""No column is squeezed below this many characters."""
LEAST_SHARE = 20
"""The column that takes what the others leave gets at least this much, where it can."""

_STYLES = {
    "bold": {"bold": True},
    "italic": {"italic": True},
    "dim": {"dim": True},
    "met": {"fg": "green"},
    "not_met": {"fg": "red"},
    "unknown": {"fg": "yellow"},
    "undetermined": {"fg": "yellow"},
    "not_applicable": {"dim": True},
    "": {},
}


class Piece(NamedTuple):
    """A text in one style; in a column, a paragraph."""

    text: str
    style: str = ""


Cell = Sequence[Piece]


class Screen:
    """Collects lines for the width of the terminal, with colours where it shows them."""

    def __init__(self) -> None:
        self.width = shutil.get_terminal_size((100, 24)).columns
        self._coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self._lines: list[str] = []

    def taken(self) -> str:
        """What was collected since the last time."""
        text = "".join(f"{line.rstrip()}\n" for line in self._lines)
        self._lines = []
        return text

    def rule(self, title: str) -> None:
        """A line across the screen that begins with a title."""
        rest = "═" * (self.width - len(title) - 1)
        self._lines.append(f"{self._styled(Piece(title, 'bold'))} {self._styled(Piece(rest, 'dim'))}")

    def heading(self, title: str) -> None:
        """A heading after an empty line."""
        self.line()
        self.line(Piece(title, "bold"))

    def line(self, *pieces: Piece) -> None:
        """Pieces one after the other on a line; wrapped, and then in the first one's style, where they do not fit."""
        if sum(len(piece.text) for piece in pieces) <= self.width:
            self._lines.append("".join(self._styled(piece) for piece in pieces))
        else:
            self.paragraph("".join(piece.text for piece in pieces), pieces[0].style, indent=0)

    def paragraph(self, text: str, style: str = "", indent: int = 2, bullet: str = "") -> None:
        """A text wrapped within the width, indented."""
        for number, line in enumerate(_wrapped(text, self.width - indent - len(bullet))):
            start = bullet if number == 0 else " " * len(bullet)
            self._lines.append(" " * indent + self._styled(Piece(start + line, style)))

    def pairs(self, rows: Sequence[tuple[str, str]]) -> None:
        """Labels, each with its value beside it."""
        first = max((len(label) for label, _ in rows), default=0)
        widths = [first, self.width - first - len(GAP)]
        for label, value in rows:
            self._row([[Piece(label, "dim")], [Piece(value)]], widths)

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[Cell]], widths: Sequence[int | None] = ()) -> None:
        """Columns under their heads; a width of None takes what the others leave, no widths at all what they need."""
        head = [[Piece(text, "bold")] for text in heads]
        chosen = self._shared(widths) if widths else self._fitted([head, *rows])
        self._row(head, chosen)
        self._lines.append("─" * min(self.width, sum(chosen) + len(GAP) * (len(chosen) - 1)))
        for row in rows:
            self._row(row, chosen)

    def _shared(self, widths: Sequence[int | None]) -> list[int]:
        """The widths asked for, the widest narrower where they leave too little for the column without one."""
        given = [width or 0 for width in widths]
        while (left := self.width - sum(given) - len(GAP) * (len(given) - 1)) < LEAST_SHARE and max(
            given
        ) > LEAST_WIDTH:
            given[given.index(max(given))] -= 1
        return [left if width is None else w for width, w in zip(widths, given, strict=True)]

    def _fitted(self, rows: Sequence[Sequence[Cell]]) -> list[int]:
        """Each column as wide as its longest text, the widest ones narrower until all fit."""
        columns = zip(*rows, strict=True)
        widths = [max(len(piece.text) for cell in column for piece in cell or [Piece("")]) for column in columns]
        while sum(widths) + len(GAP) * (len(widths) - 1) > self.width and max(widths) > LEAST_WIDTH:
            widths[widths.index(max(widths))] -= 1
        return widths

    def _row(self, cells: Sequence[Cell], widths: Sequence[int]) -> None:
        columns = [list(self._cell_lines(cell, width)) for cell, width in zip(cells, widths, strict=True)]
        for parts in zip_longest(*columns, fillvalue=Piece("")):
            padded = zip(parts, widths, strict=True)
            texts = (self._styled(piece) + " " * (width - len(piece.text)) for piece, width in padded)
            self._lines.append(GAP.join(texts))

    def _cell_lines(self, cell: Cell, width: int) -> Iterator[Piece]:
        for piece in cell:
            yield from (Piece(line, piece.style) for line in _wrapped(piece.text, width))

    def _styled(self, piece: Piece) -> str:
        text = harmless(piece.text)
        return click.style(text, **_STYLES[piece.style]) if self._coloured and piece.style else text  # type: ignore[arg-type]


def _wrapped(text: str, width: int) -> list[str]:
    return [
        line
        for part in text.split("\n")
        for line in textwrap.wrap(part, max(width, LEAST_WIDTH), break_on_hyphens=False) or [""]
    ]

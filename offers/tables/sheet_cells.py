"""What stands in a worksheet by its XML, whatever the sheet claims of itself: cells, merged ranges, hidden rows.

python-calamine does not tell all of it. An error (`#N/A`) is an empty cell to it, or in an OpenDocument file a 0, and
would count as not stated or as evidence; a formula that was never computed is an empty cell, too, and so is each but
the first of merged cells. Between cells that stand far apart it makes room for all others, as much as no machine has.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from engine.diagnostics import Scattered

_AREA, _TIMES = 20_000_000, 50
"""A sheet may span so many cells, or so many times those that hold something."""


class Cell(NamedTuple):
    """A cell that holds something: its row and column, counted from 1.

    `value` is what it holds where calamine is not asked for it. It stands in as many rows and columns as it is
    repeated. A formula that was never computed has no value: then `is_computed` is false. `is_hidden` is of its row.
    """

    row: int
    column: int
    value: str | bool | None = None
    rows: int = 1
    columns: int = 1
    is_computed: bool = True
    is_hidden: bool = False

    @property
    def last(self) -> tuple[int, int]:
        """The last row and column that it stands in."""
        return self.row + self.rows - 1, self.column + self.columns - 1

    @property
    def places(self) -> Iterator[tuple[int, int]]:
        """Every row and column that it stands in."""
        return itertools.product(range(self.row, self.row + self.rows), range(self.column, self.column + self.columns))


class MergedCells(NamedTuple):
    """Cells that were merged: the first row and column, the last row and column, counted from 1."""

    row: int
    column: int
    last_row: int
    last_column: int

    def covers(self, row: int, column: int) -> bool:
        """Whether a cell is one of them, and not the first, which alone is shown.

        >>> merged = MergedCells(5, 2, 7, 2)
        >>> merged.covers(5, 2), merged.covers(6, 2)
        (False, True)
        """
        inside = self.row <= row <= self.last_row and self.column <= column <= self.last_column
        return inside and (row, column) != (self.row, self.column)


class SheetContent(NamedTuple):
    """What stands in a worksheet: its rows from the first on, all as long as each other.

    `hidden_rows` are the numbers of those that hold something and are not shown; `not_computed` the rows and columns of
    formulas without a value. All are counted from 1.
    """

    rows: list[list[Any]]
    merged: Sequence[MergedCells] = ()
    hidden_rows: frozenset[int] = frozenset()
    not_computed: frozenset[tuple[int, int]] = frozenset()


def filled_cells(rows: Sequence[Sequence[Any]]) -> int:
    """How many cells of some rows hold something."""
    return sum(len(row) - row.count("") for row in rows)


def is_small(last_row: int, last_column: int) -> bool:
    """Whether there is room for all cells of a sheet, whatever they hold."""
    return last_row * last_column <= _AREA


def check_extent(cells: Sequence[Cell]) -> None:
    """Check that the cells of a sheet stand close enough together for all between them to be made.

    Raises:
        Scattered: they do not.
    """
    if not cells:
        return
    last_row, last_column = max(c.last[0] for c in cells), max(c.last[1] for c in cells)
    if is_small(last_row, last_column):
        return
    filled = sum(c.rows * c.columns for c in cells)
    if last_row * last_column > _TIMES * filled:
        lowest = max(cells, key=lambda c: c.last[0])
        farthest = max(cells, key=lambda c: c.last[1])
        raise Scattered(list(dict.fromkeys((lowest.last, farthest.last))))
    if any(cell.rows * cell.columns > _AREA for cell in cells):
        raise Scattered([next(c.last for c in cells if c.rows * c.columns > _AREA)])


def content_of(
    rows: list[list[Any]], cells: Sequence[Cell], merged: Sequence[MergedCells], hidden_rows: Iterable[int] = ()
) -> SheetContent:
    """What stands in a sheet: the rows that calamine has read, with what it does not tell.

    Args:
        rows: those of calamine; they are changed.
        cells: those that hold something, as far as calamine does not tell it or their rows are hidden.
        merged: the merged ranges.
        hidden_rows: others that are hidden, whether they hold anything or not.
    """
    values = {place: cell.value for cell in cells if cell.value is not None for place in cell.places}
    not_computed = frozenset(place for cell in cells if not cell.is_computed for place in cell.places)
    _fill(rows, values | dict.fromkeys(not_computed, ""))
    hidden = frozenset(row for cell in cells if cell.is_hidden for row in range(cell.row, cell.row + cell.rows))
    with_formulas = {row for row, _ in not_computed}
    hidden |= {row for row in hidden_rows if row in with_formulas or filled_cells(rows[row - 1 : row])}
    return SheetContent(rows, merged, hidden, not_computed)


def _fill(rows: list[list[Any]], values: Mapping[tuple[int, int], Any]) -> None:
    """Put values into cells, by row and column from 1; all rows stay as long as each other."""
    width = max([column for _, column in values] + [len(row) for row in rows[:1]], default=0)
    rows += [[] for _ in range(len(rows), max((row for row, _ in values), default=0))]
    if rows and min(len(rows[0]), len(rows[-1])) < width:
        rows[:] = [row + [""] * (width - len(row)) for row in rows]
    for (row, column), value in values.items():
        rows[row - 1][column - 1] = value

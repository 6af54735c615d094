"""What is wrong with rows of a worksheet whose cells can all be read: evidence would be lost, or altered.

A formula that was never computed and a cell that is covered by merged ones look empty. An id that a spreadsheet took
for a day, a logical value or a number with decimals is no longer what was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from engine.diagnostics import Place, rejected
from engine.texts.catalogue import message
from offers.records.input_remarks import InputRemark
from offers.tables.csv_text import Fault
from offers.tables.headers import IDS, Column
from offers.tables.sheet_cells import MergedCells, SheetContent
from offers.tables.table import letters_of
from offers.tables.typed_ids import no_id

_AS_TEXT = message("give the cells the format of text, and write the ids anew")
_MOST_NAMED = 10
_NOT_COMPUTED = message("the formula in the cell has no value: the workbook was saved without being computed")
_TO_COMPUTE = message("open the workbook in a spreadsheet program, and save it")
_TO_SPLIT = message("split them, and write into each cell what holds for it")


def check_headers(content: SheetContent, row: int, columns: Sequence[Column], place_of: Callable[[int], Place]) -> None:
    """Check that no header is hidden by merged cells, as a whole column would be lost with it.

    Args:
        content: the sheet.
        row: the number of the row with the headers.
        columns: those that are read.
        place_of: the place of the header of a column by its number.

    Raises:
        Rejected: merged cells reach over several columns there, or from above.
    """
    read = {column.number for column in columns}
    for merged in content.merged:
        reaches_over = merged.row < row or (merged.last_column > merged.column and merged.column in read)
        if merged.row <= row <= merged.last_row and reaches_over:
            words = message(
                "the merged cells `{cells}` leave columns without a header of their own", cells=range_of(merged)
            )
            raise rejected(
                place_of(merged.column), "unreadable", words, message("split them, and give each column its header")
            )


def faults_of_rows(content: SheetContent, header: int, columns: Sequence[Column]) -> dict[int, Fault]:
    """Why rows cannot be read, by their numbers from 0 below the headers: of each row the first fault, with the others.

    Args:
        content: the sheet.
        header: the number of the row with the headers.
        columns: those that are read.
    """
    faults: dict[int, list[Fault]] = {}
    for row, fault in _faults(content, header, columns):
        faults.setdefault(row, []).append(fault)
    of_rows = {row: sorted(of_row, key=lambda fault: fault.cell) for row, of_row in faults.items()}
    return {row: first._replace(others=tuple(others)) for row, (first, *others) in of_rows.items()}


def _faults(content: SheetContent, header: int, columns: Sequence[Column]) -> Iterator[tuple[int, Fault]]:
    for column in columns:
        if column.name in IDS:
            for i, row in enumerate(content.rows[header:]):
                value = row[column.number - 1]
                if type(value) is not str and (words := no_id(value)):
                    yield i, Fault(column.number, words, _AS_TEXT, "wrong-type")
    numbers = {column.number for column in columns}
    for row_number, number in content.not_computed:
        if row_number > header and number in numbers:
            yield row_number - header - 1, Fault(number, _NOT_COMPUTED, _TO_COMPUTE, "wrong-type", is_formula=True)
    for merged in content.merged:
        yield from _covered(merged, content, header, columns)


def _covered(
    merged: MergedCells, content: SheetContent, header: int, columns: Sequence[Column]
) -> Iterator[tuple[int, Fault]]:
    """The rows with something in them of which merged cells cover a cell that is read."""
    words = message(
        "the cell is one of the merged cells `{cells}`, of which only the first holds anything",
        cells=range_of(merged),
    )
    reached = [column for column in columns if merged.column <= column.number <= merged.last_column]
    for number in range(max(merged.row, header + 1), min(merged.last_row, len(content.rows)) + 1):
        covered = [column for column in reached if merged.covers(number, column.number)]
        if covered and any(content.rows[number - 1][c.number - 1] != "" for c in columns):
            yield number - header - 1, Fault(covered[0].number, words, _TO_SPLIT, "wrong-type")


def range_of(merged: MergedCells) -> str:
    """Merged cells as a spreadsheet names them.

    >>> range_of(MergedCells(5, 2, 7, 2))
    'B5:B7'
    """
    return f"{letters_of(merged.column)}{merged.row}:{letters_of(merged.last_column)}{merged.last_row}"


def hidden_rows_read(content: SheetContent, header: int) -> Iterator[InputRemark]:
    """What is said where rows below the headers are hidden, by hand or by a filter: they are read."""
    rows = sorted(row for row in content.hidden_rows if row > header)
    if rows:
        yield InputRemark("hidden_rows", len(rows), {"examples": rows[:_MOST_NAMED]})

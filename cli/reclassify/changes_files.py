"""The list of changes as files: CSV, and a workbook of as many sheets as its rows need."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import polars as pl

from cli.common.workbook_file import ROWS_OF_A_SHEET, Sheet, columns_of, write_workbook
from engine.texts.catalogue import Language, message
from offers.columns.text_columns import harmless_cells


def write_changes(
    folder: Path,
    table: pl.DataFrame,
    sheet: pl.DataFrame,
    language: Language,
    rows_of_a_sheet: int = ROWS_OF_A_SHEET,
) -> None:
    """Write `changes.csv` and `changes.xlsx` into a folder: as a table, and as people read them on sheets."""
    is_danish = language == "da"
    table.select(harmless_cells(pl.col(name)) for name in table.columns).write_csv(
        folder / "changes.csv",
        line_terminator="\r\n",
        separator=";" if is_danish else ",",
        include_bom=is_danish,
    )
    title = message("Changes").in_language(language)
    columns = columns_of(sheet)
    parts = list(sheet.iter_slices(rows_of_a_sheet)) or [sheet]
    sheets = [
        Sheet(title if number == 1 else f"{title} {number}", columns, part.height, partial(list, (part,)))
        for number, part in enumerate(parts, start=1)
    ]
    write_workbook(folder / "changes.xlsx", sheets)

"""The list of changes as files: CSV, and a workbook of as many sheets as its rows need."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import polars as pl

from cli.common.table_words import TableWords
from cli.common.workbook_file import ROWS_OF_A_SHEET, Sheet, longest_in, width_of, write_workbook
from engine.explanation.words_and_numbers import Wording
from engine.texts.catalogue import Language, message
from offers.columns.text_columns import harmless_cells

_PRINTED = {
    "rulebook": 18.0,
    "name": 17.0,
    "operator_name": 16.0,
    "target_group": 16.0,
    "services": 13.0,
    "change": 12.0,
    "previous_verdict": 18.0,
    "outcome": 18.0,
    "cause": 12.0,
    "evidence_before": 21.0,
    "evidence_now": 21.0,
    "recorded_override": 18.0,
    "recorded_override_because": 17.0,
}
"""The columns that stand on paper, and how wide they are at most; with the others it would be too small to read."""
_BESIDE = {"recorded_override", "recorded_override_because"}
_INSTEAD_OF = {"cause", "target_group"}
"""Those that stand on paper only where somebody decided otherwise, and those that then do not."""
_LONGEST_WORD, _OF_LETTERS = 26, 0.9
"""No word of so many letters is cut; and how wide letters are, for a digit."""


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
    whole = sheet_of_changes(title, sheet, language)
    parts = [part for frame in whole.frames() for part in frame.iter_slices(rows_of_a_sheet)] or [*whole.frames()]
    sheets = [
        whole._replace(
            title=title if number == 1 else f"{title} {number}", height=part.height, frames=partial(list, (part,))
        )
        for number, part in enumerate(parts, start=1)
    ]
    write_workbook(folder / "changes.xlsx", sheets)


def sheet_of_changes(title: str, changes: pl.DataFrame, language: Language) -> Sheet:
    """The sheet of changes as people read them: first what stands on paper, then what is for the screen alone."""
    names = dict(zip(TableWords(Wording(language)).headings(_PRINTED), _PRINTED, strict=True))
    told = {names.get(head) for head in changes.columns if changes[head].null_count() < changes.height}
    on_screen = _INSTEAD_OF if told & _BESIDE else _BESIDE
    printed = [head for head, name in names.items() if head in changes.columns and name not in on_screen]
    ordered = changes.select(*printed, pl.exclude(printed)) if printed else changes
    widest = {head: _PRINTED[names[head]] for head in printed}
    columns = [(head, _width(ordered[head], widest.get(head))) for head in ordered.columns]
    return Sheet(title, columns, ordered.height, lambda: [ordered], printed=len(printed) or None)


def _width(texts: pl.Series, widest: float | None) -> float:
    """How wide a column is: on paper no wider than it may be, but for a longer word."""
    if widest is None:
        return width_of(texts.name, longest_in(texts))
    word = min(longest_in(texts.drop_nulls().cast(pl.String).str.split(" ").explode()), _LONGEST_WORD)
    return width_of(texts.name, longest_in(texts), max(widest, word * _OF_LETTERS + 1))

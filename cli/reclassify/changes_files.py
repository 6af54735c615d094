"""The list of changes as files: CSV, and a workbook of as many sheets as its rows need."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import xlsxwriter

from engine.harmless import REPLACEMENT
from offers.columns.text_columns import harmless_cells, harmless_texts

ROWS_OF_A_SHEET = 1_048_575
"""So many rows a worksheet has below its header."""
_LONGEST_CELL, _AT_ONCE = 32_767, 50_000
_NO_DATE = datetime.datetime(2000, 1, 1)


def write_changes(folder: Path, changes: pl.DataFrame, rows_of_a_sheet: int = ROWS_OF_A_SHEET) -> None:
    """Write `changes.csv` and `changes.xlsx` into a folder."""
    changes.select(harmless_cells(pl.col(name)) for name in changes.columns).write_csv(
        folder / "changes.csv", line_terminator="\r\n"
    )
    parts = list(changes.iter_slices(rows_of_a_sheet)) or [changes]
    template = zipfile.ZipFile(io.BytesIO(_template(changes.columns, [part.height for part in parts])))
    with zipfile.ZipFile(folder / "changes.xlsx", "w") as target:
        sheets = {f"xl/worksheets/sheet{number}.xml": part for number, part in enumerate(parts, start=1)}
        for item in template.infolist():
            part = zipfile.ZipInfo(item.filename, item.date_time)
            part.compress_type = zipfile.ZIP_DEFLATED
            with target.open(part, "w", force_zip64=True) as stream:
                for text in _filled(template.read(item).decode(), sheets.get(item.filename)):
                    stream.write(text.encode())


def _template(names: list[str], heights: list[int]) -> bytes:
    """A workbook with nothing below its headers, as large as it will be."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": _NO_DATE})
        bold = book.add_format({"bold": True, "bottom": 1})
        for number, height in enumerate(heights, start=1):
            sheet = book.add_worksheet("Changes" if number == 1 else f"Changes {number}")
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(names) - 1, 18)
            sheet.write_row(0, 0, names, bold)
            sheet.autofilter(0, 0, max(height, 1), len(names) - 1)
    return target.getvalue()


def _filled(part: str, rows: pl.DataFrame | None) -> Iterator[str]:
    """A part of the workbook; a sheet with its rows, for which a library that writes cell by cell takes too long."""
    if rows is None or rows.is_empty():
        yield part
        return
    before, end, after = part.partition("</sheetData>")
    last = chr(ord("A") + rows.width - 1)
    yield before.replace(f'<dimension ref="A1:{last}1"/>', f'<dimension ref="A1:{last}{rows.height + 1}"/>')
    for first in range(0, rows.height, _AT_ONCE):
        chunk = rows.slice(first, _AT_ONCE).with_row_index(_ROW, first + 2)
        yield "".join(chunk.select(_row(rows.columns)).to_series())
    yield end + after


_ROW = " row"


def _row(names: list[str]) -> pl.Expr:
    cells = [_cell(name, chr(ord("A") + number)) for number, name in enumerate(names)]
    return pl.concat_str(pl.format('<row r="{}">', pl.col(_ROW)), *cells, pl.lit("</row>"))


def _cell(name: str, letter: str) -> pl.Expr:
    """The XML of a text; of nothing where there is none."""
    text = harmless_texts(pl.col(name).str.slice(0, _LONGEST_CELL))
    text = text.str.replace_all("[\ufffe\uffff]", REPLACEMENT)
    text = text.str.replace_all("_(x[0-9A-Fa-f]{4}_)", "_x005F_$1")
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.str.replace_all(sign, entity, literal=True)
    cell = pl.format(
        '<c r="{}{}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>', pl.lit(letter), pl.col(_ROW), text
    )
    return cell.fill_null("")

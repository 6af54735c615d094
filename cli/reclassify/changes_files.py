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
from engine.texts.catalogue import Language, message
from offers.columns.text_columns import harmless_cells, harmless_texts
from offers.tables.print_set_up import set_up_print

ROWS_OF_A_SHEET = 1_048_575
"""So many rows a worksheet has below its header."""
_LONGEST_CELL, _AT_ONCE = 32_767, 50_000
_NARROWEST, _WIDEST = 9, 36
_WRAPPED = 2
"""The number of the format that wraps, the second that is made; 0 is that of a cell without any."""
_NO_DATE = datetime.datetime(2000, 1, 1)


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
    parts = list(sheet.iter_slices(rows_of_a_sheet)) or [sheet]
    title = message("Changes").in_language(language)
    template = zipfile.ZipFile(io.BytesIO(_template(sheet, [part.height for part in parts], title)))
    with zipfile.ZipFile(folder / "changes.xlsx", "w") as target:
        sheets = {f"xl/worksheets/sheet{number}.xml": part for number, part in enumerate(parts, start=1)}
        for item in template.infolist():
            part = zipfile.ZipInfo(item.filename, item.date_time)
            part.compress_type = zipfile.ZIP_DEFLATED
            with target.open(part, "w", force_zip64=True) as stream:
                for text in _filled(template.read(item).decode(), sheets.get(item.filename)):
                    stream.write(text.encode())


def _template(changes: pl.DataFrame, heights: list[int], title: str) -> bytes:
    """A workbook with nothing below its headers, as large as it will be, set up for print."""
    target, names = io.BytesIO(), changes.columns
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": _NO_DATE})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for number, height in enumerate(heights, start=1):
            sheet = book.add_worksheet(title if number == 1 else f"{title} {number}")
            sheet.freeze_panes(1, 0)
            for column, name in enumerate(names):
                sheet.set_column(column, column, _width(changes[name]), wrapped)
            sheet.write_row(0, 0, names, head)
            sheet.autofilter(0, 0, max(height, 1), len(names) - 1)
            set_up_print(sheet, header=0)
    return target.getvalue()


def _width(texts: pl.Series) -> float:
    """As wide as its longest text or header, within what is still read."""
    longest = texts.str.len_chars().max()
    header = max(map(len, texts.name.split()))
    return min(max(_NARROWEST, header + 4, (longest if isinstance(longest, int) else 0) + 2), _WIDEST)


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
        '<c r="{}{}" s="{}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>',
        pl.lit(letter),
        pl.col(_ROW),
        pl.lit(_WRAPPED),
        text,
    )
    return cell.fill_null("")

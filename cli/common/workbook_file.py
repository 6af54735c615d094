"""Workbooks for people: sheets of texts and numbers with frozen headings and filters, one page wide.

The same sheets are the same bytes. A library lays them out, with nothing below their headings; their rows are filled in
by columns, since a library that writes cell by cell takes too long.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import xlsxwriter

from engine.harmless import REPLACEMENT, harmless
from offers.columns.text_columns import harmless_texts
from offers.tables.print_set_up import set_up_print
from offers.tables.table import letters_of

ROWS_OF_A_SHEET = 1_048_575
"""So many rows a worksheet has below its header."""
NARROWEST, WIDEST = 9, 36
_LONGEST_CELL, _AT_ONCE = 32_767, 50_000
_WRAPPED = 1
"""The number of the format that wraps, the first that is used; 0 is that of a cell without any."""
_LINE, _MOST_LINES = 15, 27
"""How high a line is, in points, and how many a row can have."""
_NO_DATE = datetime.datetime(2000, 1, 1)
_LONGEST_TITLE = 31
_FILLS = {"✓": "#D9EAD3", "✗": "#F4CCCC", "?": "#FFF2CC", "–": "#E7E6E6"}
"""The colours of cells by the mark that they begin with, which says the same in black and white."""


class Sheet(NamedTuple):
    """A worksheet: its title, its columns (each a heading, and how wide it is), and its rows.

    `frames` gives the rows, in as many frames as is handy, their columns in the order of the headings; `height` is how
    many they are. Cells of `is_marked` columns are coloured by their marks. So many columns as `fixed` stay in view,
    and stand on each page. Rows are `bold` that have this text in the column of this number. So many of the first
    columns as `printed` stand on paper, all of them where it is None.
    """

    title: str
    columns: Sequence[tuple[str, float]]
    height: int
    frames: Callable[[], Iterable[pl.DataFrame]]
    is_marked: bool = False
    fixed: int = 0
    bold: tuple[int, str] | None = None
    printed: int | None = None

    @classmethod
    def of(cls, title: str, frame: pl.DataFrame, **more: Any) -> Sheet:
        """The sheet of a frame that is at hand."""
        return cls(title, columns_of(frame), frame.height, lambda: [frame], **more)


def columns_of(frame: pl.DataFrame) -> list[tuple[str, float]]:
    """The columns of a frame with their widths."""
    return [(name, width_of(name, longest_in(frame[name]))) for name in frame.columns]


def longest_in(texts: pl.Series) -> int:
    """The number of signs of the longest text."""
    longest = texts.cast(pl.String).str.len_chars().max()
    return longest if isinstance(longest, int) else 0


def width_of(head: str, longest: int, widest: float = WIDEST) -> float:
    """As wide as the longest text or heading, within what is still read."""
    return min(max(NARROWEST, max(map(len, head.split()), default=0) + 4, longest + 2), widest)


def titles_of_sheets(titles: Iterable[str]) -> list[str]:
    """Titles as sheets can have them: no sign that they cannot have, no more of it than fits, and no two alike.

    >>> titles_of_sheets(["A/B: [x]", "a b  x", 40 * "y"])
    ['A B x', 'a b x 2', 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…']
    """
    taken: dict[str, str] = {}
    for title in titles:
        plain = " ".join("".join(" " if sign in "[]:*?/\\" else sign for sign in title).split()).strip("'") or "-"
        name, number = plain if len(plain) <= _LONGEST_TITLE else f"{plain[: _LONGEST_TITLE - 1].strip()}…", 1
        while name.casefold() in taken or name.casefold() == "history":
            number += 1
            name = f"{plain[: _LONGEST_TITLE - len(str(number)) - 1].strip()} {number}"
        taken[name.casefold()] = name
    return list(taken.values())


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write a workbook."""
    template = zipfile.ZipFile(io.BytesIO(_template(sheets)))
    with zipfile.ZipFile(path, "w") as target:
        filled = {f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in enumerate(sheets, start=1)}
        for item in template.infolist():
            part = zipfile.ZipInfo(item.filename, item.date_time)
            part.compress_type = zipfile.ZIP_DEFLATED
            with target.open(part, "w", force_zip64=True) as stream:
                for text in _filled(template.read(item).decode(), filled.get(item.filename)):
                    stream.write(text.encode())


def _template(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with nothing below its headers, as large as it will be, set up for print.

    Every office program has its font, or one of the same widths: in another one columns are wider, and print smaller.
    """
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_format_properties": {"font_name": "Arial", "font_size": 10},
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"created": _NO_DATE})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for one in sheets:
            sheet = book.add_worksheet(one.title)
            sheet.freeze_panes(1, one.fixed)
            sheet.hide_gridlines(0)  # which are printed, too: a row is followed across a page
            for column, width in enumerate(width for _, width in one.columns):
                sheet.set_column(column, column, width, wrapped)
            sheet.set_row(0, _LINE * max((_lines_of(head, width) for head, width in one.columns), default=1))
            sheet.write_row(0, 0, [harmless(head) for head, _ in one.columns], head)
            sheet.autofilter(0, 0, max(one.height, 1), len(one.columns) - 1)
            if one.is_marked:
                _colour(book, sheet, one)
            if one.bold is not None:
                column, text = one.bold
                rule = {"type": "formula", "criteria": f'=${letters_of(column + 1)}2="{text}"'}
                rule["format"] = book.add_format({"bold": True, "top": 1})
                sheet.conditional_format(1, 0, max(one.height, 1), len(one.columns) - 1, rule)
            set_up_print(sheet, header=0, repeats_first=one.fixed > 0)
            if one.printed is not None:
                sheet.print_area(0, 0, max(one.height, 1), one.printed - 1)
    return target.getvalue()


def _lines_of(head: str, width: float) -> int:
    """How many lines a heading takes, none of whose words is broken."""
    lines, room = 1, width - 1
    for word in head.split():
        if room < len(word) and room < width - 1:
            lines, room = lines + 1, width - 1
        room -= len(word) + 1
    return lines


def _colour(book: xlsxwriter.Workbook, sheet: Any, one: Sheet) -> None:
    for mark, colour in _FILLS.items():
        rule = {"type": "text", "criteria": "begins with", "value": mark}
        rule["format"] = book.add_format({"bg_color": colour})
        sheet.conditional_format(1, 0, max(one.height, 1), len(one.columns) - 1, rule)


def _filled(part: str, sheet: Sheet | None) -> Iterator[str]:
    """A part of the workbook; a sheet with its rows."""
    if sheet is None or not sheet.height:
        yield part
        return
    before, end, after = part.partition("</sheetData>")
    last = letters_of(len(sheet.columns))
    yield before.replace(f'<dimension ref="A1:{last}1"/>', f'<dimension ref="A1:{last}{sheet.height + 1}"/>')
    row = 2
    for frame in sheet.frames():
        for chunk in frame.iter_slices(_AT_ONCE):
            yield "".join(chunk.with_row_index(_ROW, row).select(_row(chunk, sheet)).to_series())
            row += chunk.height
    yield end + after


_ROW = " row"


def _row(frame: pl.DataFrame, sheet: Sheet) -> pl.Expr:
    lines = [_lines(name, width) for name, (_, width) in zip(frame.columns, sheet.columns, strict=True)]
    high = pl.max_horizontal(pl.lit(1), *lines).clip(upper_bound=_MOST_LINES) * _LINE
    cells = [_cell(name, dtype, letters_of(number)) for number, (name, dtype) in enumerate(frame.schema.items(), 1)]
    return pl.concat_str(
        pl.format('<row r="{}" ht="{}" customHeight="1">', pl.col(_ROW), high), *cells, pl.lit("</row>")
    )


def _lines(name: str, width: float) -> pl.Expr:
    """How many lines a text takes, which programs do not find out by themselves."""
    text = pl.col(name).cast(pl.String)
    wrapped = (text.str.len_chars() / max(width - 1, 1)).ceil().cast(pl.Int64)
    return (wrapped + text.str.count_matches("\n", literal=True)).fill_null(1)


def _cell(name: str, dtype: pl.DataType, letter: str) -> pl.Expr:
    """The XML of a text or number; of nothing where there is none."""
    place = (pl.lit(letter), pl.col(_ROW), pl.lit(_WRAPPED))
    if dtype.is_numeric():
        return pl.format('<c r="{}{}" s="{}"><v>{}</v></c>', *place, pl.col(name)).fill_null("")
    text = harmless_texts(pl.col(name).str.slice(0, _LONGEST_CELL))
    text = text.str.replace_all("[\ufffe\uffff]", REPLACEMENT)
    text = text.str.replace_all("_(x[0-9A-Fa-f]{4}_)", "_x005F_$1")
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.str.replace_all(sign, entity, literal=True)
    form = '<c r="{}{}" s="{}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>'
    return pl.format(form, *place, text).fill_null("")

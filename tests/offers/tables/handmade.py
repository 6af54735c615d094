"""Writes XLSX workbooks by hand, with whatever a program may say in them, for tests."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
DAY = "1"
"""The style of cells that hold days."""
_STYLES = f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'


def xlsx(path: Path, sheet: str, shared: Sequence[str] = (), name: str = "Register") -> Path:
    """A workbook with one worksheet, of which the XML is given as it is."""
    relations = [("officeDocument", "xl/workbook.xml")]
    parts = [("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")]
    texts = "".join(f"<si>{text}</si>" for text in shared)
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("_rels/.rels", _relations(relations))
        book.writestr("xl/_rels/workbook.xml.rels", _relations(parts))
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name={quoteattr(name)} sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        book.writestr("xl/styles.xml", _STYLES)
        book.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{texts}</sst>')
        book.writestr("xl/worksheets/sheet1.xml", sheet)
    return path


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>'


def worksheet(rows: str, before: str = "", after: str = "") -> str:
    """The XML of a worksheet; `before` and `after` stand around its rows."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def merged(*ranges: str) -> str:
    """Ranges that are merged, as they stand after the rows."""
    return f"<mergeCells>{''.join(f'<mergeCell ref={quoteattr(r)}/>' for r in ranges)}</mergeCells>" if ranges else ""


def text_cell(reference: str, text: str) -> str:
    """A cell with its text in it."""
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def row_of(number: int, *values: str | float | None) -> str:
    """A row of texts and numbers, from the first column on; what begins with `<` is what a cell holds, as it is."""
    cells = []
    for letter, value in zip("ABCDEFGH", values, strict=False):
        if isinstance(value, str):
            is_xml = value.startswith("<")
            cells.append(
                value.replace("<c", f'<c r="{letter}{number}"', 1) if is_xml else text_cell(f"{letter}{number}", value)
            )
        elif value is not None:
            cells.append(f'<c r="{letter}{number}"><v>{value!r}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'

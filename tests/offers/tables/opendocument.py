"""Writes OpenDocument workbooks as LibreOffice does, for tests."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

SPACES = " ".join(
    f'xmlns:{name}="{address}"'
    for name, address in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    }.items()
)
EMPTY_ROWS = (
    '<table:table-row table:number-rows-repeated="{}">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


def ods(path: Path, rows: str, sheet: str = "Register", **parts: str) -> Path:
    """An OpenDocument workbook as LibreOffice writes it, with a sheet before the one that is read."""
    other = (
        f'<table:table table:name="Før &amp; nu"><table:table-row>{sheet_cell("id")}</table:table-row></table:table>'
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {SPACES} office:version="1.3"><office:body>'
        f"<office:spreadsheet>{other}<table:table table:name={quoteattr(sheet)}>{rows}{EMPTY_ROWS.format(40_000)}"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        book.writestr("META-INF/manifest.xml", parts.get("manifest", manifest))
        book.writestr("content.xml", parts.get("content", content))
    return path


def sheet_cell(value: Any, attributes: str = "") -> str:
    """A cell of an OpenDocument workbook."""
    if value is None:
        return f"<table:table-cell {attributes}/>"
    written, kind = escape(str(value)), "string"
    if isinstance(value, bool):
        kind, attributes = "boolean", f'office:boolean-value="{str(value).lower()}" {attributes}'
    elif isinstance(value, int | float):
        kind, attributes = "float", f'office:value="{value!r}" {attributes}'
    elif isinstance(value, datetime.datetime | datetime.date):
        kind, attributes = "date", f'office:date-value="{value.isoformat()}" {attributes}'
    text = "".join(f"<text:p>{line}</text:p>" for line in written.split("\n"))
    return f'<table:table-cell office:value-type="{kind}" {attributes}>{text}</table:table-cell>'


TIMES = 'table:number-columns-repeated="{}"'


def written(content: str) -> str:
    return f'<table:table-cell office:value-type="string">{content}</table:table-cell>'


def sheet_row(*cells: str, times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


def sheet_rows(table: Sequence[Sequence[Any]]) -> str:
    return "".join(sheet_row(*map(sheet_cell, values)) for values in table)

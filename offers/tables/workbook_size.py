"""Looks through the parts of a workbook before any reader is let at them: what they unpack to, and what they hold.

A file of half a megabyte can unpack to rows or texts without end, for which a reader makes room before it tells of
them; where there is none, the whole process ends.
"""

from __future__ import annotations

import itertools
import re
import zipfile
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from engine.documents.archive import is_impossible, unpacked
from engine.texts.catalogue import message_of_number
from offers.tables.limits import (
    MAX_CELLS,
    MAX_ROWS,
    MAX_SHARED_TEXTS,
    MAX_TEXT,
    check_size,
    too_large,
)

_MAX_PARTS = 10_000
_LONGEST = MAX_TEXT * 12
"""As many bytes as the longest text of a cell can be written in: a character takes 12 at most, as an escape."""
_PREFIX = rb"<(?:[A-Za-z_][\w.-]{0,40}:)?"


class _Mark(NamedTuple):
    """A tag, and what is quickly counted of it, in no more than each and perhaps in other things as well."""

    tag: re.Pattern[bytes]
    parts: tuple[bytes, ...]

    def is_in(self, xml: bytes, times: int) -> bool:
        """Whether the tag stands in some XML more often than so many times."""
        if sum(map(xml.count, self.parts)) <= times:
            return False
        return next(itertools.islice(self.tag.finditer(xml), times, None), None) is not None


_ROW = _Mark(re.compile(_PREFIX + rb"(?:table-)?row[\s/>]"), (b"row",))
_CELL = _Mark(re.compile(_PREFIX + rb"(?:c|(?:covered-)?table-cell)[\s/>]"), (b"<c", b":c", b"table-cell"))
_SHARED = _Mark(re.compile(_PREFIX + rb"si[\s/>]"), (b"si",))


def check_workbook(path: Path, kind: str, max_size: int | None, max_rows: int | None) -> None:
    """Check that a workbook is not too large to be read, whatever it says of its own size.

    Args:
        path: the workbook.
        kind: `xlsx` or `ods`.
        max_size: how many bytes it may unpack to, if that is asked for.
        max_rows: how many rows a sheet may have, if that is asked for.

    Raises:
        Rejected: it is too large.
        expat.ExpatError, zipfile.BadZipFile, zlib.error, ValueError: it is not whole.
    """
    with zipfile.ZipFile(path) as book:
        parts = book.infolist()
        if len(parts) > _MAX_PARTS:
            raise too_large(
                str(path),
                message_of_number(
                    "the workbook has more than {number} parts", "the workbook has more than {number} parts", _MAX_PARTS
                ),
            )
        if any(is_impossible(part, path.stat().st_size) for part in parts):
            raise zipfile.BadZipFile("a part is longer than it can be")
        check_size(path, sum(part.file_size for part in parts), kind, max_size)
        for part in parts:
            # A part that is longer than it says fails its check here, where no more of it is unpacked.
            _check_part(str(path), unpacked(book, part), kind, max_rows)


def _check_part(file: str, xml: bytes, kind: str, max_rows: int | None) -> None:
    if b"sheetData" not in xml and b"sst" not in xml[:4096] and b"office:spreadsheet" not in xml:
        return
    rows = max_rows or MAX_ROWS[kind]
    if _ROW.is_in(xml, rows):
        raise too_large(
            file,
            message_of_number("a sheet has more than {number} rows", "a sheet has more than {number} rows", rows),
            "--max-rows",
        )
    if _CELL.is_in(xml, MAX_CELLS):
        raise too_large(
            file,
            message_of_number(
                "a sheet has more than {number} cells", "a sheet has more than {number} cells", MAX_CELLS
            ),
        )
    if _SHARED.is_in(xml, MAX_SHARED_TEXTS):
        raise too_large(
            file,
            message_of_number(
                "the workbook has more than {number} texts",
                "the workbook has more than {number} texts",
                MAX_SHARED_TEXTS,
            ),
        )
    if _has_longer_text(xml):
        raise too_large(
            file,
            message_of_number(
                "a cell has more than {number} characters", "a cell has more than {number} characters", MAX_TEXT
            ),
        )
    if kind == "ods":
        # Its reader waits without end for an end that is missing.
        expat.ParserCreate().Parse(xml, True)


def _has_longer_text(xml: bytes) -> bool:
    """Whether more than a text of a cell stands between two tags; looked for backwards, in steps of so much."""
    at, end = 0, len(xml)
    while end - at > _LONGEST:
        tag = xml.rfind(b"<", at, at + _LONGEST)
        if tag < 0:
            return True
        at = tag + 1
    return False

"""How large a table may be, by the kind of its file: what is larger is refused before any of it is taken apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from engine.diagnostics import Diagnostic, Place, Rejected, rejected
from engine.texts.catalogue import Message, message, message_of_number

MIB, GIB = 2**20, 2**30
MAX_SIZE: Mapping[str, int] = MappingProxyType(
    {"csv": 8 * GIB, "ndjson": 512 * MIB, "parquet": 64 * GIB, "xlsx": 256 * MIB, "ods": 256 * MIB}
)
"""How many bytes a file may have; a workbook is counted as it is when it is unpacked."""
MAX_ROWS: Mapping[str, int] = MappingProxyType(
    {"csv": 100_000_000, "ndjson": 2_000_000, "parquet": 1_000_000_000, "xlsx": 2**20, "ods": 2**20}
)
"""How many rows a table may have; a worksheet of Excel has room for no more than here."""
MAX_COLUMNS = 2**14
"""How many columns a table may have: those that a worksheet of Excel has room for."""
MAX_CELLS, MAX_SHARED_TEXTS, MAX_TEXT = 8_000_000, 2_000_000, 32_767
"""How many cells a worksheet may have, how many texts they may share, how long one may be: in Excel, no longer."""
MAX_WORDS = 1_000
"""How many words, or names, one cell may hold."""
MAX_REJECTED = 500_000
"""How many rows may be rejected or set aside: each is told with what is wrong with it, and kept, with 2 KiB
or so, until all are read."""
_SHOWN_REJECTED = 5
MAX_SHORT_ROWS, SHORT = 2**20, 6
"""How many rows of a text may be too short to be an offer: a reader makes room for the cells of each."""
_SHORT_LINE = rb"(?:^|(?<=\n))[^\r\n]{0,%d}\r{0,2}\n" % (SHORT - 1)
MAX_CELLS_OF_GROUP = 2**28
"""How many cells a row group of Parquet may have, which a reader makes room for at once."""
_UNITS = (("GiB", GIB), ("MiB", MIB), ("KiB", 2**10), ("", 1))


def size_text(size: int) -> Message | str:
    """A size in the largest unit of which it is a whole number.

    >>> size_text(256 * 2**20), size_text(3 * 2**30), str(size_text(1000))
    ('256 MiB', '3 GiB', '1000 bytes')
    """
    title, unit = next((title, unit) for title, unit in _UNITS if size % unit == 0)
    return f"{size // unit} {title}" if title else message("{count} bytes", count=size)


def check_size(path: Path, size: int, kind: str, asked_for: int | None) -> None:
    """Check that a file has no more bytes than one of its kind may, or than is asked for.

    Raises:
        Rejected: it has.
    """
    if size > (most := asked_for or MAX_SIZE[kind]):
        words = message("the file has more than {size}")
        if kind in ("xlsx", "ods"):
            words = message("the file has more than {size} when it is unpacked")
        raise too_large(str(path), words.filled(size=size_text(most)), "--max-size")


def check_rows(file: str, rows: int, kind: str, asked_for: int | None) -> None:
    """Check that a table has no more rows than one of its kind may, or than is asked for.

    Raises:
        Rejected: it has.
    """
    if rows > (most := asked_for or MAX_ROWS.get(kind, rows)):
        words = message_of_number(
            "the table has more than {number} rows", "the table has more than {number} rows", most
        )
        raise too_large(file, words, "--max-rows")


def short_lines(block: bytes) -> int:
    r"""How many lines of a part of a text hold next to nothing, where so many do that it matters.

    >>> short_lines(b"\n" * 1000), short_lines(b"a;ja;0,5;Herlev\n" * 1000)
    (1000, 0)
    """
    if block.count(b"\n") <= len(block) // (4 * SHORT):
        return 0
    return sum(1 for _ in re.finditer(_SHORT_LINE, block))


def check_short_lines(file: str, lines: int) -> None:
    """Check that no more lines of a table hold next to nothing than it may have.

    Raises:
        Rejected: more do.
    """
    if lines > MAX_SHORT_ROWS:
        words = message_of_number(
            "the table has more than {number} row that is empty or too short to be an offer",
            "the table has more than {number} rows that are empty or too short to be offers",
            MAX_SHORT_ROWS,
        )
        raise too_large(file, words)


class Undecided(Protocol):
    """A row that was rejected or set aside."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with it."""
        ...


def check_rejected(file: str, rows: Sequence[Undecided]) -> None:
    """Check that no more rows of a table are rejected or set aside than may be.

    Raises:
        Rejected: more are; with what is wrong with the first.
    """
    if len(rows) > MAX_REJECTED:
        first = [diagnostic for row in rows[:_SHOWN_REJECTED] for diagnostic in row.diagnostics]
        raise Rejected([*_too_many_rejected(file).diagnostics, *first])


def check_faults(file: str, faults: int) -> None:
    """Check that no more rows of a table cannot be read than may be rejected.

    Raises:
        Rejected: more cannot.
    """
    if faults > MAX_REJECTED:
        raise _too_many_rejected(file)


def _too_many_rejected(file: str) -> Rejected:
    words = message_of_number(
        "more than {number} row would be rejected or hold no offer",
        "more than {number} rows would be rejected or hold no offer",
        MAX_REJECTED,
    )
    advice = message("is it the right table, with the right columns? try its first rows by themselves")
    return rejected(Place(file), "too-large", words, advice)


def too_large(file: str, words: Message, option: str | None = None) -> Rejected:
    """A rejection of what is too large, with the option that lets it through, if one does."""
    advice = message("delete what is not part of the table, or split it")
    if option:
        advice = message(
            "delete what is not part of the table, or split it; if it is meant to be so large, allow it with "
            "`{option}`",
            option=option,
        )
    return rejected(Place(file), "too-large", words, advice)

"""How a table is to be read, as far as whoever asks has said so; the rest is found out."""

from __future__ import annotations

from typing import NamedTuple

from offers.tables.cells import DecimalSign


class Reading(NamedTuple):
    """What is said of a table: its encoding as Python names it, the sign between cells, that of decimals, the sheet.

    `max_size` and `max_rows` are how many bytes and rows it may have, where that is not left to its kind.
    """

    encoding: str | None = None
    separator: str | None = None
    decimal: DecimalSign | None = None
    sheet: str | None = None
    max_size: int | None = None
    max_rows: int | None = None


FOUND_OUT = Reading()
"""Nothing is said."""

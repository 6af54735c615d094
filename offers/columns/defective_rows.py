"""Finds the rows that meet a defect of ours, by halves, so that it costs no other row."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from engine.defects import is_defect
from offers.tables.table import ROW

MOST_DEFECTIVE = 1_000
"""Where more rows meet a defect of ours, it is none of single rows, and ends the run."""
Done = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]
"""What is done with rows, and with what stands beside each of them."""


def apart_where_defective(
    done: Done, rows: pl.DataFrame, beside: pl.DataFrame, defective: dict[int, Exception]
) -> pl.DataFrame:
    """What is done with rows, but for those that meet a defect of ours, whose numbers are noted in `defective`.

    A pass in which a row is noted is made anew without it, whatever was done twice in it.

    >>> rows = pl.DataFrame({ROW: [7, 8, 9], "places": [2, 0, 4]})
    >>> noted = {}
    >>> def halved(rows, _):
    ...     return pl.DataFrame({"each": [8 // places for places in rows["places"]]}, {"each": pl.Int64})
    >>> apart_where_defective(halved, rows, rows, noted)["each"].to_list(), noted
    ([4, 2], {8: ZeroDivisionError('integer division or modulo by zero')})

    Raises:
        Exception: what was raised, where too many rows meet a defect, or none does by itself.
    """
    noted = len(defective)
    try:
        return done(rows, beside)
    except Exception as error:
        if not is_defect(error) or rows.is_empty() or noted >= MOST_DEFECTIVE:
            raise
        if rows.height == 1:
            defective[rows[ROW][0]] = error
            return done(rows.clear(), beside.clear())
        middle = rows.height // 2
        parts = [(rows[:middle], beside[:middle]), (rows[middle:], beside[middle:])]
        without = pl.concat([apart_where_defective(done, *part, defective) for part in parts])
        if len(defective) == noted:
            raise
        return without

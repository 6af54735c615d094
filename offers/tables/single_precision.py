"""Numbers of single precision, as those of double precision that say the same."""

from __future__ import annotations

from functools import reduce
from typing import Any, TypeVar

import narwhals as nw

_MOST_DECIMALS = 12
"""Numbers that are smaller than so many decimals tell stay as they are."""
Frame = TypeVar("Frame")


def in_double_precision(frame: Frame) -> Frame:
    """A frame of any backend, its numbers of single precision taken as the shortest decimals that they are nearest to.

    Their own expansion is another number: that of 0.1 begins with 0.10000000149.

    >>> import polars as pl
    >>> in_double_precision(pl.LazyFrame({"a": [0.1, 0.7, 2 / 3]}, schema={"a": pl.Float32})).collect()["a"].to_list()
    [0.1, 0.7, 0.6666667]
    """
    native: Any = frame
    table = nw.from_native(native)
    single = [name for name, dtype in table.collect_schema().items() if dtype == nw.Float32]
    widened: Frame = table.with_columns(*map(_shortest, single)).to_native() if single else frame
    return widened


def _shortest(name: str) -> nw.Expr:
    """A column with the fewest decimals that are nearest to the same number of single precision."""
    value, wide = nw.col(name), nw.col(name).cast(nw.Float64)

    def or_with(fewer: nw.Expr, decimals: int) -> nw.Expr:
        ten = 10.0**decimals
        steps = (wide * ten).round()
        # Divided by a number that is the same everywhere, Polars multiplies by its inverse, which is not exact.
        number = steps / (steps * 0.0 + ten)
        return nw.when(number.cast(nw.Float32) == value).then(number).otherwise(fewer)

    return reduce(or_with, range(_MOST_DECIMALS, -1, -1), wide).alias(name)

"""Numbers in columns: the marks of their ends, from cells that hold numbers and from cells that hold texts."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import narwhals as nw
import polars as pl

from engine.evaluation.columnar_evidence import FactColumn, high_of, low_of, marks_of
from engine.values.interval import Interval
from offers.columns.stages import Stages
from offers.tables.binary_numbers import MEANT_DECIMALS
from offers.tables.cells import WHITESPACE, DecimalSign

_FINE, _MOST_DIGITS = 12, 15
"""Decimals beyond which a number may be any other number's nearest binary one."""
_DOUBT = 2e-14
"""So far, as a part of it, a number may lie from what it stands for: a unit of its 15th digit, and some more."""
_PER_CENT_DECIMALS = 2
"""One per cent is a number of so many decimals."""
MOST_DISTINCT = 100_000
"""A column with more distinct texts is read text by text."""


def plain_text(key: str, sign: DecimalSign = ".") -> nw.Expr:
    """A column of texts as they go on record: without spaces around them, numbers with a decimal point; else null.

    `10,000` is 10 where the sign is a comma, and `10.000` would be two things to whoever reads the record; and so
    would the three points of `0..,9`.
    """
    text = nw.col(key).cast(nw.String).str.strip_chars(WHITESPACE)
    if sign == ",":
        text = text.str.replace_all(r"\b,000\b", "")
        is_range = text.str.contains("..", literal=True)
        text = nw.when(is_range).then(text.str.replace_all(r"\B,", "0,").str.replace_all(r",\B", "")).otherwise(text)
    return _with_point(text, sign)


def _with_point(text: nw.Expr, sign: DecimalSign) -> nw.Expr:
    text = text.str.replace_all(",", ".", literal=True) if sign == "," else text
    return nw.when(text != "").then(text)


def numbers(stages: Stages, fact_column: FactColumn, dtype: Any) -> None:
    """A column of numbers; one off the grid lies between its neighbours there."""
    value = nw.col(fact_column.key)
    least, largest = _limits(fact_column)
    if dtype.is_integer():
        inside = (value >= math.ceil(least)) & (value <= math.floor(largest))
        wide = stages.made(0, nw.when(inside).then(value.cast(nw.Int64)), f"{fact_column.key} steps")
        ends_of(stages, fact_column, wide * (2 * fact_column.scale), wide * (2 * fact_column.scale))
        stages.check(value.is_null() | ~wide.is_null())
    elif dtype.is_float():
        _binary(stages, fact_column, value.cast(nw.Float64))
    elif dtype.is_decimal() and dtype.scale <= _FINE:
        short = nw.when((value < 10 ** (_MOST_DIGITS - dtype.scale)) & (value > -(10 ** (_MOST_DIGITS - dtype.scale))))
        _decimal(stages, fact_column, value, short.then(value.cast(nw.Float64)))
    else:
        ends_of(stages, fact_column, nw.lit(None, nw.Int64), nw.lit(None, nw.Int64))
        stages.check(value.is_null())


def _binary(stages: Stages, fact_column: FactColumn, value: nw.Expr) -> None:
    """Binary numbers, as far as columns surely know what `offers.tables.binary_numbers` takes them for.

    A number of up to 9 decimals is itself. One that is well apart from the numbers of the grid stays between the same
    two of them, whether a fraction is meant or its digits; but a very small one has more digits than are read.
    """
    steps, nearest = _nearest(stages, fact_column, value)
    too_fine = 10 ** max(fact_column.decimals - MEANT_DECIMALS, 0)
    is_meant = (nearest == value) & (steps.abs() < 10.0**_MOST_DIGITS) & (steps % too_fine == 0)
    is_between = ((value - nearest).abs() > value.abs() * _DOUBT) & (value.abs() > 10.0**-_FINE)
    _marked(stages, fact_column, value, steps, is_meant, is_between)


def _decimal(stages: Stages, fact_column: FactColumn, written: nw.Expr, value: nw.Expr) -> None:
    """Decimal numbers are what they say; `value` is null where a binary number does not tell all their digits."""
    steps, nearest = _nearest(stages, fact_column, value)
    _marked(stages, fact_column, written, steps, nearest == value, nearest != value)


def _nearest(stages: Stages, fact_column: FactColumn, value: nw.Expr) -> tuple[nw.Expr, nw.Expr]:
    """For each value that the fact allows the nearest number of so many decimals: its steps, and itself."""
    value = stages.made(0, value, f"{fact_column.key} number")
    ten = 10.0**fact_column.decimals
    least, largest = _limits(fact_column)
    inside = (value >= float(least)) & (value <= float(largest))
    steps = stages.made(1, nw.when(inside).then(value * ten).round(), f"{fact_column.key} steps")
    # Divided by a number that is the same everywhere, Polars multiplies by its inverse, which is not exact.
    return steps, stages.made(2, steps / (steps * 0.0 + ten), f"{fact_column.key} nearest")


def _marked(
    stages: Stages, fact_column: FactColumn, written: nw.Expr, steps: nw.Expr, is_on: nw.Expr, is_between: nw.Expr
) -> None:
    """The marks of numbers that are on the grid, or between two numbers of it where it has none between decimals."""
    value, nearest = nw.col(f"{fact_column.key} number"), nw.col(f"{fact_column.key} nearest")
    mark, fits = steps.cast(nw.Int64) * (2 * fact_column.factor), is_on
    if not (fact_column.part or fact_column.fact.is_whole or fact_column.factor > 1):
        mark = mark + (value > nearest).cast(nw.Int64) - (value < nearest).cast(nw.Int64)
        fits = is_on | is_between
    mark = stages.made(3, mark, f"{fact_column.key} mark")
    ends_of(stages, fact_column, mark, mark)
    stages.check(written.is_null() | (fits & ~steps.is_null()).fill_null(False))


def texts(stages: Stages, fact_column: FactColumn, sign: DecimalSign) -> None:
    """A column of texts: numbers, bounds, ranges, and the words for unknown."""
    key = fact_column.key
    text = _with_point(nw.col(key).cast(nw.String).str.strip_chars(WHITESPACE), sign)
    text = stages.made(0, text, f"{key} text")
    # What has a point may be a thousand, or a number with the other sign; signs beside each other may be no range.
    doubtful = r"[0-9]\.[0-9]|,[.,]|\.," if sign == "," else r"\b[1-9][0-9]{0,2}\.000\b"
    point = nw.col(key).cast(nw.String).str.contains(doubtful).fill_null(False)
    stages.check(~stages.made(0, point, f"{key} point"))
    unknown = text.is_in(["ukendt", "unknown", "Ukendt", "Unknown"]).fill_null(False)
    at_most, at_least = text.str.starts_with("<"), text.str.starts_with(">")
    closed = (at_most | at_least) & (text.str.slice(1, 1) == "=")
    is_range = text.str.contains("..", literal=True)
    flags = {"most": at_most, "least": at_least, "closed": closed, "range": is_range}
    most, least, closed, is_range = (stages.made(1, f.fill_null(False), f"{key} {n}") for n, f in flags.items())
    bound = nw.when(closed).then(text.str.slice(2)).when(most | least).then(text.str.slice(1))
    ends = nw.when(is_range).then(text).str.split("..")
    stages.check(~is_range | ~text.str.contains(r"\.\..*\.\.").fill_null(False))
    parts = {"value": bound.when(~is_range).then(text), "first": ends.list.get(0), "last": ends.list.get(1)}
    written = {name: stages.made(2, part, f"{key} {name} text") for name, part in parts.items()}
    value, first, last = (_mark_of_text(stages, part, fact_column, f"{key} {name}") for name, part in written.items())
    inside = 2 * fact_column.scale if fact_column.fact.is_whole else 1
    low = nw.when(is_range).then(first).when(least & ~closed).then(value + inside).when(~most).then(value)
    high = nw.when(is_range).then(last).when(most & ~closed).then(value - inside).when(~least).then(value)
    ends_of(stages, fact_column, low, high)
    fits = nw.when(is_range).then(first <= last).otherwise(~value.is_null()).fill_null(False)
    stages.check((fits & (nw.col(low_of(key)) <= nw.col(high_of(key)))) | text.is_null() | unknown)


def ends_of(stages: Stages, fact_column: FactColumn, low: nw.Expr, high: nw.Expr) -> None:
    """Make the ends, where none is stated those that the fact has anyway."""
    assert isinstance(fact_column.fact.domain, Interval)
    least, largest = marks_of(fact_column.fact.domain, fact_column.scale)
    stages.made(7, low.fill_null(least), low_of(fact_column.key))
    stages.made(7, high.fill_null(largest), high_of(fact_column.key))


def _limits(fact_column: FactColumn) -> tuple[Fraction, Fraction]:
    """The least and the largest number that the fact allows and a column holds."""
    domain = fact_column.fact.domain
    assert isinstance(domain, Interval)
    least, largest = Fraction(1 - fact_column.limit), Fraction(fact_column.limit - 1)
    least = least if domain.low is None else max(least, domain.low)
    return least, largest if domain.high is None else min(largest, domain.high)


def _mark_of_text(stages: Stages, text: nw.Expr, fact_column: FactColumn, name: str) -> nw.Expr:
    """The mark of numbers in texts, made in stages 3 to 6; null where a text is none, or has too many digits."""
    per_cent = None
    if fact_column.fact.is_share and fact_column.decimals >= _PER_CENT_DECIMALS:
        per_cent = stages.made(3, text.str.ends_with("%"), f"{name} per cent")
        text = stages.made(3, text.str.replace_all(" ?%$", ""), f"{name} digits")

    def of_unit(number: Fraction, hundredth: Fraction) -> nw.Expr:
        """A number for what is a share as it is written, and another for what is written in per cent."""
        plain = nw.lit(float(number))
        return plain if per_cent is None else nw.when(per_cent).then(nw.lit(float(hundredth))).otherwise(plain)

    begins_with_0 = text.str.starts_with("0") & ~text.str.slice(1, 1).is_in(["", "."])
    plain = text.str.contains(r"^-?[0-9]+(?:\.[0-9]+)?$") & ~begins_with_0 & ~text.str.starts_with("-0")
    read = nw.when(plain & (text.str.len_chars() <= _MOST_DIGITS)).then(text).cast(nw.Float64)
    number = stages.made(4, read, f"{name} number")
    least, largest = (of_unit(limit, limit * 100) for limit in _limits(fact_column))
    scale = Fraction(10**fact_column.decimals)
    ten = of_unit(scale, scale / 100)
    in_steps = nw.when((number >= least) & (number <= largest)).then((number * ten).round())
    steps = stages.made(5, in_steps, f"{name} steps")
    # Divided by a number that is the same everywhere, Polars multiplies by its inverse, which is not exact.
    on_grid = steps / (steps * 0.0 + ten) == number
    return stages.made(6, nw.when(on_grid).then(steps).cast(nw.Int64) * (2 * fact_column.factor), name)


class DistinctTexts:
    """The ends of numbers in columns of texts on Polars, and the plain texts, each distinct text read once.

    The texts are numbered as they come; what each says stands in a table, by its number. Columns whose texts say the
    same have one table. Texts of which there are too many are read one by one.
    """

    def __init__(self, fact_column: FactColumn, sign: DecimalSign) -> None:
        self._fact_column, self._sign, self._lock = fact_column, sign, threading.Lock()
        self._texts = pl.Categories.random()
        # Polars forgets the texts of categories that no column is made of.
        self._first = pl.Series([""], dtype=pl.Categorical(self._texts))
        self._plan, self._reading = self._planned(), threading.Lock()
        self._new = pl.DataFrame(schema={fact_column.key: pl.String})
        types = (pl.Int64, pl.Int64, pl.Boolean, pl.String)
        self._known = pl.DataFrame(schema=dict(zip(self._names(fact_column.key), types, strict=True)))

    def column(self, key: str) -> pl.Expr:
        """A column of structs: the two ends, whether the text was understood, and how it goes on record."""
        names = self._names(key)
        dtype = pl.Struct(dict(zip(names, self._known.dtypes, strict=True)))
        return pl.col(key).map_batches(lambda c: self._ends(c, names), return_dtype=dtype, is_elementwise=True)

    def _names(self, key: str) -> list[str]:
        return [low_of(key), high_of(key), fits_of(key), plain_of(key)]

    def _ends(self, column: pl.Series, names: list[str]) -> pl.Series:
        text = column.cast(pl.String).fill_null("")
        if self._known.height > MOST_DISTINCT:
            read = self._read(text)
        else:
            numbers = text.cast(self._first.dtype).to_physical()
            read = self._known_up_to(numbers.max())[numbers]
        read.columns = names
        return read.to_struct(column.name)

    def _known_up_to(self, number: Any) -> pl.DataFrame:
        """The table with all texts up to a number."""
        with self._lock:
            if number is not None and number >= self._known.height:
                new = self._texts.to_series().cast(pl.String).slice(self._known.height)
                self._known = pl.concat([self._known, self._read(new)], rechunk=True)
            return self._known

    def _read(self, text: pl.Series) -> pl.DataFrame:
        with self._reading:
            self._new = pl.DataFrame({self._fact_column.key: text})
            return self._plan.collect()

    def _planned(self) -> pl.LazyFrame:
        """How texts are read, written down once: what is read is only known when it is collected."""
        stages, key = Stages(), self._fact_column.key
        texts(stages, self._fact_column, self._sign)
        read = stages.apply(nw.from_native(pl.defer(lambda: self._new, schema={key: pl.String})), fits_of(key))
        plain = plain_text(key, self._sign).alias(plain_of(key))
        plan: pl.LazyFrame = read.select(low_of(key), high_of(key), fits_of(key), plain).to_native()
        return plan


def distinct_texts(fact_columns: Iterable[FactColumn], sign: DecimalSign) -> dict[str, DistinctTexts]:
    """By each column of numbers in texts what reads it: the same for all columns whose texts say the same."""
    readers: dict[tuple[Any, ...], DistinctTexts] = {}
    of_column = {}
    for fact_column in fact_columns:
        says = fact_column.fact.kind, fact_column.fact.domain, fact_column.decimals, fact_column.factor
        of_column[fact_column.key] = readers.get(says) or readers.setdefault(says, DistinctTexts(fact_column, sign))
    return of_column


def fits_of(key: str) -> str:
    """The column that says whether a text was understood."""
    return f"{key} fits"


def plain_of(key: str) -> str:
    """The column of the text as it goes on record."""
    return f"{key} plain"

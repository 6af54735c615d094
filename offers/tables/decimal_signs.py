"""Which decimal sign the numbers of a table have, found out from all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import reduce

import polars as pl

from engine.diagnostics import Place, Rejected, quoted, rejected
from engine.texts.catalogue import Message, message
from offers.tables.cells import DecimalSign
from offers.tables.headers import Column
from offers.tables.table import ROW

_AS_IN: dict[DecimalSign, Message] = {
    ",": message("a comma, as in {number} ({place})"),
    ".": message("a point, as in {number} ({place})"),
}
_OTHER: dict[DecimalSign, DecimalSign] = {",": ".", ".": ","}
PlaceOf = Callable[[int, Column], Place]


def decimal_sign(columns: Iterable[Column], frame: pl.LazyFrame, place_of: PlaceOf) -> DecimalSign | None:
    """The sign that most numbers of a table are written with that can be read with one sign alone; None of none.

    `0,5` can only have a decimal comma; `1,234` may be a thousand. Numbers with the other sign are mistakes of their
    rows. But where as many have one as the other, or a number may be a decimal number by one and a thousand by the
    other, nobody can tell.

    Args:
        columns: those of the table.
        frame: its cells, texts, and `ROW`.
        place_of: the place of a cell, by its row from 0.

    Raises:
        Rejected: numbers have both signs, and it matters which is right.
    """
    measured = [column for column in columns if column.holds_numbers]
    if not measured:
        return None
    sums = [_number_of(_sure(sign), measured).alias(sign) for sign in _OTHER]
    commas, points = frame.select(sums).collect(engine="streaming").row(0)
    if not commas or not points:
        return None if commas == points else "," if commas else "."
    sign: DecimalSign = "." if points > commas else ","
    doubtful = _first(_in_doubt(sign), measured, frame)
    if commas == points or doubtful:
        raise _both(sign, measured, frame, doubtful, place_of)
    return sign


def _both(
    sign: DecimalSign,
    columns: Sequence[Column],
    frame: pl.LazyFrame,
    doubtful: tuple[int, Column, str] | None,
    place_of: PlaceOf,
) -> Rejected:
    """What is said where it matters which sign is right: a number with each, and one that can be read with both."""
    advice = message(
        "`--decimal ,` or `--decimal .` says which sign the table has; a number with the other is then a mistake"
    )
    words = []
    for either in (sign, _OTHER[sign]):
        found = _first(_sure(either), columns, frame)
        assert found is not None
        row, column, text = found
        place = place_of(row, column)
        words.append((_AS_IN[either].filled(number=quoted(text), place=place), place))
    if doubtful is None:
        said = message("as many numbers of the table have {sign}, as have {other}", sign=words[0][0], other=words[1][0])
        return rejected(words[0][1], "syntax", said, advice)
    row, column, text = doubtful
    whole = text.replace(sign, "")
    said = message(
        "{number} is a number with decimals if the decimal sign is {sign}, and {whole} if it is {other}",
        number=quoted(text),
        sign=words[0][0],
        whole=quoted(whole),
        other=words[1][0],
    )
    return rejected(place_of(row, column), "syntax", said, advice)


def _first(pattern: str, columns: Sequence[Column], frame: pl.LazyFrame) -> tuple[int, Column, str] | None:
    """The first cell that holds what a pattern describes, row by row."""
    has = {column.name: _has(pattern, column) for column in columns}
    found = frame.filter(pl.any_horizontal(has.values())).head(1)
    row = found.select(ROW, *has, *(is_held.alias(f"{name} held") for name, is_held in has.items())).collect()
    for cells in row.iter_rows(named=True):
        column = next(column for column in columns if cells[f"{column.name} held"])
        return cells[ROW], column, cells[column.name].strip()
    return None


def _number_of(pattern: str, columns: Iterable[Column]) -> pl.Expr:
    return reduce(lambda a, b: a + b, [_has(pattern, column).sum() for column in columns])


def _has(pattern: str, column: Column) -> pl.Expr:
    text = pl.col(column.name).str.replace_all("..", " ", literal=True)
    return text.str.contains(pattern).fill_null(value=False)


def _sure(sign: DecimalSign) -> str:
    """A number whose decimal sign can only be this."""
    own, other = re.escape(sign), re.escape(_OTHER[sign])
    alone = [f"[0-9]*{own}[0-9]{{1,2}}", f"[0-9]*{own}[0-9]{{4,}}", f"(?:0|[0-9]{{4,}}){own}[0-9]{{3}}"]
    return _alone(*alone, f"[0-9]{{1,3}}(?:{other}[0-9]{{3}})+{own}[0-9]+")


def _in_doubt(sign: DecimalSign) -> str:
    """A number that has decimals if this is the decimal sign, and is a thousand if it is not."""
    return _alone(f"[1-9][0-9]{{0,2}}{re.escape(sign)}[0-9]{{3}}")


def _alone(*numbers: str) -> str:
    return f"(?:^|[^0-9.,])(?:{'|'.join(numbers)})(?:$|[^0-9.,])"

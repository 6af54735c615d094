"""Exact numbers as text: for the machine without loss, for the reader without crossing a threshold."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from engine.texts.catalogue import Message, message, message_in
from engine.texts.joined import AND, OR, joined
from engine.values.comparison import ends_of
from engine.values.interval import Interval


def decimal_text(number: Fraction) -> str:
    """A number as decimal text where it has one, else as a fraction.

    >>> decimal_text(Fraction(1, 2)), decimal_text(Fraction(10)), decimal_text(Fraction(31, 60))
    ('0.5', '10', '31/60')
    """
    above, below = number.numerator, number.denominator
    if below == 1:
        return str(above)
    places, power = 0, 1
    while power % below:
        # A power of ten that a number with so many bits divides has no more zeros than that.
        if places > below.bit_length():
            return f"{above}/{below}"
        places, power = places + 1, power * 10
    digits = str(abs(above) * (power // below)).rjust(places + 1, "0")
    return f"{'-' if above < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def rounded(number: Fraction, decimals: int, threshold: Fraction | None = None) -> Decimal:
    """A number for display: rounded, with more decimals where fewer would put it on or across its threshold.

    >>> rounded(Fraction(4999, 10000), 2, Fraction(1, 2))
    Decimal('0.4999')
    >>> rounded(Fraction(1, 3), 2)
    Decimal('0.33')
    """
    decimal = _shifted(round(number * 10**decimals), decimals)
    if threshold is None or _side(Fraction(decimal), threshold) == _side(number, threshold):
        return decimal
    return rounded(number, decimals + 1, threshold)


def _shifted(number: int, places: int) -> Decimal:
    """A whole number with its last places behind the point: all its digits, where `Decimal.scaleb` keeps 28."""
    return Decimal(f"{number}E-{places}")


def _side(number: Fraction, threshold: Fraction) -> int:
    return (number > threshold) - (number < threshold)


def interval_record(interval: Interval) -> dict[str, str]:
    """An interval for the machine: `exactly`, or its ends by the words that evidence is written in.

    >>> interval_record(Interval(None, Fraction(1, 2), high_open=True))
    {'below': '0.5'}
    """
    if interval.is_exact and interval.low is not None:
        return {"exactly": decimal_text(interval.low)}
    return {comparison.value: decimal_text(end) for comparison, end in ends_of(interval)}


def show_possible(possible: Interval | frozenset[str], domain: Interval | frozenset[str] | None = None) -> Message:
    """What a fact can be, in signs, for diagnostics; without the ends that its range has anyway, where others are left.

    >>> str(show_possible(Interval(Fraction(1, 2), Fraction(1), high_open=True)))
    '≥ 0.5 and < 1'
    >>> str(show_possible(Interval(Fraction(31, 75), None)))
    '≥ 31/75 (about 0.4133)'
    >>> str(show_possible(Interval(Fraction(0), Fraction(10)), Interval(Fraction(0), None)))
    '≤ 10'
    """
    if not isinstance(possible, Interval):
        return joined(sorted(possible), OR)
    if possible.is_exact and possible.low is not None:
        return _in_prose(possible.low)
    anyway = list(ends_of(domain)) if isinstance(domain, Interval) else []
    told = [end for end in ends_of(possible) if end not in anyway] or list(ends_of(possible))
    ends = [message("{sign} {number}", sign=c.sign, number=_in_prose(end)) for c, end in told]
    return joined(ends, AND) if ends else message("any number")


def _in_prose(number: Fraction) -> Message:
    """A number with the decimal sign of the language; as a fraction, with about how much that is, where it has none."""
    text = decimal_text(number)
    if "/" in text:
        return message("{fraction} (about {about})", fraction=text, about=_in_prose(Fraction(rounded(number, 4))))
    whole, _, decimals = text.partition(".")
    if not decimals:
        return message("{number}", number=whole)
    return message_in("number", "{whole}.{decimals}", whole=whole, decimals=decimals)


def describe_range(interval: Interval, *, is_whole: bool = False) -> Message:
    """A range of numbers in words, for hints.

    >>> str(describe_range(Interval(Fraction(0), None), is_whole=True))
    'it is a whole number, at least 0'
    """
    low, high = (None if end is None else decimal_text(end) for end in (interval.low, interval.high))
    if low is None and high is None:
        return message("it is a whole number") if is_whole else message("it has no limits")
    if low is None:
        ends = message("at most {high}", high=high)
    elif high is None:
        ends = message("at least {low}", low=low)
    else:
        ends = message("at least {low} and at most {high}", low=low, high=high)
    return message("it is a whole number, {ends}", ends=ends) if is_whole else message("it is {ends}", ends=ends)


def number_hint(text: str) -> Message | None:
    """What a number with a decimal comma or in per cent should be.

    >>> str(number_hint("0,5")), str(number_hint("61 %")), number_hint("many")
    ('write `0.5`', 'write `0.61`', None)
    """
    plain = text.strip().replace(",", ".")
    if per_cent := re.match(r"([0-9]+(?:\.[0-9]+)?) ?%\Z", plain):
        return message("write `{number}`", number=decimal_text(Fraction(per_cent[1]) / 100))
    return message("write `{number}`", number=plain) if re.match(r"-?[0-9]+\.[0-9]+\Z", plain) else None

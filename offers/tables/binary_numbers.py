"""Numbers that spreadsheets and typed columns hold in binary, as what they stand for."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

_DIGITS, MEANT_DECIMALS, _DENOMINATOR = 15, 9, 10_000
"""So many digits a spreadsheet shows; and a decimal number or fraction that people meant is no longer than that."""
_EXACT = 10**16
"""Below it a whole number is written with all its digits, as spreadsheets write it."""


def decimal_of(value: float) -> Decimal:
    """A binary number at the 15 significant digits that a spreadsheet shows; a whole one is itself.

    >>> decimal_of(0.7 - 0.2), decimal_of(4.0), decimal_of(1234567890123456.0)
    (Decimal('0.5'), Decimal('4'), Decimal('1234567890123456'))
    """
    if value.is_integer() and abs(value) < _EXACT:
        return Decimal(int(value))
    return Decimal(f"{value:.{_DIGITS}g}")


def shortest_number(value: float) -> Fraction:
    """The number of the fewest digits that a binary one is nearest to, as runs of the first format took it.

    >>> shortest_number(0.7 - 0.2)
    Fraction(24999999999999997, 50000000000000000)
    """
    return Fraction(repr(value))


def number_of_binary(value: float) -> Fraction:
    """The number that a binary one stands for: what its 15 digits say, if that has at most 9 decimals.

    Else it is the fraction of least denominator, up to 10,000, that has the same 15 digits, as `=4/12` has; else what
    the digits say.

    >>> number_of_binary(0.7 - 0.2), number_of_binary(4 / 12), number_of_binary(0.1234567890123)
    (Fraction(1, 2), Fraction(1, 3), Fraction(1234567890123, 10000000000000))
    """
    decimal = decimal_of(value)
    exponent = decimal.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    if -exponent <= MEANT_DECIMALS:
        return Fraction(decimal)
    fraction = Fraction(decimal).limit_denominator(_DENOMINATOR)
    return fraction if decimal_of(float(fraction)) == decimal else Fraction(decimal)

"""Cells of a table as evidence: the one definition of what a cell may say.

A cell is a value, a bound (`<=0.5`, `<0.5`, `>=4`, `>4`, or two of them: `>0.3 <0.5`), a range with both ends
included (`0.3..0.5`), or `ukendt` or `unknown`; an empty one states nothing. A number of a share may be in per cent
(`61 %`, `>=50%`), and is exactly a hundredth of what stands before the sign. A judgement is `ja` or `nej`, `yes` or
`no`, or what a spreadsheet writes for true and false; an answer is its id or its name in either language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from engine.diagnostics import Diagnostic, Place, Rejected, quoted, rejected
from engine.documents.document import Mapping, Node, Scalar, Sequence, number_of
from engine.evaluation.evidence import Evidence
from engine.rulebooks.rulebook import FactDeclaration
from engine.texts.catalogue import message
from engine.values.interval import Interval
from engine.values.numbers import describe_range
from offers.records.evidence import UNKNOWN, is_thousands, number_hint, read_one_fact
from offers.records.notation import BOUND_SIGNS, LONGEST, Notation
from offers.records.other_writings import day_of
from offers.records.words import names_of_answers

DecimalSign = Literal[".", ","]
WHITESPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
    "\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""What is taken off around a text. Each backend has its own idea of a space where it is not told."""
_BOUND = re.compile(r"(<=|>=|<|>)\s*([^\s<>]+(?:\s*%)?)")
_BOUNDS = re.compile(rf"(?:{_BOUND.pattern}\s*){{1,2}}\Z")
_RANGE = re.compile(r"(\S*[^\s.](?:\s*%)?)\s*\.\.\s*([^\s.]\S*(?:\s*%)?)\Z")
_POINT = re.compile(r"[0-9]\.|\.[0-9]")
_PER_CENT = re.compile(r"(.*[^\s%])\s*%\Z")


def read_cell(
    text: str, fact: FactDeclaration, sign: DecimalSign, place: Place, diagnostics: list[Diagnostic]
) -> Evidence | None:
    """The evidence in a cell; None where it is empty, or wrong and so added to what was found.

    >>> from engine.rulebooks.library import Library
    >>> facts = Library().rulebooks[0].vocabulary.facts
    >>> read_cell("<= 0,5", facts["cases_per_10000"], ",", Place("register.csv"), []).possible.high
    Fraction(1, 2)
    """
    notation = Notation(sign)
    try:
        node = cell_node(text, fact, notation, place)
    except Rejected as error:
        diagnostics += error.diagnostics
        return None
    return None if node is None else read_one_fact(node, fact, diagnostics, notation)


def cell_node(
    text: str,
    fact: FactDeclaration,
    notation: Notation,
    place: Place,
    details: MappingType[str, Node] | None = None,
) -> Node | None:
    """A cell as an offer file would write it; None where it is empty.

    `details` are its reason, its source and the like.

    Raises:
        Rejected: a number has the other decimal sign, or an end of a bound or range is no number.
    """
    text = text.strip(WHITESPACE)
    if not text:
        return None
    bounds = dict(_bounds(text, fact, notation, place)) if fact.is_number else {}
    if bounds or details:
        entries = bounds or {"answer": _answer(text, fact, notation, place)}
        entries = {**entries, **(details or {})}
        return Mapping(place, entries, dict.fromkeys(entries, place))
    return _answer(text, fact, notation, place)


def _answer(text: str, fact: FactDeclaration, notation: Notation, place: Place) -> Scalar:
    if text.lower() in UNKNOWN:
        return _scalar(text, place)
    if fact.is_number:
        return _number(text, text, fact, notation, place)
    return _scalar(answer_of(text, fact), place)


def answer_of(text: str, fact: FactDeclaration) -> str:
    """The answer that a word stands for, or else the word itself."""
    word = text.strip(WHITESPACE)
    return names_of_answers(fact).get(word.lower(), word)


def _bounds(text: str, fact: FactDeclaration, notation: Notation, place: Place) -> Iterator[tuple[str, Node]]:
    def end(number: str) -> Scalar:
        scalar = _number(number, text, fact, notation, place)
        if isinstance(scalar.value, str):
            words = message("{number} where a number belongs", number=quoted(number))
            raise rejected(place, "wrong-type", words, number_hint(text, fact, notation))
        return scalar

    if len(text) > LONGEST:
        return
    if _BOUNDS.match(text):
        bounds = _BOUND.findall(text)
        if len({mark for mark, _ in bounds}) < len(bounds):
            return
        for mark, number in bounds:
            yield BOUND_SIGNS[mark], end(number)
    elif between := _RANGE.match(text):
        yield "between", Sequence(place, tuple(map(end, between.groups())))


def _number(text: str, cell: str, fact: FactDeclaration, notation: Notation, place: Place) -> Scalar:
    """A number of a cell, with the table's decimal sign; what the other sign means is not guessed."""
    sign = notation.sign
    if sign == "," and _POINT.search(text) and day_of(text) is None:
        words = message("{number} has a point where the table's numbers have a decimal comma", number=quoted(text))
        raise rejected(place, "wrong-type", words, number_hint(cell, fact, notation))
    if fact.is_share and (per_cent := _PER_CENT.match(text)):
        number = _read_number(per_cent[1], sign)
        if not isinstance(number, str):
            return _share(number, per_cent[1], fact, Scalar(place, text, text))
    return Scalar(place, _read_number(text, sign), text)


def _read_number(text: str, sign: DecimalSign | None) -> int | Decimal | str:
    return number_of(text.replace(",", ".") if sign == "," else text)


def _share(number: int | Decimal, written: str, fact: FactDeclaration, cell: Scalar) -> Scalar:
    """The share in a cell from the number that is written before the sign for per cent."""
    negative, digits, exponent = Decimal(number).as_tuple()
    assert isinstance(exponent, int)
    assert isinstance(fact.domain, Interval)
    share = Decimal((negative, digits, exponent - 2))  # `scaleb` would round long numbers
    is_possible = Fraction(share) in fact.domain
    if is_thousands(written):
        few, many = f"{number:.0f} %", f"{number * 1000:.0f} %"
        advice = message("write `{number}`", number=few) if is_possible else describe_range(fact.domain)
        raise rejected(
            cell.place,
            "wrong-type",
            message("{number} can be read as {few} and as {many}", number=quoted(cell.text), few=few, many=many),
            advice,
        )
    if not is_possible:
        words = message("{value} is not possible for `{id}`", value=quoted(cell.text), id=fact.id)
        raise rejected(cell.place, "evidence-out-of-range", words, describe_range(fact.domain))
    return Scalar(cell.place, share, f"{share:f}")


def _scalar(text: str, place: Place) -> Scalar:
    return Scalar(place, number_of(text), text)

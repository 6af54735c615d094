"""Texts of rulebooks whose numbers are those of the rule: names in braces are filled from it, in each language.

How a number is written is part of the format `sekskant/rulebook/2`, and no text of the catalogue: what is recorded with
a text must come out the same when the catalogue has changed. It is never changed within the format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from engine.diagnostics import near_hint, nearest, quoted
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import Count, FactDeclaration, FixedYear, Join, NumberTest
from engine.texts.capitalised import capitalised
from engine.texts.catalogue import Language, Message, message

_IN_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_WORDS, _NEUTER, _PER = "words", "words_neuter", re.compile(r"per_(10+)\Z")
_RECKONING = re.compile(r"[-+*/()]")
_UNIT_PER = re.compile(r"\b(?:pr\.|per)\s+(\d[\d.,]*)", re.IGNORECASE)
_COUNTS = {
    "da": ["nul", "en", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv"],
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
}
_PARTS = {
    Fraction(1, 2): Text(da="halvdelen", en="half"),
    Fraction(1, 3): Text(da="en tredjedel", en="one third"),
    Fraction(2, 3): Text(da="to tredjedele", en="two thirds"),
    Fraction(1, 4): Text(da="en fjerdedel", en="one quarter"),
    Fraction(3, 4): Text(da="tre fjerdedele", en="three quarters"),
}
_AND = {"da": " og ", "en": " and "}


class _Number(NamedTuple):
    """A number of the rule, and the fact that is compared with it, if any."""

    number: Fraction
    fact: FactDeclaration | None = None


class _Years(NamedTuple):
    """Years, or how far they are from an agreement year that is not said."""

    years: tuple[int, ...]
    is_known: bool


_Field = _Number | _Years


class Fields:
    """What texts can name in braces: each by its names, and what several are called alike."""

    def __init__(self) -> None:
        self._fields: dict[str, dict[_Field, str]] = {}

    @classmethod
    def of_rule(cls, group: Count | Join) -> Fields:
        """The numbers of a rule: how many are `required`, and how many `criteria` count; of `not` there are none."""
        fields = cls()
        if isinstance(group, Count):
            fields._count(group.required, len(group.members))
        elif group.operator != "not":
            counted = len(group.parts)
            fields._count(counted if group.operator == "all" else 1, counted)
        return fields

    def _count(self, required: int, counted: int) -> None:
        self.add(_Number(Fraction(required)), "required")
        self.add(_Number(Fraction(counted)), "criteria")

    def with_tests(
        self, tests: Iterable[tuple[NumberTest, FactDeclaration]], agreement_years: tuple[int, int | None]
    ) -> Fields:
        """The same with the thresholds of tests, and the years from which the tested facts follow."""
        fields = Fields()
        fields._fields.update({name: dict(named) for name, named in self._fields.items()})
        first, last = agreement_years
        for test, fact in tests:
            threshold, compared = _Number(test.threshold, fact), test.comparison.value
            fields.add(threshold, f"threshold.{fact.id}.{compared}", f"threshold.{compared}", "threshold")
            for called in (fact.id, *fact.former_ids):
                fields.add(threshold, f"threshold.{fact.id}.{compared}", f"threshold.{called}")
                fields.add(threshold, f"threshold.{fact.id}.{compared}", f"threshold.{called}.{compared}")
            offsets = {offset for _, offset in fact.counted_from(first).sources if offset is not None}
            if offsets:
                is_known = last == first or all(isinstance(offset, FixedYear) for offset in offsets)
                years = _Years(tuple(sorted(first + offset for offset in offsets)), is_known)
                number = _Number(Fraction(len(offsets)))
                for called in (fact.id, *fact.former_ids):
                    fields.add(years, f"years.{fact.id}", f"years.{called}", "years")
                    fields.add(number, f"number_of_years.{fact.id}", f"number_of_years.{called}", "number_of_years")
        return fields

    def add(self, field: _Field, own: str, *others: str) -> None:
        """Have a field by its own name, and by others that it may share."""
        for name in (own, *others):
            self._fields.setdefault(name, {}).setdefault(field, own)

    def named(self, name: str) -> _Field | tuple[Message, Message | None]:
        """What a name stands for; else what is wrong with it, and a hint."""
        fields = self._fields.get(name, {})
        if len(fields) == 1:
            return next(iter(fields))
        if fields:
            names = ", ".join(f"`{{{own}}}`" for own in fields.values())
            words = message("{name} can be several numbers", name=_in_braces(name))
            return words, message("one of {named}", named=names)
        words = message("there is nothing called {name} that a text here can be filled with", name=_in_braces(name))
        if _RECKONING.search(name):
            return words, message("a text names numbers of the rule, and reckons with none")
        if nearest(name, self._fields):
            return words, near_hint(name, self._fields)
        plain = [f"`{{{known}}}`" for known in self._fields if "." not in known]
        if not plain:
            return words, message("the rule has no number to name here; a brace in the text is `{{{{`")
        return words, message("one of {named}; a brace in the text is `{{{{`", named=", ".join(plain))

    def own_name(self, name: str) -> str | None:
        """The full name of what a name stands for; None where it stands for nothing, or for several."""
        named = [*self._fields.get(name, {}).values()]
        return named[0] if len(named) == 1 else None


Wrong = tuple[Message, Message | None]
"""What is wrong with a text, and a hint."""


def filled(text: str, fields: Fields, language: Language) -> tuple[str, Sequence[Wrong]]:
    """A text with its numbers, and all that is wrong with what stands in braces in it.

    >>> filled("{{x}} {required:words} af {criteria}", Fields.of_rule(Count(4, tuple("abcdef"), ())), "da")
    ('{x} fire af 6', [])
    """
    wrong: list[Wrong] = []

    def put(found: re.Match[str]) -> str:
        written = found[0]
        if written in ("{{", "}}"):
            return written[0]
        if found[1] is None:
            wrong.append((message("a brace stands alone"), message("`{{{{` and `}}}}` are braces in the text")))
            return written
        said = _said(found[1], fields, language)
        if not isinstance(said, str):
            wrong.append(said)
            return written
        return capitalised(said) if found.start() == 0 else said

    return _IN_BRACES.sub(put, text), wrong


def turned(text: str, before: Fields, now: Fields) -> Iterator[Message]:
    """What a text names that is now a number of another comparison or fact than its words were written for."""
    for name in dict.fromkeys(_parted(found[1])[0] for found in _IN_BRACES.finditer(text) if found[1] is not None):
        was, becomes = before.own_name(name), now.own_name(name)
        if was is not None and becomes is not None and was != becomes:
            words = message("{name} is now {now}, and was {before}", name=_in_braces(name))
            yield words.filled(now=_in_braces(becomes), before=_in_braces(was))


def with_literal_braces(text: str) -> str:
    """A text of the first format, in which braces are signs like others, as the second one writes it."""
    return text.replace("{", "{{").replace("}", "}}")


def _said(written: str, fields: Fields, language: Language) -> str | Wrong:
    """What stands in braces, in words and numbers of a language."""
    name, form = _parted(written)
    field = fields.named(name)
    if isinstance(field, _Years):
        return _years(field, name, form, language)
    if not isinstance(field, _Number):
        return field
    if not form:
        return _number(field, language)
    if form in (_WORDS, _NEUTER):
        is_one = form == _NEUTER and field.number == 1 and not (field.fact is not None and field.fact.is_share)
        return "ét" if is_one and language == "da" else _in_words(field, language)
    if (per := _PER.match(form)) is not None and field.fact is not None:
        return _rate(field.number, field.fact, int(per[1]), language)
    words = message("{name} has no form {form}", name=_in_braces(name), form=quoted(form))
    forms = [_WORDS, _NEUTER, *(["per_1000"] if field.fact is not None and _bases(field.fact, language) else [])]
    return words, message("one of {named}", named=", ".join(f"`{known}`" for known in forms))


def _parted(written: str) -> tuple[str, str]:
    """What stands in braces, as a name and a form."""
    name, _, form = written.partition(":")
    return name.strip(), form.strip()


def _years(field: _Years, name: str, form: str, language: Language) -> str | Wrong:
    if form:
        return message("{name} has one form alone", name=_in_braces(name)), None
    if not field.is_known:
        words = message("the years are others in each agreement year that the version covers")
        return words, message("`{{number_of_years}}` is how many they are")
    years = [str(year) for year in field.years]
    return _AND[language].join(filter(None, (", ".join(years[:-1]), years[-1])))


def _number(field: _Number, language: Language) -> str:
    if field.fact is None or not field.fact.is_share:
        return _digits(field.number, language)
    return _digits(field.number * 100, language) + {"da": " %", "en": "%"}[language]


def _digits(number: Fraction, language: Language) -> str:
    """A number to its last digit, in groups of three."""
    text = f"{Decimal(number.numerator) / Decimal(number.denominator):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.translate(str.maketrans(".,", ",.")) if language == "da" else text


def _in_words(field: _Number, language: Language) -> str:
    """A number in words, where it is a whole one up to twelve or a common part of a whole; else in digits."""
    number, counts = field.number, _COUNTS[language]
    if field.fact is not None and field.fact.is_share:
        part = _PARTS.get(number)
        return _number(field, language) if part is None else {"da": part.da, "en": part.en}[language]
    is_word = number.denominator == 1 and 0 <= number < len(counts)
    return counts[int(number)] if is_word else _number(field, language)


def _rate(number: Fraction, fact: FactDeclaration, per: int, language: Language) -> str | Wrong:
    """A number per so many, of a fact whose unit says per how many it counts."""
    counted = _bases(fact, language)
    if len(counted) != 1 or counted[0] == 0:
        words = message("the unit of `{fact}` does not say per how many it counts", fact=fact.id)
        return words, message("such as `cases per 10,000 inhabitants`")
    return _digits(number * per / counted[0], language)


def _bases(fact: FactDeclaration, language: Language) -> list[int]:
    """Per how many a fact counts, as its unit says it in a language."""
    unit = "" if fact.unit is None else texts_of(fact.unit)[language]
    return [int(re.sub("[.,]", "", one)) for one in _UNIT_PER.findall(unit)]


def _in_braces(name: str) -> str:
    return f"`{{{name}}}`"


def texts_of(text: Text) -> Mapping[Language, str]:
    """A text by its languages."""
    return {"da": text.da, "en": text.en}

"""A title or description that names another number than the rule has.

## Avoid

```yaml
description: {da: Der er mindst 20 siddepladser., en: There are at least 20 seats.}
met_when: {fact: seats, at_least: 25}
```

## Prefer

```yaml
description: {da: "Der er mindst {threshold} siddepladser.", en: "There are at least {threshold} seats."}
met_when: {fact: seats, at_least: 25}
```

## Why

One of the two was changed and the other forgotten: the decision is made by the threshold, and is told beside a
description that says otherwise. A text that names the number in braces follows it, in `sekskant/rulebook/2`; else write
it anew. Each threshold is looked for once, in figures and in words up to twelve; numbers of years, of sections, and in
the fact's own label, question and unit are left out. "One" is looked for where it is no article: "ét", "at least one",
and "one of" at the beginning. The title of the rule may name how many are required, how many count and how many are
mandatory. Where the text rightly names another number (the same in another unit, "over 3" for at least 4), name the
threshold in `reading` and say how it follows, or allow it by a comment: `# sekskant: allow other-number-in-text`.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Literal, NamedTuple

from engine.authoring.lints.lint import Lint, RulebookFile
from engine.authoring.lints.places import numbers_of_rule, parts_of_rule
from engine.diagnostics import Diagnostic, quoted
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import Count, Criterion, FactDeclaration, NumberTest, tests_of
from engine.texts.catalogue import message
from engine.values.comparison import ends_of
from engine.values.numbers import decimal_text

_Language = Literal["da", "en"]
_LANGUAGES: tuple[_Language, ...] = ("da", "en")
_NUMBER = re.compile(
    r"(?P<part>(?:§|\b(?:stk|nr|no|kap|kapitel|afsnit|bilag|section|chapter|annex|criterion|kriterium))[.\s]*)?"
    r"(?<![\w.,])(?P<digits>\d+(?:[.,]\d+)*)(?!\w)(?P<unit>\s?(?:%|pct\b|procent\b|per cent\b|percent\b))?",
    re.IGNORECASE,
)
_GROUPS = {"da": re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?"), "en": re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")}
_YEARS = range(1900, 2101)
_HALF = {"halvdelen": Fraction(1, 2), "half": Fraction(1, 2)}
_ONE = {
    "da": re.compile(r"\b(?:(?:mindst|højst|præcis|netop)\s+e[nt]|é[nt])\b|\Ae[nt](?=\s+af\b)", re.IGNORECASE),
    "en": re.compile(r"\b(?:at least|at most|exactly)\s+one\b|\Aone(?=\s+of\b)", re.IGNORECASE),
}
_NAMED_PART = re.compile(r"\s+(?:tredjedel|fjerdedel|third|quarter|half)", re.IGNORECASE)


class NamedNumber(NamedTuple):
    """A number as a text writes it, and what it can stand for: 50 % is 50, and is 0.5."""

    written: str
    values: tuple[Fraction, ...]


def numbers_in(text: str, language: _Language) -> Iterator[NamedNumber]:
    """The numbers that a text names; not those of sections, nor bare years.

    >>> [(n.written, *map(str, n.values)) for n in numbers_in("0,5 eller 50 % af 10.000, jf. § 4 fra 2017", "da")]
    [('0,5', '1/2'), ('50 %', '50', '1/2'), ('10.000', '10000')]
    """
    for found in _NUMBER.finditer(text):
        digits, unit = found["digits"], found["unit"] or ""
        is_year = digits.isdigit() and int(digits) in _YEARS and not unit
        if not found["part"] and not is_year:
            value = _value(digits, language)
            yield NamedNumber(f"{digits}{unit}", (value, value / 100) if unit else (value,))


def numbers_in_words(text: str, language: _Language) -> Iterator[NamedNumber]:
    """The numbers up to twelve, and half, that a text names in words.

    "One" is an article and a pronoun too: it is a number where it has an accent, behind "at least" and the like, and at
    the beginning before "of".

    >>> [(n.written, *map(str, n.values)) for n in numbers_in_words("Fire af seks, en af dem mindst ét", "da")]
    [('ét', '1'), ('Fire', '4'), ('seks', '6')]
    """
    for found in _ONE[language].finditer(text):
        if not _NAMED_PART.match(text, found.end()):
            yield NamedNumber(found[0].split()[-1], (Fraction(1),))
    numbers = {Wording(language).counted(number): Fraction(number) for number in range(2, 13)} | _HALF
    for word in re.findall(r"[^\W\d_]+", text):
        if (number := numbers.get(word.casefold())) is not None:
            yield NamedNumber(word, (number,))


def _all_in(text: str, language: _Language) -> list[NamedNumber]:
    """The numbers that a text names, in figures and in words."""
    return [*numbers_in(text, language), *numbers_in_words(text, language)]


def _value(digits: str, language: _Language) -> Fraction:
    """A number in the signs of a language; a sign that groups no thousands is the decimal one."""
    if _GROUPS[language].fullmatch(digits):
        group, decimal = (".", ",") if language == "da" else (",", ".")
        return Fraction(digits.replace(group, "").replace(decimal, "."))
    whole, *decimals = re.split("[.,]", digits)
    return Fraction(f"{whole}.{''.join(decimals)}" if decimals else whole)


def _other_numbers(file: RulebookFile) -> Iterator[Diagnostic]:
    yield from _in_title_of_rule(file)
    facts = file.rulebook.vocabulary.facts
    for criterion, language in itertools.product(file.rulebook.criteria, _LANGUAGES):
        for part, number, test in _disagreements(criterion, facts, language):
            threshold = decimal_text(test.threshold)
            words = message(
                "the text says {written}, the threshold of `{fact}` is {threshold}",
                written=number.written,
                fact=test.fact,
                threshold=threshold,
            )
            advice = message("correct the text or the threshold, or say in `reading` how they go together")
            place = file.at("criteria", criterion.id, part, language)
            yield Diagnostic(place, "other-number-in-text", words, advice)


def _in_title_of_rule(file: RulebookFile) -> Iterator[Diagnostic]:
    """The numbers in the title of the rule that it does not have; one that was taken over is told as a former one."""
    rule, former = file.rulebook.rule, file.rulebook.former
    if not any(isinstance(part, Count) for _, part in parts_of_rule(rule.group)):
        return
    known = numbers_of_rule(rule.group)
    for language in _LANGUAGES:
        title = _in(rule.title, language)
        if former is not None and _in(former.rule.title, language) == title:
            continue
        for number in _all_in(title, language):
            if known.isdisjoint(number.values):
                words = message("the text says {written}, a number that the rule does not have")
                words = words.filled(written=quoted(number.written))
                advice = message("correct it, or name the numbers as `{{required:words}}` and `{{criteria:words}}`")
                yield Diagnostic(file.at("rule", "title", language), "other-number-in-text", words, advice)


def _number_tests(criterion: Criterion) -> list[NumberTest]:
    conditions = [criterion.condition]
    if criterion.applicability is not None:
        conditions.append(criterion.applicability.exempt_when)
    return [test for condition in conditions for test, _ in tests_of(condition) if isinstance(test, NumberTest)]


def _numbers_of(fact: FactDeclaration, language: _Language) -> set[Fraction]:
    """The numbers that belong to a fact: its label, question or unit names them, or it follows from several years."""
    texts = [_in(text, language) for text in (fact.label, fact.question, fact.unit) if text is not None]
    named = {value for text in texts for number in _all_in(text, language) for value in number.values}
    years = Counter(name for name, offset in fact.sources if offset is not None)
    return named | {Fraction(number) for number in years.values() if number > 1}


def _thresholds(test: NumberTest, fact: FactDeclaration) -> set[Fraction]:
    """What a text can name as the threshold; where no whole number lies there, the one that passes next to it."""
    if fact.is_whole and test.threshold.denominator != 1:
        return {abs(end) for _, end in ends_of(test.passing.whole())} | {abs(test.threshold)}
    return {abs(test.threshold)}


def _disagreements(
    criterion: Criterion, facts: Mapping[str, FactDeclaration], language: _Language
) -> Iterator[tuple[str, NamedNumber, NumberTest]]:
    """The numbers of the title and description that are no threshold, beside thresholds that no text names."""
    tests = _number_tests(criterion)
    texts = {"title": criterion.title, "description": criterion.description}
    left = [(part, number) for part, text in texts.items() for number in _all_in(_in(text, language), language)]
    explained = _all_in(_in(criterion.reading, language), language) if criterion.reading else []
    unnamed = []
    for test in tests:
        thresholds = _thresholds(test, facts[test.fact])
        if matching := [one for one in left if thresholds.intersection(one[1].values)]:
            left.remove(matching[0])
        elif not any(thresholds.intersection(number.values) for number in explained):
            unnamed.append(test)
    known = {number for test in tests for number in _numbers_of(facts[test.fact], language)}
    left = [(part, number) for part, number in left if not known.intersection(number.values)]
    yield from ((part, number, test) for (part, number), test in zip(left, unnamed, strict=False))


def _in(text: Text, language: _Language) -> str:
    return text.da if language == "da" else text.en


LINT = Lint(
    "other-number-in-text",
    "a title or description that names another number than the rule has",
    _other_numbers,
)

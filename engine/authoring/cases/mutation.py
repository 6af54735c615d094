"""Small changes to a rulebook: the one list of what cases are asked to notice.

A change is made at each place where a slip of the pen can be: a threshold, a comparison, an answer, a member of a
group, the number required, what counts as what, an override and its turn, an agreement year at the edge.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from engine.authoring.lints.places import (
    conditions_of,
    parts_of_condition,
    parts_of_rule,
    with_condition,
    with_part,
    with_root,
)
from engine.authoring.proofs.region_value import last_digit
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.checker import Path
from engine.rulebooks.language import Text, text_of
from engine.rulebooks.rulebook import (
    AnswerTest,
    Combination,
    Condition,
    ConditionCount,
    Count,
    Criterion,
    FactDeclaration,
    Join,
    NumberTest,
    Rulebook,
    RulePart,
    Test,
    Verdict,
    name_of,
)
from engine.texts.catalogue import Message, message, message_of_number
from engine.values.comparison import Comparison
from engine.values.logic import Connective
from engine.values.numbers import decimal_text

_LANGUAGES = (Wording("da"), Wording("en"))
Part = TypeVar("Part")
AnyCount = TypeVar("AnyCount", Count, ConditionCount)


@dataclass(frozen=True, slots=True, eq=False)
class Mutant:
    """A rulebook with one small change.

    `path` leads to what is changed in its file; `change` is the change in words, and `shows` what a case shows that
    notices it. `year` is the agreement year that the change puts in force or out of it, where it is such a change.
    """

    path: Path
    change: Text
    shows: Text
    rulebook: Rulebook
    year: int | None = None


def mutants_of(rulebook: Rulebook) -> Iterator[Mutant]:
    """Every small change to what a rulebook decides in the years in which it is in force.

    >>> from engine.rulebooks.library import Library
    >>> first = next(mutants_of(Library().choose("hovedstaden.mest-specialiserede", 2018)))
    >>> first.path, first.change.en, first.shows.en
    (('rule', 'at_least'), '4 required instead of 5', '4 are not enough')
    """
    yield from _rule_mutants(rulebook)
    yield from _criterion_mutants(rulebook)
    yield from _condition_mutants(rulebook)
    yield from _override_mutants(rulebook)


Change = tuple[Path, Text, Text, Part]
"""Where a part is changed below its own path, the change, what a case shows that notices it, and the part changed."""


def _rule_mutants(rulebook: Rulebook) -> Iterator[Mutant]:
    rule = rulebook.rule
    for path, part in parts_of_rule(rule.group):
        for at, change, shows, changed in _changed_parts(part):
            group = with_part(rule.group, path[1:], changed)
            if not isinstance(group, str):
                mutated = rulebook._replace(rule=rule._replace(group=group))
                yield Mutant((*path, *at), change, shows, mutated)


def _changed_parts(part: RulePart) -> Iterator[Change[RulePart]]:
    if isinstance(part, Count):
        yield from _changed_numbers(part, len(part.members))
        yield from _changed_mandatory(part)
        yield from _changed_members(part)
    elif isinstance(part, Join):
        for at, change, shows, operator, parts in _changed_joins(part.operator, part.parts):
            yield at, change, shows, part._replace(operator=operator, parts=parts) if operator else parts[0]


def _changed_numbers(part: AnyCount, number: int) -> Iterator[Change[AnyCount]]:
    """Another number required of so many."""
    now = part.required
    not_enough = message_of_number("{number} is not enough", "{number} are not enough", now - 1)
    enough = message_of_number("{number} is enough", "{number} are enough", now)
    for required, shows in ((now - 1, not_enough), (now + 1, enough)):
        if 1 <= required <= number:
            change = text_of(message("{after} required instead of {before}", after=required, before=now))
            yield ("at_least",), change, text_of(shows), part._replace(required=required)


def _changed_mandatory(part: Count) -> Iterator[Change[RulePart]]:
    for i, name in enumerate(part.mandatory):
        fewer = part._replace(mandatory=_without(part.mandatory, i))
        yield ("mandatory", i), _is_not_mandatory(name), _is_mandatory(name), fewer
    for i, member in enumerate(part.members):
        called = name_of(member)
        if called is not None and called not in part.mandatory:
            more = part._replace(mandatory=(*part.mandatory, called))
            yield ("of", i), _is_mandatory(called), _is_not_mandatory(called), more


def _is_mandatory(name: str) -> Text:
    return text_of(message("{name} is mandatory", name=name))


def _is_not_mandatory(name: str) -> Text:
    return text_of(message("{name} is not mandatory", name=name))


def _changed_members(part: Count) -> Iterator[Change[RulePart]]:
    """Each member left out; where all are required, all the others are."""
    for i, member in enumerate(part.members if len(part.members) > 1 else ()):
        members, mandatory = _without(part.members, i), tuple(m for m in part.mandatory if m != name_of(member))
        changed = part._replace(required=min(part.required, len(members)), members=members, mandatory=mandatory)
        yield ("of", i), *_left_out(i, name_of(member) or member), changed


def _left_out(index: int, part: object) -> tuple[Text, Text]:
    if isinstance(part, str):
        return text_of(message("{name} does not count", name=part)), text_of(message("{name} counts", name=part))
    out, counts = message("part {part} is taken out", part=index + 1), message("part {part} counts", part=index + 1)
    return text_of(out), text_of(counts)


def _changed_joins(
    operator: Connective, parts: tuple[Part, ...]
) -> Iterator[tuple[Path, Text, Text, Connective | None, tuple[Part, ...]]]:
    """Each change to how parts are joined, as the operator, None where one part is all, and the parts."""
    if operator == "not":
        change, shows = text_of(message("without `not`")), text_of(message("the opposite holds"))
        yield (), change, shows, None, parts
    elif len(parts) > 1:
        other: Connective = "any" if operator == "all" else "all"
        shows = text_of(message("one part is enough"))
        if operator == "all":
            shows = text_of(message("one part is not enough"))
        yield (), _instead(other, operator), shows, other, parts
        for i, part in enumerate(parts):
            yield (operator, i), *_left_out(i, part), operator, _without(parts, i)


def _condition_mutants(rulebook: Rulebook) -> Iterator[Mutant]:
    for root, condition in conditions_of(rulebook):
        for path, part in parts_of_condition(root, condition):
            for at, change, shows, changed in _changed_conditions(rulebook, part):
                mutated = with_condition(condition, path[len(root) :], changed)
                yield Mutant((*path, *at), change, shows, with_root(rulebook, root, mutated))


def _changed_conditions(rulebook: Rulebook, part: Condition) -> Iterator[Change[Condition]]:
    if isinstance(part, ConditionCount):
        yield from _changed_numbers(part, len(part.parts))
        yield from _changed_counted(part)
    elif isinstance(part, Combination):
        for at, change, shows, operator, parts in _changed_joins(part.operator, part.parts):
            yield at, change, shows, Combination(operator, parts) if operator else parts[0]
    elif isinstance(part, NumberTest):
        yield from _changed_comparisons(rulebook, part)
        yield from _changed_thresholds(rulebook, part)
    else:
        yield from _changed_answers(rulebook, part)


def _changed_counted(part: ConditionCount) -> Iterator[Change[Condition]]:
    """Each part left out, and each that has a name mandatory or not; where all are required, all the others are."""
    for i, one in enumerate(part.parts):
        is_mandatory, others = i in part.mandatory, tuple(m for m in part.mandatory if m != i)
        if isinstance(one, Test):
            mandatory = others if is_mandatory else (*others, i)
            said = (_is_not_mandatory(one.fact), _is_mandatory(one.fact))
            at: Path = ("mandatory", part.mandatory.index(i)) if is_mandatory else ("of", i)
            yield at, *(said if is_mandatory else said[::-1]), part._replace(mandatory=mandatory)
        if len(part.parts) > 1:
            parts, moved = _without(part.parts, i), tuple(m - (m > i) for m in others)
            yield ("of", i), *_left_out(i, one), ConditionCount(min(part.required, len(parts)), parts, moved)


def _changed_comparisons(rulebook: Rulebook, test: NumberTest) -> Iterator[Change[Condition]]:
    """What differs at the threshold alone; of numbers that must equal it, what differs on one side of it."""
    others = [test.comparison.beside] if test.comparison.beside else [Comparison.AT_MOST, Comparison.AT_LEAST]
    for other in others:
        words = message("{fact} exactly {threshold}")
        if test.comparison is Comparison.EQUALS:
            under, over = message("{fact} under {threshold}"), message("{fact} over {threshold}")
            words = under if other is Comparison.AT_MOST else over
        change = _instead(other.value, test.comparison.value)
        yield (test.key,), change, _near(rulebook, test, words), test._replace(comparison=other)


def _changed_thresholds(rulebook: Rulebook, test: NumberTest) -> Iterator[Change[Condition]]:
    """The threshold shifted by a unit of its last digit; of whole numbers by 1, if that is no other comparison."""
    threshold, is_whole = test.threshold, rulebook.vocabulary.facts[test.fact].is_whole
    unit = _unit(rulebook.vocabulary.facts[test.fact], threshold)
    is_equal, is_upper = test.comparison is Comparison.EQUALS, test.comparison in (Comparison.AT_MOST, Comparison.BELOW)
    for shifted in (threshold - unit, threshold + unit):
        is_under = shifted < threshold
        differs_at = is_equal or (is_upper is is_under) is (threshold in test.passing)
        if differs_at and is_whole and threshold.denominator == 1 and not is_equal:
            continue
        change, words = _instead(decimal_text(shifted), decimal_text(threshold)), _beside(is_under, differs_at)
        yield (test.key,), change, _near(rulebook, test, words), test._replace(threshold=shifted)


def _beside(is_under: bool, is_at: bool) -> Message:
    if is_at:
        under, over = (
            message("{fact} exactly or just under {threshold}"),
            message("{fact} exactly or just over {threshold}"),
        )
    else:
        under, over = message("{fact} just under {threshold}"), message("{fact} just over {threshold}")
    return under if is_under else over


def _unit(fact: FactDeclaration, threshold: Fraction) -> Fraction:
    """The unit of a threshold's last digit; of a share no more than a tenth, as all of it lies between 0 and 1."""
    if fact.is_whole:
        return Fraction(1)
    return min(last_digit(threshold), Fraction(1, 10)) if fact.is_share else last_digit(threshold)


def _near(rulebook: Rulebook, test: NumberTest, words: Message) -> Text:
    fact = rulebook.vocabulary.facts[test.fact]
    danish, english = (wording.quantity(fact, test.threshold) for wording in _LANGUAGES)
    return text_of(words.filled(fact=test.fact), threshold=Text(da=danish, en=english))


def _changed_answers(rulebook: Rulebook, test: AnswerTest) -> Iterator[Change[Condition]]:
    """Each answer the other way: one more that passes, or one fewer, if it was the only one."""
    for answer in rulebook.vocabulary.facts[test.fact].answers:
        shows = text_of(message("{fact} is {answer}", fact=test.fact, answer=answer))
        change = text_of(message("not {value}", value=answer))
        if answer not in test.answers:
            change = text_of(message("{answer} as well", answer=answer))
        yield (), change, shows, test._replace(answers=test.answers ^ {answer})


def _override_mutants(rulebook: Rulebook) -> Iterator[Mutant]:
    overrides = rulebook.overrides
    for i, override in enumerate(overrides):
        path: Path = ("overrides", override.id)
        change, shows = text_of(message("{name} is taken out", name=override.id)), text_of(message("decides"))
        yield Mutant(path, change, shows, rulebook._replace(overrides=_without(overrides, i)))
        opposite = Verdict.NOT_MET if override.verdict is Verdict.MET else Verdict.MET
        turned = (*overrides[:i], override._replace(verdict=opposite), *overrides[i + 1 :])
        label = rulebook.outcomes[override.verdict].label
        shows = text_of(message("decides: {outcome}"), outcome=label)
        change = _instead(opposite.value, override.verdict.value)
        yield Mutant((*path, "verdict"), change, shows, rulebook._replace(overrides=turned))
    for (i, first), (j, second) in itertools.combinations(enumerate(overrides), 2):
        moved = (*overrides[:i], second, *overrides[i:j], *overrides[j + 1 :])
        change = text_of(message("{second} stands before {first}", second=second.id, first=first.id))
        shows = text_of(message("{first} comes before it", first=first.id))
        yield Mutant(("overrides", second.id), change, shows, rulebook._replace(overrides=moved))


def _criterion_mutants(rulebook: Rulebook) -> Iterator[Mutant]:
    for i, criterion in enumerate(rulebook.criteria):
        for at, change, shows, mutated in _changed_criteria(criterion):
            criteria = (*rulebook.criteria[:i], mutated, *rulebook.criteria[i + 1 :])
            yield Mutant(("criteria", criterion.id, *at), change, shows, rulebook._replace(criteria=criteria))


def _changed_criteria(criterion: Criterion) -> Iterator[Change[Criterion]]:
    if (judgement := criterion.judgement) is not None:
        change = text_of(message("{judgement} cannot depart", judgement=judgement))
        shows = text_of(message("{judgement} departs from the measure", judgement=judgement))
        yield ("judgement",), change, shows, criterion._replace(judgement=None)
    if (applicability := criterion.applicability) is not None:
        change = text_of(message("{criterion} always applies", criterion=criterion.id))
        yield ("not_applicable",), change, _phrase("not_applicable"), criterion._replace(applicability=None)
        now = applicability.counts_as
        for other in ("excluded", "met", "not_met"):
            if other != now:
                mine, its = (_phrase(f"counts_{counts_as}") for counts_as in (now, other))
                shows = text_of(message("{counts}, not: {other}"), counts=mine, other=its)
                changed = criterion._replace(applicability=applicability._replace(counts_as=other))
                yield ("not_applicable", "counts_as"), _instead(other, now), shows, changed


def year_mutants_of(rulebook: Rulebook) -> Iterator[Mutant]:
    """A rulebook in force for an agreement year more or fewer at either edge, where there is such a year.

    >>> from engine.rulebooks.library import Library
    >>> rulebook = Library().choose("hovedstaden.mest-specialiserede", 2018)
    >>> [mutant.shows.en for mutant in year_mutants_of(rulebook)]
    ['agreement year 2017: not in force', 'agreement year 2018: in force', 'agreement year 2019: not in force']
    """
    first, last = rulebook.agreement_years
    earlier, later = message("a year earlier"), message("a year later")
    if first > datetime.MINYEAR:
        mutated = rulebook._replace(in_force_from=datetime.date(first - 1, 1, 1))
        yield _year_mutant(mutated, "from", earlier, first - 1, is_in_force=False)
    if first < datetime.MAXYEAR:
        mutated = rulebook._replace(in_force_from=datetime.date(first + 1, 1, 1))
        yield _year_mutant(mutated, "from", later, first, is_in_force=True)
    if last is not None and last < datetime.MAXYEAR:
        mutated = rulebook._replace(in_force_until=datetime.date(last + 1, 12, 31))
        yield _year_mutant(mutated, "until", later, last + 1, is_in_force=False)
    if last is not None and last != first:
        mutated = rulebook._replace(in_force_until=datetime.date(last - 1, 12, 31))
        yield _year_mutant(mutated, "until", earlier, last, is_in_force=True)


def _year_mutant(mutated: Rulebook, end: str, moved: Message, year: int, *, is_in_force: bool) -> Mutant:
    words = (
        message("agreement year {year}: in force") if is_in_force else message("agreement year {year}: not in force")
    )
    return Mutant(("in_force", end), text_of(moved), text_of(words.filled(year=year)), mutated, year)


def _without(parts: Sequence[Part], index: int) -> tuple[Part, ...]:
    return (*parts[:index], *parts[index + 1 :])


def _phrase(name: str) -> Text:
    danish, english = (wording.phrase(name) for wording in _LANGUAGES)
    return Text(da=danish, en=english)


def _instead(new: str, old: str) -> Text:
    return text_of(message("`{after}` instead of `{before}`", after=new, before=old))

"""Vocabularies and rulebooks as they are written: the shapes of their YAML, from which the JSON Schemas are made."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

from engine.documents.shape import key, shape
from engine.rulebooks.meant import (
    IN_CONDITION,
    IN_DERIVED,
    IN_FORMAT_1,
    IN_GROUP,
    IN_RATIO,
    NAMED_FACT,
    NO_FORMULA,
    SEVERAL_WRITTEN,
)
from engine.texts.catalogue import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text in the two languages of the product.

    >>> Text(da="ja", en="yes") == Text(da="ja", en="yes")
    True
    """

    is_text: ClassVar[bool] = True

    da: str = key(at_least=1, description="in Danish")
    en: str = key(at_least=1, description="in English")


def text_of(words: Message, **texts: Text) -> Text:
    """A text of ours in both languages, with what rulebooks say in it.

    >>> from engine.texts.catalogue import message
    >>> text_of(message("not {value}"), value=Text(da="ja", en="yes")) == Text(da="ikke ja", en="not yes")
    True
    """
    danish, english = ({name: text.da for name, text in texts.items()}, {name: text.en for name, text in texts.items()})
    return Text(da=words.in_language("da", **danish), en=words.in_language("en", **english))


@shape
class Mean:
    """The mean of a fact over years."""

    of: str = key(description="the fact, one that has a value for each year")
    years: list[int] = key(at_least=1, description="relative to the agreement year: -2 is two years before it")
    from_: Literal["agreement_start"] | None = key(
        default=None, alias="from", description="`agreement_start`: from the agreement's first year, not from each"
    )


@shape
class Ratio:
    """One fact divided by another."""

    meant: ClassVar[Mapping[str, Message]] = IN_RATIO
    instead: ClassVar[Message] = NAMED_FACT

    of: str = key(description="the fact above the line")
    to: str = key(description="the fact below the line, above 0")


@shape
class YearValue:
    """The value of a fact in one year."""

    of: str = key(description="the fact, one that has a value for each year")
    year: int = key(description="relative to the agreement year: -2 is two years before it")
    from_: Literal["agreement_start"] | None = key(
        default=None, alias="from", description="`agreement_start`: from the agreement's first year, not from each"
    )


@shape
class Several:
    """Several numbers: of facts that are listed, or of years of one."""

    instead: ClassVar[Message] = SEVERAL_WRITTEN

    of: str | list[str] = key(
        at_least=1, description="the facts, each with one value; or one that has a value for each year, with `years`"
    )
    years: list[int] | None = key(
        default=None, at_least=1, description="relative to the agreement year: -2 is two years before it"
    )
    from_: Literal["agreement_start"] | None = key(
        default=None, alias="from", description="`agreement_start`: from the agreement's first year, not from each"
    )


@shape
class Difference:
    """One fact less another."""

    instead: ClassVar[Message] = NAMED_FACT

    of: str = key(description="the fact from which is taken")
    less: str = key(description="the fact that is taken from it")


@shape
class Derived:
    """How a fact follows from others: one of `value`, `sum`, `least`, `largest`, `difference`, `mean`, `ratio`."""

    meant: ClassVar[Mapping[str, Message]] = IN_DERIVED
    instead: ClassVar[Message] = NO_FORMULA

    value: YearValue | None = key(default=None, description="one year's number")
    sum: Several | None = key(default=None, description="the numbers added up")
    least: Several | None = key(default=None, description="the least of the numbers")
    largest: Several | None = key(default=None, description="the largest of the numbers")
    difference: Difference | None = key(default=None, description="one number less another")
    mean: Mean | None = None
    ratio: Ratio | None = None


@shape
class Fact:
    """One fact of a vocabulary."""

    type: Literal["number", "whole_number", "share", "judgement", "one_of", "several_of"]
    label: Text = key(description="the fact's name")
    former_labels: list[Text] | None = key(
        default=None, description="names that it had before, which are still read in offer files and tables"
    )
    was: str | list[str] | None = key(
        default=None,
        at_least=1,
        description="the id that it had before, or several, by which offer files, tables and runs of before are read",
    )
    unit: Text | None = key(default=None, description="what its number counts")
    question: Text = key(description="what to ask for, in one sentence")
    answered_by: Text | None = key(default=None, description="who can answer the question, where a source says so")
    at_least: Decimal | None = key(default=None, description="the least number it can be")
    at_most: Decimal | None = key(
        default=None, description="the largest number it can be; a share lies between 0 and 1"
    )
    per: Literal["year"] | None = key(default=None, description="`year`: one value for each year")
    answers: dict[str, Text] | None = key(
        default=None,
        description="the allowed answers of a fact that is one of several, or several of them; the words of a list in "
        "`terms` need not stand here again",
    )
    derived: Derived | None = key(default=None, description="how it follows from other facts")
    attribute: bool = key(default=False, description="whether it is an attribute of the offer, not stated as evidence")
    assumed: str | None = key(
        default=None, description="the answer assumed, and shown as assumed, where none is stated"
    )


@shape
class VocabularyFile:
    """A vocabulary: the facts that rulebooks may test, declared once."""

    format: Literal["sekskant/vocabulary/1"]
    id: str
    title: Text
    terms: dict[str, dict[str, Text]] | None = key(
        default=None, description="lists of words that describe offers; a `several_of` of the same name tests them"
    )
    facts: dict[str, Fact] = key(at_least=1)


@shape
class OtherFact:
    """Another fact in the place of a number: a vocabulary names and labels the difference of the two."""

    fact: str = key(description="the fact that a number is compared with")


@shape
class Condition:
    """A condition: one of `all`, `any`, `not`, `at_least` k `of` several, or a test on one `fact`."""

    meant: ClassVar[Mapping[str, Message]] = IN_CONDITION

    all: list[Condition] | None = key(default=None, at_least=1, description="each of these")
    any: list[Condition] | None = key(default=None, at_least=1, description="at least one of these")
    not_: Condition | None = key(default=None, alias="not", description="the opposite of this")
    of: list[Condition] | None = key(
        default=None, at_least=1, description="conditions of which `at_least` so many must hold"
    )
    mandatory: list[str] | None = key(
        default=None, description="with `of`: the facts whose tests must be among those that hold"
    )
    fact: str | None = key(default=None, description="the fact that is tested")
    at_most: Decimal | OtherFact | None = key(default=None, description="met where the number is this or less")
    at_least: Decimal | OtherFact | None = key(
        default=None, description="met where the number is this or more; with `of`, how many must hold"
    )
    below: Decimal | OtherFact | None = key(default=None, description="met where the number is less than this")
    above: Decimal | OtherFact | None = key(default=None, description="met where the number is more than this")
    equals: Decimal | OtherFact | None = key(default=None, description="met where the number is exactly this")
    is_: str | None = key(default=None, alias="is", description="the answer that meets the test")
    in_: list[str] | None = key(default=None, alias="in", at_least=1, description="the answers that meet the test")
    reference: Text | None = key(
        default=None, description="where the threshold stands, if elsewhere than its criterion"
    )


@shape
class NotApplicable:
    """When a criterion does not apply, and what it then counts as."""

    when: Condition = key(description="the condition under which the criterion does not apply")
    counts_as: Literal["excluded", "met", "not_met"] = key(
        description="`excluded`: out of the number of criteria and out of the mandatory ones; the required number stays"
    )
    reference: Text
    reading: Text | None = key(default=None, description="a reading of ours where the source leaves room")


@shape
class Criterion:
    """One criterion: `met_when` a condition holds, or `indicated_by` a measure from which a judgement may depart."""

    title: Text
    description: Text
    reference: Text
    reading: Text | None = key(default=None, description="a reading of ours where the source leaves room")
    met_when: Condition | None = key(default=None, description="the condition that meets the criterion")
    indicated_by: Condition | None = key(default=None, description="an indicative measure, with a `judgement`")
    judgement: str | None = key(default=None, description="with `indicated_by`: the judgement that may depart from it")
    not_applicable: NotApplicable | None = None


@shape
class Group:
    """A rule or a part of one: `at_least` k `of` several, `all`, `any` or `not`. A criterion stands as its id.

    A group within the rule may have an `id` and a `title`, by which it is told and can be mandatory.
    """

    meant: ClassVar[Mapping[str, Message]] = IN_GROUP

    at_least: int | None = key(default=None, at_least=1, description="how many `of` these must be met")
    of: list[str | Group] | None = key(default=None, at_least=1, description="criteria or groups that count")
    mandatory: list[str] | None = key(
        default=None, description="criteria, and groups by their `id`, that must be among those met"
    )
    all: list[str | Group] | None = key(default=None, at_least=1, description="each of these")
    any: list[str | Group] | None = key(default=None, at_least=1, description="at least one of these")
    not_: str | Group | None = key(default=None, alias="not", description="the opposite of this")
    id: str | None = key(default=None, description="of a group within the rule: what it is called in `mandatory`")
    title: Text | None = key(default=None, description="with `id`: what the group is called in texts")


@shape
class Rule(Group):
    """The rule of a rulebook. Its id is the basis of the verdicts it gives."""

    id: str
    title: Text
    reference: Text
    reading: Text | None = None


@shape
class Override:
    """A condition that settles the verdict whatever the rule says."""

    title: Text
    offer_is: Text | None = key(
        default=None, description='what the offer is where the condition holds, as the end of "the offer is ..."'
    )
    when: Condition = key(description="the condition that settles the verdict")
    verdict: Literal["met", "not_met"] = key(description="the verdict that it settles")
    legal_basis: Text = key(description="by what the condition settles it")
    reference: Text
    reading: Text | None = None


@shape
class Outcome:
    """A verdict in the rulebook's own word."""

    id: str
    label: Text


@shape
class Outcomes:
    """The rulebook's words for its three verdicts."""

    met: Outcome
    not_met: Outcome
    undetermined: Outcome


@shape
class InForce:
    """The first and the last day on which a version applies; without a last day it applies until the next."""

    from_: datetime.date = key(alias="from")
    until: datetime.date | None = None


@shape
class RulebookFile:
    """A rulebook: criteria, the rule over them, what overrides it, and the words of its outcomes."""

    meant: ClassVar[Mapping[str, Message]] = IN_FORMAT_1

    format: Literal["sekskant/rulebook/1"]
    id: str
    version: str
    vocabulary: str = key(description="the id of the vocabulary that declares the facts")
    language: Literal["da", "en"] = key(description="the language of the source, used where one must be chosen")
    in_force: InForce
    title: Text
    source: Text = key(description="the document that the references point into")
    subset_of: str | None = key(
        default=None, description="the id of a rulebook whose verdict should be met wherever this one's is"
    )
    outcomes: Outcomes
    overrides: dict[str, Override] | None = None
    rule: Rule
    criteria: dict[str, Criterion] = key(at_least=1)

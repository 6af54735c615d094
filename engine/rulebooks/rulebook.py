"""A vocabulary and a rulebook that have been checked: what every later stage relies on."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple

from engine.documents.document import Node, read_one
from engine.rulebooks.language import Fact, Text
from engine.rulebooks.rulebook_ref import RulebookRef, VocabularyRef
from engine.values.comparison import Comparison
from engine.values.interval import Interval
from engine.values.logic import Connective

Answers = frozenset[str]
Possible = Interval | Answers
"""All that a fact can still be: an interval of numbers, or a set of answers."""

YES, NO = "yes", "no"
JUDGEMENT = {YES: Text(da="ja", en="yes"), NO: Text(da="nej", en="no")}


class Verdict(Enum):
    """A rulebook's answer on an offer."""

    MET = "met"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"


class FactKind(Enum):
    """What kind of value a fact has, by the word that files write."""

    NUMBER = "number"
    WHOLE_NUMBER = "whole_number"
    SHARE = "share"
    JUDGEMENT = "judgement"
    ONE_OF = "one_of"

    # There is one object for each; that of Enum hashes the name anew each time.
    __hash__ = object.__hash__


Source = tuple[str, int | None]
"""What a fact follows from: another, with the year of its value by its distance; None where it has one value."""


class FromStart(int):
    """A distance in years that is counted from the first year of an agreement."""


class FixedYear(int):
    """A year that does not move with the agreement year: added to one, it is itself.

    >>> 2020 + FixedYear.of(2019, FromStart(-3)), 2020 + FromStart(-3)
    (2016, 2017)
    """

    distance: FromStart

    @classmethod
    def of(cls, first_year: int, distance: FromStart) -> FixedYear:
        """The year so far from the first one of an agreement."""
        year = cls(first_year + int(distance))
        year.distance = distance
        return year

    def __radd__(self, year: int) -> int:
        return int(self)


class Mean(NamedTuple):
    """The mean of a fact over years, which are relative to the agreement year."""

    of: str
    years: tuple[int, ...]

    @property
    def parts(self) -> tuple[Source, ...]:
        """What it follows from."""
        return tuple((self.of, offset) for offset in self.years)


class Ratio(NamedTuple):
    """One fact divided by another, which is above 0."""

    of: str
    to: str

    @property
    def parts(self) -> tuple[Source, ...]:
        """What it follows from."""
        return (self.of, None), (self.to, None)


class Aggregate(NamedTuple):
    """Several numbers added up, or the least or the largest of them; one year's value is a sum of one number."""

    how: Literal["sum", "least", "largest"]
    parts: tuple[Source, ...]


class Difference(NamedTuple):
    """One fact less another."""

    of: str
    less: str

    @property
    def parts(self) -> tuple[Source, ...]:
        """What it follows from."""
        return (self.of, None), (self.less, None)


Derivation = Mean | Ratio | Aggregate | Difference
"""How a fact follows from others."""


class Word(NamedTuple):
    """One word of a list that describes an offer: of its areas, say, `adults`."""

    list: str
    word: str


class FactDeclaration(NamedTuple):
    """A fact of the vocabulary, checked: its kind, its domain, and how it follows from others.

    `domain` is all that it can be at all; `is_yearly` says that it has a value for each year; `assumed` is the answer
    taken for granted where none is stated. What can be several of some words is a fact for each of them, with the
    answers yes and no: `word` says which. `sources` are all that a derived fact follows from, at whatever remove.
    """

    id: str
    kind: FactKind
    domain: Possible
    derivation: Derivation | None
    is_yearly: bool
    assumed: str | None
    written: Fact
    word: Word | None = None
    sources: tuple[Source, ...] = ()

    @property
    def label(self) -> Text:
        """Its name."""
        return self.written.label

    @property
    def former_labels(self) -> tuple[Text, ...]:
        """The names that it had before, by which it is still read."""
        return tuple(self.written.former_labels or ())

    @property
    def former_ids(self) -> tuple[str, ...]:
        """The ids that it had before, by which it is still read."""
        was = self.written.was
        return (was,) if isinstance(was, str) else tuple(was or ())

    @property
    def question(self) -> Text:
        """What to ask for, in one sentence."""
        return self.written.question

    @property
    def answered_by(self) -> Text | None:
        """Who can answer, where the vocabulary says so."""
        return self.written.answered_by

    @property
    def unit(self) -> Text | None:
        """What its number counts."""
        return self.written.unit

    @property
    def is_attribute(self) -> bool:
        """Whether it is an attribute of the offer, not stated as evidence."""
        return self.written.attribute

    @property
    def is_number(self) -> bool:
        """Whether it is measured rather than answered."""
        return isinstance(self.domain, Interval)

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole number."""
        return self.kind is FactKind.WHOLE_NUMBER

    @property
    def is_share(self) -> bool:
        """Whether it is a part of a whole, from 0 to 1."""
        return self.kind is FactKind.SHARE

    @property
    def is_judgement(self) -> bool:
        """Whether it is judged, yes or no."""
        return self.kind is FactKind.JUDGEMENT

    @property
    def answers(self) -> Mapping[str, Text]:
        """Each allowed answer with its label; none for a number."""
        return JUDGEMENT if self.kind is FactKind.JUDGEMENT else self.written.answers or {}

    @property
    def derived_from(self) -> tuple[str, ...]:
        """The facts that it follows from, at whatever remove, where it is derived."""
        return tuple(dict.fromkeys(name for name, _ in self.sources))

    def counted_from(self, first_year: int | None) -> FactDeclaration:
        """The fact, with the years fixed that are counted from the first year of an agreement; None: not yet fixed."""
        derivation = self.derivation
        match derivation:
            case Mean():
                years = tuple(offset for _, offset in _counted(derivation.parts, first_year) if offset is not None)
                derivation = Mean(derivation.of, years)
            case Aggregate():
                derivation = derivation._replace(parts=_counted(derivation.parts, first_year))
        return self._replace(derivation=derivation, sources=_counted(self.sources, first_year))


def _counted(sources: tuple[Source, ...], first_year: int | None) -> tuple[Source, ...]:
    return tuple((name, _year_counted(offset, first_year)) for name, offset in sources)


def _year_counted(offset: int | None, first_year: int | None) -> int | None:
    if isinstance(offset, FixedYear):
        offset = offset.distance
    return FixedYear.of(first_year, offset) if isinstance(offset, FromStart) and first_year is not None else offset


class Vocabulary(NamedTuple):
    """Facts by id, and lists of words that describe offers, also those of the facts that are several of some words.

    `counted_from` is the first year of the agreement whose rulebooks read it, where facts count their years from that.
    """

    id: str
    title: Text
    facts: Mapping[str, FactDeclaration]
    terms: Mapping[str, Mapping[str, Text]]
    written_as: bytes
    counted_from: int | None = None

    @property
    def sha256(self) -> str:
        """The digest of the file."""
        return _sha256(self.written_as)

    @property
    def ref(self) -> VocabularyRef:
        """What names it in records."""
        return VocabularyRef(self.id, self.sha256)

    def is_same_as(self, other: Vocabulary) -> bool:
        """Whether another vocabulary is written as this one, wherever each was read."""
        return self.written_as == other.written_as and self.counted_from == other.counted_from

    def of_agreement(self, first_year: int) -> Vocabulary:
        """The vocabulary as rulebooks of an agreement read it: years that are counted from its first one are fixed."""
        counted = (offset for fact in self.facts.values() for _, offset in fact.sources)
        if not any(isinstance(offset, FromStart | FixedYear) for offset in counted):
            return self
        facts = {name: fact.counted_from(first_year) for name, fact in self.facts.items()}
        return self._replace(facts=facts, counted_from=first_year)

    @property
    def present_ids(self) -> dict[str, str]:
        """What facts are called now, by the ids that they had before."""
        return {former: fact.id for fact in self.facts.values() for former in fact.former_ids}

    @property
    def lists(self) -> dict[str, dict[str, FactDeclaration]]:
        """What can be several of some words, by its id: for each word the fact that says whether it is that."""
        lists: dict[str, dict[str, FactDeclaration]] = {}
        for fact in self.facts.values():
            if fact.word is not None:
                lists.setdefault(fact.word.list, {})[fact.word.word] = fact
        return lists

    def years_of(self, fact: FactDeclaration) -> list[int]:
        """The years of a fact that others are derived from, relative to the agreement year, the earliest first."""
        parts = (part for f in self.facts.values() for part in f.sources)
        return sorted({offset for name, offset in parts if name == fact.id and offset is not None})


class NumberTest(NamedTuple):
    """A test on a fact that is measured: a comparison with a threshold."""

    fact: str
    comparison: Comparison
    threshold: Fraction
    reference: Text

    @property
    def key(self) -> str:
        """The key under which a file writes what is asked for."""
        return self.comparison.value

    @property
    def passing(self) -> Interval:
        """The numbers that pass."""
        return self.comparison.passing(self.threshold)


class AnswerTest(NamedTuple):
    """A test on a fact that is answered: whether the answer is one of these."""

    fact: str
    answers: Answers
    reference: Text

    @property
    def key(self) -> str:
        """The key under which a file writes what is asked for."""
        return "in"


Test = NumberTest | AnswerTest


class Combination(NamedTuple):
    """Conditions joined by `all`, `any` or `not`."""

    operator: Connective
    parts: tuple[Condition, ...]


class ConditionCount(NamedTuple):
    """At least `required` of the parts, the mandatory ones among them, which are told by their numbers from 0 on."""

    required: int
    parts: tuple[Condition, ...]
    mandatory: tuple[int, ...] = ()


Condition = Test | Combination | ConditionCount


class Applicability(NamedTuple):
    """When a criterion does not apply, and what it then counts as."""

    exempt_when: Condition
    counts_as: Literal["excluded", "met", "not_met"]
    reference: Text
    reading: Text | None


class Criterion(NamedTuple):
    """One criterion. Where `judgement` names a fact, the condition is indicative and a judgement may depart from it.

    `split_from` are the criteria of earlier versions that it is a part of, the earliest first.
    """

    id: str
    title: Text
    description: Text
    reference: Text
    reading: Text | None
    condition: Condition
    judgement: str | None
    applicability: Applicability | None
    split_from: tuple[str, ...] = ()


class Count(NamedTuple):
    """At least `required` of the members, every mandatory one among them: criteria, and groups that have an id."""

    required: int
    members: tuple[RulePart, ...]
    mandatory: tuple[str, ...]
    id: str | None = None
    title: Text | None = None


class Join(NamedTuple):
    """Parts of a rule joined by `all`, `any` or `not`."""

    operator: Connective
    parts: tuple[RulePart, ...]
    id: str | None = None
    title: Text | None = None


RulePart = str | Count | Join
"""A criterion's id, or a group."""


def name_of(part: RulePart) -> str | None:
    """The id of a criterion or a group; None for a group that has none."""
    return part if isinstance(part, str) else part.id


def groups_in(part: RulePart) -> Iterator[Count | Join]:
    """A group and the groups in it, at whatever depth."""
    if not isinstance(part, str):
        yield part
        for member in part.members if isinstance(part, Count) else part.parts:
            yield from groups_in(member)


class Rule(NamedTuple):
    """The rule over the criteria; its id is the basis of the verdicts it gives."""

    id: str
    title: Text
    reference: Text
    reading: Text | None
    group: Count | Join


class Override(NamedTuple):
    """A condition that settles the verdict whatever the rule says.

    `offer_is` says what the offer is where it holds, as the end of "the offer is ...".
    """

    id: str
    title: Text
    condition: Condition
    verdict: Verdict
    legal_basis: Text
    reference: Text
    reading: Text | None
    offer_is: Text | None = None


class Outcome(NamedTuple):
    """A verdict in the rulebook's own word, and that word in both languages."""

    id: str
    label: Text


class Rulebook(NamedTuple):
    """Criteria, the rule over them, the overrides before it, and the words of the outcomes.

    `written_as` is the text that says it in full: that of the file, or of one that is written as changes to the
    `former` version, the written-out whole. `document` has the places of that whole in the files that it was put
    together from; it is None where `written_as` stands in the file.
    """

    id: str
    version: str
    language: Literal["da", "en"]
    in_force_from: datetime.date
    in_force_until: datetime.date | None
    title: Text
    source: Text
    subset_of: str | None
    outcomes: Mapping[Verdict, Outcome]
    criteria: tuple[Criterion, ...]
    rule: Rule
    overrides: tuple[Override, ...]
    vocabulary: Vocabulary
    written_as: bytes
    file: str
    former: Rulebook | None = None
    document: Node | None = None

    @property
    def sha256(self) -> str:
        """The digest of the text that says it in full."""
        return _sha256(self.written_as)

    @property
    def name(self) -> str:
        """`ID@VERSION`."""
        return f"{self.id}@{self.version}"

    @property
    def ref(self) -> RulebookRef:
        """What names it in records."""
        return RulebookRef(self.id, self.version, self.sha256, self.vocabulary.ref)

    @property
    def content(self) -> tuple[bytes, bytes]:
        """All that decisions depend on, to tell rulebooks apart that share an id and a version."""
        return self.written_as, self.vocabulary.written_as

    @property
    def written(self) -> Node:
        """The document that says it in full, each part with its place in a file."""
        return self.document or read_one(self.written_as, self.file)

    @property
    def agreement_years(self) -> tuple[int, int | None]:
        """The first and the last agreement year that it can decide: those on whose 1 January it is in force.

        >>> from engine.rulebooks.library import Library
        >>> Library().choose("hovedstaden.mest-specialiserede", 2018).agreement_years
        (2018, 2018)
        """
        return years_covered(self.in_force_from, self.in_force_until)

    def is_in_force(self, day: datetime.date) -> bool:
        """Whether the version applies on a day."""
        return self.in_force_from <= day and (self.in_force_until is None or day <= self.in_force_until)

    def criterion(self, identifier: str) -> Criterion:
        """The criterion with an id."""
        return next(c for c in self.criteria if c.id == identifier)


def years_covered(first: datetime.date, last: datetime.date | None) -> tuple[int, int | None]:
    """The first and the last agreement year on whose 1 January a version is in force, by its first and last day."""
    return first.year + ((first.month, first.day) > (1, 1)), None if last is None else last.year


@lru_cache(maxsize=64)
def _sha256(data: bytes) -> str:
    import hashlib  # noqa: PLC0415 - costs start-up, and only records name digests

    return hashlib.sha256(data).hexdigest()


def tests_of(condition: Condition) -> list[tuple[Test, bool]]:
    """Every test in a condition, in the order written, and whether it is its failing that speaks for the condition."""
    if isinstance(condition, Test):
        return [(condition, False)]
    tests = [one for part in condition.parts for one in tests_of(part)]
    is_negated = isinstance(condition, Combination) and condition.operator == "not"
    return [(test, not negated) for test, negated in tests] if is_negated else tests


def holds_count(condition: Condition) -> bool:
    """Whether a condition counts how many of several hold, at whatever depth."""
    if isinstance(condition, Test):
        return False
    return isinstance(condition, ConditionCount) or any(map(holds_count, condition.parts))


def both_ways(group: Count | Join) -> list[str]:
    """The criteria that count both for and against a rule."""
    return [name for name, ways in ways_of_counting(group).items() if len(ways) == 2]


def ways_of_counting(group: Count | Join) -> dict[str, set[bool]]:
    """For each criterion in a rule whether it counts for the rule (True), against it (False), or both ways."""
    uses: dict[str, set[bool]] = {}
    _collect_uses(group, True, uses)
    return uses


def _collect_uses(part: RulePart, direction: bool, uses: dict[str, set[bool]]) -> None:
    if isinstance(part, str):
        uses.setdefault(part, set()).add(direction)
    elif isinstance(part, Count):
        for member in part.members:
            _collect_uses(member, direction, uses)
    else:
        for member in part.parts:
            _collect_uses(member, direction is not (part.operator == "not"), uses)

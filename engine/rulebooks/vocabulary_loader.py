"""Documents to checked vocabularies: every mistake at its place, all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Literal, assert_never

from engine.diagnostics import quoted
from engine.documents.document import Node, read_one
from engine.documents.shape import fit_or_reject
from engine.rulebooks import language
from engine.rulebooks.checker import DOTTED, Checker, Path
from engine.rulebooks.computed import Computable
from engine.rulebooks.meant import SEVERAL_WRITTEN
from engine.rulebooks.rulebook import (
    JUDGEMENT,
    Aggregate,
    Derivation,
    Difference,
    FactDeclaration,
    FactKind,
    FromStart,
    Mean,
    Possible,
    Ratio,
    Source,
    Vocabulary,
    Word,
)
from engine.texts.catalogue import Message, message, message_in
from engine.texts.joined import AND, joined
from engine.values.interval import Interval
from engine.values.numbers import decimal_text

SEVERAL_OF = "several_of"
"""The type of what describes an offer by several words of a list."""
_NUMBERS = ("number", "whole_number", "share")
_SEVERAL: tuple[Literal["sum", "least", "largest"], ...] = ("sum", "least", "largest")
DERIVED_AS = ("value", *_SEVERAL, "difference", "mean", "ratio")
MAX_NESTED = 8
"""What is derived from others that are derived is so often at most: deeper nobody follows it."""
MAX_SOURCES = 240
"""So many numbers a fact follows from, at whatever remove."""
MOST_YEARS = 100
"""So many years from the agreement year a year is at most: a larger number is one of the calendar."""
RESERVED_FACTS = ("id", "sid")
RESERVED_ANSWERS = ("unknown", "ukendt")


def load_vocabulary(data: bytes, file: str) -> Vocabulary:
    """A vocabulary from its YAML.

    Raises:
        Rejected: with every mistake found.
    """
    node = read_one(data, file)
    written = fit_or_reject(language.VocabularyFile, node)
    check = _VocabularyChecker(node, written.facts, written.terms or {})
    check.names(written)
    facts = {declared.id: declared for name, fact in written.facts.items() for declared in check.declared(name, fact)}
    facts = check.with_sources(facts)
    check.finish()
    of_facts = {name: fact.answers for name, fact in written.facts.items() if fact.type == SEVERAL_OF and fact.answers}
    return Vocabulary(written.id, written.title, facts, {**(written.terms or {}), **of_facts}, data)


class _VocabularyChecker(Checker):
    def __init__(
        self,
        node: Node,
        facts: Mapping[str, language.Fact],
        terms: Mapping[str, Mapping[str, language.Text]],
    ) -> None:
        super().__init__(node, {former: name for name, fact in facts.items() for former in _former_ids(fact)})
        self._facts, self._terms = facts, terms
        self._mistaken, self._formers = set[str](), dict[str, str]()

    def names(self, written: language.VocabularyFile) -> None:
        """Check the ids of the vocabulary itself and of its terms."""
        self.identifier(("id",), written.id, DOTTED)
        for name, terms in (written.terms or {}).items():
            self.identifier(("terms", name), name, at_key=True)
            for term in terms:
                self.identifier(("terms", name, term), term, at_key=True)

    def declared(self, name: str, fact: language.Fact) -> Iterator[FactDeclaration]:
        """What a fact declares: itself; of what can be several of some words a fact for each."""
        path: Path = ("facts", name)
        self.identifier(path, name, at_key=True)
        if fact.type == SEVERAL_OF:
            yield from self._several(path, name, fact)
        else:
            yield self._fact(path, name, fact)

    def _several(self, path: Path, name: str, fact: language.Fact) -> Iterator[FactDeclaration]:
        self._check(path, name, fact)
        words = fact.answers or self._terms.get(name) or {}
        if not words:
            words_missing = message("a `several_of` needs `answers`, or a list of its name in `terms`")
            self.say(path, "fact-declaration", words_missing, at_key=True)
        elif fact.answers and name in self._terms:
            stands = message("the words of `{fact}` stand in `terms` already", fact=name)
            self.say((*path, "answers"), "fact-declaration", stands, message("leave them out here"), at_key=True)
        if not fact.attribute:
            advice = message("declare it with `attribute: true`")
            self.say(path, "fact-declaration", message("only an attribute is several of some words"), advice, True)
        for word, label in words.items():
            if (identifier := f"{name}_{word}") in self._facts:
                taken = message("`{fact}` is what the answer `{word}` of `{list}` is called", fact=identifier)
                advice = message("give the fact another id")
                self.say(("facts", identifier), "fact-declaration", taken.filled(word=word, list=name), advice, True)
            yield _word_of(name, word, label, fact)

    def _fact(self, path: Path, name: str, fact: language.Fact) -> FactDeclaration:
        self._check(path, name, fact)
        derivation, is_yearly = _derivation(fact.derived), fact.per is not None
        return FactDeclaration(
            name, FactKind(fact.type), everything_of(fact), derivation, is_yearly, fact.assumed, fact
        )

    def _check(self, path: Path, name: str, fact: language.Fact) -> None:
        found = len(self._found)
        self._not_reserved(path, name, RESERVED_FACTS)
        for answer in fact.answers or {}:
            self.identifier((*path, "answers", answer), answer, at_key=True)
            self._not_reserved((*path, "answers", answer), answer, RESERVED_ANSWERS)
        for words in _contradictions(fact):
            self.say(path, "fact-declaration", words, at_key=True)
        self._former(path, name, fact)
        if fact.derived:
            self._derived(path, fact, fact.derived)
        if fact.assumed and fact.answers:
            self.answer((*path, "assumed"), fact.assumed, name, fact.answers)
        if len(self._found) > found:
            self._mistaken.add(name)

    def _former(self, path: Path, name: str, fact: language.Fact) -> None:
        """Check the ids that a fact had before: each is an id, and that of nothing else."""
        if fact.was is not None and (fact.attribute or fact.type == SEVERAL_OF):
            words = message("an attribute of offers has the name that offer files have for it")
            self.say((*path, "was"), "fact-declaration", words, message("leave `was` out"), at_key=True)
            return
        for i, former in enumerate(_former_ids(fact)):
            at = (*path, "was") if isinstance(fact.was, str) else (*path, "was", i)
            self.identifier(at, former)
            self._not_reserved(at, former, RESERVED_FACTS, at_key=False)
            if former == name:
                self.say(at, "repeated-id", message("`{fact}` is what it is called now", fact=former))
            elif former in self._names:
                words = message("`{fact}` is a fact of the vocabulary, and so no former id of another", fact=former)
                self.say(at, "repeated-id", words)
            elif (other := self._formers.setdefault(former, name)) != name:
                words = message("`{former}` is a former id of `{fact}` already", former=former, fact=other)
                self.say(at, "repeated-id", words)
            elif former in _former_ids(fact)[:i]:
                self.say(at, "repeated-id", message("{name} stands here already", name=quoted(former)))

    @property
    def _names(self) -> set[str]:
        """All that is a fact: what is declared, and each word of what can be several."""
        lists = {name: fact.answers or self._terms.get(name) or {} for name, fact in self._facts.items()}
        several = {name: words for name, words in lists.items() if self._facts[name].type == SEVERAL_OF}
        return {*self._facts, *(f"{name}_{word}" for name, words in several.items() for word in words)}

    def _not_reserved(self, path: Path, name: str, reserved: tuple[str, ...], *, at_key: bool = True) -> None:
        if name in reserved:
            self.say(
                path,
                "identifier",
                message("`{name}` is reserved", name=name),
                message("choose another word"),
                at_key=at_key,
            )

    def _derived(self, path: Path, fact: language.Fact, derived: language.Derived) -> None:
        path = (*path, "derived")
        ways = [name for name in DERIVED_AS if getattr(derived, name) is not None]
        if len(ways) != 1:
            words = message("a fact is derived in one way, here {ways}", ways=_listed(ways))
            advice = message("one of {named}", named=", ".join(f"`{way}`" for way in DERIVED_AS))
            self.say(path, "fact-declaration", words, advice, at_key=True)
        if derived.mean:
            self._years((*path, "mean", "years"), derived.mean.years)
            self._part((*path, "mean", "of"), derived.mean.of, per_year=True)
        if derived.ratio:
            self._part((*path, "ratio", "of"), derived.ratio.of, per_year=False)
            self._part((*path, "ratio", "to"), derived.ratio.to, per_year=False)
        parts = [*self._numbers(path, derived)]
        known = [self._part(at, name, per_year) for at, name, per_year in parts]
        if parts and all(known) and len(ways) == 1:
            self._alike(path, fact, ways[0], [name for _, name, _ in parts])

    def _numbers(self, path: Path, derived: language.Derived) -> Iterator[tuple[Path, str, bool]]:
        """The facts that a value, a sum, the least or the largest, or a difference names, and whether by years."""
        if derived.value:
            self._offset((*path, "value", "year"), derived.value.year)
            yield (*path, "value", "of"), derived.value.of, True
        if derived.difference:
            yield (*path, "difference", "of"), derived.difference.of, False
            yield (*path, "difference", "less"), derived.difference.less, False
            if derived.difference.of == derived.difference.less:
                self.say((*path, "difference", "less"), "fact-declaration", message("a fact stands here twice"))
        for way in _SEVERAL:
            several: language.Several | None = getattr(derived, way)
            if several is None:
                continue
            at, listed = (*path, way, "of"), isinstance(several.of, list)
            if listed is (several.years is not None):
                words = message("facts are listed, or `years` of one are")
                self.say(at, "fact-declaration", words, SEVERAL_WRITTEN)
                continue
            if listed and several.from_ is not None:
                words = message("`from` belongs beside `years`")
                self.say((*path, way, "from"), "fact-declaration", words, at_key=True)
            self._years((*path, way, "years"), several.years or [])
            names = several.of if isinstance(several.of, list) else [several.of]
            for i, name in enumerate(names):
                if name in names[:i]:
                    self.say((*at, i), "fact-declaration", message("a fact stands here twice"))
                yield ((*at, i) if listed else at), name, not listed

    def _years(self, path: Path, years: list[int]) -> None:
        if len(set(years)) < len(years):
            self.say(path, "fact-declaration", message("a year stands here twice"), at_key=True)
        for i, year in enumerate(years):
            self._offset((*path, i), year)

    def _offset(self, path: Path, year: int) -> None:
        """Check that a year is counted from the agreement year."""
        if abs(year) > MOST_YEARS:
            words = message("{number} where a year counted from the agreement year belongs", number=quoted(str(year)))
            self.say(path, "fact-declaration", words, message("such as `-2` for two years before it"))

    def _part(self, path: Path, name: str, per_year: bool) -> bool:
        """Whether a fact can be what others follow from, with one value or one for each year."""
        fitting = [n for n, f in self._facts.items() if _is_part(f) and (f.per == "year") is per_year]
        if not self.known_fact(path, name, self._facts, fitting):
            return False
        fact = self._facts[name]
        if not _is_part(fact):
            self.say(path, "fact-declaration", message("`{name}` is not a number", name=name))
        elif (fact.per == "year") is not per_year:
            words = message("`{name}` has one value") if per_year else message("`{name}` has a value for each year")
            advice = message("declare it with or without `per: year`")
            if not per_year:
                advice = message("`derived: {{value: {{of: {name}, year: -1}}}}` is the value of one year", name=name)
            self.say(path, "fact-declaration", words.filled(name=name), advice)
        else:
            return True
        return False

    def _alike(self, path: Path, fact: language.Fact, way: str, names: list[str]) -> None:
        """Check that numbers that are put together are of one kind and unit, and what comes of them is, too."""
        first = self._facts[names[0]]
        for name in names[1:]:
            if (other := self._facts[name]).type != first.type:
                words = message("`{one}` is a `{kind}`, and `{other}` is a `{other_kind}`")
                words = words.filled(one=names[0], kind=first.type, other=name, other_kind=other.type)
                self.say((*path, way), "fact-declaration", words, at_key=True)
                return
            if _counts(other) != _counts(first):
                words = message("`{one}` counts {unit}, and `{other}` counts {other_unit}", one=names[0], other=name)
                self.say((*path, way), "fact-declaration", words.filled(**_units(first, other)), at_key=True)
                return
        due = "number" if first.type == "share" and way in ("sum", "difference") else first.type
        if fact.type != due:
            words = message("`{way}` of what is a `{kind}` is a `{due}`", way=way, kind=first.type, due=due)
            advice = message("declare it with `type: {due}`", due=due)
            self.say((*path, way), "fact-declaration", words, advice, at_key=True)
        elif due == first.type and _counts(fact) != _counts(first):
            words = message("it counts {unit}, and `{other}` counts {other_unit}", other=names[0])
            self.say((*path, way), "fact-declaration", words.filled(**_units(fact, first)), at_key=True)

    def with_sources(self, facts: Mapping[str, FactDeclaration]) -> dict[str, FactDeclaration]:
        """The facts with all that they follow from; what follows from itself, or in two ways, is said."""
        derived = {name: fact.derivation for name, fact in facts.items() if fact.derivation}
        found = _Sources(derived, self._facts)
        for name in derived:
            for code, words, advice in found.wrong_with(name):
                self.say(("facts", name, "derived"), code, words, advice, at_key=True)
        possible = Computable(facts)
        for name in derived:
            if found.is_computed(name) and self._mistaken.isdisjoint((name, *(part for part, _ in found.of(name)))):
                self._holds_computed(facts[name], possible)
        return {name: fact._replace(sources=found.of(name)) for name, fact in facts.items()}

    def _holds_computed(self, fact: FactDeclaration, possible: Computable) -> None:
        """Check that the range of a derived fact holds every number that can be computed."""
        assert isinstance(fact.domain, Interval)
        assert fact.derivation is not None
        low, high = possible.numbers_of(fact.derivation).ends
        least, most = fact.domain.ends
        if least.number is not None and (low.number is None or low.number < least.number):
            without_end = message("`{fact}` can be computed as less than its range", fact=fact.id)
            self._outside(fact, "at_least", low.number, without_end)
        if most.number is not None and (high.number is None or high.number > most.number):
            without_end = message("`{fact}` can be computed as more than its range", fact=fact.id)
            self._outside(fact, "at_most", high.number, without_end)

    def _outside(self, fact: FactDeclaration, key: str, end: Fraction | None, words: Message) -> None:
        """Say that a number can be computed which is outside of the range; `words` say it where there is no end."""
        advice = message("leave out `{key}`, or give what it follows from a range", key=key)
        if end is not None:
            number = decimal_text(end)
            words = message("`{fact}` can be computed as {number}, which is outside of its range")
            words = words.filled(fact=fact.id, number=number)
            advice = message("declare it with `{key}: {number}`, or without", key=key, number=number)
        if fact.is_share:
            key, advice = "type", message("declare it with `type: {due}`", due="number")
        self.say(("facts", fact.id, key), "fact-declaration", words, advice, at_key=True)


_Ways = dict[Source, list[int]]
"""For each number how it speaks for what follows from it, in each way: 1 for it, -1 against it, 0 for either."""


class _Sources:
    """What derived facts follow from, at whatever remove.

    Args:
        derived: how each follows from others.
        written: the facts as they are written.
    """

    def __init__(self, derived: Mapping[str, Derivation], written: Mapping[str, language.Fact]) -> None:
        self._derived, self._written = derived, written
        self._known: dict[str, tuple[Source, ...]] = {}
        self._ways: dict[str, _Ways] = {}
        self._wrong, self._depth = set[str](), dict[str, int]()

    def of(self, name: str) -> tuple[Source, ...]:
        """All that a fact follows from, each once."""
        return self._known.get(name, ())

    def wrong_with(self, name: str) -> Iterator[tuple[str, Message, Message | None]]:
        """What is wrong with how a fact follows from others: a code, in words, and a hint."""
        if (way := self._follow(name, ())) is not None:
            if way[-1] in way[:-1]:
                circle = " → ".join(way[way.index(way[-1]) :])
                yield "derived-circle", message("`{fact}` follows from itself: {way}", fact=way[-1], way=circle), None
            else:
                words = message("`{fact}` follows from what is derived itself too many times over", fact=name)
                yield "derived-circle", words, message("at most {most}", most=MAX_NESTED)
        if name in self._wrong or self._is_as_ever(name):
            return
        if len(self.of(name)) > MAX_SOURCES:
            words = message("`{fact}` follows from too many numbers", fact=name)
            yield "fact-declaration", words, message("at most {most}", most=MAX_SOURCES)
        for (part, _), ways in self._ways_of(name).items():
            if len(ways) > 1 and {*ways} not in ({1}, {-1}):
                words = message("`{part}` speaks both for and against `{fact}`", part=part, fact=name)
                yield "fact-declaration", words, self._instead_of_both_ways(name)
                return

    def _instead_of_both_ways(self, name: str) -> Message:
        """What to declare instead of what could not be told exactly; of a part of a whole the quotient of the parts."""
        derivation = self._derived[name]
        whole = self._derived.get(derivation.to) if isinstance(derivation, Ratio) else None
        if isinstance(derivation, Ratio) and isinstance(whole, Aggregate) and whole.how == "sum":
            others = [part for part, _ in whole.parts if part != derivation.of]
            are_two = len(others) == 1 and len(whole.parts) == 2
            if are_two and all(map(self._is_never_negative, (derivation.of, *others))):
                return message(
                    "test `ratio: {{of: {other}, to: {of}}}`, which is at most 1 where `{of}` is at least half of "
                    "`{to}`; or have `{to}` be stated by itself",
                    other=others[0],
                    of=derivation.of,
                    to=derivation.to,
                )
        return message("what is open could not be told exactly: have a number between be stated by itself")

    def is_computed(self, name: str) -> bool:
        """Whether its parts limit what a fact can be: a mean or quotient of stated numbers loads as ever."""
        parts = self.of(name)
        is_of_numbers = bool(parts) and all(n in self._written and _is_part(self._written[n]) for n, _ in parts)
        return name not in self._wrong and is_of_numbers and not self._is_as_ever(name)

    def _is_as_ever(self, name: str) -> bool:
        derivation = self._derived[name]
        return isinstance(derivation, Mean | Ratio) and not any(n in self._derived for n, _ in derivation.parts)

    def _follow(self, name: str, way: tuple[str, ...]) -> tuple[str, ...] | None:
        """Find what a fact follows from; the way on which it follows from itself, or from too much, where it does."""
        if name in self._known:
            return None
        if name in way or len(way) > MAX_NESTED:
            return (*way, name)
        found: dict[Source, None] = {}
        for part in self._derived[name].parts:
            found[part] = None
            if part[0] in self._derived:
                wrong = self._follow(part[0], (*way, name))
                if part[0] in self._wrong or wrong is not None:
                    self._wrong.add(name)
                    self._known[name] = ()
                if wrong is not None:
                    return wrong
                found |= dict.fromkeys(self._known[part[0]])
        self._known[name] = tuple(found)
        self._depth[name] = 1 + max((self._depth.get(part, 0) for part, _ in self._derived[name].parts), default=0)
        if name not in self._wrong and self._depth[name] > MAX_NESTED:
            self._wrong.add(name)
            return (name,)
        return None

    def _ways_of(self, name: str) -> _Ways:
        """How all that a fact follows from speaks for it; of several ways that are alike two stand for all."""
        if name in self._ways:
            return self._ways[name]
        ways: _Ways = {}
        derivation = self._derived[name]
        for i, part in enumerate(derivation.parts):
            sign = self._sign(derivation) if i == 1 else 1
            below = self._ways_of(part[0]) if part[0] in self._derived else {part: [1]}
            for source, signs in below.items():
                several = [*ways.get(source, ()), *(sign * one for one in signs)]
                ways[source] = [one for one in (1, -1, 0) for _ in range(min(several.count(one), 2))]
        self._ways[name] = ways
        return ways

    def _sign(self, derivation: Derivation) -> int:
        """How the second part of what a fact follows from speaks for it."""
        if isinstance(derivation, Ratio):
            return -1 if self._is_never_negative(derivation.of) else 0
        return -1 if isinstance(derivation, Difference) else 1

    def _is_never_negative(self, name: str) -> bool:
        fact = self._written[name]
        return fact.type == "share" or (fact.at_least is not None and fact.at_least >= 0)


def _is_part(fact: language.Fact) -> bool:
    """Whether others can be derived from a fact: it is a number."""
    return fact.type in _NUMBERS


def _former_ids(fact: language.Fact) -> list[str]:
    """The ids that a fact had before."""
    return [fact.was] if isinstance(fact.was, str) else fact.was or []


def _counts(fact: language.Fact) -> tuple[str, str] | None:
    return None if fact.unit is None else (fact.unit.da, fact.unit.en)


def _units(one: language.Fact, other: language.Fact) -> dict[str, Message]:
    """What two facts count, in the words of their units."""
    units = {"unit": one.unit, "other_unit": other.unit}
    unnamed = message("nothing that is named")
    return {name: Message("`{unit}`", (("unit", unit),)) if unit else unnamed for name, unit in units.items()}


def _listed(ways: list[str]) -> Message:
    return joined([f"`{way}`" for way in ways], AND) if ways else message_in("forms", "none")


def _word_of(name: str, word: str, label: language.Text, fact: language.Fact) -> FactDeclaration:
    """The fact that says whether what can be several of some words is one of them; it asks what all of them ask."""
    named = language.Text(da=f"{fact.label.da} ({label.da})", en=f"{fact.label.en} ({label.en})")
    written = language.Fact(
        type="one_of",
        label=named,
        question=fact.question,
        answered_by=fact.answered_by,
        answers=JUDGEMENT,
        attribute=True,
    )
    possible = frozenset(JUDGEMENT)
    return FactDeclaration(f"{name}_{word}", FactKind.ONE_OF, possible, None, False, None, written, Word(name, word))


def _contradictions(fact: language.Fact) -> list[Message]:
    """What in a fact's declaration does not go together."""
    is_number = fact.type in _NUMBERS
    lists, is_one = fact.type in ("one_of", SEVERAL_OF), fact.type == "one_of"
    has_range = fact.at_least is not None or fact.at_most is not None
    wrong = {
        message("a range is for numbers"): not is_number and has_range,
        message("a share lies between 0 and 1 already"): fact.type == "share" and has_range,
        message("the range is empty"): is_number and everything_of(fact).is_empty,  # type: ignore[union-attr]
        message("a `one_of` needs `answers`"): is_one and not fact.answers,
        message("`answers` are for `one_of` and `several_of` alone"): not lists and bool(fact.answers),
        message("only a number has a value for each year or is derived"): not is_number
        and bool(fact.per or fact.derived),
        message("a derived fact has one value"): bool(fact.derived and fact.per),
        message("only the answer of a `one_of` can be assumed"): bool(fact.assumed) and not is_one,
    }
    return [words for words, applies in wrong.items() if applies]


def everything_of(fact: language.Fact) -> Possible:
    """All that a fact can be by its declaration."""
    low = None if fact.at_least is None else Fraction(fact.at_least)
    high = None if fact.at_most is None else Fraction(fact.at_most)
    match FactKind(fact.type):
        case FactKind.JUDGEMENT:
            return frozenset(JUDGEMENT)
        case FactKind.ONE_OF:
            return frozenset(fact.answers or {})
        case FactKind.SHARE:
            return Interval(Fraction(0), Fraction(1))
        case FactKind.NUMBER:
            return Interval(low, high)
        case FactKind.WHOLE_NUMBER:
            return Interval(low, high).whole()
        case kind:
            assert_never(kind)


def _derivation(derived: language.Derived | None) -> Derivation | None:
    """How a fact follows from others; one that is declared wrongly is refused anyway."""
    if derived is None:
        return None
    if derived.value:
        (year,) = _counted([derived.value.year], derived.value.from_)
        return Aggregate("sum", ((derived.value.of, year),))
    if derived.difference:
        return Difference(derived.difference.of, derived.difference.less)
    for way in _SEVERAL:
        if several := getattr(derived, way):
            return Aggregate(way, _parts_of(several))
    if derived.mean:
        return Mean(derived.mean.of, _counted(derived.mean.years, derived.mean.from_))
    return Ratio(derived.ratio.of, derived.ratio.to) if derived.ratio else None


def _parts_of(several: language.Several) -> tuple[Source, ...]:
    if isinstance(several.of, list):
        return tuple((name, None) for name in several.of)
    return tuple((several.of, offset) for offset in _counted(several.years or [], several.from_))


def _counted(years: list[int], start: str | None) -> tuple[int, ...]:
    """Years as they are counted: from each agreement year, or from the agreement's first."""
    return tuple(FromStart(year) if start else year for year in years)

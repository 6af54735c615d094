"""Documents to checked vocabularies: every mistake at its place, all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import assert_never

from engine.documents.document import Node, read_one
from engine.documents.shape import fit_or_reject
from engine.rulebooks import language
from engine.rulebooks.checker import DOTTED, Checker, Path
from engine.rulebooks.rulebook import (
    JUDGEMENT,
    Derivation,
    FactDeclaration,
    FactKind,
    Mean,
    Possible,
    Ratio,
    Vocabulary,
    Word,
)
from engine.texts.catalogue import Message, message
from engine.values.interval import Interval

SEVERAL_OF = "several_of"
"""The type of what describes an offer by several words of a list."""
_NUMBERS = ("number", "whole_number", "share")
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
        super().__init__(node)
        self._facts, self._terms = facts, terms

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
        self._not_reserved(path, name, RESERVED_FACTS)
        for answer in fact.answers or {}:
            self.identifier((*path, "answers", answer), answer, at_key=True)
            self._not_reserved((*path, "answers", answer), answer, RESERVED_ANSWERS)
        for words in _contradictions(fact):
            self.say(path, "fact-declaration", words, at_key=True)
        if fact.derived:
            self._derived(path, fact.derived)
        if fact.assumed and fact.answers:
            self.answer((*path, "assumed"), fact.assumed, name, fact.answers)

    def _not_reserved(self, path: Path, name: str, reserved: tuple[str, ...]) -> None:
        if name in reserved:
            self.say(
                path,
                "identifier",
                message("`{name}` is reserved", name=name),
                message("choose another word"),
                at_key=True,
            )

    def _derived(self, path: Path, derived: language.Derived) -> None:
        path = (*path, "derived")
        if (derived.mean is None) == (derived.ratio is None):
            self.say(path, "fact-declaration", message("a fact is derived as a `mean` or as a `ratio`"), at_key=True)
        if derived.mean:
            if len(set(derived.mean.years)) < len(derived.mean.years):
                self.say((*path, "mean", "years"), "fact-declaration", message("a year stands here twice"), at_key=True)
            self._part((*path, "mean", "of"), derived.mean.of, per_year=True)
        if derived.ratio:
            self._part((*path, "ratio", "of"), derived.ratio.of, per_year=False)
            self._part((*path, "ratio", "to"), derived.ratio.to, per_year=False)

    def _part(self, path: Path, name: str, per_year: bool) -> None:
        fitting = [n for n, f in self._facts.items() if _is_part(f) and (f.per == "year") is per_year]
        if not self.known_fact(path, name, self._facts, fitting):
            return
        fact = self._facts[name]
        if not _is_part(fact):
            self.say(path, "fact-declaration", message("`{name}` is not a number that is stated", name=name))
        elif (fact.per == "year") is not per_year:
            words = message("`{name}` has one value") if per_year else message("`{name}` has a value for each year")
            advice = message("declare it with or without `per: year`")
            self.say(path, "fact-declaration", words.filled(name=name), advice)


def _is_part(fact: language.Fact) -> bool:
    """Whether others can be derived from a fact: it is a number, and stated."""
    return not fact.derived and fact.type in _NUMBERS


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
    if derived.mean:
        return Mean(derived.mean.of, tuple(derived.mean.years))
    return Ratio(derived.ratio.of, derived.ratio.to) if derived.ratio else None

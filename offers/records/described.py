"""Facts that an offer's description states: words of its lists, and its services by act, section and places.

What a list names is all that is of it: an offer whose area is `adults` is not for children. A service of an act that
names no section leaves open which sections of it there are, and a service without places how many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from engine.diagnostics import near_hint
from engine.evaluation.evidence import NOWHERE, Evidence, State, exact_evidence
from engine.rulebooks.rulebook import NO, YES, FactDeclaration, FactKind, Vocabulary
from engine.texts.catalogue import Message, message
from engine.values.interval import Interval
from offers.records.offer_file import OfferFile, Service

SECTIONS, PLACES = "act_section", "places"
COLUMNS = {"area": "area", "target_group": "target_group", SECTIONS: "services", PLACES: "services"}
"""What a description states besides kinds, by the key of an offer file, and the column of a table, that says it."""
_EVERY_NUMBER = Interval(Fraction(0), None)
_WORD = re.compile(r"(?P<act>[A-Za-z][A-Za-z0-9_]*?)_(?P<section>[0-9]+[a-z]?(?:_(?:stk|nr|litra|pkt)_[0-9a-z]+)*)\Z")
_TOKENS = re.compile(r"[0-9]+|[^\W\d_]+")


def described_by(fact: FactDeclaration) -> str | None:
    """The key of an offer file, and the column of a table, that states a fact; None of what states itself.

    >>> from engine.rulebooks.library import Library
    >>> described_by(Library().rulebooks[0].vocabulary.facts["operator_kind"])
    """
    name = fact.word.list if fact.word else fact.id if fact.is_attribute else ""
    return COLUMNS.get(name)


class Section(NamedTuple):
    """An act, and a section of it or a part of one, as signs that follow each other: `105`, `stk`, `2`."""

    act: str
    signs: tuple[str, ...]

    def holds(self, section: str) -> bool:
        """Whether a section of its act, as an offer writes it, is this one or a part of it.

        >>> one = section_of("SEL_105")
        >>> one.holds("105"), one.holds("§ 105, stk. 2"), one.holds("105 a"), section_of("SEL_105_stk_2").holds("105")
        (True, True, False, False)
        """
        return _signs(section)[: len(self.signs)] == self.signs


def section_of(word: str) -> Section:
    """The section that a word of `act_section` names; one that names none holds no section."""
    written = _WORD.match(word)
    return Section(written["act"], _signs(written["section"])) if written else Section("", (word,))


def section_text(section: Section) -> str:
    """A section as an offer writes it.

    >>> section_text(section_of("SEL_105_stk_2"))
    '105, stk. 2'
    """
    number, *parts = section.signs
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return ", ".join([number, *(f"{kind} {sign}" if kind == "litra" else f"{kind}. {sign}" for kind, sign in pairs)])


def _signs(section: str) -> tuple[str, ...]:
    """A section as signs; a letter after the number is part of the number, and `(2)` is `stk. 2`."""
    signs = _TOKENS.findall(re.sub(r"\(([0-9]+)\)", r" stk \1 ", section).casefold().replace("_", " "))
    if len(signs) > 1 and len(signs[1]) == 1 and signs[1].isalpha():
        signs[:2] = [signs[0] + signs[1]]
    return tuple(signs)


def wrong_description(fact: FactDeclaration, acts: Iterable[str] | None) -> tuple[Message, Message | None] | None:
    """What a vocabulary says of a fact that no description states, with a hint; None of one that is stated so.

    `acts` are those that the vocabulary lists.
    """
    if fact.word is None:
        if fact.id == PLACES and (fact.kind is not FactKind.NUMBER or fact.domain != _EVERY_NUMBER):
            advice = message("declare it with `type: number` and `at_least: 0`")
            return message("`{fact}` is an attribute of offers, and a number from 0 on", fact=fact.id), advice
        if fact.id in COLUMNS and fact.id != PLACES:
            words = message("`{fact}` is an attribute of offers, and several of some words", fact=fact.id)
            return words, message("declare it with `type: several_of`")
        return None
    if fact.word.list == SECTIONS:
        section = _WORD.match(fact.word.word)
        if section is None:
            words = message("`{word}` is no section of an act", word=fact.word.word)
            return words, message("such as `SEL_107` or `SEL_105_stk_2`")
        if acts is not None and section["act"] not in acts:
            return message("there is no act `{act}` in `terms`", act=section["act"]), near_hint(section["act"], acts)
    return None


def description_of(record: OfferFile, vocabulary: Vocabulary) -> Iterator[tuple[str, Evidence]]:
    """What an offer's lists and services state of facts, each with its evidence."""
    for fact in vocabulary.facts.values():
        if described_by(fact) is not None and (evidence := _evidence(fact, record)) is not None:
            yield fact.id, evidence


def _evidence(fact: FactDeclaration, record: OfferFile) -> Evidence | None:
    if fact.word is None:
        return None if record.services is None else _places(record.services)
    if fact.word.list == SECTIONS:
        return None if record.services is None else _is_under(section_of(fact.word.word), record.services)
    words = record.area if fact.word.list == "area" else record.target_group
    return None if words is None else _answer(fact.word.word in ([words] if isinstance(words, str) else words))


def _answer(holds: bool) -> Evidence:
    return Evidence(frozenset({YES if holds else NO}), State.KNOWN)


def _is_under(section: Section, services: Iterable[Service]) -> Evidence | None:
    of_act = [service for service in services if service.act.casefold() == section.act.casefold()]
    if any(section.holds(one) for service in of_act for one in service.sections):
        return _answer(True)
    return _answer(False) if all(service.sections for service in of_act) else None


def _places(services: Iterable[Service]) -> Evidence | None:
    places = [service.places for service in services]
    told = [number for number in places if number is not None]
    if len(told) == len(places):
        return exact_evidence(sum(told, Decimal(0)), NOWHERE)
    return Evidence(Interval(Fraction(sum(told, Decimal(0))), None), State.KNOWN) if told else None

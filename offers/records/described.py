"""Facts that an offer's description states: words of its lists, and its services by act, section and places.

What a list names is all that is of it: an offer whose area is `adults` is not for children. A service of an act that
names no section leaves open which sections of it there are, one that names a whole section which parts of it, and a
service without places how many.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from engine.diagnostics import near_hint
from engine.evaluation.evidence import NOWHERE, Evidence, State, exact_evidence
from engine.rulebooks.rulebook import NO, YES, FactDeclaration, FactKind, Vocabulary
from engine.texts.catalogue import Message, message
from engine.values.interval import Interval
from offers.records.offer_file import OfferFile, Service
from offers.records.sections import Section, any_of, section_of

SECTIONS, PLACES = "act_section", "places"
COLUMNS = {"area": "area", "target_group": "target_group", SECTIONS: "services", PLACES: "services"}
"""What a description states besides kinds, by the key of an offer file, and the column of a table, that says it."""
_EVERY_NUMBER = Interval(Fraction(0), None)


class StatedPlaces(NamedTuple):
    """The places of services together, as far as they are stated; `are_all` where each says how many.

    `number` is None where none does.
    """

    number: Decimal | None
    are_all: bool

    @classmethod
    def of(cls, services: Iterable[Service] | None) -> StatedPlaces:
        """The places of services; of None nothing is stated.

        >>> stated = Service(act="SEL", sections=["104"], places=Decimal(8))
        >>> StatedPlaces.of([stated, Service(act="SEL", sections=["107"])])
        StatedPlaces(number=Decimal('8'), are_all=False)
        >>> StatedPlaces.of([]), StatedPlaces.of(None)
        (StatedPlaces(number=Decimal('0'), are_all=True), StatedPlaces(number=None, are_all=False))
        """
        if services is None:
            return cls(None, are_all=False)
        places = [service.places for service in services]
        stated = [number for number in places if number is not None]
        are_all = len(stated) == len(places)
        return cls(sum(stated, Decimal(0)) if stated or are_all else None, are_all)


def described_by(fact: FactDeclaration) -> str | None:
    """The key of an offer file, and the column of a table, that states a fact; None of what states itself.

    >>> from engine.rulebooks.library import Library
    >>> described_by(Library().rulebooks[0].vocabulary.facts["operator_kind"])
    """
    name = fact.word.list if fact.word else fact.id if fact.is_attribute else ""
    return COLUMNS.get(name)


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
        section = section_of(fact.word.word)
        if not section.act:
            words = message("`{word}` is no section of an act", word=fact.word.word)
            return words, message("such as `SEL_107` or `SEL_105_stk_2`")
        if acts is None:
            words = message("`{fact}` needs the list `act` in `terms`", fact=SECTIONS)
            return words, message("such as `{example}`", example=f"act: {{{section.act}: {{da: ..., en: ...}}}}")
        if section.act not in acts:
            return message("there is no act `{act}` in `terms`", act=section.act), near_hint(section.act, acts)
    return None


def description_of(record: OfferFile, vocabulary: Vocabulary) -> Iterator[tuple[str, Evidence]]:
    """What an offer's lists and services state of facts, each with its evidence."""
    acts = {act.casefold() for act in vocabulary.terms.get("act", {})}
    for fact in vocabulary.facts.values():
        if described_by(fact) is not None and (evidence := _evidence(fact, record, acts)) is not None:
            yield fact.id, evidence


def _evidence(fact: FactDeclaration, record: OfferFile, acts: Container[str]) -> Evidence | None:
    if fact.word is None:
        return None if record.services is None else _places(record.services)
    if fact.word.list == SECTIONS:
        return None if record.services is None else _is_under(section_of(fact.word.word), record.services, acts)
    words = record.area if fact.word.list == "area" else record.target_group
    return None if words is None else _answer(fact.word.word in ([words] if isinstance(words, str) else words))


def _answer(holds: bool) -> Evidence:
    return Evidence(frozenset({YES if holds else NO}), State.KNOWN)


def _is_under(section: Section, services: Iterable[Service], acts: Container[str]) -> Evidence | None:
    """Whether a service stands under a section; without sections, or of an act not listed, it leaves that open."""
    answers = set[str | None]()
    for service in services:
        act = service.act.casefold()
        if act == section.act.casefold():
            answers.update(map(section.answer_of, service.sections) if service.sections else (None,))
        elif act not in acts:
            answers.add(None)
    answer = any_of(answers)
    return None if answer is None else _answer(answer == YES)


def _places(services: Iterable[Service]) -> Evidence | None:
    number, are_all = StatedPlaces.of(services)
    if number is None:
        return None
    return exact_evidence(number, NOWHERE) if are_all else Evidence(Interval(Fraction(number), None), State.KNOWN)

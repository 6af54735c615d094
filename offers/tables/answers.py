"""Answers that came back, put into the register: what was missing is filled, and nothing stated is replaced unsaid.

An answer fills a cell in which nothing stands, or that nobody knew; it may say more exactly what the register leaves
open (0.45 where that has 0.3..0.6). Where it says another thing than the register, or than another answer, the cell
stays as it is, and both are told. Reasons, sources, who judged and when come with their answer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from engine.diagnostics import Diagnostic, Place, nearest, quoted
from engine.evaluation.evidence import EveryYear, Evidence, Provenance, Stated
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import FactDeclaration
from engine.texts.catalogue import Language, Message, message
from engine.texts.joined import OR, joined
from engine.values.interval import Interval
from engine.values.numbers import show_possible
from offers.records.offer import ATTRIBUTE_KEYS, Offer
from offers.records.offer_file import EVIDENCE_DETAILS
from offers.records.offer_id import alike
from offers.tables.headers import ATTRIBUTE_HEADERS, DETAILS
from offers.tables.template_cells import OfferCells

Key = tuple[str, int | None]
"""A fact, and the year of a fact that has a value for each."""


class Answer(NamedTuple):
    """A row that came back: the file it stands in, and what it says of an offer."""

    file: str
    offer: Offer

    @property
    def source(self) -> Message:
        """The source of what names none."""
        return message("answer in {file}", file=self.file.replace("\\", "/").rpartition("/")[2])


class MoreExact(NamedTuple):
    """A value of the register in whose place a more exact one was taken."""

    place: Place
    what: Message
    before: Message
    now: Message


class Completed(NamedTuple):
    """An offer with its answers, the file of each that filled a cell, and what is to be told of the others."""

    offer: Offer
    filled: Sequence[str]
    more_exact: Sequence[MoreExact]
    refused: Sequence[Diagnostic]


def completed(offer: Offer, answers: Sequence[Answer], language: Language) -> Completed:
    """An offer with what answers say of it; where they name no source, their file is the source, in the language."""
    return _Completion(offer, language).with_answers(answers)


def unknown_offer(answer: Offer, register: Iterable[Offer], *, some_were_rejected: bool) -> Diagnostic:
    """What is told of an answer on an offer that the register does not have, with the one that may be meant."""
    offers = {offer.id: offer for offer in register}
    like = alike([answer.id, *offers]).get(answer.id, ())
    same_name = [offer.id for offer in offers.values() if offer.record.name == answer.record.name]
    near = next(iter([*like, *same_name]), None) or nearest(answer.id, offers)
    words = message("the register has no offer {id}: its answers are not taken", id=quoted(answer.id))
    if near is not None:
        advice = message("did you mean `{near}`?", near=near)
    elif some_were_rejected:
        advice = message("put it into the register first, or mend its row there, which was rejected")
    else:
        advice = message("put it into the register first, if it is a new one")
    return Diagnostic(answer.place, "unknown-offer", words, advice)


class _Given(NamedTuple):
    """What an answer says of one cell."""

    answer: Answer
    evidence: Evidence


class _Completion:
    def __init__(self, offer: Offer, language: Language) -> None:
        self._offer, self._language = offer, language
        self._facts = offer.vocabulary.facts
        self.filled: list[str] = []
        self.more_exact: list[MoreExact] = []
        self.refused: list[Diagnostic] = []

    def with_answers(self, answers: Sequence[Answer]) -> Completed:
        """The offer with all answers."""
        stated = _by_key(self._offer)
        given: dict[Key, list[_Given]] = {}
        for answer in answers:
            for key, evidence in _by_key(answer.offer).items():
                given.setdefault(key, []).append(_Given(answer, evidence))
        for key, said in given.items():
            if (taken := self._agreed(key, said)) is not None:
                stated[key] = self._taken(key, stated.get(key), taken)
        offer = self._offer._replace(stated={**_attributes(self._offer), **_by_fact(stated, self._offer)})
        for answer in answers:
            offer = self._described(offer, answer)
        return Completed(offer, self.filled, self.more_exact, self.refused)

    # --- evidence ---

    def _agreed(self, key: Key, said: Sequence[_Given]) -> _Given | None:
        """What answers say of a cell together, the most exact of them; None where they contradict each other."""
        agreed = said[0]
        for other in said[1:]:
            if _same(agreed.evidence, other.evidence):
                joined_details = _joined(agreed.evidence.provenance, other.evidence.provenance)
                agreed = agreed._replace(evidence=agreed.evidence._replace(provenance=joined_details))
            elif _is_within(other.evidence, agreed.evidence):
                agreed = other
            elif not _is_within(agreed.evidence, other.evidence):
                words = message(
                    "two answers on {what}: {first} ({place}) and {second}; neither is taken",
                    what=self._what(key),
                    first=self._said(key, agreed.evidence),
                    place=agreed.evidence.place,
                    second=self._said(key, other.evidence),
                )
                advice = message("leave the right one, and take the other out")
                self.refused.append(Diagnostic(other.evidence.place, "answered-otherwise", words, advice))
                return None
        return agreed

    def _taken(self, key: Key, stated: Evidence | None, given: _Given) -> Evidence:
        """What stands in a cell, once an answer came."""
        answer = given.evidence
        if stated is not None and _same(stated, answer):
            return stated._replace(provenance=self._details(key, stated, given))
        if stated is not None and _is_within(stated, answer):
            return stated
        if stated is not None and not _is_within(answer, stated):
            self._refuse(answer.place, self._what(key), self._said(key, stated), self._said(key, answer))
            return stated
        if stated is not None and stated.state.is_known:
            told = self._what(key), self._said(key, stated), self._said(key, answer)
            self.more_exact.append(MoreExact(answer.place, *told))
        self.filled.append(given.answer.file)
        source = answer.provenance.source or given.answer.source.in_language(self._language)
        return answer._replace(provenance=answer.provenance._replace(source=source))

    def _details(self, key: Key, stated: Evidence, given: _Given) -> Provenance:
        """What is said beside a value that both say: what was missing is filled."""
        ours, theirs = stated.provenance, given.evidence.provenance
        for detail in EVIDENCE_DETAILS:
            before, now = getattr(ours, detail), getattr(theirs, detail)
            if before is None and now is not None:
                self.filled.append(given.answer.file)
            elif now is not None and now != before:
                what = message("{what}, {detail}", what=self._what(key), detail=DETAILS[detail])
                self._refuse(given.evidence.place, what, _text(before), _text(now))
        return _joined(ours, theirs)

    def _what(self, key: Key) -> Message:
        fact, year = self._facts[key[0]], key[1]
        words = message("`{fact}`", fact=fact.label)
        return words if year is None else message("`{fact} {year}`", fact=fact.label, year=year)

    def _said(self, key: Key, evidence: Evidence) -> Message:
        if not evidence.state.is_known:
            return message("unknown")
        possible, fact = evidence.possible, self._facts[key[0]]
        if isinstance(possible, Interval):
            return show_possible(possible, fact.domain)
        return joined((_answer(fact, one) for one in sorted(possible)), OR)

    def _refuse(self, place: Place, what: Message, before: Message, now: Message) -> None:
        words = message(
            "{what} is {before} in the register and {now} in the answer: the register is left as it is",
            what=what,
            before=before,
            now=now,
        )
        advice = message("find out which is right; if it is the answer, correct the register")
        self.refused.append(Diagnostic(place, "answered-otherwise", words, advice))

    # --- what describes an offer ---

    def _described(self, offer: Offer, given: Answer) -> Offer:
        """The offer with what describes it, as far as it lacks that; what is described otherwise is told."""
        answer, cells = given.offer, OfferCells(offer.vocabulary, Wording(self._language))
        # What has no name is called by its id.
        ours, theirs = (
            {name: cell for name, cell in cells.described(one).items() if name != "name" or cell != one.id}
            for one in (offer, answer)
        )
        record, stated = offer.record, {**offer.stated}
        for key, columns in _COLUMNS_OF_KEYS.items():
            if not any(column in theirs for column in columns):
                continue
            if not any(column in ours for column in columns):
                record = dataclasses.replace(record, **{key: getattr(answer.record, key)})
                for fact, (of_key, _) in ATTRIBUTE_KEYS.items():
                    if of_key == key and fact in answer.stated:
                        stated.setdefault(fact, answer.stated[fact])
                self.filled.append(given.file)
                continue
            for column in columns:
                if column in theirs and theirs[column] != ours.get(column):
                    before = _text(ours[column]) if column in ours else message("not stated")
                    what = message("`{column}`", column=ATTRIBUTE_HEADERS[column])
                    self._refuse(answer.place, what, before, _text(theirs[column]))
        return offer._replace(record=record, stated=stated)


_COLUMNS_OF_KEYS: Mapping[str, Sequence[str]] = {
    "name": ("name",),
    "part_of": ("part_of",),
    "operator": ("operator_name", "operator_kind", "operator_code"),
    "agreement_with": ("agreement_name", "agreement_kind", "agreement_code"),
    "area": ("area",),
    "target_group": ("target_group",),
    "service_type": ("service_type",),
    "services": ("services",),
}
"""For each key of an offer file the columns of tables that say the same."""


def _by_key(offer: Offer) -> dict[Key, Evidence]:
    """The evidence of an offer that is none of what describes it, cell by cell; of every year alike there is none."""
    found: dict[Key, Evidence] = {}
    for name, stated in offer.stated.items():
        if isinstance(stated, Evidence):
            if not offer.vocabulary.facts[name].is_attribute:
                found[name, None] = stated
        else:
            found |= {(name, year): evidence for year, evidence in stated.items()}
    return found


def _attributes(offer: Offer) -> Stated:
    return {name: one for name, one in offer.stated.items() if offer.vocabulary.facts[name].is_attribute}


def _by_fact(stated: Mapping[Key, Evidence], offer: Offer) -> Stated:
    """Evidence cell by cell, as an offer has it: of facts with a value for each year by year."""
    found: dict[str, Evidence | dict[int, Evidence]] = {}
    for (name, year), evidence in stated.items():
        if year is None:
            found[name] = evidence
        else:
            of_years = found.setdefault(name, {})
            assert isinstance(of_years, dict)
            of_years[year] = evidence
    in_order = (name for name in offer.vocabulary.facts if name in found)
    every_year = {n: s for n, s in offer.stated.items() if isinstance(s, EveryYear) and n not in found}
    return {**{name: found[name] for name in in_order}, **every_year}


def _joined(ours: Provenance, theirs: Provenance) -> Provenance:
    return Provenance(*(one if one is not None else other for one, other in zip(ours, theirs, strict=True)))


def _same(one: Evidence, other: Evidence) -> bool:
    return (one.possible, one.state) == (other.possible, other.state)


def _is_within(one: Evidence, other: Evidence) -> bool:
    """Whether what one leaves possible is less than what the other does, and nothing else."""
    if not one.state.is_known:
        return False
    if not other.state.is_known:
        return True
    if isinstance(one.possible, Interval) and isinstance(other.possible, Interval):
        return one.possible.intersect(other.possible) == one.possible != other.possible
    if isinstance(one.possible, frozenset) and isinstance(other.possible, frozenset):
        return one.possible < other.possible
    return False


def _answer(fact: FactDeclaration, answer: str) -> Message:
    return message("{answer}", answer=fact.answers[answer]) if answer in fact.answers else _text(answer)


def _text(text: object) -> Message:
    """What stands in a cell that describes an offer, or beside evidence."""
    return Message("{text}", (("text", quoted(str(text))),))

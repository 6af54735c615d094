"""Answers that came back, put into the register: what was missing is filled, and nothing stated is replaced unsaid.

An answer fills a cell in which nothing stands, or that nobody knew; it may say more exactly what the register leaves
open (0.45 where that has 0.3..0.6). Where it says another thing than the register, or than another answer, the cell
stays as it is, and both are told; so it does where the offer could not be decided any more. Reasons, sources, who
judged and when come with their answer. In which order answers come decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from engine.diagnostics import Diagnostic, Place, nearest, quoted
from engine.evaluation.evidence import EveryYear, Evidence, Provenance, Stated
from engine.rulebooks.rulebook import FactDeclaration
from engine.texts.catalogue import Language, Message, message
from engine.texts.joined import AND, OR, joined
from engine.values.interval import Interval
from engine.values.numbers import show_possible
from offers.records.offer import Offer
from offers.records.offer_file import EVIDENCE_DETAILS
from offers.records.offer_id import alike
from offers.tables.answer import Answer, answered_otherwise, text_in_cell, two_answers
from offers.tables.answered_description import described
from offers.tables.contradictions import Contradictions
from offers.tables.headers import DETAILS

Key = tuple[str, int | None]
"""A fact, and the year of a fact that has a value for each."""


class MoreExact(NamedTuple):
    """A value of the register in whose place a more exact one was taken."""

    place: Place
    what: Message
    before: Message
    now: Message


class Completed(NamedTuple):
    """An offer with its answers, the file of each that filled a cell, and what is to be told of the others.

    Where several say what fills a cell, `filled` has one of their files, and `filled_from` all of them.
    """

    offer: Offer
    filled: Sequence[str]
    filled_from: AbstractSet[str]
    more_exact: Sequence[MoreExact]
    refused: Sequence[Diagnostic]


def completed(
    offer: Offer, answers: Sequence[Answer], language: Language, contradictions: Contradictions = lambda stated: ()
) -> Completed:
    """An offer with what answers say of it; where they name no source, their file is the source, in the language.

    `contradictions` says what would be wrong with the evidence of an offer, when it is decided.
    """
    return _Completion(offer, language, contradictions).with_answers(answers)


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
    """What answers say of one cell: the first of those that say it, and all of them."""

    answer: Answer
    evidence: Evidence
    same: tuple[Answer, ...] = ()


class _Completion:
    def __init__(self, offer: Offer, language: Language, contradictions: Contradictions) -> None:
        self._offer, self._language, self._contradictions = offer, language, contradictions
        self._facts = offer.vocabulary.facts
        self._taken_from: dict[Key, tuple[Answer, ...]] = {}
        self._details_from: list[str] = []
        self._more_exact: dict[Key, MoreExact] = {}
        self._refused: list[Diagnostic] = []

    def with_answers(self, answers: Sequence[Answer]) -> Completed:
        """The offer with all answers."""
        before = _by_key(self._offer)
        given: dict[Key, list[_Given]] = {}
        for answer in answers:
            for key, evidence in _by_key(answer.offer).items():
                given.setdefault(key, []).append(_Given(answer, evidence))
        stated = {**before}
        for key, said in given.items():
            if (agreed := self._agreed(key, said)) is not None:
                stated[key] = self._taken(key, before.get(key), agreed)
        self._without_contradictions(before, stated)
        offer = self._offer._replace(stated=self._as_stated(stated))
        done = described(offer, answers, self._language)
        filled = [*(one[0].file for one in self._taken_from.values()), *self._details_from, *done.filled]
        filled_from = {*filled, *(answer.file for same in self._taken_from.values() for answer in same)}
        filled_from |= done.filled_from
        return Completed(
            done.offer, filled, filled_from, list(self._more_exact.values()), [*self._refused, *done.refused]
        )

    def _as_stated(self, stated: Mapping[Key, Evidence]) -> Stated:
        return {**_attributes(self._offer), **_by_fact(stated, self._offer)}

    def _agreed(self, key: Key, said: Sequence[_Given]) -> _Given | None:
        """What answers say of a cell together, the most exact of them; None where they contradict each other."""
        agreed = next((one for one in said if all(_says_all(one.evidence, other.evidence) for other in said)), None)
        if agreed is None:
            first, second = next(
                (one, other)
                for number, one in enumerate(said)
                for other in said[number + 1 :]
                if not (_says_all(one.evidence, other.evidence) or _says_all(other.evidence, one.evidence))
            )
            texts = self._said(key, first.evidence), self._said(key, second.evidence)
            places = first.evidence.place, second.evidence.place
            self._refused.append(two_answers(self._what(key), texts[0], places[0], texts[1], places[1]))
            return None
        same = [one for one in said if _same(one.evidence, agreed.evidence)]
        provenance = Provenance(**{detail: self._detail(key, detail, same) for detail in EVIDENCE_DETAILS})
        evidence = agreed.evidence._replace(provenance=provenance)
        return agreed._replace(evidence=evidence, same=tuple(one.answer for one in same))

    def _detail(self, key: Key, detail: str, same: Sequence[_Given]) -> str | None:
        """What answers that say the same say beside it; None where they say different things, which is told."""
        texts = {text: one for one in reversed(same) if (text := getattr(one.evidence.provenance, detail)) is not None}
        if len(texts) < 2:
            return next(iter(texts), None)
        (second, other), (first, one) = list(texts.items())[-2:]
        places = one.evidence.place, other.evidence.place
        what = self._what_detail(key, detail)
        self._refused.append(two_answers(what, text_in_cell(first), places[0], text_in_cell(second), places[1]))
        return None

    def _taken(self, key: Key, stated: Evidence | None, given: _Given) -> Evidence:
        """What stands in a cell, once an answer came."""
        answer = given.evidence
        if stated is not None and _same(stated, answer):
            return stated._replace(provenance=self._details(key, stated, given))
        if stated is not None and _is_within(stated, answer):
            return stated
        if stated is not None and not _is_within(answer, stated):
            texts = self._said(key, stated), self._said(key, answer)
            self._refused.append(answered_otherwise(answer.place, self._what(key), *texts))
            return stated
        if stated is not None and stated.state.is_known:
            told = self._what(key), self._said(key, stated), self._said(key, answer)
            self._more_exact[key] = MoreExact(answer.place, *told)
        self._taken_from[key] = given.same
        file = message("answer in {file}", file=joined(sorted({one.file_name for one in given.same}), AND))
        source = answer.provenance.source or file.in_language(self._language)
        return answer._replace(provenance=answer.provenance._replace(source=source))

    def _details(self, key: Key, stated: Evidence, given: _Given) -> Provenance:
        """What is said beside a value that both say: what was missing is filled."""
        ours, theirs = stated.provenance, given.evidence.provenance
        for detail in EVIDENCE_DETAILS:
            before, now = getattr(ours, detail), getattr(theirs, detail)
            if before is None and now is not None:
                self._details_from.append(given.answer.file)
            elif now is not None and now != before:
                what, texts = self._what_detail(key, detail), (text_in_cell(before), text_in_cell(now))
                self._refused.append(answered_otherwise(given.evidence.place, what, *texts))
        return Provenance(*(one if one is not None else other for one, other in zip(ours, theirs, strict=True)))

    def _without_contradictions(self, before: Mapping[Key, Evidence], stated: dict[Key, Evidence]) -> None:
        """Take back what was taken and the offer could not be decided with, which is told."""
        found = list(self._contradictions(self._as_stated(stated))) if self._taken_from else []
        while found:
            wrong = found.pop()
            taken = [key for key in self._taken_from if key[0] in wrong.facts]
            for key in taken:
                self._refuse_contradicting(key, stated[key], wrong.words)
                del self._taken_from[key], stated[key]
                self._more_exact.pop(key, None)
                if key in before:
                    stated[key] = before[key]
            if taken:
                found = list(self._contradictions(self._as_stated(stated)))

    def _refuse_contradicting(self, key: Key, answer: Evidence, said: Message) -> None:
        words = message(
            "{what} is {now} in the answer, which does not go with what else is stated: {said}; it is not taken",
            what=self._what(key),
            now=self._said(key, answer),
            said=said,
        )
        advice = message("find out which is right; if it is the answer, correct the register")
        self._refused.append(Diagnostic(answer.place, "answered-otherwise", words, advice))

    def _what(self, key: Key) -> Message:
        fact, year = self._facts[key[0]], key[1]
        words = message("`{fact}`", fact=fact.label)
        return words if year is None else message("`{fact} {year}`", fact=fact.label, year=year)

    def _what_detail(self, key: Key, detail: str) -> Message:
        return message("{what}, {detail}", what=self._what(key), detail=DETAILS[detail])

    def _said(self, key: Key, evidence: Evidence) -> Message:
        if not evidence.state.is_known:
            return message("unknown")
        possible, fact = evidence.possible, self._facts[key[0]]
        if isinstance(possible, Interval):
            return show_possible(possible, fact.domain)
        return joined((_answer(fact, one) for one in sorted(possible)), OR)


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


def _same(one: Evidence, other: Evidence) -> bool:
    return (one.possible, one.state) == (other.possible, other.state)


def _says_all(one: Evidence, other: Evidence) -> bool:
    """Whether one says all that the other does."""
    return _same(one, other) or _is_within(one, other)


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
    return message("{answer}", answer=fact.answers[answer]) if answer in fact.answers else text_in_cell(answer)

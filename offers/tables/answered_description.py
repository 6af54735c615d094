"""What describes an offer, with what answers say of that: what was missing is filled, what differs is told."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from engine.diagnostics import Diagnostic, Place
from engine.explanation.words_and_numbers import Wording
from engine.texts.catalogue import Language, Message, message
from offers.records.offer import Offer
from offers.tables.answer import Answer, answered_otherwise, text_in_cell, two_answers
from offers.tables.answered_parties import PREFIXES, PartyKey, StatedParty, parties_of, put_together, with_parties
from offers.tables.headers import ATTRIBUTE_HEADERS
from offers.tables.template_cells import OfferCells

_ONE_COLUMN = ("name", "part_of", "area", "target_group", "service_type", "services")
"""The keys of an offer file that one column of tables says as well; parties have several columns."""
Cells = Mapping[str, object]


class Described(NamedTuple):
    """An offer as answers complete its description, the file of each cell filled, and what is told of the others.

    `filled_from` are the files of all that say what filled a cell.
    """

    offer: Offer
    filled: Sequence[str]
    filled_from: AbstractSet[str]
    refused: Sequence[Diagnostic]


def described(offer: Offer, answers: Sequence[Answer], language: Language) -> Described:
    """The offer with what describes it, as far as it lacks that, and as far as answers agree on it."""
    return _Description(offer, answers, language).completed()


class _Description:
    def __init__(self, offer: Offer, answers: Sequence[Answer], language: Language) -> None:
        self._offer, self._answers, self._language = offer, answers, language
        self._ours, *self._theirs = (self._cells(one) for one in (offer, *(answer.offer for answer in answers)))
        self._filled: list[str] = []
        self._filled_from: set[str] = set()
        self._refused: list[Diagnostic] = []

    def completed(self) -> Described:
        for key in _ONE_COLUMN:
            self._one_column(key)
        for key in PREFIXES:
            if not self._parties(key):
                break  # that nobody has an agreement with the offer may follow from its operator
        return Described(self._offer, self._filled, {*self._filled, *self._filled_from}, self._refused)

    def _cells(self, offer: Offer) -> Cells:
        """The cells of a row; what has no name is called by its id."""
        cells = OfferCells(offer.vocabulary, Wording(self._language)).described(offer)
        return {name: cell for name, cell in cells.items() if name != "name" or cell != offer.id}

    def _one_column(self, key: str) -> None:
        said = [(one, cells[key]) for one, cells in zip(self._answers, self._theirs, strict=True) if key in cells]
        if not said:
            return
        (answer, cell), *others = said
        if other := next((one for one in others if one[1] != cell), None):
            self._two(_column(key), answer, cell, *other)
        elif key not in self._ours:
            record = dataclasses.replace(self._offer.record, **{key: getattr(answer.offer.record, key)})
            facts = {key: answer.offer.stated[key]} if key in answer.offer.stated else {}
            self._offer = self._offer._replace(record=record, stated={**facts, **self._offer.stated})
            self._filled.append(answer.file)
            self._filled_from |= {one.file for one, _ in said}
        elif cell != self._ours[key]:
            self._refuse(answer.offer.place, key, self._ours, self._theirs[self._answers.index(answer)])

    def _parties(self, key: PartyKey) -> bool:
        """Put the parties together; whether all agree on them."""
        together: tuple[StatedParty, ...] = ()
        saying = [(answer, said) for answer in self._answers if (said := parties_of(answer.offer, key))]
        for answer, said in saying:
            both = put_together(together, said)
            if both is None:
                first = saying[0][0]
                texts = [self._party_cells(key, self._theirs[self._answers.index(one)]) for one in (first, answer)]
                self._two(_column(f"{PREFIXES[key]}_name"), first, texts[0], answer, texts[1])
                return False
            together = both
        before = len(self._filled)
        agreeing = [self._party_of(answer, key, said) for answer, said in saying]
        self._filled_from |= {answer.file for answer, _ in saying} if len(self._filled) > before else set()
        return all(agreeing)

    def _party_of(self, answer: Answer, key: PartyKey, said: Sequence[StatedParty]) -> bool:
        before = parties_of(self._offer, key)
        both = put_together(before, said)
        if both is None:
            self._refuse_parties(answer.offer.place, key, self._theirs[self._answers.index(answer)])
            return False
        if both != before:
            self._offer = with_parties(self._offer, answer.offer, key, both)
            self._filled.append(answer.file)
        return True

    def _refuse_parties(self, place: Place, key: PartyKey, theirs: Cells) -> None:
        """Tell of the cells of parties that are called otherwise; of all together, where there are more or fewer."""
        ours, names = self._ours, _columns(key)
        differing = [name for name in names if name in ours and name in theirs and ours[name] != theirs[name]]
        for name in differing:
            self._refuse(place, name, ours, theirs)
        if not differing:
            before, now = (text_in_cell(self._party_cells(key, cells)) for cells in (ours, theirs))
            self._refused.append(answered_otherwise(place, _column(names[0]), before, now))

    def _party_cells(self, key: PartyKey, cells: Cells) -> str:
        return ", ".join(str(cells[name]) for name in _columns(key) if name in cells)

    def _two(self, what: Message, answer: Answer, cell: object, other: Answer, other_cell: object) -> None:
        texts = text_in_cell(cell), text_in_cell(other_cell)
        self._refused.append(two_answers(what, texts[0], answer.offer.place, texts[1], other.offer.place))

    def _refuse(self, place: Place, name: str, ours: Cells, theirs: Cells) -> None:
        texts = text_in_cell(ours[name]), text_in_cell(theirs[name])
        self._refused.append(answered_otherwise(place, _column(name), *texts))


def _columns(key: PartyKey) -> list[str]:
    return [f"{PREFIXES[key]}_{column}" for column in ("name", "kind", "code")]


def _column(name: str) -> Message:
    return message("`{column}`", column=ATTRIBUTE_HEADERS[name])

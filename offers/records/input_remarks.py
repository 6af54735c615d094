"""What to know about an input that alters no decision: evidence that is not read, odd ids, rulebooks out of force."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from engine.diagnostics import Malformed, Place
from engine.documents.fields import Fields
from engine.evaluation.evidence import Evidence
from engine.evaluation.program import Program
from engine.rulebooks.rulebook import FactDeclaration, Rulebook, Vocabulary
from engine.texts.catalogue import message
from offers.records.authorities import is_authority
from offers.records.former_names import FormerName, in_order_of_facts
from offers.records.offer import Offer
from offers.records.offer_id import is_usual

UNREAD = ("unread_evidence", "unread_year")
KINDS = ("municipality", "region")
MAX_EXAMPLES = 5
"""So many ids are named as examples."""


class InputRemark(NamedTuple):
    """One thing to know about an input: its code, how many offers it concerns, and what is said of it.

    `unread_evidence` (`fact`): stated, and no rulebook reads the fact. `unread_year` (`fact`, `year`): none reads it
    for this year. `former_name` (`fact`, `name`): the fact is called by a name that it had before, at `places`, which
    do not go on record. `detail_alone` (`fact`, `year`): a source, a reason and the like beside an empty cell.
    `party_without_kind` (`party`): a name or code of an operator, or of the other party of an agreement, whose kind is
    not stated. `not_in_force` (`rulebook`, `version`, `from`, `until`). `unusual_ids`, `unknown_part_of` and
    `unknown_authorities` (`examples`). `unused_ids` (`among`: where it was looked, such as `previous` or `register`;
    `examples`): lines of the table of ids that name nobody there. `renamed_offers`, `split_offers`, `merged_offers`
    (`examples`): what the table did.
    `operator_in_several` (`operator`, `files`): it has offers in more than one of the tables that are one register.
    Of workbooks `hidden_rows`, which are read, and `hidden_sheets`, which are not: so many, and `examples`; and the
    `file`, where it is one of several.
    """

    code: str
    offers: int
    detail: Mapping[str, Any]
    places: tuple[Place, ...] = ()

    @property
    def record(self) -> dict[str, Any]:
        """The remark as records have it."""
        return {"code": self.code, **self.detail, "offers": self.offers}

    @classmethod
    def read(cls, record: object, vocabulary: Vocabulary) -> InputRemark:
        """The remark on one offer in a record.

        Raises:
            Malformed: it is none, or is about a fact that the vocabulary does not have.
        """
        fields = Fields(record)
        code, offers = fields.text("code"), fields.number("offers")
        if code not in _DETAILS_OF_OFFER:
            raise Malformed(message("there is no remark `{code}` on an offer", code=code))
        detail = {name: read(fields, name) for name, read in _DETAILS_OF_OFFER[code].items()}
        if "fact" in detail and detail["fact"] not in vocabulary.facts:
            raise Malformed(message("`{fact}` is no fact", fact=detail["fact"]))
        return cls(code, offers, detail)


_FORCE = dict.fromkeys(("rulebook", "version", "from"), Fields.text) | {"until": Fields.optional_text}
_DETAILS_OF_OFFER: Mapping[str, Mapping[str, Callable[[Fields, str], Any]]] = {
    "unread_evidence": {"fact": Fields.text},
    "unread_year": {"fact": Fields.text, "year": Fields.number},
    "former_name": {"fact": Fields.text, "name": Fields.text},
    "not_in_force": _FORCE,
    "unusual_ids": {"examples": Fields.texts},
    "unknown_authorities": {"examples": Fields.texts},
}
"""What the remarks on a single offer say of it, by their codes."""


_ORDER = (
    *(
        "not_in_force",
        *UNREAD,
        "former_name",
        "detail_alone",
        "party_without_kind",
        "unusual_ids",
        "unknown_authorities",
    ),
    *("unknown_part_of", "operator_in_several"),
)


def in_order(remarks: Iterable[InputRemark]) -> list[InputRemark]:
    """The remarks on offers and rows in the order in which they are said, wherever they were found."""
    return sorted(remarks, key=lambda one: _ORDER.index(UNREAD[0] if one.code in UNREAD else one.code))


class Operator(NamedTuple):
    """Who operates an offer: the kind, the name and the official code, as far as they are stated."""

    kind: str
    name: str | None
    code: str | None


class Unread(NamedTuple):
    """Evidence that nobody asks for: of a fact by its id, or of a year of it."""

    fact: str
    year: int | None


class Asked:
    """What some rulebooks ask of offers for an agreement year.

    Args:
        programs: those of the rulebooks.
        year: the agreement year.
    """

    def __init__(self, programs: Sequence[Program], year: int) -> None:
        self._facts = {fact.id for program in programs for fact in program.facts_read}
        parts = [part for program in programs for fact in program.facts_tested for part in fact.sources]
        self._years = {(name, year + offset) for name, offset in parts if offset is not None}

    def unread(self, fact: FactDeclaration, year: int | None) -> Unread | None:
        """What of evidence of a fact, or of one year of it, is read by none: all of it, or the year.

        What an attribute says describes the offer, whoever reads it.
        """
        if fact.is_attribute:
            return None
        if fact.id not in self._facts:
            return Unread(fact.id, None)
        return Unread(fact.id, year) if year is not None and (fact.id, year) not in self._years else None

    def remarks(self, stated: Mapping[Unread, int]) -> Iterator[InputRemark]:
        """The remarks on evidence that is not read, by the number of offers that state it."""
        for unread, offers in sorted(stated.items(), key=lambda pair: (pair[0].fact, pair[0].year or 0)):
            if offers and unread.year is None:
                yield InputRemark("unread_evidence", offers, {"fact": unread.fact})
            elif offers:
                yield InputRemark("unread_year", offers, {"fact": unread.fact, "year": unread.year})


def remarks_on_force(rulebooks: Iterable[Rulebook], year: int, offers: int) -> Iterator[InputRemark]:
    """The rulebooks that are not in force on 1 January of the agreement year."""
    for rulebook in rulebooks:
        if offers and not rulebook.is_in_force(datetime.date(year, 1, 1)):
            until = rulebook.in_force_until
            dates = {"from": str(rulebook.in_force_from), "until": str(until) if until else None}
            yield InputRemark("not_in_force", offers, {"rulebook": rulebook.id, "version": rulebook.version, **dates})


def remarks_on_ids(ids: Sequence[str], offers: int) -> Iterator[InputRemark]:
    """Ids with signs that are not usual: examples, and how many there are."""
    if offers:
        yield InputRemark("unusual_ids", offers, {"examples": list(ids[:MAX_EXAMPLES])})


class OfferRemarks:
    """Remarks on offers that were read from files.

    Args:
        programs: those of the rulebooks that decide.
        vocabulary: theirs.
        year: the agreement year.
    """

    def __init__(self, programs: Sequence[Program], vocabulary: Vocabulary, year: int) -> None:
        self._asked, self._vocabulary, self._year = Asked(programs, year), vocabulary, year
        self._rulebooks = [program.rulebook for program in programs]

    def on(self, offers: Iterable[Offer]) -> list[InputRemark]:
        """The remarks on some offers together, which are gone through once."""
        number, odd = 0, list[str]()
        stated, operators, former = Counter[Unread](), Counter[Operator](), list[FormerName]()
        for number, offer in enumerate(offers, 1):  # noqa: B007 - how many there are
            stated.update(self._unread(offer))
            operators.update(operators_stated([offer]))
            odd += [] if is_usual(offer.id) else [offer.id]
            former += offer.former_names
        in_force = remarks_on_force(self._rulebooks, self._year, number)
        on_ids, on_operators = remarks_on_ids(odd, len(odd)), remarks_on_operators(operators)
        return [*in_force, *self._asked.remarks(stated), *remarks_on_former_names(former), *on_ids, *on_operators]

    def _unread(self, offer: Offer) -> set[Unread]:
        unread = (self._asked.unread(*one) for one in _stated(offer, self._vocabulary))
        return {one for one in unread if one is not None}


def remarks_on_former_names(names: Iterable[FormerName]) -> Iterator[InputRemark]:
    """The facts that offer files call by a name of before, each of which an offer has once."""
    for fact, name, places in in_order_of_facts(names):
        yield InputRemark("former_name", len(places), {"fact": fact, "name": name}, tuple(places[:MAX_EXAMPLES]))


def remarks_on_operators(operators: Mapping[Operator, int]) -> Iterator[InputRemark]:
    """The municipalities and regions that are none of the list, by the number of offers that they operate."""
    unknown = {one: offers for one, offers in operators.items() if one.kind in KINDS and not is_authority(*one)}
    if unknown:
        examples = [f"{one.name or ''} {one.code or ''}".strip() for one in unknown]
        detail = {"examples": list(dict.fromkeys(examples))[:MAX_EXAMPLES]}
        yield InputRemark("unknown_authorities", sum(unknown.values()), detail)


def operators_stated(offers: Iterable[Offer]) -> Counter[Operator]:
    """The operators of offers, with the number of offers that each has.

    One of which a row of a table says the kind alone has that for its name.
    """
    parties = (p for offer in offers for p in offer.operators if p.code or p.name != p.kind)
    return Counter(Operator(p.kind, p.name, p.code) for p in parties)


def _stated(offer: Offer, vocabulary: Vocabulary) -> Iterator[tuple[FactDeclaration, int | None]]:
    """What an offer states: facts, those per year with each of their years."""
    for name, evidence in offer.stated.items():
        years: Iterable[int | None] = [None] if isinstance(evidence, Evidence) else evidence
        yield from ((vocabulary.facts[name], year) for year in years)

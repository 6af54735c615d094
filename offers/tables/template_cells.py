"""An offer as the cells of its row, as people write them; and what of an offer a row that was read lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from engine.evaluation.evidence import Evidence
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import FactDeclaration, Vocabulary
from engine.values.interval import Interval
from engine.values.numbers import decimal_text
from offers.records.offer import Offer, name_of_party, words
from offers.records.offer_file import EVIDENCE_DETAILS, Party, Service
from offers.records.particulars import SECTION_SIGN
from offers.records.words import names_of_answers
from offers.tables.cells import WHITESPACE, DecimalSign
from offers.tables.services import services_cell
from offers.tables.table import SEVERAL

Cell = str | Fraction
"""A text, or a number that a spreadsheet holds as such."""
_DECIMALS, _DIGITS = 9, 15
"""So many of a number does a spreadsheet keep, and the reader of workbooks take for exactly what is shown."""


class OfferCells:
    """Writes offers as cells, by the names of the table contract.

    >>> from engine.rulebooks.library import Library
    >>> from engine.documents.document import read_one
    >>> from offers.records.offer import read_offer
    >>> written = b"{format: sekskant/offer/1, id: a, name: A, services: [{act: SEL, sections: []}]}"
    >>> offer = read_offer(read_one(written, "a.yaml"), Library().rulebooks[0].vocabulary)
    >>> OfferCells(offer.vocabulary, Wording("da")).described(offer)
    {'id': 'a', 'name': 'A', 'services': 'SEL'}
    """

    def __init__(self, vocabulary: Vocabulary, wording: Wording) -> None:
        self._vocabulary, self._wording = vocabulary, wording
        self._sign: DecimalSign = "," if wording.language == "da" else "."

    def described(self, offer: Offer) -> dict[str, Cell]:
        """What describes an offer."""
        record, parties, agreement = offer.record, offer.operators, offer.record.agreement_with
        values: dict[str, Iterable[str]] = {
            "id": [record.id],
            "name": [record.name],
            "part_of": [record.part_of or ""],
            "operator_name": _where_any(name_of_party(party) for party in parties),
            "operator_kind": [self._answer("operator_kind", party.kind) for party in parties],
            "operator_code": _where_any(party.code for party in parties),
            "agreement_name": [name_of_party(agreement) or ""] if agreement else [],
            "agreement_kind": [self._answer("agreement_kind", kind) for kind in self._agreements(offer)],
            "agreement_code": [agreement.code or ""] if agreement else [],
            "area": [self._term("area", word) for word in words(record.area)],
            "target_group": [self._term("target_group", word) for word in words(record.target_group)],
            "service_type": [self._answer("service_type", record.service_type)] if record.service_type else [],
            "services": [services_cell(record.services or (), self._sign)],
        }
        written = {name: text for name, several in values.items() if (text := SEVERAL.join(several))}
        written = {**offer.without_kind, **written}
        return {name: written[name] for name in values if name in written}

    def stated(self, offer: Offer) -> dict[str, Cell]:
        """The evidence that an offer states, and what is said beside it."""
        cells: dict[str, Cell] = {}
        for name, fact, evidence in _evidence_of(offer):
            cells[name] = self._evidence(fact, evidence)
            details = {f"{name}_{detail}": getattr(evidence.provenance, detail) for detail in EVIDENCE_DETAILS}
            cells |= {column: text for column, text in details.items() if text is not None}
        return cells

    def _agreements(self, offer: Offer) -> list[str]:
        """The kind of the other party of an agreement, `none` where there is said to be none."""
        agreement, stated = offer.record.agreement_with, offer.stated.get("agreement_kind")
        if agreement is not None:
            return [agreement.kind]
        is_none = isinstance(stated, Evidence) and stated.possible == frozenset({"none"})
        return ["none"] if is_none else []

    def _answer(self, fact: str, answer: str) -> str:
        declared = self._vocabulary.facts.get(fact)
        return self._word(declared, answer) if declared and answer in declared.answers else answer

    def _word(self, fact: FactDeclaration, answer: str) -> str:
        """An answer by its name, by its id where another has that name."""
        name = self._wording.answer(fact, answer)
        return name if names_of_answers(fact).get(name.lower()) == answer else answer

    def _term(self, name: str, word: str) -> str:
        known = self._vocabulary.terms.get(name, {})
        if word not in known:
            return word
        label = self._wording.text(known[word])
        same = [term for term, text in known.items() if label.lower() in (term, text.da.lower(), text.en.lower())]
        return label if same == [word] else word

    def _evidence(self, fact: FactDeclaration, evidence: Evidence) -> Cell:
        possible = evidence.possible
        if not evidence.state.is_known:
            return self._wording.gettext("unknown")
        if not isinstance(possible, Interval):
            return SEVERAL.join(self._word(fact, answer) for answer in sorted(possible))
        if possible.is_exact and possible.low is not None:
            return possible.low if _is_kept(possible.low) else self._number(possible.low)
        return self._bounds(possible, fact.domain)

    def _bounds(self, possible: Interval, domain: object) -> str:
        """The ends of what is possible, without those that the fact has anyhow, as far as another is left."""
        low = None if possible.low is None else f"{'>' if possible.low_open else '>='}{self._end(possible.low)}"
        high = None if possible.high is None else f"{'<' if possible.high_open else '<='}{self._end(possible.high)}"
        assert isinstance(domain, Interval)
        if high and low and (possible.low, possible.low_open) == (domain.low, domain.low_open):
            return high
        if high and low and (possible.high, possible.high_open) == (domain.high, domain.high_open):
            return low
        return " ".join(filter(None, (low, high)))

    def _end(self, number: Fraction) -> str:
        """A number among signs, where three decimals after other digits could be taken for thousands."""
        text = decimal_text(number)
        whole, _, decimals = text.partition(".")
        return self._number(number) + ("0" if len(decimals) == len("000") and whole.lstrip("-") != "0" else "")

    def _number(self, number: Fraction) -> str:
        return decimal_text(number).replace(".", self._sign)


def _where_any(several: Iterable[str | None]) -> list[str]:
    written = [one or "" for one in several]
    return written if any(written) else []


def _is_kept(number: Fraction) -> bool:
    """Whether a spreadsheet holds a number as exactly what it shows."""
    whole, _, decimals = decimal_text(number).lstrip("-").partition(".")
    digits = (whole.lstrip("0") or "0") + decimals
    return "/" not in whole and len(decimals) <= _DECIMALS and len(digits) <= _DIGITS


def _evidence_of(offer: Offer) -> Iterator[tuple[str, FactDeclaration, Evidence]]:
    """The column, the fact and the evidence of each that an offer states as such."""
    for name, stated in offer.stated.items():
        fact = offer.vocabulary.facts[name]
        if isinstance(stated, Evidence):
            if not fact.is_attribute:
                yield name, fact, stated
        else:
            yield from ((f"{name}_{year}", fact, evidence) for year, evidence in stated.items())


def columns_that_differ(offer: Offer, read: Offer, *, with_evidence: bool) -> Iterator[str]:
    """The columns in which a row that was read does not say what the offer says; spaces around texts say nothing."""
    ours, theirs = (_description(one) for one in (offer, read))
    yield from (name for name, value in ours.items() if theirs[name] != value)
    if with_evidence:
        evidence, evidence_read = (_plain_evidence(one) for one in (offer, read))
        names = dict.fromkeys((*evidence, *evidence_read))
        yield from (name for name in names if evidence.get(name) != evidence_read.get(name))


def _description(offer: Offer) -> Mapping[str, object]:
    record, agreement = offer.record, offer.record.agreement_with
    attributes = {name: one for name, one in offer.stated.items() if isinstance(one, Evidence)}
    kinds = {name: one.possible for name, one in attributes.items() if offer.vocabulary.facts[name].is_attribute}
    parties = [_party(party) for party in offer.operators]
    return {
        "id": record.id,
        "name": _text(record.name),
        "part_of": _text(record.part_of),
        "operator_name": [name for name, _, _ in parties] or offer.without_kind.get("operator_name"),
        "operator_kind": ([kind for _, kind, _ in parties], kinds.get("operator_kind")),
        "operator_code": [code for _, _, code in parties] or offer.without_kind.get("operator_code"),
        "agreement_name": _party(agreement)[0] if agreement else offer.without_kind.get("agreement_name"),
        "agreement_kind": (agreement.kind if agreement else None, kinds.get("agreement_kind")),
        "agreement_code": _party(agreement)[2] if agreement else offer.without_kind.get("agreement_code"),
        "area": words(record.area),
        "target_group": words(record.target_group),
        "service_type": record.service_type,
        "services": [_service(service) for service in record.services or ()],
    }


def _party(party: Party) -> tuple[str | None, str, str | None]:
    return _text(party.name), party.kind, _text(party.code)


def _service(service: Service) -> tuple[object, ...]:
    return service.act, [section.strip(f"{SECTION_SIGN} ") for section in service.sections], service.places


def _plain_evidence(offer: Offer) -> dict[str, object]:
    plain: dict[str, object] = {}
    for name, _, evidence in _evidence_of(offer):
        plain[name] = (evidence.possible, evidence.state)
        plain |= {f"{name}_{d}": _text(getattr(evidence.provenance, d)) for d in EVIDENCE_DETAILS}
    return {name: value for name, value in plain.items() if value is not None}


def _text(text: str | None) -> str | None:
    return (text or "").strip(WHITESPACE) or None

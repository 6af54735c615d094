"""An offer whose record has been checked against a vocabulary."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from typing import NamedTuple

from engine.diagnostics import Diagnostic, Place, Rejected, near_hint
from engine.document import Mapping, Node
from engine.evidence import Evidence, State, Stated
from engine.language import Text
from engine.rulebook import Vocabulary
from engine.shape import fit, place_of
from engine.trace import Published, Subject
from offers.evidence import read_evidence
from offers.record import OfferFile, Party, PublishedOutcome, Service

_LABELS = {
    "operator": Text(da="Driftsherre", en="Operator"),
    "agreement": Text(da="Driftsoverenskomst med", en="Operating agreement with"),
    "part_of": Text(da="Afdeling af", en="Department of"),
    "area": Text(da="Område", en="Area"),
    "target_group": Text(da="Målgruppe", en="Target group"),
    "services": Text(da="Ydelser", en="Services"),
}


class Offer(NamedTuple):
    """A specialised social offer: its record, and the evidence in it with that of its attributes.

    `written` is its document as one line of JSON, where that was asked for.
    """

    record: OfferFile
    vocabulary: Vocabulary
    stated: Stated
    place: Place
    written: str | None = None

    @property
    def id(self) -> str:
        """The offer's id."""
        return self.record.id

    @property
    def operators(self) -> tuple[Party, ...]:
        """Who operates the offer."""
        return operators_of(self.record)

    def subject(self) -> Subject:
        """What a decision on the offer is about."""
        record = self.record
        published = tuple(_published(p) for p in record.published or ())
        attention = tuple(record.attention or ())
        return Subject(record.id, record.name, tuple(self._description()), attention, published)

    def _description(self) -> list[tuple[Text, Text]]:
        record, terms = self.record, self.vocabulary.terms
        rows = {
            "operator": [_party(p, self.vocabulary) for p in self.operators],
            "agreement": [_party(record.agreement_with, self.vocabulary)] if record.agreement_with else [],
            "part_of": [_same(record.part_of)] if record.part_of else [],
            "area": [terms.get("area", {}).get(a, _same(a)) for a in words(record.area)],
            "target_group": [terms.get("target_group", {}).get(t, _same(t)) for t in words(record.target_group)],
            "services": [_service(s, terms.get("act", {})) for s in record.services or ()],
        }
        return [(_LABELS[name], _listed(values)) for name, values in rows.items() if values]


def operators_of(record: OfferFile) -> tuple[Party, ...]:
    """Who operates the offer of a record: one, two or nobody named."""
    operator = record.operator
    return () if operator is None else tuple(operator) if isinstance(operator, list) else (operator,)


def words(value: str | list[str] | None) -> list[str]:
    """One word or several as a list."""
    return [] if value is None else [value] if isinstance(value, str) else value


def read_offer(node: Node, vocabulary: Vocabulary) -> Offer:
    """The offer that a document holds.

    Raises:
        Rejected: with every mistake found.
    """
    found: list[Diagnostic] = []
    record = fit(OfferFile, node, found)
    evidence_node = node.entries.get("evidence") if isinstance(node, Mapping) else None
    evidence = read_evidence(evidence_node, vocabulary, found) if evidence_node else {}
    if record is not None:
        _check_words(record, node, vocabulary, found)
    if found or record is None:
        raise Rejected(found)
    is_stated = isinstance(node, Mapping) and "agreement_with" in node.entries
    attributes = _attributes(record, vocabulary, node.place, agreement_stated=is_stated)
    return Offer(record, vocabulary, {**evidence, **attributes}, node.place)


def _check_words(record: OfferFile, node: Node, vocabulary: Vocabulary, found: list[Diagnostic]) -> None:
    """The words that describe an offer stand in the vocabulary's lists, where it has them."""
    given: list[tuple[str, str, Place]] = []
    for name in ("area", "target_group"):
        value = getattr(record, name)
        for i, word in enumerate(words(value)):
            place = place_of(node, name, i) if isinstance(value, list) else place_of(node, name)
            given.append((name, word, place))
    given += [("act", s.act, place_of(node, "services", i, "act")) for i, s in enumerate(record.services or ())]
    for name, word, place in given:
        known = vocabulary.terms.get(name)
        if known is not None and word not in known:
            found.append(
                Diagnostic(place, "unknown-term", f"`{word}` is not in the list of `{name}`", near_hint(word, known))
            )
    fact = vocabulary.facts.get("service_type")
    if record.service_type and fact and record.service_type not in fact.answers:
        hint = near_hint(record.service_type, fact.answers)
        message = f"`{record.service_type}` is not a kind of service"
        found.append(Diagnostic(place_of(node, "service_type"), "unknown-answer", message, hint))


def _attributes(
    record: OfferFile, vocabulary: Vocabulary, place: Place, *, agreement_stated: bool
) -> dict[str, Evidence]:
    """The offer's own attributes as evidence of the facts that stand for them."""
    kinds: set[str] = {party.kind for party in operators_of(record)}
    agreement: set[str] = {record.agreement_with.kind} if record.agreement_with else set()
    if not agreement and kinds and (agreement_stated or "private" not in kinds):
        agreement = {"none"}
    given = {
        "operator_kind": kinds,
        "agreement_kind": agreement,
        "service_type": {record.service_type} if record.service_type else set(),
    }
    return {
        name: Evidence(frozenset(answers), State.KNOWN, place=place)
        for name, answers in given.items()
        if answers and name in vocabulary.facts
    }


def _published(outcome: PublishedOutcome) -> Published:
    criteria = outcome.criteria or {}
    return Published(outcome.rulebook, outcome.year, outcome.outcome, criteria, outcome.reference)


def _party(party: Party, vocabulary: Vocabulary) -> Text:
    fact = vocabulary.facts.get("operator_kind")
    kind = fact.answers[party.kind] if fact else _same(party.kind)
    return Text(da=f"{party.name} ({kind.da})", en=f"{party.name} ({kind.en})")


def _service(service: Service, acts: MappingType[str, Text]) -> Text:
    """A service by act and sections, with its places in each language's decimal sign."""
    law = service.act + (f" § {', '.join(service.sections)}" if service.sections else "")
    if service.places is None:
        return _same(law) if service.sections else acts.get(service.act, _same(law))
    places = f"{service.places:f}"
    return Text(da=f"{law} ({places.replace('.', ',')} pladser)", en=f"{law} ({places} places)")


def _listed(values: list[Text]) -> Text:
    return Text(da="; ".join(v.da for v in values), en="; ".join(v.en for v in values))


def _same(text: str) -> Text:
    return Text(da=text, en=text)

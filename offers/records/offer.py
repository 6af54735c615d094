"""An offer whose record has been checked against a vocabulary."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from collections.abc import Mapping as MappingType
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from engine.decisions.trace import Published, Subject
from engine.diagnostics import Diagnostic, Place, Rejected, near_hint, nearest, quoted
from engine.documents.document import Mapping, Node, Scalar, Sequence, read_one
from engine.documents.places import place_of_key
from engine.documents.shape import fit
from engine.evaluation.evidence import Evidence, State, Stated
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import FactKind, Vocabulary
from engine.texts.catalogue import Message, message
from offers.records.described import COLUMNS, description_of, wrong_description
from offers.records.evidence import read_evidence, wrong_details_of_years
from offers.records.former_names import FormerName, with_present_ids
from offers.records.notation import DANISH_FILE, OFFER_FILE, Notation
from offers.records.offer_file import BILINGUAL_FORMAT, FORMAT, OfferFile, Party, PublishedOutcome, Service
from offers.records.offer_id import is_usual
from offers.records.particulars import SECTION_SIGN, wrong_particulars
from offers.records.texts import says_something

ATTRIBUTE_KEYS = {
    "operator_kind": ("operator", "kind"),
    "agreement_kind": ("agreement_with", "kind"),
    "service_type": ("service_type", "service_type"),
}
"""The facts that an offer's own keys state, and the keys that hold each."""
_WORDINGS = (Wording("da"), Wording("en"))
DESCRIBED = {
    "operator": Text(da="Driftsherre", en="Operator"),
    "agreement": Text(da="Driftsoverenskomst med", en="Operating agreement with"),
    "part_of": Text(da="Afdeling af", en="Department of"),
    "area": Text(da="Område", en="Area"),
    "target_group": Text(da="Målgruppe", en="Target group"),
    "services": Text(da="Ydelser", en="Services"),
}
"""What describes an offer, by the keys under which it stands in a subject's description."""
OPERATOR, PART_OF, SERVICES = (DESCRIBED[name] for name in ("operator", "part_of", "services"))
"""What the operator, the offer of which it is a department, and the services are called in such a description."""


class Offer(NamedTuple):
    """A specialised social offer: its record, and the evidence in it with that of its attributes.

    `written` is its document as one line of JSON, where that was asked for, in the format in which it is recorded.
    `notation` is how its file writes evidence; `former_names` are the facts that it calls by a name of before.
    `without_kind` are the cells of a table that name a party whose kind is not stated, by their columns: no party of
    the record, which has none without its kind. `headers` are those of its table that say a fact, by its id.
    """

    record: OfferFile
    vocabulary: Vocabulary
    stated: Stated
    place: Place
    written: str | None = None
    notation: Notation = OFFER_FILE
    former_names: tuple[FormerName, ...] = ()
    without_kind: MappingType[str, str] = MappingProxyType({})
    headers: MappingType[str, str] = MappingProxyType({})

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

    def in_its_words(self, diagnostic: Diagnostic) -> Diagnostic:
        """What is found to be wrong when the offer is decided, with facts and keys as its file calls them."""
        names = {
            **self.notation.names,
            **{fact.id: self.notation.name_of(fact) for fact in self.vocabulary.facts.values()},
            **self.headers,
        }
        advice = None if diagnostic.advice is None else _called(diagnostic.advice, names)
        return diagnostic._replace(words=_called(diagnostic.words, names), advice=advice)

    def _description(self) -> list[tuple[Text, Text]]:
        record, terms = self.record, self.vocabulary.terms
        rows = {
            "operator": [_party(p, self.vocabulary) for p in self.operators],
            "agreement": [_party(record.agreement_with, self.vocabulary)] if record.agreement_with else [],
            "part_of": [_same(record.part_of)] if record.part_of else [],
            "area": [terms.get("area", {}).get(a, _same(a)) for a in words(record.area)],
            "target_group": [terms.get("target_group", {}).get(t, _same(t)) for t in words(record.target_group)],
            "services": [services_in_words(record.services, terms.get("act", {}))] if record.services else [],
        }
        return [(DESCRIBED[name], _listed(values)) for name, values in rows.items() if values]


def _called(text: Message | str, names: MappingType[str, str]) -> Message | str:
    """A text of ours in which the names of keys and facts are these."""
    if not isinstance(text, Message):
        return text
    named = {place: str(name) for place, name in text.values if place in ("fact", "key")}
    return text.filled(**{place: names.get(name, name) for place, name in named.items()})


def operators_of(record: OfferFile) -> tuple[Party, ...]:
    """Who operates the offer of a record: one, two or nobody named."""
    operator = record.operator
    return () if operator is None else tuple(operator) if isinstance(operator, list) else (operator,)


def words(value: str | list[str] | None) -> list[str]:
    """One word or several as a list, each once.

    >>> words("adults"), words(["adults", "adults"]), words(None)
    (['adults'], ['adults'], [])
    """
    return [] if value is None else [value] if isinstance(value, str) else list(dict.fromkeys(value))


def read_offer_file(node: Node, vocabulary: Vocabulary, *, keep_written: bool = False) -> Offer:
    """The offer that a document of an offer file holds, with keys and words in English, or in either language.

    What the document says is kept as text where that is asked for: as it is, or in English.

    Raises:
        Rejected: with every mistake found.
    """
    form = node.entries.get("format") if isinstance(node, Mapping) else None
    if not isinstance(form, Scalar) or form.value != FORMAT:
        node, notation, diagnostics = _in_english(node, form, vocabulary)
        offer = read_offer(node, vocabulary, notation, found=diagnostics)
    else:
        offer = _read_in_english(node, form, vocabulary)
    if not keep_written:
        return offer
    from engine.documents.document_text import json_text  # noqa: PLC0415 - only a journal needs it

    return offer._replace(written=json_text(node))


def _in_english(node: Node, form: Node | None, vocabulary: Vocabulary) -> tuple[Node, Notation, tuple[Diagnostic, ...]]:
    """A document in either language as it is recorded; what is wrong with its format is left to be told."""
    from offers.records.two_languages import in_english  # noqa: PLC0415 - a file in English does not need it

    read = in_english(node, vocabulary)
    if isinstance(read.node, Mapping) and isinstance(form, Scalar) and form.value == BILINGUAL_FORMAT:
        read.node.entries["format"] = Scalar(form.place, FORMAT, FORMAT)
    return read.node, DANISH_FILE if read.is_danish else OFFER_FILE, read.repeated


def _read_in_english(node: Node, form: Scalar, vocabulary: Vocabulary) -> Offer:
    """The offer of a document that can have English keys alone; of a Danish one the mistake is its format."""
    try:
        return read_offer(node, vocabulary)
    except Rejected:
        from offers.records.two_languages import in_english  # noqa: PLC0415 - only a mistake needs it

        read = in_english(node, vocabulary)
        if not read.is_danish or read.danish_key is None:
            raise
    words = message("{key} is a Danish key, which `{format}` does not have", key=quoted(read.danish_key), format=FORMAT)
    wrong = Diagnostic(form.place, "wrong-type", words, message("write `{name}`", name=BILINGUAL_FORMAT))
    return read_offer(read.node, vocabulary, DANISH_FILE, found=(wrong, *read.repeated))


def read_offer(
    node: Node,
    vocabulary: Vocabulary,
    notation: Notation = OFFER_FILE,
    *,
    is_recorded: bool = False,
    found: Iterable[Diagnostic] = (),
) -> Offer:
    """The offer that a document in English holds. One that is recorded was checked by its particulars when it was.

    Hints are in the notation of the input; what was `found` to be wrong before is told with the rest.

    Raises:
        Rejected: with every mistake found.
    """
    diagnostics = [*found]
    names = _names_of_keys(notation)
    record = fit(OfferFile, node, diagnostics, names)
    if record is None:
        diagnostics = _with_places_of_facts(diagnostics, node, vocabulary, notation)
    evidence_node = node.entries.get("evidence") if isinstance(node, Mapping) else None
    former: tuple[FormerName, ...] = ()
    if evidence_node is not None:
        evidence_node, former = with_present_ids(evidence_node, vocabulary, diagnostics)
    evidence = read_evidence(evidence_node, vocabulary, diagnostics, notation) if evidence_node else {}
    diagnostics += _placeholders(node)
    if not is_recorded:
        diagnostics += wrong_particulars(node, names)
        diagnostics += wrong_details_of_years(evidence_node, vocabulary, notation) if evidence_node else ()
    diagnostics += _unknown_words(node, vocabulary, notation, is_shaped=record is not None)
    if diagnostics or record is None:
        raise Rejected(diagnostics)
    agreement = node.entries.get("agreement_with") if isinstance(node, Mapping) else None
    # An empty line states nothing; `null` says that there is no agreement.
    is_stated = agreement is not None and not (isinstance(agreement, Scalar) and not agreement.text)
    attributes = _attributes(record, vocabulary, node.place, agreement_stated=is_stated)
    stated = {**evidence, **attributes}
    return Offer(record, vocabulary, stated, node.place, notation=notation, former_names=former)


def _with_places_of_facts(
    diagnostics: list[Diagnostic], node: Node, vocabulary: Vocabulary, notation: Notation
) -> list[Diagnostic]:
    """Diagnostics, where a fact stands among the offer's own keys with the hint that says where it belongs."""
    from offers.records.unknown_names import where_fact_belongs  # noqa: PLC0415 - only a mistake needs it

    keys = node.entries if isinstance(node, Mapping) else {}
    hints = {place_of_key(node, key): where_fact_belongs(key, vocabulary, notation) for key in keys}
    return [d._replace(advice=hints.get(d.place) or d.advice) if d.code == "unknown-key" else d for d in diagnostics]


def _names_of_keys(notation: Notation) -> MappingType[str, str]:
    """What keys and words are called in an offer file; one with Danish keys has the format that can have them."""
    return {**names, FORMAT: BILINGUAL_FORMAT} if (names := notation.names) else {}


def _placeholders(node: Node) -> Iterator[Diagnostic]:
    """Names that nobody has filled in; an offer without a name is called by its id, whatever signs that has."""
    ids = [written.text for written in _scalars(node, "id", "id") if not is_usual(written.text)]
    for name, key in (("name", "name"), ("operator", "name"), ("agreement_with", "name")):
        for written in _scalars(node, name, key):
            if written.text and not says_something(written.text) and written.text not in ids:
                advice = message("write the name, or leave the line out")
                words = message("{written} where a name belongs", written=quoted(written.text))
                yield Diagnostic(written.place, "wrong-type", words, advice)


def _unknown_words(node: Node, vocabulary: Vocabulary, notation: Notation, *, is_shaped: bool) -> Iterator[Diagnostic]:
    """The words that describe an offer, where they do not stand in the vocabulary's lists."""
    for name, key in (("area", "area"), ("target_group", "target_group"), ("services", "act")):
        if (known := vocabulary.terms.get(key)) is not None:
            for word in _words_outside(known, node, name, key):
                words = message("{word} is not in the list of `{key}`", word=quoted(word.text), key=notation.key(key))
                advice = near_term(word.text, known, notation if key == name else OFFER_FILE)
                yield Diagnostic(word.place, "unknown-term", words, advice)
    for fact in filter(None, map(vocabulary.facts.get, ATTRIBUTE_KEYS)):
        # The words of other attributes are checked with the shape; only a vocabulary of its own may know fewer.
        if is_shaped or fact.id == "service_type":
            for word in _words_outside(fact.answers, node, *ATTRIBUTE_KEYS[fact.id]):
                called = notation.names.get(fact.id, notation.name_of(fact))
                words = message("{answer} is not an answer to `{id}`", answer=quoted(word.text), id=called)
                yield Diagnostic(word.place, "unknown-answer", words, near_term(word.text, fact.answers, notation))


def _words_outside(known: Container[str], node: Node, name: str, key: str) -> Iterator[Scalar]:
    """The unknown words that stand at a key of the record or of its mappings."""
    return (word for word in _scalars(node, name, key) if word.text not in known)


def _scalars(node: Node, name: str, key: str) -> Iterator[Scalar]:
    """What is written at a key of the record, one value or a list of them, or at a key of the mappings there."""
    value = node.entries.get(name) if isinstance(node, Mapping) else None
    for item in value.items if isinstance(value, Sequence) else [value]:
        inner = item.entries.get(key) if isinstance(item, Mapping) else item
        if isinstance(inner, Scalar) and inner.value is not None:
            yield inner


def near_term(word: str, known: MappingType[str, Text], notation: Notation = OFFER_FILE) -> Message | None:
    """A hint for a word that is not in a list: the word whose label it is, or the near word; in a Danish input by name.

    >>> str(near_term("voksne", {"adults": Text(da="Voksne", en="Adults")}))
    'write `adults`'
    >>> str(near_term("voksn", {"adults": Text(da="Voksne", en="Adults")}, Notation(",")))
    'did you mean `Voksne`?'
    """
    words = {name: label.da if notation.is_danish else name for name, label in known.items()}
    for name, label in known.items():
        if word.casefold() in (label.da.casefold(), label.en.casefold()):
            return message("write `{name}`", name=words[name])
    near = nearest(word, known) if notation.is_danish else None
    return near_hint(words[near] if near else word, words.values())


def wrong_attributes(vocabulary: Vocabulary, file: str) -> list[Diagnostic]:
    """What a vocabulary, read from a file, says of attributes of offers that no offer can have.

    >>> from engine.rulebooks.library import Library
    >>> wrong_attributes(Library().rulebooks[0].vocabulary, "vocabulary.yaml")
    []
    """
    wrong: dict[str, tuple[Message, Message | None]] = {}
    for fact in vocabulary.facts.values():
        name = fact.word.list if fact.word else fact.id
        if fact.is_attribute and name in COLUMNS:
            if said := wrong_description(fact, vocabulary.terms.get("act")):
                wrong.setdefault(name, said)
        elif name not in ATTRIBUTE_KEYS:
            if fact.is_attribute:
                words = message("an offer has no attribute `{fact}`", fact=name)
                wrong[name] = words, near_hint(name, [*ATTRIBUTE_KEYS, *COLUMNS])
        elif fact.word is not None or fact.kind is not FactKind.ONE_OF:
            advice = message("declare it with `type: one_of` and its `answers`")
            words = message("`{fact}` is an attribute of offers, and one of several words", fact=name)
            wrong[name] = words, advice
    node = read_one(vocabulary.written_as, file) if wrong else None
    return [
        Diagnostic(place_of_key(node, "facts", name), "fact-declaration", *said)
        for name, said in wrong.items()
        if node is not None
    ]


def _attributes(
    record: OfferFile, vocabulary: Vocabulary, place: Place, *, agreement_stated: bool
) -> dict[str, Evidence]:
    """The offer's own attributes as evidence of the facts that stand for them."""
    kinds: set[str] = {party.kind for party in operators_of(record)}
    agreement: set[str] = {record.agreement_with.kind} if record.agreement_with else set()
    if not agreement and kinds and (agreement_stated or "private" not in kinds):
        agreement = {"none"}
    answers_of = {
        "operator_kind": kinds,
        "agreement_kind": agreement,
        "service_type": {record.service_type} if record.service_type else set(),
    }
    kinds_stated = {
        name: Evidence(frozenset(answers), State.KNOWN, place=place)
        for name, answers in answers_of.items()
        if answers and name in vocabulary.facts
    }
    described = description_of(record, vocabulary)
    return kinds_stated | {name: evidence._replace(place=place) for name, evidence in described}


def _published(outcome: PublishedOutcome) -> Published:
    criteria = outcome.criteria or {}
    return Published(outcome.rulebook, outcome.year, outcome.outcome, criteria, outcome.reference)


def is_named(party: Party) -> bool:
    """Whether it is known which party it is, by its name or its code, and not its kind alone."""
    return bool(party.code) or name_of_party(party) is not None


def name_of_party(party: Party) -> str | None:
    """What a party is called; None where its kind stands in place of a name."""
    return None if party.name == party.kind else party.name


def _party(party: Party, vocabulary: Vocabulary) -> Text:
    fact = vocabulary.facts.get("operator_kind")
    kind = fact.answers.get(party.kind, _same(party.kind)) if fact else _same(party.kind)
    if not is_named(party):
        danish, english = (w.gettext("{kind}, not stated which", kind=w.text(kind)) for w in _WORDINGS)
        return Text(da=danish, en=english)
    return Text(da=f"{party.name} ({kind.da})", en=f"{party.name} ({kind.en})")


_PART = r"(?i),? +(?=(?:stk|nr|litra|pkt)\b)"
"""Before a part of a section stands a comma: § 105, stk. 2."""
_RESPITE = r"(?i)\bafl\.?\Z"


def _section(section: str) -> str:
    """A section as it is cited.

    >>> _section("§ 66 nr. 6 afl")
    '66, nr. 6 aflastning'
    """
    return re.sub(_RESPITE, "aflastning", re.sub(_PART, ", ", section.strip(f"{SECTION_SIGN} ")))


def services_in_words(services: Iterable[Service], acts: MappingType[str, Text]) -> Text:
    """Services by act, sections and places, as a person reads them; an act is named in full where it stands first.

    >>> sel = {"SEL": Text(da="Lov om social service", en="Act on Social Services")}
    >>> services_in_words([Service(act="SEL", sections=["104"]), Service(act="SEL", sections=["107"])], sel).en
    'Act on Social Services (SEL) § 104; SEL § 107'
    """
    told, said = set[str](), list[Text]()
    for service in services:
        said.append(_service(service, acts, is_first=service.act not in told))
        told.add(service.act)
    return _listed(said)


def _service(service: Service, acts: MappingType[str, Text], *, is_first: bool) -> Text:
    """A service by act and sections, with its places in each language's decimal sign."""
    sections = [_section(section) for section in service.sections]
    sign = SECTION_SIGN * min(len(sections), 2)
    act, name = service.act, acts.get(service.act)
    named = Text(da=f"{name.da} ({act})", en=f"{name.en} ({act})") if name and is_first else _same(act)
    laws = [w.text(named) + (f" {sign} {w.listed(sections)}" if sections else "") for w in _WORDINGS]
    law = Text(da=laws[0], en=laws[1])
    if service.places is None:
        return law if service.sections else acts.get(service.act, law)
    places = [w.number(Fraction(service.places)) for w in _WORDINGS]
    danish, english = ("plads", "place") if service.places == 1 else ("pladser", "places")
    return Text(da=f"{law.da} ({places[0]} {danish})", en=f"{law.en} ({places[1]} {english})")


def _listed(values: list[Text]) -> Text:
    return Text(da="; ".join(v.da for v in values), en="; ".join(v.en for v in values))


def _same(text: str) -> Text:
    return Text(da=text, en=text)

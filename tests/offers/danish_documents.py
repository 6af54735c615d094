"""What an offer file says, with keys and words of the other language: written down here, and not read from the code."""

from __future__ import annotations

from random import Random
from typing import Any

from offers.records.offer_file import FORMAT
from tests.offers.random_offers import VOCABULARY

PARTY = {"name": "navn", "kind": "type", "code": "kode"}
SERVICE = {"act": "lov", "sections": "paragraffer", "places": "pladser"}
PUBLISHED = {
    "rulebook": "regelsæt",
    "year": "år",
    "outcome": "udfald",
    "criteria": "kriterier",
    "reference": "henvisning",
}
BOUNDS = {
    "answer": "svar",
    "at_most": "højst",
    "at_least": "mindst",
    "below": "under",
    "above": "over",
    "between": "mellem",
    "part": "antal",
    "of": "ud_af",
}
DETAILS = {
    "source": "kilde",
    "as_of": "opgjort",
    "because": "begrundelse",
    "reservation": "forbehold",
    "by": "af",
    "date": "dato",
    "stated_as": "angivet_som",
}
OFFER = {
    "name": "navn",
    "part_of": "del_af",
    "operator": "driftsherre",
    "agreement_with": "aftalepart",
    "area": "område",
    "target_group": "målgruppe",
    "service_type": "tilbudstype",
    "services": "ydelser",
    "evidence": "oplysninger",
    "attention": "opmærksomhed",
    "published": "offentliggjort",
}
NAMES = (OFFER, PARTY, SERVICE, PUBLISHED, BOUNDS, DETAILS)
INSIDE = {"operator": PARTY, "agreement_with": PARTY, "services": SERVICE, "published": PUBLISHED}
KINDS = {"municipality": "kommune", "region": "region", "private": "privat"}
ANSWERS = {"yes": "ja", "no": "nej", "unknown": "ukendt"}
TERMS = {
    **{term: label.da for terms in VOCABULARY.terms.values() for term, label in terms.items()},
    **{answer: label.da for answer, label in VOCABULARY.facts["service_type"].answers.items()},
}


def in_danish(document: dict[str, Any], chance: Random, share: float = 1.0) -> dict[str, Any]:
    """A document with this share of its keys and words in Danish, in the format that can have them."""
    return _Danish(chance, share).offer(document)


class _Danish:
    def __init__(self, chance: Random, share: float) -> None:
        self._chance, self._share = chance, share

    def offer(self, document: dict[str, Any]) -> dict[str, Any]:
        values = {key: self._value(key, value) for key, value in document.items()}
        if values.get("agreement_with", "") is None and self._is_chosen():
            values["agreement_with"] = self._cased("ingen")
        return self._keys({**values, "format": "sekskant/offer/2"}, OFFER)

    def _value(self, key: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(key, item) for item in value]
        if key == "evidence" and isinstance(value, dict):
            facts = {name: self._evidence(name, of_fact) for name, of_fact in value.items()}
            return self._keys(facts, {name: self._cased(fact.label.da) for name, fact in VOCABULARY.facts.items()})
        if isinstance(value, dict):
            return self._keys({k: self._inner(k, v) for k, v in value.items()}, INSIDE[key])
        return self._word(value, TERMS) if key in ("area", "target_group", "service_type") else value

    def _inner(self, key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._word(word, {"yes": "ja", "no": "nej"}) for name, word in value.items()}
        return self._word(value, {"kind": KINDS, "act": TERMS}.get(key, {}))

    def _evidence(self, fact: str, value: Any) -> Any:
        words = ANSWERS if VOCABULARY.facts[fact].is_judgement else {"unknown": "ukendt"}
        if not isinstance(value, dict):
            return self._word(value, words)
        entries = {
            key: self._word(part, {"finding": "konstatering"} if key == "stated_as" else words)
            if key in ("answer", "stated_as")
            else self._evidence(fact, part)
            if key.isdigit()
            else part
            for key, part in value.items()
        }
        return self._keys(entries, {**BOUNDS, **DETAILS})

    def _keys(self, entries: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
        return {names[key] if key in names and self._is_chosen() else key: value for key, value in entries.items()}

    def _word(self, word: Any, names: dict[str, str]) -> Any:
        is_named = isinstance(word, str) and word in names and self._is_chosen()
        return self._cased(names[word]) if is_named else word

    def _is_chosen(self) -> bool:
        return self._chance.random() < self._share

    def _cased(self, word: str) -> str:
        """A word as it is, or in another case."""
        return self._chance.choice([word, word, word.lower(), word.upper(), word.capitalize()])


def in_plain_english(document: dict[str, Any]) -> dict[str, Any]:
    """A document in the format in which it is recorded, with the words that can be said in Danish in English ones."""
    english = {"ja": "yes", "nej": "no", "ukendt": "unknown"}

    def plain(value: Any) -> Any:
        return english.get(value, value) if isinstance(value, str) else value

    def evidence(value: Any) -> Any:
        if not isinstance(value, dict):
            return plain(value)
        return {k: evidence(v) if k.isdigit() else plain(v) if k == "answer" else v for k, v in value.items()}

    said = {name: evidence(value) for name, value in document.get("evidence", {}).items()}
    return {**document, "format": FORMAT, **({"evidence": said} if "evidence" in document else {})}

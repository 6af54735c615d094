"""Random offers by the shipped vocabulary, as their files say them: every form of evidence, with what goes with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any

from engine.documents.document import read_one
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import FactDeclaration
from offers.records.offer import Offer, read_offer

YEAR = 2018
VOCABULARY = Library().in_force(YEAR)[0].vocabulary
FACTS = [fact for fact in VOCABULARY.facts.values() if not fact.is_attribute]
TEXTS = [
    "Ingen andre kan det.",
    "Kilde: årsrapport 2017, side 4; jf. § 104",
    'Han sagde "nej"\nog gik',
    "=1+1",
    "-5",
    "007",
    "12e5",
    "1.5.2017",
    "_x000D_ er intet",
    "<b>",
    "'apostrof",
    "Å",
    "2017",
    "ukendt",
    "ja | nej",
    "\tindrykket  \n",
    "x" * 900,
]
NAMES = ["Solhøj", "Sol-huset, afd. 2", "12e5", "007", "Total", "Id", "Note", "=A1", "Kløveren & Co", "I alt 3 huse"]
AUTHORITIES = [("Gentofte Kommune", "157"), ("Region Hovedstaden", "1084"), ("Gladsaxe", None), ("Fonden Ø", None)]
SECTIONS = ["104", "83 a", "105 stk. 2", "66 nr. 6", "107", "105, stk. 2, nr. 3", "§ 108", "§§ 36", "20 stk. 3"]
NUMBERS = ["0", "1", "3", "4", "0.5", "0.50", "2.5", "0.123456789", "0.1234567890123", "12.345", "1234.5", "7.1234567"]
SHARES = ["0", "1", "0.5", "0.499", "0.61", "0.333333333333", "0.50", "0.1", "0.123456789012345678"]


def random_offer(chance: Random, number: int) -> Offer:
    """An offer with a number in its id, read as its file would be."""
    return read_offer(read_one(json.dumps(random_document(chance, number)).encode(), f"o{number}.json"), VOCABULARY)


def random_document(chance: Random, number: int) -> dict[str, Any]:
    """What the file of an offer says. Numbers are texts, which offer files may have them as."""
    stated = [fact for fact in FACTS if chance.random() < chance.choice([0.1, 0.5, 0.9])]
    evidence = {fact.id: evidence_of(fact, chance) for fact in stated}
    return {
        "format": "sekskant/offer/1",
        "id": chance.choice([f"o{number}", f"{number}", f"ø-{number}.1", f"12E{number}"]),
        "name": chance.choice(NAMES),
        **_attributes(chance),
        "evidence": {name: value for name, value in evidence.items() if value not in ({}, None)},
        **({"attention": ["Noget"]} if chance.random() < 0.1 else {}),
    }


def _attributes(chance: Random) -> dict[str, Any]:
    parties = [_party(chance) for _ in range(chance.choice([1, 1, 1, 2]))]
    sometimes = {
        "part_of": chance.choice(["helheden", "12E999999", None]),
        "operator": parties if len(parties) > 1 or chance.random() < 0.2 else parties[0],
        "agreement_with": chance.choice([None, _party(chance)]),
        "area": chance.choice(["adults", ["adults"], ["children_and_youth", "adults"], [], None]),
        "target_group": chance.choice(["homelessness", ["homelessness", "violence_and_abuse"], None]),
        "service_type": chance.choice([*VOCABULARY.facts["service_type"].answers, None]),
        "services": [_service(chance) for _ in range(chance.randrange(4))],
    }
    return {name: value for name, value in sometimes.items() if chance.random() < 0.7}


def _party(chance: Random) -> dict[str, Any]:
    name, code = chance.choice(AUTHORITIES)
    kind = chance.choice(["municipality", "region", "private"])
    return {"name": name, "kind": kind, **({"code": code} if code and chance.random() < 0.7 else {})}


def _service(chance: Random) -> dict[str, Any]:
    sections = chance.sample(SECTIONS, chance.randrange(4))
    places = chance.choice([None, "38", "0.5", "0.1", "12", "0", "1000", "2.25"])
    return {"act": chance.choice(list(VOCABULARY.terms["act"])), "sections": sections, "places": _number(places)}


def _number(text: str | None) -> float | int | None:
    return None if text is None else float(text) if "." in text else int(text)


def evidence_of(fact: FactDeclaration, chance: Random) -> Any:
    """Evidence of a fact in any form: short, with details, for each year."""
    if not fact.is_yearly:
        return _one(fact, chance)
    years: dict[str, Any] = {str(year): _one(fact, chance) for year in chance.sample(range(2012, 2019), 3)}
    return {**years, **(details(chance) if chance.random() < 0.2 else {})}


def _one(fact: FactDeclaration, chance: Random) -> Any:
    if chance.random() < 0.1:
        said: Any = chance.choice(["unknown", "ukendt"])
    elif not fact.is_number:
        said = chance.choice(["yes", "no", "ja", "nej"])
    elif chance.random() < 0.5:
        said = _value(fact, chance)
    else:
        return {**_bounds(fact, chance), **(details(chance) if chance.random() < 0.5 else {})}
    return {"answer": said, **details(chance)} if chance.random() < 0.6 else said


def _value(fact: FactDeclaration, chance: Random) -> str:
    if fact.is_whole:
        return str(chance.randrange(7))
    return chance.choice([*(SHARES if fact.is_share else NUMBERS), "4/12", "2 af 3"])


def _bounds(fact: FactDeclaration, chance: Random) -> dict[str, Any]:
    low, high = sorted(chance.sample([0, 1, 2, 3, 4, 5] if fact.is_whole else _decimals(fact), 2))
    least, most = chance.choice(["at_least", "above"]), chance.choice(["at_most", "below"])
    if fact.is_whole and high - low == 1:
        least, most = "at_least", "at_most"
    match chance.randrange(5):
        case 0:
            return {least: low}
        case 1:
            return {most: high}
        case 2:
            return {least: low, most: high}
        case 3:
            return {"between": [low, high]}
        case _:
            return {"part": 1, "of": 1} if fact.is_whole else {"part": 4, "of": 12}


def _decimals(fact: FactDeclaration) -> list[Any]:
    return [0, 0.1, 0.5, 0.625, 0.123456, 1] if fact.is_share else [0, 0.5, 3, 12.345, 1234.5678, 2.25, 7.1]


def details(chance: Random) -> Mapping[str, Any]:
    """What goes with evidence."""
    texts = {name: chance.choice(TEXTS) for name in ("source", "because", "reservation", "by")}
    dates = {
        "date": chance.choice(["2017-05-01", "2016-02-29"]),
        "as_of": chance.choice(["2017", "2017-05", "2017-12-31"]),
        "stated_as": "finding",
    }
    return {name: value for name, value in {**texts, **dates}.items() if chance.random() < 0.4}

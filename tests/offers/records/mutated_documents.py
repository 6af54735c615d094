"""Documents of every format, mutated: keys and values are taken out, put in, and changed for others."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from engine.diagnostics import Rejected
from engine.documents.document import read_documents, read_one
from engine.rulebooks.library import SHIPPED, Library
from engine.rulebooks.rulebook_loader import load_rulebook
from engine.rulebooks.vocabulary_loader import load_vocabulary
from offers.cases.case_file import read_case_file
from offers.records.offer import read_offer_file
from tests.command import DATA, ROOT
from tests.engine.random_rulebooks import VOCABULARY as NUMBERS
from tests.offers.danish_documents import NAMES, in_danish
from tests.offers.random_offers import random_document
from tests.support import flow

VOCABULARY = Library().rulebooks[0].vocabulary
RULEBOOKS = SHIPPED / "hovedstaden"
FIRST_FORMAT = ROOT / "tests" / "rules_before"
"""The shipped rulebooks as they were in the first format."""

VALUES: list[Any] = [None, True, False, 0, 1, -1, 4, 12, 2018, Decimal("0.5"), Decimal("-0.1"), Decimal("1E+3")]
VALUES += ["", " ", "x", "...", "-", "0.5", "1", "0,5", "1.000", "yes", "nej", "ukendt", "unknown", "none", "finding"]
VALUES += ["2018-01-31", "2017-02-30", "2018-13-01", "2018-01", "2018", "0999-01-01", "20180131", "2018-01-31 ", "12E4"]
VALUES += ["104", "§ 104", "83 a", "105 stk. 2", "hundrede", "0", "1234", "met", "not_met", "met ", "year", "da", "SEL"]
VALUES += ["a/b", "a#b", "a b", "Ærø-2.b", "_x", "9lives", "A.b", "region", "municipality", "private", "\x07", "a\nb"]
VALUES += [
    [],
    {},
    [1],
    ["x"],
    [None],
    [[]],
    [0, 1],
    [1, 0],
    [1, 2, 3],
    ["0.5", "0.7"],
    {"x": 1},
    {"da": "a", "en": "b"},
]
VALUES += [{"da": "a"}, {"at_most": 1}, {"answer": "yes"}, {"between": [0, 1]}, {"between": [1]}, {"part": 1, "of": 2}]
VALUES += [{"part": 1}, {"fact": "diagnoses", "at_least": 1}, {"all": []}, {"not": None}, {"2016": Decimal("0.5")}]
VALUES += [{"name": "A", "kind": "private"}, {"act": "SEL", "sections": ["104"], "places": "0.5"}, {"answer": None}]
KEYS = ["x", "da", "en", "id", "name", "fact", "at_most", "at_least", "below", "above", "between", "equals", "is", "in"]
KEYS += ["all", "any", "not", "of", "mandatory", "minimum", "until", "from", "2016", "16", "answer", "part", "places"]
KEYS += ["source", "date", "as_of", "because", "evidence", "verdict", "judgement", "per", "type", "Bad Id", "æ", "code"]
DANISH_VALUES: list[Any] = [
    "ja",
    "Nej",
    "ukendt",
    "ingen",
    " Ingen ",
    "kommune",
    "PRIVAT",
    "Region",
    "konstatering",
    "voksne",
]
DANISH_VALUES += [
    {"højst": 1},
    {"svar": "ja"},
    {"mellem": [0, 1]},
    {"mellem": [1]},
    {"antal": 1, "ud_af": 2},
    {"antal": 1},
]
DANISH_VALUES += [{"højst": 1, "at_most": 1}, {"højst": 1, "below": 2}, {"navn": "A", "type": "privat"}, {"svar": None}]
DANISH_VALUES += [{"navn": "A", "name": "A", "type": "privat"}, {"lov": "SEL", "paragraffer": ["104"], "places": "0.5"}]
DANISH_KEYS = [name for table in NAMES for name in table.values()] + [
    "driftsherre",
    "navn",
    "Navn",
    "a\u030ar",
    "Diagnoser",
]


class Format(NamedTuple):
    """One format: its documents as they are, and the loader, which raises `Rejected`."""

    documents: tuple[Any, ...]
    load: Callable[[bytes], object]
    values: Sequence[Any] = tuple(VALUES)
    keys: Sequence[str] = tuple(KEYS)

    def mutated(self, chance: Random) -> bytes:
        """One of its documents with one thing in it changed, or two, as YAML."""
        document = copy.deepcopy(chance.choice(self.documents))
        for _ in range(chance.choice([1, 1, 1, 2])):
            _mutate(chance.choice(list(_within(document))), chance, self.values, self.keys)
        return flow(document).encode()

    @staticmethod
    def read(name: str) -> Any:
        """What a shipped rulebook says in the first format, to be changed."""
        return copy.deepcopy(_plain(FIRST_FORMAT / name)[0])


def _plain(path: Any) -> list[Any]:
    return [node.plain() for node in read_documents(path.read_bytes(), path.name) if not isinstance(node, Rejected)]


def _formats() -> dict[str, Format]:
    chance = Random(2018)  # noqa: S311 - nothing is kept secret by it
    offers = [one for path in sorted(DATA.glob("*.yaml")) for one in _plain(path)]
    offers += [random_document(chance, number) for number in range(20)]
    rulebooks = [one for path in sorted(FIRST_FORMAT.glob("*-2018.yaml")) for one in _plain(path)]
    cases = [one for path in sorted(RULEBOOKS.glob("cases/*.yaml")) for one in _plain(path)]
    cases = [{**one, "cases": one["cases"][:4]} for one in cases]
    return {
        "offer": Format(tuple(offers), lambda data: read_offer_file(read_one(data, "a.yaml"), VOCABULARY)),
        "bilingual offer": Format(
            tuple(in_danish(one, chance, share) for one in offers for share in (0.5, 1.0)),
            lambda data: read_offer_file(read_one(data, "a.yaml"), VOCABULARY),
            VALUES + DANISH_VALUES,
            KEYS + DANISH_KEYS,
        ),
        "rulebook": Format(tuple(rulebooks), lambda data: load_rulebook(data, "a.yaml", lambda _: VOCABULARY)),
        "vocabulary": Format(
            tuple(_plain(RULEBOOKS / "vocabulary.yaml")), lambda data: load_vocabulary(data, "vocabulary.yaml")
        ),
        "derived numbers": Format(
            (read_one(NUMBERS.written_as, "vocabulary.yaml").plain(),),
            lambda data: load_vocabulary(data, "vocabulary.yaml"),
        ),
        "cases": Format(tuple(cases), lambda data: read_case_file(RULEBOOKS / "cases" / "a.yaml", data)),
    }


FORMATS = _formats()
"""The formats by their names."""


def _within(value: Any) -> Iterator[Any]:
    """The mappings and lists of a document that hold anything or may."""
    if isinstance(value, dict | list):
        yield value
        for part in value.values() if isinstance(value, dict) else value:
            yield from _within(part)


def _mutate(holder: Any, chance: Random, values: Sequence[Any], keys: Sequence[str]) -> None:
    value = copy.deepcopy(chance.choice(values))
    if isinstance(holder, list):
        at = chance.randrange(len(holder) + 1)
        holder[at : at + chance.randrange(2)] = chance.choice([[], [value], [value]])
    elif holder and chance.random() < 0.8:
        name = chance.choice(list(holder))
        match chance.randrange(4):
            case 0:
                del holder[name]
            case 1:
                holder[chance.choice(keys)] = holder.pop(name)
            case _:
                holder[name] = value
    else:
        holder[chance.choice(keys)] = value

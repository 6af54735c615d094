"""Schemas and loaders say the same of mutated documents, but for what a schema cannot know."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from engine.diagnostics import Diagnostic, Rejected
from engine.documents.document import Node, read_one
from engine.rulebooks.schemas import rulebook_schema, vocabulary_schema
from offers.cases.bilingual_schema import bilingual_offer_schema
from offers.cases.schemas import cases_schema, offer_schema
from tests.chance import AT_THE_DESK, SOAK, chance
from tests.offers.danish_documents import NAMES
from tests.offers.records.mutated_documents import FORMATS
from tests.support import flow

DOCUMENTS = 30 if AT_THE_DESK else 1_875 if SOAK > 1 else 400
"""So many of each format."""
SCHEMAS = {
    "offer": Draft202012Validator(offer_schema()),
    "bilingual offer": Draft202012Validator(bilingual_offer_schema()),
    "rulebook": Draft202012Validator(rulebook_schema()),
    "vocabulary": Draft202012Validator(vocabulary_schema()),
    "derived numbers": Draft202012Validator(vocabulary_schema()),
    "cases": Draft202012Validator(cases_schema()),
}


class Alone(NamedTuple):
    """What the loader alone refuses: a code and what its message is like, and why no schema can."""

    code: str
    message: str
    reason: str


VOCABULARY = "which facts, answers and words there are, and of what kind a fact is, only a vocabulary knows"
OTHERS = "what is compared with another part of the document"
LETTERS = "the regular expressions of editors have no class for the letters of all languages"
WRITTEN = "a schema sees a number, and not how it was written"
_RECORD_KEYS = "|".join(name for names in NAMES for pair in names.items() for name in pair)
ALONE = [
    Alone("duplicate-key", f"^the key `(?!(?:{_RECORD_KEYS})`)[^`]*` says the same as", VOCABULARY),
    *(Alone(code, "", VOCABULARY) for code in ("unknown-fact", "unknown-answer", "unknown-term", "fact-per-year")),
    *(Alone(code, "", VOCABULARY) for code in ("evidence-out-of-range", "test-on-fact", "threshold-out-of-range")),
    Alone("wrong-type", "where a (whole )?number belongs$", VOCABULARY),
    Alone("wrong-type", "where (a name|`.*`) belongs$", LETTERS),
    Alone(
        "evidence-form", "has an answer, not|has one value, not|has a value for each year|is an attribute", VOCABULARY
    ),
    Alone("evidence-form", "has neither an answer nor bounds$", VOCABULARY),  # details alone may stand beside no years
    Alone("evidence-form", "is not a year$|where an answer belongs$", VOCABULARY),
    Alone("evidence-form", "where `.*` belongs$", LETTERS),
    Alone("condition-form", "a test on `.*` has one comparison, here none$", VOCABULARY),
    Alone("fact-declaration", "is not a number that is stated$|has one value$|has a value for each year$", OTHERS),
    Alone("fact-declaration", "the range is empty$|can be computed as .* its range$", OTHERS),
    Alone("fact-declaration", "^a `several_of` needs|^the words of `.*` stand in|is what the answer", OTHERS),
    Alone("fact-declaration", "^`.*` (is a `.*`|counts .*), and `|^`.*` of what is a|^it counts .*, and", OTHERS),
    *(
        Alone(code, "", OTHERS)
        for code in ("unknown-criterion", "mandatory-not-member", "k-larger-than-n", "repeated-id")
    ),
    *(Alone(code, "", OTHERS) for code in ("empty-interval", "part-of-itself", "effective-dates", "group-too-wide")),
    *(Alone(code, "", OTHERS) for code in ("unknown-rulebook", "unknown-vocabulary", "counts-both-ways")),
    Alone("wrong-type", "can be read as", WRITTEN),
    Alone("identifier", r"`[0-9.+-]*[eE][0-9+-]*` is not a version", WRITTEN),
    Alone("number", "has more digits than a threshold can have", WRITTEN),
    Alone("control-character", "", "which may stand in any text"),
]


def is_alone(diagnostic: Diagnostic) -> bool:
    return any(diagnostic.code == one.code and re.search(one.message, diagnostic.message) for one in ALONE)


def refused(name: str, data: bytes) -> list[Diagnostic]:
    """What the loader says is wrong."""
    try:
        FORMATS[name].load(data)
    except Rejected as error:
        return list(error.diagnostics)
    return []


def error(name: str, node: Node) -> str | None:
    """What the schema says is wrong first."""
    wrong = next(SCHEMAS[name].iter_errors(node.plain()), None)
    return f"{'/'.join(map(str, wrong.absolute_path))}: {wrong.message[:200]}" if wrong else None


@pytest.mark.hypothesis
@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_and_loader_say_the_same_of_mutated_documents(name: str) -> None:
    of_chance, counted = chance(f"schema {name}"), {"valid": 0, "wrong": 0}
    for _ in range(DOCUMENTS):
        data = FORMATS[name].mutated(of_chance)
        try:
            node = read_one(data, "a.yaml")
        except Rejected:
            continue  # no document, of which a schema says nothing
        by_schema, by_loader = error(name, node), refused(name, data)
        counted["wrong" if by_loader else "valid"] += 1
        if by_schema:
            assert by_loader, (data, by_schema)
        else:
            assert [str(one) for one in by_loader if not is_alone(one)] == [], data
    # Of a few documents, all may be wrong.
    assert DOCUMENTS < 100 or min(counted.values()) > DOCUMENTS / 20


EVIDENCE: dict[str, tuple[Any, bool]] = {
    "bounds without a number": ({"diagnoses": {"at_least": None}}, False),
    "a range with one end": ({"diagnoses": {"between": [1]}}, False),
    "a range with two ends": ({"diagnoses": {"between": [1, 2]}}, True),
    "a range and a bound": ({"diagnoses": {"between": [1, 2], "below": 3}}, False),
    "two bounds of one side": ({"diagnoses": {"at_least": 1, "above": 0}}, False),
    "a bound in quotes": ({"cases_per_10000": {"at_most": "0.5"}}, True),
    "an answer and a bound": ({"diagnoses": {"answer": 1, "at_least": 1}}, False),
    "counts": ({"diagnoses": {"part": 4, "of": 2}}, True),
    "half of the counts": ({"diagnoses": {"part": 4}}, False),
    "a part of nothing": ({"diagnoses": {"part": 4, "of": 0}}, False),
    "a date": ({"diagnoses": {"answer": 1, "date": "2016-02-29"}}, True),
    "a date that does not exist": ({"diagnoses": {"answer": 1, "date": "2017-02-29"}}, False),
    "a year as a date": ({"diagnoses": {"answer": 1, "date": 2017}}, False),
    "a year that is described": ({"diagnoses": {"answer": 1, "as_of": 2017}}, True),
    "a month that is described": ({"diagnoses": {"answer": 1, "as_of": "2017-05"}}, True),
    "details that no year has": ({"outside_share": {"2016": {"answer": 0, "by": "A"}, "by": []}}, False),
    "details of no year": ({"outside_share": {"by": []}}, False),
    "a month that does not exist": ({"outside_share": {"2016": 0, "as_of": "2017-13"}}, False),
}
DESCRIBED: dict[str, tuple[Any, bool]] = {
    "places in quotes": ({"services": [{"act": "SEL", "sections": [104], "places": "0.5"}]}, True),
    "places below nought": ({"services": [{"act": "SEL", "sections": [], "places": -1}]}, False),
    "a section of words": ({"services": [{"act": "SEL", "sections": ["hundrede"]}]}, False),
    "a part of a section": ({"services": [{"act": "SEL", "sections": ["§ 105, STK. 2"]}]}, True),
    "an id that addresses": ({"id": "2018/7"}, False),
    "an id in other letters": ({"id": "Ærø-2.b"}, True),
    "no agreement": ({"agreement_with": None}, True),
}
OFFERS = {**{name: ({"evidence": one}, is_right) for name, (one, is_right) in EVIDENCE.items()}, **DESCRIBED}


@pytest.mark.parametrize("name", OFFERS)
def test_an_offer_is_right_or_wrong_by_both(name: str) -> None:
    said, is_right = OFFERS[name]
    data = flow({"format": "sekskant/offer/1", "id": "a", "name": "A", **said}).encode()
    assert (error("offer", read_one(data, "a.yaml")) is None, refused("offer", data) == []) == (is_right, is_right)


RULEBOOKS: dict[str, tuple[tuple[Any, ...], Any, bool]] = {
    "no last day": (("in_force", "until"), None, True),
    "a last day": (("in_force", "until"), "2024-02-29", True),
    "a last day that does not exist": (("in_force", "until"), "2023-02-29", False),
    "an empty condition": (("criteria", "B1", "indicated_by"), {}, False),
    "a condition of nothing": (("criteria", "B1", "indicated_by"), {"all": []}, False),
    "two comparisons": (("criteria", "B1", "indicated_by"), {"fact": "diagnoses", "above": 1, "below": 3}, False),
    "a comparison without a fact": (("criteria", "B1", "indicated_by"), {"at_least": 1}, False),
    "a threshold in quotes": (("criteria", "B1", "indicated_by"), {"fact": "diagnoses", "above": "1"}, True),
    "a measure without a judgement": (("criteria", "B1", "judgement"), None, False),
    "nought of several": (("rule", "at_least"), 0, False),
    "an id with a space": (("rule", "id"), "four of six", False),
    "a version that is a number": (("version",), 2018, True),
    "no overrides": (("overrides",), None, True),
}


@pytest.mark.parametrize("name", RULEBOOKS)
def test_a_rulebook_is_right_or_wrong_by_both(name: str) -> None:
    path, value, is_right = RULEBOOKS[name]
    document: Any = FORMATS["rulebook"].read("mest-specialiserede-2018.yaml")
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    data = flow(document).encode()
    assert (error("rulebook", read_one(data, "a.yaml")) is None, refused("rulebook", data) == []) == (
        is_right,
        is_right,
    )

"""Each kind of difference turns a verdict, alone or with another: cases as data, and what is told of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from engine.comparison.atom import Kind, Part, text_of
from engine.comparison.causes import CauseFinder, Situation
from engine.decisions.cause_of_change import Cause
from engine.evaluation.evidence import Evidence, Provenance, Stated
from engine.explanation.causes_in_words import CauseWords
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook
from tests.support import TEXT, Written, answer, between, exact, make_rulebook, make_vocabulary

FACTS: Mapping[str, Written] = {
    **{name: {"type": "number", "at_least": 0, "at_most": 10} for name in ("a", "b", "c")},
    "j": {"type": "judgement"},
    "k": {"type": "one_of", "answers": {"red": TEXT, "green": TEXT, "blue": TEXT}},
    "used": {"type": "share", "per": "year"},
    "mean": {"type": "share", "derived": {"mean": {"of": "used", "years": [-2, -1]}}},
}
VOCABULARY = make_vocabulary(FACTS)
DATA, RULE, EITHER, BOTH = Cause.DATA, Cause.RULE, Cause.EITHER, Cause.INTERACTION


def at_least(fact: str, number: int | str) -> Written:
    return {"fact": fact, "at_least": Decimal(number)}


def met(*tests: Written) -> Written:
    return {"met_when": tests[0] if len(tests) == 1 else {"all": [*tests]}}


class Side(NamedTuple):
    """A rulebook by its criteria, group and overrides, and the evidence of a year."""

    criteria: Mapping[str, Written]
    group: Mapping[str, Any]
    overrides: Mapping[str, Written]
    stated: Stated
    year: int = 2031
    facts: Mapping[str, Written] = FACTS

    @property
    def rulebook(self) -> Rulebook:
        """It loaded."""
        named = {name: {"title": {"da": name, "en": name}, **c} for name, c in self.criteria.items()}
        titled = {name: {"title": {"da": name, "en": name}, **o} for name, o in self.overrides.items()}
        return make_rulebook(make_vocabulary(self.facts), named, self.group, titled)


def side(
    criteria: Mapping[str, Written] | None = None,
    group: Mapping[str, Any] | None = None,
    overrides: Mapping[str, Written] | None = None,
    stated: Stated | None = None,
    year: int = 2031,
    facts: Mapping[str, Written] = FACTS,
) -> Side:
    """A side; of two criteria `A` and `B` on `a` and `b` both must be met, and both are."""
    criteria = criteria or {"A": met(at_least("a", 5)), "B": met(at_least("b", 5))}
    full: Stated = {"a": exact(6), "b": exact(6), "c": exact(6)} | dict(stated or {})
    return Side(criteria, group or {"at_least": len(criteria), "of": [*criteria]}, overrides or {}, full, year, facts)


A, B, C = met(at_least("a", 5)), met(at_least("b", 5)), met(at_least("c", 7))
APPLIES = {"when": at_least("a", 5), "verdict": "not_met"}
YEARS: dict[str, Evidence | dict[int, Evidence]] = {
    "used": {2029: exact("0.6"), 2030: exact("0.6"), 2031: exact("0.2")}
}
MEAN = {"M": met({"fact": "mean", "at_least": Decimal("0.5")})}
SOURCED = exact(6, Provenance(source="another page", because="a reason"))
CASES: dict[str, tuple[Side, Side, str, Cause | None]] = {
    "a fact": (side(), side(stated={"a": exact(4)}), "fact:a", DATA),
    "a fact that nobody states any more": (
        side(),
        side(stated={"a": between(4, 6)}),
        "fact:a",
        DATA,
    ),
    "two facts, each enough": (side(), side(stated={"a": exact(4), "b": exact(4)}), "fact:a | fact:b", DATA),
    "two facts together": (
        side(stated={"a": exact(4), "b": exact(4)}),
        side(),
        "fact:a & fact:b",
        DATA,
    ),
    "a fact within what no test can tell, and one beyond": (
        side(),
        side(stated={"a": exact(7), "b": exact(4)}),
        "fact:b",
        DATA,
    ),
    "a source is none": (side(stated={"a": SOURCED}), side(stated={"a": exact(6), "b": exact(4)}), "fact:b", DATA),
    "a year of a yearly fact": (
        side(MEAN, stated=YEARS),
        side(MEAN, stated={"used": {2029: exact("0.6"), 2030: exact("0.1")}}),
        "fact:used.2030",
        DATA,
    ),
    "the year": (side(MEAN, stated=YEARS), side(MEAN, stated=YEARS, year=2032), "year", DATA),
    "the year with what is known of it": (
        side(MEAN, stated={"used": {2029: exact("0.4"), 2030: exact("0.5")}}),
        side(MEAN, stated={"used": {2029: exact("0.4"), 2030: exact("0.5"), 2031: exact("0.6")}}, year=2032),
        "fact:used.2031 & year",
        DATA,
    ),
    "a threshold": (side(), side({"A": met(at_least("a", 7)), "B": B}), "test:A.a", RULE),
    "a comparison": (side(), side({"A": met({"fact": "a", "below": 5}), "B": B}), "test:A.a", RULE),
    "a threshold or a fact": (
        side(),
        side({"A": met(at_least("a", 7)), "B": B}, stated={"a": exact(4)}),
        "fact:a | test:A.a",
        EITHER,
    ),
    "a threshold and a fact": (
        side(),
        side({"A": met(at_least("a", 6)), "B": B}, stated={"a": exact("5.5")}),
        "fact:a & test:A.a",
        BOTH,
    ),
    "a list of answers": (
        side({"A": met({"fact": "k", "in": ["red", "green"]})}, stated={"k": answer("red")}),
        side({"A": met({"fact": "k", "in": ["blue", "green"]})}, stated={"k": answer("red")}),
        "test:A.k",
        RULE,
    ),
    "a condition": (side(), side({"A": met(at_least("a", 5), at_least("c", 7)), "B": B}), "condition:A", RULE),
    "a judgement that may depart": (
        side(stated={"j": answer("no")}),
        side({"A": {"indicated_by": at_least("a", 5), "judgement": "j"}, "B": B}, stated={"j": answer("no")}),
        "judgement:A",
        RULE,
    ),
    "when a criterion does not apply": (
        side(),
        side({"A": {**A, "not_applicable": {"when": at_least("c", 5), "counts_as": "not_met"}}, "B": B}),
        "exemption:A",
        RULE,
    ),
    "the threshold of that": (
        side({"A": {**A, "not_applicable": {"when": at_least("c", 7), "counts_as": "not_met"}}, "B": B}),
        side({"A": {**A, "not_applicable": {"when": at_least("c", 5), "counts_as": "not_met"}}, "B": B}),
        "exemption_test:A.c",
        RULE,
    ),
    "what it counts as then": (
        side({"A": {**A, "not_applicable": {"when": at_least("c", 5), "counts_as": "met"}}, "B": B}),
        side({"A": {**A, "not_applicable": {"when": at_least("c", 5), "counts_as": "not_met"}}, "B": B}),
        "counts_as:A",
        RULE,
    ),
    "a criterion more, and all are required": (side(), side({"A": A, "B": B, "C": C}), "added:C+required", RULE),
    "a criterion less, and all are required": (side({"A": A, "B": B, "C": C}), side(), "dropped:C+required", RULE),
    "a criterion more among which some are required": (
        side({"A": A, "B": met(at_least("b", 7))}),
        side({"A": A, "B": met(at_least("b", 7)), "C": met(at_least("c", 5))}, {"at_least": 2, "of": ["A", "B", "C"]}),
        "added:C",
        RULE,
    ),
    "a new criterion that has nothing to do with it": (
        side(),
        side({"A": A, "B": B, "C": C}, {"at_least": 2, "of": ["A", "B", "C"]}, stated={"a": exact(4)}),
        "fact:a",
        DATA,
    ),
    "who is mandatory": (
        side({"A": A, "C": C}, {"at_least": 1, "of": ["A", "C"]}),
        side({"A": A, "C": C}, {"at_least": 1, "of": ["A", "C"], "mandatory": ["C"]}),
        "mandatory:C",
        RULE,
    ),
    "who is no longer": (
        side({"A": A, "C": C}, {"at_least": 1, "of": ["A", "C"], "mandatory": ["C"]}),
        side({"A": A, "C": C}, {"at_least": 1, "of": ["A", "C"]}),
        "voluntary:C",
        RULE,
    ),
    "the number required": (
        side({"A": A, "C": C}, {"at_least": 1, "of": ["A", "C"]}),
        side({"A": A, "C": C}),
        "required",
        RULE,
    ),
    "the form of the rule": (
        side({"A": A, "C": C}, {"any": ["A", "C"]}),
        side({"A": A, "C": C}, {"all": ["A", "C"]}),
        "rule",
        RULE,
    ),
    "a criterion that moved within the rule": (
        side({"A": A, "B": B, "C": C}, {"all": ["A", {"any": ["B", "C"]}]}),
        side({"A": A, "B": B, "C": C}, {"all": ["A", "C", {"any": ["B", "C"]}]}),
        "moved:C",
        RULE,
    ),
    "a criterion that was split": (
        side({"S": {"met_when": {"any": [at_least("a", 5), at_least("c", 7)]}}, "B": B}),
        side({"S1": A, "S2": C, "B": B}),
        "added:S1+added:S2+dropped:S+required",
        RULE,
    ),
    "a split that takes nothing with it": (
        side(
            {"S": {"met_when": {"any": [at_least("a", 5), at_least("c", 7)]}}, "B": B},
            {"at_least": 1, "of": ["S", "B"]},
        ),
        side({"S1": C, "S2": met(at_least("a", 8)), "B": C}, {"at_least": 1, "of": ["S1", "S2", "B"]}),
        "added:S1+added:S2+dropped:S & condition:B",
        RULE,
    ),
    "an override more": (side(), side(overrides={"O": APPLIES}), "override_added:O", RULE),
    "an override less": (side(overrides={"O": APPLIES}), side(), "override_dropped:O", RULE),
    "the verdict of an override": (
        side(overrides={"O": {**APPLIES, "verdict": "met"}}),
        side(overrides={"O": APPLIES}),
        "override_verdict:O",
        RULE,
    ),
    "the condition of an override": (
        side(overrides={"O": {**APPLIES, "when": at_least("a", 7)}}),
        side(overrides={"O": APPLIES}),
        "test:O.a",
        RULE,
    ),
    "the order of overrides": (
        side(overrides={"O": {**APPLIES, "verdict": "met"}, "P": APPLIES}),
        side(overrides={"P": APPLIES, "O": {**APPLIES, "verdict": "met"}}),
        "override_order",
        RULE,
    ),
    "what a fact can be": (
        side({"A": A}, stated={"a": between(5)}),
        side(
            {"A": met({"fact": "a", "at_most": 9})},
            stated={"a": between(5, 9)},
            facts={**FACTS, "a": {"type": "number", "at_most": 9}},
        ),
        "",
        None,
    ),
    "what an unstated fact can be": (
        side({"A": met({"fact": "d", "at_least": 0})}, facts={**FACTS, "d": {"type": "number"}}),
        side({"A": met({"fact": "d", "at_least": 0})}, facts={**FACTS, "d": {"type": "number", "at_least": 0}}),
        "declaration:d",
        RULE,
    ),
    "other ids": (
        side({"A": A, "B": B}, overrides={"O": {**APPLIES, "when": at_least("a", 9)}}),
        side(
            {"X": {**A, "title": {"da": "A", "en": "A"}}, "A": {**B, "title": {"da": "B", "en": "B"}}},
            overrides={"U": {**APPLIES, "when": at_least("a", 9), "title": {"da": "O", "en": "O"}}},
            stated={"b": exact(4)},
        ),
        "fact:b",
        DATA,
    ),
}


def found(before: Side, now: Side) -> tuple[str, Cause | None]:
    finder = CauseFinder(before.rulebook, now.rulebook)
    causes = finder.causes(*(Situation(s.stated, s.year) for s in (before, now)))
    assert causes.complete
    return text_of(causes.sets), causes.cause


@pytest.mark.parametrize("name", CASES)
def test_what_is_told(name: str) -> None:
    before, now, text, cause = CASES[name]
    assert found(before, now) == (text, cause)


def test_every_kind_is_among_the_cases() -> None:
    told = {part.partition(":")[0] for _, _, text, _ in CASES.values() for part in text.replace("+", " ").split()}
    assert {kind.value for kind in Kind} - told == set()


def test_another_id_of_a_fact_is_no_difference() -> None:
    other = {"z" if name == "a" else name: fact for name, fact in FACTS.items()}
    named = {name: {**fact, "label": {"da": name, "en": name}} for name, fact in FACTS.items()}
    renamed = {name: {**other[name], "label": {"da": was, "en": was}} for was, name in zip(FACTS, other, strict=True)}
    before = side(facts=named)
    z = {"z": exact(6), "b": exact(4)}
    now = Side({"A": met(at_least("z", 5)), "B": B}, {"at_least": 2, "of": ["A", "B"]}, {}, z, facts=renamed)
    assert found(before, now) == ("fact:b", DATA)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["da", "en"])
def test_every_kind_has_words(kind: Kind, language: Any) -> None:
    rulebook = side(overrides={"O": APPLIES}).rulebook
    part = Part(kind, "O" if kind.value.startswith("override") else "A", "a", 2)
    words = CauseWords([rulebook], Wording(language)).set(((part,),))
    assert words
    assert "{" not in words

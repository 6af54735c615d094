"""A checked fact says in closed types what its declaration says in words."""

from __future__ import annotations

import typing
from fractions import Fraction

import pytest

from engine.rulebooks import language
from engine.rulebooks.rulebook import FactKind, Mean, Possible, Ratio, Word
from engine.rulebooks.vocabulary_loader import SEVERAL_OF
from engine.values.interval import Interval
from tests.support import TEXT, make_vocabulary

VOCABULARY = make_vocabulary(
    {
        "height": {"type": "number", "at_least": 2, "at_most": 3},
        "rooms": {"type": "whole_number", "at_most": 4},
        "used": {"type": "share", "per": "year"},
        "used_mean": {"type": "share", "derived": {"mean": {"of": "used", "years": [-1, -3]}}},
        "height_by_room": {"type": "number", "derived": {"ratio": {"of": "height", "to": "rooms"}}},
        "good": {"type": "judgement"},
        "colour": {"type": "one_of", "answers": {"red": TEXT, "blue": TEXT}, "assumed": "red", "attribute": True},
        "serves": {
            "type": "several_of",
            "answers": {"old": {"da": "gamle", "en": "old"}, "young": TEXT},
            "attribute": True,
            "answered_by": TEXT,
        },
    }
)
KINDS: dict[str, tuple[FactKind, Possible]] = {
    "height": (FactKind.NUMBER, Interval(Fraction(2), Fraction(3))),
    "rooms": (FactKind.WHOLE_NUMBER, Interval(None, Fraction(4))),
    "used": (FactKind.SHARE, Interval(Fraction(0), Fraction(1))),
    "good": (FactKind.JUDGEMENT, frozenset({"yes", "no"})),
    "colour": (FactKind.ONE_OF, frozenset({"red", "blue"})),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_fact_has_its_kind_and_all_that_it_can_be(name: str) -> None:
    fact = VOCABULARY.facts[name]
    assert (fact.kind, fact.domain) == KINDS[name]
    assert fact.is_number is isinstance(fact.domain, Interval)
    flags = {FactKind.WHOLE_NUMBER: fact.is_whole, FactKind.SHARE: fact.is_share, FactKind.JUDGEMENT: fact.is_judgement}
    assert [kind for kind, holds in flags.items() if holds] == [kind for kind in flags if kind is fact.kind]


def test_the_kinds_are_the_words_of_the_language() -> None:
    words = typing.get_args(typing.get_type_hints(language.Fact)["type"])
    assert [*(kind.value for kind in FactKind), SEVERAL_OF] == list(words)
    assert {kind for kind, _ in KINDS.values()} == set(FactKind)


def test_a_mean_follows_from_the_years_of_a_fact() -> None:
    fact = VOCABULARY.facts["used_mean"]
    assert fact.derivation == Mean("used", (-1, -3))
    assert fact.derivation.parts == (("used", -1), ("used", -3))
    assert fact.derived_from == ("used",)
    assert VOCABULARY.years_of(VOCABULARY.facts["used"]) == [-3, -1]


def test_a_ratio_follows_from_two_facts() -> None:
    fact = VOCABULARY.facts["height_by_room"]
    assert fact.derivation == Ratio("height", "rooms")
    assert fact.derivation.parts == (("height", None), ("rooms", None))
    assert fact.derived_from == ("height", "rooms")
    assert VOCABULARY.years_of(VOCABULARY.facts["height"]) == []


def test_what_is_declared_beside_the_kind_is_kept() -> None:
    colour = VOCABULARY.facts["colour"]
    assert (colour.assumed, colour.is_attribute, list(colour.answers)) == ("red", True, ["red", "blue"])
    assert [name for name, fact in VOCABULARY.facts.items() if fact.is_yearly] == ["used"]
    assert [name for name, fact in VOCABULARY.facts.items() if fact.derivation] == ["used_mean", "height_by_room"]
    assert (VOCABULARY.facts["good"].derivation, VOCABULARY.facts["good"].assumed) == (None, None)


def test_what_can_be_several_of_some_words_is_a_fact_for_each_of_them() -> None:
    words = VOCABULARY.lists["serves"]
    assert list(words) == ["old", "young"]
    assert [words["old"], words["young"]] == [VOCABULARY.facts[name] for name in ("serves_old", "serves_young")]
    old = words["old"]
    assert (old.word, old.kind, old.domain) == (Word("serves", "old"), FactKind.ONE_OF, frozenset({"yes", "no"}))
    assert (old.label.da, old.label.en) == ("tekst (gamle)", "text (old)")
    assert (old.is_attribute, old.assumed, old.answered_by is None) == (True, None, False)
    assert [name for name, fact in VOCABULARY.facts.items() if fact.word] == ["serves_old", "serves_young"]
    assert "serves" not in VOCABULARY.facts
    assert list(VOCABULARY.terms["serves"]) == ["old", "young"]

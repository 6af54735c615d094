"""A criterion and the parts that it was split into are compared as one: in causes, in differences, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.authoring.writing.difference import rulebook_changes
from engine.comparison.atom import Kind, text_of
from engine.comparison.causes import CauseFinder
from engine.comparison.plain_rulebook import aligned
from engine.explanation.causes_in_words import CauseWords
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.renames import renames_between
from engine.rulebooks.rulebook import Rulebook
from engine.rulebooks.rulebook_loader import load_rulebook
from engine.texts.catalogue import Language
from tests.next_year import carried_on

SPLIT = """\
rule: {at_least: 5}
changes:
  A4:
    split_into:
      A4a: {met_when: {fact: professional_coordination_needed}}
      A4b: {title: {da: Sektorer, en: Sectors}, met_when: {fact: large_catchment_needed}}
"""


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Rulebook, Rulebook]:
    """The shipped version, and one with a criterion split, as a journal has it: by itself."""
    now = carried_on(tmp_path, SPLIT)
    assert now.former is not None
    return now.former, load_rulebook(now.written_as, "recorded", lambda _: now.vocabulary)


def test_it_is_one_cause_there_and_back(pair: tuple[Rulebook, Rulebook]) -> None:
    old, new = pair
    assert {text_of(((atom,),)) for atom in CauseFinder(old, new).atoms} == {
        "added:A4a+added:A4b+dropped:A4",
        "required",
    }
    assert {text_of(((atom,),)) for atom in CauseFinder(new, old).atoms} == {
        "added:A4+dropped:A4a+dropped:A4b",
        "required",
    }


def test_a_part_that_says_what_the_whole_said_is_not_the_whole_with_another_id(pair: tuple[Rulebook, Rulebook]) -> None:
    old, new = pair
    assert aligned(old, new).split == (("A4", "A4a", "A4b"),)
    assert "A4a" not in aligned(old, new).criteria.values()
    assert renames_between(old, new).criteria == renames_between(new, old).criteria == {}


@pytest.mark.parametrize(
    ("language", "split", "made_one"),
    [
        ("en", "A4 split into A4a and A4b", "A4a and A4b made one, A4"),
        ("da", "A4 delt i A4a og A4b", "A4a og A4b samlet til A4"),
    ],
)
def test_the_cause_is_told_as_one(
    pair: tuple[Rulebook, Rulebook], language: Language, split: str, made_one: str
) -> None:
    for (before, now), told in ((pair, split), (pair[::-1], made_one)):
        (atom,) = (atom for atom in CauseFinder(before, now).atoms if len(atom) > 1)
        assert {part.kind for part in atom} == {Kind.ADDED, Kind.DROPPED}
        assert CauseWords((now, before), Wording(language)).set((atom,)) == told


def test_the_difference_is_told_as_one(pair: tuple[Rulebook, Rulebook]) -> None:
    parts = (
        "A4a (Professional coordination: Professional coordination is needed: yes) and "
        "A4b (Sectors: A larger catchment area is needed: yes)"
    )
    about = "Criterion A4 (Professional coordination)"
    told = [
        [(c.about.en, c.change.en) for c in rulebook_changes(*sides) if c.kind == "meaning"][1:]
        for sides in (pair, pair[::-1])
    ]
    assert told[0] == [("Rule", "5 are required instead of 4"), (about, f"split into {parts}")]
    assert sorted(told[1]) == [(about, f"made of {parts}"), ("Rule", "4 are required instead of 5")]


def test_what_else_changes_of_a_part_is_told_too(tmp_path: Path) -> None:
    now = carried_on(
        tmp_path,
        """\
        rule: {id: r, title: {da: R, en: R}, reference: {da: r, en: r}, at_least: 4, of: [A1, A2, A3, A4, A5a, A6, A5b]}
        changes:
          A5: {split_into: {A5a: {}, A5b: {not_applicable: null}}}
        """,
    )
    assert now.former is not None
    told = [(c.about.en, c.change.en) for c in rulebook_changes(now.former, now) if c.kind == "meaning"]
    assert ("Criterion A5b (Organisational coordination)", "always applies") in told
    assert ("Rule", "A4 is no longer mandatory") in told
    assert not [change for _, change in told if "counts" in change]

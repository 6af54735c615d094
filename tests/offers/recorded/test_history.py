"""What recorded decisions tell of the evidence that was stated, and of what is otherwise in it than before."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from engine.decisions.decide import Decider
from engine.decisions.trace import Trace
from engine.evaluation.evidence import Evidence, Provenance, Stated
from engine.rulebooks.rulebook import Vocabulary
from offers.recorded.history import evidence_changed, stated_in
from tests.support import SUBJECT, Written, exact, make_rulebook, make_vocabulary

YEAR, NUMBER = 2031, {"type": "number"}
YEARLY = {"x": {**NUMBER, "per": "year"}, "y": {**NUMBER, "per": "year"}}
PLAIN = dict.fromkeys(("a", "b"), NUMBER)
DERIVED: Mapping[str, Mapping[str, Written]] = {
    "mean": {"f": {"mean": {"of": "y", "years": [-3, -2]}}},
    "value": {"f": {"value": {"of": "y", "year": -2}}},
    "sum over years": {"f": {"sum": {"of": "y", "years": [-3, -2]}}},
    "least over years": {"f": {"least": {"of": "y", "years": [-3, -2]}}},
    "largest over years": {"f": {"largest": {"of": "y", "years": [-3, -2]}}},
    "sum": {"f": {"sum": {"of": ["a", "b"]}}},
    "difference": {"f": {"difference": {"of": "a", "less": "b"}}},
    "of what follows itself": {
        "one": {"value": {"of": "x", "year": -2}},
        "other": {"largest": {"of": "y", "years": [-3, -2]}},
        "f": {"difference": {"of": "one", "less": "other"}},
    },
}
STATED: Mapping[str, Evidence | Mapping[int, Evidence]] = {
    "a": exact(2),
    "b": exact(3),
    "x": {YEAR - 3: exact(5), YEAR - 2: exact(6)},
    "y": {YEAR - 3: exact(7), YEAR - 2: exact(8)},
}
READ = {
    "value": {"y": {YEAR - 2: exact(8)}},
    "sum": {"a": exact(2), "b": exact(3)},
    "difference": {"a": exact(2), "b": exact(3)},
    "of what follows itself": {"x": {YEAR - 2: exact(6)}, "y": STATED["y"]},
}


def vocabulary_with(derived: Mapping[str, Written]) -> Vocabulary:
    return make_vocabulary({**YEARLY, **PLAIN, **{name: {**NUMBER, "derived": one} for name, one in derived.items()}})


def decided(derived: Mapping[str, Written], stated: Stated, year: int = YEAR) -> Trace:
    vocabulary = vocabulary_with(derived)
    rulebook = make_rulebook(
        vocabulary, {"C": {"met_when": {"fact": "f", "at_least": 1}}}, {"at_least": 1, "of": ["C"]}
    )
    return Decider(rulebook).decide(SUBJECT, stated, year)


@pytest.mark.parametrize("name", DERIVED)
def test_years_are_told_as_years_however_a_fact_follows_from_them(name: str) -> None:
    assert stated_in([decided(DERIVED[name], STATED)]) == READ.get(name, {"y": STATED["y"]})


@pytest.mark.parametrize("name", [name for name in DERIVED if name not in ("sum", "difference")])
@pytest.mark.parametrize("own", [{}, {"f": exact(4)}], ids=["nothing", "itself"])
def test_years_of_which_nothing_is_stated_are_no_changed_evidence(name: str, own: Stated) -> None:
    """Another agreement year reads other years, and says nothing new of them."""
    before, after = (decided(DERIVED[name], own, year) for year in (YEAR, YEAR + 1))
    assert evidence_changed(before, after) == ()


def test_years_of_which_something_is_stated_are_changed_evidence() -> None:
    stated = {"y": {year: exact(7) for year in range(YEAR - 3, YEAR)}}
    before, after = (decided(DERIVED["mean"], stated, year) for year in (YEAR, YEAR + 1))
    assert evidence_changed(before, after) == ("f",)


@pytest.mark.parametrize("name", ["because", "source"])
def test_another_reason_or_source_is_changed_evidence(name: str) -> None:
    stated = exact(4, Provenance(**{name: "one"})), exact(4, Provenance(**{name: "another"}))
    before, after = (decided(DERIVED["mean"], {"f": one}) for one in stated)
    assert evidence_changed(before, after) == ("f",)

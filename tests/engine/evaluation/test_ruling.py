"""What items lead to: the verdict, and the bases that it can still rest on, in their order."""

from __future__ import annotations

import pytest

from engine.evaluation.program import compile_rulebook
from engine.evaluation.ruling import ruling_on, ruling_over
from engine.rulebooks.rulebook import Verdict
from engine.values.logic import Status
from tests.support import TEXT, make_rulebook, make_vocabulary

VOCABULARY = make_vocabulary({name: {"type": "judgement"} for name in ("good", "out", "in_any_case")})
OVERRIDES = {
    "excluded": {"when": {"fact": "out"}, "verdict": "not_met", "legal_basis": TEXT},
    "included": {"when": {"fact": "in_any_case"}, "verdict": "met", "legal_basis": TEXT},
}
PROGRAM = compile_rulebook(
    make_rulebook(VOCABULARY, {"C1": {"met_when": {"fact": "good"}}}, {"all": ["C1"]}, OVERRIDES)
)
MET, NOT_MET, UNKNOWN = Status.MET, Status.NOT_MET, Status.UNKNOWN


@pytest.mark.parametrize(
    ("items", "verdict", "bases"),
    [
        ((MET, NOT_MET, NOT_MET), Verdict.MET, ("rule",)),
        ((NOT_MET, NOT_MET, NOT_MET), Verdict.NOT_MET, ("rule",)),
        ((UNKNOWN, NOT_MET, NOT_MET), Verdict.UNDETERMINED, ("rule",)),
        ((MET, MET, MET), Verdict.NOT_MET, ("excluded",)),
        ((NOT_MET, NOT_MET, MET), Verdict.MET, ("included",)),
        ((MET, NOT_MET, UNKNOWN), Verdict.MET, ("included", "rule")),
        ((MET, UNKNOWN, MET), Verdict.UNDETERMINED, ("excluded", "included")),
        ((UNKNOWN, UNKNOWN, UNKNOWN), Verdict.UNDETERMINED, ("excluded", "included", "rule")),
    ],
)
def test_a_basis_is_possible_where_it_and_none_before_it_can_be_met(
    items: tuple[Status, ...], verdict: Verdict, bases: tuple[str, ...]
) -> None:
    ruling = ruling_on(PROGRAM, items)
    assert (ruling.verdict, ruling.possible_bases) == (verdict, bases)
    assert len(ruling.statuses) == len(PROGRAM.nodes) - PROGRAM.ruling_from


BOTH = make_vocabulary({name: {"type": "judgement"} for name in ("one", "other")})
EITHER = compile_rulebook(
    make_rulebook(
        BOTH,
        {"C1": {"met_when": {"fact": "one"}}, "C2": {"met_when": {"fact": "other"}}},
        {"any": [{"all": ["C1", "C2"]}, {"not": {"any": ["C1", "C2"]}}]},
    )
)
"""Both or neither: each criterion counts for the rule in one place, and against it in the other."""


@pytest.mark.parametrize(
    ("items", "verdict"),
    [
        ((MET, MET), Verdict.MET),
        ((NOT_MET, NOT_MET), Verdict.MET),
        ((MET, NOT_MET), Verdict.NOT_MET),
        ((UNKNOWN, MET), Verdict.UNDETERMINED),
        ((NOT_MET, UNKNOWN), Verdict.UNDETERMINED),
        ((UNKNOWN, UNKNOWN), Verdict.UNDETERMINED),
    ],
)
def test_what_counts_both_ways_is_settled_in_every_way_there_is(items: tuple[Status, ...], verdict: Verdict) -> None:
    assert EITHER.split == (0, 1)
    assert ruling_on(EITHER, items).verdict is verdict


def test_what_counts_both_ways_does_not_leave_open_what_is_the_same_either_way() -> None:
    group = {"any": [{"all": ["C1", "C2"]}, {"all": ["C2", {"not": {"all": ["C1"]}}]}]}
    criteria = {"C1": {"met_when": {"fact": "one"}}, "C2": {"met_when": {"fact": "other"}}}
    program = compile_rulebook(make_rulebook(BOTH, criteria, group))
    assert ruling_on(program, (UNKNOWN, MET)).verdict is Verdict.MET
    assert ruling_on(program, (UNKNOWN, NOT_MET)).verdict is Verdict.NOT_MET


@pytest.mark.parametrize(
    ("vectors", "verdict", "bases"),
    [
        ([(NOT_MET, NOT_MET, MET), (MET, NOT_MET, NOT_MET)], Verdict.MET, ("included", "rule")),
        ([(MET, MET, NOT_MET), (MET, NOT_MET, NOT_MET)], Verdict.UNDETERMINED, ("excluded", "rule")),
        ([(MET, NOT_MET, NOT_MET), (NOT_MET, NOT_MET, NOT_MET)], Verdict.UNDETERMINED, ("rule",)),
        ([(MET, NOT_MET, NOT_MET)], Verdict.MET, ("rule",)),
    ],
)
def test_where_each_of_several_rulings_may_be_the_one_all_that_they_lead_to_is_possible(
    vectors: list[tuple[Status, ...]], verdict: Verdict, bases: tuple[str, ...]
) -> None:
    ruling = ruling_over(PROGRAM, [ruling_on(PROGRAM, items) for items in vectors])
    assert (ruling.verdict, ruling.possible_bases) == (verdict, bases)
    assert len(ruling.statuses) == len(PROGRAM.nodes) - PROGRAM.ruling_from

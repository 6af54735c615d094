"""What items lead to: the verdict, and the bases that it can still rest on, in their order."""

from __future__ import annotations

import pytest

from engine.evaluation.program import compile_rulebook
from engine.evaluation.ruling import ruling_on
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

"""Facts whose values have gaps, or follow from one another: exact where that can be told, and said where it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from engine.decisions.decide import Decider
from engine.decisions.decision_record import decision_record
from engine.decisions.evaluators import ENGINES
from engine.decisions.vector_decisions import VectorDecisions, situations_of
from engine.diagnostics import Rejected
from engine.evaluation import completions as completions_module
from engine.evaluation.completions import Completions
from engine.evaluation.evidence import Evidence, State, Stated
from tests.engine.evaluation.test_columnar import columnar, evaluated
from tests.support import SUBJECT, Written, between, exact, make_rulebook, make_vocabulary

VOCABULARY = make_vocabulary(
    {
        "n": {"type": "whole_number", "per": "year", "at_least": 0},
        "mean": {"type": "number", "at_least": 0, "derived": {"mean": {"of": "n", "years": [-3, -2, -1]}}},
        "height": {"type": "number"},
        "above": {"type": "number"},
        "below": {"type": "whole_number", "at_least": 0},
        "ratio": {"type": "number", "derived": {"ratio": {"of": "above", "to": "below"}}},
        "part": {"type": "share", "derived": {"ratio": {"of": "above", "to": "below"}}},
    }
)
LEAST: Written = {"fact": "mean", "at_least": Decimal("2.3")}
MOST: Written = {"fact": "mean", "below": Decimal("2.34")}
HIGH: Written = {"fact": "height", "above": 1}
LOW: Written = {"fact": "height", "below": 3}


class Case(NamedTuple):
    """Criteria that must all be met, evidence, and what is decided: the verdict, each status, and notes."""

    criteria: tuple[Written, ...]
    stated: Mapping[str, Any]
    verdict: str
    statuses: tuple[str, ...]
    notes: tuple[str, ...] = ()


CASES = {
    "a mean that is stated rounded": Case((LEAST, MOST), {"mean": exact("2.33")}, "met", ("met", "met")),
    "no mean lies where one is stated": Case((LEAST, MOST), {"mean": between("2.31", "2.32")}, "met", ("met", "met")),
    "one mean alone lies between bounds": Case((LEAST, MOST), {"mean": between("2.31", "2.35")}, "met", ("met", "met")),
    "the only mean is below the threshold": Case(
        ({"fact": "mean", "at_least": Decimal("2.332")}, LEAST),
        {"mean": between("2", "2.332")},
        "not_met",
        ("not_met", "not_met"),
    ),
    "a rounded mean beside an open fact": Case(
        (LEAST, HIGH, LOW), {"mean": exact("2.33")}, "undetermined", ("met", "unknown", "unknown")
    ),
    "a mean settled by its gaps beside an open fact": Case(
        (MOST, HIGH, LOW), {"mean": between("2.31", "2.35")}, "undetermined", ("met", "unknown", "unknown")
    ),
    "a mean that can never be": Case(
        ({"fact": "mean", "equals": Decimal("1.2")}, HIGH, LOW), {}, "not_met", ("not_met", "unknown", "unknown")
    ),
    "a quotient by a whole number": Case(
        ({"any": [{"fact": "ratio", "at_most": Decimal("0.5")}, {"fact": "ratio", "at_least": 1}]},),
        {"above": exact("1"), "below": between("1", "2")},
        "undetermined",
        ("unknown",),
        ("approximated",),
    ),
    "a divisor that may be 0": Case(
        ({"fact": "ratio", "at_least": Decimal("0.5")},),
        {"above": exact("5"), "below": between("0", "2")},
        "undetermined",
        ("unknown",),
        ("approximated",),
    ),
    "a divisor that is 0": Case(
        ({"fact": "ratio", "at_least": Decimal("0.5")},),
        {"above": exact("5"), "below": exact("0")},
        "undetermined",
        ("unknown",),
        ("approximated",),
    ),
    "a divisor above 0": Case(
        ({"fact": "ratio", "at_least": Decimal("0.5")},),
        {"above": exact("1"), "below": between("1", "2")},
        "met",
        ("met",),
    ),
    "a quotient that is stated beside a divisor that may be 0": Case(
        ({"fact": "ratio", "at_least": Decimal("0.5")},),
        {"above": exact("5"), "below": between("0", "2"), "ratio": exact("3")},
        "met",
        ("met",),
    ),
    "a part that the limits of a quotient bound": Case(
        ({"fact": "above", "at_most": 12},), {"below": exact("10")}, "undetermined", ("unknown",), ("approximated",)
    ),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", CASES)
def test_what_has_gaps_or_follows_is_decided_and_said(name: str, engine: str) -> None:
    case = CASES[name]
    named = {f"C{i}": {"met_when": condition} for i, condition in enumerate(case.criteria)}
    stated: Stated = dict(case.stated)
    trace = Decider(make_rulebook(VOCABULARY, named, {"all": [*named]}), engine=engine).decide(SUBJECT, stated, 2031)
    assert (trace.verdict.value, tuple(c.status.reported for c in trace.criteria)) == (case.verdict, case.statuses)
    assert tuple(note.code for note in trace.notes) == case.notes
    assert decision_record(trace)["verdict"] == case.verdict


def test_what_a_rounded_mean_shows_is_a_ground_and_nothing_that_can_never_be() -> None:
    """No mean of three whole numbers is from 2.32 to 2.331, but 7 thirds are stated as 2.33."""
    least: Written = {"met_when": {"fact": "mean", "at_least": Decimal("2.32")}}
    most: Written = {"met_when": {"fact": "mean", "at_most": Decimal("2.331")}}
    decider = Decider(make_rulebook(VOCABULARY, {"A": least, "B": most}, {"all": ["A", "B"]}))
    trace = decider.decide(SUBJECT, {"mean": exact("2.33")}, 2031)
    record = decision_record(trace)
    assert (record["verdict"], record["grounds"], record["grounds_facts"]) == ("met", [["A", "B"]], [["mean"]])
    shown = {item.criterion.id: item.status for item in trace.criteria}
    assert not [pair for pair in trace.excluded if dict(pair).items() <= shown.items()]
    assert record["smallest_change"] == [["A"], ["B"]]
    (situation,) = situations_of([Completions(decider.program)], {"mean": exact("2.33")}, 2031)
    decisive = VectorDecisions(decider).over(situation).decisive
    assert decisive == (0, 1) == tuple(i for i, item in enumerate(trace.criteria) if item.decisive)


def test_where_too_much_can_occur_nothing_is_called_decisive_and_grounds_may_be_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(completions_module, "MAX_CASES", 1)
    rulebook = make_rulebook(VOCABULARY, {"A": {"met_when": HIGH}, "B": {"met_when": LOW}}, {"all": ["A", "B"]})
    decider = Decider(rulebook, engine="reference")
    trace = decider.decide(SUBJECT, {"height": exact("2")}, 2031)
    assert not any(criterion.decisive for criterion in trace.criteria)
    assert [(note.code, note.detail) for note in trace.notes] == [
        ("incomplete", {"lists": ("grounds", "smallest_change", "decisive")})
    ]
    decisions = VectorDecisions(decider)
    (situation,) = situations_of([Completions(decider.program)], {"height": exact("2")}, 2031)
    assert decisions.over(situation).decisive == ()


def test_what_would_change_a_decision_is_told_where_everything_can_occur_together() -> None:
    """One fact settles both, and yet each combination of them occurs: a departure can be stated."""
    indicated = {"indicated_by": HIGH, "judgement": "good"}
    vocabulary = make_vocabulary({"height": {"type": "number"}, "good": {"type": "judgement"}})
    rulebook = make_rulebook(vocabulary, {"C": indicated}, {"all": ["C"]}, {"O": {"when": HIGH, "verdict": "met"}})
    trace = Decider(rulebook, engine="reference").decide(SUBJECT, {"height": exact(0)}, 2031)
    assert trace.analysis.smallest_change.sets == (("C",), ("O",))
    assert trace.notes == ()


def test_a_departure_from_what_the_gaps_of_a_mean_settle_needs_a_reason_in_files_and_in_rows() -> None:
    facts = {"n": {"type": "whole_number", "per": "year"}, "good": {"type": "judgement"}}
    mean = {"type": "number", "derived": {"mean": {"of": "n", "years": [-3, -2, -1]}}}
    measured = {"indicated_by": {"fact": "mean", "at_least": Decimal("2.33")}, "judgement": "good"}
    rulebook = make_rulebook(make_vocabulary(facts | {"mean": mean}), {"C": measured}, {"all": ["C"]})
    decider = Decider(rulebook, engine="reference")
    stated: Stated = {"mean": between("2", "2.33"), "good": Evidence(frozenset({"yes"}), State.KNOWN)}
    with pytest.raises(Rejected, match="departure-without-reason"):
        decider.decide(SUBJECT, stated, 2031)
    with pytest.raises(Rejected, match="departure-without-reason"):
        situations_of([Completions(decider.program)], stated, 2031)


@pytest.mark.parametrize(("low", "verdict"), [("0", "undetermined"), ("-1", "undetermined"), ("0.1", "met")])
def test_a_divisor_that_may_be_0_leaves_a_quotient_open_in_rows_too(low: str, verdict: str) -> None:
    """And what was decided by a former definition is decided so again: it took the divisor to be above 0."""
    facts = {name: {"type": "number"} for name in ("above", "below")}
    ratio = {"type": "number", "derived": {"ratio": {"of": "above", "to": "below"}}}
    criterion = {"met_when": {"fact": "ratio", "at_least": Decimal("0.5")}}
    rulebook = make_rulebook(make_vocabulary(facts | {"ratio": ratio}), {"C": criterion}, {"all": ["C"]})
    stated: Stated = {"above": exact("5"), "below": between(low, "2")}
    decider = Decider(rulebook, engine="reference")
    assert decider.decide(SUBJECT, stated, 2031).verdict.value == verdict
    ((_, situation),) = evaluated(columnar(decider.program, 2031), [stated])
    assert situation is not None
    assert VectorDecisions(decider).over(situation).decided.verdict.value == verdict
    former = Decider(rulebook, engine="reference", is_over_facts=False)
    assert former.decide(SUBJECT, stated, 2031).verdict.value == "met"

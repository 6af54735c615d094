"""Sentences of a justification that hold of the offer, also where no statuses of criteria show why."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from engine.decisions.decide import Decider
from engine.decisions.trace import Trace
from engine.evaluation.completions import MAX_CASES
from engine.evaluation.evidence import Stated
from engine.explanation.justification import facts_to_ask_for, justification
from engine.rulebooks.library import Library
from tests.support import SUBJECT, Written, answer, exact, make_rulebook, make_vocabulary

ALONE = "However the facts turn out that are open, the outcome is the same."
UNLESS = ALONE.removesuffix(".") + ", unless a judgement departs from an indicative measure."
COLOURS = {"red": {"da": "rød", "en": "red"}, "green": {"da": "grøn", "en": "green"}}
FACTS: dict[str, Written] = {
    "x": {"type": "number", "label": {"da": "Tal", "en": "Number"}},
    "kind": {"type": "one_of", "answers": COLOURS, "attribute": True, "label": {"da": "Art", "en": "Kind"}},
    "colour": {"type": "one_of", "answers": COLOURS, "label": {"da": "Farve", "en": "Colour"}},
    "j": {"type": "judgement"},
    "k": {"type": "judgement"},
    "n": {"type": "whole_number", "at_least": 0, "at_most": 6, "per": "year"},
    "m": {"type": "number", "derived": {"mean": {"of": "n", "years": [-1, -2, -3]}}},
}
ALL_OF_TWO = {"all": ["C1", "C2"]}
BY_JUDGEMENT = {
    "C1": {"indicated_by": {"fact": "x", "at_least": 5}, "judgement": "j"},
    "C2": {"indicated_by": {"fact": "x", "below": 5}, "judgement": "j"},
}


def decided(
    criteria: Mapping[str, Written], group: Written, stated: Stated, overrides: Mapping[str, Written] | None = None
) -> Trace:
    rulebook = make_rulebook(make_vocabulary(FACTS), criteria, group, overrides)
    return Decider(rulebook, engine="reference").decide(SUBJECT, stated, 2020)


def told(trace: Trace) -> dict[str, tuple[str, ...]]:
    """The sentences of a justification by its headings."""
    return {s.heading: s.sentences for s in justification(trace, "en")}


def test_what_follows_from_facts_together_is_told_so() -> None:
    covered = Library().in_force(2018)[0]
    stated = {
        "cases_per_10000": exact(8),
        "diagnoses": exact(2),
        "professional_coordination_needed": answer("yes"),
        "outside_share_mean": exact("0.6"),
        "agreement_kind": answer("municipality"),
    }
    trace = Decider(covered, engine="reference").decide(SUBJECT, stated, 2018)
    sentences = told(trace)
    assert not any(trace.analysis.grounds.sets)
    first, why, *_ = sentences["Decision"]
    assert (first.endswith("covered by the development strategy."), ALONE in sentences["Decision"]) == (True, True)
    assert why.startswith("This follows from what is stated of these facts together: ")
    assert "Diagnoses: 2. a reason." in sentences["Facts given weight"]


def test_that_the_outcome_is_the_same_leaves_room_for_a_judgement_that_departs() -> None:
    trace = decided(BY_JUDGEMENT, ALL_OF_TWO, {})
    assert told(trace)["Decision"][-1] == UNLESS
    departing = decided(BY_JUDGEMENT, ALL_OF_TWO, {"j": answer("yes")})
    assert (trace.verdict.value, departing.verdict.value) == ("not_met", "met")


def test_what_is_so_is_never_told_to_be_impossible() -> None:
    criteria = {
        "C1": {"met_when": {"fact": "m", "at_least": 0.4}},
        "C2": {"met_when": {"fact": "m", "at_most": 0.6}},
    }
    trace = decided(criteria, ALL_OF_TWO, {"m": exact("0.5")})
    assert trace.verdict.value == "met"
    assert trace.excluded_here == ()


MANY = {f"f{i}": {"type": "judgement"} for i in range(14)}
assert 2 ** len(MANY) > MAX_CASES


def decided_of_many(group: Written, stated: Stated, **more: Written) -> Trace:
    criteria = {f"C{i}": {"met_when": {"fact": name}} for i, name in enumerate(MANY)}
    rulebook = make_rulebook(make_vocabulary(MANY), {**criteria, **more}, group)
    return Decider(rulebook, engine="reference").decide(SUBJECT, stated, 2020)


@pytest.mark.slow
def test_where_too_many_facts_are_open_all_that_may_settle_it_are_asked_for() -> None:
    each = [{"all": [{"fact": name} for name in MANY]}, {"not": {"any": [{"fact": name} for name in MANY]}}]
    group = {"any": [{"all": ["C0", "C1"]}, "D"]}
    trace = decided_of_many(group, {}, D={"met_when": {"any": each}})
    assert trace.verdict.value == "undetermined"
    assert {test.test.fact for test in facts_to_ask_for(trace)} >= {"f0", "f1"}


def test_nothing_is_said_of_what_would_reopen_a_verdict_where_not_all_was_tried() -> None:
    each = [{"all": [{"fact": name} for name in MANY]}, {"not": {"any": [{"fact": name} for name in MANY]}}]
    group = {"any": [{"all": ["C0", "C1"]}, "D"]}
    stated = {name: answer("yes" if name in ("f0", "f1") else "no") for name in MANY}
    trace = decided_of_many(group, stated, D={"met_when": {"any": each}})
    changes = told(trace).get("What would change the decision", ())
    assert trace.analysis.smallest_change.complete or not any("undetermined" in sentence for sentence in changes)


EXEMPT = {"when": {"fact": "kind", "is": "green"}, "counts_as": "met", "reference": {"da": "§ 1", "en": "§ 1"}}


@pytest.mark.parametrize(
    ("criterion", "stated", "is_told"),
    [
        ({"met_when": {"fact": "x", "at_least": 5}}, {"x": exact(3)}, True),
        ({"met_when": {"all": [{"fact": "x", "at_least": 5}, {"fact": "kind", "is": "red"}]}}, {"x": exact(7)}, False),
        (
            {"met_when": {"all": [{"fact": "x", "at_least": 5}, {"fact": "kind", "is": "green"}]}},
            {"x": exact(3)},
            True,
        ),
    ],
    ids=["by evidence", "by what the offer is alone", "by evidence, the offer being so"],
)
def test_only_what_evidence_would_change_is_told(criterion: Written, stated: Stated, is_told: bool) -> None:
    trace = decided({"C1": criterion}, {"all": ["C1"]}, {**stated, "kind": answer("green")})
    assert trace.verdict.value == "not_met"
    assert ("What would change the decision" in told(trace)) is is_told


def test_a_criterion_that_what_the_offer_is_exempts_is_no_advice() -> None:
    criteria = {"C1": {"met_when": {"fact": "x", "at_least": 5}, "not_applicable": {**EXEMPT, "counts_as": "not_met"}}}
    trace = decided(criteria, {"all": ["C1"]}, {"x": exact(7), "kind": answer("green")})
    assert "What would change the decision" not in told(trace)


def test_only_overrides_that_may_decide_are_asked_for() -> None:
    overrides = {
        "O": {"when": {"fact": "j"}, "verdict": "met"},
        "P": {"when": {"fact": "x", "above": 1}, "verdict": "met"},
        "Q": {"when": {"fact": "k"}, "verdict": "met"},
    }
    criteria = {"C1": {"met_when": {"fact": "x", "above": 9}}}
    rulebook = make_rulebook(make_vocabulary(FACTS), criteria, {"all": ["C1"]}, overrides)
    trace = Decider(rulebook, engine="reference").decide(SUBJECT, {"x": exact(3)}, 2020)
    assert trace.possible_bases == ("O", "P")
    questions = [sentence for sentence in told(trace)["What is unsettled"] if sentence.startswith("•")]
    assert len(questions) == 1  # that of `j`, and not that of `k`


def test_an_assumed_answer_is_told_as_assumed_in_the_first_sentence() -> None:
    facts = {"kind": {**FACTS["kind"], "assumed": "red"}}
    criteria = {"C1": {"met_when": {"not": {"fact": "kind", "is": "green"}}}}
    rulebook = make_rulebook(make_vocabulary(facts), criteria, {"all": ["C1"]})
    trace = Decider(rulebook, engine="reference").decide(SUBJECT, {}, 2020)
    assert "kind: red, assumed; required: not green" in told(trace)["Decision"][0]

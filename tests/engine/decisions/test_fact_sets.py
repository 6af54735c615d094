"""Sets of facts, case by case: which facts settle a verdict, and from which it follows already."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

import pytest

from engine.decisions import fact_sets as module
from engine.decisions.decide import Decider
from engine.decisions.fact_sets import FactSets, fact_sets
from engine.evaluation.evidence import Stated
from engine.explanation.justification import facts_to_ask_for
from engine.rulebooks.rulebook import Verdict
from tests.engine.random_rulebooks import VOCABULARY, YEAR, YEARS
from tests.support import SUBJECT, Written, answer, between, exact, make_rulebook, unknown

Sets = tuple[tuple[str, ...], ...]
YES, NO = answer("yes"), answer("no")
GOOD, FAIR, RED = {"fact": "good"}, {"fact": "fair"}, {"fact": "colour", "is": "red"}
HIGH, LOW = {"fact": "height", "at_least": 3}, {"fact": "height", "below": Decimal("0.5")}
INDICATED = {"indicated_by": HIGH, "judgement": "departure"}
HALF, PLAIN = {"fact": "used_mean", "above": Decimal("0.5")}, {"fact": "kind", "is": "plain"}
DEPARTED = unknown(VOCABULARY.facts["departure"])


class Case(NamedTuple):
    """Criteria, of which each is a condition or a criterion as written; all are to be met, or what the rule asks."""

    criteria: tuple[Written, ...]
    stated: Stated = MappingProxyType({})
    rule: Written | None = None
    met: Sets = ()
    not_met: Sets = ()
    grounds: Sets = ()
    overrides: Mapping[str, Written] = MappingProxyType({})


EITHER: Written = {"any": ["C0", "C1"]}
TWO: Written = {"at_least": 2, "of": ["C0", "C1", "C2"]}
MANDATORY: Written = {"at_least": 1, "of": ["C0", "C1", "C2"], "mandatory": ["C1"]}
NOT_BOTH: Written = {"not": {"all": ["C0", "C1"]}}
BESIDE_NOT_GOOD: tuple[Written, ...] = ({"not": {"any": [LOW, GOOD]}}, {"fact": "height", "at_least": 1})
EXACTLY_ONE: Written = {"all": [EITHER, {"not": {"all": ["C0", "C1"]}}]}


def exempt(counts_as: str, when: Written = FAIR, then: Written = GOOD) -> Written:
    return {"met_when": then, "not_applicable": {"when": when, "counts_as": counts_as}}


def overriding(verdict: str, when: Written = RED) -> Written:
    return {"when": when, "verdict": verdict}


G, F, C, H, D = ("good",), ("fair",), ("colour",), ("height",), ("departure",)
MISSING = {
    "one fact of two criteria": Case((HIGH, {"fact": "height", "at_least": 1}), met=(H,), not_met=(H,)),
    "one fact in opposite ways": Case((HIGH, LOW), rule=EITHER, met=(H,), not_met=(H,)),
    "both ways, beside another": Case(
        (HIGH, {"any": [LOW, GOOD]}), rule=EITHER, met=(H, G), not_met=(("height", "good"),)
    ),
    "all of a condition": Case(({"all": [GOOD, FAIR]},), met=(G + F,), not_met=(G, F)),
    "any of a condition": Case(({"any": [GOOD, FAIR]},), met=(G, F), not_met=(G + F,)),
    "a condition negated": Case(({"not": {"any": [GOOD, {"not": FAIR}]}},), met=(G + F,), not_met=(G, F)),
    "smallest first": Case(
        (GOOD, FAIR, RED), rule={"any": [{"all": ["C0", "C1"]}, "C2"]}, met=(C, G + F), not_met=(G + C, F + C)
    ),
    "as the rulebook reads them": Case(
        (RED, GOOD, FAIR), rule=TWO, met=(C + G, C + F, G + F), not_met=(C + G, C + F, G + F)
    ),
    "a part is known": Case(({"all": [GOOD, FAIR]}, RED), {"good": YES}, met=(F + C,), not_met=(F, C)),
    "a part fails": Case(({"any": [GOOD, FAIR]}, RED), {"good": NO}, met=(F + C,), not_met=(F, C)),
    "what counts both ways": Case((GOOD, FAIR), rule=EXACTLY_ONE, met=(G + F,), not_met=(G + F,)),
    "a rule negated": Case((GOOD, FAIR), rule=NOT_BOTH, met=(G, F), not_met=(G + F,)),
    "one fact of two, beside what must not be": Case(
        BESIDE_NOT_GOOD, rule=NOT_BOTH, met=(H, G), not_met=(("height", "good"),)
    ),
    "one fact of two, and what must not be": Case(BESIDE_NOT_GOOD, met=(("height", "good"),), not_met=(H, G)),
    "a mandatory criterion": Case((GOOD, FAIR, RED), rule=MANDATORY, met=(F,), not_met=(F,)),
    "what does not apply is met": Case((exempt("met"),), met=(G, F), not_met=(G + F,)),
    "what does not apply fails": Case((exempt("not_met"),), met=(G + F,), not_met=(G, F)),
    "what does not apply is left out": Case(
        (exempt("excluded"), RED), rule=EITHER, met=(C, G + F), not_met=(G + C, F + C)
    ),
    "one fact in both parts of a criterion": Case((exempt("met", LOW, HIGH),), met=(H,), not_met=(H,)),
    "no departure is stated": Case((INDICATED,), met=(H,), not_met=(H,)),
    "a departure is open": Case((INDICATED,), {"departure": DEPARTED}, met=(D,), not_met=(D,)),
    "a departure is open and read": Case(
        (INDICATED, {"fact": "departure"}), {"departure": DEPARTED}, met=(D,), not_met=(D,)
    ),
    "a departure from two measures": Case(
        (INDICATED, {"indicated_by": GOOD, "judgement": "departure"}), {"departure": DEPARTED}, met=(D,), not_met=(D,)
    ),
    "an override for": Case((GOOD,), overrides={"O": overriding("met")}, met=(G, C), not_met=(G + C,)),
    "an override against": Case((GOOD,), overrides={"O": overriding("not_met")}, met=(G + C,), not_met=(G, C)),
    "an override before another": Case(
        (GOOD,),
        overrides={"O": overriding("not_met"), "P": overriding("met", FAIR)},
        met=(G + C, C + F),
        not_met=(C, G + F),
    ),
    "what bounds leave": Case(
        (HIGH, {"fact": "height", "at_most": 1}), {"height": between(2, 5)}, rule=EITHER, met=(H,), not_met=(H,)
    ),
    "a mean": Case((HALF, GOOD), rule=EITHER, met=(("used_mean",), G), not_met=(("used_mean", "good"),)),
}
BOTH = {"good": YES, "fair": YES}
NEITHER = {"good": NO, "fair": NO}
GROUNDS = {
    "each is enough": Case((GOOD, FAIR), BOTH, EITHER, grounds=(G, F)),
    "both are needed": Case((GOOD, FAIR), BOTH, grounds=(G + F,)),
    "any of a condition": Case(({"any": [GOOD, FAIR]},), BOTH, grounds=(G, F)),
    "all of a condition": Case(({"all": [GOOD, FAIR]},), BOTH, grounds=(G + F,)),
    "all of a condition fail": Case(({"all": [GOOD, FAIR]},), NEITHER, grounds=(G, F)),
    "neither, negated": Case(({"not": {"any": [GOOD, FAIR]}},), NEITHER, grounds=(G + F,)),
    "not both, negated": Case(({"not": {"all": [GOOD, FAIR]}},), NEITHER, grounds=(G, F)),
    "both, negated": Case(({"not": {"any": [GOOD, FAIR]}},), BOTH, grounds=(G, F)),
    "one speaks against": Case((GOOD, FAIR), {"good": YES, "fair": NO}, EITHER, grounds=(G,)),
    "one speaks for": Case((GOOD, FAIR), {"good": YES, "fair": NO}, grounds=(F,)),
    "one of two, beside what must not be": Case(
        BESIDE_NOT_GOOD, {"height": exact(4), "good": YES}, NOT_BOTH, grounds=(G,)
    ),
    "both of two, beside what must not be": Case(
        BESIDE_NOT_GOOD, {"height": exact(4), "good": NO}, NOT_BOTH, grounds=(("height", "good"),)
    ),
    "one of two, and what must not be": Case(BESIDE_NOT_GOOD, {"height": exact(4), "good": YES}, grounds=(G,)),
    "what is assumed": Case((PLAIN,), grounds=((),)),
    "what is assumed, beside another": Case(({"all": [PLAIN, GOOD]},), {"good": YES}, grounds=(G,)),
    "what is stated, not assumed": Case(
        ({"fact": "kind", "is": "fancy"},), {"kind": answer("fancy")}, grounds=(("kind",),)
    ),
    "what nothing can change": Case((HIGH, {"not": HIGH}), {"height": exact(4)}, EITHER, grounds=((),)),
    "one fact of two criteria": Case((HIGH, {"fact": "height", "at_least": 1}), {"height": exact(4)}, grounds=(H,)),
    "bounds of a fact of two": Case(
        (HIGH, {"fact": "height", "at_least": 1}), {"height": between(3)}, EITHER, grounds=(H,)
    ),
    "one fact in opposite ways": Case(
        (HIGH, LOW, GOOD), {"height": exact(1), "good": NO}, {"any": ["C0", "C1", "C2"]}, grounds=(("height", "good"),)
    ),
    "it counts, or does not apply and counts": Case((exempt("met"),), BOTH, grounds=(G, F)),
    "it applies and counts": Case((exempt("not_met"),), {"good": YES, "fair": NO}, grounds=(G + F,)),
    "it fails, or does not apply": Case((exempt("not_met"),), {"good": NO, "fair": YES}, grounds=(G, F)),
    "no departure": Case((INDICATED,), {"height": exact(4)}, grounds=(H,)),
    "a departure": Case((INDICATED,), {"height": exact(1), "departure": YES}, grounds=(D,)),
    "a departure that agrees": Case((INDICATED,), {"height": exact(4), "departure": YES}, grounds=(H, D)),
    "a departure from two measures": Case(
        (INDICATED, {"indicated_by": GOOD, "judgement": "departure"}),
        {"height": exact(1), "good": NO, "departure": YES},
        grounds=(D,),
    ),
    "a departure that is read": Case(
        (INDICATED, {"fact": "departure"}), {"height": exact(1), "departure": YES}, grounds=(D,)
    ),
    "an override": Case(
        (GOOD,), {"good": NO, "colour": answer("red")}, overrides={"O": overriding("met")}, grounds=(C,)
    ),
    "no override against": Case(
        (GOOD,), {"good": YES, "colour": answer("blue")}, overrides={"O": overriding("not_met")}, grounds=(G + C,)
    ),
    "no override for": Case(
        (GOOD,), {"good": YES, "colour": answer("blue")}, overrides={"O": overriding("met")}, grounds=(G,)
    ),
    "a mandatory criterion": Case((GOOD, FAIR, RED), {**BOTH, "fair": NO}, MANDATORY, grounds=(F,)),
    "two of three": Case((RED, GOOD, FAIR), {**BOTH, "colour": answer("red")}, TWO, grounds=(C + G, C + F, G + F)),
    "a mean": Case((HALF,), {"used": dict.fromkeys(YEARS, exact(1))}, grounds=(("used_mean",),)),
}


def decided(case: Case) -> FactSets:
    """The sets of facts of a decision by the rulebook of a case."""
    whole = (c if {*c} & {"met_when", "indicated_by"} else {"met_when": c} for c in case.criteria)
    criteria = {f"C{i}": criterion for i, criterion in enumerate(whole)}
    rulebook = make_rulebook(VOCABULARY, criteria, case.rule or {"all": [*criteria]}, case.overrides)
    return fact_sets(Decider(rulebook, is_checked=False).decide(SUBJECT, case.stated, YEAR))


@pytest.mark.parametrize("name", MISSING)
def test_the_facts_that_settle_a_verdict(name: str) -> None:
    case = MISSING[name]
    assert decided(case) == FactSets({Verdict.MET: case.met, Verdict.NOT_MET: case.not_met}, ())


@pytest.mark.parametrize("name", GROUNDS)
def test_the_facts_from_which_a_verdict_follows(name: str) -> None:
    case = GROUNDS[name]
    assert decided(case) == FactSets({Verdict.MET: (), Verdict.NOT_MET: ()}, case.grounds)


def test_very_many_sets_are_given_up_after_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SETS", 3)
    several = {"any": [{"fact": "colour", "is": "red"}, GOOD]}
    sets = decided(Case((several, {"any": [FAIR, {"fact": "rooms", "at_least": 1}]}))).missing[Verdict.MET]
    assert sets == (("colour", "fair"), ("colour", "rooms"), ("good", "fair"))


def test_programs_that_are_no_longer_used_make_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_analysts", {})
    monkeypatch.setattr(module, "MAX_RULEBOOKS", 2)
    for case, in_use in ((GOOD, 1), (GOOD, 1), (FAIR, 2), (RED, 1), (FAIR, 2)):
        assert decided(Case((case,))).missing[Verdict.MET] == ((case["fact"],),)
        assert len(module._analysts) == in_use


DEPARTURE = {"fact": "departure"}
ASKING = {
    "it is yes, and then not": {"when": DEPARTURE, "verdict": "not_met"},
    "it is yes, and then met": {"when": DEPARTURE, "verdict": "met"},
    "it is no, and then met": {"when": {"fact": "departure", "is": "no"}, "verdict": "met"},
    "it and another are yes": {"when": {"all": [DEPARTURE, GOOD]}, "verdict": "not_met"},
    "one of them is yes": {"when": {"any": [DEPARTURE, GOOD]}, "verdict": "met"},
}


@pytest.mark.parametrize("height", ["2", "4"])
@pytest.mark.parametrize("name", ASKING)
def test_a_judgement_that_an_override_asks_for_departs_once_it_is_stated(name: str, height: str) -> None:
    """What is missing is what would settle the verdict if it were stated: every statement of it is decided."""
    rulebook = make_rulebook(VOCABULARY, {"C": INDICATED}, {"all": ["C"]}, {"O": ASKING[name]})
    decider, stated = Decider(rulebook, engine="reference"), {"height": exact(height)}

    def verdicts(facts: tuple[str, ...]) -> set[Verdict]:
        each = itertools.product((YES, NO), repeat=len(facts))
        return {decider.decide(SUBJECT, {**stated, **dict(zip(facts, one, strict=True))}, YEAR).verdict for one in each}

    trace = decider.decide(SUBJECT, stated, YEAR)
    if trace.verdict is not Verdict.UNDETERMINED:
        return
    found = fact_sets(trace).missing
    for verdict in (Verdict.MET, Verdict.NOT_MET):
        able = [s for s in (("departure",), ("good",), ("departure", "good")) if verdict in verdicts(s)]
        assert set(found[verdict]) == {s for s in able if not any(set(t) < set(s) for t in able)}
    named = {fact for sets in found.values() for facts in sets for fact in facts}
    assert {test.test.fact for test in facts_to_ask_for(trace)} == named

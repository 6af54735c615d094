"""What is taken to be alike is alike: status vectors are decided as each offer is, whoever decides."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from engine.decisions.analysis import Analyst, alike
from engine.decisions.decide import Decider
from engine.decisions.evaluators import ENGINES
from engine.decisions.trace import Execution
from engine.decisions.vector_decisions import SituationDecision, VectorDecision, VectorDecisions, situations_of
from engine.diagnostics import IntegrityFault
from engine.evaluation.completions import Completions, Situation
from engine.evaluation.evidence import Evidence
from engine.evaluation.program import compile_rulebook
from engine.evaluation.ruling import Items, Ruling, ruling_on
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.logic import Status
from tests.chance import tried
from tests.engine.random_rulebooks import TRUTHS, VOCABULARY, YEAR, criteria, evidence, examples, full_evidence
from tests.support import SUBJECT, Written, answer, between, exact, make_rulebook, make_vocabulary

few = tried(60, suppress_health_check=[HealthCheck.too_slow])

PLAIN: Written = {"met_when": {"fact": "good"}}


def with_exemption(counts_as: str) -> Written:
    return {"met_when": {"fact": "good"}, "not_applicable": {"when": {"fact": "fair"}, "counts_as": counts_as}}


APART = make_vocabulary({f"{name}_{i}": {"type": "judgement"} for name in ("good", "fair") for i in range(1, 6)})


def apart(written: Sequence[Written]) -> dict[str, Written]:
    """Criteria by their names, each with facts of its own: what one turns out to be says nothing of another."""
    numbered = enumerate(written, 1)
    return {f"C{i}": json.loads(re.sub('"(good|fair)"', rf'"\g<1>_{i}"', json.dumps(one))) for i, one in numbered}


def counting(*written: Written, mandatory: list[str] | None = None) -> Rulebook:
    named = apart(written)
    group = {"at_least": (len(named) + 1) // 2, "of": list(named), "mandatory": mandatory or []}
    return make_rulebook(APART, named, group)


@st.composite
def of_one_group(draw: st.DrawFn, written: st.SearchStrategy[Written], *, are_apart: bool = False) -> Rulebook:
    """Criteria that stand in one group, some of which may not apply: many of them are alike."""
    several = draw(st.lists(written, min_size=2, max_size=5))
    named = apart(several) if are_apart else {f"C{i}": criterion for i, criterion in enumerate(several, 1)}
    mandatory = draw(st.lists(st.sampled_from(list(named)), unique=True))
    count = {"at_least": draw(st.integers(1, len(named))), "of": list(named), "mandatory": mandatory}
    group = draw(st.sampled_from([{"all": list(named)}, {"any": list(named)}, count]))
    vocabulary = APART if are_apart else VOCABULARY
    return make_rulebook(vocabulary, named, draw(st.sampled_from([group, {"not": group}])))


SIMPLE = (PLAIN, *map(with_exemption, ("excluded", "met", "not_met")))
AWAY = (Status.NOT_APPLICABLE, Status.MET, Status.UNKNOWN_OR_NOT_APPLICABLE, Status.NOT_MET)


def possible_vectors(rulebook: Rulebook) -> st.SearchStrategy[list[Items]]:
    """Some of the vectors that offers can have: what does not apply, or may not, stands where that can be."""
    options = [AWAY if c.applicability else (Status.MET, Status.NOT_MET, Status.UNKNOWN) for c in rulebook.criteria]
    return st.lists(st.tuples(*map(st.sampled_from, options)), min_size=1, max_size=20)


@pytest.mark.parametrize("engine", ENGINES)
@few
@given(data=st.data())
def test_a_vector_is_decided_as_the_reference_rules_on_it(engine: str, data: st.DataObject) -> None:
    rulebook = data.draw(of_one_group(st.sampled_from(SIMPLE), are_apart=True))
    vector_decisions = VectorDecisions(Decider(rulebook, engine=engine))
    for items in data.draw(possible_vectors(rulebook)):
        expected = ruling_on(vector_decisions.program, items)
        assert vector_decisions.on(items) == (expected.verdict, expected.possible_bases)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@few
@given(rulebook=of_one_group(criteria()) | examples().map(lambda example: example.rulebook), data=st.data())
def test_the_vector_of_an_offer_is_decided_as_the_offer_is(
    engine: str, rulebook: Rulebook, data: st.DataObject
) -> None:
    decider = Decider(rulebook, engine=engine)
    vector_decisions = VectorDecisions(decider)
    for truth in data.draw(st.lists(TRUTHS, min_size=1, max_size=5)):
        stated = data.draw(st.just(full_evidence(truth)) | evidence(truth))
        trace = decider.decide(SUBJECT, stated, YEAR)
        (situation,) = situations_of([vector_decisions.completions], stated, YEAR)
        made = vector_decisions.over(situation)
        assert made.decided == (trace.verdict, trace.possible_bases)
        assert made.decisive == tuple(i for i, criterion in enumerate(trace.criteria) if criterion.decisive)


@few
@given(data=st.data())
def test_what_decides_a_vector_is_what_the_analyst_finds(data: st.DataObject) -> None:
    rulebook = data.draw(of_one_group(st.sampled_from(SIMPLE), are_apart=True))
    decider = Decider(rulebook, engine="reference")
    vector_decisions, analyst = VectorDecisions(decider), Analyst(decider.program)
    for items in data.draw(possible_vectors(rulebook)):
        decisive = {analyst.names[i] for i in vector_decisions.decisive(items)}
        assert decisive == analyst.analyse((items,)).decisive, items


@few
@given(statuses=st.lists(st.tuples(*[st.sampled_from([Status.MET, Status.NOT_MET, Status.UNKNOWN])] * 5), min_size=1))
def test_overrides_are_never_alike(statuses: list[Items]) -> None:
    overrides = {name: {"when": {"fact": name}, "verdict": "not_met"} for name in ("good", "fair", "departure")}
    rulebook = make_rulebook(VOCABULARY, {"C1": PLAIN, "C2": PLAIN}, {"any": ["C1", "C2"]}, overrides)
    vector_decisions = VectorDecisions(Decider(rulebook, engine="reference"))
    for items in statuses:
        expected = ruling_on(vector_decisions.program, items)
        assert vector_decisions.on(items) == (expected.verdict, expected.possible_bases)
        (*others, last) = expected.possible_bases
        assert vector_decisions.on(items).basis == (None if others else last)


def test_vectors_that_differ_only_in_the_order_of_what_is_alike_are_decided_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decider = Decider(counting(PLAIN, PLAIN, PLAIN), engine="reference")
    decided, right = [], decider.ruling_on

    def counted(items: Items) -> tuple[Ruling, Execution]:
        decided.append(items)
        return right(items)

    monkeypatch.setattr(decider, "ruling_on", counted)
    vector_decisions = VectorDecisions(decider)
    for items in itertools.product((Status.MET, Status.NOT_MET), repeat=3):
        vector_decisions.on(items)
        vector_decisions.on(items)
    assert len(decided) == 4


def test_what_was_wrongly_taken_to_be_alike_is_no_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.decisions.vector_decisions.alike", lambda program: [0] * len(program.inputs))
    vector_decisions = VectorDecisions(Decider(counting(PLAIN, PLAIN, mandatory=["C2"]), engine="reference"))
    assert vector_decisions.on((Status.MET, Status.MET)).verdict is Verdict.MET
    assert vector_decisions.on((Status.MET, Status.NOT_MET)).verdict is Verdict.NOT_MET
    with pytest.raises(IntegrityFault, match="the rule does not treat alike what was taken to be alike"):
        vector_decisions.on((Status.NOT_MET, Status.MET))


def test_each_program_has_the_items_of_its_own_criteria_and_overrides() -> None:
    override = {"O": {"when": {"fact": "fair"}, "verdict": "met"}}
    plain = make_rulebook(VOCABULARY, {"C1": PLAIN}, {"all": ["C1"]})
    rulebooks = [plain, make_rulebook(VOCABULARY, {"C1": {"met_when": {"fact": "fair"}}}, {"all": ["C1"]}, override)]
    programs = [compile_rulebook(rulebook) for rulebook in rulebooks]
    stated = {"good": answer("yes"), "fair": answer("no")}
    (first, second) = situations_of([*map(Completions, programs)], stated, YEAR)
    assert first == Situation((Status.MET,))
    assert second == Situation((), (frozenset({1}),))


HEIGHT = make_vocabulary({"height": {"type": "number"}})
TALL: Written = {"met_when": {"fact": "height", "above": 1}}
SHORT: Written = {"met_when": {"fact": "height", "below": 3}}
TALLER = {"O": {"when": {"fact": "height", "above": 5}, "verdict": "met"}}
TALLEST = {"P": {"when": {"fact": "height", "above": 7}, "verdict": "not_met"}}
ALL, ANY = {"all": ["C1", "C2"]}, {"any": ["C1", "C2"]}


class Over(NamedTuple):
    """A rule on what one fact settles, the fact, and what is decided: each status, and the criteria that decide."""

    rule: Written
    overrides: Written
    height: Evidence | None
    verdict: Verdict
    bases: tuple[str, ...]
    statuses: str
    decisive: tuple[int, ...]


OVER = {
    "one vector, met": Over(ALL, {}, exact(2), Verdict.MET, ("rule",), "met met", (0, 1)),
    "one vector, not met": Over(ALL, {}, exact(4), Verdict.NOT_MET, ("rule",), "met not_met", (1,)),
    "one vector, open": Over(ALL, {}, between("2", "4"), Verdict.UNDETERMINED, ("rule",), "met unknown", (0,)),
    "one rule, open": Over(ALL, {}, None, Verdict.UNDETERMINED, ("rule",), "unknown unknown", ()),
    "the same either way": Over(ANY, {}, None, Verdict.MET, ("rule",), "unknown unknown", ()),
    "the same on two bases": Over(ANY, TALLER, None, Verdict.MET, ("O", "rule"), "unknown unknown unknown", ()),
    "several vectors, and one criterion decides": Over(
        ALL,
        TALLER | TALLEST,
        between("2", "8"),
        Verdict.UNDETERMINED,
        ("O", "rule"),
        "met unknown unknown unknown",
        (0,),
    ),
}


@pytest.mark.parametrize("name", OVER)
def test_a_situation_is_decided_over_all_vectors_that_can_occur_in_it(name: str) -> None:
    case = OVER[name]
    rulebook = make_rulebook(HEIGHT, {"C1": TALL, "C2": SHORT}, case.rule, case.overrides)
    decider = Decider(rulebook, engine="reference")
    vector_decisions, stated = VectorDecisions(decider), {"height": case.height} if case.height else {}
    (situation,) = situations_of([vector_decisions.completions], stated, YEAR)
    decided, statuses, decisive, _ = vector_decisions.over(situation)
    assert decided == (case.verdict, case.bases)
    assert " ".join(status.reported for status in statuses) == case.statuses
    assert decisive == case.decisive
    trace = decider.decide(SUBJECT, stated, YEAR)
    assert (trace.verdict, trace.possible_bases) == decided
    assert decisive == tuple(i for i, criterion in enumerate(trace.criteria) if criterion.decisive)


def test_a_situation_of_criteria_that_share_no_fact_is_decided_by_its_statuses() -> None:
    vector_decisions = VectorDecisions(Decider(counting(PLAIN, PLAIN, PLAIN), engine="reference"))
    items = (Status.MET, Status.NOT_MET, Status.MET)
    made = vector_decisions.over(Situation(items))
    assert made == SituationDecision(VectorDecision(Verdict.MET, ("rule",)), items, (0, 2), (items,))
    assert vector_decisions.over(Situation(items)) is made


ALIKE = {
    "plain": (PLAIN, PLAIN, True),
    "one may not apply": (PLAIN, with_exemption("excluded"), False),
    "both may not apply": (with_exemption("excluded"), with_exemption("excluded"), True),
    "what does not apply counts in two ways": (with_exemption("met"), with_exemption("not_met"), False),
    "what does not apply counts, or is left out": (with_exemption("met"), with_exemption("excluded"), False),
    "what does not apply counts in one way": (with_exemption("not_met"), with_exemption("not_met"), True),
}


@pytest.mark.parametrize("name", ALIKE)
def test_criteria_are_alike_where_the_program_says_the_same_of_them(name: str) -> None:
    first, second, are_alike = ALIKE[name]
    one, other = alike(compile_rulebook(counting(first, second)))
    assert (one == other) is are_alike


def test_a_mandatory_criterion_is_not_like_one_that_is_not() -> None:
    one, other = alike(compile_rulebook(counting(PLAIN, PLAIN, mandatory=["C2"])))
    assert one != other


def test_items_that_are_alike_can_change_places() -> None:
    rulebook = counting(PLAIN, with_exemption("met"), PLAIN, with_exemption("met"), with_exemption("excluded"))
    program = compile_rulebook(rulebook)
    likeness = alike(program)
    vectors = itertools.product((Status.MET, Status.NOT_MET, Status.UNKNOWN, Status.NOT_APPLICABLE), repeat=5)
    for items in vectors:
        for i, j in itertools.combinations(range(5), 2):
            if likeness[i] == likeness[j]:
                changed = list(items)
                changed[i], changed[j] = items[j], items[i]
                assert ruling_on(program, tuple(changed)).verdict is ruling_on(program, items).verdict

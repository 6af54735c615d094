"""Random rulebooks on random evidence: the evaluators agree with each other, the definition and the truth."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import partial

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from engine.decisions.analysis import Analyst
from engine.decisions.decide import Decider
from engine.decisions.trace import Execution, Trace
from engine.evaluation.evidence import Evidence, Stated
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.rulebook import Verdict
from engine.values.logic import Status, Truth
from tests.chance import tried
from tests.engine.completions import PLAIN, WITH_APPLICABILITY, Rule, Table
from tests.engine.random_rulebooks import (
    NOT_MET,
    YEAR,
    Example,
    counted,
    examples,
    expected_ruling,
    group_result,
    holds,
    result_of,
    values_of,
)
from tests.support import SUBJECT, forced, status_of_rule

# Each program decided by durable-rules registers its rulesets in the one host of the process, for good.
decided_by_durable_rules = tried(80, suppress_health_check=[HealthCheck.too_slow])
decided_by_the_reference = tried(150, suppress_health_check=[HealthCheck.too_slow])

NO_EXECUTION = Execution("", None, ())


def decided(example: Example, stated: Stated) -> Trace:
    return Decider(example.rulebook, is_checked=False).decide(SUBJECT, stated, YEAR)


def statuses(trace: Trace) -> list[Status]:
    return [c.status for c in trace.criteria] + [o.status for o in trace.overrides]


def verdict_of(outcomes: set[bool]) -> Verdict:
    return Verdict.UNDETERMINED if len(outcomes) > 1 else Verdict.MET if outcomes == {True} else Verdict.NOT_MET


@tried(20, suppress_health_check=[HealthCheck.too_slow])
@given(examples())
def test_durable_rules_decides_a_few_as_the_reference_does(example: Example) -> None:
    assert_decided_alike(example)


@pytest.mark.slow
@decided_by_durable_rules
@given(examples())
def test_durable_rules_decides_as_the_reference_does(example: Example) -> None:
    assert_decided_alike(example)


def assert_decided_alike(example: Example) -> None:
    decider, reference = Decider(example.rulebook), Decider(example.rulebook, engine="reference")
    for stated in (example.loose, example.tight, example.full):
        by_durable_rules = decider.decide(SUBJECT, stated, YEAR)._replace(execution=NO_EXECUTION)
        assert by_durable_rules == reference.decide(SUBJECT, stated, YEAR)._replace(execution=NO_EXECUTION)


@pytest.mark.slow
@decided_by_the_reference
@given(examples())
def test_a_verdict_and_its_bases_are_those_of_every_completion(example: Example) -> None:
    for stated in (example.loose, example.tight):
        trace = decided(example, stated)
        completions = itertools.product(*(status.value for status in statuses(trace)))
        outcomes = {expected_ruling(example, *results) for results in completions}
        verdict, bases = verdict_of({met for met, _ in outcomes}), {basis for _, basis in outcomes}
        if trace.shared:
            # What rests on one fact cannot turn out in every way: `test_over_facts.py` has what can.
            assert trace.verdict is verdict or verdict is Verdict.UNDETERMINED
            assert set(trace.possible_bases) <= bases
        else:
            assert (trace.verdict, set(trace.possible_bases)) == (verdict, bases)


@pytest.mark.slow
@decided_by_the_reference
@given(examples())
def test_the_rule_is_exactly_what_its_completions_are(example: Example) -> None:
    trace = decided(example, example.loose)
    completions = itertools.product(*(criterion.status.value for criterion in trace.criteria))
    named = [dict(zip(example.criteria, results, strict=True)) for results in completions]
    inputs = [{name: counted(example.criteria[name], r) for name, r in results.items()} for results in named]
    expected = {group_result(example.group, results) for results in inputs}
    assert status_of_rule(trace).value == {NOT_MET if r is Truth.NOT_APPLICABLE else r for r in expected}


@pytest.mark.slow
@decided_by_the_reference
@given(examples())
def test_where_all_is_known_the_decision_is_what_the_rulebook_says(example: Example) -> None:
    trace, values = decided(example, example.full), values_of(example.truth)
    results = [result_of(criterion, values) for criterion in example.criteria.values()]
    results += [Truth.MET if holds(o["when"], values) else NOT_MET for o in example.overrides.values()]
    assert [set(status.value) for status in statuses(trace)] == [{result} for result in results]
    met, basis = expected_ruling(example, *results)
    assert (trace.verdict, trace.basis) == (Verdict.MET if met else Verdict.NOT_MET, basis)


@pytest.mark.slow
@decided_by_the_reference
@given(examples())
def test_to_learn_more_never_contradicts_what_was_found(example: Example) -> None:
    loose, tight, full = (decided(example, stated) for stated in (example.loose, example.tight, example.full))
    for before, after in ((loose, tight), (tight, full), (loose, full)):
        pairs = zip(statuses(before), statuses(after), strict=True)
        assert all(later.value <= earlier.value for earlier, later in pairs)
        assert before.verdict in (Verdict.UNDETERMINED, after.verdict)
        assert set(after.possible_bases) <= set(before.possible_bases)


@pytest.mark.slow
@decided_by_the_reference
@given(examples(), st.data())
def test_the_order_of_the_evidence_never_matters(example: Example, data: st.DataObject) -> None:
    names = data.draw(st.permutations(sorted(example.loose)))
    turned = {name: _turned(example.loose[name]) for name in names}
    assert decided(example, turned) == decided(example, example.loose)


def _turned(stated: Evidence | Mapping[int, Evidence]) -> Evidence | Mapping[int, Evidence]:
    return stated if isinstance(stated, Evidence) else dict(reversed(list(stated.items())))


@pytest.mark.slow
@decided_by_the_reference
@given(examples(max_criteria=4, max_overrides=2))
def test_each_settled_for_itself_the_analysis_is_that_of_the_definitions(example: Example) -> None:
    program = compile_rulebook(example.rulebook)
    trace = Decider(example.rulebook, is_checked=False, is_over_facts=False).decide(SUBJECT, example.loose, YEAR)
    domains = [WITH_APPLICABILITY if "not_applicable" in c else PLAIN for c in example.criteria.values()]
    names = (*example.criteria, *example.overrides)
    options = (*domains, *(PLAIN for _ in example.overrides))
    table = Table(Rule(names, options, (*example.overrides, "rule"), partial(expected_ruling, example)))
    analyst = Analyst(program)
    number, analysis = table.number(tuple(statuses(trace))), trace.analysis
    assert analysis == analyst.analyse((tuple(statuses(trace)),))
    assert analysis.grounds[:2] == (table.grounds(number), True)
    assert analysis.smallest_change[:2] == (table.smallest_change(number), True)
    for verdict in (Verdict.MET, Verdict.NOT_MET):
        assert analysis.missing[verdict][:2] == (table.missing(number, verdict), True)
        assert forced(analyst, statuses(trace), analysis.missing[verdict]) <= {verdict}
    assert forced(analyst, analyst.domain, analysis.grounds) <= {trace.verdict}
    assert trace.verdict not in forced(analyst, statuses(trace), analysis.smallest_change)
    assert analysis.decisive == {n for i, n in enumerate(example.criteria) if table.is_decisive(number, i)}

"""Decisions over facts: all that is said of an offer is what trying every completion of its facts says."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, assume, event, given

from engine.decisions.decide import Decider
from engine.decisions.fact_sets import fact_sets
from engine.decisions.trace import Trace
from engine.evaluation.evidence import Stated, findings_of
from engine.rulebooks.rulebook import Verdict
from tests.chance import tried
from tests.engine.occurring import (
    Definition,
    are_related,
    grounds_facts,
    missing_facts,
    occurring,
    options_at_all,
    options_within,
    tests_of_example,
)
from tests.engine.random_rulebooks import VOCABULARY, YEAR, Example, examples
from tests.support import SUBJECT

MOST = 5_000
"""So many completions are tried for one offer at most."""


def definition_of(example: Example, stated: Stated) -> Definition:
    within, at_all = options_within(example, stated), options_at_all(example)
    assume(math.prod(map(len, at_all.values())) <= MOST)
    return Definition(example, occurring(example, within), occurring(example, at_all))


def assert_said(trace: Trace, defined: Definition) -> None:
    """All that a trace says is what follows from what can occur."""
    statuses = (*(c.status for c in trace.criteria), *(o.status for o in trace.overrides))
    assert trace.verdict is defined.verdict
    assert statuses == defined.statuses
    assert {*trace.possible_bases} == defined.bases
    analysis = trace.analysis
    assert analysis.decisive == defined.decisive
    assert {v: {*analysis.missing[v].sets} for v in (Verdict.MET, Verdict.NOT_MET)} == defined.missing
    assert {*analysis.grounds.sets} == defined.grounds
    assert {*analysis.smallest_change.sets} == defined.smallest_change


def assert_facts_said(trace: Trace, example: Example, stated: Stated) -> None:
    """The sets of facts are those that trying every set of facts finds."""
    options, sets = options_within(example, stated), fact_sets(trace)
    names = [*options]
    if trace.verdict is not Verdict.UNDETERMINED:
        assert set(map(frozenset, sets.grounds)) == grounds_facts(example, stated, trace.verdict)
        return
    within = occurring(example, options)
    for verdict in (Verdict.MET, Verdict.NOT_MET):
        expected = missing_facts(Definition(example, within, within), options, verdict)
        assert set(map(frozenset, sets.missing[verdict])) == {frozenset(names[i] for i in one) for one in expected}


@pytest.mark.slow
@tried(100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(examples(max_criteria=3, max_overrides=2))
def test_the_sets_of_facts_are_those_that_trying_them_finds(example: Example) -> None:
    tested = tests_of_example(example)
    assume(len(tested) <= 7)
    assume(not {"balance", "balance_by_surface"} <= {*tested})
    for stated in (example.loose, example.tight):
        assume(math.prod(map(len, options_within(example, stated).values())) <= MOST // 5)
        assert_facts_said(Decider(example.rulebook, is_checked=False).decide(SUBJECT, stated, YEAR), example, stated)


@pytest.mark.slow
@tried(150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(examples(max_criteria=4, max_overrides=2))
def test_what_is_said_of_an_offer_is_what_can_occur(example: Example) -> None:
    for stated in (example.loose, example.tight):
        related = are_related(example, findings_of(VOCABULARY, stated, YEAR))
        event("approximated" if related else "exact")
        if not related:
            trace = Decider(example.rulebook, is_checked=False).decide(SUBJECT, stated, YEAR)
            assert_said(trace, definition_of(example, stated))

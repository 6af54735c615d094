"""Decisions over facts: all that is said of an offer is what trying every completion of its facts says."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from hypothesis import HealthCheck, assume, event, given

from engine.decisions.decide import Decider
from engine.decisions.fact_sets import fact_sets
from engine.decisions.trace import Trace
from engine.decisions.vector_decisions import VectorDecisions
from engine.evaluation.evidence import Stated, findings_of
from engine.rulebooks.rulebook import Verdict
from engine.rulebooks.rulebook_loader import load_rulebook
from engine.values.logic import Truth
from tests.chance import tried
from tests.engine.evaluation.test_columnar import columnar, evaluated
from tests.engine.occurring import (
    Definition,
    FactDefinition,
    Occurring,
    are_related,
    occurring,
    options_at_all,
    options_within,
    read_in_tests,
)
from tests.engine.random_rulebooks import DEPARTURES, VOCABULARY, YEAR, Example, examples, expected_ruling, values_of
from tests.support import SUBJECT

RULEBOOKS = 500
"""So many are decided by one process."""
MOST = 5_000
"""So many completions are tried for one offer at most."""


def definition_of(example: Example, stated: Stated) -> Definition:
    options = options_at_all(example)
    assume(math.prod(map(len, options.values())) <= MOST)
    at_all = Occurring(example, occurring(example, options))
    return Definition(at_all, at_all.these(occurring(example, options_within(example, stated))))


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
    sets, defined = fact_sets(trace), FactDefinition(example, stated)
    if trace.verdict is not Verdict.UNDETERMINED:
        assert set(map(frozenset, sets.grounds)) == defined.grounds(trace.verdict)
        return
    for verdict in (Verdict.MET, Verdict.NOT_MET):
        assert set(map(frozenset, sets.missing[verdict])) == defined.missing(verdict)


@pytest.mark.slow
@tried(100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(examples(max_criteria=3, max_overrides=2))
def test_the_sets_of_facts_are_those_that_trying_them_finds(example: Example) -> None:
    tested = read_in_tests(example)
    assume(len(tested) <= 7)
    assume(not {"balance", "balance_by_surface"} <= {*tested})
    for stated in (example.loose, example.tight):
        assume(math.prod(map(len, options_within(example, stated).values())) <= MOST // 5)
        assert_facts_said(Decider(example.rulebook, is_checked=False).decide(SUBJECT, stated, YEAR), example, stated)


Said = tuple[str, set[str], list[frozenset[Truth]]]
"""Verdict, possible bases, and what each criterion and override can turn out to be."""


def said_by_durable_rules(rulebook: bytes, offers: Sequence[Stated]) -> list[Said]:
    """What durable-rules decides on offers, checked by the reference."""
    decider = Decider(load_rulebook(rulebook, "rulebook.yaml", lambda _: VOCABULARY))
    return [said(decider.decide(SUBJECT, stated, YEAR)) for stated in offers]


def said(trace: Trace) -> Said:
    statuses = (*(c.status for c in trace.criteria), *(o.status for o in trace.overrides))
    return trace.verdict.value, {*trace.possible_bases}, [status.value for status in statuses]


def said_in_columns(decider: Decider, offers: Sequence[Stated]) -> list[Said | None]:
    """What columns decide on offers; None where they leave it to the reference."""
    decisions, found = VectorDecisions(decider), list[Said | None]()
    for _, situation in evaluated(columnar(decider.program), offers):
        if situation is None:
            found.append(None)
            continue
        made = decisions.over(situation)
        statuses = [status.value for status in made.statuses]
        found.append((made.decided.verdict.value, {*made.decided.possible_bases}, statuses))
    return found


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[ProcessPoolExecutor]:
    """A process for some rulebooks, then another: what durable-rules makes of one stays in it for good."""
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=RULEBOOKS) as executor:
        yield executor


@pytest.mark.slow
@tried(400, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(examples(max_criteria=6, max_overrides=2))
def test_what_is_said_of_an_offer_is_what_can_occur(elsewhere: ProcessPoolExecutor, example: Example) -> None:
    offers = [
        stated
        for stated in (example.loose, example.tight)
        if not are_related(example, findings_of(VOCABULARY, stated, YEAR))
    ]
    event("exact" if offers else "approximated")
    assume(offers)
    by_durable_rules = elsewhere.submit(said_by_durable_rules, example.rulebook.written_as, offers)
    decider = Decider(example.rulebook, is_checked=False)
    expected = []
    for stated in offers:
        trace = decider.decide(SUBJECT, stated, YEAR)
        assert not any(note.code == "approximated" for note in trace.notes)
        assert_said(trace, definition_of(example, stated))
        expected.append(said(trace))
    assert by_durable_rules.result() == expected
    for in_columns, by_reference in zip(said_in_columns(decider, offers), expected, strict=True):
        assert in_columns in (None, by_reference)


@pytest.mark.slow
@tried(60, suppress_health_check=[HealthCheck.too_slow])
@given(examples(max_criteria=4, max_overrides=2))
def test_what_is_approximated_is_never_a_wrong_verdict(example: Example) -> None:
    """By the values that a quotient and its parts can have together."""
    stated = example.loose
    findings = findings_of(VOCABULARY, stated, YEAR)
    assume(are_related(example, findings))
    trace = Decider(example.rulebook, is_checked=False).decide(SUBJECT, stated, YEAR)
    options = options_within(example, stated)
    assume(math.prod(map(len, options.values())) <= MOST // 5)
    truth = [value for name, value in values_of(example.truth).items() if name in options]
    assert len(truth) == len(options)
    (truly,) = occurring(
        example, {name: [value] for name, value in {**dict.fromkeys(DEPARTURES), **values_of(example.truth)}.items()}
    )
    met, basis = expected_ruling(example, *truly)
    assert trace.verdict in (Verdict.UNDETERMINED, Verdict.MET if met else Verdict.NOT_MET)
    assert basis in trace.possible_bases
    assert (trace.verdict is Verdict.UNDETERMINED) <= any(note.code == "approximated" for note in trace.notes)

"""Decisions over facts: all that is said of an offer is what trying every completion of its facts says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, event, given
from hypothesis import strategies as st

from engine.decisions.decide import Decider
from engine.decisions.evaluators import ENGINES
from engine.decisions.fact_sets import fact_sets
from engine.decisions.trace import Trace
from engine.decisions.vector_decisions import VectorDecisions
from engine.evaluation import completions
from engine.evaluation.evidence import Stated, findings_of
from engine.rulebooks.rulebook import Verdict
from engine.values.logic import Status, Truth
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
from tests.support import SUBJECT, Written, exact, make_rulebook, make_vocabulary

MOST = 100_000
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
        assume(math.prod(map(len, options_within(example, stated).values())) <= MOST // 20)
        assert_facts_said(Decider(example.rulebook, is_checked=False).decide(SUBJECT, stated, YEAR), example, stated)


Said = tuple[str, set[str], list[frozenset[Truth]]]
"""Verdict, possible bases, and what each criterion and override can turn out to be."""


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


@pytest.mark.slow
@tried(200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(examples(max_criteria=6, max_overrides=2))
def test_what_is_said_of_an_offer_is_what_can_occur(example: Example) -> None:
    """By the reference; by durable-rules and in columns: `tests.engine.test_large_rulebooks`."""
    for stated in (example.loose, example.tight):
        trace = Decider(example.rulebook, is_checked=False).decide(SUBJECT, stated, YEAR)
        assert_said(trace, definition_of(example, stated))
        is_exact = not are_related(example, findings_of(VOCABULARY, stated, YEAR))
        event("exact" if is_exact else "approximated")
        assert not (is_exact and any(note.code == "approximated" for note in trace.notes))


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
    assume(math.prod(map(len, options.values())) <= MOST // 20)
    truth = [value for name, value in values_of(example.truth).items() if name in options]
    assert len(truth) == len(options)
    (truly,) = occurring(
        example, {name: [value] for name, value in {**dict.fromkeys(DEPARTURES), **values_of(example.truth)}.items()}
    )
    met, basis = expected_ruling(example, *truly)
    assert trace.verdict in (Verdict.UNDETERMINED, Verdict.MET if met else Verdict.NOT_MET)
    assert basis in trace.possible_bases
    assert (trace.verdict is Verdict.UNDETERMINED) <= any(note.code == "approximated" for note in trace.notes)


def test_a_trace_names_the_facts_that_several_rest_on_and_what_never_occurs_together() -> None:
    vocabulary = make_vocabulary(
        {"height": {"type": "number"}, "width": {"type": "number"}, "depth": {"type": "number"}}
    )
    tests: list[Written] = [
        {"fact": "height", "above": 1},
        {"fact": "height", "below": 3},
        {"fact": "depth", "above": 1},
    ]
    twice: Written = {"any": [{"fact": "width", "above": 5}, {"fact": "width", "below": 2}]}
    criteria = {f"C{i}": {"met_when": condition} for i, condition in enumerate([*tests, twice])}
    overrides = {
        "O": {"when": {"fact": "height", "above": 5}, "verdict": "met"},
        "P": {"when": {"fact": "depth", "above": 2}, "verdict": "not_met"},
    }
    rulebook = make_rulebook(vocabulary, criteria, {"all": [*criteria]}, overrides)
    trace = Decider(rulebook, engine="reference").decide(SUBJECT, {}, YEAR)
    assert trace.shared == (("height", ("C0", "C1", "O")), ("depth", ("C2", "P")))
    assert trace.excluded == (
        (("C0", Status.NOT_MET), ("C1", Status.NOT_MET)),
        (("C0", Status.NOT_MET), ("O", Status.MET)),
        (("C1", Status.MET), ("O", Status.MET)),
        (("C2", Status.NOT_MET), ("P", Status.MET)),
    )
    former = Decider(rulebook, engine="reference", is_over_facts=False).decide(SUBJECT, {}, YEAR)
    assert (former.shared, former.excluded) == ((), ())


WIDE = make_vocabulary({f"n{i}": {"type": "number"} for i in range(5)})
ANY_NUMBER: Written = {"any": [{"fact": "n4", "below": Decimal("0.5")}, {"fact": "n4", "at_least": Decimal("0.3")}]}
OUTSIDE: list[Written] = [
    {"any": [{"fact": f"n{i}", "below": 1}, {"all": [{"fact": f"n{i}", "above": 2}, {"fact": f"n{i}", "below": 3}]}]}
    for i in range(4)
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("rule", "stated", "verdict", "notes"),
    [
        ({"any": [*(f"C{i}" for i in range(5))]}, {}, "met", ()),
        ({"not": {"any": [*(f"C{i}" for i in range(5))]}}, {}, "not_met", ()),
        ({"at_least": 2, "of": ["C0", "C1", "C4"]}, {"n0": exact(0)}, "met", ()),
        ({"all": [*(f"C{i}" for i in range(5))]}, {"n0": exact(5)}, "not_met", ()),
        ({"at_least": 3, "of": [*(f"C{i}" for i in range(5))]}, {}, "undetermined", ("approximated",)),
    ],
)
def test_more_than_can_be_told_apart_is_decided_where_few_classes_settle_it(
    engine: str, rule: Written, stated: Stated, verdict: str, notes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of five facts there are 768 classes; each that is told apart is decided by both evaluators."""
    monkeypatch.setattr(completions, "MAX_CASES", 40)
    criteria = {f"C{i}": {"met_when": condition} for i, condition in enumerate([*OUTSIDE, ANY_NUMBER])}
    decider = Decider(make_rulebook(WIDE, criteria, rule), engine=engine)
    trace = decider.decide(SUBJECT, stated, YEAR)
    said_so = tuple(note.code for note in trace.notes if note.code == "approximated")
    assert (trace.verdict.value, said_so) == (verdict, notes)
    (in_columns,) = said_in_columns(decider, [stated])
    assert in_columns == said(trace)


@pytest.mark.slow
@tried(80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(examples(max_criteria=4, max_overrides=2), st.integers(1, 8))
def test_beyond_the_limit_nothing_wrong_is_said(example: Example, most: int) -> None:
    """With a limit of a few classes a settled verdict is right, and one that is not has a remark."""
    stated = example.loose
    expected = definition_of(example, stated)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(completions, "MAX_CASES", most)
        trace = Decider(example.rulebook, is_checked=False).decide(SUBJECT, stated, YEAR)
        in_columns = said_in_columns(Decider(example.rulebook, is_checked=False), [stated])
    assert in_columns in ([None], [said(trace)])
    is_said = any(note.code == "approximated" for note in trace.notes)
    event(f"{trace.verdict.value}, {expected.verdict.value} in truth{', said' if is_said else ''}")
    if trace.verdict is not expected.verdict:
        assert trace.verdict is Verdict.UNDETERMINED
        assert is_said
    assert expected.bases <= {*trace.possible_bases}
    statuses = (*(c.status for c in trace.criteria), *(o.status for o in trace.overrides))
    assert all(true.value <= told.value for true, told in zip(expected.statuses, statuses, strict=True))

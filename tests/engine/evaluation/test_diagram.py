"""The decision diagram says of every node what the reference says, and does not ask it."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from engine.diagnostics import IntegrityFault
from engine.evaluation import durable_writer, folding, reference, ruling
from engine.evaluation.diagram import DecisionDiagram
from engine.evaluation.evidence import Finding, State, findings_of
from engine.evaluation.program import Program, compile_rulebook
from engine.evaluation.ruling import ruling_on
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook
from engine.values import logic
from engine.values.interval import Interval
from engine.values.logic import Status, Truth
from offers.records.offer import Offer
from offers.records.reader import read_offers
from tests.chance import tried
from tests.command import DATA
from tests.engine.random_rulebooks import VOCABULARY, YEAR, Example, examples
from tests.support import Written, make_rulebook, make_vocabulary, slow_among

COMPARISONS = ("at_most", "at_least", "below", "above", "equals")
NUMBERS = make_vocabulary({"size": {"type": "number"}, "count": {"type": "whole_number"}})
THRESHOLDS = ("-1", "0", "0.5", "2")
ENDS = st.none() | st.sampled_from([*map(Fraction, THRESHOLDS), Fraction(1, 3), Fraction(-2), Fraction(10) ** 30])
INTERVALS = st.builds(Interval, ENDS, ENDS, st.booleans(), st.booleans()).filter(lambda interval: not interval.is_empty)


def of_judgements(
    count: int, group: Written, overrides: Mapping[str, Written] | None = None, away: str = ""
) -> Rulebook:
    """A rulebook of criteria on judgements, which all may not apply where that is asked for."""
    vocabulary = make_vocabulary({f"fact_{i}": {"type": "judgement"} for i in range(count)})
    exempt = {"not_applicable": {"when": {"fact": "fact_0"}, "counts_as": away}} if away else {}
    criteria = {f"C{i}": {"met_when": {"fact": f"fact_{i}"}, **exempt} for i in range(count)}
    return make_rulebook(vocabulary, criteria, group, overrides)


# --- it says what the reference says ---


@pytest.mark.slow
@tried(150, suppress_health_check=[HealthCheck.too_slow])
@given(examples())
def test_every_node_is_as_by_the_reference(example: Example) -> None:
    program = compile_rulebook(example.rulebook)
    diagram = DecisionDiagram(program)
    for stated in (example.loose, example.tight, example.full):
        findings = findings_of(VOCABULARY, stated, YEAR)
        statuses = diagram.conditions(findings)
        assert statuses == reference.conditions(program, findings)
        items = tuple(statuses[node] for node in program.inputs)
        assert tuple(diagram.ruling_statuses(items)) == ruling_on(program, items).statuses


@tried(60, suppress_health_check=[HealthCheck.too_slow])
@given(examples(max_criteria=4, max_overrides=2))
def test_every_status_vector_is_ruled_as_by_the_reference(example: Example) -> None:
    program = compile_rulebook(example.rulebook)
    diagram = DecisionDiagram(program)
    for items in itertools.islice(vectors(program), 0, 5_000, 7):
        assert tuple(diagram.ruling_statuses(items)) == ruling_on(program, items).statuses


def vectors(program: Program) -> itertools.product[tuple[Status, ...]]:
    plain = (Status.MET, Status.NOT_MET, Status.UNKNOWN)
    criteria = [plain if nodes.exempt is None else tuple(Status) for nodes in program.criteria]
    return itertools.product(*criteria, *(plain for _ in program.overrides))


@pytest.mark.parametrize("away", slow_among(["", "excluded", "met", "not_met"], {"not_met"}))
@pytest.mark.parametrize(
    "group",
    [
        {"at_least": 2, "of": ["C0", "C1", "C2"], "mandatory": ["C1"]},
        {"at_least": 2, "of": ["C0", {"any": ["C1", {"not": "C0"}]}, {"at_least": 1, "of": ["C1", "C2"]}]},
        {"all": [{"any": ["C0", "C1"]}, {"not": {"all": ["C1", "C2"]}}]},
        {"not": {"not": "C2"}},
    ],
)
def test_every_vector_of_a_group_is_ruled_as_by_the_reference(group: Written, away: str) -> None:
    overrides = {
        "O1": {"when": {"fact": "fact_0"}, "verdict": "not_met"},
        "O2": {"when": {"fact": "fact_1"}, "verdict": "met"},
    }
    program = compile_rulebook(of_judgements(3, group, overrides, away))
    diagram = DecisionDiagram(program)
    for items in vectors(program):
        assert tuple(diagram.ruling_statuses(items)) == ruling_on(program, items).statuses


@pytest.mark.parametrize("rulebook", Library().in_force(2018), ids=lambda rulebook: rulebook.id)
@pytest.mark.slow
def test_every_vector_of_a_shipped_rulebook_is_ruled_as_by_the_reference(rulebook: Rulebook) -> None:
    program = compile_rulebook(rulebook)
    diagram = DecisionDiagram(program)
    for items in vectors(program):
        assert tuple(diagram.ruling_statuses(items)) == ruling_on(program, items).statuses


@pytest.mark.parametrize("rulebook", Library().in_force(2018), ids=lambda rulebook: rulebook.id)
def test_the_conditions_of_the_cases_of_2018_are_as_by_the_reference(rulebook: Rulebook) -> None:
    program = compile_rulebook(rulebook)
    diagram, read = DecisionDiagram(program), read_offers([str(DATA)], rulebook.vocabulary)
    offers = [offer for offer in read if isinstance(offer, Offer)]
    assert len(offers) == len(read) == len(list(DATA.glob("*.yaml")))
    for offer in offers:
        findings = findings_of(rulebook.vocabulary, offer.stated, 2018)
        assert diagram.conditions(findings) == reference.conditions(program, findings), offer.id


@tried(1000)
@given(INTERVALS, st.sampled_from(["size", "count"]))
def test_each_comparison_with_each_threshold_is_as_by_the_reference(interval: Interval, fact: str) -> None:
    possible = interval.whole() if fact == "count" else interval
    if possible.is_empty:
        return
    findings = {name: Finding(NUMBERS.facts[name], possible, State.KNOWN) for name in ("size", "count")}
    assert COMPARED[fact].conditions(findings) == reference.conditions(COMPARED_PROGRAMS[fact], findings)


def compared(fact: str) -> Program:
    """A criterion for each comparison with each threshold."""
    tests = [{"fact": fact, c: Decimal(t)} for c in COMPARISONS for t in THRESHOLDS if fact == "size" or "." not in t]
    criteria = {f"C{i}": {"met_when": test} for i, test in enumerate(tests)}
    return compile_rulebook(make_rulebook(NUMBERS, criteria, {"all": list(criteria)}))


COMPARED_PROGRAMS = {fact: compared(fact) for fact in ("size", "count")}
COMPARED = {fact: DecisionDiagram(program) for fact, program in COMPARED_PROGRAMS.items()}


# --- by itself ---


def functions_of(module: Any) -> list[str]:
    return [name for name, value in vars(module).items() if inspect.isfunction(value) or name == "_between"]


def test_it_decides_where_the_reference_and_its_logic_are_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = Library().in_force(2018)[0]
    program = compile_rulebook(wide)
    findings = findings_of(wide.vocabulary, {}, 2018)
    expected = reference.conditions(program, findings)
    items = tuple(expected[node] for node in program.inputs)
    ruled = ruling_on(program, items).statuses

    def broken(*_: object, **__: object) -> NoReturn:
        raise AssertionError("the diagram asks nobody")

    for module in (reference, logic, ruling, durable_writer):
        for name in functions_of(module):
            monkeypatch.setattr(module, name, broken)
    for name in ("intersect", "__contains__", "is_empty"):
        monkeypatch.setattr(Interval, name, broken)
    monkeypatch.setattr(Status, "counted_as", broken)
    diagram = DecisionDiagram(program)
    assert diagram.conditions(findings) == expected
    assert tuple(diagram.ruling_statuses(items)) == ruled


# --- size ---


@pytest.mark.parametrize(("met", "away", "expected"), [(20, 20, "met"), (19, 20, "unknown"), (19, 21, "not_met")])
def test_twenty_of_forty_are_counted_exactly(met: int, away: int, expected: str) -> None:
    group = {"at_least": 20, "of": [f"C{i}" for i in range(40)], "mandatory": ["C0"]}
    program = compile_rulebook(of_judgements(40, group, away="excluded"))
    items = [Status.MET] * met + [Status.NOT_APPLICABLE] * away
    items += [Status.UNKNOWN_OR_NOT_APPLICABLE] * (40 - len(items))
    statuses = DecisionDiagram(program).ruling_statuses(items)
    assert statuses == list(ruling_on(program, tuple(items)).statuses)
    assert statuses[program.verdict - program.ruling_from].reported == expected


def test_threes_of_criteria_that_stand_far_apart_are_folded_together() -> None:
    group = {"any": [{"all": [f"C{i}", f"C{i + 47}", f"C{i + 94}"]} for i in range(47)]}
    program = compile_rulebook(of_judgements(141, group, away="excluded"))
    items = tuple(Status.MET if i % 2 else Status.UNKNOWN_OR_NOT_APPLICABLE for i in range(141))
    assert tuple(DecisionDiagram(program).ruling_statuses(items)) == ruling_on(program, items).statuses


@pytest.mark.slow
def test_a_rule_of_very_many_criteria_is_folded() -> None:
    group = {"all": [{"any": [f"C{i}" for i in range(at, at + 100)]} for at in range(0, 1200, 100)]}
    program = compile_rulebook(of_judgements(1200, group))
    items = (Status.UNKNOWN,) * 1200
    assert tuple(DecisionDiagram(program).ruling_statuses(items)) == ruling_on(program, items).statuses


def test_a_rule_too_complex_to_be_folded_whole_is_folded_over_what_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    threes = list(itertools.combinations(range(12), 3))[::6]
    group = {"at_least": 20, "of": [{"all": [f"C{i}" for i in three]} for three in threes]}
    program = compile_rulebook(of_judgements(12, group))
    monkeypatch.setattr(folding, "MAX_NODES", 300)
    diagram = DecisionDiagram(program)
    for open_ones in (0, 3):
        items = (Status.MET,) * (12 - open_ones) + (Status.UNKNOWN,) * open_ones
        assert tuple(diagram.ruling_statuses(items)) == ruling_on(program, items).statuses
    with pytest.raises(IntegrityFault, match="too complex for the decision diagram"):
        diagram.ruling_statuses((Status.UNKNOWN,) * 12)


def test_what_is_known_of_one_node_is_all_that_it_is_asked_for() -> None:
    program = compile_rulebook(of_judgements(2, {"any": ["C0", "C1"]}))
    statuses = DecisionDiagram(program).ruling_statuses([Status.NOT_MET, Status.UNKNOWN])
    assert statuses[program.verdict - program.ruling_from].value == {Truth.NOT_MET, Truth.MET}

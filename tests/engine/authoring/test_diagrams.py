"""Diagrams say of every offer whose facts are known what the reference says; lints on meaning say nothing false."""

from __future__ import annotations

import pytest
from hypothesis import given

from engine.authoring.lints.check import lints_of
from engine.authoring.proofs.diagrams import Diagrams
from engine.evaluation.evidence import Finding, State, findings_of
from engine.evaluation.folding import Function
from engine.evaluation.program import Program, compile_rulebook
from engine.evaluation.reference import conditions, ruling_statuses
from engine.values.interval import Interval
from engine.values.logic import Status
from tests.chance import tried
from tests.engine.random_rulebooks import VOCABULARY, YEAR, Example, examples


def point(diagrams: Diagrams, findings: dict[str, Finding]) -> Function:
    """Where every fact lies where it is found."""
    return diagrams.all_of(
        diagrams.in_region(name, index)
        for name, regions in diagrams.regions.items()
        for index, region in enumerate(regions)
        if is_in(findings[name], region)
    )


def is_in(finding: Finding, region: object) -> bool:
    if region is None or finding.state is State.NOT_STATED:
        return region is None and finding.state is State.NOT_STATED
    possible = finding.possible
    if isinstance(possible, Interval):
        assert isinstance(region, Interval)
        return possible.intersect(region) == possible
    return possible == region


def statuses_at(diagrams: Diagrams, program: Program, where: Function) -> list[Status]:
    statuses = []
    for node in diagrams.nodes(program):
        met, away = (diagrams.holds_somewhere(part & where) for part in node)
        assert not (met and away)
        statuses.append(Status.MET if met else Status.NOT_APPLICABLE if away else Status.NOT_MET)
    return statuses


@given(examples())
@tried(100)
def test_diagrams_agree_with_the_reference(example: Example) -> None:
    program = compile_rulebook(example.rulebook)
    diagrams = Diagrams(program)
    findings = findings_of(VOCABULARY, example.full, YEAR)
    expected = ruling_statuses(program, conditions(program, findings))
    decided = statuses_at(diagrams, program, point(diagrams, findings))
    tested = [i for i, status in enumerate(expected) if status.is_known]
    assert [decided[i] for i in tested] == [expected[i] for i in tested]
    assert expected[program.verdict].is_known


@pytest.mark.slow
@given(examples())
@tried(100)
def test_statuses_that_occur_are_possible(example: Example) -> None:
    program = compile_rulebook(example.rulebook)
    diagrams = Diagrams(program)
    findings = findings_of(VOCABULARY, example.full, YEAR)
    statuses = conditions(program, findings)
    occurring = diagrams.possible_statuses(program)
    for node, variables in diagrams.statuses(program).items():
        met, away = statuses[node] is Status.MET, statuses[node] is Status.NOT_APPLICABLE
        occurring &= (variables.met if met else ~variables.met) & (variables.away if away else ~variables.away)
    assert occurring != diagrams.false


@pytest.mark.slow
@given(examples())
@tried(100)
def test_what_is_said_to_be_impossible_does_not_happen(example: Example) -> None:
    program = compile_rulebook(example.rulebook)
    messages = [d.message for d in lints_of(example.rulebook) if d.code == "unreachable-outcome"]
    findings = findings_of(VOCABULARY, example.full, YEAR)
    verdict = ruling_statuses(program, conditions(program, findings))[program.verdict].reported
    assert f"no offer can get the outcome `{verdict}`" not in messages

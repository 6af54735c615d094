"""Both rules of 2018 on every status vector there is, against what the rules say in plain terms on settled criteria."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pytest

from engine.decisions.analysis import Analysis, Analyst
from engine.evaluation.durable_engine import why_missing
from engine.evaluation.program import Program, compile_rulebook
from engine.evaluation.ruling import Items, placed, ruling_on
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Verdict
from engine.values.logic import Status, Truth
from tests.engine.completions import PLAIN, WITH_APPLICABILITY, Rule, Table
from tests.support import forced, slow_among

MET, AWAY = Truth.MET, Truth.NOT_APPLICABLE


def covered(*results: Truth) -> tuple[bool, str]:
    """Rule A: the six criteria, then whether an order excludes or includes the offer."""
    criteria, (excluded, included) = results[:6], results[6:]
    if excluded is MET:
        return False, "excluded_by_order"
    if included is MET:
        return True, "included_by_order"
    fourth, fifth = criteria[3], criteria[4]
    mandatory = fourth is MET and fifth in (MET, AWAY)
    return mandatory and sum(r is MET for r in criteria) >= 4, "four_of_six"


def most_specialised(*results: Truth) -> tuple[bool, str]:
    """Rule B: the six criteria."""
    return sum(r is MET for r in results) >= 5, "five_of_six"


RULES = {
    "hovedstaden.udviklingsstrategi": Rule(
        ("A1", "A2", "A3", "A4", "A5", "A6", "excluded_by_order", "included_by_order"),
        (*[PLAIN] * 4, WITH_APPLICABILITY, *[PLAIN] * 3),
        ("excluded_by_order", "included_by_order", "four_of_six"),
        covered,
    ),
    "hovedstaden.mest-specialiserede": Rule(
        ("B1", "B2", "B3", "B4", "B5", "B6"), (PLAIN,) * 6, ("five_of_six",), most_specialised
    ),
}


class Case(NamedTuple):
    """A rule's table, and what the engine makes of the rulebook on the same vectors."""

    table: Table
    vectors: list[Items]
    program: Program
    analyses: list[Analysis]


@pytest.fixture(scope="module", params=slow_among(RULES, {"hovedstaden.udviklingsstrategi"}))
def case(request: pytest.FixtureRequest) -> Case:
    program = compile_rulebook(next(r for r in Library().in_force(2018) if r.id == request.param))
    analyst, table = Analyst(program), Table(RULES[request.param])
    assert tuple(analyst.names) == table.rule.names
    return Case(table, table.vectors, program, [analyst.analyse((items,)) for items in table.vectors])


def test_the_vectors_are_all_that_there_are(case: Case) -> None:
    assert len(case.vectors) in (3**5 * 7 * 3**2, 3**6)
    assert [case.table.number(items) for items in case.vectors] == list(range(len(case.vectors)))


def test_the_reference_rules_as_all_completions_do(case: Case) -> None:
    for number, items in enumerate(case.vectors):
        ruling = ruling_on(case.program, items)
        assert (ruling.verdict, ruling.possible_bases) == (case.table.verdict(number), case.table.bases(number)), items


def test_durable_rules_rules_as_the_reference_does_in_every_node(case: Case) -> None:
    if (missing := why_missing()) is not None:
        pytest.skip(str(missing))
    from engine.evaluation.durable_rules import DurableRules  # noqa: PLC0415 - absent on some systems

    durable, program = DurableRules(case.program), case.program

    def evaluate(items: Items) -> Sequence[Status]:
        return durable.ruling_statuses(placed(program, items))[0][program.ruling_from :]

    for items in case.vectors:
        assert ruling_on(program, items, evaluate) == ruling_on(program, items), items


def test_grounds_are_the_minimal_sets_of_known_items_that_force_the_verdict(case: Case) -> None:
    for number, analysis in enumerate(case.analyses):
        assert analysis.grounds[:2] == (case.table.grounds(number), True), case.vectors[number]


@pytest.mark.parametrize("wanted", [Verdict.MET, Verdict.NOT_MET])
def test_missing_are_the_minimal_sets_of_unresolved_items_that_can_force_a_verdict(case: Case, wanted: Verdict) -> None:
    for number, analysis in enumerate(case.analyses):
        assert analysis.missing[wanted][:2] == (case.table.missing(number, wanted), True), case.vectors[number]


def test_the_smallest_changes_are_all_those_that_turn_the_verdict_with_fewest_items(case: Case) -> None:
    for number, analysis in enumerate(case.analyses):
        assert analysis.smallest_change[:2] == (case.table.smallest_change(number), True), case.vectors[number]


def test_a_determined_verdict_has_grounds_and_changes_and_any_other_has_something_missing(case: Case) -> None:
    for number, analysis in enumerate(case.analyses):
        determined = case.table.verdict(number) is not Verdict.UNDETERMINED
        assert bool(analysis.grounds.sets) is bool(analysis.smallest_change.sets) is determined
        assert all(bool(missing.sets) is not determined for missing in analysis.missing.values())


def test_the_statuses_named_with_a_set_force_the_verdict(case: Case) -> None:
    analyst = Analyst(case.program)
    opposite = {Verdict.MET: Verdict.NOT_MET, Verdict.NOT_MET: Verdict.MET}
    for number, analysis in enumerate(case.analyses):
        items, verdict = case.vectors[number], case.table.verdict(number)
        assert forced(analyst, analyst.domain, analysis.grounds) <= {verdict}
        assert forced(analyst, items, analysis.smallest_change) <= {opposite.get(verdict)}
        for forced_verdict, missing in analysis.missing.items():
            assert forced(analyst, items, missing) <= {forced_verdict}


def test_decisive_are_the_criteria_whose_opposite_changes_the_verdict(case: Case) -> None:
    criteria = [nodes.criterion.id for nodes in case.program.criteria]
    for number, analysis in enumerate(case.analyses):
        expected = {name for item, name in enumerate(criteria) if case.table.is_decisive(number, item)}
        assert analysis.decisive == expected, case.vectors[number]

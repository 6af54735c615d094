"""Cases that reach the goals of coverage that no case reaches yet, for an author to judge."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from engine.authoring.cases.case import Case, CaseResult, run_cases
from engine.authoring.cases.coverage import Meaning, covered_by, reached
from engine.authoring.cases.goals import DecisiveGoal, EdgeGoal, Goal, StatusGoal, ThresholdGoal
from engine.authoring.proofs.diagrams import facts_under
from engine.authoring.proofs.witness import UNKNOWN, Values, stated_as, witnesses
from engine.decisions.decide import Decider
from engine.decisions.trace import tests_in
from engine.evaluation.evidence import NOWHERE

MAX_CANDIDATES = 8
"""So many combinations of values are tried for a goal, where facts that follow from others contradict them."""


class Suggestion(NamedTuple):
    """A case that reaches a goal: what is stated in it, and how it is decided now."""

    goal: Goal
    values: Values
    result: CaseResult


def suggestions(meaning: Meaning, missing: Iterable[Goal], decider: Decider) -> Iterator[Suggestion]:
    """A case for each goal that the cases before it do not reach as well; none for a goal where it cannot be found."""
    open_goals = list(missing)
    while open_goals:
        goal = open_goals.pop(0)
        suggestion = _suggestion(meaning, goal, decider)
        if suggestion is not None:
            yield suggestion
            decided = covered_by([suggestion.result], meaning.program)
            done = reached(open_goals, decided, meaning.program)
            open_goals = [other for other in open_goals if other not in done]


def _suggestion(meaning: Meaning, goal: Goal, decider: Decider) -> Suggestion | None:
    for values in _candidates(meaning, goal):
        rulebook = meaning.program.rulebook
        year = goal.year if isinstance(goal, EdgeGoal) else rulebook.agreement_years[0]
        in_force = goal.in_force if isinstance(goal, EdgeGoal) else True
        stated = stated_as(values, rulebook.vocabulary, "an example")
        (result,) = run_cases([Case("", NOWHERE, year, stated, in_force)], decider)
        result = result._replace(case=result.case._replace(statuses=_statuses(result, goal)))
        if reached([goal], covered_by([result], meaning.program), meaning.program):
            return Suggestion(goal, values if in_force else {}, result)
    return None


def _statuses(result: CaseResult, goal: Goal) -> dict[str, str]:
    """The statuses of the criteria that a goal is about."""
    traces = result.trace.criteria if result.trace is not None else ()
    about = {goal.item} if isinstance(goal, StatusGoal | DecisiveGoal) else set()
    if isinstance(goal, ThresholdGoal):
        about |= {t.criterion.id for t in traces if goal.fact in {test.test.fact for test in tests_in(t)}}
    return {t.criterion.id: t.status.reported for t in traces if t.criterion.id in about}


def _candidates(meaning: Meaning, goal: Goal) -> Iterator[Values]:
    """Values that should reach a goal, those where it decides the verdict first."""
    is_unknown = isinstance(goal, StatusGoal) and goal.status == "unknown"
    where = meaning.diagrams.true if is_unknown else meaning.where(goal)
    near = {goal.fact: goal.threshold} if isinstance(goal, ThresholdGoal) else None
    for region in (where & meaning.decisive(goal), where):
        for values in itertools.islice(witnesses(meaning.diagrams, region, near), MAX_CANDIDATES):
            yield _without(meaning, goal.item, values) if is_unknown and isinstance(goal, StatusGoal) else values


def _without(meaning: Meaning, item: str, values: dict[str, Fraction | str]) -> Values:
    """The values with the facts of one item left open; where a fact is assumed, it is stated to be unknown."""
    facts = meaning.program.rulebook.vocabulary.facts
    opened = facts_under(meaning.program, meaning.node_of(item))
    kept = {name: value for name, value in values.items() if name not in opened}
    return kept | {name: UNKNOWN for name in opened if facts[name].assumed is not None}

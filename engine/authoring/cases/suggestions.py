"""Cases that reach the goals of coverage that no case reaches yet, for an author to judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from engine.authoring.cases.case import CaseResult
from engine.authoring.cases.coverage import Meaning
from engine.authoring.cases.goals import Goal, UnknownGoal
from engine.authoring.cases.mutation import Mutant
from engine.authoring.proofs.witness import Values
from engine.decisions.decide import Decider


class Suggestion(NamedTuple):
    """A case that reaches goals: the first is what it was made for. What is stated in it, and how it is decided now."""

    goals: tuple[Goal, ...]
    values: Values
    result: CaseResult


def suggestions(meaning: Meaning, missing: Iterable[Goal], decider: Decider) -> Iterator[Suggestion]:
    """Cases that together reach the goals: each reaches as many of those that are left as fit into one offer."""
    waiting = sorted(missing, key=_turn)
    while waiting:
        suggestion = _suggestion(meaning, waiting, decider)
        reached = meaning.shown_by([suggestion.result], waiting)
        # A goal that its own case misses would be tried for ever.
        first, *others = waiting
        waiting = [goal for goal in others if goal not in reached]
        if first in reached:
            shown = (first, *(goal for goal in others if goal in reached))
            yield suggestion._replace(goals=shown)


def _turn(goal: Goal) -> int:
    """First what is unknown, then changes to what is decided, then agreement years: many are shown by the others."""
    if isinstance(goal, UnknownGoal):
        return 0
    return 1 if goal.year is None else 2


def _suggestion(meaning: Meaning, waiting: Sequence[Goal], decider: Decider) -> Suggestion:
    """A case made for the first of the goals."""
    first = waiting[0]
    if isinstance(first, UnknownGoal):
        unknown = [goal.item for goal in waiting if isinstance(goal, UnknownGoal)]
        values = meaning.nothing_known()
        return Suggestion((first,), values, meaning.said(meaning.decided(values, decider=decider), unknown))
    if first.year is not None:
        result = meaning.decided({}, first.year, decider)
        return Suggestion((first,), {}, meaning.said(result, ()))
    changes = [goal for goal in waiting if isinstance(goal, Mutant) and goal.year is None]
    values, about = _offer_for(meaning, changes)
    return Suggestion((first,), values, meaning.said(meaning.decided(values, decider=decider), about))


def _offer_for(meaning: Meaning, changes: Sequence[Mutant]) -> tuple[Values, set[str]]:
    """An offer that notices the first change and as many others as fit, and the criteria whose status is to be said."""
    where, about = meaning.effects.diagrams.true, _criterion(changes[0])
    for mutant in changes:
        effect = meaning.effects.of(mutant)
        for part, criteria in ((effect.verdict, ()), (effect.basis, ()), (effect.anything, tuple(effect.statuses))):
            if meaning.effects.holds_somewhere(where & part):
                where &= part
                about.update(criteria)
                break
    return meaning.effects.offer(where) or meaning.offer(changes[0]), about


def _criterion(mutant: Mutant) -> set[str]:
    """The criterion that is changed, if one is."""
    return {str(mutant.path[1])} if mutant.path[0] == "criteria" else set()

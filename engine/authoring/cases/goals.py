"""What coverage of meaning asks a case to show: goals.

A goal is a change to the rulebook that a case must notice, or a criterion or override that must be shown unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.authoring.cases.case import CaseResult
from engine.authoring.cases.mutation import Mutant
from engine.decisions.trace import Trace
from engine.evaluation.program import Program
from engine.explanation.clauses import Clauses
from engine.explanation.words_and_numbers import Wording


@dataclass(frozen=True, slots=True)
class UnknownGoal:
    """A criterion that is unknown, or an override that is and leaves the basis open. No change to a rulebook."""

    item: str

    def is_shown_by(self, result: CaseResult) -> bool:
        """Whether a case says that the criterion is unknown, or that the basis is open where the override is."""
        case, trace = result.case, result.trace
        if trace is None:
            return False
        if any(override.override.id == self.item for override in trace.overrides):
            return case.basis == (None,) and _is_open(trace, self.item)
        return (case.statuses or {}).get(self.item) == "unknown"


def _is_open(trace: Trace, override: str) -> bool:
    """Whether an override is unknown, and a possible basis among others."""
    unknown = {o.override.id for o in trace.overrides if not o.status.is_known}
    return override in unknown and override in trace.possible_bases and len(trace.possible_bases) > 1


Goal = Mutant | UnknownGoal


def goal_words(goal: Goal, program: Program, wording: Wording) -> str:
    """What a goal asks a case to show.

    >>> from engine.rulebooks.library import Library
    >>> from engine.evaluation.program import compile_rulebook
    >>> program = compile_rulebook(Library().choose("hovedstaden.mest-specialiserede", 2018))
    >>> goal_words(UnknownGoal("B1"), program, Wording("da"))
    'B1: uafklaret'
    """
    if isinstance(goal, UnknownGoal):
        return f"{_item(goal.item, program, wording)}: {wording.phrase('unknown')}"
    shows = wording.text(goal.shows)
    match goal.path:
        case ("criteria", name, "not_applicable", "when", *_):
            exempt = wording.phrase("not_applicable")
            return f"{_item(str(name), program, wording)}, {exempt}: {shows}"
        case ("criteria" | "overrides", name, *_):
            return f"{_item(str(name), program, wording)}: {shows}"
        case ("rule", *_):
            return f"{program.rulebook.rule.id}: {shows}"
    return shows


def _item(name: str, program: Program, wording: Wording) -> str:
    return Clauses(program.rulebook, wording).names([name])

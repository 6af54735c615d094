"""The goals of coverage in words."""

from __future__ import annotations

from engine.authoring.cases.goals import CountGoal, DecisiveGoal, EdgeGoal, Goal, OrderGoal, StatusGoal, ThresholdGoal
from engine.evaluation.program import Program
from engine.explanation.clauses import Clauses
from engine.explanation.words_and_numbers import Wording

_SIDES = {"under": ("lige under", "just under"), "at": ("præcis", "exactly"), "over": ("lige over", "just over")}


def goal_words(goal: Goal, program: Program, wording: Wording) -> str:
    """What a goal asks a case to show.

    >>> from engine.rulebooks.library import Library
    >>> from engine.evaluation.program import compile_rulebook
    >>> program = compile_rulebook(Library().choose("hovedstaden.mest-specialiserede", 2018))
    >>> goal_words(StatusGoal("B1", "not_met"), program, Wording("da"))
    'B1: ikke opfyldt'
    """
    match goal:
        case StatusGoal():
            return _status(goal, program, wording)
        case DecisiveGoal():
            return f"{goal.item} {wording.pick('afgør', 'decides')}"
        case ThresholdGoal():
            fact = program.rulebook.vocabulary.facts[goal.fact]
            return f"{goal.fact}: {wording.pick(*_SIDES[goal.side])} {wording.quantity(fact, goal.threshold)}"
        case CountGoal():
            return f"{goal.group}: {_count(goal, program, wording)}"
        case OrderGoal():
            clauses = Clauses(program.rulebook, wording)
            names = clauses.names([goal.first]), clauses.names([goal.second])
            return wording.pick("{} går forud for {}", "{} comes before {}").format(*names)
        case EdgeGoal():
            holds = ("i kraft", "in force") if goal.in_force else ("ikke i kraft", "not in force")
            return f"{wording.pick('aftaleår', 'agreement year')} {goal.year}: {wording.pick(*holds)}"


def _status(goal: StatusGoal, program: Program, wording: Wording) -> str:
    name = Clauses(program.rulebook, wording).names([goal.item])
    is_override = any(o.id == goal.item for o in program.rulebook.overrides)
    if is_override and goal.status == "met":
        return f"{name} {wording.pick('afgør', 'decides')}"
    return f"{name}: {wording.phrase(goal.status)}"


def _count(goal: CountGoal, program: Program, wording: Wording) -> str:
    if goal.without is None:
        return wording.pick("præcis {} opfyldt", "exactly {} fulfilled").format(goal.met)
    missing = program.nodes[goal.without].name.removesuffix(".counted")
    return wording.pick("{} opfyldt uden {}", "{} fulfilled without {}").format(goal.met, missing)

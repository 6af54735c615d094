"""Coverage of meaning: which of the changes to a rulebook its cases notice, and what they show unknown.

What is counted:

- every change of `mutation` to what is decided for which an offer is found whose facts are known (a departure from an
  indicative measure may be left unstated) and whose verdict, basis or status of a criterion would be another one. A
  change that decides all such offers alike is not counted, even if an offer with gaps tells the two apart; nor is one
  for which no offer is found, because facts that follow from others contradict what was tried;
- every change to the agreement years at the edge;
- each criterion, and each override that can leave the basis open, once as unknown.

Nothing is counted of a rulebook that is in force on the first day of no year: it decides no case.

A change is covered if and only if a case notices it: decided by the changed rulebook, the verdict, the basis or a
status that the case says comes out in another way. A case that does not come out as it says by the rulebook itself, or
is still to be judged, covers nothing.
"""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from engine.authoring.cases.case import Case, CaseResult, Difference, Outcome, outcome_differences, run_cases
from engine.authoring.cases.effects import Effects
from engine.authoring.cases.goals import Goal, UnknownGoal
from engine.authoring.cases.mutation import Mutant, mutants_of, year_mutants_of
from engine.authoring.cases.noticing import Noticing, ReadCase, plain_decider, settled_outcome
from engine.authoring.proofs.witness import UNKNOWN, Values, stated_as
from engine.decisions.decide import Decider
from engine.evaluation.evidence import NOWHERE, findings_of
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.rulebook import Rulebook


class Example(NamedTuple):
    """An offer that would notice a change, in an agreement year: its values, and what differs in its decision."""

    year: int
    values: Values
    differences: tuple[Difference, ...]


class Meaning:
    """The goals of one rulebook, and which of them cases reach.

    Raises:
        TooComplex: its diagrams would grow without end.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self.program = compile_rulebook(rulebook)
        self.year = rulebook.agreement_years[0]
        mutants = tuple(mutants_of(rulebook))
        self.effects = Effects(self.program, mutants)
        self._decider = plain_decider(rulebook)
        self._offers: dict[Mutant, Values] = {}
        for mutant in mutants:
            self._find_offer(mutant)
        self.goals: tuple[Goal, ...] = ()
        if self.is_in_force(self.year):
            self.goals = (*self._unknown_goals(), *self._offers, *year_mutants_of(rulebook))

    def _find_offer(self, mutant: Mutant) -> None:
        """An offer that notices a change, by its verdict if it can be, else by the basis, else by a status."""
        effect = self.effects.of(mutant)
        for where in (effect.verdict, effect.basis, effect.anything):
            values = self.effects.offer(where)
            if values is not None:
                self._offers[mutant] = values
                return

    def _unknown_goals(self) -> Iterator[UnknownGoal]:
        """What the offer of which nothing is known shows, if a case says all that is decided."""
        result = self.said(self.decided(self.nothing_known()))
        rulebook = self.program.rulebook
        goals = map(UnknownGoal, [c.id for c in rulebook.criteria] + [o.id for o in rulebook.overrides])
        yield from (goal for goal in goals if goal.is_shown_by(result))

    def nothing_known(self) -> Values:
        """Nothing is stated; what would be assumed is stated to be unknown."""
        facts = self.program.rulebook.vocabulary.facts
        return {fact.id: UNKNOWN for fact in self.program.facts_read if facts[fact.id].assumed is not None}

    def is_in_force(self, year: int) -> bool:
        """Whether the rulebook decides an agreement year."""
        return year <= datetime.MAXYEAR and self.program.rulebook.is_in_force(datetime.date(year, 1, 1))

    def decided(self, values: Values, year: int | None = None, decider: Decider | None = None) -> CaseResult:
        """A case without a name of its own that says nothing yet, and how it is decided."""
        year = self.year if year is None else year
        stated = stated_as(values, self.program.rulebook.vocabulary, "an example")
        case = Case("", NOWHERE, year, stated, self.is_in_force(year))
        (result,) = run_cases([case], decider or self._decider)
        return result

    def said(self, result: CaseResult, about: Iterable[str] | None = None) -> CaseResult:
        """The case of a result that says what was decided: verdict, basis, and the statuses of some or all criteria."""
        if result.trace is None:
            return result
        return result._replace(case=Outcome.of(result.trace).said_by(result.case, about))

    def offer(self, mutant: Mutant) -> Values:
        """An offer that would notice a change that is counted; any, where it is one to the agreement years."""
        return self._offers.get(mutant, {})

    def example(self, mutant: Mutant) -> Example:
        """An offer that would notice a change that is counted, and what differs in its decision."""
        if mutant.year is not None:
            was, becomes = ("yes", "no") if self.is_in_force(mutant.year) else ("no", "yes")
            return Example(mutant.year, {}, (Difference("in_force", was, becomes),))
        values, rulebook = self.offer(mutant), self.program.rulebook
        findings = findings_of(rulebook.vocabulary, stated_as(values, rulebook.vocabulary, "an example"), self.year)
        before = settled_outcome(self.program, findings)
        after = settled_outcome(self.effects.changed[mutant], findings)
        assert before is not None
        assert after is not None
        said = before.said_by(Case("", NOWHERE, self.year, {}))
        return Example(self.year, values, tuple(outcome_differences(said, after)))

    def shown_by(self, results: Iterable[CaseResult], goals: Iterable[Goal] | None = None) -> set[Goal]:
        """Those of the goals (by default all) that cases reach which came out as expected and are judged."""
        shown = [result for result in results if result.passed and not result.case.to_judge]
        read = [ReadCase(result.case, self.effects) for result in shown]
        settled, still_open = deque(c for c in read if c.is_settled), deque(c for c in read if not c.is_settled)
        reached: set[Goal] = set()
        for goal in self.goals if goals is None else goals:
            if isinstance(goal, UnknownGoal):
                is_reached = any(goal.is_shown_by(result) for result in shown)
            else:
                noticing = Noticing(goal, self.effects)
                is_reached = _is_noticed(noticing, settled) or _is_noticed(noticing, still_open)
            if is_reached:
                reached.add(goal)
        return reached


def _is_noticed(noticing: Noticing, cases: deque[ReadCase]) -> bool:
    """Whether a case notices a change; it comes first from now on, as it is likely to notice the neighbours too."""
    noticed = next((i for i, case in enumerate(cases) if noticing.is_noticed_by(case)), None)
    cases.rotate(-(noticed or 0))
    return noticed is not None

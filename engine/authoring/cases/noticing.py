"""Whether a case notices a change to a rulebook: decided by the changed one, it comes out in another way than it says.

What counts is the verdict, the basis and the statuses that a case says. Where every criterion and override is settled,
the reference decides at once. Where one is not, the diagrams say whether what can come out differs at all; if it does,
the case is decided.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import cached_property

from engine.authoring.cases.case import Case, Outcome, outcome_differences, run_cases
from engine.authoring.cases.effects import Effects
from engine.authoring.cases.mutation import Mutant
from engine.decisions.decide import Decider
from engine.evaluation import reference
from engine.evaluation.evidence import Finding, findings_of
from engine.evaluation.folding import Function
from engine.evaluation.program import Program
from engine.evaluation.ruling import ruling_on
from engine.rulebooks.rulebook import Rulebook


class ReadCase:
    """A case that is asked about many changes; what it says is decisive follows from the rest, and is not asked."""

    def __init__(self, case: Case, effects: Effects) -> None:
        self._effects = effects
        self.case = case._replace(decisive=None)

    @cached_property
    def findings(self) -> Mapping[str, Finding]:
        """What its facts can be, where it is decided at all."""
        return findings_of(self._effects.program.rulebook.vocabulary, self.case.stated, self.case.year)

    @cached_property
    def completions(self) -> Function:
        """The offers whose facts are known that it can turn out to be."""
        return self._effects.completions(self.findings)

    @property
    def is_settled(self) -> bool:
        """Whether every criterion and override is settled in it; such a case is cheap to ask."""
        return not self.case.in_force or settled_outcome(self._effects.program, self.findings) is not None


class Noticing:
    """Whether cases notice one change."""

    def __init__(self, mutant: Mutant, effects: Effects) -> None:
        self._mutant, self._effects = mutant, effects

    def is_noticed_by(self, read: ReadCase) -> bool:
        """Whether a case comes out in another way than it says."""
        case, mutated = read.case, self._mutant.rulebook
        if self._mutant.year is not None:
            return mutated.is_in_force(datetime.date(case.year, 1, 1)) is not case.in_force
        if not case.in_force:
            return False
        settled = settled_outcome(self._effects.changed[self._mutant], read.findings)
        if settled is not None:
            return any(outcome_differences(case, settled))
        if not self._can_differ(read):
            return False
        (result,) = run_cases([case], self._decider)
        return not result.passed

    def _can_differ(self, read: ReadCase) -> bool:
        """Whether what can come out, of all that a case says, is another thing by the changed rulebook."""
        if not self._effects.holds_somewhere(read.completions & self._effect):
            return False
        before, after = (self._effects.outcome(read.completions, mutant) for mutant in (None, self._mutant))
        statuses = read.case.statuses or {}
        return (
            before.verdict is not after.verdict
            or before.possible_bases != after.possible_bases
            or any(before.statuses[name] != after.statuses[name] for name in statuses)
        )

    @cached_property
    def _effect(self) -> Function:
        return self._effects.of(self._mutant).anything

    @cached_property
    def _decider(self) -> Decider:
        return plain_decider(self._mutant.rulebook)


def settled_outcome(program: Program, findings: Mapping[str, Finding]) -> Outcome | None:
    """What is decided where every criterion and override is settled by itself; None where one is not."""
    statuses = reference.conditions(program, findings)
    items = tuple(statuses[node] for node in program.inputs)
    if not all(status.is_known for status in items):
        return None
    ruling = ruling_on(program, items)
    reported = {c.criterion.id: statuses[c.status].reported for c in program.criteria}
    return Outcome(ruling.verdict, ruling.possible_bases, reported)


def plain_decider(rulebook: Rulebook) -> Decider:
    """A decider that decides once, by the reference: what it decides is no decision on an offer."""
    return Decider(rulebook, engine="reference", is_checked=False)

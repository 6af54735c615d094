"""What a rulebook means, proven over every offer whose facts are known: what lints on meaning ask about it."""

from __future__ import annotations

from functools import cached_property

from engine.authoring.lints.places import conditions_of
from engine.authoring.proofs.diagrams import Diagrams
from engine.diagnostics import TooComplex
from engine.evaluation.folding import Folded, Function
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.checker import Path
from engine.rulebooks.rulebook import Condition, Rulebook, ways_of_counting


class Meaning:
    """The diagrams of a rulebook and of its changes.

    Raises:
        TooComplex: they would grow without end; once a change has, no other one is tried.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self.program = compile_rulebook(rulebook)
        self._diagrams = Diagrams(self.program)
        self.nodes = self._diagrams.nodes(self.program)
        """Where each node of the program is met, and where it does not apply."""
        self.uses = ways_of_counting(rulebook.rule.group)
        """The criteria that the rule uses."""
        self._is_exhausted = False

    @property
    def met(self) -> Function:
        """Where the verdict is `met`."""
        return self.nodes[self.program.verdict].met

    def condition(self, condition: Condition) -> Function:
        """Where a condition is met."""
        return self._diagrams.condition(condition)

    def asked_of(self, root: Path) -> Function:
        """The offers of which a whole condition is asked: of a criterion those to which it applies."""
        if root[0] == "criteria" and root[2] != "not_applicable":
            applicability = self._rulebook.criterion(str(root[1])).applicability
            if applicability is not None:
                applies = ~self.condition(applicability.exempt_when)
                return self._diagrams.true if self.is_never(applies) else applies
        return self._diagrams.true

    def is_never(self, function: Function) -> bool:
        """Whether a function holds for no offer."""
        return not self._diagrams.holds_somewhere(function)

    def is_constant(self, function: Function) -> bool:
        """Whether a function holds for no offer, or for every one."""
        return self.is_never(function) or self.is_never(~function)

    def are_same(self, first: Function, second: Function) -> bool:
        """Whether two functions hold for the same offers."""
        return self.is_never(self._diagrams.differing(first, second))

    @cached_property
    def varies(self) -> bool:
        """Whether each condition and the verdict can turn out both ways; else hardly any part of the rule matters."""
        conditions = (self.condition(condition) for _, condition in conditions_of(self._rulebook))
        return not self.is_constant(self.met) and not any(map(self.is_constant, conditions))

    def changes_nothing(self, changed: Rulebook) -> bool:
        """Whether a changed rulebook gives every offer the same verdict."""
        return self.are_same(self.met, self._met_in(changed))

    def matters(self, node: int) -> bool:
        """Whether the verdict of some offer depends on a node of the program."""
        true, false = self._diagrams.true, self._diagrams.false
        met, not_met = Folded(true, false), Folded(false, false)
        return not self.are_same(*(self._met_in(self._rulebook, {node: fixed}) for fixed in (met, not_met)))

    def _met_in(self, rulebook: Rulebook, fixed: dict[int, Folded] | None = None) -> Function:
        if self._is_exhausted:
            raise TooComplex
        program = compile_rulebook(rulebook)
        try:
            return self._diagrams.nodes(program, fixed)[program.verdict].met
        except TooComplex:
            self._is_exhausted = True
            raise

"""The causes of changed verdicts in a register, offer by offer: what turned each of them."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.comparison.atom import AtomSet, Part, text_of
from engine.comparison.causes import Situation
from engine.decisions.cause_of_change import Cause
from engine.diagnostics import Rejected
from engine.rulebooks.rulebook import Rulebook
from offers.columns.reference_check import Reader
from offers.comparison.causes_of_changes import MORE, CausesOfChanges


class ToldCause(NamedTuple):
    """What turned a verdict: the word for it, and the sets as files write them."""

    cause: Cause
    text: str


class RowSide(NamedTuple):
    """Rows of one run: who reads them, and the agreement year."""

    reader: Reader
    year: int


class ToldCauses:
    """Tells what turned verdicts from one rulebook to another, for rows of a register and of the run before.

    Args:
        old: the rulebook of before, with the ids of facts of now.
        new: the rulebook of now.
        before: how rows of the run before are read, and `now` those of the register.
    """

    def __init__(self, old: Rulebook, new: Rulebook, before: RowSide, now: RowSide) -> None:
        self._causes = CausesOfChanges(old, new)
        self._before, self._now = before, now
        self.sets: dict[str, tuple[AtomSet, ...]] = {}
        """The sets of each text that was told."""

    def of(self, verdicts: tuple[str, str], before: dict[str, Any], now: dict[str, Any]) -> ToldCause | None:
        """What turned a verdict; None where so many were told already, or the evidence does not give the verdicts.

        Args:
            verdicts: the verdict before, and that of now.
            before: the cells of the row in the run before.
            now: the cells of the row in the register.
        """
        if self._causes.has_found_most:
            return None
        try:
            stated = self._before.reader.stated(before), self._now.reader.stated(now)
        except Rejected:
            return None
        situations = Situation(stated[0], self._before.year), Situation(stated[1], self._now.year)
        causes = self._causes.of(verdicts, *situations)
        if causes is None or causes.cause is None:
            return None
        text = text_of(causes.sets) + ("" if causes.complete else MORE)
        self.sets[text] = causes.sets
        return ToldCause(causes.cause, text)

    def texts_with(self, part: Part) -> list[str]:
        """The texts with a part among what turned the verdict."""
        return [text for text, sets in self.sets.items() if any(part in atom for atoms in sets for atom in atoms)]

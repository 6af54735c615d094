"""What turned the verdicts of many offers, within limits: the same for a list of changes and for a paper."""

from __future__ import annotations

from engine.comparison.atom import sets_in
from engine.comparison.causes import CauseFinder, Causes, Situation
from engine.decisions.cause_of_change import Cause
from engine.rulebooks.rulebook import Rulebook, Verdict

SITUATIONS, TOLD = 32, 5_000
"""So many situations are tried for each offer, and for so many offers by each rulebook."""
MORE = " | …"
"""Stands at the end of the text of causes where there may be more."""


class CausesOfChanges:
    """Finds what turned verdicts from one rulebook to another, wherever the evidence of the offers is read.

    Args:
        old: the rulebook of before.
        new: the rulebook of now.
    """

    def __init__(self, old: Rulebook, new: Rulebook) -> None:
        self._finder, self._found = CauseFinder(old, new, SITUATIONS), 0

    @property
    def has_found_most(self) -> bool:
        """Whether causes were found for as many offers as they are found for."""
        return self._found >= TOLD

    def of(self, verdicts: tuple[str, str], before: Situation, now: Situation) -> Causes | None:
        """What turned a verdict; None where so many were found already, or the evidence does not give the verdicts.

        Args:
            verdicts: the verdict before, and that of now.
            before: what was stated, by the ids of the old rulebook.
            now: what is stated.
        """
        if self.has_found_most:
            return None
        self._found += 1
        causes = self._finder.causes(before, now)
        given = tuple(verdict and verdict.value for verdict in (causes.before, causes.now))
        return None if causes.cause is None or given != verdicts else causes

    def recorded(self, verdicts: tuple[str, str], cause: Cause, text: str | None) -> Causes | None:
        """What turned a verdict, as it was recorded when all evidence was at hand; None where the text tells of else.

        Args:
            verdicts: the verdict before, and that of now.
            cause: the word for it.
            text: the sets as files write them, with `MORE` where there may be more; None where none were looked for.
        """
        try:
            sets = sets_in((text or "").removesuffix(MORE), (part for atom in self._finder.atoms for part in atom))
        except ValueError:
            return None
        before, now = map(Verdict, verdicts)
        return Causes(before, now, sets, text is not None and not text.endswith(MORE), cause)

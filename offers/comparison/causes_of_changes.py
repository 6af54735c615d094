"""What turned the verdicts of many offers, within limits: the same for a list of changes and for a paper."""

from __future__ import annotations

from engine.comparison.causes import CauseFinder, Causes, Situation
from engine.rulebooks.rulebook import Rulebook

SITUATIONS, TOLD = 32, 5_000
"""So many situations are tried for each offer, and for so many offers by each rulebook."""


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

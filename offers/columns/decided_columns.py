"""The names of the columns that deciding adds to those of a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

VERDICT, OUTCOME, BASIS, DECISIVE = "verdict", "outcome", "basis", "decisive"
_NEAR = "near"
COMPARED = ("previous_verdict", "change", "cause", "causes")
"""What is said of a decision beside that of a run before."""
OVERRIDDEN = ("recorded_override", "recorded_override_because")
"""What people decided in place of earlier decisions on the same offer: the outcome, and why."""
OVERRIDDEN_IN_FULL = (*OVERRIDDEN, "recorded_override_by", "recorded_override_at")
"""The same with who decided so, and when it was recorded."""


class DecidedColumns(NamedTuple):
    """The columns in which one rulebook's decisions stand beside the cells of a row.

    No column of a table and no other rulebook's has such a name, as it begins with the rulebook's number in the run.

    >>> columns = DecidedColumns(0)
    >>> columns.verdict, columns.of("B1"), columns.near
    ('0 verdict', '0 B1', '0 near')
    """

    number: int

    def of(self, name: str) -> str:
        """The column of a part of the decision: a criterion by its id, a word about the change."""
        return f"{self.number} {name}"

    def all_of(self, names: Iterable[str]) -> list[str]:
        """The columns of several parts, in their order."""
        return [self.of(name) for name in names]

    @property
    def verdict(self) -> str:
        """The verdict."""
        return self.of(VERDICT)

    @property
    def outcome(self) -> str:
        """The rulebook's own word for the verdict."""
        return self.of(OUTCOME)

    @property
    def decisive(self) -> str:
        """The criteria that decide alone, with spaces between; null where there are none."""
        return self.of(DECISIVE)

    @property
    def near(self) -> str:
        """The facts near a threshold, with spaces between; null where there are none."""
        return self.of(_NEAR)

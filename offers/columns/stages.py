"""Columns that are made in stages, each reading what those before it made: nothing is computed twice."""

from __future__ import annotations

from typing import Any

import narwhals as nw


class Stages:
    """Collects columns by stage, and checks of the rows."""

    def __init__(self) -> None:
        self._stages: list[list[nw.Expr]] = []
        self._checks: list[nw.Expr] = []

    def made(self, stage: int, column: nw.Expr, name: str) -> nw.Expr:
        """A column made in a stage, as later stages read it."""
        self._stages += [[] for _ in range(len(self._stages), stage + 1)]
        self._stages[stage].append(column.alias(name))
        return nw.col(name)

    def check(self, holds: nw.Expr) -> None:
        """Have a row understood only where this holds."""
        self._checks.append(holds)

    def apply(self, frame: Any, understood: str) -> Any:
        """The frame with the columns, and one that says where all checks hold."""
        for stage in self._stages:
            frame = frame.with_columns(*stage) if stage else frame
        holds = nw.all_horizontal(*self._checks, ignore_nulls=False) if self._checks else nw.lit(True)
        return frame.with_columns(holds.alias(understood))

"""One rulebook's decisions on many offers: each distinct status vector is decided once."""

from __future__ import annotations

import polars as pl

from engine.decisions.vector_decisions import SituationDecision, VectorDecisions
from engine.evaluation.columnar import ColumnarProgram
from engine.rulebooks.rulebook import Rulebook, Verdict
from offers.columns.decided_columns import BASIS, DECISIVE, OUTCOME, VERDICT, DecidedColumns

STATUSES = ("met", "not_met", "unknown", "not_applicable")
_NUMBER = " number"
MOST_IN_TABLE = 2**22
"""Where there can be no more vectors, each has a place in a table; else they are found by comparing."""


class DecisionTable:
    """One rulebook's decisions: a row for each distinct vector, to which the offers' rows point.

    Args:
        decisions: decide each vector.
        columnar: gives the vectors.
        number: the rulebook's, of those that a run decides by.
    """

    def __init__(self, decisions: VectorDecisions, columnar: ColumnarProgram, number: int = 0) -> None:
        self.columns = DecidedColumns(number)
        self.decisions, self.columnar = decisions, columnar
        self.rulebook: Rulebook = decisions.program.rulebook
        self._numbers: dict[tuple[int, ...], int] = {}
        self._new: list[tuple[str | None, ...]] = []
        self._table = pl.DataFrame(schema=self.schema)
        self.counted = dict.fromkeys((v.value for v in Verdict), 0)
        """How many offers each verdict was given to."""
        (size, *more) = columnar.sizes
        is_small = not more and size <= MOST_IN_TABLE
        self._known = pl.repeat(None, size, dtype=pl.UInt32, eager=True) if is_small else None

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """The columns of a decision: verdict, outcome, basis, each criterion's status, the criteria that decide."""
        outcomes = pl.Enum(list(dict.fromkeys(o.id for o in self.rulebook.outcomes.values())))
        bases = pl.Enum([name for name, _ in self.decisions.program.bases])
        criteria = {c.criterion.id: pl.Enum(STATUSES) for c in self.decisions.program.criteria}
        fixed = {VERDICT: pl.Enum([v.value for v in Verdict]), OUTCOME: outcomes, BASIS: bases}
        return {**fixed, **criteria, DECISIVE: pl.String()}

    @property
    def decided_schema(self) -> dict[str, pl.DataType]:
        """The same columns by the names that they have beside the cells of a row."""
        return {self.columns.of(name): dtype for name, dtype in self.schema.items()}

    def decide(self, vectors: pl.DataFrame, counts: pl.Series | None = None) -> pl.DataFrame:
        """The decisions on the vectors of some rows, in their order; each new vector is decided.

        `counts` says how many offers each row stands for, if not for one.
        """
        decided = self._decide(vectors)
        for verdict in Verdict:
            of_these = decided[VERDICT] == verdict.value
            self.counted[verdict.value] += int((of_these if counts is None else counts.filter(of_these)).sum())
        return decided

    def _decide(self, vectors: pl.DataFrame) -> pl.DataFrame:
        own = vectors.select(self.columnar.vectors)
        if own.is_empty():
            return pl.DataFrame(schema=self.schema)
        if self._known is not None:
            return self._table_of(own.to_series())
        distinct = own.unique(maintain_order=True)
        numbers = distinct.with_columns(pl.Series(_NUMBER, map(self._number, distinct.iter_rows()), pl.UInt32))
        return self._gathered(own.join(numbers, on=own.columns, how="left", maintain_order="left")[_NUMBER])

    def _table_of(self, vector: pl.Series) -> pl.DataFrame:
        """The decisions on vectors that are small enough to stand in a table by themselves."""
        assert self._known is not None
        numbers = self._known[vector]
        if numbers.null_count():
            new = vector.filter(numbers.is_null()).unique().sort()
            self._known.scatter(new, [self._number((v,)) for v in new])
            numbers = self._known[vector]
        return self._gathered(numbers)

    def _gathered(self, numbers: pl.Series) -> pl.DataFrame:
        if self._new:
            new = pl.DataFrame(self._new, schema=self.schema, orient="row")
            self._table, self._new = pl.concat([self._table, new], rechunk=True), []
        return self._table[numbers]

    def near(self, bits: pl.DataFrame) -> pl.Series:
        """The facts near a threshold, in words, as the column of that name."""
        distinct = bits.unique()
        facts = [" ".join(self.columnar.facts_near(row)) or None for row in distinct.iter_rows()]
        words = distinct.with_columns(pl.Series(self.columns.near, facts, dtype=pl.String))
        return bits.join(words, on=bits.columns, how="left", maintain_order="left")[self.columns.near]

    def _number(self, vectors: tuple[int, ...]) -> int:
        if vectors not in self._numbers:
            self._new.append(self._row(self.decisions.over(self.columnar.situation(vectors))))
            self._numbers[vectors] = len(self._numbers)
        return self._numbers[vectors]

    def _row(self, made: SituationDecision) -> tuple[str | None, ...]:
        criteria, decision = self.decisions.program.criteria, made.decided
        decisive = " ".join(criteria[i].criterion.id for i in made.decisive)
        statuses = [status.reported for status in made.statuses[: len(criteria)]]
        return (
            decision.verdict.value,
            self.rulebook.outcomes[decision.verdict].id,
            decision.basis,
            *statuses,
            decisive or None,
        )

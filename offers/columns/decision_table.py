"""One rulebook's decisions on many offers: each distinct status vector is decided once."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from engine.decisions.vector_decisions import SituationDecision, VectorDecisions
from engine.evaluation.columnar import ColumnarProgram
from engine.evaluation.completions import Situation
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.logic import Status
from offers.columns.decided_before import STATUSES, Decided, DecidedBefore, digits_of
from offers.columns.decided_columns import BASIS, DECISIVE, OUTCOME, VERDICT, DecidedColumns

_NUMBER = " number"
MOST_IN_TABLE = 2**22
"""Where there can be no more vectors, each has a place in a table; else they are found by comparing."""
MOST_POSSIBLE = 2_000
"""Where fewer vectors are possible, all of them are decided for a large register, and kept; else those that occur."""


class Known:
    """What is found once for each whole number below a size, and looked up from then on, by any number of threads.

    >>> known = Known(100, {"square": pl.Int64}, lambda number: (number**2,))
    >>> known.at(pl.Series([7, 3, 7]))["square"].to_list()
    [49, 9, 49]

    Args:
        size: each number is below it.
        schema: the columns of what is found.
        found: finds it.
    """

    def __init__(self, size: int, schema: Mapping[str, Any], found: Callable[[int], tuple[Any, ...]]) -> None:
        self._found, self._schema, self._lock = found, schema, threading.Lock()
        self._rows = pl.repeat(None, size, dtype=pl.UInt32, eager=True)
        self._table = pl.DataFrame(schema=schema)

    def is_new(self, numbers: pl.Series) -> pl.Series:
        """Where nothing is known yet."""
        return self._rows[numbers].is_null()

    def at(self, numbers: pl.Series) -> pl.DataFrame:
        """What is found for each number."""
        rows = self._rows[numbers]
        if rows.null_count():
            self._find(numbers)
            rows = self._rows[numbers]
        return self._table[rows]

    def _find(self, numbers: pl.Series) -> None:
        with self._lock:
            new = pl.Series(sorted(set(numbers.filter(self.is_new(numbers)))), dtype=numbers.dtype)
            if new.is_empty():  # found by another thread meanwhile
                return
            columns = zip(self._schema.items(), zip(*map(self._found, new), strict=True), strict=True)
            # A column at a time: rows would each time be put together as texts and cast.
            found = pl.DataFrame([pl.Series(name, words, dtype) for (name, dtype), words in columns])
            first = self._table.height
            # The table before the rows of it: whoever finds a row there does not ask again.
            self._table = pl.concat([self._table, found], rechunk=True) if first else found
            self._rows.scatter(new, pl.int_range(first, self._table.height, dtype=pl.UInt32, eager=True))


class DecisionTable:
    """One rulebook's decisions: a row for each distinct vector, to which the offers' rows point.

    Threads may ask at the same time.

    Args:
        decisions: decide each vector.
        columnar: gives the vectors.
        number: the rulebook's, of those that a run decides by.
        before: what was decided before.
    """

    def __init__(
        self,
        decisions: VectorDecisions,
        columnar: ColumnarProgram,
        number: int = 0,
        before: DecidedBefore | None = None,
    ) -> None:
        self.columns = DecidedColumns(number)
        self._before = before or DecidedBefore(None, decisions, columnar)
        self._items: set[str] = set()
        self.decisions, self.columnar = decisions, columnar
        self.rulebook: Rulebook = decisions.program.rulebook
        self._numbers: dict[tuple[int, ...], int] = {}
        self._new: list[tuple[str | None, ...]] = []
        self._table, self._lock = pl.DataFrame(schema=self.schema), threading.Lock()
        self.counted = dict.fromkeys((v.value for v in Verdict), 0)
        """How many offers each verdict was given to."""
        self._names = self.columns.all_of(self.schema)
        (size, *more) = columnar.sizes
        is_small = not more and size <= MOST_IN_TABLE
        self._known = Known(size, self.schema, lambda vector: self._decision((vector,))) if is_small else None
        signs = 2 ** len(columnar.thresholds)
        words = {self.columns.near: pl.String}
        is_small = len(columnar.near) == 1 and signs <= MOST_IN_TABLE
        self._known_near = Known(signs, words, lambda bits: (self._facts_near((bits,)),)) if is_small else None

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

    @property
    def vectors(self) -> int:
        """How many different vectors of items can occur in what was asked, whenever they were decided."""
        return len(self._items)

    def decide_possible(self) -> None:
        """Decide every vector that there can be, where they are few, and what is decided is kept."""
        program, completions = self.decisions.program, self.decisions.completions
        can_be = [sorted(program.reachable[node], key=list(Status).index) for node in completions.frontier]
        if self._before.is_kept and not completions.shared and math.prod(map(len, can_be)) < MOST_POSSIBLE:
            for statuses in itertools.product(*can_be):
                self._decided_on(self.columnar.vectors_of(Situation(statuses, ())))

    def decide(self, vectors: pl.DataFrame, counts: pl.Series | None = None) -> pl.DataFrame:
        """The decisions on the vectors of some rows, in their order; each new vector is decided.

        `counts` says how many offers each row stands for, if not for one.
        """
        decided = self._decide(vectors)
        given = [decided[VERDICT] == verdict.value for verdict in Verdict]
        offers = [int((these if counts is None else counts.filter(these)).sum()) for these in given]
        with self._lock:
            for verdict, number in zip(Verdict, offers, strict=True):
                self.counted[verdict.value] += number
        return decided

    def first_of_new(self, vectors: pl.DataFrame) -> pl.Series:
        """Where among some rows the first of each vector stands on which nothing is decided yet."""
        own = vectors.select(self.columnar.vectors)
        if self._known is not None:
            vector = own.to_series()
            is_new = self._known.is_new(vector)
            return (is_new & vector.is_first_distinct()).arg_true() if is_new.any() else pl.Series([], dtype=pl.UInt32)
        first = own.with_row_index().unique(own.columns, keep="first", maintain_order=True)
        return pl.Series([row for row, *of in first.iter_rows() if tuple(of) not in self._numbers], dtype=pl.UInt32)

    def beside_cells(self, vectors: pl.DataFrame) -> list[pl.Series]:
        """The decisions on some rows, and what is near its threshold, as the columns that stand beside their cells."""
        decided = self.decide(vectors)
        decided.columns = self._names
        near = [self.near(vectors.select(self.columnar.near))] if self.columnar.near else []
        return [*decided, *near]

    def _decide(self, vectors: pl.DataFrame) -> pl.DataFrame:
        own = vectors.select(self.columnar.vectors)
        if own.is_empty():
            return pl.DataFrame(schema=self.schema)
        if self._known is not None:
            return self._known.at(own.to_series())
        with self._lock:
            distinct = own.unique(maintain_order=True)
            numbers = distinct.with_columns(pl.Series(_NUMBER, map(self._number, distinct.iter_rows()), pl.UInt32))
            return self._gathered(own.join(numbers, on=own.columns, how="left", maintain_order="left")[_NUMBER])

    def _gathered(self, numbers: pl.Series) -> pl.DataFrame:
        if self._new:
            new = pl.DataFrame(self._new, schema=self.schema, orient="row")
            self._table, self._new = pl.concat([self._table, new], rechunk=True), []
        return self._table[numbers]

    def near(self, bits: pl.DataFrame) -> pl.Series:
        """The facts near a threshold, in words, as the column of that name."""
        if self._known_near is not None:
            return self._known_near.at(bits.to_series()).to_series()
        distinct = bits.unique()
        facts = [self._facts_near(row) for row in distinct.iter_rows()]
        words = distinct.with_columns(pl.Series(self.columns.near, facts, dtype=pl.String))
        return bits.join(words, on=bits.columns, how="left", maintain_order="left")[self.columns.near]

    def _facts_near(self, bits: tuple[int, ...]) -> str | None:
        return " ".join(self.columnar.facts_near(bits)) or None

    def _number(self, vectors: tuple[int, ...]) -> int:
        if vectors not in self._numbers:
            self._new.append(self._decision(vectors))
            self._numbers[vectors] = len(self._numbers)
        return self._numbers[vectors]

    def _decision(self, vectors: tuple[int, ...]) -> tuple[str | None, ...]:
        decided = self._decided_on(vectors)
        self._items |= decided.items
        verdict, *words = decided.words
        return verdict, self.rulebook.outcomes[Verdict(verdict)].id, *words

    def _decided_on(self, vectors: tuple[int, ...]) -> Decided:
        """What was decided before, or is decided now."""
        if (decided := self._before.on(vectors)) is None:
            decided = self._in_words(self.decisions.over(self.columnar.situation(vectors)))
            self._before.take(vectors, decided)
        return decided

    def _in_words(self, made: SituationDecision) -> Decided:
        criteria, decision = self.decisions.program.criteria, made.decided
        decisive = " ".join(criteria[i].criterion.id for i in made.decisive)
        statuses = [status.reported for status in made.statuses[: len(criteria)]]
        words = (decision.verdict.value, decision.basis, *statuses, decisive or None)
        return Decided(words, frozenset(map(digits_of, made.vectors)))

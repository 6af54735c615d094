"""Decides the offers of a table in columns, a chunk of rows at a time: nothing is held but what is distinct.

Rows that columns cannot tell exactly, and rows with a mistake, are read one by one, as offer files are.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import polars as pl

from engine.diagnostics import Diagnostic
from offers.columns.decision_table import NEAR, Book
from offers.columns.evaluator import Evaluator, RejectedRow
from offers.columns.evidence_columns import READ
from offers.tables.table import ROW, Table

_CHECKED_AT_ONCE = 200
"""So many rows of the sample wait until they are checked: what is remembered of them is looked up once."""


class Batch:
    """Decides a table chunk by chunk, and keeps what is to be told at the end.

    Args:
        evaluator: gives the vectors.
        books: one for each program of the evaluator.
        table: the table that the rows stand in.
        repeated: ids that several rows share, as far as they are known.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        books: Sequence[Book],
        table: Table,
        repeated: frozenset[str] = frozenset(),
    ) -> None:
        self.evaluator, self.books = evaluator, books
        self.rejected: list[RejectedRow] = []
        self.rows = 0
        self._repeated = repeated
        self._lock = threading.Lock()
        self.reference = evaluator.reference_check(table.most_rows)
        self._waiting: list[tuple[pl.DataFrame, pl.DataFrame]] = []
        self._checker, self._checks = ThreadPoolExecutor(1), list[Future[None]]()
        self._place = table.place

    def decide(self, chunk: pl.DataFrame) -> pl.DataFrame:
        """The decisions on the rows of a chunk: its columns, and those of each book with its number before their names.

        Raises:
            IntegrityFault: evaluators disagree.
        """
        with self._lock:
            return self._decide(chunk)

    def _decide(self, chunk: pl.DataFrame) -> pl.DataFrame:
        vectors, rejected = self.evaluator.evaluate(chunk)
        chunk = chunk.drop(READ, *self.evaluator.vectors, strict=False)
        rejected += self._refused_for_their_id(chunk, {r.row for r in rejected})
        self.rejected += rejected
        if vectors.height < chunk.height or rejected:
            without = pl.Series([r.row for r in rejected], dtype=chunk.schema[ROW])
            vectors = vectors.filter(~pl.col(ROW).is_in(without.implode()))
            chunk = chunk.join(vectors.select(ROW), on=ROW, how="semi", maintain_order="left")
        self.rows += chunk.height + len(rejected)
        self.check(chunk, vectors)
        decided = list(chunk)
        for i, book in enumerate(self.books):
            decided += [column.alias(f"{i} {column.name}") for column in book.decide(vectors)]
            if book.columnar.near in vectors.columns:
                decided.append(book.near(vectors[book.columnar.near]).alias(f"{i} {NEAR}"))
        return pl.DataFrame(decided)

    @property
    def checked(self) -> int:
        """How many rows the reference has decided, too."""
        return self.reference.checked

    def _refused_for_their_id(self, chunk: pl.DataFrame, already: set[int]) -> list[RejectedRow]:
        if not self._repeated:
            return []
        repeated = chunk.filter(chunk["id"].is_in(pl.Series(list(self._repeated)).implode()))
        return [self.repeated_row(cells) for cells in repeated.iter_rows(named=True) if cells[ROW] not in already]

    def repeated_row(self, cells: Mapping[str, Any]) -> RejectedRow:
        """A row whose id others have, too."""
        message = f"the id `{cells['id']}` stands in several rows"
        found = Diagnostic(self._place(cells[ROW]), "repeated-offer", message, "an id belongs to one offer")
        return RejectedRow(cells[ROW], cells["id"], cells, (found,))

    def check(self, chunk: pl.DataFrame, vectors: pl.DataFrame) -> None:
        """Have the rows of the sample checked, while the others are decided."""
        rows = self.reference.sampled(chunk[ROW])
        if rows.len():
            self._waiting.append((chunk[rows], vectors[rows]))
        if sum(sampled.height for sampled, _ in self._waiting) >= _CHECKED_AT_ONCE:
            self._submit()

    def _submit(self) -> None:
        chunks, vectors = (pl.concat(frames) for frames in zip(*self._waiting, strict=True))
        self._checks.append(self._checker.submit(self.reference.check, chunks, vectors))
        self._waiting = []

    def wait(self) -> None:
        """Wait for the checks.

        Raises:
            IntegrityFault: evaluators disagree.
        """
        if self._waiting:
            self._submit()
        for check in self._checks:
            check.result()

    def close(self) -> None:
        """End the thread that checks."""
        self._checker.shutdown(cancel_futures=True)

"""Decides the offers of a table in columns, a chunk of rows at a time: nothing is held but what is distinct.

Rows that columns cannot tell exactly, and rows with a mistake, are read one by one, as offer files are.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from types import MappingProxyType
from typing import Any

import polars as pl

from engine.defects import is_defect
from offers.columns.cell_forms import NewForms
from offers.columns.decision_table import DecisionTable
from offers.columns.defective_rows import apart_where_defective
from offers.columns.evaluator import Evaluator, RejectedRow
from offers.columns.evidence_columns import READ
from offers.records.reader import said_of_repeated
from offers.tables.limits import check_rejected
from offers.tables.table import ROW, Table

_CHECKED_AT_ONCE = 200
"""So many rows of the sample wait until they are checked: what is remembered of them is looked up once."""


class Batch:
    """Decides a table chunk by chunk, and keeps what is to be told at the end.

    Args:
        evaluator: gives the vectors.
        decision_tables: one for each program of the evaluator.
        table: the table that the rows stand in.
        repeated: ids that several rows share or that are too alike, each with the others, as far as they are known.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        decision_tables: Sequence[DecisionTable],
        table: Table,
        repeated: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        self._evaluator, self.decision_tables = evaluator, decision_tables
        self.rejected: list[RejectedRow] = []
        self.defective: dict[int, Exception] = {}
        """The numbers of rows that met a defect of ours when they were decided or checked, and what was raised."""
        # Rows decided or rejected; and rows that were there, in chunks, those without any cell among them.
        self.rows = self.seen = 0
        self._repeated = repeated
        self._lock = threading.Lock()
        self._reference = evaluator.reference_check(table.most_rows)
        self._new_forms = NewForms(evaluator.columns.fact_columns)
        self._waiting: list[tuple[pl.DataFrame, pl.DataFrame]] = []
        self._processes = evaluator.checking_processes(table.most_rows)
        self._checking, self._checks = threading.Lock(), list[Future[pl.DataFrame]]()
        self._checker = ThreadPoolExecutor(max(self._processes.number if self._processes else 0, 1))
        self._table, self._place = table, table.place

    def decide(self, chunk: pl.DataFrame) -> pl.DataFrame:
        """The decisions on the rows of a chunk: its columns, and those of each decision table.

        Threads may decide chunks at the same time.

        Raises:
            IntegrityFault: evaluators disagree.
        """
        vectors, rejected = self._evaluator.evaluate(chunk)
        chunk = chunk.drop(READ, *self._evaluator.vectors, strict=False)
        if self._repeated:
            rejected += self._refused_for_their_id(chunk, {r.row for r in rejected})
        seen = chunk.height
        if vectors.height < chunk.height or rejected:
            without = pl.Series([r.row for r in rejected], dtype=chunk.schema[ROW])
            vectors = vectors.filter(~pl.col(ROW).is_in(without.implode()))
            chunk = chunk.join(vectors.select(ROW), on=ROW, how="semi", maintain_order="left")
        with self._lock:
            self._reject(rejected)
            self.seen += seen
            self.rows += chunk.height + len(rejected)
        self.check(chunk, vectors)
        return self._apart_where_defective(chunk, vectors)

    def _apart_where_defective(self, chunk: pl.DataFrame, vectors: pl.DataFrame) -> pl.DataFrame:
        try:
            return self._with_decisions(chunk, vectors)
        except Exception as error:
            if not is_defect(error):
                raise
        with self._lock:
            return apart_where_defective(self._with_decisions, chunk, vectors, self.defective)

    def _with_decisions(self, chunk: pl.DataFrame, vectors: pl.DataFrame) -> pl.DataFrame:
        decided = [decision_table.beside_cells(vectors) for decision_table in self.decision_tables]
        return pl.DataFrame([*chunk, *itertools.chain(*decided)])

    @property
    def checked(self) -> int:
        """How many rows the reference has decided, too."""
        return self._reference.checked

    def _refused_for_their_id(self, chunk: pl.DataFrame, already: set[int]) -> list[RejectedRow]:
        repeated = chunk.filter(chunk["id"].is_in(pl.Series(list(self._repeated)).implode()))
        return [self._repeated_row(cells) for cells in repeated.iter_rows(named=True) if cells[ROW] not in already]

    def _repeated_row(self, cells: Mapping[str, Any]) -> RejectedRow:
        """A row whose id others have, too, or one that is hardly another."""
        others, own = self._repeated[cells["id"]], cells[ROW]
        rows = (row for identifier in (cells["id"], *others) for row in self._rows_of.get(identifier, ()) if row != own)
        diagnostic = said_of_repeated(cells["id"], self._place(own), others, map(self._place, rows))
        return RejectedRow.of(cells, (diagnostic,))

    @cached_property
    def _rows_of(self) -> Mapping[str, Sequence[int]]:
        """The numbers of the rows of ids that several share or that are too alike."""
        rows = self._table.frame.filter(pl.col("id").is_in([*self._repeated])).select("id", ROW).collect()
        return {key[0]: of[ROW].to_list() for key, of in rows.partition_by("id", as_dict=True).items()}

    def _reject(self, rows: Sequence[RejectedRow]) -> None:
        """Keep rows as rejected.

        Raises:
            Rejected: they are too many.
        """
        self.rejected += rows
        check_rejected(self._table.file, self.rejected)

    # --- for a backend that decides all rows at once ---

    @property
    def sample(self) -> pl.Series | None:
        """The numbers of the rows that the reference checks; None where it checks all."""
        return self._reference.sample

    def read_one_by_one(self, unread: Iterable[Mapping[str, Any]]) -> list[tuple[int, ...]]:
        """The number and vectors of rows that columns cannot tell, by their cells; the others are kept as rejected."""
        vectors, rejected = self._evaluator.one_by_one(unread)
        self._reject(rejected)
        return vectors

    def refuse_for_their_ids(self, rows: Iterable[Mapping[str, Any]], repeated: Mapping[str, Sequence[str]]) -> None:
        """Keep rows as rejected, by their cells, whose ids others have or are too like."""
        self._repeated = repeated
        self.__dict__.pop("_rows_of", None)
        already = {row.row for row in self.rejected}
        for cells in rows:
            if cells[ROW] not in already:
                self._reject([self._repeated_row(cells)])

    def has_decided(self) -> None:
        """Note that the decision tables have decided all rows that were not rejected, and wait for the checks.

        Raises:
            IntegrityFault: evaluators disagree.
        """
        self.rows = sum(self.decision_tables[0].counted.values()) + len(self.rejected)
        self.wait()

    # --- the check ---

    def check(self, chunk: pl.DataFrame, vectors: pl.DataFrame) -> None:
        """Have rows checked while others are decided: the sample, and one of each form of cell and of each vector."""
        rows = self._reference.sampled(chunk[ROW])
        if self.sample is not None:
            of_vectors = [decision_table.first_of_new(vectors) for decision_table in self.decision_tables]
            rows = pl.concat([rows.cast(pl.UInt32), self._new_forms.rows(chunk), *of_vectors]).unique().sort()
        if rows.len():
            self._check_later(chunk[rows], vectors[rows])

    def _check_later(self, chunk: pl.DataFrame, vectors: pl.DataFrame) -> None:
        with self._lock:
            self._waiting.append((chunk, vectors))
            waiting = sum(sampled.height for sampled, _ in self._waiting)
            if waiting >= _CHECKED_AT_ONCE or not self._checks:
                self._submit()

    def _submit(self) -> None:
        chunks, vectors = (pl.concat(frames) for frames in zip(*self._waiting, strict=True))
        checks = self._checker.submit(apart_where_defective, self._checked, chunks, vectors, self.defective)
        self._checks.append(checks)
        self._waiting = []

    def _checked(self, chunk: pl.DataFrame, vectors: pl.DataFrame) -> pl.DataFrame:
        if chunk.height:
            if not (self._processes and self._processes.are_as_the_reference_has_them(chunk, vectors)):
                with self._checking:
                    self._reference.check(chunk, vectors)
            self._reference.count(chunk)
        return chunk

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
        """End the threads and processes that check."""
        self._checker.shutdown(cancel_futures=True)
        if self._processes:
            self._processes.close()

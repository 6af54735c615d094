"""The rows of a table to status vectors: in columns, and one by one what columns cannot tell exactly."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import narwhals as nw
import polars as pl

from engine.decisions.vector_decisions import situations_of
from engine.defects import is_defect, told_at
from engine.diagnostics import Diagnostic, Rejected
from engine.evaluation.columnar import ColumnarProgram
from engine.evaluation.columnar_evidence import FactColumn, Grids
from engine.evaluation.evidence import Stated, findings_of
from engine.evaluation.program import Program
from engine.rulebooks.rulebook import Vocabulary
from offers.columns.evidence_columns import READ, EvidenceColumns
from offers.columns.reference_check import LARGE, Reader, ReferenceCheck
from offers.tables.headers import stated_in
from offers.tables.limits import check_rejected
from offers.tables.rows import has_cells
from offers.tables.set_aside import NOT_AN_OFFER
from offers.tables.table import ROW, Table

if TYPE_CHECKING:
    from offers.columns.checking_processes import CheckingProcesses

Frame = TypeVar("Frame")
FEW = 20_000
"""Of so many rows it costs more to write expressions down than to evaluate them."""


class RejectedRow(NamedTuple):
    """A row that was not decided: its number from 0, its id as written, and what is wrong, or why it is no offer."""

    row: int
    id: str | None
    cells: Mapping[str, Any]
    diagnostics: tuple[Diagnostic, ...]

    @classmethod
    def of(cls, cells: Mapping[str, Any], diagnostics: tuple[Diagnostic, ...]) -> RejectedRow:
        """The row with these cells; those that are empty are not kept."""
        kept = {name: cell for name, cell in cells.items() if cell is not None}
        return cls(cells[ROW], cells.get("id"), kept, diagnostics)

    @property
    def is_set_aside(self) -> bool:
        """Whether the row holds no offer, which is no mistake."""
        return self.diagnostics[0].code == NOT_AN_OFFER

    @property
    def is_defect(self) -> bool:
        """Whether the row met a mistake of ours, and may have none itself."""
        return self.diagnostics[0].code == "defect"


class Evaluator:
    """Status vectors of the rows of a table, by several programs at once.

    Args:
        programs: what is asked; they share a vocabulary.
        year: the agreement year of the evidence.
        frame: the table, or one with the same columns.
        sign: the decimal sign of numbers in texts.
        reader: reads one row at a time.
        nearness: how far from a threshold, as a part of it, a fact is near it.
        table: the table whose rows are read one by one: a defect of ours that one of them meets costs no other row.
        defective: the numbers of rows known to meet one, and what was raised.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        year: int,
        frame: Any,
        sign: Any,
        reader: Reader,
        nearness: Fraction | None = None,
        table: Table | None = None,
        defective: Mapping[int, Exception] = MappingProxyType({}),
    ) -> None:
        self._table, self._defective, self._one_at_a_time = table, defective, threading.Lock()
        self.defects: dict[str, Exception] = {}
        """What was raised by mistakes of ours, one for each place in our code, by what is said of it."""
        self._programs, self._year, self._reader = programs, year, reader
        grids = Grids(programs, year)
        vocabulary = programs[0].rulebook.vocabulary
        types = dict(nw.from_native(frame).collect_schema())
        fact_columns = {
            **{fact_column.key: fact_column for fact_column in _fact_columns(types, vocabulary, grids)},
            **grids.read,
        }
        are_few = table is not None and table.most_rows <= FEW and nw.from_native(frame).implementation.is_polars()
        self.columns = EvidenceColumns(
            fact_columns, vocabulary, sign, types, asks_for_offers=reader.asks_for_offers, are_few=are_few
        )
        self._grids, self.reads = grids, list(types)
        self._nearness = nearness
        self.rows_without_cells = 0
        self.columnar = [ColumnarProgram(program, grids, f"{i}", nearness) for i, program in enumerate(programs)]

    @property
    def vectors(self) -> list[str]:
        """The columns of all vectors, and of what is near its threshold."""
        return [name for program in self.columnar for name in (*program.vectors, *program.near)]

    def with_vectors(self, frame: Frame) -> Frame:
        """The frame with the vectors of each row, and `READ`: whether columns can tell them."""
        native: Any = frame
        table = nw.from_native(native)
        before = table.collect_schema().names()
        evaluated = self._grids.prepare(self.columns.apply(table), self.columns.present, self.columns.whole)
        for program in self.columnar:
            evaluated = program.evaluate(evaluated)
        checks: list[str | nw.Expr] = [READ, *(program.certain for program in self.columnar)]
        if self._defective:
            checks.append(~nw.col(ROW).is_in(list(self._defective)))
        certain = nw.all_horizontal(*checks, ignore_nulls=False)
        extended: Frame = evaluated.select(*before, certain.alias(READ), *self.vectors, *self.columns.plain).to_native()
        return extended

    def evaluate(self, chunk: pl.DataFrame) -> tuple[pl.DataFrame, list[RejectedRow]]:
        """The vectors of the rows that can be decided, with `ROW`; and the rows that cannot.

        A row without any cell is in neither. Threads may ask at the same time; they read rows one after the other.
        """
        extended = chunk if READ in chunk.columns else self.with_vectors(chunk.lazy()).collect()
        vectors = extended.select(ROW, READ, *self.vectors)
        if vectors[READ].all():
            return vectors.drop(READ), []
        with self._one_at_a_time:
            return self._with_the_others(chunk, vectors)

    def _with_the_others(self, chunk: pl.DataFrame, vectors: pl.DataFrame) -> tuple[pl.DataFrame, list[RejectedRow]]:
        """Reads one by one what columns cannot tell."""
        by_reference, rejected = self.one_by_one(chunk.filter(~vectors[READ]).iter_rows(named=True))
        quick = vectors.filter(pl.col(READ)).drop(READ)
        slow = pl.DataFrame(by_reference, schema=quick.schema, orient="row")
        return pl.concat([quick, slow]).sort(ROW) if by_reference else quick, rejected

    def one_by_one(self, rows: Iterable[Mapping[str, Any]]) -> tuple[list[tuple[int, ...]], list[RejectedRow]]:
        """The number and vectors of rows that columns cannot tell, and the rows that are rejected.

        A row without any cell is in neither.
        """
        vectors: list[tuple[int, ...]] = []
        rejected: list[RejectedRow] = []
        for cells in rows:
            try:
                vectors.append((cells[ROW], *self._of_row(cells)))
            except Rejected as error:
                if has_cells({name: cells[name] for name in self.reads}):
                    rejected.append(RejectedRow.of(cells, error.diagnostics))
                else:
                    self.rows_without_cells += 1
            except Exception as error:
                if self._table is None or not is_defect(error):
                    raise
                told = told_at(self._table.place(cells[ROW]), error)
                self.defects.setdefault(told.message, error)
                rejected.append(RejectedRow.of(cells, (told,)))
            if self._table is not None:
                check_rejected(self._table.file, rejected)
        return vectors, rejected

    def _of_row(self, cells: Mapping[str, Any]) -> list[int]:
        if (known := self._defective.get(cells[ROW])) is not None:
            raise known
        offer = self._reader.offer(cells[ROW], cells)
        try:
            return self._by_reference(offer.stated)
        except Rejected as error:
            raise Rejected(map(offer.in_its_words, error.diagnostics)) from None

    def reference_check(self, rows: int) -> ReferenceCheck:
        """A check of what is evaluated, for a table of at most so many rows."""
        return ReferenceCheck(self.columnar, self._reader, self._year, rows)

    def checking_processes(self, rows: int) -> CheckingProcesses | None:
        """Processes that check what is evaluated, where a table of at most so many rows pays for any."""
        if rows < LARGE:
            return None
        from offers.columns.checking_processes import (  # noqa: PLC0415 - most registers are smaller
            CheckedBy,
            CheckingProcesses,
            number_of_processes,
        )

        rulebooks = [program.rulebook for program in self._programs]
        by = CheckedBy(rulebooks, self._reader, self._year, self._nearness)
        return CheckingProcesses(number_of_processes(), by)

    def _by_reference(self, stated: Stated) -> list[int]:
        """The vectors of what one row states, by the reference evaluator.

        Raises:
            Rejected: the evidence contradicts itself, or departs from a measure without a reason.
        """
        situations = situations_of([columnar.completions for columnar in self.columnar], stated, self._year)
        vocabulary = self._programs[0].rulebook.vocabulary
        findings = None if self._nearness is None else findings_of(vocabulary, stated, self._year)
        numbers: list[int] = []
        for program, of_program in zip(self.columnar, situations, strict=True):
            numbers += program.vectors_of(of_program)
            numbers += [] if findings is None else program.near_by_reference(findings)
        return numbers


def _fact_columns(schema: Iterable[str], vocabulary: Vocabulary, grids: Grids) -> Iterator[FactColumn]:
    """The columns of a table that state a fact, whether a rulebook reads it or not: a mistake is a mistake."""
    for name in schema:
        if (stated := stated_in(name, vocabulary)) is not None:
            yield grids.fact_column(*stated)

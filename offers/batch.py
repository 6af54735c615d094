"""Decides the offers of a table in columns, a chunk of rows at a time: nothing is held but what is distinct.

Rows that columns cannot tell exactly, and rows with a mistake, are read one by one, as offer files are.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

import narwhals as nw
import polars as pl

from engine.analysis import Items
from engine.columnar import ColumnarProgram
from engine.columnar_evidence import Grids, Leaf
from engine.diagnostics import Diagnostic, Rejected
from engine.evidence import Stated, findings_of
from engine.program import Program
from engine.rulebook import Rulebook, Verdict, Vocabulary
from engine.rulings import Ruled, Rulings, items_of
from offers.columns import READ, EvidenceColumns
from offers.reference_check import Reader, ReferenceCheck
from offers.repeated_ids import RepeatedIds
from offers.tables import ROW, Table

STATUSES = ("met", "not_met", "unknown", "not_applicable")


Frame = TypeVar("Frame")


class RejectedRow(NamedTuple):
    """A row that was not decided: its number from 0, its id as written, and what is wrong."""

    row: int
    id: str | None
    cells: Mapping[str, Any]
    diagnostics: tuple[Diagnostic, ...]


class Evaluator:
    """Status vectors of the rows of a table, by several programs at once.

    Args:
        programs: what is asked; they share a vocabulary.
        year: the agreement year of the evidence.
        frame: the table, or one with the same columns.
        sign: the decimal sign of numbers in texts.
        reader: reads one row at a time.
        margin: how far from a threshold, as a part of it, a fact is near it.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        year: int,
        frame: Any,
        sign: Any,
        reader: Reader,
        margin: Fraction | None = None,
    ) -> None:
        self._programs, self._year, self._reader = programs, year, reader
        grids = Grids(programs, year)
        vocabulary = programs[0].rulebook.vocabulary
        types = dict(nw.from_native(frame).collect_schema())
        leaves = {**{leaf.key: leaf for leaf in _leaves(types, vocabulary, grids)}, **grids.read}
        self.columns = EvidenceColumns(leaves, vocabulary, sign, types)
        self._grids, self.reads = grids, list(types)
        self._margin = margin
        self.columnar = [ColumnarProgram(program, grids, f"{i}", margin) for i, program in enumerate(programs)]

    @property
    def vectors(self) -> list[str]:
        """The columns of all vectors, and of what is near its threshold."""
        near = self._margin is not None
        return [n for program in self.columnar for n in (*program.vectors, *([program.near] if near else []))]

    def with_vectors(self, frame: Frame) -> Frame:
        """The frame with the vectors of each row, and `READ`: whether columns can tell them."""
        native: Any = frame
        table = nw.from_native(native)
        before = table.collect_schema().names()
        found = self._grids.prepare(self.columns.apply(table), self.columns.present, self.columns.whole)
        for program in self.columnar:
            found = program.evaluate(found)
        certain = nw.all_horizontal(READ, *(program.certain for program in self.columnar), ignore_nulls=False)
        extended: Frame = found.select(*before, certain.alias(READ), *self.vectors).to_native()
        return extended

    def evaluate(self, chunk: pl.DataFrame) -> tuple[pl.DataFrame, list[RejectedRow]]:
        """The vectors of the rows that can be decided, with `ROW`; and the rows that cannot.

        A row without any cell is in neither.
        """
        extended = chunk if READ in chunk.columns else self.with_vectors(chunk.lazy()).collect()
        found = extended.select(ROW, READ, *self.vectors)
        if found[READ].all():
            return found.drop(READ), []
        return self._with_the_others(chunk, found)

    def _with_the_others(self, chunk: pl.DataFrame, found: pl.DataFrame) -> tuple[pl.DataFrame, list[RejectedRow]]:
        """Reads one by one what columns cannot tell."""
        told, rejected = self.one_by_one(chunk.filter(~found[READ]).iter_rows(named=True))
        quick = found.filter(pl.col(READ)).drop(READ)
        slow = pl.DataFrame(told, schema=quick.schema, orient="row")
        return pl.concat([quick, slow]).sort(ROW) if told else quick, rejected

    def one_by_one(self, rows: Iterable[Mapping[str, Any]]) -> tuple[list[tuple[int, ...]], list[RejectedRow]]:
        """The number and vectors of rows that columns cannot tell, and the rows that are rejected.

        A row without any cell is in neither.
        """
        told: list[tuple[int, ...]] = []
        rejected: list[RejectedRow] = []
        for cells in rows:
            try:
                told.append((cells[ROW], *self.vectors_by_reference(cells)))
            except Rejected as error:
                if any(cells[name] not in (None, "") for name in self.reads if name != ROW):
                    rejected.append(RejectedRow(cells[ROW], cells.get("id"), cells, error.diagnostics))
        return told, rejected

    def vectors_by_reference(self, cells: Mapping[str, Any]) -> list[int]:
        """The vectors of one row by the reader of rows and the reference evaluator.

        Raises:
            Rejected: with every mistake found in the row.
        """
        return self._by_reference(self._reader.offer(cells[ROW], cells).stated)

    def reference_check(self, rows: int) -> ReferenceCheck:
        """A check of what is evaluated, for a table of at most so many rows."""
        return ReferenceCheck(self.columnar, self._reader, self._year, rows)

    def _by_reference(self, stated: Stated) -> list[int]:
        items = items_of(self._programs, stated, self._year)
        found: list[int] = []
        for program, of_program in zip(self.columnar, items, strict=True):
            found += program.vectors_of(of_program)
            if self._margin is not None:
                vocabulary = program.program.rulebook.vocabulary
                found.append(program.near_by_reference(findings_of(vocabulary, stated, self._year)))
        return found


def _leaves(schema: Iterable[str], vocabulary: Vocabulary, grids: Grids) -> Iterator[Leaf]:
    """The columns of a table that state a fact, whether a rulebook reads it or not: a mistake is a mistake."""
    for name in schema:
        fact, (stem, _, year) = vocabulary.facts.get(name), name.rpartition("_")
        if fact is not None and not fact.written.per:
            yield grids.leaf(fact)
        elif stem in vocabulary.facts and vocabulary.facts[stem].written.per and year.isdigit():
            yield grids.leaf(vocabulary.facts[stem], int(year))


MOST_IN_TABLE = 2**22
"""Where there can be no more vectors, each has a place in a table; else they are found by comparing."""


class Book:
    """One rulebook's decisions: a row for each distinct vector, to which the offers' rows point."""

    def __init__(self, rulings: Rulings, columnar: ColumnarProgram) -> None:
        self.rulings, self.columnar = rulings, columnar
        self.rulebook: Rulebook = rulings.program.rulebook
        self._numbers: dict[tuple[int, ...], int] = {}
        self._rows: list[tuple[str | None, ...]] = []
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
        bases = pl.Enum([name for name, _ in self.rulings.program.bases])
        criteria = {c.criterion.id: pl.Enum(STATUSES) for c in self.rulings.program.criteria}
        fixed = {"verdict": pl.Enum([v.value for v in Verdict]), "outcome": outcomes, "basis": bases}
        return {**fixed, **criteria, DECISIVE: pl.String()}

    def decide(self, vectors: pl.DataFrame, counts: pl.Series | None = None) -> pl.DataFrame:
        """The decisions on the vectors of some rows, in their order; each new vector is decided.

        `counts` says how many offers each row stands for, if not for one.
        """
        decided = self._decide(vectors)
        for verdict in Verdict:
            of_these = decided["verdict"] == verdict.value
            self.counted[verdict.value] += int((of_these if counts is None else counts.filter(of_these)).sum())
        return decided

    def _decide(self, vectors: pl.DataFrame) -> pl.DataFrame:
        own = vectors.select(self.columnar.vectors)
        if own.is_empty():
            return pl.DataFrame(schema=self.schema)
        if self._known is not None:
            return self._table_of(own.to_series())
        numbers = own.unique(maintain_order=True).with_columns(
            pl.Series(NUMBER, [self._number(row) for row in own.unique(maintain_order=True).iter_rows()], pl.UInt32)
        )
        return self._gathered(own.join(numbers, on=own.columns, how="left", maintain_order="left")[NUMBER])

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
        if self._table.height < len(self._rows):
            self._table = pl.DataFrame(self._rows, schema=self.schema, orient="row")
        return self._table[numbers]

    def near(self, bits: pl.Series) -> pl.Series:
        """The facts near a threshold, in words."""
        if bits.is_empty():
            return pl.Series(NEAR, [], dtype=pl.String)
        distinct = bits.unique()
        words = [" ".join(self.columnar.facts_near(b)) or None for b in distinct]
        return bits.replace_strict(distinct, pl.Series(words, dtype=pl.String), return_dtype=pl.String).alias(NEAR)

    def _number(self, vectors: tuple[int, ...]) -> int:
        if vectors not in self._numbers:
            items = self.columnar.items(vectors)
            self._rows.append(self._row(items, self.rulings.on(items)))
            self._numbers[vectors] = len(self._numbers)
        return self._numbers[vectors]

    def _row(self, items: Items, ruled: Ruled) -> tuple[str | None, ...]:
        criteria = self.rulings.program.criteria
        decisive = " ".join(criteria[i].criterion.id for i in self.rulings.decisive(items))
        statuses = [status.reported for status in items[: len(criteria)]]
        return (ruled.verdict.value, self.rulebook.outcomes[ruled.verdict].id, ruled.basis, *statuses, decisive or None)


DECISIVE, NEAR, NUMBER = "decisive", "near", " number"


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
        self.ids = RepeatedIds()
        self._reference = evaluator.reference_check(table.most_rows)
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
        chunk = chunk.select(self.evaluator.reads)
        rejected += self._refused_for_their_id(chunk, {r.row for r in rejected})
        self.rejected += rejected
        if vectors.height < chunk.height or rejected:
            without = pl.Series([r.row for r in rejected], dtype=chunk.schema[ROW])
            vectors = vectors.filter(~pl.col(ROW).is_in(without.implode()))
            chunk = chunk.join(vectors.select(ROW), on=ROW, how="semi", maintain_order="left")
        self.rows += chunk.height + len(rejected)
        self._check(chunk, vectors)
        decided = list(chunk)
        for i, book in enumerate(self.books):
            decided += [column.alias(f"{i} {column.name}") for column in book.decide(vectors)]
            if book.columnar.near in vectors.columns:
                decided.append(book.near(vectors[book.columnar.near]).alias(f"{i} {NEAR}"))
        return pl.DataFrame(decided)

    @property
    def checked(self) -> int:
        """How many rows the reference has decided, too."""
        return self._reference.checked

    def _refused_for_their_id(self, chunk: pl.DataFrame, already: set[int]) -> list[RejectedRow]:
        ids = chunk["id"]
        self.ids.add(ids)
        if not self._repeated:
            return []
        repeated = chunk.filter(ids.is_in(pl.Series(list(self._repeated)).implode()))
        return [self.repeated_row(cells) for cells in repeated.iter_rows(named=True) if cells[ROW] not in already]

    def repeated_row(self, cells: Mapping[str, Any]) -> RejectedRow:
        """A row whose id others have, too."""
        message = f"the id `{cells['id']}` stands in several rows"
        found = Diagnostic(self._place(cells[ROW]), "repeated-offer", message, "an id belongs to one offer")
        return RejectedRow(cells[ROW], cells["id"], cells, (found,))

    def _check(self, chunk: pl.DataFrame, vectors: pl.DataFrame) -> None:
        """Have the rows of the sample checked, while the others are decided."""
        rows = self._reference.sampled(chunk[ROW])
        if rows.len():
            self._checks.append(self._checker.submit(self._reference.check, chunk[rows], vectors[rows]))

    def wait(self) -> None:
        """Wait for the checks.

        Raises:
            IntegrityFault: evaluators disagree.
        """
        for check in self._checks:
            check.result()

    def close(self) -> None:
        """Let go of what a batch holds beside memory."""
        self._checker.shutdown(cancel_futures=True)
        self.ids.close()

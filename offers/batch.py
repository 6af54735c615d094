"""Decides the offers of a table in columns, a chunk of rows at a time: nothing is held but what is distinct.

Rows that columns cannot tell exactly, and rows with a mistake, are read one by one, as offer files are.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from typing import Any, NamedTuple

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
from offers.tables import ROW, Table

STATUSES = ("met", "not_met", "unknown", "not_applicable")


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
        schema: the table's columns, and their types.
        sign: the decimal sign of numbers in texts.
        reader: reads one row at a time.
        margin: how far from a threshold, as a part of it, a fact is near it.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        year: int,
        schema: Mapping[str, pl.DataType],
        sign: Any,
        reader: Reader,
        margin: Fraction | None = None,
    ) -> None:
        self._programs, self._year, self._reader, self._schema = programs, year, reader, dict(schema)
        grids = Grids(programs, year)
        vocabulary = programs[0].rulebook.vocabulary
        types = dict(nw.from_native(pl.DataFrame(schema=dict(schema))).schema)
        leaves = {**{leaf.key: leaf for leaf in _leaves(types, vocabulary, grids)}, **grids.read}
        self.columns = EvidenceColumns(leaves, vocabulary, sign, types)
        self._grids = grids
        self._margin = margin
        self.columnar = [ColumnarProgram(program, grids, f"{i}", margin) for i, program in enumerate(programs)]

    @property
    def vectors(self) -> list[str]:
        """The columns of all vectors, and of what is near its threshold."""
        near = self._margin is not None
        return [n for program in self.columnar for n in (*program.vectors, *([program.near] if near else []))]

    @property
    def reads(self) -> list[str]:
        """The columns of the table."""
        return list(self._schema)

    def with_vectors(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The frame with the vectors of each row, and `READ`: whether columns can tell them."""
        found = self._grids.prepare(self.columns.apply(nw.from_native(frame)), self.columns.present, self.columns.whole)
        for program in self.columnar:
            found = program.evaluate(found)
        certain = nw.all_horizontal(READ, *(program.certain for program in self.columnar), ignore_nulls=False)
        before = frame.collect_schema().names()
        extended: pl.LazyFrame = found.select(*before, certain.alias(READ), *self.vectors).to_native()
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
        told: list[tuple[int, ...]] = []
        rejected: list[RejectedRow] = []
        for cells in chunk.filter(~found[READ]).iter_rows(named=True):
            try:
                told.append((cells[ROW], *self.vectors_by_reference(cells)))
            except Rejected as error:
                if any(
                    value is not None and value != ""
                    for name, value in cells.items()
                    if name in self._schema and name != ROW
                ):
                    rejected.append(RejectedRow(cells[ROW], cells.get("id"), cells, error.diagnostics))
        quick = found.filter(pl.col(READ)).drop(READ)
        slow = pl.DataFrame(told, schema=quick.schema, orient="row")
        return pl.concat([quick, slow]).sort(ROW) if told else quick, rejected

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


class Book:
    """One rulebook's decisions: a row for each distinct vector, to which the offers' rows point."""

    def __init__(self, rulings: Rulings, columnar: ColumnarProgram) -> None:
        self.rulings, self.columnar = rulings, columnar
        self.rulebook: Rulebook = rulings.program.rulebook
        self._numbers: dict[tuple[int, ...], int] = {}
        self._rows: list[tuple[str | None, ...]] = []
        self._table = pl.DataFrame(schema=self.schema)
        self.counts: Counter[int] = Counter()

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """The columns of a decision: verdict, outcome, basis, each criterion's status, the criteria that decide."""
        outcomes = pl.Enum(list(dict.fromkeys(o.id for o in self.rulebook.outcomes.values())))
        bases = pl.Enum([name for name, _ in self.rulings.program.bases])
        criteria = {c.criterion.id: pl.Enum(STATUSES) for c in self.rulings.program.criteria}
        fixed = {"verdict": pl.Enum([v.value for v in Verdict]), "outcome": outcomes, "basis": bases}
        return {**fixed, **criteria, DECISIVE: pl.String()}

    def decide(self, vectors: pl.DataFrame) -> pl.DataFrame:
        """The decisions on the vectors of some rows, in their order; each new vector is decided."""
        own = vectors.select(self.columnar.vectors)
        if own.is_empty():
            return pl.DataFrame(schema=self.schema)
        if own.width == 1:
            return self._decide_one(own.to_series())
        numbers = own.unique(maintain_order=True).with_columns(
            pl.Series(NUMBER, [self._number(row) for row in own.unique(maintain_order=True).iter_rows()], pl.UInt32)
        )
        return self._gathered(own.join(numbers, on=own.columns, how="left", maintain_order="left")[NUMBER])

    def _decide_one(self, vector: pl.Series) -> pl.DataFrame:
        distinct = vector.unique().sort()
        numbers = pl.Series([self._number((v,)) for v in distinct], dtype=pl.UInt32)
        return self._gathered(vector.replace_strict(distinct, numbers, return_dtype=pl.UInt32))

    def _gathered(self, numbers: pl.Series) -> pl.DataFrame:
        if self._table.height < len(self._rows):
            self._table = pl.DataFrame(self._rows, schema=self.schema, orient="row")
        for number, count in numbers.value_counts().iter_rows():
            self.counts[number] += count
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

    def counted(self) -> dict[str, int]:
        """How many offers each verdict was given to."""
        totals = dict.fromkeys((v.value for v in Verdict), 0)
        for number, count in self.counts.items():
            totals[self._rows[number][0] or ""] += count
        return totals


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
        self._hashes: list[pl.Series] = []
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
        decided = []
        for i, book in enumerate(self.books):
            found = book.decide(vectors)
            if book.columnar.near in vectors.columns:
                found = found.with_columns(book.near(vectors[book.columnar.near]))
            decided.append(found.select(pl.all().name.prefix(f"{i} ")))
        return pl.concat([chunk, *decided], how="horizontal")

    @property
    def checked(self) -> int:
        """How many rows the reference has decided, too."""
        return self._reference.checked

    def repeated_ids(self, ids_of: Callable[[pl.Series], Iterable[str]]) -> frozenset[str]:
        """The ids that several rows share; `ids_of` gives the ids with certain hashes."""
        if not self._hashes:
            return frozenset()
        ordered = pl.concat(self._hashes).sort()
        twice = ordered.filter(ordered == ordered.shift(1)).unique()
        if twice.is_empty():
            return frozenset()
        counts = Counter(ids_of(twice))
        return frozenset(name for name, count in counts.items() if count > 1)

    def _refused_for_their_id(self, chunk: pl.DataFrame, already: set[int]) -> list[RejectedRow]:
        ids = chunk["id"].cast(pl.String).str.strip_chars()
        self._hashes.append(ids.drop_nulls().hash())
        if not self._repeated:
            return []
        repeated = chunk.filter(ids.is_in(pl.Series(list(self._repeated)).implode()))
        return [self._repeated_row(cells) for cells in repeated.iter_rows(named=True) if cells[ROW] not in already]

    def _repeated_row(self, cells: Mapping[str, Any]) -> RejectedRow:
        message = f"the id `{cells['id']}` stands in several rows"
        found = Diagnostic(self._place(cells[ROW]), "repeated-offer", message, "an id belongs to one offer")
        return RejectedRow(cells[ROW], cells["id"], cells, (found,))

    def _check(self, chunk: pl.DataFrame, vectors: pl.DataFrame) -> None:
        """Have the rows of the sample checked, while the others are decided."""
        keep = self._reference.sampled(chunk[ROW])
        if keep.any():
            self._checks.append(self._checker.submit(self._reference.check, chunk.filter(keep), vectors.filter(keep)))

    def close(self) -> None:
        """Wait for the checks.

        Raises:
            IntegrityFault: evaluators disagree.
        """
        self._checker.shutdown()
        for check in self._checks:
            check.result()

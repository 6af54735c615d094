"""Reclassifies a register: every offer by every rulebook, with what changed since a run before and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import narwhals as nw
import polars as pl

from engine.decisions.decide import Decider
from engine.decisions.vector_decisions import Rulings
from engine.diagnostics import IntegrityFault, Place, Rejected, rejected
from engine.evaluation.program import Program
from engine.rulebooks.rulebook import Rulebook
from offers.columns.batch import Batch
from offers.columns.decision_table import DECISIVE, NEAR, Book
from offers.columns.evaluator import Evaluator, RejectedRow
from offers.columns.evidence_columns import evidence_columns
from offers.columns.reference_check import Reader
from offers.columns.text_columns import harmless_cells
from offers.comparison.comparison import CHANGE_SCHEMA, COMPARED, Comparison
from offers.comparison.previous import DECISIONS, Previous
from offers.runs.repeated_ids import RepeatedIds
from offers.tables.opening import Table

_ROWS_AT_ONCE, _ROWS_COMPARED = 20_000, 100_000
"""With as many rows in a chunk as Polars takes by itself it goes little faster, in nearly twice the memory; but each
chunk asks the run before anew, so that a comparison takes more at a time."""


class Request(NamedTuple):
    """What is to be reclassified, and how."""

    table: Table
    reader: Reader
    rulebooks: Sequence[Rulebook]
    year: int
    margin: Fraction
    fragile: bool = True
    previous: Previous | None = None


class Result(NamedTuple):
    """What a run found; the decisions themselves stand in their files.

    `lost` is, for each rulebook, evidence that it reads and that the run before may have had, but did not keep.
    """

    rows: int
    counts: Sequence[Mapping[str, int]]
    rejected: Sequence[RejectedRow]
    changes: pl.DataFrame
    lost: Sequence[Sequence[str]]
    checked: int
    vectors: Sequence[int]
    executions: Sequence[str]


Told = Callable[[int], None]
"""Is called with the number of rows decided so far."""


class Run:
    """One pass over a register, on Polars; `reclassify` makes another where ids turn out to be repeated."""

    def __init__(
        self, request: Request, deciders: Sequence[Decider], folder: Path, repeated: frozenset[str], told: Told
    ) -> None:
        self.request, self.folder, self.told = request, folder, told
        evaluator = Evaluator(
            [d.program for d in deciders],
            request.year,
            self.frame(),
            request.table.sign,
            request.reader,
            request.margin if request.fragile else None,
        )
        books = [Book(Rulings(d), c) for d, c in zip(deciders, evaluator.columnar, strict=True)]
        self.batch = Batch(evaluator, books, request.table, repeated)
        asked = (books, request.table, request.reader, request.year)
        self.comparison = Comparison(request.previous, *asked) if request.previous else None
        self._ids = RepeatedIds(folder / "ids.parquet")

    def frame(self) -> Any:
        """The table, as the backend holds it."""
        return self.request.table.frame

    def write(self) -> None:
        """Decide everything, in one pass over the table."""
        table = self.frame()
        found = self.batch.evaluator.with_vectors(table)
        schema = {**table.collect_schema(), **self._added()}
        decided = found.map_batches(
            lambda chunk: self._decide(chunk).select(list(schema)), schema=schema, streamable=True
        )
        sinks = [sink for i, book in enumerate(self.batch.books) for sink in self._sinks(decided, i, book)]
        sinks.append(self._ids.write(decided))
        try:
            with pl.Config(set_streaming_chunk_size=_ROWS_COMPARED if self.comparison else _ROWS_AT_ONCE):
                pl.collect_all(sinks, engine="streaming")
        except pl.exceptions.ComputeError as error:
            if isinstance(error.__cause__, IntegrityFault | Rejected):
                raise error.__cause__ from None
            place = Place(self.request.table.file)
            raise rejected(place, "unreadable", f"the table cannot be read: {str(error).splitlines()[0]}") from None
        self.batch.wait()

    def _added(self) -> dict[str, pl.DataType]:
        """The columns that a row has once it is decided, beside those of the table."""
        added: dict[str, pl.DataType] = dict.fromkeys(self.batch.evaluator.columns.plain, pl.String())
        texts = [*([NEAR] if self.request.fragile else []), *(COMPARED if self.comparison else [])]
        for i, book in enumerate(self.batch.books):
            added |= {f"{i} {name}": dtype for name, dtype in book.schema.items()}
            added |= {f"{i} {name}": pl.String() for name in texts}
        return added

    def _decide(self, chunk: pl.DataFrame) -> pl.DataFrame:
        decided = self.batch.decide(chunk)
        self.told(self.batch.rows)
        return decided.with_columns(self.comparison.compare(decided)) if self.comparison else decided

    def _sinks(self, decided: pl.LazyFrame, i: int, book: Book) -> Iterator[pl.LazyFrame]:
        columns = nw.from_native(decided).select(self.columns(i, book)).to_native()
        yield columns.sink_parquet(self.file_of(book), lazy=True)
        if self.request.fragile:
            yield self.fragile(decided, i, book)

    def file_of(self, book: Book) -> Path:
        """The file, or the folder of files, for the decisions of a rulebook."""
        return self.folder / DECISIONS / f"{book.rulebook.id}@{book.rulebook.version}.parquet"

    def fragile(self, decided: pl.LazyFrame, i: int, book: Book) -> pl.LazyFrame:
        """Writes which verdicts are fragile, when it is collected."""
        is_fragile = pl.col(f"{i} {DECISIVE}").is_not_null() | pl.col(f"{i} {NEAR}").is_not_null()
        name = pl.col("name") if "name" in self.batch.evaluator.reads else pl.lit(None, pl.String)
        fragile = decided.filter(is_fragile).select(
            pl.lit(book.rulebook.id).alias("rulebook"),
            pl.lit(book.rulebook.version).alias("version"),
            harmless_cells(pl.col("id")).alias("offer"),
            harmless_cells(name.cast(pl.String)).alias("name"),
            pl.col(f"{i} verdict").alias("verdict"),
            pl.col(f"{i} outcome").alias("outcome"),
            pl.col(f"{i} {DECISIVE}").alias("carried_by"),
            pl.col(f"{i} {NEAR}").alias("near_threshold"),
        )
        return fragile.sink_csv(self.folder / f"fragile.{i}.csv", include_header=i == 0, lazy=True)

    def columns(self, i: int, book: Book) -> list[nw.Expr]:
        """The columns of a rulebook's decisions."""
        decided = [nw.col(f"{i} {name}").alias(name) for name in book.schema if name != DECISIVE]
        evidence = [self.batch.evaluator.columns.cleaned(name) for name in self.evidence_of(book.rulings.program)]
        nothing = nw.lit(None, nw.String())
        compared = [(nw.col(f"{i} {name}") if self.comparison else nothing).alias(name) for name in COMPARED]
        return [nw.col("id").alias("offer"), *decided, *evidence, *compared]

    def evidence_of(self, program: Program) -> list[str]:
        """The columns of the evidence that a program uses, as far as the table has them."""
        return [name for name in evidence_columns(program, self.request.year) if name in self.batch.evaluator.reads]

    def repeated_ids(self) -> frozenset[str]:
        """The ids that several rows share."""
        rejected = [row.id or None for row in self.batch.rejected]
        return self._ids.found(pl.Series(rejected, dtype=pl.String), self._ids_with)

    def _ids_with(self, hashes: pl.Series) -> Iterable[str]:
        ids = self.request.table.frame.select("id")
        with_hash = ids.map_batches(lambda f: f.filter(f["id"].hash().is_in(hashes.implode())), streamable=True)
        return with_hash.collect(engine="streaming")["id"].to_list()

    def result(self) -> Result:
        """What was found.

        Raises:
            IntegrityFault: a row was lost.
        """
        batch = self.batch
        for book in batch.books:
            total = sum(book.counted.values()) + len(batch.rejected)
            if total != batch.rows:
                raise IntegrityFault(f"{batch.rows} rows came in, {total} came out by {book.rulebook.id}")
        if self.comparison:
            self.comparison.rejected(batch.rejected)
        executions = [book.rulings.execution.engine if book.rulings.execution else "" for book in batch.books]
        return Result(
            rows=batch.rows,
            counts=[book.counted for book in batch.books],
            rejected=sorted(batch.rejected, key=lambda r: r.row),
            changes=self.comparison.changes() if self.comparison else pl.DataFrame(schema=CHANGE_SCHEMA),
            lost=self.comparison.lost if self.comparison else [() for _ in batch.books],
            checked=batch.checked,
            vectors=[book.rulings.vectors for book in batch.books],
            executions=executions,
        )


def reclassify(
    request: Request, folder: Path, told: Told = lambda rows: None, runs: Callable[..., Run] = Run
) -> Result:
    """Decide a register, and write `decisions/` and the parts of `fragile.csv` into a folder.

    `runs` makes each run, by default on Polars.

    Raises:
        Rejected: the register as a whole cannot be read.
        IntegrityFault: evaluators disagree, or a row was lost.
    """
    (folder / DECISIONS).mkdir(parents=True, exist_ok=True)
    repeated: frozenset[str] = frozenset()
    deciders = [Decider(rulebook) for rulebook in request.rulebooks]
    while True:
        run = runs(request, deciders, folder, repeated, told)
        try:
            run.write()
            found = run.repeated_ids()
            if found <= repeated:
                return run.result()
        finally:
            run.batch.close()
        repeated |= found

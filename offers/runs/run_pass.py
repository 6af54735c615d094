"""One pass over a register: what every backend needs to decide its rows and to name what it writes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import polars as pl

from engine.decisions.decide import Decider
from engine.decisions.trace import Execution
from engine.decisions.vector_decisions import VectorDecisions
from engine.defects import is_defect
from engine.diagnostics import IntegrityFault
from engine.evaluation.program import Program
from engine.rulebooks.rulebook import Rulebook, Vocabulary
from engine.texts.catalogue import message
from offers.columns.batch import Batch
from offers.columns.decided_before import DecidedBefore
from offers.columns.decided_columns import COMPARED, DECISIVE, OVERRIDDEN, OVERRIDDEN_IN_FULL
from offers.columns.decision_table import DecisionTable
from offers.columns.defective_rows import apart_where_defective
from offers.columns.evaluator import Evaluator, RejectedRow
from offers.columns.evidence_columns import evidence_columns
from offers.columns.reference_check import CHECKED, Reader
from offers.columns.text_columns import harmless_cells
from offers.comparison.change_columns import CHANGE_SCHEMA
from offers.comparison.defect_of_offer import DefectOfOffer
from offers.comparison.previous import DECISIONS, Previous
from offers.records.input_remarks import InputRemark
from offers.records.offer_id import comparable_id
from offers.runs.repeated_ids import Repeated
from offers.tables.headers import ATTRIBUTE_HEADERS, DETAILS, ID
from offers.tables.ids_in_columns import comparable_ids
from offers.tables.services import services_of_document
from offers.tables.table import DOCUMENT, ROW, Table

if TYPE_CHECKING:
    from engine.comparison.atom import AtomSet
    from offers.comparison.comparison import RunComparison

_ABOUT_FRAGILE = ("name", "operator_name", "services")


class DecidedByPeople(NamedTuple):
    """What people decided in place of an earlier decision: the outcome, why, who, and when it was recorded."""

    outcome: str
    because: str
    by: str
    at: str


def _services_in(document: str, vocabulary: Vocabulary) -> str | None:
    """The services of an offer; none where that meets a defect of ours, which is told where its changes are."""
    try:
        return services_of_document(document, vocabulary)
    except Exception as error:
        if not is_defect(error):
            raise
        return None


class Request(NamedTuple):
    """What is to be reclassified, and how.

    `overridden` says what people decided in place of earlier decisions, by the rulebook's id and the offer's; `cache`
    is the folder where what is decided on vectors is kept from run to run, None where it is not.
    """

    table: Table
    reader: Reader
    rulebooks: Sequence[Rulebook]
    year: int
    nearness: Fraction
    fragile: bool = True
    previous: Previous | None = None
    overridden: Mapping[str, Mapping[str, DecidedByPeople]] = MappingProxyType({})
    cache: Path | None = None


class RunResult(NamedTuple):
    """What a run found; the decisions themselves stand in their files.

    `rows` are those with any cell: decided, undetermined, rejected and set aside.
    `lost` is, for each rulebook, evidence that it reads and that the run before may have had, but did not keep;
    `overridden` counts, for each rulebook, the offers on which people decided in place of earlier decisions;
    `remarks` are on the input, `notes` on decisions, each with the number of offers that it concerns;
    `causes` has the sets of what turned verdicts by their texts in the changes;
    `defects` are what rejected rows met that is a mistake of ours, one for each place in our code; `defects_of_offers`
    are what offers met that have no row now;
    `executions` say for each rulebook who decided and who checked, None where no row could be decided;
    `decided_now` is how many combinations of statuses were decided, `decided_before` how many runs before had decided.
    """

    rows: int
    counts: Sequence[Mapping[str, int]]
    rejected: Sequence[RejectedRow]
    set_aside: Sequence[RejectedRow]
    changes: pl.DataFrame
    lost: Sequence[Sequence[str]]
    checked: int
    vectors: Sequence[int]
    executions: Sequence[Execution | None]
    overridden: Sequence[int]
    remarks: Sequence[InputRemark] = ()
    notes: Sequence[InputRemark] = ()
    causes: Mapping[str, Sequence[AtomSet]] = MappingProxyType({})
    defects: Sequence[Exception] = ()
    defects_of_offers: Sequence[DefectOfOffer] = ()
    decided_now: int = 0
    decided_before: int = 0


Progress = Callable[[int], None]
"""Is called with the number of rows decided so far."""


class Pass:
    """One pass over a register.

    Args:
        request: what is asked.
        deciders: one for each rulebook.
        rows: the table's rows, as a backend holds them.
        folder: what is written goes there.
        repeated: ids that several rows share or that are too alike, as far as they are known.
        defective: the numbers of rows that met a defect of ours, as far as they are known, and what was raised.
        progress: hears how far the pass has come.
        before: what each rulebook decided in a pass before this one; read from the cache where there was none.
    """

    def __init__(
        self,
        request: Request,
        deciders: Sequence[Decider],
        rows: Any,
        folder: Path,
        repeated: Repeated,
        defective: Mapping[int, Exception],
        progress: Progress,
        before: Sequence[DecidedBefore] = (),
    ) -> None:
        self.request, self.folder, self.progress, self._lock = request, folder, progress, threading.Lock()
        programs, nearness = [d.program for d in deciders], request.nearness if request.fragile else None
        table = request.table
        self.evaluator = Evaluator(
            programs, request.year, rows, table.sign, request.reader, nearness, table=table, defective=defective
        )
        decisions = [*zip(map(VectorDecisions, deciders), self.evaluator.columnar, strict=True)]
        self.before = before or [DecidedBefore(request.cache, *of_rulebook) for of_rulebook in decisions]
        self.decision_tables = [
            DecisionTable(*of_rulebook, number, known)
            for number, (of_rulebook, known) in enumerate(zip(decisions, self.before, strict=True))
        ]
        if table.most_rows > CHECKED:
            for decision_table in self.decision_tables:
                decision_table.decide_possible()
        self.batch = Batch(self.evaluator, self.decision_tables, request.table, repeated)
        self.comparison = self._compared_with(request.previous) if request.previous else None

    def _compared_with(self, previous: Previous) -> RunComparison:
        from offers.comparison.comparison import RunComparison  # noqa: PLC0415 - only where there is a run before

        request = self.request
        now = (self.decision_tables, request.table, request.reader, request.year)
        return RunComparison(previous, *now, self.batch.defective)

    @property
    def decided_schema(self) -> dict[str, pl.DataType]:
        """The columns that a row has once it is decided, beside those of the table."""
        return {**dict.fromkeys(self.evaluator.columns.plain, pl.String()), **self.added_schema}

    @property
    def added_schema(self) -> dict[str, pl.DataType]:
        """The columns of what is decided, each rulebook's by itself."""
        added: dict[str, pl.DataType] = {}
        for decision_table in self.decision_tables:
            columns = decision_table.columns
            texts = [*([columns.near] if self.request.fragile else [])]
            texts += columns.all_of(COMPARED) if self.comparison else []
            texts += self.overrides_of(decision_table).columns[1:]
            added |= decision_table.decided_schema | dict.fromkeys(texts, pl.String())
        return added

    def decide(self, chunk: pl.DataFrame) -> pl.DataFrame:
        """The rows of a chunk that can be decided, with their decisions and what changed.

        Raises:
            IntegrityFault: evaluators disagree.
        """
        decided = self.batch.decide(chunk)
        with self._lock:
            self.progress(self.batch.rows)
            decided = self.compared(decided, self.comparison) if self.comparison else decided
        for decision_table in self.decision_tables:
            overrides = self.overrides_of(decision_table)
            decided = (
                decided.join(overrides, on="id", how="left", maintain_order="left") if overrides.width else decided
            )
        return decided

    def decide_each(self, chunk: pl.Series) -> pl.Series:
        """What is decided on each row of a chunk, in `added_schema`: nothing at all on a row that cannot be decided.

        Raises:
            IntegrityFault: evaluators disagree.
        """
        rows = chunk.struct.unnest()
        decided, names = self.decide(rows), list(self.added_schema)
        if decided.height < rows.height:
            decided = rows.select(ROW).join(decided.select(ROW, *names), on=ROW, how="left", maintain_order="left")
        return pl.DataFrame([decided[name] for name in names]).to_struct(chunk.name)

    def compared(self, decided: pl.DataFrame, comparison: RunComparison) -> pl.DataFrame:
        """The rows with what changed since the run before."""
        numbers = decided.select(ROW)
        return apart_where_defective(
            lambda rows, _: rows.with_columns(comparison.compare(rows)), decided, numbers, self.batch.defective
        )

    def overrides_of(self, decision_table: DecisionTable) -> pl.DataFrame:
        """What people decided in place of earlier decisions, by comparable `id`, in `OVERRIDDEN`; else nothing."""
        overridden = self.request.overridden.get(decision_table.rulebook.id)
        if not overridden:
            return pl.DataFrame()
        rows = [(comparable_id(offer), by.outcome, by.because) for offer, by in overridden.items()]
        names = ["id", *decision_table.columns.all_of(OVERRIDDEN)]
        return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")

    # --- what is written ---

    def file_of(self, decision_table: DecisionTable) -> Path:
        """The file, or the folder of files, for the decisions of a rulebook."""
        rulebook = decision_table.rulebook
        return self.folder / DECISIONS / f"{rulebook.id}@{rulebook.version}.parquet"

    def columns_of(self, decision_table: DecisionTable) -> list[nw.Expr]:
        """The columns of that file, of decided rows."""
        own = decision_table.columns
        decided = [nw.col(own.of(name)).alias(name) for name in decision_table.schema if name != DECISIVE]
        names = {own.of(name) for name in decision_table.schema}
        kept = [name for name in self._kept_of(decision_table.decisions.program) if own.of(name) not in names]
        evidence = [self.evaluator.columns.cleaned(name) for name in kept]
        nothing = nw.lit(None, nw.String())
        compared = [(nw.col(own.of(name)) if self.comparison else nothing).alias(name) for name in COMPARED]
        is_overridden = decision_table.rulebook.id in self.request.overridden
        overridden = [(nw.col(own.of(name)) if is_overridden else nothing).alias(name) for name in OVERRIDDEN]
        return [nw.col("id").alias("offer"), *decided, *evidence, *compared, *overridden]

    def _kept_of(self, program: Program) -> list[str]:
        """The columns that are kept of the table: what describes offers, and the evidence that a program uses."""
        used = evidence_columns(program, self.request.year)
        details = [f"{name}_{detail}" for name in used for detail in DETAILS]
        described = [name for name in (*ATTRIBUTE_HEADERS, DOCUMENT) if name != ID]
        return [name for name in dict.fromkeys((*used, *details, *described)) if name in self.evaluator.reads]

    def fragile(self, decided: pl.LazyFrame, decision_table: DecisionTable) -> pl.LazyFrame:
        """Writes which verdicts of decided rows are fragile, when it is collected."""
        columns, rulebook = decision_table.columns, decision_table.rulebook
        is_fragile = pl.col(columns.decisive).is_not_null() | pl.col(columns.near).is_not_null()
        reads = self.evaluator.reads
        about = [pl.col(n) if n in reads else pl.lit(None, pl.String).alias(n) for n in _ABOUT_FRAGILE]
        if DOCUMENT in reads:
            services = partial(_services_in, vocabulary=rulebook.vocabulary)
            about[-1] = pl.col(DOCUMENT).map_elements(services, return_dtype=pl.String).alias("services")
        fragile = decided.filter(is_fragile).select(
            pl.lit(rulebook.id).alias("rulebook"),
            pl.lit(rulebook.version).alias("version"),
            harmless_cells(pl.col("id")).alias("offer"),
            *(harmless_cells(one.cast(pl.String)) for one in about),
            pl.col(columns.verdict).alias("verdict"),
            pl.col(columns.outcome).alias("outcome"),
            pl.col(columns.decisive).alias("carried_by"),
            pl.col(columns.near).alias("near_threshold"),
        )
        file = self.folder / f"fragile.{columns.number}.csv"
        return fragile.sink_csv(file, include_header=columns.number == 0, lazy=True)

    # --- what was found ---

    def result(self) -> RunResult:
        """What was found.

        Raises:
            IntegrityFault: a row was lost.
        """
        batch, known = self.batch, self.request.table.rows
        if batch.seen and known is not None and batch.seen != known:
            raise IntegrityFault(message("the table has {known} rows, {seen} were read", known=known, seen=batch.seen))
        if batch.seen and batch.seen != batch.rows + self.evaluator.rows_without_cells:
            raise IntegrityFault(message("{seen} rows were read, {rows} came out", seen=batch.seen, rows=batch.rows))
        for decision_table in self.decision_tables:
            total = sum(decision_table.counted.values()) + len(batch.rejected)
            if total != batch.rows:
                raise IntegrityFault(
                    message(
                        "{rows} rows came in, {total} came out by {rulebook}",
                        rows=batch.rows,
                        total=total,
                        rulebook=decision_table.rulebook.id,
                    )
                )
        if self.comparison:
            # An offer that was there before has not closed because nothing but its id is left of its row.
            self.comparison.rejected(batch.rejected)
        undecided = sorted(batch.rejected, key=lambda r: r.row)
        return RunResult(
            rows=batch.rows,
            counts=[decision_table.counted for decision_table in self.decision_tables],
            rejected=[row for row in undecided if not row.is_set_aside],
            set_aside=[row for row in undecided if row.is_set_aside],
            changes=self._changes(),
            causes=self.comparison.causes if self.comparison else {},
            lost=self.comparison.lost if self.comparison else [() for _ in self.decision_tables],
            checked=batch.checked,
            vectors=[decision_table.vectors for decision_table in self.decision_tables],
            executions=[table.decisions.who if table.vectors else None for table in self.decision_tables],
            decided_now=sum(known.decided for known in self.before),
            decided_before=sum(known.had for known in self.before),
            defects=[*self.evaluator.defects.values()],
            defects_of_offers=self.comparison.defects_of_offers if self.comparison else (),
            overridden=[self._overridden(decision_table) for decision_table in self.decision_tables],
        )

    def _changes(self) -> pl.DataFrame:
        """The list of changes, with what people decided in place of earlier decisions on each offer."""
        changes = self.comparison.changes() if self.comparison else pl.DataFrame(schema=CHANGE_SCHEMA)
        overrides = [
            (rulebook, offer, *decided)
            for rulebook, of_rulebook in self.request.overridden.items()
            for offer, decided in of_rulebook.items()
        ]
        known = pl.DataFrame(overrides, dict.fromkeys(("rulebook", "id", *OVERRIDDEN_IN_FULL), pl.String), orient="row")
        ids = changes.with_columns(comparable_ids(changes["offer"]).alias("id"))
        return ids.join(known, on=["rulebook", "id"], how="left", maintain_order="left").drop("id")

    def _overridden(self, decision_table: DecisionTable) -> int:
        if decision_table.rulebook.id not in self.request.overridden:
            return 0
        written = pl.scan_parquet(self.file_of(decision_table), glob=False)
        return int(written.select(pl.col(OVERRIDDEN[0]).count()).collect().item())

    def close(self) -> None:
        """End the thread that checks."""
        self.batch.close()

"""Decides a register on Polars, in one pass: rows stream from the table to the files of the run."""

from __future__ import annotations

from collections.abc import Iterator

import narwhals as nw
import polars as pl

from offers.columns.decision_table import DecisionTable
from offers.runs.repeated_ids import Repeated, RepeatedIds, rows_with
from offers.runs.run_pass import Pass
from offers.tables.table import Table

_DECIDED = " decided"
_AS_WRITTEN = pl.QueryOptFlags(comm_subexpr_elim=False)
"""Of few rows it costs more to look for what is computed twice than to compute it."""
_ROWS_AT_ONCE, _ROWS_COMPARED = 20_000, 100_000
"""With as many rows in a chunk as Polars takes by itself it goes little faster, in nearly twice the memory; but each
chunk asks the run before anew, so that a comparison takes more at a time."""


class PolarsBackend:
    """The backend that is there by default."""

    def read(self, table: Table) -> pl.LazyFrame:
        """The frame of the table."""
        return table.frame

    def evaluate(self, rows: pl.LazyFrame, run: Pass) -> pl.LazyFrame:
        """The rows with their vectors, when they are collected."""
        return run.evaluator.with_vectors(rows)

    def write(self, evaluated: pl.LazyFrame, run: Pass) -> None:
        """Decide and write, chunk by chunk."""
        decided = _decided(evaluated, run)
        sinks = [sink for decision_table in run.decision_tables for sink in _sinks(decided, run, decision_table)]
        sinks.append(_ids_of(run).write(decided))
        chunk_size = _ROWS_COMPARED if run.comparison else _ROWS_AT_ONCE
        with pl.Config(set_streaming_chunk_size=chunk_size):
            pl.collect_all(sinks, engine="streaming")
        run.batch.wait()

    def repeated_ids(self, rows: pl.LazyFrame, run: Pass) -> Repeated:
        """The ids whose hashes were written more than once, and that are the same or too alike."""
        aside = [row.row for row in run.batch.rejected if row.is_set_aside]
        refused = [row.id or None for row in run.batch.rejected if not row.is_set_aside]
        others = pl.Series(refused, dtype=pl.String)
        return _ids_of(run).repeated(others, lambda hashes: rows_with(rows, hashes, aside))


def _ids_of(run: Pass) -> RepeatedIds:
    return RepeatedIds(run.folder / "ids.parquet", run.request.table.file)


def _decided(evaluated: pl.LazyFrame, run: Pass) -> pl.LazyFrame:
    """The rows with what is decided on them.

    What is one chunk is decided first, as every file would plan it anew. Of more, each core decides chunks, but where a
    run before is asked about each.
    """
    cells = {**evaluated.collect_schema()}
    schema = {**{name: cells[name] for name in run.evaluator.reads}, **run.decided_schema}
    names = list(schema)
    if run.request.table.most_rows <= _ROWS_AT_ONCE:
        return run.decide(evaluated.collect(optimizations=_AS_WRITTEN)).select(names).lazy()
    if run.comparison:
        return evaluated.map_batches(lambda chunk: run.decide(chunk).select(names), schema=schema, streamable=True)
    added = pl.struct(pl.all()).map_batches(run.decide_each, pl.Struct(run.added_schema), is_elementwise=True)
    decided = evaluated.with_columns(added.alias(_DECIDED)).unnest(_DECIDED)
    return decided.filter(pl.col(run.decision_tables[0].columns.verdict).is_not_null()).select(names).cache()


def _sinks(decided: pl.LazyFrame, run: Pass, decision_table: DecisionTable) -> Iterator[pl.LazyFrame]:
    columns = nw.from_native(decided).select(run.columns_of(decision_table)).to_native()
    yield columns.sink_parquet(run.file_of(decision_table), lazy=True)
    if run.request.fragile:
        yield run.fragile(decided, decision_table)

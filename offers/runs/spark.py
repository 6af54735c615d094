"""Reclassifies a register on Spark, for registers beyond one machine: by the same expressions as on Polars.

The executors evaluate and write; the driver reads row by row what columns cannot tell, decides each distinct vector,
checks the sample, and compares with a run before. The register and the folder that is written must lie where the
driver and all executors reach them under the same path.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import narwhals as nw
import polars as pl
from py4j.protocol import Py4JError, Py4JNetworkError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as spark

from engine.diagnostics import Place, Rejected, rejected
from engine.texts.catalogue import message
from offers.columns.cell_forms import NewForms
from offers.columns.decided_columns import COMPARED
from offers.columns.decision_table import DecisionTable
from offers.columns.defective_rows import MOST_DEFECTIVE, apart_where_defective
from offers.columns.evidence_columns import READ
from offers.comparison.comparison import RunComparison
from offers.runs.repeated_ids import Repeated, RepeatedIds, rows_with
from offers.runs.run_pass import Pass
from offers.tables.cells import WHITESPACE
from offers.tables.paths import parquet_files
from offers.tables.polars_words import fault_of
from offers.tables.single_precision import in_double_precision
from offers.tables.standard_error import standard_error_in
from offers.tables.table import ROW, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_INDEX, _FIRST, _TELLS = "index", "first row", "told "
_CHUNK = 200_000
_SETTINGS = {
    "spark.log.level": "ERROR",
    "spark.sql.caseSensitive": "true",
    "spark.ui.showConsoleProgress": "false",
    # Put into one, the stages of the expressions would compute again and again what several of them read.
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.CollapseProject",
    # Columns that are not read may have types that Spark does not know.
    "spark.sql.legacy.parquet.nanosAsLong": "true",
}

_NO_JAVA = (message("there is no Java here"), message("Spark needs Java 17 or newer"))
_NOT_STARTED = (
    message("Spark cannot be started"),
    message("it needs Java 17 or newer, and after `--master` the address of a cluster that answers"),
)
_FAILED = (
    message("Spark failed while it decided the register"),
    message("does every machine reach the register by its path? `--backend polars` decides it on one machine"),
)


@contextmanager
def spark_backend(master: str, scratch: Path) -> Iterator[SparkBackend]:
    """Spark on a cluster, as long as it is needed. `scratch` must lie where the cluster reaches it.

    Raises:
        Rejected: Spark cannot be started, or fails.
    """
    backend = None
    try:
        with _session(master, scratch / "spark.log") as session:
            backend = SparkBackend(session, scratch)
            yield backend
    except (PySparkException, Py4JError) as error:
        raise _explained(master, backend, error) from None


def _explained(master: str, backend: SparkBackend | None, error: Exception) -> Rejected:
    """Why Spark failed: whatever it says, or the bridge to it, is told by what it was doing and by what can be seen."""
    if backend is None:
        return rejected(Place(master), "unreadable", *(_NOT_STARTED if _is_java_there() else _NO_JAVA))
    if isinstance(error, Py4JNetworkError):
        return rejected(Place(master), "unreadable", message("the connection to Spark was lost"))
    fault = fault_of(backend.table) if backend.table else None
    return fault or rejected(Place(master), "unreadable", *_FAILED)


def _is_java_there() -> bool:
    return "JAVA_HOME" in os.environ or shutil.which("java") is not None


def check_that_spark_reads(table: Table) -> None:
    """Let a register that Spark does not read be told before Spark is started.

    Raises:
        Rejected: it is not Parquet.
    """
    if not table.files:
        advice = message("write the ids as texts, or as whole numbers") if table.kind in ("parquet", "duckdb") else None
        raise rejected(
            Place(table.file), "unreadable", message("Spark reads Parquet: a file, or a folder of files"), advice
        )


@contextmanager
def _session(master: str, log: Path) -> Iterator[SparkSession]:
    """A session of Spark, which writes what it has to say to a file, and not between our own words."""
    builder = SparkSession.builder.master(master).appName("sekskant")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    with standard_error_in(log):
        session = builder.getOrCreate()
    try:
        yield session
    finally:
        session.stop()


class SparkBackend:
    """Decides on Spark, which reads Parquet."""

    def __init__(self, session: SparkSession, scratch: Path) -> None:
        self._session, self._scratch = session, scratch
        self.table: Table | None = None
        """The table that it reads."""

    def read(self, table: Table) -> DataFrame:
        """The table with the number of each row: its place in its file, after the rows of the files before it.

        Raises:
            Rejected: it is not Parquet.
        """
        check_that_spark_reads(table)
        self.table = table
        read = self._session.read.parquet(*map(_pattern_of, table.files))
        read = read.select("*", "_metadata.file_name", spark.col("_metadata.row_index").alias(_INDEX))
        first = dict(zip((f.name for f in table.files), accumulate(table.rows_of_files, initial=0), strict=False))
        written = [row[0] for row in read.select("file_name").distinct().collect()]
        places = pl.DataFrame({"file_name": written, _FIRST: [first[unquote(name)] for name in written]})
        numbered = read.join(self._small(places), "file_name")
        columns = [spark.col(f"`{c.header}`").alias(c.name) for c in table.columns if c.name != "id"]
        (header,) = (c.header for c in table.columns if c.name == "id")
        row = (spark.col(_FIRST) + spark.col(_INDEX)).alias(ROW)
        frame = nw.from_native(numbered.select(row, spark.col(f"`{header}`").alias("id"), *columns))
        rows: DataFrame = frame.with_columns(nw.col("id").cast(nw.String).str.strip_chars(WHITESPACE)).to_native()
        return in_double_precision(rows)

    def evaluate(self, rows: DataFrame, run: Pass) -> DataFrame:
        """The rows with their vectors, in files."""
        return self._stored(run.evaluator.with_vectors(rows), "found")

    def write(self, evaluated: DataFrame, run: Pass) -> None:
        """Decide everything, and write it in the order of the rows."""
        decided = self._stored(self._looked_up(self._certain(evaluated, run), run).orderBy(ROW), "decided")
        # Spark reads the largest files first, in whatever order they were written.
        decided = (self._compared(decided, run, run.comparison) if run.comparison else decided).orderBy(ROW)
        for decision_table in run.decision_tables:
            if (overrides := run.overrides_of(decision_table)).width:
                decided = decided.join(self._small(overrides), "id", "left").orderBy(ROW)
            columns = nw.from_native(decided).select(run.columns_of(decision_table)).to_native()
            _write_parquet(columns, run.file_of(decision_table))
            if run.request.fragile:
                run.fragile(self._on_polars("decided"), decision_table).collect()

    def repeated_ids(self, rows: DataFrame, run: Pass) -> Repeated:
        """None: the pass looks for them itself."""
        return {}

    def _certain(self, evaluated: DataFrame, run: Pass) -> DataFrame:
        """The rows that can be decided, each with its vectors, once the others are read and the sample is checked."""
        batch, vectors, cells = run.batch, run.evaluator.vectors, run.evaluator.reads
        by_reference = batch.read_one_by_one(
            row.asDict() for row in evaluated.filter(~spark.col(READ)).toLocalIterator()
        )
        repeated = self._repeated_ids(run)
        refused = evaluated.join(self._small(pl.DataFrame({"id": list(repeated)}, schema={"id": pl.String})), "id")
        batch.refuse_for_their_ids((row.asDict() for row in refused.select(cells).toLocalIterator()), repeated)
        schema = {ROW: pl.Int64, **{_TELLS + name: pl.Int64 for name in vectors}}
        decided = evaluated.join(self._small(pl.DataFrame(by_reference, schema=schema, orient="row")), ROW, "left")
        decided = decided.filter(spark.col(READ) | spark.col(_TELLS + vectors[0]).isNotNull())
        without = pl.DataFrame({ROW: [r.row for r in batch.rejected]}, schema={ROW: pl.Int64})
        decided = decided.join(self._small(without), ROW, "left_anti")
        merged = [spark.coalesce(spark.col(_TELLS + n), spark.col(n)).alias(n) for n in vectors]
        decided = decided.select(*cells, *merged)
        sample = None
        if batch.sample is not None:
            others = [self.rows_of_forms(run), *(_first_of_each(decided, table) for table in batch.decision_tables)]
            sample = pl.concat([batch.sample, *others]).unique()
        checked = decided if sample is None else decided.join(self._small(pl.DataFrame({ROW: sample})), ROW)
        chunk = _to_polars(checked).sort(ROW)
        batch.check(chunk, chunk.select(vectors))
        return decided

    def rows_of_forms(self, run: Pass) -> pl.Series:
        """The numbers of rows with each form of cell, of those that columns decide."""
        forms = NewForms(run.evaluator.columns.fact_columns)
        without = [row.row for row in run.batch.rejected]
        decided = self._on_polars("found").filter(pl.col(READ), ~pl.col(ROW).is_in(without))
        chunks = decided.collect_batches(chunk_size=_CHUNK, maintain_order=True)
        return pl.Series([row for chunk in chunks for row in chunk[ROW].gather(forms.rows(chunk))], dtype=pl.Int64)

    def _repeated_ids(self, run: Pass) -> Repeated:
        """The ids that several rows share or that are too alike, which the driver finds."""
        aside = [row.row for row in run.batch.rejected if row.is_set_aside]
        rows, ids = self._on_polars("found"), RepeatedIds(self._scratch / "ids.parquet", run.request.table.file)
        ids.write(rows.filter(~pl.col(ROW).is_in(aside), pl.col("id") != "")).collect()
        return ids.repeated(pl.Series([], dtype=pl.String), lambda hashes: rows_with(rows, hashes, aside))

    def _looked_up(self, decided: DataFrame, run: Pass) -> DataFrame:
        """The rows with what each rulebook decides on their vectors."""
        for decision_table in run.decision_tables:
            names, near = decision_table.columnar.vectors, decision_table.columnar.near
            distinct = _to_polars(decided.groupBy(names).count()).sort(names)
            decided = decided.join(self._small(self._decisions(distinct, decided, decision_table, run)), names)
            if run.request.fragile:
                bits = _to_polars(decided.select(near).distinct())
                decided = decided.join(self._small(bits.with_columns(decision_table.near(bits))), near)
        run.batch.has_decided()
        run.progress(run.batch.rows)
        return decided.drop(*run.evaluator.vectors)

    def _decisions(
        self, distinct: pl.DataFrame, decided: DataFrame, decision_table: DecisionTable, run: Pass
    ) -> pl.DataFrame:
        """Distinct vectors with what a rulebook decides on them; rows with one that meets a defect of ours are noted.

        Raises:
            Exception: a defect of ours, where it is met by too many rows.
        """
        names, defective = decision_table.columnar.vectors, dict[int, Exception]()

        def decisions(vectors: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
            found = decision_table.decide(vectors.select(names), counts["count"]).select(pl.all().cast(pl.String))
            return vectors.hstack(found.rename(decision_table.columns.of))

        numbered = distinct.with_row_index(ROW)
        found = apart_where_defective(decisions, numbered.select(ROW, *names), numbered.select("count"), defective)
        for number, error in defective.items():
            rows = decided.join(self._small(numbered[number].select(names)), names).select(ROW)
            run.batch.defective |= dict.fromkeys(_to_polars(rows.limit(MOST_DEFECTIVE + 1))[ROW], error)
            if len(run.batch.defective) > MOST_DEFECTIVE:
                raise error
        return found.drop(ROW)

    def _compared(self, decided: DataFrame, run: Pass, comparison: RunComparison) -> DataFrame:
        """The rows with what changed since the run before, which the driver finds."""
        rows, parts = self._on_polars("decided"), self._scratch / "compared"
        shutil.rmtree(parts, ignore_errors=True)  # of a pass before
        parts.mkdir()
        for number, chunk in enumerate(rows.collect_batches(chunk_size=_CHUNK, maintain_order=True)):
            compared = run.compared(chunk, comparison)
            names = [name for table in run.decision_tables for name in table.columns.all_of(COMPARED)]
            compared.select(ROW, *names).write_parquet(parts / f"{number}.parquet")
        return decided.join(self._session.read.parquet(_pattern_of(parts)), ROW, "left")

    def _stored(self, frame: DataFrame, name: str) -> DataFrame:
        """The same rows from files: what is asked of them next does not plan again how they came to be."""
        _write_parquet(frame, self._scratch / name)
        return self._session.read.parquet(_pattern_of(self._scratch / name))

    def _on_polars(self, name: str) -> pl.LazyFrame:
        """Rows that are stored, in their order."""
        return pl.scan_parquet(parquet_files(self._scratch / name), glob=False)

    def _small(self, frame: pl.DataFrame) -> DataFrame:
        """A small table of the driver, for every executor."""
        return spark.broadcast(self._session.createDataFrame(frame.to_arrow()))


def _first_of_each(decided: DataFrame, table: DecisionTable) -> pl.Series:
    """The numbers of rows with each vector of a rulebook: the first of each."""
    first = decided.groupBy(table.columnar.vectors).agg(spark.min(ROW).alias(ROW))
    return _to_polars(first.select(ROW))[ROW].cast(pl.Int64)


def _to_polars(frame: DataFrame) -> pl.DataFrame:
    collected = pl.from_arrow(frame.toArrow())
    assert isinstance(collected, pl.DataFrame)
    return collected


def _pattern_of(path: Path) -> str:
    """A path as Spark reads it, to which brackets, braces and stars would be a pattern, those above it, too."""
    return re.sub(r"([][{}*?\\])", r"\\\1", str(path.absolute()))


def _write_parquet(frame: DataFrame, folder: Path) -> None:
    """Files in the order of the rows, with names that say no more than that."""
    shutil.rmtree(folder, ignore_errors=True)
    frame.write.parquet(str(folder))
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")):
            path.unlink()
        else:
            path.rename(folder / f"{path.name[:10]}.parquet")

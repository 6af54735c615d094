"""Reclassifies a register on Spark, for registers beyond one machine: by the same expressions as on Polars.

The executors evaluate and write; the driver reads row by row what columns cannot tell, decides each distinct vector,
checks the sample, and compares with a run before. The register and the folder that is written must lie where the
driver and all executors reach them under the same path.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import narwhals as nw
import polars as pl
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as spark

from engine.diagnostics import Place, rejected
from offers.columns.decision_table import NEAR
from offers.columns.evidence_columns import READ
from offers.comparison.comparison import Comparison
from offers.runs.run import Request, Result, Run, Told, reclassify
from offers.tables.table import ROW

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


def reclassify_on_spark(request: Request, folder: Path, scratch: Path, master: str, told: Told) -> Result:
    """Decide a register of Parquet files on a Spark cluster, and write as `offers.runs.run.reclassify` does.

    Raises:
        Rejected: the register is not Parquet, or Spark cannot be started, or fails.
        IntegrityFault: evaluators disagree, or a row was lost.
    """
    place = Place(request.table.file)
    if not request.table.files:
        raise rejected(place, "unreadable", "Spark reads Parquet: a file, or a folder of files")
    try:
        with _session(master, scratch / "spark.log") as session:
            return reclassify(request, folder, told, partial(SparkRun, session=session, scratch=scratch))
    except (PySparkException, Py4JError) as error:
        said = next(filter(None, str(error).splitlines()), type(error).__name__)
        hint = "Spark needs Java 17 or newer" if "JAVA_GATEWAY" in said else None
        raise rejected(Place(master), "unreadable", f"Spark: {said}", hint) from None


@contextmanager
def _session(master: str, log: Path) -> Iterator[SparkSession]:
    """A session of Spark, which writes what it has to say to a file, and not between our own words."""
    builder = SparkSession.builder.master(master).appName("sekskant")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    with _standard_error_in(log):
        session = builder.getOrCreate()
    try:
        yield session
    finally:
        session.stop()


@contextmanager
def _standard_error_in(path: Path) -> Iterator[None]:
    """Have what processes that are started meanwhile say on standard error stand in a file."""
    sys.stderr.flush()
    own = os.dup(2)
    with path.open("wb") as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(own, 2)
            os.close(own)


class SparkRun(Run):
    """One pass over a register, on Spark."""

    def __init__(self, *about: Any, session: SparkSession, scratch: Path) -> None:
        self._session, self._scratch = session, scratch
        self._table: DataFrame | None = None
        super().__init__(*about)

    def frame(self) -> DataFrame:
        """The table with the number of each row: its place in its file, after the rows of the files before it."""
        if self._table is not None:
            return self._table
        files, rows = self.request.table.files, self.request.table.rows_of_files
        read = self._session.read.parquet(*map(str, files))
        read = read.select("*", "_metadata.file_name", spark.col("_metadata.row_index").alias(_INDEX))
        first = dict(zip((f.name for f in files), accumulate(rows, initial=0), strict=False))
        written = [row[0] for row in read.select("file_name").distinct().collect()]
        places = pl.DataFrame({"file_name": written, _FIRST: [first[unquote(name)] for name in written]})
        numbered = read.join(self._small(places), "file_name")
        columns = [spark.col(f"`{c.header}`").alias(c.name) for c in self.request.table.columns if c.name != "id"]
        (header,) = (c.header for c in self.request.table.columns if c.name == "id")
        row = (spark.col(_FIRST) + spark.col(_INDEX)).alias(ROW)
        frame = nw.from_native(numbered.select(row, spark.col(f"`{header}`").alias("id"), *columns))
        self._table = frame.with_columns(nw.col("id").cast(nw.String).str.strip_chars()).to_native()
        return self._table

    def repeated_ids(self) -> frozenset[str]:
        """None that are not known by now: a run on Spark looks for them first."""
        return frozenset()

    def write(self) -> None:
        """Decide everything, and write it in the order of the rows."""
        found = self._stored(self.batch.evaluator.with_vectors(self.frame()), "found")
        decided = self._stored(self._looked_up(self._certain(found)).orderBy(ROW), "decided")
        decided = self._compared(decided, self.comparison) if self.comparison else decided
        for i, book in enumerate(self.batch.books):
            columns = nw.from_native(decided).select(self.columns(i, book)).to_native()
            _write_parquet(columns, self.file_of(book))
            if self.request.fragile:
                self.fragile(self._on_polars("decided"), i, book).collect()

    def _certain(self, found: DataFrame) -> DataFrame:
        """The rows that can be decided, each with its vectors, once the others are read and the sample is checked."""
        batch = self.batch
        others = (row.asDict() for row in found.filter(~spark.col(READ)).toLocalIterator())
        told, refused = batch.evaluator.one_by_one(others)
        refused += self._with_repeated_ids(found, {r.row for r in refused})
        batch.rejected += refused
        vectors = batch.evaluator.vectors
        schema = {ROW: pl.Int64, **{_TELLS + name: pl.Int64 for name in vectors}}
        decided = found.join(self._small(pl.DataFrame(told, schema=schema, orient="row")), ROW, "left")
        decided = decided.filter(spark.col(READ) | spark.col(_TELLS + vectors[0]).isNotNull())
        without = pl.DataFrame({ROW: [r.row for r in refused]}, schema={ROW: pl.Int64})
        decided = decided.join(self._small(without), ROW, "left_anti")
        merged = [spark.coalesce(spark.col(_TELLS + n), spark.col(n)).alias(n) for n in vectors]
        decided = decided.select(*batch.evaluator.reads, *merged)
        sample = batch.reference.sample
        checked = decided if sample is None else decided.join(self._small(pl.DataFrame({ROW: sample})), ROW)
        chunk = _to_polars(checked).sort(ROW)
        batch.check(chunk, chunk.select(vectors))
        return decided

    def _with_repeated_ids(self, found: DataFrame, already: set[int]) -> list[Any]:
        """The rows whose id others have, too."""
        counted = found.filter(spark.col("id").isNotNull()).groupBy("id").count()
        rows = found.join(counted.filter("count > 1").select("id"), "id")
        cells = (row.asDict() for row in rows.select(self.batch.evaluator.reads).toLocalIterator())
        return [self.batch.repeated_row(c) for c in cells if c[ROW] not in already]

    def _looked_up(self, decided: DataFrame) -> DataFrame:
        """The rows with what each rulebook decides on their vectors."""
        for i, book in enumerate(self.batch.books):
            distinct = _to_polars(decided.groupBy(book.columnar.vectors).count()).sort(book.columnar.vectors)
            vectors = distinct.select(book.columnar.vectors)
            told = book.decide(vectors, distinct["count"]).select(pl.all().cast(pl.String).name.prefix(f"{i} "))
            decided = decided.join(self._small(vectors.hstack(told)), book.columnar.vectors)
            if self.request.fragile:
                near = book.columnar.near
                bits = _to_polars(decided.select(near).distinct())[near]
                words = pl.DataFrame([bits, book.near(bits).alias(f"{i} {NEAR}")])
                decided = decided.join(self._small(words), near)
        self.batch.rows = sum(self.batch.books[0].counted.values()) + len(self.batch.rejected)
        self.told(self.batch.rows)
        self.batch.wait()
        return decided.drop(*self.batch.evaluator.vectors)

    def _compared(self, decided: DataFrame, comparison: Comparison) -> DataFrame:
        """The rows with what changed since the run before, which the driver finds."""
        rows, parts = self._on_polars("decided"), self._scratch / "compared"
        parts.mkdir()
        for number, chunk in enumerate(rows.collect_batches(chunk_size=_CHUNK, maintain_order=True)):
            pl.DataFrame([chunk[ROW], *comparison.compare(chunk)]).write_parquet(parts / f"{number}.parquet")
        return decided.join(self._session.read.parquet(str(parts)), ROW, "left").orderBy(ROW)

    def _stored(self, frame: DataFrame, name: str) -> DataFrame:
        """The same rows from files: what is asked of them next does not plan again how they came to be."""
        _write_parquet(frame, self._scratch / name)
        return self._session.read.parquet(str(self._scratch / name))

    def _on_polars(self, name: str) -> pl.LazyFrame:
        """Rows that are stored, in their order."""
        return pl.scan_parquet(self._scratch / name / "*.parquet")

    def _small(self, frame: pl.DataFrame) -> DataFrame:
        """A small table of the driver, for every executor."""
        return spark.broadcast(self._session.createDataFrame(frame.to_arrow()))


def _to_polars(frame: DataFrame) -> pl.DataFrame:
    found = pl.from_arrow(frame.toArrow())
    assert isinstance(found, pl.DataFrame)
    return found


def _write_parquet(frame: DataFrame, folder: Path) -> None:
    """Files in the order of the rows, with names that say no more than that."""
    shutil.rmtree(folder, ignore_errors=True)
    frame.write.parquet(str(folder))
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")):
            path.unlink()
        else:
            path.rename(folder / f"{path.name[:10]}.parquet")

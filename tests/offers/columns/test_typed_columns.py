"""Cells of typed columns: what columns read on Polars and on DuckDB is what the reader of rows reads."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import narwhals as nw
import polars as pl
import pytest

from offers.columns.evaluator import Evaluator
from offers.columns.evidence_columns import READ
from offers.recorded.batch_entries import RowDocuments
from offers.records.offer import Offer
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.single_precision import in_double_precision
from offers.tables.table import ROW, Table
from tests.chance import AT_THE_DESK, SOAK, chance
from tests.command import here, sekskant
from tests.offers.columns.test_readers_agree import NUMBERS, PROGRAMS, VOCABULARY, YEAR, Readers, differing, offer_in
from tests.offers.runs.backends import BACKENDS

ROWS = 750 if AT_THE_DESK else 5_000
JUDGEMENT, YEARS = "large_catchment_needed", ["outside_share_2014", "outside_share_2016"]


def share(chance: Random) -> float:
    """A number that people meant, or the trace that arithmetic leaves of one."""
    part, of = chance.randrange(14), chance.randrange(1, 14)
    numbers: list[Callable[[], float]] = [
        lambda: part / of,
        lambda: chance.randrange(10_001) / 10_000,
        lambda: round(chance.random(), chance.randrange(16)),
        lambda: chance.choice([0.7 - 0.2, 0.1 + 0.2, 0.5 - 2**-53, 0.5 + 2**-52, 0.499999999999999, 0.333333333333]),
        lambda: math.nextafter(chance.choice([0.5, 1.0, 10.0, 0.1]), chance.choice([-math.inf, math.inf])),
        lambda: float(chance.randrange(-1, 13)),
        lambda: chance.choice([math.nan, math.inf, -math.inf, -0.0, 5e-324, 1e-7, 1e15, 1e300, 9007199254740993.0]),
    ]
    return chance.choice(numbers)()


def decimal(chance: Random, scale: int) -> Decimal:
    digits = chance.choice([chance.randrange(10**scale), 5 * 10 ** (scale - 1), chance.randrange(10 ** (scale + 14))])
    return Decimal(digits).scaleb(-scale)


class Typed(NamedTuple):
    """A type of a column, and a cell of it."""

    dtype: Any
    cell: Callable[[Random], Any]


TYPES = {
    "double": Typed(pl.Float64, share),
    "single": Typed(pl.Float32, share),
    "int": Typed(pl.Int64, lambda c: c.choice([0, 1, 3, 4, 10, -1, 2**40, 2**62])),
    "small-int": Typed(pl.UInt8, lambda c: c.randrange(256)),
    "boolean": Typed(pl.Boolean, lambda c: c.random() < 0.5),
    "date": Typed(pl.Date, lambda c: date(2017, c.randrange(1, 13), 1)),
    "decimal-2": Typed(pl.Decimal(28, 2), lambda c: decimal(c, 2)),
    "decimal-12": Typed(pl.Decimal(28, 12), lambda c: decimal(c, 12)),
    "decimal-15": Typed(pl.Decimal(30, 15), lambda c: decimal(c, 15)),
}


def table_of(typed: Typed, chance: Random, rows: int) -> Table:
    """A table whose columns of evidence have one type; a row has a cell in one of them, in two years, or in none."""
    names = [*NUMBERS, JUDGEMENT]
    filled = [chance.choice([[], [chance.choice(names)], [chance.choice(names)], YEARS]) for _ in range(rows)]
    cells = {name: [typed.cell(chance) if name in row else None for row in filled] for name in names}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(names, typed.dtype), strict=False)
    if typed.dtype != pl.Boolean:
        frame = frame.with_columns(pl.lit(None, pl.Boolean).alias(JUDGEMENT))
    ids = [f"o{i}" for i in range(rows)]
    frame = pl.DataFrame({"id": ids, "operator_kind": ["region"] * rows}).hstack(frame).with_row_index(ROW)
    frame = in_double_precision(frame.with_columns(pl.col(ROW).cast(pl.Int64)))
    headers = Headers(VOCABULARY).read(frame.columns[1:], "table.parquet")
    return Table("table.parquet", "parquet", tuple(headers), frame.lazy(), ".", {}, "", rows)


def read_by(backend: str, table: Table, evaluator: Evaluator, tmp_path: Path) -> pl.DataFrame:
    """The rows with evidence and vectors, as a backend finds them."""
    frame: Any = table.frame
    if backend == "duckdb":
        duckdb = pytest.importorskip("duckdb")
        table.frame.collect().write_parquet(tmp_path / "table.parquet")
        frame = duckdb.connect().read_parquet(str(tmp_path / "table.parquet"))

    def collected(native: Any) -> pl.DataFrame:
        if backend == "duckdb":
            native.write_parquet(str(tmp_path / "read.parquet"))
            return pl.read_parquet(tmp_path / "read.parquet").sort(ROW)
        got: pl.DataFrame = native.collect()
        return got

    evidence = collected(evaluator.columns.apply(nw.from_native(frame)).to_native())
    vectors = collected(evaluator.with_vectors(frame))
    return evidence.with_columns(vectors.select(READ, *evaluator.vectors))


@pytest.mark.parametrize("table", range(SOAK))
@pytest.mark.parametrize("backend", ["polars", pytest.param("duckdb", marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", TYPES)
def test_typed_cells_are_read_alike(kind: str, backend: str, table: int, tmp_path: Path) -> None:
    typed = TYPES[kind]
    of_table = table_of(typed, chance(f"typed {kind} {table}"), ROWS)
    rows = Rows(of_table, VOCABULARY)
    evaluator = Evaluator(PROGRAMS, YEAR, of_table.frame, ".", rows)
    read = read_by(backend, of_table, evaluator, tmp_path)
    readers = Readers(rows, evaluator, read, read)
    found, taken = list[str](), 0
    for row in read.iter_rows(named=True):
        offer = offer_in(rows, row)
        cells = {name: row[name] for name in NUMBERS}
        if isinstance(offer, Offer):
            taken += row[READ]
            found += [f"{cells}: columns read {name} otherwise" for name in differing(readers, row, offer) if row[READ]]
        elif row[READ]:
            found.append(f"{cells}: columns take it, rows refuse it: {offer.diagnostics[0].message}")
    assert not found, "\n".join([f"{len(found)} rows", *found[:20]])
    assert taken, "columns are sure of no row"


SHARES = {
    "third": (0.1, 0.7, 0.7),
    "over": (0.1, 0.7, 0.7000001),
    "under": (0.1, 0.7, 0.6999999),
}


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("dtype", "cells", "statuses"),
    [
        (pl.Float32, SHARES, {"third": "met", "over": "met", "under": "not_met"}),
        (pl.Float64, {"counts": (4 / 12, 6 / 12, 8 / 12), "less": (0.7 - 0.2,) * 3}, {"counts": "met", "less": "met"}),
        (pl.Float64, {"a": (0.333333333, 0.5, 0.666666666)}, {"a": "not_met"}),
    ],
    ids=["single", "double", "digits"],
)
def test_binary_numbers_are_what_they_stand_for_and_are_replayed(
    tmp_path: Path, backend: tuple[str, ...], dtype: Any, cells: dict[str, tuple[float, ...]], statuses: dict[str, str]
) -> None:
    shares = {f"outside_share_{year}": [row[i] for row in cells.values()] for i, year in enumerate((2014, 2015, 2016))}
    frame = pl.DataFrame(shares, schema=dict.fromkeys(shares, dtype)).insert_column(0, pl.Series("id", [*cells]))
    frame.with_columns(pl.lit("municipality").alias("operator_kind")).write_parquet(tmp_path / "r.parquet")
    run, journal = ("--out", str(tmp_path / "run"), *backend), ("--journal", str(tmp_path / "j.db"))
    rulebook = ("--year", "2018", "--rulebook", "hovedstaden.udviklingsstrategi")
    on_its_own = sekskant if "spark" in backend else here
    ran = on_its_own("reclassify", str(tmp_path / "r.parquet"), *run, *rulebook, *journal)
    assert ran.code == 0, ran.err
    (written,) = (tmp_path / "run" / "decisions").iterdir()
    decided = pl.read_parquet([*written.iterdir()] if written.is_dir() else written, glob=False)
    assert dict(decided.select("offer", pl.col("A5").cast(pl.String)).rows()) == statuses
    ran = here("audit", "replay", "--all", *journal)
    assert ran.out == f"{len(cells)} identical, 0 different, 0 not replayable\n"


DIFFERENCES = {"sekskant/run/1": "0.49999999999999994", "sekskant/run/2": "0.5"}


@pytest.mark.parametrize(("run_format", "share"), DIFFERENCES.items())
def test_a_run_of_the_first_format_is_read_as_it_was(run_format: str, share: str) -> None:
    row = {"offer": "x", "name": "X", "outside_share_2014": 0.7 - 0.2}
    offer = json.loads(RowDocuments(VOCABULARY, run_format).written(row), parse_float=str)
    assert offer["evidence"] == {"outside_share": {"2014": share}}

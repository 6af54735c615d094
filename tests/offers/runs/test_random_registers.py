"""Random rulebooks on random registers, decided in each way that there is: the same files, whatever the way.

`just soak` tries 200,000 random offers.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rulebooks.rulebook import Rulebook
from offers.columns import decision_table, evaluator
from offers.runs import polars, run_pass
from offers.runs.polars import PolarsBackend
from offers.runs.run import reclassify
from offers.runs.run_pass import Request, RunResult
from offers.tables.opening import open_table
from offers.tables.rows import Rows
from tests.chance import SOAK, tried
from tests.engine.random_rulebooks import FACTS, VOCABULARY, YEAR, YEARS, Rule, rules
from tests.offers.runs.backends import needs_duckdb
from tests.support import make_rulebook

ROWS = 400 if SOAK == 1 else 2_000
EXAMPLES = 8
SOAKED = 100
"""So many rulebooks in `just soak`, on as many registers: 200,000 offers."""
NUMBERS = {
    "number": ("1", "2.5", "3", "9.99", "<=3", ">=0.5", "<6", "1..4", "ukendt", None),
    "whole_number": ("0", "1", "3", "6", ">=2", "<=4", "1..5", "ukendt", None),
    "share": ("0", "0.5", "1", "0.333", "<=0.5", ">=0.5", "0.3..0.6", "ukendt", None),
}
TYPED: Mapping[str, tuple[Any, ...]] = {
    "number": (1.0, 2.5, 3.0, 9.99, 0.5, None),
    "whole_number": (0, 1, 3, 6, None),
    "share": (0.0, 0.5, 1.0, 0.333, None),
}


def register(chance: Random, rows: int, *, typed: bool) -> pl.DataFrame:
    """A row for each offer: numbers, bounds, ranges and words of every fact that can be stated; some are mistakes."""
    columns: dict[str, Any] = {"id": [f"o{i}" for i in range(rows)], "name": [f"Offer {i}" for i in range(rows)]}
    for name, fact in FACTS.items():
        pool = () if "attribute" in fact else _pool(name, str(fact["type"]), typed=typed)
        names = [f"{name}_{year}" for year in YEARS] if fact.get("per") else [name]
        for column in names if not fact.keys() & {"derived", "attribute"} else []:
            columns[column] = chance.choices(pool, k=rows)
    for at in chance.sample(range(rows), 3):
        columns["id"][at] = f"o{chance.randrange(rows)}"
    for at in chance.sample(range(rows), 3) if not typed else []:
        columns["rooms"][at] = chance.choice(["many", "1.5", "7", "  2"])
    return pl.DataFrame(columns)


def _pool(name: str, kind: str, *, typed: bool) -> tuple[Any, ...]:
    if kind == "judgement":
        return (True, False, None) if typed else ("yes", "no", "ja", "NEJ", "ukendt", None)
    if kind in NUMBERS:
        return TYPED[kind] if typed else NUMBERS[kind]
    return (*VOCABULARY.facts[name].answers, None if typed else "ukendt", None)


def rulebook_of(rule: Rule, name: str) -> Rulebook:
    return make_rulebook(VOCABULARY, rule.criteria, rule.group, rule.overrides, name)


def run_on(path: Path, rulebooks: list[Rulebook], out: Path, **more: Any) -> RunResult:
    """A run by the library; `more` is what else is asked, or what decides."""
    out.mkdir()
    backend = more.pop("backend", None)
    table = open_table(path, VOCABULARY, out)
    asked = Request(table, Rows(table, VOCABULARY), rulebooks, YEAR, Fraction(1, 20), True)
    return reclassify(asked._replace(**more), out, backend=backend)


def found(result: RunResult, out: Path) -> tuple[object, ...]:
    """What a run found, and what it wrote, to the byte but for Parquet, of which it is every cell and type."""
    files = [*sorted((out / "decisions").iterdir()), *sorted(out.glob("fragile.*.csv"))]
    written = [
        (path.name, (frame.schema, frame.rows()) if path.suffix == ".parquet" else path.read_bytes())
        for path in files
        for frame in [pl.read_parquet(path, glob=False) if path.suffix == ".parquet" else pl.DataFrame()]
    ]
    about = (result.rows, result.counts, result.rejected, result.checked, result.vectors, result.executions)
    return (*about, result.notes, result.remarks, written)


Way = Callable[[pytest.MonkeyPatch], None]


def in_chunks(patch: pytest.MonkeyPatch) -> None:
    """As a large register: elementwise on every core, a chunk at a time."""
    patch.setattr(polars, "_ROWS_AT_ONCE", 64)
    patch.setattr(evaluator, "FEW", 0)


def without_a_table(patch: pytest.MonkeyPatch) -> None:
    """As where there are too many vectors for a table."""
    patch.setattr(decision_table, "MOST_IN_TABLE", 0)


def with_all_possible(patch: pytest.MonkeyPatch) -> None:
    """As a large register by which all vectors are decided that there can be."""
    patch.setattr(run_pass, "CHECKED", 0)


def plainly(patch: pytest.MonkeyPatch) -> None:
    """As it is."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
@given(one=rules(), other=rules(), seed=st.integers(0, 10**9))
@tried(EXAMPLES, soaked=SOAKED)
def test_every_way_of_deciding_comes_to_the_same_files(kind: str, one: Rule, other: Rule, seed: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, rulebooks = Path(name), [rulebook_of(one, "one"), rulebook_of(other, "other")]
        path, cache = folder / f"register.{kind}", folder / "cache"
        frame = register(Random(seed), ROWS if kind != "xlsx" else ROWS // 4, typed=kind == "parquet")  # noqa: S311
        write: Mapping[str, Callable[[Path], object]]
        write = {"csv": frame.write_csv, "parquet": frame.write_parquet, "xlsx": frame.write_excel}
        write[kind](path)
        expected: tuple[object, ...] | None = None
        ways: list[tuple[Way, Path | None]] = [
            (plainly, None),
            (in_chunks, None),
            (without_a_table, cache),
            (with_all_possible, cache),
            (in_chunks, cache),
        ]
        for number, (way, kept) in enumerate(ways):
            out = folder / f"{number}"
            with pytest.MonkeyPatch.context() as patch:
                way(patch)
                result = run_on(path, rulebooks, out, cache=kept)
            expected = expected or found(result, out)
            assert found(result, out) == expected, way.__name__
        assert result.decided_now == 0


@pytest.mark.slow
@needs_duckdb
@given(rule=rules(), seed=st.integers(0, 10**9))
@tried(EXAMPLES, soaked=SOAKED)
def test_another_backend_comes_to_the_same_files(rule: Rule, seed: int) -> None:
    from offers.runs.duckdb import duckdb_backend  # noqa: PLC0415 - an extra

    with tempfile.TemporaryDirectory() as name:
        folder, rulebooks = Path(name), [rulebook_of(rule, "one")]
        path = folder / "register.parquet"
        register(Random(seed), ROWS, typed=True).write_parquet(path)  # noqa: S311
        expected = found(run_on(path, rulebooks, folder / "polars", backend=PolarsBackend()), folder / "polars")
        with duckdb_backend(str(path), folder) as backend:
            result = run_on(path, rulebooks, folder / "duckdb", backend=backend, cache=folder / "cache")
        assert found(result, folder / "duckdb") == expected

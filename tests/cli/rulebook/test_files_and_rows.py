"""The same evidence in offer files and in a table is decided alike, whatever the rulebook, and what may not apply."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests.chance import tried
from tests.command import here
from tests.engine.random_rulebooks import VOCABULARY, YEAR, YEARS, Rule, rules
from tests.support import make_rulebook

SEVERAL = 20
"""So many rulebooks decide one register: what a run costs whatever it decides is paid once."""

REGISTERS = 25
"""So many are decided by one process."""

ANSWERS = ("", "yes", "no", "unknown")
CELLS: dict[str, Sequence[str]] = {
    "height": ("", "0", "0.5", "3", "9.99", "<=3", ">=0.5", "0.5..3", "unknown"),
    "balance": ("", "-1", "0", "1.5", "<0", "unknown"),
    "rooms": ("", "0", "1", "6", "<=3", ">2", "unknown"),
    **{f"used_{year}": ("0", "0.5", "1", "1/3", "<=0.5", ">0.4", "unknown", "") for year in YEARS},
    "surface": ("1", "0.5", "2", ""),
    "good": ANSWERS,
    "fair": ANSWERS,
    "colour": ("red", "green", "blue", "unknown", ""),
    "kind": ("", "plain", "fancy", "unknown"),
    "departure": ANSWERS,
    "other_departure": ANSWERS,
}
_BOUNDS = {"<=": "at_most", ">=": "at_least", "<": "below", ">": "above"}
Row = Mapping[str, str]
ROWS: st.SearchStrategy[list[Row]] = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in CELLS.items()}), min_size=1, max_size=12
)


def written(cell: str) -> dict[str, Any]:
    """The evidence of an offer file that a cell of a table is, with a reason."""
    reason = {"because": "so"}
    if bound := re.match(r"[<>]=?", cell):
        return {_BOUNDS[bound[0]]: cell[bound.end() :], **reason}
    if ".." in cell:
        return {"between": cell.split(".."), **reason}
    if "/" in cell:
        part, of = cell.split("/")
        return {"part": int(part), "of": int(of), **reason}
    return {"answer": cell, **reason}


def evidence(row: Row) -> dict[str, Any]:
    stated: dict[str, Any] = {}
    for name, cell in row.items():
        fact, _, year = name.rpartition("_")
        if cell and year.isdecimal():
            stated.setdefault(fact, {})[int(year)] = written(cell)
        elif cell:
            stated[name] = written(cell)
    return stated


def offers_of(rows: Sequence[Row]) -> str:
    records = [
        {"format": "sekskant/offer/1", "id": f"x{i}", "name": f"X{i}", "evidence": evidence(row)}
        for i, row in enumerate(rows)
    ]
    return "".join(f"---\n{json.dumps(record)}\n" for record in records)


def write_register(path: Path, rows: Sequence[Row]) -> None:
    reasons = {f"{name}_because": "so" for name in CELLS if name in VOCABULARY.facts}
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, ["id", "name", *CELLS, *reasons])
        writer.writeheader()
        for i, row in enumerate(rows):
            writer.writerow(
                {"id": f"x{i}", "name": f"X{i}", **row, **{k: v for k, v in reasons.items() if row[k[:-8]]}}
            )


def write_rulebooks(folder: Path, rules: Sequence[Rule]) -> tuple[str, ...]:
    """The rulebooks in files, with their vocabulary beside them, and the options that name them."""
    (folder / "vocabulary.yaml").write_bytes(VOCABULARY.written_as)
    paths = [folder / f"rulebook-{number}.yaml" for number in range(len(rules))]
    for path, rule in zip(paths, rules, strict=True):
        path.write_bytes(make_rulebook(VOCABULARY, *rule, name=path.stem).written_as)
    return tuple(part for path in paths for part in ("--rulebook", str(path)))


Decided = dict[tuple[str, str], tuple[str, str | None, Mapping[str, str]]]
"""Verdict, basis and the status of each criterion, by rulebook and offer."""


def decided_in_files(folder: Path, rulebooks: Sequence[str]) -> Decided:
    ran = here("assess", str(folder / "offers.yaml"), *rulebooks, "--year", str(YEAR), "--format", "json")
    assert ran.code in (0, 1), ran.err
    return {
        (record["rulebook"]["id"], record["offer"]): (
            record["verdict"],
            record["basis"],
            {criterion["id"]: criterion["status"] for criterion in record["criteria"]},
        )
        for record in json.loads(ran.out)
    }


def decided_in_rows(folder: Path, rulebooks: Sequence[str]) -> Decided:
    out = folder / "out"
    fixed = ("--decimal", ".", "--separator", ",", "--year", str(YEAR), "--out", str(out))
    ran = here("reclassify", str(folder / "register.csv"), *rulebooks, *fixed)
    assert ran.code in (0, 1), ran.err
    return {
        (path.name.partition("@")[0], row["offer"]): (
            row["verdict"],
            row["basis"],
            {name: status for name, status in row.items() if re.fullmatch(r"C\d+", name)},
        )
        for path in (out / "decisions").glob("*.parquet")
        for row in pl.read_parquet(path).to_dicts()
    }


def decided(rules: Sequence[Rule], rows: Sequence[Row]) -> tuple[Decided, Decided]:
    """What the offers of files and the rows of a table are decided to be."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        rulebooks = write_rulebooks(folder, rules)
        (folder / "offers.yaml").write_text(offers_of(rows), encoding="utf-8")
        write_register(folder / "register.csv", rows)
        return decided_in_files(folder, rulebooks), decided_in_rows(folder, rulebooks)


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[ProcessPoolExecutor]:
    """A process for some registers, then another: what durable-rules makes of a rulebook stays in it for good."""
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=REGISTERS) as executor:
        yield executor


@pytest.mark.slow
@tried(10, suppress_health_check=[HealthCheck.too_slow], soaked=500)
@given(rules=st.lists(rules(), min_size=SEVERAL, max_size=SEVERAL), rows=ROWS)
def test_files_and_rows_are_decided_alike(elsewhere: ProcessPoolExecutor, rules: list[Rule], rows: list[Row]) -> None:
    """What is rejected as a file is rejected as a row."""
    in_files, in_rows = elsewhere.submit(decided, rules, rows).result()
    assert in_rows == in_files

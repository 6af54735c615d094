"""Seeded registers against what the version before wrote of them: the same rows, the same bytes.

The digests stand in `same_files.json`. A change to a rulebook or to what is said of a row changes them, a change to how
rows are decided must not. With SEKSKANT_WRITE_EXPECTED=1 in the environment they are written anew.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from benchmarks.offers_table import write_csv, write_parquet
from tests.expected import agrees
from tests.offers.columns.test_columns import CELLS, TYPED
from tests.offers.random_offers import random_document
from tests.offers.runs.backends import BACKENDS, decisions_of, reclassified

DIGESTS = Path(__file__).with_name("same_files.json")


def cells(pools: Mapping[str, list[Any]], offers: int, seed: int) -> pl.DataFrame:
    """Offers with cells drawn from pools, some without an id, some with that of another, some with a mistake."""
    chance = random.Random(seed)  # noqa: S311 - the same offers whenever they are made
    ids: list[str | None] = [f"o{i}" for i in range(offers)]
    for at in chance.sample(range(offers), 9):
        ids[at] = chance.choice([None, "", f"o{chance.randrange(offers)}", f" O{chance.randrange(offers)}", "=1+1"])
    drawn = {name: chance.choices(pool, k=offers) for name, pool in pools.items()}
    for at in chance.sample(range(offers), 5):
        drawn["operator_kind"][at] = chance.choice(["mange", "Kommunen", "private;"])
    return pl.DataFrame({"id": ids, "name": "Ørnereden, nr. 1", **drawn})


def texts_csv(path: Path) -> None:
    """Texts with bounds, ranges and points, in more than one chunk, more than the reference checks."""
    cells(CELLS, 25_000, 1).write_csv(path)


def few_texts_csv(path: Path) -> None:
    """A register of the real size."""
    cells(CELLS, 150, 2).write_csv(path, separator=";")


def commas_csv(path: Path) -> None:
    """Numbers with a comma, more than the reference checks."""
    write_csv(path, 12_000)


def types_parquet(path: Path) -> None:
    """Cells with types, many rows."""
    write_parquet(path, 45_000)


def odd_types_parquet(path: Path) -> None:
    """Numbers that lie beside a threshold by less than they can tell."""
    cells(TYPED, 3_000, 3).write_parquet(path)


def texts_xlsx(path: Path) -> None:
    """A workbook."""
    cells(CELLS, 300, 4).write_excel(path)


def offer_files(path: Path) -> None:
    """A folder of offer files."""
    chance = random.Random(5)  # noqa: S311 - the same offers whenever they are made
    path.mkdir()
    for number in range(300):
        document = json.dumps(random_document(chance, number))
        (path / f"{number:03}.json").write_text(document, encoding="utf-8")


REGISTERS: Mapping[str, Callable[[Path], None]] = {
    "texts.csv": texts_csv,
    "few-texts.csv": few_texts_csv,
    "commas.csv": commas_csv,
    "types.parquet": types_parquet,
    "odd-types.parquet": odd_types_parquet,
    "texts.xlsx": texts_xlsx,
    "offers": offer_files,
}


def digests_of(run: Path) -> dict[str, str]:
    """What a run wrote about each row, by file; of Parquet the schema and the rows, whoever put them into bytes."""
    found = {
        name: digest_of(f"{frame.schema}\n{frame.write_ndjson()}".encode()) for name, frame in decisions_of(run).items()
    }
    for name in ("rejected.csv", "fragile.csv", "changes.csv"):
        if (run / name).exists():
            found[name] = digest_of((run / name).read_bytes())
    said = json.loads((run / "run.json").read_text(encoding="utf-8"))
    counted = {name: said.get(name) for name in ("changes", "checked_by_reference", "notes", "rows", "rulebooks")}
    found["run.json"] = digest_of(json.dumps(counted, sort_keys=True).encode())
    return found


def digest_of(data: bytes) -> str:
    """A digest, short enough for a list."""
    return hashlib.sha256(data).hexdigest()[:24]


def agree(name: str, run: Path) -> None:
    """Compare the digests of one run with those that are expected of it."""
    known = json.loads(DIGESTS.read_text(encoding="utf-8")) if DIGESTS.exists() else {}
    agrees(DIGESTS, json.dumps({**known, name: digests_of(run)}, indent=2, sort_keys=True) + "\n")


@pytest.mark.slow
@pytest.mark.parametrize("name", REGISTERS)
def test_a_register_comes_to_the_same_files(name: str, tmp_path: Path) -> None:
    register = tmp_path / name
    REGISTERS[name](register)
    reclassified(register, tmp_path / "run", code=0 if name in ("commas.csv", "types.parquet") else 1)
    agree(name, tmp_path / "run")


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_comes_to_the_same_files(backend: tuple[str, ...], tmp_path: Path) -> None:
    odd_types_parquet(tmp_path / "odd-types.parquet")
    reclassified(tmp_path / "odd-types.parquet", tmp_path / "run", *backend, code=1)
    agree("odd-types.parquet", tmp_path / "run")


@pytest.mark.slow
def test_what_changed_since_a_run_before_comes_to_the_same_files(tmp_path: Path) -> None:
    frame = cells(CELLS, 5_000, 6)
    before = frame.with_columns(
        pl.when(pl.int_range(pl.len()) % 10 == 0).then("severe_complexities").otherwise("diagnoses").alias("diagnoses")
    )
    before[:4_500].write_csv(tmp_path / "before.csv")
    frame[300:].write_csv(tmp_path / "now.csv")
    reclassified(tmp_path / "before.csv", tmp_path / "before", code=1)
    reclassified(tmp_path / "now.csv", tmp_path / "run", "--previous", str(tmp_path / "before"), code=1)
    agree("changes", tmp_path / "run")

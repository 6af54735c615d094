"""A rulebook with more thresholds than one column of bits has room for, on every backend."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.offers.runs.backends import BACKENDS, POLARS, assert_same, reclassified
from tests.support import make_rulebook, make_vocabulary, told_apart

THRESHOLDS = [2**i for i in range(27)]
NAMES = [f"f{i}" for i in range(5)]
VOCABULARY = make_vocabulary(told_apart({name: {"type": "number"} for name in NAMES}))
RULEBOOK = make_rulebook(
    VOCABULARY,
    {name.upper(): {"met_when": {"any": [{"fact": name, "at_least": t} for t in THRESHOLDS]}} for name in NAMES},
    {"at_least": 3, "of": [name.upper() for name in NAMES]},
)
FAR = dict.fromkeys(NAMES, "1.5")
ROWS = [
    *({**FAR, name: f"{threshold}"} for name in NAMES for threshold in THRESHOLDS),
    FAR,
    dict.fromkeys(NAMES, f"{THRESHOLDS[-1]}"),
    {**FAR, NAMES[2]: "1e0", NAMES[4]: "> 1 < 2"},
]
"""Before the last nothing, then everything is near; the last has cells that only the reader of rows understands."""
NEAR = [*(name for name in NAMES for _ in THRESHOLDS), " ".join(NAMES), f"{NAMES[2]} {NAMES[4]}"]


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_every_threshold_is_in_fragile_csv(tmp_path: Path, backend: tuple[str, ...]) -> None:
    (tmp_path / "vocabulary.yaml").write_bytes(VOCABULARY.written_as)
    (tmp_path / "rulebook.yaml").write_bytes(RULEBOOK.written_as)
    register, by = tmp_path / "register.parquet", ("--rulebook", str(tmp_path / "rulebook.yaml"))
    pl.DataFrame([{"id": f"o{i}", **row} for i, row in enumerate(ROWS)]).write_parquet(register)
    reclassified(register, tmp_path / "run", *by, *backend)
    fragile = pl.read_csv(tmp_path / "run" / "fragile.csv")
    assert fragile["near_threshold"].drop_nulls().to_list() == NEAR
    reclassified(register, tmp_path / "polars", *by, *POLARS)
    assert_same(tmp_path / "polars", tmp_path / "run")

"""What a run decided is had by the next one: the same files, and said how many of them."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from engine.journal.journal import Journal
from tests.command import DATA, ROOT, here
from tests.offers.columns.test_columns import CELLS, TYPED
from tests.offers.runs.backends import BACKENDS, assert_same, reclassified
from tests.offers.runs.test_same_files import cells

ROWS = 40


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "register.csv"
    cells(CELLS, ROWS, 7).write_csv(path)
    return path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEKSKANT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def said(err: str) -> str:
    """The line about combinations of statuses."""
    (line,) = [line for line in err.splitlines() if "of statuses" in line]
    return line


def test_a_second_run_has_what_the_first_decided(register: Path, cache: Path, tmp_path: Path) -> None:
    first = said(reclassified(register, tmp_path / "first", code=1).err)
    second = said(reclassified(register, tmp_path / "second", code=1).err)
    number = first.split()[0]
    assert first == f"{number} combinations of statuses: {number} decided now, 0 decided in runs before"
    assert second == f"{number} combinations of statuses: 0 decided now, {number} decided in runs before"
    assert_same(tmp_path / "first", tmp_path / "second")
    assert len(list(cache.glob("*.decided"))) == 2


@pytest.mark.slow
def test_without_the_cache_nothing_is_read_or_kept(register: Path, cache: Path, tmp_path: Path) -> None:
    one = said(reclassified(register, tmp_path / "one", "--no-cache", code=1).err)
    assert not cache.exists()
    reclassified(register, tmp_path / "kept", code=1)
    assert said(reclassified(register, tmp_path / "two", "--no-cache", code=1).err) == one
    assert_same(tmp_path / "one", tmp_path / "two")
    assert_same(tmp_path / "one", tmp_path / "kept")


def test_it_is_said_in_danish(register: Path, cache: Path, tmp_path: Path) -> None:
    ran = here("reclassify", str(register), "--year", "2018", "--out", str(tmp_path / "run"), "--lang", "da")
    assert re.search(r"\d+ kombinationer af statusser: \d+ vurderet nu, 0 vurderet i tidligere kørsler", ran.err)


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_writes_the_same_with_what_was_had(backend: tuple[str, ...], cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "register.parquet"
    cells(TYPED, ROWS, 8).write_parquet(path)
    for run in ("first", "second"):
        ran = reclassified(path, tmp_path / run, *backend, code=1, environment={"SEKSKANT_CACHE": str(cache)})
    assert " 0 decided now" in said(ran.err)
    assert_same(tmp_path / "first", tmp_path / "second")


@pytest.mark.slow
@pytest.mark.parametrize("at", [0, 10, 30, 90, 500, -500, -40, -2])
def test_any_byte_of_the_cache_may_be_another(register: Path, cache: Path, tmp_path: Path, at: int) -> None:
    reclassified(register, tmp_path / "first", code=1)
    for path in cache.glob("*.decided"):
        content = bytearray(path.read_bytes())
        content[at] ^= 1
        path.write_bytes(content)
    ran = reclassified(register, tmp_path / "second", code=1)
    assert ", 0 decided in runs before" in said(ran.err)
    assert_same(tmp_path / "first", tmp_path / "second")


def test_a_preview_has_it_too(cache: Path) -> None:
    rule = ROOT / "rules" / "hovedstaden" / "udviklingsstrategi-2018.yaml"
    arguments = ("preview", str(DATA), "--rulebook", str(rule), "--against", "hovedstaden.udviklingsstrategi")
    first, second = (said(here(*arguments, "--year", "2018", "--lang", "en").err) for _ in range(2))
    assert " 0 decided now" not in first
    assert " 0 decided now" in second


def test_an_entry_of_a_journal_says_it(register: Path, cache: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal.db"
    for run in ("first", "second"):
        reclassified(register, tmp_path / run, "--journal", str(journal), code=1)
    with Journal(str(journal)) as opened:
        told = [json.loads(entry.execution or "") for entry in opened.entries()]
    now = [execution["decided_now"] for execution in told]
    assert now[0] > 0
    assert (now[1], told[1]["decided_before"]) == (0, now[0])


def test_nobody_home_is_no_mistake(register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEKSKANT_CACHE")
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, os.devnull)
    assert " 0 decided in runs before" in said(reclassified(register, tmp_path / "run", code=1).err)

"""Rows are checked in processes of their own, and here where a process says nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import polars as pl
import psutil
import pytest

from engine.diagnostics import IntegrityFault
from offers.columns import checking_processes, evaluator
from offers.columns.batch import Batch
from offers.columns.checking_processes import CheckedBy, CheckingProcesses
from offers.columns.reference_check import ReferenceCheck
from offers.tables.rows import Rows
from offers.tables.table import ROW, Table
from tests.command import ROOT
from tests.offers.columns.test_columns import CELLS, RULEBOOKS, VOCABULARY, YEAR, decided, table_of
from tests.offers.runs.backends import assert_same, reclassified
from tests.offers.runs.test_same_files import cells

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def table() -> Table:
    return table_of({name: pool for name, pool in CELLS.items() if name in ("diagnoses", "severe_complexities")}, 50)


@pytest.fixture
def rows(table: Table) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that columns can tell, and their vectors."""
    batch, _, _ = decided(table)
    vectors, _ = batch._evaluator.evaluate(table.frame.collect())
    return table.frame.collect().join(vectors.select(ROW), on=ROW, how="semi", maintain_order="left"), vectors


@pytest.fixture
def one(table: Table) -> Iterator[CheckingProcesses]:
    with CheckingProcesses(1, by(table)) as processes:
        yield processes


def by(table: Table) -> CheckedBy:
    return CheckedBy(RULEBOOKS, Rows(table, VOCABULARY), YEAR, None)


def wrong(vectors: pl.DataFrame) -> pl.DataFrame:
    return vectors.with_columns(pl.col("0 vector 0") + 1)


def test_a_process_says_whether_rows_are_as_the_reference_has_them(
    one: CheckingProcesses, rows: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    chunk, vectors = rows
    assert one.are_as_the_reference_has_them(chunk, vectors)
    assert not one.are_as_the_reference_has_them(chunk, wrong(vectors))
    assert one.are_as_the_reference_has_them(chunk, vectors)


def test_what_interrupts_the_command_leaves_the_process_to_it(
    one: CheckingProcesses, rows: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    assert one.are_as_the_reference_has_them(*rows)
    one._all[0].send_signal(signal.SIGINT)
    assert one.are_as_the_reference_has_them(*rows)


def test_a_process_that_has_died_says_nothing(one: CheckingProcesses, rows: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    one._all[0].kill()
    one._all[0].wait()
    assert not one.are_as_the_reference_has_them(*rows)
    assert not one.are_as_the_reference_has_them(*rows)


def test_what_cannot_be_started_or_sent_is_no_process(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    with CheckingProcesses(
        1, by(table)._replace(reader=Rows(table, VOCABULARY, number_of=lambda number: Fraction(0)))
    ) as none:
        assert none.number == 0
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with CheckingProcesses(1, by(table)) as none:
        assert none.number == 0


STARTING = """
import sys
from pathlib import Path
from engine.rulebooks.library import Library
from offers.columns.checking_processes import CheckedBy, CheckingProcesses
from offers.tables.opening import open_table
from offers.tables.rows import Rows
rulebooks = Library().in_force(2018)
table = open_table(Path(sys.argv[1]), rulebooks[0].vocabulary, Path())
processes = CheckingProcesses(2, CheckedBy(rulebooks, Rows(table, rulebooks[0].vocabulary), 2018, None))
print(*(process.pid for process in processes._all), flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(os.name != "posix", reason="there are signals on POSIX")
@pytest.mark.parametrize("way", ["SIGKILL", "SIGTERM"])
def test_processes_end_with_the_one_that_started_them(way: str, tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text("id,diagnoses\na,2\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", STARTING, register], cwd=ROOT, env=environment, **pipes) as parent:  # type: ignore[call-overload]
        started = [psutil.Process(int(word)) for word in parent.stdout.readline().split()]
        parent.send_signal(signal.Signals[way])
        parent.wait()
    assert len(started) == 2
    _, left = psutil.wait_procs(started, timeout=60)
    assert left == []


@pytest.fixture
def checked_by_two(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Two processes for every register; what they said."""
    said: list[bool] = []
    ask = CheckingProcesses.are_as_the_reference_has_them

    def heard(processes: CheckingProcesses, chunk: pl.DataFrame, vectors: pl.DataFrame) -> bool:
        said.append(ask(processes, chunk, vectors))
        return said[-1]

    monkeypatch.setattr(evaluator, "LARGE", 0)
    monkeypatch.setattr(checking_processes, "number_of_processes", lambda: 2)
    monkeypatch.setattr(CheckingProcesses, "are_as_the_reference_has_them", heard)
    return said


def test_a_run_that_processes_check_is_the_same(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    register = tmp_path / "register.csv"
    cells(CELLS, 12_000, 9).write_csv(register)
    reclassified(register, tmp_path / "here", code=1)
    said = request.getfixturevalue("checked_by_two")
    reclassified(register, tmp_path / "there", code=1)
    assert_same(tmp_path / "here", tmp_path / "there")
    assert len(said) > 1
    assert all(said)


def test_a_run_whose_processes_die_is_checked_here(
    table: Table, checked_by_two: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = checking_processes._started

    def dying(by: bytes | None) -> subprocess.Popen[bytes] | None:
        process = start(by)
        assert process is not None
        process.kill()
        process.wait()
        return process

    here, check = list[int](), ReferenceCheck.check

    def checked_here(self: ReferenceCheck, chunk: pl.DataFrame, vectors: pl.DataFrame) -> None:
        here.append(chunk.height)
        check(self, chunk, vectors)

    monkeypatch.setattr(checking_processes, "_started", dying)
    monkeypatch.setattr(ReferenceCheck, "check", checked_here)
    batch, _, _ = decided(table)
    assert here
    assert not any(checked_by_two)
    assert batch.checked == batch.rows - len(batch.rejected)


def test_where_columns_say_something_else_no_process_lets_it_pass(
    table: Table, checked_by_two: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate = evaluator.Evaluator.evaluate

    def other(self: evaluator.Evaluator, chunk: pl.DataFrame) -> tuple[pl.DataFrame, list[evaluator.RejectedRow]]:
        vectors, rejected = evaluate(self, chunk)
        return wrong(vectors), rejected

    monkeypatch.setattr(evaluator.Evaluator, "evaluate", other)
    monkeypatch.setattr(Batch, "_with_decisions", lambda self, chunk, vectors: chunk)
    with pytest.raises(IntegrityFault, match="columns and the reference disagree"):
        decided(table)
    assert checked_by_two == [False]

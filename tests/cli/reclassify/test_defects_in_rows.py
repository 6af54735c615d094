"""A mistake of ours that one row meets: it is told, and all other rows are decided, checked and written."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cli.reclassify import listed_changes
from engine.diagnostics import IntegrityFault
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Vocabulary
from offers.columns import defective_rows
from offers.columns.decision_table import DecisionTable
from offers.comparison.changed_offers import ChangedOffers
from offers.comparison.comparison import OfRulebook
from offers.comparison.verdicts import Verdicts
from offers.tables import limits
from offers.tables.rows import Rows
from offers.tables.services import services_of_document
from tests.command import DATA, ROOT, here
from tests.offers.runs.backends import (
    DUCKDB,
    POLARS,
    SPARK,
    assert_same,
    decisions_of,
    needs_duckdb,
    needs_java,
    needs_pyspark,
    reclassified,
)

ROWS = ["a;municipality;2", "b;municipality;about 7", "c;private;x", "d;region;0", "e;municipality;2"]
BACKENDS = [
    pytest.param(POLARS, id="polars"),
    pytest.param(DUCKDB, id="duckdb", marks=[needs_duckdb, pytest.mark.slow]),
]
STRATEGY = Library().in_force(2018)[0]
DEFECT = "this is a defect of sekskant"


def register_of(folder: Path, rows: list[str] = ROWS) -> Path:
    path = folder / "register.csv"
    path.write_text("\n".join(["id;operator_kind;diagnoses", *rows, ""]))
    return path


def fail_where(
    patched: pytest.MonkeyPatch,
    owner: type,
    name: str,
    holds: Callable[..., bool],
    raised: type[Exception] = ZeroDivisionError,
) -> None:
    """Have a method of ours fail on some of what it is given."""
    before = getattr(owner, name)

    def broken(self: Any, *given: Any, **named: Any) -> Any:
        if holds(*given, **named):
            raise raised("words of Python")
        return before(self, *given, **named)

    patched.setattr(owner, name, broken)


WHERE: dict[str, tuple[tuple[type, str, Callable[..., bool]], str]] = {
    "read one by one": ((Rows, "offer", lambda row, values: row == 1), "b"),
    "read one by one, and faulty": ((Rows, "offer", lambda row, values: row == 2), "c"),
    "checked": ((Rows, "stated", lambda values: values.get("diagnoses") == "0"), "d"),
    "decided": ((DecisionTable, "_in_words", lambda made: made.decided.verdict.value == "met"), "d"),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("where", WHERE)
def test_a_defect_in_one_row_costs_no_other(
    where: str, backend: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    patch, offer = WHERE[where]
    register, journal = register_of(tmp_path), tmp_path / "j.db"
    reclassified(register, tmp_path / "good", *backend, code=1)
    with monkeypatch.context() as patched:
        fail_where(patched, *patch)
        ran = reclassified(register, tmp_path / "out", *backend, "--journal", str(journal), code=70)
    row = next(number for number, text in enumerate(ROWS, start=2) if text.startswith(offer))
    (told,) = [line for line in ran.err.splitlines() if DEFECT in line]
    assert told.startswith(f"{register}:{row}:1: defect: {DEFECT} ")
    assert "Traceback" not in ran.err
    with (tmp_path / "out" / "rejected.csv").open(newline="") as stream:
        rejected = {line["offer"]: line["code"] for line in csv.DictReader(stream)}
    assert rejected.pop(offer) == "defect"
    assert rejected.keys() <= {"b", "c"}
    good = decisions_of(tmp_path / "good")
    for name, decided in decisions_of(tmp_path / "out").items():
        assert decided.rows() == [row for row in good[name].rows() if row[0] != offer]
    assert here("audit", "verify", "--journal", str(journal)).code == 0


COMPARED: dict[str, tuple[str, Callable[..., bool]]] = {
    "what turned it": ("of", lambda changed, pairs: "a" in changed["id"].to_list()),
    "in what it shows": ("named", lambda cells, listed, pairs: "a" in listed["offer"].to_list()),
}
BEFORE = [row.replace("municipality;2", "region;2") for row in ROWS]


@pytest.mark.parametrize("held", [1, 100_000])
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("where", COMPARED)
@pytest.mark.slow
def test_a_defect_in_the_comparison_of_one_row_costs_no_other(
    where: str, backend: tuple[str, ...], held: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    previous = ("--previous", str(tmp_path / "before"), *backend)
    reclassified(register_of(tmp_path, BEFORE), tmp_path / "before", code=1)
    register = register_of(tmp_path)
    reclassified(register, tmp_path / "good", *previous, code=1)
    monkeypatch.setattr("offers.comparison.comparison._HELD", held)
    fail_where(monkeypatch, ChangedOffers, *COMPARED[where])
    ran = reclassified(register, tmp_path / "out", *previous, code=70)
    assert [line.startswith(f"{register}:2:1: defect: ") for line in ran.err.splitlines() if DEFECT in line] == [True]
    good, changes = (pl.read_csv(tmp_path / run / "changes.csv") for run in ("good", "out"))
    assert good.filter(offer="a").height > 0
    assert good.filter(offer="e").height > 0
    assert changes.filter(pl.col("offer") != "a").rows() == good.filter(pl.col("offer") != "a").rows()
    assert set(changes.filter(offer="a")["change"]) == {"rejected"}
    for name, decided in decisions_of(tmp_path / "out").items():
        assert decided.rows() == [row for row in decisions_of(tmp_path / "good")[name].rows() if row[0] != "a"]


WITH_GONE = [*BEFORE, "gone;private;17"]


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_an_offer_that_is_gone_and_cannot_be_listed_costs_no_row(
    backend: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    previous = ("--previous", str(tmp_path / "before"), *backend)
    reclassified(register_of(tmp_path, WITH_GONE), tmp_path / "before", code=1)
    register = register_of(tmp_path)
    reclassified(register, tmp_path / "good", *previous, code=1)
    fail_where(monkeypatch, OfRulebook, "listed_as_gone", lambda rows, change: rows.to_list()[-1:] == [3])
    ran = reclassified(register, tmp_path / "out", *previous, code=70)
    told = [line for line in ran.err.splitlines() if DEFECT in line]
    assert len(told) == 2  # one by each rulebook
    assert all(line.startswith(f"{tmp_path / 'before'}, offer `gone`: defect: {DEFECT} ") for line in told)
    good, changes = (pl.read_csv(tmp_path / run / "changes.csv") for run in ("good", "out"))
    assert good.filter(offer="gone").height == 2
    assert changes.rows() == good.filter(pl.col("offer") != "gone").rows()
    for name, decided in decisions_of(tmp_path / "out").items():
        assert decided.rows() == decisions_of(tmp_path / "good")[name].rows()


@pytest.mark.slow
def test_what_an_offer_that_is_gone_would_come_to_is_not_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[tuple[int, ...]] = []

    def noted(vector: tuple[int, ...]) -> bool:
        asked.append(vector)
        return False

    runs = [(BEFORE, "alone"), (WITH_GONE, "with gone")]
    for rows, name in runs:
        reclassified(register_of(tmp_path, rows), tmp_path / name, code=1)
    register = register_of(tmp_path)
    good = reclassified(register, tmp_path / "good", "--previous", str(tmp_path / "with gone"), code=1)
    with monkeypatch.context() as patched:
        fail_where(patched, Verdicts, "_verdict", noted)
        reclassified(register, tmp_path / "out", "--previous", str(tmp_path / "alone"), code=1)
    assert asked
    fail_where(monkeypatch, Verdicts, "_verdict", lambda vector: vector not in asked)
    ran = reclassified(register, tmp_path / "again", "--previous", str(tmp_path / "with gone"), code=1)
    assert ran == good
    assert_same(tmp_path / "good", tmp_path / "again", "changes.csv")


@pytest.mark.slow
def test_an_offer_that_is_gone_and_whose_services_cannot_be_said_costs_no_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    register = tmp_path / "register"
    register.mkdir()
    for name in ("gnisten", "jonstrupvang"):
        shutil.copy(DATA / f"{name}.yaml", register)
    reclassified(register, tmp_path / "before")
    (register / "gnisten.yaml").unlink()
    previous = ("--previous", str(tmp_path / "before"))
    reclassified(register, tmp_path / "good", *previous)

    def broken(document: str, vocabulary: Vocabulary) -> str | None:
        return str(1 // 0) if "gnisten" in document else services_of_document(document, vocabulary)

    monkeypatch.setattr(listed_changes, "services_of_document", broken)
    ran = reclassified(register, tmp_path / "out", *previous, code=70)
    told = [line.split(" (")[0] for line in ran.err.splitlines() if DEFECT in line]
    assert told == [f"{tmp_path / 'before'}, offer `gnisten`: defect: {DEFECT} {version('sekskant')}"]
    good, changes = (pl.read_csv(tmp_path / run / "changes.csv") for run in ("good", "out"))
    assert good.filter(offer="gnisten", change="closed")["services"].null_count() == 0
    assert changes.filter(offer="gnisten", change="closed")["services"].null_count() == 2
    assert changes.drop("services").rows() == good.drop("services").rows()
    assert_same(tmp_path / "good", tmp_path / "out")


def test_a_defect_that_no_row_meets_by_itself_ends_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fail_where(monkeypatch, DecisionTable, "decide", lambda vectors, *_: vectors.height > 1)
    ran = reclassified(register_of(tmp_path), tmp_path / "out", code=70)
    assert DEFECT in ran.err.splitlines()[-1]
    assert not (tmp_path / "out").exists()


ON_SPARK = """
import sys
from cli.main import main
from offers.columns.decision_table import DecisionTable
from offers.comparison.changed_offers import ChangedOffers

def failing(owner, name, holds):
    before = getattr(owner, name)
    def broken(self, *given):
        if holds(self, *given):
            raise ZeroDivisionError
        return before(self, *given)
    setattr(owner, name, broken)

failing(ChangedOffers, "of", lambda self, changed, pairs: "a" in changed["id"].to_list())
failing(DecisionTable, "_in_words", lambda self, made: made.decided.verdict.value == "met")
main()
"""


@pytest.mark.slow
@needs_pyspark
@needs_java
def test_a_defect_in_one_row_costs_no_other_on_spark(tmp_path: Path) -> None:
    for name, rows in (("before", BEFORE), ("now", ROWS)):
        register = pl.read_csv(register_of(tmp_path, rows), separator=";", infer_schema=False)
        register.write_parquet(tmp_path / f"{name}.parquet")
    reclassified(tmp_path / "before.parquet", tmp_path / "before", code=1)
    options = ("--year", "2018", "--previous", str(tmp_path / "before"), *SPARK, "--lang", "en")
    command = ("reclassify", str(tmp_path / "now.parquet"), "--out", str(tmp_path / "out"), *options)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    given = [sys.executable, "-c", ON_SPARK, *command]
    ran = subprocess.run(given, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 70, ran.stderr
    told = [line.split(": defect: ")[0] for line in ran.stderr.splitlines() if DEFECT in line]
    assert told == [f"{tmp_path / 'now.parquet'}:{row}:1" for row in (1, 4)], ran.stderr
    for decided in decisions_of(tmp_path / "out").values():
        assert decided["offer"].to_list() == ["e"]


@pytest.mark.parametrize("where", WHERE)
def test_memory_that_runs_out_is_the_fault_of_no_row(
    where: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fail_where(monkeypatch, *WHERE[where][0], raised=MemoryError)
    reclassified(register_of(tmp_path), tmp_path / "out", code=70)
    assert [path.name for path in tmp_path.iterdir()] == ["register.csv"]


def test_where_a_defect_happened_is_shown_where_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fail_where(monkeypatch, *WHERE["read one by one"][0])
    options = ("reclassify", str(register_of(tmp_path)), "--year", "2018", "--out", str(tmp_path / "out"))
    ran = here(*options, environment={"SEKSKANT_DEBUG": "1"})
    assert ran.code == 70
    assert ran.err.count("ZeroDivisionError: words of Python") == 1


def test_a_defect_is_told_before_what_is_wrong_with_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rows = [*[f"r{number};private;x" for number in range(30)], "last;private;about 7", "good;private;2"]
    fail_where(monkeypatch, Rows, "offer", lambda row, values: row == 30)
    ran = reclassified(register_of(tmp_path, rows), tmp_path / "out", code=70)
    assert DEFECT in ran.err
    assert "and 11 more rows" in ran.err


@pytest.mark.parametrize("where", [(Rows, "stated"), (DecisionTable, "_in_words"), (Rows, "offer")])
def test_a_defect_in_every_row_ends_the_run(
    where: tuple[type, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fail_where(monkeypatch, *where, lambda *_, **__: True)
    rows = ["a;municipality;about 2", "b;private;about 3"] if where[1] == "offer" else ROWS[:1]
    ran = reclassified(register_of(tmp_path, rows), tmp_path / "out", code=70)
    assert [DEFECT in line for line in ran.err.splitlines()] == [False, True]  # beside how it was read
    assert [path.name for path in tmp_path.iterdir()] == ["register.csv"]


def test_a_defect_in_very_many_rows_ends_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(defective_rows, "MOST_DEFECTIVE", 2)
    fail_where(monkeypatch, Rows, "stated", lambda values: True)
    ran = reclassified(register_of(tmp_path), tmp_path / "out", code=70)
    assert DEFECT in ran.err.splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_what_was_foreseen_still_ends_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def disagree(*_: object) -> None:
        raise IntegrityFault("they disagree")

    monkeypatch.setattr("offers.columns.reference_check.ReferenceCheck.check", disagree)
    assert "they disagree" in reclassified(register_of(tmp_path), tmp_path / "out", code=4).err


def test_a_preview_goes_on_where_a_row_meets_a_defect(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fail_where(monkeypatch, *WHERE["read one by one"][0])
    (tmp_path / "vocabulary.yaml").write_bytes(STRATEGY.vocabulary.written_as)
    draft = STRATEGY.written_as.replace(b"fact: operator_kind, is: region", b"fact: operator_kind, is: private")
    (tmp_path / "draft.yaml").write_bytes(draft)
    rulebooks = ("--rulebook", str(tmp_path / "draft.yaml"), "--against", f"{STRATEGY.id}@2018")
    ran = here("preview", str(register_of(tmp_path)), *rulebooks, "--year", "2018")
    assert ran.code == 70, ran.err
    assert ran.err.count(DEFECT) == 1


# --- how many rows may be rejected ---


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "row",
    ["c{};private;x", "same;private;2", 'c{};private;"2" "', "c{};private;2;too many"],
    ids=["faulty", "repeated", "unreadable", "too many cells"],
)
def test_more_rejected_rows_than_may_be_end_the_run(
    row: str, backend: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(limits, "MAX_REJECTED", 3)
    register = register_of(tmp_path, ["a;municipality;2", *[row.format(number) for number in range(3)]])
    assert len(reclassified(register, tmp_path / "out", *backend, code=1).err.splitlines()) >= 3
    register = register_of(tmp_path, ["a;municipality;2", *[row.format(number) for number in range(4)]])
    ran = reclassified(register, tmp_path / "more", *backend, code=1)
    assert (
        f"{register}: too-large: more than 3 rows would be rejected or hold no offer\n"
        "  hint: is it the right table, with the right columns? try its first rows by themselves\n"
    ) in ran.err
    assert not (tmp_path / "more").exists()


def test_what_is_wrong_with_the_first_rows_is_told_beside_the_limit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(limits, "MAX_REJECTED", 8)
    register = register_of(tmp_path, [f"c{number};private;x" for number in range(9)])
    ran = reclassified(register, tmp_path / "out", code=1)
    told = [line for line in ran.err.splitlines() if ".csv:" in line][1:]  # after how it was read
    assert told[0].startswith(f"{register}: too-large: ")
    assert [line.removeprefix(f"{register}:")[0] for line in told[1:]] == ["2", "3", "4", "5", "6"]

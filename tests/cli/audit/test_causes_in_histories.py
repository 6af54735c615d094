"""The causes in the history of an offer that runs decided, which keep what their own rulebooks read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.paper.test_causes_in_papers import NO_COORDINATION, OPEN, YEAR
from tests.command import here
from tests.offers.comparison.test_comparison import COLUMNS, COVERED, NOT_COVERED, STRATEGY, rules_in

NOT_KNOWN = "What turned the outcome is not known: the runs did not keep what shows it."


def recorded(folder: Path, name: str, row: str, rules: Path, columns: str = COLUMNS) -> None:
    register = folder / f"{name}.csv"
    register.write_text(f"{columns}\na,{row}\n", encoding="utf-8")
    run = ("reclassify", "--year", str(YEAR), "--no-report", "--rulebook", str(rules), str(register), "--lang", "en")
    ran = here(*run, "--out", str(folder / name), "--journal", str(folder / "j.db"))
    assert ran.code == 0, ran.err


def history(folder: Path, *more: str) -> str:
    ran = here("audit", "history", "a", "--rulebook", STRATEGY, "--journal", str(folder / "j.db"), *more, columns=120)
    assert ran.code == 0, ran.err
    return ran.out


@pytest.mark.slow
def test_what_only_the_rule_before_read_is_no_cause(tmp_path: Path) -> None:
    for name, edits in (("old", {}), ("new", NO_COORDINATION)):
        recorded(tmp_path, f"{name}-run", OPEN, rules_in(tmp_path / name, edits)[0])
    said = history(tmp_path, "--lang", "en")
    assert NOT_KNOWN in said
    assert "Enough" not in said
    changed = json.loads(history(tmp_path, "--format", "json"))[-1]["changed"]
    assert (changed["cause"], changed["causes"], changed["causes_complete"]) == (None, [], False)


@pytest.mark.slow
def test_what_no_register_had_was_not_stated(tmp_path: Path) -> None:
    """A rule that reads another fact, of which the registers have no column, has causes."""
    columns = COLUMNS.replace(",professional_coordination_needed", "")
    row = OPEN.replace("yes,yes,yes", "yes,yes")
    for name, edits in (("old", {}), ("new", NO_COORDINATION)):
        rules = rules_in(tmp_path / name, edits)[0]
        recorded(tmp_path, f"{name}-run", row.replace("unknown", "5"), rules, columns)
    said = history(tmp_path, "--lang", "en")
    assert "Enough by itself" in said
    assert NOT_KNOWN not in said


@pytest.mark.slow
def test_changed_data_of_runs_by_one_rule_is_the_cause(tmp_path: Path) -> None:
    rules = rules_in(tmp_path / "old", {})[0]
    for name, row in (("one", COVERED), ("other", NOT_COVERED)):
        recorded(tmp_path, name, row, rules)
    assert "Enough by itself: Mean share used by other municipalities over three years" in history(tmp_path)

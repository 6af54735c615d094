"""Imports run one way through floors and rooms, and a wrong one is found."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.command import ROOT

FLOORS = ("cli", "offers", "engine", "rules")


class Checked(NamedTuple):
    """What import-linter said: each contract and whether it is kept, and the whole."""

    contracts: dict[str, bool]
    text: str


def copied(folder: Path) -> Path:
    """The folder with a copy of the house in it."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    for floor in FLOORS:
        shutil.copytree(ROOT / floor, folder / floor, ignore=shutil.ignore_patterns("__pycache__", "data"))
    return folder


def checked(folder: Path) -> Checked:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "300"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    contracts = {name: kept == "KEPT" for name, kept in re.findall(r"(?m)^(.+) (KEPT|BROKEN)$", done.stdout)}
    return Checked(contracts, done.stdout + done.stderr)


WRONG = {
    "offers.records.offer": ("cli.common.console", "Imports run one way: cli, offers, engine; rules is data"),
    "engine.values.logic": ("engine.documents.document", "The rooms of engine"),
    "engine.documents.places": ("engine.rulebooks.language", "The rooms of engine"),
    "engine.rulebooks.description": ("engine.evaluation.program", "The rooms of engine"),
    "engine.evaluation.diagram": (
        "engine.evaluation.reference",
        "The decision diagram shares no way of deciding with the evaluators that it checks or stands in for",
    ),
    "engine.evaluation.columnar": ("engine.decisions.trace", "The rooms of engine"),
    "engine.decisions.notes": ("engine.explanation.words_and_numbers", "The rooms of engine"),
    "engine.journal.entry": ("engine.explanation.clauses", "The rooms of engine"),
    "engine.explanation.remarks": ("engine.journal.receipt", "The rooms of engine"),
    "engine.diagnostics": ("engine.values.canonical", "The rooms of engine"),
    "engine.authoring.writing.layout": ("engine.journal.entry", "Authoring a rulebook needs no journal"),
    "engine.authoring.proofs.proof": ("engine.authoring.cases.case", "The rooms of authoring"),
    "offers.tables.cells": ("offers.cases.case_file", "The rooms of offers"),
    "offers.columns.stages": ("offers.runs.run", "The rooms of offers"),
    "offers.comparison.changed_offers": ("offers.recorded.mask", "The rooms of offers"),
    "cli.common.overrides": ("cli.audit.entry_text", "The rooms of cli"),
    "cli.assess.offer": ("cli.register.register", "The rooms of cli"),
    "engine.explanation.words_and_numbers": ("rich.text", "Only cli speaks to a terminal"),
    "offers.runs.run": ("click", "Only cli speaks to a terminal"),
}


@pytest.fixture(scope="module")
def with_wrong_imports(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """The whole checked with each wrong import put in."""
    folder = copied(tmp_path_factory.mktemp("house"))
    for module, (imported, _) in WRONG.items():
        path = folder / f"{module.replace('.', '/')}.py"
        path.write_text(f"{path.read_text(encoding='utf-8')}\nimport {imported}\n", encoding="utf-8")
    return checked(folder)


def test_imports_run_one_way_through_floors_and_rooms() -> None:
    report = checked(ROOT)
    assert set(report.contracts) == {contract for _, contract in WRONG.values()}
    assert all(report.contracts.values()), report.text


@pytest.mark.parametrize("module", WRONG)
def test_a_wrong_import_is_found(module: str, with_wrong_imports: Checked) -> None:
    imported, contract = WRONG[module]
    assert not with_wrong_imports.contracts[contract]
    external = imported.split(".")[0] if contract == "Only cli speaks to a terminal" else imported
    assert re.search(rf"{re.escape(module)} -> {re.escape(external)}\b", with_wrong_imports.text)


def test_a_room_that_stands_in_no_contract_is_found(tmp_path: Path) -> None:
    copied(tmp_path)
    (tmp_path / "offers" / "attic").mkdir()
    (tmp_path / "offers" / "attic" / "__init__.py").write_text("", encoding="utf-8")
    report = checked(tmp_path)
    assert [name for name, kept in report.contracts.items() if not kept] == ["The rooms of offers"]
    assert "offers.attic" in report.text

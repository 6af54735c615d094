"""Files that somebody asks for are written by one writer; all others that are written are aside, or in memory."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import ROOT

NAMES = ("write_text", "write_bytes", "write_csv", "write_parquet", "sink_parquet", "sink_csv", "write_ndjson")
MORE = ("mkstemp", "NamedTemporaryFile", "copy2", "copyfile", "copytree", "touch")
OPENING = ("open", "fdopen", "ZipFile", "TemporaryFile")
OF_A_RUN = "writes into the folder of a run, which has no name yet and is synced whole before it gets one"
SCRATCH = "writes into a scratch folder, which is taken away"
ALLOWED = {
    "engine/documents/file_writer.py": "the writer",
    "cli/audit/export.py": "holds back what is printed until all of it is there",
    "cli/common/workbook_file.py": OF_A_RUN,
    "cli/paper/docx.py": "writes into memory",
    "cli/common/console.py": "writes nowhere",
    "cli/reclassify/changes_files.py": OF_A_RUN,
    "cli/reclassify/fragile_file.py": OF_A_RUN,
    "cli/reclassify/kept_runs.py": OF_A_RUN,
    "cli/reclassify/list_file.py": SCRATCH,
    "cli/reclassify/run_folder.py": OF_A_RUN,
    "cli/reclassify/reclassify.py": "shows progress on standard error",
    "engine/texts/compiling.py": "writes in a source tree what an installation writes",
    "offers/columns/checking_processes.py": "writes into the pipe of a process",
    "offers/runs/duckdb.py": SCRATCH,
    "offers/runs/polars.py": OF_A_RUN,
    "offers/runs/repeated_ids.py": SCRATCH,
    "offers/runs/run_pass.py": OF_A_RUN,
    "offers/runs/spark.py": OF_A_RUN,
    "offers/tables/csv_text.py": SCRATCH,
    "offers/tables/database.py": "makes a digest",
    "offers/tables/duckdb_table.py": SCRATCH,
    "offers/tables/sql_table.py": SCRATCH,
    "offers/tables/standard_error.py": SCRATCH,
    "offers/tables/xlsx_parts.py": "writes into memory",
}
MODULES = sorted(p for floor in ("cli", "engine", "offers", "rules") for p in (ROOT / floor).rglob("*.py"))


def writes(tree: ast.AST) -> Iterator[str]:
    """The calls in a module that write a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in (*NAMES, *MORE) or (name in OPENING and any(map(_is_a_mode, _texts(node)))):
                yield name


def _texts(call: ast.Call) -> Iterator[str]:
    for value in (*call.args, *(keyword.value for keyword in call.keywords)):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


def _is_a_mode(text: str) -> bool:
    return text[:1] in ("w", "a", "x") and len(text) <= 3


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.relative_to(ROOT).as_posix())
def test_only_the_writer_writes_files(module: Path) -> None:
    found = sorted(writes(ast.parse(module.read_text(encoding="utf-8"))))
    assert bool(found) is (module.relative_to(ROOT).as_posix() in ALLOWED), found


@pytest.mark.parametrize(
    "text", ["p.write_text(a)", "open(p, 'w')", "p.open(mode='ab')", "shutil.copyfile(a, b)", "ZipFile(p, 'x')"]
)
def test_a_write_is_found(text: str) -> None:
    assert len(list(writes(ast.parse(text)))) == 1


@pytest.mark.parametrize("text", ["open(p)", "p.open('rb')", "open(p, encoding='utf-8')", "text.replace('w', 'x')"])
def test_reading_is_not(text: str) -> None:
    assert list(writes(ast.parse(text))) == []

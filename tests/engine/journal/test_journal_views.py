"""The views of a journal speak for themselves, and Datasette shows them."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.journal.drafts import run_draft
from engine.journal.journal import Journal
from engine.journal.records import File, RunRecord
from tests.command import here
from tests.journals import edited, record

ABOUT = "number offer name year rulebook version"
VIEWS = {
    "criteria": f"{ABOUT} criterion title status decisive reference because reservation",
    "decisions": "number recorded_at recorded_by offer name year rulebook version verdict outcome basis run "
    "content_digest digest",
    "evidence": f"{ABOUT} criterion fact test threshold status margin state evidence because reservation source as_of "
    "by date",
    "overrides": "number recorded_at offer name year rulebook version verdict outcome of because by",
    "runs": "run began ended recorded_by entries offers inputs files counts",
}
"""Each view, with its columns."""
OF_BATCH = ("inputs", "files", "counts")
BATCH = RunRecord(2018, (), (File("a.csv", "ab", 3),), (File("rejected.csv", "cd", 1),), {"test@1": {"met": 1}})


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("views") / "journal.db"
    record(str(path))
    here(
        "audit", "override", "1", "--verdict", "met", "--because", "Aftalt.", "--by", "Udvalget", "--journal", str(path)
    )
    with Journal(str(path), writes=True) as journal:
        journal.append([run_draft("batch", BATCH, "batch", {})], by="night")
    return path


def rows(path: Path, query: str) -> list[dict[str, Any]]:
    with edited(path) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


def test_each_view_says_what_its_name_promises(journal: Path) -> None:
    decisions = rows(journal, "SELECT * FROM decisions")
    assert [d["number"] for d in decisions] == list(range(1, 9))
    assert decisions[0]["outcome"] == "not_covered"
    criteria = rows(journal, "SELECT * FROM criteria WHERE offer = 'jonstrupvang' AND criterion = 'B4'")
    assert [(c["title"], c["status"]) for c in criteria] == [("Intet alternativ", "met")]
    assert criteria[0]["reservation"].startswith("Enkelte eksempler")
    evidence = rows(journal, "SELECT * FROM evidence WHERE offer = 'jonstrupvang' AND fact = 'cases_per_10000'")
    assert {(e["criterion"], e["threshold"], e["evidence"]) for e in evidence} == {
        ("A1", "10", '{"at_most":"0.5"}'),
        ("B1", "0.5", '{"at_most":"0.5"}'),
    }
    overrides = rows(journal, "SELECT * FROM overrides")
    assert [(o["of"], o["because"], o["by"]) for o in overrides] == [(1, "Aftalt.", "Udvalget")]
    runs = rows(journal, "SELECT * FROM runs ORDER BY began")
    assert [(r["entries"], r["offers"], r["recorded_by"]) for r in runs] == [
        (8, 4, "auditor"),
        (1, 1, "Udvalget"),
        (1, 0, "night"),
    ]
    of_batch = BATCH.record()
    told = [tuple(None if r[name] is None else json.loads(r[name]) for name in OF_BATCH) for r in runs]
    assert told == [(None,) * 3] * 2 + [tuple(of_batch[name] for name in OF_BATCH)]


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_has_these_columns(view: str, journal: Path) -> None:
    assert " ".join(rows(journal, f"SELECT * FROM {view}")[0]) == VIEWS[view]  # noqa: S608 - a name of ours


TABLES = {
    "journal": "id* format* created_at* created_by* checksums* digest*",
    "entries": "number* previous* digest* kind* run* recorded_at* recorded_by* software* offer name year rulebook "
    "version verdict outcome basis content_digest* place superset checksums* execution content* document format "
    "input_remarks",
    "texts": "digest* kind* text*",
}
"""Each table, with its columns; those with a star always hold something."""
NUMBERS, KEYS = {"number", "year"}, {"journal": ["id"], "entries": ["number"], "texts": ["digest"]}
INDEXES = {
    "ix_entries_offer": ("offer", ""),
    "ix_entries_run": ("run", ""),
    "ix_entries_runs": ("number", "kind = 'run'"),
    "ix_entries_overrides": ("offer", "kind = 'override'"),
}


@pytest.mark.parametrize("table", TABLES)
def test_each_table_has_these_columns(table: str, journal: Path) -> None:
    columns = rows(journal, f"PRAGMA table_info({table})")
    assert " ".join(c["name"] + "*" * c["notnull"] for c in columns) == TABLES[table]
    assert {c["name"] for c in columns if c["type"] == "INTEGER"} == NUMBERS & {c["name"] for c in columns}
    assert [c["name"] for c in columns if c["pk"]] == KEYS[table]


def test_entries_are_found_by_these_indexes(journal: Path) -> None:
    written = rows(journal, "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    found = {index["name"]: index["sql"].partition(" ON ")[2].partition(" WHERE ")[::2] for index in written}
    assert found == {name: (f"entries ({column})", where) for name, (column, where) in INDEXES.items()}


PAGES = """
import asyncio, json, sys
from datasette.app import Datasette

async def pages(journal, views):
    datasette = Datasette([], immutables=[journal])
    await datasette.invoke_startup()
    answers = {name: await datasette.client.get(f"/journal/{name}") for name in views}
    return {name: (answer.status_code, answer.text) for name, answer in answers.items()}

print(json.dumps(asyncio.run(pages(sys.argv[1], sys.argv[2:]))))
"""


@pytest.mark.slow
def test_datasette_shows_the_views(journal: Path) -> None:
    """In a process of its own: Datasette leaves connections open, of which Python warns from 3.13 on."""
    command = [sys.executable, "-c", PAGES, str(journal), *VIEWS]
    done = subprocess.run(command, capture_output=True, check=True, cwd=journal.parent)
    for name, (status, text) in json.loads(done.stdout).items():
        assert status == 200, name
        assert "Gnisten" in text or name == "runs"

"""Records a reclassification in a journal: one entry for the run, whose decisions stand in its files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from cli.common.console import say
from engine.journal.drafts import run_draft, texts_of
from engine.journal.journal import Journal, new_run
from engine.journal.records import File
from engine.journal.verify import digest_of_file
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook
from offers.runs.run_pass import Request, RunResult


def record_run(journal: Journal, library: Library, request: Request, result: RunResult, folder: Path, by: str) -> None:
    """Append the run in a folder: its inputs, rulebooks, counts, and every file in it by digest.

    Raises:
        Rejected: the journal cannot be written.
    """
    name = new_run()
    wider = [(r, _superset(r, request, library)) for r in request.rulebooks]
    draft = run_draft(
        name,
        year=request.year,
        folder=journal.place_of(folder),
        rulebooks=wider,
        inputs=[File(Path(request.table.file).name, request.table.sha256, result.rows)],
        files=list(_files(folder)),
        counts={f"{r.id}@{r.version}": counts for r, counts in zip(request.rulebooks, result.counts, strict=True)},
        execution={
            "engines": [e.engine if e else "" for e in result.executions],
            "checked_by": [e.checked_by if e else "" for e in result.executions],
            "checked_by_reference": result.checked,
        },
    )
    (entry,) = journal.append([draft], texts_of([r for pair in wider for r in pair]), by=by)
    say(f"recorded as entry {entry.number} of {journal.shown_address}, run {name}")


def _superset(rulebook: Rulebook, request: Request, library: Library) -> Rulebook | None:
    superset = library.superset_of(rulebook, request.rulebooks)
    return superset if superset is not None and superset.vocabulary == rulebook.vocabulary else None


def _files(folder: Path) -> Iterator[File]:
    """Every file of the run, by its path in the folder."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        rows = pl.scan_parquet(path, glob=False).select(pl.len()).collect().item() if path.suffix == ".parquet" else 0
        yield File(path.relative_to(folder).as_posix(), digest_of_file(path) or "", rows)

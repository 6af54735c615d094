"""What a run leaves behind: its record, in its folder and, where one is asked for, as an entry of a journal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from cli.common.console import say
from engine.journal.records import File, RunRecord, RunRulebook
from engine.journal.run_files import RunFiles, digest_of_file
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook
from engine.texts.catalogue import message
from offers.runs.run_pass import Request, RunResult

if TYPE_CHECKING:
    from engine.journal.journal import Journal


class RunRecording:
    """The record of a run over a register.

    Args:
        library: where wider rulebooks are found.
        request: what was asked.
        result: what it came to.
    """

    def __init__(self, library: Library, request: Request, result: RunResult) -> None:
        self._request, self._result = request, result
        self._rulebooks = [(r, _superset(r, request, library)) for r in request.rulebooks]

    def record(self, folder: Path) -> RunRecord:
        """The run in a folder: its inputs, rulebooks, counts, and every file in it by digest."""
        request, result = self._request, self._result
        return RunRecord(
            year=request.year,
            rulebooks=tuple(RunRulebook(r.ref, wider and wider.ref) for r, wider in self._rulebooks),
            inputs=tuple(_inputs(request, result)),
            files=tuple(_files(folder)),
            counts={f"{r.id}@{r.version}": counts for r, counts in zip(request.rulebooks, result.counts, strict=True)},
            ids={old: tuple(new) for old, new in request.previous.successors.items()} if request.previous else {},
            remarks=tuple(remark.record for remark in result.remarks),
        )

    def append(self, journal: Journal, record: RunRecord, folder: Path, by: str) -> None:
        """Append the run that is kept in a folder to a journal.

        Raises:
            Rejected: the journal cannot be written.
        """
        from engine.journal.drafts import run_draft, texts_of  # noqa: PLC0415
        from engine.journal.journal import new_run  # noqa: PLC0415 - a database costs start-up
        from engine.journal.row_proof import ROOTS  # noqa: PLC0415

        name = new_run()
        execution = {
            "engines": [e.engine if e else "" for e in self._result.executions],
            "checked_by": [e.checked_by if e else "" for e in self._result.executions],
            "checked_by_reference": self._result.checked,
            "decided_now": self._result.decided_now,
            "decided_before": self._result.decided_before,
            ROOTS: self._roots(record, folder),
        }
        draft = run_draft(name, record, journal.place_of(folder), execution)
        (entry,) = journal.append([draft], texts_of([r for pair in self._rulebooks for r in pair]), by=by)
        say(
            message(
                "recorded as entry {number} of {journal}, run {run}",
                number=entry.number,
                journal=journal.shown_address,
                run=name,
            )
        )

    def _roots(self, record: RunRecord, folder: Path) -> dict[str, str]:
        """Of each file of decisions the root of the tree over its rows, where there is one."""
        from engine.journal.row_proof import file_of_decisions, rows_in  # noqa: PLC0415 - only what is recorded needs it
        from offers.recorded.recorded_rows import root_of_rows  # noqa: PLC0415

        files, roots = RunFiles(folder, record, str(folder)), dict[str, str]()
        for name in (rulebook.ref.name for rulebook, _ in self._rulebooks):
            root = root_of_rows(files.table(file_of_decisions(name)), rows_in(record, name))
            if root is not None:
                roots[name] = root
        return roots


def _superset(rulebook: Rulebook, request: Request, library: Library) -> Rulebook | None:
    superset = library.superset_of(rulebook, request.rulebooks, request.year)
    return superset if superset is not None and superset.vocabulary.is_same_as(rulebook.vocabulary) else None


def _inputs(request: Request, result: RunResult) -> Iterator[File]:
    """What was decided, by digest: the register, or each of the tables that it was put together of."""
    table = request.table
    for part in table.parts:
        yield File(Path(part.table.file).name, part.table.sha256, part.table.rows or 0)
    if not table.parts:
        yield File(Path(table.file).name, table.sha256, result.rows)


def _files(folder: Path) -> Iterator[File]:
    """Every file of the run, by its path in the folder."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        rows = pl.scan_parquet(path, glob=False).select(pl.len()).collect().item() if path.suffix == ".parquet" else 0
        yield File(path.relative_to(folder).as_posix(), digest_of_file(path) or "", rows)

"""What turned verdicts, as a run recorded it that was compared with a run before; and what it did not keep.

A run has the whole register at hand, and keeps the evidence that its own rulebooks read. So what only a rule of before
read is known to it, and to nobody who reads its files later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from engine.comparison.causes import Causes
from engine.decisions.cause_of_change import Cause
from engine.documents.fields import Fields, read_json
from engine.documents.regular_file import read_text
from engine.evaluation.program import compile_rulebook
from engine.journal.records import RunRecord
from engine.journal.row_proof import file_of_decisions
from engine.rulebooks.rulebook import Rulebook
from offers.columns.evidence_columns import evidence_columns
from offers.comparison.causes_of_changes import CausesOfChanges
from offers.comparison.previous import incomplete
from offers.comparison.renamed_columns import with_facts_of
from offers.recorded.decided_again import RecordedRun
from offers.records.offer_id import comparable_id
from offers.tables.headers import columns_of
from offers.tables.polars_words import polars_failing
from offers.tables.table import DOCUMENT

_READ = ("offer", "previous_verdict", "verdict", "cause", "causes")


class RecordedCause(NamedTuple):
    """What a run recorded of a change: the verdicts, the word for the cause, and its sets as files write them."""

    verdicts: tuple[str, str]
    cause: Cause
    text: str | None

    def read_by(self, finder: CausesOfChanges, verdicts: tuple[str, str]) -> Causes | None:
        """The causes of a change between two verdicts; None where those of another were recorded."""
        return finder.recorded(verdicts, self.cause, self.text) if verdicts == self.verdicts else None


RecordedCauses = Mapping[tuple[str, str], RecordedCause]
"""By the offer's comparable id, and the digest of the rulebook that decided."""


def recorded_causes(runs: Iterable[RecordedRun], previous: Path) -> RecordedCauses:
    """What runs recorded of the causes of changes since a run before, where they were compared with that.

    Raises:
        Rejected: a file cannot be read.
    """
    return {key: cause for run in _with_previous(runs, previous) for key, cause in _causes_in(run).items()}


def recorded_successors(runs: Iterable[RecordedRun], previous: Path) -> dict[str, Sequence[str]]:
    """The ids that took the place of others, as runs recorded them that were compared with a run before."""
    return {old: new for run in _with_previous(runs, previous) for old, new in run.record.ids.items()}


def _with_previous(runs: Iterable[RecordedRun], previous: Path) -> list[RecordedRun]:
    """Those of some runs that were compared with a run before."""
    return [run for run in runs if run.folder and _compared_with(run.folder) == _digest(previous / "run.json")]


def not_kept(
    runs: Sequence[RecordedRun], rulebooks: Iterable[Rulebook], year: int, old: tuple[Rulebook, int], new: Rulebook
) -> list[str]:
    """The evidence that is read before or now, and that may be stated now but is not kept by the runs of now.

    Args:
        runs: those whose rows are the decisions of now; none where all that is stated is at hand.
        rulebooks: all that decided now.
        year: the agreement year now.
        old: the rulebook of before, and the agreement year.
        new: that of now, by whose ids evidence is named.
    """
    kept = {column for rulebook in rulebooks for column in evidence_columns(compile_rulebook(rulebook), year)}
    former, years = with_facts_of(old[0], new), {year, old[1]}
    programs = [compile_rulebook(rulebook) for rulebook in (former, new)]
    read = dict.fromkeys(name for p in programs for each in sorted(years) for name in columns_of(p.facts_tested, each))
    stated = [_may_be_stated(run) for run in runs]
    return [name for name in read if name not in kept and any(one is None or name in one for one in stated)]


def _causes_in(run: RecordedRun) -> RecordedCauses:
    found: dict[tuple[str, str], RecordedCause] = {}
    for decided in run.record.rulebooks:
        paths = list(run.files[file_of_decisions(decided.rulebook.name)])
        for offer, before, now, cause, text in _changes_in(paths).iter_rows():
            key = comparable_id(offer), decided.rulebook.sha256
            found[key] = RecordedCause((before, now), Cause(cause), text)
    return found


def _changes_in(paths: list[Path]) -> pl.DataFrame:
    """`_READ` of the changes that have a cause; none where runs did not record what turned them."""
    with polars_failing(lambda _: incomplete(paths[0].parent.parent)):
        frame = pl.scan_parquet(paths, glob=False)
        if not {*_READ} <= {*frame.collect_schema()}:
            return pl.DataFrame(schema=dict.fromkeys(_READ, pl.String))
        return frame.select(pl.col(*_READ).cast(pl.String)).drop_nulls(("previous_verdict", "cause")).collect()


def _may_be_stated(run: RecordedRun) -> Sequence[str] | None:
    """The columns of evidence that a register may have had beside what was kept; None where that is not known."""
    path = next(iter(run.files.values()))
    with polars_failing(lambda _: incomplete(path[0].parent.parent)):
        if DOCUMENT in pl.scan_parquet(list(path), glob=False).collect_schema():  # offers that are kept as a whole
            return ()
    return None if run.folder is None else RunRecord.read(read_json(read_text(run.folder / "run.json"))).columns


def _compared_with(folder: Path) -> str | None:
    previous = Fields(read_json(read_text(folder / "run.json"))).optional_below("previous")
    return previous.optional_text("run_sha256") if previous else None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

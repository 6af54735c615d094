"""A run that was written before: what was decided, by which rules, and on which evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from engine.diagnostics import Place, Rejected, rejected
from engine.documents.fields import read_json
from engine.documents.regular_file import read_text
from engine.evaluation.program import compile_rulebook
from engine.journal.records import RunRecord
from engine.journal.run_files import check_copy
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook
from engine.texts.catalogue import message
from offers.columns.evidence_columns import evidence_columns
from offers.comparison.renamed_columns import columns_of_facts
from offers.tables.headers import columns_of
from offers.tables.polars_words import polars_failing

DECISIONS, RULEBOOKS = "decisions", "rulebooks"
"""The folders of a run that hold what was decided, and by which rules."""


class IdLine(NamedTuple):
    """A line of the table of ids: an id of the run before, and the one that it is now, or one of them.

    `is_before` and `is_now` say whether there are offers with these ids.
    """

    line: int
    old: str
    new: str
    is_before: bool = True
    is_now: bool = True

    @property
    def is_used(self) -> bool:
        """Whether both offers are there."""
        return self.is_before and self.is_now


class Previous(NamedTuple):
    """What a register was decided before: for each rulebook the offers' verdicts, the statuses, the evidence.

    `frames` holds, by rulebook id, a row for each offer: `offer`, `verdict`, and where it is known the evidence. They
    are read when they are asked for, and always give the same rows in the same order. `rulebooks` holds the rule that
    decided, where it is known. Unless it is complete, an offer that is not among them need not be new. `successors` are
    the ids that took the place of others, as those of `id_lines` have them that are used.
    `lost` names, by rulebook id, evidence that the rule reads now, and that may have been stated then but was not kept.
    `same_data` says that it was decided on the very same register. `folder` is
    where the run stands.
    """

    year: int
    frames: Mapping[str, pl.LazyFrame]
    rulebooks: Mapping[str, Rulebook]
    complete: bool = True
    successors: Mapping[str, Sequence[str]] = MappingProxyType({})
    id_lines: Sequence[IdLine] = ()
    lost: Mapping[str, Sequence[str]] = MappingProxyType({})
    same_data: bool = False
    folder: str = ""


def read_previous(folder: Path, rulebooks: Sequence[Rulebook]) -> Previous:
    """A run that was written before, as far as some rulebooks need it.

    Raises:
        Rejected: the folder holds none, or a file of it is not what it was.
    """
    try:
        check_copy(folder, ("run.json", DECISIONS, RULEBOOKS))
        run = RunRecord.read(read_json(read_text(folder / "run.json")))
        books = {decided.rulebook.id: decided.rulebook.name for decided in run.rulebooks}
        old = Library(folder / RULEBOOKS).rulebooks
        files = {i: folder / DECISIONS / f"{name}.parquet" for i, name in books.items()}
        with polars_failing(lambda _: incomplete(folder)):
            known = {i: pl.scan_parquet(file, glob=False).collect_schema().names() for i, file in files.items()}
    except (OSError, ValueError):
        raise incomplete(folder) from None
    frames, lost = {}, {}
    for rulebook in rulebooks:
        if rulebook.id in files:
            evidence = evidence_columns(compile_rulebook(rulebook), run.year)
            former = _former_columns(rulebook, old, [name for names in known.values() for name in names])
            frames[rulebook.id] = _with_evidence(rulebook.id, [*evidence, *former], files, known)
            read_before = {c for r in old for c in evidence_columns(compile_rulebook(r), run.year)}
            read_before |= {former[name] for name in read_before if name in former}
            stated = columns_of(compile_rulebook(rulebook).facts_tested, run.year)
            lost[rulebook.id] = [c for c in stated if c not in read_before and _may_be_stated(c, run)]
    return Previous(run.year, frames, {r.id: r for r in old}, lost=lost, folder=str(folder))


def fault_of_previous(previous: Previous) -> Rejected | None:
    """What is wrong with a run before that Polars failed on; None where it reads all of it."""
    try:
        with polars_failing(lambda _: incomplete(previous.folder)):
            for frame in previous.frames.values():
                frame.collect()
    except Rejected as fault:
        return fault
    return None


def incomplete(folder: Path | str) -> Rejected:
    """What is said of a folder that does not hold a whole run."""
    return rejected(Place(str(folder)), "unreadable", message("there is no complete run in the folder"))


def _former_columns(rulebook: Rulebook, old: Iterable[Rulebook], columns: Iterable[str]) -> dict[str, str]:
    """The columns of facts that a rulebook had under other ids, with what they are called now."""
    former = next((one for one in old if one.id == rulebook.id), None)
    return columns_of_facts(former, rulebook, columns) if former else {}


def _may_be_stated(column: str, run: RunRecord) -> bool:
    """Whether a register had a column, as far as is known."""
    return run.columns is None or column in run.columns


def _with_evidence(
    name: str, evidence: Iterable[str], files: Mapping[str, Path], known: Mapping[str, Sequence[str]]
) -> pl.LazyFrame:
    """One rulebook's decisions, with the evidence that is wanted and that the others alone used.

    Raises:
        Rejected: the files of the run are not about the same offers.
    """
    parts, held = [pl.scan_parquet(files[name], glob=False)], set(known[name])
    for other, columns in known.items():
        extra = [c for c in evidence if c in columns and c not in held]
        if extra:
            _check_same_offers(files[name], files[other])
            parts.append(pl.scan_parquet(files[other], glob=False).select(extra))
            held.update(extra)
    return parts[0] if len(parts) == 1 else pl.concat(parts, how="horizontal")


def _check_same_offers(one: Path, other: Path) -> None:
    with polars_failing(lambda _: incomplete(one.parent.parent)):
        offers = [pl.scan_parquet(file, glob=False).select("offer").collect()["offer"] for file in (one, other)]
    if not offers[0].equals(offers[1]):
        words = message("the run was altered: its decisions are not about the same offers")
        raise rejected(Place(str(other)), "unreadable", words, message("as in {name}", name=one.name))

"""What the comparison with a run before means: each offer on its own, decided four times by the reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from engine.comparison.atom import text_of
from engine.comparison.causes import CauseFinder, Situation
from engine.decisions.cause_of_change import Cause, VerdictChange, cause_of, change_of
from engine.decisions.decide import Decider
from engine.diagnostics import Rejected
from engine.evaluation.evidence import Stated
from engine.rulebooks.rulebook import Rulebook
from offers.columns.evidence_columns import evidence_columns
from offers.columns.reference_check import Reader
from offers.comparison.causes_of_changes import MORE, SITUATIONS
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.table import ROW, Table
from tests.support import SUBJECT

Row = Mapping[str, Any]


class Found(NamedTuple):
    """What changed about an offer, and what turned it; texts are empty where there is nothing to say."""

    offer: str
    change: str
    previous: str
    verdict: str
    cause: str
    criteria: str
    facts: str
    causes: str = ""


class Before(NamedTuple):
    """A run before: its rule and year, its decisions, and evidence that it did not keep."""

    rulebook: Rulebook
    year: int
    decisions: Sequence[Row]
    lost: Sequence[str] = ()


def decisions_in(folder: Path, rulebook: str) -> Sequence[Row]:
    """The decisions of a run by a rulebook, each with the evidence that other rulebooks used."""
    frames = [pl.read_parquet(path) for path in folder.glob("decisions/*.parquet")]
    decisions = pl.read_parquet(next(folder.glob(f"decisions/{rulebook}@*.parquet")))
    for frame in frames:
        extra = [name for name in frame.columns if name not in decisions.columns]
        decisions = decisions.join(frame.select("offer", *extra), on="offer", how="left") if extra else decisions
    return decisions.rows(named=True)


class ByRows:
    """Compares the decisions on a register, one at a time, with those of a run before."""

    def __init__(self, before: Before, new: Rulebook, reader: Reader, year: int) -> None:
        self._old_year, self._year, self._reader, self._lost = before.year, year, reader, before.lost
        self._old, self._new = Decider(before.rulebook, is_checked=False), Decider(new, is_checked=False)
        self._before = {row["offer"]: row for row in before.decisions}
        columns = next(iter(self._before.values()), {})
        names = [name for name in evidence_columns(self._new.program, before.year) if name in columns]
        read = Headers(new.vocabulary).read(["id", *names], "")
        table = Table("previous run", "parquet", tuple(read), pl.LazyFrame(), ".", {}, "", 0)
        self._old_rows = Rows(table, new.vocabulary, recorded=True)
        facts = {**new.vocabulary.facts, **before.rulebook.vocabulary.facts}
        vocabulary = new.vocabulary._replace(facts=facts)
        names += [name for name in evidence_columns(self._old.program, before.year) if name in columns]
        read = Headers(vocabulary).read(["id", *dict.fromkeys(names)], "")
        self._rows_then = Rows(table._replace(columns=tuple(read)), vocabulary, recorded=True)
        self._finder = CauseFinder(before.rulebook, new, SITUATIONS)

    def all(
        self,
        now: Sequence[Row],
        cells: Mapping[str, Row],
        refused: Sequence[str],
        successors: Mapping[str, Sequence[str]],
    ) -> list[Found]:
        """Every change, by offer, those that are closed last."""
        of = {
            new: [old for old, news in successors.items() if new in news]
            for news in successors.values()
            for new in news
        }
        predecessors = {
            offer: of.get(offer, [] if offer in successors else [offer])
            for offer in (*(row["offer"] for row in now), *refused)
        }
        changes = [f for row in now if (f := self._one(row, cells[row["offer"]], predecessors[row["offer"]]))]
        gone = [old for offer in refused for old in predecessors[offer] if old in self._before]
        changes += [self._gone(old, VerdictChange.REJECTED) for old in gone]
        seen = {old for olds in predecessors.values() for old in olds}
        closed = [self._gone(old, VerdictChange.CLOSED) for old in self._before if old not in seen]
        return [*sorted(changes, key=lambda f: f.offer), *closed]

    def _gone(self, offer: str, change: VerdictChange) -> Found:
        return Found(offer, change.value, self._before[offer]["verdict"], "", "", "", "")

    def _one(self, now: Row, cells: Row, predecessors: Sequence[str]) -> Found | None:
        before = [self._before[name] for name in predecessors if name in self._before]
        verdicts = list(dict.fromkeys(row["verdict"] for row in before))
        joint = next((v for v in ("met", "undetermined", "not_met") if v in verdicts), None)
        change = change_of(joint, now["verdict"])
        if change is None:
            return None
        turned: tuple[str, ...] = ("", "", "")
        if len(verdicts) == 1 and len(before) == len(predecessors):
            turned = self._turned(before, now, cells)
        if len(verdicts) == len(before) == len(predecessors) == 1 and not self._lost:
            turned = self._with_sets(turned, before[0], now, cells)
        return Found(now["offer"], change.value, "|".join(verdicts), now["verdict"], *turned)

    def _with_sets(self, turned: tuple[str, ...], before: Row, now: Row, cells: Row) -> tuple[str, ...]:
        """The word by the sets of what turned the verdict, and the sets."""
        try:
            old = self._rows_then.offer(0, {**before, "id": before["offer"]}).stated
        except Rejected:
            return turned
        new = self._reader.offer(cells[ROW], cells).stated
        causes = self._finder.causes(Situation(old, self._old_year), Situation(new, self._year))
        given = [verdict and verdict.value for verdict in (causes.before, causes.now)]
        if causes.cause is None or given != [before["verdict"], now["verdict"]]:
            return turned
        text = text_of(causes.sets) + ("" if causes.complete else MORE)
        return causes.cause.value, *turned[1:], text

    def _turned(self, before: Sequence[Row], now: Row, cells: Row) -> tuple[str, str, str]:
        """The cause, the criteria and the facts."""
        criteria = [c.id for c in self._new.program.rulebook.criteria if any(b.get(c.id) != now[c.id] for b in before)]
        if self._lost:
            return "", " ".join(criteria), ""
        try:
            olds = [self._old_rows.offer(0, {**row, "id": row["offer"]}).stated for row in before]
        except Rejected:
            return "", "", ""
        new = self._reader.offer(cells[ROW], cells).stated
        on = {_verdict(self._new, old, self._old_year) for old in olds}
        no = _verdict(self._old, new, self._year)
        cause = cause_of(before[0]["verdict"], no, on.pop(), now["verdict"]) if len(on) == 1 else None
        facts = [
            name
            for name, offset in self._read()
            if any(
                _possible(old, name, self._old_year, offset) != _possible(new, name, self._year, offset) for old in olds
            )
        ]
        facts = list(dict.fromkeys(facts)) if cause not in (None, Cause.RULE) else []
        return cause.value if cause else "", " ".join(criteria), " ".join(facts)

    def _read(self) -> list[tuple[str, int | None]]:
        """Each fact that the new rule reads, and what it is derived from, with the offset of each year."""
        read: list[tuple[str, int | None]] = []
        for fact in self._new.program.facts_tested:
            read.append((fact.id, None))
            read += fact.derivation.parts if fact.derivation else ()
        return read


def _possible(stated: Stated, name: str, year: int, offset: int | None) -> Any:
    evidence: Any = stated.get(name)
    if offset is not None:
        evidence = (evidence or {}).get(year + offset)
    return None if evidence is None else evidence.possible


def _verdict(decider: Decider, stated: Stated, year: int) -> str | None:
    try:
        return decider.decide(SUBJECT, stated, year).verdict.value
    except Rejected:
        return None

"""A register's decisions beside those of a run before: what changed, and whether the data or the rule turned it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import polars as pl

from engine.change import Cause, Change, cause_of, change_of
from engine.columnar_evidence import facts_of
from engine.decide import Decider
from engine.diagnostics import Place, Rejected, rejected
from engine.library import Library
from engine.rulebook import FactDeclaration, Rulebook
from engine.rulings import items_of
from offers.batch import Book, RejectedRow
from offers.reference_check import Reader
from offers.table_headers import Headers
from offers.table_rows import Rows
from offers.tables import ROW, Table

DECISIONS, RULEBOOKS = "decisions", "rulebooks"
"""The folders of a run that hold what was decided, and by which rules."""
_CHANGE = ("rulebook", "version", "offer", "name", "operator_name", "target_group", "change", "previous_verdict")
CHANGE_SCHEMA = dict.fromkeys((*_CHANGE, "verdict", "outcome", "basis", "cause", "criteria", "facts"), pl.String)
COMPARED = ("previous_verdict", "change", "cause")


class Previous(NamedTuple):
    """What a register was decided before: for each rulebook the offers' verdicts, the statuses, the evidence.

    `frames` holds, by rulebook id, a row for each offer: `offer`, `verdict`, and where it is known the evidence.
    `rulebooks` holds the rule that decided, where it is known. Unless it is complete, an offer that is not among them
    need not be new. `successors` are the ids that took the place of others.
    """

    year: int
    frames: Mapping[str, pl.DataFrame]
    rulebooks: Mapping[str, Rulebook]
    complete: bool = True
    successors: Mapping[str, Sequence[str]] = MappingProxyType({})


class Comparison:
    """One rulebook's decisions beside those of a run before."""

    def __init__(self, previous: Previous, book: Book, reader: Reader, year: int) -> None:
        self._book = book
        self._before = previous.frames.get(book.rulebook.id, _NOBODY)
        self._by_id = {offer: row for row, offer in enumerate(self._before["offer"])}
        self._predecessors: dict[str, list[str]] = {}
        for old, news in previous.successors.items():
            for new in news:
                self._predecessors.setdefault(new, []).append(old)
        self._renamed = {old for olds in self._predecessors.values() for old in olds}
        self._seen: set[int] = set()
        self._complete = previous.complete
        self._rows: list[tuple[str | None, ...]] = []
        old_rule = previous.rulebooks.get(book.rulebook.id)
        self._causes = None
        if old_rule is not None and previous.year:
            self._causes = Causes(old_rule, book.rulebook, self._before, previous.year, reader, year)

    def compare(self, decided: pl.DataFrame, i: int) -> list[pl.Series]:
        """The columns `COMPARED` for some decided rows; what changed is kept for the list of changes."""
        ids = decided["id"].cast(pl.String).str.strip_chars().to_list()
        verdicts = decided[f"{i} verdict"].cast(pl.String).to_list()
        found: list[tuple[str | None, str | None, str | None]] = []
        for row, (offer, verdict) in enumerate(zip(ids, verdicts, strict=True)):
            before = self._rows_before(offer)
            self._seen.update(before)
            old = list(dict.fromkeys(self._before["verdict"][r] for r in before))
            previous = "|".join(old) or None
            change = change_of(old[0] if len(old) == 1 else _joint(old), verdict)
            if change is None or (change is Change.NEW and not self._complete):
                found.append((previous, None, None))
                continue
            cells = decided.row(row, named=True)
            cause, criteria, facts = self._cause(before, cells, i, change)
            found.append((previous, change.value, cause))
            about = (cells.get("name"), cells.get("operator_name"), cells.get("target_group"))
            now = (verdict, cells[f"{i} outcome"], cells[f"{i} basis"])
            rulebook = self._book.rulebook
            self._rows.append(
                (rulebook.id, rulebook.version, offer, *about, change.value, previous, *now, cause, criteria, facts)
            )
        columns = zip(*found, strict=True) if found else ([], [], [])
        names = [f"{i} {name}" for name in COMPARED]
        return [pl.Series(n, list(c), dtype=pl.String) for n, c in zip(names, columns, strict=True)]

    def rejected(self, rows: Iterable[RejectedRow]) -> None:
        """Note the offers whose rows were refused: they are not closed."""
        for row in rows:
            for before in self._rows_before(str(row.id or "").strip()):
                self._seen.add(before)
                self._rows.append(self._gone(before, Change.REJECTED))

    def rows(self) -> list[tuple[str | None, ...]]:
        """The rows of the list of changes, by offer, those that are closed last."""
        closed = [self._gone(r, Change.CLOSED) for r in range(self._before.height) if r not in self._seen]
        return [*sorted(self._rows, key=lambda row: row[2] or ""), *closed]

    def _gone(self, row: int, change: Change) -> tuple[str | None, ...]:
        rulebook, cells = self._book.rulebook, self._before.row(row, named=True)
        about = (cells["offer"], None, None, None, change.value, cells["verdict"])
        return (rulebook.id, rulebook.version, *about, None, None, None, None, None, None)

    def _rows_before(self, offer: str) -> list[int]:
        names = self._predecessors.get(offer) or ([] if offer in self._renamed else [offer])
        return [self._by_id[name] for name in names if name in self._by_id]

    def _cause(
        self, before: list[int], cells: Mapping[str, Any], i: int, change: Change
    ) -> tuple[str | None, str | None, str | None]:
        if change is Change.NEW or len(before) != 1 or self._causes is None:
            return None, None, None
        return self._causes.of(before[0], cells, {n: cells[f"{i} {n}"] for n in self._book.schema})


def _joint(verdicts: Sequence[str]) -> str | None:
    """The verdict of several offers that became one: met where one of them was."""
    return next((v for v in ("met", "undetermined", "not_met") if v in verdicts), None)


_NOBODY = pl.DataFrame(schema={"offer": pl.String, "verdict": pl.String})


class Causes:
    """Decides old and new data under the old and the new rule, the year going with the data."""

    def __init__(
        self, old: Rulebook, new: Rulebook, before: pl.DataFrame, old_year: int, reader: Reader, year: int
    ) -> None:
        self._old, self._new = Decider(old, engine="reference"), Decider(new, engine="reference")
        self._old_year, self._year = old_year, year
        self._before, self._reader = before, reader
        names = [n for n in before.columns if Headers(new.vocabulary).name_of(n) == n and n not in ("id", "name")]
        columns = Headers(new.vocabulary).read(["id", *names], "previous run")
        table = Table("previous run", "parquet", tuple(columns), before.lazy(), ".", {}, "", before.height)
        self._old_rows = Rows(table, new.vocabulary)

    def of(
        self, row: int, cells: Mapping[str, Any], now: Mapping[str, Any]
    ) -> tuple[str | None, str | None, str | None]:
        """What turned a verdict, and the criteria and facts in which it shows."""
        old_cells = self._before.row(row, named=True)
        old_cells = {**old_cells, "id": old_cells["offer"]}
        try:
            old_stated = self._old_rows.offer(row, old_cells).stated
            new_stated = self._reader.offer(cells[ROW], cells).stated
        except Rejected:
            return None, None, None
        on = _verdict(self._new, old_stated, self._old_year)
        no = _verdict(self._old, new_stated, self._year)
        cause = cause_of(old_cells["verdict"], no, on, now["verdict"])
        criteria = [c.id for c in self._new.program.rulebook.criteria if old_cells.get(c.id) != now[c.id]]
        facts = self._facts(criteria, old_stated, new_stated) if cause is not Cause.RULE else []
        return cause.value if cause else None, " ".join(criteria) or None, " ".join(facts) or None

    def _facts(self, criteria: list[str], old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
        """The facts whose evidence differs, among those that the criteria, or an override, read."""
        program = self._new.program
        names = list(dict.fromkeys(n for f in facts_of(program) for n in (f.id, *_parts(f))))
        return [n for n in names if _possible(old.get(n), self._old_year) != _possible(new.get(n), self._year)]


def _parts(fact: FactDeclaration) -> tuple[str, ...]:
    derived = fact.written.derived
    if derived is None:
        return ()
    return (derived.mean.of,) if derived.mean else (derived.ratio.of, derived.ratio.to) if derived.ratio else ()


def _possible(evidence: Any, year: int) -> Any:
    """What is possible, with years counted from the agreement year."""
    if evidence is None:
        return None
    if isinstance(evidence, Mapping):
        return {y - year: found.possible for y, found in evidence.items()}
    return evidence.possible


def _verdict(decider: Decider, stated: Any, year: int) -> str | None:
    try:
        return decider.rule(items_of([decider.program], stated, year)[0])[0].verdict.value
    except Rejected:
        return None


def read_previous(folder: Path, rulebooks: Sequence[Rulebook]) -> Previous:
    """A run that was written before.

    Raises:
        Rejected: the folder holds none.
    """
    try:
        record = json.loads((folder / "run.json").read_bytes())
        books = {r["id"]: f"{r['id']}@{r['version']}" for r in record["rulebooks"]}
        year = int(record["year"])
        library = Library(folder / RULEBOOKS)
    except (OSError, ValueError, KeyError, TypeError):
        raise rejected(Place(str(folder)), "unreadable", "there is no complete run in the folder") from None
    frames = {i: pl.read_parquet(folder / DECISIONS / f"{name}.parquet") for i, name in books.items()}
    whole = _with_all_evidence(frames)
    old = {r.id: r for r in library.rulebooks}
    wanted = {r.id for r in rulebooks}
    return Previous(year, {i: f for i, f in whole.items() if i in wanted}, old)


def _with_all_evidence(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Each rulebook's decisions with the evidence that the others used, too: another rule may ask for it."""
    whole = {}
    for name, frame in frames.items():
        found = frame.with_columns(pl.col("verdict", "outcome", "basis").cast(pl.String))
        for other in frames.values():
            extra = [c for c in other.columns if c not in found.columns and "_" in c]
            found = found.join(other.select("offer", *extra), on="offer", how="left") if extra else found
        whole[name] = found
    return whole

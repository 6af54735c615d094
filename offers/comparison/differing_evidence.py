"""Which facts have other evidence in one table of offers than in another, each distinct cell read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import polars as pl

from engine.evaluation.program import Program
from engine.rulebooks.rulebook import FactDeclaration
from offers.columns.reference_check import Reader
from offers.tables.headers import columns_of
from offers.tables.table import ROW


class Side(NamedTuple):
    """A table of evidence: who reads its rows, its agreement year, and its columns."""

    reader: Reader
    year: int
    columns: frozenset[str]


class _Part(NamedTuple):
    """Evidence that is compared: of a fact, or of one year of it, counted from the agreement year."""

    fact: FactDeclaration
    offset: int | None

    def key(self, side: Side) -> str:
        return self.fact.id if self.offset is None else f"{self.fact.id}_{side.year + self.offset}"

    def cells(self, side: Side) -> list[str]:
        """The columns of a side that say what the evidence is."""
        if not side.reader.reads_cells:
            return [ROW]
        names = columns_of([self.fact], side.year) if self.fact.is_attribute else [self.key(side)]
        return [name for name in names if name in side.columns]


class DifferingEvidence:
    """Compares what offers state, before and now, of the facts that a program reads."""

    def __init__(self, program: Program, before: Side, now: Side) -> None:
        self._before, self._now = before, now
        self._parts = list(dict.fromkeys(_parts(program)))
        self._codes: dict[Any, int] = {None: 0}

    @property
    def before(self) -> list[str]:
        """The columns of the side before that are compared."""
        return list(dict.fromkeys(name for part in self._parts for name in part.cells(self._before)))

    @property
    def now(self) -> list[str]:
        """The columns of the side now that are compared."""
        return list(dict.fromkeys(name for part in self._parts for name in part.cells(self._now)))

    def between(self, before: pl.DataFrame, now: pl.DataFrame) -> dict[str, pl.Series]:
        """For each fact whether its evidence differs, in each pair of rows."""
        differing: dict[str, pl.Series] = {}
        for part in self._parts:
            differs = self._differs(part, before, now)
            name = part.fact.id
            differing[name] = differing[name] | differs if name in differing else differs
        return differing

    def _differs(self, part: _Part, before: pl.DataFrame, now: pl.DataFrame) -> pl.Series:
        alike = self._are_written_alike(part, before, now)
        if alike is None:
            return self._differs_as_read(part, before, now)
        differs = ~alike
        if before.schema[part.key(self._before)] != pl.String or not differs.any():
            return differs
        return differs.scatter(
            differs.arg_true(), self._differs_as_read(part, before.filter(differs), now.filter(differs))
        )

    def _are_written_alike(self, part: _Part, before: pl.DataFrame, now: pl.DataFrame) -> pl.Series | None:
        """Where one cell says all on both sides: where it is the same, so that nobody needs to read it."""
        keys = [part.key(self._before)], [part.key(self._now)]
        if part.fact.is_attribute or (part.cells(self._before), part.cells(self._now)) != keys:
            return None
        one, other = before[keys[0][0]], now[keys[1][0]]
        return one.eq_missing(other) if one.dtype == other.dtype else None

    def _differs_as_read(self, part: _Part, before: pl.DataFrame, now: pl.DataFrame) -> pl.Series:
        return self._read(part, self._before, before).ne_missing(self._read(part, self._now, now))

    def _read(self, part: _Part, side: Side, rows: pl.DataFrame) -> pl.Series:
        """A number for what is possible by each row, the same for the same; 0 where nothing is stated."""
        names = part.cells(side)
        if not names:
            return pl.repeat(0, rows.height, dtype=pl.Int64, eager=True)
        distinct = rows.select(names).unique(maintain_order=True)
        codes = [self._code(part, side, cells) for cells in distinct.iter_rows(named=True)]
        coded = distinct.with_columns(pl.Series(_CODE, codes, dtype=pl.Int64))
        return rows.select(names).join(coded, on=names, how="left", nulls_equal=True, maintain_order="left")[_CODE]

    def _code(self, part: _Part, side: Side, cells: Mapping[str, Any]) -> int:
        evidence = side.reader.stated(cells).get(part.fact.id)
        if isinstance(evidence, Mapping):
            evidence = evidence.get(side.year + (part.offset or 0))
        possible = None if evidence is None else evidence.possible
        return self._codes.setdefault(possible, len(self._codes))


_CODE = " code"


def _parts(program: Program) -> Iterator[_Part]:
    """What a program reads, a derived fact before what it follows from."""
    facts = program.rulebook.vocabulary.facts
    for fact in program.facts_tested:
        yield _Part(fact, None)
        yield from (_Part(facts[name], offset) for name, offset in fact.sources)

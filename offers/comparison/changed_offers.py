"""What turned the verdicts of changed offers, and the criteria and facts in which it shows.

Four verdicts tell it, on old and new data under the old and the new rule. The year goes with the data, the
thresholds with the rule. Of the run before, nothing is held but a verdict for each offer; statuses and evidence stay in
its files, and are read for what changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import polars as pl

from engine.decisions.cause_of_change import Cause, cause_of
from offers.columns.decision_table import DecisionTable
from offers.columns.evidence_columns import evidence_columns
from offers.columns.reference_check import Reader
from offers.comparison.differing_evidence import DifferingEvidence, Side
from offers.comparison.matching import AT, BEFORE
from offers.comparison.previous import Previous
from offers.comparison.verdicts import REFUSED, UNREADABLE, Verdicts
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.table import ROW, Table

OLD, NEW, CAUSE, NAMED = " oo", " nn", "cause", " named"
"""Columns of changed offers: the verdict before and now, the cause, and whether what turned it can be named."""


class ChangedOffers:
    """Tells of the offers that one rulebook decides otherwise than before what turned them.

    Args:
        previous: the run before; it knows the rule that decided then.
        decision_table: the rulebook's decisions now.
        table: the register, `year` its agreement year, and `reader` what reads its rows.
    """

    def __init__(
        self, previous: Previous, decision_table: DecisionTable, table: Table, reader: Reader, year: int
    ) -> None:
        self._previous, self._frame = previous, previous.frames[decision_table.rulebook.id]
        new, old = decision_table.rulebook, previous.rulebooks[decision_table.rulebook.id]
        program, schema, known = (
            decision_table.decisions.program,
            table.frame.collect_schema(),
            self._frame.collect_schema(),
        )
        self.lost = () if previous.same_data else tuple(previous.lost.get(new.id, ()))
        self._statuses = {c.id: decision_table.columns.of(c.id) for c in new.criteria}
        self._known_statuses = [c.id for c in new.criteria if c.id in known]
        evidence = [name for name in evidence_columns(program, previous.year) if name in known]
        self._cells = self._frame.select(pl.col("offer").alias("id"), *evidence).with_row_index(ROW)
        before = _reader_of(self._cells, ["id", *evidence], decision_table)
        self._by_old = Verdicts(old, new.vocabulary, year, table.frame, table.sign, reader)
        self._by_new = Verdicts(new, new.vocabulary, previous.year, self._cells, ".", before)
        sides = Side(before, previous.year, frozenset(evidence)), Side(reader, year, frozenset(schema))
        self._evidence = DifferingEvidence(program, *sides)

    @property
    def reads(self) -> list[str]:
        """The columns of decided offers that `named` asks for."""
        return [*self._evidence.now, *self._statuses.values()]

    @cached_property
    def _on(self) -> pl.Series:
        """The verdict on each offer's old data by the new rule, null where columns cannot tell."""
        return self._by_new.in_columns(self._cells)

    def of(self, changed: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
        """`CAUSE` and `NAMED` for changed offers (`AT`, `OLD`, `NEW` and their cells), each with its predecessors."""
        if self._previous.same_data or self.lost:
            cause = Cause.RULE.value if self._previous.same_data else None
            return changed.select(AT, pl.lit(cause, pl.String).alias(CAUSE), pl.lit(True).alias(NAMED))
        on = pairs.with_columns(self._old_data(pairs[BEFORE]).alias(_ON))
        agreed = on.group_by(AT).agg(pl.col(_ON).first(), pl.col(_ON).n_unique().alias(_SEVERAL))
        verdicts = changed.select(AT, OLD, NEW, self._by_old.of(changed).alias(_NO))
        verdicts = verdicts.join(agreed, on=AT, maintain_order="left")
        four = [OLD, _NO, _ON, NEW]
        distinct = verdicts.select(four).unique()
        causes = [_cause(*row) for row in distinct.iter_rows()]
        with_causes = verdicts.join(distinct.with_columns(pl.Series(CAUSE, causes, dtype=pl.String)), on=four)
        readable = (pl.col(_ON) != UNREADABLE) & (pl.col(_NO) != UNREADABLE)
        told_by_all = pl.when(readable & (pl.col(_SEVERAL) == 1)).then(CAUSE)
        return with_causes.select(AT, told_by_all, (readable | (pl.col(_SEVERAL) > 1)).alias(NAMED))

    def _old_data(self, rows: pl.Series) -> pl.Series:
        verdicts = self._on.gather(rows)
        left = verdicts.is_null()
        if not left.any():
            return verdicts
        return verdicts.scatter(left.arg_true(), self._by_new.one_by_one(rows_at(self._cells, rows.filter(left))))

    def named(self, now: pl.DataFrame, causes: pl.Series, pairs: pl.DataFrame) -> pl.DataFrame:
        """The criteria and facts in which changes show, for changed offers by their number, each with its predecessors.

        A merged offer differs where it differs from any of those that it was made of.
        """
        known = rows_at(self._frame.select(self._known_statuses or ["offer"]), pairs[BEFORE])
        cells = now[pairs[AT]]
        criteria = {name: _differ(known, name, cells[column]) for name, column in self._statuses.items()}
        by_data = causes.gather(pairs[AT]).ne(Cause.RULE.value).fill_null(value=False)
        about = pairs.filter(by_data)
        before = rows_at(self._cells.select(self._evidence.before or ["id"]), about[BEFORE])
        facts = self._evidence.between(before, cells.filter(by_data))
        names = _any_of(pairs[AT], criteria, "criteria")
        return names.join(_any_of(about[AT], facts, "facts"), on=AT, how="left")


_NO, _ON, _SEVERAL = " no", " on", " several"


def _reader_of(cells: pl.LazyFrame, names: Sequence[str], decision_table: DecisionTable) -> Rows:
    vocabulary, file = decision_table.rulebook.vocabulary, "previous run"
    columns = tuple(Headers(vocabulary).read(names, file))
    return Rows(Table(file, "parquet", columns, cells, ".", {}, "", 0), vocabulary, recorded=True)


def _cause(oo: str, no: str | None, on: str | None, nn: str) -> str | None:
    no, on = (None if verdict == REFUSED else verdict for verdict in (no, on))
    cause = cause_of(oo, no, on, nn)
    return cause.value if cause else None


def _differ(known: pl.DataFrame, name: str, now: pl.Series) -> pl.Series:
    """Where a criterion's status is another than before; everywhere, where it was no criterion."""
    if name not in known.columns:
        return pl.repeat(True, len(now), dtype=pl.Boolean, eager=True)
    return known[name].cast(pl.String).ne_missing(now.cast(pl.String))


def _any_of(at: pl.Series, differs: dict[str, pl.Series], column: str) -> pl.DataFrame:
    """For each offer the names of what differs in any of its pairs."""
    frame = pl.DataFrame([at, *(flags.alias(name) for name, flags in differs.items())])
    several = frame.group_by(AT, maintain_order=True).agg(pl.all().any())
    words: list[pl.Expr] = [pl.when(pl.col(name)).then(pl.lit(name)) for name in differs]
    words = words or [pl.lit(None, pl.String)]
    names = pl.concat_str(words, separator=" ", ignore_nulls=True)
    return several.select(AT, pl.when(names != "").then(names).alias(column))


def rows_at(frame: pl.LazyFrame, rows: pl.Series) -> pl.DataFrame:
    """The rows of a frame at some places, in their order; what lies around them is passed over."""
    if rows.is_empty():
        return frame.head(0).collect()
    first, last = rows.min(), rows.max()
    assert isinstance(first, int)
    assert isinstance(last, int)
    part = frame.slice(first, last - first + 1).with_row_index(_PLACE, first)
    places = rows.unique().alias(_PLACE).to_frame().lazy()
    chosen = part.join(places, on=_PLACE, how="semi").collect(engine="streaming").sort(_PLACE)
    return chosen[chosen[_PLACE].search_sorted(rows)].drop(_PLACE)


_PLACE = " place"

"""What turned the verdicts of changed offers, and the criteria and facts in which it shows.

Four verdicts tell it, on old and new data under the old and the new rule, and of as many offers as time allows the sets
of what turned them. The year goes with the data, the thresholds with the rule. Of the run before, nothing is held but a
verdict for each offer; statuses and evidence stay in its files, and are read for what changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import polars as pl

from engine.comparison.atom import AtomSet, Kind, Part
from engine.decisions.cause_of_change import Cause, cause_of
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.rulebook import Rulebook, Vocabulary
from engine.rulebooks.splits import splits_between
from offers.columns.decision_table import DecisionTable
from offers.columns.evidence_columns import evidence_columns
from offers.columns.reference_check import Reader
from offers.comparison.differing_evidence import DifferingEvidence, Side
from offers.comparison.matching import AT, BEFORE
from offers.comparison.previous import Previous
from offers.comparison.renamed_columns import with_facts_of, with_ids_of
from offers.comparison.told_causes import RowSide, ToldCauses
from offers.comparison.verdicts import REFUSED, UNREADABLE, Verdicts
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.table import ROW, Table

OLD, NEW, CAUSE, CAUSES, NAMED = " oo", " nn", "cause", "causes", " named"
"""Columns of changed offers: the verdict before and now, the cause and its sets, and whether it can be named."""


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
        new, former = decision_table.rulebook, previous.rulebooks[decision_table.rulebook.id]
        old = with_facts_of(former, new)
        self._previous = previous
        self._frame = with_ids_of(former, new, previous.frames[new.id])
        program, schema, known = (
            decision_table.decisions.program,
            table.frame.collect_schema(),
            self._frame.collect_schema(),
        )
        self.lost = () if previous.same_data else tuple(previous.lost.get(new.id, ()))
        self._statuses = {c.id: decision_table.columns.of(c.id) for c in new.criteria}
        wholes = {part: whole for whole, parts in splits_between(former, new).items() for part in parts}
        self._before = {c.id: wholes.get(c.id, c.id) for c in new.criteria}
        self._known_statuses = list(dict.fromkeys(name for name in self._before.values() if name in known))
        evidence = [name for name in evidence_columns(program, previous.year) if name in known]
        self._cells = self._frame.select(pl.col("offer").alias("id"), *evidence).with_row_index(ROW)
        before = _reader_of(self._cells, ["id", *evidence], new.vocabulary)
        self._by_old = Verdicts(old, new.vocabulary, year, table.frame, table.sign, reader)
        self._by_new = Verdicts(new, new.vocabulary, previous.year, self._cells, ".", before)
        sides = Side(before, previous.year, frozenset(evidence)), Side(reader, year, frozenset(schema))
        self._evidence = DifferingEvidence(program, *sides)
        self._all_cells, self._told = self._cells, ToldCauses(old, new, RowSide(reader, year), RowSide(reader, year))
        if not previous.same_data:
            self._all_cells, reader_before = _all_evidence(self._frame, old, new, previous.year)
            self._told = ToldCauses(old, new, RowSide(reader_before, previous.year), RowSide(reader, year))

    @property
    def reads(self) -> list[str]:
        """The columns of decided offers that `named` asks for."""
        return [*self._evidence.now, *self._statuses.values()]

    @cached_property
    def _on(self) -> pl.Series:
        """Numbers for the verdicts on all old data by the new rule; what is gone or alike is never asked about."""
        return self._by_new.told_apart(self._cells)

    def of(self, changed: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
        """`CAUSE`, `CAUSES`, `NAMED` for changed offers (`AT`, `OLD`, `NEW`, and cells), each with its predecessors."""
        return self._with_sets(self._by_sides(changed, pairs), changed, pairs)

    def _with_sets(self, caused: pl.DataFrame, changed: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
        """The causes with the sets of what turned each offer that has one predecessor, and the word by these sets."""
        alone = pairs.filter(~pl.col(AT).is_duplicated()).select(AT, BEFORE)
        if self.lost or alone.is_empty():
            return caused.with_columns(pl.lit(None, pl.String).alias(CAUSES))
        rows = changed.join(alone, on=AT, maintain_order="left")
        cells = rows.drop(AT, OLD, NEW, BEFORE)
        before = cells if self._previous.same_data else rows_at(self._all_cells, rows[BEFORE])
        verdicts = rows.select(pl.col(OLD, NEW).cast(pl.String)).iter_rows()
        told = [
            self._told.of((old, new), was, now)
            for (old, new), was, now in zip(
                verdicts, before.iter_rows(named=True), cells.iter_rows(named=True), strict=True
            )
        ]
        words = {CAUSE: [t and t.cause.value for t in told], CAUSES: [t and t.text for t in told]}
        of_sets = pl.DataFrame({AT: rows[AT], **words}, schema_overrides=dict.fromkeys(words, pl.String))
        joined = caused.join(of_sets, on=AT, how="left", maintain_order="left", suffix=_OF_SETS)
        return joined.with_columns(pl.coalesce(CAUSE + _OF_SETS, CAUSE).alias(CAUSE)).drop(CAUSE + _OF_SETS)

    @property
    def sets(self) -> Mapping[str, tuple[AtomSet, ...]]:
        """The sets of each text in `CAUSES`."""
        return self._told.sets

    def _by_sides(self, changed: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
        """`CAUSE` by whole sides: what all data alone, and all of the rule alone, would have given; and `NAMED`."""
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
        verdicts = self._by_new.verdicts_of(self._on.gather(rows))
        left = verdicts.is_null()
        if not left.any():
            return verdicts
        return verdicts.scatter(left.arg_true(), self._by_new.one_by_one(rows_at(self._cells, rows.filter(left))))

    def named(self, now: pl.DataFrame, listed: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
        """The criteria and facts in which changes show, for changed offers by their number, each with its predecessors.

        A merged offer differs where it differs from any of those that it was made of. A part of what was split differs
        where it is otherwise than that was. A criterion that there was not shows where it is among what turned the
        verdict.
        """
        causes = listed[CAUSE]
        known = rows_at(self._frame.select(self._known_statuses or ["offer"]), pairs[BEFORE])
        cells = now[pairs[AT]]
        texts = listed[CAUSES].gather(pairs[AT])
        criteria = {
            name: known[self._before[name]].cast(pl.String).ne_missing(cells[column].cast(pl.String))
            if self._before[name] in known.columns
            else texts.replace_strict(
                self._told.texts_with(Part(Kind.ADDED, name)), True, default=False, return_dtype=pl.Boolean
            )
            for name, column in self._statuses.items()
        }
        by_data = causes.gather(pairs[AT]).ne(Cause.RULE.value).fill_null(value=False)
        about = pairs.filter(by_data)
        before = rows_at(self._cells.select(self._evidence.before or ["id"]), about[BEFORE])
        facts = self._evidence.between(before, cells.filter(by_data))
        names = _any_of(pairs[AT], criteria, "criteria")
        return names.join(_any_of(about[AT], facts, "facts"), on=AT, how="left")


_OF_SETS = " of sets"
_NO, _ON, _SEVERAL = " no", " on", " several"


def _reader_of(cells: pl.LazyFrame, names: Sequence[str], vocabulary: Vocabulary) -> Rows:
    file = "previous run"
    columns = tuple(Headers(vocabulary).read(names, file))
    return Rows(Table(file, "parquet", columns, cells, ".", {}, "", 0), vocabulary, recorded=True)


def _cause(oo: str, no: str | None, on: str | None, nn: str) -> str | None:
    no, on = (None if verdict == REFUSED else verdict for verdict in (no, on))
    cause = cause_of(oo, no, on, nn)
    return cause.value if cause else None


def _all_evidence(frame: pl.LazyFrame, old: Rulebook, new: Rulebook, year: int) -> tuple[pl.LazyFrame, Rows]:
    """All evidence that either rulebook reads of a run before, and who reads it, as facts were declared then."""
    known = frame.collect_schema().names()
    programs = compile_rulebook(old), compile_rulebook(new)
    names = list(dict.fromkeys(n for program in programs for n in evidence_columns(program, year) if n in known))
    cells = frame.select(pl.col("offer").alias("id"), *names).with_row_index(ROW)
    facts = {**new.vocabulary.facts, **old.vocabulary.facts}
    return cells, _reader_of(cells, ["id", *names], new.vocabulary._replace(facts=facts))


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

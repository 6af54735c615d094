"""A register's decisions beside those of a run before: what changed, and what turned it, chunk by chunk."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

import polars as pl

from engine.comparison.atom import AtomSet
from engine.decisions.cause_of_change import VerdictChange, change_of
from engine.rulebooks.rulebook import Verdict
from offers.columns.decided_columns import COMPARED
from offers.columns.decision_table import DecisionTable
from offers.columns.defective_rows import apart_where_defective
from offers.columns.evaluator import RejectedRow
from offers.columns.reference_check import Reader
from offers.comparison.change_columns import ABOUT, CHANGE_SCHEMA, DECIDED
from offers.comparison.changed_offers import CAUSE, CAUSES, NAMED, NEW, OLD, ChangedOffers, rows_at
from offers.comparison.defect_of_offer import DefectOfOffer
from offers.comparison.matching import AT, BEFORE, Matched, Matching
from offers.comparison.previous import Previous
from offers.comparison.verdicts import ANSWER
from offers.tables.table import ROW, Table

_HELD = 100_000
"""So many changed offers wait, with their evidence, until what turned them is named."""


class RunComparison:
    """All rulebooks' decisions beside those of a run before.

    Args:
        previous: the run before.
        decision_tables: the decisions now.
        table: the register, `year` its agreement year, and `reader` what reads its rows.
        defective: has the numbers of rows that meet a defect of ours, and what was raised.
    """

    def __init__(
        self,
        previous: Previous,
        decision_tables: Sequence[DecisionTable],
        table: Table,
        reader: Reader,
        year: int,
        defective: dict[int, Exception],
    ) -> None:
        self._lock = threading.Lock()
        self._has_gone = previous.folder or table.file
        self._parts: list[tuple[Matching, OfRulebook]] = []
        for decision_table in decision_tables:
            frame = _frame_before(previous, decision_table)
            offers, verdicts = _decided_before(frame)
            known = next((m for m, _ in self._parts if m.offers.equals(offers)), None)
            matching = known or Matching(offers, previous.successors)
            changed_offers = None
            if decision_table.rulebook.id in previous.rulebooks and decision_table.rulebook.id in previous.frames:
                changed_offers = ChangedOffers(previous, decision_table, table, reader, year)
            before = (matching.offers, verdicts, frame, changed_offers)
            part = OfRulebook(decision_table, *before, defective, complete=previous.complete)
            self._parts.append((matching, part))

    @property
    def lost(self) -> list[tuple[str, ...]]:
        """For each rulebook the evidence that it reads, and that the run before may have had and did not keep."""
        return [part.lost for _, part in self._parts]

    def compare(self, decided: pl.DataFrame) -> list[pl.Series]:
        """The columns `COMPARED` of each rulebook for some decided rows; what changed is kept for the list."""
        with self._lock:
            ids = decided["id"]
            return [c for matched, part in self._matched(ids) for c in part.compare(decided, ids, matched)]

    def rejected(self, rows: Iterable[RejectedRow]) -> None:
        """Note the offers whose rows were refused: they are not closed."""
        ids = pl.Series([str(row.id or "").strip() for row in rows], dtype=pl.String)
        for matched, part in self._matched(ids):
            part.rejected(matched)

    def changes(self) -> pl.DataFrame:
        """The list of changes, for each rulebook by offer, those that are closed last."""
        return pl.concat([pl.DataFrame(schema=CHANGE_SCHEMA), *(part.changes() for _, part in self._parts)])

    @property
    def causes(self) -> Mapping[str, tuple[AtomSet, ...]]:
        """The sets of each text under `causes`."""
        return {text: sets for _, part in self._parts for text, sets in part.causes.items()}

    @property
    def defects_of_offers(self) -> list[DefectOfOffer]:
        """The defects of ours that offers which are gone met when they were listed."""
        return [
            DefectOfOffer(self._has_gone, offer, error)
            for _, part in self._parts
            for offer, error in part.defects_of_offers
        ]

    def _matched(self, ids: pl.Series) -> Iterator[tuple[Matched, OfRulebook]]:
        matched: dict[int, Matched] = {}
        for matching, part in self._parts:
            if id(matching) not in matched:
                matched[id(matching)] = matching.match(ids)
            yield matched[id(matching)], part


def _frame_before(previous: Previous, decision_table: DecisionTable) -> pl.LazyFrame:
    """What the run before has of each offer by a rulebook."""
    return previous.frames.get(
        decision_table.rulebook.id, pl.LazyFrame(schema={"offer": pl.String, "verdict": pl.String})
    )


def _decided_before(frame: pl.LazyFrame) -> tuple[pl.Series, pl.Series]:
    """The offers of the run before, and their verdicts."""
    decisions = frame.select("offer", pl.col("verdict").cast(pl.Categorical)).collect()
    return decisions["offer"], decisions["verdict"]


_Waiting = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]
"""Changed offers (`AT`), the cells of each, and its predecessors."""


class OfRulebook:
    """One rulebook's decisions beside those of a run before."""

    def __init__(
        self,
        decision_table: DecisionTable,
        offers: pl.Series,
        verdicts: pl.Series,
        before: pl.LazyFrame,
        changed_offers: ChangedOffers | None,
        defective: dict[int, Exception],
        *,
        complete: bool,
    ) -> None:
        self._defective, self._defective_before = defective, dict[int, Exception]()
        self._decision_table, self._offers, self._verdicts = decision_table, offers, verdicts
        about = [name for name in before.collect_schema() if name in ABOUT]
        self._about = before.select(pl.col(about).cast(pl.String)) if about else None
        self._changed_offers, self._complete = changed_offers, complete
        self._seen: list[pl.Series] = []
        self._rows: list[pl.DataFrame] = []
        self._waiting: list[_Waiting] = []

    @property
    def lost(self) -> tuple[str, ...]:
        """The evidence that is not known of the run before."""
        return self._changed_offers.lost if self._changed_offers else ()

    @property
    def causes(self) -> Mapping[str, tuple[AtomSet, ...]]:
        """The sets of each text under `causes`."""
        return self._changed_offers.sets if self._changed_offers else {}

    @property
    def defects_of_offers(self) -> Iterator[tuple[str, Exception]]:
        """The ids of offers that are gone and could not be listed, and what was raised."""
        for row, error in self._defective_before.items():
            yield self._offers[row], error

    def compare(self, decided: pl.DataFrame, ids: pl.Series, matched: Matched) -> list[pl.Series]:
        """The columns `COMPARED` for some decided rows."""
        pairs = matched.pairs
        self._seen.append(pairs[BEFORE])
        now = decided[self._decision_table.columns.verdict].cast(pl.String).alias(NEW)
        changes = _changed(self._before(matched), now)
        is_changed = changes["change"].is_not_null()
        if not self._complete:
            is_changed &= changes["change"].ne_missing(VerdictChange.NEW.value)
        changed = changes.filter(is_changed)
        changed = changed.join(self._caused(changed, decided, matched, pairs), on=AT, how="left", maintain_order="left")
        self._keep(changed, decided, ids, pairs)
        compared = changes.select(AT, "previous_verdict").join(
            changed.select(AT, "change", CAUSE, CAUSES), on=AT, how="left", maintain_order="left"
        )
        return [compared[name].alias(self._decision_table.columns.of(name)) for name in COMPARED]

    def _before(self, matched: Matched) -> pl.DataFrame:
        """For each offer its former verdicts in words, the one that is compared, and that of all where it is one."""
        one = self._verdicts.gather(matched.row).cast(pl.String)
        places = pl.int_range(len(one), dtype=pl.UInt32, eager=True).alias(AT)
        before = pl.DataFrame([places, one.alias("previous_verdict"), one.alias(_JOINT), one.alias(OLD)])
        if matched.several.is_empty():
            return before
        verdicts = self._verdicts.gather(matched.several[BEFORE]).cast(pl.String).alias(OLD)
        several = matched.several.with_columns(verdicts).group_by(AT).agg(pl.col(OLD).unique(maintain_order=True))
        all_alike = pl.col(OLD).list.len() == 1
        merged = several.select(
            AT,
            pl.col(OLD).list.join("|").alias("previous_verdict"),
            pl.when(all_alike).then(pl.col(OLD).list.first()).otherwise(_joint(pl.col(OLD))).alias(_JOINT),
            pl.when(all_alike).then(pl.col(OLD).list.first()).alias(OLD),
        )
        return before.update(merged, on=AT, how="left", maintain_order="left")

    def _caused(
        self, changed: pl.DataFrame, decided: pl.DataFrame, matched: Matched, pairs: pl.DataFrame
    ) -> pl.DataFrame:
        """The causes of changes, as far as all that was decided before is known, and was one verdict."""
        if self._changed_offers is None:
            return pl.DataFrame(schema={AT: pl.UInt32, CAUSE: pl.String, NAMED: pl.Boolean, CAUSES: pl.String})
        known = changed.filter(pl.col(OLD).is_not_null() & ~pl.col(AT).is_in(matched.partly.implode()))
        known = known.select(AT, pl.col(OLD, NEW).cast(ANSWER))
        cells = decided[known[AT]]
        return self._changed_offers.of(known.hstack(cells.get_columns()), pairs.join(known, on=AT, how="semi"))

    def _keep(self, changed: pl.DataFrame, decided: pl.DataFrame, ids: pl.Series, pairs: pl.DataFrame) -> None:
        rows, columns, rulebook = decided[changed[AT]], self._decision_table.columns, self._decision_table.rulebook
        about = [pl.col(n).cast(pl.String) if n in rows.columns else pl.lit(None, pl.String).alias(n) for n in ABOUT]
        now = [pl.col(columns.of(n)).cast(pl.String).alias(n) for n in DECIDED]
        named = pl.lit(rulebook.id).alias("rulebook"), pl.lit(rulebook.version).alias("version")
        listed = rows.select(ROW, *named, ids.gather(changed[AT]).alias("offer"), *about, *now)
        listed = listed.hstack(
            changed.select("change", "previous_verdict", CAUSE, CAUSES, AT, pl.col(NAMED).fill_null(value=False))
        )
        if self._changed_offers is None:
            self._rows.append(_listed(listed))
            return
        cells = rows.select(self._changed_offers.reads)
        self._waiting.append((listed, cells, pairs.join(listed.filter(NAMED), on=AT, how="semi")))
        if sum(listed.height for listed, _, _ in self._waiting) >= _HELD:
            self._name()

    def _name(self) -> None:
        """Name the criteria and facts of the changes that wait, and let go of their evidence."""
        waiting, self._waiting = self._waiting, []
        for listed, cells, pairs in _together(waiting):
            named = partial(self._named, pairs)
            self._rows.append(apart_where_defective(named, listed, cells, self._defective))

    def _named(self, pairs: pl.DataFrame, listed: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
        """Some of the changes that wait as they are listed, with the criteria and facts in which they show."""
        assert self._changed_offers is not None
        if listed.is_empty():
            return _listed(listed)
        numbers = listed.select(AT).with_row_index(_NUMBER)
        own = pairs.join(numbers, on=AT, how="semi").join(numbers, on=AT, maintain_order="left")
        own = own.select(pl.col(_NUMBER).alias(AT), BEFORE)
        listed = listed.with_columns(numbers[_NUMBER].alias(AT))
        named = self._changed_offers.named(cells, listed, own)
        return _listed(listed.join(named, on=AT, how="left", maintain_order="left"))

    def rejected(self, matched: Matched) -> None:
        """Note offers whose rows were refused."""
        rows = matched.pairs.sort(AT, maintain_order=True)[BEFORE]
        self._seen.append(rows)
        self._rows.append(self._gone(rows, VerdictChange.REJECTED))

    def changes(self) -> pl.DataFrame:
        """The list of changes by offer, those that are closed last."""
        self._name()
        seen = pl.concat([pl.Series([], dtype=pl.UInt32), *self._seen])
        everybody = pl.int_range(len(self._offers), dtype=pl.UInt32, eager=True)
        closed = everybody.filter(~everybody.is_in(seen.implode()))
        listed = pl.concat([pl.DataFrame(schema=CHANGE_SCHEMA), *self._rows]).sort("offer", maintain_order=True)
        return pl.concat([listed, self._gone(closed, VerdictChange.CLOSED)])

    def _gone(self, rows: pl.Series, change: VerdictChange) -> pl.DataFrame:
        """Offers that are not decided now as they are listed, but for those that meet a defect of ours."""
        numbers = rows.alias(ROW).to_frame()
        return apart_where_defective(
            lambda some, _: self.listed_as_gone(some[ROW], change), numbers, numbers, self._defective_before
        )

    def listed_as_gone(self, rows: pl.Series, change: VerdictChange) -> pl.DataFrame:
        """Offers by their places in the run before, as the list of changes has those that are not decided now."""
        known = [
            self._offers.gather(rows).alias("offer"),
            self._verdicts.gather(rows).cast(pl.String).alias("previous_verdict"),
            *([] if self._about is None else rows_at(self._about, rows).get_columns()),
        ]
        rulebook = self._decision_table.rulebook
        words = {"rulebook": rulebook.id, "version": rulebook.version, "change": change.value}
        return _listed(pl.DataFrame(known).with_columns(pl.lit(word).alias(name) for name, word in words.items()))


_JOINT = " joint"


def _changed(before: pl.DataFrame, now: pl.Series) -> pl.DataFrame:
    """The former verdicts with those of now and the changes, each distinct pair found once."""
    verdicts = before.with_columns(now)
    distinct = verdicts.select(_JOINT, NEW).unique()
    changes = [change_of(*pair) for pair in distinct.iter_rows()]
    words = pl.Series("change", [c.value if c else None for c in changes], dtype=pl.String)
    with_words = distinct.with_columns(words)
    return verdicts.join(with_words, on=[_JOINT, NEW], how="left", nulls_equal=True, maintain_order="left")


def _joint(verdicts: pl.Expr) -> pl.Expr:
    """The verdict of several offers that became one: met where one of them was."""
    order = (Verdict.MET, Verdict.UNDETERMINED, Verdict.NOT_MET)
    return pl.coalesce(pl.when(verdicts.list.contains(v.value)).then(pl.lit(v.value)) for v in order)


def _together(waiting: Sequence[_Waiting]) -> Iterator[_Waiting]:
    """What waits as one, its offers numbered anew."""
    if not waiting:
        return
    listed = pl.concat(t.with_columns(pl.lit(n).alias(_CHUNK)) for n, (t, _, _) in enumerate(waiting))
    numbers = listed.select(_CHUNK, AT).with_row_index(_NUMBER)
    pairs = pl.concat(p.with_columns(pl.lit(n).alias(_CHUNK)) for n, (_, _, p) in enumerate(waiting))
    pairs = pairs.join(numbers, on=[_CHUNK, AT], maintain_order="left").select(pl.col(_NUMBER).alias(AT), BEFORE)
    yield listed.with_columns(numbers[_NUMBER].alias(AT)), pl.concat(c for _, c, _ in waiting), pairs


_CHUNK, _NUMBER = " chunk", " number"


def _listed(changes: pl.DataFrame) -> pl.DataFrame:
    """Changes as the list of changes has them."""
    absent = [pl.lit(None, pl.String).alias(name) for name in CHANGE_SCHEMA if name not in changes.columns]
    return changes.with_columns(absent).select(*CHANGE_SCHEMA)

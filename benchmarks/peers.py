"""What deciding alone costs: our columns against a loop in Python, OpenFisca-core and GoRules zen-engine, in one run.

Wanted: 10 times as fast as the loop, 2 times as fast as OpenFisca-core, 100 times as fast as zen-engine row by row.

    python -m benchmarks peers [--offers N] [--repeat N]

All decide the same typed offers by both rulebooks of 2018: the status of each criterion and override, and the verdicts.
What a peer finds is compared with what we find on every row that it decides; one that differs ends the run. Nothing
is read or written meanwhile, and nothing that is compiled once is counted. What a run costs whatever its size weighs
on small tables, so the ratios are meant for a million offers.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import narwhals as nw  # noqa: E402
import polars as pl  # noqa: E402

from benchmarks import peer_loop  # noqa: E402
from benchmarks.offers_table import typed  # noqa: E402
from engine.decisions.decide import Decider  # noqa: E402
from engine.decisions.vector_decisions import VectorDecisions  # noqa: E402
from engine.evaluation.columnar_evidence import Grids, high_of, low_of, possible_of, reasoned_of, stated_of  # noqa: E402
from engine.rulebooks.library import Library  # noqa: E402
from engine.rulebooks.rulebook import Verdict  # noqa: E402
from offers.columns.decision_table import DecisionTable  # noqa: E402
from offers.columns.evaluator import Evaluator  # noqa: E402
from offers.columns.evidence_columns import READ  # noqa: E402
from offers.tables.headers import Headers  # noqa: E402
from offers.tables.rows import Rows  # noqa: E402
from offers.tables.table import Table  # noqa: E402

YEAR = 2018
ROW_BY_ROW = 10_000
"""So many offers at most are given to what decides one at a time through a call into another language."""
READY, COLUMNS = "from evidence that is ready", "from the columns of the table on"
PLANNED, RULED, VERDICTS, EQUAL = "planned", "ruled", "verdicts", "equal"
CODES = ("not_met", "unknown", "met", "not_applicable")
"""A status by its number in `peer_loop` and in the peers."""


class Peer(NamedTuple):
    """One way to decide: `prepare` makes of a table what `run` decides; `statuses` gives a column of codes an item."""

    name: str
    wanted: float | None
    most: int
    prepare: Callable[[pl.DataFrame], Any]
    run: Callable[[Any], Any]
    statuses: Callable[[Any], pl.DataFrame]


class Ours:
    """Our columnar evaluator, over columns in memory."""

    def __init__(self, frame: pl.DataFrame) -> None:
        rulebooks = Library().in_force(YEAR)
        vocabulary = rulebooks[0].vocabulary
        self._frame = frame
        columns = Headers(vocabulary).read(frame.columns, "table")
        table = Table("table", "parquet", tuple(columns), frame.lazy(), ".", {}, "", frame.height)
        self._deciders = [Decider(rulebook) for rulebook in rulebooks]
        programs = [decider.program for decider in self._deciders]
        self._grids = Grids(programs, YEAR)
        self.evaluator = Evaluator(programs, YEAR, frame, ".", Rows(table, vocabulary))

    def evidence(self) -> pl.DataFrame:
        """What every cell says, as evidence."""
        found = self.evaluator.columns.apply(nw.from_native(self._frame.lazy())).to_native()
        fact_columns = self.evaluator.columns.fact_columns
        is_evidence = {low_of(key) for key in fact_columns} | {high_of(key) for key in fact_columns}
        is_evidence |= {
            possible_of(key, answer) for key, fact_column in fact_columns.items() for answer in fact_column.fact.answers
        }
        is_evidence |= {of(key) for key in fact_columns for of in (stated_of, reasoned_of)}
        names = [name for name in found.collect_schema().names() if name in is_evidence]
        evidence: pl.DataFrame = found.select(names).collect(engine="streaming")
        return evidence

    def from_evidence(self, evidence: pl.DataFrame) -> pl.LazyFrame:
        """The statuses of every criterion and override, packed in a number for each rulebook: to be collected."""
        columns = self.evaluator.columns
        found = self._grids.prepare(nw.from_native(evidence.lazy()), columns.present, columns.whole)
        for program in self.evaluator.columnar:
            found = program.evaluate(found)
        vectors: pl.LazyFrame = found.to_native().select(self.evaluator.vectors)
        return vectors

    def from_columns(self) -> pl.LazyFrame:
        """The same from the cells on, and whether columns could tell them."""
        return self.evaluator.with_vectors(self._frame.lazy()).select(READ, *self.evaluator.vectors)

    def decision_tables(self) -> list[DecisionTable]:
        """Tables in which nothing is decided yet."""
        pairs = zip(self._deciders, self.evaluator.columnar, strict=True)
        return [DecisionTable(VectorDecisions(decider), columnar) for decider, columnar in pairs]

    def statuses(self, vectors: pl.DataFrame, decided: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """A column of codes for each item of both rulebooks."""
        columns: list[pl.Series] = []
        for columnar, verdicts in zip(self.evaluator.columnar, decided, strict=True):
            program = columnar.program
            names = [*(c.criterion.id for c in program.criteria), *(o.override.id for o in program.overrides)]
            own = vectors.select(columnar.vectors)
            distinct = own.unique()
            made = (
                VectorDecisions(Decider(program.rulebook)).over(columnar.situation(row)) for row in distinct.iter_rows()
            )
            codes = [[CODES.index(s.reported) for s in one.statuses] for one in made]
            told = pl.concat(
                [distinct, pl.DataFrame(codes, dict.fromkeys(names, pl.UInt8), orient="row")], how="horizontal"
            )
            columns += own.join(told, on=own.columns, how="left", maintain_order="left").select(names).get_columns()
            verdict = {v.value: CODES.index("unknown" if v is Verdict.UNDETERMINED else v.value) for v in Verdict}
            coded = verdicts["verdict"].cast(pl.String).replace_strict(verdict, return_dtype=pl.UInt8)
            columns.append(coded.alias(program.rulebook.outcomes[Verdict.MET].id))
        return pl.DataFrame(columns).select(peer_loop.ITEMS)


def peers() -> Iterator[Peer]:
    """What can be measured here."""
    yield from _loop()
    for module, of_module in (("openfisca_core", _openfisca), ("zen", _zen)):
        if importlib.util.find_spec(module) is None:
            print(f"  {module} is not installed and not measured: pip install '.[benchmarks]'")
        else:
            yield from of_module()


def _loop() -> Iterator[Peer]:
    def rows(frame: pl.DataFrame) -> Any:
        return frame.select(peer_loop.FACTS).rows()

    def statuses(found: Any) -> pl.DataFrame:
        return pl.DataFrame(found, dict.fromkeys(peer_loop.ITEMS, pl.UInt8), orient="row")

    yield Peer("a loop in Python", 10, sys.maxsize, rows, peer_loop.statuses_of, statuses)


def _openfisca() -> Iterator[Peer]:
    from benchmarks import peer_openfisca as openfisca  # noqa: PLC0415 - may not be installed

    def calculated(simulation: Any) -> Any:
        return openfisca.statuses_of(simulation, peer_loop.ITEMS)

    def statuses(found: Any) -> pl.DataFrame:
        return pl.DataFrame({name: pl.Series(array.astype("u1")) for name, array in found.items()})

    for encoder, how in ((openfisca.by_select, "as its models are written"), (openfisca.by_bytes, "tuned by hand")):
        loaded = partial(openfisca.simulation, openfisca.system(encoder))
        yield Peer(f"OpenFisca-core, {how}", 2, sys.maxsize, loaded, calculated, statuses)


def _zen() -> Iterator[Peer]:
    from benchmarks import peer_zen  # noqa: PLC0415 - may not be installed

    def rows(frame: pl.DataFrame) -> Any:
        return frame.select(peer_loop.FACTS).rows(named=True)

    def statuses(found: Any) -> pl.DataFrame:
        assert all(answer["trace"] for answer in found)
        codes = [[CODES.index(answer["result"][name]) for name in peer_loop.ITEMS] for answer in found]
        return pl.DataFrame(codes, dict.fromkeys(peer_loop.ITEMS, pl.UInt8), orient="row")

    engine = peer_zen.engine()
    each, batches = partial(peer_zen.statuses_of, engine), partial(peer_zen.statuses_in_batches, engine)
    yield Peer("zen-engine, row by row", 100, ROW_BY_ROW, rows, each, statuses)
    yield Peer(f"zen-engine, {peer_zen.BATCH} rows at a time", 100, ROW_BY_ROW, rows, batches, statuses)


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """The seconds that something takes, without the collector of garbage, and what it gives."""
    gc.collect()
    gc.disable()
    start = time.perf_counter()
    found = run()
    seconds = time.perf_counter() - start
    gc.enable()
    return seconds, found


def compared(peer: Peer, found: Any, expected: pl.DataFrame) -> int:
    """How many statuses and verdicts are equal: all, or the run ends."""
    told = peer.statuses(found)
    for name in peer_loop.ITEMS:
        differs = (told[name] != expected[name].head(told.height)).fill_null(value=True).arg_true()
        if differs.len():
            row = differs[0]
            raise SystemExit(
                f"{peer.name} gives another {name} on {differs.len()} rows: `{CODES[told[name][row]]}` in row {row},"
                f" where we find `{CODES[expected[name][row]]}`"
            )
    return told.height * told.width


def measured(ours: Ours, frame: pl.DataFrame, others: Sequence[Peer]) -> Iterator[tuple[str, float]]:
    """One turn: what was measured, and its microseconds a row."""
    per_row = 1e6 / frame.height
    evidence = ours.evidence()
    plan = ours.from_evidence(evidence)
    took, from_evidence = timed(partial(plan.collect, engine="streaming"))
    yield READY, took * per_row
    took, plan = timed(ours.from_columns)
    yield PLANNED, took
    took, vectors = timed(partial(plan.collect, engine="streaming"))
    yield COLUMNS, took * per_row
    assert vectors[READ].all()
    assert from_evidence.equals(vectors.drop(READ))
    del evidence, from_evidence, plan
    decision_tables = ours.decision_tables()
    for stage in (RULED, VERDICTS):
        took, decided = timed(lambda: [decision_table.decide(vectors) for decision_table in decision_tables])
        yield stage, took * per_row
    expected = ours.statuses(vectors, decided)
    for peer in others:
        part = frame.head(peer.most)
        before, ready = timed(partial(peer.prepare, part))
        took, answers = timed(partial(peer.run, ready))
        yield peer.name, took * 1e6 / part.height
        yield peer.name + COLUMNS, (before + took) * 1e6 / part.height
        yield peer.name + EQUAL, compared(peer, answers, expected)
        del ready, answers


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--offers", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    chosen = parser.parse_args()
    frame = typed(0, chosen.offers, random.Random(YEAR))  # noqa: S311 - the same offers in every run
    ours, others = Ours(frame), list(peers())
    turns = [dict(measured(ours, frame, others)) for _ in range(chosen.repeat)]
    told(chosen, others, {name: median(turn[name] for turn in turns) for name in turns[0]})


def told(chosen: argparse.Namespace, others: Sequence[Peer], found: dict[str, float]) -> None:
    """Print what was measured."""
    print(
        f"{chosen.offers:,} offers, both rulebooks, {chosen.repeat} turn(s), medians. Microseconds a row, and how many"
    )
    print("times ours: our statuses alone; our statuses and verdicts. The peers find both, with their traces.")
    for start, suffix in ((READY, ""), (COLUMNS, COLUMNS)):
        statuses, whole = found[start], found[start] + found[VERDICTS]
        print(f"  {start}:")
        print(f"    {'our columns':44} {statuses:9.3f}; {whole:.3f} with verdicts")
        for peer in others:
            cost = found[peer.name + suffix]
            wanted = f" (wanted: {peer.wanted:g})" if peer.wanted else ""
            print(f"    {peer.name:44} {cost:9.3f} {cost / statuses:9.1f} {cost / whole:9.1f}{wanted}")
    ruled = (found[RULED] - found[VERDICTS]) * chosen.offers / 1e6
    print(
        f"  Once, however many offers, and not among these: {found[PLANNED]:.2f} s to write our expressions down, and"
    )
    print(f"  {ruled:.2f} s to rule each distinct vector by durable-rules and the reference; nor what peers compile.")
    for peer in others:
        fewer = f", {peer.most:,} rows alone" if peer.most < chosen.offers else ""
        print(f"  {peer.name}: {found[peer.name + EQUAL]:,.0f} statuses and verdicts, all equal to ours{fewer}.")


if __name__ == "__main__":
    main()

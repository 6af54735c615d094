"""What deciding alone costs: our columns against a loop in Python, OpenFisca-core and GoRules zen-engine, in one run.

    python benchmarks/peers.py [--offers N] [--repeat N]

All decide the same typed offers by both rulebooks of 2018: the status of each criterion and override, and the verdicts.
What a peer finds is compared with what we find on every row that it decides; one that differs ends the run. Nothing
is read or written meanwhile, and nothing that is compiled once is counted.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import polars as pl  # noqa: E402

from benchmarks import peer_loop  # noqa: E402
from benchmarks.offers_table import typed  # noqa: E402
from engine.decide import Decider  # noqa: E402
from engine.library import Library  # noqa: E402
from engine.rulebook import Verdict  # noqa: E402
from engine.rulings import Rulings  # noqa: E402
from offers.batch import Book, Evaluator  # noqa: E402
from offers.columns import READ  # noqa: E402
from offers.table_headers import Headers  # noqa: E402
from offers.table_rows import Rows  # noqa: E402
from offers.tables import Table  # noqa: E402

YEAR = 2018
ROW_BY_ROW = 10_000
"""So many offers at most are given to what decides one at a time through a call into another language."""
CODES = ("not_met", "unknown", "met", "not_applicable")
"""A status by its number in `peer_loop` and in the peers."""


class Peer(NamedTuple):
    """One way to decide: `prepare` gives what `run` is measured on, `statuses` a column of codes for each item."""

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
        self.evaluator = Evaluator(programs, YEAR, frame.schema, ".", Rows(table, vocabulary))

    def vectors(self) -> pl.DataFrame:
        """The statuses of every criterion and override, packed in a number for each rulebook."""
        wanted = self.evaluator.with_vectors(self._frame.lazy()).select(READ, *self.evaluator.vectors)
        return wanted.collect(engine="streaming")

    def books(self) -> list[Book]:
        """Books in which nothing is decided yet."""
        pairs = zip(self._deciders, self.evaluator.columnar, strict=True)
        return [Book(Rulings(decider), columnar) for decider, columnar in pairs]

    def statuses(self, vectors: pl.DataFrame, decided: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """A column of codes for each item of both rulebooks."""
        assert vectors[READ].all()
        columns: list[pl.Series] = []
        for columnar, verdicts in zip(self.evaluator.columnar, decided, strict=True):
            program = columnar.program
            names = [*(c.criterion.id for c in program.criteria), *(o.override.id for o in program.overrides)]
            own = vectors.select(columnar.vectors)
            distinct = own.unique()
            codes = [[CODES.index(s.reported) for s in columnar.items(row)] for row in distinct.iter_rows()]
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
    yield from _loops()
    for module, of_module in (("openfisca_core", _openfisca), ("zen", _zen)):
        if importlib.util.find_spec(module) is None:
            print(f"  {module} is not installed and not measured: pip install '.[benchmarks]'")
        else:
            yield from of_module()


def _loops() -> Iterator[Peer]:
    def statuses(found: Any) -> pl.DataFrame:
        return pl.DataFrame(found, dict.fromkeys(peer_loop.ITEMS, pl.UInt8), orient="row")

    def rows(frame: pl.DataFrame) -> Any:
        return frame.select(peer_loop.FACTS).rows()

    def both(frame: pl.DataFrame) -> Any:
        return peer_loop.statuses_of(rows(frame))

    yield Peer("a loop in Python over rows that are ready", 10, sys.maxsize, rows, peer_loop.statuses_of, statuses)
    yield Peer("the same from the columns on", 10, sys.maxsize, lambda frame: frame, both, statuses)


def _openfisca() -> Iterator[Peer]:
    from benchmarks import peer_openfisca as openfisca  # noqa: PLC0415 - may not be installed

    def statuses(found: Any) -> pl.DataFrame:
        return pl.DataFrame({name: pl.Series(array.astype("u1")) for name, array in found.items()})

    def calculated(simulation: Any) -> Any:
        # A simulation remembers what it has calculated, so each is calculated once.
        return openfisca.statuses_of(simulation, peer_loop.ITEMS)

    for encoder, how in ((openfisca.by_select, "statuses by select"), (openfisca.by_bytes, "statuses by hand")):
        model = openfisca.system(encoder)

        def loaded(frame: pl.DataFrame, model: Any = model) -> Any:
            return openfisca.simulation(model, frame)

        def both(frame: pl.DataFrame, model: Any = model) -> Any:
            return calculated(openfisca.simulation(model, frame))

        name = f"OpenFisca-core with trace, {how}"
        yield Peer(f"{name}, inputs ready", 2, sys.maxsize, loaded, calculated, statuses)
        yield Peer(f"{name}, from the columns on", 2, sys.maxsize, lambda frame: frame, both, statuses)


def _zen() -> Iterator[Peer]:
    from benchmarks import peer_zen  # noqa: PLC0415 - may not be installed

    compiled = peer_zen.engine()

    def rows(frame: pl.DataFrame) -> Any:
        return frame.select(peer_loop.FACTS).rows(named=True)

    def statuses(found: Any) -> pl.DataFrame:
        codes = [[CODES.index(answer["result"][name]) for name in peer_loop.ITEMS] for answer in found]
        assert all(answer["trace"] for answer in found)
        return pl.DataFrame(codes, dict.fromkeys(peer_loop.ITEMS, pl.UInt8), orient="row")

    def each(ready: Any) -> Any:
        return peer_zen.statuses_of(compiled, ready)

    def batches(ready: Any) -> Any:
        return peer_zen.statuses_in_batches(compiled, ready)

    yield Peer("zen-engine with trace, row by row", 100, ROW_BY_ROW, rows, each, statuses)
    yield Peer(f"zen-engine with trace, {peer_zen.BATCH} rows at a time", None, ROW_BY_ROW, rows, batches, statuses)


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


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--offers", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    chosen = parser.parse_args()
    frame = typed(0, chosen.offers, random.Random(YEAR))  # noqa: S311 - the same offers in every run
    ours = Ours(frame)
    print(f"{chosen.offers:,} offers, both rulebooks, medians of {chosen.repeat} turns:")
    found = list(peers())
    seconds: dict[str, list[float]] = {name: [] for name in ("vectors", "first", "again", *(p.name for p in found))}
    equal: dict[str, int] = {}
    for _ in range(chosen.repeat):
        took, vectors = timed(ours.vectors)
        seconds["vectors"].append(took)
        books = ours.books()
        for stage in ("first", "again"):
            took, decided = timed(lambda books=books, vectors=vectors: [book.decide(vectors) for book in books])  # type: ignore[misc]
            seconds[stage].append(took)
        expected = ours.statuses(vectors, decided)
        for peer in found:
            ready = peer.prepare(frame.head(peer.most))
            took, answers = timed(lambda peer=peer, ready=ready: peer.run(ready))  # type: ignore[misc]
            seconds[peer.name].append(took)
            equal[peer.name] = compared(peer, answers, expected)
            del ready, answers
    told(chosen.offers, found, {name: median(of) for name, of in seconds.items()}, equal)


def told(offers: int, found: Sequence[Peer], seconds: dict[str, float], equal: dict[str, int]) -> None:
    """Print what was measured."""
    rate = {name: of / offers * 1e6 for name, of in seconds.items()}
    whole, first = rate["vectors"] + rate["again"], rate["vectors"] + rate["first"]
    print(f"  our columns, statuses of every criterion and override:  {rate['vectors']:8.3f} µs a row")
    print(f"  and verdicts, where every vector has been ruled before: {whole:8.3f} µs a row")
    print(f"  and verdicts, where none has:                           {first:8.3f} µs a row")
    print("  times ours: statuses; with verdicts; with verdicts, no vector ruled before")
    for peer in found:
        rows = min(offers, peer.most)
        cost = seconds[peer.name] / rows * 1e6
        ratios = "; ".join(f"{cost / own:.1f}" for own in (rate["vectors"], whole, first))
        fewer = f" of {rows:,} rows," if rows < offers else ""
        wanted = f" (wanted: {peer.wanted:g})" if peer.wanted else ""
        print(f"  {peer.name}: {cost:.2f} µs a row, {ratios}{wanted};{fewer} {equal[peer.name]:,} statuses equal")


if __name__ == "__main__":
    main()

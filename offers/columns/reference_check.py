"""Rows that columns have decided, decided once more by the reference evaluator from their cells on."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import polars as pl

from engine.diagnostics import IntegrityFault
from engine.evaluation import reference
from engine.evaluation.columnar import ColumnarProgram
from engine.evaluation.completions import Regions, Situation
from engine.evaluation.evidence import Finding, Stated, findings_of
from engine.evaluation.program import StatedNode, TestNode
from engine.rulebooks.rulebook import FactDeclaration, Vocabulary
from engine.texts.catalogue import message
from engine.values.interval import Interval
from engine.values.logic import Status
from offers.tables.headers import columns_of
from offers.tables.offers_in_table import RowReader
from offers.tables.table import ROW

LARGE = 200_000
"""From so many rows on processes of their own may check."""
CHECKED, SAMPLED = 10_000, 1_000
"""Where there are no more rows than the first, the reference decides all of them, too; else so many as the second says,
chosen by chance, and those that are like no other."""
_SEED = 2018


class Reader(RowReader, Protocol):
    """Reads rows one at a time; raises `Rejected`."""

    @property
    def reads_cells(self) -> bool:
        """Whether what a row states depends on its cells, and not on which row it is."""
        ...

    @property
    def asks_for_offers(self) -> bool:
        """Whether a row may hold no offer, or an id that is refused."""
        ...

    def stated(self, values: Mapping[str, Any]) -> Stated:
        """What a row that has been read before states."""
        ...


class ReferenceCheck:
    """Compares the vectors of a sample of rows, and what is near its threshold, with those of the reference.

    Other rows may be checked, too; only those of the sample are counted.

    What the reference says is remembered: of a fact for each evidence in its cells, of a criterion for each combination
    of what its tests come to.

    Args:
        programs: their vectors are checked.
        reader: reads the cells of a row.
        year: the agreement year of the evidence.
        rows: how many rows there are at most.
    """

    def __init__(self, programs: Sequence[ColumnarProgram], reader: Reader, year: int, rows: int) -> None:
        self._programs, self.checked, self._counting = programs, 0, threading.Lock()
        chance = random.Random(_SEED)  # noqa: S311 - the same sample for everybody who runs it
        self.sample = None if rows <= CHECKED else pl.Series(sorted(chance.sample(range(rows), SAMPLED)))
        vocabulary = programs[0].program.rulebook.vocabulary
        read = {f.id: f for columnar in programs for f in columnar.program.facts_tested}
        self._facts = {name: _Fact(fact, vocabulary, programs, reader, year) for name, fact in read.items()}
        self._status_of: dict[tuple[int, int], dict[tuple[Status, ...], Status]] = {}

    def sampled(self, rows: pl.Series) -> pl.Series:
        """Where the rows of the sample stand among some rows, whose numbers ascend."""
        if self.sample is None or rows.is_empty():
            return pl.int_range(rows.len(), dtype=pl.UInt32, eager=True)
        within = self.sample.filter(self.sample.is_between(rows[0], rows[-1])).cast(rows.dtype)
        at = rows.search_sorted(within)
        return at.filter(rows[at] == within)

    def check(self, chunk: pl.DataFrame, vectors: pl.DataFrame) -> None:
        """Decide rows from their cells, and compare.

        Raises:
            IntegrityFault: their vectors, or what is near its threshold, are not those of the reference.
        """
        read_facts = [fact.statuses(chunk) for fact in self._facts.values()]
        regions_of = {name: of_fact.regions for name, of_fact in zip(self._facts, read_facts, strict=True)}
        leaves = {place: column for of_fact in read_facts for place, column in of_fact.statuses.items()}
        near = list(zip(*(of_fact.near for of_fact in read_facts), strict=True)) or [()] * chunk.height
        for number, columnar in enumerate(self._programs):
            frontier = columnar.completions.frontier
            known = [self._statuses(number, node, leaves, chunk.height) for node in frontier]
            lying = [regions_of[shared.fact.id][number] for shared in columnar.completions.shared]
            statuses = zip(*known, strict=True) if known else iter([()] * chunk.height)
            regions = zip(*lying, strict=True) if lying else iter([()] * chunk.height)
            rows = list(map(Situation, statuses, regions))
            expected = {row: columnar.vectors_of(row) for row in set(rows)}
            bits = {of_facts: columnar.bits_near(_nodes(number, of_facts)) for of_facts in set(near)}
            for at, by_columns in enumerate(vectors.select(*columnar.vectors, *columnar.near).iter_rows()):
                if expected[rows[at]] + bits[near[at]] != by_columns:
                    raise IntegrityFault(
                        message("columns and the reference disagree on `{offer}`", offer=chunk["id"][at])
                    )

    def count(self, chunk: pl.DataFrame) -> None:
        """Note that rows were checked, here or elsewhere."""
        of_sample = chunk if self.sample is None else chunk.filter(chunk[ROW].is_in(self.sample.implode()))
        with self._counting:
            self.checked += of_sample.height

    def _statuses(self, number: int, node: int, leaves: Mapping[Place, Sequence[Status]], height: int) -> list[Status]:
        """The status of a criterion or override in each row."""
        program = self._programs[number].program
        below = program.leaves_at(node)
        statuses = self._status_of.setdefault((number, node), {})
        rows = list(zip(*(leaves[number, index] for index in below), strict=True)) or [()] * height
        for new in set(rows).difference(statuses):
            statuses[new] = reference.status_at(program, node, dict(zip(below, new, strict=True)))
        return [statuses[row] for row in rows]


Place = tuple[int, int]
"""A node, by the number of its program and its own."""
Places = tuple[Place, ...]


class _StatusesOfFact(NamedTuple):
    """What the reference finds on one fact, for each row: the status of each node, and the thresholds it is near.

    Where several nodes of a program read the fact, also the regions that it can lie in, by the program's number.
    """

    statuses: Mapping[Place, Sequence[Status]]
    near: Sequence[Places]
    regions: Mapping[int, Sequence[Regions]]


def _nodes(number: int, of_facts: Iterable[Places]) -> Iterator[int]:
    """The nodes of one program among these places."""
    return (node for places in of_facts for of_program, node in places if of_program == number)


class _Fact:
    """What one fact comes to in each program, for each evidence of it in cells."""

    def __init__(
        self,
        fact: FactDeclaration,
        vocabulary: Vocabulary,
        programs: Sequence[ColumnarProgram],
        reader: Reader,
        year: int,
    ) -> None:
        self._id, self._reader, self._year = fact.id, reader, year
        self._names = columns_of([fact], year) if reader.reads_cells else [ROW]
        known = (fact.id, *fact.derived_from)
        self._part = vocabulary._replace(facts={name: vocabulary.facts[name] for name in known})
        self._leaves = list(_leaves(fact, programs))
        self._shared = {
            number: shared
            for number, columnar in enumerate(programs)
            for shared in columnar.completions.shared
            if shared.fact.id == fact.id
        }
        self._known: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def statuses(self, chunk: pl.DataFrame) -> _StatusesOfFact:
        """What the reference finds in each row."""
        names = [name for name in self._names if name in chunk.columns]
        rows = list(chunk.select(names).iter_rows()) if names else [()] * chunk.height
        for new in set(rows).difference(self._known):
            findings = findings_of(self._part, self._reader.stated(dict(zip(names, new, strict=True))), self._year)
            self._known[new] = self._at(findings)
        *columns, near = zip(*map(self._known.__getitem__, rows), strict=True)
        leaves = zip(self._leaves, columns[: len(self._leaves)], strict=True)
        regions = dict(zip(self._shared, columns[len(self._leaves) :], strict=True))
        return _StatusesOfFact({place: column for leaf, column in leaves for place in leaf.places}, near, regions)

    def _at(self, findings: Mapping[str, Finding]) -> tuple[Any, ...]:
        """The status of each leaf, the regions where it is shared, and last where it is near a threshold."""
        own = findings[self._id]
        statuses: list[Status] = []
        near: Places = ()
        for node, around, places in self._leaves:
            status = reference.status_of_leaf(node, findings)
            statuses.append(status)
            if around and reference.is_near(own, status, around):
                near += places
        regions = (frozenset(shared.possible_in(own.possible)) for shared in self._shared.values())
        return *statuses, *regions, near


class _Leaf(NamedTuple):
    """What is asked about a fact, wherever it is asked, and the numbers near its threshold."""

    node: TestNode | StatedNode
    around: Interval | None
    places: Places


def _leaves(fact: FactDeclaration, programs: Sequence[ColumnarProgram]) -> Iterator[_Leaf]:
    """What programs ask about a fact: a test that several nodes have is one, whatever its reference."""
    places_of: dict[Any, list[Place]] = {}
    for number, columnar in enumerate(programs):
        for index, node in enumerate(columnar.program.nodes):
            if isinstance(node, TestNode | StatedNode) and node.fact == fact.id:
                question = node.test[:-1] if isinstance(node, TestNode) else None
                places_of.setdefault(question, []).append((number, index))
    for places in places_of.values():
        number, index = places[0]
        node, threshold = programs[number].program.nodes[index], programs[number].thresholds.get(index)
        assert isinstance(node, TestNode | StatedNode)
        yield _Leaf(node, threshold.around if threshold else None, tuple(places))

"""What is to be proven of a rulebook, and said in its table: every vector that can occur is tried, and every set.

Sets of vectors are bits. Each function gives what differs, in words; nothing where all is as it must be.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from engine.authoring.proofs.proof import MemberSets, Proof
from engine.authoring.proofs.truth_table import Row, TruthTable
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.logic import Truth
from tests.engine.combinations import Bits, Results

Cells = tuple[frozenset[Truth], ...]


class Known(NamedTuple):
    """A rulebook with the status vectors that can occur, and what any vector gets: the verdict and its basis."""

    rulebook: Rulebook
    vectors: Sequence[Results]
    ruling: Callable[[Results], tuple[Verdict, str]]

    @property
    def names(self) -> list[str]:
        """The criteria, then the overrides."""
        return [c.id for c in self.rulebook.criteria] + [o.id for o in self.rulebook.overrides]

    @property
    def domains(self) -> Cells:
        """What each criterion, then each override, can be."""
        return tuple(map(frozenset, zip(*self.vectors, strict=True)))

    @property
    def all(self) -> Bits:
        """All the vectors."""
        return (1 << len(self.vectors)) - 1

    def where(self, item: int, results: Iterable[Truth]) -> Bits:
        """The vectors in which an item has one of some results."""
        return sum(1 << n for n, vector in enumerate(self.vectors) if vector[item] in results)

    def with_verdict(self, verdict: Verdict) -> Bits:
        """The vectors that get a verdict."""
        return sum(1 << n for n, vector in enumerate(self.vectors) if self.ruling(vector)[0] is verdict)


def wrong_in_proof(known: Known, proof: Proof) -> Iterator[str]:
    """Counts, how items bear on the verdict, and the sets."""
    met = known.with_verdict(Verdict.MET).bit_count()
    kinds = [3 if c.applicability else 2 for c in known.rulebook.criteria] + [2] * len(known.rulebook.overrides)
    counts = (math.prod(kinds), len(known.vectors), met, len(known.vectors) - met)
    if (proof.vectors, proof.possible, proof.met, proof.not_met) != counts:
        yield "counts"
    occurring = frozenset(known.vectors)
    if any(item[1:] != _bearing_of(known, occurring, i) for i, item in enumerate(proof.items)):
        yield "items"
    for sets, verdict in ((proof.sufficient, Verdict.MET), (proof.necessary, Verdict.NOT_MET)):
        if not _are_as_tried(sets, known, verdict):
            yield f"sets for {verdict.value}"


def _bearing_of(known: Known, occurring: frozenset[Results], item: int) -> tuple[bool, bool, bool]:
    """Whether an item helps, harms, and can decide."""
    helps = harms = can_decide = False
    for vector in known.vectors:
        met, not_met = ((*vector[:item], r, *vector[item + 1 :]) for r in (Truth.MET, Truth.NOT_MET))
        verdicts = known.ruling(met)[0], known.ruling(not_met)[0]
        if vector[item] is not Truth.NOT_APPLICABLE and verdicts[0] is not verdicts[1]:
            helps, harms = helps or verdicts[0] is Verdict.MET, harms or verdicts[0] is Verdict.NOT_MET
            can_decide = can_decide or {met, not_met} <= occurring
    return helps, harms, can_decide


def _are_as_tried(sets: MemberSets, known: Known, verdict: Verdict) -> bool:
    names, domains = known.names, known.domains
    told = [tuple((m.id, m.results, m.domain) for m in members) for members in sets.sets]
    expected = {
        tuple((names[i], left, domains[i]) for i, left in enumerate(cells) if left != domains[i])
        for cells in prime_sets(known, verdict)
    }
    return sets.complete and len(told) == len(expected) and {*told} == expected and told == sorted(told, key=len)


def prime_sets(known: Known, verdict: Verdict) -> list[Cells]:
    """The sets by definition: every way to leave items some results, those that force the verdict, none of them wider.

    Where what is left so far forces it already, the items that follow are left all that they can be: else it is wider.
    """
    domains, others = known.domains, known.all & ~known.with_verdict(verdict)
    fitting = [
        {left: known.where(item, left) for left in sorted(subsets(domain), key=len, reverse=True)}
        for item, domain in enumerate(domains)
    ]

    def forcing(cells: Cells, fits: Bits) -> Iterator[Cells]:
        if not fits & others:
            yield (*cells, *domains[len(cells) :])
        elif len(cells) < len(domains):
            for left, where in fitting[len(cells)].items():
                if fits & where:
                    yield from forcing((*cells, left), fits & where)

    def is_prime(cells: Cells) -> bool:
        narrowed = [(i, fitting[i][left]) for i, left in enumerate(cells) if left != domains[i]]
        for item, _ in narrowed:
            beside = functools.reduce(operator.and_, (w for i, w in narrowed if i != item), others)
            for result in domains[item] - cells[item]:
                if not beside & fitting[item][cells[item] | {result}]:
                    return False
        return True

    return [cells for cells in forcing((), known.all) if is_prime(cells)] if known.all & ~others else []


def subsets(domain: frozenset[Truth]) -> list[frozenset[Truth]]:
    """All but the empty one."""
    return [frozenset(c) for size in range(1, len(domain) + 1) for c in itertools.combinations(sorted(domain), size)]


def wrong_in_table(known: Known, table: TruthTable) -> Iterator[str]:
    """Each vector that can occur has its rows and no others; no row can be left out, and no cell of it be widened."""
    order = [known.names.index(column) for column in table.columns]
    if table.domain != tuple(known.domains[i] for i in order):
        yield "domains of the table"
    having = [{result: known.where(i, [result]) for result in Truth} for i in order]
    rulings: dict[tuple[Verdict, str], Bits] = {}
    for number, vector in enumerate(known.vectors):
        ruling = known.ruling(vector)
        rulings[ruling] = rulings.get(ruling, 0) | 1 << number
    matched = [_matched(row.cells, having, known.all) for row in table.rows]
    for ruling in {**rulings, **{(row.verdict, row.basis): 0 for row in table.rows}}:
        rows = (bits for row, bits in zip(table.rows, matched, strict=True) if (row.verdict, row.basis) == ruling)
        if functools.reduce(operator.or_, rows, 0) != rulings.get(ruling, 0):
            yield f"rows for {ruling}"
    if not _are_all_needed(matched):
        yield "a row that can be left out"
    if not all(_is_widest(row, table.domain, having, rulings) for row in table.rows):
        yield "a row that can be widened"


def _matched(cells: Sequence[frozenset[Truth]], having: Sequence[Mapping[Truth, Bits]], some: Bits) -> Bits:
    for cell, results in zip(cells, having, strict=True):
        some &= sum(results[result] for result in cell)
    return some


def _are_all_needed(matched: Sequence[Bits]) -> bool:
    once = several = 0
    for bits in matched:
        several |= once & bits
        once |= bits
    return all(bits & ~several for bits in matched)


def _is_widest(
    row: Row,
    domain: Sequence[frozenset[Truth]],
    having: Sequence[Mapping[Truth, Bits]],
    rulings: Mapping[tuple[Verdict, str], Bits],
) -> bool:
    others = functools.reduce(
        operator.or_, (w for ruling, w in rulings.items() if ruling != (row.verdict, row.basis)), 0
    )
    for i, every in enumerate(domain):
        for result in every - row.cells[i]:
            wider = (*row.cells[:i], row.cells[i] | {result}, *row.cells[i + 1 :])
            if not _matched(wider, having, others):
                return False
    return all(cell <= every for cell, every in zip(row.cells, domain, strict=True))

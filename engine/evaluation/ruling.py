"""The ruling on an offer: from what is known of its criteria and overrides to the verdict and its bases.

An *item* is a criterion or an override; what is known of all items together decides the verdict.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from engine.evaluation import reference
from engine.evaluation.program import Program
from engine.rulebooks.rulebook import Verdict
from engine.values.logic import Status, settled, union

Items = tuple[Status, ...]
"""What is known of each item: the criteria in order, then the overrides in order."""


class Ruling(NamedTuple):
    """The verdict that items lead to, its bases, and the status of every node of the ruling."""

    verdict: Verdict
    possible_bases: tuple[str, ...]
    statuses: tuple[Status, ...]


def verdict_of(status: Status) -> Verdict:
    """The verdict that a status of the last node stands for."""
    return {Status.MET: Verdict.MET, Status.NOT_MET: Verdict.NOT_MET}.get(status, Verdict.UNDETERMINED)


def ruling_on(program: Program, items: Items, evaluate: Callable[[Items], Sequence[Status]] | None = None) -> Ruling:
    """The ruling on items. Criteria that count both for and against the rule are settled in every way there is.

    `evaluate` gives the statuses of the ruling's nodes for items; the reference does where none is given.
    """
    evaluate = evaluate or (lambda settled_items: reference_statuses(program, settled_items))
    return _ruling(program, [evaluate(case) for case in _settle(program, items)])


def ruling_over(program: Program, rulings: Sequence[Ruling]) -> Ruling:
    """The ruling where each of several may be the one: what is known of everything that can occur."""
    return rulings[0] if len(rulings) == 1 else _ruling(program, [ruling.statuses for ruling in rulings])


def _ruling(program: Program, cases: Sequence[Sequence[Status]]) -> Ruling:
    statuses = tuple(union(column) if len(cases) > 1 else column[0] for column in zip(*cases, strict=True))
    at = program.ruling_from
    bases = tuple(name for name, node in program.bases if statuses[node - at] is not Status.NOT_MET)
    return Ruling(verdict_of(statuses[program.verdict - at]), bases, statuses)


def reference_statuses(program: Program, items: Items) -> tuple[Status, ...]:
    """The statuses of the ruling's nodes by the reference evaluator."""
    return tuple(reference.ruling_statuses(program, placed(program, items))[program.ruling_from :])


def placed(program: Program, items: Items) -> list[Status]:
    """Items as the statuses of the nodes before the ruling; nodes that the ruling does not read are unknown."""
    statuses = [Status.UNKNOWN] * program.ruling_from
    for node, status in zip(program.inputs, items, strict=True):
        statuses[node] = status
    return statuses


def _settle(program: Program, items: Items) -> Iterator[Items]:
    choices = [settled(s) if i in program.split else (s,) for i, s in enumerate(items)]
    return itertools.product(*choices)

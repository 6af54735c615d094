"""The values of a fact that a set of tests treats alike."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from fractions import Fraction

from engine.evaluation.evidence import Finding, State
from engine.evaluation.reference import status_of_test
from engine.rulebooks.rulebook import FactDeclaration, NumberTest, Possible, Test
from engine.values.interval import Interval
from engine.values.logic import Status


def regions_of(facts: Sequence[FactDeclaration], tests: Iterable[Test]) -> tuple[Possible, ...]:
    """All that a fact can be, cut at every threshold; or each of its answers, the one that is assumed first.

    The declarations are those of one fact in several vocabularies: it is what all of them allow.

    >>> from engine.rulebooks.library import Library
    >>> rulebook = Library().choose("hovedstaden.mest-specialiserede", 2018)
    >>> test = rulebook.criterion("B2").condition
    >>> below, at, above = regions_of([rulebook.vocabulary.facts["severe_complexities"]], [test])
    >>> str(below.high), str(at.low), str(above.low)
    ('3', '4', '5')
    """
    domain = facts[0].domain
    if not isinstance(domain, Interval):
        answers = [answer for answer in facts[0].answers if all(answer in fact.answers for fact in facts)]
        assumed = facts[0].assumed
        return tuple(frozenset({answer}) for answer in sorted(answers, key=lambda a: a != assumed))
    for fact in facts[1:]:
        assert isinstance(fact.domain, Interval)
        domain = domain.intersect(fact.domain)
    is_whole = any(fact.is_whole for fact in facts)
    cut = (
        domain.intersect(piece) for piece in _pieces(sorted({t.threshold for t in tests if isinstance(t, NumberTest)}))
    )
    regions = (piece.whole() if is_whole and not piece.is_empty else piece for piece in cut)
    return tuple(region for region in regions if not region.is_empty)


def _pieces(cuts: list[Fraction]) -> list[Interval]:
    """Each number cut at, and what lies before, between and after them."""
    ends = [None, *cuts, None]
    between = [Interval(low, high, low is not None, high is not None) for low, high in itertools.pairwise(ends)]
    points = [Interval.exactly(cut) for cut in cuts]
    return [piece for pair in itertools.zip_longest(between, points) for piece in pair if piece is not None]


def passes(test: Test, fact: FactDeclaration, region: Possible) -> bool:
    """Whether a test is met by every value of a region that it treats alike."""
    return status_of_test(test, Finding(fact, region, State.KNOWN)) is Status.MET

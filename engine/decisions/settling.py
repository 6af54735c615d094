"""What one open number alone would have to be for a criterion or override to be settled, whatever else is open."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from operator import add
from typing import NamedTuple

from engine.decisions.trace import CriterionTrace, OverrideTrace, TestTrace, tests_in
from engine.evaluation.completions import has_mean_of_whole, is_stepped
from engine.evaluation.evidence import Finding, State
from engine.evaluation.regions import passes, regions_of
from engine.rulebooks.rulebook import Condition, ConditionCount, FactDeclaration, Mean, Possible, Test
from engine.values.interval import Interval
from engine.values.logic import Status, all_of, any_of, at_least, choice, negation, union

MAX_COMPLETIONS = 1_000
"""So many ways are tried in which what an item rests on can turn out; where there are more, nothing is told."""

Intervals = tuple[Interval, ...]


class Settling(NamedTuple):
    """One open number, and the values of it that settle an item, each alone and whatever else is open.

    `year` is that of its value where its fact has one for each, and `possible` what it can still be. Of a criterion
    that may not apply, `met` and `not_met` say what settles it where it does.
    """

    fact: FactDeclaration
    year: str
    possible: Interval
    met: Intervals
    not_met: Intervals

    @property
    def settles(self) -> bool:
        """Whether some value of it does."""
        return bool(self.met or self.not_met)


def settlings_of(item: CriterionTrace | OverrideTrace) -> tuple[Settling, ...]:
    """What settles an open item, for each open number that it rests on, in the order of its tests and of the years.

    The values are exactly those that settle it; fewer, where the same number decides whether a criterion applies.
    Nothing is told of a fact that bears on the item in several ways (of itself and through a quotient), nor of what a
    quotient, a difference, a sum or the least or largest of several follows from, nor of these themselves where it is
    what they follow from that is open.
    """
    tests = _tests_of(item)
    if item.status.is_known or tests is None:
        return ()
    findings = {test.test.fact: test.finding for test in tests}
    read = [part for name in findings for part in _parts_of(findings[name].fact)]
    settlings: list[Settling] = []
    for finding in findings.values():
        alone = all(read.count(part) == 1 for part in _parts_of(finding.fact))
        if alone and finding.fact.is_number and not finding.is_exact:
            settlings += _settlings(item, finding, tests)
    return tuple(settlings)


def settles_always(item: CriterionTrace | OverrideTrace, settling: Settling) -> bool:
    """Whether an item hangs on one number alone, so that each of its values settles it."""
    open_findings = {t.test.fact: t.finding for t in _tests_of(item) or () if not t.finding.is_exact}
    if len(open_findings) != 1:
        return False
    finding = next(iter(open_findings.values()))
    open_parts = sum(not part.is_exact for _, part in finding.parts)
    is_alone = open_parts == 1 if finding.parts else finding.fact is settling.fact
    return is_alone and not (finding.parts and finding.evidence) and bool(settling.met and settling.not_met)


def _tests_of(item: CriterionTrace | OverrideTrace) -> tuple[TestTrace, ...] | None:
    """The tests that an item's status follows from; None where a judgement that was asked for is open."""
    if isinstance(item, OverrideTrace):
        return item.tests
    if item.judgement is not None:
        return None
    return item.tests + item.exemption_tests if item.judgement_test else tests_in(item)


def _parts_of(fact: FactDeclaration) -> list[tuple[str, int | None]]:
    """The values that a fact follows from, and itself."""
    return [*fact.sources, (fact.id, None)]


def _settlings(
    item: CriterionTrace | OverrideTrace, finding: Finding, tests: Sequence[TestTrace]
) -> Iterator[Settling]:
    """The values of one tested fact that settle an item; of a mean its own where stated, and those of each year."""
    regions = _regions_in(finding, tests)
    statuses = _statuses_in(item, finding, regions, tests)
    if statuses is None:
        return
    runs = [_runs(finding.fact, regions, [s in target for s in statuses]) for target in _TARGETS]
    if not finding.parts or _is_stated_mean(finding):
        assert isinstance(finding.possible, Interval)
        met, not_met = (_within(several, finding.possible) for several in runs)
        yield Settling(finding.fact, "", finding.possible, met, not_met)
    if isinstance(finding.fact.derivation, Mean):
        for year, part in finding.parts:
            if not part.is_exact:
                met, not_met = (_of_year(finding, year, several) for several in runs)
                assert isinstance(part.possible, Interval)
                yield Settling(part.fact, year, part.possible, met, not_met)


def _is_stated_mean(finding: Finding) -> bool:
    """Whether bounds of a mean itself are stated that a figure can narrow; of whole numbers they would leave gaps."""
    is_known = finding.evidence is not None and finding.evidence.state is State.KNOWN
    return is_known and isinstance(finding.fact.derivation, Mean) and not _steps(finding)


_TARGETS = (
    frozenset({Status.MET, Status.MET_OR_NOT_APPLICABLE}),
    frozenset({Status.NOT_MET, Status.NOT_MET_OR_NOT_APPLICABLE}),
)


def _regions_in(finding: Finding, tests: Iterable[TestTrace]) -> list[Possible]:
    """The regions of a fact that tests treat alike, of what it can still be."""
    own = [test.test for test in tests if test.test.fact == finding.fact.id]
    return [region for region in regions_of([finding.fact], own) if _can_be_in(finding, region)]


def _can_be_in(finding: Finding, region: Possible) -> bool:
    possible = finding.possible
    if not isinstance(region, Interval) or not isinstance(possible, Interval):
        assert not isinstance(region, Interval)
        assert not isinstance(possible, Interval)
        return bool(region & possible)
    common = region.intersect(possible)
    return not common.is_empty and (not _steps(finding) or has_mean_of_whole(finding.fact, common))


def _steps(finding: Finding) -> bool:
    """Whether a fact is a mean of whole numbers."""
    return is_stepped(finding.fact, [part.fact for _, part in finding.parts])


def _statuses_in(
    item: CriterionTrace | OverrideTrace, finding: Finding, regions: Sequence[Possible], tests: Sequence[TestTrace]
) -> list[Status] | None:
    """What an item can come to in each region of a fact, whatever the others are; None where that is too much to try.

    A criterion that may not apply for reasons of its own keeps the statuses that it has where it does.
    """
    others = {t.test.fact: t.finding for t in tests if t.test.fact != finding.fact.id}
    choices = [_results(other, _regions_in(other, tests), tests) for other in others.values()]
    if len(regions) * math.prod(map(len, choices)) > MAX_COMPLETIONS:
        return None
    completions = [_merged(several) for several in itertools.product(*choices)]
    own = [_result(finding.fact, region, tests) for region in regions]
    return [union(_status(item, {**result, **other}) for other in completions) for result in own]


Results = Mapping[Test, Status]


def _merged(several: Iterable[Results]) -> Results:
    return {test: status for results in several for test, status in results.items()}


def _results(finding: Finding, regions: Sequence[Possible], tests: Sequence[TestTrace]) -> list[Results]:
    """How the tests on a fact can come out together, each way once."""
    ways = [_result(finding.fact, region, tests) for region in regions]
    return list({tuple(way.values()): way for way in ways}.values())


def _result(fact: FactDeclaration, region: Possible, tests: Iterable[TestTrace]) -> Results:
    """How the tests on a fact come out in a region."""
    own = (test.test for test in tests if test.test.fact == fact.id)
    return {test: Status.MET if passes(test, fact, region) else Status.NOT_MET for test in own}


def _status(item: CriterionTrace | OverrideTrace, results: Results) -> Status:
    if isinstance(item, OverrideTrace):
        return _of_condition(item.override.condition, results)
    measure, applicability = _of_condition(item.criterion.condition, results), item.criterion.applicability
    if applicability is None:
        return measure
    return choice(_of_condition(applicability.exempt_when, results), Status.NOT_APPLICABLE, measure)


def _of_condition(condition: Condition, results: Results) -> Status:
    if isinstance(condition, Test):
        return results[condition]
    parts = [_of_condition(part, results) for part in condition.parts]
    if isinstance(condition, ConditionCount):
        return at_least(condition.required, parts, [parts[i] for i in condition.mandatory])
    if condition.operator == "not":
        return negation(parts[0])
    return all_of(parts) if condition.operator == "all" else any_of(parts)


def _runs(fact: FactDeclaration, regions: Sequence[Possible], is_told: Sequence[bool]) -> list[Interval]:
    """The regions that are told, those that follow each other as one.

    What lies between two regions that follow each other is nothing that the fact can be.
    """
    runs = []
    for told, group in itertools.groupby(zip(regions, is_told, strict=True), key=lambda pair: pair[1]):
        if told:
            ends = [region for region, _ in group if isinstance(region, Interval)]
            runs.append(Interval(ends[0].low, ends[-1].high, ends[0].low_open, ends[-1].high_open))
    return runs


def _within(runs: Iterable[Interval], possible: Interval) -> Intervals:
    common = (run.intersect(possible) for run in runs)
    return tuple(interval for interval in common if not interval.is_empty)


def _of_year(mean: Finding, year: str, runs: Iterable[Interval]) -> Intervals:
    """The values of one year with which the mean lies in one of some runs, whatever the other years are."""
    part = next(part for name, part in mean.parts if name == year)
    others = [part.possible for name, part in mean.parts if name != year]
    rest = reduce(add, (o for o in others if isinstance(o, Interval)), Interval.exactly(0))
    number = len(mean.parts)
    scaled = _whole_times if _steps(mean) else _times
    limits = scaled(_limits(mean), number)
    if limits.is_empty:
        return ()
    assert isinstance(part.possible, Interval)
    possible = part.possible.intersect(_reaching(limits, rest))
    values = [possible.intersect(_inside(scaled(run, number), limits, rest)) for run in runs]
    values = [interval.whole() if part.fact.is_whole else interval for interval in values if not interval.is_empty]
    return tuple(interval for interval in values if not interval.is_empty)


def _limits(mean: Finding) -> Interval:
    """What a mean can be by what is stated of it itself, whatever its years are."""
    domain = mean.fact.domain
    assert isinstance(domain, Interval)
    stated = mean.evidence.possible if mean.evidence else domain
    assert isinstance(stated, Interval)
    return domain.intersect(stated)


def _times(interval: Interval, number: int) -> Interval:
    """Each number so many times: a mean becomes a sum."""
    low, high = (None if end is None else end * number for end in (interval.low, interval.high))
    return Interval(low, high, interval.low_open, interval.high_open)


def _whole_times(interval: Interval, number: int) -> Interval:
    return _times(interval, number).whole()


def _reaching(limits: Interval, rest: Interval) -> Interval:
    """The numbers that together with some of the rest come to something within limits.

    >>> rest = Interval(Fraction(1), Fraction(2))
    >>> _reaching(Interval(Fraction(3), None), rest) == Interval(Fraction(1), None)
    True
    """
    low = None if limits.low is None or rest.high is None else limits.low - rest.high
    high = None if limits.high is None or rest.low is None else limits.high - rest.low
    return Interval(low, high, limits.low_open or rest.high_open, limits.high_open or rest.low_open)


def _inside(run: Interval, limits: Interval, rest: Interval) -> Interval:
    """The numbers that together with any of the rest come to something in a run, of what lies within limits.

    >>> rest = Interval(Fraction(1), Fraction(2), low_open=True)
    >>> _inside(Interval(Fraction(3), None, low_open=True), Interval(), rest) == Interval(Fraction(2), None)
    True
    """
    low, high = _least(run, limits, rest), _least(_mirrored(run), _mirrored(limits), _mirrored(rest))
    return low.intersect(_mirrored(high))


def _least(run: Interval, limits: Interval, rest: Interval) -> Interval:
    """The numbers for which what they come to lies above the low end of a run."""
    if run.low is None or _is_above(limits, run):
        return Interval()
    if rest.low is None:
        return _NOTHING
    return Interval(run.low - rest.low, None, run.low_open and not rest.low_open)


_NOTHING = Interval(Fraction(1), Fraction(0))


def _is_above(limits: Interval, run: Interval) -> bool:
    """Whether the low end of limits lies within the low end of a run."""
    if limits.low is None or run.low is None:
        return run.low is None
    is_within = limits.low_open or not run.low_open
    return limits.low > run.low or (limits.low == run.low and is_within)


def _mirrored(interval: Interval) -> Interval:
    """Each number with the opposite sign."""
    low, high = (None if end is None else -end for end in (interval.high, interval.low))
    return Interval(low, high, interval.high_open, interval.low_open)

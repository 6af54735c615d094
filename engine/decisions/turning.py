"""What evidence would have to say for a criterion or override to turn out otherwise: fewest facts first."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from engine.decisions.trace import CriterionTrace, OverrideTrace, TestTrace, tests_in
from engine.evaluation.regions import passes, regions_of
from engine.rulebooks.rulebook import Combination, Condition, ConditionCount, Test
from engine.values.logic import Status

MAX_WAYS, MAX_JOINED = 8, 200


class Turn(NamedTuple):
    """A test that has to come out as met, or as not met."""

    test: TestTrace
    is_to_be_met: bool

    @property
    def is_so(self) -> bool:
        """Whether it comes out so already."""
        return self.test.status is (Status.MET if self.is_to_be_met else Status.NOT_MET)


Way = tuple[Turn, ...]
"""Tests that would have to turn together."""


def ways_to_turn(item: CriterionTrace | OverrideTrace, status: Status) -> list[Way]:
    """The ways to give a criterion or override a status, those with the fewest tests first, at most `MAX_WAYS`.

    The tests of a way are those that do not come out so already; a way without tests says that nothing need change.
    What no value of a fact can do is no way.
    """
    needed = [way for way in _needed(item, status) if _can_occur(way)]
    return _fewest_first([tuple(turn for turn in way if not turn.is_so) for way in needed])[:MAX_WAYS]


def _needed(item: CriterionTrace | OverrideTrace, status: Status) -> list[Way]:
    """The ways with every test that they rest on, whether it comes out so already or not."""
    if isinstance(item, OverrideTrace):
        return _ways(item.override.condition, status is Status.MET, {t.test: t for t in item.tests})
    tests = {t.test: t for t in tests_in(item)}
    applicability = item.criterion.applicability
    if status is Status.NOT_APPLICABLE:
        return _ways(applicability.exempt_when, True, tests) if applicability else []
    ways = _measured(item, status is Status.MET, tests)
    return _together([ways, _ways(applicability.exempt_when, False, tests)]) if applicability else ways


def _can_occur(way: Way) -> bool:
    """Whether for each fact some value makes all its tests come out as they would have to."""
    turns: dict[str, list[Turn]] = {}
    for turn in way:
        turns.setdefault(turn.test.test.fact, []).append(turn)
    return all(len(of_fact) == 1 or _has_value(of_fact) for of_fact in turns.values())


def _has_value(turns: Sequence[Turn]) -> bool:
    fact = turns[0].test.finding.fact
    regions = regions_of([fact], [turn.test.test for turn in turns])
    return any(all(passes(t.test.test, fact, region) is t.is_to_be_met for t in turns) for region in regions)


def _measured(criterion: CriterionTrace, is_to_be_met: bool, tests: Mapping[Test, TestTrace]) -> list[Way]:
    """By the measure, or by a judgement that departs from it; where one is stated only by that."""
    judged = _ways(criterion.judgement_test.test, is_to_be_met, tests) if criterion.judgement_test else []
    if criterion.judgement is not None:
        return judged
    return _ways(criterion.criterion.condition, is_to_be_met, tests) + judged


def _ways(condition: Condition, is_to_be_met: bool, tests: Mapping[Test, TestTrace]) -> list[Way]:
    if isinstance(condition, Test):
        test = tests[condition]
        return [(Turn(test, is_to_be_met),)]
    if isinstance(condition, ConditionCount):
        return _ways_of_count(condition, is_to_be_met, tests)
    if condition.operator == "not":
        return _ways(condition.parts[0], not is_to_be_met, tests)
    parts = [_ways(part, is_to_be_met, tests) for part in condition.parts]
    if _needs_every_part(condition, is_to_be_met):
        return _together(parts)
    return [way for ways in parts for way in ways][:MAX_JOINED]


def _ways_of_count(condition: ConditionCount, is_to_be_met: bool, tests: Mapping[Test, TestTrace]) -> list[Way]:
    """By so many parts, the mandatory ones among them; or by one that is mandatory, or by too many that fail."""
    parts = [_ways(part, is_to_be_met, tests) for part in condition.parts]
    mandatory = [parts[i] for i in condition.mandatory]
    ways: Iterable[Way]
    if is_to_be_met:
        others = [part for i, part in enumerate(parts) if i not in condition.mandatory]
        chosen = itertools.combinations(others, max(0, condition.required - len(mandatory)))
        ways = (way for combination in chosen for way in _together([*mandatory, *combination]))
    else:
        too_few = itertools.combinations(parts, len(parts) - condition.required + 1)
        ways = itertools.chain(*mandatory, (way for combination in too_few for way in _together([*combination])))
    return [*itertools.islice(ways, MAX_JOINED)]


def _needs_every_part(condition: Combination, is_to_be_met: bool) -> bool:
    return is_to_be_met is (condition.operator == "all")


def _together(parts: list[list[Way]]) -> list[Way]:
    """A way for each part, joined."""
    joined = itertools.islice(itertools.product(*parts), MAX_JOINED)
    return [tuple({(t.test.test, t.is_to_be_met): t for t in itertools.chain(*ways)}.values()) for ways in joined]


def _fewest_first(ways: list[Way]) -> list[Way]:
    """The ways by their number of tests, without those that ask for more than another."""
    fewest: list[Way] = []
    for way in sorted(ways, key=len):
        if not any(all(turn in way for turn in other) for other in fewest):
            fewest.append(way)
    return fewest

"""What evidence would have to say for a criterion or override to turn out otherwise: fewest facts first."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import NamedTuple

from engine.decisions.trace import CriterionTrace, OverrideTrace, TestTrace, tests_in
from engine.rulebooks.rulebook import Combination, Condition, Test
from engine.values.logic import Status

MAX_WAYS, MAX_JOINED = 8, 200


class Turn(NamedTuple):
    """A test that would have to come out as met, or as not met."""

    test: TestTrace
    is_to_be_met: bool


Way = tuple[Turn, ...]
"""Tests that would have to turn together."""


def ways_to_turn(item: CriterionTrace | OverrideTrace, status: Status) -> list[Way]:
    """The ways to give a criterion or override a status, those with the fewest tests first, at most `MAX_WAYS`.

    The tests of a way are those that do not come out so already; a way without tests says that nothing need change.
    """
    if isinstance(item, OverrideTrace):
        return _ways(item.override.condition, status is Status.MET, {t.test: t for t in item.tests})
    tests = {t.test: t for t in tests_in(item)}
    applicability = item.criterion.applicability
    if status is Status.NOT_APPLICABLE:
        return _ways(applicability.exempt_when, True, tests) if applicability else []
    ways = _measured(item, status is Status.MET, tests)
    if applicability:
        ways = _together([ways, _ways(applicability.exempt_when, False, tests)])
    return _fewest_first(ways)


def _measured(criterion: CriterionTrace, is_to_be_met: bool, tests: Mapping[Test, TestTrace]) -> list[Way]:
    """By the measure, or by a judgement that departs from it; where one is stated only by that."""
    judged = _ways(criterion.judgement_test.test, is_to_be_met, tests) if criterion.judgement_test else []
    if criterion.judgement is not None:
        return judged
    return _ways(criterion.criterion.condition, is_to_be_met, tests) + judged


def _ways(condition: Condition, is_to_be_met: bool, tests: Mapping[Test, TestTrace]) -> list[Way]:
    if isinstance(condition, Test):
        test = tests[condition]
        is_so = test.status is (Status.MET if is_to_be_met else Status.NOT_MET)
        return [()] if is_so else [(Turn(test, is_to_be_met),)]
    if condition.operator == "not":
        return _ways(condition.parts[0], not is_to_be_met, tests)
    parts = [_ways(part, is_to_be_met, tests) for part in condition.parts]
    if _needs_every_part(condition, is_to_be_met):
        return _together(parts)
    return _fewest_first([way for ways in parts for way in ways])


def _needs_every_part(condition: Combination, is_to_be_met: bool) -> bool:
    return is_to_be_met is (condition.operator == "all")


def _together(parts: list[list[Way]]) -> list[Way]:
    """A way for each part, joined."""
    joined = itertools.islice(itertools.product(*parts), MAX_JOINED)
    return _fewest_first(
        [tuple({(t.test.test, t.is_to_be_met): t for t in itertools.chain(*ways)}.values()) for ways in joined]
    )


def _fewest_first(ways: list[Way]) -> list[Way]:
    """The ways by their number of tests, without those that ask for more than another."""
    fewest: list[Way] = []
    for way in sorted(ways, key=len):
        if not any(all(turn in way for turn in other) for other in fewest):
            fewest.append(way)
    return fewest[:MAX_WAYS]

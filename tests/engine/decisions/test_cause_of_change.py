"""Every pair of verdicts, and every four of them: what changed, and what turned it."""

from __future__ import annotations

import itertools

import pytest

from engine.decisions.cause_of_change import Cause, VerdictChange, cause_of, change_of

SETTLED = ("met", "not_met")
VERDICTS = (*SETTLED, "undetermined")
CHANGES = {
    ("met", "not_met"): VerdictChange.LEFT,
    ("met", "undetermined"): VerdictChange.UNDETERMINED,
    ("not_met", "met"): VerdictChange.ENTERED,
    ("not_met", "undetermined"): VerdictChange.UNDETERMINED,
    ("undetermined", "met"): VerdictChange.ENTERED,
    ("undetermined", "not_met"): VerdictChange.CHANGED,
}
CAUSES = {(True, False): Cause.DATA, (False, True): Cause.RULE, (True, True): Cause.EITHER}
"""By whether new data alone, and the new rule alone, give the verdict of now; else both are needed."""


def read(verdict: str) -> str:
    """The same text, not the same object: verdicts are read from files."""
    return "".join(list(verdict))


@pytest.mark.parametrize("before", [*VERDICTS, None])
@pytest.mark.parametrize("now", VERDICTS)
def test_what_became_of_a_verdict(before: str | None, now: str) -> None:
    expected = VerdictChange.NEW if before is None else CHANGES.get((before, now))
    assert change_of(before, read(now)) is expected


@pytest.mark.parametrize(("old", "new"), [*itertools.permutations(VERDICTS, 2)])
@pytest.mark.parametrize("by_data", [*VERDICTS, None])
@pytest.mark.parametrize("by_rule", [*VERDICTS, None])
def test_what_turned_a_verdict(old: str, new: str, by_data: str | None, by_rule: str | None) -> None:
    expected = CAUSES.get((by_data == new, by_rule == new), Cause.INTERACTION)
    data, rule = (verdict and read(verdict) for verdict in (by_data, by_rule))
    assert cause_of(old, data, rule, new) is expected


@pytest.mark.parametrize("verdict", VERDICTS)
def test_what_did_not_turn_has_no_cause(verdict: str) -> None:
    assert all(cause_of(verdict, data, rule, read(verdict)) is None for data in VERDICTS for rule in VERDICTS)

"""The causes of a change are those that deciding every subset of what differs gives."""

from __future__ import annotations

import pytest
from hypothesis import given

from engine.comparison.causes import CauseFinder, Causes, Situation
from tests.chance import tried
from tests.engine.comparison.changed_rulebooks import (
    Change,
    Written,
    changes,
    minimal_by_brute_force,
    rulebook_of,
    stated_in,
    verdict_of,
)

pytestmark = pytest.mark.hypothesis


def causes_of(before: Written, now: Written) -> Causes:
    finder = CauseFinder(rulebook_of(before), rulebook_of(now))
    return finder.causes(*(Situation(stated_in(written), written["year"]) for written in (before, now)))


def texts_of(causes: Causes) -> set[frozenset[str]]:
    return {frozenset("+".join(sorted(p.text for p in atom)) for atom in atoms) for atoms in causes.sets}


@given(changes())
@tried(300)
def test_causes_are_those_of_every_subset_decided(change: Change) -> None:
    now = change.after(change.edits)
    causes = causes_of(change.before, now)
    assert causes.complete
    assert causes.before is verdict_of(change.before, rulebook_of(change.before))
    assert causes.now is verdict_of(now, rulebook_of(now))
    assert texts_of(causes) == minimal_by_brute_force(change)

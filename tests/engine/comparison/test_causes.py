"""The causes of a change are those that deciding every subset of what differs gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.comparison.atom import text_of
from engine.comparison.causes import CauseFinder, Causes, Situation
from engine.decisions.cause_of_change import Cause
from tests.chance import tried
from tests.engine.comparison.changed_rulebooks import (
    Change,
    Written,
    changes,
    minimal_by_brute_force,
    renamed_ids,
    reordered,
    rulebook_of,
    stated_in,
    verdict_of,
)
from tests.engine.random_rulebooks import VOCABULARY, YEAR
from tests.support import answer, make_rulebook


def causes_of(before: Written, now: Written) -> Causes:
    finder = CauseFinder(rulebook_of(before), rulebook_of(now))
    return finder.causes(*(Situation(stated_in(written), written["year"]) for written in (before, now)))


def texts_of(causes: Causes) -> set[frozenset[str]]:
    return {frozenset("+".join(sorted(p.text for p in atom)) for atom in atoms) for atoms in causes.sets}


@pytest.mark.slow
@given(changes())
@tried(200, soaked=10_000)
def test_causes_are_those_of_every_subset_decided(change: Change) -> None:
    now = change.after(change.edits)
    causes = causes_of(change.before, now)
    assert causes.complete
    assert causes.before is verdict_of(change.before, rulebook_of(change.before))
    assert causes.now is verdict_of(now, rulebook_of(now))
    assert texts_of(causes) == minimal_by_brute_force(change)
    assert (causes.cause is None) is (not causes.sets)


@pytest.mark.slow
@given(changes(), st.data())
@tried(60)
def test_a_rename_is_no_cause_and_changes_none(change: Change, data: st.DataObject) -> None:
    now = change.after(change.edits)
    renames: dict[str, str] = {}
    for kind in ("criteria", "overrides"):
        names = sorted(now[kind])
        others = data.draw(st.permutations([*names, *(f"{name}x" for name in names)]))
        renames |= dict(zip(names, others, strict=False))
    back = {new: old for old, new in renames.items()}
    causes, renamed = causes_of(change.before, now), causes_of(change.before, renamed_ids(now, renames))
    assert {
        frozenset(frozenset(p._replace(of=back.get(p.of, _before(p.of))) for p in atom) for atom in atoms)
        for atoms in renamed.sets
    } == {frozenset(map(frozenset, atoms)) for atoms in causes.sets}
    assert (renamed.cause, renamed.complete) == (causes.cause, causes.complete)
    mere = CauseFinder(rulebook_of(now), rulebook_of(renamed_ids(now, renames)))
    assert mere.atoms == ()


def _before(name: str) -> str:
    """The id of what is gone, which another thing has now."""
    return name.removeprefix("before.")


@pytest.mark.slow
@given(changes())
@tried(60)
def test_order_is_no_cause_and_changes_none(change: Change) -> None:
    now = change.after(change.edits)
    causes, other = causes_of(change.before, now), causes_of(change.before, reordered(now))
    assert set(map(frozenset, other.sets)) == set(map(frozenset, causes.sets))
    assert CauseFinder(rulebook_of(now), rulebook_of(reordered(now))).atoms == ()


@pytest.mark.slow
@given(changes())
@tried(40)
def test_back_again_ends_where_it_began(change: Change) -> None:
    now = change.after(change.edits)
    there, back = causes_of(change.before, now), causes_of(now, change.before)
    assert (there.before, there.now) == (back.now, back.before)


def test_beyond_the_limit_it_is_said_that_not_all_was_tried() -> None:
    before, now = ({name: answer(word) for name in ("good", "fair")} for word in ("no", "yes"))
    rulebook = make_rulebook(
        VOCABULARY, {"C": {"met_when": {"all": [{"fact": "good"}, {"fact": "fair"}]}}}, {"all": ["C"]}
    )
    found = [
        CauseFinder(rulebook, rulebook, limit).causes(Situation(before, YEAR), Situation(now, YEAR)) for limit in (2, 3)
    ]
    assert [(text_of(causes.sets), causes.complete, causes.cause) for causes in found] == [
        ("", False, Cause.DATA),
        ("fact:fair & fact:good", True, Cause.DATA),
    ]

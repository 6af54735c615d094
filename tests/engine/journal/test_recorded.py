"""What is read of a recorded decision is of the type that views show; entries are wanted by any of their fields."""

from __future__ import annotations

import copy
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from engine.diagnostics import Malformed
from engine.journal.drafts import override_draft
from engine.journal.entry import Entry
from engine.journal.journal import Filter, Journal
from engine.journal.records import RecordedDecision
from engine.rulebooks.rulebook import Verdict

ITEM = ("id", "title", "status", "reference", "because", "reservation")
OF_EVIDENCE = ("because", "reservation", "source", "as_of", "by", "date")
TEST = ("fact", "test", "threshold", "status", "margin", *OF_EVIDENCE)
PLACES: list[tuple[str | int, ...]] = [
    *(((name,)) for name in ("format", "offer", "verdict", "outcome", "basis")),
    *((of, -1, name) for of in ("criteria", "overrides") for name in ITEM),
    *((of, -1, "tests", 0, name) for of in ("criteria", "overrides") for name in TEST),
    *(("criteria", 4, "not_applicable", "tests", 0, name) for name in TEST),
    ("overrides", 0, "tests", 0, "answers", 0),
]


@pytest.fixture(scope="module")
def decision(whole: Path) -> dict[str, Any]:
    with Journal(str(whole)) as journal:
        return json.loads(journal.entry(1).content)  # type: ignore[no-any-return]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_a_decision_with_a_number_where_a_text_stands_is_none(
    place: tuple[str | int, ...], decision: dict[str, Any]
) -> None:
    altered = copy.deepcopy(decision)
    holder: Any = altered
    for key in place[:-1]:
        holder = holder[key]
    assert RecordedDecision.read(altered).record == decision
    holder[place[-1]] = 7
    with pytest.raises(Malformed):
        RecordedDecision.read(altered)


def test_a_decision_with_a_number_beyond_all_is_none(decision: dict[str, Any]) -> None:
    with pytest.raises(Malformed, match="it holds a number larger than records have"):
        RecordedDecision.read(decision | {"more": 2**80})


def test_entries_are_wanted_by_any_field(journal: Path) -> None:
    with Journal(str(journal), writes=True) as appended:
        draft = override_draft(
            appended.entry(3), "other", verdict=Verdict.MET, outcome="covered", because="so", by="they"
        )
        appended.append([draft], by="they")
    with Journal(str(journal)) as read:
        entries = list(read.entries())
        fields = set(Filter._fields) - {"since", "until", "outcomes"}
        wanted = [{name: value} for name in fields for value in {getattr(entry, name) for entry in entries} if value]
        for one in [*wanted, {"kind": "run"}, {"kind": "a"}, {"kind": "z"}, {"year": 1}]:
            expected = [entry.number for entry in entries if all(getattr(entry, n) == v for n, v in one.items())]
            assert [entry.number for entry in read.entries(Filter(**one))] == expected, one
        outcomes = sorted({entry.outcome for entry in entries if entry.outcome})
        for some in [*itertools.combinations(outcomes, 1), *itertools.combinations(outcomes, 2), ("none",)]:
            expected = [entry.number for entry in entries if entry.outcome in some]
            assert [entry.number for entry in read.entries(Filter(outcomes=some))] == expected, some
        assert _between(read, entries[2].recorded_at, entries[5].recorded_at) == _recorded_between(entries, 2, 5)


def _between(journal: Journal, since: str, until: str) -> list[int]:
    return [entry.number for entry in journal.entries(Filter(since=since, until=until))]


def _recorded_between(entries: list[Entry], first: int, last: int) -> list[int]:
    times = entries[first].recorded_at, entries[last].recorded_at
    return [entry.number for entry in entries if times[0] <= entry.recorded_at <= times[1]]

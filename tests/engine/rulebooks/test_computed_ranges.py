"""What is declared of a derived fact goes with its parts: ranges hold every number computed, and units are told."""

from __future__ import annotations

import pytest

from engine.diagnostics import Rejected
from tests.support import Written, make_vocabulary

_FROM_0: Written = {"type": "number", "at_least": 0}
PARTS: dict[str, Written] = {
    "own": {**_FROM_0, "at_most": 100},
    "sold": _FROM_0,
    "change": {"type": "number"},
    "rate": {"type": "share"},
    "other_rate": {"type": "share"},
    "visits": {"type": "whole_number", "at_least": 2, "at_most": 9, "per": "year"},
    "surplus": {"type": "number", "derived": {"difference": {"of": "sold", "less": "own"}}},
    "spare": {"type": "number", "at_most": 100, "derived": {"difference": {"of": "own", "less": "sold"}}},
    "total": {"type": "number", "derived": {"sum": {"of": ["own", "sold"]}}},
    "beds": {"type": "number", "at_least": 1, "at_most": 4},
}
REFUSED: dict[str, tuple[Written, str]] = {
    "difference": (
        {**_FROM_0, "derived": {"difference": {"of": "sold", "less": "own"}}},
        "`made` can be computed as -100, which is outside of its range / declare it with `at_least: -100`, or without",
    ),
    "difference without an end": (
        {**_FROM_0, "derived": {"difference": {"of": "own", "less": "sold"}}},
        "`made` can be computed as less than its range / leave out `at_least`, or give what it follows from a range",
    ),
    "sum": (
        {"type": "number", "at_most": 100, "derived": {"sum": {"of": ["own", "sold"]}}},
        "`made` can be computed as more than its range / leave out `at_most`, or give what it follows from a range",
    ),
    "sum of years": (
        {"type": "whole_number", "at_most": 17, "derived": {"sum": {"of": "visits", "years": [-2, -1]}}},
        "`made` can be computed as 18, which is outside of its range / declare it with `at_most: 18`, or without",
    ),
    "value": (
        {"type": "whole_number", "at_least": 3, "derived": {"value": {"of": "visits", "year": -2}}},
        "`made` can be computed as 2, which is outside of its range / declare it with `at_least: 2`, or without",
    ),
    "least": (
        {**_FROM_0, "derived": {"least": {"of": ["own", "change"]}}},
        "`made` can be computed as less than its range / leave out `at_least`, or give what it follows from a range",
    ),
    "largest": (
        {"type": "number", "at_most": 50, "derived": {"largest": {"of": ["own", "beds"]}}},
        "`made` can be computed as 100, which is outside of its range / declare it with `at_most: 100`, or without",
    ),
    "ratio of what is derived": (
        {"type": "share", "derived": {"ratio": {"of": "total", "to": "beds"}}},
        "`made` can be computed as more than its range / declare it with `type: number`",
    ),
    "of what is derived": (
        {"type": "number", "at_least": -99, "derived": {"least": {"of": ["surplus", "beds"]}}},
        "`made` can be computed as -100, which is outside of its range / declare it with `at_least: -100`, or without",
    ),
}
TAKEN: dict[str, Written] = {
    "difference": {"type": "number", "at_least": -100, "derived": {"difference": {"of": "sold", "less": "own"}}},
    "difference of shares": {
        "type": "number",
        "at_least": -1,
        "at_most": 1,
        "derived": {"difference": {"of": "rate", "less": "other_rate"}},
    },
    "least of shares": {"type": "share", "derived": {"least": {"of": ["rate", "other_rate"]}}},
    "largest": {**_FROM_0, "derived": {"largest": {"of": ["beds", "surplus"]}}},
    "of what has no range and is derived from what has": {**_FROM_0, "derived": {"least": {"of": ["total", "own"]}}},
    "quotient of what is never negative": {**_FROM_0, "derived": {"ratio": {"of": "total", "to": "beds"}}},
    "quotient by what may be 0": {**_FROM_0, "derived": {"ratio": {"of": "beds", "to": "spare"}}},
    "a mean, as ever": {
        "type": "number",
        "at_least": 8,
        "at_most": 8.5,
        "derived": {"mean": {"of": "visits", "years": [-2, -1]}},
    },
    "a quotient, as ever": {"type": "share", "derived": {"ratio": {"of": "sold", "to": "own"}}},
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_range_that_does_not_hold_what_can_be_computed_is_refused(name: str) -> None:
    declared, expected = REFUSED[name]
    with pytest.raises(Rejected) as caught:
        make_vocabulary({**PARTS, "made": declared})
    (found,) = caught.value.diagnostics
    assert f"{found.message} / {found.hint}" == expected
    assert found.code == "fact-declaration"


@pytest.mark.parametrize("name", TAKEN)
def test_a_range_that_holds_it_is_taken(name: str) -> None:
    assert "made" in make_vocabulary({**PARTS, "made": TAKEN[name]}).facts


def test_units_are_told_in_the_language_of_the_message() -> None:
    days, visits = {"da": "døgn", "en": "days"}, {"da": "besøg", "en": "visits"}
    parts = {"own": {**_FROM_0, "unit": days}, "other": {**_FROM_0, "unit": visits}}
    with pytest.raises(Rejected) as caught:
        make_vocabulary({**parts, "made": {"type": "number", "derived": {"sum": {"of": ["own", "other"]}}}})
    (found,) = caught.value.diagnostics
    assert str(found.message) == "`own` counts `days`, and `other` counts `visits`"
    assert found.in_language("da").message == "`own` tæller `døgn`, og `other` tæller `besøg`"

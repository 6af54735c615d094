"""What was published of an offer, as what it was decided before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.rulebooks.library import Library
from offers.comparison.published import CONTRADICTORY, published_outcomes
from offers.records.reader import read_offers
from tests.support import flow

WIDER, NARROWER = Library().in_force(2018)
YES, NO, OPEN = "covered", "not_covered", "undetermined"
CASES: dict[str, tuple[Sequence[tuple[int, str]], str | None]] = {
    "nothing": ((), None),
    "in this year": (((2018, YES),), "met"),
    "in a year before": (((2016, NO),), "not_met"),
    "in a year after": (((2019, YES),), None),
    "the latest first": (((2017, NO), (2014, YES), (2019, YES)), "not_met"),
    "the latest last": (((2014, YES), (2015, NO), (2017, OPEN)), "undetermined"),
    "the same twice": (((2017, YES), (2017, YES)), "met"),
    "two in one year": (((2017, YES), (2017, NO), (2016, YES)), CONTRADICTORY),
    "two in a year before": (((2016, YES), (2016, NO), (2017, YES)), "met"),
    "a word of no rulebook": (((2017, "odd"),), None),
    "a word of no rulebook beside one": (((2017, "odd"), (2017, YES)), CONTRADICTORY),
    "another rulebook's word": (((2017, "most_specialised"),), None),
}


def test_the_latest_outcome_counts_up_to_the_year(tmp_path: Path) -> None:
    for number, (published, _) in enumerate(CASES.values()):
        listed = [{"rulebook": WIDER.id, "year": year, "outcome": outcome} for year, outcome in published]
        listed += [{"rulebook": NARROWER.id, "year": 2018, "outcome": "most_specialised"}] * (number % 2)
        offer = {"format": "sekskant/offer/1", "id": f"o{number}", "name": "O", "published": listed}
        (tmp_path / f"{number:02}.yaml").write_text(flow(offer))
    (tmp_path / "broken.yaml").write_text("- ")
    previous = published_outcomes(read_offers([str(tmp_path)], WIDER.vocabulary), [WIDER, NARROWER], 2018)
    expected = [(f"o{number}", verdict) for number, (_, verdict) in enumerate(CASES.values()) if verdict]
    assert previous.frames[WIDER.id].collect().rows() == expected
    odd = [(f"o{number}", "met") for number in range(len(CASES)) if number % 2]
    assert previous.frames[NARROWER.id].collect().rows() == odd
    assert (previous.year, previous.complete, previous.rulebooks, previous.same_data) == (0, False, {}, False)


@pytest.mark.parametrize("year", [2013, 2018])
def test_where_nothing_was_published_nothing_is_known(year: int) -> None:
    frames = published_outcomes([], [WIDER], year).frames
    assert {name: frame.collect().rows() for name, frame in frames.items()} == {WIDER.id: []}

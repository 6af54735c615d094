"""Names are in one Danish order."""

from __future__ import annotations

from random import Random

import pytest

from engine.texts.danish_order import danish_order

ORDERED = [
    "Albertslund",
    "Allerød",
    "Ballerup",
    "Egedal",
    "élan",
    "Vejle",
    "Zahle",
    "Ærø",
    "Øsby",
    "Aabenraa",
    "Aarhus",
]


@pytest.mark.parametrize("seed", range(5))
def test_names_are_in_danish_order(seed: int) -> None:
    mixed = Random(seed).sample(ORDERED, len(ORDERED))  # noqa: S311 - no secret
    assert sorted(mixed, key=danish_order) == ORDERED


@pytest.mark.parametrize(("first", "second"), [("Århus", "Aarhus"), ("ålborg", "Aalborg"), ("A\u030alborg", "Ålborg")])
def test_the_same_letters_stand_together(first: str, second: str) -> None:
    assert danish_order(first)[0] == danish_order(second)[0]

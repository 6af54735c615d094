"""How many digits a threshold can have."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.diagnostics import Rejected
from engine.rulebooks.rulebook import Rulebook
from tests.support import make_rulebook, make_vocabulary

VOCABULARY = make_vocabulary({"size": {"type": "number"}})


def rulebook_with(threshold: str) -> Rulebook:

    criteria = {"C": {"met_when": {"fact": "size", "at_most": Decimal(threshold)}}}
    return make_rulebook(VOCABULARY, criteria, {"all": ["C"]})


@pytest.mark.parametrize("threshold", ["0.000000001", "999999999.999999999", "-999999999"])
def test_nine_digits_on_either_side_are_compared_exactly(threshold: str) -> None:
    assert rulebook_with(threshold).criteria


@pytest.mark.parametrize("threshold", ["0.0000000001", "1000000000"])
def test_more_digits_are_rejected(threshold: str) -> None:
    with pytest.raises(Rejected) as caught:
        rulebook_with(threshold)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("number", f"{threshold} has more digits than a threshold can have")

"""The justification in both languages, for each way a decision can come about, word for word."""

from __future__ import annotations

import os
from typing import get_args

import pytest

from engine.decisions.decide import Decider
from engine.diagnostics import Rejected
from engine.explanation.justification import justification
from engine.rulebooks.library import Library
from engine.texts.catalogue import Language
from offers.records.offer import Offer
from offers.records.reader import read_offers
from tests.command import ROOT

FOLDER = ROOT / "tests" / "justifications"
COVERED, MOST = Library().in_force(2018)
WIDER = Decider(COVERED)
DECIDERS = (WIDER, Decider(MOST, WIDER))


def read(name: str) -> Offer:
    (offer,) = read_offers([str(FOLDER / f"{name}.yaml")], COVERED.vocabulary)
    assert not isinstance(offer, Rejected)
    return offer


def written(offer: Offer, language: Language) -> str:
    traces = [decider.decide(offer.subject(), offer.stated, 2018) for decider in DECIDERS]
    parts = [section for trace in traces for section in justification(trace, language)]
    return "\n\n".join("\n".join((f"# {part.heading}", *part.sentences)) for part in parts) + "\n"


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_justification_reads_as_it_should(name: str, language: Language) -> None:
    text = written(read(name), language)
    expected = FOLDER / f"{name}.{language}.txt"
    if os.environ.get("SEKSKANT_WRITE_EXPECTED"):
        expected.write_text(text)
    assert text == expected.read_text()

"""What is drafted of a decision beside its record."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from engine.decisions.decide import Decider
from engine.decisions.evaluators import REFERENCE
from engine.journal.drafts import decision_draft, texts_of
from engine.rulebooks.rulebook import Rulebook
from engine.values.json_record import JsonRecord
from tests.support import SUBJECT, make_rulebook, make_vocabulary

VOCABULARY = make_vocabulary({"good": {"type": "judgement"}})
RULEBOOK, WIDER = (
    make_rulebook(VOCABULARY, {"C": {"met_when": {"fact": "good"}}}, {"all": ["C"]}, name=name)
    for name in ("test", "wider")
)
REMARK = {"code": "unused", "line": 3}


@pytest.mark.parametrize("remarks", [[], [REMARK], [REMARK, {"code": "other"}]])
@pytest.mark.parametrize("superset", [None, WIDER])
def test_remarks_and_the_wider_rulebook_stand_beside_a_decision_where_there_are_any(
    remarks: Sequence[JsonRecord], superset: Rulebook | None
) -> None:
    trace = Decider(RULEBOOK, engine=REFERENCE).decide(SUBJECT, {}, 2018)
    draft = decision_draft(trace, superset, "run", "{}", "offers.yaml:1", remarks)
    told = None if draft.input_remarks is None else json.loads(draft.input_remarks)
    assert told == ([*remarks] or None)
    assert (None if draft.superset is None else json.loads(draft.superset)) == (superset and superset.ref.record())


def test_a_text_of_several_rulebooks_is_kept_once() -> None:
    texts = texts_of([RULEBOOK, None, WIDER, RULEBOOK])
    assert [kept.kind for kept in texts.values()] == ["rulebook", "vocabulary", "rulebook"]
    assert list(texts) == [RULEBOOK.sha256, VOCABULARY.sha256, WIDER.sha256]

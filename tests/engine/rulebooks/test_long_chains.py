"""Vocabularies and rulebooks of thousands of parts are refused where they are too much, and never a failure."""

from __future__ import annotations

import pytest

from engine.diagnostics import Rejected
from engine.rulebooks.vocabulary_loader import MAX_NESTED
from tests.support import make_rulebook, make_vocabulary

MANY = 3_000


@pytest.mark.slow
@pytest.mark.parametrize("is_turned", [False, True])
def test_a_chain_of_derived_facts_is_refused(is_turned: bool) -> None:
    facts: dict[str, dict[str, object]] = {name: {"type": "number", "at_least": 0} for name in ("n", "f0")}
    for i in range(1, MANY):
        facts[f"f{i}"] = {"type": "number", "at_least": 0, "derived": {"ratio": {"of": f"f{i - 1}", "to": "n"}}}
    with pytest.raises(Rejected) as caught:
        make_vocabulary(dict(reversed(facts.items())) if is_turned else facts)
    messages = [diagnostic.message for diagnostic in caught.value.diagnostics]
    link = MANY - 1 if is_turned else MAX_NESTED + 1
    assert f"`f{link}` follows from what is derived itself too many times over" in messages
    assert len(messages) < MANY / MAX_NESTED


@pytest.mark.slow
@pytest.mark.parametrize("each", [MANY, 50], ids=["one group", "groups in a group"])
def test_thousands_of_criteria_are_too_wide(each: int) -> None:
    vocabulary = make_vocabulary({"needed": {"type": "judgement"}})
    names = [f"C{i}" for i in range(MANY)]
    criteria = {name: {"met_when": {"fact": "needed", "is": "yes"}} for name in names}
    groups = [{"any": names[i : i + each]} for i in range(0, MANY, each)]
    with pytest.raises(Rejected) as caught:
        make_rulebook(vocabulary, criteria, {"all": groups})
    assert {diagnostic.code for diagnostic in caught.value.diagnostics} == {"group-too-wide"}

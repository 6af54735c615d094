"""Vocabularies and rulebooks of thousands of parts are refused where they are too much, and never a failure."""

from __future__ import annotations

import pytest

from engine.diagnostics import Rejected
from tests.support import make_rulebook, make_vocabulary

MANY = 3_000


@pytest.mark.slow
def test_a_chain_of_derived_facts_is_refused_at_each_link() -> None:
    facts: dict[str, dict[str, object]] = {"n": {"type": "number"}, "f0": {"type": "number"}}
    for i in range(1, MANY):
        facts[f"f{i}"] = {"type": "number", "derived": {"ratio": {"of": f"f{i - 1}", "to": "n"}}}
    with pytest.raises(Rejected) as caught:
        make_vocabulary(facts)
    messages = [diagnostic.message for diagnostic in caught.value.diagnostics]
    assert messages == [f"`f{i}` is not a number that is stated" for i in range(1, MANY - 1)]


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

"""Large rulebooks are decided, proven and tabulated as trying everything says; `tests/soak.py` compares 20,000."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.decisions.analysis import Analyst
from engine.decisions.vector_decisions import VectorDecision, VectorDecisions
from engine.evaluation.completions import Completions, SharedFact
from engine.evaluation.durable_engine import why_missing
from engine.rulebooks.rulebook import Verdict
from tests.chance import AT_THE_DESK
from tests.engine import compared as module
from tests.engine.compared import compared

RULEBOOKS = 10 if AT_THE_DESK else 60

pytestmark = pytest.mark.skipif(why_missing() is not None, reason="durable-rules is not there")


@pytest.mark.slow
def test_large_rulebooks_are_what_trying_everything_says() -> None:
    found = compared(range(RULEBOOKS))
    assert found.differences == ()
    assert found.figures["decisions in columns"] + found.figures["rows left to the reference"] >= RULEBOOKS


def _without_decisive(_: Analyst, vectors: object) -> Iterator[int]:
    return iter(())


def _one_class(_: SharedFact, regions: frozenset[int]) -> list[frozenset[int]]:
    return [regions]


def _apart(_: Completions, cases: Any) -> Any:
    return tuple(tuple(case.statuses[node] for node in _.program.inputs) for case in cases[:1])


def _met(_: VectorDecisions, items: object) -> VectorDecision:
    return VectorDecision(Verdict.MET, ("rule",))


BROKEN: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "what is decisive": (Analyst, "decisive", _without_decisive),
    "classes are not told apart": (SharedFact, "classes_of", _one_class),
    "only the first class is looked at": (Completions, "vectors", _apart),
    "columns find everything met": (VectorDecisions, "on", _met),
    "a row of the table is lost": (
        module,
        "truth_table",
        lambda rulebook, of=module.truth_table: of(rulebook)._replace(rows=of(rulebook).rows[1:]),
    ),
    "a set of the proof is lost": (
        module,
        "prove",
        lambda rulebook, of=module.prove: (p := of(rulebook))._replace(
            sufficient=p.sufficient._replace(sets=p.sufficient.sets[1:]),
            necessary=p.necessary._replace(sets=p.necessary.sets[:-1]),
        ),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BROKEN)
def test_what_is_said_otherwise_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, attribute, broken = BROKEN[name]
    monkeypatch.setattr(where, attribute, broken)
    assert compared(range(6)).differences

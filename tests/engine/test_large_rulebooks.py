"""Large rulebooks are decided, proven and tabulated as trying everything says; `tests/soak.py` compares 20,000."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from engine.authoring.proofs.proof import Proof, prove
from engine.authoring.proofs.truth_table import TruthTable, truth_table
from engine.decisions.analysis import Analyst
from engine.decisions.vector_decisions import VectorDecision, VectorDecisions
from engine.evaluation.completions import Case, Completions, SharedFact
from engine.evaluation.durable_engine import why_missing
from engine.evaluation.ruling import Items
from engine.rulebooks.rulebook import Rulebook, Verdict
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


def _of_the_first(completions: Completions, cases: Sequence[Case]) -> tuple[Items, ...]:
    return (tuple(cases[0].statuses[node] for node in completions.program.inputs),)


def _met(_: VectorDecisions, items: object) -> VectorDecision:
    return VectorDecision(Verdict.MET, ("rule",))


def _without_a_row(rulebook: Rulebook) -> TruthTable:
    table = truth_table(rulebook)
    return table._replace(rows=table.rows[1:])


def _without_a_set(rulebook: Rulebook) -> Proof:
    proof = prove(rulebook)
    sufficient, necessary = (sets._replace(sets=sets.sets[1:]) for sets in (proof.sufficient, proof.necessary))
    return proof._replace(sufficient=sufficient, necessary=necessary)


BROKEN: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "what is decisive": (Analyst, "decisive", _without_decisive),
    "classes are not told apart": (SharedFact, "classes_of", _one_class),
    "only the first class is looked at": (Completions, "vectors", _of_the_first),
    "columns find everything met": (VectorDecisions, "on", _met),
    "a row of the table is lost": (module, "truth_table", _without_a_row),
    "a set of the proof is lost": (module, "prove", _without_a_set),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BROKEN)
def test_what_is_said_otherwise_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, attribute, broken = BROKEN[name]
    monkeypatch.setattr(where, attribute, broken)
    assert compared(range(6)).differences

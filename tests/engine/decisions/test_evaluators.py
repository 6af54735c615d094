"""Every decision is made by two evaluators, and says by which."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from engine.decisions.decide import Decider
from engine.decisions.trace import Execution, Trace
from engine.decisions.vector_decisions import VectorDecisions
from engine.diagnostics import IntegrityFault
from engine.evaluation.diagram import DecisionDiagram
from engine.evaluation.durable_engine import why_missing
from engine.evaluation.evidence import Evidence
from engine.evaluation.program import Program
from engine.evaluation.ruling import Items
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.texts.catalogue import message
from engine.values.logic import Status
from tests.command import ROOT
from tests.support import SUBJECT, Written, answer, exact, make_rulebook, make_vocabulary

VOCABULARY = make_vocabulary({"size": {"type": "number"}, "good": {"type": "judgement"}})
YEAR = 2031
STATED: list[dict[str, Evidence]] = [{"good": answer("no"), "size": exact(3)}, {"size": exact(2)}, {}]
BROKEN = "durable-rules cannot be loaded (undefined symbol: PyEval_CallObject)"


def good_or_large() -> Rulebook:
    large: Written = {"met_when": {"fact": "size", "at_least": 3}}
    return make_rulebook(VOCABULARY, {"C1": {"met_when": {"fact": "good"}}, "C2": large}, {"any": ["C1", "C2"]})


def but_for_execution(trace: Trace) -> Trace:
    return trace._replace(execution=Execution("", None, ()))


@pytest.fixture(params=["durable-rules is not installed", BROKEN, "asked for"])
def why(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Why durable-rules does not decide."""
    why = str(request.param)
    monkeypatch.delenv("SEKSKANT_ENGINE", raising=False)
    if why == "asked for":
        monkeypatch.setenv("SEKSKANT_ENGINE", "reference")
    elif why == BROKEN:
        monkeypatch.setattr("engine.decisions.evaluators.why_missing", lambda: message(BROKEN))
    else:
        for name in ("durable", "durable.engine", "durable_rules_engine"):
            monkeypatch.setitem(sys.modules, name, None)
    return why


def test_without_durable_rules_the_reference_decides_and_the_diagram_checks(why: str) -> None:
    decider = Decider(good_or_large())
    first, again = (decider.decide(SUBJECT, dict(STATED[0]), YEAR).execution for _ in range(2))
    assert first == Execution("reference", "decision diagram", (), why=why)
    assert again.engine == first.engine
    assert decider.ruling_on((Status.MET, Status.NOT_MET))[1].checked_by == "decision diagram"


@pytest.mark.skipif(why_missing() is not None, reason=str(why_missing()))
def test_it_decides_the_same_whoever_does() -> None:
    both, without = Decider(good_or_large()), Decider(good_or_large(), engine="reference")
    unchecked = Decider(good_or_large(), is_checked=False)
    for stated in STATED:
        traces = [decider.decide(SUBJECT, stated, YEAR) for decider in (both, without, unchecked)]
        assert [(t.execution.engine, t.execution.checked_by) for t in traces] == [
            ("durable-rules 2.0.28", "reference"),
            ("reference", "decision diagram"),
            ("reference", None),
        ]
        assert len({t.verdict for t in traces}) == 1
        assert but_for_execution(traces[0]) == but_for_execution(traces[1]) == but_for_execution(traces[2])


def test_a_condition_on_which_the_reference_and_the_diagram_disagree_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    decider = Decider(good_or_large(), engine="reference")
    with monkeypatch.context() as patched:
        wrong = [Status.UNKNOWN, Status.NOT_APPLICABLE]
        patched.setattr(DecisionDiagram, "conditions", lambda diagram, findings: wrong)
        with pytest.raises(IntegrityFault, match=r"\Athe reference and the decision diagram disagree on C2\Z"):
            decider.decide(SUBJECT, {}, YEAR)
    assert decider.decide(SUBJECT, {}, YEAR).verdict is Verdict.UNDETERMINED


def test_a_ruling_on_which_the_reference_and_the_diagram_disagree_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    decider, right = Decider(good_or_large(), engine="reference"), DecisionDiagram.ruling_statuses

    def wrong(diagram: DecisionDiagram, items: Items) -> list[Status]:
        return [Status.NOT_APPLICABLE, *right(diagram, items)[1:]]

    with monkeypatch.context() as patched:
        patched.setattr(DecisionDiagram, "ruling_statuses", wrong)
        for _ in range(2):
            with pytest.raises(IntegrityFault, match=r"\Athe reference and the decision diagram disagree on rule\Z"):
                decider.decide(SUBJECT, {}, YEAR)
    assert decider.decide(SUBJECT, {}, YEAR).verdict is Verdict.UNDETERMINED


def test_status_vectors_of_a_register_are_decided_by_the_two_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    vector_decisions = VectorDecisions(Decider(good_or_large(), engine="reference"))
    assert vector_decisions.on((Status.MET, Status.UNKNOWN)).verdict is Verdict.MET
    assert vector_decisions.who == Execution("reference", "decision diagram", (), why="asked for")
    nodes = len(vector_decisions.program.nodes) - vector_decisions.program.ruling_from
    monkeypatch.setattr(DecisionDiagram, "ruling_statuses", lambda diagram, items: [Status.NOT_APPLICABLE] * nodes)
    with pytest.raises(IntegrityFault, match="the reference and the decision diagram disagree"):
        vector_decisions.on((Status.NOT_MET, Status.UNKNOWN))


def test_a_program_is_folded_once_for_each_decider(monkeypatch: pytest.MonkeyPatch) -> None:
    folded: list[Program] = []
    fold = DecisionDiagram.__init__

    def folding(diagram: DecisionDiagram, program: Program) -> None:
        folded.append(program)
        fold(diagram, program)

    monkeypatch.setattr(DecisionDiagram, "__init__", folding)
    decider = Decider(good_or_large(), engine="reference")
    assert not folded
    for stated in STATED * 2:
        decider.decide(SUBJECT, stated, YEAR)
    assert folded == [decider.program]


@pytest.mark.parametrize(
    ("engine", "is_checked", "durable", "diagrams"),
    [
        (None, True, why_missing() is None, why_missing() is not None),
        ("reference", True, False, True),
        (None, False, False, False),
    ],
)
def test_what_does_not_decide_is_not_loaded(
    engine: str | None, is_checked: bool, durable: bool, diagrams: bool
) -> None:
    script = f"""
import sys
from engine.decisions.decide import Decider
from engine.decisions.trace import Subject
from engine.rulebooks.library import Library
rulebook = Library().choose("hovedstaden.udviklingsstrategi", 2018)
Decider(rulebook, engine={engine!r}, is_checked={is_checked}).decide(Subject("o", "O"), {{}}, 2018)
print([name in sys.modules for name in ("durable.engine", "dd")])
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT), "SEKSKANT_ENGINE": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout == f"{[durable, diagrams]}\n"

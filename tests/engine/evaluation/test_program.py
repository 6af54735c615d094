"""The nodes of a program are named after what they stand for, children before parents."""

from __future__ import annotations

import pytest

from engine.evaluation.program import compile_rulebook
from tests.support import Written, make_rulebook, make_vocabulary

VOCABULARY = make_vocabulary({name: {"type": "judgement"} for name in ("good", "fair", "departure")})
GOOD, FAIR = {"fact": "good"}, {"fact": "fair"}
EXEMPT = {"not_applicable": {"when": FAIR, "counts_as": "met"}}
MEASURED: Written = {"indicated_by": GOOD, "judgement": "departure"}
RULE = ("rule", "rule.counted", "basis.rule", "verdict")
NAMES: dict[str, tuple[Written, str]] = {
    "a test": ({"met_when": GOOD}, "C"),
    "a condition": (
        {"met_when": {"all": [GOOD, {"not": FAIR}, {"any": [GOOD, FAIR]}]}},
        "C.good C.not.fair C.not C.any.good C.any.fair C.any C",
    ),
    "a measure": (MEASURED, "C.measure C.judged C.judgement C"),
    "what may not apply": ({"met_when": GOOD, **EXEMPT}, "C.measure C.exempt C.away C"),
    "a measure that may not apply": (
        {**MEASURED, **EXEMPT},
        "C.measure C.judged C.judgement C.departed C.exempt C.away C",
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_nodes_of_a_criterion_are_named(name: str) -> None:
    criterion, names = NAMES[name]
    program = compile_rulebook(make_rulebook(VOCABULARY, {"C": criterion}, {"all": ["C"]}))
    (nodes,) = program.criteria
    assert " ".join(node.name for node in program.nodes[: program.ruling_from]) == names
    told = {part: getattr(nodes, part) for part in ("measure", "judgement", "exempt")}
    named = {part: f"C.{part}" for part in told if f"C.{part}" in names.split()}
    assert program.nodes[nodes.status].name == "C"
    assert {part: program.nodes[at].name for part, at in told.items() if at is not None} == {"measure": "C"} | named


@pytest.mark.parametrize(
    ("counts_as", "counted"), [("excluded", ()), ("met", ("C.counted",)), ("not_met", ("C.counted",))]
)
def test_what_does_not_apply_is_counted_where_it_is_not_left_out(counts_as: str, counted: tuple[str, ...]) -> None:
    exempt = {"not_applicable": {"when": FAIR, "counts_as": counts_as}}
    program = compile_rulebook(make_rulebook(VOCABULARY, {"C": {"met_when": GOOD, **exempt}}, {"all": ["C"]}))
    assert tuple(node.name for node in program.nodes[program.ruling_from :]) == (*counted, *RULE)

"""Proofs, truth tables and comparisons agree with trying every status vector, on random and on shipped rulebooks."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.authoring.cases.mutation import mutants_of
from engine.authoring.proofs.proof import compare, prove
from engine.authoring.proofs.truth_table import Row, TruthTable, truth_table
from engine.decisions.decide import Decider
from engine.diagnostics import TooComplex
from engine.evaluation import folding
from engine.evaluation.program import Program, compile_rulebook
from engine.evaluation.ruling import Items, ruling_on
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.logic import Status, Truth
from tests.chance import tried
from tests.engine.random_rulebooks import YEAR, Example, examples
from tests.support import SUBJECT, make_rulebook, make_vocabulary

KNOWN = {Truth.MET: Status.MET, Truth.NOT_MET: Status.NOT_MET, Truth.NOT_APPLICABLE: Status.NOT_APPLICABLE}
TWO, THREE = (Truth.MET, Truth.NOT_MET), tuple(Truth)
SHIPPED = [pytest.param(rulebook, id=rulebook.id) for rulebook in Library().rulebooks]


def vectors(program: Program) -> Iterator[tuple[Truth, ...]]:
    """Every status vector: the criteria, then the overrides."""
    domains = [THREE if c.criterion.applicability else TWO for c in program.criteria]
    yield from itertools.product(*domains, *(TWO for _ in program.overrides))


def items_of(vector: tuple[Truth, ...]) -> Items:
    return tuple(KNOWN[result] for result in vector)


def check_proof(rulebook: Rulebook) -> None:
    program, proof = compile_rulebook(rulebook), prove(rulebook)
    verdicts = {vector: ruling_on(program, items_of(vector)).verdict for vector in vectors(program)}
    assert proof.vectors == len(verdicts)
    assert proof.met == list(verdicts.values()).count(Verdict.MET)
    assert 0 < proof.possible <= proof.vectors
    for i, item in enumerate(proof.items):
        pairs = [
            (verdicts[vector], verdicts[(*vector[:i], Truth.NOT_MET, *vector[i + 1 :])])
            for vector in verdicts
            if vector[i] is Truth.MET
        ]
        assert item.helps is ((Verdict.MET, Verdict.NOT_MET) in pairs)
        assert item.harms is ((Verdict.NOT_MET, Verdict.MET) in pairs)
        assert item.is_monotone or (item.helps and item.harms)
        assert not item.can_decide or item.helps or item.harms


def check_table(rulebook: Rulebook) -> None:
    """Each vector has its rows and no others; no row can be left out, and no cell of it widened."""
    program, table = compile_rulebook(rulebook), truth_table(rulebook)
    names = [c.criterion.id for c in program.criteria] + [o.override.id for o in program.overrides]
    order = [names.index(column) for column in table.columns]
    rulings = {}
    for vector in vectors(program):
        ruling = ruling_on(program, items_of(vector))
        rulings[tuple(vector[i] for i in order)] = (ruling.verdict, ruling.possible_bases[0])
    matched = {vector: [row for row in table.rows if matches(row, vector)] for vector in rulings}
    for vector, rows in matched.items():
        assert {(row.verdict, row.basis) for row in rows} == {rulings[vector]}
    for row in table.rows:
        assert any(rows == [row] for rows in matched.values())
        check_widest(table, row, rulings)


def check_widest(table: TruthTable, row: Row, rulings: dict[tuple[Truth, ...], tuple[Verdict, str]]) -> None:
    for i, every in enumerate(table.domain):
        for result in every - row.cells[i]:
            wider = row._replace(cells=(*row.cells[:i], row.cells[i] | {result}, *row.cells[i + 1 :]))
            widened = {ruling for vector, ruling in rulings.items() if matches(wider, vector)}
            assert widened != {(row.verdict, row.basis)}


def matches(row: Row, vector: tuple[Truth, ...]) -> bool:
    return all(result in cell for result, cell in zip(vector, row.cells, strict=True))


@pytest.mark.parametrize("rulebook", SHIPPED)
def test_the_shipped_rulebooks_are_proven(rulebook: Rulebook) -> None:
    check_proof(rulebook)
    check_table(rulebook)


@given(examples(max_criteria=4, max_overrides=2))
@tried(50)
def test_any_rulebook_is_proven(example: Example) -> None:
    check_proof(example.rulebook)
    check_table(example.rulebook)


@pytest.mark.slow
@given(examples(max_criteria=4, max_overrides=2), st.data())
@tried(60)
def test_comparisons_are_true(example: Example, data: st.DataObject) -> None:
    """Of a rulebook and a mutant of it: an offer on which they differ does so, and where none is, none was found."""
    mutants = list(mutants_of(example.rulebook))
    other = data.draw(st.sampled_from(mutants)).rulebook if mutants else example.rulebook
    comparison = compare(example.rulebook, other, "equals")
    verdicts = [
        Decider(r, is_checked=False).decide(SUBJECT, example.full, YEAR).verdict for r in (example.rulebook, other)
    ]
    assert comparison.holds is not True or verdicts[0] is verdicts[1]
    if comparison.counterexample is not None:
        assert comparison.counterexample.first.verdict is not comparison.counterexample.second.verdict
    if compare(example.rulebook, other, "implies").holds:
        assert verdicts != [Verdict.MET, Verdict.NOT_MET]


@given(examples(max_criteria=4, max_overrides=2))
@tried(40)
def test_a_rulebook_equals_itself(example: Example) -> None:
    assert compare(example.rulebook, example.rulebook, "equals").holds


def wide_rulebook(criteria: int, required: int, mandatory: int = 0) -> Rulebook:
    """A rule over many judgements."""
    names = [f"C{i}" for i in range(criteria)]
    vocabulary = make_vocabulary({f"f{i}": {"type": "judgement"} for i in range(criteria)})
    written = {name: {"met_when": {"fact": f"f{i}"}} for i, name in enumerate(names)}
    return make_rulebook(vocabulary, written, {"at_least": required, "of": names, "mandatory": names[:mandatory]})


@pytest.mark.slow
@pytest.mark.parametrize(("criteria", "required"), [(21, 11), (40, 3), (100, 50)])
def test_many_criteria_are_proven(criteria: int, required: int) -> None:
    rulebook = wide_rulebook(criteria, required)
    proof = prove(rulebook)
    assert proof.vectors == proof.possible == 2**criteria
    assert proof.met == sum(math.comb(criteria, k) for k in range(required, criteria + 1))
    assert all(item.helps and not item.harms and item.can_decide for item in proof.items)
    assert {len(s) for s in proof.sufficient.sets} == {required}
    assert {len(s) for s in proof.necessary.sets} == {criteria - required + 1}
    stricter = wide_rulebook(criteria, required + 1)
    assert compare(stricter, rulebook, "implies").holds
    difference = compare(rulebook, stricter, "implies")
    assert difference.counterexample is not None
    assert list(difference.counterexample.values.values()).count("yes") == required


def test_what_is_too_complex_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "MAX_NODES", 50)
    with pytest.raises(TooComplex):
        prove(wide_rulebook(20, 10))
    with pytest.raises(TooComplex):
        truth_table(wide_rulebook(30, 15))

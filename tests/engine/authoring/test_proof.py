"""Proofs, truth tables and comparisons agree with trying every status vector, on random and on shipped rulebooks."""

from __future__ import annotations

import functools
import itertools
import math
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st

from engine.authoring.cases.mutation import mutants_of
from engine.authoring.proofs.proof import compare, prove
from engine.authoring.proofs.truth_table import truth_table
from engine.decisions.decide import Decider
from engine.diagnostics import TooComplex
from engine.evaluation import folding
from engine.evaluation.completions import Completions
from engine.evaluation.program import compile_rulebook
from engine.evaluation.ruling import Items, ruling_on
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.logic import Status, Truth
from tests.chance import tried
from tests.engine.authoring.proofs_by_trying import Known, wrong_in_proof, wrong_in_table
from tests.engine.combinations import Results
from tests.engine.occurring import occurring, options_at_all
from tests.engine.random_rulebooks import VOCABULARY, YEAR, Example, examples, expected_ruling
from tests.support import SUBJECT, Written, make_rulebook, make_vocabulary

KNOWN = {Truth.MET: Status.MET, Truth.NOT_MET: Status.NOT_MET, Truth.NOT_APPLICABLE: Status.NOT_APPLICABLE}
MOST = 100_000
"""So many combinations of values are tried for one rulebook at most."""
SHIPPED = [pytest.param(rulebook, id=rulebook.id) for rulebook in Library().rulebooks]


def items_of(vector: Results) -> Items:
    return tuple(KNOWN[result] for result in vector)


def known_of_example(example: Example) -> Known:
    """By trying every combination of values."""
    options = options_at_all(example)
    assume(math.prod(map(len, options.values())) <= MOST)

    def ruling(vector: Results) -> tuple[Verdict, str]:
        is_met, basis = expected_ruling(example, *vector)
        return (Verdict.MET if is_met else Verdict.NOT_MET), basis

    return Known(example.rulebook, [*occurring(example, options)], functools.cache(ruling))


def known_of_shipped(rulebook: Rulebook) -> Known:
    """By the completions of nothing that is stated, which no diagram is asked for."""
    program = compile_rulebook(rulebook)
    each = (itertools.product(*(status.value for status in items)) for items in Completions(program).everything.vectors)

    def ruling(vector: Results) -> tuple[Verdict, str]:
        found = ruling_on(program, items_of(vector))
        return found.verdict, found.possible_bases[0]

    return Known(rulebook, [*dict.fromkeys(itertools.chain(*each))], functools.cache(ruling))


def check(known: Known) -> None:
    """That proof and table say what trying says."""
    assert [*wrong_in_proof(known, prove(known.rulebook))] == []
    assert [*wrong_in_table(known, truth_table(known.rulebook))] == []


@pytest.mark.parametrize("rulebook", SHIPPED)
def test_the_shipped_rulebooks_are_proven(rulebook: Rulebook) -> None:
    check(known_of_shipped(rulebook))


@given(examples(max_criteria=4, max_overrides=2))
@tried(50, suppress_health_check=[HealthCheck.filter_too_much])
def test_any_rulebook_is_proven(example: Example) -> None:
    check(known_of_example(example))


def test_an_offer_is_covered_without_a5_and_without_inclusion() -> None:
    """A5 does not apply to a private offer that has an agreement with the region: what is needed allows for it."""
    rulebook = Library().choose("hovedstaden.udviklingsstrategi", 2018)
    without = {**dict.fromkeys(("A1", "A2", "A3", "A4"), Truth.MET), "A5": Truth.NOT_APPLICABLE}
    without |= dict.fromkeys(("A6", "excluded_by_order", "included_by_order"), Truth.NOT_MET)
    assert known_of_shipped(rulebook).ruling(tuple(without.values()))[0] is Verdict.MET
    needed = prove(rulebook).necessary.sets
    assert all(any(without[member.id] in member.others for member in members) for members in needed)
    assert [(m.id, m.others) for m in needed[0]] == [("A5", frozenset({Truth.MET, Truth.NOT_APPLICABLE}))]


def test_what_two_thresholds_exclude_is_left_to_the_rows() -> None:
    """Of two thresholds of one number only three of four statuses occur, and the proof and the table say no more."""
    vocabulary = make_vocabulary({"number": {"type": "number"}})
    criteria = {f"over_{n}": {"met_when": {"fact": "number", "above": n}} for n in (1, 2)}
    rulebook = make_rulebook(vocabulary, criteria, {"all": list(criteria)})
    proof, table = prove(rulebook), truth_table(rulebook)
    assert (proof.vectors, proof.possible, proof.met, proof.not_met) == (4, 3, 1, 2)
    assert [[m.id for m in members] for members in proof.sufficient.sets] == [["over_2"]]
    assert [[m.id for m in members] for members in proof.necessary.sets] == [["over_1"], ["over_2"]]
    assert [item.id for item in proof.items if item.can_decide] == ["over_2"]
    assert [(row.verdict, row.cells[0] == table.domain[0]) for row in table.rows] == [
        (Verdict.MET, True),
        (Verdict.NOT_MET, True),
    ]


def test_gaps_between_means_of_whole_numbers_do_not_occur() -> None:
    vocabulary = make_vocabulary(
        {
            "cases": {"type": "whole_number", "per": "year", "at_least": 0},
            "cases_mean": {"type": "number", "derived": {"mean": {"of": "cases", "years": [-2, -1]}}},
        }
    )

    def requiring(*tests: Written) -> Rulebook:
        met_when = {"all": [{"fact": "cases_mean", **test} for test in tests]}
        return make_rulebook(vocabulary, {"C": {"met_when": met_when}}, {"all": ["C"]})

    proof = prove(requiring({"above": 1}, {"below": Decimal("1.5")}))
    assert (proof.vectors, proof.possible, proof.met) == (2, 1, 0)
    assert not proof.approximated
    above, from_half = requiring({"above": 1}), requiring({"at_least": Decimal("1.5")})
    assert compare(above, from_half, "equals").holds
    assert compare(above, requiring({"above": Decimal("1.5")}), "equals").holds is False


def test_what_is_taken_for_granted_of_derived_facts_is_told() -> None:
    tested = [{"fact": fact, "at_least": 0} for fact in ("balance", "balance_by_surface")]
    criteria = {f"C{i}": {"met_when": test} for i, test in enumerate(tested)}
    proof = prove(make_rulebook(VOCABULARY, criteria, {"all": [*criteria]}))
    assert proof.approximated == ("balance", "balance_by_surface")


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
    assert not proof.sufficient.complete
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

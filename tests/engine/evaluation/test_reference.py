"""What the reference says of one test and of one node, and how far a fact is from a threshold."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest

from engine.evaluation.evidence import Finding, State, findings_of
from engine.evaluation.program import Program, compile_rulebook
from engine.evaluation.reference import (
    around,
    conditions,
    is_near,
    margin_of,
    status_at,
    status_of_leaf,
    status_of_test,
)
from engine.rulebooks.rulebook import AnswerTest, NumberTest
from engine.values.comparison import Comparison
from engine.values.interval import Interval
from engine.values.logic import Status
from tests.support import TEXT, Written, answer, exact, make_rulebook, make_vocabulary

VOCABULARY = make_vocabulary(
    {
        "size": {"type": "number"},
        "good": {"type": "judgement"},
        "small": {"type": "judgement"},
        "kind": {"type": "one_of", "answers": {"a": TEXT, "b": TEXT, "c": TEXT}},
    }
)
LABEL = VOCABULARY.facts["size"].label
MET, NOT_MET, UNKNOWN = Status.MET, Status.NOT_MET, Status.UNKNOWN


def numbers(low: str | None, high: str | None, low_open: bool = False, high_open: bool = False) -> Finding:
    low_end, high_end = (None if end is None else Fraction(end) for end in (low, high))
    return Finding(VOCABULARY.facts["size"], Interval(low_end, high_end, low_open, high_open), State.KNOWN)


def answers(*names: str) -> Finding:
    return Finding(VOCABULARY.facts["kind"], frozenset(names), State.KNOWN)


def number_test(comparison: Comparison, threshold: str) -> NumberTest:
    return NumberTest("size", comparison, Fraction(threshold), LABEL)


AT_LEAST, AT_MOST = number_test(Comparison.AT_LEAST, "-2"), number_test(Comparison.AT_MOST, "4")
A_OR_B = AnswerTest("kind", frozenset({"a", "b"}), LABEL)


@pytest.mark.parametrize(
    ("test", "finding", "status", "margin"),
    [
        (AT_LEAST, numbers("-2", "-2"), MET, "0"),
        (AT_LEAST, numbers("1", "5"), MET, "3"),
        (AT_LEAST, numbers("1", None), MET, "3"),
        (AT_LEAST, numbers("-5", "-3"), NOT_MET, "-1"),
        (AT_LEAST, numbers(None, "-3"), NOT_MET, "-1"),
        (AT_LEAST, numbers("-3", "-2", high_open=True), NOT_MET, "0"),
        (AT_LEAST, numbers("-3", "-2"), UNKNOWN, None),
        (AT_LEAST, numbers(None, None), UNKNOWN, None),
        (AT_MOST, numbers("4", "4"), MET, "0"),
        (AT_MOST, numbers("1", "3"), MET, "1"),
        (AT_MOST, numbers("5", "9"), NOT_MET, "-1"),
        (AT_MOST, numbers("4", "9"), UNKNOWN, None),
        (A_OR_B, answers("a", "b"), MET, None),
        (A_OR_B, answers("b"), MET, None),
        (A_OR_B, answers("c"), NOT_MET, None),
        (A_OR_B, answers("a", "c"), UNKNOWN, None),
    ],
)
def test_a_test_has_a_status_and_a_margin_where_it_is_settled(
    test: NumberTest | AnswerTest, finding: Finding, status: Status, margin: str | None
) -> None:
    assert status_of_test(test, finding) is status
    assert margin_of(test, finding, status) == (None if margin is None else Fraction(margin))


@pytest.mark.parametrize(
    ("comparison", "threshold", "nearness", "expected"),
    [
        ("at_least", "4", "1/10", ("3.6", "4.4")),
        ("below", "-4", "1/2", ("-6", "-2")),
        ("above", "0", "1/2", ("0", "0")),
    ],
)
def test_what_is_near_a_threshold_is_a_part_of_it(
    comparison: str, threshold: str, nearness: str, expected: tuple[str, str]
) -> None:
    low, high = map(Fraction, expected)
    assert around(number_test(Comparison(comparison), threshold), Fraction(nearness)) == Interval(low, high)


def test_a_test_is_near_where_it_is_settled_and_a_possible_value_is() -> None:
    within = around(AT_MOST, Fraction(1, 4))
    assert is_near(numbers("3", "3"), MET, within)
    assert is_near(numbers("0", "3"), MET, within)
    assert is_near(numbers("5", "5"), NOT_MET, within)
    assert not is_near(numbers("0", "3", high_open=True), MET, within)
    assert not is_near(numbers("6", "7"), NOT_MET, within)
    assert not is_near(numbers("4", "5"), UNKNOWN, within)


def program() -> Program:
    """A program with every kind of node before the ruling."""
    criteria: dict[str, Written] = {
        "C1": {
            "indicated_by": {"any": [{"fact": "size", "at_least": 3}, {"not": {"fact": "kind", "in": ["a"]}}]},
            "judgement": "good",
            "not_applicable": {"when": {"fact": "small"}, "counts_as": "excluded"},
        },
        "C2": {"met_when": {"all": [{"fact": "size", "below": 9}, {"fact": "good"}]}},
    }
    return compile_rulebook(make_rulebook(VOCABULARY, criteria, {"any": ["C1", "C2"]}))


def test_the_status_of_a_node_follows_from_the_leaves_below_it_alone() -> None:
    compiled = program()
    cases = itertools.product((None, "2", "5", "9"), (None, "a", "b"), (None, "yes", "no"), (None, "yes", "no"))
    for size, kind, good, small in cases:
        stated = {"size": exact(size)} if size else {}
        stated |= {name: answer(a) for name, a in (("kind", kind), ("good", good), ("small", small)) if a}
        findings = findings_of(VOCABULARY, stated, 2031)
        expected = conditions(compiled, findings)
        for node in range(compiled.ruling_from):
            leaves = {at: status_of_leaf(leaf, findings) for at, leaf in compiled.leaves_at(node).items()}
            assert leaves == {at: expected[at] for at in leaves}
            assert status_at(compiled, node, leaves) == expected[node]

"""The values of a fact are cut where tests come out otherwise, and nowhere else is anything lost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.evaluation.regions import passes, regions_of
from engine.rulebooks.rulebook import FactDeclaration, Possible, Test
from engine.values.interval import Interval
from tests.support import TEXT, Written, make_rulebook, make_vocabulary

COLOURS = {"red": TEXT, "green": TEXT, "blue": TEXT}


def declared(*facts: Written) -> list[FactDeclaration]:
    """The declarations of one fact in several vocabularies."""
    return [make_vocabulary({"a": fact}).facts["a"] for fact in facts]


def made(fact: Written, *tests: Written) -> list[Test]:
    """Tests of a fact as a rulebook makes them."""
    if not tests:
        return []
    criteria = {f"C{i}": {"met_when": {"fact": "a", **test}} for i, test in enumerate(tests)}
    rulebook = make_rulebook(make_vocabulary({"a": fact}), criteria, {"all": list(criteria)})
    return [test for name in criteria if isinstance(test := rulebook.criterion(name).condition, Test)]


def shown(region: Possible) -> str:
    """A region in short: an interval as in mathematics, answers by their names."""
    if not isinstance(region, Interval):
        return ",".join(sorted(region))
    if region.is_exact:
        return str(region.low)
    low, high = ("" if end is None else str(end) for end in (region.low, region.high))
    return f"{'(' if region.low_open else '['}{low},{high}{')' if region.high_open else ']'}"


NUMBER: Written = {"type": "number"}
WHOLE: Written = {"type": "whole_number"}
ASSUMED: Written = {"type": "one_of", "assumed": "green", "answers": COLOURS}
CUT: dict[str, tuple[list[Written], list[Written], list[str]]] = {
    "no test": ([NUMBER], [], ["[,]"]),
    "two thresholds": (
        [NUMBER],
        [{"at_least": 2}, {"below": Decimal("0.5")}, {"above": 2}],
        ["[,1/2)", "1/2", "(1/2,2)", "2", "(2,]"],
    ),
    "a threshold at an end": ([{**NUMBER, "at_least": 0, "at_most": 3}], [{"above": 0}], ["0", "(0,3]"]),
    "whole numbers": ([WHOLE], [{"at_least": 2}, {"at_most": 4}], ["[,1]", "2", "3", "4", "[5,]"]),
    "whole numbers that follow each other": ([WHOLE], [{"at_least": 2}, {"at_most": 3}], ["[,1]", "2", "3", "[4,]"]),
    "a threshold between whole numbers": (
        [{**WHOLE, "at_least": 0, "at_most": 6}],
        [{"above": Decimal("2.5")}],
        ["[0,2]", "[3,6]"],
    ),
    "numbers that several allow": (
        [{**NUMBER, "at_least": 0}, {**NUMBER, "at_most": 9}, {**NUMBER, "at_least": 1}],
        [{"at_least": 5}],
        ["[1,5)", "5", "(5,9]"],
    ),
    "numbers that are whole for the last": ([NUMBER, WHOLE], [{"at_least": Decimal("2.5")}], ["[,2]", "[3,]"]),
    "numbers that none allow together": ([{**NUMBER, "at_most": 0}, {**NUMBER, "at_least": 1}], [], []),
    "answers": ([{"type": "one_of", "answers": COLOURS}], [{"is": "green"}], ["red", "green", "blue"]),
    "an answer that is assumed": ([ASSUMED], [{"is": "blue"}], ["green", "red", "blue"]),
    "answers that several allow": (
        [{"type": "one_of", "answers": COLOURS}, {"type": "one_of", "answers": {"blue": TEXT, "red": TEXT}}],
        [],
        ["red", "blue"],
    ),
    "the answer that the first assumes": ([ASSUMED, {**ASSUMED, "assumed": "blue"}], [], ["green", "red", "blue"]),
}


@pytest.mark.parametrize("name", CUT)
def test_a_fact_is_cut_where_its_tests_come_out_otherwise(name: str) -> None:
    facts, tests, expected = CUT[name]
    assert [shown(region) for region in regions_of(declared(*facts), made(facts[0], *tests))] == expected


@pytest.mark.parametrize(
    ("test", "passing"),
    [
        ({"at_least": 2}, ["2", "(2,]"]),
        ({"above": 2}, ["(2,]"]),
        ({"equals": 2}, ["2"]),
        ({"at_most": 2}, ["[,2)", "2"]),
        ({"below": 2}, ["[,2)"]),
    ],
)
def test_a_region_passes_where_each_of_its_values_does(test: Written, passing: list[str]) -> None:
    (fact,), made_of = declared(NUMBER), made(NUMBER, test)
    assert [shown(region) for region in regions_of([fact], made_of) if passes(made_of[0], fact, region)] == passing

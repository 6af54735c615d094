"""What facts that are still open can turn out to be together, case by case."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.evaluation import completions as module
from engine.evaluation import reference
from engine.evaluation.completions import Cases, Completions, SharedFact, each_for_itself
from engine.evaluation.evidence import Stated, findings_of
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.rulebook import Possible, Vocabulary
from engine.values.logic import Status
from tests.engine.evaluation.test_regions import COLOURS, shown
from tests.support import Written, answer, between, exact, make_rulebook, make_vocabulary, unknown

YEAR = 2031
VOCABULARY = make_vocabulary(
    {
        "height": {"type": "number", "at_least": 0, "at_most": 10},
        "rooms": {"type": "whole_number", "at_least": 0, "at_most": 6},
        "colour": {"type": "one_of", "answers": COLOURS},
        "good": {"type": "judgement"},
        "departure": {"type": "judgement"},
        "staff": {"type": "whole_number", "at_least": 0, "per": "year"},
        "staff_mean": {"type": "number", "derived": {"mean": {"of": "staff", "years": [-2, -1]}}},
        "posts": {"type": "whole_number", "at_least": 0},
        "beds": {"type": "whole_number", "at_least": 1},
        "area": {"type": "number", "at_least": Decimal("0.5")},
        "posts_by_beds": {"type": "number", "derived": {"ratio": {"of": "posts", "to": "beds"}}},
        "area_by_beds": {"type": "number", "derived": {"ratio": {"of": "area", "to": "beds"}}},
    }
)
M, N, U = Status.MET, Status.NOT_MET, Status.UNKNOWN
GOOD: Written = {"fact": "good"}


def on(fact: str, **comparison: str) -> Written:
    return {"fact": fact, **{name: Decimal(number) for name, number in comparison.items()}}


INDICATED: Written = {"indicated_by": on("height", at_least="3"), "judgement": "departure"}
EXEMPT: Written = {
    "met_when": GOOD,
    "not_applicable": {"when": on("height", below="1"), "counts_as": "excluded"},
}


def completions_of(*criteria: Written, vocabulary: Vocabulary = VOCABULARY) -> Completions:
    """Those of a rulebook of criteria, of which each is a condition or a criterion as written."""
    whole = (c if {*c} & {"met_when", "indicated_by"} else {"met_when": c} for c in criteria)
    named = {f"C{i}": criterion for i, criterion in enumerate(whole)}
    return Completions(compile_rulebook(make_rulebook(vocabulary, named, {"all": [*named]})))


# --- a fact that several tests read ---

REGIONS: dict[str, tuple[list[Written], list[str], list[int], list[list[int]]]] = {
    # the tests; the regions, where they stand among all that thresholds cut, and those that come out alike
    "thresholds within": (
        [on("height", at_least="3"), on("height", above="5")],
        ["[0,3)", "3", "(3,5)", "5", "(5,10]"],
        [0, 1, 2, 3, 4],
        [[0], [1, 2, 3], [4]],
    ),
    "thresholds at the ends": (
        [on("height", at_least="0"), on("height", at_most="10"), on("height", equals="4")],
        ["0", "(0,4)", "4", "(4,10)", "10"],
        [1, 2, 3, 4, 5],
        [[0, 1, 3, 4], [2]],
    ),
    "whole numbers": (
        [on("rooms", above="1"), on("rooms", below="4.5")],
        ["0", "1", "[2,4]", "[5,6]"],
        [0, 1, 2, 4],
        [[0, 1], [2], [3]],
    ),
}


@pytest.mark.parametrize("name", REGIONS)
def test_a_number_lies_in_one_of_the_regions_that_tests_cut(name: str) -> None:
    tests, regions, raw, classes = REGIONS[name]
    (fact,) = completions_of(*tests).shared
    assert [shown(region) for region in fact.regions] == regions
    assert list(fact.raw_regions) == raw
    assert [sorted(one) for one in fact.classes_of(frozenset(range(len(regions))))] == classes
    last = classes[-1]
    assert [sorted(one) for one in fact.classes_of(frozenset(last))] == [last]


def of_answers(*answers: list[str]) -> SharedFact:
    (fact,) = completions_of(*({"fact": "colour", "in": several} for several in answers)).shared
    return fact


@pytest.mark.parametrize(
    ("tests", "regions"),
    [
        ([["red"], ["red", "blue"]], ["red", "green", "blue"]),
        ([["red"], ["blue", "green"]], ["red", "blue,green"]),
    ],
)
def test_answers_that_no_test_tells_apart_are_one_region(tests: list[list[str]], regions: list[str]) -> None:
    assert [shown(region) for region in of_answers(*tests).regions] == regions


def found_in(fact: SharedFact, possible: Possible) -> dict[int, str]:
    return {number: shown(values) for number, values in fact.possible_in(possible).items()}


def test_what_is_possible_lies_in_some_regions() -> None:
    (height,) = completions_of(on("height", at_least="3"), on("height", above="5")).shared
    assert found_in(height, between(2, 5).possible) == {0: "[2,3)", 1: "3", 2: "(3,5)", 3: "5"}
    assert found_in(height, between(3, 5, True, True).possible) == {2: "(3,5)"}
    assert height.results_in(frozenset({0, 1})) == dict(zip(height.nodes, (U, N), strict=True))
    assert height.results_in(frozenset({4})) == dict(zip(height.nodes, (M, M), strict=True))
    colour = of_answers(["red"], ["blue", "green"])
    assert found_in(colour, frozenset({"green"})) == {1: "green"}


@pytest.mark.parametrize(
    ("low", "high", "low_open", "expected"),
    [
        ("2", "2.25", False, {0: "[2,9/4)"}),  # no two whole numbers have a mean of 2.25
        ("2", "2.25", True, {0: "(2,9/4)", 1: "9/4"}),  # a rounded mean: no mean lies where it is said to lie
        ("2.1", "2.4", False, {0: "[21/10,9/4)", 1: "9/4", 2: "(9/4,12/5]"}),
        ("2.1", "2.6", False, {2: "(9/4,13/5]"}),
        (None, "2.6", False, {0: "[,9/4)", 2: "(9/4,13/5]"}),
    ],
)
def test_between_the_means_of_whole_numbers_nothing_is_possible(
    low: str | None, high: str, low_open: bool, expected: dict[int, str]
) -> None:
    (mean,) = completions_of(on("staff_mean", at_least="2.25")).shared
    assert mean.is_stepped
    assert found_in(mean, between(low, high, low_open).possible) == expected


def test_what_a_decision_depends_on_lies_as_near_to_the_criteria_as_it_can_or_below_every_choice() -> None:
    program = completions_of(EXEMPT).program
    assert Completions(program).frontier == program.inputs
    below = Completions(program, down_to_conditions=True).frontier
    assert [program.nodes[node].name for node in below] == ["C0.exempt", "C0.measure"]


# --- facts that follow from one another ---

WHOLE_RATIO, RATIO = on("posts_by_beds", at_least="1"), on("area_by_beds", at_least="1")
AREA = on("area", at_least="1")
RELATED: dict[str, tuple[tuple[Written, ...], Stated, list[str]]] = {
    "a fact alone": ((on("height", at_least="3"),), {}, []),
    "a mean and its years": ((on("staff_mean", at_least="1"),), {}, []),
    "a mean that is stated": ((on("staff_mean", at_least="1"),), {"staff_mean": between(1, 3)}, []),
    "a ratio of whole numbers": ((WHOLE_RATIO,), {"beds": exact(2)}, ["posts_by_beds"]),
    "a ratio of what is known": ((WHOLE_RATIO,), {"beds": exact(2), "posts": exact(3)}, []),
    "two ratios to one": ((WHOLE_RATIO, RATIO), {}, ["posts_by_beds", "area_by_beds"]),
    "two ratios, one of them stated": (
        (WHOLE_RATIO, RATIO),
        {"posts_by_beds": exact(2), "posts": exact(4), "area": between(1, 2)},
        ["area_by_beds"],
    ),
    "a part and its ratio": ((AREA, RATIO), {}, ["area", "area_by_beds"]),
    "a part that is known and its ratio to a whole number": ((AREA, RATIO), {"area": exact(2)}, ["area_by_beds"]),
    "a part of a ratio that nobody reads": ((AREA,), {}, []),
    "a part of a ratio that is stated": ((AREA,), {"area_by_beds": between(1, 2)}, ["area"]),
}


@pytest.mark.parametrize("name", RELATED)
def test_it_is_said_of_which_facts_it_is_not_told_what_they_can_be_together(name: str) -> None:
    tests, stated, related = RELATED[name]
    assert completions_of(*tests).related(findings_of(VOCABULARY, stated, YEAR)) == related


A_RATIO = {"type": "number", "derived": {"ratio": {"of": "part", "to": "beds"}}}
BY_BEDS = on("by_beds", at_least="1")


@pytest.mark.parametrize(
    ("kind", "tests", "stated", "related"),
    [
        ("number", (BY_BEDS,), {}, []),
        ("whole_number", (BY_BEDS,), {}, ["by_beds"]),
        ("whole_number", (BY_BEDS,), {"beds": exact(2)}, ["by_beds"]),
        ("whole_number", (BY_BEDS,), {"beds": exact(2), "part": exact(3)}, []),
        ("number", (BY_BEDS, on("part", at_least="1")), {}, ["by_beds", "part"]),
        ("number", (BY_BEDS, on("part", at_least="1")), {"part": exact(3)}, []),
        ("number", (BY_BEDS, on("beds", at_least="2")), {"by_beds": between(1, 2)}, ["by_beds", "beds"]),
    ],
)
def test_a_ratio_beside_its_parts(kind: str, tests: tuple[Written, ...], stated: Stated, related: list[str]) -> None:
    parts = {"part": {"type": kind, "at_least": 0}, "beds": {"type": kind, "at_least": 1}}
    vocabulary = make_vocabulary({**parts, "by_beds": A_RATIO})
    completions = completions_of(*tests, vocabulary=vocabulary)
    assert completions.related(findings_of(vocabulary, stated, YEAR)) == related


def test_the_facts_of_several_tests_that_are_open_are_named() -> None:
    completions = completions_of(on("height", at_least="3"), on("height", above="5"), GOOD)
    assert completions.open_in(findings_of(VOCABULARY, {}, YEAR)) == ["height"]
    assert completions.open_in(findings_of(VOCABULARY, {"height": exact(4)}, YEAR)) == []


# --- what can occur at all, and on what is stated ---

EVERYTHING: dict[str, tuple[tuple[Written, ...], set[tuple[Status, ...]]]] = {
    "facts of their own": ((on("height", at_least="3"), GOOD), {(U, U)}),
    "what its domain settles": ((on("height", at_most="10"), GOOD), {(M, U)}),
    "what may not apply": ((EXEMPT,), {(Status.UNKNOWN_OR_NOT_APPLICABLE,)}),
    "one follows from the other": ((on("height", at_least="3"), on("height", at_least="1")), {(N, N), (U, M)}),
    "never both": ((on("height", at_least="3"), on("height", below="1")), {(N, M), (U, N)}),
    "one of them, for no mean lies between": (
        (on("staff_mean", above="2"), on("staff_mean", below="2.5")),
        {(N, M), (M, N)},
    ),
    "it does not apply where the other fails": (
        (EXEMPT, on("height", at_least="3")),
        {(Status.UNKNOWN_OR_NOT_APPLICABLE, N), (U, M)},
    ),
    "a measure that may be departed from": ((INDICATED,), {(U,)}),
    "a departure from two measures": (
        (INDICATED, {"indicated_by": GOOD, "judgement": "departure"}),
        {(U, U), (M, M), (N, N)},
    ),
}


@pytest.mark.parametrize("name", EVERYTHING)
def test_what_can_occur_at_all(name: str) -> None:
    criteria, expected = EVERYTHING[name]
    everything = completions_of(*criteria).everything.vectors
    assert {*everything} == expected
    assert len(everything) == len(expected)


@pytest.mark.parametrize(("name", "most"), [("one follows from the other", 1), ("a departure from two measures", 2)])
def test_where_too_much_can_occur_each_is_taken_for_itself(
    name: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_CASES", most)
    completions = completions_of(*EVERYTHING[name][0])
    assert completions.everything == ((each_for_itself(completions.program),), False) == (((U, U),), False)


def cases_on(completions: Completions, stated: Stated) -> Cases:
    findings = findings_of(VOCABULARY, stated, YEAR)
    return completions.cases(completions.situation(findings, reference.conditions(completions.program, findings)))


@pytest.mark.parametrize(("most", "vectors"), [(3, {(N, N), (N, M), (M, M)}), (2, {(U, U)})])
def test_more_cases_than_are_told_apart_are_one(
    most: int, vectors: set[tuple[Status, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_CASES", most)
    completions = completions_of(on("height", at_least="3"), on("height", at_least="1"))
    cases = cases_on(completions, {"height": unknown(VOCABULARY.facts["height"])})
    nodes = completions.program.inputs
    assert {tuple(case.statuses[node] for node in nodes) for case in cases.cases} == vectors
    assert cases.is_complete is (most == 3)


def test_what_a_case_settles_is_known_in_it() -> None:
    completions = completions_of(on("height", at_least="3"), on("height", at_least="1"), GOOD)
    stated = {"height": between(0, 2), "good": answer("yes")}
    findings = findings_of(VOCABULARY, stated, YEAR)
    cases = cases_on(completions, stated).cases
    assert [shown(completions.pinned(case, findings)["height"].possible) for case in cases] == ["[0,1)", "1"]
    assert {*completions.vectors(cases)} == {(N, U, M)}

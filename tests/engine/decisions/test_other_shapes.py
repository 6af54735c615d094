"""Rulebooks of another shape and another world are decided alike, and the engine knows nothing of any of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

import engine
from engine.decisions.decide import Decider
from engine.decisions.trace import Trace
from engine.diagnostics import Rejected
from engine.evaluation.evidence import Evidence, Stated
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.interval import Interval
from engine.values.logic import Status
from tests.command import ROOT
from tests.support import SUBJECT, answer, between, exact, unknown

LIBRARY = Library(ROOT / "tests" / "rulebooks" / "illustrative")
BLUE_2030, BLUE_2031, WINTER = LIBRARY.rulebooks
DECIDERS = {(rulebook.id, rulebook.version): Decider(rulebook) for rulebook in LIBRARY.rulebooks}
YES, NO = answer("yes"), answer("no")

GOOD: dict[str, Evidence] = {
    "samples_taken": exact(20),
    "samples_clean": exact(19),
    "depth": exact("1.8"),
    "lifeguard_hours": exact(8),
    "ramp": NO,
    "ladders": exact(3),
    "toilets": YES,
}


def decide(rulebook: Rulebook, stated: Stated, year: int = 2031) -> Trace:
    return DECIDERS[rulebook.id, rulebook.version].decide(SUBJECT, stated, year)


def status(rulebook: Rulebook, criterion: str, **stated: Evidence) -> Status:
    return decide(rulebook, stated).criterion(criterion).status


# --- versions ---


def test_each_year_has_the_version_in_force_and_a_rulebook_before_its_subset() -> None:
    assert LIBRARY.in_force(2030) == (BLUE_2030, WINTER)
    assert LIBRARY.in_force(2031) == (BLUE_2031, WINTER)
    assert LIBRARY.in_force(2045) == (BLUE_2031, WINTER)
    with pytest.raises(Rejected, match="no rulebook is in force on 1 January 2029"):
        LIBRARY.in_force(2029)


def test_a_version_is_chosen_by_its_year_or_by_its_name() -> None:
    assert [LIBRARY.choose("baths.blue-flag", year).version for year in (2030, 2031, 2032)] == ["2030", "2031", "2031"]
    assert LIBRARY.choose("baths.blue-flag@2030", 2032) is BLUE_2030


@pytest.mark.parametrize(
    ("changed", "in_2030", "in_2031"),
    [
        ({}, Verdict.MET, Verdict.MET),
        ({"samples_clean": exact(18)}, Verdict.MET, Verdict.NOT_MET),
        ({"samples_clean": exact(17)}, Verdict.NOT_MET, Verdict.NOT_MET),
        ({"lifeguard_hours": exact("5.5")}, Verdict.NOT_MET, Verdict.MET),
        ({"lifeguard_hours": exact("4.5")}, Verdict.NOT_MET, Verdict.MET),
        ({"lifeguard_hours": exact("4.4")}, Verdict.NOT_MET, Verdict.NOT_MET),
        ({"lifeguard_hours": between("4.5", 8)}, Verdict.UNDETERMINED, Verdict.MET),
    ],
)
def test_versions_differ_where_a_value_lies_between_their_thresholds(
    changed: dict[str, Evidence], in_2030: Verdict, in_2031: Verdict
) -> None:
    stated = {**GOOD, "roped_off": NO, **changed}
    verdicts = [decide(LIBRARY.choose("baths.blue-flag", year), stated, year).verdict for year in (2030, 2031)]
    assert verdicts == [in_2030, in_2031]


def test_decisions_name_the_version_that_made_them() -> None:
    assert [decide(rulebook, GOOD).rulebook.version for rulebook in (BLUE_2030, BLUE_2031)] == ["2030", "2031"]
    assert BLUE_2030.sha256 != BLUE_2031.sha256


# --- one of two ---


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [
        ({}, Verdict.UNDETERMINED),
        ({"sauna": YES}, Verdict.MET),
        ({"season": answer("all_year")}, Verdict.MET),
        ({"sauna": NO}, Verdict.NOT_MET),
        ({"sauna": NO, "season": answer("summer", "all_year")}, Verdict.UNDETERMINED),
        ({"sauna": NO, "season": answer("summer", "closed")}, Verdict.NOT_MET),
        ({"season": answer("closed")}, Verdict.UNDETERMINED),
    ],
)
def test_one_of_two_is_enough(stated: Stated, verdict: Verdict) -> None:
    assert decide(WINTER, stated).verdict is verdict


def test_either_of_two_is_a_ground_and_both_must_change() -> None:
    both = decide(WINTER, {"sauna": YES, "season": answer("all_year")}).analysis
    assert both.grounds.sets == (("Warm",), ("Open",))
    assert both.smallest_change.sets == (("Warm", "Open"),)
    assert both.decisive == frozenset()


def test_a_subset_is_compared_with_the_version_in_force_with_it() -> None:
    assert LIBRARY.superset_of(WINTER) is BLUE_2030
    trace = Decider(WINTER, superset=Decider(BLUE_2030)).decide(SUBJECT, {"sauna": YES, "depth": exact(7)}, 2030)
    assert [(note.code, note.rulebook) for note in trace.notes] == [
        ("assumed", None),
        ("superset_not_met", BLUE_2030),
    ]


# --- five of nine, three of them mandatory ---


def test_five_of_nine_are_enough() -> None:
    trace = decide(BLUE_2031, GOOD)
    met = [c.criterion.id for c in trace.criteria if c.status is Status.MET]
    assert met == ["Water", "Depth", "Watched", "Ladders", "Toilets"]
    assert (trace.verdict, trace.outcome, trace.basis) == (Verdict.MET, "flag", "five_of_nine")
    assert trace.analysis.grounds.sets == ((*met, "closed_bath"),)


@pytest.mark.parametrize(
    ("fact", "criterion"), [("samples_clean", "Water"), ("depth", "Depth"), ("lifeguard_hours", "Watched")]
)
def test_each_of_three_mandatory_ones_must_be_met(fact: str, criterion: str) -> None:
    others: Stated = {
        "toilets": YES,
        "bus_stop_near": YES,
        "visitors": {2029: exact(2000), 2030: exact(2000)},
        "season": answer("all_year"),
        "sauna": YES,
    }
    whole = {**GOOD, **others, "roped_off": NO}
    assert decide(BLUE_2031, {**whole, fact: exact(0)}).verdict is Verdict.NOT_MET
    without = decide(BLUE_2031, {name: e for name, e in whole.items() if name != fact})
    assert without.verdict is Verdict.UNDETERMINED
    assert without.analysis.missing[Verdict.MET].sets == ((criterion,),)


def test_an_override_comes_before_five_of_nine() -> None:
    trace = decide(BLUE_2031, {**GOOD, "season": answer("closed")})
    assert (trace.verdict, trace.basis) == (Verdict.NOT_MET, "closed_bath")


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (exact("1.2"), Status.NOT_MET),
        (exact("1.21"), Status.MET),
        (exact("4.999"), Status.MET),
        (exact("5"), Status.NOT_MET),
        (between("1.2", 5, low_open=True, high_open=True), Status.MET),
        (between("1.2", 5), Status.UNKNOWN),
        (between(0, "1.2"), Status.NOT_MET),
        (between(5), Status.NOT_MET),
    ],
)
def test_an_all_of_a_test_and_the_opposite_of_one(depth: Evidence, expected: Status) -> None:
    assert status(BLUE_2031, "Depth", depth=depth) is expected


@pytest.mark.parametrize(
    ("hours", "roped_off", "depth", "expected"),
    [
        (exact("4.5"), None, None, Status.MET),
        (exact("4.4"), YES, exact("1.9"), Status.MET),
        (exact("4.4"), YES, exact(2), Status.NOT_MET),
        (exact("4.4"), NO, exact(1), Status.NOT_MET),
        (exact("4.4"), None, exact(1), Status.UNKNOWN),
        (exact(0), YES, exact(1), Status.NOT_MET),
        (between(0, "4.4", low_open=True), YES, exact(1), Status.MET),
        (None, YES, exact(1), Status.UNKNOWN),
        (None, NO, None, Status.UNKNOWN),
    ],
)
def test_an_all_within_an_any(
    hours: Evidence | None, roped_off: Evidence | None, depth: Evidence | None, expected: Status
) -> None:
    answers = {"lifeguard_hours": hours, "roped_off": roped_off, "depth": depth}
    stated = {name: evidence for name, evidence in answers.items() if evidence is not None}
    assert status(BLUE_2031, "Watched", **stated) is expected


@pytest.mark.parametrize(
    ("taken", "clean", "expected"),
    [
        (exact(20), exact(19), Status.MET),
        (exact(21), exact(19), Status.NOT_MET),
        (between(10, 20), exact(19), Status.MET),
        (between(20, 30), exact(19), Status.UNKNOWN),
        (exact(3), exact(2), Status.NOT_MET),
    ],
)
def test_a_ratio_is_compared_exactly(taken: Evidence, clean: Evidence, expected: Status) -> None:
    assert status(BLUE_2031, "Water", samples_taken=taken, samples_clean=clean) is expected


def test_a_ratio_is_kept_as_a_fraction() -> None:
    test = decide(BLUE_2031, {"samples_taken": exact(3), "samples_clean": exact(2)}).criterion("Water").tests[0]
    assert test.finding.possible == Interval.exactly(Fraction(2, 3))
    assert test.margin == Fraction(2, 3) - Fraction(19, 20)


def test_a_mean_over_two_years_follows_the_year_decided_for() -> None:
    visitors = {2028: exact(500), 2029: exact(900), 2030: exact(1100)}
    for year, expected in ((2030, Status.NOT_MET), (2031, Status.MET), (2032, Status.UNKNOWN)):
        assert decide(BLUE_2031, {"visitors": visitors}, year).criterion("Visited").status is expected


def test_what_does_not_apply_can_count_as_met() -> None:
    with_a_ramp = decide(BLUE_2031, {**GOOD, "ramp": YES, "ladders": exact(0), "toilets": NO})
    assert with_a_ramp.criterion("Ladders").status is Status.NOT_APPLICABLE
    assert with_a_ramp.verdict is Verdict.MET
    unknown_ramp = {**GOOD, "ramp": unknown(BLUE_2031.vocabulary.facts["ramp"]), "ladders": exact(0), "toilets": NO}
    assert decide(BLUE_2031, unknown_ramp).verdict is Verdict.UNDETERMINED


# --- the engine is general ---

NUMBER_WORDS = {"words_and_numbers.py": ["six"], "filled_texts.py": ["seks", "six"]}
"""A count of criteria is written in words; which words the regular expression finds among them."""
PARTICULAR = re.compile(
    r"(?<![a-z])(six|seks|denmark|danmark|hovedstaden|capital)(?![a-z])"
    r"|(?<![a-z0-9])[ab][1-6](?![a-z0-9])"
    r"|2018(?!-\d\d-\d\d)",  # a date in a hint shows how dates are written
    re.IGNORECASE,
)
MODULES = [m for m in sorted(Path(engine.__file__).parent.rglob("*.py")) if m.name != "dmn_drawing.py"]
"""All but the one that names the years of a standard's namespaces."""


def words_in(tree: ast.AST) -> Iterator[str]:
    """Every name and constant in a module, docstrings left out."""
    docstrings = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            yield str(node.value)
        for name in ("id", "attr", "arg", "name", "module"):
            word = getattr(node, name, None)
            if isinstance(word, str):
                yield word.replace("_", " ")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_no_rulebook_is_written_into_the_engine(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    particular = [word for word in words_in(tree) if PARTICULAR.search(word)]
    assert [word for word in particular if word not in NUMBER_WORDS.get(module.name, ())] == []


@pytest.mark.parametrize("text", ["six", "four_of_six", "A5", "rule B2", "hovedstaden.x", "in 2018", "Denmark"])
def test_what_is_particular_to_a_rulebook_would_be_noticed(text: str) -> None:
    tree = ast.parse(f"name = {text!r}")
    assert [word for word in words_in(tree) if PARTICULAR.search(word)] == [text]

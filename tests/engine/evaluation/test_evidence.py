"""What a fact can still be, from its years, its parts, and what is stated of it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from engine.diagnostics import Diagnostic, Place, Rejected
from engine.evaluation.evidence import (
    NO_PROVENANCE,
    Evidence,
    Finding,
    Provenance,
    State,
    Stated,
    exact_evidence,
    findings_of,
)
from engine.evaluation.reference import status_of_test
from engine.rulebooks import rulebook
from engine.values.comparison import Comparison
from engine.values.interval import Interval
from engine.values.logic import Status
from tests.support import TEXT, answer, between, exact, make_vocabulary, unknown


def ratio(above: str, below: str) -> dict[str, object]:
    return {"derived": {"ratio": {"of": above, "to": below}}}


VOCABULARY = make_vocabulary(
    {
        "sold": {"type": "share", "per": "year"},
        "sold_mean": {"type": "share", "derived": {"mean": {"of": "sold", "years": [-3, -2, -1]}}},
        "loaves": {"type": "whole_number", "at_least": 0},
        "ovens": {"type": "whole_number", "at_least": 1},
        "profit": {"type": "number"},
        "hours": {"type": "number", "at_least": 0},
        "loaves_an_oven": {"type": "number", **ratio("loaves", "ovens")},
        "profit_an_oven": {"type": "number", **ratio("profit", "ovens")},
        "share_of_hours": {"type": "share", **ratio("loaves", "hours")},
        "organic": {"type": "judgement"},
        "town": {"type": "one_of", "assumed": "small", "answers": {"small": TEXT, "large": TEXT}},
    }
)
YEAR = 2031
HALF = Fraction(1, 2)
SHARE = VOCABULARY.facts["sold"]


def found(fact: str, stated: Stated) -> Finding:
    return findings_of(VOCABULARY, stated, YEAR)[fact]


def years(*shares: Evidence | str | None) -> dict[int, Evidence]:
    """The shares of the three years before, those that are not stated left out."""
    by_year = zip((2028, 2029, 2030), shares, strict=True)
    return {year: exact(s) if isinstance(s, str) else s for year, s in by_year if s is not None}


def at_least(threshold: str, finding: Finding) -> Status:
    test = rulebook.NumberTest(finding.fact.id, Comparison.AT_LEAST, Fraction(threshold), finding.fact.label)
    return status_of_test(test, finding)


def rejected(stated: Stated) -> tuple[Diagnostic, ...]:
    with pytest.raises(Rejected) as error:
        findings_of(VOCABULARY, stated, YEAR)
    assert {d.code for d in error.value.diagnostics} == {"derived-contradiction"}
    return error.value.diagnostics


def share(low: int | Fraction, high: int | Fraction) -> Interval:
    return Interval(Fraction(low), Fraction(high))


def test_a_mean_on_its_threshold_meets_it_exactly() -> None:
    mean = found("sold_mean", {"sold": years("0.49", "0.50", "0.51")})
    assert mean.possible == Interval.exactly(HALF)
    assert at_least("0.5", mean) is Status.MET


def test_a_mean_with_no_decimal_text_is_kept_exact() -> None:
    mean = found("sold_mean", {"sold": years("0.5", "0.5", "0.55")})
    assert mean.possible == Interval.exactly(Fraction(31, 60))


@pytest.mark.parametrize(
    ("threshold", "status"),
    [("0.566", Status.MET), ("0.5667", Status.UNKNOWN), ("0.9", Status.UNKNOWN), ("0.901", Status.NOT_MET)],
)
def test_a_missing_year_matters_only_where_it_can_change_the_answer(threshold: str, status: Status) -> None:
    mean = found("sold_mean", {"sold": years("0.9", "0.8", None)})
    assert mean.possible == share(Fraction(17, 30), Fraction(9, 10))
    assert at_least(threshold, mean) is status


def test_a_year_stated_unknown_leaves_as_much_open_as_a_missing_one() -> None:
    missing = found("sold_mean", {"sold": years("0.9", "0.8", None)})
    stated = found("sold_mean", {"sold": years("0.9", "0.8", unknown(SHARE))})
    assert stated.possible == missing.possible


def test_the_ends_of_bounded_years_stay_open() -> None:
    mean = found("sold_mean", {"sold": years(between(0, "0.5", high_open=True), "0.5", "0.5")})
    assert mean.possible == Interval(Fraction(1, 3), HALF, high_open=True)
    assert at_least("0.5", mean) is Status.NOT_MET
    above = found("sold_mean", {"sold": years(between("0.5", 1, low_open=True), "0.5", "0.5")})
    assert above.possible == Interval(HALF, Fraction(2, 3), low_open=True)


def test_years_outside_the_three_do_not_count() -> None:
    mean = found("sold_mean", {"sold": {2027: exact("1"), 2031: exact("1")}})
    assert mean.possible == share(0, 1)
    assert mean.state is State.NOT_STATED


def test_the_years_of_a_mean_are_counted_from_the_year_decided_for() -> None:
    stated = {"sold": {2027: exact("0.1"), 2028: exact("0.2"), 2029: exact("0.3"), 2030: exact("0.7")}}
    assert findings_of(VOCABULARY, stated, 2030)["sold_mean"].possible == Interval.exactly(Fraction(1, 5))
    assert findings_of(VOCABULARY, stated, 2031)["sold_mean"].possible == Interval.exactly(Fraction(2, 5))


@pytest.mark.parametrize("stated", ["0.52", "0.517", "0.5167", "1", "0.5"])
def test_a_stated_mean_may_be_the_years_mean_rounded(stated: str) -> None:
    mean = found("sold_mean", {"sold": years("0.5", "0.5", "0.55"), "sold_mean": exact(stated)})
    assert mean.possible == Interval.exactly(Fraction(31, 60))


@pytest.mark.parametrize("stated", ["0.53", "0.51", "0.516", "0.520", "0"])
def test_a_stated_mean_that_is_not_the_years_mean_rounded_is_rejected_at_its_place(stated: str) -> None:
    place = Place("offer.yaml", 7, 3)
    mean = exact_evidence(Decimal(stated), place)
    [diagnostic] = rejected({"sold": years("0.5", "0.5", "0.55"), "sold_mean": mean})
    assert diagnostic.place == place
    assert "31/60" in diagnostic.message


def test_a_stated_bound_narrows_what_some_years_leave_open() -> None:
    mean = found("sold_mean", {"sold": years("0.9", "0.8", None), "sold_mean": between("0.7", 1)})
    assert mean.possible == share(Fraction(7, 10), Fraction(9, 10))


def test_a_stated_bound_that_some_years_rule_out_is_rejected() -> None:
    [diagnostic] = rejected({"sold": years("0.9", "0.8", None), "sold_mean": between(0, "0.5")})
    assert diagnostic.message == (
        "`sold_mean` is stated as ≤ 0.5, but follows as ≥ 17/30 (about 0.5667) and ≤ 0.9"  # (0.9 + 0.8) / 3
    )


def test_a_stated_bound_that_all_years_rule_out_is_rejected() -> None:
    rejected({"sold": years("0.4", "0.5", "0.6"), "sold_mean": between(0, "0.5", high_open=True)})


def test_a_stated_mean_holds_where_no_year_is_known() -> None:
    mean = found("sold_mean", {"sold_mean": exact("0.52")})
    assert mean.possible == Interval.exactly(Fraction(13, 25))
    assert mean.state is State.KNOWN


def test_a_mean_stated_unknown_does_not_hide_its_years() -> None:
    mean = found("sold_mean", {"sold": years("0.4", "0.5", "0.6"), "sold_mean": unknown(VOCABULARY.facts["sold_mean"])})
    assert mean.possible == Interval.exactly(HALF)
    assert mean.state is State.KNOWN


def test_years_stated_unknown_make_a_mean_stated_unknown() -> None:
    mean = found("sold_mean", {"sold": years(unknown(SHARE), None, None)})
    assert mean.possible == share(0, 1)
    assert mean.state is State.STATED_UNKNOWN


def test_the_parts_of_a_mean_are_its_years_stated_or_not() -> None:
    stated = years("0.9", None, "0.8")
    mean = found("sold_mean", {"sold": stated})
    assert [(name, part.evidence, part.state) for name, part in mean.parts] == [
        ("2028", stated[2028], State.KNOWN),
        ("2029", None, State.NOT_STATED),
        ("2030", stated[2030], State.KNOWN),
    ]


def test_the_parts_of_a_ratio_are_its_two_facts() -> None:
    loaves_an_oven = found("loaves_an_oven", {"ovens": exact(3)})
    assert [(name, part.possible) for name, part in loaves_an_oven.parts] == [
        ("loaves", Interval(Fraction(0))),
        ("ovens", Interval.exactly(3)),
    ]


@pytest.mark.parametrize(
    ("loaves", "ovens", "possible"),
    [
        (exact(7), exact(3), Interval.exactly(Fraction(7, 3))),
        (exact(7), between(2, 4), Interval(Fraction(7, 4), Fraction(7, 2))),
        (between(6), exact(3), Interval(Fraction(2))),
        (exact(7), None, Interval(Fraction(0), Fraction(7), low_open=True)),
        (exact(0), None, Interval.exactly(0)),
        (None, None, Interval(Fraction(0))),
    ],
)
def test_a_ratio_follows_from_its_parts(loaves: Evidence | None, ovens: Evidence | None, possible: Interval) -> None:
    stated = {name: e for name, e in (("loaves", loaves), ("ovens", ovens)) if e is not None}
    assert found("loaves_an_oven", stated).possible == possible


def test_a_ratio_of_a_number_that_can_be_negative_can_be_negative() -> None:
    assert found("profit_an_oven", {}).possible == Interval()
    lossy = found("profit_an_oven", {"profit": between(-6, -4), "ovens": exact(2)})
    assert lossy.possible == Interval(Fraction(-3), Fraction(-2))


def test_a_ratio_to_zero_says_nothing() -> None:
    assert found("share_of_hours", {"loaves": exact(1), "hours": exact(0)}).possible == share(0, 1)


def test_a_stated_ratio_may_be_rounded_or_else_is_rejected() -> None:
    parts: Stated = {"loaves": exact(7), "ovens": exact(3)}
    assert found("loaves_an_oven", {**parts, "loaves_an_oven": exact("2.3")}).possible == Interval.exactly(
        Fraction(7, 3)
    )
    rejected({**parts, "loaves_an_oven": exact("2.4")})


@pytest.mark.parametrize("stated", ["3", "4"])
def test_a_value_halfway_may_be_rounded_either_way(stated: str) -> None:
    parts: Stated = {"loaves": exact(7), "ovens": exact(2), "loaves_an_oven": exact(stated)}
    assert found("loaves_an_oven", parts).possible == Interval.exactly(Fraction(7, 2))


def test_parts_that_lead_outside_what_a_fact_can_be_are_rejected_where_they_stand() -> None:
    place = Place("offer.yaml", 2, 5)
    [diagnostic] = rejected({"loaves": exact_evidence(Decimal(3), place), "hours": exact(2)})
    assert diagnostic.place == place
    assert diagnostic.message == "`share_of_hours` can only be ≥ 0 and ≤ 1, but follows as 1.5"


def test_every_contradiction_is_reported() -> None:
    means: Stated = {"sold": years("0.5", "0.5", "0.5"), "sold_mean": exact("0.6")}
    diagnostics = rejected({**means, "loaves": exact(7), "ovens": exact(2), "loaves_an_oven": exact("5")})
    assert len(diagnostics) == 2


def test_an_answer_that_nobody_stated_is_assumed_where_the_vocabulary_says_so() -> None:
    assumed, judged = found("town", {}), found("organic", {})
    assert (assumed.possible, assumed.state) == (frozenset({"small"}), State.KNOWN)
    assert assumed.evidence is not None
    assert assumed.evidence.assumed
    assert (judged.possible, judged.state) == (frozenset({"yes", "no"}), State.NOT_STATED)


@pytest.mark.parametrize(
    ("stated", "possible"), [(answer("large"), frozenset({"large"})), (None, frozenset({"small", "large"}))]
)
def test_a_stated_answer_replaces_the_assumed_one_even_if_it_is_unknown(
    stated: Evidence | None, possible: frozenset[str]
) -> None:
    town = found("town", {"town": stated or unknown(VOCABULARY.facts["town"])})
    assert town.possible == possible
    assert town.evidence is not None
    assert not town.evidence.assumed


def test_a_fact_per_year_has_no_finding_of_its_own() -> None:
    assert "sold" not in findings_of(VOCABULARY, {"sold": years("0.4", "0.5", "0.6")}, YEAR)


def test_what_is_said_of_some_years_is_never_said_of_the_whole() -> None:
    own, part = Provenance(source="own"), Provenance(source="part", by="Ida", date="2017")
    first, *_ = years(exact("0.5"), "0.5", "0.5")
    stated = {"sold": years(exact("0.5", part), "0.5", "0.5")}
    assert found("sold_mean", stated).provenance == NO_PROVENANCE
    assert found("sold_mean", stated).provenance_texts("source") == (f"{first}: part",)
    assert found("sold_mean", stated).provenance_texts("by", "date") == (f"{first}: Ida, 2017",)
    everywhere = {"sold": years(exact("0.5", part), exact("0.5", part), exact("0.5", part))}
    assert found("sold_mean", everywhere).provenance_texts("source") == ("part",)
    both: Stated = {**stated, "sold_mean": exact("0.5", own)}
    assert found("sold_mean", both).provenance == own
    assert found("sold_mean", both).provenance_texts("source") == ("own", f"{first}: part")
    assert found("town", {}).provenance_texts("source") == ()


@pytest.mark.parametrize(
    ("fact", "stated", "is_exact"),
    [
        ("town", answer("small"), True),
        ("town", answer("small", "large"), False),
        ("town", Evidence(frozenset(), State.KNOWN), False),
        ("loaves", exact(3), True),
        ("loaves", between(3, 4), False),
    ],
)
def test_a_finding_is_exact_where_one_value_alone_is_left(fact: str, stated: Evidence, is_exact: bool) -> None:
    assert found(fact, {fact: stated}).is_exact is is_exact


def test_a_finding_says_what_was_said_of_it_and_of_which_part() -> None:
    ida, bo = Provenance(by="Ida", date="2017"), Provenance(by="Bo")
    assert found("loaves", {}).provenance_texts("by") == ()
    assert found("loaves", {"loaves": exact(3, NO_PROVENANCE)}).provenance_texts("by") == ()
    assert found("loaves", {"loaves": exact(3, ida)}).provenance_texts("by", "date") == ("Ida, 2017",)
    all_alike = years(exact("0.1", bo), exact("0.1", bo), exact("0.1", bo))
    assert found("sold_mean", {"sold": all_alike}).provenance_texts("by") == ("Bo",)
    by_two = years(exact("0.1", ida), exact("0.1", bo), exact("0.1", ida))
    assert found("sold_mean", {"sold": by_two}).provenance_texts("by") == ("2028, 2030: Ida", "2029: Bo")
    assert found("sold_mean", {"sold": years("0.1", None, exact("0.1", bo))}).provenance_texts("by") == ("2030: Bo",)

"""Decisions by the rulebooks of 2018: how near, why, with what notes, and on what little is known."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from engine.decisions.decide import Decider
from engine.decisions.trace import Note, Published, Subject, Trace
from engine.diagnostics import Place, Rejected
from engine.evaluation.durable_engine import why_missing
from engine.evaluation.evidence import NO_PROVENANCE, Evidence, Provenance, State, Stated
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.logic import Status
from tests.support import SUBJECT, answer, between, exact, status_of_rule, unknown

YEAR = 2018
WIDER, NARROWER = Library().in_force(YEAR)
DECIDERS = {rulebook.id: Decider(rulebook) for rulebook in (WIDER, NARROWER)}
WITH_SUPERSET = Decider(NARROWER, superset=DECIDERS[WIDER.id])
FACTS = WIDER.vocabulary.facts
ASSUMED_SOCIAL = Note("assumed", {"fact": "service_type", "answer": "social"})
MUNICIPAL: Stated = {"operator_kind": answer("municipality"), "agreement_kind": answer("none")}
YES, NO = answer("yes"), answer("no")

ALL_OF_A: Mapping[str, Evidence] = {
    "cases_per_10000": exact("4"),
    "diagnoses": exact("2"),
    "large_catchment_needed": YES,
    "professional_coordination_needed": YES,
    "outside_share_mean": exact("0.61"),
    "highly_specialised_basis": YES,
}
ALL_OF_B: Mapping[str, Evidence] = {
    "cases_per_10000": exact("0.4"),
    "severe_complexities": exact("5"),
    "self_supply_needed": YES,
    "no_alternative_in_region": YES,
    "whole_region_catchment_needed": YES,
    "special_competencies": YES,
}


def decide(rulebook: Rulebook, stated: Stated, subject: Subject = SUBJECT) -> Trace:
    return DECIDERS[rulebook.id].decide(subject, stated, YEAR)


def covered(stated: Stated) -> Trace:
    """Decided by rule A, for an offer that a municipality operates unless it is said otherwise."""
    return decide(WIDER, {**MUNICIPAL, **stated})


def statuses(trace: Trace) -> dict[str, str]:
    return {c.criterion.id: c.status.reported for c in trace.criteria}


def margin(trace: Trace, criterion: str) -> Fraction | None:
    return trace.criterion(criterion).tests[0].margin


# --- margins ---


@pytest.mark.parametrize(
    ("share", "status", "expected"),
    [
        (exact("0.52"), Status.MET, Fraction(1, 50)),
        (exact("0.50"), Status.MET, Fraction(0)),
        (exact("0.49"), Status.NOT_MET, Fraction(-1, 100)),
        (exact("0"), Status.NOT_MET, Fraction(-1, 2)),
        (between("0.6", 1), Status.MET, Fraction(1, 10)),
        (between(0, "0.3"), Status.NOT_MET, Fraction(-1, 5)),
        (between(0, "0.5", high_open=True), Status.NOT_MET, Fraction(0)),
        (between("0.4", "0.6"), Status.UNKNOWN, None),
        (unknown(FACTS["outside_share_mean"]), Status.UNKNOWN, None),
        (None, Status.UNKNOWN, None),
    ],
)
def test_a_margin_is_the_distance_to_the_threshold_from_the_nearest_possible_value(
    share: Evidence | None, status: Status, expected: Fraction | None
) -> None:
    trace = covered({} if share is None else {"outside_share_mean": share})
    assert (trace.criterion("A5").measure, margin(trace, "A5")) == (status, expected)


def test_a_margin_is_positive_below_a_threshold_that_must_not_be_exceeded() -> None:
    assert margin(covered({"cases_per_10000": exact("4")}), "A1") == 6
    assert margin(covered({"cases_per_10000": exact("10.5")}), "A1") == Fraction(-1, 2)


def test_the_margin_of_a_mean_is_exact() -> None:
    years = {2014: exact("0.5"), 2015: exact("0.5"), 2016: exact("0.55")}
    assert margin(covered({"outside_share": years}), "A5") == Fraction(1, 60)


def test_a_judgement_has_no_margin() -> None:
    assert margin(covered({"large_catchment_needed": YES}), "A3") is None


# --- thresholds of the two rules ---


@pytest.mark.parametrize(
    ("rulebook", "criterion", "fact", "meets", "misses"),
    [
        (WIDER, "A1", "cases_per_10000", "10", "10.001"),
        (WIDER, "A2", "functional_impairments", "3", None),
        (WIDER, "A2", "diagnoses", "2", None),
        (WIDER, "A2", "extensive_limitations", "3", None),
        (WIDER, "A5", "outside_share_mean", "0.5", "0.4999"),
        (NARROWER, "B1", "cases_per_10000", "0.5", "0.5001"),
        (NARROWER, "B2", "severe_complexities", "4", "3"),
    ],
)
def test_a_value_on_its_threshold_meets_it(
    rulebook: Rulebook, criterion: str, fact: str, meets: str, misses: str | None
) -> None:
    on = decide(rulebook, {**MUNICIPAL, fact: exact(meets)})
    assert on.criterion(criterion).status is Status.MET
    if misses is not None:
        beyond = decide(rulebook, {**MUNICIPAL, fact: exact(misses)})
        assert beyond.criterion(criterion).status is Status.NOT_MET


def test_one_of_three_ways_is_enough_and_all_three_must_fail() -> None:
    few = {"functional_impairments": exact(2), "diagnoses": exact(1)}
    assert covered(few).criterion("A2").status is Status.UNKNOWN
    assert covered({**few, "extensive_limitations": exact(2)}).criterion("A2").status is Status.NOT_MET
    assert covered({**few, "extensive_limitations": exact(3)}).criterion("A2").status is Status.MET


# --- an indicative measure ---


def test_a_judgement_that_is_not_stated_is_no_departure() -> None:
    criterion = decide(NARROWER, {"cases_per_10000": exact("0.8")}).criterion("B1")
    assert (criterion.status, criterion.measure, criterion.judgement, criterion.departs) == (
        Status.NOT_MET,
        Status.NOT_MET,
        None,
        False,
    )


def test_a_judgement_with_a_reason_departs_from_the_measure() -> None:
    judged = answer("yes", provenance=Provenance(because="the neighbouring regions send citizens too"))
    criterion = decide(NARROWER, {"cases_per_10000": exact("0.8"), "volume_judgement": judged}).criterion("B1")
    assert (criterion.status, criterion.measure, criterion.judgement) == (Status.MET, Status.NOT_MET, Status.MET)
    assert criterion.departs


def test_a_departure_without_a_reason_is_rejected_where_it_stands() -> None:
    place = Place("offer.yaml", 9, 3)
    judged = Evidence(frozenset({"yes"}), State.KNOWN, Provenance(source="minutes"), place)
    with pytest.raises(Rejected) as error:
        decide(NARROWER, {"cases_per_10000": exact("0.8"), "volume_judgement": judged})
    [diagnostic] = error.value.diagnostics
    assert (diagnostic.code, diagnostic.place) == ("departure-without-reason", place)
    assert "`volume_judgement`" in diagnostic.message
    assert "B1" in diagnostic.message


@pytest.mark.parametrize("cases", [exact("0.4"), between(0, "0.9"), unknown(FACTS["cases_per_10000"]), None])
def test_a_judgement_that_departs_from_no_known_measure_needs_no_reason(cases: Evidence | None) -> None:
    stated = {} if cases is None else {"cases_per_10000": cases}
    criterion = decide(NARROWER, {**stated, "volume_judgement": answer("yes", provenance=NO_PROVENANCE)}).criterion(
        "B1"
    )
    assert (criterion.status, criterion.judgement, criterion.departs) == (Status.MET, Status.MET, False)


def test_a_judgement_stated_unknown_makes_the_criterion_unknown_whatever_the_measure() -> None:
    stated = {"cases_per_10000": exact("0.4"), "volume_judgement": unknown(FACTS["volume_judgement"])}
    criterion = decide(NARROWER, stated).criterion("B1")
    assert (criterion.status, criterion.measure, criterion.judgement) == (Status.UNKNOWN, Status.MET, Status.UNKNOWN)
    assert not criterion.departs


# --- what is not known ---


def test_with_nothing_stated_nothing_is_decided() -> None:
    trace = decide(WIDER, {})
    assert set(statuses(trace).values()) == {"unknown"}
    assert (trace.verdict, trace.basis) == (Verdict.UNDETERMINED, None)
    assert trace.possible_bases == ("included_by_order", "four_of_six")
    assert decide(NARROWER, {}).verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize("rulebook", [WIDER, NARROWER], ids=lambda rulebook: rulebook.id)
def test_a_missing_value_is_never_a_no(rulebook: Rulebook) -> None:
    whole = {**MUNICIPAL, **ALL_OF_A, **ALL_OF_B}
    for missing in whole:
        trace = decide(rulebook, {fact: e for fact, e in whole.items() if fact != missing})
        assert Status.NOT_MET not in [c.status for c in trace.criteria]
        assert trace.verdict is not Verdict.NOT_MET


def test_a_bound_is_never_read_as_a_value() -> None:
    assert covered({"cases_per_10000": between(0, 50)}).criterion("A1").status is Status.UNKNOWN
    assert covered({"cases_per_10000": between(0, 10)}).criterion("A1").status is Status.MET
    below = decide(NARROWER, {"severe_complexities": between(3)})
    assert below.criterion("B2").status is Status.UNKNOWN
    below_half = covered({"outside_share_mean": between(0, "0.5", high_open=True)})
    assert below_half.criterion("A5").status is Status.NOT_MET


@pytest.mark.parametrize("mandatory", ["professional_coordination_needed", "outside_share_mean"])
def test_a_mandatory_criterion_that_is_unknown_leaves_the_verdict_open_beside_five_others(mandatory: str) -> None:
    stated = {fact: evidence for fact, evidence in ALL_OF_A.items() if fact != mandatory}
    trace = covered(stated)
    criterion = {"professional_coordination_needed": "A4", "outside_share_mean": "A5"}[mandatory]
    assert list(statuses(trace).values()).count("met") == 5
    assert trace.verdict is Verdict.UNDETERMINED
    assert [missing.sets for missing in trace.analysis.missing.values()] == [((criterion,),)] * 2


@pytest.mark.parametrize("mandatory", ["professional_coordination_needed", "outside_share_mean"])
def test_a_mandatory_criterion_that_fails_decides_alone(mandatory: str) -> None:
    fails = {"professional_coordination_needed": NO, "outside_share_mean": exact("0.2")}[mandatory]
    assert covered({**ALL_OF_A, mandatory: fails}).verdict is Verdict.NOT_MET
    assert covered({mandatory: fails}).verdict is Verdict.NOT_MET


def test_four_of_six_are_enough_and_three_are_not() -> None:
    four = {**ALL_OF_A, "large_catchment_needed": NO, "highly_specialised_basis": NO}
    assert covered(four).verdict is Verdict.MET
    assert covered({**four, "cases_per_10000": exact("11")}).verdict is Verdict.NOT_MET


def test_five_of_six_are_enough_and_four_are_not() -> None:
    five = {**ALL_OF_B, "self_supply_needed": NO}
    assert decide(NARROWER, five).verdict is Verdict.MET
    assert decide(NARROWER, {**five, "severe_complexities": between(0, 3)}).verdict is Verdict.NOT_MET


# --- overrides, and the criterion that may not apply ---


@pytest.mark.parametrize(
    ("service", "operator", "verdict", "basis"),
    [
        ("special_dental_care", "region", Verdict.NOT_MET, "excluded_by_order"),
        ("special_dental_care", "municipality", Verdict.NOT_MET, "excluded_by_order"),
        ("alcohol_treatment", "private", Verdict.NOT_MET, "excluded_by_order"),
        ("assistive_devices", "region", Verdict.NOT_MET, "excluded_by_order"),
        ("social", "region", Verdict.MET, "included_by_order"),
        ("communication_centre", "region", Verdict.MET, "included_by_order"),
    ],
)
def test_exclusion_comes_before_inclusion(service: str, operator: str, verdict: Verdict, basis: str) -> None:
    trace = decide(WIDER, {"service_type": answer(service), "operator_kind": answer(operator)})
    assert (trace.verdict, trace.basis, trace.possible_bases) == (verdict, basis, (basis,))
    assert trace.analysis.decisive == frozenset()


def test_all_criteria_are_found_even_where_an_override_decides() -> None:
    trace = decide(WIDER, {**ALL_OF_A, "service_type": answer("alcohol_treatment"), **MUNICIPAL})
    assert trace.verdict is Verdict.NOT_MET
    assert set(statuses(trace).values()) == {"met"}
    assert status_of_rule(trace) is Status.MET
    assert trace.analysis.grounds.sets == (("excluded_by_order",),)
    assert trace.analysis.smallest_change.sets == (("excluded_by_order",),)


def test_an_unknown_override_stops_nothing_and_leaves_its_basis_possible() -> None:
    trace = decide(WIDER, {**ALL_OF_A, "agreement_kind": answer("none")})
    assert trace.verdict is Verdict.MET
    assert trace.possible_bases == ("included_by_order", "four_of_six")
    assert trace.basis is None


@pytest.mark.parametrize("kind", ["operator_kind", "agreement_kind"])
def test_the_share_of_outside_citizens_does_not_apply_where_the_region_stands_behind(kind: str) -> None:
    trace = decide(WIDER, {**MUNICIPAL, **ALL_OF_A, kind: answer("region"), "outside_share_mean": exact("0.1")})
    criterion = trace.criterion("A5")
    assert (criterion.status, criterion.exempt, criterion.measure) == (
        Status.NOT_APPLICABLE,
        Status.MET,
        Status.NOT_MET,
    )
    assert status_of_rule(trace) is Status.MET


def test_without_the_criterion_that_does_not_apply_four_are_still_required() -> None:
    region = {"operator_kind": answer("private"), "agreement_kind": answer("region")}
    four = {**ALL_OF_A, "large_catchment_needed": NO}
    assert decide(WIDER, {**four, **region}).verdict is Verdict.MET
    assert decide(WIDER, {**four, **region, "highly_specialised_basis": NO}).verdict is Verdict.NOT_MET
    assert decide(WIDER, {**four, **region, "professional_coordination_needed": NO}).verdict is Verdict.NOT_MET


def test_where_it_is_unknown_whether_a_criterion_applies_both_are_kept_possible() -> None:
    private = {"operator_kind": answer("private")}
    share = covered({**private, "agreement_kind": unknown(FACTS["agreement_kind"]), "outside_share_mean": exact("0.2")})
    assert share.criterion("A5").status is Status.NOT_MET_OR_NOT_APPLICABLE
    assert share.criterion("A5").status.reported == "unknown"


# --- notes ---


def test_what_nobody_stated_is_noted_as_assumed() -> None:
    assert decide(WIDER, MUNICIPAL).notes == (ASSUMED_SOCIAL,)
    assert decide(WIDER, {**MUNICIPAL, "service_type": answer("social")}).notes == ()
    assert decide(WIDER, {**MUNICIPAL, "service_type": unknown(FACTS["service_type"])}).notes == ()
    assert decide(NARROWER, {}).notes == ()


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({**MUNICIPAL, **ALL_OF_A, **ALL_OF_B}, None),
        ({**MUNICIPAL, **ALL_OF_B}, "superset_undetermined"),
        ({**MUNICIPAL, **ALL_OF_B, "outside_share_mean": exact("0.3")}, "superset_not_met"),
        ({**MUNICIPAL, **ALL_OF_B, "service_type": answer("special_dental_care")}, "superset_not_met"),
    ],
)
def test_a_subset_that_is_met_where_its_superset_is_not_is_noted_and_stays_met(
    stated: Stated, code: str | None
) -> None:
    trace = WITH_SUPERSET.decide(SUBJECT, stated, YEAR)
    assert trace.verdict is Verdict.MET
    assert [note.code for note in trace.notes] == ([code] if code else [])
    assert all(note.rulebook is WIDER for note in trace.notes)
    alone = decide(NARROWER, stated)
    assert trace._replace(notes=alone.notes, execution=alone.execution) == alone
    assert [note.code for note in alone.notes] == ["superset_not_assessed"]


def test_a_subset_that_is_not_met_says_nothing_of_its_superset() -> None:
    few: Stated = {**MUNICIPAL, "severe_complexities": exact(1), "self_supply_needed": NO}
    trace = WITH_SUPERSET.decide(SUBJECT, few, YEAR)
    assert (trace.verdict, trace.notes) == (Verdict.NOT_MET, ())


def published(outcome: str, year: int = YEAR, rulebook: Rulebook = WIDER) -> Published:
    return Published(rulebook.id, year, outcome, {}, "table 5")


@pytest.mark.parametrize(
    ("outcomes", "noted"),
    [
        ([published("covered"), published("not_covered")], ("covered", "not_covered")),
        ([published("covered"), published("covered")], None),
        ([published("covered"), published("not_covered", year=2017)], None),
        ([published("covered"), published("not_most_specialised", rulebook=NARROWER)], None),
        ([], None),
    ],
)
def test_outcomes_published_for_the_year_that_contradict_each_other_are_noted(
    outcomes: list[Published], noted: tuple[str, ...] | None
) -> None:
    stated = {**MUNICIPAL, "service_type": answer("social")}
    trace = decide(WIDER, stated, SUBJECT._replace(published=tuple(outcomes)))
    assert trace.notes == ((Note("published_contradiction", {"outcomes": noted}),) if noted else ())
    assert trace.verdict is Verdict.UNDETERMINED


def test_a_published_outcome_is_never_evidence() -> None:
    stated = {**MUNICIPAL, "professional_coordination_needed": NO}
    subject = SUBJECT._replace(published=(published("covered"),))
    assert decide(WIDER, stated, subject).verdict is Verdict.NOT_MET


# --- words ---


@pytest.mark.parametrize(
    ("rulebook", "stated", "outcome", "basis"),
    [
        (WIDER, {**MUNICIPAL, **ALL_OF_A}, "covered", "four_of_six"),
        (WIDER, {**MUNICIPAL, "professional_coordination_needed": NO}, "not_covered", "four_of_six"),
        (WIDER, MUNICIPAL, "undetermined", "four_of_six"),
        (NARROWER, ALL_OF_B, "most_specialised", "five_of_six"),
        (NARROWER, {"self_supply_needed": NO, "no_alternative_in_region": NO}, "not_most_specialised", "five_of_six"),
    ],
)
def test_the_outcome_is_the_rulebooks_own_word_and_the_basis_its_rule(
    rulebook: Rulebook, stated: Stated, outcome: str, basis: str
) -> None:
    trace = decide(rulebook, stated)
    assert (trace.outcome, trace.basis) == (outcome, basis)


def test_every_node_that_decides_is_among_what_fired() -> None:
    if (missing := why_missing()) is not None:
        pytest.skip(str(missing))
    fired = decide(NARROWER, ALL_OF_B).execution.fired
    assert [name for name in fired if name.startswith("B") and name.count(".") == 1] == [
        "B2.met",
        "B3.met",
        "B4.met",
        "B5.met",
        "B1.met",
        "B6.met",
    ]
    assert fired[-1] == "verdict.met"

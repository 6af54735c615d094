"""The real cases of 2018 come out as published, or as what is missing."""

from __future__ import annotations

import pytest

from engine.decisions.decide import Decider
from engine.decisions.trace import Trace
from engine.diagnostics import Rejected
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Verdict
from offers.records.offer import Offer
from offers.records.reader import read_offers
from tests.command import ROOT

FOLDER = ROOT / "offers" / "data" / "2018"
COVERED, MOST = "hovedstaden.udviklingsstrategi", "hovedstaden.mest-specialiserede"

NINE = {
    "boerneungecenter-for-rehabilitering": "YNYYYY",
    "noedebogaard": "YYYYYY",
    "sofieskolen": "YYYYYY",
    "blindenetvaerket": "YYYYYY",
    "bredegaard-doevblindeafdeling": "YYYYYY",
    "jonstrupvang": "YYYYYY",
    "roennegaard": "YYYYYY",
    "stokholtbuen-skaermede-enheder": "YYYYNY",
    "lyngdal-skaermede-enheder": "YYYYNY",
}
LEFT_ON_SHARE = ["anne-anchers-vej", "trekloeveret", "boligerne-paa-herlufsdalsvej", "gnisten"]
EXCLUDED = ["specialtandplejen-rudersdal", "specialtandplejen-gentofte", "falck-hjaelpemiddelcenter"]
REGIONAL = [
    "boerneungecenter-for-rehabilitering",
    "noedebogaard",
    "roennegaard",
    "lyngdal-skaermede-enheder",
    "3-kloeveren",
]
SELF_OWNING_WITH_REGION = ["bredegaard-doevblindeafdeling", "jonstrupvang"]


@pytest.fixture(scope="module")
def offers() -> dict[str, Offer]:
    read = read_offers([str(FOLDER)], Library().in_force(2018)[0].vocabulary)
    assert not [o for o in read if isinstance(o, Rejected)]
    return {o.id: o for o in read if isinstance(o, Offer)}


@pytest.fixture(scope="module")
def decided(offers: dict[str, Offer]) -> dict[tuple[str, str], Trace]:
    covered, most = Library().in_force(2018)
    deciders = [wider := Decider(covered), Decider(most, wider)]
    traces = [d.decide(o.subject(), o.stated, 2018) for o in offers.values() for d in deciders]
    return {(t.subject.id, t.rulebook.id): t for t in traces}


Decided = dict[tuple[str, str], Trace]


@pytest.mark.parametrize(("offer", "published"), NINE.items())
def test_nine_are_most_specialised_with_the_published_answers(decided: Decided, offer: str, published: str) -> None:
    trace = decided[offer, MOST]
    answers = {"met": "Y", "not_met": "N"}
    assert trace.outcome == "most_specialised"
    assert "".join(answers[c.status.reported] for c in trace.criteria) == published
    printed = next(p for p in trace.subject.published if p.rulebook == MOST)
    assert [printed.criteria[f"B{i}"] for i in range(1, 7)] == [{"Y": "yes", "N": "no"}[a] for a in published]


def test_no_other_offer_is_most_specialised(decided: Decided) -> None:
    met = {offer for (offer, rulebook), t in decided.items() if rulebook == MOST and t.verdict is Verdict.MET}
    assert met == set(NINE)


@pytest.mark.parametrize("offer", LEFT_ON_SHARE)
def test_offers_with_a_low_outside_share_left_on_that_alone(decided: Decided, offer: str) -> None:
    trace = decided[offer, COVERED]
    assert (trace.outcome, trace.basis) == ("not_covered", "four_of_six")
    assert trace.analysis.grounds.sets == (("A5",),)
    assert [c.criterion.id for c in trace.criteria if c.status.is_known] == ["A5"]
    assert [c.criterion.id for c in trace.criteria if c.decisive] == ["A5"]


@pytest.mark.parametrize("offer", EXCLUDED)
def test_excluded_kinds_of_service_are_not_covered(decided: Decided, offer: str) -> None:
    assert (decided[offer, COVERED].outcome, decided[offer, COVERED].basis) == ("not_covered", "excluded_by_order")


@pytest.mark.parametrize("offer", REGIONAL)
def test_offers_of_the_region_are_covered_by_order(decided: Decided, offer: str) -> None:
    trace = decided[offer, COVERED]
    assert (trace.outcome, trace.basis) == ("covered", "included_by_order")
    assert trace.criterion("A5").status.reported == "not_applicable"


def test_the_rest_are_undetermined_by_the_rule_and_say_what_is_missing(
    decided: Decided, offers: dict[str, Offer]
) -> None:
    rest = set(offers) - set(LEFT_ON_SHARE) - set(EXCLUDED) - set(REGIONAL)
    assert len(rest) == 11
    for offer in rest:
        trace = decided[offer, COVERED]
        assert (trace.verdict, trace.basis) == (Verdict.UNDETERMINED, "four_of_six")
        assert all(sets.sets for sets in trace.analysis.missing.values())


@pytest.mark.parametrize("offer", SELF_OWNING_WITH_REGION)
def test_share_does_not_apply_to_self_owning_offers_with_the_region(decided: Decided, offer: str) -> None:
    trace = decided[offer, COVERED]
    assert trace.criterion("A5").status.reported == "not_applicable"
    assert trace.analysis.missing[Verdict.MET].sets == (("A2", "A3", "A4"), ("A2", "A4", "A6"), ("A3", "A4", "A6"))
    assert ("A4",) in trace.analysis.missing[Verdict.NOT_MET].sets


def test_reservations_are_kept(decided: Decided) -> None:
    trace = decided["jonstrupvang", MOST]
    reserved = [
        c.criterion.id for c in trace.criteria if c.judgement_test is None and c.tests[0].finding.provenance.reservation
    ]
    assert reserved == ["B4", "B5"]


def test_contradicting_publications_are_both_kept(decided: Decided) -> None:
    contradicted = {t.subject.id for t in decided.values() if any(n.code == "published_contradiction" for n in t.notes)}
    assert contradicted == {"gnisten", "boligerne-paa-herlufsdalsvej"}


def test_no_offer_has_evidence_that_its_publication_does_not_state(offers: dict[str, Offer]) -> None:
    """Only the nine that were assessed, and the four whose share was printed, have evidence of their own."""
    attributes = {"operator_kind", "agreement_kind", "service_type"}
    with_evidence = {o.id: set(o.stated) - attributes for o in offers.values() if set(o.stated) - attributes}
    assert set(with_evidence) == {*NINE, *LEFT_ON_SHARE}
    assert all(with_evidence[offer] == {"outside_share_mean"} for offer in LEFT_ON_SHARE)


def test_most_specialised_but_undetermined_by_the_wider_rule_is_noted(decided: Decided) -> None:
    noted = {t.subject.id for t in decided.values() if any(n.code == "superset_undetermined" for n in t.notes)}
    assert noted == set(NINE) - set(REGIONAL)

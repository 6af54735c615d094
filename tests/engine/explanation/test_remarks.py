"""What a decision says beside its verdict: notes, reasons, sources, and what is known only in part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command import ROOT, Ran, sekskant

MUNICIPAL = "operator: {name: A, kind: municipality}"


def assess(offer: str, *arguments: str) -> Ran:
    text = f"format: sekskant/offer/1\nid: x\nname: X\n{offer}"
    return sekskant("assess", "-", "--year", "2018", *arguments, stdin=text.encode())


def records(offer: str) -> list[dict[str, Any]]:
    ran = assess(offer, "--format", "json")
    assert ran.code == 0, ran.err
    printed: list[dict[str, Any]] = json.loads(ran.out)
    return printed


def text(offer: str, language: str = "en") -> str:
    return " ".join(assess(offer, "--lang", language).out.split())


def note(record: dict[str, Any], code: str) -> dict[str, Any] | None:
    return next((n for n in record["notes"] if n["code"] == code), None)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ("cases_per_10000: 0.7", ("not_met", "not_met", None, False)),
        ("cases_per_10000: 0.7\n  volume_judgement: {answer: yes, because: r}", ("met", "not_met", "met", True)),
        ("cases_per_10000: 0.5\n  volume_judgement: no", None),
        ("cases_per_10000: 0.5\n  volume_judgement: {answer: no, because: r}", ("not_met", "met", "not_met", True)),
        ("cases_per_10000: 0.5\n  volume_judgement: yes", ("met", "met", "met", False)),
        ("cases_per_10000: 0.5\n  volume_judgement: unknown", ("unknown", "met", "unknown", False)),
        ("volume_judgement: no", ("not_met", "unknown", "not_met", False)),
    ],
)
def test_measure_judgement_and_departure_are_in_the_record(evidence: str, expected: tuple[object, ...] | None) -> None:
    ran = assess(f"{MUNICIPAL}\nevidence:\n  {evidence}", "--format", "json")
    printed = json.loads(ran.out)
    if expected is None:
        assert "departure-without-reason" in ran.err
        assert (ran.code, [r["rulebook"]["id"] for r in printed]) == (1, ["hovedstaden.udviklingsstrategi"])
        return
    volume = printed[1]["criteria"][0]
    assert (volume["status"], volume["measure"], volume["judgement"], volume["departs"]) == expected


def test_years_that_a_decision_does_not_read_are_noted_by_the_rulebook_that_would() -> None:
    offer = f"{MUNICIPAL}\nevidence: {{outside_share: {{2012: 0.9, 2013: 0.9, 2014: 0.4, 2017: 0.1}}}}"
    covered, most = records(offer)
    assert note(covered, "unused_evidence") == {
        "code": "unused_evidence",
        "fact": "outside_share",
        "years": ["2012", "2013", "2017"],
    }
    assert note(most, "unused_evidence") is None
    assert "what is stated for 2012, 2013 and 2017 is not used in a decision for the agreement year 2018" in text(offer)


def test_a_judgement_without_a_reason_is_noted_and_said() -> None:
    reasoned = "{answer: yes, because: Ingen andre kan det.}"
    offer = f"evidence: {{self_supply_needed: yes, no_alternative_in_region: {reasoned}}}"
    assert note(records(offer)[1], "without_reason") == {"code": "without_reason", "facts": ["self_supply_needed"]}
    assert "Self-supply is needed: yes. No reason is stated." in text(offer)
    assert "Only suitable offer in the region: yes. Ingen andre kan det." in text(offer)


def test_reasons_reservations_and_sources_of_every_year_are_in_the_justification() -> None:
    years = (
        "{2014: {answer: 0.6, source: Opgørelse 2014}, "
        "2015: {answer: 0.7, source: Opgørelse 2015, reservation: Skønnet}, "
        "2016: {answer: 0.8, because: Talt to gange}}"
    )
    justification = text(f"{MUNICIPAL}\nevidence: {{outside_share: {years}}}")
    reasons = "2016: Talt to gange. Reservation: 2015: Skønnet."
    sources = "Source for 2014: Opgørelse 2014. Source for 2015: Opgørelse 2015."
    assert f"20 percentage points over the threshold. {reasons} {sources}" in justification


def test_a_mean_that_is_stated_beside_its_years_is_shown_as_stated() -> None:
    offer = (
        f"{MUNICIPAL}\nevidence: {{outside_share_mean: 0.5167, outside_share: {{2014: 0.5, 2015: 0.5, 2016: 0.55}}}}"
    )
    evidence = records(offer)[0]["criteria"][4]["tests"][0]["evidence"]
    assert evidence["exactly"] == "31/60"
    assert evidence["stated"] == {"exactly": "0.5167"}
    assert list(evidence["derived_from"]) == ["2014", "2015", "2016"]
    assert "51.67% (stated: 51.67%; 2014 and 2015: 50%; 2016: 55%)" in text(offer)


def test_a_criterion_that_is_met_or_does_not_apply_is_shown_as_that() -> None:
    offer = (
        "operator: {name: X, kind: private}\nevidence: {outside_share_mean: 0.9, professional_coordination_needed: no}"
    )
    share = records(offer)[0]["criteria"][4]
    assert (share["status"], share["possible"]) == ("unknown", ["not_applicable", "met"])
    assert "fulfilled or does not apply" in assess(offer, "--format", "html", "--lang", "en").out


def test_two_operators_are_both_named() -> None:
    offer = "operator: [{name: A, kind: municipality}, {name: R, kind: region}]"
    assert "Kind of operator: municipality and region" in text(offer)
    assert "Type driftsherre: kommune og region" in text(offer, "da")


def test_what_was_published_and_the_rulebook_does_not_have_is_noted() -> None:
    published = (
        "{rulebook: hovedstaden.mest-specialiserede, year: 2018, outcome: most_specialized, criteria: {B7: yes}}"
    )
    record = records(f"published: [{published}]")[1]
    assert note(record, "published_unknown") == {"code": "published_unknown", "names": ["most_specialized", "B7"]}
    assert "names “most_specialized” and “B7”, which the rulebook does not have" in text(f"published: [{published}]")


def test_what_was_published_by_a_rulebook_that_is_not_here_is_pointed_out() -> None:
    ran = assess("published: [{rulebook: hovedstaden.udviklingstrategi, year: 2018, outcome: covered}]")
    assert "`hovedstaden.udviklingstrategi` is not shown: that rulebook is not here" in ran.err
    assert "did you mean `hovedstaden.udviklingsstrategi`?" in ran.err
    assert ran.code == 0


def test_an_empty_agreement_states_nothing_and_null_states_that_there_is_none() -> None:
    offer = "operator: {name: P, kind: private}\nagreement_with:{}\nevidence: {outside_share_mean: 0.3}"
    verdicts = [records(offer.replace("{}", written, 1))[0]["verdict"] for written in ("", " null", " ~")]
    assert verdicts == ["undetermined", "not_met", "not_met"]


def test_a_blank_reason_is_no_reason() -> None:
    judged = 'evidence: {{cases_per_10000: 0.7, volume_judgement: {{answer: yes, because: "{}"}}}}'
    assert "departure-without-reason" in assess(judged.format("  ")).err
    ran = assess(judged.format("..."))
    assert "`...` where `because` belongs" in ran.err
    assert ran.code == 1


def test_one_of_several_is_shown_without_those_that_fail() -> None:
    justification = text("evidence: {functional_impairments: 3, diagnoses: 1}")
    facts = "is fulfilled: Simultaneous functional impairments: 3 (required: at least 3), exactly at the threshold."
    assert f"Criterion A2 (severity or multiplicity) {facts}" in justification


def test_what_the_decision_does_not_follow_from_stands_apart() -> None:
    reasoned = "{answer: yes, because: Viden er sjælden.}"
    justification = text(
        f"{MUNICIPAL}\nevidence: {{outside_share_mean: 0.3, cases_per_10000: 1, "
        f"professional_coordination_needed: {reasoned}}}"
    )
    rule_a = justification.split("Most specialised hovedstaden")[0]
    weighed, others = rule_a.split("Other criteria that were assessed")
    assert "Criterion A5" in weighed.split("Facts given weight")[1]
    assert "Criterion A1" in others
    assert "Criterion A4" in others
    assert "Main considerations" not in weighed
    assert "The outcome would be undetermined if A5 were fulfilled." in others


def test_what_is_stated_of_an_open_criterion_is_said_whoever_stated_it() -> None:
    justification = text("operator: {name: X, kind: private}\nevidence: {outside_share_mean: 0.3}")
    assert "What is stated does not settle it: Mean share used by other" in justification
    why = "Whether A5 applies is undetermined, because “Operating agreement with” is not stated."
    assert f"{why} If it does not apply, it does not count (section 2, criterion 5)." in justification
    assert "“Operating agreement with” is not stated. If A5 applies" not in justification
    assert "How the rules are read" in justification
    assert " A5: " in justification


def test_a_version_that_is_not_in_force_says_so() -> None:
    chosen = ("--rulebook", "hovedstaden.udviklingsstrategi@2018", "--year", "2019")
    (record,) = json.loads(assess("", *chosen, "--format", "json").out)
    assert note(record, "not_in_force") == {"code": "not_in_force", "from": "2018-01-01", "until": "2018-12-31"}
    assert "is not in force on 2019-01-01" in " ".join(assess("", *chosen, "--lang", "en").out.split())


def test_a_record_has_no_summary() -> None:
    ran = assess("", "--format", "json", "--summary")
    assert (ran.code, ran.out) == (2, "")
    assert "--summary goes with table, csv and html" in ran.err


def copied(tmp_path: Path, file: str, old: str, new: str) -> str:
    written = (ROOT / "rules" / "hovedstaden" / file).read_text()
    assert old in written
    (tmp_path / file).write_text(written.replace(old, new))
    return str(tmp_path / file)


EVERY_B = """
evidence:
  cases_per_10000: 0.1
  severe_complexities: 5
  self_supply_needed: {answer: yes, because: r}
  no_alternative_in_region: {answer: yes, because: r}
  whole_region_catchment_needed: {answer: yes, because: r}
"""


def test_a_rulebook_under_the_id_and_version_of_another_is_told_apart(tmp_path: Path) -> None:
    stricter = copied(tmp_path, "mest-specialiserede-2018.yaml", "at_least: 5", "at_least: 6")
    ran = assess("", "--rulebook", stricter, "--rulebook", "hovedstaden.mest-specialiserede")
    assert (ran.code, ran.out) == (2, "")
    assert "`hovedstaden.mest-specialiserede@2018` is chosen twice with different content" in ran.err


def test_a_chosen_superset_comes_before_the_shipped_one(tmp_path: Path) -> None:
    open_to_all = copied(tmp_path, "udviklingsstrategi-2018.yaml", "verdict: not_met", "verdict: met")
    arguments = ("--rulebook", open_to_all, "--rulebook", "hovedstaden.mest-specialiserede", "--format", "json")
    ran = assess(f"service_type: alcohol_treatment\n{MUNICIPAL}{EVERY_B}", *arguments)
    assert [r["verdict"] for r in json.loads(ran.out)] == ["met", "met"]
    assert note(json.loads(ran.out)[1], "superset_not_met") is None


def test_a_superset_with_another_vocabulary_is_not_assessed_and_that_is_said(tmp_path: Path) -> None:
    copied(tmp_path, "vocabulary.yaml", "Diagnoser", "Antal diagnoser")
    own = copied(tmp_path, "mest-specialiserede-2018.yaml", "at_least: 5", "at_least: 4")
    ran = assess(f"{MUNICIPAL}{EVERY_B}", "--rulebook", own, "--format", "json")
    assert note(json.loads(ran.out)[0], "superset_not_assessed") == {
        "code": "superset_not_assessed",
        "superset": "hovedstaden.udviklingsstrategi",
    }
    form = " ".join(assess(f"{MUNICIPAL}{EVERY_B}", "--rulebook", own, "--lang", "en").out.split())
    assert "The rulebook is a subset of hovedstaden.udviklingsstrategi, which is not assessed here." in form


def test_a_vocabulary_with_an_attribute_that_offers_do_not_have_is_rejected(tmp_path: Path) -> None:
    copied(tmp_path, "vocabulary.yaml", "  operator_kind:", "  operator_type:")
    own = copied(tmp_path, "mest-specialiserede-2018.yaml", "at_least: 5", "at_least: 4")
    ran = assess("", "--rulebook", own)
    assert (ran.code, ran.out) == (1, "")
    assert "vocabulary.yaml:193:3: fact-declaration: an offer has no attribute `operator_type`" in ran.err
    assert "did you mean `operator_kind`?" in ran.err

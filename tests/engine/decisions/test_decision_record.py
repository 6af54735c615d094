"""The record of a decision, to the last key: of every kind of test, evidence, note and published outcome."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from engine.decisions.decide import Decider
from engine.decisions.decision_record import FORMATS, decision_record
from engine.decisions.evaluators import REFERENCE
from engine.decisions.evidence_record import ends_told_by_number
from engine.decisions.trace import Note, Published, Trace
from engine.evaluation.evidence import Finding, Provenance, State, Stated
from engine.values.interval import Interval
from engine.values.logic import Status
from tests.support import SUBJECT, TEXT, Written, answer, between, exact, make_rulebook, make_vocabulary, unknown

YEAR = 2031
VOCABULARY = make_vocabulary(
    {
        "size": {"type": "number", "at_least": 0, "at_most": 10},
        "used": {"type": "share", "per": "year"},
        "used_mean": {"type": "share", "derived": {"mean": {"of": "used", "years": [-2, -1]}}},
        "good": {"type": "judgement"},
        "judged": {"type": "judgement"},
        "colour": {"type": "one_of", "answers": {"red": TEXT, "green": TEXT, "blue": TEXT}},
        "kind": {"type": "one_of", "assumed": "plain", "answers": {"plain": TEXT, "fancy": TEXT}},
    }
)
FANCY: Written = {"fact": "kind", "is": "fancy"}
RULEBOOK = make_rulebook(
    VOCABULARY,
    {
        "Size": {
            "met_when": {"all": [{"fact": "size", "above": 3}, {"not": {"fact": "colour", "in": ["red", "green"]}}]},
            "not_applicable": {"when": FANCY, "counts_as": "excluded"},
        },
        "Used": {"indicated_by": {"fact": "used_mean", "at_least": Decimal("0.5")}, "judgement": "judged"},
        "Good": {"met_when": {"fact": "good"}},
    },
    {"at_least": 2, "of": ["Size", "Used", "Good"]},
    {"Closed": {"when": FANCY, "verdict": "not_met"}},
)
STATED: Stated = {
    "size": between(5, 10, low_open=True),
    "used": {year: exact(share) for year, share in ((2028, "0.1"), (2029, "0.4"), (2030, "0.5"), (2031, "0.9"))},
    "judged": answer("yes", provenance=Provenance(because="they say so", reservation="for now", by="Ida")),
    "good": unknown(VOCABULARY.facts["good"]),
    "colour": answer("blue", provenance=Provenance()),
}
PUBLISHED = (
    Published("test", YEAR, "met", {"Size": "met"}, "table 5"),
    Published("other", YEAR, "met", {}, None),
    Published("apart", YEAR, "met", {}, None),
    Published("test", YEAR - 1, "odd", {}, None),
)
PLAIN = {
    "fact": "kind",
    "test": "in",
    "answers": ["fancy"],
    "status": "not_met",
    "margin": None,
    "state": "known",
    "evidence": {"answer": "plain"},
    "assumed": True,
}
TITLED = {"title": "text", "reference": "text"}
NO_JUDGEMENT = {"measure": None, "judgement": None, "departs": False}
SIZE = {
    "id": "Size",
    "status": "met",
    "possible": ["met"],
    "decisive": True,
    "because": "a reason",
    "reservation": None,
    "tests": [
        {
            "fact": "size",
            "test": "above",
            "threshold": "3",
            "status": "met",
            "margin": "2",
            "state": "known",
            "evidence": {"above": "5"},
            "because": "a reason",
        },
        {
            "fact": "colour",
            "test": "in",
            "negated": True,
            "answers": ["green", "red"],
            "status": "not_met",
            "margin": None,
            "state": "known",
            "evidence": {"answer": "blue"},
        },
    ],
    "not_applicable": {"when": "not_met", "tests": [PLAIN]},
    **TITLED,
    **NO_JUDGEMENT,
}
USED = {
    "id": "Used",
    "status": "met",
    "possible": ["met"],
    "decisive": True,
    "because": "a reason\nthey say so",
    "reservation": "for now",
    "measure": "not_met",
    "judgement": "met",
    "departs": True,
    "tests": [
        {
            "fact": "used_mean",
            "test": "at_least",
            "threshold": "0.5",
            "status": "not_met",
            "margin": "-0.05",
            "state": "known",
            "evidence": {
                "exactly": "0.45",
                "derived_from": {
                    "2029": {"exactly": "0.4", "because": "a reason"},
                    "2030": {"exactly": "0.5", "because": "a reason"},
                },
            },
        },
        {
            "fact": "judged",
            "test": "in",
            "answers": ["yes"],
            "status": "met",
            "margin": None,
            "state": "known",
            "evidence": {"answer": "yes"},
            "because": "they say so",
            "reservation": "for now",
            "by": "Ida",
        },
    ],
    **TITLED,
}
GOOD = {
    "id": "Good",
    "status": "unknown",
    "possible": ["not_met", "met"],
    "decisive": False,
    "because": None,
    "reservation": None,
    "tests": [
        {
            "fact": "good",
            "test": "in",
            "answers": ["yes"],
            "status": "unknown",
            "margin": None,
            "state": "stated_unknown",
            "evidence": {"unknown": True},
        }
    ],
    **TITLED,
    **NO_JUDGEMENT,
}


def traced() -> Trace:
    subject = SUBJECT._replace(published=PUBLISHED, attention=("look",))
    return Decider(RULEBOOK, engine=REFERENCE).decide(subject, STATED, YEAR)


def test_the_record_of_a_decision_holds_this_and_no_more() -> None:
    closed = {"id": "Closed", "status": "not_met", "verdict": "not_met", "legal_basis": "text", "tests": [PLAIN]}
    assert decision_record(traced()) == {
        "format": "sekskant/decision/3",
        "offer": "offer",
        "year": YEAR,
        "rulebook": RULEBOOK.ref.record(),
        "verdict": "met",
        "outcome": "met",
        "basis": "rule",
        "possible_bases": ["rule"],
        "criteria": [SIZE, USED, GOOD],
        "overrides": [closed | TITLED],
        "grounds": [["Size", "Used"]],
        "missing": {"met": [], "not_met": []},
        "smallest_change": [["Size", "Used"], ["Size", "Good"], ["Size", "Closed"], ["Used", "Good"]],
        "attention": ["look"],
        "published": [
            {"year": YEAR, "outcome": "met", "criteria": {"Size": "met"}, "reference": "table 5"},
            {"year": YEAR - 1, "outcome": "odd", "criteria": {}, "reference": None},
        ],
        "notes": [
            {"code": "assumed", "fact": "kind", "answer": "plain"},
            {"code": "unused_evidence", "fact": "used", "years": ["2028", "2031"]},
        ],
        "execution": {
            "engine": "reference",
            "checked_by": "decision diagram",
            "fired": [],
            "remembered": False,
            "why": "asked for",
        },
        "grounds_facts": [["size", "colour", "judged"]],
        "missing_facts": {"met": [], "not_met": []},
        "shared": [{"fact": "kind", "read_by": ["Size", "Closed"]}],
        "excluded": [
            {"Size": "not_met", "Closed": "met"},
            {"Size": "not_applicable", "Closed": "not_met"},
            {"Size": "met", "Closed": "met"},
        ],
    }


def test_a_note_on_another_rulebook_names_it() -> None:
    trace = traced()._replace(notes=(Note("superset_not_met", rulebook=RULEBOOK),))
    (note,) = decision_record(trace)["notes"]
    assert note == {"code": "superset_not_met", "rulebook": "test", "version": "1", "sha256": RULEBOOK.sha256}


def test_nothing_is_the_basis_where_there_are_several() -> None:
    record = decision_record(traced()._replace(possible_bases=("Closed", "rule")))
    assert (record["basis"], record["possible_bases"]) == (None, ["Closed", "rule"])


# --- evidence ---

ZERO, FIVE, TEN = Fraction(0), Fraction(5), Fraction(10)
EVIDENCE: dict[str, tuple[Interval, dict[str, str], dict[str, str]]] = {
    "a number": (Interval(FIVE, FIVE), {"exactly": "5"}, {"exactly": "5"}),
    "the number of a limit": (Interval(TEN, TEN), {"exactly": "10"}, {"exactly": "10"}),
    "whatever can be": (Interval(ZERO, TEN), {}, {}),
    "from the middle": (Interval(FIVE, TEN), {"at_least": "5"}, {"at_least": "5"}),
    "to the middle": (Interval(ZERO, FIVE), {"at_most": "5"}, {"at_most": "5"}),
    "above the low limit": (Interval(ZERO, TEN, low_open=True), {"above": "0"}, {}),
    "below the high limit": (Interval(ZERO, TEN, high_open=True), {"below": "10"}, {}),
    "between": (Interval(FIVE, Fraction(7), True), {"above": "5", "at_most": "7"}, {"above": "5", "at_most": "7"}),
}


@pytest.mark.parametrize("name", EVIDENCE)
def test_each_format_shows_an_interval_in_its_own_way(name: str) -> None:
    possible, now, before = EVIDENCE[name]
    low, high = (Fraction(str(end.number)) for end in possible.ends)  # equal to the limits, and not the same objects
    copy = Interval(low, high, possible.low_open, possible.high_open)
    finding = Finding(VOCABULARY.facts["size"], copy, State.KNOWN)
    records = {form: written.evidence.of(finding) for form, written in FORMATS.items()}
    assert records == {"sekskant/decision/3": now, "sekskant/decision/2": now, "sekskant/decision/1": before}


def test_an_interval_without_limits_keeps_its_ends_in_both_formats() -> None:
    assert ends_told_by_number(Interval(ZERO, FIVE, True, True), Interval()) == Interval(ZERO, FIVE, True, True)


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (Finding(VOCABULARY.facts["colour"], frozenset({"blue"}), State.KNOWN), {"answer": "blue"}),
        (Finding(VOCABULARY.facts["colour"], frozenset({"blue", "red"}), State.KNOWN), {"answers": ["red", "blue"]}),
        (Finding(VOCABULARY.facts["size"], Interval(), State.STATED_UNKNOWN), {"unknown": True}),
        (Finding(VOCABULARY.facts["size"], Interval(), State.NOT_STATED), None),
    ],
)
def test_answers_and_what_is_not_known(finding: Finding, expected: Any) -> None:
    assert [written.evidence.of(finding) for written in FORMATS.values()] == [expected] * 3


def test_what_is_stated_of_a_derived_fact_stands_beside_what_follows() -> None:
    stated: Stated = {**STATED, "used_mean": between("0.3", "0.5"), "used": {2029: exact("0.4")}}
    used = Decider(RULEBOOK, engine=REFERENCE).decide(SUBJECT, stated, YEAR).criterion("Used")
    assert FORMATS["sekskant/decision/2"].evidence.of(used.tests[0].finding) == {
        "at_least": "0.3",
        "at_most": "0.5",
        "stated": {"at_least": "0.3", "at_most": "0.5"},
        "derived_from": {"2029": {"exactly": "0.4", "because": "a reason"}, "2030": None},
    }


# --- tests ---


@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("of_condition", [Status.MET, Status.NOT_MET])
def test_a_test_speaks_for_its_own_status_and_negated_for_the_other(
    negated: bool, status: Status, of_condition: Status
) -> None:
    test = traced().criterion("Good").tests[0]._replace(status=status, negated=negated)
    opposite = {Status.MET: Status.NOT_MET, Status.NOT_MET: Status.MET}
    assert test.supports(of_condition) is ((opposite.get(status) if negated else status) is of_condition)


def test_the_threshold_of_a_test_on_numbers_is_its_number() -> None:
    assert [test.threshold for test in traced().criterion("Size").tests] == [3, None]

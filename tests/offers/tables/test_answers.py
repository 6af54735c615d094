"""Answers put into the register: what was missing is filled, what is stated stays or is told."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.documents.document import read_one
from engine.evaluation.evidence import Evidence
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.library import Library
from engine.values.interval import Interval
from offers.records.offer import Offer, read_offer
from offers.tables.answer import Answer
from offers.tables.answers import Completed, completed, unknown_offer
from offers.tables.contradictions import contradictions_of
from offers.tables.template_cells import OfferCells

VOCABULARY = Library().rulebooks[0].vocabulary
NUMBERS: Sequence[Any] = ["0.5", "0.4", {"at_most": "0.5"}, {"at_least": "0.3"}, {"between": ["0.4", "0.5"]}, "unknown"]
YES_OR_NO = ["yes", "no", "unknown"]


def of(identifier: str = "a", evidence: dict[str, Any] | None = None, **more: Any) -> Offer:
    """An offer that states this evidence; texts that are numbers are read as what they write."""
    record = {"format": "sekskant/offer/1", "id": identifier, "name": "A", "evidence": evidence or {}} | more
    text = re.sub(r'"([0-9]+\.[0-9]+)"', r"\1", json.dumps(record))
    return read_offer(read_one(text.encode(), "a.yaml"), VOCABULARY)


def put(register: Offer, *answers: Offer) -> Completed:
    return completed(register, [Answer(f"in/{number}.xlsx", one) for number, one in enumerate(answers)], "en")


def share(offer: Offer, year: int = 2016) -> Evidence | None:
    years = offer.stated.get("outside_share")
    return None if years is None or isinstance(years, Evidence) else years.get(year)


def told(done: Completed) -> list[str]:
    return [f"{one.code}: {one.message}" for one in done.refused]


def test_what_is_missing_is_filled_with_all_that_stands_beside_it() -> None:
    register = of(evidence={"cases_per_10000": 4, "outside_share": {2015: "unknown"}})
    said = {"answer": "0.5", "source": "Opgørelse", "by": "Ida", "date": "2017-05-01"}
    done = put(register, of(evidence={"outside_share": {2015: said, 2016: "0.4"}, "diagnoses": 2}))
    assert (done.refused, done.filled, done.more_exact) == ([], ["in/0.xlsx"] * 3, [])
    evidence = share(done.offer, 2015)
    assert evidence is not None
    assert evidence.provenance[:2] == ("Opgørelse", None)
    assert (evidence.provenance.by, evidence.provenance.date) == ("Ida", "2017-05-01")
    taken = share(done.offer)
    assert taken is not None
    assert taken.provenance.source == "answer in 0.xlsx"
    assert isinstance(done.offer.stated["cases_per_10000"], Evidence)
    assert put(done.offer, of(evidence={"outside_share": {2015: said, 2016: "0.4"}})).filled == []


def test_another_value_is_told_and_not_taken() -> None:
    register = of(evidence={"outside_share": {2016: "0.5"}, "professional_coordination_needed": "yes"})
    done = put(register, of(evidence={"outside_share": {2016: "0.4"}, "professional_coordination_needed": "no"}))
    assert (done.filled, done.offer.stated) == ([], register.stated)
    assert told(done) == [
        "answered-otherwise: `Share of places used by other municipalities 2016` is 0.5 in the register and 0.4 in the "
        "answer: the register is left as it is",
        "answered-otherwise: `Professional coordination is needed` is yes in the register and no in the answer: the "
        "register is left as it is",
    ]


def test_a_more_exact_value_is_taken_and_told() -> None:
    register = of(evidence={"outside_share": {2016: {"between": ["0.3", "0.5"]}}})
    done = put(register, of(evidence={"outside_share": {2016: "0.4"}}))
    assert (done.refused, done.filled) == ([], ["in/0.xlsx"])
    assert [(str(one.before), str(one.now)) for one in done.more_exact] == [("≥ 0.3 and ≤ 0.5", "0.4")]
    assert put(of(evidence={"outside_share": {2016: "0.4"}}), register).filled == []


def test_two_answers_that_contradict_each_other_are_both_left_out() -> None:
    done = put(
        of(), of(evidence={"diagnoses": 2}), of(evidence={"diagnoses": 3}), of(evidence={"diagnoses": "unknown"})
    )
    assert done.offer.stated.get("diagnoses") is None
    assert told(done)[0].startswith("answered-otherwise: two answers on `Diagnoses`: 2 (a.yaml")
    agreeing = put(of(), of(evidence={"diagnoses": 2}), of(evidence={"diagnoses": {"answer": 2, "source": "X"}}))
    diagnoses = agreeing.offer.stated["diagnoses"]
    assert isinstance(diagnoses, Evidence)
    assert (agreeing.refused, diagnoses.provenance.source) == ([], "X")


def test_two_answers_that_say_other_things_beside_one_value_are_told() -> None:
    first, second = (
        of(evidence={"diagnoses": {"answer": 3, "source": f"Opgørelse {letter}", "by": "Ida"}}) for letter in "AB"
    )
    for order in ((first, second), (second, first)):
        done = put(of(), *order)
        diagnoses = done.offer.stated["diagnoses"]
        assert isinstance(diagnoses, Evidence)
        assert diagnoses.provenance[0] == "answer in 0.xlsx and 1.xlsx"
        assert done.filled_from == {"in/0.xlsx", "in/1.xlsx"}
        assert (diagnoses.provenance.by, len(done.filled), len(done.refused)) == ("Ida", 1, 1)
        assert "two answers on `Diagnoses`, source: `Opgørelse " in told(done)[0]
    ranges = [of(evidence={"outside_share": {2016: one}}) for one in ({"at_most": "0.5"}, {"at_least": "0.4"}, "0.45")]
    for answers in permutations(ranges):
        assert str(share(put(of(), *answers).offer)).startswith("Evidence(possible=Interval(low=Fraction(9, 20)")


def test_two_answers_that_describe_an_offer_otherwise_are_both_left_out() -> None:
    herlev, fonden = {"name": "Herlev", "kind": "municipality"}, {"name": "Fonden", "kind": "private"}
    answers = of(operator=herlev, area="adults"), of(operator=fonden, area="children_and_youth")
    for order in permutations(answers):
        done = put(of(), *order)
        assert (done.filled, done.offer.record.operator, done.offer.record.area) == ([], None, None)
        assert [one.split(":")[1] for one in told(done)] == [" two answers on `area`", " two answers on `operator`"]


def test_what_could_not_be_decided_is_not_taken() -> None:
    years = {2014: "0.6", 2015: "0.6"}
    check = contradictions_of(Library().rulebooks, 2018)
    mean, last = (
        of(evidence={"outside_share_mean": "0.9"}),
        of(evidence={"outside_share": {2016: "0.3"}, "diagnoses": 1}),
    )
    for answers in permutations([Answer("mean.csv", mean), Answer("last.csv", last)]):
        done = completed(of(evidence={"outside_share": years}), answers, "en", check)
        assert set(done.offer.stated) == {"outside_share", "diagnoses"}
        assert (share(done.offer), done.filled, done.filled_from) == (None, ["last.csv"], {"last.csv"})
        label = "`Mean share used by other municipalities over three years`"
        assert sorted(told(done))[0] == (
            f"answered-otherwise: {label} is 0.9 in the answer, which does not go with what else is stated: {label} is "
            "stated as 0.9, but follows as 0.5; it is not taken"
        )
        assert len(done.refused) == 2
    judged = of(evidence={"cases_per_10000": "0.7", "diagnoses": 2})
    number = completed(judged, [Answer("j.csv", of(evidence={"volume_judgement": "yes"}))], "en", check)
    assert number.offer.stated == judged.stated
    assert "`Judgement of volume` departs from the measure of criterion B1 without a reason" in told(number)[0]
    fits = completed(of(evidence={"outside_share": years}), [Answer("l.csv", last)], "en", check)
    assert (fits.refused, len(fits.filled)) == ([], 2)


def test_a_reason_is_added_and_another_one_is_told() -> None:
    register = of(evidence={"professional_coordination_needed": "yes"})
    answer = of(evidence={"professional_coordination_needed": {"answer": "yes", "because": "Few know it."}})
    done = put(register, answer)
    judged = done.offer.stated["professional_coordination_needed"]
    assert isinstance(judged, Evidence)
    assert (done.refused, done.filled, judged.provenance.because) == ([], ["in/0.xlsx"], "Few know it.")
    other = of(evidence={"professional_coordination_needed": {"answer": "yes", "because": "Another."}})
    assert told(put(done.offer, other)) == [
        "answered-otherwise: `Professional coordination is needed`, because is `Few know it.` in the register and "
        "`Another.` in the answer: the register is left as it is"
    ]


def test_what_describes_an_offer_is_filled_or_told() -> None:
    party = {"name": "Herlev Kommune", "kind": "municipality"}
    done = put(of(), of(operator=party, area="adults"))
    assert (done.refused, len(done.filled), done.offer.record.operator) == ([], 3, done.offer.operators[0])
    kind = done.offer.stated["operator_kind"]
    assert isinstance(kind, Evidence)
    assert kind.possible == frozenset({"municipality"})
    other = put(done.offer, of(operator={**party, "name": "Herlev"}, area="adults"))
    assert other.offer.record.operator == done.offer.record.operator
    assert told(other) == [
        "answered-otherwise: `operator` is `Herlev Kommune` in the register and `Herlev` in the answer: the register "
        "is left as it is"
    ]


MUNICIPALITY = {"name": "municipality", "kind": "municipality"}
"""What a row gives of which the kind alone is stated."""


@pytest.mark.parametrize(
    ("stated", "name_alone", "answered", "now", "refused"),
    [
        (None, "Herlev Kommune", None, "Herlev Kommune, , ", ""),
        (None, "Herlev Kommune", MUNICIPALITY, "Herlev Kommune, municipality, ", ""),
        (None, "Herlev Kommune", {"name": "Fonden", "kind": "private"}, "Herlev Kommune, , ", "`Herlev Kommune` in"),
        (MUNICIPALITY, "", {"name": "Herlev", "kind": "municipality"}, "Herlev, municipality, ", ""),
        ({"name": "Herlev", "kind": "municipality"}, "", MUNICIPALITY, "Herlev, municipality, ", ""),
        (MUNICIPALITY, "", MUNICIPALITY | {"code": "163"}, ", municipality, 163", ""),
        ({"name": "A", "kind": "private"}, "", MUNICIPALITY, "A, private, ", "`private` in the register and `muni"),
        (None, "A | B", MUNICIPALITY, "A | B, , ", "is `A | B` in the register and `municipality` in"),
    ],
)
def test_of_a_party_a_name_and_a_kind_are_put_together(
    stated: Any, name_alone: str, answered: Any, now: str, refused: str
) -> None:
    register = of(**({"operator": stated} if stated else {}))
    register = register._replace(without_kind={"operator_name": name_alone} if name_alone else {})
    done = put(register, of(**({"operator": answered} if answered else {})))
    described = OfferCells(VOCABULARY, Wording("en")).described(done.offer)
    assert ", ".join(str(described.get(f"operator_{one}", "")) for one in ("name", "kind", "code")) == now
    assert [refused in one for one in told(done)] == ([True] if refused else [])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Solhøj", "did you mean `solhoej`?"),
        ("sol-hoej", "did you mean `solhoej`?"),
        ("zzz", "put it into the register"),
    ],
)
def test_an_offer_that_is_not_there_is_told_with_the_near_one(written: str, said: str) -> None:
    diagnostic = unknown_offer(of(written), [of("solhoej", name="B")], some_were_rejected=False)
    assert diagnostic.code == "unknown-offer"
    assert said in str(diagnostic.hint)


EVIDENCE = st.fixed_dictionaries(
    {},
    optional={
        "professional_coordination_needed": st.sampled_from(YES_OR_NO),
        "outside_share": st.dictionaries(st.sampled_from([2015, 2016]), st.sampled_from(NUMBERS), min_size=1),
    },
)


def cells(offer: Offer) -> dict[object, Evidence]:
    found: dict[object, Evidence] = {}
    for name, stated in offer.stated.items():
        found |= {name: stated} if isinstance(stated, Evidence) else {(name, y): e for y, e in stated.items()}
    return found


def could_be(one: Evidence, other: Evidence) -> bool:
    """Whether all that one leaves possible the other does."""
    if not other.state.is_known:
        return True
    if isinstance(one.possible, Interval) and isinstance(other.possible, Interval):
        return one.state.is_known and one.possible.intersect(other.possible) == one.possible
    return one.state.is_known and one.possible == other.possible


@given(EVIDENCE, st.lists(EVIDENCE, min_size=1, max_size=3))
def test_nothing_stated_is_lost_and_every_difference_is_told(
    stated: dict[str, Any], answered: list[dict[str, Any]]
) -> None:
    register, answers = of(evidence=stated), [of(evidence=one) for one in answered]
    done = put(register, *answers)
    before, after = cells(register), cells(done.offer)
    assert all(could_be(after[key], evidence) for key, evidence in before.items())
    changed = [key for key, evidence in after.items() if evidence[:2] != (before[key][:2] if key in before else None)]
    assert len(changed) == len(done.filled)
    of_answers = [(key, evidence) for answer in answers for key, evidence in cells(answer).items()]
    assert {key for key, _ in of_answers} | set(before) >= set(after)
    contradicted = {key for key, e in of_answers if key not in after or not (could_be(after[key], e))}
    assert len(contradicted) <= len(done.refused)
    assert bool(contradicted) == bool(done.refused)
    for order in permutations(answers):
        assert {k: e[:2] for k, e in cells(put(register, *order).offer).items()} == {k: e[:2] for k, e in after.items()}
    assert put(done.offer, *answers).filled == []

"""Dates that exist, sections that are sections; and what was recorded before these were asked for."""

from __future__ import annotations

import pytest

from engine.diagnostics import Rejected
from engine.documents.document import read_one
from engine.rulebooks.library import Library
from offers.records.offer import Offer, read_offer

VOCABULARY = Library().rulebooks[0].vocabulary
DATES = {
    "date": (
        ("2017-05-01", "2016-02-29", "''", "null"),
        ("2017-02-30", "01-05-2017", "1.5.2017", "2017", "2017-05", "20170501", "2017-W01-1", "i maj", "2017-13-01"),
    ),
    "as_of": (
        ("2017-05-01", "2017-05", "2017", "'2017'", "''"),
        ("2017-02-30", "01-05-2017", "2017-13", "ultimo 2016", "17", "2017-5"),
    ),
}
SECTIONS = (
    (
        "104",
        "108",
        "§ 104",
        "§104",
        "83 a",
        "102a",
        "105 stk. 2",
        "105, stk. 2",
        "66 nr. 6",
        "66 nr. 6 afl",
        "§ 83 a, stk. 1",
    ),
    ("SEL 104", "0", "1040", "104-108", "104, 108", "voksne", "§", "104 døgn", "stk. 2", "10 4"),
)


def document(*lines: str) -> str:
    return "\n".join(["format: sekskant/offer/1", "id: a", "name: A", *lines])


def read(text: str, *, is_recorded: bool = False) -> Offer | Rejected:
    try:
        return read_offer(read_one(text.encode(), "offer.yaml"), VOCABULARY, is_recorded=is_recorded)
    except Rejected as error:
        return error


def said(text: str) -> list[str]:
    offer = read(text)
    return [str(one) for one in offer.diagnostics] if isinstance(offer, Rejected) else []


@pytest.mark.parametrize("in_years", [False, True])
@pytest.mark.parametrize(("key", "date"), [(key, date) for key, (good, _) in DATES.items() for date in good])
def test_a_date_that_exists_is_taken(key: str, date: str, in_years: bool) -> None:
    evidence = (
        f"outside_share: {{2016: {{answer: 0.5, {key}: {date}}}}}"
        if in_years
        else f"diagnoses: {{answer: 1, {key}: {date}}}"
    )
    assert said(document("evidence:", f"  {evidence}")) == []


@pytest.mark.parametrize(("key", "date"), [(key, date) for key, (_, bad) in DATES.items() for date in bad])
@pytest.mark.parametrize(
    "evidence",
    [
        "diagnoses: {{answer: 1, {}}}",
        "outside_share: {{2016: {{answer: 0.5, {}}}}}",
        "outside_share: {{2016: 0.5, {}}}",
    ],
)
def test_a_date_that_does_not_exist_is_refused_at_its_place(key: str, date: str, evidence: str) -> None:
    line = f"  {evidence.format(f'{key}: {date}')}"
    belongs = "a date like `2018-01-31`" + (" or a year" if key == "as_of" else "")
    column = line.index(f"{key}: ") + len(key) + 3
    text = document("evidence:", line)
    assert said(text) == [f"offer.yaml:5:{column}: wrong-type: `{date}` where {belongs} belongs"]
    assert isinstance(read(text, is_recorded=True), Offer)


CITED = {"105 stk. 2": "105, stk. 2", "66 nr. 6": "66, nr. 6", "66 nr. 6 afl": "66, nr. 6 aflastning"}


@pytest.mark.parametrize("section", SECTIONS[0])
def test_a_section_is_a_number_with_what_belongs_to_it(section: str) -> None:
    offer = read(document(f'services: [{{act: SEL, sections: ["{section}"]}}]'))
    assert isinstance(offer, Offer)
    (text,) = (text.da for label, text in offer.subject().description if label.da == "Ydelser")
    number = section.lstrip("§ ")
    assert text == f"serviceloven (SEL) § {CITED.get(number, number)}"


def test_an_act_is_named_in_full_where_it_stands_first() -> None:
    services = '{act: SEL, sections: ["104"]}, {act: SUL, sections: ["140"]}, {act: SEL, sections: ["105 stk. 2"]}'
    offer = read(document(f"services: [{services}]"))
    assert isinstance(offer, Offer)
    (text,) = (text.da for label, text in offer.subject().description if label.da == "Ydelser")
    assert text == "serviceloven (SEL) § 104; sundhedsloven (SUL) § 140; SEL § 105, stk. 2"


@pytest.mark.parametrize("section", SECTIONS[1])
def test_what_is_no_section_is_refused(section: str) -> None:
    (line,) = said(document(f'services: [{{act: SEL, sections: ["104", "{section}"]}}]'))
    assert line.startswith(f"offer.yaml:4:41: wrong-type: `{section}` where a section of the act belongs")


@pytest.mark.parametrize("key", ["id: a/b", "id: a#b", "id: A\npart_of: A"])
def test_what_was_recorded_before_is_read_as_it_was_checked_then(key: str) -> None:
    text = document().replace("id: a", key)
    assert isinstance(read(text), Rejected)
    assert isinstance(read(text, is_recorded=True), Offer)

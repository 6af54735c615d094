"""What describes an offer is evidence: its areas, its target groups, the sections of its services, and their places."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.diagnostics import Rejected
from engine.documents.document import read_one
from engine.evaluation.evidence import Evidence
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import Possible, Vocabulary
from engine.values.interval import Interval
from offers.records.offer import read_offer_file, wrong_attributes
from offers.records.sections import section_of, section_text
from tests.offers.described import VOCABULARY
from tests.support import TEXT, Written, make_vocabulary

YES, NO = frozenset({"yes"}), frozenset({"no"})
EXACTLY_12 = Interval.exactly(Fraction(12))
AT_LEAST_5 = Interval(Fraction(5), None)

STATED: dict[str, tuple[str, dict[str, Possible]]] = {
    "nothing": ("", {}),
    "an empty line": ("area:\nservices:", {}),
    "one word": ("area: adults", {"area_adults": YES, "area_children_and_youth": NO}),
    "two words": ("area: [adults, children_and_youth]", {"area_adults": YES, "area_children_and_youth": YES}),
    "no word": ("area: []", {"area_adults": NO, "area_children_and_youth": NO}),
    "a target group": (
        "target_group: [homelessness]",
        {"target_group_homelessness": YES, "target_group_intellectual_disability": NO},
    ),
    "no service": (
        "services: []",
        {
            "act_section_SEL_107": NO,
            "act_section_SEL_101a": NO,
            "act_section_SEL_105_stk_2": NO,
            "places": Interval.exactly(Fraction(0)),
        },
    ),
    "a section": (
        "services: [{act: SEL, sections: ['§ 107, stk. 1'], places: 12}]",
        {
            "act_section_SEL_107": YES,
            "act_section_SEL_101a": NO,
            "act_section_SEL_105_stk_2": NO,
            "places": EXACTLY_12,
        },
    ),
    "a section of another act": (
        "services: [{act: BL, sections: ['107'], places: 0.5}, {act: BL, sections: ['1'], places: 11.5}]",
        {
            "act_section_SEL_107": NO,
            "act_section_SEL_101a": NO,
            "act_section_SEL_105_stk_2": NO,
            "places": EXACTLY_12,
        },
    ),
    "an act without sections": (
        "services: [{act: SEL, sections: [], places: 5}, {act: SEL, sections: ['101 A']}]",
        {"act_section_SEL_101a": YES, "places": AT_LEAST_5},
    ),
    "places of no service": (
        "services: [{act: SEL, sections: ['105, stk. 2', '101']}]",
        {"act_section_SEL_107": NO, "act_section_SEL_101a": NO, "act_section_SEL_105_stk_2": YES},
    ),
}


def possible_of(written: str, vocabulary: Vocabulary = VOCABULARY) -> dict[str, Possible]:
    text = f"format: sekskant/offer/1\nid: a\nname: A\n{written}\n"
    stated = read_offer_file(read_one(text.encode(), "offer.yaml"), vocabulary).stated
    return {name: evidence.possible for name, evidence in stated.items() if isinstance(evidence, Evidence)}


@pytest.mark.parametrize("name", STATED)
def test_what_describes_an_offer_says_what_it_is_and_what_it_is_not(name: str) -> None:
    written, expected = STATED[name]
    assert possible_of(written) == expected


ANSWERS: dict[str, dict[str, str | None]] = {
    "SEL_107": {
        **dict.fromkeys(
            ("107", "§ 107", "107, stk. 2", "107 afl.", "107(2)", "§§ 107 stk. 1-3", "107, stk. 2 ff."), "yes"
        ),
        **dict.fromkeys(("107 a", "1070", "107a, stk. 2", "105 stk. 107", "105 stk. 1-3", "105, stk. 2 og 3"), "no"),
        **dict.fromkeys(
            ("stk. 107", "", "105 stk. 2 og § 107", "105 stk. 2 og 107", "105 stk. 2 - 108", "104-108"), None
        ),
        "105, stk. 2 til § 108": None,
        "105 stk. 2 og 107 a": None,
    },
    "SEL_3": {"105 stk. 2 og 3": "no", "105 stk. 1-4": "no", "105, stk. 2 og § 3": None, "2 stk. 2 og 3": None},
    "SEL_101b": {"101 a-c": None, "101 a og b": None, "101 a, stk. 2": "no"},
    "SEL_101a": {
        "101 a": "yes",
        "101A, stk. 3": "yes",
        "101": "no",
        "101 b": "no",
        "100-102": None,
        "101 b, stk. 1": "no",
    },
    "SEL_105_stk_2": {
        **dict.fromkeys(("105, stk. 2", "105 stk 2, nr. 1", "105(2)", "105 stk. 1-3", "105 stk. 1 - stk. 3"), "yes"),
        **dict.fromkeys(
            ("105, stk. 3 og stk. 2", "105, stk. 3 og 2", "105 stk. 1, 2 og 4", "§ 105, stk. 3, stk. 2"), "yes"
        ),
        **dict.fromkeys(("105 stk. 2 afl", "105 stk. 2, 1. pkt.", "105 stk. 1, nr. 1 og stk. 2"), "yes"),
        **dict.fromkeys(
            ("105, stk. 20", "105 stk. 3", "105 stk. 3-5", "105 stk. 1 og 3", "105 a stk. 2", "106, stk. 2"), "no"
        ),
        **dict.fromkeys(
            ("105", "105 afl", "105 nr. 2", "105 stk. 1 ff.", "105 nr. 1 og stk. 2", "105 stk. 1 jf. 2"), None
        ),
        **dict.fromkeys(("105 stk. 3 og nr. 2", "105 stk. a-c", "105 stk.", "105 stk. 3, ikke 2"), None),
        **dict.fromkeys(("105 stk. 1 eller 2", "105 stk. 1/2", "105 stk. 3-1", "105 stk. 2 a"), None),
        "105 stk. 02": "yes",
    },
    "SEL_105_stk_2_nr_1": {
        **dict.fromkeys(("105 stk. 2 nr. 1", "105, stk. 2, nr. 1 og 3", "105 stk. 2 nr. 1, litra b"), "yes"),
        **dict.fromkeys(("105, stk. 3", "105, stk. 2, nr. 2", "105, stk. 3, nr. 1"), "no"),
        **dict.fromkeys(("105", "105, stk. 2", "105 stk. 1-3", "105, nr. 1", "105, stk. 3 og 2, nr. 1"), None),
    },
    "SEL_66_nr_6": {"66 nr. 6 afl": "yes", "66, nr. 5-7": "yes", "66 stk. 1": None, "66 nr. 7": "no"},
    "SEL_5_stk_7": {"5, stk. 2 og 7": None, "5, stk. 2 og stk. 7": "yes", "5, stk. 2 og 6": "no"},
}


@pytest.mark.parametrize(("word", "section"), [(word, section) for word in ANSWERS for section in ANSWERS[word]])
def test_a_section_is_under_another_or_not_only_where_that_is_certain(word: str, section: str) -> None:
    assert section_of(word).answer_of(section) == ANSWERS[word][section]


def test_no_long_text_takes_long() -> None:
    for long in ("105 " + "stk. 1 " * 20_000, "105" + " " * 50_000 + "stk", "105 stk. 2" + " og 3" * 20_000 + "x"):
        assert section_of("SEL_105_stk_1").answer_of(long) in ("yes", None)


def test_an_example_of_a_section_alone_leaves_no_part_of_it_open() -> None:
    parts = [section_of(word) for word in ("SEL_105_stk_1", "SEL_105_stk_3", "SEL_107_stk_2")]
    whole = section_of("SEL_105")
    written = section_text(whole.beside(parts))
    assert whole.answer_of(written) == "yes"
    assert [part.answer_of(written) for part in parts] == ["no", "no", "no"]


@pytest.mark.parametrize("written", ["105 stk. 1-3", "105", "105, stk. 3 og stk. 2"])
def test_an_open_part_of_a_section_is_no_certain_no(written: str) -> None:
    found = possible_of(f"services: [{{act: SEL, sections: ['{written}']}}]")
    assert found.get("act_section_SEL_105_stk_2") == (None if written == "105" else YES)


def test_sections_need_a_list_of_acts() -> None:
    vocabulary = make_vocabulary({"act_section": {**SEVERAL, "answers": {"SEL_107": TEXT}}})._replace(terms={})
    (found,) = wrong_attributes(vocabulary, "vocabulary.yaml")
    assert (found.message, found.hint) == (
        "`act_section` needs the list `act` in `terms`",
        "such as `act: {SEL: {da: ..., en: ...}}`",
    )


def test_a_fact_of_that_name_that_is_no_attribute_is_evidence() -> None:
    vocabulary = make_vocabulary({"places": {"type": "whole_number"}})
    assert possible_of("services: [{act: SEL, sections: [], places: 3}]", vocabulary) == {}
    assert possible_of("evidence: {places: 4}", vocabulary) == {"places": Interval.exactly(Fraction(4))}
    assert wrong_attributes(vocabulary, "vocabulary.yaml") == []


def test_an_attribute_is_not_stated_as_evidence() -> None:
    with pytest.raises(Rejected) as caught:
        possible_of("evidence: {area: adults, area_adults: yes, places: 3, act_section: SEL_107}")
    assert [(d.message, d.hint) for d in caught.value.diagnostics] == [
        ("`area` is an attribute of the offer, not evidence", "the offer's own keys say it: `area`"),
        ("`area_adults` is an attribute of the offer, not evidence", "the offer's own keys say it: `area`"),
        ("`places` is an attribute of the offer, not evidence", "the offer's own keys say it: `services`"),
        ("`act_section` is an attribute of the offer, not evidence", "the offer's own keys say it: `services`"),
    ]


SEVERAL = {"type": "several_of", "attribute": True}
WRONG: dict[str, tuple[Written, str]] = {
    "area": (
        {"type": "one_of", "attribute": True, "answers": {"adults": TEXT}},
        "`area` is an attribute of offers, and several of some words / declare it with `type: several_of`",
    ),
    "places": (
        {"type": "whole_number", "attribute": True, "at_least": 0},
        "`places` is an attribute of offers, and a number from 0 on / declare it with `type: number` and `at_least: 0`",
    ),
    "act_section": (
        {**SEVERAL, "answers": {"SEL_107": TEXT, "SEL107": TEXT}},
        "`SEL107` is no section of an act / such as `SEL_107` or `SEL_105_stk_2`",
    ),
    "service": (
        {**SEVERAL, "answers": {"home": TEXT}},
        "an offer has no attribute `service` / did you mean `service_type`?",
    ),
    "service_type": (
        {**SEVERAL, "answers": {"social": TEXT}},
        "`service_type` is an attribute of offers, and one of several words / "
        "declare it with `type: one_of` and its `answers`",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_no_offer_can_say_of_itself_is_said(name: str) -> None:
    declared, expected = WRONG[name]
    vocabulary = make_vocabulary({name: declared})._replace(terms={"act": {"SEL": Text(da="sel", en="sel")}})
    (found,) = wrong_attributes(vocabulary, "vocabulary.yaml")
    assert f"{found.message} / {found.hint}" == expected


def test_an_act_that_the_vocabulary_does_not_list_is_none() -> None:
    declared = {**SEVERAL, "answers": {"SELL_107": TEXT}}
    vocabulary = make_vocabulary({"act_section": declared})._replace(terms={"act": {"SEL": Text(da="sel", en="sel")}})
    (found,) = wrong_attributes(vocabulary, "vocabulary.yaml")
    assert (found.message, found.hint) == ("there is no act `SELL` in `terms`", "did you mean `SEL`?")


def test_a_word_that_stands_twice_is_told_once() -> None:
    text = (
        "format: sekskant/offer/1\nid: a\nname: A\narea: [adults, adults]\ntarget_group: [homelessness, homelessness]\n"
    )
    offer = read_offer_file(read_one(text.encode(), "offer.yaml"), VOCABULARY)
    told = {name.en: value.en for name, value in offer.subject().description}
    assert told == {"Area": "Adults", "Target group": "homelessness"}

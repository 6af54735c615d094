"""What is open, explained where it lies: its rule, what is stated, why, what would settle it, who can answer."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from engine.decisions.decide import Decider
from engine.decisions.trace import Trace
from engine.evaluation.evidence import Evidence, State, Stated
from engine.explanation.justification import justification
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.library import Library
from engine.texts.catalogue import Language
from engine.values.interval import Interval
from tests.support import SUBJECT, Written, answer, exact, make_rulebook, make_vocabulary

COVERED, MOST = Library().in_force(2018)
MUNICIPAL: Stated = {"operator_kind": answer("municipality"), "agreement_kind": answer("none")}


def told(trace: Trace, language: Language, heading: str) -> tuple[str, ...]:
    return {s.heading: s.sentences for s in justification(trace, language)}[heading]


def unsettled(stated: Stated, language: Language = "en") -> dict[str, str]:
    """What is said of each open criterion, by its id."""
    trace = Decider(COVERED, engine="reference").decide(SUBJECT, stated, 2018)
    heading = {"da": "Hvad der ikke er afklaret", "en": "What is unsettled"}[language]
    return {sentence[:2]: sentence for sentence in told(trace, language, heading)}


def shares(**years: Evidence) -> Stated:
    return {**MUNICIPAL, "outside_share": {int(year[1:]): evidence for year, evidence in years.items()}}


@pytest.mark.parametrize(
    ("stated", "english", "danish"),
    [
        (
            shares(y2014=exact("0.61"), y2015=exact("0.63")),
            "A5 is fulfilled if the figure for 2016 is at least 26%, and otherwise not.",
            "A5 er opfyldt, hvis tallet for 2016 er mindst 26 %, og ellers ikke.",
        ),
        (
            shares(y2014=exact("0.9"), y2015=exact("0.3349995")),
            "A5 is fulfilled if the figure for 2016 is at least 26.50005%, and otherwise not.",
            "A5 er opfyldt, hvis tallet for 2016 er mindst 26,50005 %, og ellers ikke.",
        ),
        (
            shares(y2014=exact("0.9"), y2015=Evidence(Interval.exactly(Fraction(1, 3)), State.KNOWN)),
            "A5 is fulfilled if the figure for 2016 is at least 4/15 (about 26.67%), and otherwise not.",
            "A5 er opfyldt, hvis tallet for 2016 er mindst 4/15 (ca. 26,67 %), og ellers ikke.",
        ),
        (
            shares(y2014=exact("0.61")),
            "A5 is fulfilled if the figure for 2015 or 2016 is at least 89%.",
            "A5 er opfyldt, hvis tallet for 2015 eller 2016 er mindst 89 %.",
        ),
        (
            shares(y2014=exact("0.3")),
            "A5 is not fulfilled if the figure for 2015 or 2016 is below 20%.",
            "A5 er ikke opfyldt, hvis tallet for 2015 eller 2016 er under 20 %.",
        ),
        (
            shares(),
            "No figure for 2014, 2015 or 2016 settles A5 alone.",
            "Intet tal for 2014, 2015 eller 2016 afklarer A5 alene.",
        ),
        (
            {"operator_kind": answer("private"), "outside_share": {2014: exact("0.61"), 2015: exact("0.63")}},
            "“Operating agreement with” is not stated. If A5 applies, it is fulfilled if the figure for 2016 is at "
            "least 26%. If A5 applies, it is not fulfilled if the figure for 2016 is below 26%.",
            "»Driftsoverenskomst med« er ikke oplyst. Hvis A5 finder anvendelse, er det opfyldt, hvis tallet for 2016 "
            "er mindst 26 %. Hvis A5 finder anvendelse, er det ikke opfyldt, hvis tallet for 2016 er under 26 %.",
        ),
    ],
)
def test_an_open_mean_says_what_each_year_alone_must_be(stated: Stated, english: str, danish: str) -> None:
    assert unsettled(stated)["A5"].endswith(english)
    assert unsettled(stated, "da")["A5"].endswith(danish)


def test_an_open_criterion_has_its_rule_why_it_is_open_and_what_its_numbers_must_be() -> None:
    assert unsettled(MUNICIPAL)["A2"] == (
        "A2, severity or multiplicity (section 2, criterion 2): The target group has at least 3 simultaneous "
        "functional impairments, 2 diagnoses or 3 extensive limitations. It is open, because “Simultaneous functional "
        "impairments”, “Diagnoses” and “Extensive limitations” are not stated. A2 is fulfilled if “Simultaneous "
        "functional impairments” is at least 3, or if “Diagnoses” is at least 2, or if “Extensive limitations” is at "
        "least 3."
    )
    at_most_one = Evidence(Interval(Fraction(0), Fraction(1)), State.KNOWN)
    assert unsettled({**MUNICIPAL, "diagnoses": at_most_one})["A2"].endswith(
        "“Simultaneous functional impairments” and “Extensive limitations” are not stated. A2 is fulfilled if "
        "“Simultaneous functional impairments” is at least 3, or if “Extensive limitations” is at least 3."
    )


def test_a_measure_from_which_a_judgement_may_depart_says_so() -> None:
    trace = Decider(MOST, engine="reference").decide(SUBJECT, MUNICIPAL, 2018)
    words = "B1 er opfyldt, hvis »Tilfælde pr. 10.000 indbyggere« er højst 0,5, og ellers ikke, medmindre en vurdering"
    assert any(words in sentence for sentence in told(trace, "da", "Hvad der ikke er afklaret"))


def test_questions_are_listed_by_who_can_answer() -> None:
    trace = Decider(MOST, engine="reference").decide(SUBJECT, MUNICIPAL, 2018)
    sentences = told(trace, "da", "Hvad der ikke er afklaret")
    anybody, task_force = map(sentences.index, ("Følgende bør oplyses:", "Følgende bør besvares af taskforcen:"))
    assert "Hvor mange svære" in sentences[anybody + 2]
    assert sentences[task_force + 1] == "• Har regionen brug for et eget tilbud til målgruppen?"


def test_of_several_ways_of_different_length_it_is_said_that_these_are_the_shortest() -> None:
    trace = Decider(COVERED, engine="reference").decide(SUBJECT, MUNICIPAL, 2018)
    sentences = told(trace, "en", "What is unsettled")
    assert (
        "The outcome becomes “not covered by the development strategy” if A4 or A5 proves not to be fulfilled. "
        "These are the shortest of 6 ways." in sentences
    )
    assert any(s.endswith("if A4, A5 and two of A1, A2, A3 and A6 prove fulfilled.") for s in sentences)


def test_an_override_that_hangs_on_a_number_says_what_it_must_be() -> None:
    facts: dict[str, Written] = {
        "x": {"type": "number", "label": {"da": "Tal", "en": "Number"}},
        "j": {"type": "judgement"},
    }
    when = {"fact": "x", "above": Decimal(2)}
    large = {"da": "stort", "en": "large"}
    for offer_is, english in (
        ({}, "“text” applies to the offer if “Number” is above 2, and otherwise not."),
        ({"offer_is": large}, "The offer is large if “Number” is above 2, and otherwise not."),
    ):
        overrides: dict[str, Written] = {"O1": {"when": when, "verdict": "met", **offer_is}}
        rulebook = make_rulebook(
            make_vocabulary(facts), {"C1": {"met_when": {"fact": "j"}}}, {"all": ["C1"]}, overrides
        )
        trace = Decider(rulebook, engine="reference").decide(SUBJECT, {}, 2018)
        (rule, *_) = told(trace, "en", "Rules")
        assert ", because “Number” is not stated. If it is so, the outcome is" in rule
        assert rule.endswith(english)


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (Evidence(Interval(), State.STATED_UNKNOWN), ", because “Number” is stated as unknown."),
        (
            Evidence(Interval(Fraction(1), None), State.KNOWN),
            ", because all that is stated of “Number” is: at least 1.",
        ),
    ],
)
def test_why_a_criterion_may_not_apply_is_in_its_sentence(evidence: Evidence, reason: str) -> None:
    facts: dict[str, Written] = {
        "x": {"type": "number", "label": {"da": "Tal", "en": "Number"}},
        "j": {"type": "judgement"},
    }
    exempt = {"when": {"fact": "x", "above": Decimal(2)}, "counts_as": "excluded"}
    criteria: dict[str, Written] = {
        "C1": {"met_when": {"fact": "j"}, "not_applicable": exempt},
        "C2": {"met_when": {"fact": "j"}},
    }
    rulebook = make_rulebook(make_vocabulary(facts), criteria, {"at_least": 2, "of": ["C1", "C2"]})
    trace = Decider(rulebook, engine="reference").decide(SUBJECT, {"x": evidence}, 2018)
    assert any(f"Whether C1 applies is undetermined{reason}" in sentence for sentence in told(trace, "en", "Rules"))


def test_an_end_with_no_last_decimal_is_a_fraction() -> None:
    share, cases = (COVERED.vocabulary.facts[name] for name in ("outside_share", "cases_per_10000"))
    assert Wording("da").exact_quantity(cases, Fraction(-1, 3)) == "-1/3 (ca. -0,3333)"
    assert Wording("en").exact_quantity(share, Fraction("0.000000001")) == "0.0000001%"

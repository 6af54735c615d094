"""What is recorded, written in a cell and said of a number's evidence is what was stated, to the end of its ends."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decisions.decide import Decider
from engine.decisions.decision_record import FORMAT, decision_record
from engine.decisions.evaluators import REFERENCE
from engine.diagnostics import Diagnostic, Place
from engine.documents.document import read_one
from engine.evaluation.evidence import Evidence, Finding, State, Stated
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import FactDeclaration
from engine.values.interval import Interval
from engine.values.numbers import decimal_text, interval_record
from offers.records.evidence import read_one_fact
from offers.tables.cells import read_cell
from offers.tables.offer_files import cell_of
from tests.chance import cheap
from tests.support import SUBJECT, between, exact, flow, make_rulebook, make_vocabulary

VOCABULARY = make_vocabulary(
    {
        "size": {"type": "number", "at_least": 0},
        "depth": {"type": "number", "at_most": 0},
        "height": {"type": "number", "at_least": Decimal("-0.5"), "at_most": 2},
        "balance": {"type": "number"},
        "rooms": {"type": "whole_number", "at_least": 0, "at_most": 3},
        "guests": {"type": "whole_number", "at_least": 1},
        "share": {"type": "share"},
        "used": {"type": "share", "per": "year"},
        "used_mean": {"type": "share", "derived": {"mean": {"of": "used", "years": [-2, -1]}}},
    }
)
FACTS = [fact for fact in VOCABULARY.facts.values() if fact.written.derived is None and fact.written.per is None]
QUARTERS = st.integers(-6, 16).map(lambda number: Fraction(number, 4))
ENDS = st.none() | QUARTERS
PLACE = Place("evidence")


@st.composite
def stated(draw: st.DrawFn, fact: FactDeclaration) -> Interval:
    """Any interval within the limits of a fact, its ends often those limits."""
    limits = fact.domain
    assert isinstance(limits, Interval)
    ends = ENDS | st.sampled_from([limits.low, limits.high])
    low, high = draw(ends), draw(ends)
    drawn = Interval(low, high, low is not None and draw(st.booleans()), high is not None and draw(st.booleans()))
    possible = drawn.intersect(limits)
    if not possible.is_empty and fact.written.type == "whole_number":
        possible = possible.whole()
    return limits if possible.is_empty else possible


FACTS_STATED = st.sampled_from(FACTS).flatmap(lambda fact: st.tuples(st.just(fact), stated(fact), stated(fact)))


def recorded(fact: FactDeclaration, possible: Interval) -> dict[str, str]:
    """The evidence of a fact in the record of a decision."""
    limits = fact.domain
    assert isinstance(limits, Interval)
    test = {"fact": fact.id, "at_least": 1 if limits.high is None else Decimal(decimal_text(limits.high))}
    rulebook = make_rulebook(VOCABULARY, {"C": {"met_when": test}}, {"all": ["C"]})
    trace = Decider(rulebook, engine=REFERENCE).decide(SUBJECT, {fact.id: Evidence(possible, State.KNOWN)}, 2018)
    (test_record,) = decision_record(trace)["criteria"][0]["tests"]
    evidence: dict[str, str] = test_record["evidence"]
    return evidence


@cheap
@given(FACTS_STATED)
def test_the_record_reads_back_as_what_was_possible(case: tuple[FactDeclaration, Interval, Interval]) -> None:
    fact, possible, _ = case
    record, diagnostics = recorded(fact, possible), list[Diagnostic]()
    if not record:
        assert possible == fact.domain
        return
    written = {name: Decimal(number) for name, number in record.items()}
    written = {"answer": written["exactly"]} if "exactly" in written else written
    read = read_one_fact(read_one(flow(written).encode(), "evidence"), fact, diagnostics)
    assert read is not None, diagnostics
    assert read.possible == possible


@cheap
@given(FACTS_STATED)
def test_a_cell_reads_back_as_what_was_possible(case: tuple[FactDeclaration, Interval, Interval]) -> None:
    fact, possible, _ = case
    cell, diagnostics = cell_of(Evidence(possible, State.KNOWN)), list[Diagnostic]()
    read = read_cell(cell, fact, ".", PLACE, diagnostics)
    assert read is not None or (not cell and possible == Interval()), diagnostics
    assert read is None or read.possible == possible


@cheap
@given(FACTS_STATED, st.sampled_from(["da", "en"]))
def test_words_say_that_any_value_is_possible_only_where_it_is(
    case: tuple[FactDeclaration, Interval, Interval], language: str
) -> None:
    fact, one, other = case
    wording = Wording(language)  # type: ignore[arg-type]
    words = [wording.possible(Finding(fact, possible, State.KNOWN), possible) for possible in (one, other)]
    assert (words[0] == wording.phrase("anything")) is (one == fact.domain)
    assert (words[0] == words[1]) is (one == other), words


@pytest.mark.parametrize(
    ("fact", "possible", "record", "words"),
    [
        ("size", Interval(Fraction(0), None, low_open=True), {"above": "0"}, "above 0"),
        ("size", Interval(Fraction(0), Fraction(0)), {"exactly": "0"}, "0"),
        ("size", Interval(Fraction(0), Fraction(2)), {"at_most": "2"}, "at most 2"),
        (
            "size",
            Interval(Fraction(0), Fraction(2), low_open=True),
            {"above": "0", "at_most": "2"},
            "above 0 and at most 2",
        ),
        ("depth", Interval(None, Fraction(0), high_open=True), {"below": "0"}, "below 0"),
        ("rooms", Interval(Fraction(1), Fraction(3)), {"at_least": "1"}, "at least 1"),
        (
            "share",
            Interval(Fraction(0), Fraction(1), True, True),
            {"above": "0", "below": "1"},
            "above 0% and below 100%",
        ),
        ("share", Interval(Fraction(0), Fraction(1)), {}, "any value is possible"),
    ],
)
def test_an_end_that_is_left_out_is_no_limit(fact: str, possible: Interval, record: dict[str, str], words: str) -> None:
    declared = VOCABULARY.facts[fact]
    assert recorded(declared, possible) == record
    assert Wording("en").interval(declared, possible) == words


def test_each_part_of_a_derived_fact_is_recorded_with_its_ends() -> None:
    rulebook = make_rulebook(
        VOCABULARY, {"C": {"met_when": {"fact": "used_mean", "at_least": Decimal("0.5")}}}, {"all": ["C"]}
    )
    offer: Stated = {
        "used": {2016: between(0, 1, low_open=True), 2017: exact("0")},
        "used_mean": between(0, 1, low_open=True),
    }
    trace = Decider(rulebook, engine=REFERENCE).decide(SUBJECT, offer, 2018)
    (test,) = decision_record(trace)["criteria"][0]["tests"]
    parts = {
        year: part["above" if year == "2016" else "exactly"] for year, part in test["evidence"]["derived_from"].items()
    }
    assert parts == {"2016": "0", "2017": "0"}
    assert (test["evidence"]["above"], test["evidence"]["at_most"], test["evidence"]["stated"]) == (
        "0",
        "0.5",
        {"above": "0"},
    )


def test_a_record_of_before_is_made_again_by_its_own_definition() -> None:
    rulebook = make_rulebook(VOCABULARY, {"C": {"met_when": {"fact": "size", "above": 0}}}, {"all": ["C"]})
    trace = Decider(rulebook, engine=REFERENCE).decide(SUBJECT, {"size": between(0, None, low_open=True)}, 2018)
    former, now = decision_record(trace, "sekskant/decision/1"), decision_record(trace, "sekskant/decision/2")
    assert (former["format"], now["format"]) == ("sekskant/decision/1", "sekskant/decision/2")
    tests = [record["criteria"][0]["tests"][0] for record in (former, now)]
    assert [test.pop("evidence") for test in tests] == [{}, {"above": "0"}]
    for record in (former, now):
        del record["format"]
    assert former == now


@cheap
@given(st.sampled_from(FACTS).flatmap(lambda fact: st.tuples(st.just(fact), stated(fact))))
def test_ends_that_are_no_limits_are_recorded_as_before(case: tuple[FactDeclaration, Interval]) -> None:
    """The formats differ only where an end is left out whose number is that of a limit."""
    fact, possible = case
    limits = fact.domain
    assert isinstance(limits, Interval)
    lost = (possible.low_open and possible.low == limits.low) or (possible.high_open and possible.high == limits.high)
    test = {"fact": fact.id, "at_least": 1 if limits.high is None else Decimal(decimal_text(limits.high))}
    rulebook = make_rulebook(VOCABULARY, {"C": {"met_when": test}}, {"all": ["C"]})
    trace = Decider(rulebook, engine=REFERENCE).decide(SUBJECT, {fact.id: Evidence(possible, State.KNOWN)}, 2018)
    former, now = (decision_record(trace, form)["criteria"] for form in ("sekskant/decision/1", FORMAT))
    assert (former == now) is not lost
    assert now[0]["tests"][0]["evidence"] == interval_record(possible.without_limits(limits))

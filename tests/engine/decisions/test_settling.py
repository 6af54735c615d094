"""What one open number alone must be: against deciding with values at, just below and just above every end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.decisions.decide import Decider
from engine.decisions.settling import Settling, settlings_of
from engine.decisions.trace import CriterionTrace, OverrideTrace, Trace
from engine.diagnostics import Rejected
from engine.evaluation.evidence import Evidence, State, Stated
from engine.rulebooks.rulebook import Vocabulary
from engine.values.interval import Interval
from engine.values.logic import Status
from tests.chance import tried
from tests.engine.random_rulebooks import YEAR, Example, exactly, examples, known
from tests.support import SUBJECT, Written, exact, make_rulebook, make_vocabulary

Item = CriterionTrace | OverrideTrace
STEP = Fraction(1, 1000)
MET = (Status.MET, Status.MET_OR_NOT_APPLICABLE)
NOT_MET = (Status.NOT_MET, Status.NOT_MET_OR_NOT_APPLICABLE)


def items_of(trace: Trace) -> dict[str, Item]:
    items: dict[str, Item] = {c.criterion.id: c for c in trace.criteria}
    return items | {o.override.id: o for o in trace.overrides}


def beside(settling: Settling, possible: Interval) -> set[Fraction]:
    """The possible values at, just below and just above each end, and some that lie apart."""
    ends = {end for interval in (*settling.met, *settling.not_met, possible) for end in (interval.low, interval.high)}
    near = {end + step for end in ends if end is not None for step in (-1, -STEP, 0, STEP, 1)} | {Fraction(0)}
    tried = {Fraction(round(v)) for v in near} if settling.fact.is_whole else near
    return {value for value in tried if value in possible}


def with_value(stated: Stated, settling: Settling, value: Fraction) -> Stated:
    if not settling.year:
        return {**stated, settling.fact.id: exactly(value)}
    years = stated.get(settling.fact.id, {})
    assert not isinstance(years, Evidence)
    return {**stated, settling.fact.id: {**years, int(settling.year): exactly(value)}}


def possible_values(stated: Stated, settling: Settling) -> Interval:
    evidence = stated.get(settling.fact.id)
    if settling.year and isinstance(evidence, Mapping):
        evidence = evidence.get(int(settling.year))
    possible = settling.fact.domain if evidence is None else evidence.possible  # type: ignore[union-attr]
    assert isinstance(possible, Interval)
    return possible


def check(decider: Decider, stated: Stated, year: int) -> Iterator[Settling]:
    """Each value that is told to settle an item does, and no other one does."""
    for name, item in items_of(decider.decide(SUBJECT, stated, year)).items():
        for settling in settlings_of(item):
            for value in beside(settling, possible_values(stated, settling)):
                told = [any(value in one for one in several) for several in (settling.met, settling.not_met)]
                try:
                    trace = decider.decide(SUBJECT, with_value(stated, settling, value), year)
                except Rejected:
                    continue
                status = items_of(trace)[name].status
                holds = [status in MET, status in NOT_MET]
                assert told == holds or (bears_on_whether_it_applies(item, settling) and not any(told)), (name, value)
            yield settling


def bears_on_whether_it_applies(item: Item, settling: Settling) -> bool:
    """Whether a number also decides whether a criterion applies: then not each value that settles it is told."""
    tests = item.exemption_tests if isinstance(item, CriterionTrace) else ()
    facts = (test.finding.fact for test in tests)
    return any(settling.fact.id in (fact.id, *fact.derived_from) for fact in facts)


@given(examples(max_criteria=2, max_overrides=1), st.booleans())
@tried(80)
def test_what_is_told_to_settle_an_item_does_and_nothing_else(example: Example, is_tight: bool) -> None:
    stated = example.tight if is_tight else example.loose
    list(check(Decider(example.rulebook, engine="reference"), stated, YEAR))


# --- means: shares and whole numbers, stated themselves or not, over one year, two and three ---

FACTS: Mapping[str, Written] = {
    "s": {"type": "share", "per": "year"},
    "w": {"type": "whole_number", "at_least": 0, "at_most": 6, "per": "year"},
    "z": {"type": "number", "per": "year"},
    "s_mean": {"type": "share", "derived": {"mean": {"of": "s", "years": [-3, -2, -1]}}},
    "w_mean": {"type": "number", "derived": {"mean": {"of": "w", "years": [-3, -2, -1]}}},
    "z_mean": {"type": "number", "at_least": -2, "derived": {"mean": {"of": "z", "years": [-2, -1]}}},
    "j": {"type": "judgement"},
}
VOCABULARY: Vocabulary = make_vocabulary(FACTS)
MEANS = {"s_mean": ("s", 3), "w_mean": ("w", 3), "z_mean": ("z", 2)}
COMPARISONS = st.sampled_from(("at_most", "at_least", "below", "above", "equals"))


@st.composite
def intervals(draw: st.DrawFn, fact: str) -> Interval:
    """What is stated of a number: an interval within its limits that holds something."""
    domain = VOCABULARY.facts[fact].domain
    assert isinstance(domain, Interval)
    ends = sorted(Fraction(draw(st.integers(0, 12)), 2 if fact.startswith(("w", "z")) else 12) for _ in range(2))
    low, high = (draw(st.sampled_from((end, end, None))) for end in ends)
    is_open = low != high
    found = Interval(low, high, is_open and draw(st.booleans()), is_open and draw(st.booleans())).intersect(domain)
    return found.whole() if VOCABULARY.facts[fact].is_whole else found


@st.composite
def tests_on(draw: st.DrawFn, mean: str) -> Written:
    threshold = Decimal(draw(st.integers(0, 10))) / (10 if mean == "s_mean" else 2)
    test: Written = {"fact": mean, draw(COMPARISONS): threshold}
    return draw(st.sampled_from((test, {"not": test})))


@st.composite
def means(draw: st.DrawFn) -> tuple[Written, Stated, str]:
    """A criterion on one mean, and evidence of its years, some of them open, and of itself."""
    mean = draw(st.sampled_from(sorted(MEANS)))
    of, number = MEANS[mean]
    tests = draw(st.lists(tests_on(mean) | st.just({"fact": "j"}), min_size=1, max_size=3))
    condition = {draw(st.sampled_from(("all", "any"))): tests}
    drawn = {YEAR - 1 - i: draw(st.none() | intervals(of)) for i in range(number)}
    stated: dict[str, Any] = {of: {year: known(one) for year, one in drawn.items() if one and not one.is_empty}}
    own = draw(st.none() | st.none() | intervals(mean))
    if own and not own.is_empty:
        stated[mean] = known(own)
    return {"C1": {"met_when": condition}}, stated, mean


@given(means())
@tried(300)
def test_a_year_of_a_mean_settles_exactly_so(example: tuple[Written, Stated, str]) -> None:
    criteria, stated, _ = example
    decider = Decider(make_rulebook(VOCABULARY, criteria, {"all": ["C1"]}), engine="reference")
    try:
        list(check(decider, stated, YEAR))
    except Rejected:
        return


def share_of(mean: Evidence | None = None, **years: Evidence) -> tuple[Settling, ...]:
    rulebook = make_rulebook(
        VOCABULARY, {"C1": {"met_when": {"fact": "s_mean", "at_least": Decimal("0.5")}}}, {"all": ["C1"]}
    )
    stated: dict[str, Any] = {"s": {int(year[1:]): evidence for year, evidence in years.items()}}
    stated |= {"s_mean": mean} if mean else {}
    return settlings_of(Decider(rulebook, engine="reference").decide(SUBJECT, stated, YEAR).criteria[0])


def between(low: str | None, high: str | None, *, low_open: bool = False, high_open: bool = False) -> Interval:
    first, last = (None if end is None else Fraction(end) for end in (low, high))
    return Interval(first, last, low_open, high_open)


def test_the_last_open_year_is_told_to_the_very_end() -> None:
    (last,) = share_of(y2028=exact("0.61"), y2029=exact("0.63"))
    assert (last.year, last.met, last.not_met) == (
        "2030",
        (between("0.26", "1"),),
        (between("0", "0.26", high_open=True),),
    )


def test_an_open_year_settles_whatever_the_bounds_of_others_allow() -> None:
    open_below = Evidence(between("0.3", "0.5", low_open=True), State.KNOWN)
    first, last = share_of(y2028=exact("0.9"), y2029=open_below)
    assert (first.year, first.settles) == ("2029", False)
    assert last.met == (between("0.3", "1"),)
    assert last.not_met == (between("0", "0.1", high_open=True),)


def test_where_no_year_alone_settles_it_that_is_told() -> None:
    assert [one.settles for one in share_of()] == [False, False, False]
    assert [one.settles for one in share_of(y2028=exact("0.5"))] == [True, True]


def test_of_a_mean_that_is_stated_as_a_range_its_own_limit_is_told_as_well() -> None:
    stated = Evidence(between("0.45", "0.55"), State.KNOWN)
    own, *years = share_of(stated)
    assert (own.fact.id, own.year, own.possible) == ("s_mean", "", between("0.45", "0.55"))
    assert own.met == (between("0.5", "0.55"),)
    assert own.not_met == (between("0.45", "0.5", high_open=True),)
    assert [(one.year, one.settles) for one in years] == [("2028", False), ("2029", False), ("2030", False)]
    own, last = share_of(stated, y2028=exact("0.4"), y2029=exact("0.5"))
    assert (own.met, last.met) == ((between("0.5", "0.55"),), (between("0.6", "0.75"),))


def test_of_a_mean_that_is_narrowed_by_its_years_only_what_is_left_is_told() -> None:
    own, *_ = share_of(Evidence(between("0.1", "0.9"), State.KNOWN), y2028=exact("0.6"))
    assert own.possible == Interval(Fraction(1, 5), Fraction(13, 15))
    assert own.met == (Interval(Fraction(1, 2), Fraction(13, 15)),)


def test_of_a_mean_that_is_not_stated_its_years_alone_are_told() -> None:
    for mean in (None, Evidence(between("0", "1"), State.STATED_UNKNOWN)):
        assert [one.year for one in share_of(mean)] == ["2028", "2029", "2030"]

"""Numbers that are made of numbers: what they can be, by trying what they are made of; and columns say the same."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decisions.decide import Decider
from engine.diagnostics import Rejected
from engine.evaluation import reference
from engine.evaluation.columnar import ColumnarProgram
from engine.evaluation.columnar_evidence import Grids
from engine.evaluation.completions import Completions
from engine.evaluation.evidence import Evidence, State, Stated, findings_of
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.rulebook import Aggregate, Difference, NumberTest, Rulebook
from engine.values.comparison import Comparison
from engine.values.interval import Interval
from tests.chance import AT_THE_DESK, SOAK, chance, tried
from tests.engine.evaluation.test_columnar import frame_of
from tests.engine.random_rulebooks import PASSES
from tests.support import SUBJECT, Written, between, exact, make_rulebook, make_vocabulary

YEAR = 2031
NUMBER, WHOLE = {"type": "number"}, {"type": "whole_number"}
VOCABULARY = make_vocabulary(
    {
        **dict.fromkeys(("a", "b", "c", "d"), NUMBER),
        **dict.fromkeys(("m", "n"), WHOLE),
        "y": {**NUMBER, "per": "year"},
        "share": {"type": "share"},
        "other_share": {"type": "share"},
        "total": {**NUMBER, "derived": {"sum": {"of": ["a", "b"]}}},
        "years_total": {**NUMBER, "derived": {"sum": {"of": "y", "years": [-2, -1]}}},
        "last": {**NUMBER, "derived": {"value": {"of": "y", "year": -1}}},
        "lesser": {**NUMBER, "derived": {"least": {"of": ["a", "c"]}}},
        "larger": {**NUMBER, "derived": {"largest": {"of": "y", "years": [-3, -1]}}},
        "gap": {**NUMBER, "derived": {"difference": {"of": "a", "less": "d"}}},
        "count": {**WHOLE, "derived": {"sum": {"of": ["m", "n"]}}},
        "fewer": {**WHOLE, "derived": {"least": {"of": ["m", "n"]}}},
        "points": {**NUMBER, "derived": {"difference": {"of": "share", "less": "other_share"}}},
        "nested": {**NUMBER, "derived": {"largest": {"of": ["gap", "last"]}}},
        "quotient": {**NUMBER, "derived": {"ratio": {"of": "total", "to": "spare"}}},
        "spare": {**NUMBER, "derived": {"difference": {"of": "c", "less": "d"}}},
        "deep": {**NUMBER, "derived": {"difference": {"of": "quotient", "less": "last"}}},
    }
)
FOLLOWS: Mapping[str, tuple[tuple[str, ...], Callable[..., Fraction | None]]] = {
    "total": (("a", "b"), lambda a, b: a + b),
    "years_total": (("y-2", "y-1"), lambda one, other: one + other),
    "last": (("y-1",), lambda one: one),
    "lesser": (("a", "c"), min),
    "larger": (("y-3", "y-1"), max),
    "gap": (("a", "d"), lambda a, d: a - d),
    "count": (("m", "n"), lambda m, n: m + n),
    "fewer": (("m", "n"), min),
    "points": (("share", "other_share"), lambda one, other: one - other),
    "nested": (("a", "d", "y-1"), lambda a, d, y: max(a - d, y)),
    "quotient": (("a", "b", "c", "d"), lambda a, b, c, d: (a + b) / (c - d) if c > d else None),
}
"""What each follows from, and how, in plain Python."""
ENDS = [None, *map(Fraction, ("-2", "-1", "0", "1/2", "1", "3"))]
NEAR = Fraction(1, 1000)


def intervals(is_whole: bool = False, is_share: bool = False) -> st.SearchStrategy[Interval]:
    low = st.sampled_from([e for e in ENDS if not (is_whole and e is not None and e.denominator > 1)])
    of_any = st.builds(Interval, low, low, st.booleans(), st.booleans())
    domain = Interval(Fraction(0), Fraction(1)) if is_share else Interval()
    found = of_any.map(
        lambda i: Interval(i.low, i.high, i.low_open and i.low is not None, i.high_open and i.high is not None)
    )
    found = found.map(lambda i: i.intersect(domain)).map(lambda i: i.whole() if is_whole else i)
    return found.filter(lambda interval: not interval.is_empty)


LEAVES: Mapping[str, st.SearchStrategy[Interval]] = {
    **{name: intervals() for name in ("a", "b", "c", "d", "y-3", "y-2", "y-1")},
    **{name: intervals(is_whole=True) for name in ("m", "n")},
    **{name: intervals(is_share=True) for name in ("share", "other_share")},
}


def stated_of(leaves: Mapping[str, Interval]) -> Stated:
    """The intervals as evidence, those of years by year."""
    stated: dict[str, Evidence | Mapping[int, Evidence]] = {
        name: Evidence(one, State.KNOWN) for name, one in leaves.items() if "-" not in name
    }
    years = {YEAR + int(name[1:]): one for name, one in leaves.items() if "-" in name}
    return {**stated, "y": {year: Evidence(one, State.KNOWN) for year, one in years.items()}}


def values_in(interval: Interval, is_whole: bool) -> list[Fraction]:
    """Its ends, or what lies just inside them, and some between; far out where there is none."""
    low = interval.low if interval.low is not None else min(interval.high or Fraction(0), Fraction(0)) - 1000
    high = interval.high if interval.high is not None else max(interval.low or Fraction(0), Fraction(0)) + 1000
    step = Fraction(1) if is_whole else NEAR
    values = [low, low + step, (low + high) / 2, high - step, high]
    return sorted({v for v in values if v in interval and (not is_whole or v.denominator == 1)})


@pytest.mark.parametrize("name", FOLLOWS)
@tried(150)
@given(data=st.data())
def test_what_follows_is_what_trying_finds(name: str, data: st.DataObject) -> None:
    parts, follows = FOLLOWS[name]
    leaves = {part: data.draw(LEAVES[part], part) for part in parts}
    possible = findings_of(VOCABULARY, stated_of(leaves), YEAR)[name].possible
    assert isinstance(possible, Interval)
    is_whole = name in ("count", "fewer")
    tried_values = [values_in(leaves[part], is_whole) for part in parts]
    found = [follows(*values) for values in itertools.product(*tried_values)]
    if None in found:
        assert possible == Interval()
        return
    numbers = [number for number in found if number is not None]
    assert all(number in possible for number in numbers)
    for end, is_open, reached in (
        (possible.low, possible.low_open, min(numbers)),
        (possible.high, possible.high_open, max(numbers)),
    ):
        if end is None:
            assert abs(reached) > 100
        elif is_open and name != "quotient":
            assert 0 < abs(reached - end) < 10 * NEAR
        elif not is_open:
            assert reached == end


def test_a_number_is_made_of_numbers_that_are_made_of_numbers() -> None:
    deep, quotient = VOCABULARY.facts["deep"], VOCABULARY.facts["quotient"]
    assert deep.derivation == Difference("quotient", "last")
    assert VOCABULARY.facts["last"].derivation == Aggregate("sum", (("y", -1),))
    assert quotient.derived_from == ("total", "a", "b", "spare", "c", "d")
    assert {*deep.sources} == {("quotient", None), *quotient.sources, ("last", None), ("y", -1)}
    assert VOCABULARY.years_of(VOCABULARY.facts["y"]) == [-3, -2, -1]
    stated: Stated = {"a": exact(3), "b": exact(1), "c": exact(3), "d": exact(1), "y": {2030: exact("0.5")}}
    assert findings_of(VOCABULARY, stated, YEAR)["deep"].possible == Interval.exactly(Fraction("1.5"))
    # What is stated of a number between decides where nothing else is.
    stated = {"total": between(2, 3), "spare": exact(2), "last": exact(0)}
    assert findings_of(VOCABULARY, stated, YEAR)["deep"].possible == Interval(Fraction(1), Fraction("1.5"))


def test_what_is_stated_of_a_number_must_agree_with_what_it_follows_from() -> None:
    with pytest.raises(Rejected, match="`total` is stated as 5, but follows as 4"):
        findings_of(VOCABULARY, {"a": exact(3), "b": exact(1), "total": exact(5)}, YEAR)
    with pytest.raises(Rejected, match="`nested` is stated as ≤ 1, but follows as ≥ 2"):
        findings_of(VOCABULARY, {"y": {2030: between(2, None)}, "nested": between(None, 1)}, YEAR)
    rounded = findings_of(VOCABULARY, {"a": exact("0.25"), "b": exact(1), "total": exact("1.3")}, YEAR)
    assert rounded["total"].possible == Interval.exactly(Fraction("1.25"))


# --- what is settled over facts ---


def rulebook_of(*facts: str, threshold: Decimal = Decimal("1.5")) -> Rulebook:
    criteria: Mapping[str, Written] = {
        f"C{i}": {"met_when": {"fact": fact, "at_least": 2 if fact in ("count", "fewer") else threshold}}
        for i, fact in enumerate(facts)
    }
    return make_rulebook(VOCABULARY, criteria, {"any": [*criteria]})


APPROXIMATED: Mapping[str, tuple[tuple[str, ...], Stated, list[str]]] = {
    "a sum alone": (("total",), {}, []),
    "a sum with what it is made of": (("total", "gap"), {}, ["total", "gap"]),
    "numbers of their own": (("total", "last"), {}, []),
    "nested": (("nested",), {}, []),
    "nested, with what is between stated": (("nested",), {"gap": between(0, 1)}, []),
    "nested, beside what shares a number and is stated": (("nested",), {"total": between(0, 1)}, ["nested"]),
    "nested, with what is between tested": (("nested", "gap"), {}, ["nested", "gap"]),
    "whole numbers": (("count",), {}, []),
}


@pytest.mark.parametrize("name", APPROXIMATED)
def test_what_shares_numbers_is_said_to_be_approximated(name: str) -> None:
    facts, stated, expected = APPROXIMATED[name]
    completions = Completions(compile_rulebook(rulebook_of(*facts)))
    assert completions.related(findings_of(VOCABULARY, stated, YEAR)) == expected


def test_between_whole_numbers_there_is_no_sum() -> None:
    criteria = {
        "C": {"met_when": {"any": [{"fact": "count", "below": 3}, {"fact": "count", "above": Decimal("2.5")}]}},
    }
    rulebook = make_rulebook(VOCABULARY, criteria, {"all": ["C"]})
    assert Decider(rulebook).decide(SUBJECT, {}, YEAR).verdict.value == "met"


# --- a fact in the place of a threshold ---


@pytest.mark.parametrize("comparison", Comparison)
@pytest.mark.parametrize("names", [("a", "d"), ("d", "a")])
def test_a_threshold_may_be_a_fact_whose_difference_has_a_name(comparison: Comparison, names: tuple[str, str]) -> None:
    fact, other = names
    met_when = {"fact": fact, comparison.value: {"fact": other}}
    rulebook = make_rulebook(VOCABULARY, {"C": {"met_when": met_when}}, {"all": ["C"]})
    test = rulebook.criteria[0].condition
    assert isinstance(test, NumberTest)
    assert (test.fact, test.threshold) == ("gap", Fraction(0))
    for one, another in itertools.product((0, 1, 2), repeat=2):
        trace = Decider(rulebook).decide(SUBJECT, {fact: exact(one), other: exact(another)}, YEAR)
        assert (trace.verdict.value == "met") is PASSES[comparison.value](Fraction(one), Fraction(another))


def test_a_threshold_that_is_a_fact_leaves_open_what_is_open() -> None:
    met_when = {"fact": "a", "at_least": {"fact": "d"}}
    rulebook = make_rulebook(VOCABULARY, {"C": {"met_when": met_when}}, {"all": ["C"]})
    found = [
        Decider(rulebook).decide(SUBJECT, {"a": between(2, 3), "d": between(0, high)}, YEAR).verdict.value
        for high in (1, 2, Fraction(5, 2), 3)
    ]
    assert found == ["met", "met", "undetermined", "undetermined"]


# --- in columns ---

OFFERS = 150 if AT_THE_DESK else 1_000


def offers(number: int) -> Iterator[Stated]:
    """Offers that state some numbers, exactly, by bounds, or not, on the grid of columns."""
    random = chance(f"numbers of numbers {number}")
    texts = ("-2", "-1", "0", "0.001", "0.5", "1", "1.5", "3", "999", "100000000")

    def some(name: str) -> Evidence | None:
        whole = name in ("m", "n", "count", "fewer")
        shares = [t for t in texts if 0 <= Fraction(t) <= 1]
        chosen = [t for t in (shares if "share" in name else texts) if not (whole and "." in t)]
        low, high = sorted(Fraction(random.choice(chosen)) for _ in range(2))
        form = random.randrange(6)
        if form == 0:
            return None
        if form < 4:
            return exact(random.choice(chosen))
        one = Interval(
            random.choice((None, low)), random.choice((None, high)), random.random() < 0.5, random.random() < 0.5
        )
        fact = VOCABULARY.facts["y" if name.startswith("y-") else name]
        assert isinstance(fact.domain, Interval)
        ends = Interval(one.low, one.high, one.low_open and one.low is not None, one.high_open and one.high is not None)
        possible = ends.intersect(fact.domain)
        possible = possible.whole() if whole else possible
        return None if possible.is_empty else Evidence(possible, State.KNOWN)

    for _ in range(OFFERS):
        stated: dict[str, Evidence | Mapping[int, Evidence]] = {}
        for name in ("a", "b", "c", "d", "m", "n", "share", "other_share"):
            if (evidence := some(name)) is not None:
                stated[name] = evidence
        stated["y"] = {YEAR - n: one for n in (1, 2, 3) if (one := some(f"y-{n}")) is not None}
        for name in ("total", "gap", "last", "nested", "spare", "count"):
            if random.random() < 0.1 and (evidence := some(name)) is not None:
                stated[name] = evidence
        yield stated


TESTED: Sequence[tuple[str, ...]] = [(name,) for name in [*FOLLOWS, "deep", "spare"]]


@pytest.mark.slow
@pytest.mark.parametrize("facts", TESTED, ids=lambda facts: facts[0])
def test_columns_find_what_the_reference_finds(facts: tuple[str, ...]) -> None:
    for threshold in (
        (Decimal("1.5"), Decimal(0), Decimal("0.333")) if facts[0] not in ("count", "fewer") else (Decimal(2),)
    ):
        compiled = compile_rulebook(rulebook_of(*facts, threshold=threshold))
        program = ColumnarProgram(compiled, Grids([compiled], YEAR), "p")
        several = [*offers(SOAK)]
        frame = program.grids.prepare(frame_of(program, several), program.grids.read)
        rows = program.evaluate(frame).collect().to_native()
        certain = 0
        for stated, row in zip(several, rows.iter_rows(named=True), strict=True):
            if not row[program.certain]:
                continue
            certain += 1
            read = {fact.id for fact in compiled.facts_read}
            findings = findings_of(VOCABULARY, {name: one for name, one in stated.items() if name in read}, YEAR)
            situation = program.completions.situation(findings, reference.conditions(compiled, findings))
            assert program.situation([row[name] for name in program.vectors]) == situation, (facts, stated)
        assert certain > OFFERS / 3, (facts, certain)

"""Grounds, missing sets and smallest changes in rulebooks too large to try everything."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decisions import minimal_sets
from engine.decisions.analysis import Analysis, Analyst, Sets
from engine.decisions.decide import Decider
from engine.evaluation.completions import Completions
from engine.evaluation.program import compile_rulebook
from engine.evaluation.ruling import Items
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.logic import Status, settled
from tests.chance import tried
from tests.engine.random_rulebooks import groups
from tests.support import SUBJECT, Written, exact, make_rulebook, make_vocabulary

M, N, U = Status.MET, Status.NOT_MET, Status.UNKNOWN


def judged(count: int, group: Written) -> Rulebook:
    """A rulebook whose criteria are judgements."""
    facts = {f"fact_{i}": {"type": "judgement"} for i in range(count)}
    criteria = {f"C{i}": {"met_when": {"fact": f"fact_{i}"}} for i in range(count)}
    return make_rulebook(make_vocabulary(facts), criteria, group)


def told_apart(count: int, operator: str) -> Rulebook:
    """A rulebook whose criteria each stand in a group of their own, so that no two are treated alike."""
    return judged(count, {operator: [{"all": [f"C{i}"]} for i in range(count)]})


def analysed(rulebook: Rulebook, *statuses: Status) -> Analysis:
    return Analyst(compile_rulebook(rulebook)).analyse((tuple(statuses),))


def singles(count: int) -> tuple[tuple[str], ...]:
    return tuple((f"C{i}",) for i in range(count))


def everything(count: int) -> tuple[tuple[str, ...], ...]:
    return (tuple(f"C{i}" for i in range(count)),)


def test_sets_that_suffice_are_found_without_trying_what_contains_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minimal_sets, "MAX_QUESTIONS", 1 + 40)
    missing = analysed(told_apart(40, "any"), *[U] * 40).missing
    assert missing[Verdict.MET][:2] == (singles(40), True)


def test_many_that_are_needed_together_are_found_where_the_rule_treats_them_alike() -> None:
    all_of_a_hundred = judged(100, {"all": [f"C{i}" for i in range(100)]})
    assert analysed(all_of_a_hundred, *[U] * 100).missing == {
        Verdict.MET: Sets(everything(100), statuses=((M,) * 100,)),
        Verdict.NOT_MET: Sets(singles(100), statuses=((N,),) * 100),
    }
    assert analysed(all_of_a_hundred, *[M] * 100).grounds[:2] == (everything(100), True)
    assert analysed(all_of_a_hundred, *[N] * 100).smallest_change[:2] == (everything(100), True)


@pytest.mark.slow
def test_a_dozen_that_the_rule_tells_apart_are_tried_in_full() -> None:
    all_of_a_dozen = told_apart(12, "all")
    assert analysed(all_of_a_dozen, *[U] * 12).missing[Verdict.MET][:2] == (everything(12), True)
    assert analysed(all_of_a_dozen, *[M] * 12).grounds[:2] == (everything(12), True)
    assert analysed(all_of_a_dozen, *[N] * 12).smallest_change[:2] == (everything(12), True)


def test_eight_that_one_fact_ties_together_are_tried_in_full() -> None:
    """Each can be one of two things instead, and every question looks at eight vectors."""
    height = {"fact": "height"}
    exempt = [{"when": {**height, "below": i}, "counts_as": "met"} for i in range(8)]
    criteria = {f"C{i}": {"met_when": {**height, "below": 20}, "not_applicable": e} for i, e in enumerate(exempt)}
    rulebook = make_rulebook(make_vocabulary({"height": {"type": "number"}}), criteria, {"any": [*criteria]})
    trace = Decider(rulebook, engine="reference").decide(SUBJECT, {"height": exact(15)}, 2031)
    assert trace.analysis.smallest_change[:2] == (everything(8), True)


@pytest.mark.parametrize(("questions", "found"), [(0, 0), (1, 0), (11, 10), (40, 39), (41, 40)])
def test_what_takes_too_many_questions_is_given_up_and_says_so(
    questions: int, found: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minimal_sets, "MAX_QUESTIONS", questions)
    missing = analysed(told_apart(40, "all"), *[U] * 40).missing
    assert missing[Verdict.MET][:2] == ((), False)
    assert missing[Verdict.NOT_MET][:2] == (singles(found), found == 40)


def test_only_so_many_sets_are_listed_the_smallest_first() -> None:
    rulebook = judged(60, {"any": [{"at_least": 3, "of": [f"C{i}" for i in range(50)]}, "C50", "C51"]})
    missing = analysed(rulebook, *[U] * 60).missing[Verdict.MET]
    assert (len(missing.sets), missing.complete) == (minimal_sets.MAX_SETS, False)
    assert [len(names) for names in missing.sets] == [1, 1, *[3] * (minimal_sets.MAX_SETS - 2)]


def test_a_criterion_that_the_rule_leaves_out_is_never_named() -> None:
    rulebook = judged(3, {"any": ["C0", "C1"]})
    analysis = analysed(rulebook, U, U, U)
    assert analysis.missing == {
        Verdict.MET: Sets((("C0",), ("C1",)), statuses=((M,), (M,))),
        Verdict.NOT_MET: Sets((("C0", "C1"),), statuses=((N, N),)),
    }
    assert analysed(rulebook, M, N, M).decisive == {"C0"}


def test_a_criterion_that_counts_both_ways_can_be_needed_in_either() -> None:
    exactly_one = {"all": [{"any": ["C0", "C1"]}, {"not": {"all": ["C0", "C1"]}}]}
    rulebook = judged(2, exactly_one)
    assert analysed(rulebook, M, N) == Analysis(
        decisive=frozenset({"C0", "C1"}),
        grounds=Sets((("C0", "C1"),), statuses=((M, N),)),
        missing={Verdict.MET: Sets(), Verdict.NOT_MET: Sets()},
        smallest_change=Sets((("C0",), ("C1",)), statuses=((N,), (M,))),
    )
    assert analysed(rulebook, M, U).missing == {
        Verdict.MET: Sets((("C1",),), statuses=((N,),)),
        Verdict.NOT_MET: Sets((("C1",),), statuses=((M,),)),
    }


def test_a_verdict_that_nothing_can_change_has_grounds_without_items() -> None:
    always = judged(1, {"any": ["C0", {"not": "C0"}]})
    assert analysed(always, U) == Analysis(
        frozenset(), Sets(((),), statuses=((),)), {Verdict.MET: Sets(), Verdict.NOT_MET: Sets()}, Sets()
    )
    assert Decider(always, engine="reference").decide(SUBJECT, {}, 2031).verdict is Verdict.MET


# --- what cannot occur together ---

MEASURED = make_vocabulary({"size": {"type": "number"}, "count": {"type": "number"}})
AT_MOST_ONE, AT_LEAST_TWO, ABOVE_TWO = (
    {"fact": "size", **test} for test in ({"at_most": 1}, {"at_least": 2}, {"above": 2})
)
OTHER: Written = {"fact": "count", "at_least": 1}
EXCLUDED: dict[str, tuple[tuple[Written, ...], list[tuple[str, Status, str, Status]]]] = {
    "facts of their own": ((AT_LEAST_TWO, OTHER), []),
    "opposites leave a gap": ((AT_MOST_ONE, AT_LEAST_TWO), [("C0", M, "C1", M)]),
    "one follows from the other": ((AT_LEAST_TWO, ABOVE_TWO), [("C0", N, "C1", M)]),
    "the same twice": ((AT_LEAST_TWO, AT_LEAST_TWO), [("C0", N, "C1", M), ("C0", M, "C1", N)]),
    "another stands between": (
        (AT_MOST_ONE, OTHER, AT_LEAST_TWO, ABOVE_TWO),
        [("C0", M, "C2", M), ("C0", M, "C3", M), ("C2", N, "C3", M)],
    ),
}


@pytest.mark.parametrize("name", EXCLUDED)
def test_what_two_criteria_can_never_be_together_is_said(name: str) -> None:
    tests, expected = EXCLUDED[name]
    criteria = {f"C{i}": {"met_when": test} for i, test in enumerate(tests)}
    program = compile_rulebook(make_rulebook(MEASURED, criteria, {"all": [*criteria]}))
    excluded = Analyst(program, Completions(program).everything).excluded
    assert {(*one, *other) for one, other in excluded} == {*expected}
    assert len(excluded) == len(expected)


# --- a few criteria, of which every set can be tried ---

NAMES = ["C0", "C1", "C2", "C3"]
Options = Sequence[tuple[Status, ...]]


def smallest(analyst: Analyst, verdict: Verdict, start: Items, options: Options) -> Iterator[tuple[str, ...]]:
    """The sets that force a verdict with some of the statuses given, and of which no part does: by trying all."""
    found: list[set[int]] = []
    for size in range(len(start) + 1):
        for places in itertools.combinations(range(len(start)), size):
            if any(other <= set(places) for other in found):
                continue
            for statuses in itertools.product(*(options[place] for place in places)):
                items = dict(enumerate(start)) | dict(zip(places, statuses, strict=True))
                if analyst.verdict(tuple(items.values())) is verdict:
                    found.append(set(places))
                    yield tuple(analyst.names[place] for place in places)
                    break


@tried(200)
@given(group=groups(NAMES, depth=1), statuses=st.tuples(*[st.sampled_from([M, N, U])] * 4))
def test_what_is_found_for_a_few_is_what_trying_everything_finds(group: Written, statuses: Items) -> None:
    rulebook = judged(4, group)
    analyst = Analyst(compile_rulebook(rulebook))
    verdict, now = analyst.verdict(statuses), analyst.analyse((tuple(statuses),))
    opposite = {M: N, N: M}
    turned = [(*statuses[:i], opposite.get(s, s), *statuses[i + 1 :]) for i, s in enumerate(statuses)]
    assert now.decisive == {
        name for name, items in zip(NAMES, turned, strict=True) if analyst.verdict(items) is not verdict
    }
    if verdict is Verdict.UNDETERMINED:
        open_ones = [() if s.is_known else settled(s) for s in statuses]
        for wanted in (Verdict.MET, Verdict.NOT_MET):
            assert now.missing[wanted].sets == tuple(smallest(analyst, wanted, statuses, open_ones))
        assert (now.grounds, now.smallest_change) == (Sets(), Sets())
        return
    known = [(s,) if s.is_known else () for s in statuses]
    assert now.grounds.sets == tuple(smallest(analyst, verdict, analyst.domain, known))
    other = Verdict.NOT_MET if verdict is Verdict.MET else Verdict.MET
    changes = [tuple(o for o in (M, N) if o is not s) for s in statuses]
    ways = list(smallest(analyst, other, statuses, changes))
    fewest = min(map(len, ways), default=0)
    assert now.smallest_change.sets == tuple(way for way in ways if len(way) == fewest)
    assert now.missing == {Verdict.MET: Sets(), Verdict.NOT_MET: Sets()}

"""The corner of durable-rules that is used: exact, remembered, and closed when anything goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decisions import decide as decide_module
from engine.decisions import minimal_sets
from engine.decisions.decide import Decider
from engine.decisions.trace import Execution, Trace
from engine.diagnostics import IntegrityFault
from engine.evaluation import reference, ruling
from engine.evaluation.durable_engine import why_missing
from engine.evaluation.evidence import Evidence, Stated
from engine.evaluation.program import Program
from engine.evaluation.reference import Findings
from engine.evaluation.ruling import Items
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.comparison import Comparison
from engine.values.interval import Interval
from engine.values.logic import Status
from tests.chance import cheap, fractions
from tests.support import SUBJECT, TEXT, Written, answer, between, exact, make_rulebook, make_vocabulary, unknown

if (missing := why_missing()) is not None:
    pytest.skip(str(missing), allow_module_level=True)

from engine.evaluation import durable_rules
from engine.evaluation.durable_rules import DurableRules, shared_host
from engine.evaluation.durable_writer import scaled_ends

VOCABULARY = make_vocabulary(
    {
        "size": {"type": "number"},
        "good": {"type": "judgement"},
        "small": {"type": "judgement"},
        "a": {"type": "one_of", "answers": {"b_c": TEXT, "d": TEXT}},
        "a_b": {"type": "one_of", "answers": {"c": TEXT, "d": TEXT}},
    }
)
COMPARISONS = tuple(comparison.value for comparison in Comparison)
YEAR = 2031
NO_EXECUTION = Execution("", None, ())
HALF = Fraction(1, 2)
TINY = Fraction(1, 10**30)


def one_criterion(condition: Written) -> Rulebook:
    return make_rulebook(VOCABULARY, {"C1": {"met_when": condition}}, {"all": ["C1"]})


def good_or_large() -> Rulebook:
    large: Written = {"met_when": {"fact": "size", "at_least": 3}}
    return make_rulebook(VOCABULARY, {"C1": {"met_when": {"fact": "good"}}, "C2": large}, {"any": ["C1", "C2"]})


@pytest.fixture(autouse=True)
def own_evaluators(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests have asked is forgotten; those evaluators remember what they were told."""
    monkeypatch.setattr(durable_rules, "_evaluators", {})


class Checked:
    """Decides by durable-rules, and sees that the reference and the diagram decide the same."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._decider, self._reference = Decider(rulebook), Decider(rulebook, engine="reference")
        self.nodes = len(self._decider.program.nodes)

    def __call__(self, stated: Stated) -> Trace:
        decided = self._decider.decide(SUBJECT, stated, YEAR)
        assert (decided.execution.engine, decided.execution.checked_by) == (DurableRules.name, "reference")
        without = self._reference.decide(SUBJECT, stated, YEAR)
        assert (without.execution.engine, without.execution.checked_by) == ("reference", "decision diagram")
        assert decided._replace(execution=without.execution) == without
        return decided


def decide(rulebook: Rulebook, stated: Stated) -> Trace:
    return Checked(rulebook)(stated)


@cache
def compared(comparison: str, threshold: str) -> Checked:
    """Whoever decides by one comparison; each program registers rulesets for good, so there is one of them."""
    return Checked(one_criterion({"fact": "size", comparison: Decimal(threshold)}))


# --- numbers as integers ---

ENDS = st.none() | fractions(-4, 4, max_denominator=12)
INTERVALS = st.builds(Interval, ENDS, ENDS, st.booleans(), st.booleans()).filter(lambda interval: not interval.is_empty)


@cheap
@given(INTERVALS, st.sampled_from([1, 2, 3, 10]), st.integers(-50, 50))
def test_scaled_ends_compare_with_scaled_thresholds_as_the_numbers_do(interval: Interval, scale: int, at: int) -> None:
    low, high = scaled_ends(interval, scale)
    threshold = Fraction(at, scale)
    assert (low >= 2 * at) is (interval.intersect(Interval(None, threshold, high_open=True)).is_empty)
    assert (low > 2 * at) is (interval.intersect(Interval(None, threshold)).is_empty)
    assert (high <= 2 * at) is (interval.intersect(Interval(threshold, None, low_open=True)).is_empty)
    assert (high < 2 * at) is (interval.intersect(Interval(threshold, None)).is_empty)


@cheap
@given(INTERVALS, st.sampled_from([1, 2, 3, 10]))
def test_scaled_ends_are_in_order(interval: Interval, scale: int) -> None:
    low, high = scaled_ends(interval, scale)
    assert low <= high


@pytest.mark.parametrize("size", [Fraction(10) ** 40, Fraction(1, 3) * 10**25])
def test_an_end_of_any_size_stays_where_integers_are_exact(size: Fraction) -> None:
    low, high = scaled_ends(Interval(-size, size), 10)
    assert -(2**63) < low < 0 < high < 2**63


# --- ties ---

PASSING = {"below": ("at_most", "below"), "on": ("at_most", "at_least", "equals"), "above": ("at_least", "above")}


@pytest.mark.parametrize("comparison", COMPARISONS)
@pytest.mark.parametrize(
    ("size", "threshold", "side"),
    [
        (HALF, "0.5", "on"),
        (HALF - TINY, "0.5", "below"),
        (HALF + TINY, "0.5", "above"),
        (Fraction(1, 3), "0.333333333", "above"),
        (Fraction(1, 3), "0.333333334", "below"),
        ((Fraction("0.49") + Fraction("0.5") + Fraction("0.51")) / 3, "0.5", "on"),
        (Fraction("999999999.999999999"), "999999999.999999999", "on"),
        (Fraction("999999999.999999999") + TINY, "999999999.999999999", "above"),
        (Fraction("-999999999.999999999") - TINY, "-999999999.999999999", "below"),
        (Fraction(10) ** 30, "999999999.999999999", "above"),
        (-(Fraction(10) ** 30), "0", "below"),
        (-HALF - TINY, "-0.5", "below"),
    ],
)
def test_a_tie_is_one_exactly_where_the_numbers_are_equal(
    size: Fraction, threshold: str, side: str, comparison: str
) -> None:
    expected = Status.MET if comparison in PASSING[side] else Status.NOT_MET
    decided = compared(comparison, threshold)({"size": between(size, size)})
    assert decided.criterion("C1").status is expected


@pytest.mark.parametrize(
    ("size", "passing"),
    [
        (between(), "?????"),
        (between(3), "NYNYN"),
        (between(2), "?YN??"),
        (between(2, low_open=True), "NYNYN"),
        (between(None, 2), "Y??N?"),
        (between(None, 2, high_open=True), "YNYNN"),
        (between(1, 2), "Y??N?"),
        (between(2, 3), "?YN??"),
        (between(1, 3), "?????"),
        (between(2 - TINY, 2 + TINY), "?????"),
    ],
)
def test_bounds_decide_what_they_can_and_no_more(size: Evidence, passing: str) -> None:
    statuses = {"Y": Status.MET, "N": Status.NOT_MET, "?": Status.UNKNOWN}
    for comparison, letter in zip(COMPARISONS, passing, strict=True):
        decided = compared(comparison, "2")({"size": size})
        assert decided.criterion("C1").status is statuses[letter], comparison


@pytest.mark.parametrize(
    ("judged", "status"),
    [
        (None, Status.NOT_MET),
        (answer("yes"), Status.MET),
        (answer("no"), Status.NOT_MET),
        (unknown(VOCABULARY.facts["good"]), Status.UNKNOWN),
    ],
)
def test_a_departure_counts_where_it_is_stated(judged: Evidence | None, status: Status) -> None:
    measured: Written = {"indicated_by": {"fact": "size", "at_least": 2}, "judgement": "good"}
    rulebook = make_rulebook(VOCABULARY, {"C1": measured}, {"all": ["C1"]})
    stated = {"size": exact(1)} | ({} if judged is None else {"good": judged})
    assert decide(rulebook, stated).criterion("C1").status is status


def test_several_thresholds_on_one_fact_are_all_exact() -> None:
    thresholds = ["0.000000001", "0.3", "7", "999999999"]
    criteria = {f"C{i}": {"met_when": {"fact": "size", "at_least": Decimal(t)}} for i, t in enumerate(thresholds)}
    decide_all = Checked(make_rulebook(VOCABULARY, criteria, {"all": list(criteria)}))
    for reached, threshold in enumerate(thresholds):
        for size, met in ((Fraction(threshold), reached + 1), (Fraction(threshold) - TINY, reached)):
            trace = decide_all({"size": between(size, size)})
            assert [c.status for c in trace.criteria].count(Status.MET) == met


def test_answers_whose_names_run_together_are_told_apart() -> None:
    criteria = {"C1": {"met_when": {"fact": "a", "is": "b_c"}}, "C2": {"met_when": {"fact": "a_b", "is": "c"}}}
    rulebook = make_rulebook(VOCABULARY, criteria, {"all": ["C1", "C2"]})
    trace = decide(rulebook, {"a": answer("b_c"), "a_b": answer("d")})
    assert [c.status for c in trace.criteria] == [Status.MET, Status.NOT_MET]


@pytest.mark.parametrize("operator", ["all", "any"])
@pytest.mark.parametrize("plain", [0, 1, 2])
@pytest.mark.parametrize("good", [None, answer("yes"), answer("no")])
@pytest.mark.parametrize("small", [None, answer("yes"), answer("no")])
def test_a_group_may_not_apply_where_none_of_its_criteria_is_sure_to(
    operator: str, plain: int, good: Evidence | None, small: Evidence | None
) -> None:
    exempt = {"not_applicable": {"when": {"fact": "small"}, "counts_as": "excluded"}}
    conditions: list[Written] = [{"fact": "good"}, {"fact": "size", "at_least": 1}]
    criteria = {f"C{i}": {"met_when": c, **(exempt if i >= plain else {})} for i, c in enumerate(conditions)}
    rulebook = make_rulebook(VOCABULARY, criteria, {operator: [*criteria]})
    decide(rulebook, {name: e for name, e in (("good", good), ("small", small)) if e is not None})


def test_the_opposite_of_a_criterion_that_may_not_apply_can_be_anything() -> None:
    exempt = {"when": {"fact": "small"}, "counts_as": "excluded"}
    criteria = {"C1": {"met_when": {"fact": "good"}, "not_applicable": exempt}}
    rulebook = make_rulebook(VOCABULARY, criteria, {"any": [{"not": "C1"}, {"all": ["C1"]}]})
    decide_any = Checked(rulebook)
    assert decide_any({}).verdict is Verdict.UNDETERMINED
    assert decide_any({"small": answer("no")}).verdict is Verdict.MET
    assert decide_any({"small": answer("yes")}).verdict is Verdict.NOT_MET


# --- size ---


def many(count: int, criterion: Callable[[int], Written], group: Written) -> Rulebook:
    """A rulebook of many criteria, each on judgements of its own."""
    facts = {f"fact_{i}": {"type": "judgement"} for i in range(count)} | {"size": {"type": "number"}}
    criteria = {f"C{i}": criterion(i) for i in range(count)}
    return make_rulebook(make_vocabulary(facts), criteria, group)


@cache
def fifty_of_a_hundred(*mandatory: str) -> Checked:
    group = {"at_least": 50, "of": [f"C{i}" for i in range(100)], "mandatory": list(mandatory)}
    return Checked(many(100, lambda i: {"met_when": {"fact": f"fact_{i}"}}, group))


@pytest.mark.parametrize(
    ("yes", "no", "verdict"),
    [
        (50, 50, Verdict.MET),
        (50, 0, Verdict.MET),
        (49, 51, Verdict.NOT_MET),
        (49, 50, Verdict.UNDETERMINED),
        (0, 50, Verdict.UNDETERMINED),
        (0, 51, Verdict.NOT_MET),
        (1, 99, Verdict.NOT_MET),
    ],
)
def test_fifty_of_a_hundred_are_counted_exactly(yes: int, no: int, verdict: Verdict) -> None:
    mandatory_first = [0, 99, *range(1, 99)]
    answers = ["yes"] * yes + [None] * (100 - yes - no) + ["no"] * no
    pairs = zip(mandatory_first, answers, strict=True)
    stated = {f"fact_{i}": answer(written) for i, written in pairs if written is not None}
    assert fifty_of_a_hundred("C0", "C99")(stated).verdict is verdict


def test_a_mandatory_one_that_is_unknown_is_waited_for_and_one_that_fails_decides() -> None:
    decide_count = fifty_of_a_hundred("C0", "C99")
    all_but_one = {f"fact_{i}": answer("yes") for i in range(99)}
    assert decide_count(all_but_one).verdict is Verdict.UNDETERMINED
    assert decide_count({**all_but_one, "fact_99": answer("no")}).verdict is Verdict.NOT_MET


def test_a_list_that_would_be_too_long_is_cut_off_and_says_so() -> None:
    trace = fifty_of_a_hundred()({f"fact_{i}": answer("yes") for i in range(100)})
    assert not trace.analysis.grounds.complete
    assert len(trace.analysis.grounds.sets) == minimal_sets.MAX_SETS
    assert [note.code for note in trace.notes] == ["incomplete"]


WIDE: list[Callable[[int], Written]] = [
    lambda i: {"met_when": {"fact": "size", "equals": i}},
    lambda i: {
        "met_when": {"any": [{"fact": f"fact_{i}"}, {"fact": "size", "below": i}, {"fact": "size", "above": i}]}
    },
    lambda i: {"indicated_by": {"fact": "size", "at_least": i}, "judgement": f"fact_{i}"},
    lambda i: {
        "met_when": {"fact": f"fact_{i}"},
        "not_applicable": {"when": {"fact": "size", "at_most": i}, "counts_as": ("excluded", "met", "not_met")[i % 3]},
    },
]


@pytest.mark.slow
@pytest.mark.parametrize("criterion", WIDE)
@pytest.mark.parametrize("operator", ["all", "any"])
def test_more_nodes_than_one_ruleset_holds_are_decided(
    criterion: Callable[[int], Written], operator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minimal_sets, "MAX_QUESTIONS", 20)
    count = durable_rules.MAX_RULES // 2 + 5
    group = {operator: [{operator: [f"C{i}", f"C{(i + 1) % count}"]} for i in range(count)]}
    decide_wide = Checked(many(count, criterion, group))
    answers = {f"fact_{i}": answer("no" if i % 3 else "yes") for i in range(count) if i % 3 != 2}
    for size in (exact(30), between(10, 20), between()):
        fired = decide_wide({"size": size, **answers}).execution.fired
        assert len({name.rpartition(".")[0] for name in fired}) == decide_wide.nodes


RULES, FIELDS = durable_rules.MAX_RULES, durable_rules.MAX_FIELDS


@pytest.mark.parametrize(
    ("nodes", "batches"),
    [
        # of each node its number of rules, and its fields, from one number to another
        ([(1, 0, 1)], [1]),
        ([(RULES // 2, 0, 1), (RULES // 2, 1, 2)], [2]),
        ([(RULES // 2, 0, 1), (RULES // 2 + 1, 1, 2)], [1, 1]),
        ([(RULES, 0, 1), (1, 0, 1), (1, 0, 1)], [1, 2]),
        ([(RULES * 2, 0, 1), (1, 0, 1), (1, 0, 1)], [1, 2]),
        ([(1, 0, 100), (1, 100, FIELDS)], [2]),
        ([(1, 0, 100), (1, 100, FIELDS + 1)], [1, 1]),
        ([(1, 0, FIELDS), (1, 0, FIELDS), (1, 0, FIELDS + 1)], [2, 1]),
    ],
)
def test_a_ruleset_has_as_many_nodes_as_there_is_room_for(
    nodes: list[tuple[int, int, int]], batches: list[int]
) -> None:
    made: list[Any] = [
        SimpleNamespace(rules=[None] * rules, fields={f"f{i}" for i in range(first, last)})
        for rules, first, last in nodes
    ]
    found = [*durable_rules._batches(made)]
    assert [len(batch) for batch in found] == batches
    assert [node for batch in found for node in batch] == made


def test_facts_of_many_answers_are_told_apart_by_them() -> None:
    answers = {f"town_{i}": TEXT for i in range(98)}
    names = ("operator", "partner", "owner", "payer")
    vocabulary = make_vocabulary({name: {"type": "one_of", "answers": answers} for name in names})
    criteria = {f"C{i}": {"met_when": {"fact": name, "in": ["town_7", "town_97"]}} for i, name in enumerate(names)}
    rulebook = make_rulebook(vocabulary, criteria, {"all": list(criteria)})
    stated = {"operator": answer("town_97"), "partner": answer("town_96"), "owner": answer("town_7", "town_97")}
    statuses = [c.status for c in decide(rulebook, stated).criteria]
    assert statuses == [Status.MET, Status.NOT_MET, Status.MET, Status.UNKNOWN]


def test_a_hundred_can_all_be_mandatory() -> None:
    decide_count = fifty_of_a_hundred(*(f"C{i}" for i in range(100)))
    all_yes = {f"fact_{i}": answer("yes") for i in range(100)}
    assert decide_count(all_yes).verdict is Verdict.MET
    assert decide_count({**all_yes, "fact_57": answer("no")}).verdict is Verdict.NOT_MET


# --- memory ---


class Counting:
    """Counts the facts that reach the host."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asserted = 0
        self._assert = shared_host().assert_fact
        monkeypatch.setattr(shared_host(), "assert_fact", self)

    def __call__(self, name: str, fact: dict[str, int]) -> Any:
        self.asserted += 1
        return self._assert(name, fact)


ANSWERS = [{"good": answer(good)} for good in ("yes", "no")] + [{"size": exact(size)} for size in (2, 3, 4)]


def test_equal_facts_are_decided_once_and_fire_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    decider, counting = Decider(good_or_large()), Counting(monkeypatch)
    first = [decider.decide(SUBJECT, stated, YEAR).execution for stated in ANSWERS]
    asserted = counting.asserted
    again = [decider.decide(SUBJECT, dict(stated), YEAR).execution for stated in ANSWERS]
    assert counting.asserted == asserted
    assert [e.fired for e in again] == [e.fired for e in first]
    assert [e.remembered for e in first] == [False, False, False, False, True]
    assert all(e.remembered for e in again)


def test_a_full_memory_is_emptied_and_nothing_else_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [Decider(good_or_large()).decide(SUBJECT, stated, YEAR) for stated in ANSWERS]
    durable_rules._evaluators.clear()
    monkeypatch.setattr(durable_rules, "MAX_REMEMBERED", 1)
    monkeypatch.setattr(decide_module, "MAX_REMEMBERED", 1)
    decider, counting = Decider(good_or_large()), Counting(monkeypatch)
    for _ in range(2):
        before = counting.asserted
        traces = [decider.decide(SUBJECT, stated, YEAR) for stated in ANSWERS]
        assert counting.asserted > before
        assert [t.execution.fired for t in traces] == [t.execution.fired for t in expected]
        assert [t.verdict for t in traces] == [t.verdict for t in expected]


def test_evidence_that_changes_between_two_decisions_is_seen() -> None:
    decider = Decider(good_or_large())
    stated: dict[str, Evidence] = {"good": answer("yes")}
    assert decider.decide(SUBJECT, stated, YEAR).verdict is Verdict.MET
    stated |= {"good": answer("no"), "size": exact(1)}
    assert decider.decide(SUBJECT, stated, YEAR).verdict is Verdict.NOT_MET


def test_no_timer_thread_is_ever_started() -> None:
    decide(good_or_large(), {})
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


# --- faults ---

Assert = Callable[[str, dict[str, int]], Any]


def loses_the_fact(original: Assert) -> Assert:
    return lambda name, fact: None


def fires_twice(original: Assert) -> Assert:
    def asserted(name: str, fact: dict[str, int]) -> Any:
        original(name, fact)
        shared_host().retract_fact(name, {"id": 1})
        return original(name, fact)

    return asserted


def confuses_the_fact(original: Assert) -> Assert:
    """A fact whose fields are all 1 leaves some node without a status, or with several."""
    return lambda name, fact: original(name, {field: 1 for field in fact if not field.startswith("k")})


def answers_the_opposite(original: Assert) -> Assert:
    swapped = {"can_good_0": "can_good_1", "can_good_1": "can_good_0"}
    return lambda name, fact: original(name, {swapped.get(field, field): value for field, value in fact.items()})


def raises(error: BaseException) -> Callable[[Assert], Assert]:
    def broken(original: Assert) -> Assert:
        def asserted(name: str, fact: dict[str, int]) -> Any:
            raise error

        return asserted

    return broken


FAULTS = {
    "loses the fact": loses_the_fact,
    "fires twice": fires_twice,
    "confuses the fact": confuses_the_fact,
    "answers the opposite": answers_the_opposite,
    "raises": raises(RuntimeError("broken")),
    "runs out of memory": raises(MemoryError()),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_host_that_fails_gives_a_fault_and_the_next_decision_is_right(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rulebook = good_or_large()
    decider, stated = Decider(rulebook), {"good": answer("no"), "size": between(3)}
    with monkeypatch.context() as patched:
        patched.setattr(shared_host(), "assert_fact", FAULTS[fault](shared_host().assert_fact))
        for _ in range(2):
            with pytest.raises(IntegrityFault, match="durable-rules"):
                decider.decide(SUBJECT, stated, YEAR)
    assert decider.decide(SUBJECT, stated, YEAR)._replace(execution=NO_EXECUTION) == decide(rulebook, stated)._replace(
        execution=NO_EXECUTION
    )


def test_a_fault_later_on_does_not_harm_what_was_decided_before(monkeypatch: pytest.MonkeyPatch) -> None:
    decider = Decider(good_or_large())
    before = [decider.decide(SUBJECT, stated, YEAR) for stated in ANSWERS]
    with monkeypatch.context() as patched:
        patched.setattr(shared_host(), "assert_fact", loses_the_fact(shared_host().assert_fact))
        with pytest.raises(IntegrityFault):
            decider.decide(SUBJECT, {"good": answer("no"), "size": between(2, 3)}, YEAR)
    after = [decider.decide(SUBJECT, stated, YEAR) for stated in ANSWERS]
    assert [t.execution.fired for t in after] == [t.execution.fired for t in before]


def test_a_condition_on_which_the_evaluators_disagree_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    right = reference.conditions

    def wrong(program: Program, findings: Findings) -> list[Status]:
        return [right(program, findings)[0], Status.NOT_APPLICABLE]

    monkeypatch.setattr(reference, "conditions", wrong)
    with pytest.raises(IntegrityFault, match=r"durable-rules and the reference disagree on C2\Z"):
        Decider(good_or_large()).decide(SUBJECT, {}, YEAR)


def test_a_ruling_on_which_the_evaluators_disagree_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    right = ruling.reference_statuses

    def wrong(program: Program, items: Items) -> tuple[Status, ...]:
        return (Status.NOT_APPLICABLE, *right(program, items)[1:])

    monkeypatch.setattr(ruling, "reference_statuses", wrong)
    with pytest.raises(IntegrityFault, match=r"durable-rules and the reference disagree on rule\Z"):
        Decider(good_or_large()).decide(SUBJECT, {}, YEAR)


# --- one evaluator for all who decide by a program ---


def registered() -> set[str]:
    """What the host of this process knows by name."""
    return set(shared_host()._ruleset_directory)


def test_three_hundred_deciders_of_a_program_register_its_rules_once() -> None:
    before = registered()
    traces = [Decider(good_or_large()).decide(SUBJECT, ANSWERS[0], YEAR)]
    once = registered()
    assert once > before
    traces += [Decider(good_or_large()).decide(SUBJECT, ANSWERS[0], YEAR) for _ in range(299)]
    assert registered() == once
    assert all(trace == traces[0] for trace in traces)


def test_programs_that_differ_in_a_threshold_or_in_answers_have_rules_of_their_own() -> None:
    other = make_vocabulary({"a": {"type": "one_of", "answers": {"c": TEXT, "b_c": TEXT}}})
    test: Written = {"met_when": {"fact": "a", "is": "b_c"}}
    rulebooks = [one_criterion({"fact": "size", "at_least": at}) for at in (1, 2)]
    rulebooks += [make_rulebook(v, {"C1": test}, {"all": ["C1"]}) for v in (VOCABULARY, other)]
    stated = {"size": exact(1), "a": answer("b_c")}
    statuses, numbers = [], []
    for rulebook in rulebooks:
        before = registered()
        findings = {name: evidence for name, evidence in stated.items() if name in rulebook.vocabulary.facts}
        statuses.append(Decider(rulebook).decide(SUBJECT, findings, YEAR).criterion("C1").status)
        numbers.append(len(registered() - before))
    assert statuses == [Status.MET, Status.NOT_MET, Status.MET, Status.MET]
    assert len(set(numbers)) == 1
    assert numbers[0] > 0


def test_after_a_fault_nobody_asks_the_same_rules_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Decider(good_or_large()), Decider(good_or_large())
    assert first.decide(SUBJECT, ANSWERS[0], YEAR).verdict is second.decide(SUBJECT, ANSWERS[0], YEAR).verdict
    known, questions = registered(), []
    with monkeypatch.context() as patched:
        patched.setattr(shared_host(), "assert_fact", lambda name, fact: questions.append(name))
        for decider in (first, second):
            with pytest.raises(IntegrityFault):
                decider.decide(SUBJECT, ANSWERS[1], YEAR)
    assert questions[0] in known
    assert questions[1] not in known
    assert first.decide(SUBJECT, ANSWERS[1], YEAR) == second.decide(SUBJECT, ANSWERS[1], YEAR)


def test_several_at_once_each_get_their_own_answer() -> None:
    expected = [Decider(good_or_large()).decide(SUBJECT, stated, YEAR) for stated in ANSWERS]
    durable_rules._evaluators.clear()
    with ThreadPoolExecutor(8) as pool:
        traces = list(pool.map(lambda stated: Decider(good_or_large()).decide(SUBJECT, stated, YEAR), ANSWERS * 40))
    assert [t._replace(execution=NO_EXECUTION) for t in traces] == [
        t._replace(execution=NO_EXECUTION) for t in expected * 40
    ]
    assert [t.execution.fired for t in traces] == [t.execution.fired for t in expected * 40]

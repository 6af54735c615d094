"""Random rulebooks, random truths and evidence that leaves them open; and what rulebooks say, in plain Python."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from hypothesis import strategies as st

from engine.evaluation.evidence import Evidence, State, Stated
from engine.rulebooks.rulebook import FactDeclaration, Rulebook
from engine.values.interval import Interval
from engine.values.logic import Truth
from tests.chance import fractions
from tests.support import REASONED, TEXT, Written, make_rulebook, make_vocabulary, told_apart

MET, NOT_MET, AWAY = Truth.MET, Truth.NOT_MET, Truth.NOT_APPLICABLE
YEAR = 2031
YEARS = (2028, 2029, 2030)
FACTS: Mapping[str, Written] = {
    "height": {"type": "number", "at_least": 0, "at_most": 10},
    "balance": {"type": "number"},
    "rooms": {"type": "whole_number", "at_least": 0, "at_most": 6},
    "used": {"type": "share", "per": "year"},
    "used_mean": {"type": "share", "derived": {"mean": {"of": "used", "years": [-3, -2, -1]}}},
    "surface": {"type": "number", "at_least": Decimal("0.5")},
    "balance_by_surface": {"type": "number", "derived": {"ratio": {"of": "balance", "to": "surface"}}},
    **{name: {"type": "whole_number", "at_least": 0, "at_most": 6} for name in ("north", "south")},
    "total": {"type": "whole_number", "at_least": 0, "at_most": 12, "derived": {"sum": {"of": ["north", "south"]}}},
    **{name: {"type": "number"} for name in ("income", "cost", "stock", "taken", "credit")},
    "gap": {"type": "number", "derived": {"difference": {"of": "income", "less": "cost"}}},
    "load": {"type": "number", "per": "year", "at_least": 0, "at_most": 10},
    "peak": {
        "type": "number",
        "at_least": 0,
        "at_most": 10,
        "derived": {"largest": {"of": "load", "years": [-3, -1]}},
    },
    "short": {"type": "number", "derived": {"least": {"of": ["reserve", "credit"]}}},
    "reserve": {"type": "number", "derived": {"difference": {"of": "stock", "less": "taken"}}},
    "good": {"type": "judgement"},
    "fair": {"type": "judgement"},
    "colour": {"type": "one_of", "answers": {"red": TEXT, "green": TEXT, "blue": TEXT}},
    "kind": {"type": "one_of", "assumed": "plain", "answers": {"plain": TEXT, "fancy": TEXT}},
    "area": {"type": "several_of", "attribute": True, "answers": {"old": TEXT, "young": TEXT}},
    "departure": {"type": "judgement"},
    "other_departure": {"type": "judgement"},
}
VOCABULARY = make_vocabulary(told_apart(FACTS))
THRESHOLDS = {
    "height": ("0", "0.5", "3", "9.99"),
    "balance": ("-1", "0", "1.5"),
    "rooms": ("0", "1", "2.5", "6"),
    "used_mean": ("0", "0.333", "0.5", "1"),
    "balance_by_surface": ("-1", "0", "0.5"),
    "total": ("0", "1", "7", "11"),
    "gap": ("-1", "0", "1.5"),
    "peak": ("0", "3", "9.99"),
    "short": ("-1", "0", "0.5"),
}
YEARLY = ("used", "load")
ANSWERS = {name: tuple(VOCABULARY.facts[name].answers) for name in ("good", "fair", "colour", "kind")}
LISTS = {name: tuple(words) for name, words in VOCABULARY.lists.items()}
WORDS = tuple(fact.id for words in VOCABULARY.lists.values() for fact in words.values())
"""What can be several of some words, and the facts that say of each word whether it is that."""
DEPARTURES = ("departure", "other_departure")
PASSES: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "at_most": operator.le,
    "at_least": operator.ge,
    "below": operator.lt,
    "above": operator.gt,
    "equals": operator.eq,
}

TrueValues = Mapping[str, Any]
"""What a fact really is: a number, an answer, shares by year, or None for what must stay unstated."""


class Example(NamedTuple):
    """A rulebook as written and as loaded, a truth, and evidence that leaves more and less of it open.

    What is written of lists of words is written word by word.
    """

    criteria: Mapping[str, Written]
    group: Written
    overrides: Mapping[str, Written]
    rulebook: Rulebook
    truth: TrueValues
    loose: Stated
    tight: Stated
    full: Stated


# --- rulebooks ---


def _comparisons(fact: str) -> st.SearchStrategy[Written]:
    pairs = [(o, Decimal(t)) for o in sorted(PASSES) for t in THRESHOLDS[fact]]
    is_whole = VOCABULARY.facts[fact].is_whole
    possible = [(o, t) for o, t in pairs if not (is_whole and o == "equals" and t % 1)]
    return st.sampled_from(possible).map(lambda pair: {"fact": fact, pair[0]: pair[1]})


def _memberships(fact: str) -> st.SearchStrategy[Written]:
    answers = st.lists(st.sampled_from(ANSWERS[fact]), min_size=1, max_size=2, unique=True)
    return answers.map(lambda chosen: {"fact": fact, "in": chosen} if chosen[1:] else {"fact": fact, "is": chosen[0]})


def _words(fact: str) -> st.SearchStrategy[Written]:
    words = st.lists(st.sampled_from(LISTS[fact]), min_size=1, max_size=2, unique=True)
    return words.map(lambda chosen: {"fact": fact, "in": chosen} if chosen[1:] else {"fact": fact, "is": chosen[0]})


@st.composite
def _counted(draw: st.DrawFn, parts: Sequence[Written]) -> Written:
    """At least so many of conditions, some of them mandatory, where their facts tell them from the others."""
    tested = [part.get("fact", "") for part in parts]
    names = [fact for fact in tested if tested.count(fact) == 1 and fact not in ("", *LISTS)]
    mandatory = draw(st.lists(st.sampled_from(names), unique=True, max_size=2)) if names else []
    written = {"at_least": Decimal(draw(st.integers(1, len(parts)))), "of": list(parts)}
    return {**written, "mandatory": mandatory} if mandatory else written


TESTS = st.one_of(
    *map(_comparisons, THRESHOLDS),
    *map(_memberships, ANSWERS),
    *map(_words, LISTS),
    st.sampled_from(("good", "fair")).map(lambda f: {"fact": f}),
)
CONDITIONS: st.SearchStrategy[Written] = st.recursive(
    TESTS,
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda several: {"all": several}),
        st.lists(parts, min_size=1, max_size=3).map(lambda several: {"any": several}),
        parts.map(lambda part: {"not": part}),
        st.lists(parts, min_size=1, max_size=4).flatmap(_counted),
    ),
    max_leaves=5,
)


@st.composite
def criteria(draw: st.DrawFn) -> Written:
    """A criterion, indicative or not, that may not apply."""
    written: dict[str, Any] = {"met_when": draw(CONDITIONS)}
    if draw(st.integers(0, 2)) == 0:
        written = {"indicated_by": written["met_when"], "judgement": draw(st.sampled_from(DEPARTURES))}
    if draw(st.booleans()):
        counts_as = draw(st.sampled_from(("excluded", "met", "not_met")))
        written["not_applicable"] = {"when": draw(CONDITIONS), "counts_as": counts_as}
    return written


@st.composite
def groups(draw: st.DrawFn, names: Sequence[str], depth: int) -> Written:
    """A group of some of the criteria and of further groups."""
    form = draw(st.sampled_from(("at_least", "at_least", "all", "any", "not")))
    nested = st.lists(groups(names, depth - 1), max_size=2) if depth else st.just([])
    if form == "not":
        return {"not": draw(st.sampled_from(names) | groups(names, depth - 1) if depth else st.sampled_from(names))}
    members = draw(st.lists(st.sampled_from(names), unique=True, max_size=4))
    parts = [*members, *draw(nested)] or [draw(st.sampled_from(names))]
    if form != "at_least":
        return {form: parts}
    mandatory = draw(st.lists(st.sampled_from(members), unique=True)) if members else []
    return {"at_least": draw(st.integers(1, len(parts))), "of": parts, "mandatory": mandatory}


@st.composite
def _called(draw: st.DrawFn, group: Written, path: str = "G") -> Written:
    """A group in which some groups have names, by which they may be mandatory."""
    called = dict(group)
    for form in ("of", "all", "any"):
        parts = [
            part if isinstance(part, str) else draw(_named(draw(_called(part, f"{path}{i}")), f"{path}{i}"))
            for i, part in enumerate(group.get(form, ()))
        ]
        called |= {form: parts} if parts else {}
    if isinstance(group.get("not"), dict):
        called["not"] = draw(_named(draw(_called(group["not"], f"{path}n")), f"{path}n"))
    if "of" in group:
        names = [part["id"] for part in called["of"] if not isinstance(part, str) and "id" in part]
        more = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
        called["mandatory"] = [*group["mandatory"], *more]
    return called


def _named(group: Written, name: str) -> st.SearchStrategy[Written]:
    return st.booleans().map(lambda is_named: {**group, "id": name, "title": TEXT} if is_named else group)


class Rule(NamedTuple):
    """What a rulebook consists of, as written."""

    criteria: Mapping[str, Written]
    group: Written
    overrides: Mapping[str, Written]


@st.composite
def rules(draw: st.DrawFn, max_criteria: int = 5, max_overrides: int = 3) -> Rule:
    """The criteria, rule and overrides of a random rulebook."""
    written = {f"C{i}": draw(criteria()) for i in range(1, 1 + draw(st.integers(1, max_criteria)))}
    group = draw(_called(draw(groups(tuple(written), 2))))
    overriding = st.fixed_dictionaries({"when": CONDITIONS, "verdict": st.sampled_from(("met", "not_met"))})
    overrides = {f"O{i}": draw(overriding) for i in range(1, 1 + draw(st.integers(0, max_overrides)))}
    return Rule(written, group, overrides)


def word_by_word(written: Any) -> Any:
    """What is written, each test on a list of words as one on each of the words that it names."""
    if isinstance(written, list):
        return [word_by_word(part) for part in written]
    if not isinstance(written, dict):
        return written
    if written.get("fact") in LISTS:
        words = written.get("in", [written.get("is")])
        return {"any": [{"fact": f"{written['fact']}_{word}", "is": "yes"} for word in words]}
    return {key: word_by_word(part) for key, part in written.items()}


# --- truths, and evidence of them ---

NUMBERS = fractions(-3, 3, max_denominator=6)
SHARES = st.sampled_from(("0", "0.333", "0.5", "1")).map(Fraction) | fractions(0, 1, max_denominator=6)


def _measured(fact: str, others: st.SearchStrategy[Fraction]) -> st.SearchStrategy[Fraction]:
    return st.sampled_from(THRESHOLDS[fact]).map(Fraction) | others


TRUTHS: st.SearchStrategy[TrueValues] = st.fixed_dictionaries(
    {
        "height": _measured("height", fractions(0, 10, max_denominator=6)),
        "balance": _measured("balance", NUMBERS),
        "rooms": st.integers(0, 6).map(Fraction),
        "used": st.fixed_dictionaries(dict.fromkeys(YEARS, SHARES)),
        "surface": st.sampled_from(("0.5", "1", "2", "3")).map(Fraction),
        **{name: st.integers(0, 6).map(Fraction) for name in ("north", "south")},
        **dict.fromkeys(("income", "cost", "stock", "taken", "credit"), NUMBERS),
        "load": st.fixed_dictionaries(dict.fromkeys(YEARS, _measured("peak", fractions(0, 10, max_denominator=6)))),
        **{name: st.sampled_from(ANSWERS[name]) for name in ("good", "fair", "colour")},
        "kind": st.none() | st.sampled_from(ANSWERS["kind"]),
        **{name: st.sampled_from(("yes", "no")) for name in WORDS},
        **{name: st.none() | st.sampled_from(("yes", "no")) for name in DEPARTURES},
    }
)


def known(possible: Interval | frozenset[str]) -> Evidence:
    return Evidence(possible, State.KNOWN, REASONED)


def exactly(value: Fraction | str) -> Evidence:
    return known(frozenset({value}) if isinstance(value, str) else Interval.exactly(value))


@st.composite
def _bounds(draw: st.DrawFn, fact: FactDeclaration, value: Fraction) -> Evidence:
    """An interval around a value, within what its fact can be."""
    below, above = (draw(st.none() | fractions(0, 2, max_denominator=3)) for _ in range(2))
    low, high = (None if gap is None else value + sign * gap for sign, gap in ((-1, below), (1, above)))
    interval = Interval(low, high, bool(below) and draw(st.booleans()), bool(above) and draw(st.booleans()))
    assert isinstance(fact.domain, Interval)
    possible = interval.intersect(fact.domain)
    return known(possible.whole() if fact.is_whole else possible)


def _open(fact: FactDeclaration, value: Fraction | str) -> st.SearchStrategy[Evidence | None]:
    """Evidence that leaves a value possible."""
    unknown = Evidence(fact.domain, State.STATED_UNKNOWN)
    if isinstance(value, Fraction):
        return st.one_of(
            st.none(), st.just(unknown), st.just(exactly(value)), _bounds(fact, value), _bounds(fact, value)
        )
    sets = st.frozensets(st.sampled_from(tuple(fact.answers))).map(lambda others: known(others | {value}))
    must_be_stated = fact.id in DEPARTURES or fact.assumed is not None
    return st.one_of(*([] if must_be_stated else [st.none()]), st.just(unknown), st.just(exactly(value)), sets)


@st.composite
def evidence(draw: st.DrawFn, truth: TrueValues) -> Stated:
    """Evidence of a truth that leaves it possible, of derived facts too."""
    facts = VOCABULARY.facts
    stated: dict[str, Evidence | Mapping[int, Evidence]] = {}
    values = {**values_of(truth), "kind": truth["kind"]}
    for name, value in values.items():
        drawn = None if value is None else draw(_open(facts[name], value))
        if drawn is not None:
            stated[name] = drawn
    for name in YEARLY:
        by_year = {year: draw(_open(facts[name], value)) for year, value in truth[name].items()}
        stated[name] = {year: drawn for year, drawn in by_year.items() if drawn is not None}
    return stated


def full_evidence(truth: TrueValues) -> Stated:
    """Evidence of everything that is true, exact; what is derived follows from it."""
    return {
        name: {year: exactly(one) for year, one in value.items()} if isinstance(value, Mapping) else exactly(value)
        for name, value in truth.items()
        if value is not None
    }


@st.composite
def examples(draw: st.DrawFn, max_criteria: int = 5, max_overrides: int = 3) -> Example:
    """A random rulebook with a random truth and evidence of it."""
    written, group, overrides = draw(rules(max_criteria, max_overrides))
    truth = draw(TRUTHS)
    loose, full = draw(evidence(truth)), full_evidence(truth)
    settled = draw(st.sets(st.sampled_from(sorted(full))))
    tight = {**loose, **{name: full[name] for name in settled}}
    rulebook = make_rulebook(VOCABULARY, written, group, overrides)
    return Example(word_by_word(written), group, word_by_word(overrides), rulebook, truth, loose, tight, full)


# --- what a rulebook says ---


def values_of(truth: TrueValues) -> dict[str, Any]:
    """The value of each fact that has one, with those that are derived or assumed."""
    derived = {
        "used_mean": sum(truth["used"].values(), Fraction(0)) / len(YEARS),
        "balance_by_surface": truth["balance"] / truth["surface"],
        "kind": truth["kind"] or "plain",
        **put_together(truth),
    }
    return {name: value for name, value in truth.items() if name not in YEARLY} | derived


def put_together(truth: TrueValues) -> dict[str, Fraction]:
    """The numbers that are made of numbers."""
    reserve = truth["stock"] - truth["taken"]
    return {
        "total": truth["north"] + truth["south"],
        "gap": truth["income"] - truth["cost"],
        "peak": max(truth["load"][YEARS[0]], truth["load"][YEARS[2]]),
        "reserve": reserve,
        "short": min(reserve, truth["credit"]),
    }


def holds(condition: Written, values: Mapping[str, Any]) -> bool:
    """Whether a condition is met where every value is known."""
    match condition:
        case {"all": parts}:
            return all(holds(part, values) for part in parts)
        case {"any": parts}:
            return any(holds(part, values) for part in parts)
        case {"not": part}:
            return not holds(part, values)
        case {"of": parts}:
            met = [holds(part, values) for part in parts]
            mandatory = condition.get("mandatory", ())
            must = [one for part, one in zip(parts, met, strict=True) if part.get("fact") in mandatory]
            return sum(met) >= condition["at_least"] and all(must)
    value = values[condition["fact"]]
    for comparison, passes in PASSES.items():
        if comparison in condition:
            return passes(value, Fraction(condition[comparison]))
    return value in condition.get("in", [condition.get("is", "yes")])


def result_of(criterion: Written, values: Mapping[str, Any]) -> Truth:
    """What a criterion turns out to be where every value is known."""
    exempt = criterion.get("not_applicable")
    if exempt and holds(exempt["when"], values):
        return AWAY
    judged = values[criterion["judgement"]] if "judgement" in criterion else None
    if judged is not None:
        return MET if judged == "yes" else NOT_MET
    return MET if holds(criterion.get("met_when") or criterion["indicated_by"], values) else NOT_MET


def counted(criterion: Written, result: Truth) -> Truth:
    """What a criterion counts as in the rule."""
    counts_as = criterion.get("not_applicable", {}).get("counts_as", "excluded")
    return result if result is not AWAY or counts_as == "excluded" else Truth[counts_as.upper()]


def group_result(group: Written | str, results: Mapping[str, Truth]) -> Truth:
    """What a group comes to; parts that do not apply are left out, and without any other it does not apply."""
    if isinstance(group, str):
        return results[group]
    if "not" in group:
        return {MET: NOT_MET, NOT_MET: MET, AWAY: AWAY}[group_result(group["not"], results)]
    parts = [group_result(part, results) for part in group.get("of") or group.get("all") or group["any"]]
    if "of" in group:
        named = {part if isinstance(part, str) else part.get("id"): part for part in group["of"]}
        fails = any(group_result(named[name], results) is NOT_MET for name in group["mandatory"])
        return MET if parts.count(MET) >= group["at_least"] and not fails else NOT_MET
    applicable = [part is MET for part in parts if part is not AWAY]
    if not applicable:
        return AWAY
    return MET if (all(applicable) if "all" in group else any(applicable)) else NOT_MET


def expected_ruling(example: Example, *results: Truth) -> tuple[bool, str]:
    """The verdict and its basis, from the results of the criteria and then of the overrides."""
    split = len(example.criteria)
    for (name, override), result in zip(example.overrides.items(), results[split:], strict=True):
        if result is MET:
            return override["verdict"] == "met", name
    pairs = zip(example.criteria.items(), results[:split], strict=True)
    return group_result(example.group, {name: counted(c, r) for (name, c), r in pairs}) is MET, "rule"

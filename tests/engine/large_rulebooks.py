"""Large random rulebooks by plain chance: a few facts that all criteria share, conditions and rules nested deeply.

`tests.engine.random_rulebooks` draws examples that can be made smaller, and most of them are small. These are drawn
in a thirtieth of the time, evenly, and a number and a seed give one again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any, NamedTuple

from engine.evaluation.evidence import Evidence, State, Stated
from engine.rulebooks.rulebook import FactDeclaration
from engine.values.interval import Interval
from tests.chance import chance
from tests.engine.random_rulebooks import (
    ANSWERS,
    DEPARTURES,
    FACTS,
    LISTS,
    PASSES,
    THRESHOLDS,
    WORDS,
    YEARLY,
    YEARS,
    Example,
    TrueValues,
    exactly,
    full_evidence,
    known,
    put_together,
    word_by_word,
)
from tests.support import REASONED, TEXT, Written, exact, make_rulebook, make_vocabulary

VOCABULARY = make_vocabulary(
    {
        **FACTS,
        "cases": {"type": "whole_number", "per": "year", "at_least": 0, "at_most": 6},
        "cases_mean": {
            "type": "number",
            "at_least": 0,
            "at_most": 6,
            "derived": {"mean": {"of": "cases", "years": [-3, -2, -1]}},
        },
    }
)
_THRESHOLDS = {**THRESHOLDS, "cases_mean": ("0.333", "1", "2.333", "2.5")}
DERIVED = ("used_mean", "cases_mean", "balance_by_surface", "total", "gap", "peak", "short")
_MEANS = {"used": "used_mean", "cases": "cases_mean"}
_ANSWERS = {**ANSWERS, **LISTS}
_YEARLY = (*YEARLY, "cases")
_TESTED = (*_THRESHOLDS, *_ANSWERS)
_LEVELS, _OF_LEVELS = range(5), (4, 3, 2, 1, 2)
"""How deeply conditions are nested, and how often."""
_MOST, _OF_MOST = (200, 1_000, 4_000), (5, 4, 2)
"""How many combinations of regions the facts of a rulebook have at most, and how often."""


class Large(NamedTuple):
    """A rulebook, and evidence of several offers."""

    example: Example
    offers: tuple[Stated, ...]


def large_rulebook(number: int) -> Large:
    """The rulebook of a number, with the seed of the day or the one that is given."""
    random = chance(f"large rulebook {number}")
    facts = _pool(random)
    criteria = {
        f"C{i}": _criterion(random, facts) for i in range(1, 1 + random.choices(range(1, 7), (1, 1, 1, 2, 3, 8))[0])
    }
    overrides = {f"O{i}": _override(random, facts) for i in range(1, 1 + random.randrange(3))}
    group = _group(random, list(criteria), random.choices(range(4), _OF_LEVELS[1:])[0])
    rulebook = make_rulebook(VOCABULARY, criteria, group, overrides)
    truths = [_truth(random) for _ in range(random.choice((1, 1, 1, 3)))]
    offers = [_evidence(random, truth, random.choice((0.4, 0.6, 0.85))) for truth in truths]
    read, full = (word_by_word(criteria), group, word_by_word(overrides)), full_evidence(truths[0])
    example = Example(*read, rulebook, truths[0], offers[0], offers[0], full)
    return Large(example, tuple(offers))


def _pool(random: Random) -> list[str]:
    """A few facts, which have not too many regions together; in four of ten rulebooks none is derived."""
    others = DERIVED if random.random() < 0.4 else ()
    facts = [fact for fact in (*_TESTED, *DEPARTURES) if fact not in others]
    most, size, pool = random.choices(_MOST, _OF_MOST)[0], 1, list[str]()
    for fact in random.sample(facts, len(facts)):
        regions = 2 * len(_THRESHOLDS[fact]) + 1 if fact in _THRESHOLDS else len(_ANSWERS.get(fact, DEPARTURES)) + 1
        if size * regions <= most or not any(one in _TESTED for one in pool):
            pool.append(fact)
            size *= regions
    return pool


def _test(random: Random, fact: str) -> Written:
    if fact in _ANSWERS:
        chosen = random.sample(_ANSWERS[fact], random.choice((1, 1, 2)))
        return {"fact": fact, "in": chosen} if chosen[1:] else {"fact": fact, "is": chosen[0]}
    pairs = [(c, Decimal(t)) for c in sorted(PASSES) for t in _THRESHOLDS[fact]]
    is_whole = VOCABULARY.facts[fact].is_whole
    comparison, threshold = random.choice([(c, t) for c, t in pairs if not (is_whole and c == "equals" and t % 1)])
    return {"fact": fact, comparison: threshold}


def _condition(random: Random, facts: Sequence[str], levels: int) -> Written:
    """A condition nested so deeply."""
    if not levels:
        return _test(random, random.choice([fact for fact in facts if fact in _TESTED]))
    form = random.choice(("all", "any", "at_least", "all", "any", "not"))
    deepest = _condition(random, facts, levels - 1)
    if form == "not":
        return {"not": deepest}
    others = [_condition(random, facts, random.randrange(min(levels, 2))) for _ in range(random.choice((0, 1, 1, 2)))]
    parts = _shuffled(random, [deepest, *others])
    return _counted(random, parts) if form == "at_least" else {form: parts}


def _counted(random: Random, parts: Sequence[Written]) -> Written:
    """At least so many of conditions; some are mandatory, where their facts tell them from the others."""
    tested = [part.get("fact") for part in parts]
    names = [fact for fact in tested if fact and fact not in LISTS and tested.count(fact) == 1]
    mandatory = random.sample(names, min(len(names), random.choice((0, 0, 1))))
    written = {"at_least": Decimal(random.randint(1, len(parts))), "of": parts}
    return {**written, "mandatory": mandatory} if mandatory else written


def _shuffled(random: Random, parts: Sequence[Any]) -> list[Any]:
    return random.sample(parts, len(parts))


def _criterion(random: Random, facts: Sequence[str]) -> Written:
    """A criterion, indicative or not, that may not apply."""
    written: dict[str, Any] = {"met_when": _condition(random, facts, random.choices(_LEVELS, _OF_LEVELS)[0])}
    departures = [fact for fact in facts if fact in DEPARTURES]
    if departures and random.random() < 0.4:
        written = {"indicated_by": written["met_when"], "judgement": random.choice(departures)}
    if random.random() < 0.4:
        counts_as = random.choice(("excluded", "met", "not_met"))
        when = _condition(random, facts, random.randrange(3))
        written["not_applicable"] = {"when": when, "counts_as": counts_as}
    return written


def _override(random: Random, facts: Sequence[str]) -> Written:
    return {"when": _condition(random, facts, random.randrange(4)), "verdict": random.choice(("met", "not_met"))}


def _group(random: Random, names: Sequence[str], levels: int) -> Written:
    """A group of criteria, nested so deeply in groups."""
    form = random.choice(("at_least", "at_least", "all", "any", "not") if levels else ("at_least", "all", "any"))
    nested = [_group(random, names, levels - 1)] if levels else []
    if form == "not":
        return {"not": nested[0]}
    members = random.sample(names, random.randint(1, min(len(names), 3 if levels else 6)))
    parts = _shuffled(random, [*members, *nested])
    if form != "at_least":
        return {form: parts}
    mandatory = random.sample(members, random.choice((0, 0, 1)))
    if nested and random.random() < 0.4:
        name = f"G{levels}"
        parts = [part if isinstance(part, str) else {**part, "id": name, "title": TEXT} for part in parts]
        mandatory += [name] * random.choice((0, 1))
    return {"at_least": random.randint(1, len(parts)), "of": parts, "mandatory": mandatory}


def levels_of(written: Written | str) -> int:
    """How deeply a condition or a rule is nested: 0 for a test or a criterion alone."""
    if isinstance(written, str) or "fact" in written:
        return 0
    parts = [part for key in ("all", "any", "of") for part in written.get(key, ())]
    parts += [written["not"]] if "not" in written else []
    return 1 + max(map(levels_of, parts))


# --- truths, and evidence of them ---


def _number(random: Random, fact: str, low: int, high: int) -> Fraction:
    """A threshold, or any other number."""
    if random.random() < 0.4:
        return Fraction(random.choice(_THRESHOLDS[fact]))
    parts = random.randint(1, 6)
    return Fraction(random.randint(low * parts, high * parts), parts)


def _truth(random: Random) -> TrueValues:
    return {
        "height": _number(random, "height", 0, 10),
        "balance": _number(random, "balance", -3, 3),
        "rooms": Fraction(random.randint(0, 6)),
        "used": {year: min(_number(random, "used_mean", 0, 1), Fraction(1)) for year in YEARS},
        "cases": {year: Fraction(random.randint(0, 6)) for year in YEARS},
        "surface": Fraction(random.choice(("0.5", "1", "2", "3"))),
        **{name: Fraction(random.randint(0, 6)) for name in ("north", "south")},
        **{name: _number(random, "balance", -3, 3) for name in ("income", "cost", "stock", "taken", "credit")},
        "load": {year: min(_number(random, "peak", 0, 10), Fraction(10)) for year in YEARS},
        **{name: random.choice(ANSWERS[name]) for name in ("good", "fair", "colour")},
        "kind": random.choice((None, *ANSWERS["kind"])),
        **{name: random.choice(("yes", "no")) for name in WORDS},
        **{name: random.choice((None, "yes", "no")) for name in DEPARTURES},
    }


def true_values(truth: TrueValues) -> dict[str, Any]:
    """The value of each fact that has one, with those that are derived or assumed."""
    means = {mean: sum(truth[of].values(), Fraction(0)) / len(YEARS) for of, mean in _MEANS.items()}
    derived = {**means, "balance_by_surface": truth["balance"] / truth["surface"], "kind": truth["kind"] or "plain"}
    derived |= put_together(truth)
    return {name: value for name, value in truth.items() if name not in _YEARLY} | derived


def _evidence(random: Random, truth: TrueValues, openness: float) -> Stated:
    """Evidence of a truth that leaves it possible; it leaves a fact open as often as is said."""
    stated: dict[str, Evidence | Mapping[int, Evidence]] = {}
    for of in _YEARLY:
        years = {year: _stated(random, of, value, openness) for year, value in truth[of].items()}
        stated[of] = {year: evidence for year, evidence in years.items() if evidence is not None}
    for name, value in {**true_values(truth), "kind": truth["kind"]}.items():
        evidence = (
            None
            if value is None
            else _stated(random, name, value, openness if name not in (*DERIVED, "reserve") else 0.9)
        )
        if name == "cases_mean" and not stated["cases"] and random.random() < 0.3:
            evidence = exact(round(Decimal(value.numerator) / value.denominator, 2))
        if evidence is not None:
            stated[name] = evidence
    return stated


def _stated(random: Random, name: str, value: Any, openness: float) -> Evidence | None:
    fact = VOCABULARY.facts[name]
    if random.random() > openness:
        return exactly(value)
    return random.choice([*_ways_to_leave_open(random, fact, value)])()


def _ways_to_leave_open(random: Random, fact: FactDeclaration, value: Any) -> Iterator[Callable[[], Evidence | None]]:
    if fact.id not in DEPARTURES and fact.assumed is None:
        yield lambda: None
    yield lambda: Evidence(fact.domain, State.STATED_UNKNOWN)
    if isinstance(value, Fraction):
        yield lambda: _bounds(random, fact, value)
        yield lambda: _bounds(random, fact, value)
    else:
        others = frozenset(answer for answer in fact.answers if random.random() < 0.5)
        yield lambda: known(others | {value})


def _bounds(random: Random, fact: FactDeclaration, value: Fraction) -> Evidence:
    """An interval around a value, within what its fact can be."""
    below, above = (random.choice((None, Fraction(0), Fraction(random.randint(1, 6), 3))) for _ in range(2))
    low, high = (None if gap is None else value + sign * gap for sign, gap in ((-1, below), (1, above)))
    interval = Interval(low, high, bool(below) and random.random() < 0.5, bool(above) and random.random() < 0.5)
    assert isinstance(fact.domain, Interval)
    possible = interval.intersect(fact.domain)
    return Evidence(possible.whole() if fact.is_whole else possible, State.KNOWN, REASONED)

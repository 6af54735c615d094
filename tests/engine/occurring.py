"""What can occur, by trying: every combination of values of the facts that a random rulebook reads, and what follows.

Nothing here asks the engine how it decides: values are chosen around the thresholds, a rulebook is read as written
(`tests.engine.random_rulebooks`), and sets are minimal because every smaller one was tried.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from engine.evaluation.evidence import Finding, State, Stated, findings_of
from engine.rulebooks.rulebook import Possible, Verdict
from engine.values.interval import Interval
from engine.values.logic import Status, Truth
from tests.engine.random_rulebooks import (
    DEPARTURES,
    VOCABULARY,
    YEAR,
    Example,
    expected_ruling,
    holds,
    result_of,
)
from tests.support import Written

Results = tuple[Truth, ...]
"""What each criterion, then each override, turns out to be."""
Chosen = frozenset[int]
_OPPOSITE = {Verdict.MET: Verdict.NOT_MET, Verdict.NOT_MET: Verdict.MET}
_TURNED = {Status.MET: Truth.NOT_MET, Status.NOT_MET: Truth.MET}


def _tests_in(condition: Written) -> Iterator[Written]:
    for key in ("all", "any"):
        for part in condition.get(key, ()):
            yield from _tests_in(part)
    if "not" in condition:
        yield from _tests_in(condition["not"])
    if "fact" in condition:
        yield condition


def read_in_tests(example: Example) -> dict[str, list[Written]]:
    """The tests that a rulebook makes, by fact; of a departure that it is made."""
    tests: dict[str, list[Written]] = {}
    for criterion in example.criteria.values():
        conditions = [criterion.get("met_when") or criterion["indicated_by"]]
        conditions += [criterion["not_applicable"]["when"]] if "not_applicable" in criterion else []
        for test in itertools.chain(*map(_tests_in, conditions)):
            tests.setdefault(test["fact"], []).append(test)
        if "judgement" in criterion:
            tests.setdefault(criterion["judgement"], []).append({"fact": criterion["judgement"]})
    for override in example.overrides.values():
        for test in _tests_in(override["when"]):
            tests.setdefault(test["fact"], []).append(test)
    return tests


def _numbers(fact: str, tests: Iterable[Written], possible: Interval) -> Iterator[Fraction]:
    """Numbers among those possible: each threshold and end, one between every two of them, and one beyond."""
    if VOCABULARY.facts[fact].is_whole:
        yield from (Fraction(n) for n in range(7) if Fraction(n) in possible)
        return
    cuts = {Fraction(v) for test in tests for key, v in test.items() if key != "fact"}
    cuts |= {end for end in (possible.low, possible.high) if end is not None}
    points = sorted(cuts)
    beyond = [points[0] - 1, points[-1] + 1] if points else [Fraction(0)]
    between = [(one + other) / 2 for one, other in itertools.pairwise(points)]
    yield from (n for n in [*points, *between, *beyond] if n in possible)


def _values(fact: str, tests: Sequence[Written], possible: Possible) -> list[Any]:
    """Values among those possible, one for each way in which the tests can come out."""
    values = _numbers(fact, tests, possible) if isinstance(possible, Interval) else iter(sorted(possible))
    one_of_each = {tuple(holds(test, {fact: value}) for test in tests): value for value in values}
    return list(one_of_each.values())


def occurring(example: Example, options: Mapping[str, Sequence[Any]]) -> frozenset[Results]:
    """What criteria and overrides can turn out to be, where each fact has one of some values."""
    found = set()
    for values in itertools.product(*options.values()):
        found.add(results_of(example, {**dict.fromkeys(DEPARTURES), **dict(zip(options, values, strict=True))}))
    return frozenset(found)


def results_of(example: Example, values: Mapping[str, Any]) -> Results:
    """What criteria and overrides turn out to be where every value is known."""
    criteria = (result_of(criterion, values) for criterion in example.criteria.values())
    overrides = (holds(override["when"], values) for override in example.overrides.values())
    return (*criteria, *(Truth.MET if is_met else Truth.NOT_MET for is_met in overrides))


def options_within(example: Example, stated: Stated) -> dict[str, list[Any]]:
    """For each fact that is read the values that what is stated leaves; a departure that is not stated stays none."""
    findings = findings_of(VOCABULARY, stated, YEAR)
    return {
        fact: [None]
        if fact in DEPARTURES and findings[fact].state is State.NOT_STATED
        else _values(fact, tests, findings[fact].possible)
        for fact, tests in read_in_tests(example).items()
    }


def options_at_all(example: Example) -> dict[str, list[Any]]:
    """For each fact that is read the values that it can have at all."""
    findings = findings_of(VOCABULARY, {}, YEAR)
    return {
        fact: [None, "no", "yes"]
        if fact in DEPARTURES
        else _values(fact, tests, findings[fact].possible if fact != "kind" else VOCABULARY.facts[fact].domain)
        for fact, tests in read_in_tests(example).items()
    }


def are_related(example: Example, findings: Mapping[str, Finding]) -> bool:
    """Whether a quotient says something of a part that is tested and open: what can occur is then approximated."""
    tested, quotient = read_in_tests(example), findings["balance_by_surface"]
    is_stated = quotient.evidence is not None and quotient.evidence.state.is_known
    return "balance" in tested and not findings["balance"].is_exact and ("balance_by_surface" in tested or is_stated)


class Definition(NamedTuple):
    """What is to be said of an offer, from what can occur within its evidence, and at all."""

    example: Example
    within: frozenset[Results]
    at_all: frozenset[Results]

    @property
    def names(self) -> tuple[str, ...]:
        """The criteria, then the overrides."""
        return (*self.example.criteria, *self.example.overrides)

    def verdict_of(self, results: Collection[Results]) -> Verdict | None:
        """The verdict on what can occur; None where nothing can."""
        verdicts = {expected_ruling(self.example, *one)[0] for one in results}
        if len(verdicts) > 1:
            return Verdict.UNDETERMINED
        return (Verdict.MET if verdicts.pop() else Verdict.NOT_MET) if verdicts else None

    @property
    def verdict(self) -> Verdict:
        """The verdict on the offer."""
        verdict = self.verdict_of(self.within)
        assert verdict is not None
        return verdict

    @property
    def bases(self) -> set[str]:
        """What can be the basis of it."""
        return {expected_ruling(self.example, *one)[1] for one in self.within}

    @property
    def statuses(self) -> tuple[Status, ...]:
        """What each item can turn out to be."""
        return tuple(Status(frozenset(column)) for column in zip(*self.within, strict=True))

    @property
    def missing(self) -> dict[Verdict, set[tuple[str, ...]]]:
        """The minimal sets of open items of which some answers force a verdict."""
        unresolved = [i for i, status in enumerate(self.statuses) if not status.is_known]
        return {
            verdict: self._minimal(s for s in _subsets(unresolved) if self._can_force(s, verdict))
            if self.verdict is Verdict.UNDETERMINED
            else set()
            for verdict in (Verdict.MET, Verdict.NOT_MET)
        }

    def _can_force(self, items: Chosen, verdict: Verdict) -> bool:
        groups: dict[tuple[Truth, ...], list[Results]] = {}
        for results in self.within:
            groups.setdefault(tuple(results[i] for i in sorted(items)), []).append(results)
        return any(self.verdict_of(group) is verdict for group in groups.values())

    @property
    def grounds(self) -> set[tuple[str, ...]]:
        """The minimal sets of items of which what is known forces the verdict."""
        if self.verdict is Verdict.UNDETERMINED:
            return set()
        can_be = [frozenset(column) for column in zip(*self.at_all, strict=True)]
        known = [i for i, status in enumerate(self.statuses) if status.value != can_be[i]]
        return self._minimal(s for s in _subsets(known) if self.verdict_of(self._with(s)) is self.verdict)

    def _with(self, items: Chosen) -> list[Results]:
        return [one for one in self.at_all if all(one[i] in self.statuses[i].value for i in items)]

    @property
    def smallest_change(self) -> set[tuple[str, ...]]:
        """The smallest sets of items that, settled in another way, force the opposite verdict."""
        if self.verdict is Verdict.UNDETERMINED:
            return set()
        everything = range(len(self.names))
        for size in everything:
            sets = (frozenset(chosen) for chosen in itertools.combinations(everything, size + 1))
            if changes := {self._named(items) for items in sets if self._can_turn(items)}:
                return changes
        return set()

    def _can_turn(self, items: Chosen) -> bool:
        groups: dict[tuple[Truth, ...], list[Results]] = {}
        for one in self._with(frozenset(range(len(self.names))) - items):
            groups.setdefault(tuple(one[i] for i in sorted(items)), []).append(one)
        return any(
            self.verdict_of(group) is _OPPOSITE[self.verdict]
            for answers, group in groups.items()
            if all({a} != self.statuses[i].value for a, i in zip(answers, sorted(items), strict=True))
        )

    @property
    def decisive(self) -> set[str]:
        """The criteria that, met instead of not met or the other way round, turn the verdict, where that can occur."""
        found = set()
        for i, name in enumerate(self.example.criteria):
            if self.statuses[i] in _TURNED:
                others = self._with(frozenset(range(len(self.names))) - {i})
                turned = [one for one in others if one[i] is _TURNED[self.statuses[i]]]
                if self.verdict_of(turned) not in (self.verdict, None):
                    found.add(name)
        return found

    def _named(self, items: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.names[i] for i in sorted(items))

    def _minimal(self, sets: Iterable[Chosen]) -> set[tuple[str, ...]]:
        """Of sets that come smallest first those that hold no other."""
        minimal: list[Chosen] = []
        for one in sets:
            if not any(smaller <= one for smaller in minimal):
                minimal.append(one)
        return {self._named(items) for items in minimal}


def _subsets(items: Sequence[int]) -> Iterator[Chosen]:
    """All subsets, smallest first."""
    return (frozenset(c) for size in range(len(items) + 1) for c in itertools.combinations(items, size))


def completions_of(example: Example, options: Mapping[str, Sequence[Any]]) -> dict[tuple[Any, ...], Results]:
    """What criteria and overrides turn out to be for each combination of the facts' values."""
    return {
        values: next(iter(occurring(example, {name: [value] for name, value in zip(options, values, strict=True)})))
        for values in itertools.product(*options.values())
    }


def missing_facts(definition: Definition, options: Mapping[str, Sequence[Any]], verdict: Verdict) -> set[Chosen]:
    """The minimal sets of open facts of which some values force a verdict, by their numbers."""
    found = completions_of(definition.example, options)
    minimal: list[Chosen] = []
    for facts in _subsets([i for i, values in enumerate(options.values()) if len(values) > 1]):
        groups: dict[tuple[Any, ...], list[Results]] = {}
        for values, results in found.items():
            groups.setdefault(tuple(values[i] for i in sorted(facts)), []).append(results)
        if not any(smaller <= facts for smaller in minimal) and any(
            definition.verdict_of(group) is verdict for group in groups.values()
        ):
            minimal.append(facts)
    return {*minimal}


STATED_AS = {"used_mean": ("used", "used_mean"), "balance_by_surface": ("balance", "surface", "balance_by_surface")}


def grounds_facts(example: Example, stated: Stated, verdict: Verdict) -> set[frozenset[str]]:
    """The minimal sets of stated facts from which alone a verdict follows."""
    read = [fact for fact in read_in_tests(example) if any(stated.get(n) for n in STATED_AS.get(fact, (fact,)))]
    minimal: list[frozenset[str]] = []
    for chosen in _subsets(range(len(read))):
        facts = frozenset(read[i] for i in chosen)
        names = {name for fact in facts for name in STATED_AS.get(fact, (fact,))}
        alone = {name: evidence for name, evidence in stated.items() if name in names}
        within = occurring(example, options_within(example, {"used": {}, **alone}))
        is_larger = any(smaller <= facts for smaller in minimal)
        if not is_larger and Definition(example, within, within).verdict is verdict:
            minimal.append(facts)
    return {*minimal}

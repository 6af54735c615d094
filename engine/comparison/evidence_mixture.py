"""What two situations state of the facts that are read, and evidence between the two."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from engine.comparison.atom import Kind, Part
from engine.evaluation.evidence import Evidence, State, Stated
from engine.rulebooks.rulebook import AnswerTest, FactDeclaration, NumberTest, Possible, Test
from engine.values.interval import Interval

Declared = Mapping[str, FactDeclaration]


@dataclass(frozen=True)
class Reading:
    """How two rulebooks read evidence: the facts of each, and all that either tests or lets a judge decide."""

    before: Declared
    now: Declared
    tests: tuple[Test, ...]
    judgements: frozenset[str]

    @cached_property
    def facts(self) -> list[str]:
        """The facts that either reads, by id."""
        return sorted({*self.before, *self.now})

    @cached_property
    def alike(self) -> frozenset[str]:
        """The facts that are by themselves alone for both, and can be the same: a number or answer, not derived."""
        return frozenset(name for name in self.facts if self._is_alike(name))

    @cached_property
    def tests_on(self) -> Mapping[str, tuple[Test, ...]]:
        """The tests on each fact."""
        return {name: tuple(test for test in self.tests if test.fact == name) for name in self.facts}

    def _is_alike(self, name: str) -> bool:
        one, other = (facts.get(name) for facts in (self.before, self.now))
        declared = [fact for fact in (one, other) if fact is not None]
        if len({fact._replace(written=None) for fact in declared}) > 1:  # type: ignore[arg-type]
            return False
        return not any(f.derivation or f.is_yearly for f in declared) and not self._is_part(name)

    def _is_part(self, name: str) -> bool:
        """Whether another fact follows from it."""
        return any(name in fact.derived_from for facts in (self.before, self.now) for fact in facts.values())

    def years_of(self, name: str, years: AbstractSet[int]) -> list[int]:
        """The years of a fact that are read for some agreement years."""
        sources = {source for facts in (self.before, self.now) for fact in facts.values() for source in fact.sources}
        offsets = {offset for of, offset in sources if of == name and offset is not None}
        return sorted({year + offset for year in years for offset in offsets})


class EvidenceMixture:
    """The evidence of before with some of that of now.

    Evidence differs where it leaves a fact other possibilities as far as any test of the two rulebooks can tell; where
    it came from, and since when, is no difference. A yearly fact differs year by year.

    Args:
        reading: how the rulebooks read evidence.
        before: what was stated, by the ids of now.
        now: what is stated.
        years: the agreement years before and now.
    """

    def __init__(self, reading: Reading, before: Stated, now: Stated, years: tuple[int, int]) -> None:
        self._reading = reading
        self._before, self._now = _flat(before), _flat(now)
        self._yearly = {name: _is_yearly(reading, name) for name in reading.facts}
        self._facts = [self._side(key) for name in reading.facts for key in self._keys(name, {*years})]
        self.parts = tuple(fact.part for fact in self._facts if fact.differs)

    def _keys(self, name: str, years: AbstractSet[int]) -> Iterator[_Key]:
        """What is stated of a fact: one thing, or one for each year that is read."""
        is_single, is_yearly = (wanted in self._yearly[name] for wanted in (False, True))
        if is_single:
            yield name, 0
        if is_yearly:
            yield from ((name, year) for year in self._reading.years_of(name, years))

    def _side(self, key: _Key) -> _Sides:
        """What both sides say; where they say the same, one of the two stands for both: that with a reason."""
        name, year = key
        one, other = self._before.get(key), self._now.get(key)
        seen = self._seen(name, one, self._reading.before), self._seen(name, other, self._reading.now)
        before, now = _Side(one, self._reading.before, seen[0]), _Side(other, self._reading.now, seen[1])
        if seen[0] != seen[1]:
            return _Sides(Part(Kind.FACT, name, number=year), before, now, differs=True)
        has_reason = other is not None and (one is None or other.provenance.because or not one.provenance.because)
        same = now if has_reason else before
        return _Sides(Part(Kind.FACT, name, number=year), same, same, differs=False)

    def _seen(self, name: str, evidence: Evidence | None, declared: Declared) -> Hashable:
        """All of some evidence that can matter."""
        fact = declared.get(name) or self._fact(name)
        if evidence is None or evidence.state is not State.KNOWN:
            matters = name in self._reading.judgements or fact.assumed is not None
            return (evidence.state if evidence else None) if matters else None
        if name not in self._reading.alike:
            stated = evidence.stated if fact.derivation else None
            possible = evidence.possible
            if isinstance(possible, Interval) and isinstance(fact.domain, Interval):
                possible = possible.without_limits(fact.domain)
            return possible, stated
        if name in self._reading.judgements:
            return evidence.possible
        seen = self._sides(name, evidence.possible)
        return None if seen == self._sides(name, fact.domain) and fact.assumed is None else seen

    def _sides(self, name: str, possible: Possible) -> Hashable:
        """What of some possibilities the tests on a fact can tell apart."""
        tests = self._reading.tests_on[name]
        if isinstance(possible, Interval):
            thresholds = [test.threshold for test in tests if isinstance(test, NumberTest)]
            return tuple(_sides_of(threshold, possible) for threshold in thresholds)
        lists = [test.answers for test in tests if isinstance(test, AnswerTest)]
        return frozenset(tuple(answer in answers for answers in lists) for answer in possible)

    def _fact(self, name: str) -> FactDeclaration:
        return self._reading.now.get(name) or self._reading.before[name]

    def stated(self, changed: AbstractSet[Part], declared: Declared) -> Stated | None:
        """The evidence with the changed parts as they are now; None where a fact cannot be what is stated of it.

        Args:
            changed: the parts that are as they are now.
            declared: the facts that are read, as they are declared.
        """
        mixed: dict[str, Evidence | dict[int, Evidence]] = {}
        for sides in self._facts:
            name, year = sides.part.of, sides.part.number
            fact, side = declared.get(name), sides.of(changed)
            if fact is None or side.evidence is None:
                continue
            fitted = _fitted(side.evidence, side.declared.get(name), fact)
            if fitted is None or fact.is_yearly is not bool(year):
                return None
            if year:
                by_year = mixed.setdefault(name, {})
                assert isinstance(by_year, dict)
                by_year[year] = fitted
            else:
                mixed[name] = fitted
        return mixed

    def seen(self, changed: AbstractSet[Part], declared: Declared) -> tuple[Hashable, ...]:
        """All that can matter of the evidence with the changed parts; verdicts on what is equal in it are the same."""
        return tuple((s.part, s.of(changed).essence) for s in self._facts if s.part.of in declared)


class _Side(NamedTuple):
    """What one side states, its facts as they are declared there, and all of it that can matter."""

    evidence: Evidence | None
    declared: Declared
    seen: Hashable

    @property
    def essence(self) -> Hashable:
        """What can matter, and whether there is a reason, without which a judgement may not depart."""
        return self.seen, self.evidence is not None and bool(self.evidence.provenance.because)


class _Sides(NamedTuple):
    """What both sides state of a fact, or of a year of it."""

    part: Part
    before: _Side
    now: _Side
    differs: bool

    def of(self, changed: AbstractSet[Part]) -> _Side:
        """The side that stands where some parts are as they are now."""
        return self.now if self.part in changed else self.before


_Key = tuple[str, int]
"""A fact and a year; 0 where it has one value."""


def _flat(stated: Stated) -> dict[_Key, Evidence]:
    flat = dict[_Key, Evidence]()
    for name, evidence in stated.items():
        if isinstance(evidence, Evidence):
            flat[name, 0] = evidence
        else:
            flat.update({(name, year): one for year, one in evidence.items()})
    return flat


def _is_yearly(reading: Reading, name: str) -> set[bool]:
    return {facts[name].is_yearly for facts in (reading.before, reading.now) if name in facts}


def _sides_of(threshold: Fraction, possible: Interval) -> tuple[bool, ...]:
    """Whether some numbers may lie below, at and above a threshold."""
    below, above = Interval(None, threshold, high_open=True), Interval(threshold, low_open=True)
    return tuple(not possible.intersect(side).is_empty for side in (below, Interval.exactly(threshold), above))


def _fitted(evidence: Evidence, origin: FactDeclaration | None, fact: FactDeclaration) -> Evidence | None:
    """Evidence as a fact can be by another declaration; None where it can be none of it."""
    if origin is None or origin is fact or (origin.domain == fact.domain and origin.kind is fact.kind):
        return evidence
    if evidence.state is not State.KNOWN:
        return evidence._replace(possible=fact.domain)
    possible = _within(evidence.possible, origin, fact)
    return None if possible is None else evidence._replace(possible=possible)


def _within(possible: Possible, origin: FactDeclaration, fact: FactDeclaration) -> Possible | None:
    if isinstance(possible, Interval) and isinstance(fact.domain, Interval):
        limits = origin.domain if isinstance(origin.domain, Interval) else Interval()
        inside = possible.without_limits(limits).intersect(fact.domain)
        inside = inside.whole() if fact.is_whole else inside
        return None if inside.is_empty else inside
    if isinstance(possible, frozenset) and isinstance(fact.domain, frozenset):
        return possible & fact.domain or None
    return None

"""The smallest changes that turn a verdict: the causes of a change, found among all that differs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property, partial
from typing import NamedTuple

from engine.comparison.atom import Atom, AtomSet, Kind, Part
from engine.comparison.evidence_mixture import EvidenceMixture, Reading
from engine.comparison.mixture import conditions_of, mixture
from engine.comparison.plain_rulebook import aligned
from engine.decisions.cause_of_change import Cause
from engine.decisions.decide import Decider
from engine.diagnostics import Rejected
from engine.evaluation.evidence import Stated
from engine.rulebooks.rulebook import FixedYear, Rulebook, Verdict, both_ways, tests_of
from engine.rulebooks.rulebook_loader import MAX_BOTH_WAYS

MAX_SITUATIONS, MAX_DECIDERS, MAX_VERDICTS = 4096, 256, 100_000
_LOOKED_AT = 16
"""So many sets are looked at for each that may be tried."""


class Situation(NamedTuple):
    """What a verdict is given on: the evidence, for an agreement year."""

    stated: Stated
    year: int


class Causes(NamedTuple):
    """What turned a verdict from one situation to another.

    `sets` are the minimal sets of atoms whose change alone gives the verdict of now, the smallest first; `complete`
    says whether they are all of them. `cause` says in a word on which side they are; None where the verdict did not
    change, or one of the two cannot be given.
    """

    before: Verdict | None
    now: Verdict | None
    sets: tuple[AtomSet, ...]
    complete: bool
    cause: Cause | None


class CauseFinder:
    """Finds what turned verdicts from one rulebook to another, for any number of offers.

    All that differs between two situations (rulebook, evidence, agreement year) is taken apart into *atoms*: each fact
    whose evidence differs, a yearly one year by year; the agreement year, where the years of a mean follow from it; and
    the parts of the rulebook that `mixture` tells. What has another id and is the same otherwise is no difference, and
    neither is an order, a text, a source, or evidence that differs within what no test can tell.

    A set of atoms *turns* the verdict where the situation that is as now in these atoms and as before in all others has
    the verdict of now. The causes are the sets that turn it and of which no smaller part does: one, where there is one
    reason; several, where each would have done; of several atoms, where these did it together. A situation that cannot
    be (evidence that contradicts itself or that no fact can be, a judgement that departs without a reason, more
    criteria that count both ways than a rulebook may have) has no verdict, and turns none.

    Sets are tried by their size, each that holds no cause already, up to `limit` situations. Beyond it the causes are
    those among the sets tried, which may be none, and `complete` is false.

    >>> from engine.rulebooks.library import Library
    >>> from engine.evaluation.evidence import Evidence, State
    >>> from engine.comparison.atom import text_of
    >>> rulebook = Library().choose("hovedstaden.udviklingsstrategi", 2018)
    >>> nothing, region = {}, {"operator_kind": Evidence(frozenset({"region"}), State.KNOWN)}
    >>> causes = CauseFinder(rulebook, rulebook).causes(Situation(nothing, 2018), Situation(region, 2018))
    >>> causes.now.value, text_of(causes.sets), causes.cause
    ('met', 'fact:operator_kind', <Cause.DATA: 'data'>)

    Args:
        old: the rulebook of before.
        new: the rulebook of now.
        limit: how many situations are tried at most for each change.
    """

    def __init__(self, old: Rulebook, new: Rulebook, limit: int = MAX_SITUATIONS) -> None:
        self.pair, self._limit = aligned(old, new), limit
        mixed = mixture(self.pair)
        self.atoms, self._parts = mixed.atoms, frozenset(mixed.parts)
        """What differs between the rulebooks."""
        self._deciders: dict[AbstractSet[Part], Decider | None] = {}
        self._verdicts: dict[Hashable, Verdict | None] = {}

    @cached_property
    def _reading(self) -> Reading:
        before, now = (mixture(self.pair, parts).rulebook for parts in (frozenset[Part](), self._parts))
        rulebooks = (before, now)
        tests = [test for r in rulebooks for condition in conditions_of(r) for test, _ in tests_of(condition)]
        judgements = frozenset(c.judgement for r in rulebooks for c in r.criteria if c.judgement is not None)
        return Reading(before.vocabulary.facts, now.vocabulary.facts, tuple(dict.fromkeys(tests)), judgements)

    def causes(self, before: Situation, now: Situation) -> Causes:
        """What turned the verdict on an offer.

        Args:
            before: what was stated, by the ids of the old rulebook.
            now: what is stated.
        """
        search = self._search(before, now)
        verdicts = search.verdict(frozenset()), search.verdict(search.everything)
        if None in verdicts or verdicts[0] is verdicts[1]:
            return Causes(*verdicts, (), complete=True, cause=None)
        sets, complete = search.minimal_sets(self._limit)
        return Causes(*verdicts, sets, complete, _cause(search, sets))

    def _search(self, before: Situation, now: Situation) -> _Search:
        stated = {self.pair.facts.get(name, name): evidence for name, evidence in before.stated.items()}
        evidence = EvidenceMixture(self._reading, stated, now.stated, (before.year, now.year))
        atoms: list[Atom] = [(part,) for part in evidence.parts]
        if before.year != now.year and self._reads_years:
            atoms.append((Part(Kind.YEAR),))
        return _Search((*atoms, *self.atoms), partial(self._verdict, evidence, (before.year, now.year)))

    @cached_property
    def _reads_years(self) -> bool:
        declared = (*self._reading.before.values(), *self._reading.now.values())
        offsets = {offset for fact in declared for _, offset in fact.sources}
        return any(offset is not None and not isinstance(offset, FixedYear) for offset in offsets)

    def _verdict(self, evidence: EvidenceMixture, years: tuple[int, int], changed: AbstractSet[Part]) -> Verdict | None:
        """The verdict on a situation between the two; None where there is no such situation."""
        of_rule = changed & self._parts
        decider = self._decider(of_rule)
        if decider is None:
            return None
        declared, year = decider.program.rulebook.vocabulary.facts, years[Part(Kind.YEAR) in changed]
        key = of_rule, year, evidence.seen(changed, declared)
        if key not in self._verdicts:
            if len(self._verdicts) >= MAX_VERDICTS:
                self._verdicts.clear()
            self._verdicts[key] = _decided(decider, evidence.stated(changed, declared), year)
        return self._verdicts[key]

    def _decider(self, changed: AbstractSet[Part]) -> Decider | None:
        if changed not in self._deciders:
            if len(self._deciders) >= MAX_DECIDERS:
                self._deciders.clear()
            rulebook = mixture(self.pair, changed).rulebook
            is_one = len(both_ways(rulebook.rule.group)) <= MAX_BOTH_WAYS
            self._deciders[changed] = Decider(rulebook, is_checked=False) if is_one else None
        return self._deciders[changed]


def _decided(decider: Decider, stated: Stated | None, year: int) -> Verdict | None:
    """The verdict on some evidence; None where there is none, or it is refused."""
    if stated is None:
        return None
    try:
        return decider.verdict_on(stated, year)
    except Rejected:
        return None


class _Search:
    """The sets of some atoms that turn a verdict."""

    def __init__(self, atoms: Sequence[Atom], verdict: Callable[[AbstractSet[Part]], Verdict | None]) -> None:
        self._atoms = atoms
        self._decide = verdict
        self._known: dict[AbstractSet[Part], Verdict | None] = {}
        self.everything = frozenset(part for atom in atoms for part in atom)

    def verdict(self, changed: AbstractSet[Part]) -> Verdict | None:
        """The verdict where some parts are as they are now."""
        if changed not in self._known:
            self._known[changed] = self._decide(changed)
        return self._known[changed]

    def side(self, is_data: bool) -> bool:
        """Whether the change of all data, or of all of the rule, turns the verdict alone."""
        parts = frozenset(part for part in self.everything if part.is_data is is_data)
        return self.verdict(parts) is self._verdict_now

    def minimal_sets(self, limit: int) -> tuple[tuple[AtomSet, ...], bool]:
        """The sets that turn the verdict and of which no part does, and whether they are all there are."""
        found: list[frozenset[int]] = []
        tried = 0
        for looked_at, chosen in enumerate(self._by_size(found)):
            if tried == limit or looked_at == _LOOKED_AT * limit:
                return self._named(found), False
            if any(one <= chosen for one in found):
                continue
            tried += 1
            if self.verdict(frozenset(part for at in chosen for part in self._atoms[at])) is self._verdict_now:
                found.append(chosen)
        return self._named(found), True

    def _by_size(self, found: list[frozenset[int]]) -> Iterator[frozenset[int]]:
        """Sets of atoms, the smaller first, without those that turn the verdict alone."""
        for size in range(1, len(self._atoms) + 1):
            alone = {at for one in found if len(one) == 1 for at in one}
            left = [at for at in range(len(self._atoms)) if at not in alone]
            yield from map(frozenset, itertools.combinations(left, size))

    @property
    def _verdict_now(self) -> Verdict | None:
        return self.verdict(self.everything)

    def _named(self, found: Sequence[frozenset[int]]) -> tuple[AtomSet, ...]:
        return tuple(tuple(self._atoms[at] for at in sorted(one)) for one in found)


def _cause(search: _Search, sets: Sequence[AtomSet]) -> Cause:
    """On which side the sets are: of data alone, of the rule alone, of each, or only of both together."""
    sides = [{part.is_data for atom in atoms for part in atom} for atoms in sets]
    data, rule = ({is_data} in sides or search.side(is_data) for is_data in (True, False))
    if data and rule:
        return Cause.EITHER
    return Cause.DATA if data else Cause.RULE if rule else Cause.INTERACTION

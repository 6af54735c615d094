"""Two rulebooks mixed: of every part that differs, the one or the other, so that each mixture is a rulebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple, TypeVar, cast

from engine.comparison.atom import Atom, Kind, Part
from engine.comparison.pairing import (
    form_of,
    merged_order,
    names_in,
    only_in,
    own_names,
    paired_groups,
    paired_tests,
    pieces_of,
    standings,
    with_tests,
)
from engine.comparison.plain_rulebook import Aligned
from engine.rulebooks.rulebook import (
    Applicability,
    Condition,
    Count,
    Criterion,
    FactDeclaration,
    Join,
    Override,
    Rulebook,
    RulePart,
    tests_of,
    ways_of_counting,
)

Value = TypeVar("Value")


class Mixture(NamedTuple):
    """A rulebook between two others, the parts that differ, and the pairs of them that only change together."""

    rulebook: Rulebook
    parts: tuple[Part, ...]
    joined: tuple[tuple[Part, Part], ...]

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """The parts that differ, those that only change together as one."""
        atom_of: dict[Part, set[Part]] = {part: {part} for part in self.parts}
        for one, other in self.joined:
            if one in atom_of and other in atom_of and atom_of[one] is not atom_of[other]:
                both = atom_of[one] | atom_of[other]
                atom_of.update(dict.fromkeys(both, both))
        distinct = {id(atom): atom for atom in atom_of.values()}.values()
        return tuple(tuple(part for part in self.parts if part in atom) for atom in distinct)


def mixture(pair: Aligned, changed: AbstractSet[Part] = frozenset()) -> Mixture:
    """The old rulebook with the changed parts of the new one.

    What can change by itself is a part; parts of which one without the other is no rulebook are joined:

    - a test (comparison with threshold, or answers) where the condition around it is the same but for its tests; else
      the condition as a whole. So for overrides and for what exempts a criterion. What a criterion counts as where it
      does not apply, whether it can be exempt at all, and which judgement may depart are parts of their own.
    - the standing of a criterion in the rule: whether it counts, where, and whether it is mandatory. A criterion that
      is added or dropped is one that begins or ceases to count: without the rule it decides nothing.
    - the number that a group requires; joined with who counts in it where one without the other could require more than
      there are. A group of another form (or of other groups) is one part, with the criteria that it brings and takes.
    - a criterion that was split, or several that became one: as the rulebooks say, or where what goes and what comes
      say the same together.
    - of overrides: each that is added or dropped, its verdict, and the order of those that stay.
    - what a fact can be and follows from; of facts that follow from each other together.

    A mixture has the criteria that its rule counts and the facts that it reads.

    Args:
        pair: the rulebooks, with the same ids.
        changed: the parts that are as in the new one.
    """
    mixer = _Mixer(pair, changed)
    rulebook = mixer.rulebook()
    return Mixture(rulebook, tuple(mixer.parts), tuple(mixer.joined))


class _Members(NamedTuple):
    """Who counts in a mixed group: `common` of them in both, and the standings of those in one alone."""

    number: int
    mixed: tuple[RulePart, ...]
    common: int
    moving: list[Part]


class _Mixer:
    def __init__(self, pair: Aligned, changed: AbstractSet[Part]) -> None:
        self._old, self._new, self._changed = pair.old, pair.new, changed
        self._split = pair.split
        self.parts: dict[Part, None] = {}
        self.joined: list[tuple[Part, Part]] = []
        self._groups = 0

    def _take(self, part: Part, before: Value, now: Value) -> Value:
        """One of two values; where they differ, the part is noted."""
        if before == now:
            return now
        self.parts[part] = None
        return now if part in self._changed else before

    def rulebook(self) -> Rulebook:
        old, new = self._old, self._new
        self._standings = dict(standings(old, new))
        group = self._part(old.rule.group, new.rule.group)
        assert not isinstance(group, str)
        self._join_splits()
        of_old, of_new = ({criterion.id: criterion for criterion in r.criteria} for r in (old, new))
        both = [self._criterion(of_old[n], of_new[n]) for n in of_old if n in of_new and n in self._standings]
        only = [c for c in (*old.criteria, *new.criteria) if (c.id in of_old) is not (c.id in of_new)]
        counted = ways_of_counting(group)
        criteria = tuple(c for c in (*both, *only) if c.id in counted)
        mixed = new._replace(criteria=criteria, rule=new.rule._replace(group=group), overrides=self._overrides())
        return mixed._replace(vocabulary=new.vocabulary._replace(facts=self._facts(mixed)))

    # --- criteria and overrides ---

    def _criterion(self, before: Criterion, now: Criterion) -> Criterion:
        name = now.id
        return now._replace(
            condition=self._condition(Kind.TEST, Kind.CONDITION, name, before.condition, now.condition),
            judgement=self._take(Part(Kind.JUDGEMENT, name), before.judgement, now.judgement),
            applicability=self._applicability(name, before.applicability, now.applicability),
        )

    def _applicability(
        self, name: str, before: Applicability | None, now: Applicability | None
    ) -> Applicability | None:
        whole = Part(Kind.EXEMPTION, name)
        if before is None or now is None:
            return self._take(whole, before, now)
        exempt = self._condition(Kind.EXEMPTION_TEST, Kind.EXEMPTION, name, before.exempt_when, now.exempt_when)
        counts_as = self._take(Part(Kind.COUNTS_AS, name), before.counts_as, now.counts_as)
        return now._replace(exempt_when=exempt, counts_as=counts_as)

    def _condition(self, of_test: Kind, whole: Kind, name: str, before: Condition, now: Condition) -> Condition:
        if before == now:
            return now
        if form_of(before) != form_of(now):
            return self._take(Part(whole, name), before, now)
        pairs = list(paired_tests(before, now))
        number = {fact: sum(test.fact == fact for _, test in pairs) for fact in {test.fact for _, test in pairs}}
        seen = dict.fromkeys(number, 0)
        chosen = []
        for one, other in pairs:
            seen[other.fact] += 1
            nth = seen[other.fact] if number[other.fact] > 1 else 0
            chosen.append(self._take(Part(of_test, name, other.fact, nth), one, other))
        return with_tests(now, iter(chosen))

    def _overrides(self) -> tuple[Override, ...]:
        old, new = ({override.id: override for override in r.overrides} for r in (self._old, self._new))
        kept = [[name for name in names if name in old and name in new] for names in (old, new)]
        orders = (merged_order(list(old), list(new)), merged_order(list(new), list(old)))
        if kept[0] == kept[1]:
            orders = (orders[1], orders[1])
        order = self._take(Part(Kind.OVERRIDE_ORDER), *orders)
        mixed = {name: self._override(name, old.get(name), new.get(name)) for name in order}
        return tuple(override for name in order if (override := mixed[name]) is not None)

    def _override(self, name: str, before: Override | None, now: Override | None) -> Override | None:
        if before is None:
            return self._take(Part(Kind.OVERRIDE_ADDED, name), before, now)
        if now is None:
            return self._take(Part(Kind.OVERRIDE_DROPPED, name), before, now)
        condition = self._condition(Kind.TEST, Kind.CONDITION, name, before.condition, now.condition)
        verdict = self._take(Part(Kind.OVERRIDE_VERDICT, name), before.verdict, now.verdict)
        return now._replace(condition=condition, verdict=verdict)

    # --- the rule ---

    def _part(self, before: RulePart, now: RulePart) -> RulePart:
        if isinstance(before, Count) and isinstance(now, Count) and not any(map(_has_mandatory_group, (before, now))):
            return self._group(before, now, before.members, now.members, self._count)
        if isinstance(before, Join) and isinstance(now, Join) and before.operator == now.operator != "not":
            return self._group(before, now, before.parts, now.parts, self._join)
        return self._whole(before, now)

    def _next_group(self) -> int:
        self._groups += 1
        return self._groups - 1

    def _whole(self, before: RulePart, now: RulePart) -> RulePart:
        part = Part(Kind.RULE, number=self._next_group())
        for name in names_in(before) ^ names_in(now):
            if name in self._standings:
                self.joined.append((part, self._standings[name]))
        return self._take(part, before, now)

    def _group(
        self,
        before: Value,
        now: Value,
        parts_before: Sequence[RulePart],
        parts_now: Sequence[RulePart],
        mix: Callable[[Value, Value, _Members], RulePart],
    ) -> RulePart:
        """A group whose groups within it are the same in number: criterion by criterion, and group by group."""
        inner = paired_groups(parts_before, parts_now)
        if inner is None:
            return self._whole(cast("RulePart", before), cast("RulePart", now))
        number = self._next_group()
        was, becomes = ([p for p in parts if isinstance(p, str)] for parts in (parts_before, parts_now))
        moving = [self._standings[name] for name in {*was} ^ {*becomes}]
        chosen = [name for name in dict.fromkeys([*becomes, *was]) if self._counts(name, name in was, name in becomes)]
        members = (*chosen, *(self._part(one, other) for one, other in inner))
        return mix(before, now, _Members(number, members, len({*was} & {*becomes}) + len(inner), moving))

    def _counts(self, name: str, before: bool, now: bool) -> bool:
        """Whether a criterion counts in a group; where it did not change its standing, as it always did."""
        return self._take(self._standings[name], before, now) if before is not now else now

    def _count(self, before: Count, now: Count, members: _Members) -> RulePart:
        part = Part(Kind.REQUIRED, number=members.number)
        if max(before.required, now.required) > members.common:
            self._join_all([part, *members.moving] if before.required != now.required else members.moving)
        required = self._take(part, before.required, now.required)
        names = {*own_names(before), *own_names(now)}
        mandatory = {name for name in sorted(names) if self._is_mandatory(name, before, now)}
        return Count(required, members.mixed, tuple(sorted(mandatory & {*members.mixed})))

    def _is_mandatory(self, name: str, before: Count, now: Count) -> bool:
        was, becomes = name in before.mandatory, name in now.mandatory
        return was if was is becomes else self._take(self._standings[name], was, becomes)

    def _join(self, before: Join, now: Join, members: _Members) -> RulePart:
        if not members.common:
            self._join_all(members.moving)
        return Join(now.operator, members.mixed)

    def _join_all(self, parts: Iterable[Part]) -> None:
        first, *others = [*parts] or [Part(Kind.RULE)]
        self.joined += [(first, other) for other in others]

    def _join_splits(self) -> None:
        """What a criterion said and several say now changes as one, and the other way round."""
        for names in self._split:
            self._join_all(self._standings[name] for name in names if name in self._standings)
        said = {name for names in self._split for name in names}
        gone, come = (
            [criterion for criterion in only_in(one, other) if criterion.id not in said]
            for one, other in ((self._old, self._new), (self._new, self._old))
        )
        for ones, others in ((gone, come), (come, gone)):
            for criterion in ones:
                parts_of_it = pieces_of(criterion, others)
                self._join_all(self._standings[c.id] for c in (criterion, *parts_of_it) if c.id in self._standings)

    # --- facts ---

    def _facts(self, mixed: Rulebook) -> dict[str, FactDeclaration]:
        """The facts that the mixture reads, and those that they follow from."""
        old, new = self._old.vocabulary.facts, self._new.vocabulary.facts
        everything = {**old, **new}
        declared = {}
        for name in sorted(_read(self._old, old) | _read(self._new, new)):
            declared[name] = everything[name]
            if name in old and name in new:
                is_same = _measured(old[name]) == _measured(new[name])
                declared[name] = (
                    new[name] if is_same else self._take(Part(Kind.DECLARATION, name), old[name], new[name])
                )
            for other in {*_derived_from(old.get(name)), *_derived_from(new.get(name))}:
                self.joined.append((Part(Kind.DECLARATION, name), Part(Kind.DECLARATION, other)))
        read = _read(mixed, declared)
        return {name: fact for name, fact in declared.items() if name in read}


def _has_mandatory_group(group: Count) -> bool:
    """Whether a group in a group must be met: what it says changes only as a whole."""
    return not {*group.mandatory} <= {*own_names(group)}


def _read(rulebook: Rulebook, facts: Mapping[str, FactDeclaration]) -> set[str]:
    """The facts that a rulebook reads, and those that they follow from."""
    tested = {test.fact for condition in conditions_of(rulebook) for test, _ in tests_of(condition)}
    tested |= {criterion.judgement for criterion in rulebook.criteria if criterion.judgement is not None}
    return tested.union(*(_derived_from(facts[name]) for name in tested))


def conditions_of(rulebook: Rulebook) -> Iterator[Condition]:
    """The conditions of criteria, of what exempts from them, and of overrides."""
    for criterion in rulebook.criteria:
        yield criterion.condition
        if criterion.applicability is not None:
            yield criterion.applicability.exempt_when
    yield from (override.condition for override in rulebook.overrides)


def _derived_from(fact: FactDeclaration | None) -> tuple[str, ...]:
    return () if fact is None else fact.derived_from


def _measured(fact: FactDeclaration) -> FactDeclaration:
    """A fact without its texts."""
    return fact._replace(written=None)  # type: ignore[arg-type]

"""What of two rulebooks belongs together: tests, groups, orders, the standings of criteria, and what was split."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.comparison.atom import Kind, Part
from engine.rulebooks.rulebook import Combination, Condition, ConditionCount, Count, Criterion, Rulebook, RulePart, Test


def form_of(condition: Condition) -> object:
    """A condition without the thresholds and answers in it, and without its order."""
    if isinstance(condition, Test):
        return condition.fact
    if isinstance(condition, ConditionCount):
        parts = ((form_of(part), i in condition.mandatory) for i, part in enumerate(condition.parts))
        return condition.required, tuple(sorted(parts, key=repr))
    return condition.operator, tuple(sorted((form_of(part) for part in condition.parts), key=repr))


def paired_tests(before: Condition, now: Condition) -> Iterator[tuple[Test, Test]]:
    """The tests of conditions of one form, each with its counterpart: where parts are alike, with the same first."""
    if isinstance(before, Test):
        assert isinstance(now, Test)
        yield before, now
        return
    assert not isinstance(now, Test)
    left = [part for part in before.parts if part not in now.parts]
    for part in now.parts:
        if part in before.parts:
            yield from paired_tests(part, part)
        else:
            counterpart = next(other for other in left if form_of(other) == form_of(part))
            left.remove(counterpart)
            yield from paired_tests(counterpart, part)


def with_tests(condition: Condition, tests: Iterator[Test]) -> Condition:
    """A condition with other tests, in the order of its own."""
    if isinstance(condition, Test):
        return next(tests)
    return condition._replace(parts=tuple(with_tests(part, tests) for part in condition.parts))


def merged_order(order: Sequence[str], others: Sequence[str]) -> list[str]:
    """An order with what only the other one has, each after what it follows there."""
    merged = list(order)
    for before, name in zip(["", *others], others, strict=False):
        if name not in order:
            merged.insert(merged.index(before) + 1 if before else 0, name)
    return merged


def standings(old: Rulebook, new: Rulebook) -> Iterator[tuple[str, Part]]:
    """For each criterion that either rule names, the part that its standing is, should it differ."""
    before, now = ({*names_in(r.rule.group)} for r in (old, new))
    was, becomes = ({*_mandatory(r.rule.group)} for r in (old, new))
    for name in sorted(before | now):
        yield name, Part(_standing(name in before, name in now, name in was, name in becomes), name)


def _standing(before: bool, now: bool, was_mandatory: bool, is_mandatory: bool) -> Kind:
    if before is not now:
        return Kind.ADDED if now else Kind.DROPPED
    if was_mandatory is not is_mandatory:
        return Kind.MANDATORY if is_mandatory else Kind.VOLUNTARY
    return Kind.MOVED


def own_names(group: Count) -> list[str]:
    """The criteria that count in a group itself."""
    return [member for member in group.members if isinstance(member, str)]


def names_in(part: RulePart) -> set[str]:
    """The criteria in a rule, in its groups too."""
    if isinstance(part, str):
        return {part}
    return {name for inner in (part.members if isinstance(part, Count) else part.parts) for name in names_in(inner)}


def _mandatory(part: RulePart) -> set[str]:
    if isinstance(part, str):
        return set()
    own = {*part.mandatory} if isinstance(part, Count) else set[str]()
    parts = part.members if isinstance(part, Count) else part.parts
    return own.union(*(_mandatory(inner) for inner in parts))


def paired_groups(before: Sequence[RulePart], now: Sequence[RulePart]) -> list[tuple[RulePart, RulePart]] | None:
    """The groups within two groups, each with its counterpart, the same first; None where their number differs."""
    one, other = ([part for part in parts if not isinstance(part, str)] for parts in (before, now))
    same = [part for part in one if part in other]
    for part in same:
        if part in other:
            one.remove(part)
            other.remove(part)
    return [*((p, p) for p in same), *zip(one, other, strict=True)] if len(one) == len(other) else None


def only_in(rulebook: Rulebook, other: Rulebook) -> list[Criterion]:
    """The criteria that only one of two rulebooks has."""
    names = {criterion.id for criterion in other.criteria}
    return [criterion for criterion in rulebook.criteria if criterion.id not in names]


def pieces_of(criterion: Criterion, others: Sequence[Criterion]) -> list[Criterion]:
    """Those of some criteria that together ask what one asks; none where they do not."""
    if not isinstance(criterion.condition, Combination):
        return []
    asked, operator = [repr(form_of(part)) for part in criterion.condition.parts], criterion.condition.operator
    pieces, covered = [], set[str]()
    for other in others:
        is_joined = isinstance(other.condition, Combination) and other.condition.operator == operator
        parts = other.condition.parts if is_joined and isinstance(other.condition, Combination) else (other.condition,)
        forms = {repr(form_of(part)) for part in parts}
        if forms <= {*asked}:
            pieces.append(other)
            covered |= forms
    return pieces if len(pieces) > 1 and covered == {*asked} else []

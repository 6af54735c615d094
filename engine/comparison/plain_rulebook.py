"""Rulebooks without their texts, in one order, and with the ids of another: equal where they mean the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from engine.rulebooks.language import Text
from engine.rulebooks.renames import Ids, Renames, renamed, renames_between
from engine.rulebooks.rulebook import (
    AnswerTest,
    Combination,
    Condition,
    ConditionCount,
    Count,
    Criterion,
    Join,
    Override,
    Rulebook,
    RulePart,
    Test,
)
from engine.rulebooks.splits import split_ids, splits_between
from engine.values.logic import Connective

NO_TEXT = Text(da="", en="")
Item = TypeVar("Item", Criterion, Override)


class Aligned(NamedTuple):
    """Two rulebooks, plain, the old one with the ids of the new one; and the ids of now by those of before.

    `split` are the criteria that the one has whole and the other in parts, each with its parts.
    """

    old: Rulebook
    new: Rulebook
    facts: Ids
    criteria: Ids
    overrides: Ids
    split: tuple[tuple[str, ...], ...] = ()


def aligned(old: Rulebook, new: Rulebook) -> Aligned:
    """Two rulebooks brought to the same ids: what has another id and says the same is the same.

    Two criteria or overrides are one where two of three are the same: the id, the title (if no other has it), and what
    they say; else where one is: what they say, the title, or the id, in this order. What is gone and whose id stands
    for another now is `before.ID`. A criterion and the parts that a rulebook says it was split into are not matched.

    >>> from engine.rulebooks.library import Library
    >>> old = Library().choose("hovedstaden.mest-specialiserede", 2018)
    >>> pair = aligned(old, renamed(old, Renames({}, {"B1": "B2", "B2": "B1"}, {})))
    >>> pair.old.criteria == pair.new.criteria, pair.old.rule == pair.new.rule, pair.criteria["B1"]
    (True, True, 'B2')
    """
    facts = renames_between(old, new).facts
    before, now = plain(renamed(old, Renames(facts, {}, {}))), plain(new)
    splits = {**splits_between(old, new), **splits_between(new, old)}
    criteria = _ids_by_now(before.criteria, now.criteria, split_ids(splits))
    overrides = _ids_by_now(before.overrides, now.overrides)
    before = plain(renamed(before, Renames({}, criteria, overrides)))
    return Aligned(before, now, facts, criteria, overrides, tuple((name, *parts) for name, parts in splits.items()))


def _ids_by_now(old: Sequence[Item], new: Sequence[Item], apart: frozenset[str] = frozenset()) -> dict[str, str]:
    """The ids of now by those of before; what is apart is like nothing else."""
    pairs = dict[str, str]()
    for likeness in _likenesses(old, new):
        known, taken = apart | pairs.keys(), apart.union(pairs.values())
        gone = _by_likeness(likeness, (thing for thing in old if thing.id not in known))
        added = _by_likeness(likeness, (thing for thing in new if thing.id not in taken))
        for key, names in gone.items():
            if len(names) == len(added.get(key, ())):
                pairs.update(zip(names, added[key], strict=True))
    used = {thing.id for thing in new}
    lost = {t.id: f"before.{t.id}" if t.id in used else t.id for t in old if t.id not in pairs}
    return pairs | lost


def _likenesses(old: Sequence[Item], new: Sequence[Item]) -> Iterator[Callable[[Item], Hashable]]:
    """What makes two things the same, the surest first; a title tells nothing where several have it."""
    titles = [[_title(thing) for thing in things] for things in (old, new)]
    telling = {title for title in titles[0] if all(several.count(title) == 1 for several in titles)}
    yield lambda thing: (thing.id, _title(thing)) if _title(thing) in telling else None
    yield lambda thing: (_title(thing), _said(thing)) if _title(thing) in telling else None
    yield lambda thing: (thing.id, _said(thing))
    yield _said
    yield lambda thing: _title(thing) if _title(thing) in telling else None
    yield lambda thing: thing.id


def _by_likeness(likeness: Callable[[Item], Hashable], things: Iterable[Item]) -> Mapping[Hashable, list[str]]:
    names: dict[Hashable, list[str]] = {}
    for thing in things:
        if (key := likeness(thing)) is not None:
            names.setdefault(key, []).append(thing.id)
    return names


def _title(thing: Criterion | Override) -> Hashable:
    return thing.title.da, thing.title.en


def _said(thing: Criterion | Override) -> Hashable:
    bare = _plain_criterion(thing) if isinstance(thing, Criterion) else _plain_override(thing)
    return bare._replace(id="", title=NO_TEXT)


def plain(rulebook: Rulebook) -> Rulebook:
    """A rulebook without the texts that no verdict depends on, its conditions and groups in one order.

    Titles stay, by which things are recognised.
    """
    group = plain_part(rulebook.rule.group)
    assert not isinstance(group, str)
    return rulebook._replace(
        criteria=tuple(_plain_criterion(criterion) for criterion in rulebook.criteria),
        overrides=tuple(_plain_override(override) for override in rulebook.overrides),
        rule=rulebook.rule._replace(group=group),
    )


def _plain_criterion(criterion: Criterion) -> Criterion:
    exempt = criterion.applicability
    if exempt is not None:
        exempt = exempt._replace(exempt_when=plain_condition(exempt.exempt_when), reference=NO_TEXT, reading=None)
    return criterion._replace(
        description=NO_TEXT,
        reference=NO_TEXT,
        reading=None,
        condition=plain_condition(criterion.condition),
        applicability=exempt,
        split_from=(),
    )


def _plain_override(override: Override) -> Override:
    condition = plain_condition(override.condition)
    return override._replace(condition=condition, legal_basis=NO_TEXT, reference=NO_TEXT, reading=None, offer_is=None)


def plain_condition(condition: Condition) -> Condition:
    """A condition whose order, repetitions, double negations and groups in groups of one kind are gone."""
    if isinstance(condition, Test):
        return condition._replace(reference=NO_TEXT)
    parts = [plain_condition(part) for part in condition.parts]
    if isinstance(condition, ConditionCount):
        return _plain_count(condition.required, parts, condition.mandatory)
    if condition.operator == "not":
        (part,) = parts
        if isinstance(part, Combination) and part.operator == "not":
            return part.parts[0]
        return Combination("not", (part,))
    return _joined(condition.operator, parts)


def _joined(operator: Connective, parts: Iterable[Condition]) -> Condition:
    flat = [inner for part in parts for inner in _parts_of(part, operator)]
    ordered = sorted(dict.fromkeys(flat), key=_order)
    return ordered[0] if len(ordered) == 1 else Combination(operator, tuple(ordered))


def _plain_count(required: int, parts: Sequence[Condition], mandatory: Sequence[int]) -> Condition:
    """A count in one order; all of several, or one of several, as what it is. What stands twice counts twice."""
    if required == len(parts):
        return _joined("all", parts)
    if required == 1 and not mandatory:
        return _joined("any", parts)
    ordered = sorted(
        ((part, i in mandatory) for i, part in enumerate(parts)), key=lambda pair: (_order(pair[0]), pair[1])
    )
    numbers = tuple(i for i, (_, is_mandatory) in enumerate(ordered) if is_mandatory)
    return ConditionCount(required, tuple(part for part, _ in ordered), numbers)


def _parts_of(condition: Condition, operator: str) -> tuple[Condition, ...]:
    if isinstance(condition, Combination) and condition.operator == operator:
        return condition.parts
    return (condition,)


def _order(condition: Condition) -> str:
    return repr(_sortable(condition))


def _sortable(condition: Condition) -> list[object]:
    if isinstance(condition, AnswerTest):
        return ["", condition.fact, condition.key, sorted(condition.answers)]
    if isinstance(condition, Test):
        return ["", condition.fact, condition.key, str(condition.threshold)]
    if isinstance(condition, ConditionCount):
        return [str(condition.required), *map(_sortable, condition.parts), *map(str, condition.mandatory)]
    return [condition.operator, *map(_sortable, condition.parts)]


def plain_part(part: RulePart) -> RulePart:
    """A part of a rule in one order, its groups without names; one that is mandatory is called by what it says."""
    match part:
        case str():
            return part
        case Count():
            plain, called = [plain_part(member) for member in part.members], dict[str, str]()
            for i, member in enumerate(part.members):
                if not isinstance(member, str) and member.id in part.mandatory:
                    assert member.id is not None
                    called[member.id] = f"({plain[i]!r})"
                    plain[i] = plain[i]._replace(id=called[member.id])  # type: ignore[union-attr]
            mandatory = tuple(sorted(called.get(name, name) for name in part.mandatory))
            return Count(part.required, _ordered(plain), mandatory)
        case Join():
            return Join(part.operator, _ordered(map(plain_part, part.parts)))


def _ordered(parts: Iterable[RulePart]) -> tuple[RulePart, ...]:
    return tuple(sorted(parts, key=repr))

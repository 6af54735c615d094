"""Where the parts of a rulebook stand in its file: the path of keys to each condition and each part of the rule."""

from __future__ import annotations

from collections.abc import Iterator, Set

from engine.rulebooks.checker import Path
from engine.rulebooks.rulebook import Combination, Condition, ConditionCount, Count, Rulebook, RulePart, Test, name_of


def conditions_of(rulebook: Rulebook) -> Iterator[tuple[Path, Condition]]:
    """Each whole condition of a rulebook with its path: what criteria ask, when they do not apply, overrides."""
    for criterion in rulebook.criteria:
        path: Path = ("criteria", criterion.id)
        yield (*path, "met_when" if criterion.judgement is None else "indicated_by"), criterion.condition
        if criterion.applicability is not None:
            yield (*path, "not_applicable", "when"), criterion.applicability.exempt_when
    for override in rulebook.overrides:
        yield ("overrides", override.id, "when"), override.condition


def parts_of_condition(path: Path, condition: Condition) -> Iterator[tuple[Path, Condition]]:
    """A condition and every condition in it, with their paths."""
    yield path, condition
    if not isinstance(condition, Test):
        for i, part in enumerate(condition.parts):
            yield from parts_of_condition((*path, *step_to(condition, i)), part)


def without_parts(condition: Condition, left_out: Set[Path], path: Path = ()) -> Condition:
    """A condition without those in it that some paths lead to, below its root; each group keeps a part at least.

    A count keeps its parts: without one it would ask for another number of the others.
    """
    if isinstance(condition, Test):
        return condition
    if isinstance(condition, ConditionCount):
        inner = enumerate(condition.parts)
        parts = tuple(without_parts(part, left_out, (*path, *step_to(condition, i))) for i, part in inner)
        return condition._replace(parts=parts)
    steps = [(*path, *step_to(condition, i)) for i in range(len(condition.parts))]
    kept = [(step, part) for step, part in zip(steps, condition.parts, strict=True) if step not in left_out]
    return condition._replace(parts=tuple(without_parts(part, left_out, step) for step, part in kept))


def step_to(group: Combination | ConditionCount, index: int) -> Path:
    """The keys that lead from a group to one of its parts."""
    if isinstance(group, ConditionCount):
        return "of", index
    return ("not",) if group.operator == "not" else (group.operator, index)


def all_tests(rulebook: Rulebook) -> Iterator[tuple[Path, Test]]:
    """Every test of a rulebook with its path."""
    for root, condition in conditions_of(rulebook):
        for path, part in parts_of_condition(root, condition):
            if isinstance(part, Test):
                yield path, part


def parts_of_rule(part: RulePart, path: Path = ("rule",)) -> Iterator[tuple[Path, RulePart]]:
    """A part of a rule and every part in it, with their paths."""
    yield path, part
    if isinstance(part, Count):
        for i, member in enumerate(part.members):
            yield from parts_of_rule(member, (*path, "of", i))
    elif not isinstance(part, str):
        for i, member in enumerate(part.parts):
            step = ("not",) if part.operator == "not" else (part.operator, i)
            yield from parts_of_rule(member, (*path, *step))


def numbers_of_rule(group: RulePart) -> set[int]:
    """How many are required, how many count and how many are mandatory, in a rule and in its groups."""
    numbers = set[int]()
    for _, part in parts_of_rule(group):
        if isinstance(part, Count):
            numbers |= {part.required, len(part.members), len(part.mandatory)}
        elif not isinstance(part, str) and part.operator != "not":
            numbers |= {len(part.parts), *([1] if part.operator == "any" else [])}
    return numbers


def with_part(part: RulePart, path: Path, new: RulePart) -> RulePart:
    """A rule with the part that a path of `parts_of_rule` leads to, below ("rule",), put anew."""
    if not path:
        return new
    if isinstance(part, Count):
        return _with_member(part, int(path[1]), _replaced(part.members, int(path[1]), path[2:], new))
    assert not isinstance(part, str)
    index, rest = (0, path[1:]) if part.operator == "not" else (int(path[1]), path[2:])
    return part._replace(parts=_replaced(part.parts, index, rest, new))


def _with_member(part: Count, index: int, members: tuple[RulePart, ...]) -> Count:
    """A group with one member put anew, which is mandatory where the one before was."""
    before, now = name_of(part.members[index]), members[index]
    if before is None or before not in part.mandatory or before == name_of(now):
        return part._replace(members=members)
    if not isinstance(now, str):
        called = now._replace(id=before)
        return part._replace(members=(*members[:index], called, *members[index + 1 :]))
    mandatory = dict.fromkeys(now if name == before else name for name in part.mandatory)
    return part._replace(members=members, mandatory=tuple(mandatory))


def _replaced(parts: tuple[RulePart, ...], index: int, rest: Path, new: RulePart) -> tuple[RulePart, ...]:
    return (*parts[:index], with_part(parts[index], rest, new), *parts[index + 1 :])


def with_condition(condition: Condition, path: Path, new: Condition) -> Condition:
    """A condition with the one that a path of `parts_of_condition` leads to, below its root, put anew."""
    if not path:
        return new
    assert not isinstance(condition, Test)
    is_one = isinstance(condition, Combination) and condition.operator == "not"
    index, rest = (0, path[1:]) if is_one else (int(path[1]), path[2:])
    parts = condition.parts
    changed = with_condition(parts[index], rest, new)
    return condition._replace(parts=(*parts[:index], changed, *parts[index + 1 :]))


def with_root(rulebook: Rulebook, root: Path, condition: Condition) -> Rulebook:
    """A rulebook with one of the whole conditions of `conditions_of` put anew."""
    if root[0] == "overrides":
        overrides = (o._replace(condition=condition) if o.id == root[1] else o for o in rulebook.overrides)
        return rulebook._replace(overrides=tuple(overrides))
    criteria = []
    for criterion in rulebook.criteria:
        if criterion.id == root[1] and root[2] == "not_applicable":
            assert criterion.applicability is not None
            applicability = criterion.applicability._replace(exempt_when=condition)
            criterion = criterion._replace(applicability=applicability)  # noqa: PLW2901 - the changed one is kept
        elif criterion.id == root[1]:
            criterion = criterion._replace(condition=condition)  # noqa: PLW2901
        criteria.append(criterion)
    return rulebook._replace(criteria=tuple(criteria))

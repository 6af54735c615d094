"""A condition that every offer meets, or none.

## Avoid

```yaml
met_when: {fact: seats, at_least: 0}          # nothing has fewer
when: {all: [{fact: owner, is: shop}, {fact: owner, is: school}]}   # nobody is both
met_when: {any: [{fact: seats, below: 50}, {fact: seats, at_least: 30}]}   # who has not the one has the other
```

## Prefer

```yaml
met_when: {fact: seats, at_least: 20}
when: {fact: owner, in: [shop, school]}
met_when: {all: [{fact: seats, below: 50}, {fact: seats, at_least: 30}]}
```

## Why

A condition that is the same for every offer of which it is asked asks nothing. Often `all` stands where `any` was
meant, a threshold lies on the limit of what the fact can be, or several tests leave nothing out between them. A
criterion's condition is asked only of offers to which the criterion applies.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.authoring.lints.lint import Lint, RulebookFile
from engine.authoring.lints.meaning import Meaning
from engine.authoring.lints.places import conditions_of, step_to
from engine.diagnostics import Diagnostic
from engine.evaluation.folding import Function
from engine.rulebooks.checker import Path
from engine.rulebooks.rulebook import Combination, Condition, Test
from engine.texts.catalogue import Message, message
from engine.texts.joined import AND, SEMICOLON, joined


def _constant_conditions(file: RulebookFile) -> Iterator[Diagnostic]:
    for path, condition in conditions_of(file.rulebook):
        for steps, part, is_met in constant_parts(file.meaning, path, condition):
            words = _finding(is_met, depends=_depends_on(file.meaning, part, is_met))
            reason = _reason(file.meaning, file.meaning.asked_of(path), part, is_met)
            advice = _remedy(path, is_met) if not steps else _left_out(steps, is_met)
            if reason is not None:
                advice = joined([reason, advice], SEMICOLON)
            yield Diagnostic(file.at(*path, *steps), "constant-condition", words, advice)


def _finding(is_met: bool, *, depends: bool) -> Message:
    if depends and is_met:
        return message("every offer to which the criterion applies meets this condition")
    if depends:
        return message("no offer to which the criterion applies meets this condition")
    return message("every offer meets this condition") if is_met else message("no offer meets this condition")


def constant_parts(meaning: Meaning, root: Path, condition: Condition) -> Iterator[tuple[Path, Condition, bool]]:
    """The widest parts of a whole condition that are always met, or never, with their paths below it."""
    yield from _constant_in(meaning, meaning.asked_of(root), condition, ())


def _constant_in(
    meaning: Meaning, asked: Function, condition: Condition, path: Path
) -> Iterator[tuple[Path, Condition, bool]]:
    met = meaning.condition(condition)
    if meaning.is_never(asked & met) or meaning.is_never(asked & ~met):
        yield path, condition, not meaning.is_never(asked & met)
    elif not isinstance(condition, Test):
        for i, part in enumerate(condition.parts):
            yield from _constant_in(meaning, asked, part, (*path, *step_to(condition, i)))


def _depends_on(meaning: Meaning, condition: Condition, is_met: bool) -> bool:
    """Whether a condition is constant only for those of which it is asked."""
    met = meaning.condition(condition)
    return not meaning.is_never(~met if is_met else met)


def _left_out(steps: Path, is_met: bool) -> Message:
    """What to write instead of a part; of those that are counted, one that always holds is one fewer to ask for."""
    if len(steps) > 1 and steps[-2] == "of" and is_met:
        return message("leave it out, and require one fewer of the others")
    return message("leave it out: the other parts ask the same without it")


def _remedy(root: Path, is_met: bool) -> Message:
    """What to write instead of a whole condition."""
    match root[0], root[2], is_met:
        case "overrides", _, True:
            return message("the override decides every offer: ask for less")
        case "overrides", _, _:
            return message("leave the override out, or ask for less")
        case _, "not_applicable", True:
            return message("leave the criterion out: it never applies")
        case _, "not_applicable", _:
            return message("leave `not_applicable` out")
        case _, "met_when", True:
            return message("the criterion is always met: leave the criterion out, or ask for what offers differ in")
        case _, "met_when", _:
            return message("the criterion is never met: leave the criterion out, or ask for what offers differ in")
        case _, _, True:
            return message("the measure is always met: leave the criterion out, or ask for what offers differ in")
    return message("the measure is never met: leave the criterion out, or ask for what offers differ in")


def _reason(meaning: Meaning, asked: Function, condition: Condition, is_met: bool) -> Message | None:
    """The fewest parts of a group that make it constant, where that is not all of them alone."""
    if not isinstance(condition, Combination) or condition.operator == "not" or is_met is (condition.operator == "all"):
        return None
    *others, last = map(str, _clashing(meaning, asked, condition))
    if not others:
        words = message("part {part} of `{operator}` is never met")
        if is_met:
            words = message("part {part} of `{operator}` is always met")
        return words.filled(part=last, operator=condition.operator)
    words = message("parts {parts} of `{operator}` exclude each other")
    if is_met:
        words = message("parts {parts} of `{operator}` leave nothing out")
    return words.filled(parts=joined([", ".join(others), last], AND), operator=condition.operator)


def _clashing(meaning: Meaning, asked: Function, group: Combination) -> list[int]:
    """The numbers, from 1 on, of parts of which none can be spared for the group to be constant."""
    parts = [meaning.condition(part) for part in group.parts]
    kept = list(range(len(parts)))
    for i in kept.copy():
        left = asked
        for j in kept:
            if j != i:
                left &= parts[j] if group.operator == "all" else ~parts[j]
        if len(kept) > 1 and meaning.is_never(left):
            kept.remove(i)
    return [i + 1 for i in kept]


LINT = Lint("constant-condition", "a condition that every offer meets, or none", _constant_conditions)

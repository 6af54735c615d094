"""A part of a condition that changes nothing.

## Avoid

```yaml
any:
  - {fact: open_hours, at_least: 30}
  - {fact: open_hours, at_least: 40}
```

## Prefer

```yaml
any:
  - {fact: open_hours, at_least: 30}
```

## Why

Who has 40 has 30. The second line looks like a rule and is none; a threshold in it can be wrong for years, and no case
shows it.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.authoring.lints.lint import Lint, RulebookFile
from engine.authoring.lints.places import conditions_of
from engine.diagnostics import Diagnostic
from engine.rulebooks.checker import Path
from engine.rulebooks.rulebook import Combination, Condition, Test


def _redundant_conditions(file: RulebookFile) -> Iterator[Diagnostic]:
    for path, condition in conditions_of(file.rulebook):
        if not file.meaning.is_constant(file.meaning.condition(condition)):
            yield from _redundant_parts(file, path, condition)


def _redundant_parts(file: RulebookFile, path: Path, condition: Condition) -> Iterator[Diagnostic]:
    if isinstance(condition, Test):
        return
    kept = list(range(len(condition.parts)))
    for i in reversed(kept.copy()):
        without = [condition.parts[j] for j in kept if j != i]
        if without and _is_same_without(file, condition, without):
            kept.remove(i)
            message = f"this part of `{condition.operator}` changes nothing"
            hint = "the other parts decide without it; take it out, or look at its threshold"
            yield Diagnostic(file.at(*path, condition.operator, i), "redundant-condition", message, hint)
    for i in kept:
        step = ("not",) if condition.operator == "not" else (condition.operator, i)
        yield from _redundant_parts(file, (*path, *step), condition.parts[i])


def _is_same_without(file: RulebookFile, condition: Combination, parts: list[Condition]) -> bool:
    without = condition._replace(parts=tuple(parts))
    return file.meaning.are_same(file.meaning.condition(condition), file.meaning.condition(without))


LINT = Lint("redundant-condition", "a part of a condition that changes nothing", _redundant_conditions)

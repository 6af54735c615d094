"""A mandatory member that would change nothing, were it not mandatory.

## Avoid

```yaml
rule:
  at_least: 3
  of: [R1, R2, R3]
  mandatory: [R3]
```

## Prefer

```yaml
rule:
  at_least: 3
  of: [R1, R2, R3]
```

## Why

Where all are required, each is mandatory anyway. A reader takes the word as a condition of its own and looks for the
case in which it counts; there is none. Perhaps the number required was meant to be lower.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.authoring.lints.lint import Lint, RulebookFile
from engine.authoring.lints.places import conditions_of, parts_of_condition, parts_of_rule, with_condition, with_part
from engine.diagnostics import Diagnostic
from engine.rulebooks.checker import Path
from engine.rulebooks.rulebook import ConditionCount, Count, Rulebook
from engine.texts.catalogue import message

_ADVICE = message("take it out of `mandatory`")


def _idle_mandatory(file: RulebookFile) -> Iterator[Diagnostic]:
    yield from _in_rule(file)
    for root, condition in conditions_of(file.rulebook):
        asked = file.meaning.asked_of(root)
        for path, part in parts_of_condition((), condition):
            for i, number in enumerate(part.mandatory if isinstance(part, ConditionCount) else ()):
                assert isinstance(part, ConditionCount)
                fewer = part._replace(mandatory=tuple(other for other in part.mandatory if other != number))
                both = (condition, with_condition(condition, path, fewer))
                if file.meaning.are_same(*(asked & file.meaning.condition(one) for one in both)):
                    words = message("this need not be mandatory: the condition asks the same without it")
                    yield Diagnostic(file.at(*root, *path, "mandatory", i), "idle-mandatory", words, _ADVICE)


def _in_rule(file: RulebookFile) -> Iterator[Diagnostic]:
    if not file.meaning.varies:
        return
    for path, part in parts_of_rule(file.rulebook.rule.group):
        for i, name in enumerate(part.mandatory if isinstance(part, Count) else ()):
            assert isinstance(part, Count)
            if file.meaning.changes_nothing(_without(file.rulebook, path, part, name)):
                words = message("`{criterion}` need not be mandatory: no verdict changes without it", criterion=name)
                yield Diagnostic(file.at(*path, "mandatory", i), "idle-mandatory", words, _ADVICE)


def _without(rulebook: Rulebook, path: Path, part: Count, name: str) -> Rulebook:
    """The rulebook with one member of a group no longer mandatory."""
    fewer = part._replace(mandatory=tuple(member for member in part.mandatory if member != name))
    group = with_part(rulebook.rule.group, path[1:], fewer)
    return rulebook._replace(rule=rulebook.rule._replace(group=group))  # type: ignore[arg-type]


LINT = Lint("idle-mandatory", "a mandatory member that would change nothing, were it not mandatory", _idle_mandatory)

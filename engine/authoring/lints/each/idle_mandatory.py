"""A mandatory criterion that would change nothing, were it not mandatory.

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
from engine.authoring.lints.places import parts_of_rule, with_part
from engine.diagnostics import Diagnostic
from engine.rulebooks.checker import Path
from engine.rulebooks.rulebook import Count, Rulebook
from engine.texts.catalogue import message


def _idle_mandatory(file: RulebookFile) -> Iterator[Diagnostic]:
    if not file.meaning.varies:
        return
    for path, part in parts_of_rule(file.rulebook.rule.group):
        for i, name in enumerate(part.mandatory if isinstance(part, Count) else ()):
            assert isinstance(part, Count)
            if file.meaning.changes_nothing(_without(file.rulebook, path, part, name)):
                words = message("`{criterion}` need not be mandatory: no verdict changes without it", criterion=name)
                advice = message("take it out of `mandatory`")
                yield Diagnostic(file.at(*path, "mandatory", i), "idle-mandatory", words, advice)


def _without(rulebook: Rulebook, path: Path, part: Count, name: str) -> Rulebook:
    """The rulebook with one member of a group no longer mandatory."""
    fewer = part._replace(mandatory=tuple(member for member in part.mandatory if member != name))
    group = with_part(rulebook.rule.group, path[1:], fewer)
    return rulebook._replace(rule=rulebook.rule._replace(group=group))  # type: ignore[arg-type]


LINT = Lint("idle-mandatory", "a mandatory criterion that would change nothing, were it not mandatory", _idle_mandatory)

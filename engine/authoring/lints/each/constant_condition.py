"""A condition that every offer meets, or none.

## Avoid

```yaml
met_when: {fact: seats, at_least: 0}          # nothing has fewer
when: {all: [{fact: owner, is: shop}, {fact: owner, is: school}]}   # nobody is both
```

## Prefer

```yaml
met_when: {fact: seats, at_least: 20}
when: {fact: owner, in: [shop, school]}
```

## Why

A condition that is the same for every offer asks nothing. Often `all` stands where `any` was meant, or a threshold
lies on the limit of what the fact can be.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.authoring.lints.lint import Lint, RulebookFile
from engine.authoring.lints.places import conditions_of
from engine.diagnostics import Diagnostic


def _constant_conditions(file: RulebookFile) -> Iterator[Diagnostic]:
    for path, condition in conditions_of(file.rulebook):
        met = file.meaning.condition(condition)
        if file.meaning.is_constant(met):
            who = "no offer meets" if file.meaning.is_never(met) else "every offer meets"
            hint = "look at its thresholds and answers"
            yield Diagnostic(file.at(*path), "constant-condition", f"{who} this condition", hint)


LINT = Lint("constant-condition", "a condition that every offer meets, or none", _constant_conditions)

"""A criterion that the rule does not use.

## Avoid

```yaml
rule:
  at_least: 2
  of: [R1, R2, R3]
criteria:
  R1: ...
  R2: ...
  R3: ...
  R4: ...
```

## Prefer

```yaml
rule:
  at_least: 2
  of: [R1, R2, R3, R4]
```

## Why

Assessors are asked about the criterion, the form shows it, and whatever they answer, the verdict stays. Mostly it was
forgotten in the rule; else it belongs in no rulebook.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.authoring.lints.lint import Lint, RulebookFile
from engine.diagnostics import Diagnostic
from engine.texts.catalogue import message


def _unused_criteria(file: RulebookFile) -> Iterator[Diagnostic]:
    for criterion in file.rulebook.criteria:
        if criterion.id not in file.meaning.uses:
            words = message("the rule does not use criterion `{criterion}`", criterion=criterion.id)
            advice = message("name it in the rule, or take it out")
            yield Diagnostic(file.at_key("criteria", criterion.id), "unused-criterion", words, advice)


LINT = Lint("unused-criterion", "a criterion that the rule does not use", _unused_criteria)

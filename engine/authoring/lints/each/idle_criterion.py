"""A criterion that the rule uses, but that never changes a verdict.

## Avoid

```yaml
rule:
  any:
    - R3
    - all: [R1, R3]
```

## Prefer

```yaml
rule:
  any:
    - R3
    - all: [R1, R2]
```

## Why

Where R3 is met, the first line suffices; where it is not, the second fails. So R1 can never matter, though the rule
seems to ask for it. What was meant is nearly always something else.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.authoring.lints.lint import Lint, RulebookFile
from engine.diagnostics import Diagnostic
from engine.texts.catalogue import message


def _idle_criteria(file: RulebookFile) -> Iterator[Diagnostic]:
    if not file.meaning.varies:
        return
    for nodes in file.meaning.program.criteria:
        name = nodes.criterion.id
        if name in file.meaning.uses and not file.meaning.matters(nodes.status):
            words = message("criterion `{criterion}` never changes a verdict, whether it is met or not", criterion=name)
            advice = message("look at where the rule uses it")
            yield Diagnostic(file.at_key("criteria", name), "idle-criterion", words, advice)


LINT = Lint("idle-criterion", "a criterion that the rule uses, but that never changes a verdict", _idle_criteria)

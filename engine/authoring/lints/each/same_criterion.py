"""Two criteria that say the same.

## Avoid

```yaml
criteria:
  R1: {met_when: {fact: seats, at_least: 20}, ...}
  R4: {met_when: {not: {fact: seats, below: 20}}, ...}
```

## Prefer

```yaml
criteria:
  R1: {met_when: {fact: seats, at_least: 20}, ...}
  R4: {met_when: {fact: seats, at_least: 50}, ...}
```

## Why

In a rule that counts, one thing then counts twice: "two of four" is met by one. The two are compared by what they
mean, not by how they are written.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from engine.authoring.lints.lint import Lint, RulebookFile
from engine.diagnostics import Diagnostic
from engine.texts.catalogue import message


def _same_criteria(file: RulebookFile) -> Iterator[Diagnostic]:
    meaning = file.meaning
    for first, second in itertools.combinations(meaning.program.criteria, 2):
        pair = zip(meaning.nodes[first.status], meaning.nodes[second.status], strict=True)
        is_same = all(meaning.are_same(one, other) for one, other in pair)
        if is_same and not meaning.is_constant(meaning.nodes[first.status].met):
            words = message(
                "criterion `{criterion}` is met exactly where `{other}` is",
                criterion=second.criterion.id,
                other=first.criterion.id,
            )
            advice = message("one of them counts twice; take one out, or say what tells them apart")
            yield Diagnostic(file.at_key("criteria", second.criterion.id), "same-criterion", words, advice)


LINT = Lint("same-criterion", "two criteria that say the same", _same_criteria)

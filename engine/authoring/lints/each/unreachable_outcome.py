"""An outcome that no offer can get.

## Avoid

```yaml
rule:
  all: [R1, R2]
criteria:
  R1: {met_when: {fact: seats, at_least: 20}, ...}
  R2: {met_when: {fact: seats, at_most: 10}, ...}
```

## Prefer

```yaml
criteria:
  R1: {met_when: {fact: seats, at_least: 20}, ...}
  R2: {met_when: {fact: seats, at_most: 100}, ...}
```

## Why

No offer can ever be granted, or none can be refused, whatever its evidence. The rulebook decides nothing. It is
proven over all that the facts can be, not found by trying cases.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.authoring.lints.lint import Lint, RulebookFile
from engine.diagnostics import Diagnostic
from engine.rulebooks.rulebook import Verdict
from engine.texts.catalogue import message


def _unreachable_outcomes(file: RulebookFile) -> Iterator[Diagnostic]:
    met = file.meaning.met
    for verdict, reached in ((Verdict.MET, met), (Verdict.NOT_MET, ~met)):
        if file.meaning.is_never(reached):
            words = message("no offer can get the outcome `{outcome}`", outcome=file.rulebook.outcomes[verdict].id)
            advice = message("the rule asks for what cannot be met together, or leaves nothing to fail")
            yield Diagnostic(file.at_key("outcomes", verdict.value), "unreachable-outcome", words, advice)


LINT = Lint("unreachable-outcome", "an outcome that no offer can get", _unreachable_outcomes)

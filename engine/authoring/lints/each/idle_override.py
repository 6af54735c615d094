"""An override that changes no verdict.

## Avoid

```yaml
overrides:
  shop: {when: {fact: owner, is: shop}, verdict: not_met, ...}
  kiosk: {when: {all: [{fact: owner, is: shop}, {fact: seats, at_most: 5}]}, verdict: not_met, ...}
```

## Prefer

```yaml
overrides:
  shop: {when: {fact: owner, is: shop}, verdict: not_met, ...}
```

## Why

Overrides are tried in order. One that stands behind a wider one with the same verdict is never asked; one whose
verdict the rule gives anyway adds nothing. Either it should come first, or its condition says something else than was
meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.authoring.lints.lint import Lint, RulebookFile
from engine.diagnostics import Diagnostic
from engine.texts.catalogue import message


def _idle_overrides(file: RulebookFile) -> Iterator[Diagnostic]:
    if not file.meaning.varies:
        return
    overrides = file.rulebook.overrides
    for override in overrides:
        others = tuple(other for other in overrides if other is not override)
        if file.meaning.changes_nothing(file.rulebook._replace(overrides=others)):
            words = message("override `{override}` changes no verdict", override=override.id)
            advice = message("an override before it, or the rule, gives the same verdict already")
            yield Diagnostic(file.at_key("overrides", override.id), "idle-override", words, advice)


LINT = Lint("idle-override", "an override that changes no verdict", _idle_overrides)

"""A measured number that must be exactly one value.

## Avoid

```yaml
met_when: {fact: open_hours, equals: 30}
```

## Prefer

```yaml
met_when: {fact: open_hours, at_least: 30}
```

## Why

A measured number is 30 only where somebody rounded it; 29.99 and 30.01 fail. Sources that say "30 hours" mean at
least or at most 30.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.authoring.lints.lint import Lint, RulebookFile
from engine.authoring.lints.places import all_tests
from engine.diagnostics import Diagnostic
from engine.rulebooks.rulebook import NumberTest
from engine.texts.catalogue import message


def _measured_equals(file: RulebookFile) -> Iterator[Diagnostic]:
    for path, test in all_tests(file.rulebook):
        is_whole = file.rulebook.vocabulary.facts[test.fact].is_whole
        if isinstance(test, NumberTest) and test.passing.is_exact and not is_whole:
            words = message("`{fact}` is measured, and hardly ever exactly this", fact=test.fact)
            advice = message("compare by `at_most` or `at_least`")
            yield Diagnostic(file.at(*path, test.key), "equals-on-measure", words, advice)


LINT = Lint("equals-on-measure", "a measured number that must be exactly one value", _measured_equals)

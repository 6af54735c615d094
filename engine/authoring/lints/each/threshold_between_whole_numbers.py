"""A threshold that a fact of whole numbers never takes.

## Avoid

```yaml
met_when: {fact: seats, above: 19.5}      # seats are whole
```

## Prefer

```yaml
met_when: {fact: seats, at_least: 20}
```

## Why

The decision is the same, but a justification then says "above 19.5 seats", which no one can have. Write the number
that the source means.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.authoring.lints.lint import Lint, RulebookFile
from engine.authoring.lints.places import all_tests
from engine.diagnostics import Diagnostic
from engine.rulebooks.rulebook import NumberTest
from engine.texts.catalogue import message
from engine.texts.joined import AND, joined
from engine.values.comparison import ends_of
from engine.values.numbers import decimal_text


def _thresholds_between(file: RulebookFile) -> Iterator[Diagnostic]:
    for path, test in all_tests(file.rulebook):
        is_whole = file.rulebook.vocabulary.facts[test.fact].is_whole
        if not isinstance(test, NumberTest) or not is_whole or test.threshold.denominator == 1 or test.passing.is_exact:
            continue
        same = joined([f"`{c.value}: {decimal_text(end)}`" for c, end in ends_of(test.passing.whole())], AND)
        words = message("`{fact}` is a whole number and never takes this threshold", fact=test.fact)
        advice = message("write {same}, which means the same", same=same)
        yield Diagnostic(file.at(*path, test.key), "threshold-between-whole-numbers", words, advice)


LINT = Lint(
    "threshold-between-whole-numbers", "a threshold that a fact of whole numbers never takes", _thresholds_between
)

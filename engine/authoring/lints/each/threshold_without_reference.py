"""A threshold for which no place in the source is given.

## Avoid

```yaml
R2:
  reference: {da: ukendt, en: unknown}
  met_when: {fact: open_hours, at_least: 30}
```

## Prefer

```yaml
R2:
  reference: {da: afsnit 3, en: section 3}
  met_when: {fact: open_hours, at_least: 30}
```

## Why

A decision cites, for each threshold, where it stands. A refusal that rests on a number without a place in the agreement
can be contested. The reference may stand at the test or at its criterion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.authoring.lints.lint import Lint, RulebookFile
from engine.authoring.lints.places import all_tests
from engine.authoring.lints.texts import is_placeholder
from engine.diagnostics import Diagnostic
from engine.rulebooks.rulebook import NumberTest
from engine.texts.catalogue import message

_NOWHERE = re.compile(r"\W*(unknown|ukendt|none|ingen|mangler|missing|n/a)\W*\Z", re.IGNORECASE)


def _thresholds_without_reference(file: RulebookFile) -> Iterator[Diagnostic]:
    for path, test in all_tests(file.rulebook):
        texts = (test.reference.da, test.reference.en)
        if isinstance(test, NumberTest) and any(is_placeholder(text) or _NOWHERE.match(text) for text in texts):
            words = message("no place in the source is given for this threshold")
            advice = message("say where it stands, in the `reference` of the criterion or of the test")
            yield Diagnostic(file.at(*path, test.key), "threshold-without-reference", words, advice)


LINT = Lint(
    "threshold-without-reference",
    "a threshold for which no place in the source is given",
    _thresholds_without_reference,
)

"""A version that is in force on no 1 January, and so decides nothing.

## Avoid

```yaml
in_force: {from: 2020-02-01, until: 2020-12-31}
```

## Prefer

```yaml
in_force: {from: 2020-01-01, until: 2020-12-31}
```

## Why

The version in force on 1 January decides the agreement year. One that begins after it and ends before the next is never
chosen.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from engine.authoring.lints.lint import Lint, RulebookFile
from engine.diagnostics import Diagnostic
from engine.texts.catalogue import message


def _no_agreement_year(file: RulebookFile) -> Iterator[Diagnostic]:
    first, last = file.rulebook.in_force_from, file.rulebook.in_force_until
    new_year = datetime.date(first.year + ((first.month, first.day) > (1, 1)), 1, 1)
    if last is not None and last < new_year:
        words = message("this version is in force from {first} to {last}, and on no 1 January", first=first, last=last)
        advice = message("the version in force on 1 January decides the agreement year")
        yield Diagnostic(file.at("in_force", "from"), "no-agreement-year", words, advice)


LINT = Lint(
    "no-agreement-year", "a version that is in force on no 1 January, and so decides nothing", _no_agreement_year
)

"""Days between two versions on which none is in force.

## Avoid

```yaml
# version 2020
in_force: {from: 2020-01-01, until: 2020-12-31}
# version 2022
in_force: {from: 2022-01-01}
```

## Prefer

```yaml
# version 2022
in_force: {from: 2021-01-01}
```

## Why

For an agreement year in the gap no version is in force, and `assess --year` ends with a diagnostic. Where the rules
truly did not apply in between, allow it with a comment: `# sekskant: allow gap-in-force`.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator

from engine.authoring.lints.lint import Lint, RulebookFile
from engine.diagnostics import Diagnostic
from engine.texts.catalogue import message

_ONE_DAY = datetime.timedelta(days=1)


def _gaps(file: RulebookFile) -> Iterator[Diagnostic]:
    rulebook, first = file.rulebook, file.rulebook.in_force_from
    versions = sorted((r for r in file.folder if r.id == rulebook.id), key=lambda r: r.in_force_from)
    for earlier, later in itertools.pairwise(versions):
        end = earlier.in_force_until
        if later.file == rulebook.file and end is not None and end + _ONE_DAY < first:
            words = message(
                "no version of `{rulebook}` is in force from {first} to {last}",
                rulebook=rulebook.id,
                first=end + _ONE_DAY,
                last=first - _ONE_DAY,
            )
            advice = message(
                "let this one begin on {first}, or `{earlier}` end later",
                first=end + _ONE_DAY,
                earlier=earlier.name,
            )
            yield Diagnostic(file.at("in_force", "from"), "gap-in-force", words, advice)


LINT = Lint("gap-in-force", "days between two versions on which none is in force", _gaps)

"""A text that says the same in both languages, word for word.

## Avoid

```yaml
description: {da: Der er ro til at læse., en: Der er ro til at læse.}
```

## Prefer

```yaml
description: {da: Der er ro til at læse., en: It is quiet enough to read.}
```

## Why

The text was copied and not translated, so readers of one language get the other. A single word may be the same in
both, and a name of several words is allowed by a comment: `# sekskant: allow text-in-one-language`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.authoring.lints.lint import CheckedFile, Lint
from engine.authoring.lints.texts import is_placeholder, texts_of
from engine.diagnostics import Diagnostic
from engine.texts.catalogue import message

_WORD = re.compile(r"[^\W\d_]{2,}")


def _untranslated(file: CheckedFile) -> Iterator[Diagnostic]:
    for path, text in texts_of(file.written):
        if text.da == text.en and len(_WORD.findall(text.da)) > 1 and not is_placeholder(text.da):
            words = message("the text is the same in Danish and in English")
            advice = message("translate it into the other language")
            yield Diagnostic(file.at(*path, "en"), "text-in-one-language", words, advice)


LINT = Lint(
    "text-in-one-language", "a text that says the same in both languages, word for word", _untranslated, _untranslated
)

"""A text that was never written.

## Avoid

```yaml
description: {da: Der er ro til at læse., en: TODO}
```

## Prefer

```yaml
description: {da: Der er ro til at læse., en: It is quiet enough to read.}
```

## Why

The text would be printed in letters as it stands. Texts with `TODO`, `TBD` or `FIXME`, and those without any letter
or digit, are found.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.authoring.lints.lint import CheckedFile, Lint, RulebookFile
from engine.authoring.lints.places import all_tests
from engine.authoring.lints.texts import is_placeholder, texts_of
from engine.diagnostics import Diagnostic
from engine.documents.places import walk
from engine.rulebooks.checker import Path
from engine.rulebooks.rulebook import NumberTest
from engine.texts.catalogue import message

_UNWRITTEN = {
    "da": message("the text in Danish is still to be written"),
    "en": message("the text in English is still to be written"),
}


def _in_rulebook(file: RulebookFile) -> Iterator[Diagnostic]:
    """References of thresholds have a lint of their own."""
    yield from _placeholders(file, set(_references_of_thresholds(file)))


def _placeholders(file: CheckedFile, left_out: set[Path]) -> Iterator[Diagnostic]:
    for path, text in texts_of(file.written):
        for language, words in _UNWRITTEN.items():
            if path not in left_out and is_placeholder(getattr(text, language)):
                yield Diagnostic(file.at(*path, language), "placeholder-text", words, message("write it"))


def _references_of_thresholds(file: RulebookFile) -> Iterator[Path]:
    """The nearest reference above each threshold."""
    for path, test in all_tests(file.rulebook):
        if isinstance(test, NumberTest):
            above = [(*path[:length], "reference") for length in range(len(path), 1, -1)]
            yield next(way for way in above if len(walk(file.written, way)) == len(way) + 1)


LINT = Lint("placeholder-text", "a text that was never written", _in_rulebook, lambda file: _placeholders(file, set()))

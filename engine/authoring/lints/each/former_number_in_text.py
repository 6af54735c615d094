"""A title or reading taken over from the version before that names a number which the rule had then.

## Avoid

```yaml
# version 2020
rule: {id: two_of_three, title: {da: To af tre, en: Two of three}, at_least: 2, of: [R1, R2, R3]}
# version 2021, based on 2020
rule: {at_least: 3}
```

## Prefer

```yaml
# version 2021, based on 2020
rule: {at_least: 3, title: {da: Alle tre, en: All three}}
```

Or have the title name the numbers, in `sekskant/rulebook/2`, so that it follows them:

```yaml
# version 2020
title: {da: "{required:words} af {criteria:words}", en: "{required:words} of {criteria:words}"}
```

## Why

`rule: {at_least: ...}` says a number anew and keeps the rule's title and reading, which decisions show beside it:
"Two of three: at least three of the three criteria". How many criteria are required, how many count and how many are
mandatory are looked for, in figures and in words up to twelve, in the titles of rule and rulebook and in the reading of
the rule. Where the text rightly names the number, allow it by a comment: `# sekskant: allow former-number-in-text`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Literal

from engine.authoring.lints.each.other_number_in_text import numbers_in, numbers_in_words
from engine.authoring.lints.lint import Lint, RulebookFile
from engine.authoring.lints.places import numbers_of_rule
from engine.diagnostics import Diagnostic, quoted
from engine.rulebooks.checker import Path
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import Rulebook
from engine.texts.catalogue import message

_Language = Literal["da", "en"]
_LANGUAGES: tuple[_Language, ...] = ("da", "en")


def _former_numbers(file: RulebookFile) -> Iterator[Diagnostic]:
    now, before = file.rulebook, file.rulebook.former
    if before is None or not (gone := numbers_of_rule(before.rule.group) - numbers_of_rule(now.rule.group)):
        return
    then = dict(_texts_of(before))
    for (path, text), language in itertools.product(_texts_of(now), _LANGUAGES):
        said = getattr(text, language)
        if path not in then or said != getattr(then[path], language):
            continue
        for written in _naming(said, gone, language):
            words = message("the text says {written}, a number that the rule no longer has", written=quoted(written))
            advice = message("write `title` anew")
            if path[0] == "rule":
                advice = message("write it anew: `rule: {{at_least: ..., {part}: {{da: ..., en: ...}}}}`", part=path[1])
            yield Diagnostic(file.at(*path, language), "former-number-in-text", words, advice)


def _texts_of(rulebook: Rulebook) -> Iterator[tuple[Path, Text]]:
    """The texts that tell of the rule as a whole, with their paths."""
    yield ("title",), rulebook.title
    yield ("rule", "title"), rulebook.rule.title
    if rulebook.rule.reading is not None:
        yield ("rule", "reading"), rulebook.rule.reading


def _naming(text: str, numbers: set[int], language: _Language) -> Iterator[str]:
    """Where a text names one of some numbers.

    >>> [*_naming("Fire af seks, jf. afsnit 4, mindst 4", {4}, "da")]
    ['Fire', '4']
    """
    named = itertools.chain(numbers_in_words(text, language), numbers_in(text, language))
    yield from (one.written for one in named if numbers.intersection(one.values))


LINT = Lint(
    "former-number-in-text",
    "a title or reading taken over from the version before that names a number which the rule had then",
    _former_numbers,
)

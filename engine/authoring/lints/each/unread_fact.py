"""A fact that no rulebook reads.

## Avoid

```yaml
# vocabulary.yaml declares `heated`; no rulebook beside it tests it
```

## Prefer

```yaml
met_when: {all: [{fact: quiet}, {fact: heated}]}
```

## Why

Nobody is asked for it, so offers that state it state it for nothing, and authors think it counts. Attributes of
offers are left alone: they describe the offer also where no rule reads them; and so are facts that a rulebook reads
which is shipped or stands in a folder of SEKSKANT_RULEBOOKS, with a vocabulary of the same name.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.authoring.lints.lint import Lint, VocabularyFile
from engine.diagnostics import Diagnostic
from engine.evaluation.program import compile_rulebook
from engine.texts.catalogue import message


def _unread_facts(file: VocabularyFile) -> Iterator[Diagnostic]:
    """Where there is any rulebook that could read them; attributes describe an offer all the same.

    A rulebook that stands elsewhere may read the vocabulary by its name, by the names that its facts had, too.
    """
    named, present_ids = file.vocabulary.id, file.vocabulary.present_ids
    readers = [rulebook for rulebook in file.rulebooks if rulebook.vocabulary.id == named]
    others = [rulebook for rulebook in file.elsewhere if rulebook.vocabulary.id == named]
    ids = [fact.id for rulebook in (*readers, *others) for fact in compile_rulebook(rulebook).facts_read]
    read = {present_ids.get(name, name) for name in ids}
    for name, fact in file.vocabulary.facts.items():
        if readers and name not in read and not fact.is_attribute:
            words = message("no rulebook reads the fact `{fact}`", fact=name)
            advice = message("take it out, or test it; assessors are not asked for it")
            yield Diagnostic(file.at_key("facts", name), "unread-fact", words, advice)


LINT = Lint("unread-fact", "a fact that no rulebook reads", in_vocabulary=_unread_facts)

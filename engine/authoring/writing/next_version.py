"""The version of a rulebook that follows, as a file of changes in which nothing is changed yet."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from pathlib import Path

from engine.authoring.writing.layout import laid_out
from engine.diagnostics import quoted
from engine.documents.document import Mapping, Scalar
from engine.documents.places import walk
from engine.rulebooks.filled_texts import with_literal_braces
from engine.rulebooks.rulebook import Rulebook
from engine.rulebooks.rulebook_loader import FORMAT_2
from engine.rulebooks.written_out import in_one_line
from engine.texts.catalogue import Language, message

SCHEMA = "rulebook-2.schema.json"
_DOCUMENT = message("The document that the references point into: is that its name?")
_AS_BEFORE = message("What is not named is as in {version}: `sekskant rulebook show {name} --format yaml` prints it.")
_FOR_INSTANCE = message("What is new of a criterion stands in `changes`; keys that are not named stay. For instance:")
_COUNTED = message(
    "Where criteria are split or taken out: `rule: {{at_least: ...}}`, or the rule in full. Overrides stand in full."
)
_TITLE_KEPT = message(
    "`rule: {{at_least: ...}}` keeps the title of the rule, {title}: where a number in it changes, "
    "write `title` beside it."
)


def next_version(former: Rulebook, first: int, last: int, language: Language) -> str:
    """The text of the version for some agreement years, with examples of changes in a language as comments."""
    title = former.rule.title.da if language == "da" else former.rule.title.en
    is_written = _text_at(former, "rule", "title", language) == title
    kept = [_TITLE_KEPT.in_language(language, title=quoted(title))] if is_written else []
    comments = [_FOR_INSTANCE.in_language(language), *_examples(former), _COUNTED.in_language(language), *kept]
    as_before = _AS_BEFORE.in_language(language, version=former.version, name=former.name)
    lines = [
        f"# yaml-language-server: $schema=schema/{SCHEMA}",
        *_head(former, first, last),
        f"# {_DOCUMENT.in_language(language)}",
        _source(former, first),
        "",
        *(f"# {line}" for line in (as_before, *comments)),
        "changes: {}",
    ]
    return "\n".join(lines) + "\n"


def _text_at(former: Rulebook, *path: str) -> str | None:
    """A text as it is written; one that is filled has names in braces where it has numbers."""
    node = walk(former.written, path)[-1]
    return node.text if isinstance(node, Scalar) else None


def _head(former: Rulebook, first: int, last: int) -> list[str]:
    said = {"format": FORMAT_2, "id": former.id, "version": str(first), "based_on": former.version}
    text = json.dumps({**said, "in_force": {"from": f"{first}-01-01", "until": f"{last}-12-31"}})
    return laid_out(text, "next").splitlines()


def _source(former: Rulebook, first: int) -> str:
    """The document that follows: that of before, with the year."""
    before = str(former.agreement_years[0])
    texts = {"da": former.source.da, "en": former.source.en}
    renamed = {key: re.sub(rf"\b{before}\b", str(first), text) for key, text in texts.items()}
    renamed = {key: with_literal_braces(text) for key, text in renamed.items()}
    return laid_out(json.dumps({"source": renamed}, ensure_ascii=False), "next").rstrip("\n")


def _examples(former: Rulebook) -> list[str]:
    """A change of each kind, with criteria that there are."""
    ids = [criterion.id for criterion in former.criteria]
    one, last = ids[0], ids[-1]
    new = _following(last, ids)
    title = "title: {da: ..., en: ...}"
    return [
        f"  {one}: {{{_condition(former, one)}}}",
        f"  {one}: {{split_into: {{{one}a: {{{title}, met_when: ...}}, {one}b: {{{title}, met_when: ...}}}}}}",
        f"  {new}: {{added: {{{title}, description: ..., reference: ..., met_when: ...}}, after: {last}}}",
        f"  {last}: {{dropped: true}}",
    ]


def _following(name: str, ids: Sequence[str]) -> str:
    """An id that is free, the next number where ids have numbers.

    >>> _following("A6", ["A6"]), _following("Last", ["Last"])
    ('A7', 'Last1')
    """
    stem = name.rstrip("0123456789")
    numbers = itertools.count(int(name[len(stem) :] or 0) + 1)
    return next(free for number in numbers if (free := f"{stem}{number}") not in ids)


def _condition(former: Rulebook, name: str) -> str:
    """What a criterion asks, as it is written."""
    key = "met_when" if former.criterion(name).judgement is None else "indicated_by"
    node = former.written
    for step in ("criteria", name):
        assert isinstance(node, Mapping)
        node = node.entries[step]
    assert isinstance(node, Mapping)
    return f"{key}: {in_one_line(node.entries[key])}"


def file_name(former: Rulebook, first: int) -> str:
    """What the file of the version that follows is called: as that of before, with the year.

    >>> from engine.rulebooks.library import Library
    >>> file_name(Library().choose("hovedstaden.udviklingsstrategi", 2018), 2019)
    'udviklingsstrategi-2019.yaml'
    """
    stem, before = Path(former.file).stem, str(former.agreement_years[0])
    name = stem.replace(before, str(first)) if before in stem else f"{former.id.rpartition('.')[2]}-{first}"
    return f"{name}.yaml"

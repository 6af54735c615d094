"""Lints on single tests and texts, and on what stands between files: facts that are not read, days not covered."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterable, Iterator

from engine.authoring.lints.places import all_tests
from engine.diagnostics import Diagnostic
from engine.documents.document import Mapping, Node, Scalar, Sequence
from engine.documents.places import place_of, place_of_key, walk
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.checker import Path
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import NumberTest, Rulebook, Vocabulary
from engine.values.comparison import ends_of
from engine.values.numbers import decimal_text

_PLACEHOLDER = re.compile(r"\W*\Z|.*\b(todo|tbd|fixme|xxx)\b", re.IGNORECASE | re.DOTALL)
_NOWHERE = re.compile(r"\W*(unknown|ukendt|none|ingen|mangler|missing|n/a)\W*\Z", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_ONE_DAY = datetime.timedelta(days=1)


def is_placeholder(text: str) -> bool:
    """Whether a text stands for one that is still to be written.

    >>> is_placeholder("TODO: find it"), is_placeholder(" ... "), is_placeholder("section 2")
    (True, True, False)
    """
    return bool(_PLACEHOLDER.match(text))


def test_lints(rulebook: Rulebook, written: Node) -> Iterator[Diagnostic]:
    """The lints on each test by itself."""
    for path, test in all_tests(rulebook):
        if isinstance(test, NumberTest):
            yield from _threshold_lints(rulebook, written, path, test)


def _threshold_lints(rulebook: Rulebook, written: Node, path: Path, test: NumberTest) -> Iterator[Diagnostic]:
    kind = rulebook.vocabulary.facts[test.fact].written.type
    place = place_of(written, *path, test.key)
    if kind == "whole_number" and test.threshold.denominator != 1 and not test.passing.is_exact:
        same = " and ".join(f"`{c.value}: {decimal_text(end)}`" for c, end in ends_of(test.passing.whole()))
        message = f"`{test.fact}` is a whole number and never takes this threshold"
        hint = f"write {same}, which means the same"
        yield Diagnostic(place, "threshold-between-whole-numbers", message, hint)
    if kind != "whole_number" and test.passing.is_exact:
        message = f"`{test.fact}` is measured, and hardly ever exactly this"
        yield Diagnostic(place, "equals-on-measure", message, "compare by `at_most` or `at_least`")
    if any(is_placeholder(text) or _NOWHERE.match(text) for text in (test.reference.da, test.reference.en)):
        message = "no place in the source is given for this threshold"
        hint = "say where it stands, in the `reference` of the criterion or of the test"
        yield Diagnostic(place, "threshold-without-reference", message, hint)


def text_lints(written: Node, rulebook: Rulebook | None = None) -> Iterator[Diagnostic]:
    """The lints on the texts of a rulebook or vocabulary; references of thresholds have a lint of their own."""
    referred = set(_references_of_thresholds(written, rulebook)) if rulebook else set()
    for path, text in _texts(written, ()):
        for language in ("da", "en"):
            said = getattr(text, language)
            if is_placeholder(said) and path not in referred:
                message = f"the text in {_LANGUAGES[language]} is still to be written"
                yield Diagnostic(place_of(written, *path, language), "placeholder-text", message, "write it")
        if text.da == text.en and len(_WORD.findall(text.da)) > 1 and not is_placeholder(text.da):
            message = "the text is the same in Danish and in English"
            hint = "translate it into the other language"
            yield Diagnostic(place_of(written, *path, "en"), "text-in-one-language", message, hint)


_LANGUAGES = {"da": "Danish", "en": "English"}


def _texts(node: Node, path: Path) -> Iterator[tuple[Path, Text]]:
    """Every text in two languages, with its path."""
    if isinstance(node, Sequence):
        for i, item in enumerate(node.items):
            yield from _texts(item, (*path, i))
    elif isinstance(node, Mapping):
        both = [node.entries.get(language) for language in ("da", "en")]
        if len(node.entries) == 2 and all(isinstance(part, Scalar) for part in both):
            danish, english = (part.text for part in both if isinstance(part, Scalar))
            yield path, Text(da=danish, en=english)
        else:
            for name, child in node.entries.items():
                yield from _texts(child, (*path, name))


def _references_of_thresholds(written: Node, rulebook: Rulebook) -> Iterator[Path]:
    """The nearest reference above each threshold."""
    for path, test in all_tests(rulebook):
        if isinstance(test, NumberTest):
            above = [(*path[:length], "reference") for length in range(len(path), 1, -1)]
            yield next(way for way in above if len(walk(written, way)) == len(way) + 1)


def unread_facts(vocabulary: Vocabulary, written: Node, rulebooks: Iterable[Rulebook]) -> Iterator[Diagnostic]:
    """The facts that none of the rulebooks reads, where there is any; attributes describe an offer all the same."""
    rulebooks = [r for r in rulebooks if r.vocabulary.id == vocabulary.id]
    read = {fact.id for rulebook in rulebooks for fact in compile_rulebook(rulebook).facts_read}
    for name, fact in vocabulary.facts.items():
        if rulebooks and name not in read and not fact.written.attribute:
            message = f"no rulebook reads the fact `{name}`"
            hint = "take it out, or test it; assessors are not asked for it"
            yield Diagnostic(place_of_key(written, "facts", name), "unread-fact", message, hint)


def date_lints(rulebook: Rulebook, written: Node, versions: Iterable[Rulebook]) -> Iterator[Diagnostic]:
    """The lints on the days on which a version is in force, among all the versions of its rulebook."""
    place = place_of(written, "in_force", "from")
    first, last = rulebook.in_force_from, rulebook.in_force_until
    new_year = datetime.date(first.year + ((first.month, first.day) > (1, 1)), 1, 1)
    if last is not None and last < new_year:
        message = f"this version is in force from {first} to {last}, and on no 1 January"
        hint = "the version in force on 1 January decides the agreement year"
        yield Diagnostic(place, "no-agreement-year", message, hint)
    ordered = sorted((r for r in versions if r.id == rulebook.id), key=lambda r: r.in_force_from)
    for earlier, later in itertools.pairwise(ordered):
        end = earlier.in_force_until
        if later.file == rulebook.file and end is not None and end + _ONE_DAY < first:
            gap = f"from {end + _ONE_DAY} to {first - _ONE_DAY}"
            message = f"no version of `{rulebook.id}` is in force {gap}"
            hint = f"let this one begin on {end + _ONE_DAY}, or `{earlier.id}@{earlier.version}` end later"
            yield Diagnostic(place, "gap-in-force", message, hint)

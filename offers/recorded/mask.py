"""Masks the texts of evidence in exported records: on copies, completely or not at all.

What is masked: on each fact that is named the reasons, reservations, sources, names and dates of its evidence; of each
field that is named all that people wrote in it. What is then looked for in everything that is exported: each value that
was masked, but for dates, which say nothing by themselves. Where it is looked for: in whatever people wrote, so not in
the words of rulebooks and vocabularies, in answers and numbers, digests, and what the software says of itself.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from engine.diagnostics import Diagnostic, Place, near_hint, rejected
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import message
from engine.values.json_record import JsonRecord
from offers.recorded.masked_values import MaskedValues

MASK = "[masked]"
DATES = ("as_of", "date")
MASKED = ("because", "reservation", "source", "by", *DATES)
REASONS = ("because", "reservation")
FIELDS = (*MASKED, "agreement_with", "attention", "name", "operator", "place", "published", "recorded_by", "sections")
"""What can be masked beside facts: all that stands in an export under such a key."""
_OF_RULES = (
    *("act", "answer", "answers", "area", "basis", "legal_basis", "code", "criterion", "fact", "judgement"),
    *("kind", "margin", "measure", "outcome", "possible", "possible_bases", "rulebook", "rulebooks"),
    *("service_type", "stated_as", "state", "status", "target_group", "test", "threshold", "title", "verdict", "when"),
    *("version", "vocabulary", "grounds", "missing", "smallest_change", "notes", "among", "counts"),
)
"""Under these keys stand ids and words of rulebooks and vocabularies, and codes of notes and remarks."""
_PARTIES = ("operator", "agreement_with")
"""Whose codes name them."""
_OF_SOFTWARE = ("format", "sha256", "software", "run", "previous", "recorded_at", "content_digest", "digest", "id")
_OF_ENTRIES = ("execution", "document", "superset", "input_remarks")
"""In the entry itself these are digests, or stand beside it as records."""
_ELSEWHERE = (("execution",), ("masked",), ("content", "entry"), ("content", "decision"))
"""What evaluated and fired, what was masked, and the digests that an override names."""


class Masks:
    """The masks that were asked for; `values` takes whatever they mask.

    Args:
        names: facts, or fields of `FIELDS`.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = set(names)
        self.values: set[str] = set()

    def masked(self, record: JsonRecord, vocabulary: Vocabulary | None) -> JsonRecord:
        """A copy of an exported entry without what is masked; numbers and answers stay.

        With a fact go those that are derived from it, and those that it is derived from, since they share their texts.
        """
        names = _related(self._names, vocabulary)
        result: JsonRecord = copy.deepcopy(record)
        self._mask_document(result.get("document"), names)
        if isinstance(content := result.get("content"), dict):
            self._mask_decision(content, names)
        for field in self._names.intersection(FIELDS):
            self._mask_field(result, field)
        return result | {"masked": sorted(names)}

    def _mask_document(self, document: object, facts: set[str]) -> None:
        evidence = document.get("evidence") if isinstance(document, dict) else None
        for fact in facts & set(evidence if isinstance(evidence, dict) else ()):
            self._mask_texts(evidence[fact])  # type: ignore[index]

    def _mask_decision(self, decision: JsonRecord, facts: set[str]) -> None:
        for item in [*decision.get("criteria", ()), *decision.get("overrides", ())]:
            reasons: set[str] = set()
            for test in _tests(item):
                if test.get("fact") in facts:
                    reasons |= self._mask_texts(test)
            for name in REASONS:
                if item.get(name):
                    item[name] = _without(item[name], reasons)

    def _mask_texts(self, value: object) -> set[str]:
        """Mask the texts in a mapping and in those below it; the reasons and reservations among them."""
        reasons: set[str] = set()
        for key, part in value.items() if isinstance(value, dict) else ():
            if key in MASKED and part is not None and not isinstance(part, dict):
                reasons |= {str(part)} if key in REASONS else set()
                value[key] = self._taken(key, part)  # type: ignore[index]
            else:
                reasons |= self._mask_texts(part)
        return reasons

    def _mask_field(self, record: JsonRecord, field: str) -> None:
        for written in list(_written(record)):
            if field in written.path:
                written.holder[written.key] = self._taken(written.path[-1], written.holder[written.key])

    def _taken(self, key: str, value: object) -> str:
        if key not in DATES and value != MASK:
            self.values.add(str(value))
        return MASK


def leaks(record: JsonRecord, values: MaskedValues) -> Iterator[tuple[str, Diagnostic]]:
    """Where masked values can still be read in a masked record: what would mask them, and the place in words."""
    for written in _written(record):
        if values.stand_in(str(written.holder[written.key]).replace(MASK, " ")):
            path, entry = ".".join(written.path), record.get("entry", {}).get("number")
            words = message(
                "a text that is to be masked stands also in `{path}` of entry {entry}; nothing was written",
                path=path,
                entry=entry,
            )
            advice = (
                message("`--mask {name}` masks it as well", name=written.mask)
                if written.mask
                else message("leave this entry out")
            )
            yield written.mask or path, Diagnostic(Place("--mask"), "mask-incomplete", words, advice)


def check_facts(names: Iterable[str], known: Iterable[str]) -> None:
    """That there are facts or fields of these names, so that a misspelt mask does not pass for one.

    Raises:
        Rejected: there is no evidence of one of them.
    """
    known = list(known)
    for name in names:
        if name not in known and name not in FIELDS:
            words = message("there is no fact `{name}` in what is exported; nothing was written", name=name)
            raise rejected(Place("--mask"), "unknown-fact", words, near_hint(name, [*known, *FIELDS]))


def _related(facts: set[str], vocabulary: Vocabulary | None) -> set[str]:
    for fact in vocabulary.facts.values() if vocabulary else ():
        sources = {fact.id, *fact.derived_from}
        if fact.derivation and facts & sources:
            facts = facts | sources
    return facts


def _tests(item: JsonRecord) -> Iterator[JsonRecord]:
    yield from item.get("tests", ())
    yield from (item.get("not_applicable") or {}).get("tests", ())


def _without(text: str, reasons: set[str]) -> str:
    r"""A text of several reasons, each from a line of its own on, without those that are masked.

    >>> _without("ja\nja, i januar", {"ja"})
    '[masked]\nja, i januar'
    """
    text = f"\n{text}\n"
    for reason in sorted(reasons, key=len, reverse=True):
        text = text.replace(f"\n{reason}\n", f"\n{MASK}\n")
    return text[1:-1]


class Written(NamedTuple):
    """A text that people wrote: its path in a record, what it stands in, where in that, and of which fact."""

    path: tuple[str, ...]
    holder: Any
    key: Any
    fact: str | None

    @property
    def mask(self) -> str | None:
        """What masks it: its fact, or the field that it stands in."""
        return self.fact or next((key for key in self.path if key in FIELDS), None)


def _written(holder: object, path: tuple[str, ...] = (), fact: str | None = None) -> Iterator[Written]:
    """Every text in a record that people wrote."""
    if not isinstance(holder, dict | list):
        return
    for key, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
        below = path if isinstance(holder, list) else (*path, key)
        owner = _fact_of(holder, path, key) or fact
        if path[-1:] == ("ids",):
            yield Written(below, [key], 0, owner)
        if _is_of_people(below):
            if _is_text(value, below):
                yield Written(below, holder, key, owner)
            yield from _written(value, below, owner)


def _fact_of(holder: object, path: tuple[str, ...], key: Any) -> str | None:
    """The fact whose evidence stands in a part of a record: under its name, in a test, or summed up from the tests."""
    if path == ("document", "evidence"):
        return str(key)
    if not isinstance(holder, dict):
        return None
    facts = [holder] if "fact" in holder else [test for test in _tests(holder) if test.get(key)]
    return next((str(test["fact"]) for test in facts), None)


def _is_text(value: object, path: tuple[str, ...]) -> bool:
    """Whether a value is a text; of evidence all else is an answer or a number."""
    if path[-1] in MASKED:
        return isinstance(value, str | int)
    return isinstance(value, str) and "evidence" not in path


def _is_of_people(path: tuple[str, ...]) -> bool:
    """Whether what stands at a path of a record, or below it, may be words that people wrote."""
    key = path[-1]
    if "evidence" in path[:-1]:
        return True
    if path[0] == "entry" and key in _OF_ENTRIES:
        return False
    if key in ("reference", "criteria") and ("published" in path) is (key == "criteria"):
        return False
    if key == "code" and path[-2:-1] and path[-2] in _PARTIES:
        return True
    return key not in (*_OF_RULES, *_OF_SOFTWARE) and path not in _ELSEWHERE

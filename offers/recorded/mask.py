"""Masks the texts of evidence in an exported record: on a copy, completely or not at all."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator

from engine.diagnostics import Place, near_hint, rejected
from engine.rulebooks.rulebook import Vocabulary
from engine.values.json_record import JsonRecord

MASK = "[masked]"
MASKED = ("because", "reservation", "source", "by", "as_of", "date")
REASONS = ("because", "reservation")
FREE_TEXT = 12
"""From so many characters on a reason or reservation that was masked in one place may stand in no other."""


def masked(record: JsonRecord, facts: Iterable[str], vocabulary: Vocabulary | None) -> JsonRecord:
    """A copy of an exported entry without the reasons, reservations and sources of facts; numbers and answers stay.

    With a fact go those that are derived from it, and those that it is derived from, since they share their texts.

    Raises:
        Rejected: a reason or reservation that was masked stands elsewhere in the record too.
    """
    names = _related(set(facts), vocabulary)
    result: JsonRecord = copy.deepcopy(record)
    texts: set[str] = set()
    _mask_document(result.get("document"), names, texts)
    for part in ("content", "decision"):
        if isinstance(decision := result.get(part), dict):
            _mask_decision(decision, names, texts)
    _check(result, texts)
    return result | {"masked": sorted(names)}


def check_facts(facts: Iterable[str], known: Iterable[str]) -> None:
    """That there are facts of these names, so that a misspelt mask does not pass for one.

    Raises:
        Rejected: there is no evidence of one of them.
    """
    known = list(known)
    for fact in facts:
        if fact not in known:
            message = f"there is no fact `{fact}` in what is exported; nothing was written"
            raise rejected(Place("--mask"), "unknown-fact", message, near_hint(fact, known))


def _related(facts: set[str], vocabulary: Vocabulary | None) -> set[str]:
    for fact in vocabulary.facts.values() if vocabulary else ():
        sources = {fact.id, *fact.derived_from}
        if fact.derivation and facts & sources:
            facts = facts | sources
    return facts


def _mask_document(document: object, facts: set[str], texts: set[str]) -> None:
    evidence = document.get("evidence") if isinstance(document, dict) else None
    for fact in facts & set(evidence if isinstance(evidence, dict) else ()):
        _mask_texts(evidence[fact], texts)  # type: ignore[index]


def _mask_decision(decision: JsonRecord, facts: set[str], texts: set[str]) -> None:
    for item in [*decision.get("criteria", ()), *decision.get("overrides", ())]:
        own: set[str] = set()
        for test in _tests(item):
            if test.get("fact") in facts:
                _mask_texts(test, own)
        for name in ("because", "reservation"):
            if item.get(name):
                item[name] = _without(item[name], own)
        texts |= own


def _tests(item: JsonRecord) -> Iterator[JsonRecord]:
    yield from item.get("tests", ())
    yield from (item.get("not_applicable") or {}).get("tests", ())


def _mask_texts(value: object, texts: set[str]) -> None:
    """Mask the texts in a mapping and in those below it."""
    for key, part in value.items() if isinstance(value, dict) else ():
        if key in MASKED and part is not None and not isinstance(part, dict):
            texts |= {str(part)} if key in REASONS else set()
            value[key] = MASK  # type: ignore[index]
        else:
            _mask_texts(part, texts)


def _without(text: str, texts: set[str]) -> str:
    """A text of several reasons without those that are masked."""
    for secret in sorted(texts, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def _check(record: JsonRecord, texts: set[str]) -> None:
    secrets = {text for text in texts if len(text) >= FREE_TEXT}
    for path, text in _strings(record, ""):
        for secret in secrets:
            if secret in text:
                entry = record.get("entry", {}).get("number")
                message = f"a text that is to be masked stands also in `{path}` of entry {entry}; nothing was written"
                raise rejected(Place("--mask"), "mask-incomplete", message, "mask the fact that it belongs to as well")


def _strings(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _strings(part, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part, path)

"""A rulebook as a record for machines: everything it says, with its vocabulary."""

from __future__ import annotations

from typing import Any

from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import (
    AnswerTest,
    Condition,
    ConditionCount,
    Count,
    Criterion,
    FactDeclaration,
    NumberTest,
    Override,
    Rulebook,
    RulePart,
)
from engine.values.interval import Interval
from engine.values.json_record import JsonRecord
from engine.values.numbers import decimal_text, interval_record


def rulebook_record(rulebook: Rulebook) -> JsonRecord:
    """A rulebook, and the facts of its vocabulary, with texts in both languages."""
    until = rulebook.in_force_until
    rule = rulebook.rule
    return {
        "id": rulebook.id,
        "version": rulebook.version,
        "in_force": {"from": str(rulebook.in_force_from), "until": str(until) if until else None},
        "title": _text(rulebook.title),
        "source": _text(rulebook.source),
        "sha256": rulebook.sha256,
        "subset_of": rulebook.subset_of,
        "outcomes": {v.value: {"id": o.id, "label": _text(o.label)} for v, o in rulebook.outcomes.items()},
        "overrides": [_override(override) for override in rulebook.overrides],
        "rule": {"id": rule.id, "title": _text(rule.title), **_referred(rule), "group": _part(rule.group)},
        "criteria": [_criterion(criterion) for criterion in rulebook.criteria],
        "vocabulary": {
            "id": rulebook.vocabulary.id,
            "sha256": rulebook.vocabulary.sha256,
            "facts": {fact.id: _fact(fact) for fact in rulebook.vocabulary.facts.values()},
        },
    }


def _text(text: Text) -> JsonRecord:
    return {"da": text.da, "en": text.en}


def _referred(thing: Any) -> JsonRecord:
    reading = thing.reading
    return {"reference": _text(thing.reference), "reading": _text(reading) if reading else None}


def _override(override: Override) -> JsonRecord:
    return {
        "id": override.id,
        "title": _text(override.title),
        "offer_is": _text(override.offer_is) if override.offer_is else None,
        "when": _condition(override.condition),
        "verdict": override.verdict.value,
        "legal_basis": _text(override.legal_basis),
        **_referred(override),
    }


def _criterion(criterion: Criterion) -> JsonRecord:
    indicative = criterion.judgement is not None
    record: JsonRecord = {
        "id": criterion.id,
        "title": _text(criterion.title),
        "description": _text(criterion.description),
        **_referred(criterion),
        "indicated_by" if indicative else "met_when": _condition(criterion.condition),
    }
    if indicative:
        record["judgement"] = criterion.judgement
    if criterion.split_from:
        record["split_from"] = list(criterion.split_from)
    if criterion.applicability:
        applicability = criterion.applicability
        record["not_applicable"] = {
            "when": _condition(applicability.exempt_when),
            "counts_as": applicability.counts_as,
            **_referred(applicability),
        }
    return record


def _condition(condition: Condition) -> JsonRecord:
    if isinstance(condition, NumberTest):
        return {"fact": condition.fact, condition.key: decimal_text(condition.threshold)}
    if isinstance(condition, AnswerTest):
        return {"fact": condition.fact, condition.key: sorted(condition.answers)}
    if isinstance(condition, ConditionCount):
        mandatory = list(condition.mandatory)
        return {"at_least": condition.required, "of": [_condition(p) for p in condition.parts], "mandatory": mandatory}
    return {condition.operator: [_condition(part) for part in condition.parts]}


def _part(part: RulePart) -> Any:
    if isinstance(part, str):
        return part
    named = {"id": part.id, "title": _text(part.title)} if part.id and part.title else {}
    if isinstance(part, Count):
        members = [_part(member) for member in part.members]
        return {**named, "at_least": part.required, "of": members, "mandatory": list(part.mandatory)}
    return {**named, part.operator: [_part(member) for member in part.parts]}


def _fact(fact: FactDeclaration) -> JsonRecord:
    written = fact.written
    record: JsonRecord = {"type": written.type, "label": _text(written.label), "question": _text(written.question)}
    record["former_labels"] = [_text(label) for label in fact.former_labels]
    if fact.former_ids:
        record["was"] = list(fact.former_ids)
    record["answered_by"] = _text(written.answered_by) if written.answered_by else None
    record["unit"] = _text(written.unit) if written.unit else None
    record["per"] = written.per
    if isinstance(fact.domain, Interval):
        record["range"] = interval_record(fact.domain)
    else:
        record["answers"] = {answer: _text(label) for answer, label in fact.answers.items()}
    record |= {"attribute": written.attribute, "assumed": written.assumed}
    return record | {"derived_from": list(fact.derived_from)}

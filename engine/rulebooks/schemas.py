"""The JSON Schemas of rulebooks and vocabularies, for editors: the shapes, and what the loader asks of them besides."""

from __future__ import annotations

from typing import Any

from engine.documents.schemas import at_most_one, both_or_neither, exactly_one, nothing_of, present, schema_of
from engine.rulebooks.checker import DOTTED, NAME, VERSION
from engine.rulebooks.language import RulebookFile, VocabularyFile
from engine.rulebooks.vocabulary_loader import RESERVED_ANSWERS, RESERVED_FACTS
from engine.values.comparison import Comparison

_COMPARISONS = (*(comparison.value for comparison in Comparison), "is", "in")
_RANGE, _OF_NUMBERS = ("at_least", "at_most"), ("per", "derived")


def rulebook_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of `sekskant/rulebook/1`; which facts there are only a vocabulary knows.

    >>> rulebook_schema()["properties"]["criteria"]["propertyNames"]["pattern"]
    '^[A-Za-z][A-Za-z0-9_]*$'
    """
    schema = schema_of(RulebookFile, "Rulebook of Sekskant, version 1 of the format")
    records, own = schema["$defs"], schema["properties"]
    _identify(own, "id", DOTTED.pattern)
    own["version"] |= {"pattern": _whole(VERSION.pattern), "minimum": 0}
    for named in ("criteria", "overrides"):
        own[named]["propertyNames"] = {"pattern": _whole(NAME.pattern)}
    for record in ("Outcome", "Rule"):
        _identify(records[record]["properties"], "id", NAME.pattern)
    _add(records["Condition"], exactly_one("all", "any", "not", "fact"), at_most_one(*_COMPARISONS))
    _add(records["Condition"], {"anyOf": [present("fact"), nothing_of(*_COMPARISONS)]})
    _add(records["Criterion"], exactly_one("met_when", "indicated_by"), both_or_neither("indicated_by", "judgement"))
    for record in ("Group", "Rule"):
        _add(records[record], exactly_one("of", "all", "any", "not"), both_or_neither("of", "at_least"))
        _add(records[record], {"anyOf": [present("of"), nothing_of("mandatory")]})
    return schema


def vocabulary_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of `sekskant/vocabulary/1`.

    >>> len(vocabulary_schema()["$defs"]["Fact"]["allOf"])
    6
    """
    schema = schema_of(VocabularyFile, "Vocabulary of Sekskant, version 1 of the format")
    records, own = schema["$defs"], schema["properties"]
    _identify(own, "id", DOTTED.pattern)
    names = {"pattern": _whole(NAME.pattern)}
    own["terms"] |= {"propertyNames": names}
    own["terms"]["additionalProperties"] |= {"propertyNames": names}
    own["facts"]["propertyNames"] = {"pattern": _whole(NAME.pattern, RESERVED_FACTS)}
    fact = records["Fact"]
    fact["properties"]["answers"]["propertyNames"] = {"pattern": _whole(NAME.pattern, RESERVED_ANSWERS)}
    answered = {"required": ["answers"], "properties": {"answers": {"type": "object", "minProperties": 1}}}
    no_answers = {
        "properties": {"answers": {"maxProperties": 0}, "assumed": {"maxLength": 0, "type": ["string", "null"]}}
    }
    _add(
        fact,
        _where_type("one_of", answered, nothing_of(*_RANGE, *_OF_NUMBERS)),
        _where_type("judgement", no_answers, nothing_of(*_RANGE, *_OF_NUMBERS)),
        _where_type("share", no_answers, nothing_of(*_RANGE)),
        _where_type("number", no_answers),
        _where_type("whole_number", no_answers),
        at_most_one("per", "derived"),
    )
    _add(records["Derived"], exactly_one("mean", "ratio"))
    records["Mean"]["properties"]["years"]["uniqueItems"] = True
    return schema


def _add(record: dict[str, Any], *rules: dict[str, Any]) -> None:
    record.setdefault("allOf", []).extend(rules)


def _where_type(kind: str, *rules: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"properties": {"type": {"const": kind}}}, "then": {"allOf": list(rules)}}


def _identify(properties: dict[str, Any], name: str, pattern: str) -> None:
    properties[name] |= {"type": "string", "pattern": _whole(pattern)}


def _whole(pattern: str, reserved: tuple[str, ...] = ()) -> str:
    r"""A pattern of a whole id as editors read it, without words that are reserved.

    >>> _whole(r"[a-z]+\Z", ("id",))
    '^(?!(?:id)$)[a-z]+$'
    """
    without = f"(?!(?:{'|'.join(reserved)})$)" if reserved else ""
    return f"^{without}{pattern.removesuffix(chr(92) + 'Z')}$"

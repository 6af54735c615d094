"""The JSON Schemas of rulebooks and vocabularies, for editors: the shapes, and what the loader asks of them besides."""

from __future__ import annotations

from typing import Any

from engine.documents.schemas import at_most_one, both_or_neither, exactly_one, nothing_of, present, schema_of
from engine.rulebooks.checker import DOTTED, NAME, VERSION
from engine.rulebooks.language import RulebookFile, VocabularyFile
from engine.rulebooks.language_of_changes import ChangesFile, WholeFile
from engine.rulebooks.vocabulary_loader import DERIVED_AS, MOST_YEARS, RESERVED_ANSWERS, RESERVED_FACTS, SEVERAL_OF
from engine.values.comparison import Comparison

_COMPARISONS = (*(comparison.value for comparison in Comparison), "is", "in")
_COUNTED = {"minimum": -MOST_YEARS, "maximum": MOST_YEARS}
"""A year that is counted from another."""
_COUNT = {"type": ["integer", "string"], "minimum": 1, "pattern": "^0*[1-9][0-9]*$"}
"""How many of several conditions must hold: as thresholds are, a number or one in quotes."""
_RANGE, _OF_NUMBERS = ("at_least", "at_most"), ("per", "derived")


def rulebook_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of `sekskant/rulebook/1`; which facts there are only a vocabulary knows.

    >>> rulebook_schema()["properties"]["criteria"]["propertyNames"]["pattern"]
    '^[A-Za-z][A-Za-z0-9_]*$'
    """
    return _rulebook(schema_of(RulebookFile, "Rulebook of Sekskant, version 1 of the format"))


def rulebook_2_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of `sekskant/rulebook/2`: a rulebook in full, or what `based_on` makes changes.

    >>> sorted(rulebook_2_schema()["then"]["properties"])[:3]
    ['based_on', 'changes', 'format']
    """
    title = "Rulebook of Sekskant, version 2 of the format"
    whole, changes = (_rulebook(schema_of(one, title)) for one in (WholeFile, ChangesFile))
    named = {key: whole.pop(key) for key in ("$schema", "$id", "title")}
    definitions = {**whole.pop("$defs"), **_changes(changes.pop("$defs"))}
    own = {key: part for key, part in changes.items() if key not in named}
    own["properties"]["based_on"] |= _VERSION
    own["properties"]["changes"]["propertyNames"] = {"pattern": _whole(NAME.pattern)}
    return {**named, "$defs": definitions, "if": {"required": ["based_on"]}, "then": own, "else": whole}


def _changes(records: dict[str, Any]) -> dict[str, Any]:
    """The records of changes, with what the loader asks of them besides."""
    keys = records["CriterionKeys"]["properties"]
    change, rule = records["Change"], records["RuleAnew"]
    for record in ("CriterionKeys", "Change"):
        _add(records[record], at_most_one("met_when", "indicated_by"))
    change["properties"]["split_into"] |= {"minProperties": 2, "propertyNames": {"pattern": _whole(NAME.pattern)}}
    change["properties"]["dropped"] |= {"enum": [True, None]}
    _add(change, at_most_one("split_into", "added", "dropped"), {"anyOf": [present("added"), nothing_of("after")]})
    _add(change, {"anyOf": [nothing_of("split_into", "added", "dropped"), _without(*keys)]}, {"minProperties": 1})
    in_full = {"allOf": [present("id"), present("title"), present("reference"), *rule.pop("allOf")]}
    said = ("at_least", "id", "title", "reference", "reading")
    who = (key for key in rule["properties"] if key not in said)
    _add(rule, {"anyOf": [{"allOf": [{"anyOf": [present(key) for key in said]}, nothing_of(*who)]}, in_full]})
    return records


def _without(*names: str) -> dict[str, Any]:
    """That none of some keys is there, not even to say nothing."""
    return {"not": {"anyOf": [{"required": [name]} for name in names]}}


def _rulebook(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a rulebook, with what the loader asks of it besides."""
    records, own = schema["$defs"], schema["properties"]
    _identify(own, "id", DOTTED.pattern)
    own["version"] |= _VERSION
    for named in ("criteria", "overrides"):
        if named in own:
            own[named]["propertyNames"] = {"pattern": _whole(NAME.pattern)}
    for record in ("Outcome", "Rule", "RuleAnew"):
        if record in records:
            _identify(records[record]["properties"], "id", NAME.pattern)
    _add(records["Condition"], exactly_one("all", "any", "not", "of", "fact"), at_most_one(*_COMPARISONS))
    counted = {"allOf": [present("of"), present("at_least"), {"properties": {"at_least": _COUNT}}]}
    _add(records["Condition"], {"anyOf": [present("fact"), counted, nothing_of("of", *_COMPARISONS)]})
    _add(records["Condition"], {"anyOf": [present("of"), nothing_of("mandatory")]})
    for record in ("Criterion", "SplitCriterion"):
        if record in records:
            forms = exactly_one("met_when", "indicated_by"), both_or_neither("indicated_by", "judgement")
            _add(records[record], *forms)
    records["Group"]["properties"]["id"] |= {"pattern": _whole(NAME.pattern)}
    _add(records["Group"], both_or_neither("id", "title"))
    for record in ("Group", "Rule", "RuleAnew"):
        if record in records:
            _add(records[record], exactly_one("of", "all", "any", "not"), both_or_neither("of", "at_least"))
            _add(records[record], {"anyOf": [present("of"), nothing_of("mandatory")]})
    return schema


def vocabulary_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of `sekskant/vocabulary/1`.

    >>> len(vocabulary_schema()["$defs"]["Fact"]["allOf"])
    7
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
    former, one_or_several = {"pattern": _whole(NAME.pattern, RESERVED_FACTS)}, fact["properties"]["was"]["anyOf"][0]
    one, several = sorted(one_or_several["oneOf"], key=lambda choice: choice["type"] == "array")
    one |= former
    several["items"] |= former
    answered = {"required": ["answers"], "properties": {"answers": {"type": "object", "minProperties": 1}}}
    no_answers = {
        "properties": {"answers": {"maxProperties": 0}, "assumed": {"maxLength": 0, "type": ["string", "null"]}}
    }
    _add(
        fact,
        _where_type("one_of", answered, nothing_of(*_RANGE, *_OF_NUMBERS)),
        _where_type(
            SEVERAL_OF,
            {"required": ["attribute"], "properties": {"attribute": {"const": True}}},
            {"properties": {"assumed": {"maxLength": 0, "type": ["string", "null"]}}},
            nothing_of(*_RANGE, *_OF_NUMBERS),
        ),
        _where_type("judgement", no_answers, nothing_of(*_RANGE, *_OF_NUMBERS)),
        _where_type("share", no_answers, nothing_of(*_RANGE)),
        _where_type("number", no_answers),
        _where_type("whole_number", no_answers),
        at_most_one("per", "derived"),
    )
    _add(records["Derived"], exactly_one(*DERIVED_AS))
    _list_or_years(records["Several"])
    records["Mean"]["properties"]["years"]["uniqueItems"] = True
    for years in (records[name]["properties"]["years"] for name in ("Mean", "Several")):
        years["items"] |= _COUNTED
    records["YearValue"]["properties"]["year"] |= _COUNTED
    return schema


def _list_or_years(several: dict[str, Any]) -> None:
    """Several numbers: a list of facts, or one with years."""
    (listed,) = [choice for choice in several["properties"]["of"]["oneOf"] if choice["type"] == "array"]
    for values in (listed, several["properties"]["years"]):
        values["uniqueItems"] = True
    is_list = {"properties": {"of": {"type": "array"}}}
    _add(several, {"if": is_list, "then": nothing_of("years"), "else": present("years")})


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


_VERSION = {"pattern": _whole(VERSION.pattern), "minimum": 0}
"""How versions are written, which may be numbers."""

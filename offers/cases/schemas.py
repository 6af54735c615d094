"""The JSON Schemas of offer files and case files, for editors: the shapes, and what the readers ask of them besides."""

from __future__ import annotations

from typing import Any

from engine.documents.schemas import at_most_one, nothing_of, present, schema_of, shape_schema
from offers.cases.case_file import CasesFile
from offers.records.offer_file import BOUND_KEYS, EVIDENCE_DETAILS, FORMAT, EvidenceEntry, OfferFile
from offers.records.offer_id import ADDRESSES
from offers.records.particulars import DATE_OR_NOTHING, SECTION, SINCE_OR_NOTHING

_WORD_OR_NUMBER = {"type": ["string", "number", "boolean", "null"]}
_COUNTS = ("part", "of")


def offer_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of `sekskant/offer/1`; which facts there are is known only to a vocabulary.

    >>> offer_schema()["properties"]["evidence"]["type"]
    ['object', 'null']
    """
    schema = schema_of(OfferFile, "Offer of Sekskant, version 1 of the format", FORMAT)
    schema["properties"]["id"]["pattern"] = f"^[^{ADDRESSES}]*$"
    sections = schema["$defs"]["Service"]["properties"]["sections"]
    sections["items"] = {"type": ["string", "integer"], "pattern": SECTION, "minimum": 1, "maximum": 999}
    _describe_evidence(schema, schema["properties"])
    for record in ("EvidenceEntry", "EvidenceByYear"):
        properties = schema["$defs"][record]["properties"]
        properties["date"] |= {"type": ["string", "null"], "pattern": DATE_OR_NOTHING}
        of_years = {"type": ["string", "integer", "null"], "minimum": 1000, "maximum": 9999}
        properties["as_of"] |= {**of_years, "pattern": SINCE_OR_NOTHING}
    return schema


def cases_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of `sekskant/cases/1`; which facts and criteria there are only its rulebook knows.

    >>> cases_schema()["$defs"]["CaseEntry"]["required"]
    ['case']
    """
    schema = schema_of(CasesFile, "Cases of a rulebook of Sekskant, version 1 of the format")
    case = schema["$defs"]["CaseEntry"]
    _describe_evidence(schema, case["properties"])
    not_in_force = {"required": ["in_force"], "properties": {"in_force": {"const": False}}}
    case["allOf"] = [{"oneOf": [not_in_force, present("verdict")]}]
    return schema


def _describe_evidence(schema: dict[str, Any], properties: dict[str, Any]) -> None:
    """Say what evidence can be, where the record itself takes anything."""
    entry = shape_schema(EvidenceEntry)
    own = entry["properties"]
    own["answer"] = {**_WORD_OR_NUMBER, "description": own["answer"]["description"]}
    own["between"] |= {"minItems": 2, "maxItems": 2}
    own["of"]["not"] = {"const": 0}
    entry["oneOf"] = [
        {"allOf": [present("answer"), nothing_of(*BOUND_KEYS, *_COUNTS)]},
        {"allOf": [*map(present, _COUNTS), nothing_of("answer", *BOUND_KEYS)]},
        {"allOf": [{"anyOf": [present(name) for name in BOUND_KEYS]}, nothing_of("answer", *_COUNTS)]},
    ]
    entry["allOf"] = [at_most_one("at_most", "below", "between"), at_most_one("at_least", "above", "between")]
    details = {name: {**own[name]} for name in EVIDENCE_DETAILS}
    stated = [_WORD_OR_NUMBER, {"$ref": "#/$defs/EvidenceEntry"}]
    years = {"type": "object", "properties": details, "patternProperties": {"^[0-9]{4}$": {"anyOf": stated}}}
    schema["$defs"] |= {"EvidenceEntry": entry, "EvidenceByYear": {**years, "additionalProperties": False}}
    fact = {"anyOf": [*stated, {"$ref": "#/$defs/EvidenceByYear"}]}
    evidence = {"type": ["object", "null"], "additionalProperties": fact}
    properties["evidence"] = {"description": properties["evidence"]["description"], **evidence}

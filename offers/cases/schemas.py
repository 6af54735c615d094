"""The JSON Schemas of offer files and case files, for editors."""

from __future__ import annotations

from typing import Any

from engine.documents.schemas import schema_of, shape_schema
from offers.cases.case_file import CasesFile
from offers.records.offer_file import EVIDENCE_DETAILS, EvidenceEntry, OfferFile


def offer_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of `sekskant/offer/1`; which facts there are is known only to a vocabulary.

    >>> offer_schema()["properties"]["evidence"]["type"]
    ['object', 'null']
    """
    schema = schema_of(OfferFile, "Offer of Sekskant, version 1 of the format", nulls=True)
    _describe_evidence(schema, schema["properties"])
    return schema


def cases_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of `sekskant/cases/1`; which facts and criteria there are only its rulebook knows.

    >>> cases_schema()["$defs"]["CaseEntry"]["required"]
    ['case']
    """
    schema = schema_of(CasesFile, "Cases of a rulebook of Sekskant, version 1 of the format", nulls=True)
    _describe_evidence(schema, schema["$defs"]["CaseEntry"]["properties"])
    return schema


def _describe_evidence(schema: dict[str, Any], properties: dict[str, Any]) -> None:
    """Say what evidence can be, where the record itself takes anything."""
    entry = shape_schema(EvidenceEntry, nulls=True)
    entry["properties"]["answer"] = {**_WORD_OR_NUMBER, "description": entry["properties"]["answer"]["description"]}
    details = {name: entry["properties"][name] for name in EVIDENCE_DETAILS}
    stated = [_WORD_OR_NUMBER, {"$ref": "#/$defs/EvidenceEntry"}]
    years = {"type": "object", "properties": details, "patternProperties": {"^[0-9]{4}$": {"anyOf": stated}}}
    schema["$defs"] |= {"EvidenceEntry": entry, "EvidenceByYear": {**years, "additionalProperties": False}}
    fact = {"anyOf": [*stated, {"$ref": "#/$defs/EvidenceByYear"}]}
    evidence = {"type": ["object", "null"], "additionalProperties": fact}
    properties["evidence"] = {"description": properties["evidence"]["description"], **evidence}


_WORD_OR_NUMBER = {"type": ["string", "number", "boolean", "null"]}

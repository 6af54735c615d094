"""The JSON Schema of offer files, for editors."""

from __future__ import annotations

from typing import Any

from engine.schemas import schema_of, shape_schema
from offers.record import EVIDENCE_DETAILS, EvidenceEntry, OfferFile


def offer_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of `sekskant/offer/1`; which facts there are is known only to a vocabulary.

    >>> offer_schema()["properties"]["evidence"]["type"]
    ['object', 'null']
    """
    schema = schema_of(OfferFile, "Offer of Sekskant, version 1 of the format", nulls=True)
    entry = shape_schema(EvidenceEntry, nulls=True)
    entry["properties"]["answer"] = {**_WORD_OR_NUMBER, "description": entry["properties"]["answer"]["description"]}
    details = {name: entry["properties"][name] for name in EVIDENCE_DETAILS}
    stated = [_WORD_OR_NUMBER, {"$ref": "#/$defs/EvidenceEntry"}]
    years = {"type": "object", "properties": details, "patternProperties": {"^[0-9]{4}$": {"anyOf": stated}}}
    schema["$defs"] |= {"EvidenceEntry": entry, "EvidenceByYear": {**years, "additionalProperties": False}}
    fact = {"anyOf": [*stated, {"$ref": "#/$defs/EvidenceByYear"}]}
    evidence = {"type": ["object", "null"], "additionalProperties": fact}
    schema["properties"]["evidence"] = {"description": "evidence by fact id", **evidence}
    return schema


_WORD_OR_NUMBER = {"type": ["string", "number", "boolean", "null"]}

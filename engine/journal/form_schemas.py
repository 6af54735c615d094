"""The JSON Schemas of receipts, seals and signed heads, for those who check them otherwise: made from the forms."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from engine.journal.forms import FORMS

_NAMES = {"receipt": "Receipt", "seal": "Seal", "head": "Signed head of a journal"}


class _Plain(GenerateJsonSchema):
    """Leaves out titles that only repeat the keys."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def form_schema(format_name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a format.

    >>> schema = form_schema("sekskant/head/1")
    >>> schema["$id"], schema["title"], schema["properties"]["count"]["minimum"]
    ('urn:sekskant:head:1', 'Signed head of a journal of Sekskant, version 1 of the format', 0)
    """
    _, kind, version = format_name.split("/")
    named = {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": f"urn:{format_name.replace('/', ':')}",
        "title": f"{_NAMES[kind]} of Sekskant, version {version} of the format",
    }
    return named | _Plain().generate(FORMS[format_name])

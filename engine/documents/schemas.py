"""The JSON Schemas of record formats, for editors: made from the shapes that the readers themselves check."""

from __future__ import annotations

import inspect
import typing
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from engine.documents.shape import core_schema_of

if typing.TYPE_CHECKING:
    from pydantic_core import core_schema


def schema_of(shape_class: type, title: str, *, nulls: bool = False) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a record with a `format` key, such as `sekskant/rulebook/1`.

    Where `nulls` is false an optional key is left out rather than null: editors then complete its value.

    >>> from engine.rulebooks.language import VocabularyFile
    >>> schema_of(VocabularyFile, "A vocabulary")["$id"]
    'urn:sekskant:vocabulary:1'
    """
    schema = shape_schema(shape_class, nulls=nulls)
    (form,) = typing.get_args(typing.get_type_hints(shape_class)["format"])
    named = {"$schema": GenerateJsonSchema.schema_dialect, "$id": f"urn:{form.replace('/', ':')}", "title": title}
    return {**named, **schema}


def shape_schema(shape_class: type, *, nulls: bool = False) -> dict[str, Any]:
    """The JSON Schema of a record that may stand inside others."""
    return (_WithNulls if nulls else _WithoutNulls)().generate(core_schema_of(shape_class))


class _WithNulls(GenerateJsonSchema):
    """Writes what the readers accept: no other keys, plain numbers, and a number where a text is asked for."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        made = {**super().dataclass_schema(schema), "additionalProperties": False}
        made["description"] = (inspect.getdoc(schema["cls"]) or "").split("\n\n")[0].replace("\n", " ")
        made.pop("title", None)
        return made

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        has_default = schema.get("default") is not None
        return super().default_schema(schema) if has_default else self.generate_inner(schema["schema"])

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        return {"type": "number"}

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        made = super().str_schema(schema)
        return made if "pattern" in made else {**made, "type": ["string", "number"]}


class _WithoutNulls(_WithNulls):
    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

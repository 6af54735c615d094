"""The JSON Schemas of record formats, for editors: made from the shapes that the readers themselves check."""

from __future__ import annotations

import inspect
import typing
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from engine.documents.patterns import DATE, NUMBER
from engine.documents.shape import core_schema_of

if typing.TYPE_CHECKING:
    from pydantic_core import core_schema


_NOT_NULL = ["string", "number", "boolean", "array", "object"]


def schema_of(shape_class: type, title: str, form: str | None = None) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a record with a `format` key, such as `sekskant/rulebook/1`.

    Where a record may be in one of several formats, `form` says in which.

    >>> from engine.rulebooks.language import VocabularyFile
    >>> schema_of(VocabularyFile, "A vocabulary")["$id"]
    'urn:sekskant:vocabulary:1'
    """
    schema = shape_schema(shape_class)
    (form,) = (form,) if form else typing.get_args(typing.get_type_hints(shape_class)["format"])
    schema["properties"]["format"] = {"const": form, "type": "string"}
    named = {"$schema": GenerateJsonSchema.schema_dialect, "$id": f"urn:{form.replace('/', ':')}", "title": title}
    return {**named, **schema}


def shape_schema(shape_class: type) -> dict[str, Any]:
    """The JSON Schema of a record that may stand inside others."""
    return _Readable().generate(core_schema_of(shape_class))


def present(name: str) -> dict[str, Any]:
    """That a key says something: null says nothing."""
    return {"required": [name], "properties": {name: {"type": _NOT_NULL}}}


def exactly_one(*names: str) -> dict[str, Any]:
    """That one of some keys says something, and no other."""
    return {"oneOf": [present(name) for name in names]}


def nothing_of(*names: str) -> dict[str, Any]:
    """That none of some keys says anything."""
    return {"not": {"anyOf": [present(name) for name in names]}}


def at_most_one(*names: str) -> dict[str, Any]:
    """That no two of some keys say anything."""
    return {"oneOf": [*map(present, names), nothing_of(*names)]}


def both_or_neither(*names: str) -> dict[str, Any]:
    """That all of some keys say something, or none does."""
    return {"anyOf": [{"allOf": [present(name) for name in names]}, nothing_of(*names)]}


class _Readable(GenerateJsonSchema):
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

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Null beside what else may stand there, as one type where that has one."""
        made = self.generate_inner(schema["schema"])
        if "type" not in made:
            return {"anyOf": [*(made["anyOf"] if made.keys() == {"anyOf"} else [made]), {"type": "null"}]}
        words = made.get("enum", [made["const"]] if "const" in made else None)
        made = {name: value for name, value in made.items() if name not in ("enum", "const")}
        types = made["type"] if isinstance(made["type"], list) else [made["type"]]
        return {**made, "type": [*types, "null"], **({} if words is None else {"enum": [*words, None]})}

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        least = schema.get("ge")
        if least is None:
            return {"type": ["number", "string"], "pattern": NUMBER}
        return {"type": ["number", "string"], "minimum": int(least), "pattern": NUMBER.replace("[-+]?", "[+]?", 1)}

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        made = super().str_schema(schema)
        return {**made, "pattern": DATE} if "pattern" in made else {**made, "type": ["string", "number"]}

"""Documents to records: a record's shape is a frozen dataclass, checked by pydantic's core.

The dataclasses are turned into core schemas here instead of being pydantic models, because building models costs
more at start-up than everything else that assessing one offer needs (docs/decisions/0005). pydantic makes the JSON
Schemas from the same core schemas.
"""

from __future__ import annotations

import dataclasses
import datetime
import types
import typing
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, dataclass_transform

from pydantic_core import PydanticCustomError, SchemaValidator, ValidationError, core_schema

from engine.diagnostics import Diagnostic, Rejected
from engine.documents.document import Node, number_of
from engine.documents.shape_tags import tag_of_choice, tag_of_value
from engine.texts.catalogue import Message

if typing.TYPE_CHECKING:
    from pydantic_core import CoreSchema

_DATE = r"^\d{4}-\d\d-\d\d$"

_NO_WORDS: Mapping[str, str] = types.MappingProxyType({})

Class = TypeVar("Class")
Shape = TypeVar("Shape")


def key(
    *,
    default: Any = dataclasses.MISSING,
    alias: str | None = None,
    description: Message | str = "",
    at_least: int | None = None,
    danish: str | None = None,
    danish_words: Mapping[str, str] = _NO_WORDS,
) -> Any:
    """One key of a record: its default, its name where Python keeps the word, and what an editor shows.

    `at_least` is the least length of a text, list or mapping, or the least number. Where a format has names in Danish,
    `danish` is the key's, and `danish_words` are those of the words that it may have.
    """
    details = {
        "alias": alias,
        "description": description,
        "at_least": at_least,
        "danish": danish,
        "danish_words": danish_words,
    }
    return dataclasses.field(default=default, metadata=details)


@dataclass_transform(kw_only_default=True, field_specifiers=(key,))
def shape(cls: type[Class]) -> type[Class]:
    """A record as it is written, with its keys as keyword arguments, and without unknown ones.

    Methods that are never called are not made, and one makes the records of all: making methods is a good part of what
    start-up costs.

    >>> @shape
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> Point(x=1).y
    0
    >>> Point(x=1, z=2)
    Traceback (most recent call last):
    TypeError: a record Point has no `z`
    >>> Point()
    Traceback (most recent call last):
    TypeError: a record Point has to have `x`
    """
    record = dataclasses.dataclass(slots=True, kw_only=True, init=False, eq=False, repr=False)(cls)
    record.__init__ = _made  # type: ignore[method-assign] # each record would have one of its own, compiled at every start
    return record


def _made(self: Any, **keys: Any) -> None:
    for field in dataclasses.fields(self):
        value = keys.pop(field.name, field.default)
        if value is dataclasses.MISSING:
            raise TypeError(f"a record {type(self).__name__} has to have `{field.name}`")
        setattr(self, field.name, value)
    if keys:
        raise TypeError(f"a record {type(self).__name__} has no `{next(iter(keys))}`")


@cache
def danish_keys(shape_class: type) -> Mapping[str, str]:
    """The Danish name of each key of a record that has one."""
    fields = dataclasses.fields(shape_class)
    return {field.name: name for field in fields if (name := field.metadata.get("danish"))}


@cache
def danish_words(shape_class: type) -> Mapping[str, str]:
    """The Danish names of words that keys of a record may have."""
    words: dict[str, str] = {}
    for field in dataclasses.fields(shape_class):
        words |= field.metadata.get("danish_words", _NO_WORDS)
    return words


def fit(
    shape_class: type[Shape], node: Node, diagnostics: list[Diagnostic], names: Mapping[str, str] = _NO_WORDS
) -> Shape | None:
    r"""The record that a document holds, or None; what is wrong is added to what was found.

    `names` are what keys, and words that they may have, are called where that is not as the record has them.

    >>> from engine.documents.document import read_one
    >>> @shape
    ... class Point:
    ...     x: int
    >>> diagnostics = []
    >>> fit(Point, read_one(b"x: 1\nz: 2", "p.yaml"), diagnostics)
    >>> print(diagnostics[0])
    p.yaml:2:1: unknown-key: unknown key `z`
      hint: one of `x`
    """
    try:
        return typing.cast(Shape, _validator(typing.cast(Any, shape_class)).validate_python(node.written()))
    except ValidationError as error:
        from engine.documents.shape_diagnostics import diagnostics_of  # noqa: PLC0415 - only a mistake needs it

        diagnostics += diagnostics_of(shape_class, node, error.errors(include_url=False), names)
        return None


def fit_or_reject(shape_class: type[Shape], node: Node, names: Mapping[str, str] = _NO_WORDS) -> Shape:
    """The record that a document holds; `names` as in `fit`.

    Raises:
        Rejected: with every mistake of shape.
    """
    diagnostics: list[Diagnostic] = []
    fitted = fit(shape_class, node, diagnostics, names)
    if fitted is None:
        raise Rejected(diagnostics)
    return fitted


def core_schema_of(shape_class: type) -> CoreSchema:
    """The pydantic core schema of a record, with those of the records inside it as definitions."""
    definitions: dict[str, CoreSchema] = {}
    root = _schema(shape_class, definitions)
    return core_schema.definitions_schema(root, list(definitions.values()))


@cache
def _validator(shape_class: type) -> SchemaValidator:
    return SchemaValidator(core_schema_of(shape_class))


def _schema(annotation: Any, definitions: dict[str, CoreSchema], least: int | None = None) -> CoreSchema:
    """The core schema of an annotation; `least` is a least length or number."""
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _union(parts, definitions, least)
    if origin is typing.Literal:
        return core_schema.literal_schema(list(parts))
    if origin is list:
        return core_schema.list_schema(_schema(parts[0], definitions), min_length=least)
    if origin is dict:
        return core_schema.dict_schema(core_schema.str_schema(), _schema(parts[1], definitions), min_length=least)
    if dataclasses.is_dataclass(annotation):
        return _shape_schema(typing.cast(type, annotation), definitions)
    return _plain_schema(annotation, least)


def _plain_schema(annotation: Any, least: int | None) -> CoreSchema:
    if annotation is str:
        return core_schema.str_schema(coerce_numbers_to_str=True, min_length=least)
    if annotation is datetime.date:
        metadata = {"pydantic_js_updates": {"format": "date"}}
        text = core_schema.str_schema(pattern=_DATE, coerce_numbers_to_str=True, metadata=metadata)
        return core_schema.no_info_after_validator_function(datetime.date.fromisoformat, text)
    if annotation is int:
        return core_schema.int_schema(strict=True, ge=least)
    least_number = None if least is None else Decimal(least)
    return {
        bool: core_schema.bool_schema(strict=True),
        Decimal: core_schema.no_info_before_validator_function(_exact, core_schema.decimal_schema(ge=least_number)),
        Any: core_schema.any_schema(),
    }[annotation]


def _exact(value: object) -> object:
    """A number in quotes is read as one without; no other text is a number."""
    number = number_of(value) if isinstance(value, str) else value
    if isinstance(number, str):
        raise PydanticCustomError("decimal_type", "not a number")
    return number


def _union(parts: tuple[Any, ...], definitions: dict[str, CoreSchema], least: int | None) -> CoreSchema:
    choices = {tag_of_choice(p): _schema(p, definitions, least) for p in parts if p is not types.NoneType}
    several = len(choices) > 1
    schema = core_schema.tagged_union_schema(choices, tag_of_value) if several else next(iter(choices.values()))
    return core_schema.nullable_schema(schema) if types.NoneType in parts else schema


def _shape_schema(shape_class: type, definitions: dict[str, CoreSchema]) -> CoreSchema:
    name = shape_class.__name__
    if name not in definitions:
        definitions[name] = core_schema.any_schema()
        hints = typing.get_type_hints(shape_class)
        fields = [_field(field, hints[field.name], definitions) for field in dataclasses.fields(shape_class)]
        arguments = core_schema.dataclass_args_schema(name, fields, extra_behavior="forbid")
        names = [field.name for field in dataclasses.fields(shape_class)]
        definitions[name] = core_schema.dataclass_schema(shape_class, arguments, names, ref=name, slots=True)
    return core_schema.definition_reference_schema(name)


def _field(field: dataclasses.Field[Any], hint: Any, definitions: dict[str, CoreSchema]) -> core_schema.DataclassField:
    schema = _schema(hint, definitions, field.metadata.get("at_least"))
    if field.default is not dataclasses.MISSING:
        schema = core_schema.with_default_schema(schema, default=field.default)
    said = field.metadata.get("description", "")
    description = said.text if isinstance(said, Message) else said
    metadata = {"pydantic_js_updates": {"description": description}} if description else {}
    alias = field.metadata.get("alias") or field.name
    return core_schema.dataclass_field(field.name, schema, kw_only=True, validation_alias=alias, metadata=metadata)

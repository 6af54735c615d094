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
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, dataclass_transform

from pydantic_core import PydanticCustomError, SchemaValidator, ValidationError, core_schema

from engine.diagnostics import Diagnostic, Place, Rejected, near_hint, nearest, quoted
from engine.document import Mapping, Node, Scalar, Sequence, number_of

if typing.TYPE_CHECKING:
    from pydantic_core import CoreSchema, ErrorDetails

_DATE = r"^\d{4}-\d\d-\d\d$"

Class = TypeVar("Class")
Record = TypeVar("Record")


def key(
    *, default: Any = dataclasses.MISSING, alias: str | None = None, description: str = "", at_least: int | None = None
) -> Any:
    """One key of a record: its default, its name where Python keeps the word, and what an editor shows.

    `at_least` is the least length of a text, list or mapping, or the least number.
    """
    details = {"alias": alias, "description": description, "at_least": at_least}
    return dataclasses.field(default=default, metadata=details)


@dataclass_transform(kw_only_default=True, field_specifiers=(key,))
def shape(cls: type[Class]) -> type[Class]:
    """A record as it is written, with its keys as keyword arguments, and without unknown ones.

    Methods that are never called are not made: making them is a good part of what start-up costs.
    """
    return dataclasses.dataclass(slots=True, kw_only=True, eq=False, repr=False)(cls)


def fit(record: type[Record], node: Node, found: list[Diagnostic]) -> Record | None:
    r"""The record that a document holds, or None; what is wrong is added to what was found.

    >>> from engine.document import read_one
    >>> @shape
    ... class Point:
    ...     x: int
    >>> found = []
    >>> fit(Point, read_one(b"x: 1\nz: 2", "p.yaml"), found)
    >>> print(found[0])
    p.yaml:2:1: unknown-key: unknown key `z`
      hint: one of `x`
    """
    try:
        return typing.cast(Record, _validator(typing.cast(Any, record)).validate_python(node.plain()))
    except ValidationError as error:
        found += _diagnostics(record, node, error.errors(include_url=False))
        return None


def fit_or_reject(record: type[Record], node: Node) -> Record:
    """The record that a document holds.

    Raises:
        Rejected: with every mistake of shape.
    """
    found: list[Diagnostic] = []
    fitted = fit(record, node, found)
    if fitted is None:
        raise Rejected(found)
    return fitted


def place_of(node: Node, *path: str | int) -> Place:
    """The place of the value that a path of keys and indexes leads to, or of the last one on the way that is there."""
    return _walk(node, path)[-1].place


def place_of_key(node: Node, *path: str | int) -> Place:
    """The place of the key that a path ends with."""
    parent = _walk(node, path[:-1])[-1]
    places = parent.key_places if isinstance(parent, Mapping) else {}
    return places.get(str(path[-1]), parent.place)


def keys_of(record: type | None) -> list[str]:
    """The keys of a record as they are written."""
    return [field.metadata.get("alias") or field.name for field in dataclasses.fields(record)] if record else []


def core_schema_of(record: type) -> CoreSchema:
    """The pydantic core schema of a record, with those of the records inside it as definitions."""
    definitions: dict[str, CoreSchema] = {}
    root = _schema(record, definitions)
    return core_schema.definitions_schema(root, list(definitions.values()))


@cache
def _validator(record: type) -> SchemaValidator:
    return SchemaValidator(core_schema_of(record))


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
        return _record_schema(typing.cast(type, annotation), definitions)
    return _plain_schema(annotation, least)


def _plain_schema(annotation: Any, least: int | None) -> CoreSchema:
    if annotation is str:
        return core_schema.str_schema(coerce_numbers_to_str=True, min_length=least)
    if annotation is datetime.date:
        shown = {"pydantic_js_updates": {"format": "date"}}
        text = core_schema.str_schema(pattern=_DATE, coerce_numbers_to_str=True, metadata=shown)
        return core_schema.no_info_after_validator_function(datetime.date.fromisoformat, text)
    if annotation is int:
        return core_schema.int_schema(strict=True, ge=least)
    return {
        bool: core_schema.bool_schema(strict=True),
        Decimal: core_schema.no_info_before_validator_function(_exact, core_schema.decimal_schema()),
        Any: core_schema.any_schema(),
    }[annotation]


def _exact(value: object) -> object:
    """A number in quotes is read as one without; no other text is a number."""
    number = number_of(value) if isinstance(value, str) else value
    if isinstance(number, str):
        raise PydanticCustomError("decimal_type", "not a number")
    return number


def _union(parts: tuple[Any, ...], definitions: dict[str, CoreSchema], least: int | None) -> CoreSchema:
    choices = {_tag(part): _schema(part, definitions, least) for part in parts if part is not types.NoneType}
    schema = next(iter(choices.values())) if len(choices) == 1 else core_schema.tagged_union_schema(choices, _tag_of)
    return core_schema.nullable_schema(schema) if types.NoneType in parts else schema


def _tag(part: Any) -> str:
    """A union's choices are told apart by what is written: a text, a list or a mapping."""
    return "<mapping>" if dataclasses.is_dataclass(part) else f"<{typing.get_origin(part) or part}>"


def _tag_of(value: object) -> str:
    return "<mapping>" if isinstance(value, dict) else f"<{list if isinstance(value, list) else str}>"


def _record_schema(record: type, definitions: dict[str, CoreSchema]) -> CoreSchema:
    name = record.__name__
    if name not in definitions:
        definitions[name] = core_schema.any_schema()
        hints = typing.get_type_hints(record)
        fields = [_field(field, hints[field.name], definitions) for field in dataclasses.fields(record)]
        arguments = core_schema.dataclass_args_schema(name, fields, extra_behavior="forbid")
        names = [field.name for field in dataclasses.fields(record)]
        definitions[name] = core_schema.dataclass_schema(record, arguments, names, ref=name, slots=True)
    return core_schema.definition_reference_schema(name)


def _field(field: dataclasses.Field[Any], hint: Any, definitions: dict[str, CoreSchema]) -> core_schema.DataclassField:
    schema = _schema(hint, definitions, field.metadata.get("at_least"))
    if field.default is not dataclasses.MISSING:
        schema = core_schema.with_default_schema(schema, default=field.default)
    shown = {"pydantic_js_updates": {"description": d}} if (d := field.metadata.get("description")) else {}
    alias = field.metadata.get("alias") or field.name
    return core_schema.dataclass_field(field.name, schema, kw_only=True, validation_alias=alias, metadata=shown)


def _walk(node: Node, path: typing.Sequence[str | int]) -> list[Node]:
    """The nodes along the path; a segment that names no node (the tag of a union) is stepped over."""
    way = [node]
    for step in path:
        here = way[-1]
        if isinstance(here, Mapping) and str(step) in here.entries:
            way.append(here.entries[str(step)])
        elif isinstance(here, Sequence) and isinstance(step, int) and step < len(here.items):
            way.append(here.items[step])
    return way


_WANTED = {
    "string_type": "a text",
    "int": "a whole number",
    "decimal": "a number",
    "list": "a list",
    "dict": "a mapping",
    "dataclass": "a mapping",
    "bool": "`true` or `false`",
    "string_pattern": "a date like `2018-01-31`",
    "value_error": "a date like `2018-01-31`",
}
_WRITTEN = {"a list": "a list is written `[one, two]`", "a mapping": "a mapping is written `{key: value}`"}
_TAGS = {f"{str}": "a text", f"{list}": "a list", "<mapping>": "a mapping"}
_TWO_LANGUAGES = "write `{da: ..., en: ...}`"
_Path = tuple[str | int, ...]


def _diagnostics(record: type, root: Node, details: list[ErrorDetails]) -> Iterator[Diagnostic]:
    """What is wrong, but not that a key is absent where it stands misspelt."""
    misspelt: set[tuple[_Path, str | None]] = set()
    for detail in details:
        if detail["type"] == "unexpected_keyword_argument":
            *path, last = detail["loc"]
            misspelt.add((tuple(path), nearest(str(last), keys_of(_record_at(record, path)))))
    for detail in details:
        if not detail["type"].startswith("missing") or (detail["loc"][:-1], str(detail["loc"][-1])) not in misspelt:
            yield _diagnostic(record, root, detail)


def _diagnostic(record: type, root: Node, detail: ErrorDetails) -> Diagnostic:
    path, kind = detail["loc"], detail["type"]
    last = str(path[-1]) if path else ""
    owner = _record_at(record, path[:-1])
    node = _walk(root, path)[-1]
    if kind == "unexpected_keyword_argument":
        place, message = place_of_key(root, *path), f"unknown key {quoted(last)}"
        return Diagnostic(
            place, "unknown-key", message, _comma_hint(owner, last, node) or near_hint(last, keys_of(owner))
        )
    if kind.startswith("missing"):
        return _missing(owner, node.place, last)
    if _is_text(owner) and (kind == "string_too_short" or detail["input"] is None):
        return Diagnostic(node.place, "missing-text", f"the text in `{last}` is empty", "write `da` and `en`")
    if _is_text(_record_at(record, path)) and kind == "dataclass_type":
        message = f"{_given(node)} where a text in two languages belongs"
        return Diagnostic(node.place, "missing-text", message, _TWO_LANGUAGES)
    return _wrong(node, last, detail)


def _is_text(record: type | None) -> bool:
    return getattr(record, "is_text", False)


def _comma_hint(owner: type | None, name: str, node: Node) -> str | None:
    """`{da: one, two}` has a key `two` without a value, and `{at_most: 0,5}` a key `5`."""
    if not isinstance(node, Scalar) or node.text:
        return None
    if _is_text(owner):
        return "a text that holds a comma stands in quotes"
    return "a decimal has a point, not a comma" if name.isdigit() else None


def _missing(owner: type | None, place: Place, name: str) -> Diagnostic:
    if _is_text(owner):
        return Diagnostic(place, "missing-text", f"the text in `{name}` is absent", "write `da` and `en`")
    if name == "reference":
        hint = "say where in the source it stands: `reference: {da: ..., en: ...}`"
        return Diagnostic(place, "missing-reference", "there is no reference to the source", hint)
    wanted = _fields_of(owner)[name] if owner else None
    words = typing.get_args(wanted) if typing.get_origin(wanted) is typing.Literal else ()
    return Diagnostic(place, "missing-key", f"the key `{name}` is absent", near_hint("", words))


def _given(node: Node) -> str:
    if not isinstance(node, Scalar):
        return node.kind
    return quoted(node.text) if node.text else "an empty value"


def _wrong(node: Node, name: str, detail: ErrorDetails) -> Diagnostic:
    given, kind = _given(node), detail["type"]
    if kind == "literal_error":
        known = [word.strip("' ") for word in detail["ctx"]["expected"].replace(" or ", ",").split(",")]
        hint = near_hint(node.text if isinstance(node, Scalar) else "", known)
        return Diagnostic(node.place, "wrong-type", f"{given} does not belong in `{name}`", hint)
    if "too_short" in kind:
        return Diagnostic(node.place, "wrong-type", f"`{name}` is empty")
    wanted = _wanted(detail)
    hint = _WRITTEN.get(wanted) or _decimal_hint(node, kind)
    return Diagnostic(node.place, "wrong-type", f"{given} where {wanted} belongs", hint)


def _wanted(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "greater_than_equal":
        return f"a number of at least {context['ge']}"
    if kind == "union_tag_invalid":
        return " or ".join(wanted for tag, wanted in _TAGS.items() if tag in context["expected_tags"])
    return next((wanted for start, wanted in _WANTED.items() if kind.startswith(start)), "something else")


def _decimal_hint(node: Node, kind: str) -> str | None:
    """What a number with a decimal comma should be."""
    number = number_of(node.text.replace(",", ".")) if isinstance(node, Scalar) else ""
    return f"write `{number}`" if kind.startswith("decimal") and not isinstance(number, str) else None


def _record_at(record: type, path: typing.Sequence[str | int]) -> type | None:
    """The record that a path of keys leads to, through lists, mappings and options."""
    here: Any = record
    for step in path:
        fields = next((f for f in map(_fields_of, _records_in(here)) if step in f), None)
        here = fields[str(step)] if fields else here
    return next(_records_in(here), None)


@cache
def _fields_of(record: type) -> dict[str, Any]:
    """The annotations of a record by the keys as they are written."""
    hints = typing.get_type_hints(record)
    return dict(zip(keys_of(record), (hints[f.name] for f in dataclasses.fields(record)), strict=True))


def _records_in(annotation: Any) -> Iterator[type]:
    """Every record named in an annotation, whatever it is wrapped in."""
    if dataclasses.is_dataclass(annotation):
        yield typing.cast(type, annotation)
    for part in typing.get_args(annotation):
        yield from _records_in(part)

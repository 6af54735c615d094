"""What pydantic's core finds wrong with a document, as diagnostics at its places and in the reader's words."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from engine.diagnostics import Diagnostic, Place, key_hint, near_hint, nearest, quoted
from engine.documents.document import Mapping, Node, Scalar
from engine.documents.places import place_of_key, walk
from engine.documents.shape_tags import is_tag, tag_of_choice
from engine.texts.catalogue import Message, message, message_in
from engine.texts.joined import OR, joined
from engine.values.numbers import number_hint

if typing.TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_WANTED = {
    "string_type": message("a text"),
    "int_type": message_in("value", "a whole number"),
    "decimal_type": message_in("value", "a number"),
    "list_type": message("a list"),
    "dict_type": message("a mapping"),
    "dataclass_type": message("a mapping"),
    "bool_type": message("`true` or `false`"),
    "string_pattern_mismatch": message("a date like `2018-01-31`"),
    "value_error": message("a date like `2018-01-31`"),
}
_UNKNOWN, _MISSING = "unexpected_keyword_argument", "missing"
KINDS = _WANTED.keys() | {
    _UNKNOWN,
    _MISSING,
    "string_too_short",
    "too_short",
    "literal_error",
    "greater_than_equal",
    "union_tag_invalid",
}
"""The kinds of mistakes, as pydantic's core names them, that have a text of their own. Of the others, which our shapes
cannot have, it is said that the value does not belong where it is."""
_WRITTEN = {
    message("a list"): message("a list is written `[one, two]`"),
    message("a mapping"): message("a mapping is written `{{key: value}}`"),
}
_TAGS = {f"{str}": message("a text"), f"{list}": message("a list"), "<mapping>": message("a mapping")}
_TWO_LANGUAGES = message("write `{{da: ..., en: ...}}`")
_NO_NAMES: typing.Mapping[str, str] = types.MappingProxyType({})
_Path = tuple[str | int, ...]


def diagnostics_of(
    shape_class: type, root: Node, details: list[ErrorDetails], names: typing.Mapping[str, str] = _NO_NAMES
) -> Iterator[Diagnostic]:
    """What is wrong, but not that a key is absent where it stands misspelt.

    Keys, and the words that they may have, are called by their `names`, where they have one.
    """
    misspelt: set[tuple[_Path, str | None]] = set()
    for detail in details:
        if detail["type"] == _UNKNOWN:
            *path, last = detail["loc"]
            misspelt.add((tuple(path), _near_key(str(last), _shape_at(shape_class, path), names)))
    for detail in details:
        if detail["type"] != _MISSING or (detail["loc"][:-1], str(detail["loc"][-1])) not in misspelt:
            yield _diagnostic(shape_class, root, detail, names)


def _diagnostic(shape_class: type, root: Node, detail: ErrorDetails, names: typing.Mapping[str, str]) -> Diagnostic:
    path, kind = detail["loc"], detail["type"]
    last = next((str(step) for step in reversed(path) if kind == _UNKNOWN or not is_tag(step)), "")
    owner = _shape_at(shape_class, path[:-1])
    node = walk(root, path)[-1]
    if kind == _UNKNOWN:
        place, words = place_of_key(root, *path), message("unknown key {key}", key=quoted(last))
        return Diagnostic(place, "unknown-key", words, _key_hint(owner, walk(root, path[:-1])[-1], node, last, names))
    if kind == _MISSING:
        return _missing(owner, node.place, last, names)
    if _is_text(owner) and (kind == "string_too_short" or detail["input"] is None):
        return Diagnostic(
            node.place,
            "missing-text",
            message("the text in `{key}` is empty", key=last),
            message("write `da` and `en`"),
        )
    if _is_text(_shape_at(shape_class, path)) and kind == "dataclass_type":
        words = message("{given} where a text in two languages belongs", given=_given(node))
        return Diagnostic(node.place, "missing-text", words, _TWO_LANGUAGES)
    annotation = _annotation_at(shape_class, path)
    allowed = dict.fromkeys(names.get(word, word) for word in _words_in(annotation))
    instead = getattr(_shape_at(shape_class, path), "instead", None)
    if instead is None and not isinstance(node, Scalar):
        instead = getattr(owner, "instead", None)
    return _wrong(node, names.get(last, last), detail, list(allowed), annotation, instead)


def _near_key(key: str, owner: type | None, names: typing.Mapping[str, str]) -> str | None:
    """The key that a misspelt one is most like, by its own name or by that which it is called by."""
    keys = _keys_of(owner)
    own = {**{known: known for known in keys}, **{names[known]: known for known in keys if known in names}}
    near = nearest(key, own)
    return None if near is None else own[near]


def _key_hint(
    owner: type | None, record: Node, value: Node, key: str, names: typing.Mapping[str, str]
) -> Message | None:
    """What was meant by a key: what the record says of it, or a near one, which may stand there already."""
    meant: typing.Mapping[str, Message] = getattr(owner, "meant", {})
    there = record.entries if isinstance(record, Mapping) else {}
    free = [known for known in _keys_of(owner) if known not in there] or _keys_of(owner)
    is_empty = isinstance(value, Scalar) and not value.text
    if key.lower() in meant:
        return meant[key.lower()]
    near = _near_key(key, owner, names)
    if near in there and not is_empty:
        return message("`{near}` stands here already", near=names.get(near, near))
    if near in free and names:
        return message("did you mean `{near}`?", near=names.get(near, near))
    return key_hint(key, (names.get(known, known) for known in free), is_empty=is_empty)


def _is_text(shape_class: type | None) -> bool:
    return getattr(shape_class, "is_text", False)


def _missing(owner: type | None, place: Place, name: str, names: typing.Mapping[str, str]) -> Diagnostic:
    if _is_text(owner):
        return Diagnostic(
            place, "missing-text", message("the text in `{key}` is absent", key=name), message("write `da` and `en`")
        )
    if name == "reference":
        advice = message("say where in the source it stands: `reference: {{da: ..., en: ...}}`")
        return Diagnostic(place, "missing-reference", message("there is no reference to the source"), advice)
    annotation = _fields_of(owner)[name] if owner else None
    is_one_of = typing.get_origin(annotation) is typing.Literal
    words = dict.fromkeys(names.get(word, word) for word in typing.get_args(annotation) if is_one_of)
    name = names.get(name, name)
    only = message("write `{key}: {word}`", key=name, word=next(iter(words))) if len(words) == 1 else None
    said = message("the key `{key}` is absent", key=name)
    return Diagnostic(place, "missing-key", said, only or near_hint("", words))


def _given(node: Node) -> Message | str:
    if not isinstance(node, Scalar):
        return node.kind
    return quoted(node.text) if node.text else message("an empty value")


def _wrong(
    node: Node, name: str, detail: ErrorDetails, words: list[str], annotation: Any, instead: Message | None
) -> Diagnostic:
    """What stands where it does not belong; `instead` is what the record says that is written there."""
    written, kind = _given(node), detail["type"]
    if kind == "literal_error":
        near = near_hint(node.text if isinstance(node, Scalar) else "", words)
        said = message("{written} does not belong in `{key}`", written=written, key=name)
        return Diagnostic(node.place, "wrong-type", said, near)
    if kind in ("too_short", "string_too_short"):
        return Diagnostic(node.place, "wrong-type", message("`{key}` is empty", key=name))
    expected = _wanted(detail, annotation)
    if expected is None:
        said = message("{written} does not belong here", written=written)
        if name:
            said = message("{written} does not belong in `{key}`", written=written, key=name)
        return Diagnostic(node.place, "wrong-type", said)
    advice = instead or _WRITTEN.get(expected)
    if isinstance(node, Scalar) and kind.startswith("decimal"):
        advice = number_hint(node.text)
    return Diagnostic(
        node.place,
        "wrong-type",
        message("{written} where {expected} belongs", written=written, expected=expected),
        advice,
    )


def _wanted(detail: ErrorDetails, annotation: Any) -> Message | None:
    """What belongs there instead, by the annotation of the place; None where we do not know."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "greater_than_equal":
        return message("a number of at least {least}", least=context["ge"])
    if kind == "union_tag_invalid":
        wanted = {tag: words for tag, words in _TAGS.items() if tag in context["expected_tags"]}
        if Decimal in typing.get_args(annotation):
            # A number has the tag of a text.
            wanted[f"{str}"] = _WANTED["decimal_type"]
        return joined(wanted.values(), OR)
    return _WANTED.get(kind)


def _shape_at(shape_class: type, path: typing.Sequence[str | int]) -> type | None:
    """The record that a path of keys leads to, through lists, mappings and options."""
    return next(_shapes_in(_annotation_at(shape_class, path)), None)


def _annotation_at(shape_class: type, path: typing.Sequence[str | int]) -> Any:
    """The annotation of what a path leads to, through keys, list items and the tags of unions."""
    here: Any = shape_class
    for step in path:
        here = _annotation_inside(here, step)
    return here


def _annotation_inside(annotation: Any, step: str | int) -> Any:
    """The annotation one step further; a key of a mapping leads to its value, also where a record has such a key."""
    is_union = typing.get_origin(annotation) in (typing.Union, types.UnionType)
    parts = typing.get_args(annotation) if is_union else (annotation,)
    choices = [part for part in parts if part is not types.NoneType]
    if len(choices) > 1:
        return next((choice for choice in choices if tag_of_choice(choice) == step), annotation)
    (only,) = choices
    if typing.get_origin(only) in (list, dict):
        return typing.get_args(only)[-1]
    return _fields_of(typing.cast(type, only)).get(str(step), only) if dataclasses.is_dataclass(only) else only


def _keys_of(shape_class: type | None) -> list[str]:
    """The keys of a record as they are written."""
    return (
        [field.metadata.get("alias") or field.name for field in dataclasses.fields(shape_class)] if shape_class else []
    )


@cache
def _fields_of(shape_class: type) -> dict[str, Any]:
    """The annotations of a record by the keys as they are written."""
    hints = typing.get_type_hints(shape_class)
    return dict(zip(_keys_of(shape_class), (hints[f.name] for f in dataclasses.fields(shape_class)), strict=True))


def _words_in(annotation: Any) -> Iterator[str]:
    """Every word that an annotation allows, whatever it is wrapped in."""
    for part in typing.get_args(annotation):
        if typing.get_origin(annotation) is typing.Literal:
            yield str(part)
        else:
            yield from _words_in(part)


def _shapes_in(annotation: Any) -> Iterator[type]:
    """Every record named in an annotation, whatever it is wrapped in."""
    if dataclasses.is_dataclass(annotation):
        yield typing.cast(type, annotation)
    for part in typing.get_args(annotation):
        yield from _shapes_in(part)

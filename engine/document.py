"""YAML or JSON text to documents: values as written, each with its place. Nothing is constructed, nothing guessed.

Scalars follow YAML 1.2: `yes` and `no` are words, `010` is text, a date is text, and a number is exact. What no record
needs and an attacker could use (aliases, tags, deep nesting, control characters) is a diagnostic.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from engine.diagnostics import Diagnostic, Place, Rejected, rejected

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 40
MAX_NODES = 100_000
MAX_DIGITS = 30

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)\Z")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_ESCAPED_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")

Plain = str | int | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value, its text as written, and its place."""

    place: Place
    value: Plain
    text: str
    kind = "a single value"

    def plain(self) -> Plain:
        """The value."""
        return self.value


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes, and the place where it begins."""

    place: Place
    items: tuple[Node, ...]
    kind = "a list"

    def plain(self) -> list[object]:
        """The values, without places."""
        return [item.plain() for item in self.items]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their nodes and places, and the place where the mapping begins."""

    place: Place
    entries: dict[str, Node]
    key_places: dict[str, Place] = field(default_factory=dict)
    kind = "a mapping"

    def plain(self) -> dict[str, object]:
        """The values by key, without places."""
        return {key: node.plain() for key, node in self.entries.items()}


Node = Scalar | Sequence | Mapping


def decode(data: bytes, file: str) -> str:
    """The text of a file's bytes.

    Raises:
        Rejected: the bytes are too many, are not UTF-8, or hold control characters.
    """
    if len(data) > MAX_BYTES:
        raise rejected(Place(file), "too-large", f"more than {MAX_BYTES // 2**20} MiB", "split the file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise rejected(_place_after(before, file), "not-utf-8", message, "save the file as UTF-8") from None
    if bad := _CONTROL.search(text):
        message = f"the control character U+{ord(bad[0]):04X} does not belong in a text"
        raise rejected(_place_after(text[: bad.start()], file), "control-character", message)
    return text


def read_documents(data: bytes, file: str) -> Iterator[Node | Rejected]:
    """Each document of a file in turn, or why it was rejected. A top-level list is as many documents.

    A mistake in one document leaves the others readable; after a syntax error nothing more of the file can be read.

    >>> [document.plain() for document in read_documents(b"a: 010", "x.yaml")]
    [{'a': '010'}]
    """
    try:
        text = decode(data, file)
    except Rejected as error:
        yield error
        return
    for chunk, line in _json_values(text) if text.lstrip()[:1] in ("{", "[") else [(text, 0)]:
        yield from _read_chunk(chunk, line, file)


def read_one(data: bytes, file: str) -> Node:
    """The single document of a file.

    Raises:
        Rejected: there is none or more than one, or it has mistakes.
    """
    documents = list(read_documents(data, file))
    rejections = [d for d in documents if isinstance(d, Rejected)]
    if rejections:
        raise Rejected(diagnostic for r in rejections for diagnostic in r.diagnostics)
    if len(documents) != 1:
        code = "syntax" if documents else "empty"
        raise rejected(Place(file), code, f"{len(documents)} documents where one is expected")
    return documents[0]  # type: ignore[return-value]


def _read_chunk(text: str, line: int, file: str) -> Iterator[Node | Rejected]:
    composer = _Composer(text, line, file)
    try:
        for document in composer.documents():
            if isinstance(document, Sequence):
                yield from document.items
            elif not (isinstance(document, Scalar) and document.value is None):
                yield document
    except Rejected as error:
        yield error
    except yaml.MarkedYAMLError as error:
        yield _syntax(error, line, file)
    except RecursionError:
        yield rejected(Place(file), "too-deep", f"more than {MAX_DEPTH} levels of nesting")


def _syntax(error: yaml.MarkedYAMLError, line: int, file: str) -> Rejected:
    mark = error.problem_mark or error.context_mark
    place = Place(file, line + mark.line + 1, mark.column + 1) if mark else Place(file)
    return rejected(place, "syntax", " ".join(filter(None, [error.problem, error.context])))


def _json_values(text: str) -> list[tuple[str, int]]:
    """Each top-level JSON value of the text with the number of lines before it; the whole text where it is not JSON."""
    decoder, found, end = json.JSONDecoder(), [], 0
    try:
        while start := _after_space(text, end):
            _, end = decoder.raw_decode(text, start - 1)
            found.append((_join_pairs(text[start - 1 : end]), text.count("\n", 0, start - 1)))
    except (ValueError, RecursionError):
        return [(text, 0)]
    return found


def _after_space(text: str, end: int) -> int:
    """One more than the index of the next character that is not space; 0 where there is none."""
    rest = re.compile(r"\S").search(text, end)
    return rest.start() + 1 if rest else 0


def _join_pairs(text: str) -> str:
    """JSON writes a character beyond U+FFFF as an escaped pair, which YAML does not know."""

    def joined(match: re.Match[str]) -> str:
        high, low = int(match[2], 16), int(match[3], 16)
        return match[1] + chr(0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00))

    return _ESCAPED_PAIR.sub(joined, text)


def _place_after(before: str, file: str) -> Place:
    return Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


# The type stubs leave out what the parser's events carry.
_Event = Any


class _Composer:
    """Parser events to nodes; the mistakes of a document are collected, those of syntax end the file."""

    def __init__(self, text: str, line: int, file: str) -> None:
        self._events = yaml.parse(text, Loader=_PARSER)
        self._line, self._file = line, file
        self._mistakes: list[Diagnostic] = []
        self._count = 0

    def documents(self) -> Iterator[Node | Rejected]:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._mistakes, self._count = [], 0
                node = self._node(next(self._events), 0)
                yield Rejected(self._mistakes) if self._mistakes else node

    def _place(self, event: _Event) -> Place:
        return Place(self._file, self._line + event.start_mark.line + 1, event.start_mark.column + 1)

    def _mistake(self, event: _Event, code: str, message: str, hint: str | None = None) -> None:
        self._mistakes.append(Diagnostic(self._place(event), code, message, hint))

    def _node(self, event: _Event, depth: int) -> Node:
        self._guard(event, depth)
        if isinstance(event, yaml.AliasEvent):
            self._mistake(event, "alias", f"`*{event.anchor}` repeats another value", "write the value out")
            return Scalar(self._place(event), None, "")
        if event.anchor is not None:
            self._mistake(event, "alias", f"`&{event.anchor}` names a value for repetition", "leave the name out")
        if event.tag is not None and event.tag != "!":
            self._mistake(event, "tag", f"the tag `{event.tag}` is not used in records", "leave the tag out")
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(self._place(event), tuple(self._items(depth)))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        return self._scalar(event)

    def _guard(self, event: _Event, depth: int) -> None:
        self._count += 1
        if depth > MAX_DEPTH:
            raise rejected(self._place(event), "too-deep", f"more than {MAX_DEPTH} levels of nesting")
        if self._count > MAX_NODES:
            raise rejected(self._place(event), "too-many-nodes", f"more than {MAX_NODES} values in one document")

    def _items(self, depth: int) -> Iterator[Node]:
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self._node(event, depth + 1)

    def _mapping(self, start: _Event, depth: int) -> Mapping:
        mapping = Mapping(self._place(start), {})
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            self._enter(mapping, event, key, value)
        return mapping

    def _enter(self, mapping: Mapping, event: _Event, key: Node, value: Node) -> None:
        if not isinstance(key, Scalar):
            self._mistake(event, "non-scalar-key", f"{key.kind} cannot be a key", "a key is a single word")
        elif key.text in mapping.entries:
            first = mapping.key_places[key.text].line
            self._mistake(event, "duplicate-key", f"the key `{key.text}` stands already in line {first}")
        else:
            mapping.entries[key.text] = value
            mapping.key_places[key.text] = key.place

    def _scalar(self, event: _Event) -> Scalar:
        text: str = event.value
        place = self._place(event)
        if event.style or not event.implicit[0]:
            return Scalar(place, text, text)
        if text in _WORDS:
            return Scalar(place, _WORDS[text], text)
        if _NOT_FINITE.match(text) or (_NUMBER.match(text) and not _is_moderate(text)):
            self._mistake(event, "number", f"`{text[:40]}` is not a number that can be held exactly")
            return Scalar(place, None, text)
        return Scalar(place, _number(text), text)


def _is_moderate(text: str) -> bool:
    exponent = re.split("[eE]", text)[1:]
    return len(text) <= MAX_DIGITS and all(abs(int(e)) <= MAX_DIGITS for e in exponent)


def _number(text: str) -> Plain:
    """The number that a plain text is, or the text itself; with a leading zero it is a code, not a number."""
    if _INTEGER.match(text):
        return int(text)
    if _NUMBER.match(text) and not re.match(r"[-+]?0[0-9]", text):
        return Decimal(text)
    return text

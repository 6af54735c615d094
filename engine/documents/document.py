"""YAML or JSON text to documents: values as written, each with its place. Nothing is constructed, nothing guessed.

Scalars follow YAML 1.2: `yes` and `no` are words, `010` is text, a date is text, and a number is exact. What no record
needs and an attacker could use (aliases, tags, deep nesting, control characters) is a diagnostic.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from engine.diagnostics import Diagnostic, Place, Rejected, quoted, refusal_of, rejected
from engine.documents.nesting import MAX_DEPTH, place_at, too_deep
from engine.documents.regular_file import open_regular
from engine.texts.catalogue import Message, message

if TYPE_CHECKING:
    from engine.documents.json_events import JsonText

MAX_BYTES = 16 * 1024 * 1024
MAX_NODES = 100_000
MAX_DOCUMENTS = 100_000
MAX_DIGITS = 30

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# With a leading zero it is a code, not a number.
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|(?!0[0-9])[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = frozenset(f"{sign}.{word}" for sign in ("", "-", "+") for word in ("inf", "Inf", "INF"))
_NOT_FINITE |= {".nan", ".NaN", ".NAN"}
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
CONTROL_CHARACTERS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f" + "\ufeff\ufffe\uffff]"
"""Characters that belong in no text, as every backend's regular expressions say."""
_CONTROL = re.compile(CONTROL_CHARACTERS)
_ESCAPED = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
"""None of them is printable. To compile this takes long, so it is done where a text has anything that is not."""
# YAML 1.1 ends a line, and so a comment, at these; most editors show none of them as a line end.
_LINE_END = re.compile("\r(?!\n)|[\x85\u2028\u2029]")

# The type stubs leave out what the parser's events carry.
_Event = Any

_UNREADABLE = ("syntax", "not-utf-8", "control-character")
"""What costs all that stands in a file, or below in it, unless each line is a document of its own."""

Plain = str | int | Decimal | bool | None


class Scalar(NamedTuple):
    """One value, its text as written, and its place."""

    place: Place
    value: Plain
    text: str

    @property
    def kind(self) -> Message:
        """What it is, for diagnostics."""
        return message("a single value")

    def plain(self) -> Plain:
        """The value."""
        return self.value

    def written(self) -> Plain:
        """The value; a number that is taken for a text is the text as it is written.

        >>> number = Scalar(Place("a.yaml"), Decimal("1.2E+5"), "12E4").written()
        >>> number == 120_000, str(number)
        (True, '12E4')
        """
        value = self.value
        if type(value) is int:
            return value if str(value) == self.text else _Integer(value, self.text)
        if type(value) is Decimal:
            return value if str(value) == self.text else _Number(value, self.text)
        return value


# Numbers that say themselves as they are written: `12E4` and `+45` may be ids.


class _Integer(int):
    text: str

    def __new__(cls, value: int, text: str) -> _Integer:
        number = super().__new__(cls, value)
        number.text = text
        return number

    def __str__(self) -> str:
        return self.text


class _Number(Decimal):
    text: str

    def __new__(cls, value: Decimal, text: str) -> _Number:
        number = super().__new__(cls, value)
        number.text = text
        return number

    def __str__(self) -> str:
        return self.text


class Sequence(NamedTuple):
    """A list of nodes, and the place where it begins."""

    place: Place
    items: tuple[Node, ...]

    @property
    def kind(self) -> Message:
        """What it is, for diagnostics."""
        return message("a list")

    def plain(self) -> list[object]:
        """The values, without places."""
        return [item.plain() for item in self.items]

    def written(self) -> list[object]:
        """The values, in which numbers say themselves as they are written."""
        return [item.written() for item in self.items]


class Mapping(NamedTuple):
    """Keys with their nodes and places, and the place where the mapping begins."""

    place: Place
    entries: dict[str, Node]
    key_places: dict[str, Place]

    @property
    def kind(self) -> Message:
        """What it is, for diagnostics."""
        return message("a mapping")

    def plain(self) -> dict[str, object]:
        """The values by key, without places."""
        return {key: node.plain() for key, node in self.entries.items()}

    def written(self) -> dict[str, object]:
        """The values by key, in which numbers say themselves as they are written."""
        return {key: node.written() for key, node in self.entries.items()}


Node = Scalar | Sequence | Mapping


def read_file(path: Path) -> bytes:
    """The bytes of a file, no more of them than a reader accepts and one to show that there are too many.

    Raises:
        Rejected: it cannot be read, or is no file.
    """
    try:
        with open_regular(path) as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise rejected(Place(str(path)), "unreadable", refusal_of(error)) from None


def decode(data: bytes, file: str) -> str:
    """The text of a file's bytes.

    Raises:
        Rejected: the bytes are too many, are not UTF-8, or hold control characters.
    """
    if len(data) > MAX_BYTES:
        raise rejected(
            Place(file),
            "too-large",
            message("more than {size} MiB", size=MAX_BYTES // 2**20),
            message("split the file"),
        )
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        words = message("byte 0x{byte} is not UTF-8", byte=f"{data[error.start]:02x}")
        raise rejected(
            place_at(before, len(before), file), "not-utf-8", words, message("save the file as UTF-8")
        ) from None
    words = message("the control character {character} does not belong in a text")
    _refuse(_CONTROL, text, file, words, message("delete it"))
    return text


def _refuse(characters: re.Pattern[str], text: str, file: str, words: Message, advice: Message) -> None:
    if bad := characters.search(text):
        place = place_at(text, bad.start(), file)
        raise rejected(place, "control-character", words.filled(character=f"U+{ord(bad[0]):04X}"), advice)


def read_documents(data: bytes, file: str) -> Iterator[Node | Rejected]:
    """Each document of a file in turn, or why it was rejected. A top-level list is as many documents.

    A mistake in one document leaves the others readable. After a syntax error nothing more can be read, but in NDJSON,
    where each line is read for itself.

    >>> [document.plain() for document in read_documents(b"a: 010", "x.yaml")]
    [{'a': '010'}]
    """
    for index, document in enumerate(_documents(data, file)):
        if index == MAX_DOCUMENTS:
            place = Place(file) if isinstance(document, Rejected) else document.place
            yield rejected(
                place,
                "too-many-nodes",
                message("more than {most} records in one file", most=MAX_DOCUMENTS),
                message("split the file"),
            )
            return
        yield document


def read_one(data: bytes, file: str) -> Node:
    """The single document of a file.

    Raises:
        Rejected: there is none or more than one, or it has mistakes.
    """
    only: Node | None = None
    for document in read_documents(data, file):
        if isinstance(document, Rejected):
            raise document
        if only is not None:
            raise rejected(
                document.place,
                "syntax",
                message("a second document begins here"),
                message("write one document to a file"),
            )
        only = document
    if only is None:
        raise rejected(Place(file), "empty", message("there is nothing in the file"))
    return only


def _documents(data: bytes, file: str) -> Iterator[Node | Rejected]:
    documents = _one_after_the_other(data, file)
    if not _may_be_lines(data, file):
        yield from documents
        return
    read = [*documents]
    is_whole = not any(isinstance(d, Rejected) and d.diagnostics[0].code in _UNREADABLE for d in read)
    yield from read if is_whole else _line_by_line(data, file)


def _may_be_lines(data: bytes, file: str) -> bool:
    """Whether a file may hold a JSON object on each line, by its name or by its lines, and surely does on one."""
    lines = [line for line in data.removeprefix(codecs.BOM_UTF8).split(b"\n") if line.strip()]
    if len(lines) < 2 or data.count(b"{") < len(lines) // 2:
        return False
    if file.lower().endswith((".ndjson", ".jsonl")) or all(line.startswith(b"{") for line in lines):
        return any(map(_is_object, lines))
    return 2 * sum(map(_is_object, lines)) >= len(lines)


def _is_object(line: bytes) -> bool:
    """Whether a line is a whole JSON object, as far as may be asked of one that may be nested without end."""
    try:
        return line.startswith(b"{") and isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _line_by_line(data: bytes, file: str) -> Iterator[Node | Rejected]:
    """The documents of lines, each read for itself: a mistake costs its own."""
    from engine.documents.json_events import JsonText  # noqa: PLC0415 - YAML must not wait for it

    for before, line in enumerate(data.removeprefix(codecs.BOM_UTF8).split(b"\n")):
        try:
            text = decode(line, file)
        except Rejected as error:
            yield Rejected(d._replace(place=d.place._replace(line=d.place.line + before)) for d in error.diagnostics)
            continue
        json_text = JsonText(text, file, before)
        if json_text.has_more():
            yield from _composed(json_text.events(), text, file)


def _one_after_the_other(data: bytes, file: str) -> Iterator[Node | Rejected]:
    try:
        text = decode(data, file)
        json_text = _json_in(text, file)
        if json_text is None:
            advice = message("end the line with a plain line break")
            words = message("the character {character} is a line end that editors do not show")
            _refuse(_LINE_END, text, file, words, advice)
            yield from _composed(yaml.parse(text, Loader=_PARSER), text, file)
            return
    except Rejected as error:
        yield error
        return
    while json_text.has_more():
        yield from _composed(json_text.events(), text, file)
        json_text.go_on()


def _json_in(text: str, file: str) -> JsonText | None:
    """A reader of the text's JSON; None where it is YAML."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    from engine.documents.json_events import JsonText  # noqa: PLC0415 - YAML must not wait for it

    json_text = JsonText(text, file)
    return json_text if json_text.is_json() else None


def _composed(events: Iterable[_Event], text: str, file: str) -> Iterator[Node | Rejected]:
    try:
        for document in _Composer(events, file).documents():
            if not (isinstance(document, Scalar) and document.value is None):
                yield document
    except Rejected as error:
        # Without the frames that it was raised in: there can be as many as there are lines.
        yield Rejected(error.diagnostics)
    except (yaml.YAMLError, ValueError) as error:
        from engine.documents.syntax import explained  # noqa: PLC0415 - only a mistake needs it

        yield explained(error, text, file, _PARSER)


class _Composer:
    """Parser events to nodes; the mistakes of a document are collected, those of syntax end the file."""

    def __init__(self, events: Iterable[_Event], file: str) -> None:
        self._events = iter(events)
        self._file = file
        self._mistakes: list[Diagnostic] = []
        self._count = 0

    def documents(self) -> Iterator[Node | Rejected]:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                yield from self._document(next(self._events))

    def _document(self, event: _Event) -> Iterator[Node | Rejected]:
        if not isinstance(event, yaml.SequenceStartEvent):
            yield self._finished(event)
            return
        self._mistakes = []
        self._check_plain(event)
        if self._mistakes:
            yield Rejected(self._mistakes)
        for item in self._events:
            if isinstance(item, yaml.SequenceEndEvent):
                return
            yield self._finished(item)

    def _finished(self, event: _Event) -> Node | Rejected:
        self._mistakes, self._count = [], 0
        node = self._node(event, 0)
        return Rejected(self._mistakes) if self._mistakes else node

    def _place(self, event: _Event) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _mistake(self, event: _Event, code: str, words: Message, advice: Message | None = None) -> None:
        self._mistakes.append(Diagnostic(self._place(event), code, words, advice))

    def _node(self, event: _Event, depth: int) -> Node:
        self._guard(event, depth)
        if isinstance(event, yaml.AliasEvent):
            words = message("{alias} repeats another value", alias=quoted(f"*{event.anchor}"))
            self._mistake(event, "alias", words, message("write the value out"))
            return Scalar(self._place(event), None, "")
        self._check_plain(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(self._place(event), tuple(self._items(depth)))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        return self._scalar(event)

    def _check_plain(self, event: _Event) -> None:
        if event.anchor is not None:
            words = message("{anchor} names a value for repetition", anchor=quoted(f"&{event.anchor}"))
            self._mistake(event, "alias", words, message("leave the name out"))
        if event.tag is not None and event.tag != "!":
            tag = quoted(event.tag.replace("tag:yaml.org,2002:", "!!", 1))
            self._mistake(
                event, "tag", message("the tag {tag} is not used in records", tag=tag), message("leave the tag out")
            )

    def _guard(self, event: _Event, depth: int) -> None:
        self._count += 1
        if depth > MAX_DEPTH:
            raise too_deep(self._place(event))
        if self._count > MAX_NODES:
            raise rejected(
                self._place(event),
                "too-many-nodes",
                message("more than {most} values in one document", most=MAX_NODES),
            )

    def _items(self, depth: int) -> Iterator[Node]:
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self._node(event, depth + 1)

    def _mapping(self, start: _Event, depth: int) -> Mapping:
        mapping = Mapping(self._place(start), {}, {})
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            self._enter(mapping, event, key, value)
        return mapping

    def _enter(self, mapping: Mapping, event: _Event, key: Node, value: Node) -> None:
        if not isinstance(key, Scalar):
            self._mistake(
                event,
                "non-scalar-key",
                message("{kind} cannot be a key", kind=key.kind),
                message("a key is a single word"),
            )
        elif isinstance(event, yaml.AliasEvent):
            return
        elif key.text in mapping.entries:
            first = mapping.key_places[key.text].line
            self._mistake(
                event,
                "duplicate-key",
                message("the key {key} stands already in line {line}", key=quoted(key.text), line=first),
            )
        else:
            mapping.entries[key.text] = value
            mapping.key_places[key.text] = key.place

    def _scalar(self, event: _Event) -> Scalar:
        text: str = event.value
        place = self._place(event)
        if event.style or not event.implicit[0]:
            self._check_escapes(event, text)
            return Scalar(place, text, text)
        if text in _WORDS:
            return Scalar(place, _WORDS[text], text)
        if text in _NOT_FINITE or (_NUMBER.match(text) and not _is_moderate(text)):
            words = message("{number} is not a number that can be held exactly", number=quoted(text))
            self._mistake(event, "number", words, message("a text stands in quotes"))
            return Scalar(place, None, text)
        return Scalar(place, number_of(text), text)

    def _check_escapes(self, event: _Event, text: str) -> None:
        if not text.isprintable() and (bad := re.search(_ESCAPED, text)):
            words = message(
                "the escape for {character} stands for no character of a text", character=f"U+{ord(bad[0]):04X}"
            )
            self._mistake(event, "control-character", words, message("delete it"))


def number_of(text: str) -> int | Decimal | str:
    """The number that a text is, or the text itself.

    >>> number_of("0.50"), number_of("010"), number_of("1e999999999")
    (Decimal('0.50'), '010', '1e999999999')
    """
    if not _NUMBER.match(text) or not _is_moderate(text):
        return text
    return Decimal(text) if any(sign in text for sign in ".eE") else int(text)


def reads_as_text(text: str) -> bool:
    """Whether a value without quotes is read as the text that it is: no number, and no word for something else.

    >>> reads_as_text("no"), reads_as_text("null"), reads_as_text("2018"), reads_as_text("2018-01-01")
    (True, False, False, True)
    """
    return text not in _WORDS and text not in _NOT_FINITE and not _NUMBER.match(text)


def _is_moderate(text: str) -> bool:
    exponent = text.lower().split("e")[1:]
    return len(text) <= MAX_DIGITS and all(abs(int(e)) <= MAX_DIGITS for e in exponent)

"""JSON that is not a document of ours to be written by hand: receipts, records, lines of a table."""

from __future__ import annotations

import json
import re
from typing import Any

from engine.documents.nesting import MAX_DEPTH, first_beyond, place_at, too_deep

_PART = r'"(?:[^"\\]|\\.)*"|[\[\]{}]'
_ESCAPE = rb"(?s)\\."
_OPENING = b"[{"
_NO_BRACKET = bytes(set(range(256)) - set(b'[]{}"'))


def load_json(data: str | bytes, file: str, **hooks: Any) -> Any:
    """What a JSON text says, as `json.loads` tells it with these hooks, but never deeper than records are.

    >>> load_json('{"a": [1.50]}', "a.json", parse_float=str)
    {'a': ['1.50']}

    Raises:
        Rejected: the nesting is too deep.
        ValueError: the text is not JSON.
        TypeError: it is no text at all.
    """
    if not isinstance(data, str | bytes):
        raise TypeError("JSON is read from a text")
    text = data if isinstance(data, str) else data.decode(json.detect_encoding(data), "surrogatepass")
    if is_deep(text):
        raise too_deep(place_at(text, first_beyond(re.compile(_PART, re.DOTALL), text), file))
    return json.loads(text, **{"parse_constant": _no_number, **hooks})


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping in which no key stands twice: an `object_pairs_hook` of `load_json`.

    >>> load_json('{"a": 1, "a": 2}', "a.json", object_pairs_hook=each_key_once)
    Traceback (most recent call last):
    ValueError: a key stands twice

    Raises:
        ValueError: one does.
    """
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("a key stands twice")
    return record


def is_deep(text: str) -> bool:
    """Whether the nesting is too deep; found in less time than a parser takes.

    >>> is_deep("[" * 41), is_deep("[" * 42), is_deep('["' + "[" * 42 + '"]')
    (False, True, False)
    """
    data = text.encode("utf-8", "surrogatepass")
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return False
    if b"\\" in data:
        data = re.sub(_ESCAPE, b"", data)
    depth = -1
    for bracket in b"".join(data.translate(None, _NO_BRACKET).split(b'"')[::2]):
        depth += 1 if bracket in _OPENING else -1
        if depth > MAX_DEPTH:
            return True
    return False

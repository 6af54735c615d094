"""Records that were read from JSON, whose fields need not be what they should be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from engine.diagnostics import Malformed, Rejected
from engine.documents.json_text import load_json
from engine.texts.catalogue import Message, message, message_in

_TEXT, _TEXTS, _LIST = message("a text"), message("a list of texts"), message("a list")
_WHOLE_NUMBER, _YEAR = message_in("value", "a whole number"), message("a year")
_HALVES = ("\\ud", "\\uD")
"""What half a character of two units begins with, where it is written as an escape."""


def read_json(text: object, parse_float: Callable[[str], object] = float) -> object:
    """What a text says that should be JSON; `parse_float` makes numbers with decimals.

    Raises:
        Malformed: it is no text, or no JSON that can be read.
    """
    if not isinstance(text, str):
        raise Malformed(message("it is not a text"))
    try:
        record = load_json(text, "", parse_float=parse_float)
        if any(half in text for half in _HALVES):
            json.dumps(record, ensure_ascii=False).encode()
    except (ValueError, Rejected):
        raise Malformed(message("it is not JSON that can be read")) from None
    return record


class Fields:
    """The fields of a record, each of the type that is asked for.

    >>> record = Fields({"year": 2018, "rulebook": {"id": "x"}, "basis": None})
    >>> record.number("year"), record.below("rulebook").text("id"), record.optional_text("basis")
    (2018, 'x', None)
    >>> record.below("rulebook").text("sha256")
    Traceback (most recent call last):
    engine.diagnostics.Malformed: `rulebook.sha256` is not a text

    Raises:
        Malformed: it is no mapping, or, by each method, a field is not there or of another type.
    """

    def __init__(self, record: object, path: str = "") -> None:
        if not isinstance(record, dict):
            raise Malformed(message("`{path}` is not a mapping", path=path) if path else message("it is not a mapping"))
        self.record: dict[str, Any] = record
        self._path = path

    def text(self, name: str) -> str:
        """A text."""
        text: str = self._typed(name, str, _TEXT)
        return text

    def number(self, name: str) -> int:
        """A whole number."""
        number: int = self._typed(name, int, _WHOLE_NUMBER)
        return number if type(number) is int else self._fail(name, _WHOLE_NUMBER)

    def year(self, name: str) -> int:
        """A year of four digits."""
        year = self.number(name)
        return year if 1000 <= year <= 9999 else self._fail(name, _YEAR)

    def optional_text(self, name: str) -> str | None:
        """A text; None where there is none."""
        return None if self.record.get(name) is None else self.text(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty where there is none."""
        return tuple(t if isinstance(t, str) else self._fail(name, _TEXTS) for t in self._listed(name))

    def below(self, name: str) -> Fields:
        """A record in a field."""
        return Fields(self.record.get(name), self._at(name))

    def optional_below(self, name: str) -> Fields | None:
        """A record in a field; None where there is none."""
        return None if self.record.get(name) is None else self.below(name)

    def each(self, name: str) -> Iterator[Fields]:
        """Each record of a list; none where there is no list."""
        for number, item in enumerate(self._listed(name), 1):
            yield Fields(item, f"{self._at(name)}.{number}")

    def _listed(self, name: str) -> list[Any]:
        return [] if self.record.get(name) is None else self._typed(name, list, _LIST)

    def _typed(self, name: str, kind: type[Any], words: Message) -> Any:
        value = self.record.get(name)
        return value if isinstance(value, kind) else self._fail(name, words)

    def _fail(self, name: str, words: Message | str) -> NoReturn:
        raise Malformed(message("`{field}` is not {what}", field=self._at(name), what=words))

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

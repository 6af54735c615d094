"""JSON text as the events of a YAML parser, so that one composer reads both languages.

YAML is meant to contain JSON, but its parsers stop at a key of more than 1,024 characters and at an escaped pair of
surrogates, and take some characters inside a text for line ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import yaml

from engine.diagnostics import Place, Rejected, rejected
from engine.documents.nesting import MAX_DEPTH
from engine.documents.syntax import NOT_READ_ON
from engine.texts.catalogue import Message, message

ENOUGH = 1_000
"""A value that reads as JSON so far is meant as JSON."""

_SPACE = re.compile(r"[ \t\r\n]*")
_WORD = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_LINE = re.compile(r"^\{.*\}[ \t\r]*$", re.MULTILINE)
_decoder = json.JSONDecoder()


class JsonText:
    """Reads the JSON values of a file's text one after the other; or those of one of its lines, with the lines before.

    >>> JsonText('{"a": 1}', "a.json").is_json(), JsonText("{a: 1}", "a.json").is_json()
    (True, False)
    """

    def __init__(self, text: str, file: str, lines_before: int | None = None) -> None:
        self._text, self._file, self._at, self._depth = text, file, 0, 0
        self._line, self._line_start, self._counted = lines_before or 0, 0, 0
        self._hint = NOT_READ_ON if lines_before is None else None

    def is_json(self) -> bool:
        """Whether the text begins with a JSON object or list."""
        first = JsonText(self._text, self._file)
        if first._next() not in ("{", "["):
            return False
        try:
            for count, _ in enumerate(first._value(), start=1):
                # Nobody reads on below the greatest depth, which the stack could not hold for ever.
                if count == ENOUGH or first._depth > MAX_DEPTH + 1:
                    break
        except Rejected:
            return False
        return True

    def has_more(self) -> bool:
        """Whether anything but space is left."""
        return bool(self._next())

    def go_on(self) -> None:
        """After a mistake, go to the next line that holds a whole object, as those of NDJSON do, or to the end."""
        following = _LINE.search(self._text, self._at)
        self._at = following.start() if following else len(self._text)

    def events(self) -> Iterator[yaml.Event]:
        """The events of each value that is left, a document for each.

        Raises:
            Rejected: the text is not JSON.
        """
        self._depth = 0
        while self._next():
            yield yaml.DocumentStartEvent()
            yield from self._value()

    def _next(self) -> str:
        """The next character that is not space; nothing at the end."""
        space = _SPACE.match(self._text, self._at)
        self._at = space.end() if space else self._at
        return self._text[self._at : self._at + 1]

    def _value(self) -> Iterator[yaml.Event]:
        first, mark = self._next(), self._mark()
        if first == "{":
            yield yaml.MappingStartEvent(None, None, True, mark)
            yield from self._several("}", self._member)
            yield yaml.MappingEndEvent()
        elif first == "[":
            yield yaml.SequenceStartEvent(None, None, True, mark)
            yield from self._several("]", self._value)
            yield yaml.SequenceEndEvent()
        elif first == '"':
            yield self._string(mark)
        else:
            yield self._word(mark)

    def _several(self, end: str, one: Callable[[], Iterator[yaml.Event]]) -> Iterator[yaml.Event]:
        """What stands between brackets, with commas between."""
        self._at += 1
        self._depth += 1
        following = self._next()
        while following != end:
            yield from one()
            following = self._next()
            if following == ",":
                self._at += 1
            elif following != end:
                raise self._error(message("a `,` or `{closing}` is expected here", closing=end))
        self._at += 1
        self._depth -= 1

    def _member(self) -> Iterator[yaml.Event]:
        if self._next() != '"':
            raise self._error(message("a key in quotes is expected here"))
        yield self._string(self._mark())
        if self._next() != ":":
            raise self._error(message("a `:` is expected here"))
        self._at += 1
        yield from self._value()

    def _string(self, mark: yaml.Mark) -> yaml.Event:
        try:
            text, self._at = _decoder.raw_decode(self._text, self._at)
        except json.JSONDecodeError as error:
            unclosed = error.msg.startswith("Unterminated")
            self._at = error.pos
            words = (
                message("the quote that begins here is not closed")
                if unclosed
                else message("this does not belong in quotes")
            )
            raise self._error(words) from None
        return yaml.ScalarEvent(None, None, (False, True), text, mark, style='"')

    def _word(self, mark: yaml.Mark) -> yaml.Event:
        word = _WORD.match(self._text, self._at)
        if word is None:
            raise self._error(message("a value is expected here"))
        self._at = word.end()
        return yaml.ScalarEvent(None, None, (True, False), word[0], mark)

    def _mark(self) -> yaml.Mark:
        newlines = self._text.count("\n", self._counted, self._at)
        if newlines:
            self._line += newlines
            self._line_start = self._text.rindex("\n", self._counted, self._at) + 1
        self._counted = self._at
        return yaml.Mark("", self._at, self._line, self._at - self._line_start, None, 0)

    def _error(self, words: Message) -> Rejected:
        mark = self._mark()
        return rejected(Place(self._file, mark.line + 1, mark.column + 1), "syntax", words, self._hint)

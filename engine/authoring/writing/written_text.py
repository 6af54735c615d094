"""A YAML text as it stands: where each of its values is, and the comments and empty lines between them."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

Path = tuple[str | int, ...]

# The parser of the reader of documents.
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BLOCK = ("|", ">")
_HEADER = re.compile(r"[|>][-+0-9]*")


class Entry(NamedTuple):
    """A key with its value, or an item of a list: where it starts, where its value does, and where that ends.

    `column` is that of the key or of the dash; a flow collection stands in braces or brackets.
    """

    path: Path
    start: int
    value: int
    end: int
    column: int
    is_collection: bool
    is_flow: bool
    is_block_scalar: bool


class Comment(NamedTuple):
    """A comment with its `#`, or an empty line, which has no text."""

    text: str
    start: int
    end: int
    column: int
    has_own_line: bool


class WrittenText:
    r"""A text whose syntax is right, with a single document in it.

    Raises:
        YAMLError: it is not.

    >>> text = WrittenText("a: 1 # one\n\nb: [2]\n")
    >>> [(entry.path, text.line(entry.start)) for entry in text.entries]
    [((), 0), (('a',), 0), (('b',), 2), (('b', 0), 2)]
    >>> [comment.text for comment in text.comments], text.bare()
    (['# one', ''], 'a: 1\nb: [2]\n')
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._scalars: list[tuple[int, int]] = []
        self._events: Iterator[Any] = yaml.parse(text, Loader=_PARSER)
        root: Any = next(e for e in self._events if isinstance(e, yaml.NodeEvent))
        self.entries: list[Entry] = []
        self._enter((), root.start_mark.index, 0, root)
        self.comments = list(self._found_comments())

    def line(self, index: int) -> int:
        """The line of a character, counted from 0."""
        return bisect.bisect_right(self._line_starts, index) - 1

    def column(self, index: int) -> int:
        """The column of a character, counted from 0."""
        return index - self._line_starts[self.line(index)]

    def bare(self) -> str:
        """The text without its comments and empty lines."""
        ends = [0, *(comment.end for comment in self.comments)]
        starts = [*(comment.start for comment in self.comments), len(self.text)]
        parts = (self.text[end:start] for end, start in zip(ends, starts, strict=True))
        return "".join(part.rstrip(" \t") for part in parts)

    def _enter(self, path: Path, start: int, column: int, event: Any) -> int:
        """Enter a value and all in it; where it ends."""
        place = len(self.entries)
        is_collection = isinstance(event, yaml.CollectionStartEvent)
        is_block_scalar = not is_collection and event.style in _BLOCK
        value = event.start_mark.index
        is_flow = is_collection and bool(event.flow_style)
        self.entries.append(Entry(path, start, value, value, column, is_collection, is_flow, is_block_scalar))
        if isinstance(event, yaml.MappingStartEvent):
            end = self._members(path, event)
        elif isinstance(event, yaml.SequenceStartEvent):
            end = self._items(path, event)
        else:
            end = self._scalar(event)
        self.entries[place] = self.entries[place]._replace(end=end)
        return end

    def _members(self, path: Path, start: Any) -> int:
        end: int = start.start_mark.index
        for key in self._events:
            if isinstance(key, yaml.MappingEndEvent):
                end = _closed(start, key, end)
                break
            self._scalar(key)
            end = self._enter((*path, key.value), key.start_mark.index, key.start_mark.column, next(self._events))
        return end

    def _items(self, path: Path, start: Any) -> int:
        end: int = start.start_mark.index
        for number, item in enumerate(self._events):
            if isinstance(item, yaml.SequenceEndEvent):
                end = _closed(start, item, end)
                break
            column = item.start_mark.column if start.flow_style else start.start_mark.column
            end = self._enter((*path, number), item.start_mark.index, column, item)
        return end

    def _scalar(self, event: Any) -> int:
        start: int = event.start_mark.index
        end: int = event.end_mark.index
        if event.style in _BLOCK and (header := _HEADER.match(self.text, start)):
            # A comment may stand behind the header; empty lines after the text are not part of it, unless kept.
            self._scalars.append((start, header.end()))
            if "+" not in header[0]:
                end = start + len(self.text[start:end].rstrip())
            start = max(header.end(), min(self.text.find("\n", start), end))
        self._scalars.append((start, end))
        return end

    def _found_comments(self) -> Iterator[Comment]:
        """What stands between the scalars: there a `#` begins a comment."""
        ends = [0, *(end for _, end in self._scalars)]
        starts = [*(start for start, _ in self._scalars), len(self.text)]
        for begin, end in zip(ends, starts, strict=True):
            line_starts = [begin, *(begin + match.end() for match in re.finditer("\n", self.text[begin:end])), end]
            for line_start, line_end in itertools.pairwise(line_starts):
                yield from self._comment(line_start, line_end)

    def _comment(self, start: int, end: int) -> Iterator[Comment]:
        """The comment, or the empty line, that part of a line without scalars is or ends with."""
        part = self.text[start:end]
        before, sign, _ = part.partition("#")
        column, has_own_line = len(before), self.column(start) == 0 and not before.strip()
        if sign:
            text = part[column:].rstrip()
            place = (start, end) if has_own_line else (start + column, start + column + len(text))
            yield Comment(text, *place, column, has_own_line)
        elif has_own_line and part.endswith("\n"):
            yield Comment("", start, end, 0, has_own_line)


def _closed(start: Any, closing: Any, last: int) -> int:
    """Where a collection ends: with its bracket, or with the last that is in it."""
    end: int = closing.end_mark.index
    return end if start.flow_style else last

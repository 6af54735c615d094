"""Where the comments of a text belong, and the text laid out anew with each of them in its place.

A comment on a line of its own belongs above what follows it; one at the end of a line belongs to what stands there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Literal, NamedTuple

from engine.authoring.lints.allowance import allowed_at
from engine.authoring.writing.written_text import Comment, Entry, Path, WrittenText

_Where = Literal["above", "in its first line", "in its last line"]

Allowances = dict[tuple[Path, str], frozenset[str]]


class _Anchor(NamedTuple):
    """What a comment belongs to: above an entry (the end of the file, where there is none), or in a line of it.

    A line of its own has the column of the entry `indent`; `rows` are the collections that need a line for each member.
    """

    where: _Where
    entry: Path | None
    indent: Path | None
    rows: frozenset[Path]


class Comments:
    """The comments of a text, and what they belong to."""

    def __init__(self, source: WrittenText) -> None:
        self._source = source
        self._by_path = {entry.path: entry for entry in source.entries}
        self._anchors = [(comment, self._anchor(comment)) for comment in source.comments]

    def rows(self) -> frozenset[Path]:
        """The collections that need a line for each member, so that every comment finds its place."""
        return self._partly_allowed().union(*(anchor.rows for _, anchor in self._anchors))

    def _anchor(self, comment: Comment) -> _Anchor:
        entries, start = self._source.entries, comment.start
        before = [entry for entry in entries if entry.start < start]
        following = next((entry for entry in entries if entry.start >= start), None)
        open_ = {entry.path for entry in before if entry.is_collection and entry.value < start < entry.end}
        if comment.has_own_line:
            return self._above(comment, before[-1] if before else None, following, open_)
        if following is not None and self._follows_a_dash(comment):
            return _Anchor("in its first line", following.path, None, frozenset({*open_, following.path}))
        return self._in_line(comment, before[-1], open_)

    def _above(self, comment: Comment, last: Entry | None, following: Entry | None, open_: set[Path]) -> _Anchor:
        indent = self._indent(comment, last, following, open_) if last and comment.text else following
        rows = {*open_, *_around(following), *_around(indent)}
        return _Anchor("above", following and following.path, indent and indent.path, frozenset(rows))

    def _indent(self, comment: Comment, last: Entry, following: Entry | None, open_: set[Path]) -> Entry | None:
        """What follows, or where the comment ends a list or mapping, what is written above it in that."""
        inner = max(open_, key=len, default=())
        if self._by_path[inner].is_flow:
            is_inside = following is not None and following.path[: len(inner)] == inner
            return following if is_inside else self._by_path[last.path[: len(inner) + 1]]
        indent = following
        for entry in self._way_to(last):
            if (indent.column if indent else -1) < entry.column <= comment.column:
                indent = entry
        return indent

    def _in_line(self, comment: Comment, last: Entry, open_: set[Path]) -> _Anchor:
        """The outermost entry that begins or is closed in the line; the key, where its value is not there yet."""
        if last.end > comment.start:
            return _Anchor("in its first line", last.path, None, frozenset({*open_, last.path}))
        line, way = self._source.line(comment.start), self._way_to(last)
        ended = [entry for entry in way if entry.end <= comment.start]
        entry = next((entry for entry in ended if self._is_in_line(entry, line)), last)
        rows = {*open_, *_around(entry), *(e.path for e in way if e.is_collection and not e.is_flow)}
        where: _Where = "in its first line" if self._source.line(entry.start) == line else "in its last line"
        return _Anchor(where, entry.path, None, frozenset(rows))

    def _is_in_line(self, entry: Entry, line: int) -> bool:
        is_closed = entry.is_flow and self._source.line(entry.end) == line
        return is_closed or self._source.line(entry.start) == line

    def _way_to(self, entry: Entry) -> list[Entry]:
        """The entries that an entry lies in, the outermost first, and itself."""
        return [self._by_path[entry.path[:depth]] for depth in range(1, len(entry.path) + 1)]

    def _follows_a_dash(self, comment: Comment) -> bool:
        line = self._source.text[: comment.start].rpartition("\n")[2].split()
        return bool(line) and line[-1] == "-"

    def _partly_allowed(self) -> frozenset[Path]:
        """The collections of whose lines a comment allows a lint in some and not in others."""
        allowed = allowances(self._source)
        collections = [entry.path for entry in self._source.entries if entry.is_collection] if allowed else []
        return frozenset(path for path in collections if len(self._codes_within(path, allowed)) > 1)

    def _codes_within(self, path: Path, allowed: Allowances) -> set[frozenset[str] | None]:
        within = [entry.path for entry in self._source.entries if entry.path[: len(path)] == path]
        return {allowed.get(place) for inner in within for place in ((inner, "key"), (inner, "value"))}

    def put_into(self, lines: list[str]) -> Iterator[str]:
        """The lines of the same document without comments, with them."""
        laid = WrittenText("\n".join(lines) + "\n")
        entries = {entry.path: entry for entry in laid.entries}
        by_line: dict[int, list[tuple[Comment, int]]] = defaultdict(list)
        for comment, anchor in self._anchors:
            line = _line_of(laid, entries, anchor) if anchor.entry is not None else len(lines)
            column = entries[anchor.indent].column if anchor.indent is not None else _indent_of(lines, line)
            by_line[line].append((comment, column))
        for number, text in enumerate(lines):
            here = by_line[number]
            ending = here.pop()[0] if here and not here[-1][0].has_own_line else None
            yield from _own_lines(here)
            yield f"{text} {ending.text}" if ending else text
        yield from _own_lines(by_line[len(lines)])


def _own_lines(comments: list[tuple[Comment, int]]) -> Iterator[str]:
    return ((" " * column + comment.text).rstrip() for comment, column in comments)


def _indent_of(lines: list[str], number: int) -> int:
    return len(lines[number]) - len(lines[number].lstrip()) if number < len(lines) else 0


def _around(entry: Entry | None) -> set[Path]:
    """The collections that an entry lies in."""
    return {entry.path[:depth] for depth in range(len(entry.path))} if entry else set()


def _line_of(laid: WrittenText, entries: dict[Path, Entry], anchor: _Anchor) -> int:
    assert anchor.entry is not None
    entry = entries[anchor.entry]
    if anchor.where != "in its last line":
        return laid.line(entry.start)
    last = [e for e in laid.entries if e.path[: len(entry.path)] == entry.path][-1]
    return laid.line(last.value if last.is_block_scalar else last.end)


def allowances(text: WrittenText) -> Allowances:
    """The lints that comments allow, by the key or value at which they are allowed."""
    lines, codes_at = text.text.splitlines(), {}
    for entry in text.entries:
        for what, index in (("key", entry.start), ("value", entry.value)):
            if codes := allowed_at(lines, text.line(index) + 1):
                codes_at[entry.path, what] = codes
    return codes_at

"""How deep values may stand inside each other: our own limit, which comes before those of any parser.

Each parser of YAML and JSON has a limit of its own, or none and then the stack's; it changes with its version, and
what it says when it is reached is not for those who write files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import yaml

from engine.diagnostics import Place, Rejected, rejected
from engine.texts.catalogue import message

MAX_DEPTH = 40
"""Levels of nesting below the outermost list or mapping."""

# What a line of YAML is made of, as far as brackets go: quotes begin a value, a comment stands after a space.
_PART = r"""(?<![^\s\[\]{},:])(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')|(?<!\S)\#[^\n]*|[\[\]{}]"""
# The type stubs leave out what the parser's events carry.
_Event = Any


def place_at(text: str, index: int, file: str) -> Place:
    r"""The place of a character in a text.

    >>> str(place_at("a: 1\nb: 2", 8, "a.yaml"))
    'a.yaml:2:4'
    """
    return Place(file, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def too_deep(place: Place) -> Rejected:
    """A value is refused because it stands too deep inside others."""
    return rejected(place, "too-deep", message("more than {most} levels of nesting", most=MAX_DEPTH))


def first_beyond(part: re.Pattern[str], text: str, start: int = 0, end: int | None = None, depth: int = -1) -> int:
    """The index of the first bracket that opens too deep; -1 where there is none.

    `part` matches brackets, and whole texts and comments, in which brackets mean nothing; `depth` is that before.
    """
    for match in part.finditer(text, start, len(text) if end is None else end):
        if match[0] in ("[", "{"):
            depth += 1
        elif match[0] in ("]", "}"):
            depth -= 1
        if depth > MAX_DEPTH:
            return match.start()
    return -1


class Before(NamedTuple):
    """What a parser gave before it gave up: where that ends, how deep it is there, and whether a document is open."""

    end: int
    depth: int
    in_document: bool


def read_before(text: str, loader: Any) -> Before:
    """What a parser of YAML makes of a text that it cannot read to its end."""
    depth, end, in_document = -1, 0, False
    for event in _events(text, loader):
        if isinstance(event, yaml.NodeEvent):
            # The items of a list at the top are documents of their own.
            depth -= not in_document and isinstance(event, yaml.SequenceStartEvent)
            in_document = True
        in_document = in_document and not isinstance(event, yaml.DocumentEndEvent)
        depth = _depth_after(event, depth)
        end = max(end, event.end_mark.index)
    return Before(end, depth, in_document)


def deep_after(before: Before, text: str, stopped: int) -> int:
    """Where YAML nests too deep between what a parser gave and where it gave up; -1 where it does not.

    A parser reads ahead of what it gives, for it does not know whether a bracket begins a key; so it may come to a
    limit of its own before any event shows how deep the nesting is.
    """
    in_list = not before.in_document and text[before.end : stopped].lstrip().startswith("[")
    return first_beyond(re.compile(_PART, re.DOTALL), text, before.end, stopped, before.depth - in_list)


def _events(text: str, loader: Any) -> Iterator[_Event]:
    """What a parser gives before it gives up."""
    with suppress(yaml.YAMLError, ValueError):
        yield from yaml.parse(text, Loader=loader)


def _depth_after(event: _Event, depth: int) -> int:
    if isinstance(event, yaml.CollectionStartEvent):
        return depth + 1
    if isinstance(event, yaml.CollectionEndEvent):
        return depth - 1
    return -1 if isinstance(event, yaml.DocumentEndEvent) else depth

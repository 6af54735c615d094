"""Where the values and keys of a document stand, by the path of keys and indexes that leads to them."""

from __future__ import annotations

import os
import typing
from pathlib import Path

from engine.diagnostics import Place
from engine.documents.document import Mapping, Node, Sequence


def place_of(node: Node, *path: str | int) -> Place:
    """The place of the value that a path of keys and indexes leads to, or of the last one on the way that is there."""
    return walk(node, path)[-1].place


def place_of_key(node: Node, *path: str | int) -> Place:
    """The place of the key that a path ends with."""
    parent = walk(node, path[:-1])[-1]
    places = parent.key_places if isinstance(parent, Mapping) else {}
    return places.get(str(path[-1]), parent.place)


def walk(node: Node, path: typing.Sequence[str | int]) -> list[Node]:
    """The nodes along the path; a segment that names no node (the tag of a union) is stepped over."""
    way = [node]
    for step in path:
        here = way[-1]
        if isinstance(here, Mapping) and str(step) in here.entries:
            way.append(here.entries[str(step)])
        elif isinstance(here, Sequence) and isinstance(step, int) and step < len(here.items):
            way.append(here.items[step])
    return way


def shown_path(path: Path) -> str:
    """A path as a reader would write it: relative where that is shorter."""
    try:
        return min(str(path), os.path.relpath(path), key=len)
    except (ValueError, OSError):
        return str(path)

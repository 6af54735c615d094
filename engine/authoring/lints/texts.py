"""Texts of a file in two languages, and texts that stand for one still to be written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.documents.document import Mapping, Node, Scalar, Sequence
from engine.rulebooks.checker import Path
from engine.rulebooks.language import Text

_PLACEHOLDER = re.compile(r"\W*\Z|.*\b(todo|tbd|fixme|xxx)\b", re.IGNORECASE | re.DOTALL)


def is_placeholder(text: str) -> bool:
    """Whether a text stands for one that is still to be written.

    >>> is_placeholder("TODO: find it"), is_placeholder(" ... "), is_placeholder("section 2")
    (True, True, False)
    """
    return bool(_PLACEHOLDER.match(text))


def texts_of(node: Node, path: Path = ()) -> Iterator[tuple[Path, Text]]:
    """Every text in two languages, with its path."""
    if isinstance(node, Sequence):
        for i, item in enumerate(node.items):
            yield from texts_of(item, (*path, i))
    elif isinstance(node, Mapping):
        both = [node.entries.get(language) for language in ("da", "en")]
        if len(node.entries) == 2 and all(isinstance(part, Scalar) for part in both):
            danish, english = (part.text for part in both if isinstance(part, Scalar))
            yield path, Text(da=danish, en=english)
        else:
            for name, child in node.entries.items():
                yield from texts_of(child, (*path, name))

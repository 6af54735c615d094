"""A document as YAML in the one layout: what a version of a rulebook says in full, whichever files say it.

The digest of a version that is written as changes is that of this text, so that what is written here never changes
within a format (docs/decisions/0039).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from engine.documents.document import Mapping, Node, Scalar, Sequence, reads_as_text

WIDTH = 120
PARTS = ("terms", "facts", "outcomes", "overrides", "rule", "criteria", "changes")
"""The parts of a file that stand after an empty line, and are never written in one line."""
RECORDS = ("terms", "facts", "overrides", "criteria", "changes")
"""The parts whose members are never written in one line."""

Path = tuple[str | int, ...]
_MAY_BREAK = re.compile(r"(?<! ) (?! )")
_NEEDS_QUOTES = re.compile(r"""[ ,\[\]{}#&*!|>'"%@`]|[-?:](?: |$)|---|\.\.\.|.*(?:: |:$| #| $|[\t\n])""", re.DOTALL)
_YEAR = re.compile("[1-9][0-9]{3}")
_IN_FLOW = re.compile(r"[,\[\]{}]|^[-?:]|:[:?]")


def written_out(document: Mapping) -> str:
    r"""A document as a text that is read as the same document, and that depends on nothing else.

    >>> from engine.documents.document import read_one
    >>> print(written_out(read_one(b"id:   'x'\nrule: {of: [A, 'B'], at_least: 0.50}", "x.yaml")), end="")
    id: x
    <BLANKLINE>
    rule:
      of: [A, B]
      at_least: 0.50
    """
    lines: list[str] = []
    for key, value in document.entries.items():
        if key in PARTS and lines:
            lines.append("")
        lines += _entry(key, value, (key,))
    return "\n".join(lines) + "\n"


def _entry(key: str, value: Node, path: Path) -> Iterator[str]:
    """The lines of a key with its value, indented as deep as the path says."""
    name = f"{_key(key, in_flow=False)}:"
    yield from _after(name, value, path)


def _after(start: str, value: Node, path: Path) -> Iterator[str]:
    """A value behind the start of a line, which is a key or a dash."""
    indent = "  " * (len(path) - 1)
    if isinstance(value, Scalar):
        yield from _scalar_lines(f"{indent}{start}", value, path)
    elif _stands_in_one_line(value, path):
        yield f"{indent}{start} {in_one_line(value)}"
    else:
        yield f"{indent}{start}"
        yield from _children(value, path)


def _children(value: Mapping | Sequence, path: Path) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, child in value.entries.items():
            yield from _entry(key, child, (*path, key))
        return
    for number, child in enumerate(value.items):
        yield from _item(child, (*path, number))


def _item(value: Node, path: Path) -> Iterator[str]:
    """An item of a list; a mapping or list in it begins in the line of its dash."""
    if isinstance(value, Scalar) or _stands_in_one_line(value, path):
        yield from _after("-", value, path)
        return
    first, *rest = _children(value, path)
    indent = "  " * (len(path) - 1)
    yield f"{indent}- {first.strip()}"
    yield from rest


def _scalar_lines(start: str, scalar: Scalar, path: Path) -> Iterator[str]:
    """A value in its line; a text that is too long for it, folded over several."""
    text = _scalar(scalar, in_flow=False)
    written, indent = str(scalar.value), 2 * len(path)
    room = WIDTH - indent
    is_long = len(text) + len(str(path[-1])) > room and isinstance(scalar.value, str) and written.isprintable()
    spaces = [match.start() for match in _MAY_BREAK.finditer(written)] if is_long else []
    if not spaces or written != written.strip():
        yield f"{start} {text}"
        return
    yield f"{start} >-"
    begin = 0
    for space, following in zip(spaces, [*spaces[1:], len(written)], strict=True):
        if following - begin > room:
            yield " " * indent + written[begin:space]
            begin = space + 1
    yield " " * indent + written[begin:]


def _stands_in_one_line(value: Mapping | Sequence, path: Path) -> bool:
    if not (value.entries if isinstance(value, Mapping) else value.items):
        return True
    is_part = (len(path) == 1 and path[0] in PARTS) or (len(path) == 2 and path[0] in RECORDS)
    start = f"{path[-1]}: " if isinstance(path[-1], str) else "- "
    return not is_part and not _has_lines(value) and 2 * (len(path) - 1) + len(start) + len(in_one_line(value)) <= WIDTH


def _has_lines(value: Node) -> bool:
    """Whether a text of several lines stands in a value."""
    match value:
        case Scalar():
            return "\n" in value.text
        case Mapping():
            return any(map(_has_lines, value.entries.values()))
        case Sequence():
            return any(map(_has_lines, value.items))


def in_one_line(value: Node) -> str:
    """A value as it stands in one line, in braces or brackets."""
    match value:
        case Scalar():
            return _scalar(value, in_flow=True)
        case Mapping():
            return (
                "{"
                + ", ".join(f"{_key(key, in_flow=True)}: {in_one_line(v)}" for key, v in value.entries.items())
                + "}"
            )
        case Sequence():
            return "[" + ", ".join(map(in_one_line, value.items)) + "]"


def _scalar(scalar: Scalar, *, in_flow: bool) -> str:
    """A value as it was written; a text in quotes where it needs them."""
    value = scalar.value
    if isinstance(value, str):
        return _quoted(value, in_flow=in_flow)
    return (
        {None: "null", True: "true", False: "false"}[value] if value is None or isinstance(value, bool) else scalar.text
    )


def _key(key: str, *, in_flow: bool) -> str:
    """A key, which is a text whatever it looks like: a year stands without quotes."""
    return key if _YEAR.fullmatch(key) else _quoted(key, in_flow=in_flow)


def _quoted(text: str, *, in_flow: bool) -> str:
    looks_plain = reads_as_text(text) and text == text.strip() and not _NEEDS_QUOTES.match(text)
    if looks_plain and _is_printable(text) and not (in_flow and _IN_FLOW.search(text)):
        return text
    return "".join(map(_escaped, json.dumps(text, ensure_ascii=False)))


def _is_printable(text: str) -> bool:
    return text.replace("\N{NO-BREAK SPACE}", " ").isprintable()


def _escaped(character: str) -> str:
    """A character as it stands between quotes: one that is not seen by its number."""
    if _is_printable(character):
        return character
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"

"""One layout for rulebooks and vocabularies: the same file, written as every other one is.

Two spaces of indentation; what fits in a line stands in one, unless it is a criterion, an override, a fact or a part of
the file with a name of its own; texts in double quotes where they need any; an empty line before each such part.
Comments stay where they are, and so does the order of everything. What a file means is read again afterwards by the
product's own reader: had it changed, or had a comment been moved, the file would be left as it is.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.resolver import BaseResolver
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
    PlainScalarString,
    SingleQuotedScalarString,
)

from engine.authoring.writing.comments import Comments, allowances
from engine.authoring.writing.written_text import Path, WrittenText
from engine.diagnostics import Place, Rejected
from engine.documents.document import read_one
from engine.rulebooks.written_out import PARTS, RECORDS, WIDTH
from engine.texts.catalogue import Message, message


class Layout(NamedTuple):
    """A text in the one layout; or as it is, and the place and the reason why it was left so."""

    text: str
    left: tuple[Place, Message] | None = None


def laid_out(text: str, file: str) -> str:
    r"""The text of a rulebook or vocabulary in the one layout.

    Raises:
        Rejected: it is not a document that the product reads.

    >>> print(laid_out("id:   x\ntitle:\n    da: 'ja'\n    en: yes # of course\n", "x.yaml"), end="")
    id: x
    title:
      da: ja
      en: yes # of course
    """
    return layout(text, file).text


def layout(text: str, file: str) -> Layout:
    r"""The text of a rulebook or vocabulary in the one layout, where its meaning and its comments allow that.

    Raises:
        Rejected: it is not a document that the product reads.

    >>> layout("facts: {quiet: {type: judgement}} # sekskant: allow unread-fact\n", "x.yaml").left[1].text
    'a comment would allow a lint elsewhere'
    """
    before = read_one(text.encode(), file)
    try:
        source = WrittenText(text)
        comments = Comments(source)
        written = _yaml().load(source.bare())
        _lay(written, (), comments.rows())
        after = "\n".join(_spaced(list(comments.put_into(_dumped(written))))) + "\n"
        changed = _changed(source, WrittenText(after), file)
    except (yaml.YAMLError, YAMLError):
        return Layout(text, (Place(file), message("it is written in a way that cannot be laid out")))
    if read_one(after.encode(), file).plain() != before.plain():
        return Layout(text, (Place(file), message("it would mean something else")))
    return Layout(text, changed) if changed else Layout(after)


def _changed(before: WrittenText, after: WrittenText, file: str) -> tuple[Place, Message] | None:
    """The first comment that would be lost or moved, or would allow something else."""

    def place(index: int) -> Place:
        return Place(file, before.line(index) + 1, before.column(index) + 1)

    texts = [comment.text for comment in after.comments if comment.text]
    for i, comment in enumerate(comment for comment in before.comments if comment.text):
        if texts[i : i + 1] != [comment.text]:
            return place(comment.start), message("a comment would not stay in its place")
    if differing := allowances(before).items() ^ allowances(after).items():
        starts = {entry.path: entry.start for entry in before.entries}
        first = min(starts[path] for (path, _), _ in differing)
        return place(first), message("a comment would allow a lint elsewhere")
    return None


def _yaml() -> Any:
    yaml = YAML()
    yaml.Resolver = _AsWritten
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(type(None), lambda representer, _: representer.represent_scalar(_NULL, "null"))
    return yaml


_NULL = "tag:yaml.org,2002:str"


class _AsWritten(BaseResolver):
    """Every value is the text that is written: a number keeps its digits, and a word stays a word."""

    processing_version = (1, 2)

    def __init__(self, version: object = None, loader: object = None) -> None:
        super().__init__(loadumper=loader)


def _dumped(written: Any) -> list[str]:
    stream = io.StringIO()
    _yaml().dump(written, stream)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def _spaced(lines: list[str]) -> Iterator[str]:
    """The lines with one empty line before each part, and before the comments that lead to it, and no other two."""
    starts = set()
    for i, line in enumerate(lines):
        if re.match(rf"({'|'.join(PARTS)}):", line):
            first = i
            while first > 0 and lines[first - 1].startswith("#"):
                first -= 1
            starts.add(first)
    previous = ""
    for i, line in enumerate(lines):
        if i in starts and previous:
            yield ""
            previous = ""
        if line or previous:
            yield line
        previous = line


def _lay(node: Any, path: Path, rows: frozenset[Path], *, in_flow: bool = False) -> None:
    """Write each collection in one line where it belongs in one, and each text in quotes where it needs them."""
    if not isinstance(node, CommentedMap | CommentedSeq):
        return
    if isinstance(node, CommentedMap) and any(map(_is_quoted, node)):
        entries = list(node.items())
        node.clear()
        for key, child in entries:
            node[_scalar(key, True) if key else key] = child
    in_flow = in_flow or _is_one_line(node, path, rows)
    if in_flow:
        node.fa.set_flow_style()
    else:
        node.fa.set_block_style()
    for key, child in list(node.items() if isinstance(node, CommentedMap) else enumerate(node)):
        if isinstance(child, str) and not isinstance(child, LiteralScalarString):
            node[key] = _scalar(child, True) if in_flow else _folded(child, (*path, key))
        _lay(child, (*path, key), rows, in_flow=in_flow)


def _is_one_line(node: Any, path: Path, rows: frozenset[Path]) -> bool:
    is_part = not path or (len(path) == 1 and path[0] in PARTS) or (len(path) == 2 and path[0] in RECORDS)
    return not is_part and path not in rows and not _has_lines(node) and _fits(node, path)


def _has_lines(node: Any) -> bool:
    """Whether a text of several lines stands within a collection."""
    if not isinstance(node, CommentedMap | CommentedSeq):
        return isinstance(node, str) and "\n" in node
    return any(map(_has_lines, node.values() if isinstance(node, CommentedMap) else node))


def _fits(node: Any, path: Path) -> bool:
    """Whether a collection has room in the line of its key."""
    key = f"{path[-1]}: " if isinstance(path[-1], str) else "- "
    return 2 * (len(path) - 1) + len(key) + len(_flow(node)) <= WIDTH


def _flow(node: Any) -> str:
    """A collection as it stands in one line."""
    if isinstance(node, CommentedMap):
        return "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in node.items()) + "}"
    if isinstance(node, CommentedSeq):
        return "[" + ", ".join(map(_flow, node)) + "]"
    scalar = _scalar(node, True)
    return "null" if scalar is None else json.dumps(scalar, ensure_ascii=False) if _is_quoted(scalar) else str(scalar)


def _scalar(text: str, in_flow: bool) -> Any:
    """A value with quotes only where it needs them; nothing at all is `null`."""
    if "\n" in text:
        return text
    if not text and not _is_quoted(text):
        return None
    is_text = _is_quoted(text) or isinstance(text, FoldedScalarString) or _reads_as_itself(str(text), False)
    needs_quotes = is_text and not _reads_as_itself(str(text), in_flow)
    return DoubleQuotedScalarString(text) if needs_quotes else PlainScalarString(text)


def _folded(text: str, path: Path) -> Any:
    """A value with a line of its own: a text that is too long for it, folded over several."""
    scalar, indent = _scalar(text, False), 2 * len(path)
    if scalar is None or "\n" in scalar or indent + len(str(path[-1])) + len(scalar) + _is_quoted(scalar) * 2 <= WIDTH:
        return scalar
    spaces = [match.start() for match in re.finditer(r"(?<! ) (?! )", text)]
    if not spaces:  # an address, which no line ends in
        return scalar
    folded, begin = FoldedScalarString(text), 0
    folded.fold_pos = []
    for space, following in zip(spaces, [*spaces[1:], len(text)], strict=True):
        if following - begin > WIDTH - indent:
            folded.fold_pos.append(space)
            begin = space + 1
    return folded


def _is_quoted(text: str) -> bool:
    return isinstance(text, DoubleQuotedScalarString | SingleQuotedScalarString)


@cache
def _reads_as_itself(text: str, in_flow: bool) -> bool:
    """Whether a text means the same without quotes."""
    try:
        document = read_one(f"a: {f'{{b: {text}, c: 1}}' if in_flow else text}".encode(), "")
    except Rejected:
        return False
    return document.plain() == {"a": {"b": text, "c": 1} if in_flow else text}

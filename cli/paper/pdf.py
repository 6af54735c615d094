"""A paper as PDF/UA-1: tagged, with its title and language, in fonts that the file embeds; by typst.

Fonts are those of the package alone, whatever the machine has, so that the same paper gives the same bytes. A sign that
they do not have is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, assert_never

import typst

from cli.paper.pdf_joining import PdfJoiner
from cli.paper.pdf_parts import parts_of
from cli.paper.typesetters import Typesetters, each_set_apart, set_apart
from cli.paper.typesetting import Task, typeset
from engine.diagnostics import Place, Rejected, rejected
from engine.explanation.paper import (
    Block,
    Heading,
    NewPage,
    Pairs,
    Paper,
    Paragraph,
    Signature,
    Statement,
    Table,
    carried_by,
    statements_of,
)
from engine.harmless import harmless, shortened
from engine.texts.catalogue import message
from engine.texts.unbroken import unbroken
from offers.papers.pdf_file import sealed

_LONGEST_WORD = 40
"""A word with more signs than this, that is no digest, may end a line anywhere."""
_LONG_WORD = re.compile(rf"(?![0-9a-f]{{64}}\b)\S{{{_LONGEST_WORD},}}")
_DIGEST = re.compile("[0-9a-f]{64}")
_ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
_USUAL = "\N{LATIN SMALL LETTER TURNED A}"
"""The signs before this one are in every font."""


def pdf_of(paper: Paper) -> bytes:
    """A paper as PDF, which says at its end what it carries; the same paper gives the same bytes.

    Raises:
        Rejected: the fonts have no sign for something in it, or there is too little memory.
    """
    try:
        return sealed(_set(paper), carried_by(paper))
    except typst.TypstError:
        signs = _without_form(paper)
        if not signs:
            raise
        raise _refused(signs) from None


def _set(paper: Paper) -> bytes:
    parts = list(parts_of(paper.blocks()))
    if len(parts) == 1:
        return _TYPESETTERS.set(_task(_data(paper, parts[0].blocks, is_numbered=True)), parts[0].size)
    joiner = PdfJoiner()
    tasks = (_task(_data(paper, part.with_headings())) for part in parts)
    for part, pdf in zip(parts, each_set_apart(tasks), strict=True):
        joiner.add(pdf, len(part.above))
    numbers = _task(_data(paper, (), is_numbered=True) | {"empty_pages": joiner.pages})
    return joiner.finished(set_apart(numbers))


_TYPESETTERS = Typesetters()


def _task(data: dict[str, Any]) -> Task:
    text = json.dumps(data, ensure_ascii=False).encode(errors="replace").decode()
    return Task(_template(), text)


@cache
def _template() -> str:
    return files("cli").joinpath("templates", "paper.typ").read_text(encoding="utf-8")


def _refused(signs: list[str]) -> Rejected:
    named = ", ".join(f"{sign} (U+{ord(sign):04X})" for sign in signs)
    words = message("the fonts of the PDF have no form for {signs}", signs=named)
    advice = message("write the paper as .html, which the fonts of the reader show")
    return rejected(Place("--out"), "unwritable", words, advice)


def _without_form(paper: Paper) -> list[str]:
    """The signs of a paper that the fonts do not have."""
    texts = (paper.title, *(one.text for one in statements_of(paper)))
    signs = sorted({sign for text in texts for sign in _shown(text) if sign >= _USUAL})
    return [sign for sign in signs if not _has_form(sign)]


def _has_form(sign: str) -> bool:
    heading = Heading(Statement(sign, ()), 1)
    try:
        typeset(_task(_DATA | {"blocks": [_block(heading)]}))
    except typst.TypstError:
        return False
    return True


_DATA: dict[str, Any] = {"title": "-", "language": "en", "date": None, "is_numbered": False, "empty_pages": 0}


def _data(paper: Paper, blocks: Iterable[Block], *, is_numbered: bool = False) -> dict[str, Any]:
    day = None if paper.date is None else [int(part) for part in paper.date.split("-")]
    of_paper = {"title": _shown(paper.title), "language": paper.language, "date": day, "is_numbered": is_numbered}
    return _DATA | of_paper | {"blocks": list(map(_block, blocks))}


def _block(block: Block) -> dict[str, Any]:
    kind = {"kind": type(block).__name__}
    match block:
        case Heading():
            return kind | {"level": block.level, "text": _shown(block.statement.text)}
        case Paragraph():
            return kind | {"manner": block.manner, "statements": list(_statements(block.statements))}
        case Pairs():
            return kind | {"rows": [[_shown(label), _shown(value.text)] for label, value in block.rows]}
        case Table():
            columns = [
                {"label": _shown(column.label), "weight": column.weight, "is_number": column.is_number}
                for column in block.columns
            ]
            rows = [
                {"cells": [list(_statements(cell)) for cell in row.cells], "is_total": row.is_total}
                for row in block.rows
            ]
            return kind | {"caption": _shown(block.caption), "columns": columns, "rows": rows}
        case Signature():
            return kind | {"labels": [_shown(line.text) for line in block.lines]}
        case NewPage():
            return kind
        case _:
            assert_never(block)


def _statements(group: tuple[Statement, ...]) -> Iterator[dict[str, object]]:
    for one in group:
        yield {"text": _shown(one.text), "tone": one.tone, "is_digest": _DIGEST.fullmatch(one.text) is not None}


def _shown(text: str) -> str:
    """A text as it may leave, whose longest words may end a line anywhere."""
    shown = shortened(unbroken(harmless(text)))
    return _LONG_WORD.sub(lambda word: _ZERO_WIDTH_SPACE.join(word[0]), shown)

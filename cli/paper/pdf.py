"""A paper as PDF/UA-1: tagged, with its title and language, in fonts that the file embeds; by typst.

Fonts are those of the package alone, whatever the machine has, so that the same paper gives the same bytes. A sign that
they do not have is refused.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, assert_never

import typst

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
    record_of,
    statements_of,
)
from engine.harmless import harmless, shortened
from engine.texts.catalogue import message
from engine.texts.unbroken import unbroken
from engine.values.canonical import canonical
from offers.papers.pdf_file import sealed

_EPOCH = 0
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
        Rejected: the fonts have no sign for something in it.
    """
    try:
        return sealed(_compiled(_data(paper)), canonical(record_of(paper)))
    except typst.TypstError:
        signs = _without_form(paper)
        if not signs:
            raise
        raise _refused(signs) from None


def _compiled(data: dict[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "paper.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8", errors="replace")
        (root / "paper.typ").write_bytes(files("cli").joinpath("templates", "paper.typ").read_bytes())
        compiler = typst.Compiler(
            str(root / "paper.typ"), root=str(root), font_paths=_fonts(), ignore_system_fonts=True
        )
        made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=_EPOCH)
        assert isinstance(made, bytes)
        return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


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
    heading = {"kind": "Heading", "level": 1, "text": sign}
    try:
        _compiled({"title": "-", "language": "en", "date": None, "blocks": [heading]})
    except typst.TypstError:
        return False
    return True


def _data(paper: Paper) -> dict[str, Any]:
    day = None if paper.date is None else [int(part) for part in paper.date.split("-")]
    blocks = [_block(block) for block in paper.blocks()]
    return {"title": _shown(paper.title), "language": paper.language, "date": day, "blocks": blocks}


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

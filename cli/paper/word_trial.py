"""A Word template tried out: papers made with it that say one thing of each kind, and what of it nobody would see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from cli.paper.docx import docx_of
from engine.diagnostics import Diagnostic, place_in_words
from engine.explanation.paper import (
    PARTS_OF,
    Block,
    Column,
    Heading,
    Manner,
    Pairs,
    Paper,
    PaperKind,
    Paragraph,
    Row,
    Section,
    Signature,
    Statement,
    Table,
    Tone,
)
from engine.harmless import shown_name
from engine.texts.catalogue import message
from offers.papers.word_file import hidden_in

_SAID = "Sekskant"
"""What such a paper says, in all its places: what hides it is told by the style, and not by the text."""


def tried_out(file: str, data: bytes, kind: PaperKind, fields: tuple[str, ...]) -> Iterator[Diagnostic]:
    """What hides a statement of papers of a kind, each once: a style by its name, or something else.

    Of a template whose parts do not fit together, libraries raise what they like.
    """
    nothing = Paper(kind, "en", "-", 2000, None, (), (), ())
    docx_of(nothing, data)
    all_said = nothing._replace(
        front=tuple(_blocks()),
        sections=tuple(Section(part, tuple(_blocks())) for part in PARTS_OF[kind]),
        fields=dict.fromkeys(fields, "-"),
    )
    hidden = hidden_in(file, docx_of(all_said, data))
    styles = {one.style for one in hidden if one.text.removesuffix(":") == _SAID}
    advice = message("let what papers say be seen, and save the template anew")
    for style in sorted(styles):
        place = message("{file}, style {style}", file=shown_name(file), style=shown_name(style))
        words = message("the style hides or strikes out what a paper says in it")
        if not style:
            place = message("{file}, formats", file=shown_name(file))
            words = message("what a paper says is hidden or struck out where a part stands, or by the default format")
        yield Diagnostic(place_in_words(place), "template-form", words, advice)


def _blocks() -> Iterator[Block]:
    """A block of each kind, in each manner, and with statements of each tone."""
    said = tuple(Statement(_SAID, (), tone) for tone in get_args(Tone))
    yield from (Heading(Statement(_SAID, ()), level) for level in range(5))
    yield from (Paragraph(said, manner) for manner in get_args(Manner))
    yield Pairs(tuple((_SAID, one) for one in said))
    columns = Column(_SAID, 1), Column(_SAID, 1), Column(_SAID, 0, is_number=True)
    yield Table(_SAID, columns, tuple(Row((said, said, said), is_total) for is_total in (False, True)))
    yield Signature((_SAID,))

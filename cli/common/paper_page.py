"""A paper as one HTML page to read or print: no script that runs, nothing fetched."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from markupsafe import Markup

from cli.common.page import template_of
from engine.explanation.paper import Cell, Paper, Statement, carried_by


def paper_page(paper: Paper) -> bytes:
    """A paper as a page in UTF-8, which carries what its statements rest on.

    The element of each block of statements has its place as `data-place`.
    """
    places = _Places()
    carried = Markup(carried_by(paper).replace(b"<", rb"\u003c").decode())  # noqa: S704 - JSON that ends no element
    template, page = template_of("paper.html.jinja"), bytearray()
    for text in template.generate(
        paper=paper,
        language=paper.language,
        place=places,
        kind=lambda block: type(block).__name__,
        carried=carried,
    ):
        page += text.encode("utf-8", "backslashreplace")
    return bytes(page)


class _Places:
    """Gives each block of statements its place, in order of reading."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = itertools.count()

    def __call__(self, group: Cell | Statement) -> int:
        """The place of the next block, which is this one."""
        return next(self._numbers)

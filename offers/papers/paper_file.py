"""A paper from outside, whatever its form: what it says now, and what it carries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from engine.diagnostics import Place, rejected
from engine.documents.regular_file import open_regular
from engine.texts.catalogue import message
from offers.papers.carried import Carried, read_carried
from offers.papers.html_file import Page
from offers.papers.pdf_file import read_sealed
from offers.papers.statement_check import Edit, Passage, edits
from offers.papers.word_file import MIB, carried_by, open_word, passages_of

_MOST = 512 * MIB


class PaperFile(NamedTuple):
    """A paper; `carried` is None where it is none of ours, `is_whole` says of a PDF whether it is as it was written."""

    form: Literal["docx", "html", "pdf"]
    carried: Carried | None
    passages: Sequence[Passage] = ()
    is_whole: bool = True

    def edits(self) -> list[Edit]:
        """The statements that do not stand as they were written; of a PDF none is told."""
        if self.carried is None or self.form == "pdf":
            return []
        return list(edits(self.carried.blocks(), self.passages))


def read_paper(path: Path) -> PaperFile:
    """A paper in Word, HTML or PDF, told by what the file holds.

    Raises:
        Rejected: it is none of them, is not whole, or is too large.
        OSError: it cannot be read.
    """
    with open_regular(path) as stream:
        start = stream.read(8)
        if start.startswith(b"PK"):
            document = open_word(path, _MOST)
            text = carried_by(document)
            return PaperFile("docx", None if text is None else read_carried(text), passages_of(document))
        data = start + stream.read(_MOST)
    if len(data) > _MOST:
        words = message("the file has more than {size}", size=f"{_MOST // MIB} MiB")
        raise rejected(Place(str(path)), "too-large", words)
    if start.startswith(b"%PDF"):
        sealed = read_sealed(data)
        if sealed is None:
            return PaperFile("pdf", None)
        return PaperFile("pdf", read_carried(sealed.carried), is_whole=sealed.is_whole)
    try:
        page = Page(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        words = message("it is no paper in Word, HTML or PDF")
        raise rejected(Place(str(path)), "unreadable", words) from None
    return PaperFile("html", None if page.carried is None else read_carried(page.carried), page.passages)

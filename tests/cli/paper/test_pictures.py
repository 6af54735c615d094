"""Papers as they lie on the table: printed in grey, page by page, and looked at."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from docx import Document
from docx.enum.text import WD_BREAK
from docx.shared import Mm, RGBColor

from cli.paper.docx import docx_of
from cli.paper.pdf import pdf_of
from engine.explanation.paper import Paper, PaperKind
from tests.cli.paper.papers import paper_of, source_of
from tests.cli.paper.test_word import OFFERS
from tests.office import PagePicture, converted, needs_office, pictures

pytestmark = [pytest.mark.slow, needs_office]
LEAST_CONTRAST = 4.5
"""By which a text can be read, as WCAG 2 has it."""
MARKS = {"✓", "✗", "?"}


class Frame(NamedTuple):
    """Where things may stand on a page, as shares of its width and height; head and foot lie between text and edge."""

    left: float
    text_top: float
    right: float
    text_bottom: float
    top: float
    bottom: float


PDF_FRAME = Frame(0.08, 0.08, 0.92, 0.92, 0.03, 0.98)


def faults(pages: Sequence[PagePicture], frame: Frame) -> Iterator[str]:
    """What is wrong with the look of pages."""
    for number, page in enumerate(pages, 1):
        if page.ink is None or not any(frame.text_top < one.box[3] < frame.text_bottom for one in page.words):
            yield f"{number}: blank"
            continue
        left, top, right, bottom = page.ink
        if left < frame.left or right > frame.right or top < frame.top or bottom > frame.bottom:
            yield f"{number}: outside the margins, {page.ink}"
        # The stroke of an `i` by itself is thinner than a dot.
        told = (one for one in page.words if one.text in MARKS or sum(map(str.isalnum, one.text)) > 1)
        yield from (f"{number}: {one.text} is not seen" for one in told if page.contrast(one) < LEAST_CONTRAST)


def in_word(data: bytes, folder: Path) -> list[PagePicture]:
    """The pages of a document in Word, as LibreOffice prints it."""
    (folder / "p.docx").write_bytes(data)
    return pictures(converted(folder / "p.docx", "pdf", folder / "office"), folder / "pictures")


def frame_of(data: bytes) -> Frame:
    """The frame of a document in Word; the line of a table may lie on it."""
    section = Document(io.BytesIO(data)).sections[0]
    width, height, stroke = section.page_width or 1, section.page_height or 1, Mm(3)
    return Frame(
        ((section.left_margin or 0) - stroke) / width,
        (section.top_margin or 0) / height,
        1 - ((section.right_margin or 0) - stroke) / width,
        1 - (section.bottom_margin or 0) / height,
        ((section.header_distance or 0) - stroke) / height,
        1 - ((section.footer_distance or 0) - stroke) / height,
    )


@pytest.fixture(scope="module", params=["committee", "letter", "annex"])
def paper(request: pytest.FixtureRequest) -> Paper:
    kind: PaperKind = request.param
    return paper_of(kind, source_of("da", OFFERS), "2017-05-02")


def test_in_word_no_page_is_blank_nothing_runs_out_and_all_is_seen_in_grey(paper: Paper, tmp_path: Path) -> None:
    data = docx_of(paper)
    pages = in_word(data, tmp_path)
    assert list(faults(pages, frame_of(data))) == []
    marks = {word.text for page in pages for word in page.words} & MARKS
    assert marks >= (set() if paper.kind == "annex" else MARKS - {"✓"}), "no offer here is covered"


def test_in_pdf_no_page_is_blank_nothing_runs_out_and_all_is_seen_in_grey(paper: Paper, tmp_path: Path) -> None:
    (tmp_path / "p.pdf").write_bytes(pdf_of(paper))
    pages = pictures(tmp_path / "p.pdf", tmp_path / "pictures")
    assert list(faults(pages, PDF_FRAME)) == []


def test_what_is_wrong_with_a_page_is_seen(tmp_path: Path) -> None:
    """A check that finds nothing is worth as much as what it finds where something is wrong."""
    data = docx_of(paper_of("letter", source_of("da", OFFERS[:1]), "2017-05-02"))
    document = Document(io.BytesIO(data))
    document.paragraphs[0].insert_paragraph_before("Grå").runs[0].font.color.rgb = RGBColor(0xC0, 0xC0, 0xC0)
    outside = document.paragraphs[0].insert_paragraph_before("Udenfor")
    outside.paragraph_format.left_indent = Mm(-15)
    document.paragraphs[0].insert_paragraph_before().add_run().add_break(WD_BREAK.PAGE)
    stream = io.BytesIO()
    document.save(stream)
    found = list(faults(in_word(stream.getvalue(), tmp_path), frame_of(data)))
    assert found[0] == "1: blank"
    assert found[1].startswith("2: outside the margins")
    assert found[2:] == ["2: Grå is not seen"]

"""Papers in Word: what python-docx and LibreOffice find in them, and the same bytes whatever stands in the text."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn

from cli.paper.docx import docx_of
from cli.paper.word_styles import LANGUAGES, shipped_template
from engine.explanation.paper import (
    Column,
    Heading,
    NewPage,
    Pairs,
    Paper,
    Paragraph,
    Row,
    Section,
    Signature,
    Statement,
    Table,
    statements_of,
)
from engine.texts.catalogue import Language
from offers.papers.paper_file import read_paper
from tests.cli.paper.papers import committee, letters, source_of
from tests.command import DATA, sekskant

OFFERS = [str(DATA / "gnisten.yaml"), str(DATA / "trekloeveret.yaml")]


@pytest.fixture(scope="module", params=["da", "en"])
def paper(request: pytest.FixtureRequest) -> Paper:
    language: Language = request.param
    return committee(source_of(language, OFFERS), language, "2017-05-02")


def of_text(text: str) -> Statement:
    return Statement(text, ())


def small(*texts: str) -> Paper:
    """A paper with each kind of block, which says these things."""
    said = tuple(map(of_text, texts))
    blocks = (
        Heading(said[0], 2),
        Paragraph(said),
        Paragraph((said[0],), "by_people"),
        Pairs((("Label & <co>", said[0]),)),
        NewPage(),
        Table("Caption", (Column("A", 2), Column("B", 0, True)), (Row((said, (said[0],))), Row(((), said), True))),
    )
    front = (Heading(said[0], 1), Signature(("Date", "Name")))
    sections = (Section("rule", (Paragraph(said),)), Section("forms", blocks))
    return Paper("committee", "en", texts[0], 2018, None, front, sections, ())


def written(paper: Paper) -> Any:
    return Document(io.BytesIO(docx_of(paper)))


def test_the_same_paper_gives_the_same_bytes(paper: Paper) -> None:
    data = docx_of(paper)
    assert docx_of(paper) == data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[:2] == ["[Content_Types].xml", "_rels/.rels"]


def test_every_sentence_stands_in_the_document(paper: Paper) -> None:
    text = letters("".join(written(paper).element.body.itertext(qn("w:t"))))
    assert [one.text for one in statements_of(paper) if letters(one.text) not in text] == []


def test_the_document_has_a_title_a_language_and_no_author(paper: Paper) -> None:
    document = written(paper)
    properties = document.core_properties
    assert (properties.title, properties.language) == (paper.title, LANGUAGES[paper.language])
    assert (properties.author, properties.last_modified_by) == ("", "")
    assert properties.created.isoformat()[:10] == "2017-05-02"
    assert {e.get(qn("w:val")) for e in document.styles.element.iter(qn("w:lang"))} == {LANGUAGES[paper.language]}
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    footer = section.footer._element
    assert [code.text.strip() for code in footer.iter(qn("w:instrText"))] == ["PAGE", "NUMPAGES"]


def test_tables_repeat_their_headings_and_say_what_they_are(paper: Paper) -> None:
    blocks = [block for block in paper.blocks() if isinstance(block, Table)]
    with_caption = [t for t in written(paper).tables if t._tbl.tblPr.find(qn("w:tblCaption")) is not None]
    assert len(with_caption) == len(blocks)
    for table, block in zip(with_caption, blocks, strict=True):
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == block.caption
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert [cell.text for cell in table.rows[0].cells] == [column.label for column in block.columns]
        assert len(table.rows) == 1 + len(block.rows)
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows), "a row ends on its page"


def test_there_are_styles_and_no_formats(paper: Paper) -> None:
    body = written(paper).element.body
    of_runs = {child.tag for properties in body.iter(qn("w:rPr")) for child in properties}
    of_paragraphs = {child.tag for properties in body.iter(qn("w:pPr")) for child in properties}
    assert of_runs == {qn("w:rStyle")}
    assert of_paragraphs <= {qn("w:pStyle"), qn("w:pageBreakBefore"), qn("w:sectPr")}


@pytest.mark.parametrize(
    "text",
    [
        "<b>A & Sønner</b> ]]> &amp; {{ 7 * 7 }} {% raw %}",
        "a\u202eb\x07c",
        "lines\nand\ttabs",
        "=1+1 «»",
        "x" * 10_000,
        "\ue000rule\ue001",
    ],
)
def test_any_text_can_be_said(text: str) -> None:
    paper = small(text, "Plain.")
    stream = io.BytesIO(docx_of(paper))
    assert Document(stream)


def test_a_hostile_text_is_verified_as_any_other(tmp_path: Path) -> None:
    for number, text in enumerate(("<b>A</b> & {{ 7 }}", "a\u202eb", "lines\nand\ttabs", "x" * 40_000, "é e\u0301")):
        (tmp_path / f"{number}.docx").write_bytes(docx_of(small(text, "Plain.")))
        assert read_paper(tmp_path / f"{number}.docx").edits() == [], text


def test_a_new_page_begins_where_it_is_asked_for() -> None:
    breaks = list(written(small("A.")).element.body.iter(qn("w:pageBreakBefore")))
    assert len(breaks) == 1


@pytest.mark.slow
def test_the_command_writes_word(tmp_path: Path) -> None:
    out = tmp_path / "p.docx"
    ran = sekskant("paper", "committee", *OFFERS, "--year", "2018", "--out", str(out), "--lang", "en")
    assert (ran.code, ran.out) == (0, "")
    again = tmp_path / "q.docx"
    sekskant("paper", "committee", *OFFERS, "--year", "2018", "--out", str(again), "--lang", "en")
    assert again.read_bytes() == out.read_bytes()
    assert Document(str(out)).core_properties.language == "en-GB"


@pytest.mark.slow
def test_libreoffice_makes_pages_of_it(paper: Paper, tmp_path: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    import pypdf  # noqa: PLC0415 - only where there are pages

    (tmp_path / "p.docx").write_bytes(docx_of(paper))
    command = [program, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(tmp_path / "p.docx")], check=True, capture_output=True)
    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "p.pdf").pages]
    assert 5 < len(pages) < 30
    text = letters("".join(pages))
    assert letters(paper.title) in text
    last = {"da": f"Side {len(pages)} af {len(pages)}", "en": f"Page {len(pages)} of {len(pages)}"}
    assert letters(last[paper.language]) in letters(pages[-1])


def test_the_shipped_template_is_the_same_each_time() -> None:
    first = Document(io.BytesIO(shipped_template("committee", "da")))
    texts = [paragraph.text for paragraph in first.paragraphs if paragraph.text.startswith("{{")]
    assert texts[:4] == ["{{ authority }}", "{{ address }}", "{{ front }}", "{{ note }}"]

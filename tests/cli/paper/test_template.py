"""Word templates of one's own: what may stand in one, and that everything else is refused with its place."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn

from cli.paper.docx import docx_of
from cli.paper.word_styles import shipped_template
from cli.paper.word_template import FIELDS, PARTS, read_template
from engine.diagnostics import Rejected
from engine.explanation.paper import PaperKind, statements_of
from offers.papers.paper_file import read_paper
from tests.cli.paper.papers import committee, source_of
from tests.cli.paper.test_word import OFFERS, small
from tests.command import sekskant

LEGAL = ["{{ rule }}", "{{ forms }}"]


def template(path: Path, *paragraphs: str, edit: Callable[[Any], object] | None = None) -> Path:
    """A template with these paragraphs."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if edit is not None:
        edit(document)
    document.save(str(path))
    return path


def faults(path: Path, kind: PaperKind = "committee") -> list[str]:
    try:
        read_template(path, kind)
    except Rejected as error:
        return [f"{d.place.file.rpartition('/')[2]}: {d.code}: {d.message}" for d in error.diagnostics]
    return []


def hints(path: Path, kind: PaperKind = "committee") -> list[str | None]:
    with pytest.raises(Rejected) as refused:
        read_template(path, kind)
    return [diagnostic.hint for diagnostic in refused.value.diagnostics]


@pytest.mark.parametrize("kind", ["committee", "letter", "annex"])
def test_the_shipped_template_is_one(kind: PaperKind, tmp_path: Path) -> None:
    (tmp_path / "t.docx").write_bytes(shipped_template(kind, "da"))
    assert faults(tmp_path / "t.docx", kind) == []
    missed = set(FIELDS) - read_template(tmp_path / "t.docx", kind).fields
    assert missed == ({"deadline"} if kind == "letter" else set())  # of which the letter itself tells


@pytest.mark.parametrize(
    ("kind", "parts", "said"),
    [
        (
            "letter",
            ("outcomes",),
            ["missing-key: the template leaves out the facts and the considerations of each decision"],
        ),
        ("letter", ("rule", "forms"), ["unknown-key: papers of this kind have no part `rule`"]),
        ("annex", ("forms",), ["missing-key: the template leaves out the rule by which it was decided"]),
        ("annex", ("rule", "open", "forms"), ["unknown-key: papers of this kind have no part `open`"]),
    ],
)
def test_each_kind_of_paper_has_parts_of_its_own(
    kind: PaperKind, parts: Sequence[str], said: list[str], tmp_path: Path
) -> None:
    mine = template(tmp_path / "t.docx", *(f"{{{{ {part} }}}}" for part in parts))
    assert [fault.split(": ", 1)[1] for fault in faults(mine, kind)] == said


@pytest.mark.parametrize("kind", ["annex", "letters"])
def test_annex_and_letters_are_filled_and_refused_as_the_committees_paper_is(kind: str, tmp_path: Path) -> None:
    mine, out = tmp_path / "mine.docx", tmp_path / "p.docx"
    of_template = kind.removesuffix("s")
    assert sekskant("paper", "template", of_template, "--out", str(mine), "--lang", "da").code == 0
    document = Document(str(mine))
    document.paragraphs[0].insert_paragraph_before("Vores brevhoved, sag {{ case_number }}")
    document.save(str(mine))
    where = ["--out", str(tmp_path)] if kind == "letters" else ["--out", str(out)]
    asked = ["paper", kind, OFFERS[0], "--year", "2018", "--lang", "da", *where, "--template", str(mine)]
    fields = ["--set", "case_number=27/2018", "--set", "contact=Åse Ø", "--set", "signatory=Bo & Co"]
    ran = sekskant(*asked, *fields)
    assert ran.code == 0, ran.err
    made = tmp_path / "250.docx" if kind == "letters" else out
    texts = [paragraph.text for paragraph in Document(str(made)).paragraphs]
    assert texts[0] == "Vores brevhoved, sag 27/2018"
    assert {"Kontakt: Åse Ø", "Underskriver: Bo & Co"} <= set(texts)
    assert not any("{" in text for text in texts)
    assert read_paper(made).edits() == []
    refused = template(tmp_path / "wrong.docx", "{{ rule.title }}", "{{ forms }}")
    ran = sekskant(*asked[:-1], str(refused))
    assert ran.code == 1
    assert "template-form: " in ran.err
    assert "`{{ rule.title }}`" in ran.err


def test_a_field_that_nobody_would_see_is_said(tmp_path: Path) -> None:
    mine = template(tmp_path / "t.docx", *LEGAL, "{{ note }}")
    asked = ["paper", "committee", OFFERS[0], "--year", "2018", "--out", str(tmp_path / "p.docx")]
    ran = sekskant(*asked, "--template", str(mine), "--set", "note=x", "--set", "contact=y")
    assert (ran.code, "t.docx: the template has no field `contact`" in " ".join(ran.err.split())) == (0, True)
    assert "note" not in ran.err
    letters = ["paper", "letters", OFFERS[0], "--year", "2018", "--out", str(tmp_path), "--set", "deadline=x"]
    assert sekskant(*letters).code == 2


@pytest.mark.slow
def test_a_template_is_written_edited_and_used(tmp_path: Path) -> None:
    mine, out = tmp_path / "mine.docx", tmp_path / "p.docx"
    assert sekskant("paper", "template", "committee", "--out", str(mine), "--lang", "da").code == 0
    document = Document(str(mine))
    document.paragraphs[0].insert_paragraph_before("Gladsaxe Kommune, {{ title }}, sag {{ case_number }}")
    document.add_paragraph("Venlig hilsen {{ signatory }}")
    document.save(str(mine))
    asked = ["paper", "committee", *OFFERS, "--year", "2018", "--out", str(out), "--template", str(mine)]
    ran = sekskant(*asked, "--set", "case_number=2017 <42>", "--set", "signatory=A & B", "--lang", "da")
    assert ran.code == 0, ran.err
    texts = [paragraph.text for paragraph in Document(str(out)).paragraphs]
    assert texts[0] == "Gladsaxe Kommune, Indstilling om specialiserede tilbud for aftaleåret 2018, sag 2017 <42>"
    assert texts[-2:] == ["", "Venlig hilsen A & B"] or texts[-1] == "Venlig hilsen A & B"
    assert sekskant("paper", "verify", str(out)).code == 0


def test_parts_can_be_left_out_and_put_in_another_order(tmp_path: Path) -> None:
    """What a template leaves out is not said, and so not missed."""
    paper = committee(source_of("da", OFFERS), "da")
    mine = template(tmp_path / "t.docx", "{{ forms }}", "And by which rule:", "{{ rule }}")
    data = read_template(mine, "committee").data
    (tmp_path / "p.docx").write_bytes(docx_of(paper, data))
    written = read_paper(tmp_path / "p.docx")
    assert written.edits() == []
    assert written.carried is not None
    sections = {section.code: section for section in paper.sections}
    assert len(written.carried.statements()) < len(list(statements_of(paper)))
    text = "".join(Document(str(tmp_path / "p.docx")).element.body.itertext(qn("w:t")))
    assert text.index("And by which rule") > text.index(sections["forms"].blocks[1].statement.text)  # type: ignore[union-attr]


def test_styles_that_a_template_lost_are_put_back(tmp_path: Path) -> None:
    def lose(document: Any) -> None:
        for name in ("Caption", "Heading 2", "List Bullet"):
            document.styles[name].delete()

    data = read_template(template(tmp_path / "t.docx", *LEGAL, edit=lose), "committee").data
    document = Document(io.BytesIO(docx_of(small("A."), data)))
    used = {p.style.name for p in document.paragraphs if p.style}
    assert {"Caption", "Heading 2"} <= used


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    wrong = template(
        tmp_path / "t.docx",
        "Sag {{ casenumber }}",
        "{{ rule }}",
        "{{ title.upper() }}",
        "{% for x in title %}{{ x }}{% endfor %}",
        "Se {{ outcomes }} her",
        "{{ rule }}",
        "{% if contact %}Kontakt",
        "{{ title",
    )
    assert faults(wrong) == [
        "t.docx: missing-key: the template leaves out the facts and the considerations of each decision",
        "t.docx, paragraph 1: unknown-key: papers have nothing named `casenumber`, near `Sag {{ casenumber }}`",
        "t.docx, paragraph 3: template-form: a template cannot say `{{ title.upper() }}`, near `{{ title.upper() }}`",
        "t.docx, paragraph 4: template-form: a template cannot say `{% endfor %}`, "
        "near `x in title %}{{ x }}{% endfor %}`",
        "t.docx, paragraph 4: template-form: a template cannot say `{% for x in title %}`, "
        "near `{% for x in title %}{{ x }}{% endfor %}`",
        "t.docx, paragraph 4: unknown-key: papers have nothing named `x`, "
        "near `{% for x in title %}{{ x }}{% endfor %}`",
        "t.docx, paragraph 5: template-form: `outcomes` stands in a paragraph of its own, "
        "not as in `Se {{ outcomes }} her`",
        "t.docx, paragraph 6: repeated-id: the part `rule` stands twice",
        "t.docx, paragraph 7: template-form: a condition is not closed in its paragraph, "
        "near `{% if contact %}Kontakt`",
        "t.docx, paragraph 8: template-form: a template cannot say `{{`, near `{{ title`",
    ]
    assert "did you mean `case_number`?" in hints(wrong)


def test_legal_parts_are_not_left_to_a_condition_or_hidden(tmp_path: Path) -> None:
    optional = template(tmp_path / "o.docx", "{%p if contact %}", "{{ rule }}", "{%p endif %}", "{{ forms }}")
    assert any("stands in a condition" in fault for fault in faults(optional))

    def hide(document: Any) -> None:
        document.paragraphs[0].runs[0].font.hidden = True

    hidden = template(tmp_path / "h.docx", *LEGAL, edit=hide)
    assert faults(hidden) == ["h.docx: missing-key: the template hides or strikes out the rule by which it was decided"]

    def into_header(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "{{ rule }}"

    header = template(tmp_path / "k.docx", "{{ forms }}", edit=into_header)
    assert any("leaves out the rule" in fault for fault in faults(header))


def hide(style: Any, name: str = "vanish") -> None:
    properties = style.element.get_or_add_rPr()
    properties.append(properties.makeelement(qn(f"w:{name}"), {}))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("style", "name"),
    [
        ("Heading 2", "vanish"),
        ("Paper Cell", "strike"),
        ("Paper Table", "webHidden"),
        ("Paper Met", "dstrike"),
        ("Caption", "vanish"),
        ("Paper Signature", "strike"),
    ],
)
def test_a_template_whose_styles_hide_what_papers_say_is_refused(style: str, name: str, tmp_path: Path) -> None:
    document = Document(io.BytesIO(shipped_template("committee", "da")))
    hide(document.styles[style], name)
    document.save(str(tmp_path / "t.docx"))
    said = "template-form: the style hides or strikes out what a paper says in it"
    assert [fault.lower() for fault in faults(tmp_path / "t.docx")] == [f"t.docx, style {style.lower()}: {said}"]


@pytest.mark.slow
def test_a_template_may_hide_what_is_its_own(tmp_path: Path) -> None:
    document = Document(io.BytesIO(shipped_template("committee", "da")))
    hide(document.styles.add_style("Vejledning", WD_STYLE_TYPE.PARAGRAPH))
    document.paragraphs[0].insert_paragraph_before("Skriv sagsnummeret her.", "Vejledning")
    document.save(str(tmp_path / "t.docx"))
    assert faults(tmp_path / "t.docx") == []
    cell = document.tables[0] if document.tables else document.add_table(1, 1)
    hide(document.styles.add_style("Kasse", WD_STYLE_TYPE.TABLE))
    cell.style = "Kasse"
    cell.rows[0].cells[0].paragraphs[0].text = "{{ digests }}"
    for paragraph in document.paragraphs:
        if paragraph.text == "{{ digests }}":
            paragraph._p.getparent().remove(paragraph._p)
    document.save(str(tmp_path / "t.docx"))
    assert any("Kasse: template-form" in fault for fault in faults(tmp_path / "t.docx"))


def test_a_part_in_a_hidden_style_or_by_default_is_refused(tmp_path: Path) -> None:
    def by_style(document: Any) -> None:
        hide(document.styles.add_style("Skjult", WD_STYLE_TYPE.PARAGRAPH))
        document.paragraphs[0].style = "Skjult"

    mine = template(tmp_path / "h.docx", *LEGAL, edit=by_style)
    assert faults(mine) == ["h.docx: missing-key: the template hides or strikes out the rule by which it was decided"]
    assert hints(mine) == ["`{{ rule }}` stands in the style Skjult: let what is in it be seen"]

    def by_normal(document: Any) -> None:
        hide(document.styles["Normal"])

    mine = template(tmp_path / "n.docx", *LEGAL, edit=by_normal)
    assert {str(hint).partition(" stands ")[2] for hint in hints(mine)} == {
        "in the style Normal: let what is in it be seen"
    }

    def by_default(document: Any) -> None:
        (defaults,) = document.styles.element.iter(qn("w:rPrDefault"))
        (properties,) = defaults.iter(qn("w:rPr"))
        properties.append(properties.makeelement(qn("w:vanish"), {}))

    mine = template(tmp_path / "d.docx", *LEGAL, edit=by_default)
    assert len(faults(mine)) == len(LEGAL)


@pytest.mark.parametrize(
    "said",
    [
        "{{ title.__class__ }}",
        "{{ title['x'] }}",
        "{{ lipsum() }}",
        "{{ title|upper }}",
        "{{ title * 9999999999 }}",
        "{{ 7 }}",
        "{% set x = 1 %}",
        "{% include 'x' %}",
        "{% if title == 'x' %}a{% endif %}",
        "{%- if title %}a{% endif %}",
        "{{r title }}",
        "{% raw %}",
        "{# #}",
        "{% endif %}",
    ],
)
def test_what_reaches_for_more_than_a_name_is_refused(said: str, tmp_path: Path) -> None:
    assert faults(template(tmp_path / "t.docx", *LEGAL, said))


def test_what_stands_where_nobody_reads_is_refused(tmp_path: Path) -> None:
    def describe(document: Any) -> None:
        document.paragraphs[0]._p.set(qn("w:rsidR"), "{{ title.upper() }}")

    (fault,) = faults(template(tmp_path / "t.docx", *LEGAL, edit=describe))
    assert "where it is not seen" in fault


def test_fields_and_conditions_may_stand_where_they_may(tmp_path: Path) -> None:
    data = read_template(
        template(
            tmp_path / "t.docx",
            "{% if case_number %}Sag {{ case_number }}{% else %}Ingen sag{% endif %}",
            "{%p if contact %}",
            "Kontakt {{ contact }}",
            "{%p endif %}",
            *LEGAL,
        ),
        "committee",
    ).data
    texts = [p.text for p in Document(io.BytesIO(docx_of(small("A."), data))).paragraphs]
    assert texts[0] == "Ingen sag"
    assert not any("Kontakt" in text for text in texts)
    filled = small("A.")._replace(fields={"contact": "Åse\nØst {{ title }}", "case_number": "\ue000rule\ue001"})
    texts = [p.text for p in Document(io.BytesIO(docx_of(filled, data))).paragraphs]
    assert texts[:2] == ["Sag rule", "Kontakt Åse\nØst {{ title }}"]


def repacked(path: Path, out: Path, parts: dict[str, bytes], replace: tuple[str, str, str] | None = None) -> Path:
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if replace is not None and name == replace[0]:
                data = data.replace(replace[1].encode(), replace[2].encode())
            target.writestr(name, data)
        for name, data in parts.items():
            target.writestr(name, data)
    return out


RELATIONS = "word/_rels/document.xml.rels"
RELATION = '<Relationship Id="rX" Type="http://x/{}" Target="{}" TargetMode="External"/></Relationships>'


@pytest.mark.parametrize(
    ("parts", "replace", "said"),
    [
        ({"word/vbaProject.bin": b"x"}, None, "holds a macro"),
        ({"word/embeddings/x.xlsx": b"x"}, None, "embedded"),
        ({}, ("[Content_Types].xml", "document.main+xml", "document.macroEnabled.main+xml"), "holds a macro"),
        ({}, (RELATIONS, "</Relationships>", RELATION.format("attachedTemplate", "http://x/a.dotm")), "fetches"),
        ({}, (RELATIONS, "</Relationships>", RELATION.format("image", "\\\\\\\\host\\\\x.png")), "fetches"),
        ({}, (RELATIONS, "</Relationships>", RELATION.format("hyperlink", "file:///etc/passwd")), "fetches"),
        (
            {},
            ("word/document.xml", "<w:body>", '<w:body><w:p><w:fldSimple w:instr="DDEAUTO c:\\\\x"/></w:p>'),
            "fetches",
        ),
        ({"customXml/x.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, None, "declares its type"),
        ({"customXml/x.xml": b"<a>" * 300 + b"</a>" * 300}, None, "more in it"),
        ({"customXml/x.xml": b"<a>" + b"<b/>" * 300_000 + b"</a>"}, None, "more in it"),
        ({"customXml/x.xml": b"<a>"}, None, "not whole"),
        ({}, ("_rels/.rels", "metadata/core-properties", "metadata/other"), "do not fit together"),
        (
            {},
            ("word/styles.xml", 'xmlns:w="http', 'xmlns:odd="\N{REPLACEMENT CHARACTER}c/%" xmlns:w="http'),
            "do not fit",
        ),
        (
            {},
            (RELATIONS, "</Relationships>", '<Relationship Id="rX" Type="http://x/styles"/></Relationships>'),
            "the text of the document is not whole",
        ),
        ({"x.bin": bytes(40 * 2**20)}, None, "more than 32 MiB"),
        ({f"x{n}": b"" for n in range(3000)}, None, "more parts"),
    ],
)
def test_a_hostile_template_is_refused(
    parts: dict[str, bytes], replace: tuple[str, str, str] | None, said: str, tmp_path: Path
) -> None:
    plain = template(tmp_path / "t.docx", *LEGAL)
    told = faults(repacked(plain, tmp_path / "h.docx", parts, replace))
    assert any(said in fault for fault in told), told


def test_a_link_to_a_page_is_no_danger(tmp_path: Path) -> None:
    plain = template(tmp_path / "t.docx", *LEGAL)
    link = (RELATIONS, "</Relationships>", RELATION.format("hyperlink", "https://gladsaxe.dk"))
    assert faults(repacked(plain, tmp_path / "h.docx", {}, link)) == []


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"{\\rtf1}", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_word_document_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "t.docx").write_bytes(data)
    assert any("not a Word document" in fault for fault in faults(tmp_path / "t.docx"))


def test_options_are_refused_in_words(tmp_path: Path) -> None:
    asked = ["paper", "committee", *OFFERS, "--year", "2018"]
    ran = sekskant(*asked, "--out", str(tmp_path / "p.docx"), "--set", "case_numbr=1")
    assert (ran.code, "did you mean `case_number`?" in " ".join(ran.err.split())) == (2, True)
    assert sekskant(*asked, "--out", str(tmp_path / "p.docx"), "--set", "x").code == 2
    assert sekskant(*asked, "--out", str(tmp_path / "p.html"), "--set", "note=x").code == 2
    assert sekskant("paper", "template", "committee", "--out", str(tmp_path / "t.html")).code == 2
    wrong = template(tmp_path / "t.docx", "{{ rule }}")
    ran = sekskant(*asked, "--out", str(tmp_path / "p.docx"), "--template", str(wrong))
    assert ran.code == 1
    assert "missing-key: the template leaves out the facts" in ran.err
    assert not (tmp_path / "p.docx").exists()


def test_parts_are_named_as_papers_have_them() -> None:
    assert PARTS[0] == "front"
    assert {"rule", "forms"} <= set(PARTS)

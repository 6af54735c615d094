"""Hidden and struck out texts of Word documents, wherever the property stands: on a run, in a style or below one."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnostics import Rejected
from offers.papers.statement_check import Passage
from offers.papers.word_file import Hidden, WordFile, text_of

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PROPERTIES = ("vanish", "webHidden", "specVanish", "strike", "dstrike")
TOGGLES = ("vanish", "strike")


def document(body: str, styles: str | None = "", relations: str | None = None) -> WordFile:
    """A document of parts as they stand in a file."""
    of_styles = f'<Relationship Id="r1" Type="{RELATION}/styles" Target="styles.xml"/>'
    of_package = '<Relationship Type="x/officeDocument" Target="word/document.xml"/>'
    parts = {
        "_rels/.rels": f'<R xmlns="urn:x">{of_package}</R>',
        "word/document.xml": f"<w:document {WORD}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": f'<R xmlns="urn:x">{of_styles if relations is None else relations}</R>',
        "word/styles.xml": f"<w:styles {WORD}>{styles}</w:styles>",
    }
    return WordFile("a.docx", {name: text.encode() for name, text in parts.items()}, "word/document.xml")


def on(name: str, value: bool | None = True) -> str:
    return "" if value is None else f"<w:{name}/>" if value else f'<w:{name} w:val="0"/>'


def style(kind: str, name: str, formats: str = "", based_on: str = "", more: str = "", default: bool = False) -> str:
    usual = ' w:default="1"' if default else ""
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{name}"{usual}><w:name w:val="{name.upper()}"/>{base}'
        f"<w:rPr>{formats}</w:rPr>{more}</w:style>"
    )


def paragraph(text: str, p_style: str = "", r_style: str = "", own: str = "") -> str:
    of_paragraph = f'<w:pPr><w:pStyle w:val="{p_style}"/></w:pPr>' if p_style else ""
    of_run = f'<w:rStyle w:val="{r_style}"/>' if r_style else ""
    return f"<w:p>{of_paragraph}<w:r><w:rPr>{of_run}{own}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def table(rows: list[list[str]], t_style: str) -> str:
    cells = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    of_table = f'<w:tblPr><w:tblStyle w:val="{t_style}"/></w:tblPr>' if t_style else ""
    return f"<w:tbl>{of_table}{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def seen(body: str, styles: str = "") -> list[str]:
    return [passage.text for passage in text_of(document(body, styles)).passages]


class Case(NamedTuple):
    """What is said of one property, in each place: None where nothing is said."""

    name: str
    default: bool | None
    chains: dict[str, list[bool | None]]
    """Of each kind of style what the style says, and then what those say that it rests on."""
    own: bool | None
    is_in_table: bool
    is_usual: bool
    """Whether the styles are the usual ones, and not named."""

    def is_seen(self) -> bool:
        """By the letter of ECMA-376, part 1, 17.7.2 and 17.7.3."""
        if self.own is not None:
            return not self.own
        kinds = ["character", "paragraph", *(["table"] if self.is_in_table else [])]
        nearest = [next((value for value in self.chains[kind] if value is not None), None) for kind in kinds]
        if self.name in TOGGLES:
            return not self.default and sum(map(bool, nearest)) % 2 == 0
        return not next((value for value in (*nearest, self.default) if value is not None), False)


SAID = st.sampled_from([None, True, False])
CHAINS = st.fixed_dictionaries(
    {kind: st.lists(SAID, min_size=1, max_size=4) for kind in ("character", "paragraph", "table")}
)
CASES = st.builds(Case, st.sampled_from(PROPERTIES), SAID, CHAINS, SAID, st.booleans(), st.booleans())


@given(CASES)
def test_a_text_is_seen_as_the_standard_has_it_wherever_the_property_stands(case: Case) -> None:
    styles = f"<w:docDefaults><w:rPrDefault><w:rPr>{on(case.name, case.default)}</w:rPr></w:rPrDefault></w:docDefaults>"
    for kind, chain in case.chains.items():
        for number, value in enumerate(chain):
            base = f"{kind}{number + 1}" if number + 1 < len(chain) else ""
            styles += style(kind, f"{kind}{number}", on(case.name, value), base, default=case.is_usual and not number)
    names = {kind: "" if case.is_usual else f"{kind}0" for kind in case.chains}
    body = paragraph("Said.", names["paragraph"], names["character"], on(case.name, case.own))
    if case.is_in_table:
        body = table([[body]], names["table"])
    assert seen(body, styles) == (["Said."] if case.is_seen() else [""])
    (passage,) = text_of(document(body, styles)).passages
    assert passage.with_hidden == (None if case.is_seen() else "Said.")


@pytest.mark.parametrize("name", PROPERTIES)
def test_each_property_is_looked_at_by_itself(name: str) -> None:
    others = "".join(on(other, value=False) for other in PROPERTIES if other != name)
    assert seen(paragraph("Said.", own=on(name) + others)) == seen(paragraph("Said.", own=others + on(name))) == [""]
    assert seen(paragraph("Said.", "p", own=others), style("paragraph", "p", on(name))) == [""]


def test_a_style_that_is_not_there_is_the_usual_one_and_circles_end() -> None:
    assert seen(paragraph("Said.", "none"), style("paragraph", "p", on("vanish"), default=True)) == [""]
    circle = style("paragraph", "a", "", "b") + style("paragraph", "b", on("strike"), "a")
    assert seen(paragraph("Said.", "a"), circle) == [""]
    assert seen(paragraph("Said.", "a"), style("paragraph", "a", "", "a")) == ["Said."]
    other_kind = style("paragraph", "a", "", "c") + style("character", "c", on("vanish"))
    assert seen(paragraph("Said.", "a"), other_kind) == ["Said."]


def test_parts_of_tables_hide_the_cells_that_are_in_them() -> None:
    def rows(region: str, formats: str) -> list[str]:
        more = f'<w:tblStylePr w:type="{region}"><w:rPr>{formats}</w:rPr></w:tblStylePr>'
        return seen(
            table([[paragraph("a"), paragraph("b")], [paragraph("c"), paragraph("d")]], "t"),
            style("table", "t", "", "", more),
        )

    assert rows("firstRow", on("vanish")) == ["", "", "c", "d"]
    assert rows("firstCol", on("strike")) == ["", "b", "", "d"]
    assert rows("nwCell", on("dstrike")) == ["", "b", "c", "d"]
    assert rows("band1Horz", on("vanish")) == ["", "", "", ""]
    assert rows("lastRow", on("vanish", value=False)) == ["a", "b", "c", "d"]


def test_what_a_tracked_change_took_away_hides_nothing() -> None:
    before = f'<w:rPrChange w:id="1" w:author="x"><w:rPr>{on("vanish")}</w:rPr></w:rPrChange>'
    assert seen(paragraph("Said.", own=before)) == ["Said."]
    of_paragraph = (
        '<w:pPr><w:pPrChange w:id="1" w:author="x"><w:pPr><w:pStyle w:val="p"/></w:pPr></w:pPrChange></w:pPr>'
    )
    text = f"<w:p>{of_paragraph}<w:r><w:t>Said.</w:t></w:r></w:p>"
    assert seen(text, style("paragraph", "p", on("vanish"))) == ["Said."]
    of_mark = f"<w:p><w:pPr><w:rPr>{on('vanish')}</w:rPr></w:pPr><w:r><w:t>Said.</w:t></w:r></w:p>"
    assert seen(of_mark) == ["Said."]


def test_a_text_box_is_hidden_with_the_run_that_it_stands_in() -> None:
    def box(own: str, p_style: str = "") -> str:
        of_paragraph = f'<w:pPr><w:pStyle w:val="{p_style}"/></w:pPr>' if p_style else ""
        inner = table([[paragraph("Inner.")]], "") + paragraph("Below.")
        content = f"<w:pict><w:txbxContent>{inner}</w:txbxContent></w:pict>"
        return f"<w:p>{of_paragraph}<w:r><w:rPr>{own}</w:rPr>{content}<w:t>Outer.</w:t></w:r></w:p>"

    hidden = style("paragraph", "p", on("vanish"))
    assert seen(box("")) == ["Inner.", "Below.", "Outer."]
    assert seen(box(on("vanish"))) == seen(box("", "p"), hidden) == ["", "", ""]
    assert seen(box(on("strike"))) == ["Inner.", "Below.", ""]
    assert seen(table([[box("")]], "t"), style("table", "t", on("strike"))) == ["Inner.", "Below.", ""]


def test_it_is_told_which_style_hides_a_text_and_what_else_stands_there() -> None:
    text = f"<w:p><w:r><w:t>Seen </w:t></w:r><w:r><w:rPr>{on('strike')}</w:rPr><w:t>not</w:t></w:r></w:p>"
    styles = style("paragraph", "b", "", "a") + style("paragraph", "a", on("vanish"))
    found = text_of(document(text + paragraph("Said.", "b"), styles))
    assert found.passages == [Passage("Seen ", (), "Seen not"), Passage("", (), "Said.")]
    assert found.hidden == [Hidden("not", ""), Hidden("Said.", "A")]


def test_styles_are_found_by_the_relations_of_the_document() -> None:
    hidden = style("paragraph", "p", on("vanish"))
    body = paragraph("Said.", "p")
    relation = f'<Relationship Id="r1" Type="{RELATION}/styles" Target="{{}}"/>'
    for target in ("/word/styles.xml", "../word/styles.xml", "Styles.XML"):
        assert text_of(document(body, hidden, relation.format(target))).passages[0].text == "", target
    assert text_of(document(body, hidden, "")).passages[0].text == "Said."
    for relations in (relation.format("other.xml"), relation.format("styles.xml") + relation.format("document.xml")):
        with pytest.raises(Rejected):
            text_of(document(body, hidden, relations))
    with pytest.raises(Rejected):
        text_of(document(body, "<w:style>"))

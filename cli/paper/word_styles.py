"""The styles of papers in Word, and the template that is shipped: A4, page numbers, room for a letterhead.

Everything a paper looks like is a style, by a name that Word shows in its list: whoever edits the template changes the
styles, and papers follow. Styles that a template has lost are put back as they are shipped.
"""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from engine.explanation.paper import PARTS_OF, PaperKind
from engine.texts.catalogue import Language, catalogue

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

LANGUAGES: Mapping[Language, str] = {"da": "da-DK", "en": "en-GB"}
TITLE, NOTE, OUTCOME, BY_PEOPLE, ITEM = "Title", "Paper Note", "Paper Outcome", "Paper By People", "List Bullet"
CELL, NUMBER, LABEL, TOTAL, SIGNATURE = "Paper Cell", "Paper Number", "Paper Label", "Paper Total", "Paper Signature"
CAPTION, TEXT, TABLE, PAIRS = "Caption", "Normal", "Paper Table", "Paper Pairs"
HEADINGS = ("Heading 1", "Heading 2", "Heading 3", "Heading 4")
TONES = {
    "met": "Paper Met",
    "not_met": "Paper Not Met",
    "unknown": "Paper Unknown",
    "undetermined": "Paper Undetermined",
    "not_applicable": "Paper Not Applicable",
    "dim": "Paper Dim",
    "strong": "Strong",
}
_FONT, _BLUE, _GREY = "Arial", RGBColor(0x1F, 0x3A, 0x5F), RGBColor(0x55, 0x55, 0x55)
_COLOURS = {
    "met": "1B5E20",
    "not_met": "9B1C1C",
    "unknown": "7A4B00",
    "undetermined": "7A4B00",
    "not_applicable": "555555",
    "dim": "555555",
}


class _Look(NamedTuple):
    size: float
    before: float = 0
    after: float = 0
    is_bold: bool = False
    colour: RGBColor | None = None
    keeps_next: bool = False


_LOOKS = {
    TEXT: _Look(10, 0, 5),
    TITLE: _Look(20, 0, 10, is_bold=True, colour=_BLUE, keeps_next=True),
    "Heading 1": _Look(15, 16, 5, is_bold=True, colour=_BLUE, keeps_next=True),
    "Heading 2": _Look(12, 12, 4, is_bold=True, colour=_BLUE, keeps_next=True),
    "Heading 3": _Look(10.5, 9, 3, is_bold=True, colour=_BLUE, keeps_next=True),
    "Heading 4": _Look(10, 7, 2, is_bold=True, colour=_BLUE, keeps_next=True),
    CAPTION: _Look(9, 7, 3, is_bold=True, colour=_BLUE, keeps_next=True),
    ITEM: _Look(10, 0, 2),
    NOTE: _Look(8.5, 0, 4, colour=_GREY),
    OUTCOME: _Look(10.5, 3, 5, is_bold=True),
    BY_PEOPLE: _Look(10, 3, 5),
    CELL: _Look(9, 1, 1),
    NUMBER: _Look(9, 1, 1),
    LABEL: _Look(9, 1, 1, is_bold=True),
    TOTAL: _Look(9, 1, 1, is_bold=True),
    SIGNATURE: _Look(10, 22, 8),
}


@cache
def shipped_template(kind: PaperKind, language: Language) -> bytes:
    """The template of a kind of paper, as a Word document; its own words are in the language."""
    document = _empty_document(language)
    _add_styles(document)
    _lay_out(document, language)
    gettext = catalogue(language).gettext
    _add_where_given(document, "authority", "{}", NOTE)
    _add_where_given(document, "address", "{}", NOTE)
    named = {"contact": f"{gettext('Contact')}: {{}}", "deadline": f"{gettext('Deadline')}: {{}}", "note": "{}"}
    named["signatory"] = f"{gettext('Signatory')}: {{}}"
    if kind == "letter":
        del named["deadline"]  # the letter itself says by when to answer
    for part in ("front", *PARTS_OF[kind]):
        document.add_paragraph(f"{{{{ {part} }}}}")
        if part == _SIGNED_AFTER[kind]:
            for name, text in named.items():
                _add_where_given(document, name, text, TEXT)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


_SIGNED_AFTER: Mapping[PaperKind, str] = {"committee": "front", "letter": "outcomes", "annex": "front"}
"""The part at whose end papers of a kind are signed."""


def _add_where_given(document: WordDocument, field: str, text: str, style: str) -> None:
    """A paragraph with a field, which is there where the field is given."""
    document.add_paragraph(f"{{%p if {field} %}}")
    document.add_paragraph(text.format(f"{{{{ {field} }}}}"), style)
    document.add_paragraph("{%p endif %}")


def styles_by_name(document: WordDocument) -> dict[str, Any]:
    """The styles of a document by the names by which they are shown, which are the same in every language of Word."""
    return {style.name.lower(): style for style in document.styles if style.name}


def put_back_styles(document: WordDocument, language: Language) -> dict[str, str]:
    """The id of each style of papers in a document, which is given those that it lacks as they are shipped."""
    there = styles_by_name(document)
    wanted = [TEXT, TITLE, *HEADINGS, CAPTION, ITEM, NOTE, OUTCOME, BY_PEOPLE, CELL, NUMBER, LABEL, TOTAL, SIGNATURE]
    wanted += [TABLE, PAIRS, *TONES.values()]
    if any(name.lower() not in there for name in wanted):
        shipped = Document(io.BytesIO(shipped_template("committee", language)))
        for name in wanted:
            if name.lower() not in there:
                document.styles.element.append(_with_base(copy.deepcopy(shipped.styles[name].element), there))
        there = styles_by_name(document)
    return {name: there[name.lower()].style_id for name in wanted}


def _with_base(style: Any, there: Mapping[str, Any]) -> Any:
    """A shipped style as it goes into another document: what it is based on has another id there, or is not there."""
    for tag, name in (("w:basedOn", "normal"), ("w:next", "normal"), ("w:link", "")):
        if (element := style.find(qn(tag))) is not None:
            style.remove(element)
            base = "default paragraph font" if style.get(qn("w:type")) == "character" else name
            if tag == "w:basedOn" and base in there and style.get(qn("w:type")) != "table":
                element.set(qn("w:val"), there[base].style_id)
                style.insert(1, element)
    return style


def _empty_document(language: Language) -> WordDocument:
    document = Document()
    for paragraph in list(document.element.body.iterchildren(qn("w:p"))):
        document.element.body.remove(paragraph)
    package = document.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del package.rels[key]
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    for child in list(defaults):
        if child.tag in (qn("w:lang"), qn("w:rFonts")):
            defaults.remove(child)
    fonts = OxmlElement("w:rFonts")
    for key in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{key}"), _FONT)
    defaults.insert(0, fonts)
    lang = OxmlElement("w:lang")
    lang.set(qn("w:val"), LANGUAGES[language])
    defaults.append(lang)
    compat = parse_xml(
        f'<w:compat {nsdecls("w")}><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    )
    settings = document.settings.element
    if (old := settings.find(qn("w:compat"))) is not None:
        settings.replace(old, compat)
    else:
        settings.append(compat)
    return document


def _add_styles(document: WordDocument) -> None:
    for name, look in _LOOKS.items():
        _set_look(_style(document, name, WD_STYLE_TYPE.PARAGRAPH), look)
    title = document.styles[TITLE].element.pPr
    if (border := title.find(qn("w:pBdr"))) is not None:
        title.remove(border)
    document.styles[NUMBER].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    tabs = document.styles[SIGNATURE].paragraph_format.tab_stops
    tabs.add_tab_stop(Mm(55), WD_TAB_ALIGNMENT.LEFT)
    tabs.add_tab_stop(Mm(140), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.LINES)
    people = document.styles[BY_PEOPLE].element.get_or_add_pPr()
    people.append(
        parse_xml(f'<w:pBdr {nsdecls("w")}><w:left w:val="single" w:sz="18" w:space="6" w:color="7A4B00"/></w:pBdr>')
    )
    _in_order(people)
    for tone, name in TONES.items():
        style = _style(document, name, WD_STYLE_TYPE.CHARACTER)
        if tone in _COLOURS:
            style.font.color.rgb = RGBColor.from_string(_COLOURS[tone])
            style.font.bold = tone in ("met", "not_met", "unknown", "undetermined") or None
    for name, xml in ((TABLE, _TABLE_XML), (PAIRS, _PAIRS_XML)):
        document.styles.element.append(parse_xml(xml.format(ns=nsdecls("w"), id=name.replace(" ", ""), name=name)))


def _style(document: WordDocument, name: str, kind: WD_STYLE_TYPE) -> Any:
    there = styles_by_name(document).get(name.lower())
    style = there or document.styles.add_style(name, kind)
    if there is None:
        style.quick_style = True
        style.hidden = False
    return style


_OF_A_THEME = {qn(f"w:{name}") for name in ("rFonts", "color", "b", "bCs", "i", "iCs", "spacing", "kern")}


def _set_look(style: Any, look: _Look) -> None:
    # The fonts of a theme would go before the document's own.
    properties = style.element.get_or_add_rPr()
    for old in [child for child in properties if child.tag in _OF_A_THEME]:
        properties.remove(old)
    style.font.size, style.font.bold, style.font.italic = Pt(look.size), look.is_bold or None, None
    if look.colour is not None:
        style.font.color.rgb = look.colour
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(look.before), Pt(look.after)
    layout.keep_with_next = look.keeps_next or None
    if style.name == TEXT:
        layout.widow_control = True
        layout.line_spacing = 1.1


_ORDER = (
    *("keepNext", "keepLines", "pageBreakBefore", "widowControl", "numPr", "pBdr", "shd", "tabs", "spacing", "ind"),
    *("contextualSpacing", "jc", "outlineLvl"),
)


def _in_order(properties: Any) -> None:
    """The properties of a paragraph in the order that the schema has."""
    ranks = {qn(f"w:{name}"): rank for rank, name in enumerate(_ORDER)}
    properties[:] = sorted(properties, key=lambda child: ranks.get(child.tag, -1))


_MARGINS = (
    '<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="85" w:type="dxa"/><w:bottom w:w="40" w:type="dxa"/>'
    '<w:right w:w="85" w:type="dxa"/></w:tblCellMar>'
)
_TABLE_XML = (
    '<w:style {ns} w:type="table" w:customStyle="1" w:styleId="{id}"><w:name w:val="{name}"/><w:uiPriority w:val="99"/>'
    '<w:tblPr><w:tblBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="1F3A5F"/>'
    '<w:bottom w:val="single" w:sz="8" w:space="0" w:color="1F3A5F"/>'
    '<w:insideH w:val="single" w:sz="4" w:space="0" w:color="BFC5CC"/></w:tblBorders>' + _MARGINS + "</w:tblPr>"
    '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>'
    '<w:bottom w:val="single" w:sz="8" w:space="0" w:color="1F3A5F"/></w:tcBorders>'
    '<w:shd w:val="clear" w:color="auto" w:fill="E8EDF3"/></w:tcPr></w:tblStylePr></w:style>'
)
_PAIRS_XML = (
    '<w:style {ns} w:type="table" w:customStyle="1" w:styleId="{id}"><w:name w:val="{name}"/><w:uiPriority w:val="99"/>'
    "<w:tblPr>" + _MARGINS + "</w:tblPr></w:style>"
)


def _lay_out(document: WordDocument, language: Language) -> None:
    """A4 with margins, the case number above, and below the title and which page of how many it is."""
    gettext = catalogue(language).gettext
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin, section.bottom_margin = Mm(24), Mm(22)
    section.header_distance = section.footer_distance = Mm(11)
    for name in ("Header", "Footer"):
        style = document.styles[name]
        _set_look(style, _Look(8.5, colour=_GREY))
        tabs = style.element.get_or_add_pPr().find(qn("w:tabs"))
        if tabs is not None:
            style.element.pPr.remove(tabs)
        style.paragraph_format.tab_stops.add_tab_stop(Mm(166), WD_TAB_ALIGNMENT.RIGHT)
    header = section.header.paragraphs[0]
    case_number = gettext("Case number")
    header.add_run(f"{{% if case_number %}}{case_number}: {{{{ case_number }}}}{{% endif %}}")
    header.add_run("\t{% if date %}{{ date }}{% endif %}")
    footer = section.footer.paragraphs[0]
    footer.add_run("{{ title }}\t")
    for part in re.split(r"(\{pages?\})", gettext("Page {page} of {pages}")):
        if part in _COUNTED:
            _add_field(footer, _COUNTED[part])
        elif part:
            footer.add_run(part)


_COUNTED = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
"""What Word counts, by its place in the text that tells which page it is."""


def _add_field(paragraph: Any, code: str) -> None:
    """A number that Word counts: of the page, or of all pages."""
    for kind in ("begin", "", "separate", "1", "end"):
        run = paragraph.add_run()
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif kind:
            run.text = kind
        else:
            instruction = OxmlElement("w:instrText")
            instruction.text = f" {code} "
            run._r.append(instruction)

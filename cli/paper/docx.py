"""A paper as a Word document: styles alone, tables whose headings are repeated, and what the paper carries.

Each paragraph of statements is marked by a bookmark with its place, by which the paper is verified.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, assert_never
from xml.sax.saxutils import escape, quoteattr

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml.etree import Comment, strip_tags

from cli.paper import word_styles as styles
from cli.paper.word_template import BLOCK_MARK, filled_template
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
)
from engine.harmless import REPLACEMENT, harmless, shortened
from engine.texts.unbroken import unbroken
from offers.papers.word_file import CARRIED, MARK

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_IN_A_TWIP, _OF_A_SIGN, _OF_MARGINS = 635, 110, 200
"""Units of Word in a twentieth of a point; the twentieths of a sign of a table, and of the margins of a cell."""
_A4_WIDTH = 7_560_000
_FIRST_ID = 1_000_000
"""Bookmarks of a template have lower numbers."""
_PROPERTIES = (
    '<ds:datastoreItem xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml" '
    'ds:itemID="{5E8A5CA7-0E5E-4B1C-9D0C-5E45CA470001}"><ds:schemaRefs><ds:schemaRef '
    f'ds:uri="{CARRIED}"/></ds:schemaRefs></ds:datastoreItem>'
)
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time that parts of an archive have which has none."""
_COMMENT = re.compile(rb"(<!--[a-z]+-->)")
_SURROGATES = re.compile("[\ud800-\udfff]")
_MANNERS = {
    "plain": styles.TEXT,
    "item": styles.ITEM,
    "note": styles.NOTE,
    "outcome": styles.OUTCOME,
    "by_people": styles.BY_PEOPLE,
}


def docx_of(paper: Paper, template: bytes | None = None) -> bytes:
    """A paper as a Word document, made with a template that was checked, or else with the one that is shipped.

    Parts that the template does not name are not in the document. The same paper gives the same bytes. Of a template
    whose parts do not fit together, libraries raise what they like; it was not checked.
    """
    kind = "committee" if paper.kind == "forms" else paper.kind  # forms alone have no template of their own
    shipped = styles.shipped_template(kind, paper.language)
    document, named = filled_template(paper, shipped if template is None else template)
    sections = {section.code: section for section in paper.sections}
    paper = paper._replace(
        front=paper.front if "front" in named else (),
        sections=tuple(sections[code] for code in named if code in sections),
    )
    body = _Body(document, paper)
    blocks = {"front": paper.front} | {section.code: section.blocks for section in paper.sections}
    # Marks are numbered in order of reading, which begins with the front page wherever a template puts it.
    for name in sorted(blocks, key=lambda name: name != "front"):
        body.put(name, blocks[name])
    _take_out_what_is_left(document)
    _set_properties(document, paper)
    _carry(document, paper)
    return _archive(document, body.parts)


class _Body:
    """Writes blocks into the paragraphs of a document that stand for them."""

    def __init__(self, document: WordDocument, paper: Paper) -> None:
        self.document = document
        self.ids = styles.put_back_styles(document, paper.language)
        section = document.sections[-1]
        margins = (section.left_margin or 0) + (section.right_margin or 0)
        self.width = max((section.page_width or _A4_WIDTH) - margins, _A4_WIDTH // 4) // _IN_A_TWIP
        self.places = count()
        self.breaks = False
        self.is_begun = False
        self.parts: dict[bytes, bytes] = {}
        """What is to stand where the document has a comment: as elements it would take ten times the memory."""
        strip_tags(document.element, Comment)

    def put(self, name: str, blocks: Sequence[Block]) -> None:
        """Put blocks where a part is named."""
        xml = bytearray()
        for block in blocks:
            for part in self._block(block):
                xml += part.encode()
        for paragraph in self.document.element.body.iter(qn("w:p")):
            if "".join(paragraph.itertext(qn("w:t"))) == BLOCK_MARK.format(name=name):
                self.parts[f"<!--{name}-->".encode()] = bytes(xml)
                paragraph.addprevious(Comment(name))
                paragraph.getparent().remove(paragraph)
                return

    def _title(self) -> str | None:
        """The style of the title, for the heading with which a paper begins."""
        is_first, self.is_begun = not self.is_begun, True
        return styles.TITLE if is_first else None

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Heading():
                level = min(max(block.level, 1), len(styles.HEADINGS))
                yield self._paragraph(
                    styles.TITLE if block.level == 0 else styles.HEADINGS[level - 1], (block.statement,)
                )
            case Paragraph():
                yield self._paragraph(_MANNERS[block.manner], block.statements)
            case Pairs():
                yield from self._pairs(block)
            case Table():
                yield from self._table(block)
            case Signature():
                space = "<w:r><w:tab/></w:r><w:r><w:tab/></w:r>"
                yield from (self._paragraph(styles.SIGNATURE, (line,), after=space) for line in block.lines)
            case NewPage():
                self.breaks = True
            case _:
                assert_never(block)

    def _own(self, style: str, runs: str) -> str:
        """A paragraph in a style."""
        page = "<w:pageBreakBefore/>" if self.breaks else ""
        self.breaks = False
        return f'<w:p><w:pPr><w:pStyle w:val="{self.ids[style]}"/>{page}</w:pPr>{runs}</w:p>'

    def _paragraph(
        self, style: str, statements: Sequence[Statement], *, are_lines: bool = False, after: str = ""
    ) -> str:
        """A place with its statements, in one paragraph or each in its own; the mark is around all of them."""
        if not statements:
            next(self.places)
            return self._own(style, "")
        number = next(self.places)
        start = f'<w:bookmarkStart w:id="{_FIRST_ID + number}" w:name="{MARK}{number}"/>'
        end = f'<w:bookmarkEnd w:id="{_FIRST_ID + number}"/>'
        runs = [self._statement(statement) for statement in statements]
        if not are_lines:
            return self._own(style, f"{start}{_run(' ').join(runs)}{end}{after}")
        runs[0] = start + runs[0]
        runs[-1] += end
        return "".join(self._own(style, run) for run in runs)

    def _statement(self, statement: Statement) -> str:
        return _run(statement.text, self.ids[styles.TONES[statement.tone]] if statement.tone else None)

    def _pairs(self, block: Pairs) -> Iterator[str]:
        """Labels beside what they say: a table without lines, whose first column names its rows."""
        widths = [self.width * 3 // 10, self.width - self.width * 3 // 10]
        rows = []
        for label, value in block.lines():
            cells = [self._paragraph(styles.LABEL, (label,)), self._paragraph(styles.CELL, (value,))]
            rows.append(f"<w:tr>{_cells(cells, widths)}</w:tr>")
        yield self._space_before_table()
        yield _table(self.ids[styles.PAIRS], widths, "", "".join(rows), has_heading=False)
        yield self._own(styles.CELL, "")

    def _table(self, table: Table) -> Iterator[str]:
        widths = _widths(table, self.width)
        yield self._paragraph(styles.CAPTION, (table.title,))
        looks = [styles.NUMBER if column.is_number else styles.LABEL for column in table.columns]
        heads = [self._paragraph(look, (head,)) for look, head in zip(looks, table.heads, strict=True)]
        rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{_cells(heads, widths)}</w:tr>"]
        for row in table.rows:
            cells = []
            for column, cell in zip(table.columns, row.cells, strict=True):
                style = styles.TOTAL if row.is_total else styles.CELL
                cells.append(self._paragraph(styles.NUMBER if column.is_number else style, cell, are_lines=True))
            rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{_cells(cells, widths)}</w:tr>")
        yield _table(self.ids[styles.TABLE], widths, table.caption, "".join(rows), has_heading=True)
        yield self._own(styles.CELL, "")

    def _space_before_table(self) -> str:
        """A new page before a table begins in a paragraph of its own; two tables would also grow together."""
        return self._own(styles.CELL, "") if self.breaks else ""


def _shown(text: str) -> str:
    """A text as it may leave."""
    return _SURROGATES.sub(REPLACEMENT, shortened(unbroken(harmless(text))))


def _run(text: str, style: str | None = None) -> str:
    """A text, in the style of its tone; its line breaks stay."""
    shown = escape(_shown(text))
    shown = shown.replace("\n", '</w:t><w:br/><w:t xml:space="preserve">').replace("\t", " ")
    look = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{shown}</w:t></w:r>'


def _widths(table: Table, width: int) -> list[int]:
    """The widths of columns: some take what they need, up to a quarter each, the others share what is left."""
    needed = [0 if column.weight else _needed(table, number, width) for number, column in enumerate(table.columns)]
    weights = [column.weight for column in table.columns]
    rest = width - sum(needed)
    if not any(weights):
        return [width * need // sum(needed) for need in needed]
    return [need or rest * weight // sum(weights) for need, weight in zip(needed, weights, strict=True)]


def _needed(table: Table, number: int, width: int) -> int:
    texts = [table.columns[number].label, *(one.text for row in table.rows for one in row.cells[number])]
    longest = max(map(len, texts), default=0)
    return min(longest * _OF_A_SIGN + _OF_MARGINS, width // 4)


def _cells(contents: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{content}</w:tc>'
        for content, width in zip(contents, widths, strict=True)
    )


def _table(style: str, widths: Sequence[int], title: str, rows: str, *, has_heading: bool) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    about = f"<w:tblCaption w:val={quoteattr(_shown(title))}/>" if title else ""
    look = f'<w:tblLook w:val="04A0" w:firstRow="{int(has_heading)}" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" '
    look += 'w:noHBand="1" w:noVBand="1"/>'
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/>{look}{about}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>'
    )


def _take_out_what_is_left(document: WordDocument) -> None:
    """Parts that a template names and the paper does not have leave no line behind."""
    for paragraph in list(document.element.body.iter(qn("w:p"))):
        if re.fullmatch(BLOCK_MARK.format(name="[a-z]+"), "".join(paragraph.itertext(qn("w:t")))):
            paragraph.getparent().remove(paragraph)


def _set_properties(document: WordDocument, paper: Paper) -> None:
    """Title, language and day of the document; of the template's own nothing stays, such as who made it."""
    properties = document.core_properties
    for child in list(properties._element):
        properties._element.remove(child)
    properties.title, properties.language = _shown(paper.title)[:255], styles.LANGUAGES[paper.language]
    if paper.date is not None:
        day = datetime.datetime.fromisoformat(paper.date)
        properties.created = properties.modified = datetime.datetime(day.year, day.month, day.day)
    for element in document.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), styles.LANGUAGES[paper.language])
    settings = document.settings.element
    if (theme := settings.find(qn("w:themeFontLang"))) is None:
        theme = OxmlElement("w:themeFontLang")
        if (after := settings.find(qn("w:clrSchemeMapping"))) is not None:
            after.addprevious(theme)
        else:
            settings.append(theme)
    theme.set(qn("w:val"), styles.LANGUAGES[paper.language])


def _carry(document: WordDocument, paper: Paper) -> None:
    """Put what the paper rests on into the document's own properties: a part of XML of its own."""
    package = document.part.package
    for key, relation in list(document.part.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.CUSTOM_XML and CARRIED.encode() in relation.target_part.blob[:1000]:
            del document.part.rels[key]
    taken = {str(part.partname) for part in package.iter_parts()}
    number = next(n for n in count(1) if f"/customXml/item{n}.xml" not in taken)
    text = escape(carried_by(paper).decode())
    item = Part(
        PackURI(f"/customXml/item{number}.xml"),
        "application/xml",
        f'<paper xmlns="{CARRIED}">{text}</paper>'.encode("utf-8", "backslashreplace"),
        package,
    )
    properties = Part(
        PackURI(f"/customXml/itemProps{number}.xml"),
        "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
        _PROPERTIES.encode(),
        package,
    )
    item.relate_to(properties, RELATIONSHIP_TYPE.CUSTOM_XML_PROPS)
    document.part.relate_to(item, RELATIONSHIP_TYPE.CUSTOM_XML)


def _archive(document: WordDocument, parts: Mapping[bytes, bytes]) -> bytes:
    """The document as bytes that are the same each time: its parts in order, without times.

    Raises:
        ValueError: the template gave two parts one name.
    """
    names = [str(part.partname).lower() for part in document.part.package.iter_parts()]
    if len(set(names)) < len(names):
        raise ValueError(names)
    saved, written = io.BytesIO(), io.BytesIO()
    document.save(saved)
    main = document.part.partname.membername
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(written, "w") as target:
        for name in sorted(
            source.namelist(), key=lambda name: (name != "[Content_Types].xml", name != "_rels/.rels", name)
        ):
            part = zipfile.ZipInfo(name, _EARLIEST)
            part.compress_type, part.create_system = zipfile.ZIP_DEFLATED, 3
            with target.open(part, "w") as stream:
                for piece in _with_parts(source.read(name), parts) if name == main else [source.read(name)]:
                    stream.write(piece)
    return written.getvalue()


def _with_parts(xml: bytes, parts: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """The main part of a document, with what is to stand in place of its comments."""
    for piece in _COMMENT.split(xml):
        yield parts.get(piece, piece)

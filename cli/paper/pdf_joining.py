"""One tagged PDF of several that typst wrote, one after the other: structure, bookmarks and page numbers of the whole.

What is not the first of them begins with a page of its own that holds the headings above what follows, so that levels
are not left out; this page is no part of the whole. The whole is what typst would have written of all at once: the
structure in one document, tables by their number, bookmarks in one tree, and a page number below each page.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cli.paper.pdf_objects import (
    PdfObjects,
    PdfWriter,
    listed,
    objects_of,
    references_in,
    referred,
    renumbered,
    stream_of,
)

_BOOKMARK = re.compile(rb"<<[^(<]*?/Title(.*)/Dest (\d+) 0 R>>", re.DOTALL)
_CELL = (b"<</Type/StructElem/S/TD", b"<</Type/StructElem/S/TH")
_CELL_NAME = re.compile(rb"\(U(\d+)x(\d+)y(\d+)\)")
_NAMED_CELL = re.compile(rb"\((U(\d+)x\d+y\d+)\)(\d+) 0 R")
_OF_PAGE = re.compile(rb"(\d+) (\d+) 0 R")
_STRUCTURE_KEY = re.compile(rb"/StructParents (\d+)")
_PAGES_IN_ALL = re.compile(rb"(<xmpTPg:NPages>)\d+")
_LENGTH = re.compile(rb"/Length \d+")
_SIZE = b"[0 0 595.2756 841.8898]"


class _Bookmark(NamedTuple):
    """A bookmark: how deep it stands, its text as it is written, and where it leads."""

    depth: int
    title: bytes
    leads_to: int


class _Page(NamedTuple):
    """A page and its resources, as they are to be written once all are known."""

    number: int
    body: bytes
    resources: bytes


class _Whole:
    """What is known of the whole by now; what its parts have in common has the first numbers."""

    def __init__(self) -> None:
        self.writer = PdfWriter()
        first = self.writer.reserve(7)
        self.root, self.info, self.metadata, self.page_tree, self.structure, self.document, self.outlines = range(
            first, first + 7
        )
        self.pages: list[_Page] = []
        self.elements: list[int] = []
        """What stands in the document, in order of reading."""
        self.by_page: list[int] = []
        """What has the elements of each page that has any."""
        self.cells: list[tuple[bytes, int]] = []
        """Cells that have names, by which others refer to them."""
        self.bookmarks: list[_Bookmark] = []
        self.tables = 0


class PdfJoiner:
    """Joins PDFs that typst wrote, each without page numbers, in the order in which they are added."""

    def __init__(self) -> None:
        self._whole = _Whole()
        self._first: PdfObjects | None = None
        self._identifiers = hashlib.sha256()

    @property
    def pages(self) -> int:
        """How many pages there are by now."""
        return len(self._whole.pages)

    def add(self, pdf: bytes, headings: int) -> None:
        """Add what follows; so many headings stand on a page before it, that is none of the whole."""
        part = objects_of(pdf)
        if self._first is None:
            self._first = _with_what_is_common(part)
        self._identifiers.update(part.identifier)
        _PartJoiner(self._whole, part, headings).join()

    def finished(self, numbers: bytes) -> bytes:
        """The whole, with the page numbers of a PDF that has as many pages and nothing else on them."""
        first = self._first
        assert first is not None, "nothing was added"
        self._write_pages(objects_of(numbers))
        self._write_structure(first.bodies[referred("StructTreeRoot", first.bodies[first.root])])
        self._write_bookmarks()
        self._write_catalog(first)
        return self._whole.writer.finished(self._whole.root, self._whole.info, self._identifier)

    @property
    def _identifier(self) -> bytes:
        return base64.b64encode(self._identifiers.digest()[:16])

    def _write_pages(self, numbers: PdfObjects) -> None:
        whole, writer = self._whole, self._whole.writer
        shows = writer.add(stream_of(b"", b"/number Do\n"))
        for page, form in zip(whole.pages, list(_PageNumbers(writer, numbers).forms()), strict=True):
            assert b"/XObject" not in page.resources
            resources = writer.add(b"<</XObject<</number %d 0 R>>%b" % (form, page.resources[2:]))
            body = page.body.replace(b"/Resources 0 0 R", b"/Resources %d 0 R" % resources)
            writer.write(page.number, re.sub(rb"/Contents (\d+ 0 R)", rb"/Contents[\1 %d 0 R]" % shows, body))
        kids = b" ".join(b"%d 0 R" % page.number for page in whole.pages)
        writer.write(whole.page_tree, b"<</Type/Pages/Count %d/Kids[%b]>>" % (self.pages, kids))

    def _write_structure(self, of_first: bytes) -> None:
        whole = self._whole
        roles = re.search(rb"/RoleMap<<[^<>]*>>", of_first)
        pages = b" ".join(b"%d %d 0 R" % pair for pair in enumerate(whole.by_page))
        names = b"".join(b"(%b)%d 0 R" % pair for pair in sorted(whole.cells))
        keys = (
            b"" if roles is None else roles[0],
            b"/K[%d 0 R]" % whole.document,
            b"/ParentTree<</Nums[%b]>>/ParentTreeNextKey %d" % (pages, len(whole.by_page)),
            b"/IDTree<</Names[%b]>>" % names if names else b"",
        )
        whole.writer.write(whole.structure, b"<</Type/StructTreeRoot%b>>" % b"".join(keys))
        elements = b" ".join(b"%d 0 R" % one for one in whole.elements)
        body = b"<</Type/StructElem/S/Document/P %d 0 R/K[%b]>>" % (whole.structure, elements)
        whole.writer.write(whole.document, body)

    def _write_bookmarks(self) -> None:
        whole, first = self._whole, self._whole.writer.reserve(len(self._whole.bookmarks))
        below = _below_each(whole.bookmarks)
        for parent, children in enumerate(below, first):
            of = whole.outlines if parent == first + len(whole.bookmarks) else parent
            for before, number, after in zip([None, *children], children, [*children[1:], None], strict=False):
                bookmark, keys = whole.bookmarks[number], b"/Parent %d 0 R" % of
                keys += b"" if before is None else b"/Prev %d 0 R" % (first + before)
                keys += b"" if after is None else b"/Next %d 0 R" % (first + after)
                keys += _ends(below[number], first, b"-")
                keys += b"/Title%b/Dest %d 0 R" % (bookmark.title, bookmark.leads_to)
                whole.writer.write(first + number, b"<<%b>>" % keys)
        whole.writer.write(whole.outlines, b"<</Type/Outlines%b>>" % _ends(below[-1], first, b""))

    def _write_catalog(self, first: PdfObjects) -> None:
        whole, catalog = self._whole, first.bodies[first.root]
        common = ("Metadata", "Pages", "StructTreeRoot", "Outlines")
        numbers = (whole.metadata, whole.page_tree, whole.structure, whole.outlines)
        new = dict(zip((referred(name, catalog) for name in common), numbers, strict=True))
        labels = b"/PageLabels<</Nums[0<</Type/PageLabel/S/D/St 1>>]>>>>"
        whole.writer.write(whole.root, renumbered(catalog, new.__getitem__)[:-2] + labels)
        whole.writer.write(whole.info, first.bodies[first.info])
        metadata = first.bodies[referred("Metadata", catalog)].replace(first.identifier, self._identifier)
        metadata = _PAGES_IN_ALL.sub(rb"\g<1>%d" % self.pages, metadata)
        content = metadata.partition(b"stream\n")[2].removesuffix(b"\nendstream")
        whole.writer.write(whole.metadata, _LENGTH.sub(b"/Length %d" % len(content), metadata, count=1))


def _with_what_is_common(part: PdfObjects) -> PdfObjects:
    """A part with no more than its catalog and what that refers to."""
    catalog = part.bodies[part.root]
    kept = (part.root, part.info, referred("Metadata", catalog), referred("StructTreeRoot", catalog))
    return part._replace(bodies={number: part.bodies[number] for number in kept})


def _below_each(bookmarks: Sequence[_Bookmark]) -> list[list[int]]:
    """The places of those below each bookmark, and last of those below none."""
    below: list[list[int]] = [[] for _ in range(len(bookmarks) + 1)]
    above = [len(bookmarks)]
    for place, bookmark in enumerate(bookmarks):
        del above[bookmark.depth + 1 :]
        below[above[-1]].append(place)
        above.append(place)
    return below


def _ends(children: Sequence[int], first: int, sign: bytes) -> bytes:
    """The first and the last of what is below a bookmark, and how many there are: with a minus where it is shut."""
    if not children:
        return b""
    return b"/First %d 0 R/Last %d 0 R/Count %b%d" % (first + children[0], first + children[-1], sign, len(children))


class _PartJoiner:
    """Writes the objects of one part under numbers of the whole, and tells the whole what is in it."""

    def __init__(self, whole: _Whole, part: PdfObjects, headings: int) -> None:
        self._whole, self._bodies, self._headings = whole, part.bodies, headings
        catalog = part.bodies[part.root]
        names = ("Pages", "StructTreeRoot", "Outlines", "Metadata")
        pages, self._structure, self._outlines, metadata = (referred(name, catalog) for name in names)
        (self._document,) = references_in(listed("K", part.bodies[self._structure]))
        self._left_out = {part.root, part.info, pages, self._structure, self._outlines, metadata, self._document}
        self._common = {pages: whole.page_tree, self._document: whole.document}
        self._shift = whole.writer.reserve(len(part.bodies)) - 1
        self._kids = references_in(listed("Kids", part.bodies[pages]))

    def join(self) -> None:
        whole = self._whole
        elements = references_in(listed("K", self._bodies[self._document]))
        self._left_out.update(elements[: self._headings])
        whole.elements += [self._number(one) for one in elements[self._headings :]]
        whole.bookmarks += list(self._bookmarks())[self._headings :]
        self._pages()
        for number, body in self._bodies.items():
            if number not in self._left_out:
                whole.writer.write(self._number(number), self._renumbered(body))
        self._cells()

    def _number(self, number: int) -> int:
        return self._common.get(number, number + self._shift)

    def _renumbered(self, body: bytes) -> bytes:
        if body.startswith(_CELL):
            tables = self._whole.tables
            body = _CELL_NAME.sub(lambda m: b"(U%dx%by%b)" % (int(m[1]) + tables, m[2], m[3]), body)
        return renumbered(body, self._number)

    def _bookmarks(self) -> Iterator[_Bookmark]:
        """The bookmarks in the order in which they stand."""
        waiting = [(referred("First", self._bodies[self._outlines]), 0)]
        while waiting:
            number, depth = waiting.pop()
            body = self._bodies[number]
            self._left_out.add(number)
            match = _BOOKMARK.fullmatch(body)
            assert match is not None
            yield _Bookmark(depth, match[1], self._number(int(match[2])))
            keys = body[: match.start(1)]
            waiting += [(referred("Next", keys), depth)] if b"/Next " in keys else []
            waiting += [(referred("First", keys), depth + 1)] if b"/First " in keys else []

    def _pages(self) -> None:
        whole = self._whole
        tree = listed("Nums", self._bodies[self._structure])
        by_key = {int(key): int(number) for key, number in _OF_PAGE.findall(tree)}
        self._left_out.update(self._kids)
        for place, number in enumerate(self._kids):
            body = self._bodies[number]
            key = _STRUCTURE_KEY.search(body)
            if self._headings and not place:
                self._left_out.add(referred("Contents", body))
                self._left_out.update(() if key is None else (by_key[int(key[1])],))
                continue
            resources = self._bodies[referred("Resources", body)]
            body = re.sub(rb"/Resources \d+ 0 R", b"/Resources 0 0 R", renumbered(body, self._number))
            if key is not None:
                body = _STRUCTURE_KEY.sub(b"/StructParents %d" % len(whole.by_page), body)
                whole.by_page.append(self._number(by_key[int(key[1])]))
            whole.pages.append(_Page(self._number(number), body, renumbered(resources, self._number)))

    def _cells(self) -> None:
        """Names of cells, by which others refer to them: the number of the table is that in the whole."""
        whole, last = self._whole, 0
        for name, table, number in _NAMED_CELL.findall(listed("Names", self._bodies[self._structure])):
            last = max(last, int(table))
            place = name.partition(b"x")[2]
            whole.cells.append((b"U%dx%b" % (int(table) + whole.tables, place), self._number(int(number))))
        whole.tables += last


class _PageNumbers:
    """The page numbers of a PDF that has nothing else, as forms that other pages show."""

    def __init__(self, writer: PdfWriter, part: PdfObjects) -> None:
        self._writer, self._part = writer, part
        self._shift = writer.reserve(len(part.bodies)) - 1

    def forms(self) -> Iterator[int]:
        bodies, catalog = self._part.bodies, self._part.bodies[self._part.root]
        pages = [bodies[number] for number in references_in(listed("Kids", bodies[referred("Pages", catalog)]))]
        contents = [referred("Contents", page) for page in pages]
        alike: dict[bytes, int] = {}
        for page in pages:
            resources = referred("Resources", page)
            alike.setdefault(bodies[resources], resources)
        self._write_what_they_need(alike.values())
        for page, content in zip(pages, contents, strict=True):
            resources = alike[bodies[referred("Resources", page)]] + self._shift
            keys = b"<</Type/XObject/Subtype/Form/BBox%b/Resources %d 0 R" % (_SIZE, resources)
            yield self._writer.add(keys + bodies[content][2:])

    def _write_what_they_need(self, start: Iterable[int]) -> None:
        waiting, seen = list(start), set[int]()
        while waiting:
            number = waiting.pop()
            if number in seen:
                continue
            seen.add(number)
            body = self._part.bodies[number]
            waiting += references_in(body.partition(b">>\nstream\n")[0])
            self._writer.write(number + self._shift, renumbered(body, lambda one: one + self._shift))

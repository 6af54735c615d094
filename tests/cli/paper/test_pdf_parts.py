"""A PDF that is set in parts is the one that is set at once: structure, bookmarks, page numbers and what it says."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.paper import typesetters, typesetting
from cli.paper.pdf import pdf_of
from cli.paper.pdf_objects import objects_of, renumbered
from cli.paper.pdf_parts import parts_of
from engine.diagnostics import Rejected
from engine.explanation.paper import (
    Block,
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
)
from tests.cli.paper.papers import committee, source_of
from tests.command import DATA, here

HOSTILE = (
    "A (B) \\ 7 0 R",
    "(U1x0y0)",
    ")(",
    "/Title (x)/Dest 1 0 R>>",
    "æøå 12 0 R",
    "endobj 3 0 obj",
    "[1 0 R] <<>>",
)
"""Texts that look like the insides of a PDF."""
GNISTEN = str(DATA / "gnisten.yaml")


def said(text: str) -> Statement:
    return Statement(text, ())


def blocks_by_chance(chance: random.Random) -> Iterator[Block]:
    """Blocks with headings of all levels, texts that look like PDF, and new pages here and there."""
    level = 1

    def text() -> str:
        return chance.choice(HOSTILE)

    yield Heading(said(text()), level)
    for _ in range(chance.randint(5, 40)):
        kind = chance.randint(0, 5)
        if kind == 0:
            level = chance.randint(1, min(level + 1, 4))
            yield Heading(said(text()), level)
        elif kind == 1:
            yield Paragraph((said(text()), said(text())), chance.choice(("plain", "item", "note", "by_people")))
        elif kind == 2:
            yield Pairs(((text(), said(text())), (text(), said(text()))))
        elif kind == 3:
            rows = tuple(Row(((said(text()),), (said(text()), said(text())))) for _ in range(chance.randint(1, 60)))
            yield Table(text(), (Column(text(), 1), Column(text(), 2, is_number=True)), rows)
        else:
            yield from (NewPage(), *([Heading(said(text()), level)] if chance.random() < 0.7 else ()))
    yield Signature((text(),))


def paper_by_chance(seed: int) -> Paper:
    chance = random.Random(seed)  # noqa: S311 - a paper by chance, no secret
    blocks = tuple(blocks_by_chance(chance))
    return Paper("committee", "da", chance.choice(HOSTILE), 2018, "2017-05-02", (), (Section("forms", blocks),), ())


def in_parts_of(size: int, paper: Paper, monkeypatch: pytest.MonkeyPatch) -> bytes:
    with monkeypatch.context() as smaller:
        smaller.setattr(typesetters, "MOST_KEPT", size)
        assert len(list(parts_of(paper.blocks()))) > 1
        return pdf_of(paper)


def as_data(value: object) -> object:
    if isinstance(value, pikepdf.Dictionary):
        return {key: as_data(one) for key, one in value.items()}
    return [as_data(one) for one in value] if isinstance(value, pikepdf.Array) else str(value)


def structure_of(element: pikepdf.Object, pages: dict[Any, int], depth: int = 0) -> Iterator[tuple[object, ...]]:
    """Each element in order of reading, with all that it says of itself and the page that it is on."""
    page = pages[element.Pg.objgen] if "/Pg" in element else None
    own = [as_data(element.get(key)) for key in ("/S", "/T", "/ID", "/A", "/Alt", "/ActualText")]
    yield (depth, page, *own)
    for child in element.get("/K", []):
        if not isinstance(child, pikepdf.Dictionary):
            yield depth, int(child)
        elif "/MCID" in child:
            yield depth, int(child.MCID), pages[child.Pg.objgen]
        else:
            assert child.P.objgen == element.objgen
            yield from structure_of(child, pages, depth + 1)


def bookmarks_of(item: pikepdf.Object | None, pages: dict[Any, int], depth: int = 0) -> Iterator[tuple[object, ...]]:
    """Each bookmark with what it says, how deep it stands and where it leads."""
    while item is not None:
        page, *place = item.Dest
        yield depth, str(item.Title), pages[page.objgen], list(map(str, place)), item.get("/Count")
        yield from bookmarks_of(item.get("/First"), pages, depth + 1)
        item = item.get("/Next")


def told_by(data: bytes) -> dict[str, object]:
    """All that a PDF says, however its objects are numbered and packed."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.check_pdf_syntax() == []
        root, numbers = pdf.Root.StructTreeRoot, {page.objgen: number for number, page in enumerate(pdf.pages)}
        names = list(root.IDTree.Names) if "/IDTree" in root else []
        assert all(names[at] == names[at + 1].ID for at in range(0, len(names), 2))
        by_page = list(root.ParentTree.Nums)
        return {
            "structure": list(structure_of(root.K[0], numbers)),
            "bookmarks": list(bookmarks_of(pdf.Root.Outlines.First, numbers)),
            "roles": as_data(root.RoleMap),
            "names": [str(name) for name in names[::2]],
            "by page": [[as_data(one and one.get("/S")) for one in page] for page in by_page[1::2]],
            "keys": [int(page.StructParents) for page in pdf.pages],
            "labels": [page.label for page in pdf.pages],
            "about": {key: str(value) for key, value in pdf.docinfo.items()},
            "catalog": [as_data(pdf.Root[key]) for key in ("/Lang", "/MarkInfo", "/ViewerPreferences")],
            "claims": b"<pdfuaid:part>1</pdfuaid:part>" in pdf.Root.Metadata.read_bytes(),
            "counted": f"<xmpTPg:NPages>{len(pdf.pages)}<".encode() in pdf.Root.Metadata.read_bytes(),
            "text": [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages],
        }


@pytest.mark.slow
@pytest.mark.parametrize("size", [60, 700])
def test_parts_say_together_what_the_whole_says(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """On all real cases: page by page, with tags, bookmarks and numbers."""
    paper = committee(source_of(), "da", "2017-05-02")
    parts = in_parts_of(size, paper, monkeypatch)
    assert parts == in_parts_of(size, paper, monkeypatch)
    whole, joined = told_by(pdf_of(paper)), told_by(parts)
    assert (joined["claims"], joined["counted"]) == (True, True)
    for name, value in whole.items():
        assert joined[name] == value, name


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_papers_by_chance_are_the_same_in_parts(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = paper_by_chance(seed)
    assert told_by(in_parts_of(1, paper, monkeypatch)) == told_by(pdf_of(paper))


def test_a_part_begins_below_the_headings_above_it() -> None:
    one, two, three = Heading(said("1"), 1), Heading(said("2"), 2), Heading(said("3"), 3)
    blocks: list[Block] = [one, two, three, *[Paragraph(())] * typesetters.MOST_KEPT, NewPage(), Heading(said("2"), 2)]
    blocks += [*[Paragraph(())] * typesetters.MOST_KEPT, NewPage(), Paragraph(())]
    parts = list(parts_of(blocks))
    assert [part.above for part in parts] == [(), (one,), (one, two)]
    assert [block for part in parts for block in part.blocks] == [b for b in blocks if not isinstance(b, NewPage)]


@given(st.lists(st.tuples(st.text("ab() \\", max_size=6), st.integers(1, 99)), max_size=5))
def test_references_are_renumbered_and_texts_are_not(told: list[tuple[str, int]]) -> None:
    def body(shift: int) -> bytes:
        escaped = [text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") for text, _ in told]
        pairs = zip(escaped, told, strict=True)
        return b"<<" + b"".join(b"/T(%b 5 0 R)/P %d 0 R" % (t.encode(), n + shift) for t, (_, n) in pairs) + b">>"

    assert renumbered(body(0), lambda number: number + 100) == body(100)


def test_a_process_that_is_ended_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the system ends one that takes too much memory; the file of before stays."""
    script, out = tmp_path / "ended.py", tmp_path / "paper.pdf"
    out.write_text("before", encoding="ascii")
    monkeypatch.setattr(typesetters, "MOST_KEPT", 5)
    for text in (
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        f"raise SystemExit({typesetting.NO_MEMORY})",
    ):
        script.write_text(text, encoding="ascii")
        monkeypatch.setattr(typesetting, "__file__", str(script))
        ran = here("paper", "committee", GNISTEN, "--year", "2018", "--out", str(out), "--lang", "en")
        assert ran.code == 1
        assert "setting the PDF was ended by the system, as where there is too little memory" in ran.err
        assert "Traceback" not in ran.err
        assert [path.name for path in tmp_path.iterdir()].count("paper.pdf") == 1
        assert out.read_text(encoding="ascii") == "before"


def test_signs_without_a_form_are_refused_in_parts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = paper_by_chance(1)
    strange = paper._replace(front=(Heading(said("漢"), 1), NewPage()))
    with pytest.raises(Rejected, match="U\\+6F22"):
        in_parts_of(1, strange, monkeypatch)


def test_what_this_process_keeps_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it the same bytes are made by a process that ends."""
    setters, task = typesetters.Typesetters(), typesetting.Task("#set document(title: [x])\n= x", "{}")
    ran_apart: list[typesetting.Task] = []
    apart = typesetters.set_apart

    def counted(task: typesetting.Task) -> bytes:
        ran_apart.append(task)
        return apart(task)

    monkeypatch.setattr(typesetters, "set_apart", counted)
    first = setters.set(task, typesetters.MOST_KEPT)
    assert not ran_apart
    assert setters.set(task, 1) == first
    assert ran_apart == [task]


def test_what_typst_wrote_is_taken_apart_whole() -> None:
    part = objects_of(typesetting.typeset(typesetting.Task("#set document(title: [x])\n= x", "{}")))
    assert list(part.bodies) == list(range(1, len(part.bodies) + 1))
    assert part.bodies[part.root].startswith(b"<</Type/Catalog")

"""`sekskant paper verify`: as decided, edited, outdated, not ours; in Word, HTML and PDF."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
import zipfile
from bisect import bisect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from cli.common.paper_page import paper_page
from cli.paper.docx import docx_of
from cli.paper.pdf import pdf_of
from engine.explanation.paper import PARTS_OF, Paper, PaperKind, Table
from offers.papers.paper_file import read_paper
from offers.papers.statement_check import Edit, Fate
from tests.chance import tried
from tests.cli.paper.papers import committee, paper_of, source_of
from tests.command import DATA, Ran, sekskant

OFFERS = [str(DATA / f"{name}.yaml") for name in ("gnisten", "kirkeleddet-8", "trekloeveret", "noedebogaard")]
RENDERERS: dict[str, Callable[[Paper], bytes]] = {"docx": docx_of, "html": paper_page}
CHANGED = re.compile(r"(outside_share_mean:\n +)below")


@pytest.fixture(scope="module")
def paper() -> Paper:
    return committee(source_of("da", OFFERS), "da", "2017-05-02")


@pytest.fixture(scope="module")
def files(paper: Paper, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same paper in each form."""
    folder = tmp_path_factory.mktemp("papers")
    renderers: dict[str, Callable[[Paper], bytes]] = {"docx": docx_of, "html": paper_page, "pdf": pdf_of}
    for form, render in renderers.items():
        (folder / f"p.{form}").write_bytes(render(paper))
    return {form: folder / f"p.{form}" for form in renderers}


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal in which the decisions of the paper are recorded."""
    path = tmp_path_factory.mktemp("journal") / "j.db"
    assert sekskant("assess", *OFFERS, "--year", "2018", "--journal", str(path), "--format", "json").code == 0
    return path


def decided_otherwise(offer: Path) -> None:
    """Write an offer on which other facts are stated than in the paper."""
    text = Path(OFFERS[0]).read_text(encoding="utf-8")
    changed = CHANGED.sub(r"\g<1>at_least", text)
    assert changed != text
    offer.write_text(changed, encoding="utf-8")


def verified(path: Path, *more: str) -> Ran:
    return sekskant("paper", "verify", str(path), *more)


def edits_of(path: Path) -> list[Edit]:
    return read_paper(path).edits()


def edited_word(path: Path, out: Path, old: str, new: str) -> Path:
    """A copy of a document in which a text stands for another the first time that it stands there."""
    document = Document(str(path))
    for text in document.element.body.iter(qn("w:t")):
        if old in (text.text or ""):
            text.text = text.text.replace(old, new, 1)
            document.save(str(out))
            return out
    raise AssertionError(old)


@pytest.mark.parametrize("form", ["docx", "html", "pdf"])
def test_a_paper_as_it_was_written_is_as_decided(files: dict[str, Path], form: str) -> None:
    ran = verified(files[form])
    assert ran.code == 0
    assert "As decided." in ran.out
    assert "proves no" in ran.out


@pytest.mark.slow
@pytest.mark.parametrize("form", ["docx", "html", "pdf"])
def test_what_the_paper_says_follows_from_the_journal(files: dict[str, Path], journal: Path, form: str) -> None:
    ran = verified(files[form], "--journal", str(journal))
    assert ran.code == 0, ran.out
    assert "proves no" not in ran.out


@pytest.mark.slow
def test_what_the_paper_says_follows_from_the_run(files: dict[str, Path], tmp_path: Path) -> None:
    register, run, again = tmp_path / "register", tmp_path / "run", tmp_path / "again"
    register.mkdir()
    for offer in OFFERS:
        shutil.copy(offer, register)
    assert sekskant("reclassify", str(register), "--year", "2018", "--out", str(run)).code == 0
    assert verified(files["docx"], "--run", str(run)).code == 0
    # A later run has another decision on one of the offers.
    decided_otherwise(register / "gnisten.yaml")
    assert sekskant("reclassify", str(register), "--year", "2018", "--out", str(again)).code == 0
    ran = verified(files["docx"], "--run", str(again))
    assert ran.code == 5, ran.out
    assert "The run decides on Gnisten by" in " ".join(ran.out.split())


def test_an_edit_is_told_with_what_was_written(files: dict[str, Path], tmp_path: Path) -> None:
    out = edited_word(files["docx"], tmp_path / "e.docx", "ikke omfattet", "omfattet")
    ran = verified(out)
    assert ran.code == 4
    assert "Edited." in ran.out
    record = json.loads(verified(out, "--format", "json").out)
    assert record["found"] == "edited"
    (edit,) = record["edits"]
    assert edit["written"].replace("ikke omfattet", "omfattet", 1) == edit["now"]


def test_an_edit_of_a_page_is_told(files: dict[str, Path], tmp_path: Path) -> None:
    page = files["html"].read_text(encoding="utf-8")
    before, main, rest = page.partition("<main>")
    out = tmp_path / "e.html"
    out.write_text(before + main + rest.replace("er ikke omfattet", "er omfattet", 1), encoding="utf-8")
    (edit,) = edits_of(out)
    assert edit.now == edit.written.replace("er ikke omfattet", "er omfattet", 1)
    out.write_text(page.replace("</main>", "<p>Vi er enige.</p></main>"), encoding="utf-8")
    assert verified(out).code == 0


@pytest.mark.parametrize(
    ("style", "is_seen"),
    [
        ("display : none", False),
        ("color:red; VISIBILITY: hidden !important", False),
        ("text-decoration: underline line-through", False),
        ("opacity: 0.0", False),
        ("font-size:0px;color:red", False),
        ("opacity: 0.5; font-size: 0.8em; text-decoration: underline", True),
    ],
)
def test_what_the_style_of_an_element_hides_on_a_page_is_told(
    files: dict[str, Path], style: str, is_seen: bool, tmp_path: Path
) -> None:
    page, out = files["html"].read_text(encoding="utf-8"), tmp_path / "e.html"
    out.write_text(page.replace("<h1 ", f'<h1 style="{style}" ', 1), encoding="utf-8")
    assert [edit.fate for edit in edits_of(out)] == ([] if is_seen else [Fate.HIDDEN])
    inside = page.replace("er ikke omfattet", f'er <span style="{style}">ikke</span> omfattet', 1)
    out.write_text(inside, encoding="utf-8")
    assert [edit.fate for edit in edits_of(out)] == ([] if is_seen else [Fate.HIDDEN])


def test_any_byte_of_a_pdf_counts(files: dict[str, Path], tmp_path: Path) -> None:
    data = files["pdf"].read_bytes()
    out = tmp_path / "e.pdf"
    for at in range(1000, len(data) - 1, max(1, len(data) // 40)):
        out.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert not read_paper(out).is_whole, at
    out.write_bytes(data + b"%more")
    assert "cannot be told where" in " ".join(verified(out).out.split())


def test_a_sealed_pdf_is_taken_apart_as_before(files: dict[str, Path]) -> None:
    with pikepdf.open(files["pdf"]) as pdf:
        assert len(pdf.pages) > 3
        assert "/StructTreeRoot" in pdf.Root
    assert files["pdf"].read_bytes()[-1024:].count(b"%%EOF") == 1


def test_what_sekskant_did_not_write_is_not_ours(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("Indstilling")
    document.save(str(tmp_path / "own.docx"))
    (tmp_path / "own.html").write_text("<p>Indstilling</p>", encoding="utf-8")
    (tmp_path / "own.pdf").write_bytes(b"%PDF-1.7\n%%EOF")
    for name in ("own.docx", "own.html", "own.pdf"):
        ran = verified(tmp_path / name)
        assert (ran.code, "Not ours" in ran.out) == (4, True), name


@pytest.mark.slow
def test_who_forges_what_the_paper_carries_is_found_by_the_journal(
    files: dict[str, Path], journal: Path, tmp_path: Path
) -> None:
    """Text and what is carried are edited alike: the paper agrees with itself, and not with what is recorded."""
    page = files["html"].read_text(encoding="utf-8")
    out = tmp_path / "f.html"
    out.write_text(page.replace("er ikke omfattet", "er omfattet"), encoding="utf-8")
    assert verified(out).code == 0
    ran = verified(out, "--journal", str(journal))
    assert ran.code == 4
    assert "Not ours" in ran.out
    assert "does not follow from what is recorded" in " ".join(ran.out.split())


@pytest.mark.slow
def test_decisions_that_are_not_recorded_are_not_ours(files: dict[str, Path], tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    assert sekskant("assess", OFFERS[0], "--year", "2018", "--journal", str(other), "--format", "json").code == 0
    ran = verified(files["docx"], "--journal", str(other))
    assert ran.code == 4
    assert "The decision on Kirkeleddet 8 by" in " ".join(ran.out.split())


@pytest.mark.slow
def test_what_was_decided_again_is_outdated(files: dict[str, Path], journal: Path, tmp_path: Path) -> None:
    copy = tmp_path / "j.db"
    shutil.copy(journal, copy)
    changed = tmp_path / "gnisten.yaml"
    decided_otherwise(changed)
    assert sekskant("assess", str(changed), "--year", "2018", "--journal", str(copy), "--format", "json").code == 0
    ran = verified(files["docx"], "--journal", str(copy))
    assert ran.code == 5, ran.out
    assert "Outdated" in ran.out
    assert "entry 9 of the journal" in " ".join(ran.out.split())
    both = edited_word(files["docx"], tmp_path / "e.docx", "ikke omfattet", "omfattet")
    assert verified(both, "--journal", str(copy)).code == 4


def test_one_thing_is_compared_with_at_a_time(files: dict[str, Path], journal: Path, tmp_path: Path) -> None:
    assert verified(files["docx"], "--journal", str(journal), "--run", str(tmp_path)).code == 2


def test_runs_split_struck_out_and_tracked_changes(files: dict[str, Path], tmp_path: Path) -> None:
    """Word splits runs as it likes; what is struck out, hidden or deleted in tracked changes is not said any more."""
    document = Document(str(files["docx"]))
    for run in list(document.element.body.iter(qn("w:r"))):
        text = run.find(qn("w:t"))
        if text is not None and text.text and len(text.text) > 6:
            second = copy.deepcopy(run)
            run.find(qn("w:t")).text, second.find(qn("w:t")).text = text.text[:5], text.text[5:]
            run.addnext(second)
    document.save(str(tmp_path / "split.docx"))
    assert edits_of(tmp_path / "split.docx") == []
    for unseen in ("w:strike", "w:vanish"):
        document = Document(str(files["docx"]))
        run = next(r for r in document.element.body.iter(qn("w:r")) if "ikke omfattet" in "".join(r.itertext()))
        run.get_or_add_rPr().append(run.makeelement(qn(unseen), {}))
        document.save(str(tmp_path / "unseen.docx"))
        assert len(edits_of(tmp_path / "unseen.docx")) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vanish", "strike"])
def test_what_a_style_hides_is_told_and_what_a_run_shows_again_is_not(
    files: dict[str, Path], name: str, tmp_path: Path
) -> None:
    document = Document(str(files["docx"]))
    properties = document.styles["Heading 2"].element.get_or_add_rPr()
    properties.append(properties.makeelement(qn(f"w:{name}"), {}))
    document.save(str(tmp_path / "hidden.docx"))
    of_style = [p for p in document.paragraphs if p.style is not None and p.style.name == "Heading 2"]
    headings = [paragraph.text for paragraph in of_style]
    found = edits_of(tmp_path / "hidden.docx")
    assert {(edit.written, edit.fate) for edit in found} == {(text, Fate.HIDDEN) for text in headings}
    ran = verified(tmp_path / "hidden.docx")
    assert ran.code == 4
    assert "hidden or struck out, so that nobody sees it:" in " ".join(ran.out.split())
    for paragraph in of_style:
        for run in paragraph.runs:
            run._r.get_or_add_rPr().append(run._r.makeelement(qn(f"w:{name}"), {qn("w:val"): "0"}))
    document.save(str(tmp_path / "shown.docx"))
    assert edits_of(tmp_path / "shown.docx") == []


@pytest.mark.slow
def test_libreoffice_may_save_it_anew(files: dict[str, Path], tmp_path: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    edited = edited_word(files["docx"], tmp_path / "edited.docx", "ikke omfattet", "omfattet")
    command = [program, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "docx"]
    for source, found in ((files["docx"], 0), (edited, 4)):
        subprocess.run([*command, "--outdir", str(tmp_path / "saved"), str(source)], check=True, capture_output=True)
        ran = verified(tmp_path / "saved" / source.name)
        assert ran.code == found, ran.out


# --- papers of every kind are held against what is recorded ---


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which the decisions of the papers were made."""
    register, out = tmp_path_factory.mktemp("register"), tmp_path_factory.mktemp("run") / "2018"
    for offer in OFFERS:
        shutil.copy(offer, register)
    assert sekskant("reclassify", str(register), "--year", "2018", "--no-list", "--out", str(out)).code == 0
    return out


@pytest.fixture(params=["journal", "run"])
def recorded(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The option that names what a paper is compared with."""
    return f"--{request.param}", str(request.getfixturevalue(request.param))


def page_of(paper: Paper, out: Path, *edits: tuple[str, str]) -> Path:
    """A page whose text and what it carries say something else alike, as one that is forged does."""
    page = paper_page(paper).decode()
    for old, new in edits:
        assert old in page
        page = page.replace(old, new)
    out.write_text(page, encoding="utf-8")
    return out


@pytest.mark.slow
@pytest.mark.parametrize("kind", PARTS_OF)
def test_a_paper_of_each_kind_follows_from_what_is_recorded(
    kind: PaperKind, recorded: tuple[str, str], tmp_path: Path
) -> None:
    made = paper_of(kind, source_of("da", OFFERS), "2017-05-02")
    for form, render in RENDERERS.items():
        path = tmp_path / f"p.{form}"
        path.write_bytes(render(made))
        ran = verified(path, *recorded)
        assert (ran.code, "Som vurderet" in ran.out or "As decided" in ran.out) == (0, True), ran.out
        assert read_paper(path).carried.decisions  # type: ignore[union-attr]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["committee", "annex"])
def test_what_rests_on_a_run_before_or_on_people_is_held_against_what_knows_it(kind: str, tmp_path: Path) -> None:
    """Changes since a run before are not made again, and people's outcomes only with a journal; all else is."""
    register, before, now = tmp_path / "register", tmp_path / "before", tmp_path / "now"
    journal, out = str(tmp_path / "j.db"), tmp_path / "p.docx"
    register.mkdir()
    decided_otherwise(register / "gnisten.yaml")
    reclassified = ("reclassify", str(register), "--year", "2018", "--no-list", "--out")
    assert sekskant(*reclassified, str(before)).code == 0
    for offer in OFFERS:
        shutil.copy(offer, register)
    assert sekskant(*reclassified, str(now), "--journal", journal).code == 0
    reason = ("--verdict", "met", "--because", "Aftalt.", "--by", "Åse Ø")
    address = "1/gnisten@hovedstaden.udviklingsstrategi"
    assert sekskant("audit", "override", address, "--journal", journal, *reason).code == 0
    asked = ("--year", "2018", "--previous", str(before), "--journal", journal, "--lang", "da", "--out", str(out))
    assert sekskant("paper", kind, str(register), *asked).code == 0
    for option, other in (("--journal", journal), ("--run", str(now))):
        ran = verified(out, option, other, "--lang", "da")
        assert (ran.code, "bygger på andet" in " ".join(ran.out.split())) == (0, True), ran.out
    ran = verified(edited_word(out, out, "Åse Ø", "Bo"), "--journal", journal)
    assert ran.code == 4


FORGED: list[tuple[PaperKind, str, str]] = [
    ("committee", "er ikke omfattet", "er omfattet"),
    ("committee", "Driftsherre", "Ejer"),
    ("committee", "aftaleåret 2018", "aftaleåret 2019"),
    ("letter", "er ikke omfattet", "er omfattet"),
    ("letter", "Frederikssund Kommune", "Gribskov Kommune"),
    ("annex", "Bilag: specialiserede", "Bilag: specialiserede og andre"),
    ("annex", "mindst fem", "mindst to"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "old", "new"), FORGED)
def test_a_paper_of_each_kind_that_is_forged_is_not_ours(
    kind: PaperKind, old: str, new: str, journal: Path, tmp_path: Path
) -> None:
    made = paper_of(kind, source_of("da", OFFERS), "2017-05-02")
    path = page_of(made, tmp_path / "p.html", (old, new))
    assert verified(path).code == 0  # it agrees with itself
    ran = verified(path, "--journal", str(journal), "--lang", "da")
    assert (ran.code, "Ikke vores" in ran.out) == (4, True), ran.out


@pytest.mark.slow
@pytest.mark.parametrize("kind", PARTS_OF)
def test_a_paper_from_which_something_was_taken_is_not_ours(kind: PaperKind, journal: Path, tmp_path: Path) -> None:
    """What is left out of the text and of what is carried alike is missed, and so is a change of the order."""
    made = paper_of(kind, source_of("da", OFFERS), "2017-05-02")
    (number,) = [n for n, section in enumerate(made.sections) if section.code == "outcomes"]
    section = made.sections[number]
    at, table = next((n, block) for n, block in enumerate(section.blocks) if isinstance(block, Table) and block.rows)
    others = [
        (table._replace(rows=table.rows[1:]), "følger af det registrerede og er ikke sagt"),
        (table._replace(rows=table.rows[::-1]), "følger ikke af det, der er registreret"),
        (table._replace(caption="Omfattet"), "følger ikke af det, der er registreret: »Omfattet«"),
    ]
    for other, said in others:
        blocks = (*section.blocks[:at], other, *section.blocks[at + 1 :])
        sections = (*made.sections[:number], section._replace(blocks=blocks), *made.sections[number + 1 :])
        path = page_of(made._replace(sections=sections), tmp_path / "p.html")
        assert verified(path).code == 0
        ran = verified(path, "--journal", str(journal), "--lang", "da")
        assert (ran.code, said in " ".join(ran.out.split())) == (4, True), ran.out
    without = made._replace(sections=tuple(one for one in made.sections if one.code != "forms"))
    assert verified(page_of(without, tmp_path / "p.html"), "--journal", str(journal)).code == 4


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["letter", "annex"])
def test_letters_and_annexes_are_outdated_as_the_committees_paper_is(
    kind: PaperKind, journal: Path, tmp_path: Path
) -> None:
    again, offer, path = tmp_path / "j.db", tmp_path / "gnisten.yaml", tmp_path / "p.html"
    shutil.copy(journal, again)
    decided_otherwise(offer)
    assert sekskant("assess", str(offer), "--year", "2018", "--journal", str(again), "--format", "json").code == 0
    made = paper_of(kind, source_of("da", OFFERS), "2017-05-02")
    ran = verified(page_of(made, path), "--journal", str(again))
    assert (ran.code, "Gnisten was decided again" in " ".join(ran.out.split())) == (5, True), ran.out
    # One operator's letter is not outdated by what was decided on the offers of another.
    other = paper_of("letter", source_of("da", OFFERS), "2017-05-02", operator=1)
    assert verified(page_of(other, path), "--journal", str(again)).code == 0


# --- any edit is found, and no addition is told ---


class Copies:
    """A paper in a form, taken apart once, so that many copies with edits can be looked at."""

    def __init__(self, path: Path) -> None:
        self.path, self.form = path, path.suffix
        self.parts: dict[str, bytes] = {}
        if self.form == ".docx":
            with zipfile.ZipFile(path) as archive:
                self.parts = {name: archive.read(name) for name in archive.namelist()}
        text = self.parts["word/document.xml"] if self.parts else path.read_bytes()
        self.text = text.decode()
        begins, ends = (0, len(self.text)) if self.parts else map(self.text.index, ("<main>", "<script type"))
        pattern = r"<w:t[^>]*>([^<]+)</w:t>" if self.parts else r">([^<>]+)<"
        found = [m for m in re.compile(pattern).finditer(self.text, begins, ends) if m[1].strip()]
        self.spans = [m.span(1) for m in found]
        """Where what we wrote stands in the text: everything that a person reads."""
        self.kinds: dict[str, list[tuple[int, int]]] = {}
        """The same by the kind of block: the style of the paragraph, or the element with its class."""
        of_block = r'<w:pStyle w:val="(\w+)"' if self.parts else r"<((?:p|h\d|dt|dd|th|td|caption)\b[^>]*?)(?: data-|>)"
        blocks = list(re.compile(of_block).finditer(self.text, begins, ends))
        for span in self.spans:
            block = blocks[bisect([m.start() for m in blocks], span[0]) - 1]
            self.kinds.setdefault(block[1], []).append(span)

    def written(self, text: str, out: Path) -> Path:
        if not self.parts:
            out.write_text(text, encoding="utf-8")
            return out
        with zipfile.ZipFile(out, "w") as archive:
            for name, data in self.parts.items():
                archive.writestr(name, text if name == "word/document.xml" else data)
        return out

    def edited(self, span: tuple[int, int], at: int, by: Sequence[str], out: Path) -> list[Edit]:
        """What is found where one word of what stands there is another one, or gone, or one is added."""
        begin, end = span
        words = self.text[begin:end].split(" ")
        at %= len(words)
        words[at : at + 1] = [one.format(words[at]) for one in by]
        return edits_of(self.written(self.text[:begin] + " ".join(words) + self.text[end:], out))


EDITS = [["{}x"], ["ikke", "{}"], ["andet"], []]


@pytest.fixture(scope="module", params=[(kind, form) for kind in PARTS_OF for form in RENDERERS], ids="-".join)
def copies(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Copies:
    kind, form = request.param
    path = tmp_path_factory.mktemp("copies") / f"{kind}.{form}"
    path.write_bytes(RENDERERS[form](paper_of(kind, source_of("da", OFFERS), "2017-05-02")))
    return Copies(path)


def test_every_kind_of_block_is_checked(copies: Copies) -> None:
    """Labels of pairs, captions, heads of columns and lines to sign are what we wrote, as sentences and cells are."""
    out = copies.path.with_stem("edited")
    expected = {
        ".docx": {"Caption", "PaperLabel", "PaperSignature", "PaperCell", "PaperNumber", "Heading1"},
        ".html": {"caption", 'th scope="col"', 'th scope="row"', "td", "dt", "dd", 'p class="sign"', "h1", "p"},
    }
    if copies.path.stem == "letter":
        expected[".docx"].remove("PaperNumber")
    not_signed = {"PaperSignature", 'p class="sign"'} if copies.path.stem == "annex" else set()
    assert expected[copies.form] - not_signed <= {kind.partition(" data-")[0] for kind in copies.kinds}
    missed = {
        f"{kind}: {copies.text[slice(*span)]}"
        for kind, spans in copies.kinds.items()
        for span, by in ((spans[0], EDITS[0]), (spans[-1], EDITS[1]), (spans[len(spans) // 2], EDITS[2]))
        if not copies.edited(span, -1, by, out)
    }
    assert missed == set()


def test_what_a_narrow_screen_calls_a_column_is_checked(files: dict[str, Path], tmp_path: Path) -> None:
    page, out = files["html"].read_text(encoding="utf-8"), tmp_path / "e.html"
    out.write_text(page.replace('data-head="Driftsherre"', 'data-head="Ejer"', 1), encoding="utf-8")
    (edit,) = edits_of(out)
    assert (edit.written, edit.now) == ("Driftsherre", "Driftsherre/Ejer")


@pytest.mark.parametrize("form", ["docx", "html"])
def test_whoever_signs_writes_after_our_words(files: dict[str, Path], form: str, tmp_path: Path) -> None:
    copies = Copies(files[form])
    (style,) = {"PaperSignature", 'p class="sign"'} & copies.kinds.keys()
    end = copies.kinds[style][1][1]
    signed = copies.text[:end] + " Åse Ø, formand" + copies.text[end:]
    assert edits_of(copies.written(signed, tmp_path / f"s.{form}")) == []


@pytest.mark.slow
@given(data=st.data())
@tried(40)
def test_a_word_that_is_edited_anywhere_is_found(
    copies: Copies, tmp_path_factory: pytest.TempPathFactory, data: Any
) -> None:
    out = tmp_path_factory.getbasetemp() / f"word{copies.form}"
    span = data.draw(st.sampled_from(copies.kinds[data.draw(st.sampled_from(sorted(copies.kinds)))]))
    at, by = data.draw(st.integers(0, 100)), data.draw(st.sampled_from(EDITS))
    assert copies.edited(span, at, by, out), copies.text[slice(*span)]


@pytest.mark.slow
@given(data=st.data())
@tried(40)
def test_what_is_added_to_words_that_end_no_sentence_is_found(
    copies: Copies, tmp_path_factory: pytest.TempPathFactory, data: Any
) -> None:
    """In a cell with one line as in one with several: only behind the end of a sentence another one can stand."""
    out = tmp_path_factory.getbasetemp() / f"behind{copies.form}"
    spans = [span for span in copies.spans if not re.search(r"[.!?:;…][)\]»]*$", copies.text[slice(*span)].strip())]
    begin, end = data.draw(st.sampled_from(spans))
    said = copies.text[begin:end]
    text = copies.text[:begin] + said.rstrip() + data.draw(st.sampled_from([" ikke", " 000", " og 3"])) + " "
    assert edits_of(copies.written(text + copies.text[end:], out)), said


@pytest.mark.slow
@given(data=st.data())
@tried(40)
def test_a_paragraph_that_is_added_anywhere_is_not_told(
    copies: Copies, tmp_path_factory: pytest.TempPathFactory, data: Any
) -> None:
    out = tmp_path_factory.getbasetemp() / f"added{copies.form}"
    tag = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>" if copies.form == ".docx" else "<p>{}</p>"
    ends = "</w:p>" if copies.form == ".docx" else "</p>"
    places = [m.end() for m in re.finditer(ends, copies.text)]
    said = [copies.text[begin:end] for begin, end in copies.spans]
    text = copies.text
    for at in sorted(data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=4)), reverse=True):
        added = data.draw(st.sampled_from(["Vi er ikke enige.", "Opfyldt", *said]))
        text = text[:at] + tag.format(added) + text[at:]
    assert edits_of(copies.written(text, out)) == []

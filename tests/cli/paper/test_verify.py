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
from engine.explanation.paper import PARTS_OF, Paper
from offers.papers.paper_file import read_paper
from offers.papers.statement_check import Edit
from tests.chance import tried
from tests.cli.paper.papers import committee, paper_of, source_of
from tests.command import DATA, Ran, sekskant

OFFERS = [str(DATA / f"{name}.yaml") for name in ("gnisten", "kirkeleddet-8", "trekloeveret")]
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
    assert "gnisten was decided again" in " ".join(ran.out.split())


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
    assert "kirkeleddet-8" in ran.out


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
    assert "entry 7 of the journal" in " ".join(ran.out.split())
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


RENDERERS: dict[str, Callable[[Paper], bytes]] = {"docx": docx_of, "html": paper_page}
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

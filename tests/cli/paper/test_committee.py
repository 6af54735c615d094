"""`sekskant paper committee`: the same sentences in every form, each resting on what was decided."""

from __future__ import annotations

import io
import itertools
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pikepdf
import pytest
from docx import Document
from docx.oxml.ns import qn

from cli.common.in_short import MARKS
from cli.common.paper_on_screen import paper_on_screen
from cli.common.paper_page import paper_page
from cli.paper.docx import docx_of
from cli.paper.pdf import pdf_of
from cli.paper.written import FORMS
from engine.decisions.decision_record import decision_record
from engine.explanation.justification import justification
from engine.explanation.paper import (
    PARTS_OF,
    Heading,
    Paper,
    PaperKind,
    Table,
    carried_by,
    groups_in,
    places_of,
    record_of,
    statements_of,
)
from engine.rulebooks.rulebook import Verdict
from engine.texts.catalogue import Language
from engine.values.canonical import canonical, decision_digest
from offers.papers.paper_file import read_paper
from tests.cli.paper.papers import committee, letters, of_page, of_pdf, paper_of, source_of
from tests.command import DATA, ROOT, here, sekskant

GNISTEN = str(DATA / "gnisten.yaml")
YEAR = ("--year", "2018")
LANGUAGES: list[Language] = ["da", "en"]
HOSTILE = """\
format: sekskant/offer/1
id: a
name: "<b>A & Sønner</b> =1+1 #let x \\u202eskjult $y$ *z*"
operator: {name: "{{ 7 * 7 }}", kind: municipality, code: "157"}
evidence:
  outside_share_mean: {at_least: 0.5, source: "</script><script>alert(1)</script>"}
  professional_coordination_needed: {answer: yes, because: "LONG"}
"""


@pytest.fixture(scope="module", params=LANGUAGES)
def paper(request: pytest.FixtureRequest) -> Paper:
    """The paper on all real cases."""
    return committee(source_of(request.param), request.param, "2017-05-02")


@pytest.mark.slow
def test_every_sentence_stands_in_every_form(paper: Paper) -> None:
    forms = {
        "terminal": letters(paper_on_screen(paper, 10_000)),
        "html": of_page(paper_page(paper)),
        "pdf": of_pdf(pdf_of(paper)),
    }
    sentences = {letters(one.text) for one in statements_of(paper)}
    assert len(sentences) > 500
    for name, text in forms.items():
        assert [one for one in sentences if one not in text] == [], name


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", PARTS_OF)
def test_papers_of_each_kind_say_the_same_in_terminal_html_pdf_and_word(kind: PaperKind, language: Language) -> None:
    """Every sentence, label, caption, head and line to sign; of letters, those of each operator."""
    source = source_of(language, [str(DATA / f"{name}.yaml") for name in ("gnisten", "noedebogaard", "trekloeveret")])
    for number in range(len(source.decisions) if kind == "letter" else 1):
        paper = paper_of(kind, source, "2017-05-02", language, number)
        document = Document(io.BytesIO(docx_of(paper)))
        forms = {
            "terminal": letters(paper_on_screen(paper, 10_000)),
            "html": of_page(paper_page(paper)),
            "pdf": of_pdf(pdf_of(paper)),
            "docx": letters("".join(document.element.body.itertext(qn("w:t")))),
        }
        sentences = {letters(one.text) for one in statements_of(paper)}
        assert len(sentences) > 50
        for name, text in forms.items():
            assert [one for one in sentences if one not in text] == [], name


@pytest.mark.slow
def test_verdicts_criteria_and_justifications_are_those_of_the_decisions() -> None:
    source = source_of("en")
    by_node = {
        (ground.digest, ground.node): one.text
        for one in statements_of(committee(source, "en"))
        for ground in one.rests_on
    }
    for decisions in source.decisions:
        for trace in decisions:
            digest = decision_digest(decision_record(trace))
            label = trace.rulebook.outcomes[trace.verdict].label.en
            assert by_node[digest, "verdict"] == f"{MARKS[trace.verdict.value]} {label}"
            for found in trace.criteria:
                assert (digest, f"criteria/{found.criterion.id}") in by_node
            for section in justification(trace, "en"):
                for number, (_, sentence) in enumerate(section.lines()):
                    assert by_node[digest, f"justification/{section.part}/{number}"] == sentence


@pytest.mark.slow
def test_each_row_of_criteria_has_the_status_of_the_decision() -> None:
    source = source_of("en")
    paper = committee(source, "en")
    (forms,) = (section for section in paper.sections if section.code == "forms")
    tables = iter(block for block in forms.blocks if isinstance(block, Table))
    for decisions in source.decisions:
        for trace, table in zip(decisions, tables, strict=False):
            shown = {row.cells[0][0].text: row.cells[2][0].text.split()[0] for row in table.rows}
            assert {c.criterion.id: MARKS[c.status.reported] for c in trace.criteria}.items() <= shown.items()


def test_numbers_are_those_of_the_decisions() -> None:
    source = source_of("en")
    counts = Counter(
        f"{trace.rulebook.name}/{trace.verdict.value}" for decisions in source.decisions for trace in decisions
    )
    numbers = {
        ground.node: one.text
        for one in statements_of(committee(source, "en"))
        for ground in one.rests_on
        if ground.kind == "count" and one.text.isdecimal()
    }
    for rulebook in source.rulebooks:
        for verdict in Verdict:
            name = f"{rulebook.name}/{verdict.value}"
            assert numbers[name] == str(counts[name])
        assert numbers[f"{rulebook.name}/all"] == str(len(source.decisions))


def test_each_block_has_its_place_in_the_page_and_in_what_it_carries(paper: Paper) -> None:
    page = paper_page(paper).decode()
    found = list(map(int, re.findall(r'data-place="(\d+)"', page)))
    assert found == [number for number, _ in places_of(paper)]
    carried = re.search(r'<script type="application/json" id="sekskant-paper">(.*?)</script>', page)
    assert carried
    assert json.loads(carried[1]) == record_of(paper)


def test_what_a_paper_carries_is_its_record_as_canonical_json(paper: Paper) -> None:
    assert carried_by(paper).decode() == canonical(record_of(paper))
    strange = paper._replace(title='"places":[] \\', sections=(), front=paper.front[:1])
    assert carried_by(strange).decode() == canonical(record_of(strange))


@pytest.mark.slow
def test_every_statement_of_a_decision_names_one_that_was_made() -> None:
    source = source_of()
    made = {decision_digest(decision_record(trace)) for decisions in source.decisions for trace in decisions}
    named = {g.digest for one in statements_of(committee(source)) for g in one.rests_on if g.kind == "decision"}
    assert named == made


def test_headings_leave_out_no_level(paper: Paper) -> None:
    levels = [block.level for block in paper.blocks() if isinstance(block, Heading)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


def test_captions_begin_with_a_capital(paper: Paper) -> None:
    captions = [block.caption for block in paper.blocks() if isinstance(block, Table)]
    assert len(captions) > 50
    assert [caption for caption in captions if not caption[0].isupper()] == []


@pytest.mark.slow
def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    for form in ("html", "pdf"):
        files = [tmp_path / f"{name}.{form}" for name in ("a", "b")]
        for file in files:
            ran = sekskant("paper", "committee", GNISTEN, *YEAR, "--lang", "da", "--out", str(file), alone=True)
            assert (ran.code, ran.err) == (0, f"{file}: 1 tilbud i dokumentet\n")
        assert files[0].read_bytes() == files[1].read_bytes()


def test_the_pdf_is_tagged_and_has_title_language_and_the_day_that_was_given() -> None:
    source = source_of("da", [GNISTEN])
    with pikepdf.open(io.BytesIO(pdf_of(committee(source, "da", "2017-05-02")))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "da"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo.Title) == "Indstilling om specialiserede tilbud for aftaleåret 2018"
        assert str(pdf.docinfo.CreationDate).startswith("D:20170502")
        metadata = pdf.Root.Metadata.read_bytes()
        assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata
        names = _tags(pdf.Root.StructTreeRoot)
        assert {"H1", "H2", "H3", "Table", "TH", "TD", "Caption", "P"} <= names
        fonts = [font for page in pdf.pages for font in page.Resources.get("/Font", {}).values()]
        assert all("/FontFile3" in f or "/FontFile2" in f for f in map(_descriptor, fonts))


def _tags(element: pikepdf.Object) -> set[str]:
    """The kinds of structure elements below one."""
    names, waiting = set[str](), [element]
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.Array):
            waiting += list(one)
        elif isinstance(one, pikepdf.Dictionary):
            if "/S" in one:
                names.add(str(one.S).removeprefix("/"))
            if "/K" in one:
                waiting.append(one.K)
    return names


def _descriptor(font: pikepdf.Object) -> pikepdf.Object:
    return font.DescendantFonts[0].FontDescriptor


def in_front(paper: Paper) -> str:
    """What stands on the front page."""
    return " ".join(one.text for block in paper.front for group in groups_in(block) for one in group)


CONTRADICTORY = """format: sekskant/offer/1
id: a
name: Ålykke
operator: {kind: municipality, name: Gentofte}
evidence:
  cases_per_10000: 0.4
  severe_complexities: 5
  outside_share_mean: {below: 0.5}
"""


@pytest.mark.parametrize("kind", PARTS_OF)
def test_where_rulebooks_contradict_each_other_the_front_page_says_so(kind: PaperKind, tmp_path: Path) -> None:
    offer = tmp_path / "a.yaml"
    facts = "self_supply_needed", "no_alternative_in_region", "whole_region_catchment_needed", "special_competencies"
    judged = "".join(f"  {fact}: {{answer: yes, because: Kendt.}}\n" for fact in facts)
    offer.write_text(CONTRADICTORY + judged, encoding="utf-8")
    front = in_front(paper_of(kind, source_of("da", [str(offer)])))
    assert "Uoverensstemmelse: 1 tilbud er mest specialiseret, men ikke omfattet af udviklingsstrategien." in front
    assert "Det gælder Ålykke." in front


def test_no_day_is_printed_where_none_is_known() -> None:
    source = source_of("da", [GNISTEN])
    paper = committee(source)
    with pikepdf.open(io.BytesIO(pdf_of(paper))) as pdf:
        assert "/CreationDate" not in pdf.docinfo
        assert b"CreateDate" not in pdf.Root.Metadata.read_bytes()
    assert "2026" not in paper_page(paper).decode()


@pytest.mark.slow
def test_names_and_reasons_of_any_kind_are_text(tmp_path: Path) -> None:
    offer = tmp_path / "a.yaml"
    offer.write_text(HOSTILE.replace("LONG", "Meget lang begrundelse. " * 420 + "x" * 300), encoding="utf-8")
    paper = committee(source_of("da", [str(offer)]))
    page = paper_page(paper)
    assert b"<b>A" not in page
    assert b"<script>alert" not in page
    assert page.count(b"</script>") == 1
    for text in (of_page(page), of_pdf(pdf_of(paper)), letters(paper_on_screen(paper, 20_000))):
        assert letters("<b>A & Sønner</b> =1+1 #let x \ufffdskjult $y$ *z*") in text
        assert letters("{{ 7 * 7 }}") in text
        # Where a page ends, the heads of the table stand between.
        assert text.count("Megetlangbegrundelse.") >= 420
        assert text.count("x") >= 300


def test_a_sign_that_the_fonts_do_not_have_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    offer = tmp_path / "a.yaml"
    offer.write_text("format: sekskant/offer/1\nid: a\nname: Sol ☂ 漢\n", encoding="utf-8")
    out = tmp_path / "a.pdf"
    ran = here("paper", "committee", str(offer), *YEAR, "--out", str(out))
    assert ran.code == 1
    assert "漢 (U+6F22)" in ran.err
    assert not out.exists()
    assert here("paper", "committee", str(offer), *YEAR, "--out", str(tmp_path / "a.html")).code == 0


@pytest.mark.slow
def test_what_people_decided_stands_beside_the_rule_with_who_and_why(tmp_path: Path) -> None:
    journal = str(tmp_path / "j.db")
    assert here("assess", GNISTEN, *YEAR, "--journal", journal).code == 0
    reason = ("--because", "Aftalt politisk.", "--by", "Åse Ø")
    assert here("audit", "override", "1", "--journal", journal, "--verdict", "met", *reason).code == 0
    for source in (GNISTEN, "1"):
        words = YEAR if source == GNISTEN else ()
        out = here("paper", "committee", source, *words, "--journal", journal, "--lang", "en", columns=200).out
        table = out.partition("What people decided instead")[2].partition("How the rules are read")[0]
        for text in ("Gnisten", "✗ not covered", "covered by", "Åse Ø", "Aftalt politisk."):
            assert text in table
        assert out.count("For 1 of these offers a person has recorded another outcome") == 1
        assert out.count("1 of these decided otherwise by people") == 1
        assert re.search("Of these, people have recorded another outcome +1\n", out)
        annex = here("paper", "annex", source, *words, "--journal", journal, "--lang", "en", columns=200).out
        assert re.search("Of these, people have recorded another outcome +1\n", annex)
        assert "Another 1 offer has the outcome" in " ".join(annex.split())
    assert re.search(r"^Date +\d{4}-\d\d-\d\d$", out, re.MULTILINE)


@pytest.mark.slow
def test_what_changed_is_told_with_its_ground(tmp_path: Path) -> None:
    register = tmp_path / "r.csv"
    head = "id;name;operator_kind;outside_share_mean\n"
    register.write_text(f"{head}a;Ålykke;municipality;<0,5\nb;Birk;municipality;\nc;Cedertræet;region;\n")
    run = tmp_path / "run"
    assert here("reclassify", str(register), *YEAR, "--out", str(run)).code == 0
    register.write_text(f"{head}a;Ålykke;region;<0,5\nb;Birk;municipality;<0,4\nd;Dahlia;region;\n")
    out = (
        here("paper", "committee", str(register), *YEAR, "--previous", str(run), "--lang", "en", columns=160)
        .out.partition("What changed since the run before")[2]
        .partition("Undetermined offers")[0]
    )
    entered, settled, other = (out.index(word) for word in ("Entered", "Settled", "Other"))
    assert entered < settled < other
    assert "Ålykke" in out[entered:settled]
    assert "A5: not fulfilled → does not apply" in out[entered:settled]
    assert "Birk" in out[settled:other]
    assert "Cedertræet" in out[other:]
    assert "Dahlia" in out[other:]
    assert "No outcome has changed." not in out


@pytest.mark.slow
def test_a_run_is_told_as_it_was_decided(tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert here("reclassify", str(DATA), *YEAR, "--out", str(run)).code == 0
    assert (
        committee(source_of("en"), "en").sections[:2]
        == committee(source_of("en", [str(run)], year=None), "en").sections[:2]
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--out", "a.odt"), "a.odt ends in .odt, and no paper is written so; write a.docx, a.html or a.pdf"),
        (("--out", "b/a"), "b/a has no ending that tells its form; write a.docx, a.html or a.pdf"),
        (("--out", "a."), "a. has no ending that tells its form; write a.docx, a.html or a.pdf"),
        (("--date", "2. maj"), "`2. maj` is no day; write `2017-05-02` or `2.5.2017`"),
        (("--date", "2017-02-30"), "`2017-02-30` is no day; write `2017-05-02` or `2.5.2017`"),
    ],
)
def test_what_cannot_be_asked_for_is_said_in_a_line(words: tuple[str, ...], said: str) -> None:
    ran = here("paper", "committee", GNISTEN, *YEAR, *words, columns=200)
    assert ran.code == 2
    assert said in ran.err


def test_without_the_extra_it_is_said_what_to_install() -> None:
    code = (
        "import sys; sys.modules['typst'] = None; from cli.main import main;"
        f"sys.argv = ['sekskant', 'paper', 'committee', {GNISTEN!r}, '--year', '2018', '--out', 'a.pdf']; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "PDF needs what is not installed (typst): pip install 'sekskant[papers]'" in " ".join(done.stderr.split())


def test_rejected_offers_are_said_and_the_rest_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("format: sekskant/offer/1\nid: a\nname: A\n")
    (tmp_path / "b.yaml").write_text("format: sekskant/offer/1\nid: b\n")
    ran = here("paper", "committee", str(tmp_path), *YEAR, "--out", str(tmp_path / "p.html"))
    assert ran.code == 1
    assert "missing-key" in ran.err
    assert (tmp_path / "p.html").exists()


@pytest.mark.parametrize("kind", ["committee", "annex"])
def test_no_paper_is_written_where_no_offer_was_decided(kind: str, tmp_path: Path) -> None:
    out = tmp_path / "paper.html"
    ran = here("paper", kind, str(tmp_path / "nowhere.csv"), *YEAR, "--lang", "en", "--out", str(out))
    assert ran.code == 1
    assert ran.err.splitlines()[-1] == "nothing is written: no offer was decided"
    assert not out.exists()


ODD = b"s\xf8".decode("utf-8", "surrogateescape")
"""A name whose bytes are not UTF-8, as an old archive has them."""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="names of files are texts there")
@pytest.mark.parametrize("kind", ["committee", "annex", "letters"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("is_folder", [True, False])
def test_a_source_whose_name_is_not_utf8_is_told_and_verified(
    kind: str, form: str, is_folder: bool, tmp_path: Path
) -> None:
    source = tmp_path / ODD
    if is_folder:
        source.mkdir()
    (source / "a.yaml" if is_folder else source.with_suffix(".yaml")).write_bytes(Path(GNISTEN).read_bytes())
    named = str(source if is_folder else source.with_suffix(".yaml"))
    out = tmp_path / f"{ODD}-out"
    asked = ["--out", str(out), "--format", form] if kind == "letters" else ["--out", str(out.with_suffix(f".{form}"))]
    ran = here("paper", kind, named, *YEAR, *asked)
    assert ran.code == 0, ran.err
    written = next(out.glob(f"*.{form}")) if kind == "letters" else out.with_suffix(f".{form}")
    carried = read_paper(written).carried
    assert carried is not None
    if kind != "letters":
        assert any("s\\xf8" in one.text for one in carried.statements())
    assert here("paper", "verify", str(written)).code == 0
    told = here("paper", "verify", str(written), "--format", "json")
    assert "s\\xf8" in json.loads(told.out)["file"]
    if kind != "letters":
        assert "s\\xf8" in here("paper", kind, named, *YEAR, columns=200).out

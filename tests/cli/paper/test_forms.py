"""The forms of offers: the same blocks in the terminal, on a page and in papers, and a page that can be verified."""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn

from cli.common.forms_paper import forms_paper
from cli.common.offer_form import names_of, offer_form
from cli.common.paper_page import paper_page
from cli.paper.docx import docx_of
from cli.paper.pdf import pdf_of
from engine.explanation.paper import (
    Block,
    Heading,
    KnownGrounds,
    Pairs,
    Paper,
    ShownGrounds,
    Statement,
    groups_in,
    places_of,
    statements_of,
)
from engine.explanation.words_and_numbers import Wording
from engine.texts.catalogue import Language
from tests.cli.paper.papers import committee, letters, of_page, of_pdf, source_of
from tests.command import DATA, here

YEAR = ("--year", "2018")
OFFERS = [str(DATA / f"{name}.yaml") for name in ("gnisten", "kirkeleddet-8", "trekloeveret")]
WIDE = 10_000
FORMS = ("terminal", "page", "committee page", "committee Word", "committee PDF")
LANGUAGES: list[Language] = ["da", "en"]


def said(blocks: list[Block]) -> list[Statement]:
    return [one for block in blocks for group in groups_in(block) for one in group]


@functools.cache
def forms(language: Language, *, is_paper: bool = False) -> list[Block]:
    """The forms of all real cases, as they are shown; in a paper with names for ids."""
    source, known = source_of(language), KnownGrounds(ShownGrounds)
    names = names_of(source.decisions) if is_paper else None
    return [
        block
        for decisions in source.decisions
        for block in offer_form(decisions, source.beside, Wording(language), known, level=2, names=names)
    ]


def of_word(paper: Paper) -> str:
    return letters("".join(Document(io.BytesIO(docx_of(paper))).element.body.itertext(qn("w:t"))))


def shown(form: str, language: Language) -> str:
    """What stands in a form of all real cases, in letters."""
    asked = ("assess", str(DATA), *YEAR, "--lang", language)
    if form == "terminal":
        return letters(here(*asked, columns=WIDE).out)
    if form == "page":
        return of_page(here(*asked, "--format", "html").out.encode())
    of_papers: dict[str, Callable[[Paper], str]] = {
        "committee page": lambda paper: of_page(paper_page(paper)),
        "committee Word": of_word,
        "committee PDF": lambda paper: of_pdf(pdf_of(paper)),
    }
    return of_papers[form](committee(source_of(language), language))


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_every_sentence_of_a_form_stands_wherever_it_is_shown(form: str, language: Language) -> None:
    """Over all real cases; the terminal has outcomes in capitals."""
    text = shown(form, language).casefold()
    sentences = [letters(one.text).casefold() for one in said(forms(language, is_paper="committee" in form))]
    assert len(sentences) > 2000
    assert [one for one in sentences if one not in text] == []


def test_in_a_paper_a_form_names_rulebook_and_larger_offer_by_no_id(tmp_path: Path) -> None:
    for name, more in (("a", ""), ("b", "part_of: a\n")):
        text = f"format: sekskant/offer/1\nid: {name}\nname: Hus {name.upper()}\n{more}"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    source = source_of("da", [str(tmp_path)])
    (section,) = (one for one in committee(source).sections if one.code == "forms")
    (described,) = (block for block in section.blocks if isinstance(block, Pairs))
    assert [(label, value.text) for label, value in described.rows] == [("Afdeling af", "Hus A")]
    texts = [one.text for one in said(list(section.blocks))]
    assert "version 2018 · aftaleår 2018" in texts
    assert [text for text in texts if "hovedstaden." in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_says_what_its_statements_say_and_no_more(language: Language) -> None:
    out = here("assess", *OFFERS, *YEAR, "--lang", language, "--format", "html").out
    source = source_of(language, OFFERS)
    paper = forms_paper(source.decisions, source.rulebooks, source.beside, Wording(language), forms=True)
    assert of_page(out.encode()) == letters("".join(one.text for one in statements_of(paper)))
    assert [int(n) for n in re.findall(r'data-place="(\d+)"', out)] == [place for place, _ in places_of(paper)]


def test_the_page_of_one_offer_is_its_form_alone() -> None:
    source = source_of("en", OFFERS[:1])
    paper = forms_paper(source.decisions, source.rulebooks, source.beside, Wording("en"), forms=True)
    assert (paper.title, paper.front) == ("Gnisten", ())
    levels = [block.level for block in paper.blocks() if isinstance(block, Heading)]
    assert (levels[0], max(levels)) == (1, 3)


def test_what_is_only_shown_has_no_digests() -> None:
    digests = {ground.digest for one in said(forms("en")) for ground in one.rests_on}
    assert digests == {""}


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("journal") / "j.db")
    assert here("assess", *OFFERS, *YEAR, "--journal", path, "--format", "json").code == 0
    return path


@pytest.mark.slow
@pytest.mark.parametrize("what", [(), ("--summary",)], ids=["forms", "summary"])
@pytest.mark.parametrize("offers", [OFFERS, OFFERS[:1]], ids=["several", "one"])
def test_a_page_is_verified_as_papers_are(
    what: tuple[str, ...], offers: list[str], journal: str, tmp_path: Path
) -> None:
    page = tmp_path / "p.html"
    written = here("assess", *offers, *YEAR, "--lang", "da", "--format", "html", *what).out
    page.write_text(written, encoding="utf-8")
    for compared in ((), ("--journal", journal)):
        ran = here("paper", "verify", str(page), *compared, "--lang", "en")
        assert (ran.code, ran.err) == (0, ""), ran.out
        assert "As decided." in ran.out
    page.write_text(written.replace("ikke omfattet", "omfattet", 1), encoding="utf-8")
    ran = here("paper", "verify", str(page), "--lang", "en")
    assert ran.code == 4
    assert "✗ ikke omfattet af udviklingsstrategien" in ran.out


@pytest.mark.slow
def test_a_page_that_says_more_than_is_recorded_is_not_ours(journal: str, tmp_path: Path) -> None:
    page = tmp_path / "p.html"
    written = here("assess", *OFFERS, *YEAR, "--lang", "da", "--format", "html").out
    page.write_text(written.replace("fire af seks", "tre af seks"), encoding="utf-8")
    assert here("paper", "verify", str(page)).code == 0
    ran = here("paper", "verify", str(page), "--journal", journal, "--lang", "en")
    assert ran.code == 4
    assert "This does not follow from what is recorded: “Grundlag: tre af seks”" in ran.out


@pytest.mark.slow
def test_what_people_decided_stands_in_the_form_beside_the_outcome(journal: str, tmp_path: Path) -> None:
    reason = ("--because", "Aftalt politisk.", "--by", "Åse Ø")
    assert here("audit", "override", "1", "--journal", journal, "--verdict", "met", *reason).code == 0
    for source in ((OFFERS[0], *YEAR), ("1",)):
        asked = ("assess", *source, "--journal", journal, "--lang", "en")
        out = here(*asked, columns=200).out
        place = out.index("NOT COVERED"), out.index("Aftalt politisk."), out.index("The criteria, and what was found")
        assert list(place) == sorted(place)
        assert out.count("Aftalt politisk.") == 1
        page = here(*asked, "--format", "html").out.partition("<main>")[2].partition("<script")[0]
        assert page.count("Aftalt politisk.") == 1
        assert "Aftalt politisk." in here(*asked, "--summary", columns=200).out

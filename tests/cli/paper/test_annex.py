"""`sekskant paper annex`: what is covered, with sums that are those of the offers."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from cli.common.paper_on_screen import paper_on_screen
from cli.common.paper_page import paper_page
from cli.paper.annex_paper import annex_paper
from cli.paper.pdf import pdf_of
from engine.explanation.paper import Heading, Paper, Table, statements_of
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Verdict
from offers.records.offer import words
from tests.cli.paper.papers import letters, of_page, of_pdf, source_of
from tests.command import DATA, here

SOURCE = source_of("en")


@pytest.fixture(scope="module")
def paper() -> Paper:
    return annex_paper(SOURCE, None, None, Wording("en"))


def section(paper: Paper, code: str) -> list[object]:
    (found,) = (one for one in paper.sections if one.code == code)
    return list(found.blocks)


def test_each_table_has_the_offers_that_are_in_and_the_sums_of_them(paper: Paper) -> None:
    tables = [block for block in section(paper, "outcomes") if isinstance(block, Table)]
    assert len(tables) == len(SOURCE.rulebooks)
    for rulebook, table in zip(SOURCE.rulebooks, tables, strict=True):
        met = [trace for trace in SOURCE.by(rulebook) if trace.verdict is Verdict.MET]
        offers = [SOURCE.beside.offers[trace.subject.id].record for trace in met]
        rows = [row for row in table.rows if not row.is_total]
        assert len(rows) == sum(len(words(offer.target_group)) or 1 for offer in offers)
        assert {row.cells[1][0].text for row in rows} == {offer.name for offer in offers}
        places = [Fraction(s.places) for o in offers for s in o.services or () if s.places is not None]
        total = table.rows[-1]
        assert total.cells[1][0].text == f"{len(met)} offers"
        assert total.cells[4][0].text == Wording("en").number(sum(places, Fraction()))


def test_subtotals_are_sums_of_their_rows(paper: Paper) -> None:
    for table in (block for block in section(paper, "outcomes") if isinstance(block, Table)):
        count, places = 0, Fraction()
        for row in table.rows[:-1]:
            text = row.cells[4][0].text.replace(",", "")
            number = Fraction(text) if text.replace(".", "").isdecimal() else Fraction(0)
            if row.is_total:
                assert row.cells[1][0].text.split()[0] == str(count)
                assert places == number
                count, places = 0, Fraction()
            else:
                count, places = count + 1, places + number


def test_only_the_most_specialised_have_forms(paper: Paper) -> None:
    headings = [b.statement.text for b in section(paper, "forms") if isinstance(b, Heading) and b.level == 2]
    narrow = next(rulebook for rulebook in SOURCE.rulebooks if rulebook.subset_of)
    assert headings == [t.subject.name for t in SOURCE.by(narrow) if t.verdict is Verdict.MET]
    assert len(headings) == 9


@pytest.mark.slow
def test_every_sentence_stands_in_every_form(paper: Paper) -> None:
    forms = (letters(paper_on_screen(paper, 10_000)), of_page(paper_page(paper)), of_pdf(pdf_of(paper)))
    for text in forms:
        assert [one.text for one in statements_of(paper) if letters(one.text) not in text] == []


@pytest.mark.slow
def test_who_entered_and_left_stands_in_it_and_offers_without_places_are_counted_apart(tmp_path: Path) -> None:
    register = tmp_path / "r.csv"
    head = "id;name;operator_kind;operator_name;target_group;services\n"
    rows = "a;Ålykke;region;Regionen;;SEL § 107: 12,5 | SEL § 104\nb;Birk;region;Regionen;;\n"
    register.write_text(f"{head}a;Ålykke;municipality;Gentofte;;\n", encoding="utf-8")
    run = tmp_path / "run"
    words = ("--year", "2018", "--rulebook", "hovedstaden.udviklingsstrategi", "--lang", "da")
    assert here("reclassify", str(register), *words, "--no-list", "--out", str(run)).code == 0
    register.write_text(head + rows, encoding="utf-8")
    out = here("paper", "annex", str(register), *words, "--previous", str(run), columns=200).out
    assert "Ændringer siden den forrige kørsel" in out
    assert "I alt, hvert tilbud talt én gang" in out
    total = out.partition("I alt, hvert tilbud talt én gang")[2]
    assert "2 tilbud" in total
    assert "12,5" in total
    assert "oplyst for alle" in out.partition("I alt, hvert tilbud talt én gang")[0]
    cell = re.sub(r"\s+", " ", total.partition("Hvordan")[0])
    assert "for 2 tilbud er alle eller nogle pladser ikke oplyst" in cell
    # The list counts the same offers.
    assert here("reclassify", str(register), *words, "--out", str(run)).code == 0
    totals = [*openpyxl.load_workbook(run / "decisions.xlsx")["Totaler"].values]
    assert [row[-2:] for row in totals if row[2] == "Alle tilbud"] == [(12.5, 2)] * 2


@pytest.mark.slow
def test_the_annex_of_a_run_is_that_of_the_register(tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert here("reclassify", str(DATA), "--year", "2018", "--no-list", "--out", str(run)).code == 0
    of_run = annex_paper(source_of("en", [str(run)], year=None), None, None, Wording("en"))
    assert of_run.sections[:-1] == annex_paper(SOURCE, None, None, Wording("en")).sections[:-1]

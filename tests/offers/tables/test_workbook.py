"""The workbook for operators: what it asks for, it reads back, and what is wrong is said with sheet and cell."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from engine.diagnostics import Rejected
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.library import Library
from offers.records.offer import Offer
from offers.records.reader import read_offers
from offers.tables.headers import Headers
from offers.tables.opening import open_table
from offers.tables.rows import Rows
from tests.command import DATA, Ran, here
from tests.offers.tables.opendocument import ods, sheet_rows

COVERED, MOST = Library().in_force(2018)
VOCABULARY = COVERED.vocabulary
YEAR = ("--year", "2018")
FIRST = 3
"""The first row below the headers."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "register.xlsx"
    ran = here("register", "template", "--out", str(path), *YEAR, "--lang", "da")
    assert (ran.code, ran.out) == (0, "")
    assert "19 oplysninger at indberette om hvert tilbud for aftaleåret 2018; 0 tilbud står i den" in ran.err
    return path


def headers_of(path: Path) -> list[str]:
    return [str(cell.value) for cell in openpyxl.load_workbook(path)["Register"][FIRST - 1]]


def filled(template: Path, target: Path, *rows: Mapping[str, Any]) -> str:
    """The template with cells filled in, by row, under their headers."""
    book, numbers = openpyxl.load_workbook(template), {h: i for i, h in enumerate(headers_of(template), start=1)}
    for number, cells in enumerate(rows, start=FIRST):
        for header, value in cells.items():
            book["Register"].cell(number, numbers[header], value)
    book.save(target)
    return str(target)


def reclassified(register: str, out: Path) -> Ran:
    return here("reclassify", register, *YEAR, "--out", str(out))


def decisions(out: Path, rulebook: str) -> pl.DataFrame:
    return pl.read_parquet(out / "decisions" / f"{rulebook}@2018.parquet")


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_header_is_one_that_is_read_and_every_fact_has_its_columns(language: str, tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    assert here("register", "template", "--out", str(path), *YEAR, "--lang", language).code == 0
    names = [Headers(VOCABULARY).name_of(header) for header in headers_of(path)]
    assert None not in names
    assert len(set(names)) == len(names)
    for rulebook in (COVERED, MOST):
        for fact in compile_rulebook(rulebook).facts_read:
            years = ("_2014", "_2015", "_2016") if fact.is_yearly else ("",)
            assert {f"{fact.id}{year}" for year in years} <= set(names)


def test_only_the_facts_of_the_chosen_rulebook_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    here("register", "template", "--rulebook", MOST.id, "--out", str(path), *YEAR)
    names = [Headers(VOCABULARY).name_of(header) for header in headers_of(path)]
    assert "severe_complexities" in names
    assert "diagnoses" not in names


def test_choices_and_checks_stand_in_the_cells_with_the_question(template: Path) -> None:
    book, headers = openpyxl.load_workbook(template), headers_of(template)
    rules = {}
    for rule in book["Register"].data_validations.dataValidation:
        rules[headers[next(iter(rule.sqref.ranges)).min_col - 1]] = rule
    assert set(rules) == set(headers)
    judged = rules["Behov for selvforsyning"]
    assert judged.prompt == "Har regionen brug for et eget tilbud til målgruppen? (besvares af taskforcen)"
    column, last = judged.formula1.removeprefix("lists!").split(":")
    choices = [cell.value for (cell,) in book["lists"][f"{column}:{last}".replace("$", "")]]
    assert choices == ["ja", "nej", "ukendt"]
    assert book["lists"].sheet_state == "hidden"
    share = rules["Andel pladser brugt af andre kommuner 2016"]
    assert share.type == "custom"
    assert "<=1" in share.formula1
    assert '"%"' in share.formula1
    assert '"%"' not in rules["Diagnoser"].formula1
    assert all(len(rule.formula1 or "") <= 255 for rule in rules.values())
    assert [cell.value for cell in book["Oplysninger"][2]][-1] == "cases_per_10000"


@pytest.mark.slow
def test_what_operators_fill_in_is_read_as_it_is(template: Path, tmp_path: Path) -> None:
    register = filled(
        template,
        tmp_path / "register.xlsx",
        {
            "Id": "solhoej",
            "Navn": "Solhøj",
            "Driftsherre": "Gladsaxe Kommune",
            "Type driftsherre": "kommune",
            "Område": "Voksne",
            "Målgruppe": "udviklingshæmning|hjemløshed",
            "Type tilbud": "socialt tilbud",
            "Tilfælde pr. 10.000 indbyggere": "<=0,5",
            "Svære kompleksiteter": 4,
            "Behov for selvforsyning": "ja",
            "Behov for selvforsyning, begrundelse": "Ingen andre kan det.",
            "Eneste egnede tilbud i regionen": "ukendt",
            "Behov for hele regionen som optageområde": "ja",
            "Særligt specialiserede kompetencer": "ja",
            "Andel pladser brugt af andre kommuner 2014": 0.49,
            "Andel pladser brugt af andre kommuner 2015": 0.5,
            "Andel pladser brugt af andre kommuner 2016": "0,51..0,6",
        },
    )
    ran = reclassified(register, tmp_path / "run")
    assert ran.code == 0, ran.err
    (most,) = decisions(tmp_path / "run", MOST.id).to_dicts()
    assert (most["verdict"], most["B1"], most["B4"]) == ("met", "met", "unknown")
    (covered,) = decisions(tmp_path / "run", COVERED.id).to_dicts()
    assert (covered["verdict"], covered["A5"]) == ("undetermined", "met")


@pytest.mark.slow
def test_what_is_wrong_is_said_with_sheet_and_cell_and_loses_no_other_row(template: Path, tmp_path: Path) -> None:
    register = filled(
        template,
        tmp_path / "register.xlsx",
        {"Id": "a", "Svære kompleksiteter": "mange"},
        {"Id": "b", "Behov for selvforsyning": "måske", "Andel pladser brugt af andre kommuner 2014": 61},
        {"Id": "c", "Type driftsherre": "region"},
    )
    ran = reclassified(register, tmp_path / "run")
    assert ran.code == 1
    with (tmp_path / "run" / "rejected.csv").open(encoding="utf-8-sig", newline="") as stream:
        rejected = list(csv.DictReader(stream))
    wrong = {
        ("3", "a", "Svære kompleksiteter", "mange"),
        ("4", "b", "Behov for selvforsyning", "måske"),
        ("4", "b", "Andel pladser brugt af andre kommuner 2014", "61"),
    }
    assert {(r["row"], r["offer"], r["column"], r["value"]) for r in rejected} == wrong
    for row, _, header, _ in wrong:
        letters = openpyxl.utils.get_column_letter(headers_of(template).index(header) + 1)
        assert f"{register} Register!{letters}{row}: " in ran.err
    assert decisions(tmp_path / "run", COVERED.id)["offer"].to_list() == ["c"]


def test_a_header_that_was_changed_is_named_by_its_cell(template: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(template)
    book["Register"]["B2"] = "Navnet"
    book.save(tmp_path / "register.xlsx")
    ran = reclassified(str(tmp_path / "register.xlsx"), tmp_path / "run")
    assert ran.code == 1
    assert "register.xlsx Register!B2: unknown-column: there is no fact or attribute `Navnet`" in ran.err


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_the_real_offers_stand_in_it_and_are_read_as_the_same(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "register.xlsx"
    assert here("register", "template", str(DATA), "--out", str(path), *YEAR, "--lang", "da").code == 0
    if kind == "ods":
        sheet = openpyxl.load_workbook(path)["Register"]
        path = ods(tmp_path / "register.ods", sheet_rows(list(sheet.iter_rows(values_only=True))))
    table = open_table(path, VOCABULARY, tmp_path)
    rows = Rows(table, VOCABULARY)
    read = {o.id: o for o in (rows.offer(i, row) for i, row in enumerate(table.frame.collect().to_dicts()))}
    written = {o.id: o for o in read_offers([str(DATA)], VOCABULARY) if isinstance(o, Offer)}
    assert list(read) == list(written)
    for name, offer in written.items():
        for attribute in ("name", "part_of", "operator", "agreement_with", "service_type"):
            assert plain(read[name], attribute) == plain(offer, attribute), (name, attribute)


def plain(offer: Offer, attribute: str) -> object:
    """An attribute as plain values; a table has no column for the code of an agreement party."""
    value = getattr(offer.record, attribute)
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    return dataclasses.asdict(value) | ({"code": None} if attribute == "agreement_with" else {})


def test_a_workbook_that_may_hold_evidence_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    path.write_text("filled in")
    ran = here("register", "template", "--out", str(path), *YEAR)
    assert (ran.code, path.read_text()) == (2, "filled in")
    assert "`--force` writes over it" in ran.err
    assert here("register", "template", "--out", str(path), *YEAR, "--force").code == 0
    assert path.read_bytes().startswith(b"PK")
    assert here("register", "template", "--out", str(tmp_path / "register.csv"), *YEAR).code == 2
    assert here("register", "template", "--out", str(tmp_path / "no" / "x.xlsx"), *YEAR).code == 1


def test_an_offer_that_is_rejected_loses_no_other(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("format: sekskant/offer/1\nid: x\n")
    out = str(tmp_path / "register.xlsx")
    ran = here("register", "template", str(tmp_path), str(DATA / "gnisten.yaml"), "--out", out, *YEAR)
    assert ran.code == 1
    assert "missing-key" in ran.err
    assert isinstance(next(iter(read_offers([str(tmp_path / "broken.yaml")], VOCABULARY))), Rejected)
    assert openpyxl.load_workbook(out)["Register"]["A3"].value == "gnisten"

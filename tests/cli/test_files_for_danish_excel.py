"""The paragraph "Files for Danish Excel", line by line: every table of a Danish run, as a civil servant opens it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest

from tests.command import here
from tests.languages import left_over

STRATEGY = "hovedstaden.udviklingsstrategi"
OFFER = """\
format: sekskant/offer/2
id: {id}
navn: {name}
driftsherre: {{navn: Gentofte Kommune, type: kommune}}
målgruppe: udviklingsforstyrrelser
tilbudstype: socialt tilbud
ydelser: [{{lov: SEL, paragraffer: ["107"], pladser: 7.5}}]
oplysninger:
  Tilfælde pr. 10.000 indbyggere: {cases}
  Diagnoser: 2
  Behov for et større optageområde: {{svar: nej, begrundelse: "Mange steder."}}
  Højt specialiseret grundlag: {{svar: nej, begrundelse: "Nej."}}
  Behov for faglig koordinering: {{svar: ja, begrundelse: "Flere fag."}}
  Andel pladser brugt af andre kommuner: {{2014: 0.6, 2015: 0.6, 2016: {share}}}
"""
BEFORE = {"Åkanden": ("12", "0.6"), "Birken": ("4", "0.6"), "Cedertræet": ("4.5", "0.6"), "Donse": ("{over: 9}", "0.6")}
NOW = {"Åkanden": ("9.5", "0.6"), "Birken": ("10.5", "0.6"), "Cedertræet": ("ukendt", "0.6"), "Donse": ("12.5", "0.6")}
REJECTED = "id;Navn;Driftsherre;Diagnoser\na;Ålykken;Gentofte Kommune;mange\n"


def folder_of(path: Path, offers: dict[str, tuple[str, str]]) -> Path:
    path.mkdir()
    for name, (cases, share) in offers.items():
        text = OFFER.format(id=name.lower(), name=name, cases=cases, share=share)
        (path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every table of a Danish run, by its name: what commands print as CSV, too."""
    folder = tmp_path_factory.mktemp("danish")
    (folder / "rejected.csv").write_text(REJECTED, encoding="utf-8")
    year = ("--year", "2018", "--rulebook", STRATEGY, "--lang", "da")
    before, now = folder_of(folder / "before", BEFORE), folder_of(folder / "now", NOW)
    journal = ("--journal", str(folder / "j.db"))
    runs: list[tuple[str, ...]] = [
        ("reclassify", str(before), *year, "--out", str(folder / "first")),
        ("reclassify", str(now), *year, "--out", str(folder / "run"), "--previous", str(folder / "first"), *journal),
        ("reclassify", str(folder / "rejected.csv"), *year, "--out", str(folder / "refused")),
        ("register", "template", str(now), "--year", "2018", "--out", str(folder / "template.xlsx"), "--lang", "da"),
    ]
    assert [here(*command).code for command in runs] == [0, 0, 1, 0]
    files = {path.name: path.read_bytes() for path in (folder / "run").glob("*.*") if path.suffix in (".csv", ".xlsx")}
    files["rejected.csv"] = (folder / "refused" / "rejected.csv").read_bytes()
    files["template.xlsx"] = (folder / "template.xlsx").read_bytes()
    printed = {
        "assess": ("assess", str(now), *year),
        "audit list": ("audit", "list", "--lang", "da", *journal),
        "audit export": ("audit", "export", "--lang", "da", *journal, "--decisions"),
        "register show": ("register", "show", "--lang", "da", "--year", "2018"),
        "register check": ("register", "check", "--lang", "da", "--year", "2018"),
    }
    for name, command in printed.items():
        files[name] = here(*command, "--format", "csv").out.encode()
    return files


TABLES = {
    *("changes.csv", "fragile.csv", "rejected.csv", "assess", "audit list", "audit export"),
    *("register show", "register check"),
}
WORKBOOKS = {"changes.xlsx", "decisions.xlsx", "template.xlsx"}


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_these_are_all_tables(files: dict[str, bytes]) -> None:
    assert files.keys() == TABLES | WORKBOOKS
    assert all(rows_of(files[name]) for name in TABLES)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_has_semicolons_and_a_byte_order_mark(files: dict[str, bytes], name: str) -> None:
    head, *rows = csv.reader(io.StringIO(files[name].decode("utf-8-sig"), newline=""), delimiter=";")
    assert files[name].startswith(b"\xef\xbb\xbf")
    assert len(head) > 3
    assert {len(row) for row in rows} == {len(head)}


NUMBER = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.]|\s*\w+ \d{4})")
"""A number with a decimal point; no section, version, day or group of thousands."""


@pytest.mark.parametrize("name", sorted(TABLES))
def test_numbers_have_a_decimal_comma(files: dict[str, bytes], name: str) -> None:
    text = re.sub(r"\d\.000|\b\d+\.\d+\.\d+|afsnit \d+\.\d+", "", files[name].decode())
    assert not NUMBER.findall(text)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_headings_and_words_are_danish(files: dict[str, bytes], name: str) -> None:
    """But for what people wrote, and the codes of mistakes and names of facts, which programs read."""
    for row in rows_of(files[name]):
        told = {head: cell for head, cell in row.items() if head not in ("Kode", "Kilde", "Begrundelse", "Note")}
        assert not left_over(" ; ".join([*told, *told.values()]), "da", verbatim=list(BEFORE)), row


@pytest.mark.parametrize("name", sorted(WORKBOOKS))
def test_a_workbook_has_widths_and_is_set_up_for_print(files: dict[str, bytes], name: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(files[name]))
    tables = [sheet for sheet in book if sheet.sheet_state == "visible" and sheet.auto_filter.ref]
    assert tables
    for sheet in tables:
        assert sheet.column_dimensions["A"].width >= 9
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows is not None
        assert sheet.freeze_panes is not None


def test_changes_are_grouped_with_what_was_and_what_is(files: dict[str, bytes]) -> None:
    """Those who entered, left, and became open; with names, municipality, act and section, before and now."""
    about = ("Gentofte Kommune", "serviceloven (SEL) § 107 (7,5 pladser)")
    cases = "Tilfælde pr. 10.000 indbyggere: "
    names = ("Gruppe", "Navn", "Kommune (driftsherre)", "Lov og paragraffer", "Udfald før", "Udfald")
    evidence = ("Oplysninger før", "Oplysninger nu")
    met, not_met = "omfattet af udviklingsstrategien", "ikke omfattet af udviklingsstrategien"
    rows = rows_of(files["changes.csv"])
    assert [tuple(row[name] for name in (*names, *evidence)) for row in rows] == [
        ("kommet med", "Åkanden", *about, not_met, met, f"{cases}12", f"{cases}9,5"),
        ("udgået", "Birken", *about, met, not_met, f"{cases}4", f"{cases}10,5"),
        ("blevet uafklaret", "Cedertræet", *about, met, "uafklaret", f"{cases}4,5", f"{cases}ukendt"),
        ("afklaret", "Donse", *about, "uafklaret", not_met, f"{cases}>9", f"{cases}12,5"),
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(files["changes.xlsx"])).active
    head, *others = ([cell or "" for cell in row] for row in sheet.iter_rows(values_only=True))
    assert [dict(zip(head, row, strict=True)) for row in others] == rows


def test_who_it_is_about_is_told_in_every_table_of_offers(files: dict[str, bytes]) -> None:
    for name, operator in (("fragile.csv", "Kommune (driftsherre)"), ("assess", "Driftsherre")):
        assert all(row["Navn"] and "Gentofte Kommune" in row[operator] for row in rows_of(files[name]))
        assert all("§" in row["Lov og paragraffer"] for row in rows_of(files[name])), name
    (refused,) = rows_of(files["rejected.csv"])
    assert (refused["Navn"], refused["Kommune (driftsherre)"], refused["Værdi"]) == (
        "Ålykken",
        "Gentofte Kommune",
        "mange",
    )

"""The list of changes: what both runs say of an offer, as a person reads it and as programs do."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import openpyxl
import pytest

from tests.command import here

FILE = """\
format: sekskant/offer/1
id: {id}
name: {name}
operator: {{name: Gentofte Kommune, kind: municipality}}
target_group: [developmental_disorders]
service_type: social
services: [{{act: SEL, sections: ["104"], places: 7.5}}]
evidence:
  cases_per_10000: {cases}
  diagnoses: 2
  large_catchment_needed: {{answer: no, because: "Mange steder."}}
  highly_specialised_basis: {{answer: no, because: "Nej."}}
  professional_coordination_needed: {{answer: yes, because: "Flere fag."}}
  outside_share: {{{year_2}: 0.6, {year_1}: 0.6, {year}: {share}}}
"""
STRATEGY = "hovedstaden.udviklingsstrategi"


def written(folder: Path, year: int, **offers: tuple[str, str]) -> Path:
    """A folder of offer files, by id the number of cases and the share of last year."""
    folder.mkdir()
    years = {"year_2": year - 4, "year_1": year - 3, "year": year - 2}
    for name, (cases, share) in offers.items():
        text = FILE.format(id=name, name=name.title(), cases=cases, share=share, **years)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def run(register: Path, out: Path, *options: str) -> None:
    ran = here(
        "reclassify",
        "--no-list",
        "--no-report",
        str(register),
        "--year",
        "2018",
        "--rulebook",
        STRATEGY,
        "--out",
        str(out),
        *options,
    )
    assert ran.code == 0, ran.err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run in each language: one offer enters, one leaves, one becomes open, one is closed."""
    before = {"a": ("12", "0.7"), "b": ("4", "0.6"), "c": ("4.5", "0.6"), "d": ("4", "0.6")}
    now = {"a": ("{at_most: 9.5}", "0.7"), "b": ("10.5", "0.6"), "c": ("unknown", "0.6")}
    run(written(tmp_path / "old", 2018, **before), tmp_path / "before")
    register = written(tmp_path / "new", 2018, **now)
    for language in ("da", "en"):
        run(register, tmp_path / language, "--previous", str(tmp_path / "before"), "--lang", language)
    return tmp_path


def rows_of(path: Path, separator: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=separator))


@pytest.mark.slow
def test_a_danish_list_is_in_words_and_groups(folder: Path) -> None:
    names = (
        "Gruppe",
        "Tilbud",
        "Kommune (driftsherre)",
        "Målgruppe",
        "Lov og paragraffer",
        "Oplysninger før",
        "Oplysninger nu",
    )
    rows = [tuple(row[name] for name in names) for row in rows_of(folder / "da" / "changes.csv", ";")]
    about, cases = (
        ("Gentofte Kommune", "udviklingsforstyrrelser", "serviceloven (SEL) § 104 (7,5 pladser)"),
        "Tilfælde pr. 10.000 indbyggere",
    )
    assert rows == [
        ("kommet med", "a", *about, f"{cases}: 12", f"{cases}: <=9,5"),
        ("udgået", "b", *about, f"{cases}: 4", f"{cases}: 10,5"),
        ("blevet uafklaret", "c", *about, f"{cases}: 4,5", f"{cases}: ukendt"),
        ("øvrige", "d", *about, "", ""),
    ]
    # The summary has names, of an offer that is gone as well.
    assert re.search(r" D +ikke længere i", (folder / "da" / "summary.txt").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_an_english_list_has_names_and_codes(folder: Path) -> None:
    rows = rows_of(folder / "en" / "changes.csv", ",")
    names = ("group", "offer", "change", "verdict", "services", "evidence_before", "evidence_now")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("entered", "a", "entered", "met", "SEL § 104: 7.5", "cases_per_10000: 12", "cases_per_10000: >=0 <=9.5"),
        ("left", "b", "left", "not_met", "SEL § 104: 7.5", "cases_per_10000: 4", "cases_per_10000: 10.5"),
        (
            "open",
            "c",
            "undetermined",
            "undetermined",
            "SEL § 104: 7.5",
            "cases_per_10000: 4.5",
            "cases_per_10000: unknown",
        ),
        ("other", "d", "closed", "", "SEL § 104: 7.5", "", ""),
    ]


@pytest.mark.slow
def test_a_workbook_is_in_words_in_either_language(folder: Path) -> None:
    for language, word in (("da", "omfattet af udviklingsstrategien"), ("en", "covered by the development strategy")):
        sheet = openpyxl.load_workbook(folder / language / "changes.xlsx").active
        column = [cell.value for cell in sheet[1]].index("Udfald" if language == "da" else "Outcome")
        assert sheet.cell(2, column + 1).value == word


@pytest.mark.slow
def test_a_merged_offer_shows_what_was_said_of_all_that_it_was_made_of(tmp_path: Path) -> None:
    run(written(tmp_path / "old", 2018, a=("12", "0.7"), b=("14", "0.7")), tmp_path / "before")
    (tmp_path / "ids.csv").write_text("old,new\na,m\nb,m\n")
    register = written(tmp_path / "new", 2018, m=("4", "0.7"))
    run(register, tmp_path / "run", "--previous", str(tmp_path / "before"), "--ids", str(tmp_path / "ids.csv"))
    (row,) = rows_of(tmp_path / "run" / "changes.csv", ",")
    assert (row["evidence_before"], row["evidence_now"]) == ("cases_per_10000: 12 / 14", "cases_per_10000: 4")

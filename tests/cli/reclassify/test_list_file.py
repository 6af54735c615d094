"""The list of a run as people open it: what it says is what was decided, whatever names there are."""

from __future__ import annotations

import errno
import os
import zlib
from pathlib import Path
from typing import Any, get_args
from zipfile import ZipFile

import openpyxl
import polars as pl
import pytest

from cli.common.in_short import MARKS
from cli.reclassify import list_file
from cli.reclassify import reclassify as command
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.library import Library
from engine.texts.catalogue import Language
from offers.recorded.decided_again import said_by
from tests.command import DATA, Ran, here
from tests.mutated import write_small_rulebook

STRATEGY, MOST = Library().in_force(2018)
HEAD = "id,name,operator_kind,operator_name,operator_code,services,target_group,diagnoses,outside_share_mean"
HEAD += ",outside_share_mean_source,large_catchment_needed,large_catchment_needed_because"
ROWS = [
    'a,Ålykke,municipality,Gentofte,157,"SEL § 104: 38 | SEL § 107: 2.5",developmental_disorders,4,0.4,Mail,yes,Få',
    "b,Østergård,region,Region Hovedstaden,,SEL § 107,developmental_disorders|homelessness,,,,,",
    "c,Fejl,region,Region Hovedstaden,,,,mange,,,,",
]
EVIL = '<b>&amp;"\u202e=1+1'


def run(folder: Path, *options: str, rows: list[str] = ROWS, language: str = "en", code: int = 1) -> Ran:
    (folder / "register.csv").write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
    register = str(folder / "register.csv")
    ran = here(*("reclassify", register, "--year", "2018", "--out", str(folder / "run"), "--lang", language, *options))
    assert ran.code == code, ran.err
    return ran


def sheets(path: Path) -> dict[str, list[dict[str, Any]]]:
    book = openpyxl.load_workbook(path)
    found = {}
    for sheet in book:
        head, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [{str(k): v for k, v in zip(head, row, strict=True) if v is not None} for row in rows]
    return found


def test_a_small_register_is_listed_cell_by_cell(tmp_path: Path) -> None:
    run(tmp_path)
    found = sheets(tmp_path / "run" / "decisions.xlsx")
    assert list(found) == [
        *("Covered by the development str…", "Most specialised", "What to ask whom", "Sources and reservations"),
        *("Rejected rows", "Totals", "About the list"),
    ]
    assert found["Covered by the development str…"][0] == {
        "Offer": "a",
        "Name": "Ålykke",
        "Operator": "Gentofte",
        "Municipality": "Gentofte",
        "Act and sections": "Act on Social Services (SEL) § 104 (38 places); SEL § 107 (2.5 places)",
        "Places": 40.5,
        "Target group": "developmental disorders",
        "Outcome": "✗ not covered by the development strategy",
        "Basis": "Four of six",
        **{f"A{number}": "? unknown" for number in (1, 4, 6)},
        "A2": "✓ fulfilled",
        "A3": "✓ fulfilled",
        "A5": "✗ not fulfilled",
        "Why": "For the agreement year 2018, Ålykke is not covered by the development strategy, because A5 is not "
        "fulfilled (mean share used by other municipalities over three years: 40%; required: at least 50%).",
    }
    assert found["Sources and reservations"][0] == {
        "Offer": "a",
        "Name": "Ålykke",
        "Rulebook": "Covered by the development strategy",
        "Source": "Mail",
        "Notes": "Kind of service is not stated; “social offer” is assumed.",
    }
    (rejected,) = found["Rejected rows"]
    assert (rejected["Row"], rejected["Place"], rejected["Value"]) == ("4", "register.csv:4:8", "mange")
    totals = found["Totals"]
    assert totals[0] == {
        "Rulebook": "Covered by the development strategy",
        "Counted by": "Municipality",
        "Group": "Gentofte",
        "fulfilled": 0,
        "not fulfilled": 1,
        "undetermined": 0,
        "Offers": 1,
        "Places": 40.5,
        "Offers with places not stated": 0,
    }
    names = ("Counted by", "Group", "Offers", "Places", "Offers with places not stated")
    assert [tuple(row.get(name) for name in names) for row in totals[1:6]] == [
        ("Municipality", "no municipality", 1, None, 1),  # a region operates it; nobody stated its places
        ("Municipality", "All offers", 2, 40.5, 1),
        ("Target group", "developmental disorders", 2, 40.5, 1),
        ("Target group", "homelessness", 1, None, 1),
        ("Target group", "All offers", 2, 40.5, 1),  # each once
    ]
    about = [row["What it says"] for row in found["About the list"]]
    assert any(STRATEGY.sha256 in text for text in about)
    assert any("register.csv, SHA-256 " in text for text in about)


def test_places_that_are_stated_of_some_services_alone_are_not_all_of_them(tmp_path: Path) -> None:
    run(tmp_path, rows=['a,A,region,R,,"SEL § 104: 0 | SEL § 107",,,,,,', "b,B,region,R,,SEL § 104: 3,,,,,,"], code=0)
    totals = sheets(tmp_path / "run" / "decisions.xlsx")["Totals"]
    assert {(row["Group"], row.get("Places"), row["Offers with places not stated"]) for row in totals} == {
        (group, 3, 1) for group in ("no municipality", "not stated", "All offers")
    }


@pytest.mark.slow
@pytest.mark.parametrize("language", get_args(Language))
def test_the_sheet_about_the_list_explains_exactly_the_columns_that_there_are(tmp_path: Path, language: str) -> None:
    run(tmp_path, language=language)
    run(tmp_path, "--previous", str(tmp_path / "run"), language=language)
    book = openpyxl.load_workbook(tmp_path / "run" / "decisions.xlsx")
    *others, about = book.worksheets
    heads = {(sheet.title, cell.value) for sheet in others for cell in sheet[1]}
    explained = [(title, row[1]) for row in about.values for title in str(row[0] or "").split("; ")]
    found = [pair for pair in explained if pair[0] in book.sheetnames]
    assert len(found) == len(set(found))
    assert set(found) == heads
    assert len(others) == 7
    assert all(row[2] for row in about.values)


def test_a_danish_list_is_danish(tmp_path: Path) -> None:
    run(tmp_path, language="da")
    found = sheets(tmp_path / "run" / "decisions.xlsx")
    first = found["Omfattet af udviklingsstrategi…"][0]
    assert first["Udfald"] == "✗ ikke omfattet af udviklingsstrategien"
    services = "serviceloven (SEL) § 104 (38 pladser); SEL § 107 (2,5 pladser)"
    assert (first["Lov og paragraffer"], first["Pladser"]) == (services, 40.5)
    assert "40 %; krav: mindst 50 %" in first["Hvorfor"].replace("\xa0", " ")
    asked = found["Hvem der spørges om hvad"]
    assert {row["Hvem der spørges"] for row in asked} == {"Gentofte", "Region Hovedstaden", "taskforcen"}
    assert {row["Tilbud"] for row in asked} == {"a", "b"}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real offers, decided beside their published outcomes, with a journal."""
    folder = tmp_path_factory.mktemp("real")
    arguments = ("--previous", "published", "--journal", str(folder / "journal.db"), "--lang", "en")
    assert here("reclassify", str(DATA), "--year", "2018", "--out", str(folder / "run"), *arguments).code == 0
    return folder


def test_every_verdict_and_criterion_is_that_of_the_decision(real: Path) -> None:
    found, wording = list(sheets(real / "run" / "decisions.xlsx").values()), Wording("en")
    for rulebook, listed in zip((STRATEGY, MOST), found, strict=False):
        decided = pl.read_parquet(real / "run" / "decisions" / f"{rulebook.name}.parquet").to_dicts()
        labels = {verdict.value: wording.text(one.label) for verdict, one in rulebook.outcomes.items()}
        assert [(row["Offer"], row["Outcome"]) for row in listed] == [
            (row["offer"], f"{MARKS[row['verdict']]} {labels[row['verdict']]}") for row in decided
        ]
        for criterion in rulebook.criteria:
            marks = [row[criterion.id][0] for row in listed]
            assert marks == [MARKS[row[criterion.id]] for row in decided]


def test_the_changes_are_those_of_the_list_of_changes(real: Path) -> None:
    changes = sheets(real / "run" / "changes.xlsx")["Changes"]
    assert sheets(real / "run" / "decisions.xlsx")["Changes"] == changes
    assert changes


def test_the_list_is_a_file_of_the_run_like_the_others(real: Path) -> None:
    journal = ("--journal", str(real / "journal.db"))
    assert here("audit", "verify", *journal).code == 0
    (kept,) = (real / "run.runs").iterdir()
    (kept / "decisions.xlsx").write_bytes(b"")
    assert here("audit", "verify", *journal).code == 4


@pytest.mark.slow
def test_it_reads_in_black_and_white_and_is_ready_to_print(tmp_path: Path) -> None:
    run(tmp_path)
    book = openpyxl.load_workbook(tmp_path / "run" / "decisions.xlsx")
    sheet = book.worksheets[0]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("C2", "A1:Q3")
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight, sheet.print_title_rows) == (
        "landscape",
        0,
        "$1:$1",
    )
    assert (sheet["A1"].font.b, sheet["A2"].font.b, sheet["A2"].alignment.wrap_text) == (True, False, True)
    rules = [rule for area in sheet.conditional_formatting for rule in area.rules]
    assert {rule.text for rule in rules} == {*MARKS.values()}


def test_rows_of_all_offers_stand_out_among_the_totals(tmp_path: Path) -> None:
    run(tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "run" / "decisions.xlsx")["Totals"]
    ((area, (rule,)),) = sheet.conditional_formatting._cf_rules.items()
    assert (str(area.sqref), rule.formula, rule.dxf.font.b) == (f"A2:I{sheet.max_row}", ['$C2="All offers"'], True)


def test_hostile_names_are_texts(tmp_path: Path) -> None:
    name = EVIL.replace('"', '""') + "x" * 40_000
    run(tmp_path, rows=[f'a,"{EVIL.replace(chr(34), chr(34) * 2)}",region,"=HYPERLINK(1)",,,,4,,,,', f'b,"{name}",,,'])
    book = openpyxl.load_workbook(tmp_path / "run" / "decisions.xlsx")
    sheet = book.worksheets[0]
    assert sheet["B2"].value == EVIL.replace("\u202e", "\ufffd")
    assert (sheet["C2"].value, sheet["C2"].data_type) == ("=HYPERLINK(1)", "s")
    assert {c.data_type for s in book for row in s.iter_rows() for c in row if c.value is not None} <= {"s", "n"}


@pytest.mark.slow
def test_the_same_register_gives_the_same_bytes(tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        run(tmp_path / name)
        files.append((tmp_path / name / "run" / "decisions.xlsx").read_bytes())
    assert files[0] == files[1]


@pytest.mark.slow
def test_whatever_compresses_it_the_list_holds_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another release of zlib makes other bytes of the same parts: here one that hardly tries."""
    files, compressor = list[Path](), zlib.compressobj
    for name, level in (("one", 6), ("two", 1)):
        monkeypatch.setattr(zlib, "compressobj", lambda _, *rest, level=level: compressor(level, *rest))
        (tmp_path / name).mkdir()
        run(tmp_path / name)
        files.append(tmp_path / name / "run" / "decisions.xlsx")
    assert files[0].read_bytes() != files[1].read_bytes()
    parts = [{part.filename: archive.read(part) for part in archive.infolist()} for archive in map(ZipFile, files)]
    assert parts[0] == parts[1]
    dates = {part.date_time for archive in map(ZipFile, files) for part in archive.infolist()}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.slow
def test_a_large_register_has_a_list_where_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "MOST_LISTED", 2)
    assert "what --list and --report would write was not written" in run(tmp_path).err
    assert not (tmp_path / "run" / "decisions.xlsx").exists()
    monkeypatch.setattr(list_file, "ROWS_OF_A_SHEET", 1)
    monkeypatch.setattr(list_file, "_ROWS_AT_ONCE", 1)
    assert "--list" not in run(tmp_path, "--list", "--report").err
    found = sheets(tmp_path / "run" / "decisions.xlsx")
    assert [len(found[name]) for name in list(found)[:3]] == [1, 1, 1]


def test_no_list_is_written_where_none_is_wanted(tmp_path: Path) -> None:
    assert "--list" not in run(tmp_path, "--no-list").err
    assert not (tmp_path / "run" / "decisions.xlsx").exists()


def test_a_list_that_would_say_something_else_is_no_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"verdict": "met"}
    monkeypatch.setattr("cli.reclassify.listed_offers.said_by", lambda trace: said_by(trace) | said)
    assert "the list and the decisions disagree on `a`" in run(tmp_path, code=4).err
    assert [path.name for path in tmp_path.iterdir()] == ["register.csv"]


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "decisions.xlsx")

    monkeypatch.setattr(list_file, "write_workbook", full)
    assert "no space left on device" in run(tmp_path, code=1).err.lower()
    assert [path.name for path in tmp_path.iterdir()] == ["register.csv"]


def test_what_the_run_did_not_read_of_a_row_keeps_no_offer_out_of_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vocabulary of one's own may know no kinds of operators; what stands in that column is then nobody's mistake."""
    monkeypatch.chdir(tmp_path)
    write_small_rulebook()
    Path("a.csv").write_text("id;name;operator_name;operator_kind;diagnoses\na;A;Gribskov;kommune;2\nb;B;;ukendt;3\n")
    ran = here("reclassify", "a.csv", "--year", "2018", "--rulebook", "small.yaml", "--out", "run")
    assert (ran.code, "disagree" in ran.err) == (0, False)
    book = openpyxl.load_workbook("run/decisions.xlsx", read_only=True)
    assert [row[1] for row in book.worksheets[0].iter_rows(min_row=2, max_row=3, values_only=True)] == ["A", "B"]

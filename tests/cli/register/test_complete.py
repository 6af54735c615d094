"""`sekskant register complete`: the workbooks of letters, filled in, put into the register."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.command import Ran, here

YEAR = ("--year", "2018", "--lang", "en")
HEAD = "id;name;operator_name;operator_kind;service_type;cases_per_10000;outside_share_2014;outside_share_2015;"
HEAD += "outside_share_2016\n"
ROWS = "a;Ask;Herlev Kommune;municipality;social;6;55 %;52 %;\nb;Birk;Herlev Kommune;municipality;social;6;;52 %;0.3\n"
RULE = ("--rulebook", "hovedstaden.udviklingsstrategi")


def complete(folder: Path, *words: str) -> Ran:
    return here("register", "complete", str(folder / "r.csv"), *words, *YEAR, "--out", str(folder / "new.xlsx"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "r.csv").write_text(HEAD + ROWS, encoding="utf-8")
    return tmp_path


def cells(path: Path) -> dict[str, dict[str, object]]:
    """The cells of the register's sheet, by id and heading."""
    heads, *rows = openpyxl.load_workbook(path)["Register"].iter_rows(min_row=2, values_only=True)
    named = (dict(zip(map(str, heads), row, strict=True)) for row in rows)
    return {str(row["Id"]): row for row in named if row["Id"]}


@pytest.mark.slow
def test_the_workbook_of_a_letter_asks_for_what_is_missing_and_comes_back_into_the_register(folder: Path) -> None:
    asked = (str(folder / "r.csv"), *YEAR, *RULE, "--format", "html")
    assert here("paper", "letters", *asked, "--out", str(folder / "letters")).code == 0
    book = openpyxl.load_workbook(folder / "letters" / "163.xlsx")
    sheet = book["Register"]
    heads = {str(cell.value): cell.column for cell in sheet[2]}
    share = "Share of places used by other municipalities {}"
    assert share.format(2015) not in heads  # both have stated it
    first, last = heads[share.format(2014)], heads[share.format(2016)]
    hatched = {(cell.row, cell.column) for row in sheet["A3":"Z4"] for cell in row if cell.fill.patternType}
    assert {(3, first), (4, last)} <= hatched
    assert not {(3, last), (4, first)} & hatched
    sheet.cell(3, last).value, sheet.cell(4, first).value = 0.4, "at most half"
    book.save(folder / "letters" / "163.xlsx")
    ran = complete(folder, str(folder / "letters"))
    assert ran.code == 1  # one cell cannot be read, and costs its row
    assert "163.xlsx Register!" in ran.err
    assert "1 row that came back was rejected, and nothing of it is taken until it is mended" in ran.err
    assert "2 rows came back; 1 cell was filled; 2 offers stand in it" in ran.err
    made = cells(folder / "new.xlsx")
    assert made["a"][share.format(2016)] == 0.4
    assert made["a"][f"{share.format(2016)}, source"] == "answer in 163.xlsx"
    assert (made["b"][share.format(2014)], made["b"][share.format(2016)]) == (None, 0.3)
    run = here("reclassify", str(folder / "new.xlsx"), *YEAR, *RULE, "--out", str(folder / "run"))
    assert run.code == 0, run.err


@pytest.mark.slow
def test_all_that_is_wrong_is_told_at_once_and_the_rest_is_there(folder: Path) -> None:
    answers = folder / "answers"
    answers.mkdir()
    (answers / "1.csv").write_text("id;diagnoses;outside_share_2016;outside_share_2016_by\na;2;0.4;Ida\nask;1;;\n")
    (answers / "2.csv").write_text("id;diagnoses;cases_per_10000\na;3;7\nb;1;\n")
    (answers / "3.xlsx").write_bytes(b"PK no workbook")
    with (folder / "r.csv").open("a", encoding="utf-8") as register:
        register.write("c;Ceder;;nobody;social;6;;;\n")
    ran = complete(folder, str(answers), str(answers / "1.csv"))
    assert ran.code == 1
    for said in (
        "unknown-offer: the register has no offer `ask`",
        "is 6 in the register and 7 in the answer",
        "two answers on `Diagnoses`: 2",
        "3.xlsx: unreadable",
        "`nobody`",
        "4 rows came back; 2 cells were filled; 2 offers stand in it",
        "1 offer of the register was rejected, and does not stand in the new one",
    ):
        assert said in ran.err, ran.err
    made = cells(folder / "new.xlsx")
    assert made["b"]["Diagnoses"] == 1
    assert made["a"]["Diagnoses"] is None
    assert made["a"]["Share of places used by other municipalities 2016, by"] == "Ida"
    asked = (str(folder / "new.xlsx"), str(answers / "1.csv"), *YEAR, "--out", str(folder / "again.xlsx"))
    assert "2 rows came back; 1 cell was filled" in here("register", "complete", *asked).err  # diagnoses, alone now


def test_a_name_without_its_kind_stays_and_no_word_for_a_kind_is_a_name(folder: Path) -> None:
    lines = ["id;name;operator_name;operator_kind", "a;Ask;Herlev Kommune;", "b;Birk;;kommune", "c;Ceder;Fonden;"]
    (folder / "r.csv").write_text("\n".join(lines), encoding="utf-8")
    (folder / "a.csv").write_text("id;operator_kind\nc;privat\nb;kommune\n", encoding="utf-8")
    assert complete(folder, str(folder / "a.csv")).code == 0
    made = cells(folder / "new.xlsx")
    named = [(made[name]["Operator"], made[name]["Kind of operator"]) for name in "abc"]
    assert named == [("Herlev Kommune", None), (None, "municipality"), ("Fonden", "private")]


def test_what_is_not_read_is_told_and_a_column_may_be_left_out(folder: Path) -> None:
    (folder / "none").mkdir()
    written = "id;diagnoses;diagnoses_source;self_supply_needed;Bemærkninger\na;;A count;yes;ring\nb;2 or 3;;yes;\n"
    (folder / "a.csv").write_text(written, encoding="utf-8")
    ran = complete(folder, str(folder / "a.csv"), str(folder / "none"))
    assert ran.code == 1
    for said in (
        "leave it out of what is read with `--ignore-column`",
        "there is no table of offers and no offer file in the folder",
        f"nothing was read from {folder / 'a.csv'}, {folder / 'none'}",
        "0 rows came back",
    ):
        assert said in ran.err, ran.err
    ran = complete(folder, str(folder / "a.csv"), "--ignore-column", "Bemærkninger", "--force")
    for said in (
        "a.csv: Diagnoses: a source, a reason or the like is given for 1 offer without the evidence itself",
        "1 row that came back was rejected, and nothing of it is taken until it is mended",
        "2 rows came back; 1 cell was filled",
    ):
        assert said in ran.err, ran.err
    noted = (folder / "r.csv").read_text(encoding="utf-8").replace("id;name", "id;Note;name").replace(";Ask", ";x;Ask")
    (folder / "noted.csv").write_text(noted.replace(";Birk", ";;Birk"), encoding="utf-8")
    asked = ("register", "template", "--with-evidence", str(folder / "noted.csv"), "--out", str(folder / "t.xlsx"))
    assert here(*asked, *YEAR, "--ignore-column", "*").code == 0


def test_the_register_is_never_written_over(folder: Path) -> None:
    (folder / "new.xlsx").write_bytes(b"")
    assert "is there already" in complete(folder, str(folder / "r.csv")).err
    asked = (str(folder / "new.xlsx"), str(folder / "r.csv"), *YEAR, "--force", "--out", str(folder / "new.xlsx"))
    ran = here("register", "complete", *asked)
    assert (ran.code, (folder / "new.xlsx").read_bytes()) == (2, b"")
    assert "to another file than it is read from" in " ".join(ran.err.split())

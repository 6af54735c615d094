"""Several returned workbooks are one register: decided as one table, each mistake told with its own file."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from engine.rulebooks.library import Library
from tests.chance import AT_THE_DESK, SOAK, chance
from tests.command import DATA, Ran, here
from tests.offers.columns.test_readers_agree import form_of_number, mutated

COVERED, MOST = Library().in_force(2018)
NUMBERS = 100 if AT_THE_DESK else 2_000 * SOAK
YEAR = ("--year", "2018")


@pytest.fixture(scope="module")
def returned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real offers in three workbooks of as many operators' making, one of them saved as CSV."""
    folder = tmp_path_factory.mktemp("returned")
    files = sorted(DATA.glob("*.yaml"))
    for number, (language, of_one) in enumerate(
        zip(("da", "en", "da"), (files[:7], files[7:15], files[15:]), strict=True)
    ):
        options = [option for file in of_one for option in ("--with-evidence", str(file))]
        out = folder / f"{number}.xlsx"
        assert here("register", "template", *options, "--out", str(out), *YEAR, "--lang", language).code == 0
    sheet = openpyxl.load_workbook(folder / "2.xlsx")["Register"]
    with (folder / "2.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        rows = [
            ["" if cell is None else str(cell).replace(".", ",") if isinstance(cell, float) else cell for cell in row]
            for row in sheet.iter_rows(values_only=True)
        ]
        csv.writer(stream, delimiter=";").writerows(rows)
    (folder / "2.xlsx").unlink()
    (folder / "~$0.xlsx").write_text("Excel is open")
    return folder


def run(out: Path, *registers: object) -> Ran:
    return here(
        "reclassify", "--no-list", "--no-report", *map(str, registers), *YEAR, "--out", str(out), "--lang", "en"
    )


def decisions(out: Path) -> dict[str, Any]:
    frames = [pl.read_parquet(out / "decisions" / f"{r.id}@2018.parquet") for r in (COVERED, MOST)]
    kept = [
        frame.select("offer", "verdict", "outcome", "basis", *[c.id for c in rulebook.criteria])
        for frame, rulebook in zip(frames, (COVERED, MOST), strict=True)
    ]
    return {f"{i} {row['offer']}": row for i, frame in enumerate(kept) for row in frame.to_dicts()}


@pytest.mark.slow
@pytest.mark.parametrize("is_folder", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["folder", "paths"])
def test_they_are_decided_as_the_offers_that_they_hold(returned: Path, is_folder: bool, tmp_path: Path) -> None:
    paths = [returned / name for name in ("0.xlsx", "1.xlsx", "2.csv")]
    ran = run(tmp_path / "run", *([returned] if is_folder else paths))
    assert ran.code == 0, ran.err
    assert run(tmp_path / "files", DATA).code == 0
    assert decisions(tmp_path / "run") == decisions(tmp_path / "files")
    record = json.loads((tmp_path / "run" / "record.json").read_text())
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    assert {one["path"]: one["sha256"] for one in record["inputs"]} == digests
    register = json.loads((tmp_path / "run" / "run.json").read_text())["register"]
    assert register["sha256"] == hashlib.sha256(b"".join(bytes.fromhex(d) for d in digests.values())).hexdigest()
    assert register["file"] == (returned.name if is_folder else "0.xlsx + 1.xlsx + 2.csv")


@pytest.mark.slow
def test_an_operator_in_two_of_them_is_told_with_both_files(returned: Path, tmp_path: Path) -> None:
    ran = run(tmp_path / "run", returned)
    said = [
        remark
        for remark in json.loads((tmp_path / "run" / "run.json").read_text())["input_remarks"]
        if remark["code"] == "operator_in_several"
    ]
    region = next(remark for remark in said if remark["operator"] == "Region Hovedstaden")
    assert set(region["files"]) >= {"0.xlsx", "2.csv"}
    assert "Region Hovedstaden stands in several tables (" in ran.err


def table(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(("id;navn;diagnoser;andel pladser brugt af andre kommuner 2016", *rows)) + "\n")
    return path


def test_an_id_in_two_of_them_is_an_error_that_names_both(tmp_path: Path) -> None:
    one, two = table(tmp_path / "a.csv", "x;X;1;", "y;Y;2;"), table(tmp_path / "b.csv", "z;Z;1;", "X;X;1;", "z;Z;3;")
    ran = run(tmp_path / "run", one, two)
    assert ran.code == 1
    by_case = "differ by case alone; the other stands at"
    assert f"{one}:2:1: repeated-offer: the ids `x` and `X` {by_case} {two}:3:1" in ran.err
    assert f"{two}:3:1: repeated-offer: the ids `X` and `x` {by_case} {one}:2:1" in ran.err
    assert f"{two}:2:1: repeated-offer: the id `z` stands also at {two}:4:1\n" in ran.err
    text = (tmp_path / "run" / "rejected.csv").read_text(encoding="utf-8-sig")
    assert ",the id `z` stands also at b.csv:2:1," in text  # wherever the register lies
    assert str(tmp_path) not in text
    assert pl.read_parquet(tmp_path / "run" / "decisions" / f"{COVERED.id}@2018.parquet")["offer"].to_list() == ["y"]


def test_a_mistake_is_told_with_its_own_file_and_cell_and_costs_its_row_alone(tmp_path: Path) -> None:
    one, two = (
        table(tmp_path / "a.csv", "x;X;1;0,5"),
        table(tmp_path / "b.csv", "y;Y;mange;0.4", "z;Z;2;0,3..0,6", "v;V;2;1,0", "w;W;2;0,,5"),
    )
    ran = run(tmp_path / "run", one, two)
    assert f"{two}:2:3: wrong-type: `mange`" in ran.err
    assert f"{two}:2:4: wrong-type: `0.4` has a point" in ran.err
    with (tmp_path / "run" / "rejected.csv").open(encoding="utf-8") as stream:
        rejected = list(csv.DictReader(stream))
    assert [(row["place"].split(":")[0][-5:], row["column"], row["value"]) for row in rejected] == [
        ("b.csv", "diagnoser", "mange"),
        ("b.csv", "andel pladser brugt af andre kommuner 2016", "0.4"),
        ("b.csv", "andel pladser brugt af andre kommuner 2016", "0,,5"),
    ]
    assert [row["row"] for row in rejected] == ["2", "2", "5"]
    kept = pl.read_parquet(tmp_path / "run" / "decisions" / f"{COVERED.id}@2018.parquet")
    shares = {"x": "0.5", "z": "0.3..0.6", "v": "1.0"}
    assert dict(kept.select("offer", "outside_share_2016").rows()) == shares


def test_each_of_them_has_its_own_decimal_sign(tmp_path: Path) -> None:
    cells = [
        "0,5",
        "<=0,5",
        "0,3..0,6",
        ">0,25 <0,5",
        "1,000",
        "0",
        "ukendt",
        "4/12",
        "0,5.",
        "0,,5",
        "1.234",
        "1,0,5",
        ",5",
    ]
    one = table(tmp_path / "a.csv", *(f"a{i};A;1;{cell}" for i, cell in enumerate(cells)))
    (tmp_path / "b.csv").write_text("id,name,outside_share_2016\nb,B,0.5\nc,C,<0.25\nd,D,1.000\n")
    run(tmp_path / "alone", one)
    ran = run(tmp_path / "run", one, tmp_path / "b.csv")
    assert f"{tmp_path / 'b.csv'}:4:3: wrong-type: `1.000` can be read as 1 and as 1000" in ran.err
    both, alone = decisions(tmp_path / "run"), decisions(tmp_path / "alone")
    assert {name: row for name, row in both.items() if " a" in name} == alone
    assert {name.split()[1] for name in both} - {name.split()[1] for name in alone} == {"b", "c"}


def test_a_number_of_any_form_means_the_same_beside_a_table_with_points(tmp_path: Path) -> None:
    of_chance, cells = chance("several tables"), list[str]()
    while len(cells) < NUMBERS:
        cell = mutated(form_of_number(of_chance), of_chance)
        cell = cell.replace("..", "\0").replace(".", ",").replace("\0", "..")  # numbers of both signs are a question
        if not set(cell) & set(';"\n\r'):
            cells.append(cell)
    one = table(tmp_path / "a.csv", "sure;S;1;0,5", *(f"a{i};A;1;{cell}" for i, cell in enumerate(cells)))
    (tmp_path / "b.csv").write_text("id,name,outside_share_2016\n" + "".join(f"b{i},B,0.5\n" for i in range(3)))
    alone, both = run(tmp_path / "alone", one), run(tmp_path / "run", one, tmp_path / "b.csv")
    assert (alone.code, both.code) == (1, 1), both.err
    assert decisions(tmp_path / "alone").items() <= decisions(tmp_path / "run").items()
    assert len(decisions(tmp_path / "run")) == len(decisions(tmp_path / "alone")) + 2 * 3


def test_columns_that_one_of_them_lacks_are_not_stated_there(tmp_path: Path) -> None:
    one = table(tmp_path / "a.csv", "x;X;1;0,5")
    (tmp_path / "b.csv").write_text("name,id\nY,y\n")
    assert run(tmp_path / "run", one, tmp_path / "b.csv").code == 0


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("a.csv", "a.csv"), "the table is named twice"),
        (("a.csv", "offers"), "several registers are workbooks or tables of CSV"),
        (("a.csv", "x.duckdb#y"), "several registers are workbooks or tables of CSV"),
        (("a.csv", "absent.csv"), "absent.csv: unreadable"),
        (("a.csv", "parquet.parquet"), "one of several tables is a workbook or CSV, not parquet"),
    ],
)
def test_what_is_not_one_register_is_refused(names: tuple[str, ...], message: str, tmp_path: Path) -> None:
    (tmp_path / "offers").mkdir()
    shutil.copy(DATA / "gnisten.yaml", tmp_path / "offers")
    table(tmp_path / "a.csv", "x;X;1;")
    pl.DataFrame({"id": ["x"]}).write_parquet(tmp_path / "parquet.parquet")
    ran = run(tmp_path / "run", *(tmp_path / name for name in names))
    assert ran.code == 1
    assert message in ran.err


@pytest.mark.slow
def test_hidden_rows_are_said_with_their_file(returned: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(returned / "0.xlsx")
    book["Register"].row_dimensions[4].hidden = True
    book.save(tmp_path / "a.xlsx")
    ran = run(tmp_path / "run", tmp_path / "a.xlsx", returned / "1.xlsx")
    assert "a.xlsx: 1 hidden row is read, too: 4" in ran.err
    (remark, *_) = json.loads((tmp_path / "run" / "run.json").read_text())["input_remarks"]
    assert remark == {"code": "hidden_rows", "examples": [4], "file": "a.xlsx", "offers": 1}


@pytest.mark.slow
def test_preview_reads_them_as_one_register(returned: Path) -> None:
    options = ("--against", MOST.id, "--rulebook", f"{MOST.id}@2018", *YEAR, "--lang", "en")
    ran = here("preview", str(returned), *options)
    assert ran.code == 0, ran.err
    assert "0 of 23 verdicts would change." in ran.out


def test_workbooks_beside_offer_files_are_not_passed_over(returned: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(returned, tmp_path / "svar")
    (folder / "x.yaml").write_bytes((DATA / "gnisten.yaml").read_bytes())
    ran = run(tmp_path / "run", folder)
    assert (ran.code, ran.out) == (1, "")
    assert "there are workbooks (" in ran.err
    assert ") and offer files (x.yaml) in the folder" in ran.err


@pytest.mark.slow
def test_workbooks_in_folders_below_and_of_any_name_are_read(returned: Path, tmp_path: Path) -> None:
    folder = tmp_path / "svar"
    for at, path in enumerate(sorted(returned.glob("[0-9]*"))):
        (folder / f"kommune {at}").mkdir(parents=True)
        shutil.copy(path, folder / f"kommune {at}" / f"_svar{path.suffix}")
    ran, expected = run(tmp_path / "run", folder), run(tmp_path / "expected", returned)
    assert ran.code == expected.code == 0, ran.err
    assert decisions(tmp_path / "run") == decisions(tmp_path / "expected")
    assert "stands in several tables (" in ran.err
    assert "stands in several tables (5 offers): kommune 0/_svar.xlsx, kommune 1/_svar.xlsx" in ran.err


def test_a_workbook_of_an_old_kind_is_refused_and_not_passed_over(returned: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(returned, tmp_path / "svar")
    (folder / "gammel.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    ran = run(tmp_path / "run", folder)
    assert (ran.code, "gammel.xls" in ran.err) == (1, True)

"""What `sekskant assess` takes beside offer files: registers as `reclassify` reads them, runs, entries of journals."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.records.offer import Offer
from offers.tables.paths import is_register
from offers.tables.rows import Rows
from tests.chance import tried
from tests.command import DATA, Ran, here, sekskant
from tests.offers.tables.opendocument import ods, sheet_rows

YEAR = ("--year", "2018")
STRATEGY, MOST = "hovedstaden.udviklingsstrategi", "hovedstaden.mest-specialiserede"
COLUMNS = ["id", "name", "operator_kind", "operator_name", "agreement_kind", "cases_per_10000", "diagnoses"]
COLUMNS += ["large_catchment_needed", "outside_share_2014", "outside_share_2015", "outside_share_2016"]
COLUMNS += ["outside_share_2014_source", "volume_judgement", "volume_judgement_because"]
ROWS = [
    ["a", "Ålykke", "municipality", "Gentofte Kommune", "none", "<=10", ">=2", "yes", "0.49", "0.5", "0.51", "Mail"],
    ["b", "Østergård", "region", "Region Hovedstaden", "", "0.5..10", "2", "no", "unknown", "", "", "", "yes", "Nok"],
    ["wrong", "Fejl", "municipality", "", "", "many", "", "", "", "", "", ""],
    ["Total", "", "", "", "", "", "3"],
    [],
    ["c", "<b>C & =1+1</b>", "private", "Fonden", "region", "", "", "", "", "", "", ""],
    ["A", "", "region", "", "", "", "4", "", "", "", "", ""],
]


def cells_of(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[*row, *[""] * (len(COLUMNS) - len(row))] for row in rows]


def as_csv(folder: Path, rows: Sequence[Sequence[str]]) -> Path:
    with (folder / "register.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([COLUMNS, *cells_of(rows)])
    return folder / "register.csv"


def as_xlsx(folder: Path, rows: Sequence[Sequence[str]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "Register"
    for row in (COLUMNS, *cells_of(rows)):
        book.active.append([None if cell == "" else cell for cell in row])
        for cell in book.active[book.active.max_row]:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    book.save(folder / "register.xlsx")
    return folder / "register.xlsx"


def as_ods(folder: Path, rows: Sequence[Sequence[str]]) -> Path:
    return ods(folder / "register.ods", sheet_rows([COLUMNS, *cells_of(rows)]))


def frame_of(rows: Sequence[Sequence[str]]) -> pl.DataFrame:
    cells = [[cell or None for cell in row] for row in cells_of(rows)]
    return pl.DataFrame(cells, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def as_parquet(folder: Path, rows: Sequence[Sequence[str]]) -> Path:
    frame_of(rows).write_parquet(folder / "register.parquet")
    return folder / "register.parquet"


def as_ndjson(folder: Path, rows: Sequence[Sequence[str]]) -> Path:
    frame_of(rows).write_ndjson(folder / "register.ndjson")
    return folder / "register.ndjson"


FORMS = {"csv": as_csv, "xlsx": as_xlsx, "ods": as_ods, "parquet": as_parquet, "ndjson": as_ndjson}


def assessed(*arguments: object, code: int = 0) -> list[dict[str, Any]]:
    ran = here("assess", *map(str, arguments), *YEAR, "--format", "json")
    assert ran.code == code, ran.err
    records: list[dict[str, Any]] = json.loads(ran.out)
    return records


def said(records: Sequence[Mapping[str, Any]]) -> list[tuple[object, ...]]:
    """What is decided, as the files of a run say it."""
    return [
        (r["rulebook"]["id"], r["offer"], r["verdict"], r["outcome"], r["basis"], *(c["status"] for c in r["criteria"]))
        for r in records
    ]


def reclassified(*arguments: object, out: Path) -> tuple[Ran, list[tuple[object, ...]]]:
    """What a run decides, each offer by one rulebook after the other."""
    ran = here("reclassify", *map(str, arguments), *YEAR, "--out", str(out), "--lang", "en", "--no-list", "--no-report")
    frames = {name: pl.read_parquet(out / "decisions" / f"{name}@2018.parquet") for name in (STRATEGY, MOST)}
    rows = {}
    for letter, (name, frame) in zip("AB", frames.items(), strict=True):
        columns = ["offer", "verdict", "outcome", "basis", *(f"{letter}{number}" for number in range(1, 7))]
        rows[name] = [(name, *row) for row in frame.select(columns).iter_rows()]
    return ran, [decision for pair in zip(*rows.values(), strict=True) for decision in pair]


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_a_register_is_decided_as_reclassify_decides_it_with_the_same_places(form: str, tmp_path: Path) -> None:
    register = FORMS[form](tmp_path, ROWS)
    assert is_register(str(register))
    ran, rows = reclassified(register, out=tmp_path / "run")
    assert said(assessed(register, code=1)) == rows
    assert [row[1] for row in rows[::2]] == ["b", "c"]
    err = here("assess", str(register), *YEAR, "--summary", "--lang", "en").err
    wrong = [line for line in ran.err.splitlines() if "wrong-type" in line]
    assert wrong
    assert wrong == [line for line in err.splitlines() if "wrong-type" in line]
    assert "1 row holds no offer and was set aside" in err
    assert "1 row holds no offer and was set aside" in ran.err
    repeated = [line.split(": ")[0] for line in ran.err.splitlines() if "repeated-offer" in line]
    assert repeated == [line.split(": ")[0] for line in err.splitlines() if "repeated-offer" in line]
    assert len(repeated) == 2
    assert ran.code == 1


def test_every_form_prints_a_register(tmp_path: Path) -> None:
    register = str(as_xlsx(tmp_path, ROWS))
    table, page, rows = (
        here("assess", register, *YEAR, "--lang", "en", *option).out
        for option in ((), ("--format", "html"), ("--format", "csv"))
    )
    for text in (table, page):
        assert "Outcome" in text or "outcome" in text
        assert "What is unsettled" in text
    assert "&lt;b&gt;C &amp; =1+1&lt;/b&gt;" in page
    assert "Source: Mail" not in table
    assert [row["offer"] for row in csv.DictReader(rows.splitlines())] == ["b"] * 12 + ["c"] * 12


def test_a_table_is_read_as_the_options_say(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(as_xlsx(tmp_path, ROWS))
    book.create_sheet("Other", 0).append(["id", "diagnoses"])
    book["Other"].append(["z", 4])
    book.save(tmp_path / "two.xlsx")
    assert {r["offer"] for r in assessed(tmp_path / "two.xlsx", "--sheet", "Other")} == {"z"}
    assert here("assess", str(tmp_path / "two.xlsx"), *YEAR, "--max-rows", "2").code == 1
    records = assessed(tmp_path / "two.xlsx", "--ignore-column", "cases_per_10000", code=1)
    assert [r["offer"] for r in records[::2]] == ["b", "wrong", "c"]


def test_a_defect_in_one_row_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Rows.offer

    def broken(self: Rows, row: int, values: Mapping[str, Any]) -> Offer:
        return read(self, row, values) if row else read(self, 1 // row, values)

    monkeypatch.setattr(Rows, "offer", broken)
    register = as_csv(tmp_path, [ROWS[0], ROWS[1]])
    assert {r["offer"] for r in assessed(register, code=70)} == {"b"}
    assert "register.csv:2:1: defect: " in here("assess", str(register), *YEAR, "--lang", "en").err


def test_several_tables_and_a_folder_of_them_are_one_register(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(as_csv(tmp_path, ROWS[:1]), tmp_path / "in" / "1.csv")
    shutil.copy(as_xlsx(tmp_path, ROWS[1:2]), tmp_path / "in" / "2.xlsx")
    _, rows = reclassified(tmp_path / "in", out=tmp_path / "run")
    assert [row[1] for row in rows[::2]] == ["a", "b"]
    assert said(assessed(tmp_path / "in")) == rows
    assert said(assessed(tmp_path / "in" / "1.csv", tmp_path / "in" / "2.xlsx")) == rows
    mixed = here("assess", str(tmp_path / "in" / "1.csv"), str(DATA / "gnisten.yaml"), *YEAR)
    assert (mixed.code, "several registers are workbooks or tables of CSV" in mixed.err) == (1, True)


def test_what_one_table_and_an_offer_file_are_called_is_told_by_what_they_hold(tmp_path: Path) -> None:
    offer = {"format": "sekskant/offer/1", "id": "n", "name": "N"}
    (tmp_path / "offers.ndjson").write_text(json.dumps(offer) + "\n")
    shutil.copy(as_csv(tmp_path, ROWS), tmp_path / "table.txt")
    shutil.copy(DATA / "gnisten.yaml", tmp_path / "offer.txt")
    shutil.copy(as_parquet(tmp_path, ROWS), tmp_path / "without-suffix")
    names = ("offers.ndjson", "offer.txt", "table.txt", "without-suffix", "nothing", "nothing.duckdb#t")
    assert [is_register(str(tmp_path / name)) for name in names] == [False, False, True, True, False, True]
    assert {r["offer"] for r in assessed(tmp_path / "offers.ndjson")} == {"n"}


def test_what_a_register_records_is_replayed_and_found_by_its_entries(tmp_path: Path) -> None:
    register, journal = str(as_xlsx(tmp_path, ROWS)), str(tmp_path / "journal.db")
    ran = here("assess", register, *YEAR, "--format", "json", "--journal", journal)
    assert "entries 1-4" in ran.err
    assert here("audit", "replay", "--all", "--journal", journal).code == 0
    records = json.loads(ran.out)
    one = json.loads(here("assess", "2", "--journal", journal, "--format", "json").out)
    several = json.loads(here("assess", "1", "2", "3", "4", "--journal", journal, "--format", "json").out)
    assert [*said(one)] == said(records)[1:2]
    assert said(several) == said(records)
    assert [r["input_remarks"] for r in several] == [r["input_remarks"] for r in records]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of tables, one of offer files, and the journal with both."""
    folder = tmp_path_factory.mktemp("recorded")
    for register, out in ((as_csv(folder, ROWS), "run"), (DATA, "real")):
        ran = here(
            *("reclassify", str(register), *YEAR, "--out", str(folder / out), "--journal", str(folder / "journal.db"))
        )
        assert ran.code == (1 if out == "run" else 0)
    return folder


def printed(*arguments: str, code: int = 0) -> list[tuple[object, ...]]:
    ran = here("assess", *arguments, "--format", "json")
    assert ran.code == code, ran.err
    return said(json.loads(ran.out))


@pytest.mark.slow
def test_a_run_is_printed_as_it_was_decided(recorded: Path) -> None:
    journal = ("--journal", str(recorded / "journal.db"))
    for out, entry, source in (("run", "1", recorded / "register.csv"), ("real", "2", DATA)):
        expected = said(assessed(source, code=1 if out == "run" else 0))
        assert printed(str(recorded / out)) == expected
        assert printed(entry, *journal) == expected
    assert "Gnisten" in here("assess", str(recorded / "real"), "--lang", "da").out
    assert "Gnisten" in here("assess", str(recorded / "real"), "--format", "html").out


@pytest.mark.slow
def test_one_offer_of_a_run_is_printed_by_all_its_rulebooks_or_by_one(recorded: Path) -> None:
    journal = ("--journal", str(recorded / "journal.db"))
    assert [one[:2] for one in printed("1/b", *journal)] == [(STRATEGY, "b"), (MOST, "b")]
    assert [one[:2] for one in printed(f"1/b@{MOST}", "1/c", *journal)] == [(MOST, "b"), (STRATEGY, "c"), (MOST, "c")]
    none = here("assess", "1/nobody", *journal)
    assert (none.code, "the batch in entry 1 has no decision on `nobody`" in none.err) == (1, True)
    assert here("assess", "99", *journal).code == 1
    assert here("assess", "9" * 30, *journal).code == 1


def test_an_existing_path_goes_before_an_entry(recorded: Path, tmp_path: Path) -> None:
    shutil.copy(DATA / "gnisten.yaml", tmp_path / "1")
    arguments = ("assess", "1", *YEAR, "--format", "json", "--journal", str(tmp_path / "new.db"))
    (of_file,) = {r["offer"] for r in json.loads(sekskant(*arguments, cwd=tmp_path).out)}
    assert of_file == "gnisten"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--year", "2018"], "leave --year and --rulebook out"),
        (["1", "--rulebook", MOST], "leave --year and --rulebook out"),
        (["run", "register.csv"], "run was decided before; print it by itself"),
    ],
)
def test_what_was_decided_is_not_decided_otherwise(recorded: Path, arguments: list[str], words: str) -> None:
    ran = sekskant("assess", *arguments, "--journal", "journal.db", "--lang", "en", cwd=recorded)
    assert (ran.code, words in " ".join(ran.err.replace("│", " ").split())) == (2, True)


def test_a_run_that_was_altered_is_not_shown(recorded: Path, tmp_path: Path) -> None:
    shutil.copytree(recorded / "run", tmp_path / "run")
    file = tmp_path / "run" / "decisions" / f"{MOST}@2018.parquet"
    frame = pl.read_parquet(file)
    frame.with_columns(pl.lit("met").alias("B6")).write_parquet(file)
    ran = here("assess", str(tmp_path / "run"))
    assert (ran.code, ran.out, "no longer has its digest" in ran.err) == (4, "", True)
    (tmp_path / "run" / "record.json").unlink()
    older = here("assess", str(tmp_path / "run"), "--lang", "en")
    assert older.err.count("made again, it differs in B6") == 2
    assert older.out == ""


NUMBERS = ["", "0.5", "<=0.5", ">=4", "3..5", "unknown", "0", "12", "4/12", "x", "-1"]
ANSWERS = ["", "yes", "no", "unknown", "maybe"]
KINDS = ["municipality", "region", "private", "municipality|region", ""]
CELLS = {
    "id": [*"abcdefgh", "", "Total", "A"],
    "operator_kind": KINDS,
    "agreement_kind": ["none", "region", "municipality", ""],
    "cases_per_10000": NUMBERS,
    "diagnoses": NUMBERS,
    "outside_share_2014": ["", "0.6", "0.4", "unknown", "2", "1/3"],
    "outside_share_2016": ["", "0.7", ">0.5", "unknown"],
    "large_catchment_needed": ANSWERS,
    "volume_judgement": ANSWERS,
    "volume_judgement_because": ["", "Nok"],
}
rows = st.tuples(*(st.sampled_from(CELLS.get(name, [""])) for name in COLUMNS)).map(list)


@pytest.mark.slow
@given(st.lists(rows, min_size=1, max_size=8), st.sampled_from(["csv", "parquet", "ndjson"]))
@tried(60)
def test_columns_decide_what_is_decided_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], form: str
) -> None:
    folder = tmp_path_factory.mktemp("register")
    register = FORMS[form](folder, [["z", "Z", "region", "Region"], *rows])
    ran, decided = reclassified(register, out=folder / "run")
    one_by_one = here("assess", str(register), *YEAR, "--format", "json")
    # A run leaves out an offer on which one rulebook cannot decide; one by one, it is said what the other decides.
    with (folder / "run" / "rejected.csv").open(encoding="utf-8-sig", newline="") as stream:
        rejected = {row["offer"] for row in csv.DictReader(stream)}
    alone = [decision for decision in said(json.loads(one_by_one.out)) if decision[1] not in rejected]
    assert alone == [decision for decision in decided if decision[1] not in rejected]
    assert one_by_one.code == ran.code


@pytest.mark.slow
@pytest.mark.parametrize("form", ["table", "csv", "html", "json"])
def test_what_people_decided_instead_stands_beside_what_was_recorded(tmp_path: Path, form: str) -> None:
    journal = ("--journal", str(tmp_path / "j.db"))
    assert here("assess", str(DATA / "blindenetvaerket.yaml"), *YEAR, *journal).code == 0
    decided = ("--verdict", "met", "--because", "Klyngen har besluttet", "--by", "AB")
    assert here("audit", "override", "1", *decided, *journal).code == 0
    ran = here("assess", "1", *journal, "--format", form)
    assert ran.code == 0
    assert "Klyngen har besluttet" in " ".join(ran.out.split())
    assert "AB" in ran.out + ran.err
    run = str(tmp_path / "run")
    assert here("reclassify", str(DATA), *YEAR, "--out", run, *journal).code == 0
    assert "Klyngen har besluttet" in (tmp_path / "run" / "summary.html").read_text(encoding="utf-8")

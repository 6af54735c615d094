"""`sekskant reclassify` as a reader runs it: what it writes, what it says, and what an interruption leaves."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import yaml

from engine.decisions.cause_of_change import Cause, VerdictChange, cause_of, change_of
from tests.command import DATA, ROOT, Ran, here, sekskant
from tests.offers.tables.opendocument import ods, sheet_rows
from tests.support import put_broken_durable_rules

STRATEGY, MOST = "hovedstaden.udviklingsstrategi", "hovedstaden.mest-specialiserede"
HEAD = "id;Navn;Driftsherrens art;Tilfælde pr. 10.000 indbyggere;Diagnoser;Behov for et større optageområde"
HEAD += ";Behov for faglig koordinering;Højt specialiseret grundlag;Andel pladser brugt af andre kommuner 2014"
HEAD += ";Andel pladser brugt af andre kommuner 2015;Andel pladser brugt af andre kommuner 2016"
ROWS = [
    "a;Ålykke;kommune;<=10;>=2;ja;ja;ja;0,49;0,50;0,51",
    "b;Østergård;kommune;0,5..10;2;ja;ja;nej;0,49;0,50;0,50",
    "c;=1+1;region;;;;;;;;",
    "d;Ukendt;privat;ukendt;ukendt;ja;ja;ja;0,6;0,6;ukendt",
]


def run(tmp_path: Path, name: str, rows: Sequence[str], *options: str, out: str = "run", code: int = 0) -> Ran:
    (tmp_path / name).write_bytes("\r\n".join([HEAD, *rows, ""]).encode("cp1252"))
    ran = sekskant("reclassify", str(tmp_path / name), "--year", "2018", "--out", str(tmp_path / out), *options)
    assert ran.code == code, ran.err
    return ran


def verdicts(folder: Path, rulebook: str = STRATEGY) -> dict[str, str]:
    decisions = pl.read_parquet(folder / "decisions" / f"{rulebook}@2018.parquet")
    return dict(zip(decisions["offer"], decisions["verdict"], strict=True))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_danish_table_is_decided_and_what_was_detected_is_said(tmp_path: Path) -> None:
    ran = run(tmp_path, "register.csv", ROWS)
    assert "encoding cp1252, separator ;, decimal sign ," in ran.err
    assert verdicts(tmp_path / "run") == {"a": "met", "b": "not_met", "c": "met", "d": "undetermined"}
    decisions = pl.read_parquet(tmp_path / "run" / "decisions" / f"{STRATEGY}@2018.parquet")
    first = decisions.row(0, named=True)
    assert (first["outcome"], first["basis"], first["A5"], first["A1"]) == ("covered", "four_of_six", "met", "met")
    assert (first["outside_share_2014"], first["cases_per_10000"]) == ("0.49", "<=10")
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["rulebooks"][0]["rows"] == {
        "in": 4,
        "met": 2,
        "not_met": 1,
        "rejected": 0,
        "set_aside": 0,
        "undetermined": 1,
    }
    assert record["checked_by_reference"] == 4
    by = {"durable-rules 2.0.28": "reference", "reference": "decision diagram"}
    assert all(by[r["engine"]] == r["checked_by"] for r in record["rulebooks"])
    assert {r["offer"]: r["near_threshold"] for r in rows_of(tmp_path / "run" / "fragile.csv")}["a"] == (
        "cases_per_10000 diagnoses outside_share_mean"
    )


@pytest.mark.slow
def test_without_durable_rules_the_same_is_decided_and_it_is_said_by_whom(tmp_path: Path) -> None:
    run(tmp_path, "register.csv", ROWS)
    put_broken_durable_rules(tmp_path)
    variables = {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT))), "SEKSKANT_ENGINE": ""}
    arguments = ("reclassify", str(tmp_path / "register.csv"), "--year", "2018", "--out", str(tmp_path / "without"))
    ran = sekskant(*arguments, environment=variables)
    assert ran.code == 0
    assert ran.err.startswith(
        "durable-rules cannot be loaded (durable_rules_engine.py: undefined symbol: PyEval_CallObject): "
    )
    assert ran.err.count("durable-rules cannot") == 1
    assert verdicts(tmp_path / "without") == verdicts(tmp_path / "run")
    record = json.loads((tmp_path / "without" / "run.json").read_text())
    assert {(r["engine"], r["checked_by"]) for r in record["rulebooks"]} == {("reference", "decision diagram")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "read", "words"),
    [
        (
            "da",
            "tegnkodning cp1252, skilletegn ;, decimaltegn ,",
            (
                "`1.234` har punktum, hvor tabellens tal har decimalkomma (kolonnen `Tilfælde pr. 10.000 indbyggere`)",
                "skriv `1,234` eller `1234`",
            ),
        ),
        (
            "en",
            "encoding cp1252, separator ;, decimal sign ,",
            (
                "`1.234` has a point where the table's numbers have a decimal comma "
                "(column `Tilfælde pr. 10.000 indbyggere`)",
                "write `1,234` or `1234`",
            ),
        ),
    ],
)
def test_what_is_wrong_is_said_and_listed_in_the_language_of_the_run(
    language: str, read: str, words: tuple[str, str], tmp_path: Path
) -> None:
    ran = run(tmp_path, "register.csv", [*ROWS, "f;F;kommune;1.234;;;;;;;"], "--lang", language, code=1)
    with (tmp_path / "run" / "rejected.csv").open(encoding="utf-8-sig", newline="") as stream:
        (row,) = list(csv.reader(stream, delimiter=";" if language == "da" else ","))[1:]
    assert row[-3:] == ["wrong-type", *words]
    assert read in ran.err
    assert all(text in ran.err for text in words)


def test_every_bad_cell_is_told_and_costs_no_other_row(tmp_path: Path) -> None:
    bad = [
        "e;E;kommunen;;;;;;;;",
        "f;F;kommune;1.234;;;;;;;",
        "g;G;kommune;;2,5;måske;;;;;1,2",
        "a;Igen;kommune;;;;;;;;",
        ";Uden id;kommune;;;;;;;;",
        "h;H;kommune;;;;;;;;;for meget",
        ";;;;;;;;;;",
    ]
    ran = run(tmp_path, "register.csv", [*ROWS, *bad], code=1)
    assert verdicts(tmp_path / "run") == {"b": "not_met", "c": "met", "d": "undetermined"}, ran.err
    rejected = [
        (r["row"], r["offer"], r["column"], r["value"], r["code"]) for r in rows_of(tmp_path / "run" / "rejected.csv")
    ]
    places = [r["place"] for r in rows_of(tmp_path / "run" / "rejected.csv")]
    assert places[:4] == ["register.csv:2:1", "register.csv:6:3", "register.csv:7:4", "register.csv:8:5"]
    assert rejected == [
        ("2", "a", "id", "a", "repeated-offer"),
        ("6", "e", "Driftsherrens art", "kommunen", "wrong-type"),
        ("7", "f", "Tilfælde pr. 10.000 indbyggere", "1.234", "wrong-type"),
        ("8", "g", "Diagnoser", "2,5", "wrong-type"),
        ("8", "g", "Behov for et større optageområde", "måske", "unknown-answer"),
        ("8", "g", "Andel pladser brugt af andre kommuner 2016", "1,2", "evidence-out-of-range"),
        ("9", "a", "id", "a", "repeated-offer"),
        ("10", "", "id", "", "missing-key"),
        ("11", "h", "", "", "wrong-type"),
    ]
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["rulebooks"][0]["rows"] == {
        "in": 10,
        "met": 1,
        "not_met": 1,
        "rejected": 7,
        "set_aside": 0,
        "undetermined": 1,
    }
    assert "register.csv:7:4: wrong-type: `1.234` has a point" in ran.err


@pytest.mark.slow
def test_equal_runs_are_equal_to_the_byte(tmp_path: Path) -> None:
    run(tmp_path, "register.csv", ROWS)
    before = {p.name: p.read_bytes() for p in (tmp_path / "run").rglob("*") if p.is_file()}
    run(tmp_path, "register.csv", ROWS)
    after = {p.name: p.read_bytes() for p in (tmp_path / "run").rglob("*") if p.is_file()}
    assert before == after
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


@pytest.mark.slow
def test_changes_have_a_cause_and_names_of_what_turned(tmp_path: Path) -> None:
    run(tmp_path, "old.csv", [*ROWS, "z;Lukket;kommune;;;;;;;;"], out="old")
    changed = [
        ROWS[0].replace("0,51", "0,50"),
        ROWS[1].replace("0,50;0,50", "0,50;0,51"),
        ROWS[2],
        "n;Ny;kommune;;;;;;;;",
    ]
    run(tmp_path, "new.csv", changed, "--previous", str(tmp_path / "old"), "--rulebook", STRATEGY)
    causes = {
        r["offer"]: (r["change"], r["cause"], r["criteria"], r["facts"])
        for r in rows_of(tmp_path / "run" / "changes.csv")
    }
    assert causes == {
        "a": ("left", "data", "A5", "outside_share"),
        "b": ("entered", "data", "A5", "outside_share"),
        "n": ("new", "", "", ""),
        "d": ("closed", "", "", ""),
        "z": ("closed", "", "", ""),
    }
    sheet = openpyxl.load_workbook(tmp_path / "run" / "changes.xlsx").active
    heads, first, *_ = sheet.values
    change = dict(zip(heads, first, strict=True))
    assert (change["Offer"], change["Name"]) == ("b", "Østergård")


@pytest.mark.slow
def test_a_change_of_the_rule_is_told_from_one_of_the_data(tmp_path: Path) -> None:
    for name in ("vocabulary", "udviklingsstrategi-2018"):
        text = (ROOT / "rules" / "hovedstaden" / f"{name}.yaml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.yaml").write_text(text.replace("at_least: 0.5}", "at_least: 0.4}"), encoding="utf-8")
    run(tmp_path, "old.csv", ROWS[1:2], out="old")
    new_rule = ("--rulebook", str(tmp_path / "udviklingsstrategi-2018.yaml"), "--previous", str(tmp_path / "old"))
    run(tmp_path, "old.csv", ROWS[1:2], *new_rule)
    (row,) = rows_of(tmp_path / "run" / "changes.csv")
    assert (row["change"], row["cause"], row["criteria"], row["facts"]) == ("entered", "rule", "A5", "")
    better = ROWS[1].replace("0,50;0,50", "0,50;0,51")
    run(tmp_path, "old.csv", [better], *new_rule)
    assert [r["cause"] for r in rows_of(tmp_path / "run" / "changes.csv")] == ["either"]


@pytest.mark.slow
def test_ids_that_were_renamed_merged_or_split(tmp_path: Path) -> None:
    run(tmp_path, "old.csv", ROWS, out="old")
    new = [ROWS[0].replace("a;", "a1;", 1), ROWS[0].replace("a;", "a2;", 1), ROWS[1].replace("b;", "bc;", 1)]
    (tmp_path / "ids.csv").write_text("old,new\na,a1\na,a2\nb,bc\nc,bc\n")
    run(tmp_path, "new.csv", new, "--previous", str(tmp_path / "old"), "--ids", str(tmp_path / "ids.csv"))
    changes = [(r["offer"], r["change"], r["previous_verdict"]) for r in rows_of(tmp_path / "run" / "changes.csv")]
    assert [f for f in changes if f[0] != "d"][:1] == [("bc", "left", "not_met|met")]
    assert {f[0] for f in changes} == {"bc", "d"}


def test_matched_ids_need_a_run_before(tmp_path: Path) -> None:
    (tmp_path / "ids.csv").write_text("old,new\na,b\n")
    ran = run(tmp_path, "new.csv", ROWS[:1], "--ids", str(tmp_path / "ids.csv"), code=2)
    assert "--previous" in ran.err


@pytest.mark.slow
def test_cells_cannot_become_formulas(tmp_path: Path) -> None:
    run(tmp_path, "old.csv", [ROWS[0]], out="old")
    run(tmp_path, "new.csv", [ROWS[2].replace("c;", "@c;", 1)], "--previous", str(tmp_path / "old"))
    row = rows_of(tmp_path / "run" / "changes.csv")[0]
    assert (row["offer"], row["name"]) == ("'@c", "'=1+1")
    sheet = openpyxl.load_workbook(tmp_path / "run" / "changes.xlsx").active
    first = {head.value: (cell.value, cell.data_type) for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (first["Offer"], first["Name"]) == (("@c", "s"), ("=1+1", "s"))


def test_the_real_offers_against_what_was_published(tmp_path: Path) -> None:
    ran = sekskant("reclassify", str(DATA), "--year", "2018", "--previous", "published", "--out", str(tmp_path / "run"))
    assert ran.code == 0, ran.err
    changes = rows_of(tmp_path / "run" / "changes.csv")
    assert {(r["rulebook"], r["change"]) for r in changes} == {(STRATEGY, "undetermined"), (STRATEGY, "changed")}
    assert [r["offer"] for r in changes if r["change"] == "changed"] == ["boligerne-paa-herlufsdalsvej", "gnisten"]
    assert sorted(verdicts(tmp_path / "run", MOST).values()).count("met") == 9


def cells_as(rows: Sequence[str]) -> list[dict[str, Any]]:
    return [dict(zip(HEAD.split(";"), row.split(";"), strict=True)) for row in rows]


@pytest.mark.parametrize("kind", ["xlsx", "ods", "parquet", "ndjson"])
def test_other_kinds_of_tables_say_the_same(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"register.{kind}"
    table = [{k: typed(v) for k, v in row.items()} for row in cells_as(ROWS)]
    danish = [[v.replace(".", ",").replace(",,", "..") if isinstance(v, str) else v for v in r.values()] for r in table]
    sheet = [["Oplysninger om tilbud"], list(table[0]), *danish]
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in sheet:
            book.active.append(row)
        for cell in (cell for row in book.active for cell in row if isinstance(cell.value, str)):
            cell.data_type = "s"  # to openpyxl `=1+1` is a formula
        book.save(path)
    elif kind == "ods":
        ods(path, sheet_rows(sheet))
    elif kind == "parquet":
        texts = [{k: v if v is None else str(v) for k, v in row.items()} for row in table]
        pl.DataFrame(texts).with_columns(pl.col("^Andel.*2014$").cast(pl.Float64)).write_parquet(path)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in table))
    ran = sekskant("reclassify", str(path), "--year", "2018", "--out", str(tmp_path / "run"))
    assert ran.code == 0, ran.err
    assert verdicts(tmp_path / "run") == {"a": "met", "b": "not_met", "c": "met", "d": "undetermined"}


def typed(text: str) -> Any:
    plain = text.replace(",", ".")
    try:
        return float(plain) if "." in plain else int(plain)
    except ValueError:
        return plain or None


def test_a_mistake_in_a_workbook_is_told_with_its_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Register"
    book.active.append(["id", "Diagnoser"])
    book.active.append(["a", "mange"])
    book.save(tmp_path / "register.xlsx")
    ran = sekskant("reclassify", str(tmp_path / "register.xlsx"), "--year", "2018", "--out", str(tmp_path / "run"))
    assert "register.xlsx Register!B2: wrong-type: `mange` where a number belongs" in ran.err
    (row,) = rows_of(tmp_path / "run" / "rejected.csv")
    assert (row["column"], row["place"]) == ("Diagnoser", "register.xlsx Register!B2")


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("navn,diagnoser", "missing-key: there is no column `id`"),
        ("id,diagnosr", "unknown-column: there is no fact or attribute `diagnosr`\n  hint: did you mean `diagnoser`?"),
        ("id,diagnoser,diagnoses", "repeated-column: `diagnoses` and `diagnoser` are both `diagnoses`"),
    ],
)
def test_headers_that_are_not_understood_stop_the_run(tmp_path: Path, head: str, message: str) -> None:
    (tmp_path / "register.csv").write_text(f"{head}\na,1,2\n")
    ran = sekskant("reclassify", str(tmp_path / "register.csv"), "--year", "2018", "--out", str(tmp_path / "run"))
    assert message in ran.err
    assert ran.code == 1
    assert not (tmp_path / "run").exists()


def test_a_folder_of_something_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "letter.txt").write_text("dear")
    ran = run(tmp_path, "register.csv", ROWS, code=2)
    assert "is there already and holds no run" in ran.err
    assert (tmp_path / "run" / "letter.txt").exists()


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.3, 0.9, 1.3, 1.7, 2.1])
def test_a_killed_run_leaves_no_folder_or_a_complete_one(tmp_path: Path, after: float) -> None:
    rows = [ROWS[i % 2].replace(";", f"{i};", 1) for i in range(3000)]
    (tmp_path / "register.csv").write_bytes("\r\n".join([HEAD, *rows, ""]).encode("cp1252"))
    arguments = ["reclassify", str(tmp_path / "register.csv"), "--year", "2018", "--out", str(tmp_path / "run")]
    command = [sys.executable, "-c", "from cli.main import main; main()", *arguments]
    environment: Mapping[str, str] = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    if (tmp_path / "run").exists():
        assert len(verdicts(tmp_path / "run")) == 3000
    ran = sekskant(*arguments)
    assert ran.code == 0, ran.err
    assert len(verdicts(tmp_path / "run")) == 3000
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".partial")] == []


@pytest.mark.parametrize(
    ("oo", "no", "on", "nn", "cause"),
    [
        ("met", "not_met", "not_met", "met", None),
        ("met", "not_met", "met", "not_met", Cause.DATA),
        ("met", "met", "not_met", "not_met", Cause.RULE),
        ("met", "not_met", "not_met", "not_met", Cause.EITHER),
        ("met", "met", "met", "not_met", Cause.INTERACTION),
        ("met", "undetermined", "not_met", "not_met", Cause.RULE),
        ("met", None, "met", "not_met", Cause.INTERACTION),
    ],
)
def test_causes(oo: str, no: str | None, on: str, nn: str, cause: Cause | None) -> None:
    assert cause_of(oo, no, on, nn) is cause


def test_changes() -> None:
    assert change_of(None, "met") is VerdictChange.NEW
    assert change_of("undetermined", "not_met") is VerdictChange.CHANGED
    assert change_of("met", "undetermined") is VerdictChange.UNDETERMINED


def test_the_record_names_what_it_was_made_of(tmp_path: Path) -> None:
    run(tmp_path, "register.csv", ROWS)
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    kept = tmp_path / "run" / "rulebooks" / "rules" / f"{STRATEGY}@2018.yaml"
    assert yaml.safe_load(kept.read_text(encoding="utf-8"))["id"] == STRATEGY
    assert record["register"]["read_as"]["encoding"] == "cp1252"
    assert time.strftime("%Y-%m-%d") not in json.dumps(record)


@pytest.mark.slow
def test_a_preview_says_whom_a_change_concerns(tmp_path: Path) -> None:
    for name in ("vocabulary", "udviklingsstrategi-2018"):
        text = (ROOT / "rules" / "hovedstaden" / f"{name}.yaml").read_text(encoding="utf-8")
        text = text.replace("at_least: 0.5}", "at_least: 0.3}").replace("mandatory: [A4, A5]", "mandatory: []")
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    new = ("--rulebook", str(tmp_path / "udviklingsstrategi-2018.yaml"), "--against", STRATEGY, "--year", "2018")
    ran = sekskant("preview", str(DATA), *new, "--fail-if-changed", "4", "--lang", "en", columns=120)
    assert ran.code == 0, ran.err
    assert "4 of 23 verdicts would change." in ran.out
    assert "Gnisten" in ran.out
    assert "the rule: A5" in ran.out
    assert sekskant("preview", str(DATA), *new, "--fail-if-changed", "3").code == 5


@pytest.mark.slow
def test_a_preview_of_another_vocabulary_is_not_one_of_the_same_rulebook(tmp_path: Path) -> None:
    name, shipped = "udviklingsstrategi-2018.yaml", ROOT / "rules" / "hovedstaden"
    (tmp_path / name).write_bytes((shipped / name).read_bytes())
    text = (shipped / "vocabulary.yaml").read_text(encoding="utf-8")
    for vocabulary, same in ((text, True), (text.replace("years: [-4, -3, -2]", "years: [-4, -3]"), False)):
        (tmp_path / "vocabulary.yaml").write_text(vocabulary, encoding="utf-8")
        options = ("--rulebook", str(tmp_path / name), "--against", STRATEGY, "--year", "2018", "--lang", "en")
        ran = sekskant("preview", str(DATA), *options)
        assert ("the two rulebooks are the same" in ran.err) is same


def test_an_offer_file_with_a_mistake_costs_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "offers"
    folder.mkdir()
    shutil.copy(DATA / "gnisten.yaml", folder)
    text = (DATA / "jonstrupvang.yaml").read_text(encoding="utf-8")
    (folder / "b.yaml").write_text(text.replace("\nname: ", "\nnmae: "), encoding="utf-8")
    ran = here("reclassify", str(folder), "--year", "2018", "--out", str(tmp_path / "out"))
    assert ran.code == 1
    assert "unknown key `nmae`" in ran.err
    for file in (tmp_path / "out" / "decisions").iterdir():
        assert pl.read_parquet(file, glob=False)["offer"].to_list() == ["gnisten"]

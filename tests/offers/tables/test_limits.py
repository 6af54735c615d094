"""What is too large, or not whole, is refused before a reader is let at it."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnostics import Rejected
from engine.rulebooks.library import Library
from offers.tables import limits, parquet, workbook_size
from offers.tables.headers import Headers
from offers.tables.limits import MAX_COLUMNS
from offers.tables.opening import open_table
from offers.tables.parquet_footer import row_groups
from offers.tables.reading import Reading
from offers.tables.workbook_size import check_workbook
from tests.chance import cheap, tried
from tests.command import here, sekskant
from tests.offers.tables.handmade import worksheet, xlsx
from tests.offers.tables.opendocument import ods

VOCABULARY = Library().rulebooks[0].vocabulary
HEADERS = Headers(VOCABULARY)
ROWS = '<row r="1"><c r="A1"/><c r="B1"/></row><row r="2"><c r="A2"/></row>'
PREFIXED = '<x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c/></x:row><x:row/></x:sheetData></x:worksheet>'
TEXT = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>'

TOO_LARGE: dict[str, tuple[str, Mapping[str, int], str | None]] = {
    "rows": (worksheet(ROWS), {"max_rows": 1}, "a sheet has more than 1 rows"),
    "as many rows": (worksheet(ROWS), {"max_rows": 2}, None),
    "rows with a prefix": (PREFIXED, {"max_rows": 1}, "a sheet has more than 1 rows"),
    "rows, and breaks between them": (worksheet("<row/>", after="<rowBreaks/>"), {"max_rows": 1}, None),
    "cells": (worksheet(ROWS), {"MAX_CELLS": 2}, "a sheet has more than 2 cells"),
    "as many cells": (worksheet(ROWS), {"MAX_CELLS": 3}, None),
    "cells, and columns": (worksheet(ROWS, before="<cols><col/></cols>"), {"MAX_CELLS": 3}, None),
    "texts": (worksheet(ROWS), {"MAX_SHARED_TEXTS": 2}, "the workbook has more than 2 texts"),
    "as many texts": (worksheet(ROWS), {"MAX_SHARED_TEXTS": 3}, None),
    "a long text": (worksheet(TEXT.format("x" * 400_000)), {}, "a cell has more than 32,767 characters"),
    "a text of escapes": (worksheet(TEXT.format("_x0041_" * 32_767)), {}, None),
    "parts": (worksheet(ROWS), {"_MAX_PARTS": 5}, "the workbook has more than 5 parts"),
    "bytes": (worksheet(ROWS), {"max_size": 1_000}, "the file has more than 1000 bytes when it is unpacked"),
}


@pytest.mark.parametrize("case", TOO_LARGE)
def test_a_workbook_that_is_too_large_is_refused(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet, limits, message = TOO_LARGE[case]
    path = xlsx(tmp_path / "a.xlsx", sheet, ["<t>x</t>"] * 3)
    asked_for = {name: limits.get(name) for name in ("max_size", "max_rows")}
    for name in limits.keys() - asked_for:
        monkeypatch.setattr(workbook_size, name, limits[name])
    try:
        check_workbook(path, "xlsx", **asked_for)
        found = None
    except Rejected as error:
        (diagnostic,) = error.diagnostics
        found = diagnostic.message
        assert diagnostic.code == "too-large"
    assert found == message


def test_rows_and_cells_of_an_open_document_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ods(tmp_path / "a.ods", "<table:table-row><table:table-cell/><table:covered-table-cell/></table:table-row>")
    check_workbook(path, "ods", None, 3)
    with pytest.raises(Rejected, match="more than 2 rows"):
        check_workbook(path, "ods", None, 2)
    monkeypatch.setattr(workbook_size, "MAX_CELLS", 3)
    with pytest.raises(Rejected, match="more than 3 cells"):
        check_workbook(path, "ods", None, None)


@pytest.mark.parametrize("said", [100, 2**31])
def test_a_part_that_is_not_as_long_as_it_says_is_damaged(said: int, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", worksheet(TEXT.format("id") + " " * 5_000))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"xl/worksheets/sheet1.xml") - 46
    data[at + 24 : at + 28] = said.to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(zipfile.BadZipFile):
        check_workbook(path, "xlsx", None, None)
    with pytest.raises(Rejected, match="it is damaged, or is no workbook"):
        open_table(path, VOCABULARY, tmp_path)


@pytest.mark.parametrize("reference", ["B2222222222", "B22222222222222222222222", "BBBB2", "B", "2", "b2222222222"])
def test_a_cell_beyond_all_sheets_never_reaches_a_reader_that_makes_room_for_it(reference: str, tmp_path: Path) -> None:
    """Which ends the process where there is none."""
    cells = "".join(f'<c r="{name}"><v>1</v></c>' for name in ("A2", reference, "C2"))
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'
    path = xlsx(tmp_path / "a.xlsx", worksheet(f'{first}<row r="2">{cells}</row>'))
    with pytest.raises(Rejected, match="it is damaged, or is no workbook"):
        open_table(path, VOCABULARY, tmp_path)


@pytest.mark.parametrize("cut", [b"</office:document-content>", b"</table:table>", b"<table:table-row"])
def test_an_open_document_that_ends_early_is_damaged(cut: bytes, tmp_path: Path) -> None:
    whole, path = ods(tmp_path / "whole.ods", "<table:table-row/>"), tmp_path / "a.ods"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data[: data.rindex(cut)] if name == "content.xml" else data)
    with pytest.raises(Rejected, match="it is damaged, or is no workbook"):
        open_table(path, VOCABULARY, tmp_path)


@pytest.mark.parametrize("encoding", ["UTUTF-8", "hex", "utf-7", "cp1252", "utf-16", "big5", "rot13"])
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"])
def test_a_part_in_an_encoding_of_its_own_is_read_or_damaged(part: str, encoding: str, tmp_path: Path) -> None:
    sheet = worksheet('<row><c t="inlineStr"><is><t>id</t></is></c></row>')
    whole, path = xlsx(tmp_path / "whole.xlsx", sheet), tmp_path / "a.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            declared = f'<?xml version="1.0" encoding="{encoding}"?>'.encode() if name == part else b""
            target.writestr(name, declared + source.read(name))
    try:
        found = open_table(path, VOCABULARY, tmp_path).columns[0].header
    except Rejected as error:
        found = error.diagnostics[0].message
    assert found in ("id", "the workbook cannot be opened: it is damaged, or is no workbook")


def test_notes_without_content_are_passed_over_in_one_go(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string">{}<text:p>{}</text:p></table:table-cell>'
    note = "<office:annotation/>"
    path = ods(tmp_path / "a.ods", f"<table:table-row>{cell.format(note * 50_000, 'id')}</table:table-row>")
    assert open_table(path, VOCABULARY, tmp_path).columns[0].header == "id"


@pytest.mark.parametrize(
    ("reading", "message"),
    [
        (Reading(max_rows=1), "the table has more than 1 rows"),
        (Reading(max_size=10), "the file has more than 10 bytes"),
        (Reading(max_rows=2, max_size=11), None),
    ],
)
def test_a_table_has_no_more_than_is_asked_for(reading: Reading, message: str | None, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\naaa\nbbb\n")
    if message is None:
        assert open_table(tmp_path / "a.csv", VOCABULARY, tmp_path, (), reading).rows == 2
    else:
        with pytest.raises(Rejected, match=f"a.csv: too-large: {message}"):
            open_table(tmp_path / "a.csv", VOCABULARY, tmp_path, (), reading)


def test_options_say_how_large_a_register_may_be(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id;name\na;A\nb;B\n")
    for option, code in (("--max-rows=1", 1), ("--max-rows=2", 0), ("--max-size=10", 1), ("--max-size=1KiB", 0)):
        ran = sekskant("reclassify", "a.csv", option, "--year", "2018", "--out", "run", cwd=tmp_path)
        assert (ran.code, "too-large" in ran.err) == (code, code == 1), ran.err


HOSTILE = ["x", ".", ",", "9", " 9", "1e", "%", "|", "<", "-", "1..", "/", "\U0001f600"]


@pytest.mark.slow
@pytest.mark.parametrize("file", ["a.csv", "a.ndjson"])
def test_a_cell_is_no_longer_than_in_excel(file: str, tmp_path: Path) -> None:
    """Whatever it is made of, in a column of texts and in one of numbers; the rows beside it are decided."""
    rows = [("good", "A", "2"), ("longest", "x" * 32_767, "2")]
    rows += [(f"name{i}", "x" + sign * 100_000, "2") for i, sign in enumerate(HOSTILE)]
    rows += [(f"fact{i}", "A", sign * 100_000) for i, sign in enumerate(HOSTILE)]
    keys = ("id", "name", "diagnoses")
    lines = [";".join(keys), *map(";".join, rows)]
    lines = lines if file.endswith("csv") else [json.dumps(dict(zip(keys, row, strict=True))) for row in rows]
    (tmp_path / file).write_text("\n".join(lines))
    ran = sekskant("reclassify", file, "--year", "2018", "--out", "run", cwd=tmp_path)
    with (tmp_path / "run" / "rejected.csv").open(newline="") as stream:
        rejected = {line["offer"]: (line["code"], line["reason"]) for line in csv.DictReader(stream)}
    told = ("too-large", "the cell has more than 32,767 characters")
    assert (ran.code, rejected) == (1, dict.fromkeys([row[0] for row in rows[2:]], told))


@pytest.mark.slow
@pytest.mark.parametrize(("beyond", "line_end"), [(MAX_COLUMNS, "\n"), (2_000_000, "\n"), (MAX_COLUMNS, "\r\n")])
def test_a_row_with_cells_without_end_costs_that_row(beyond: int, line_end: str, tmp_path: Path) -> None:
    rows = ["id;name", "a;A", "b;B" + ";" * beyond, "c;C", ""]
    (tmp_path / "a.csv").write_text(line_end.join(rows), newline="")
    table = open_table(tmp_path / "a.csv", VOCABULARY, tmp_path)
    faults = {row: (fault.cell, str(fault.words)) for row, fault in table.faults.items()}
    assert faults == {1: (3, "the row has more than 16,384 cells")}
    assert table.frame.collect()["id"].to_list() == ["a", "b", "c"]


@pytest.mark.parametrize(
    "content",
    [
        b"id;name\n" + b"\n" * 1_000,
        b"id;name\n" + b"a\n" * 1_000,
        b"id;name\r\n" + b"  ; \r\n" * 1_000,
        b"id;name\r" + b";\r" * 1_000,
        b'id;name\n"";""\n' + b'"";\n' * 1_000,
        b'id;name\na;"x\n' + b";\n" * 1_000,
        ("id;name\n" + "\n" * 1_000).encode("utf-16"),
    ],
)
def test_rows_that_are_next_to_nothing_are_counted(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    monkeypatch.setattr(limits, "MAX_SHORT_ROWS", 1_001)
    assert open_table(tmp_path / "a.csv", VOCABULARY, tmp_path, (), Reading(separator=";")).kind == "csv"
    monkeypatch.setattr(limits, "MAX_SHORT_ROWS", 900)
    with pytest.raises(Rejected, match="too-large: the table has more than 900 rows that are empty or too short"):
        open_table(tmp_path / "a.csv", VOCABULARY, tmp_path, (), Reading(separator=";"))


def test_lines_of_ndjson_are_counted_before_they_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text('{"id": "a"}\n' + "{}\n" * 10 + '{"id": ')
    with pytest.raises(Rejected, match=r"a\.ndjson: too-large: the table has more than 5 rows"):
        open_table(tmp_path / "a.ndjson", VOCABULARY, tmp_path, (), Reading(max_rows=5))


def test_objects_need_not_call_a_column_alike_and_one_that_calls_it_twice_costs_its_line(tmp_path: Path) -> None:
    keys = [("operator", "Navn"), (" operator_name", "name"), ("operator_name", "name")]
    lines = [json.dumps({"id": f"r{i}", name: "A", of: "Herlev"}) for i, (of, name) in enumerate(keys)]
    lines.append(json.dumps({"id": "r3", "operator": None, "operator_name": "Herlev", "Navn": "A", "name": "B"}))
    (tmp_path / "a.ndjson").write_text("\n".join(lines), encoding="utf-8")
    ran = here("reclassify", str(tmp_path / "a.ndjson"), "--year", "2018", "--out", str(tmp_path / "run"), columns=200)
    assert ran.code == 1
    told = [
        line.removeprefix(f"{tmp_path}/") for line in ran.err.splitlines() if "a.ndjson:" in line and "both" in line
    ]
    assert told == ["a.ndjson:4:1: repeated-column: `name` and `Navn` are both `name`"]
    (file, *_) = sorted((tmp_path / "run" / "decisions").glob("*.parquet"))
    decided = pl.read_parquet(file)
    assert decided["offer"].to_list() == ["r0", "r1", "r2"]
    assert set(decided["operator_name"]) == {"Herlev"}


def test_half_a_character_costs_its_line_of_ndjson(tmp_path: Path) -> None:
    lines = [
        {"id": "a", "name": "\ud800"},
        {"id": "b", "name": "\ud83d\ude00"},
        {"id": "c", "diagnoses\udc00": "1"},
        {"id": "d"},
    ]
    (tmp_path / "a.ndjson").write_text("".join(json.dumps(line) + "\n" for line in lines))
    table = open_table(tmp_path / "a.ndjson", VOCABULARY, tmp_path, ["*"])
    told = (1, "an escape from `\\ud800` to `\\udfff` is half a character")
    assert {row: fault[:2] for row, fault in table.faults.items()} == {0: told, 2: told}
    assert table.frame.collect()["id"].to_list() == [None, "b", None, "d"]


@pytest.mark.parametrize("line", ["x" * 200, "\r" * 200_000, '"' * 200_001, '" ' * 100_001, 'x"' * 100_001])
def test_one_odd_row_costs_no_more_than_that_row(line: str, tmp_path: Path) -> None:
    rows = [f"a{i};A" for i in range(2_000)]
    (tmp_path / "a.csv").write_text("\n".join(["id;name", "odd;" + line, *rows, ""]), newline="")
    table = open_table(tmp_path / "a.csv", VOCABULARY, tmp_path)
    assert table.frame.collect()["id"].to_list()[1:] == [f"a{i}" for i in range(2_000)]


# --- Parquet ---

LISTS = "holds lists or records", "a cell holds one value; several words stand in one text, separated by `|`"
BYTES = "holds bytes", "write the column as texts (in Parquet: strings)"
OF_NO_CELLS: dict[str, tuple[pl.DataType, object, tuple[str, str]]] = {
    "list": (pl.List(pl.String()), ["x"], LISTS),
    "array": (pl.Array(pl.Int64(), 2), [1, 2], LISTS),
    "struct": (pl.Struct({"x": pl.String()}), {"x": "y"}, LISTS),
    "binary": (pl.Binary(), b"x", BYTES),
}


@pytest.mark.parametrize("column", ["id", "name", "diagnoses"])
@pytest.mark.parametrize("kind", OF_NO_CELLS)
def test_a_column_of_no_cells_is_told_as_what_it_is(kind: str, column: str, tmp_path: Path) -> None:
    dtype, value, (what, hint) = OF_NO_CELLS[kind]
    frame = pl.DataFrame({"id": ["a"], "name": ["A"], "diagnoses": [2]}, schema_overrides={"diagnoses": pl.Int64})
    frame = frame.with_columns(pl.Series(column, [value], dtype=dtype))
    frame.write_parquet(tmp_path / "a.parquet")
    ran = here("reclassify", str(tmp_path / "a.parquet"), "--year", "2018", "--out", str(tmp_path / "run"))
    number = frame.columns.index(column) + 1
    place = f"{tmp_path / 'a.parquet'}:1:{number}"
    assert (ran.code, ran.err) == (1, f"{place}: wrong-type: `{column}` {what}\n  hint: {hint}\n")


def test_each_file_of_a_folder_that_is_unlike_the_first_is_told(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": ["a"], "diagnoses": [2]})
    others = [
        frame,
        frame.with_columns(name=pl.lit("A")),
        frame.drop("diagnoses"),
        frame.cast({"diagnoses": pl.String}),
    ]
    for number, other in enumerate(others):
        other.write_parquet(tmp_path / f"{number}.parquet")
    with pytest.raises(Rejected) as error:
        open_table(tmp_path, VOCABULARY, tmp_path)
    assert [(Path(d.place.file).name, d.message) for d in error.value.diagnostics] == [
        ("1.parquet", "there is a column `name`, which the files before it do not have"),
        ("2.parquet", "there is no column `diagnoses`, which the files before it have"),
        ("3.parquet", "the column `diagnoses` is of another type than in the files before it"),
    ]


def test_row_groups_are_known_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame({"id": [f"a{i}" for i in range(1_000)], "diagnoses": [2] * 1_000, "x": [[1]] * 1_000})
    frame.write_parquet(tmp_path / "a.parquet", row_group_size=300)
    assert row_groups(tmp_path / "a.parquet") == [(300, 3), (300, 3), (300, 3), (100, 3)]
    monkeypatch.setattr(parquet, "MAX_CELLS_OF_GROUP", 600)
    assert open_table(tmp_path / "a.parquet", VOCABULARY, tmp_path, ["x"]).rows == 1_000
    monkeypatch.setattr(parquet, "MAX_CELLS_OF_GROUP", 599)
    with pytest.raises(Rejected, match="too-large: a row group has more than 599 cells that are read"):
        open_table(tmp_path / "a.parquet", VOCABULARY, tmp_path, ["x"])
    with pytest.raises(Rejected, match="too-large: the table has more than 999 rows"):
        open_table(tmp_path / "a.parquet", VOCABULARY, tmp_path, ["x"], Reading(max_rows=999))


@given(st.data())
@tried(300)
def test_a_damaged_footer_is_read_or_told(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.parquet")
        pl.DataFrame({"id": ["a", "b"], "diagnoses": [1, 2]}).write_parquet(path)
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 5))):
            content[data.draw(st.integers(len(content) // 2, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.sampled_from([len(content), len(content) - 1, 8, 0]))])
        with suppress(ValueError):
            assert all(group.rows >= 0 for group in row_groups(path))


# --- headers ---


def test_more_columns_than_a_sheet_has_are_refused() -> None:
    with pytest.raises(Rejected, match=r"a\.csv: too-large: the table has more than 16,384 columns"):
        HEADERS.read(["id", *[""] * MAX_COLUMNS], "a.csv")


def test_a_long_header_is_looked_at_once() -> None:
    assert HEADERS.name_of("_" * 1_000_000) is None


_PATTERN_OF_BEFORE = re.compile(r"(.*\S)[\s_]+\(?([0-9]{4})\)?\Z")


@cheap
@given(
    st.lists(st.sampled_from(["outside_share", "Andel", " ", "_", "2016", "(", ")", ",", ":", "source"]), max_size=8)
)
def test_the_year_of_a_header_is_found_as_by_the_pattern(words: list[str]) -> None:
    plain = " ".join("".join(["outside_share", *words]).split())
    match = _PATTERN_OF_BEFORE.match(plain)
    expected = f"outside_share_{match[2]}" if match and match[1].rstrip(",:") == "outside_share" else None
    found = HEADERS.name_of(plain)
    assert expected in (None, found)
    if found is not None and found.removeprefix("outside_share_").isdecimal():
        assert found == expected


@pytest.mark.parametrize(("words", "is_told"), [(limits.MAX_WORDS, False), (limits.MAX_WORDS + 1, True)])
def test_a_cell_with_more_words_than_it_may_have_costs_its_row(words: int, is_told: bool, tmp_path: Path) -> None:
    cell = "|".join(["private"] * words)
    (tmp_path / "a.csv").write_text(f"id;operator_kind\ngood;region\nlong;{cell}\n", encoding="utf-8")
    ran = here("reclassify", str(tmp_path / "a.csv"), "--year", "2018", "--out", str(tmp_path / "out"))
    told = f"{tmp_path / 'a.csv'}:3:2: too-large: the cell has more than 1,000 words\n  hint: write each word once\n"
    assert (told in ran.err) == is_told
    assert "too-large" in ran.err or not is_told
    (file, *_) = sorted((tmp_path / "out" / "decisions").iterdir())
    assert "good" in pl.read_parquet(file)["offer"].to_list()

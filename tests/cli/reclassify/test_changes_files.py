"""The list of changes as a person opens it: no cell becomes a formula, nothing is lost or broken."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import polars as pl

from cli.reclassify.changes_files import write_changes
from offers.tables.formulas import harmless_cell

NASTY = [
    *("=1+1", "-5", "-1+2", " =x", "+5,5", "5,5", "@c", "\t=1", "\n=2", "-"),
    *("a&b<c>", 'q"uo,te;', "line\nbreak", "  spaces ", "3-Kløveren", "]]>"),
    *("a\x1b[31m", "é\u202ex", "\u0000"),
    None,
]


def cell_of(text: str | None) -> str:
    return "" if text is None else harmless_cell(text)


def written(folder: Path, rows_of_a_sheet: int) -> openpyxl.Workbook:
    changes = pl.DataFrame({"offer": NASTY, "name": NASTY[::-1]})
    write_changes(folder, changes, changes, "en", rows_of_a_sheet)
    return openpyxl.load_workbook(folder / "changes.xlsx")


def test_the_csv_holds_what_is_safe_in_a_spreadsheet(tmp_path: Path) -> None:
    written(tmp_path, 100)
    with (tmp_path / "changes.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows == [["offer", "name"], *([cell_of(a), cell_of(b)] for a, b in zip(NASTY, NASTY[::-1], strict=True))]


def test_the_workbook_holds_every_text_as_it_is(tmp_path: Path) -> None:
    book = written(tmp_path, 100)
    cells = [row[0] for row in list(book.active)[1:]]
    written_as = {"a\x1b[31m": "a\ufffd[31m", "é\u202ex": "é\ufffdx", "\u0000": "\ufffd"}
    assert [cell.value for cell in cells] == [written_as.get(text or "", text) for text in NASTY]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "inlineStr"}
    assert (book.active.dimensions, book.active.freeze_panes) == (f"A1:B{len(NASTY) + 1}", "A2")


def test_what_one_sheet_cannot_hold_stands_in_the_next(tmp_path: Path) -> None:
    book = written(tmp_path, 7)
    assert book.sheetnames == ["Changes", "Changes 2", "Changes 3"]
    assert [row[0].value for row in book["Changes 2"]][:3] == ["offer", *NASTY[7:9]]


def test_equal_changes_are_equal_to_the_byte(tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, 7)
        files.append((tmp_path / name / "changes.xlsx").read_bytes())
    assert files[0] == files[1]


def test_nothing_that_changed_is_a_workbook_too(tmp_path: Path) -> None:
    nothing = pl.DataFrame(schema={"offer": pl.String, "name": pl.String})
    write_changes(tmp_path, nothing, nothing, "en")
    assert [cell.value for cell in openpyxl.load_workbook(tmp_path / "changes.xlsx").active[1]] == ["offer", "name"]


def test_the_workbook_is_ready_to_print(tmp_path: Path) -> None:
    changes = pl.DataFrame({"Tilbud": ["a", "b"], "Oplysninger før": ["x" * 200, None]})
    write_changes(tmp_path, changes, changes, "da", 1)
    book = openpyxl.load_workbook(tmp_path / "changes.xlsx")
    assert book.sheetnames == ["Ændringer", "Ændringer 2"]
    for sheet in book:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
        assert (sheet.print_title_rows, sheet.auto_filter.ref) == ("$1:$1", "A1:B2")
        assert sheet["A2"].alignment.wrap_text
        assert sheet.column_dimensions["A"].width < sheet.column_dimensions["B"].width < 40


def test_a_danish_table_opens_in_danish_excel(tmp_path: Path) -> None:
    changes = pl.DataFrame({"Tilbud": ["Ålykke; åben"], "Grænse": ["0,5"]})
    write_changes(tmp_path, changes, changes, "da")
    assert (tmp_path / "changes.csv").read_bytes() == '\ufeffTilbud;Grænse\r\n"Ålykke; åben";0,5\r\n'.encode()

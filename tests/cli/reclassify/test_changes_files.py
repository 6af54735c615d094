"""The list of changes as a person opens it: no cell becomes a formula, nothing is lost or broken."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from cli.common.table_words import TableWords
from cli.reclassify.changes_files import write_changes
from cli.reclassify.listed_changes import COLUMNS
from engine.explanation.words_and_numbers import Wording
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
        assert sheet["B2"].alignment.wrap_text
        assert sheet.column_dimensions["B"].width < sheet.column_dimensions["A"].width < 40


def test_a_danish_table_opens_in_danish_excel(tmp_path: Path) -> None:
    changes = pl.DataFrame({"Tilbud": ["Ålykke; åben"], "Grænse": ["0,5"]})
    write_changes(tmp_path, changes, changes, "da")
    assert (tmp_path / "changes.csv").read_bytes() == '\ufeffTilbud;Grænse\r\n"Ålykke; åben";0,5\r\n'.encode()


PAPER, DIGIT, SIZE = 784.0, 5.56, 10
"""The width of A4 across between the margins, that of a digit, and how large the letters are: in points."""
_OUTCOME = "ikke omfattet af udviklingsstrategien"
_EVIDENCE = "Gennemsnitlig andel brugt af andre kommuner over tre år: 0,48"
_TEXTS = {
    **dict.fromkeys(("previous_verdict", "outcome", "recorded_override", "rulebook"), _OUTCOME),
    **dict.fromkeys(("evidence_before", "evidence_now"), _EVIDENCE),
    "name": "Børneungecenter for Rehabilitering",
    "operator_name": "Region Hovedstaden",
    "target_group": "udviklingsforstyrrelser",
    "services": "SEL § 104: 38 | SEL § 108: 38",
    "change": "blevet uafklaret",
    "cause": "oplysningerne",
    "recorded_override_because": "Aftalt i det politiske udvalg den 2. maj",
}


@pytest.mark.parametrize("is_overridden", [False, True])
def test_what_is_printed_is_large_enough_to_read_and_no_word_of_it_is_cut(tmp_path: Path, is_overridden: bool) -> None:
    """At least some seven points on one page across; what has no room there stands to the right, for the screen."""
    wording = Wording("da")
    overridden = ("recorded_override", "recorded_override_because")
    texts = {name: None if name in overridden and not is_overridden else _TEXTS.get(name, "A5") for name in COLUMNS}
    columns = {name: [text] for name, text in texts.items()}
    changes = pl.DataFrame(columns, schema=dict.fromkeys(COLUMNS, pl.String))
    changes = changes.rename(dict(zip(COLUMNS, TableWords(wording).headings(COLUMNS), strict=True)))
    write_changes(tmp_path, changes, changes, "da")
    sheet = openpyxl.load_workbook(tmp_path / "changes.xlsx").active
    head = [cell.value for cell in sheet[1]]
    assert sorted(head) == sorted(changes.columns)
    printed = head[: sheet[sheet.print_area.split(":")[1].replace("$", "")].column]
    for name in (
        "Navn",
        "Kommune (driftsherre)",
        "Ændring",
        "Udfald før",
        "Udfald",
        "Oplysninger før",
        "Oplysninger nu",
    ):
        assert name in printed
    assert ("Tilsidesat til" in printed) is is_overridden
    widths = [group.width for group in sheet.column_dimensions.values() for _ in range(group.min, group.max + 1)]
    assert len(widths) == len(head)
    for head_of_column, width in zip(printed, widths, strict=False):
        longest = max(map(len, str(changes[head_of_column][0]).split()))
        assert width >= 0.85 * longest, head_of_column
    across = sum(widths[: len(printed)]) * DIGIT
    assert SIZE * min(1, PAPER / across) >= 7

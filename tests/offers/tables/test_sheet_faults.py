"""What is wrong with a sheet, or hidden in it, is said with its place; no cell that looks empty passes for one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.common.remarks_on_input import remark_sentences
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.library import Library
from offers.tables.opening import open_table
from offers.tables.table import Table
from tests.command import sekskant
from tests.offers.tables.handmade import DAY, merged, row_of, worksheet, xlsx
from tests.offers.tables.opendocument import SPACES, ods, sheet_cell, sheet_row, written
from tests.offers.tables.said import said

VOCABULARY = Library().in_force(2018)[0].vocabulary
HEAD = row_of(1, "id", "name", "diagnoses")
NOT_COMPUTED = "the formula in the cell has no value: the workbook was saved without being computed"


def opened(path: Path) -> Table:
    return open_table(path, VOCABULARY, path.parent, ["*"])


SPLIT = "  hint: split them, and write into each cell what holds for it"
A_NUMBER = "  hint: write a number such as `2`, a bound such as `>=2`, a range such as `2..3`, or `unknown`"
SAVED = "  hint: open the workbook in a spreadsheet program, and save it"
AS_TEXT = "  hint: give the cells the format of text, and write the ids anew"
SEE = "  hint: open the workbook in a spreadsheet program, see what is right, and save it"
OWN_HEADER = "  hint: split them, and give each column its header"
A, B = row_of(2, "a", "A", 3), row_of(3, "b", "B", 4)
DATE, TRUE = f'<c s="{DAY}"><v>45292</v></c>', '<c t="b"><v>1</v></c>'
WHOLE: list[str] = []
SUM = "<c><f>SUM(C1:C2)</f></c>"
ODD_IDS: tuple[str | float, ...] = (DATE, TRUE, 1.5, 1e15, 101)


def covered(cell: str, cells: str) -> list[str]:
    message = f"the cell is one of the merged cells `{cells}`, of which only the first holds anything"
    return [f"r.xlsx Register!{cell}: wrong-type: {message}", SPLIT]


@pytest.mark.parametrize(
    ("rows", "after", "expected"),
    [
        pytest.param(HEAD + B + A, "", WHOLE, id="rows out of order"),
        pytest.param(
            HEAD + row_of(2, "a") + row_of(2, None, "A", 4) + B,
            "",
            ["r.xlsx Register!2: unreadable: row 2 stands twice in the sheet, with something in it", SEE],
            id="a row twice",
        ),
        pytest.param(
            HEAD + A.replace("</row>", '<c r="C2"><v>5</v></c></row>'),
            "",
            ["r.xlsx Register!C2: unreadable: the cell C2 stands twice in the sheet, with something in it", SEE],
            id="a cell twice",
        ),
        pytest.param(HEAD + A + '<row r="2"/>' + B, "", WHOLE, id="a row twice, once with nothing in it"),
        pytest.param(
            HEAD + row_of(2, "a", "A", "<c><f>1+2</f></c>") + B,
            "",
            [f"r.xlsx Register!C2: wrong-type: {NOT_COMPUTED}", SAVED],
            id="a formula without a value",
        ),
        pytest.param(
            HEAD + A + row_of(3, "I alt", None, SUM) + row_of(4, None, None, SUM),
            "",
            ["2 rows hold no offer and were set aside: r.xlsx Register!3, r.xlsx Register!4"],
            id="totals that were never computed",
        ),
        pytest.param(
            HEAD + row_of(2, "I alt", "A", SUM) + row_of(3, SUM, None, "nej"),
            "",
            [
                f"r.xlsx Register!C2: wrong-type: {NOT_COMPUTED}",
                SAVED,
                f"r.xlsx Register!A3: wrong-type: {NOT_COMPUTED}",
                SAVED,
                "r.xlsx Register!C3: wrong-type: `nej` where a number belongs",
                A_NUMBER,
            ],
            id="no total, and an id, that were never computed",
        ),
        pytest.param(
            HEAD + row_of(2, DATE, "...", "<c><f>1+2</f></c>") + row_of(3, TRUE, "B", "tre"),
            "",
            [
                "r.xlsx Register!A2: wrong-type: the cell holds the date `2024-01-01`, which is no id",
                AS_TEXT,
                "r.xlsx Register!B2: wrong-type: `...` where a name belongs",
                "  hint: write the name, or leave the line out",
                f"r.xlsx Register!C2: wrong-type: {NOT_COMPUTED}",
                SAVED,
                "r.xlsx Register!A3: wrong-type: the cell holds a logical value (true or false), which is no id",
                AS_TEXT,
                "r.xlsx Register!C3: wrong-type: `tre` where a number belongs",
                A_NUMBER,
            ],
            id="several mistakes in a row",
        ),
        pytest.param(
            HEAD + row_of(2, "a", "A", 3, "<c><f>1+2</f></c>") + B,
            "",
            WHOLE,
            id="a formula without a value in a column that is not read",
        ),
        pytest.param(HEAD + A + B, merged("A2:A3"), covered("A3", "A2:A3"), id="merged rows"),
        pytest.param(HEAD + A + B, merged("B2:C2"), covered("C2", "B2:C2"), id="merged columns"),
        pytest.param(HEAD + A + B, merged("C2:D2", "A5:C9", "D1:E1"), WHOLE, id="merged beside and below the table"),
        pytest.param(
            HEAD + A + B,
            merged("B1:C1"),
            [
                "r.xlsx Register!B1: unreadable: the merged cells `B1:C1` leave columns without a header of their own",
                OWN_HEADER,
            ],
            id="merged headers",
        ),
        pytest.param(
            HEAD + A.replace('r="2"', 'r="2" hidden="1"') + B,
            "",
            ["r.xlsx: 1 hidden row is read, too: 2"],
            id="a hidden row",
        ),
        pytest.param(
            HEAD + "".join(row_of(row, value, "A") for row, value in enumerate(ODD_IDS, start=2)),
            "",
            [
                "r.xlsx Register!A2: wrong-type: the cell holds the date `2024-01-01`, which is no id",
                AS_TEXT,
                "r.xlsx Register!A3: wrong-type: the cell holds a logical value (true or false), which is no id",
                AS_TEXT,
                "r.xlsx Register!A4: wrong-type: the cell holds the number `1.5`, which is not whole and so no id",
                AS_TEXT,
                "r.xlsx Register!A5: wrong-type: the cell holds the number `1e+15`, of which only 15 digits are sure: "
                "it is no id",
                AS_TEXT,
            ],
            id="ids of other types",
        ),
        pytest.param(
            HEAD + row_of(2, "a", "A", DATE) + row_of(3, "b", DATE, "nan") + row_of(4, "c", TRUE, "-inf"),
            "",
            [
                "r.xlsx Register!C2: wrong-type: `2024-01-01` where a number belongs",
                "  hint: a spreadsheet may have made a date of it; write what was meant, such as `1..1` or `1/1`, "
                "in a cell that holds text",
                "r.xlsx Register!C3: wrong-type: `nan` where a number belongs",
                A_NUMBER,
                "r.xlsx Register!C4: wrong-type: `-inf` where a number belongs",
                A_NUMBER,
            ],
            id="days and what is no number where numbers belong",
        ),
    ],
)
def test_what_is_wrong_with_a_sheet_is_said_with_its_place(
    tmp_path: Path, rows: str, after: str, expected: list[str]
) -> None:
    path = xlsx(tmp_path / "r.xlsx", worksheet(rows, '<dimension ref="A1"/>', after))
    is_mistake = any(line.startswith("r.xlsx Register!") for line in expected)
    assert said(path, "--ignore-column", "*") == (int(is_mistake), expected)


def test_a_merged_title_and_a_department_that_is_a_date(tmp_path: Path) -> None:
    rows = row_of(1, "Tilbud i 2018") + row_of(2, "id", "afdeling af") + row_of(3, "a", DATE) + row_of(4, "b", 7)
    path = xlsx(tmp_path / "r.xlsx", worksheet(rows, after=merged("A1:B1")))
    place = "r.xlsx Register!B3: wrong-type: the cell holds the date `2024-01-01`, which is no id"
    unknown = "1 offer said to be a department of an offer that is not in the register: `7`"
    assert said(path) == (1, [place, AS_TEXT, unknown])
    assert opened(path).frame.collect()["part_of"].to_list() == ["2024-01-01", "7"]


def test_what_was_hidden_is_said_in_danish_too(tmp_path: Path) -> None:
    rows = HEAD + "".join(row_of(n, f"o{n}", "x", 3).replace("<row", '<row hidden="1"') for n in range(2, 15))
    ran = sekskant(
        "reclassify", str(xlsx(tmp_path / "r.xlsx", worksheet(rows))), "--year", "2018", "--out", str(tmp_path / "run")
    )
    assert f"{tmp_path}/r.xlsx: 13 hidden rows are read, too: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …\n" in ran.err
    recorded = json.loads((tmp_path / "run" / "run.json").read_text())["input_remarks"]
    assert recorded[0] == {"code": "hidden_rows", "examples": [*range(2, 12)], "offers": 13}
    assert "13 hidden rows are read, too: 2, " in (tmp_path / "run" / "summary.txt").read_text()
    remarks = remark_sentences(opened(tmp_path / "r.xlsx").remarks, (), 0, Wording("da"))
    assert remarks == ["13 skjulte rækker er læst med: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …"]


# --- OpenDocument ---

UNCOMPUTED = '<table:table-cell table:formula="of:=1+2"/>'


def ods_rows(*rows: str) -> str:
    return sheet_row(*map(sheet_cell, ("id", "name", "diagnoses"))) + "".join(rows)


def spanned(value: str, rows: int, columns: int) -> str:
    spans = f'table:number-rows-spanned="{rows}" table:number-columns-spanned="{columns}"'
    return sheet_cell(value, spans)


def test_an_opendocument_sheet_is_told_as_one_of_excel(tmp_path: Path) -> None:
    row = '<table:table-row table:visibility="{}">{}{}{}</table:table-row>'
    rows = ods_rows(
        sheet_row(sheet_cell("a"), sheet_cell("A"), UNCOMPUTED),
        row.format("filter", sheet_cell("b"), spanned("B", 1, 2), "<table:covered-table-cell/>"),
        row.format("collapse", sheet_cell("c"), sheet_cell("C"), sheet_cell(3)),
        sheet_row(sheet_cell(1.5), sheet_cell("D"), sheet_cell(3)),
        sheet_row(sheet_cell(True), sheet_cell("E"), sheet_cell(3)),
        '<table:table-row table:visibility="collapse" table:number-rows-repeated="5">'
        '<table:table-cell table:number-columns-repeated="3"/></table:table-row>',
    )
    code, lines = said(ods(tmp_path / "r.ods", rows))
    assert (code, lines) == (
        1,
        [
            "r.ods: 2 hidden rows are read, too: 3, 4",
            f"r.ods Register!C2: wrong-type: {NOT_COMPUTED}",
            SAVED,
            *(line.replace("r.xlsx", "r.ods") for line in covered("C3", "B3:C3")),
            "r.ods Register!A5: wrong-type: the cell holds the number `1.5`, which is not whole and so no id",
            AS_TEXT,
            "r.ods Register!A6: wrong-type: the cell holds a logical value (true or false), which is no id",
            AS_TEXT,
        ],
    )


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<table:table-cell><text:p>x</text:p></table:table-cell>", "x"),
        ('<table:table-cell office:value-type="void"><text:p>x</text:p></table:table-cell>', "x"),
        ('<table:table-cell office:value-type="float"><text:p>4,5</text:p></table:table-cell>', "4,5"),
        (written("<text:p><![CDATA[a<b]]></text:p>"), "a<b"),
        (written("<text:p>a<!-- <text:p>b</text:p> --></text:p>"), "a"),
        (written("<text:p>_x000D_</text:p>"), "_x000D_"),
        (written("<text:p/>"), None),
        ('<table:table-cell table:formula="x" office:value-type="string" office:string-value=""/>', None),
    ],
)
def test_what_an_opendocument_cell_shows_is_read(tmp_path: Path, cell: str, text: str | None) -> None:
    table = opened(ods(tmp_path / "r.ods", ods_rows(sheet_row(sheet_cell("a"), cell))))
    assert (table.frame.collect()["name"].to_list(), table.faults) == ([text], {})


def test_a_hidden_sheet_of_opendocument_is_not_read_before_the_visible_one(tmp_path: Path) -> None:
    style = (
        '<office:automatic-styles xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><style:style '
        'style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
        "</office:automatic-styles>"
    )
    tables = "".join(
        f'<table:table table:name="{name}"{style_name}>{ods_rows(sheet_row(sheet_cell(name)))}</table:table>'
        for name, style_name in (("Skjult", ' table:style-name="ta2"'), ("Synlig", ""))
    )
    content = (
        f"<office:document-content {SPACES}>{style}<office:body><office:spreadsheet>{tables}</office:spreadsheet>"
        "</office:body></office:document-content>"
    )
    table = opened(ods(tmp_path / "r.ods", "", content=content))
    assert (table.frame.collect()["id"].to_list(), table.sheet) == (["Synlig"], "Synlig")
    remarks = remark_sentences(table.remarks, (), 0, Wording("da"))
    assert remarks == ["skjulte ark er ikke læst: `Skjult`; --sheet vælger et af dem"]

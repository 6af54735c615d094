"""Tables that could end in a traceback, take without end, or all of the memory: each is read, or told in a line."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.command import here
from tests.offers.tables.handmade import MAIN, text_cell, worksheet, xlsx

HEADER = f'<row r="1">{text_cell("A1", "id")}{text_cell("B1", "name")}{text_cell("C1", "diagnoses")}</row>'
GOOD = f'<row r="2">{text_cell("A2", "a")}{text_cell("B2", "Ahorn")}<c r="C2"><v>2</v></c></row>'
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
DAMAGED = "the workbook cannot be opened: it is damaged, or is no workbook"


def sheet(cell: str = "", rows: str = "") -> str:
    """A sheet with a good row, another cell in the row below, and further rows."""
    name = f"{text_cell('A3', 'b')}{text_cell('B3', 'Birk')}"
    return worksheet(f"{HEADER}{GOOD}<row r='3'>{name}{cell}</row>{rows}".replace("'", '"'))


FAR = "".join(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>' for row in range(4, 3_004))
LAUGHS = '<!ENTITY x0 "1111111111">' + "".join(f'<!ENTITY x{level + 1} "{10 * f"&x{level};"}">' for level in range(9))
SHEETS: dict[str, tuple[str, str | None]] = {
    "as it should be": (sheet('<c r="C3"><v>1</v></c>'), None),
    "strict OOXML": (sheet('<c r="C3"><v>1</v></c>').replace(MAIN, STRICT), None),
    "a row beyond all": (sheet(rows='<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'), DAMAGED),
    "the last cell": (
        sheet(rows='<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "the sheet reaches as far as XFD1048576, and is next to empty",
    ),
    "3,000 cells in the last column": (
        sheet(rows=FAR),
        "the sheet reaches as far as XFD3003 and XFD4, and is next to empty",
    ),
    "a text that is not there": (sheet('<c r="C3" t="s"><v>7</v></c>'), DAMAGED),
    "a place among texts that is none": (sheet('<c r="C3" t="s"><v>x</v></c>'), DAMAGED),
    "a number that is none": (
        sheet('<c r="C3"><v>1x</v></c>'),
        "a.xlsx Register!C3: wrong-type: `1x` where a number belongs",
    ),
    "a number of 10,000 digits": (
        sheet(f'<c r="C3"><v>{"9" * 10_000}</v></c>'),
        "a.xlsx Register!C3: wrong-type: `inf` where a number belongs",
    ),
    "an entity": ('<!DOCTYPE a [<!ENTITY x "1">]>' + sheet('<c r="C3"><v>&x;</v></c>'), None),
    "entities without end": (f"<!DOCTYPE a [{LAUGHS}]>" + sheet('<c r="C3"><v>&x9;</v></c>'), DAMAGED),
    "an end that is missing": (sheet()[:-40], DAMAGED),
    "a reference that is none": (sheet('<c r="3C"><v>1</v></c>'), DAMAGED),
}


@pytest.mark.parametrize("case", SHEETS)
def test_a_hostile_sheet_is_read_or_told_in_a_line(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    xml, told = SHEETS[case]
    xlsx(Path("a.xlsx"), xml)
    ran = here("reclassify", "a.xlsx", "--year", "2018", "--out", "run", columns=200)
    assert ran.code == (0 if told is None else 1), ran.err
    assert told is None or told in ran.err
    assert "defect" not in ran.err


def test_a_workbook_without_its_sheet_is_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    whole = xlsx(Path("whole.xlsx"), sheet())
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile("a.xlsx", "w") as target:
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                target.writestr(name, source.read(name))
    ran = here("reclassify", "a.xlsx", "--year", "2018", "--out", "run")
    assert (ran.code, DAMAGED in " ".join(ran.err.split())) == (1, True)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xef\xbb\xbf\r\n", b"\r", b"\0"])
def test_a_table_of_nothing_is_told_in_a_line(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_bytes(content)
    ran = here("reclassify", "a.csv", "--year", "2018", "--out", "run")
    assert ran.code == 1
    assert ran.err.startswith("a.csv")


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"a":' * 100_000, '{"format": ' + "[" * 50])
def test_what_is_nested_without_end_is_told_in_a_line_wherever_json_is_read(
    deep: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("id;name;diagnoses\na;A;2\n")
    fixed = ("reclassify", "a.csv", "--year", "2018")
    assert here(*fixed, "--out", "before", "--journal", "j.db").code == 0
    for file in ("run.json", "record.json"):
        whole = (Path("before") / file).read_bytes()
        (Path("before") / file).write_text(deep)
        ran = here(*fixed, "--out", "now", "--previous", "before")
        assert ran.code in (1, 4)
        assert len(ran.err.splitlines()) <= 3
        assert "defect" not in ran.err
        (Path("before") / file).write_bytes(whole)
    Path("signed.json").write_text(deep)
    for command in (
        ("audit", "verify", "--journal", "j.db", "--signed", "signed.json", "--public-key", "signed.json"),
        ("audit", "verify", "--journal", "j.db", "--seal", "signed.json"),
        ("receipt", "verify", "signed.json"),
    ):
        ran = here(*command)
        assert (ran.code, ran.err.startswith("signed.json")) == (1, True), ran.err
        assert "too-deep" in ran.err

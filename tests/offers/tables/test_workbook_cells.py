"""The cells of workbooks: the same by python-calamine as by openpyxl, and what is wrong with one said in our words."""

from __future__ import annotations

import datetime
import io
import itertools
import math
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnostics import Rejected
from engine.rulebooks.library import Library
from offers.tables.opening import open_table
from offers.tables.reading import Reading
from offers.tables.rows import Rows
from offers.tables.table import EXTRA, ROW, Table
from tests.chance import chance, tried
from tests.offers.tables.opendocument import EMPTY_ROWS, TIMES, ods, sheet_cell, sheet_row, sheet_rows, written

VOCABULARY = Library().in_force(2018)[0].vocabulary
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn"]), max_size=12).filter(lambda t: "_x" not in t)
CELLS = st.one_of(
    st.none(),
    TEXTS,
    st.sampled_from(["a\nb", "  a ", "<=0,5", "#N/A", "0,3..0,5", "&lt;"]),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(-1000, 1000, places=3).map(float),
    st.datetimes(datetime.datetime(1900, 3, 1), datetime.datetime(2100, 1, 1)).map(lambda t: t.replace(microsecond=0)),
    st.dates(datetime.date(1900, 3, 1), datetime.date(2100, 1, 1)),
    st.times().map(lambda t: t.replace(microsecond=0)),
)
ERRORS = ("#N/A", "#DIV/0!", "#REF!", "#NAME?", "#VALUE!", "#NULL!", "#NUM!")


def opened(path: Path) -> Table:
    return open_table(path, VOCABULARY, path.parent, ["*"])


def cells_of(path: Path) -> list[tuple[Any, ...]]:
    """The cells of the column `name` and of all that is ignored are no matter; those of what is read are texts."""
    return opened(path).frame.drop(ROW, EXTRA, strict=False).collect().rows()


def by_openpyxl(path: Path, sheet: str) -> list[list[str | None]]:
    """The cells below the header row, as openpyxl reads them."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    rows = [[as_text(value) for value in row] for row in book[sheet].iter_rows(values_only=True)]
    book.close()
    return rows


def as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if not math.isfinite(value):
            return repr(value)
        is_whole = value.is_integer() and abs(value) < 10**16
        return str(int(value)) if is_whole else f"{Decimal(format(value, '.15g')):f}"
    return str(value).removesuffix(" 00:00:00")


@tried(60)
@given(
    rows=st.lists(st.tuples(TEXTS, CELLS, CELLS, CELLS), max_size=8),
    down=st.integers(0, 4),
    right=st.integers(0, 3),
    gap=st.integers(0, 3),
)
def test_the_same_cells_as_by_openpyxl(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]], down: int, right: int, gap: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "generated.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    for number, row in enumerate(
        [("id", "name", "operator_name", "diagnoses_source"), *([()] * gap), *rows], start=1 + down
    ):
        for column, value in enumerate(row, start=1 + right):
            cell = sheet.cell(number, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    book.save(path)
    table = opened(path)
    expected = by_openpyxl(path, sheet.title)[down + 1 :]
    frame = table.frame.collect()
    assert (table.first_row, table.sheet) == (down + 2, sheet.title)
    assert [str(table.place(0, c)) for c in table.columns] == [
        f"{path} Sheet!{'ABCDEFG'[right + i]}{down + 2}" for i in range(4)
    ]
    for i, row_expected in enumerate(expected):
        cells = [*row_expected[right:], None, None, None, None][:4]
        cells_read = frame.rows()[i][1:] if i < frame.height else (None,) * 4
        assert list(cells_read[1:]) == cells[1:]
        assert (cells_read[0] or "") == (cells[0] or "").strip()


def test_what_excel_writes_beside_texts_and_numbers(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Register")
        sheet.write_row(0, 0, ["id", "name"])
        day, hours = book.add_format({"num_format": "d. mmmm yyyy"}), book.add_format({"num_format": "[h]:mm"})
        sheet.write_datetime(1, 1, datetime.datetime(2017, 5, 1), day)
        sheet.write_number(2, 1, 1.5, hours)
        sheet.write_formula(3, 1, "=1/3", None, 1 / 3)
        sheet.write_formula(4, 1, '="x"', None, "x")
        sheet.write_formula(5, 1, "=1=1", None, True)
        sheet.write_formula(6, 1, "=A1", None, "")
        sheet.write_rich_string(7, 1, "ab", book.add_format({"bold": 1}), "cd", " ef")
        sheet.merge_range(8, 0, 9, 1, "merged")
        sheet.write_number(10, 1, 1e20)
        for row, error in enumerate(ERRORS, start=11):
            sheet.write_formula(row, 1, "=NA()", None, error)
        sheet.write_blank(40, 20, None, day)
        book.add_worksheet("Hidden").hide()
    expected = by_openpyxl(path, "Register")
    rows = cells_of(path)
    assert [list(row) for row in rows] == [row[:2] for row in expected[1 : len(rows) + 1]]
    assert {cell for row in expected[len(rows) + 1 :] for cell in row} == {None}
    assert [name for _, name in rows[10:17]] == list(ERRORS)
    faults = {row + 2: str(fault.words).split(":")[0] for row, fault in opened(path).faults.items()}
    covered = "the cell is one of the merged cells `A9"
    assert faults == {7: "the formula in the cell has no value", 9: covered}


def test_the_days_of_a_mac_are_counted_from_1904(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "register.xlsx", {"date_1904": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "name"])
        sheet.write_datetime(1, 1, datetime.datetime(2017, 5, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    assert cells_of(tmp_path / "register.xlsx") == [(None, "2017-05-01")]


@pytest.mark.parametrize("hide", ["hide", "very_hidden"])
def test_a_hidden_sheet_is_read_where_it_is_named_or_no_other_has_cells(tmp_path: Path, hide: str) -> None:
    path = tmp_path / "register.xlsx"

    def made(*sheets: tuple[str, str, bool]) -> Path:
        with xlsxwriter.Workbook(path) as book:
            chart = book.add_chart({"type": "line"})
            book.add_chartsheet("Figure").set_chart(chart)
            for name, header, is_visible in sheets:
                sheet = book.add_worksheet(name)
                sheet.write_row(0, 0, [header])
                if not is_visible:
                    getattr(sheet, hide)()
            chart.add_series({"values": f"='{sheets[0][0]}'!$A$1:$A$2"})
        return path

    passed_over = ("hidden_sheets", 2, {"examples": ["Ældre", "Mere"]}, ())
    table = opened(made(("Ældre", "id", False), ("Seen", "id", True), ("Other", "id", True), ("Mere", "id", False)))
    assert (table.detected["sheet"], [tuple(remark) for remark in table.remarks]) == ("Seen", [passed_over])
    named = open_table(path, VOCABULARY, tmp_path, ["*"], Reading(sheet="Ældre"))
    assert (named.detected["sheet"], named.remarks) == ("Ældre", ())
    table = opened(made(("Seen", "id", True), ("Register", "id", False)))
    assert (table.sheet, len(table.remarks)) == ("Seen", 1)
    assert opened(made(("Ældre", "id", False), ("Register", "id", True), ("lists", "x", False))).remarks == ()
    assert opened(made(("Ældre", "id", False))).sheet == "Ældre"


def test_where_the_sheet_that_is_seen_holds_no_table_the_hidden_ones_are_named(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "register.xlsx") as book:
        book.add_worksheet("Register").write_row(0, 0, ["id"])
        book.add_worksheet("Seen").write_row(0, 0, ["navn"])
        book.worksheets()[0].hide()
        book.worksheets()[1].activate()
    with pytest.raises(Rejected) as caught:
        opened(tmp_path / "register.xlsx")
    assert [str(diagnostic).removeprefix(f"{tmp_path}/register.xlsx") for diagnostic in caught.value.diagnostics] == [
        ": unreadable: hidden sheets were passed over: `Register`\n  hint: `--sheet` chooses one of them",
        " Seen!A1: missing-key: there is no column `id`\n"
        "  hint: the first row names the columns, and one of them is `id`",
    ]


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return path


def test_cells_without_their_address_and_with_a_prefix_are_found_too(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "name"])
        sheet.write_string(1, 0, "a")
        sheet.write_formula(1, 1, "=NA()", None, "#N/A")
    parts = parts_of(tmp_path / "a.xlsx")
    xml = parts["xl/worksheets/sheet1.xml"].decode()
    for address in ("A1", "B1", "A2", "B2", "1", "2"):
        xml = xml.replace(f' r="{address}"', "")
    parts["xl/worksheets/sheet1.xml"] = xml.replace('t="e"', "t='e'").encode()
    assert cells_of(zipped(tmp_path / "b.xlsx", parts)) == [("a", "#N/A")]


# --- OpenDocument ---


def test_an_opendocument_workbook_has_the_cells_of_excels(tmp_path: Path) -> None:
    table = [
        ("id", "name", "diagnoses_source", "operator_name"),
        ("a", 0.5, 4, True),
        ("b", "a\nb", "1 < 2 & 3", datetime.date(2017, 5, 1)),
        (None, None, None, None),
        ("c", "x ", datetime.datetime(2017, 5, 1, 13, 4, 5), -1e-09),
    ]
    book = openpyxl.Workbook()
    book.active.title = "Register"
    for values in table:
        book.active.append(values)
    book.save(tmp_path / "a.xlsx")
    of_excel, of_office = opened(tmp_path / "a.xlsx"), opened(ods(tmp_path / "a.ods", sheet_rows(table)))
    assert of_office.frame.collect().rows() == of_excel.frame.collect().rows()
    assert (of_excel.kind, of_office.kind) == ("xlsx", "ods")
    assert str(of_office.place(1, of_office.columns[1])) == f"{tmp_path / 'a.ods'} Register!B3"


def test_what_libreoffice_writes_beside_texts_and_numbers(tmp_path: Path) -> None:
    error, old_error = (
        f'<table:table-cell table:formula="of:=1/0" office:value-type="{kind}" calcext:value-type="error">'
        f"<text:p>{text}</text:p></table:table-cell>"
        for kind, text in (('string" office:string-value="', "#N/A"), ('float" office:value="0', "#DIV/0!"))
    )
    comment = "<office:annotation><text:p>a comment<text:tab/></text:p></office:annotation>"
    rows = [
        sheet_row(sheet_cell("id"), sheet_cell("name")),
        sheet_row(sheet_cell("a"), error),
        sheet_row(sheet_cell("b"), old_error),
        sheet_row(sheet_cell("c"), '<table:table-cell office:value-type="percentage" office:value="0.5"/>'),
        sheet_row(sheet_cell("d"), written(f"{comment}<text:p>val<text:span>ue</text:span></text:p>")),
        sheet_row(
            sheet_cell("e"),
            written("<text:p>a<text:tab/>b<text:s text:c='2'/>c<text:line-break/>d</text:p><text:p>e</text:p>"),
        ),
        EMPTY_ROWS.format(2),
        sheet_row(sheet_cell("f", TIMES.format(2)), times=2),
    ]
    cells = dict(cells_of(ods(tmp_path / "register.ods", "".join(rows)))[:5])
    assert cells == {"a": "#N/A", "b": "#DIV/0!", "c": "0.5", "d": "value", "e": "a\tb  c\nd\ne"}
    assert cells_of(tmp_path / "register.ods")[5:] == [(None, None), (None, None), ("f", "f"), ("f", "f")]


def test_what_a_file_holds_decides_and_not_its_name(tmp_path: Path) -> None:
    ods(tmp_path / "register.xlsx", sheet_rows([("id",), ("a",)]), "Ældre & nye")
    table = opened(tmp_path / "register.xlsx")
    assert (table.kind, table.sheet, table.frame.collect()["id"].to_list()) == ("ods", "Før & nu", [])
    ods(tmp_path / "register.csv", sheet_rows([("id",), ("a",)]))
    assert cells_of(tmp_path / "register.csv") == [("a",)]


# --- what is wrong ---

UNREADABLE = "unreadable: the workbook cannot be opened: it is damaged, or is no workbook"
OTHERWISE = "\n  hint: save it as XLSX or ODS, without a password"


def refused(path: Path) -> str:
    with pytest.raises(Rejected) as caught:
        opened(path)
    (diagnostic,) = caught.value.diagnostics
    return str(diagnostic).removeprefix(f"{path}: ")


def test_workbooks_that_nobody_can_read_are_told_in_our_words(tmp_path: Path) -> None:
    encrypted = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
        'manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>'
    )
    protected = ods(tmp_path / "protected.ods", "", manifest=encrypted, content="\x03\x01")
    assert refused(protected) == f"unreadable: the workbook is protected by a password{OTHERWISE}"
    (tmp_path / "old.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    message = "unreadable: the workbook is protected by a password, or of Excel's old kind (XLS)"
    assert refused(tmp_path / "old.xlsx") == message + OTHERWISE
    zipped(tmp_path / "binary.xlsb", {"xl/workbook.bin": b""})
    message = "unreadable: the workbook is of Excel's binary kind (XLSB)"
    assert refused(tmp_path / "binary.xlsb") == message + OTHERWISE
    (tmp_path / "text.ods").write_text("id;navn")
    assert refused(tmp_path / "text.ods") == "unreadable: the file is not ODS, whatever its name says"
    for name, parts in {"letter.docx": {"word/document.xml": b"<x/>"}, "empty.zip": {"x": b""}}.items():
        assert refused(zipped(tmp_path / name, parts)).startswith(UNREADABLE)
    with xlsxwriter.Workbook(tmp_path / "figure.xlsx") as book:
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Figure!$A$1:$A$2"})
        book.add_chartsheet("Figure").set_chart(chart)
    assert refused(tmp_path / "figure.xlsx") == "unreadable: the workbook has no sheet with cells"


@pytest.mark.slow
def test_cells_that_stand_too_far_apart_are_named_and_none_between_them_is_made(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "far.xlsx") as book:
        sheet = book.add_worksheet("Register")
        sheet.write_row(0, 0, ["id"])
        sheet.write_string(1_048_575, 16_383, "x")
    message = "unreadable: the sheet reaches as far as {}, and is next to empty\n"
    hint = "  hint: delete what stands beyond the table"
    assert refused(tmp_path / "far.xlsx") == message.format("XFD1048576") + hint
    far = (
        sheet_row(sheet_cell("id"))
        + EMPTY_ROWS.format(1_000_000)
        + sheet_row(sheet_cell(None, TIMES.format(900)), sheet_cell("x"))
    )
    assert refused(ods(tmp_path / "far.ods", far)) == message.format("AHQ1000002") + hint
    full = sheet_row(sheet_cell("id")) + sheet_row(sheet_cell("x", TIMES.format(900)), times=1_000_000)
    assert "as far as AHP1000001" in refused(ods(tmp_path / "full.ods", full))


def test_a_cell_that_has_only_a_format_makes_no_sheet_large(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "register.xlsx") as book:
        sheet = book.add_worksheet("Register")
        sheet.write_column(0, 0, ["id", "a"])
        sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))
    assert cells_of(tmp_path / "register.xlsx") == [("a",)]


WHOLE = [("id", "navn", "diagnoser")] + [(f"o{i}", "x", 3) for i in range(20)]


def whole(path: Path) -> Path:
    """A workbook in which nothing is damaged, of the same bytes in every run."""
    if path.suffix == ".ods":
        return ods(path, sheet_rows(WHOLE))
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": datetime.datetime(2018, 1, 1)})
        sheet = book.add_worksheet("Register")
        for number, values in enumerate(WHOLE):
            sheet.write_row(number, 0, values)
    return path


def assert_read_or_told(damaged: Path, capfd: pytest.CaptureFixture[str]) -> None:
    try:
        table = opened(damaged)
        assert isinstance(table.frame.collect(), pl.DataFrame)
    except Rejected as error:
        for diagnostic in error.diagnostics:
            assert str(diagnostic).startswith(str(damaged))
            assert diagnostic.code in ("unreadable", "missing-key", "unknown-column", "repeated-column")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_damaged_workbook_is_a_line_and_never_a_traceback(
    tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    luck = chance(f"damaged {kind}")
    path = whole(tmp_path / f"register.{kind}")
    content, parts = path.read_bytes(), parts_of(path)
    for number in range(150):
        damaged = tmp_path / f"{number}.{kind}"
        if number % 2:
            broken = bytearray(content)
            for _ in range(luck.randint(1, 6)):
                broken[luck.randrange(len(broken))] = luck.randrange(256)
            damaged.write_bytes(bytes(broken[: luck.choice([len(broken), luck.randrange(5, len(broken))])]))
        else:
            name = luck.choice(sorted(parts))
            part = bytearray(parts[name] or b" ")
            at = luck.randrange(len(part))
            part[at : at + luck.randrange(9)] = luck.choice([b"", b"<", b"&x;", b'"', b"9999999999", b"\xff"])
            zipped(damaged, {**parts, name: bytes(part)})
        assert_read_or_told(damaged, capfd)


LOCAL_HEADER, CENTRAL_HEADER, END = (b"PK\3\4", 30), (b"PK\1\2", 46), (b"PK\5\6", 22)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_whatever_an_archive_says_of_its_parts_a_damaged_workbook_is_a_line(
    tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Versions to come, encryption, methods of compression, sizes and places: each byte of each kind of header."""
    content = whole(tmp_path / f"register.{kind}").read_bytes()
    damaged = tmp_path / f"damaged.{kind}"
    for mark, length in (LOCAL_HEADER, CENTRAL_HEADER, END):
        for at, value in itertools.product(range(4, length), (0, 1, 9, 12, 14, 95, 255)):
            broken, start = bytearray(content), content.index(mark)
            while start >= 0:
                broken[start + at] = value
                start = content.find(mark, start + 1)
            damaged.write_bytes(bytes(broken))
            assert_read_or_told(damaged, capfd)


def test_a_stream_is_closed_where_a_workbook_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "register.xlsx", {"x": b""})
    refused(path)
    path.write_bytes(io.BytesIO().getvalue())
    assert refused(path).startswith("empty: ")


def test_a_hint_in_a_danish_workbook_of_numbers_alone_has_a_decimal_comma(tmp_path: Path) -> None:
    """No text tells the decimal sign then; where one does, the hint has that."""
    for text, share in ((None, "0,4"), ("0.5", "0.4"), ("0,5", "0,4")):
        book = openpyxl.Workbook()
        for row in (
            ("id", "Andel pladser brugt af andre kommuner 2014", "Tilfælde pr. 10.000 indbyggere"),
            ("a", 40, text),
        ):
            book.active.append(row)
        book.save(tmp_path / "r.xlsx")
        table = opened(tmp_path / "r.xlsx")
        with pytest.raises(Rejected) as caught:
            Rows(table, VOCABULARY).offer(0, table.frame.collect().row(0, named=True))
        assert [one.hint for one in caught.value.diagnostics] == [f"it is at least 0 and at most 1; 40 % is {share}"]

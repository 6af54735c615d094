"""What stands in the XML of a sheet is what is read, whatever it claims of itself; or the place says why it is not."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import NamedTuple
from xml.sax.saxutils import escape

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnostics import Rejected
from engine.rulebooks.library import Library
from offers.tables.opening import open_table
from offers.tables.table import Table
from tests.chance import tried
from tests.offers.tables.handmade import DAY, MAIN, merged, text_cell, worksheet, xlsx

VOCABULARY = Library().in_force(2018)[0].vocabulary
HEADERS = ("id", "name", "operator_name", "diagnoses_source")


def opened(path: Path) -> Table:
    return open_table(path, VOCABULARY, path.parent, ["*"])


# --- a sheet is read as it was made ---


class Made(NamedTuple):
    """A cell that was made: its XML but for its address, what it is read as, and why its row is at fault."""

    xml: str
    text: str | None
    fault: str | None = None


NOT_COMPUTED = "the formula in the cell has no value: the workbook was saved without being computed"
TEXTS = ["a", " b ", "æ<&>", "x_y", "true", "1,5", "hidden=", "</v>", "😀", "a\nb"]
ESCAPED = [
    ("_x000D_", "\r"),
    ("_x005F_x000D_", "_x000D_"),
    ("p_x00e6_q", "pæq"),
    ("_x2028_", "\u2028"),
    ("_xD800_", "_xD800_"),
]


def made_cell(random: Random, shared: list[str]) -> Made:
    text = random.choice(TEXTS)
    kept = f'<t xml:space="preserve">{escape(text)}</t>'
    encoded, decoded = random.choice(ESCAPED)
    kinds = [
        Made(f'<c{{}} t="inlineStr"><is>{kept}</is></c>', text),
        Made(f'<c{{}} t="s"><v>{len(shared)}</v></c>', text),
        Made(f'<c{{}} t="str"><f>A1</f><v>{escape(text)}</v></c>', text),
        Made(f"<c{{}}><v>{random.choice(('3', '0.5', '1E3', '-2'))}</v></c>", None),
        Made('<c{} t="b"><v>1</v></c>', "true"),
        Made(f'<c{{}} s="{DAY}"><v>42856</v></c>', "2017-05-01"),
        Made('<c{} t="d"><v>2017-05-01T00:00:00</v></c>', "2017-05-01"),
        Made("<c{}/>", ""),
        Made('<c{} t="inlineStr"><is><t></t></is></c>', ""),
        Made(f'<c{{}} t="s"><v>{len(shared)}</v></c>', ""),
        Made('<c{} t="str"><f>A1</f><v></v></c>', ""),
        Made(f'<c{{}} t="e"><v>{random.choice(("#N/A", "#SPILL!"))}</v></c>', None),
        Made("<c{}><f>A1</f></c>", "", NOT_COMPUTED),
        Made("<c{}><f>A1</f><v/></c>", "", NOT_COMPUTED),
        Made('<c{} t="str"><f>A1</f></c>', "", NOT_COMPUTED),
        Made("<c{}><f>A1</f><v>7</v></c>", "7"),
        Made(f'<c{{}} t="inlineStr"><is><t>{encoded}</t></is></c>', decoded),
        Made('<c{} t="inlineStr"><is><r><t>c</t></r><r><t>d</t></r><rPh><t>e</t></rPh></is></c>', "cd"),
        Made('<c{} t="str"><v><![CDATA[a<b]]></v></c>', "a<b"),
        Made("<c{}><!-- ><v>1</v> --><v>2</v></c>", "2"),
    ]
    cell = random.choice(kinds[: random.choice((7, 13, len(kinds)))])
    if 't="s"' in cell.xml:
        shared.append(kept if cell.text else "<t/>")
    if cell.text is None:
        shown = cell.xml.rpartition("</v>")[0].rpartition("<v>")[2]
        cell = cell._replace(text={"1E3": "1000"}.get(shown, shown))
    return cell


class Sheet:
    """A small sheet: what is read of it, or where it is refused."""

    def __init__(self, random: Random) -> None:
        self.random, self.shared = random, list[str]()
        numbers = sorted(random.sample(range(2, 12), random.randint(1, 5)))
        if random.random() < 0.4:
            numbers = list(range(2, 2 + len(numbers)))
        self.cells = {number: self._row(number) for number in numbers}
        self.hidden = {number for number in numbers if random.random() < 0.2}
        self.twice: str | None = None
        self.merged = [self._range()] if random.random() < 0.2 else []

    def _row(self, number: int) -> dict[int, Made]:
        columns = [column for column in range(2, 5) if self.random.random() < 0.8]
        cells = {column: made_cell(self.random, self.shared) for column in columns}
        identity = Made(f'<c{{}} t="inlineStr"><is><t>o{number}</t></is></c>', f"o{number}")
        return {1: identity, **cells} if self.random.random() < 0.9 else cells

    def _range(self) -> tuple[int, int, int, int]:
        row, column = self.random.choice(list(self.cells)), self.random.randint(1, 4)
        return row, column, row + self.random.randint(0, 2), column + self.random.randint(1, 2)

    @property
    def texts(self) -> dict[int, tuple[str, ...]]:
        """What is read, by the numbers of the rows."""
        return {n: tuple(row[c].text or "" if c in row else "" for c in range(1, 5)) for n, row in self.cells.items()}

    @property
    def faults(self) -> dict[int, int]:
        """The rows at fault, and the column of the first."""
        faults: dict[int, int] = {}
        for number, row in self.cells.items():
            wrong = [column for column, cell in row.items() if cell.fault]
            for top, left, bottom, right in self.merged:
                has_something = any(cell.text for cell in row.values())
                if top <= number <= bottom and has_something:
                    covered = range(left + 1 if number == top else left, right + 1)
                    wrong += [column for column in covered if column <= 4]
            if wrong:
                faults[number] = min(wrong)
        return faults

    # --- its XML, as some program may write it ---

    def xml(self) -> str:
        in_order = sorted(self.cells)
        numbers = in_order[:]
        is_shuffled, is_bare = self.random.random() < 0.3, self.random.random() < 0.3
        if is_shuffled:
            self.random.shuffle(numbers)
        head = "".join(text_cell(f"{letter}1", header) for letter, header in zip("ABCD", HEADERS, strict=True))
        rows = [f'<row r="1">{head}</row>']
        for before, number in zip([1, *numbers], numbers, strict=False):
            rows.append(self._row_xml(number, can_be_bare=is_bare and number == before + 1))
        if self.random.random() < 0.15:
            rows.append(self._again(self.random.choice(numbers)))
        claims = ("", "A1", "A1:B2", "A1:XFD1048576", "B7:C9", "?")
        claim = self.random.choice(claims)
        dimension = f'<dimension ref="{claim}"/>' if claim else ""
        letters = "ABCDEFGH"
        ranges = [f"{letters[left - 1]}{top}:{letters[right - 1]}{bottom}" for top, left, bottom, right in self.merged]
        xml = worksheet("".join(rows), dimension, merged(*ranges))
        return _prefixed(xml) if self.random.random() < 0.1 else xml

    def _row_xml(self, number: int, *, can_be_bare: bool) -> str:
        columns = sorted(self.cells[number])
        if can_be_bare and columns == list(range(1, len(columns) + 1)):
            cells = "".join(self.cells[number][column].xml.format("") for column in columns)
            return f"<row{self._is_hidden(number)}>{cells}</row>"
        if self.random.random() < 0.2:
            self.random.shuffle(columns)
        cells = "".join(self._cell_xml(number, column) for column in columns)
        return f'<row r="{number}" spans="1:4"{self._is_hidden(number)}>{cells}</row>'

    def _is_hidden(self, number: int) -> str:
        return ' hidden="1"' if number in self.hidden else ""

    def _cell_xml(self, number: int, column: int) -> str:
        return self.cells[number][column].xml.format(f' r="{"ABCD"[column - 1]}{number}"')

    def _again(self, number: int) -> str:
        """The row once more, with other cells, or with one that stands in it already."""
        free = [column for column in range(1, 5) if column not in self.cells[number]]
        column = self.random.choice(free or [2])
        is_filled = any(cell.text or cell.fault for cell in self.cells[number].values())
        self.twice = f"Register!{number}" if is_filled else None
        if column not in free:
            cell = self.cells[number][column]
            if cell.text or cell.fault:
                self.twice = f"Register!{'ABCD'[column - 1]}{number}"
        added = Made('<c{} t="inlineStr"><is><t>again</t></is></c>', "again")
        if self.twice is None:
            self.cells[number][column] = added
            self.hidden.discard(number)
        return f'<row r="{number}">{added.xml.format(f""" r="{"ABCD"[column - 1]}{number}" """.rstrip())}</row>'


def _prefixed(xml: str) -> str:
    """The same XML, the names of its elements with a prefix."""
    xml = xml.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
    names = (
        "worksheet",
        "sheetData",
        "row",
        "c",
        "v",
        "f",
        "is",
        "t",
        "r",
        "rPh",
        "dimension",
        "mergeCells",
        "mergeCell",
    )
    for name in names:
        for end in (" ", ">", "/>"):
            xml = xml.replace(f"<{name}{end}", f"<x:{name}{end}")
        xml = xml.replace(f"</{name}>", f"</x:{name}>")
    return xml


@pytest.mark.slow
@tried(600)
@given(st.randoms(use_true_random=False))
def test_every_cell_that_stands_in_the_xml_is_read_or_its_place_is_said(
    tmp_path_factory: pytest.TempPathFactory, random: Random
) -> None:
    sheet = Sheet(random)
    path = tmp_path_factory.getbasetemp() / "handmade.xlsx"
    xlsx(path, sheet.xml(), sheet.shared)
    if sheet.twice is not None:
        with pytest.raises(Rejected) as caught:
            opened(path)
        (diagnostic,) = caught.value.diagnostics
        assert str(diagnostic.place) == f"{path} {sheet.twice}"
        return
    table = opened(path)
    frame = table.frame.collect().with_columns(pl.all().exclude(pl.Int64, pl.UInt32).fill_null(""))
    rows = {i + table.first_row: tuple(row[name] for name in HEADERS) for i, row in enumerate(frame.to_dicts())}
    stripped = {n: (row[0].strip(), *row[1:]) for n, row in sheet.texts.items()}
    assert {n: row for n, row in rows.items() if any(row)} == {n: row for n, row in stripped.items() if any(row)}
    assert {row + table.first_row: fault.cell for row, fault in table.faults.items()} == sheet.faults
    hidden = [n for n in sorted(sheet.hidden) if any(c.text or c.fault for c in sheet.cells[n].values())]
    expected = [("hidden_rows", len(hidden), {"examples": hidden}, ())] if hidden else []
    assert [tuple(remark) for remark in table.remarks] == expected

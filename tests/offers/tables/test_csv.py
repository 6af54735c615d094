"""A file of CSV: where its records begin and end, what separates its cells, and how its numbers are written."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.diagnostics import Rejected
from engine.rulebooks.library import Library
from offers.tables import csv_text
from offers.tables.csv_text import first_record
from offers.tables.limits import MAX_TEXT
from offers.tables.opening import open_table
from offers.tables.reading import FOUND_OUT, Reading
from offers.tables.rows import Rows
from offers.tables.table import EXTRA, ROW, Table
from tests.chance import tried
from tests.command import here
from tests.offers.runs.backends import reclassified

VOCABULARY = Library().in_force(2018)[0].vocabulary
SIGNS = "ab;,\t \"'\x0b\x0c\x85\u2028\u2029æ|"
TEXTS = st.text(st.sampled_from(SIGNS), max_size=6)
BROKEN_TEXTS = st.text(st.sampled_from(f"{SIGNS}\r\n"), max_size=6)
LINE_ENDS = ("\n", "\r\n", "\r\r\n", "\r")


def csv_of(rows: Iterable[Sequence[str]], separator: str, line_end: str) -> str:
    """What Python's writer makes of rows; before 3.13 it forgets that a CR needs quotes."""
    written, rows = io.StringIO(), list(rows)
    has_cr = any("\r" in cell for row in rows for cell in row)
    options: dict[str, Any] = {"quoting": csv.QUOTE_ALL} if has_cr else {}
    csv.writer(written, delimiter=separator, lineterminator=line_end, **options).writerows(rows)
    return written.getvalue()


def opened(
    content: str | bytes, reading: Reading = FOUND_OUT, name: str = "register.csv"
) -> tuple[Table, list[dict[str, Any]]]:
    """The table in a file with a content, and its cells below the header, read whole."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        table = open_table(path, VOCABULARY, Path(folder), ["*"], reading)
        return table, table.frame.collect().to_dicts()


def refused(content: str | bytes, reading: Reading = FOUND_OUT) -> str:
    """What is said of a file that is not read, without its folder."""
    with pytest.raises(Rejected) as caught:
        opened(content, reading)
    return str(caught.value).partition("register.csv")[2]


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[str]], str, str]:
    """The rows of a table, its separator and the end of its lines."""
    line_end = draw(st.sampled_from(LINE_ENDS))
    texts = TEXTS if "\r" in line_end.replace("\r\n", "") else BROKEN_TEXTS
    rows = draw(st.lists(st.tuples(st.from_regex("[a-z0-9]{1,3}", fullmatch=True), texts), max_size=6))
    return [list(row) for row in rows], draw(st.sampled_from(";,\t")), line_end


@tried(400)
@given(table=tables(), header=TEXTS, has_last=st.booleans(), block=st.sampled_from([1, 2, 7, 2**20]))
def test_a_table_has_the_rows_that_were_written_whatever_ends_its_lines(
    table: tuple[list[list[str]], str, str], header: str, has_last: bool, block: int
) -> None:
    rows, separator, line_end = table
    written = csv_of([["id", "name", header], *([*row, ""] for row in rows)], separator, line_end)
    assume(has_last or rows)
    text = written if has_last else written.removesuffix(line_end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_text, "_BLOCK", block)
        table_read, cells = opened(text, Reading(separator=separator))
    assert [[c["id"], c["name"] or ""] for c in cells] == rows
    assert table_read.rows == len(rows)
    assert not table_read.faults


ODD = {
    "a quote in the middle": ('c;5" pipe;1', "1"),
    "a quote that is never closed": ('c;"pipe;1', "1"),
    "a quote that closes too soon": ('c;"5" pipe;1', "1"),
    "a quote at the end": ('c;pipe";1', "1"),
    "a CR within a cell": ("c;pi\rpe;1", "1"),
}


@tried(200)
@given(
    before=st.lists(TEXTS, max_size=4),
    after=st.lists(TEXTS, max_size=4),
    odd=st.sampled_from(sorted(ODD)),
    line_end=st.sampled_from(["\n", "\r\n"]),
    block=st.sampled_from([3, 2**20]),
)
def test_an_odd_quote_or_break_costs_its_row_and_no_other(
    before: list[str], after: list[str], odd: str, line_end: str, block: int
) -> None:
    rows = [[f"b{i}", text, ""] for i, text in enumerate(before)], [[f"a{i}", text, ""] for i, text in enumerate(after)]
    above, below = (csv_of(part, ";", line_end) for part in ([["id", "name", "diagnoses"], *rows[0]], rows[1]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_text, "_BLOCK", block)
        table, cells = opened(above + ODD[odd][0] + line_end + below, Reading(separator=";"))
    at = len(before)
    assert [c["id"] for c in cells] == [row[0] for row in rows[0]] + ["c"] + [row[0] for row in rows[1]]
    assert [c["name"] or "" for c in cells[:at] + cells[at + 1 :]] == before + after
    assert list(table.faults) == [at]
    assert [c[ROW] for c in cells if c[EXTRA]] == [at]
    assert table.rows == len(cells)
    with pytest.raises(Rejected) as caught:
        Rows(table, VOCABULARY).offer(at, cells[at])
    assert f"register.csv:{at + 2}:2: syntax: " in str(caught.value)


def test_a_fault_in_the_first_row_costs_no_other(tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_text('id;navn;diagnoser\na;5" x;3\nb;y;3\n', encoding="utf-8")
    ran = here("reclassify", str(tmp_path / "register.csv"), "--out", str(tmp_path / "run"))
    assert (ran.code, ran.out.splitlines()[0]) == (1, "register.csv: 2 rows, agreement year 2018")
    assert (tmp_path / "run" / "rejected.csv").exists()


@pytest.mark.parametrize("cell", ['=HYPERLINK("x")', 'x""', 'a "b" c "d"'])
def test_quotes_in_pairs_within_a_cell_are_signs_like_others(cell: str) -> None:
    table, cells = opened(f"id;name;diagnoses\na;{cell};1\nb;{cell};2\nc;x;3")
    assert [(c["id"], c["name"], c["diagnoses"]) for c in cells] == [
        ("a", cell, "1"),
        ("b", cell, "2"),
        ("c", "x", "3"),
    ]
    assert not table.faults


def test_bytes_that_are_no_text_cost_their_row(tmp_path: Path) -> None:
    content = "id;name\na;Søgård\nb;".encode() + b"\xe6\nc;x\n"
    table, cells = opened(content, Reading(encoding="utf-8"))
    assert [c["id"] for c in cells] == ["a", "b", "c"]
    assert list(table.faults) == [1]
    (tmp_path / "register.csv").write_bytes(content)
    ran = here("reclassify", str(tmp_path / "register.csv"), "--encoding", "UTF8", "--out", str(tmp_path / "run"))
    assert ran.code == 1
    assert "register.csv:3:2: syntax: the cell holds bytes that are no text in the file's encoding" in ran.err
    assert (tmp_path / "run" / "rejected.csv").read_text().count("syntax") == 1


UTF_16 = "id;name\na;b\nc;d\n".encode("utf-16")


@pytest.mark.parametrize(
    ("content", "encoding", "ids", "faults"),
    [
        (UTF_16[:-1], None, ["a", "c"], [1]),
        (UTF_16 + b"\n", None, ["a", "c", ""], [2]),
        (UTF_16.replace(b"b\0", b"\x41\xd8"), None, ["a", "c"], [0]),
        ("id;name\ra;\u010a\rb;x\r".encode("utf-16"), None, ["a", "b"], []),
        (b'id;name;diagnoses\na;"l1;\n99;evil;x\nl2";\xff\nb;1;2\n', "utf-8", ["a", "b"], [0]),
        (b'id;name;diagnoses\n"x;y";"multi\nline";b"ad\nb;1;2\n', None, ["x", "b"], [0]),
        (b'id;name\na;b;c;;x"y\nb;1\n', None, ["a", "b"], [0]),
        (b'id;name\n0;"' + b"y;z\n" * 1_300_000 + b'"\n1;b\n', None, ["0", "1"], []),
    ],
    ids=["cut", "a byte more", "half a sign", "a sign with a line end in it", "in quotes", "width", "beyond", "long"],
)
def test_what_is_damaged_costs_its_row_in_every_encoding(
    content: bytes, encoding: str | None, ids: list[str], faults: list[int]
) -> None:
    table, cells = opened(content, Reading(encoding=encoding, separator=";"))
    assert [c["id"] or "" for c in cells if c[ROW] not in faults] == [i for n, i in enumerate(ids) if n not in faults]
    assert (table.rows, list(table.faults)) == (len(ids), faults)
    too_long = [c[ROW] for c in cells if len(c.get("name") or "") > MAX_TEXT]
    assert [c[ROW] for c in cells if c[EXTRA]] == faults + too_long


def test_lines_that_are_not_rows_are_not_lost() -> None:
    table, cells = opened("id;name\na;x\n\n;\nb;y\r\r\n\nc;z")
    assert [c["id"] for c in cells] == ["a", None, None, "b", None, "c"]
    assert table.rows == 6


@given(st.lists(BROKEN_TEXTS.filter(lambda text: "\r" not in text), min_size=1, max_size=4), st.sampled_from(";,\t"))
def test_the_first_record_is_that_of_any_reader(cells: list[str], separator: str) -> None:
    assume(cells != [""])
    text = csv_of([cells, ["x"]], separator, "\n")
    assert first_record(text, separator) == next(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def test_a_header_that_cannot_be_read_is_said() -> None:
    assert refused('id;5" pipe\na;b\n') == (
        ':1:2: syntax: a quote in `5" pipe` does not begin or end the cell\n'
        '  hint: a cell with a quote in it stands in quotes, and the quote twice: `"5"" pipe"`'
    )


@pytest.mark.parametrize(
    ("header", "separator"),
    [
        ("id;navn", ";"),
        ("id,navn", ","),
        ("id\tnavn", "\t"),
        ("id;navn;Diagnoser, kilde", ";"),
        ("note,x;id;navn", ";"),
        ('"id","navn, som den er"', ","),
        ("id", ";"),
    ],
)
def test_the_separator_is_that_by_which_the_headers_are_known(header: str, separator: str) -> None:
    table, _ = opened(f"{header}\na\n")
    assert table.detected["separator"] == repr(separator)[1:-1]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_header_is_known_in_every_unicode_form(form: Literal["NFC", "NFD"]) -> None:
    table, _ = opened(unicodedata.normalize(form, "id;Område;Målgruppe;Tilfælde pr. 10.000 indbyggere\na;;;\n"))
    assert [c.name for c in table.columns] == ["id", "area", "target_group", "cases_per_10000"]


def test_a_header_that_can_be_separated_in_two_ways_is_a_question() -> None:
    assert refused("id;x,id\na;b,c\n") == (
        ":1:1: syntax: `id;x,id` can be separated by a semicolon and by a comma\n"
        "  hint: say which with `--separator ';'`"
    )
    assert opened("id;x,id\na;b,c\n", Reading(separator=";"))[1][0]["id"] == "a"


def test_the_line_that_tells_excel_the_separator_is_no_row() -> None:
    table, cells = opened("sep=,\r\nid,navn\r\na;b,c\r\n")
    assert [(c["id"], c["name"]) for c in cells] == [("a;b", "c")]
    assert str(table.place(0)) == f"{table.file}:3:1"


@pytest.mark.parametrize(
    ("cells", "separator", "sign"),
    [
        (["1.234", "0,5"], ";", ","),
        (["1.234"], ";", ","),
        (["1.5"], ";", "."),
        (["0.5", "0.25", "0,5"], ";", "."),
        (["0.5", "1,234", "0.25", "0,5"], ";", "."),
        (["<=0,5", "1.000"], "\t", ","),
        (["0.3..0.5"], ";", "."),
        (["1.234,5"], ";", ","),
        (["1,234.5"], ";", "."),
        (["0,125"], "\t", ","),
        (["1,234"], "\t", "."),
        (["1234"], ",", "."),
        (["0.5"], ",", "."),
    ],
)
def test_the_decimal_sign_is_that_of_numbers_that_can_have_no_other(
    cells: list[str], separator: str, sign: str
) -> None:
    # However far down they stand.
    rows = [["x", "7"]] * 2_000 + [["y", cell] for cell in cells]
    text = csv_of([["id", "cases_per_10000"], *rows], separator, "\n")
    assert opened(text)[0].sign == sign
    assert opened(text, Reading(decimal=","))[0].sign == ","


@pytest.mark.parametrize(
    ("cells", "place", "message"),
    [
        (
            ["0.5", "7", "0,5"],
            "4:2",
            "as many numbers of the table have a comma, as in `0,5` (register.csv:4:2), as have a point, as in `0.5` "
            "(register.csv:2:2)",
        ),
        (
            ["1,234", ">0,3 <0,5", "0,25", "<= 0.5"],
            "2:2",
            "`1,234` is a number with decimals if the decimal sign is a comma, as in `>0,3 <0,5` (register.csv:3:2), "
            "and `1234` if it is a point, as in `<= 0.5` (register.csv:5:2)",
        ),
    ],
)
def test_two_decimal_signs_between_which_nothing_decides_are_a_question(
    cells: list[str], place: str, message: str
) -> None:
    rows = csv_of([["id", "cases_per_10000"], *([f"o{i}", cell] for i, cell in enumerate(cells))], ";", "\n")
    said = re.sub(r"[^ (]*/register[.]csv", "register.csv", refused(rows))
    hint = "`--decimal ,` or `--decimal .` says which sign the table has; a number with the other is then a mistake"
    assert said == f":{place}: syntax: {message}\n  hint: {hint}"
    assert {opened(rows, Reading(decimal=sign))[0].sign for sign in (",", ".")} == {",", "."}


def test_an_empty_register_is_not_a_closed_one(tmp_path: Path) -> None:
    for number, content in enumerate(("id;navn\n", "id;navn", "id;navn\n;\n\n")):
        path = tmp_path / f"{number}.csv"
        path.write_text(content)
        ran = here("reclassify", str(path), "--year", "2018", "--out", str(tmp_path / "run"))
        assert ran.code == 1
        assert f"{path}: empty: the table has no row with an offer" in ran.err
        assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_table_of_ids_is_read_as_a_register_is(tmp_path: Path) -> None:
    (tmp_path / "before.csv").write_text("id;navn\nsøgård;Søgård\n")
    (tmp_path / "now.csv").write_text("id;navn\nblåbær;Søgård\n")
    reclassified(tmp_path / "before.csv", tmp_path / "before")
    past = ("--previous", str(tmp_path / "before"), "--ids", str(tmp_path / "ids.csv"))
    for content in (
        "sep=;\r\nold;new\r\nsøgård;blåbær\r\n".encode("cp1252"),
        "old\tnew\rsøgård\tblåbær".encode("utf-16"),
    ):
        (tmp_path / "ids.csv").write_bytes(content)
        ran = reclassified(tmp_path / "now.csv", tmp_path / "run", *past)
        assert "0 changes" in ran.out


def test_a_line_of_ndjson_with_a_key_twice_or_no_text_costs_itself(tmp_path: Path) -> None:
    lines = [b'{"id": "a", "name": "x"}', b'{"id": "b", "id": "c"}', b'{"id": "d\xe6"}', b'{"id": "e"}']
    path = tmp_path / "register.ndjson"
    path.write_bytes(b"\n".join(lines))
    ran = here("reclassify", str(path), "--encoding", "utf-8", "--out", str(tmp_path / "run"))
    assert ran.code == 1
    assert (
        f"{path}:2:1: duplicate-key: the key `id` stands twice in one object\n  hint: leave one of them out\n"
        in ran.err
    )
    assert f"{path}:3:1: syntax: the cell holds bytes that are no text" in ran.err
    assert "4 rows" in ran.out
    assert "rejected                                 2" in ran.out


@pytest.mark.parametrize("empty", [0, 1, 3, 15])
def test_a_text_beyond_the_headers_costs_its_row_whatever_is_empty_before_it(empty: int, tmp_path: Path) -> None:
    beyond = ";" * empty
    rows = ["id;navn", f"a;A;{beyond}text", f"b;B;{beyond}", f'c;C;{beyond}" "', f'"d";D;{beyond};x']
    (tmp_path / "register.csv").write_text("\n".join(rows[:4] + rows[4:] * (empty < 15)) + "\n")
    ran = here("reclassify", str(tmp_path / "register.csv"), "--year", "2018", "--out", str(tmp_path / "run"))
    assert ran.code == 1
    assert (
        "register.csv:2:3: wrong-type: the row has more cells than there are columns, or is no row: `text`" in ran.err
    )
    assert ran.err.count("more cells than there are columns") == 1 + (empty < 15)

"""What people write in place of evidence: each is read, or its hint proposes what is read where it is pasted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
import xlsxwriter

from engine.diagnostics import Diagnostic, Rejected
from engine.documents.document import read_one
from engine.evaluation.evidence import State, findings_of
from engine.rulebooks.library import Library
from offers.records.notation import DANISH_FILE, OFFER_FILE, Notation
from offers.records.offer import read_offer, read_offer_file
from offers.tables.opening import open_table
from offers.tables.reading import Reading
from offers.tables.rows import Rows

VOCABULARY = Library().in_force(2018)[0].vocabulary
COLUMNS = ["cases_per_10000", "diagnoses", "outside_share_2014", "large_catchment_needed"]
"""A number, a whole number, a share and a judgement."""
DIALECTS = ["decimal comma", "decimal point", "workbook", "offer file", "Danish offer file"]
WRITINGS = [
    *("ca. 60 %", "højst 50 %", "mindst 2", "2-3", "≥2", "12 af 23", "52 %", "52%", ".5", "−0,5", "½", "1½"),
    *("delvist", "ikke oplyst", "ved ikke", "x", "-", "–", "SAND", "FALSK", "SANDT", "ja/nej", "ja eller nej"),
    *("2017-03-02", "02-03-2017", "02-mar", "2. mar", "“ja”", "”0,5”", "»2«", "'2'", "m,ange", "m.ange"),
    *("ja, det tror vi", ">=2 >=3", ">=2 <=3 <=4", ">2 og <3", "mindst 2 og højst 3", "<= 0.5", "<= 0,5", "0,6-0,65"),
    *("50-60 %", "under 50 pct.", "maks. 3", "mere end 3", "op til 0,5", "2+", "3 eller flere", "mellem 2 og 3"),
    *("1 000", "1.234", "1,234", "1.234,5", "1,234.5", "1.000", "0.5", "0,5", "2,5", "2.5", "ca. 2", "~ 0,5", "50"),
    *("halvdelen", "to", "n/a", "?", "måske", "J", "n", "jaa", "5 procent", "-1", "200 %", "2/3", "⅓", "1..", "..2"),
    *(
        "højst ca. 3",
        "mindst omkring 0,5",
        "ca. 2-3",
        "2 - ca. 3",
        "mellem ca. 0,5 og 0,6",
        "ca. 0,6-0,65",
        "2,,3",
        ">2, <3",
        "1 ud af 2",
        "12 out of 23",
        "ikke over 3",
        "ikke mere end ca. 50 %",
        "not less than 0,5",
    ),
    *("1/3-2/3", "1/3..2/3", "1/4-1/2", "mellem 1/3 og 2/3", "12 af 23 - 14 af 23", "⅓-⅔", "½..⅔", "1⅓-2½", "3/2-5/2"),
    *("mindst 1/3", "højst 2 / 3", "over 1/3", ">1/3 <2/3", "1/3 - ca. 2/3", "2-3/4", "1/0-2/3", ">=1/0", "3-2"),
    *(
        "1.000-2.000",
        "1.000..2.000",
        "1 000..2 000",
        "1.200-1.500",
        "500..1.000",
        "mellem 1.000 og 2.000",
        "1,200..1,500",
    ),
    *(
        "1 000 %",
        "1.000,5 %",
        "0..1.000 %",
        "10-1 000 %",
        "mindst 1.000 pct.",
        "50.000 %",
        "33⅓ %",
        "33⅓-66⅔ %",
        "1/0 %",
    ),
]
PROPOSED = re.compile(r"`([^`]+)`")

QUOTED = re.compile(r"`([^`]+)`|(\S+) is not possible")
"""What was written, or the end of a bound or range at which it cannot be read on."""


def proposed_in(hint: str) -> list[str]:
    """What a hint proposes: all that stands in backticks, but which signs of bounds go together is none."""
    bounds = {str(notation.bounds) for notation in (OFFER_FILE, DANISH_FILE, Notation("."), Notation(","))}
    return [] if hint in bounds else PROPOSED.findall(hint)


def said_of(folder: Path, dialect: str, column: str, cells: Sequence[str]) -> list[tuple[Diagnostic, ...]]:
    """What is said of each writing in a column of a table, or in an offer file of its own."""
    if dialect.endswith("offer file"):
        read = _read_danish_file if dialect.startswith("Danish") else _read_file
        return [_said(partial(read, column, cell)) for cell in cells]
    path = folder / ("r.xlsx" if dialect == "workbook" else "r.csv")
    rows = [["id", column], *([f"a{number}", cell] for number, cell in enumerate(cells))]
    if dialect == "workbook":
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("Register")
            for number, row in enumerate(rows):
                for at, cell in enumerate(row):
                    sheet.write_string(number, at, cell)
    else:
        lines = (";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    reading = Reading(decimal="." if dialect == "decimal point" else ",")
    table = open_table(path, VOCABULARY, folder, reading=reading)
    reader = Rows(table, VOCABULARY)
    values = table.frame.collect().to_dicts()
    return [_said(partial(reader.offer, number, row)) for number, row in enumerate(values)]


def _said(read: Callable[[], object]) -> tuple[Diagnostic, ...]:
    try:
        read()
    except Rejected as error:
        return error.diagnostics
    return ()


def _read_file(column: str, written: str) -> None:
    """Bounds are pasted as they are; what is no mapping stands in quotes, as it is one text in a cell."""
    evidence = _as_evidence("outside_share" if column == "outside_share_2014" else column, column, written)
    text = f"format: sekskant/offer/1\nid: a\nname: A\nevidence:\n  {evidence}\n"
    read_offer(read_one(text.encode(), "a.yaml"), VOCABULARY)


def _read_danish_file(column: str, written: str) -> None:
    fact = VOCABULARY.facts["outside_share" if column == "outside_share_2014" else column]
    evidence = _as_evidence(fact.label.da, column, written)
    text = f"format: sekskant/offer/2\nid: a\nnavn: A\noplysninger:\n  {evidence}\n"
    read_offer_file(read_one(text.encode(), "a.yaml"), VOCABULARY)


def _as_evidence(name: str, column: str, written: str) -> str:
    value = written if written.startswith("{") else "'" + written.replace("'", "''") + "'"
    return f"{name}: {{2014: {value}}}" if column == "outside_share_2014" else f"{name}: {value}"


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_a_hint_proposes_is_read_where_it_is_pasted(tmp_path: Path, dialect: str, column: str) -> None:
    said = dict(zip(WRITINGS, said_of(tmp_path, dialect, column, WRITINGS), strict=True))
    for written, (diagnostic, *others) in ((w, d) for w, d in said.items() if d):
        assert not others
        assert diagnostic.hint is not None or diagnostic.code == "empty-interval", written
        proposals = proposed_in(diagnostic.hint or "")
        assert len(set(proposals)) == len(proposals), diagnostic.hint
        quoted = QUOTED.match(diagnostic.message)
        assert diagnostic.code == "empty-interval" or (quoted and (quoted[1] or quoted[2]) in written), diagnostic
    proposed = {(w, p): d.hint for w, found in said.items() for d in found for p in proposed_in(d.hint or "")}
    again = said_of(tmp_path, dialect, column, [proposal for _, proposal in proposed])
    refused = [f"{w}: {hint}: {found}" for ((w, _), hint), found in zip(proposed.items(), again, strict=True) if found]
    assert not refused, "\n".join(refused)
    assert len(proposed) > len(WRITINGS) / 2


RIGHT = {
    ("outside_share_2014", "ca. 60 %"): "write `0,6` if that is exact, else the range in which it surely lies, such as "
    "`0,6..0,65`",
    ("outside_share_2014", "højst 50 %"): "write `<=0,5`",
    ("outside_share_2014", "højst ca. 50 %"): "write `<=0,5` if that is exact, else the range in which it surely lies, "
    "such as `0,6..0,65`",
    ("diagnoses", "ca. 2-3"): "write `2..3` if that is exact, else the range in which it surely lies, such as `1..4`",
    ("diagnoses", "mindst 2, højst 3"): "write `>=2 <=3`",
    ("cases_per_10000", "2,,3"): "write a number such as `0,495`, a bound such as `>=2`, a range such as `2..3`, or "
    "`ukendt`",
    ("outside_share_2014", "1 ud af 2"): "write `1/2`",
    ("outside_share_2014", "ikke over 50 %"): "write `<=0,5`",
    ("diagnoses", "ikke over 3"): "write `<=3`",
    ("diagnoses", "ikke under 3"): "write `>=3`",
    (
        "outside_share_2014",
        "1/3-2/3",
    ): "the ends of a bound or range are decimal numbers: write `0,3333..0,6667`, which is rounded outwards",
    ("outside_share_2014", "1/4..1/2"): "the ends of a bound or range are decimal numbers: write `0,25..0,5`",
    ("outside_share_2014", "mindst 12 af 23"): "the ends of a bound or range are decimal numbers: write `>=0,5217`, "
    "which is rounded outwards",
    ("outside_share_2014", ">1/3 <2/3"): "the ends of a bound or range are decimal numbers: write `>0,3333 <0,6667`, "
    "which is rounded outwards",
    ("outside_share_2014", "33⅓ %"): "write `1/3`",
    ("outside_share_2014", "1 000 %"): "it is at least 0 and at most 1",
    ("outside_share_2014", "1.000,5 %"): "it is at least 0 and at most 1",
    ("outside_share_2014", "0..1.000 %"): "write `0..0,01`",
    ("cases_per_10000", "1.000..2.500"): "write `1..2,500` or `1000..2500`",
    ("cases_per_10000", "500..1.000"): "write `500..1000`",
    ("cases_per_10000", "1 000-2 000"): "write `1000..2000`",
    ("outside_share_2014", "52 %"): None,
    ("outside_share_2014", "12 af 23"): None,
    ("outside_share_2014", "2-3"): "it is at least 0 and at most 1; write `0,02..0,03` where per cent are meant",
    ("outside_share_2014", "50-60 %"): "write `0,5..0,6`",
    ("outside_share_2014", ".5"): "write `0,5`",
    ("outside_share_2014", "½"): "write `0,5`",
    ("outside_share_2014", "−0,5"): "it is at least 0 and at most 1",
    ("outside_share_2014", "halvdelen"): "write a number such as `0,495`, a bound such as `>=0,5`, a range such as "
    "`0,6..0,65`, or `ukendt`",
    ("diagnoses", "mindst 2"): "write `>=2`",
    ("diagnoses", "≥2"): "write `>=2`",
    ("diagnoses", "12 af 23"): "it is a whole number, at least 0",
    ("diagnoses", "2017-03-02"): "a spreadsheet may have made a date of it; write what was meant, such as `2..3`, in a "
    "cell that holds text",
    ("diagnoses", "-"): "is there none, or is it not known? write `0` or `ukendt`",
    ("diagnoses", ">=2 >=3"): "at most one of `>=`, `>` and one of `<=`, `<`; or `a..b`",
    (
        "diagnoses",
        "52 %",
    ): "it is no share, so that nothing is in per cent: write a number such as `2`, a bound such as "
    "`>=2`, a range such as `2..3`, or `ukendt`",
    ("cases_per_10000", "1.234"): "write `1,234` or `1234`",
    ("cases_per_10000", "<= 0.5"): "write `<=0,5`",
    ("cases_per_10000", "ikke oplyst"): "write `ukendt`, or leave it empty where nothing is stated",
    ("large_catchment_needed", "ved ikke"): "write `ukendt`, or leave it empty where nothing is stated",
    ("large_catchment_needed", "delvist"): "one of `ja`, `nej`, `ukendt`",
    ("large_catchment_needed", "x"): "one of `ja`, `nej`, `ukendt`",
    ("large_catchment_needed", "ja/nej"): "one of `ja`, `nej`, `ukendt`",
    ("large_catchment_needed", "SANDT"): "write `ja`",
    ("large_catchment_needed", "FALSK"): None,
    ("large_catchment_needed", "“ja”"): "write `ja`",
    ("large_catchment_needed", "jaa"): "did you mean `ja`?",
}
"""What is said of some writings in a table with a decimal comma; nothing, where they are read."""


@pytest.mark.parametrize("column", COLUMNS)
def test_the_hint_of_a_danish_table(tmp_path: Path, column: str) -> None:
    writings = [written for name, written in RIGHT if name == column]
    said = said_of(tmp_path, "decimal comma", column, writings)
    assert {(column, w): found[0].hint if found else None for w, found in zip(writings, said, strict=True)} == {
        key: hint for key, hint in RIGHT.items() if key[0] == column
    }


def test_a_mistake_stands_under_the_header_of_its_column(tmp_path: Path) -> None:
    headers = VOCABULARY.facts["diagnoses"].label.da, VOCABULARY.facts["large_catchment_needed"].label.da
    (tmp_path / "r.csv").write_text(f"id,{headers[0]},{headers[1]}\na,mange,delvist\n", encoding="utf-8")
    table = open_table(tmp_path / "r.csv", VOCABULARY, tmp_path)
    first, second = _said(partial(Rows(table, VOCABULARY).offer, 0, table.frame.collect().row(0, named=True)))
    assert first.message == f"`mange` where a number belongs (column `{headers[0]}`)"
    assert second.message == f"`delvist` is not an answer to `{headers[1]}`"
    assert second.hint == "one of `ja`, `nej`, `ukendt`"


@pytest.mark.parametrize(
    ("header", "cell", "said"),
    [
        ("type driftsherre", "kommunen", ("`kommunen` does not belong in `type driftsherre`", "kommune")),
        ("driftsherrens art", "kommunen", ("`kommunen` does not belong in `driftsherrens art`", "kommune")),
        ("målgruppe", "hjemløse", ("`hjemløse` is not in the list of `målgruppe`", None)),
        ("tilbuddets art", "social tilbud", ("`social tilbud` is not an answer to `tilbuddets art`", "socialt tilbud")),
    ],
)
def test_words_of_lists_are_proposed_by_their_danish_names(
    tmp_path: Path, header: str, cell: str, said: tuple[str, str | None]
) -> None:
    words, proposed = said
    (diagnostic,) = _said_of_cell(tmp_path, header, cell)
    assert diagnostic.message == words
    assert proposed is None or diagnostic.hint == f"did you mean `{proposed}`?"
    for proposal in proposed_in(diagnostic.hint or ""):
        assert not _said_of_cell(tmp_path, header, proposal)


def _said_of_cell(folder: Path, header: str, cell: str) -> tuple[Diagnostic, ...]:
    (folder / "r.csv").write_text(f"id;{header}\na;{cell}\n", encoding="utf-8")
    table = open_table(folder / "r.csv", VOCABULARY, folder)
    return _said(partial(Rows(table, VOCABULARY).offer, 0, table.frame.collect().row(0, named=True)))


def test_a_share_of_every_year_may_be_unknown() -> None:
    text = "format: sekskant/offer/1\nid: a\nname: A\nevidence:\n  outside_share: {}\n"
    for word in ("unknown", "ukendt", "Ukendt"):
        stated = read_offer(read_one(text.format(word).encode(), "a.yaml"), VOCABULARY).stated
        finding = findings_of(VOCABULARY, stated, 2018)["outside_share_mean"]
        assert [part.state for _, part in finding.parts] == [State.STATED_UNKNOWN] * len(finding.parts)
    by_year = text.format("{2014: unknown, 2015: unknown, 2016: unknown}")
    listed = findings_of(VOCABULARY, read_offer(read_one(by_year.encode(), "a.yaml"), VOCABULARY).stated, 2018)
    assert listed["outside_share_mean"].possible == finding.possible

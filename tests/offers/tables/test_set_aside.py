"""What makes a row no offer: a table of cases, and rows of no offer among offers at random, on every backend."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decisions.decide import Decider
from engine.rulebooks.library import Library
from offers.columns.evaluator import Evaluator
from offers.columns.evidence_columns import READ
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.set_aside import NOTES, SOURCES, TOTALS, SettingAside
from offers.tables.table import ROW, Table
from tests.chance import chance as chance_of
from tests.command import here
from tests.offers.columns.test_columns import CELLS
from tests.offers.runs.backends import BACKENDS, POLARS, assert_same, decisions_of, reclassified

RULEBOOKS = Library().in_force(2018)
VOCABULARY = RULEBOOKS[0].vocabulary
PROGRAMS = [Decider(rulebook).program for rulebook in RULEBOOKS]
HEADERS: tuple[str, ...] = (
    "id",
    "navn",
    "driftsherre",
    "driftsherrens art",
    "målgruppe",
    "diagnoser",
    "tilfælde pr. 10.000 indbyggere",
)
HEADERS += ("behov for et større optageområde", "behov for et større optageområde, begrundelse")
COLUMNS = {column.name: column for column in Headers(VOCABULARY).read(HEADERS, "register.csv")}
NO_OFFERS = {
    "the row holds an id, and nothing that belongs to an offer": (
        "stjerne",
        "Note: foreløbige tal",
        "I alt",
        "Opgjort pr. 1. januar 2018",
        "* se bilaget",
    ),
    "the row repeats the headers": (
        "Id;Navn;Driftsherre;Driftsherrens art",
        "ID;name;operator;kind of operator;target group;diagnoses",
        "Nummer;Navn;;;Målgruppe;Diagnoser",
        ";Navn;Driftsherre",
        "id;navn",
    ),
    "the row is a total": (
        "I alt;;;;;17;3,5",
        "I ALT:;;;;;17",
        "i alt 12;;;;;17;1.234",
        "Total (alle);;;;;=SUM(F2:F9)",
        ";I alt;;;;17",
        ";;;;;;;gennemsnit;4",
        "Gns.;;;;;0,5;12 %",
        "Antal tilbud;12",
        "Sum;;;;;;;3",
    ),
    "the row holds formulas and no id": (";;;;;=SUM(F2:F9);=MIDDEL(G2:G9)", ";;;;;;;=COUNTIF(H2:H9)"),
    "the row is a note": (
        "Note: foreløbige; tal; se bilag",
        ";Note: foreløbige tal",
        ";;;;;Note: foreløbige tal",
        "Note 1: x;tal",
        "Bemærk;tallene er foreløbige",
        "BEMÆRK!;tallene er foreløbige;;x",
        "Udfyldt af:;Ida Hansen",
        "Kilde: Danmarks Statistik;2017",
        "* tal;foreløbige",
        "NB: se bilag;;;;;;;se bilag",
    ),
    "the row says how to fill in the table": (
        "Skriv id;navn på tilbuddet;;kommune/region/privat;;heltal;tal;ja/nej",
        ";;;;;antal;fx 0,5;ja eller nej",
        "(entydigt id);;;kommune, region eller privat",
        "Tilbuddets id;;;;;helt tal;(tal);yes/no",
        "Unique id;Name;;;;Hvor mange længerevarende eller kroniske diagnoser har målgruppen?",
    ),
}
OFFERS = (
    # With an id and anything that a rulebook reads, whatever the id is.
    "Total;;;region",
    "I alt;;;ukendt",
    "Note: x;;;;;3",
    "Skriv id;;;;;3",
    "Eksempel;Solhøj;;;;3",
    "id;;;;;3",
    "sol;I alt;;;;3",
    # With an id and a name, an operator, a reason.
    "sol;Solhøj",
    "navn;Navn",
    "Kilden;Kilden",
    "kilde;Kilden",
    "total-huset;Totalhuset;;;;3",
    "sumhuset;;;;;3",
    "sol;;;;;;;;fordi",
    # With an id that only begins like a total or a note, or is one of its words, and what may be meant of an offer.
    "sum2solhoej;;;;;5;0,5",
    "Middel1a;;;;;4;0,3",
    "gns(nord);;;;;4;0,3",
    "NB;Nordbo;Greve",
    "anm;Nordbo;Greve;;;4.0",
    "*solgaard;Solgaard;Greve;;;4.0;0.5",
    "Note: x;;;;;mindst 3;<= 0.5",
    # With a mistake.
    "sol;;;ja/nej",
    "sol;;;;;mange",
    "sol;;;;;antal;tal;ja/nej",
    "sol;;;;;=SUM(F2:F9)",
    "I alt;;;;;mange",
    "sol;;;Driftsherrens art;;3",
    # Without an id.
    ";Solhøj",
    ";Solhøj;;region",
    ";;;;;3",
    ";;;;;mange",
)


def cells_of(row: str) -> dict[str, str]:
    return {name: text for name, text in zip(COLUMNS, row.split(";"), strict=False) if text}


def reason_of(cells: Mapping[str, str]) -> str | None:
    reason = SettingAside(COLUMNS, VOCABULARY, ",").reason(cells)
    return str(reason) if reason else None


@pytest.mark.parametrize(("reason", "row"), [(reason, row) for reason, rows in NO_OFFERS.items() for row in rows])
def test_a_row_that_is_no_offer(reason: str, row: str) -> None:
    assert reason_of(cells_of(row)) == reason


@pytest.mark.parametrize("row", OFFERS)
def test_a_row_that_is_an_offer_with_or_without_a_mistake(row: str) -> None:
    assert reason_of(cells_of(row)) is None


def test_a_row_without_any_cell_is_no_row() -> None:
    assert reason_of({}) is None


def test_a_note_may_have_more_cells_than_there_are_columns_and_an_offer_may_not() -> None:
    rows = SettingAside(COLUMNS, VOCABULARY, ",")
    assert str(rows.reason({"id": "Note: foreløbige"}, is_too_long=True)) == "the row is a note"
    assert rows.reason({"id": "sol"}, is_too_long=True) is None


@given(row=st.sampled_from([row for rows in NO_OFFERS.values() for row in rows]), data=st.data())
def test_what_is_no_offer_is_one_once_it_has_an_id_and_states_something(row: str, data: st.DataObject) -> None:
    stating = {
        "operator_kind": ("region", "ukendt"),
        "large_catchment_needed": ("ja", "no"),
        "target_group": ("hjemløshed",),
    }
    name = data.draw(st.sampled_from(sorted(stating)))
    assert reason_of({**cells_of(row), "id": "sol", name: data.draw(st.sampled_from(stating[name]))}) is None


# --- in columns, and in whole registers ---


@pytest.mark.parametrize("kind", NO_OFFERS)
def test_columns_are_sure_of_no_row_that_is_no_offer(kind: str) -> None:
    rows = [cells_of(row) for row in NO_OFFERS[kind]]
    cells = {name: [row.get(name) for row in rows] for name in COLUMNS}
    frame = pl.DataFrame(cells, dict.fromkeys(COLUMNS, pl.String))
    frame = frame.with_row_index(ROW)
    table = Table("x", "csv", tuple(COLUMNS.values()), frame.lazy(), ",", {}, "", 1)
    evaluator = Evaluator(PROGRAMS, 2018, frame, ",", Rows(table, VOCABULARY))
    assert evaluator.with_vectors(frame.lazy()).collect()[READ].to_list() == [False] * len(rows)
    vectors, rejected = evaluator.evaluate(frame)
    assert (vectors.height, [row.is_set_aside for row in rejected]) == (0, [True] * len(rows))


def register(offers: int, name: str) -> tuple[pl.DataFrame, set[int]]:
    """Offers of every kind, and among them rows that are none: which, by their numbers from 0."""
    chance = chance_of(name)
    cells = {column: chance.choices(pool, k=offers) for column, pool in CELLS.items()}
    cells["volume_judgement"] = [None] * offers
    cells["outside_share_mean"] = [None] * offers
    rows: list[dict[str, str | None]] = [
        {"id": f"o{i}", "name": f"Tilbud {i}", **dict(zip(cells, row, strict=True))}
        for i, row in enumerate(zip(*cells.values(), strict=True))
    ]
    aside = [cells_of(row) for several in NO_OFFERS.values() for row in several]
    for no_offer in aside:
        rows.insert(chance.randrange(len(rows) + 1), {**no_offer, "aside": "x"})
    numbers = {number for number, row in enumerate(rows) if "aside" in row}
    names = dict.fromkeys([*COLUMNS, *cells, "name"])
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String)), numbers


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_rows_of_no_offers_are_set_aside_wherever_they_stand_and_no_offer_is(
    tmp_path: Path, backend: tuple[str, ...]
) -> None:
    frame, aside = register(150, "set aside")
    frame.write_parquet(tmp_path / "register.parquet")
    before = frame.filter(pl.col("id").str.contains("^o[0-9]+$")).with_columns(diagnoses=pl.lit("3"))
    before.write_parquet(tmp_path / "before.parquet")
    reclassified(tmp_path / "before.parquet", tmp_path / "before")
    past = ("--previous", str(tmp_path / "before"))
    ran = reclassified(tmp_path / "register.parquet", tmp_path / "run", *past, *backend)
    assert f"{len(aside)} rows hold no offer and were set aside" in ran.err
    with (tmp_path / "run" / "rejected.csv").open(encoding="utf-8", newline="") as stream:
        rejected = list(csv.DictReader(stream))
    assert {row["code"] for row in rejected} == {"not-an-offer"}
    assert {int(row["row"]) - 1 for row in rejected} == aside
    for decided in decisions_of(tmp_path / "run").values():
        assert decided["offer"].to_list() == [f"o{i}" for i in range(150)]
    for counted in json.loads((tmp_path / "run" / "run.json").read_text())["rulebooks"]:
        rows = counted["rows"]
        assert rows.pop("in") == frame.height == sum(rows.values())
        assert (rows["set_aside"], rows["rejected"]) == (len(aside), 0)
    if backend != POLARS:
        reclassified(tmp_path / "register.parquet", tmp_path / "polars", *past)
        assert_same(tmp_path / "polars", tmp_path / "run", "changes.csv")


@pytest.mark.parametrize(("language", "words"), [("da", "intet tilbud"), ("en", "set aside")])
def test_the_summary_says_how_many_were_set_aside(tmp_path: Path, language: str, words: str) -> None:
    (tmp_path / "register.csv").write_text("id;operator_kind\na;region\nI alt;\nNote: x;\n", encoding="utf-8")
    ran = reclassified(tmp_path / "register.csv", tmp_path / "run", "--lang", language)
    assert [line.split()[-1] for line in ran.out.splitlines() if words in line] == ["2", "2"]
    assert words in (tmp_path / "run" / "summary.html").read_text(encoding="utf-8")
    assert words in ran.err


def test_a_table_in_which_every_row_is_set_aside_is_no_register(tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_text("id;operator_kind\na;\nI alt;\n", encoding="utf-8")
    ran = reclassified(tmp_path / "register.csv", tmp_path / "run", code=1)
    assert "the table has no row with an offer" in ran.err


def test_an_offer_of_which_only_the_id_is_left_has_not_closed(tmp_path: Path) -> None:
    for name, row in {"before": "a;region", "now": "a;"}.items():
        (tmp_path / f"{name}.csv").write_text(f"id;operator_kind\n{row}\nb;region\n", encoding="utf-8")
    reclassified(tmp_path / "before.csv", tmp_path / "before")
    reclassified(tmp_path / "now.csv", tmp_path / "run", "--previous", str(tmp_path / "before"))
    changes = pl.read_csv(tmp_path / "run" / "changes.csv")
    assert set(zip(changes["offer"], changes["change"], strict=True)) == {("a", "rejected")}


def test_a_preview_says_what_was_set_aside(tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_text("id;operator_kind\na;region\nI alt;\n", encoding="utf-8")
    strategy = RULEBOOKS[0]
    (tmp_path / "vocabulary.yaml").write_bytes(strategy.vocabulary.written_as)
    draft = strategy.written_as.replace(b"fact: operator_kind, is: region", b"fact: operator_kind, is: private")
    (tmp_path / "draft.yaml").write_bytes(draft)
    rulebooks = ("--rulebook", str(tmp_path / "draft.yaml"), "--against", f"{strategy.id}@2018")
    ran = here("preview", str(tmp_path / "register.csv"), *rulebooks, "--year", "2018", "--lang", "en")
    assert ran.code == 0, ran.err
    assert "1 row holds no offer and was set aside" in ran.err
    assert "1 of 1 verdicts would change." in ran.out


def test_every_title_is_known_in_either_case() -> None:
    for title in (*TOTALS, *NOTES, *SOURCES):
        for written in (title, title.upper(), title.capitalize()):
            assert reason_of({"id": f"{written}:", "name": "12"}) in ("the row is a total", "the row is a note")

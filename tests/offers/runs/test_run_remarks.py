"""What a run and `assess` say of their input: the same things, with the number of offers, in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import polars as pl
import pytest

from engine.texts.catalogue import Language
from tests.command import here
from tests.offers.runs.backends import BACKENDS, assert_same, reclassified

STRATEGY = "hovedstaden.udviklingsstrategi"
ONE = ("--rulebook", f"{STRATEGY}@2018")
RING = "\u030a"
ROWS = {
    "id": ["a", "sol høj", "måne", "c@d", "I alt"],
    "operator_kind": ["region", "kommune", "region", "ukendt", None],
    "part_of": [f"ma{RING}ne", None, "væk", "", None],
    "diagnoses": ["3", "2", None, None, "5"],
    "self_supply_needed": ["ja", " ", "nej", None, None],
    "special_competencies": [None, None, None, "ja", None],
    "outside_share_2013": [None, "0.5", "0.5", None, "1"],
    "outside_share_2015": ["0.5", "0.5", "0.5", None, "1.5"],
    "outside_share_2017": ["0.5", None, None, None, "0.5"],
}
REMARKS: list[dict[str, Any]] = [
    {"code": "unread_year", "fact": "outside_share", "year": 2013, "offers": 2},
    {"code": "unread_year", "fact": "outside_share", "year": 2017, "offers": 1},
    {"code": "unread_evidence", "fact": "self_supply_needed", "offers": 2},
    {"code": "unread_evidence", "fact": "special_competencies", "offers": 1},
    {"code": "unusual_ids", "examples": ["sol høj", "c@d"], "offers": 2},
    {"code": "unknown_part_of", "examples": ["væk"], "offers": 1},
]
OFFERS = """
format: sekskant/offer/1
id: a
name: A
operator: {name: Region Hovedstaden, kind: region}
part_of: måne
evidence: {diagnoses: 3, self_supply_needed: ja, outside_share: {2015: 0.5, 2017: 0.5}}
---
format: sekskant/offer/1
id: sol høj
name: B
operator: {name: Herlev, kind: municipality}
evidence: {diagnoses: 2, outside_share: {2013: 0.5, 2015: 0.5}}
---
format: sekskant/offer/1
id: måne
name: C
part_of: væk
operator: {name: Region Hovedstaden, kind: region}
evidence: {self_supply_needed: nej, outside_share: {2013: 0.5, 2015: 0.5}}
---
format: sekskant/offer/1
id: c@d
name: D
evidence: {special_competencies: ja}
"""


def remarks_of(run: Path) -> list[dict[str, Any]]:
    remarks: list[dict[str, Any]] = json.loads((run / "run.json").read_text())["input_remarks"]
    return remarks


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_run_says_what_of_its_input_nobody_asked_for(tmp_path: Path, backend: tuple[str, ...]) -> None:
    pl.DataFrame(ROWS).write_parquet(tmp_path / "register.parquet")
    reclassified(tmp_path / "register.parquet", tmp_path / "run", *ONE, *backend)
    assert remarks_of(tmp_path / "run") == REMARKS
    reclassified(tmp_path / "register.parquet", tmp_path / "polars", *ONE)
    assert_same(tmp_path / "polars", tmp_path / "run")


def test_a_run_of_offer_files_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "offers.yaml").write_text(OFFERS, encoding="utf-8")
    reclassified(tmp_path / "offers.yaml", tmp_path / "run", *ONE)
    assert remarks_of(tmp_path / "run") == REMARKS


@pytest.mark.parametrize("language", get_args(Language))
def test_assess_says_of_a_table_what_a_run_says(tmp_path: Path, language: str) -> None:
    """What stands alone, and what only all rows together show, too; of a row that is refused neither says anything."""
    more = {
        "outside_share_2015_source": [None, None, None, "Mail", "Mail"],
        "operator_name": [None, None, None, "Herlev", None],
        "agreement_code": [None, "157", None, None, None],
    }
    for name, rows in {"one.csv": slice(0, 5), "two.csv": slice(0, 2)}.items():
        frame = pl.DataFrame({**ROWS, **more})[rows].with_columns(
            pl.lit("Ålykke").alias("operator_name") if name == "two.csv" else pl.col("operator_name")
        )
        ids = frame["id"] if name == "one.csv" else pl.Series("id", ["x", "a"])  # which stands in both tables
        frame.with_columns(ids, operator_name=frame["operator_name"].fill_null("Ålykke")).write_csv(tmp_path / name)
    names = [str(tmp_path / name) for name in ("one.csv", "two.csv")]
    spoken = ("--year", "2018", *ONE, "--lang", language)
    run = here("reclassify", *names, *spoken, "--out", str(tmp_path / "run"), "--no-list", "--no-report")
    codes = {"unread_year", "unread_evidence", "detail_alone", "party_without_kind", "unusual_ids", "unknown_part_of"}
    assert {remark["code"] for remark in remarks_of(tmp_path / "run")} >= {*codes, "operator_in_several"}
    said = here("assess", *names, *spoken, "--summary").err
    of_run = [line for line in run.err.splitlines() if " of statuses: " not in line and " af statusser: " not in line]
    assert sorted(said.splitlines()) == sorted(of_run)
    assert said.count("repeated-offer") == 2


def test_evidence_that_one_of_the_rulebooks_reads_is_read(tmp_path: Path) -> None:
    pl.DataFrame(ROWS).write_parquet(tmp_path / "register.parquet")
    reclassified(tmp_path / "register.parquet", tmp_path / "run")
    assert remarks_of(tmp_path / "run") == [r for r in REMARKS if r["code"] != "unread_evidence"]


SAID = {
    "da": [
        "Andel pladser brugt af andre kommuner: tallene for 2013 (2 tilbud) indgår ikke, da vurderingen "
        "gælder aftaleåret 2018.",
        "Andel pladser brugt af andre kommuner: tallene for 2017 (1 tilbud) indgår ikke, da vurderingen "
        "gælder aftaleåret 2018.",
        "Behov for selvforsyning: oplyst for 2 tilbud, men intet regelsæt i denne kørsel læser det.",
        "2 id'er har andre tegn end bogstaver, cifre, -, _ og .: `sol høj`, `c@d`",
    ],
    "en": [
        "Share of places used by other municipalities: what is stated for 2013 (2 offers) is not used in a decision "
        "for the agreement year 2018.",
        "2 ids with other signs than letters, digits, -, _ and .: `sol høj`, `c@d`",
    ],
}


@pytest.mark.parametrize("language", sorted(SAID))
def test_runs_and_assess_say_it_in_both_languages(tmp_path: Path, language: str) -> None:
    (tmp_path / "offers.yaml").write_text(OFFERS, encoding="utf-8")
    pl.DataFrame(ROWS).write_csv(tmp_path / "register.csv", separator=";")
    assessed = here("assess", str(tmp_path / "offers.yaml"), *ONE, "--year", "2018", "--lang", language, "--summary")
    ran = reclassified(tmp_path / "register.csv", tmp_path / "run", *ONE, "--lang", language, "--decimal", ".")
    summary = " ".join((tmp_path / "run" / "summary.txt").read_text(encoding="utf-8").split())
    page = (tmp_path / "run" / "summary.html").read_text(encoding="utf-8").replace("&#39;", "'")
    for line in SAID[language]:
        assert line in assessed.err.splitlines()
        assert line in ran.err.splitlines()
        assert line in summary
        assert line in page


@pytest.mark.parametrize(
    ("language", "words"), [("da", "er ikke i kraft 2019-01-01"), ("en", "is not in force on 2019-01-01")]
)
def test_a_rulebook_that_is_not_in_force_is_said_with_the_number_of_offers(
    tmp_path: Path, language: str, words: str
) -> None:
    (tmp_path / "offers.yaml").write_text(OFFERS, encoding="utf-8")
    arguments = (str(tmp_path / "offers.yaml"), "--year", "2019", *ONE, "--lang", language)
    for ran in (here("assess", *arguments), here("reclassify", *arguments, "--out", str(tmp_path / "run"))):
        (line,) = (line for line in ran.err.splitlines() if words in line)
        assert "4 tilbud" in line or "4 offers" in line
    detail = {"rulebook": STRATEGY, "version": "2018", "from": "2018-01-01", "until": "2018-12-31"}
    assert remarks_of(tmp_path / "run")[0] == {"code": "not_in_force", **detail, "offers": 4}


def test_nothing_is_said_where_all_is_read(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": ["a", "Å-2"], "operator_kind": ["region", "region"], "part_of": [None, "a"]})
    frame.with_columns(pl.lit(None, pl.String).alias("self_supply_needed")).write_parquet(tmp_path / "register.parquet")
    reclassified(tmp_path / "register.parquet", tmp_path / "run", *ONE)
    assert remarks_of(tmp_path / "run") == []


# --- ids that changed ---


def test_what_a_table_of_ids_did_and_which_of_its_lines_name_nobody(tmp_path: Path) -> None:
    before, now = ["a", "b", "c", "d", "e"], ["a2", "bc", "d1", "d2", "e"]
    for name, ids in {"before": before, "now": now}.items():
        pl.DataFrame({"id": ids, "operator_kind": ["region"] * 5}).write_parquet(tmp_path / f"{name}.parquet")
    lines = ["a,a2", "b,bc", "c,bc", "d,d1", "d,d2", "gnistn,e", "e,væk"]
    (tmp_path / "ids.csv").write_text("\n".join(["old,new", *lines, ""]), encoding="utf-8")
    reclassified(tmp_path / "before.parquet", tmp_path / "before")
    past = ("--previous", str(tmp_path / "before"), "--ids", str(tmp_path / "ids.csv"))
    ran = reclassified(tmp_path / "now.parquet", tmp_path / "run", *past)
    assert remarks_of(tmp_path / "run") == [
        {"code": "renamed_offers", "examples": [{"id": "a", "ids": ["a2"]}], "offers": 1},
        {"code": "merged_offers", "examples": [{"id": "bc", "ids": ["b", "c"]}], "offers": 1},
        {"code": "split_offers", "examples": [{"id": "d", "ids": ["d1", "d2"]}], "offers": 1},
        {"code": "unused_ids", "among": "previous", "examples": [{"line": 7, "id": "gnistn"}], "offers": 1},
        {"code": "unused_ids", "among": "register", "examples": [{"line": 8, "id": "væk"}], "offers": 1},
    ]
    for line in (
        "--ids: 1 offer was renamed: `a` → `a2`",
        "--ids: 1 offer was merged from several: `b`, `c` → `bc`",
        "--ids: 1 offer was split: `d` → `d1`, `d2`",
        "--ids: not used, since the id is not in the run before: `gnistn` (line 7)",
        "--ids: not used, since the id is not in the register: `væk` (line 8)",
    ):
        assert line in ran.err.splitlines()
        assert line in (tmp_path / "run" / "summary.txt").read_text(encoding="utf-8")


# --- headers ---


def test_what_the_vocabulary_calls_a_fact_heads_its_column(tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_text(
        "id;Type driftsherre;Type tilbud\nx;region;socialt tilbud\n", encoding="utf-8"
    )
    reclassified(tmp_path / "register.csv", tmp_path / "run", *ONE)
    decided = pl.read_parquet(tmp_path / "run" / "decisions" / f"{STRATEGY}@2018.parquet")
    assert decided.select("offer", "verdict").rows() == [("x", "met")]


ALONE = {
    "id": ["a", "b", "c", "d", "I alt"],
    "operator_kind": ["kommune", " ", "Ukendt", None, None],
    "operator_name": ["Herlev", "Herlev", "Gentofte", None, None],
    "operator_code": [None, None, None, "157", None],
    "agreement_name": [None, "Region Hovedstaden", None, None, None],
    "cases_per_10000": ["1", None, "2", None, "3"],
    "cases_per_10000_source": ["her", "her", None, " ", None],
    "cases_per_10000_by": [None, "mig", None, "dig", None],
    "diagnoses_because": ["fordi", None, None, None, None],
    "outside_share_2015": ["0.5", None, "0.5", None, None],
    "outside_share_2015_reservation": ["måske", "måske", None, None, None],
}
STAND_ALONE: list[dict[str, Any]] = [
    {"code": "detail_alone", "fact": "cases_per_10000", "offers": 2},
    {"code": "detail_alone", "fact": "diagnoses", "offers": 1},
    {"code": "detail_alone", "fact": "outside_share", "year": 2015, "offers": 1},
    {"code": "party_without_kind", "party": "operator", "offers": 3},
    {"code": "party_without_kind", "party": "agreement", "offers": 1},
]


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_stands_beside_an_empty_cell_is_said(tmp_path: Path, backend: tuple[str, ...]) -> None:
    pl.DataFrame(ALONE).write_parquet(tmp_path / "register.parquet")
    ran = reclassified(tmp_path / "register.parquet", tmp_path / "run", *ONE, *backend)
    assert remarks_of(tmp_path / "run") == STAND_ALONE
    assert (
        "Share of places used by other municipalities 2015: a source, a reason or the like is given for 1 offer "
        "without the evidence itself, and is not used." in ran.err
    )
    assert "3 offers with the name or code of an operator whose kind is not stated; it is not used." in ran.err


UNUSED = {
    "an old id that was not there": "gnistn,a",
    "a new id that is not there": "a,væk",
    "neither": "gnistn,væk",
    "an old id that is new": "ny,b",
}


@pytest.mark.slow
@pytest.mark.parametrize("line", UNUSED.values(), ids=UNUSED.keys())
def test_a_line_that_names_nobody_moves_nothing(tmp_path: Path, line: str) -> None:
    kinds = {"before": {"a": "region", "b": "region"}, "now": {"a": "kommune", "b": "region", "ny": "region"}}
    for name, offers in kinds.items():
        frame = pl.DataFrame(
            {"id": [*offers], "operator_kind": [*offers.values()], "cases_per_10000": [1] * len(offers)}
        )
        frame.write_parquet(tmp_path / f"{name}.parquet")
    reclassified(tmp_path / "before.parquet", tmp_path / "before")
    past = ("--previous", str(tmp_path / "before"))
    reclassified(tmp_path / "now.parquet", tmp_path / "without", *past)
    (tmp_path / "ids.csv").write_text(f"old,new\n{line}\n", encoding="utf-8")
    reclassified(tmp_path / "now.parquet", tmp_path / "with", *past, "--ids", str(tmp_path / "ids.csv"))
    changes = [(tmp_path / name / "changes.csv").read_text(encoding="utf-8") for name in ("without", "with")]
    assert changes[0] == changes[1]
    assert {remark["code"] for remark in remarks_of(tmp_path / "with")} == {"unused_ids"}
    reclassified(tmp_path / "before.parquet", tmp_path / "again", *past, "--ids", str(tmp_path / "ids.csv"))
    assert (tmp_path / "again" / "changes.csv").read_text(encoding="utf-8").count("\n") == 1

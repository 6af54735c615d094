"""Municipalities and regions by their codes and names, and one municipality where they are counted."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from engine.rulebooks.library import Library
from offers.records.authorities import authorities, authority_of, is_authority, said_as
from tests.command import here
from tests.offers.runs.backends import BACKENDS, reclassified

STRATEGY = Library().in_force(2018)[0]


def test_there_are_98_municipalities_and_5_regions_each_found_by_code_and_name() -> None:
    kinds = [authority.kind for authority in authorities()]
    assert (kinds.count("municipality"), kinds.count("region")) == (98, 5)
    for authority in authorities():
        by_code = (authority_of(None, authority.code), authority_of(None, f"0{authority.code}"))
        by_name = (authority_of(authority.name), authority_of(f" {authority.name.upper()}  Kommune"))
        assert {*by_code, *by_name} == {authority}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Københavns Kommune", "København"),
        ("Kobenhavns Kommune", None),
        ("Københavns kommune", "København"),
        ("Københavns\u00a0Kommune", "København"),
        ("Kommunen Herlev", "Herlev"),
        ("Bornholms Regionskommune", "Bornholm"),
        ("Århus Kommune", "Aarhus"),
        ("Ålborg", "Aalborg"),
        ("Nordfyn", "Nordfyns"),
        ("Assens Kommune", "Assens"),
        ("Hovedstaden", "Region Hovedstaden"),
        ("region sjælland", "Region Sjælland"),
        ("Herlev Bo", None),
        ("", None),
    ],
)
def test_an_authority_by_its_name(written: str, name: str | None) -> None:
    authority = authority_of(written)
    assert (authority.name if authority else None) == name
    assert said_as(written) == (name or " ".join(written.split()))


@pytest.mark.parametrize(
    ("kind", "name", "code", "is_one"),
    [
        ("municipality", "Herlev", "0163", True),
        ("municipality", "Herlev", None, True),
        ("municipality", None, "163", True),
        ("municipality", "", "", True),
        ("municipality", "Herlev", "159", False),
        ("municipality", "Herlev", "999", False),
        ("municipality", "Herlew Kommune", "163", False),
        ("municipality", "Region Sjælland", None, False),
        ("region", "Region Sjælland", "1085", True),
        ("region", "Herlev", None, False),
    ],
)
def test_what_is_said_to_be_one_is_one(kind: str, name: str | None, code: str | None, is_one: bool) -> None:
    assert is_authority(kind, name, code) is is_one


ROWS = {
    "id": ["a", "b", "c", "d", "e", "f", "g"],
    "operator_name": [
        "Københavns Kommune",
        "københavn",
        "Kbh.",
        "Herlew",
        "Skovhuset",
        "Herlev|Gladsaxe",
        "Herlev | Gladsaxe",
    ],
    "operator_kind": ["kommune", "kommune", "kommune", "kommune", "privat", "kommune|kommune", "kommune"],
    "operator_code": ["0101", None, "101", None, "999", "163|0159", None],
    "service_type": ["socialt tilbud"] * 7,
}


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_run_says_which_operators_are_none(tmp_path: Path, backend: tuple[str, ...]) -> None:
    pl.DataFrame(ROWS).write_parquet(tmp_path / "register.parquet")
    ran = reclassified(tmp_path / "register.parquet", tmp_path / "run", *backend)
    remarks = json.loads((tmp_path / "run" / "run.json").read_text())["input_remarks"]
    assert remarks == [{"code": "unknown_authorities", "examples": ["Kbh. 101", "Herlew"], "offers": 2}]
    said = "2 offers with an operator that by name and code is no municipality or region: `Kbh. 101`, `Herlew`"
    assert said in ran.err.splitlines()


def test_a_preview_counts_a_municipality_once(tmp_path: Path) -> None:
    pl.DataFrame(ROWS).write_parquet(tmp_path / "register.parquet")
    (tmp_path / "vocabulary.yaml").write_bytes(STRATEGY.vocabulary.written_as)
    draft = STRATEGY.written_as.replace(b"fact: operator_kind, is: region", b"fact: operator_kind, is: municipality")
    (tmp_path / "draft.yaml").write_bytes(draft)
    rulebooks = ("--rulebook", str(tmp_path / "draft.yaml"), "--against", f"{STRATEGY.id}@2018")
    ran = here("preview", str(tmp_path / "register.parquet"), *rulebooks, "--year", "2018", "--lang", "en")
    rows = [line.split() for line in ran.out.splitlines()]
    assert [row for row in rows if row[:1] in (["København"], ["Herlev"], ["Gladsaxe"], ["Herlew"])] == [
        ["Gladsaxe", "2"],
        ["Herlev", "2"],
        ["Herlew", "1"],
        ["København", "3"],
    ]

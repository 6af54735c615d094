"""A rulebook that tests numbers made of numbers: files and registers on every backend, what is shown, and causes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from tests.command import here
from tests.offers.runs.backends import BACKENDS
from tests.support import TEXT, written_in

_NAMES = ("own_days", "sold_days", "own_last", "sold_in_all", "surplus")
_LABELS = {name: {"da": f"dansk {name}", "en": name.replace("_", " ")} for name in _NAMES}
DAYS: dict[str, object] = {"type": "number", "at_least": 0, "question": TEXT}
FACTS: dict[str, dict[str, object]] = {
    "own_days": {**DAYS, "per": "year"},
    "sold_days": {**DAYS, "per": "year"},
    "own_last": {**DAYS, "derived": {"value": {"of": "own_days", "year": -2}}},
    "sold_in_all": {**DAYS, "derived": {"sum": {"of": "sold_days", "years": [-3, -2]}}},
    "surplus": {
        "type": "number",
        "question": TEXT,
        "derived": {"difference": {"of": "sold_in_all", "less": "own_last"}},
    },
}
VOCABULARY = {
    "format": "sekskant/vocabulary/1",
    "id": "days",
    "title": TEXT,
    "facts": {name: {**fact, "label": _LABELS[name]} for name, fact in FACTS.items()},
}
RULEBOOK = {
    "format": "sekskant/rulebook/1",
    "id": "days",
    "version": "1",
    "vocabulary": "days",
    "language": "en",
    "in_force": {"from": "2018-01-01"},
    "title": TEXT,
    "source": TEXT,
    "outcomes": {verdict: {"id": verdict, "label": TEXT} for verdict in ("met", "not_met", "undetermined")},
    "rule": {"id": "rule", "title": TEXT, "reference": TEXT, "all": ["A"]},
    "criteria": {
        "A": {
            "title": TEXT,
            "description": TEXT,
            "reference": TEXT,
            "met_when": {"fact": "surplus", "at_least": 60},
        }
    },
}
REGISTER = """\
id,own_days_2016,sold_days_2015,sold_days_2016,sold_in_all
a,50,40,70,
b,50,40,69.5,
c,50,40,>=70,
d,50,40,,
e,50,,,>=110
f,50,40,70,110
g,<50,40,70,
"""
VERDICTS = {
    "a": "met",
    "b": "not_met",
    "c": "met",
    "d": "undetermined",
    "e": "met",
    "f": "met",
    "g": "met",
}


@pytest.fixture
def rulebook(tmp_path: Path) -> str:
    return written_in(tmp_path / "rules", VOCABULARY, RULEBOOK)


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_register_is_decided_alike_on_every_backend(backend: tuple[str, ...], rulebook: str, tmp_path: Path) -> None:
    register, out = tmp_path / "register.parquet", tmp_path / "out"
    by_rule = ("--rulebook", rulebook, "--year", "2018", "--out")
    pl.read_csv(REGISTER.encode(), infer_schema=False).write_parquet(register)
    ran = here("reclassify", str(register), *by_rule, str(out), *backend, "--lang", "en")
    assert ran.code == 0, ran.err
    assert "7 rows were decided by the reference evaluator, too, with the same result." in ran.out
    (decisions,) = (out / "decisions").iterdir()
    assert (
        dict(pl.read_parquet(decisions, glob=False).select("offer", pl.col("verdict").cast(pl.String)).rows())
        == VERDICTS
    )
    pl.read_csv(REGISTER.replace("b,50", "b,49").encode(), infer_schema=False).write_parquet(register)
    ran = here("reclassify", str(register), *by_rule, str(tmp_path / "now"), "--previous", str(out), *backend)
    assert ran.code == 0, ran.err
    with (tmp_path / "now" / "changes.csv").open(encoding="utf-8") as file:
        (change,) = csv.DictReader(file)
    assert (change["offer"], change["cause"], change["facts"]) == ("b", "data", "own_days")
    assert (change["evidence_before"], change["evidence_now"]) == ("own_days_2016: 50", "own_days_2016: 49")


def test_what_a_number_is_made_of_is_shown_and_recorded(rulebook: str, tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text(REGISTER, encoding="utf-8")
    ran = here("assess", str(register), "--rulebook", rulebook, "--year", "2018", "--format", "json")
    decisions = {decision["offer"]: decision for decision in json.loads(ran.out)}
    assert {name: decision["verdict"] for name, decision in decisions.items()} == VERDICTS
    (test,) = decisions["f"]["criteria"][0]["tests"]
    assert test["evidence"] == {
        "exactly": "60",
        "derived_from": {
            "sold_in_all": {
                "exactly": "110",
                "stated": {"exactly": "110"},
                "derived_from": {"2015": {"exactly": "40"}, "2016": {"exactly": "70"}},
            },
            "own_last": {"exactly": "50", "derived_from": {"2016": {"exactly": "50"}}},
        },
    }
    ran = here("assess", str(register), "--rulebook", rulebook, "--year", "2018", "--lang", "da")
    told = " ".join(ran.out.split())
    assert "2015: 40" in told, ran.err
    assert "2016: ikke oplyst" in told


def test_a_template_asks_for_what_numbers_are_made_of(rulebook: str) -> None:
    ran = here("offer", "new", "--rulebook", rulebook, "--year", "2018", "--name", "X", "--lang", "en")
    lines = [line.strip() for line in ran.out.splitlines()]
    assert [
        line for line in ("own_days:", "2016:", "sold_days:", "2015:", "sold_in_all:", "surplus:") if line not in lines
    ] == []


@pytest.mark.parametrize(
    ("language", "part", "made"),
    [
        (
            "da",
            "#   bruges af A (til »dansk surplus«)\n  dansk own_last:",
            "#   beregnes ud fra »dansk sold_in_all« og »dansk own_last«, når intet er oplyst\n"
            "  #   bruges af A (mindst 60)",
        ),
        (
            "en",
            "#   used by A (for “surplus”)\n  own_last:",
            "#   computed from “sold in all” and “own last” where nothing is stated\n  #   used by A (at least 60)",
        ),
    ],
)
def test_a_template_says_what_is_computed_and_what_its_parts_are_for(
    rulebook: str, language: str, part: str, made: str
) -> None:
    written = here("offer", "new", "--rulebook", rulebook, "--year", "2018", "--lang", language).out
    assert part in written
    assert made in written

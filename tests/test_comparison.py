"""The comparison with a run before, in columns, says of random registers what it means offer by offer."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest

from engine.library import Library
from engine.rulebook import Rulebook
from offers.table_rows import Rows
from offers.tables import ROW, open_table
from tests.command import ROOT, sekskant
from tests.comparison_by_rows import Before, ByRows, Found, decisions_in
from tests.test_columns import CELLS

STRATEGY, MOST = "hovedstaden.udviklingsstrategi", "hovedstaden.mest-specialiserede"
SHIPPED = {STRATEGY: "udviklingsstrategi-2018", MOST: "mest-specialiserede-2018"}
OFFERS = 700
SUCCESSORS = {"o1": ["n1"], "o2": ["n2", "n3"], "o4": ["n4"], "o5": ["n4"], "o6": ["o7"], "o8": ["n8"], "gone": ["n8"]}
SUCCESSORS |= {f"o{i}": [f"m{i // 2}"] for i in range(20, 120)}


class Scenario(NamedTuple):
    """What is different from one run to the next: the rules (by file what is replaced), the year, the kind of table."""

    old_rule: Mapping[str, Mapping[str, str]] = {}
    new_rule: Mapping[str, Mapping[str, str]] = {}
    old_year: int = 2018
    kind: str = "csv"


DIAGNOSES = "  diagnoses:\n    type: whole_number\n"
RULE, VOCABULARY = "udviklingsstrategi-2018", "vocabulary"
SCENARIOS = {
    "the same rule": Scenario(),
    "a year later": Scenario(old_year=2017),
    "another threshold": Scenario(old_rule={RULE: {"at_least: 0.5}": "at_least: 0.4}"}}, old_year=2017),
    "another number of criteria": Scenario(
        new_rule={RULE: {"at_least: 4\n": "at_least: 3\n", "mandatory: [A4, A5]": "mandatory: [A4]"}}
    ),
    "a fact that another rulebook used": Scenario(
        new_rule={RULE: {"{fact: diagnoses, at_least: 2}": "{fact: severe_complexities, at_least: 3}"}}
    ),
    "a fact that the vocabulary means otherwise": Scenario(
        new_rule={
            VOCABULARY: {f"{DIAGNOSES}    at_least: 0\n": "  diagnoses:\n    type: number\n"},
            RULE: {"at_least: 0.5}": "at_least: 0.6}"},
        }
    ),
    "a fact that can be less than before": Scenario(
        new_rule={VOCABULARY: {f"{DIAGNOSES}    at_least: 0\n": f"{DIAGNOSES}    at_least: 0\n    at_most: 4\n"}}
    ),
    "typed columns": Scenario(old_rule={RULE: {"at_most: 10}": "at_most: 0.5}"}}, kind="parquet"),
}


def rules_in(folder: Path, changes: Mapping[str, Mapping[str, str]]) -> list[Path]:
    """The shipped rulebooks with something replaced."""
    folder.mkdir()
    for name in (VOCABULARY, *SHIPPED.values()):
        text = (ROOT / "rules" / "hovedstaden" / f"{name}.yaml").read_text(encoding="utf-8")
        for old, new in changes.get(name, {}).items():
            assert old in text
            text = text.replace(old, new)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [folder / f"{name}.yaml" for name in SHIPPED.values()]


def register(path: Path, chance: random.Random, ids: list[str], kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """A random register; of those kept from an earlier one, two in three are as they were."""
    cells = {
        **CELLS,
        "outside_share_2013": CELLS["outside_share_2014"],
        "outside_share_2012": CELLS["outside_share_2014"],
    }
    rows = {}
    for number, name in enumerate(ids):
        drawn = {column: chance.choice(pool) for column, pool in cells.items()}
        rows[name] = kept[name] if name in kept and chance.random() < 0.66 else drawn
        if number % 50 == 7:
            rows[name] = {**drawn, "diagnoses": "mange"}
    table = [{"id": name, "name": name.upper(), **row} for name, row in rows.items()]
    table += [table[3]]
    chance.shuffle(table)
    frame = pl.DataFrame(table, schema=dict.fromkeys(table[0], pl.String))
    if path.suffix == ".parquet":
        typed(frame).write_parquet(path)
    else:
        frame.write_csv(path)
    return rows


def typed(table: pl.DataFrame) -> pl.DataFrame:
    """Numbers as such where the column holds nothing else that is understood."""
    numbers = {name: pl.Float64 for name in table.columns if name.startswith(("outside_share_2", "cases"))}
    table = table.with_columns(pl.col(n).cast(d, strict=False) for n, d in numbers.items())
    return table.with_columns(pl.col("severe_complexities").cast(pl.Int64, strict=False))


def reclassify(rules: list[Path], path: Path, year: int, out: Path, *options: str) -> None:
    books = [word for rule in rules for word in ("--rulebook", str(rule))]
    ran = sekskant("reclassify", str(path), "--year", str(year), "--out", str(out), *books, *options)
    assert ran.code == 1, ran.err
    assert (out / "run.json").exists(), ran.err


def changes_in(folder: Path) -> list[tuple[str, Found]]:
    """The list of changes, each with the id of its rulebook."""
    names = ("offer", "change", "previous_verdict", "verdict", "cause", "criteria", "facts")
    with (folder / "changes.csv").open(encoding="utf-8", newline="") as stream:
        return [(row["rulebook"], Found(*(row[name] for name in names))) for row in csv.DictReader(stream)]


@pytest.mark.parametrize("name", SCENARIOS)
def test_columns_say_what_the_comparison_means(tmp_path: Path, name: str) -> None:
    scenario, chance = SCENARIOS[name], random.Random(name)  # noqa: S311 - the same registers in every run
    kind = scenario.kind
    old_rules = rules_in(tmp_path / "old-rules", scenario.old_rule)
    new_rules = rules_in(tmp_path / "new-rules", scenario.new_rule)
    kept = register(tmp_path / f"old.{kind}", chance, [f"o{i}" for i in range(OFFERS)], {})
    kept = {**kept, **{new: kept[old] for old, news in SUCCESSORS.items() if old in kept for new in news}}
    ids = [f"o{i}" for i in range(10, OFFERS + 40) if f"o{i}" not in SUCCESSORS]
    ids += list(dict.fromkeys(new for news in SUCCESSORS.values() for new in news))
    register(tmp_path / f"new.{kind}", chance, ids, kept)
    pairs = [f"{old},{new}" for old, news in SUCCESSORS.items() for new in news]
    (tmp_path / "ids.csv").write_text("\n".join(["old,new", *pairs, ""]))
    reclassify(old_rules, tmp_path / f"old.{kind}", scenario.old_year, tmp_path / "old")
    options = ("--previous", str(tmp_path / "old"), "--ids", str(tmp_path / "ids.csv"))
    reclassify(new_rules, tmp_path / f"new.{kind}", 2018, tmp_path / "run", *options)
    told = changes_in(tmp_path / "run")
    assert len(told) > 100
    for rule, new_rule in zip(old_rules, new_rules, strict=True):
        old, new = (Library().choose(str(path), 2018) for path in (rule, new_rule))
        expected = by_rows(tmp_path, kind, old, new, scenario.old_year)
        assert [found for book, found in told if book == new.id] == expected
        compared = {f.offer: f for f in expected if f.verdict}
        for row in decisions_in(tmp_path / "run", new.id):
            found = compared.get(row["offer"])
            assert (row["change"] or "", row["cause"] or "") == ((found.change, found.cause) if found else ("", ""))


def by_rows(folder: Path, kind: str, old: Rulebook, new: Rulebook, old_year: int) -> list[Found]:
    """The changes by the definition, from the decisions of both runs and the register."""
    table = open_table(folder / f"new.{kind}", new.vocabulary, folder)
    rows = table.frame.collect().rows(named=True)
    cells = {row["id"]: row for row in rows}
    now = decisions_in(folder / "run", new.id)
    decided = {row["offer"] for row in now}
    refused = [row["id"] for row in rows if row["id"] not in decided]
    before = Before(old, old_year, decisions_in(folder / "old", old.id))
    found = ByRows(before, new, Rows(table, new.vocabulary), 2018).all(now, cells, refused, SUCCESSORS)
    assert all(cells[f.offer][ROW] is not None for f in found if f.verdict)
    return found

"""The comparison with a run before, in columns, says of random registers what it means offer by offer."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest

from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook
from offers.comparison.matching import Matching
from offers.comparison.verdicts import Verdicts
from offers.tables.headers import Headers
from offers.tables.opening import open_table
from offers.tables.rows import Rows
from offers.tables.table import ROW, Table
from tests.chance import chance as chance_of
from tests.command import ROOT, here
from tests.offers.columns.test_columns import CELLS
from tests.offers.comparison.comparison_by_rows import Before, ByRows, Found, decisions_in
from tests.support import slow_among

STRATEGY, MOST = "hovedstaden.udviklingsstrategi", "hovedstaden.mest-specialiserede"
SHIPPED = {STRATEGY: "udviklingsstrategi-2018", MOST: "mest-specialiserede-2018"}
OFFERS = 400
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


def reading_complexities(number: int) -> dict[str, str]:
    """What is replaced where a criterion reads another fact, in its texts, too."""
    in_texts = {"{threshold.diagnoses}": "{threshold.severe_complexities}"}
    return in_texts | {"{fact: diagnoses, at_least: 2}": f"{{fact: severe_complexities, at_least: {number}}}"}


SCENARIOS = {
    "the same rule": Scenario(),
    "a year later": Scenario(old_year=2017),
    "another threshold": Scenario(old_rule={RULE: {"at_least: 0.5}": "at_least: 0.4}"}}, old_year=2017),
    "another number of criteria": Scenario(
        new_rule={RULE: {"at_least: 4\n": "at_least: 3\n", "mandatory: [A4, A5]": "mandatory: [A4]"}}
    ),
    "a fact that another rulebook used": Scenario(new_rule={RULE: reading_complexities(3)}),
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
    ran = here(
        "reclassify", str(path), "--year", str(year), "--out", str(out), *books, "--no-list", "--no-report", *options
    )
    assert ran.code == 1, ran.err
    assert (out / "run.json").exists(), ran.err


def changes_in(folder: Path) -> list[tuple[str, Found]]:
    """The list of changes, each with the id of its rulebook."""
    names = ("offer", "change", "previous_verdict", "verdict", "cause", "criteria", "facts", "causes")
    with (folder / "changes.csv").open(encoding="utf-8", newline="") as stream:
        return [(row["rulebook"], Found(*(row[name] for name in names))) for row in csv.DictReader(stream)]


@pytest.mark.slow
@pytest.mark.parametrize("name", slow_among(SCENARIOS, SCENARIOS.keys() - {"a year later"}))
def test_columns_say_what_the_comparison_means(tmp_path: Path, name: str) -> None:
    scenario, chance = SCENARIOS[name], chance_of(name)
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
    changes = changes_in(tmp_path / "run")
    assert len(changes) > 100
    for rule, new_rule in zip(old_rules, new_rules, strict=True):
        old, new = (Library().choose(str(path), 2018) for path in (rule, new_rule))
        expected = by_rows(tmp_path, kind, old, new, scenario.old_year)
        assert sorted(change for book, change in changes if book == new.id) == sorted(expected)
        compared = {f.offer: f for f in expected if f.verdict}
        for row in decisions_in(tmp_path / "run", new.id):
            change = compared.get(row["offer"])
            assert (row["change"] or "", row["cause"] or "") == ((change.change, change.cause) if change else ("", ""))


def by_rows(folder: Path, kind: str, old: Rulebook, new: Rulebook, old_year: int) -> list[Found]:
    """The changes by the definition, from the decisions of both runs and the register."""
    table = open_table(folder / f"new.{kind}", new.vocabulary, folder)
    rows = table.frame.collect().rows(named=True)
    cells = {row["id"]: row for row in rows}
    now = decisions_in(folder / "run", new.id)
    decided = {row["offer"] for row in now}
    refused = [row["id"] for row in rows if row["id"] not in decided]
    before = Before(old, old_year, decisions_in(folder / "old", old.id))
    changes = ByRows(before, new, Rows(table, new.vocabulary), 2018).all(now, cells, refused, SUCCESSORS)
    assert all(cells[f.offer][ROW] is not None for f in changes if f.verdict)
    return changes


# --- what a cause can rest on ---

COLUMNS = "id,operator_kind,cases_per_10000,diagnoses,large_catchment_needed,professional_coordination_needed"
COLUMNS += ",highly_specialised_basis,outside_share_mean,severe_complexities"
COVERED, NOT_COVERED = "municipality,5,3,yes,yes,yes,0.7,4", "municipality,5,3,yes,yes,yes,0.2,4"
EVERYTHING_THE_SAME = {RULE: reading_complexities(3)}
COMPLEXITIES = {RULE: reading_complexities(5)}


def compared(
    folder: Path,
    old: Mapping[str, str],
    new: Mapping[str, str],
    *,
    ids: str = "",
    new_rule: Mapping[str, Mapping[str, str]] | None = None,
    columns: str = COLUMNS,
) -> dict[str, Found]:
    """What changed from one register to another by the strategy, the rule too where it is given."""
    rules = rules_in(folder / "rules", {})[0], rules_in(folder / "new-rules", new_rule or {})[0]
    (folder / "ids.csv").write_text(f"old,new\n{ids}")
    options = ["--previous", str(folder / "old"), "--ids", str(folder / "ids.csv"), "--lang", "en"]
    for name, register, rule, more in (("old", old, rules[0], []), ("run", new, rules[1], options)):
        lines = [columns, *(f"{offer},{cells}" for offer, cells in register.items()), ""]
        (folder / f"{name}.csv").write_text("\n".join(lines))
        arguments = ("--year", "2018", "--rulebook", str(rule), "--out", str(folder / name), *more)
        ran = here("reclassify", str(folder / f"{name}.csv"), *arguments)
        assert ran.code == 0, ran.err
    return {change.offer: change for _, change in changes_in(folder / "run")}


@pytest.mark.slow
def test_a_merged_offer_has_the_cause_that_its_predecessors_agree_on(tmp_path: Path) -> None:
    changes = compared(
        tmp_path,
        {"a": COVERED, "b": COVERED.replace("5,3", "4,2"), "c": NOT_COVERED},
        {"ab": NOT_COVERED, "abc": NOT_COVERED, "az": NOT_COVERED},
        ids="a,ab\nb,ab\na,abc\nb,abc\nc,abc\na,az\nz,az\n",
    )
    facts = "cases_per_10000 diagnoses outside_share_mean"
    assert changes["ab"] == Found("ab", "left", "met", "not_met", "data", "A5", facts)
    assert (changes["abc"].previous, changes["abc"].cause, changes["abc"].criteria) == ("met|not_met", "", "")
    assert (changes["az"].previous, changes["az"].cause, changes["az"].criteria) == ("met", "", "")


@pytest.mark.slow
def test_no_cause_where_its_predecessors_part_under_the_new_rule(tmp_path: Path) -> None:
    stricter = {"at_least: 4\n": "at_least: 5\n", "{fact: diagnoses, at_least: 2}": "{fact: diagnoses, at_least: 3}"}
    changes = compared(
        tmp_path,
        {"a": "municipality,50,3,yes,yes,yes,0.7,4", "b": "municipality,50,2,yes,yes,yes,0.7,4"},
        {"aa": NOT_COVERED, "ab": NOT_COVERED},
        ids="a,aa\na,ab\nb,ab\n",
        new_rule={RULE: stricter},
    )
    assert (changes["aa"].cause, changes["ab"].cause) == ("data", "")
    assert (changes["ab"].previous, changes["ab"].criteria) == ("met", "A1 A5")


def test_no_cause_from_evidence_that_was_stated_and_not_kept(tmp_path: Path) -> None:
    changes = compared(tmp_path, {"a": COVERED}, {"a": NOT_COVERED}, new_rule=COMPLEXITIES)
    assert changes["a"] == Found("a", "left", "met", "not_met", "", "A2 A5", "")
    summary = (tmp_path / "run" / "summary.txt").read_text(encoding="utf-8")
    assert "no causes, because the run before did not keep what the rule now reads: Severe complexities." in " ".join(
        summary.split()
    )
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["previous"]["evidence_not_kept"] == {STRATEGY: ["severe_complexities"]}


@pytest.mark.slow
def test_nothing_is_said_of_causes_where_no_verdict_was_turned(tmp_path: Path) -> None:
    """What is new has no cause, and neither has what is gone."""
    compared(tmp_path, {"a": COVERED, "gone": COVERED}, {"a": COVERED, "new": COVERED}, new_rule=EVERYTHING_THE_SAME)
    summary = (tmp_path / "run" / "summary.txt").read_text(encoding="utf-8")
    assert "2 changes, all in changes.csv" in summary
    assert "no causes" not in summary
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["previous"]["evidence_not_kept"] == {STRATEGY: ["severe_complexities"]}


@pytest.mark.slow
def test_what_the_register_before_had_no_column_for_was_not_stated(tmp_path: Path) -> None:
    columns, old = COLUMNS.removesuffix(",severe_complexities"), COVERED.removesuffix(",4")
    new = NOT_COVERED.removesuffix(",4")
    changes = compared(tmp_path, {"a": old}, {"a": new}, new_rule=COMPLEXITIES, columns=columns)
    assert changes["a"].cause == "data"


def test_a_run_whose_files_were_altered_is_refused(tmp_path: Path) -> None:
    rules = rules_in(tmp_path / "rules", {})
    (tmp_path / "a.csv").write_text(f"{COLUMNS}\na,{COVERED}\nb,{COVERED}\n")
    books = [word for rule in rules for word in ("--rulebook", str(rule))]
    run = ("reclassify", str(tmp_path / "a.csv"), "--year", "2018", *books)
    assert here(*run, "--out", str(tmp_path / "old")).code == 0
    file = tmp_path / "old" / "decisions" / f"{MOST}@2018.parquet"
    pl.read_parquet(file)[:1].write_parquet(file)
    (tmp_path / "old" / "record.json").unlink()  # as runs of before, whose files no record names
    text = rules[0].read_text(encoding="utf-8")
    for before, now in COMPLEXITIES[RULE].items():
        text = text.replace(before, now)
    rules[0].write_text(text, encoding="utf-8")
    ran = here(*run, "--out", str(tmp_path / "run"), "--previous", str(tmp_path / "old"))
    assert (ran.code, (tmp_path / "run").exists()) == (1, False)
    assert "unreadable: the run was altered: its decisions are not about the same offers" in ran.err


@pytest.mark.slow
def test_rules_without_a_criterion_in_common_are_compared(tmp_path: Path) -> None:
    old, new = rules_in(tmp_path / "old", {})[0], rules_in(tmp_path / "new", {})[0]
    text = new.read_text(encoding="utf-8")
    new.write_text(re.sub(r"\bA([1-6])\b", r"X\1", text.replace("at_least: 4\n", "at_least: 6\n")), encoding="utf-8")
    rare = COVERED.replace("5,3,yes", "50,3,yes")
    (tmp_path / "register.csv").write_text(f"{COLUMNS}\na,{rare}\nb,{COVERED}\n")
    fixed = (str(tmp_path / "register.csv"), "--year", "2018", "--lang", "en")
    ran = here("preview", *fixed, "--rulebook", str(new), "--against", str(old), columns=120)
    assert (ran.code, "1 of 2 verdicts would change." in ran.out) == (0, True), ran.err
    assert "the rule (how many criteria the rule requires)" in ran.out
    assert here("reclassify", *fixed, "--rulebook", str(old), "--out", str(tmp_path / "one")).code == 0
    changed = ("--previous", str(tmp_path / "one"), "--out", str(tmp_path / "other"))
    ran = here("reclassify", *fixed, "--rulebook", str(new), *changed, columns=120)
    assert (ran.code, "1 change, all in changes.csv" in ran.out) == (0, True), ran.err


def test_a_preview_by_a_rule_that_reads_another_fact_has_the_rule_as_cause(tmp_path: Path) -> None:
    five = {"at_least: 4\n": "at_least: 5\n"}
    old = rules_in(tmp_path / "old", {RULE: five})[0]
    new = rules_in(tmp_path / "new", {RULE: {**five, **COMPLEXITIES[RULE]}})[0]
    rare = COVERED.replace("5,3,yes", "50,3,yes")
    (tmp_path / "register.csv").write_text(f"{COLUMNS}\na,{rare}\nb,{COVERED}\n")
    rulebooks = ("--rulebook", str(new), "--against", str(old), "--year", "2018")
    ran = here("preview", str(tmp_path / "register.csv"), *rulebooks, "--lang", "en", columns=120)
    assert "1 of 2 verdicts would change." in ran.out, ran.err
    assert "the rule: A2" in ran.out


# --- speed depends on these ---


def test_offers_that_columns_understand_are_not_read_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rows, "offer", lambda *_: pytest.fail("a row was read"))
    rules = [rules_in(tmp_path / name, {})[0] for name in ("old", "new")]
    old, new = (Library().choose(str(rule), 2018) for rule in rules)
    frame = pl.DataFrame({"id": ["a", "b"], "operator_kind": ["region", None], "outside_share_2014": [0.5, 0.25]})
    frame = frame.with_row_index(ROW)
    columns = Headers(new.vocabulary).read(frame.columns[1:], "")
    rows = Rows(Table("", "parquet", tuple(columns), frame.lazy(), ".", {}, "", 2), new.vocabulary)
    verdicts = Verdicts(old, new.vocabulary, 2018, frame.lazy(), ".", rows)
    assert verdicts.of(frame).to_list() == ["met", "undetermined"]


def test_ids_are_found_where_their_hashes_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def coarse(self: pl.Series, seed: int = 0) -> pl.Series:
        return (self.str.len_bytes() % 3 if seed == 0 else self.str.tail(1).str.to_integer() % 7).cast(pl.UInt64)

    monkeypatch.setattr(pl.Series, "hash", coarse)
    matching = Matching(pl.Series(["a1", "a2", "bb3", "a1"]), {})
    assert matching.match(pl.Series(["bb3", "a1", "a2", "a9", "c3"])).row.to_list() == [2, 3, 1, None, None]


SEVENTH = """  X7:
    title: {da: Et syvende, en: A seventh}
    description: {da: Et syvende., en: A seventh.}
    reference: {da: afsnit 2, en: section 2}
    met_when: {fact: cases_per_10000, at_most: 6}
"""


def rewritten(path: Path, **words: str) -> None:
    """A file of rules with other words."""
    text = path.read_text(encoding="utf-8")
    for old, new in words.items():
        text = re.sub(rf"\b{old}\b", new, text)
    path.write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_renames_are_no_cause_and_a_new_criterion_is_one_only_where_it_turns(tmp_path: Path) -> None:
    old, new = rules_in(tmp_path / "old", {})[0], rules_in(tmp_path / "new", {})[0]
    rewritten(tmp_path / "new" / f"{VOCABULARY}.yaml", diagnoses="diagnosis_count")
    rewritten(new, diagnoses="diagnosis_count", **{f"A{i}": f"X{i}" for i in range(1, 7)})
    new.write_text(new.read_text(encoding="utf-8").replace("X5, X6]", "X5, X6, X7]", 1) + SEVENTH, encoding="utf-8")
    three = COVERED.replace("yes,yes,yes", "no,yes,no").replace("5,3", "5,1")
    before = {"a": COVERED, "b": COVERED, "c": NOT_COVERED, "d": three}
    now = {"a": NOT_COVERED, "b": COVERED, "c": NOT_COVERED.replace("municipality", "region"), "d": three}
    for name, rows, columns in (("o", before, COLUMNS), ("n", now, COLUMNS.replace("diagnoses", "diagnosis_count"))):
        lines = [columns, *(f"{offer},{cells}" for offer, cells in rows.items()), ""]
        (tmp_path / f"{name}.csv").write_text("\n".join(lines))
    run = ("reclassify", "--year", "2018", "--lang", "en", "--rulebook")
    assert here(*run, str(old), str(tmp_path / "o.csv"), "--out", str(tmp_path / "one")).code == 0
    previous = ("--previous", str(tmp_path / "one"), "--out", str(tmp_path / "run"))
    ran = here(*run, str(new), str(tmp_path / "n.csv"), *previous, columns=120)
    assert ran.code == 0, ran.err
    assert [change[1:2] + change[4:] for _, change in changes_in(tmp_path / "run")] == [
        ("entered", "data", "X5", "operator_kind", "fact:operator_kind"),
        ("entered", "rule", "X7", "", "added:X7"),
        ("left", "data", "X5", "outside_share_mean", "fact:outside_share_mean"),
    ]
    assert "the rule: X7 (X7 added)" in " ".join(ran.out.split())

"""`sekskant rulebook prove` and `table`: what they print, and that a counterexample can be assessed."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from tests.command import ROOT, sekskant
from tests.support import TEXT, make_rulebook, make_vocabulary

NARROW, WIDE = "hovedstaden.mest-specialiserede", "hovedstaden.udviklingsstrategi"


@pytest.mark.slow
def test_what_is_proven_of_one_rulebook() -> None:
    english = sekskant("rulebook", "prove", NARROW, "--lang", "en").out
    assert "64 status vectors" in english
    assert "  • B1 or B2\n" in english
    danish = sekskant("rulebook", "prove", WIDE, "--lang", "da").out
    assert "  • A4 eller »Medtaget efter bekendtgørelsen«\n" in danish
    assert "  • A5 (opfyldt eller ikke relevant)\n" in danish
    assert "  • A1, A2, at A5 ikke er relevant eller A6\n" in danish
    record = json.loads(sekskant("rulebook", "prove", WIDE, "--format", "json").out)
    assert {"A4": "not_met", "included_by_order": "not_met"} in record["necessary"]["sets"]
    assert {"A1": "not_met", "A2": "not_met", "A5": "not_met|not_applicable", "included_by_order": "not_met"} in record[
        "necessary"
    ]["sets"]
    assert (record["vectors"], record["possible"], record["met"], record["not_met"]) == (384, 256, 48, 208)
    assert (record["necessary"]["complete"], record["approximated"]) == (True, [])
    assert [item["id"] for item in record["items"] if item["harms"]] == ["excluded_by_order"]


@pytest.mark.slow
def test_what_is_proven_of_facts_that_follow_from_each_other(tmp_path: Path) -> None:
    """A ratio beside what it is of: that is said, and so is a verdict that no offer escapes."""
    write_rulebook(tmp_path, [{"fact": "cost", "above": 0}, {"fact": "cost_per_head", "above": 0}])
    english = sekskant("rulebook", "prove", str(tmp_path / "rulebook.yaml"), "--lang", "en", columns=120).out
    assert "  • C1\n  • C2\n\nApproximated: what follows from other facts is taken" in english
    assert "(“Cost” and “Cost per head”)" in english
    write_rulebook(tmp_path, [{"fact": "cost", "at_least": 0}])
    always = sekskant("rulebook", "prove", str(tmp_path / "rulebook.yaml"), "--lang", "en").out
    assert "  • always\n" in always
    assert re.search(r"^C1 +speaks for +no$", always, re.MULTILINE)
    assert always.endswith("  none\n")


def write_rulebook(folder: Path, tests: list[dict[str, object]]) -> None:
    """A rulebook that requires all of some tests, on a cost, the heads, and the cost per head."""
    numbers = {
        "cost": ("Cost", {"type": "number", "at_least": 0}),
        "heads": ("Heads", {"type": "number", "at_least": 1}),
    }
    numbers["cost_per_head"] = (
        "Cost per head",
        {"type": "number", "derived": {"ratio": {"of": "cost", "to": "heads"}}},
    )
    facts = {
        name: {**declared, "label": {"da": label, "en": label}, "question": TEXT}
        for name, (label, declared) in numbers.items()
    }
    vocabulary = {"format": "sekskant/vocabulary/1", "id": "test", "title": TEXT, "facts": facts}
    (folder / "vocabulary.yaml").write_text(json.dumps(vocabulary), encoding="utf-8")
    criteria = {f"C{i}": {"met_when": test} for i, test in enumerate(tests, 1)}
    rulebook = make_rulebook(make_vocabulary({n: d for n, (_, d) in numbers.items()}), criteria, {"all": [*criteria]})
    (folder / "rulebook.yaml").write_bytes(rulebook.written_as)


def test_a_counterexample_can_be_assessed(tmp_path: Path) -> None:
    """Most specialised, but not covered: the two rules are independent, though the one is described as a subset."""
    file = tmp_path / "offer.yaml"
    ran = sekskant("rulebook", "prove", NARROW, "--implies", WIDE, "--counterexample", str(file), "--lang", "en")
    assert ran.code == 5
    assert "Usage" not in ran.err
    assert " ".join(ran.out.split()).startswith(f"{NARROW}@2018 does not imply {WIDE}@2018.")
    assert ran.out.endswith(file.read_text(encoding="utf-8"))
    decided = json.loads(sekskant("assess", str(file), "--year", "2018", "--format", "json").out)
    assert {d["rulebook"]["id"]: d["verdict"] for d in decided} == {NARROW: "met", WIDE: "not_met"}


def test_what_holds_exits_with_0(tmp_path: Path) -> None:
    ran = sekskant("rulebook", "prove", NARROW, "--equals", f"{NARROW}@2018", "--lang", "da")
    assert (ran.code, ran.err) == (0, "")
    stricter = tmp_path / "stricter.yaml"
    text = (ROOT / "rules" / "hovedstaden" / "mest-specialiserede-2018.yaml").read_text(encoding="utf-8")
    stricter.write_text(text.replace("  at_least: 5\n", "  at_least: 6\n"), encoding="utf-8")
    assert sekskant("rulebook", "prove", str(stricter), "--implies", NARROW).code == 0
    back = sekskant("rulebook", "prove", NARROW, "--implies", str(stricter), "--format", "json")
    assert back.code == 5
    assert json.loads(back.out)["counterexample"]["verdicts"] == ["met", "not_met"]


def test_mistakes_of_usage() -> None:
    assert sekskant("rulebook", "prove", NARROW, "--implies", WIDE, "--equals", WIDE).code == 2
    assert sekskant("rulebook", "prove", "nowhere").code == 2


@pytest.mark.parametrize("columns", [80, 120])
def test_a_table_fits_the_screen(columns: int) -> None:
    out = sekskant("rulebook", "table", WIDE, "--lang", "da", columns=columns).out
    assert max(map(len, out.splitlines())) <= columns
    assert out.count("✓/–") == 4
    assert "U1 Undtaget efter bekendtgørelsen (excluded_by_order)" in out


@pytest.mark.slow
def test_a_table_in_other_forms() -> None:
    rows = list(csv.DictReader(sekskant("rulebook", "table", WIDE, "--format", "csv").out.splitlines()))
    assert rows[1] == {
        **dict.fromkeys(("A1", "A2", "A3", "A4", "A5", "A6"), ""),
        "excluded_by_order": "not_met",
        "included_by_order": "met",
        "verdict": "met",
        "outcome": "covered",
        "basis": "included_by_order",
    }
    assert {row["A5"] for row in rows} == {"", "met", "not_met", "met|not_applicable", "not_met|not_applicable"}
    markdown = sekskant("rulebook", "table", WIDE, "--format", "md", "--lang", "en").out.splitlines()
    assert len([line for line in markdown if line.startswith("|")]) == len(rows) + 2
    page = sekskant("rulebook", "table", WIDE, "--format", "html", "--lang", "da").out
    assert len(re.findall("<tr>", page)) == len(rows) + 1
    assert '<html lang="da">' in page


@pytest.mark.parametrize(("form", "is_in_it"), [("table", True), ("md", True), ("html", True), ("csv", False)])
@pytest.mark.parametrize(("language", "begins"), [("da", "Tilnærmet: "), ("en", "Approximated: ")])
def test_a_table_says_where_more_is_taken_to_occur_than_can(
    tmp_path: Path, form: str, is_in_it: bool, language: str, begins: str
) -> None:
    """Where it is told in the table, and beside a CSV, which holds rows alone."""
    write_rulebook(tmp_path, [{"fact": "cost", "above": 0}, {"fact": "cost_per_head", "above": 0}])
    ran = sekskant("rulebook", "table", str(tmp_path / "rulebook.yaml"), "--format", form, "--lang", language)
    assert (begins in ran.out, begins in ran.err) == (is_in_it, not is_in_it)
    write_rulebook(tmp_path, [{"fact": "cost", "above": 0}])
    alone = sekskant("rulebook", "table", str(tmp_path / "rulebook.yaml"), "--format", form, "--lang", language)
    assert begins not in alone.out + alone.err

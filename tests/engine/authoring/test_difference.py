"""What `sekskant rulebook diff` says of a change, in both languages, and that it misses none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from engine.authoring.cases.mutation import mutants_of
from engine.authoring.proofs.proof import compare
from engine.authoring.writing.difference import rulebook_changes
from engine.rulebooks.library import SHIPPED, Library
from engine.rulebooks.rulebook import Rulebook
from tests.command import ROOT, sekskant

FOLDER = SHIPPED / "hovedstaden"
CHANGES = yaml.safe_load((ROOT / "tests" / "differences.yaml").read_text(encoding="utf-8"))


def changed(folder: Path, rulebook: str, right: str, wrong: str) -> Path:
    text = (FOLDER / f"{rulebook}-2018.yaml").read_text(encoding="utf-8")
    assert right in text
    path = folder / "changed.yaml"
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    return path


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change["wrong"].strip())
def test_a_change_is_said_in_words(change: dict[str, str], tmp_path: Path) -> None:
    library = Library()
    old = library.choose(f"hovedstaden.{change['rulebook']}", 2018)
    new = library.from_file(changed(tmp_path, change["rulebook"], change["right"], change["wrong"]))
    changes = rulebook_changes(old, new)
    for language in ("da", "en"):
        sentences = [f"{getattr(c.about, language)}: {getattr(c.change, language)}" for c in changes]
        assert change[language] in sentences
    assert {c.kind for c in changes} == {change["kind"]}


@pytest.mark.parametrize("rulebook", Library().rulebooks, ids=lambda rulebook: rulebook.id)
def test_no_change_of_meaning_is_missed(rulebook: Rulebook) -> None:
    assert rulebook_changes(rulebook, rulebook) == []
    for mutant in mutants_of(rulebook):
        assert [c for c in rulebook_changes(rulebook, mutant.rulebook) if c.kind == "meaning"], mutant.change.en


@pytest.mark.slow
@pytest.mark.parametrize("rulebook", Library().rulebooks, ids=lambda rulebook: rulebook.id)
def test_an_example_is_given_where_a_verdict_can_change(rulebook: Rulebook) -> None:
    for mutant in mutants_of(rulebook):
        comparison = compare(rulebook, mutant.rulebook, "equals")
        assert comparison.holds is not None
        assert (comparison.counterexample is None) is comparison.holds


@pytest.mark.slow
def test_the_command(tmp_path: Path) -> None:
    path = changed(tmp_path, "mest-specialiserede", "  at_least: 5\n", "  at_least: 4\n")
    ran = sekskant("rulebook", "diff", "hovedstaden.mest-specialiserede", str(path), "--lang", "en")
    assert ran.code == 0
    assert "Meaning\n  • Rule: 4 are required instead of 5\n" in ran.out
    offer = ran.out.split("for instance for this offer:\n")[1]
    for name, verdict in (("hovedstaden.mest-specialiserede", "not_met"), (str(path), "met")):
        assessed = sekskant(
            "assess", "-", "--year", "2018", "--rulebook", name, "--format", "json", stdin=offer.encode()
        )
        assert json.loads(assessed.out)[0]["verdict"] == verdict
    same = sekskant(
        "rulebook", "diff", "hovedstaden.mest-specialiserede", "hovedstaden.mest-specialiserede", "--lang", "da"
    )
    assert "Ingen forskel." in same.out
    assert "Ingen afgørelse kan ændre sig" in same.out
    record = json.loads(
        sekskant("rulebook", "diff", "hovedstaden.mest-specialiserede", str(path), "--format", "json").out
    )
    assert record["verdicts_can_change"] is True
    assert record["example"]["verdicts"] == ["not_met", "met"]


def test_wording_alone_changes_no_verdict(tmp_path: Path) -> None:
    path = changed(tmp_path, "udviklingsstrategi", "en: Small volume", "en: A small volume")
    record = json.loads(
        sekskant(
            "rulebook", "diff", "hovedstaden.udviklingsstrategi", str(path), "--format", "json", "--lang", "en"
        ).out
    )
    assert [change["kind"] for change in record["changes"]] == ["wording"]
    assert record["verdicts_can_change"] is False

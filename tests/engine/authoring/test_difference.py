"""What `sekskant rulebook diff` says of a change, in both languages, and that it misses none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.authoring.cases.mutation import mutants_of
from engine.authoring.proofs.proof import compare
from engine.authoring.writing.difference import rulebook_changes
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.library import SHIPPED, Library
from engine.rulebooks.renames import Renames, renamed, renames_between
from engine.rulebooks.rulebook import AnswerTest, Rulebook
from tests.chance import tried
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
    # A text that names the number of the rule changes with it.
    assert {change["kind"]} <= {c.kind for c in changes} <= {change["kind"], "wording"}


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
    assert "Intet udfald kan ændre sig" in same.out
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


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("years: [-4, -3, -2]", "years: [-5, -4, -3, -2]"), ("    assumed: social\n", "")],
)
def test_verdicts_can_change_where_the_vocabulary_makes_another_of_the_same(
    right: str, wrong: str, tmp_path: Path
) -> None:
    vocabulary = (FOLDER / "vocabulary.yaml").read_text(encoding="utf-8")
    assert right in vocabulary
    (tmp_path / "vocabulary.yaml").write_text(vocabulary.replace(right, wrong), encoding="utf-8")
    name, path = "hovedstaden.udviklingsstrategi", tmp_path / "udviklingsstrategi-2018.yaml"
    path.write_bytes((FOLDER / path.name).read_bytes())
    ran = sekskant("rulebook", "diff", name, str(path), "--lang", "en", columns=200)
    assert "No verdict can change where all facts are known." in ran.out
    assert "can come out otherwise from the same statements, and verdicts can change by that." in ran.out
    record = json.loads(sekskant("rulebook", "diff", name, str(path), "--format", "json").out)
    assert record["verdicts_can_change"] is None
    proven = sekskant("rulebook", "prove", name, "--equals", str(path), "--lang", "en", columns=200)
    assert "can come out otherwise from the same statements" in proven.out


def renamed_everywhere(folder: Path, before: str, after: str) -> tuple[Rulebook, Rulebook]:
    """The rulebooks of 2018 that have a word, and with another in its place; their vocabularies as well."""
    files = [file for file in sorted(FOLDER.glob("*-2018.yaml")) if re.search(rf"\b{before}", file.read_text("utf-8"))]
    name = files[0].name
    for file in (name, "vocabulary.yaml"):
        text = re.sub(rf"\b{before}\b", after, (FOLDER / file).read_text(encoding="utf-8"))
        (folder / file).write_text(text, encoding="utf-8")
    library = Library()
    return library.from_file(FOLDER / name), library.from_file(folder / name)


@pytest.mark.parametrize(
    ("before", "after", "sentences"),
    [
        (
            "cases_per_10000",
            "cases",
            ["Fact cases_per_10000 (Cases per 10,000 inhabitants): now called cases"],
        ),
        ("outside_share", "from_elsewhere", ["Fact outside_share (Share of places used by other municipalities):"]),
        ("volume_judgement", "volume", ["Fact volume_judgement (Judgement of volume):"]),
        ("B1", "K1", ["Criterion B1 (Volume): now called K1"]),
        ("excluded_by_order", "out", ["Override excluded_by_order (Excluded by executive order): now called out"]),
        ("five_of_six", "five", ["Rule: five instead of five_of_six"]),
        (
            "hovedstaden.mest-specialiserede",
            "my.own",
            ["Rulebook: called my.own instead of hovedstaden.mest-specialiserede"],
        ),
        (
            "special_dental_care",
            "dental",
            [
                "Override excluded_by_order (Excluded by executive order): Kind of service: special dental care, "
                "alcohol treatment or assistive-devices centre (dental, alcohol_treatment, assistive_devices) ",
                "Fact service_type: can be something else than before",
            ],
        ),
    ],
)
def test_what_has_another_name_is_named(before: str, after: str, sentences: list[str], tmp_path: Path) -> None:
    """And nothing else is said, as nothing else differs."""
    changes = rulebook_changes(*renamed_everywhere(tmp_path, before, after))
    said = [f"{c.about.en}: {c.change.en}" for c in changes]
    assert len(said) == len(sentences)
    for sentence, beginning in zip(said, sentences, strict=True):
        assert sentence.startswith(beginning)


@given(st.data())
@tried(40)
def test_a_rename_is_all_that_is_said(data: st.DataObject) -> None:
    """Of some facts, criteria and overrides of any rulebook at once, as far as no two of them say the same."""
    rulebook = data.draw(st.sampled_from(Library().rulebooks))
    names = [list(rulebook.vocabulary.facts), [c.id for c in rulebook.criteria], [o.id for o in rulebook.overrides]]
    chosen = [data.draw(st.sets(st.sampled_from(part)) if part else st.just(set())) for part in names]
    renames = Renames(*({name: f"{name}_2" for name in part} for part in chosen))
    new = renamed(rulebook, renames)
    assert renames_between(rulebook, new) == renames
    read = {fact.id for fact in compile_rulebook(rulebook).facts_read}
    changes = rulebook_changes(rulebook, new)
    assert len(changes) == len((renames.facts.keys() & read) | renames.criteria.keys() | renames.overrides.keys())
    assert all(c.change.en.startswith("now called ") for c in changes)


def test_another_fact_of_the_same_name_is_named_by_its_id() -> None:
    old = Library().choose("hovedstaden.mest-specialiserede", 2018)
    facts = {**old.vocabulary.facts, "other": old.vocabulary.facts["no_alternative_in_region"]._replace(id="other")}
    conditions = {c.id: c.condition for c in old.criteria}
    assert isinstance(conditions["B4"], AnswerTest)
    criteria = [
        c._replace(condition=conditions["B4"]._replace(fact="other")) if c.id == "B4" else c for c in old.criteria
    ]
    new = old._replace(criteria=tuple(criteria), vocabulary=old.vocabulary._replace(facts=facts))
    (change,) = rulebook_changes(old, new)
    label = "Only suitable offer in the region"
    assert change.change.en == f"{label} (other): yes instead of {label} (no_alternative_in_region): yes"


def test_answers_that_one_vocabulary_does_not_have_are_not_compared(tmp_path: Path) -> None:
    """Neither could an offer that states them be decided by both."""
    renamed_everywhere(tmp_path, "special_dental_care", "dental")
    file = str(tmp_path / "udviklingsstrategi-2018.yaml")
    ran = sekskant("rulebook", "diff", "hovedstaden.udviklingsstrategi", file, "--lang", "en")
    assert ran.code == 0
    assert ran.out.endswith("\nNo verdict can change where all facts are known and allowed by both.\n")


def test_facts_with_nothing_in_common_are_not_compared(tmp_path: Path) -> None:
    renamed_everywhere(tmp_path, "B1", "B1")
    vocabulary = tmp_path / "vocabulary.yaml"
    (name,) = (f.name for f in tmp_path.iterdir() if f != vocabulary)
    text = vocabulary.read_text(encoding="utf-8")
    at = "  severe_complexities:\n    type: whole_number\n    at_least: 0\n"
    vocabulary.write_text(text.replace(at, f"{at}    at_most: 8\n"), encoding="utf-8")
    other = tmp_path / "other"
    other.mkdir()
    (other / "vocabulary.yaml").write_text(text.replace(at, at.replace("0", "10")), encoding="utf-8")
    rulebook = (tmp_path / name).read_text(encoding="utf-8")
    (other / name).write_text(rulebook.replace("at_least: 4}", "at_least: 12}"), encoding="utf-8")
    ran = sekskant("rulebook", "diff", str(tmp_path / name), str(other / name), "--lang", "en")
    assert ran.code == 0
    assert "It could not be shown whether a verdict can change." in ran.out
    ran = sekskant("rulebook", "prove", str(tmp_path / name), "--implies", str(other / name))
    assert ran.code == 2
    assert "`severe_complexities` is never the same to both" in ran.err

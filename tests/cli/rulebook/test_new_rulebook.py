"""`sekskant rulebook new`: what it writes checks clean, passes its cases, is laid out, and names its schemas."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.authoring.writing.layout import laid_out
from engine.authoring.writing.scaffold import NewCriterion, NewRulebook, files_of, repeated_facts
from engine.documents.document import read_one
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook_loader import load_rulebook
from engine.rulebooks.vocabulary_loader import load_vocabulary
from offers.cases.case_file import read_case_file
from tests.chance import tried
from tests.command import here, sekskant

OPTIONS = ["--id", "demo.rule", "--year", "2027", "--title", "Omfattet|Covered", "--source", "Aftale|Agreement"]
ONE = ["--criterion", "Ro | Quiet | 1"]
TWO = [*ONE, "--criterion", "Pladser|Seats|2|at_most 0.5"]
THREE = [*TWO, "--criterion", "Lys | Light | 3", "--at-least", "2", "--mandatory", "2"]


@pytest.mark.slow
@pytest.mark.parametrize("criteria", [[*ONE, "--at-least", "1"], [*TWO, "--at-least", "2"], THREE])
def test_what_is_written_checks_clean_and_passes(criteria: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    ran = sekskant("rulebook", "new", str(folder), *OPTIONS, *criteria)
    assert (ran.code, ran.out) == (0, "")
    assert sekskant("rulebook", "check", str(folder)).code == 0
    assert sekskant("rulebook", "test", str(folder), "--fail-on-empty").code == 0
    assert sekskant("rulebook", "fmt", "--check", str(folder)).code == 0
    for file in (folder / "rule-2027.yaml", folder / "vocabulary.yaml", folder / "cases" / "rule-2027.yaml"):
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert (file.parent / first.split("$schema=")[1]).exists()


@pytest.mark.slow
def test_it_asks_for_what_is_not_given(tmp_path: Path) -> None:
    answers = (
        "demo.rule\n2027\nOmfattet\nCovered\nAftale\nAgreement\nnonsense\nRo|Quiet|1\nPladser|Seats|2|at_least 3\n\n1\n"
    )
    ran = sekskant("rulebook", "new", str(tmp_path / "asked"), "--lang", "en", stdin=answers.encode())
    assert ran.code == 0, ran.err
    assert "What does the rulebook decide? In Danish" in ran.err
    assert "a criterion is" in ran.err
    ran_with_options = sekskant(
        "rulebook",
        "new",
        str(tmp_path / "given"),
        *OPTIONS,
        *ONE,
        "--criterion",
        "Pladser|Seats|2|at_least 3",
        "--at-least",
        "1",
    )
    assert ran_with_options.code == 0
    for name in ("rule-2027.yaml", "vocabulary.yaml", "cases/rule-2027.yaml"):
        assert (tmp_path / "asked" / name).read_text() == (tmp_path / "given" / name).read_text()
    danish = sekskant("rulebook", "new", str(tmp_path / "da"), "--lang", "da", stdin=answers.encode())
    assert "Hvor mange af de 2 skal være opfyldt?" in danish.err


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "da",
            "Id (bogstaver, tal og punktum): demo.rule\nAftaleår []: x\nFejl: 'x' er ikke et gyldigt heltal.\n"
            "Aftaleår []: 2027\nHvad vurderer regelsættet? På dansk: Afbrudt!\n",
        ),
        (
            "en",
            "Id (letters, digits and dots): demo.rule\nAgreement year []: x\n"
            "Error: 'x' is not a valid integer range.\n"
            "Agreement year []: 2027\nWhat does the rulebook decide? In Danish: Aborted!\n",
        ),
    ],
)
def test_it_asks_in_the_language_of_the_command(language: str, said: str, tmp_path: Path) -> None:
    ran = here("rulebook", "new", str(tmp_path / "asked"), "--lang", language, stdin=b"demo.rule\nx\n2027\n")
    assert ran.code == 1
    assert re.sub(r"\[\d+\]", "[]", ran.err) == said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--id", "1x"], "`1x` is not an id"),
        (["--title", "Omfattet"], '--title is "DANISH | ENGLISH"'),
        (["--criterion", "Ro | Quiet"], "a criterion is"),
        (["--criterion", "Stilhed | Quiet! | 2"], "two criteria have the same English title (`quiet`)"),
        (["--at-least", "3"], "3 are required, but there is only 1 criterion"),
        (["--mandatory", "2"], "--mandatory names one of the criteria by its number"),
    ],
)
def test_mistakes_of_usage(options: list[str], said: str, tmp_path: Path) -> None:
    ran = sekskant("rulebook", "new", str(tmp_path / "rules"), *OPTIONS, *ONE, "--at-least", "1", *options)
    assert ran.code == 2
    assert said in " ".join(ran.err.split())
    assert not (tmp_path / "rules").exists()


def test_a_rule_that_makes_no_sense_is_said(tmp_path: Path) -> None:
    ran = sekskant("rulebook", "new", str(tmp_path), *OPTIONS, *TWO, "--at-least", "1", "--mandatory", "2")
    assert ran.code == 5
    assert "idle-criterion: criterion `K1` never changes a verdict" in ran.err


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "vocabulary.yaml").write_text("mine")
    ran = sekskant("rulebook", "new", str(tmp_path), *OPTIONS, *ONE, "--at-least", "1")
    assert ran.code == 2
    assert "is there already" in ran.err
    assert [file.read_text() for file in tmp_path.iterdir()] == ["mine"]


WORDS = st.text(st.characters(categories=["L", "N", "Zs", "P"]), min_size=1, max_size=20).map(str.strip).filter(bool)
PLAIN = WORDS.filter(lambda text: text.isprintable())
CRITERIA = st.builds(
    NewCriterion,
    st.builds(lambda da, en: Text(da=da, en=en), PLAIN, PLAIN),
    PLAIN,
    st.sampled_from(["at_least", "at_most"]),
    st.none() | st.decimals(0, 1000, places=2),
)


@pytest.mark.slow
@given(st.lists(CRITERIA, min_size=1, max_size=4), st.integers(1, 4))
@tried(60)
def test_whatever_is_answered_loads(criteria: list[NewCriterion], required: int) -> None:
    if repeated_facts(criteria) or {"id", "sid"} & {criterion.fact for criterion in criteria}:
        return
    new = NewRulebook(
        "demo.rule", 2027, Text(da="ja", en="yes"), Text(da="a", en="b"), tuple(criteria), min(required, len(criteria))
    )
    files = files_of(new, "da")
    vocabulary = load_vocabulary(files["vocabulary.yaml"].encode(), "vocabulary.yaml")
    rulebook = load_rulebook(files["rule-2027.yaml"].encode(), "rule-2027.yaml", lambda _: vocabulary)
    assert [c.title for c in rulebook.criteria] == [c.title for c in criteria]
    for name, text in itertools.islice(files.items(), 2):
        assert laid_out(text, name) == text
        assert read_one(text.encode(), name)


@pytest.mark.parametrize(
    ("language", "names"),
    [("da", ["alt er opfyldt", "intet er oplyst"]), ("en", ["everything is met", "nothing is known"])],
)
def test_cases_are_named_in_the_language_of_the_run(language: str, names: list[str], tmp_path: Path) -> None:
    sekskant("rulebook", "new", str(tmp_path), *OPTIONS, *TWO, "--at-least", "2", "--lang", language)
    assert [case.name for case in read_case_file(tmp_path / "cases" / "rule-2027.yaml").cases] == names


def test_the_first_cases_are_read(tmp_path: Path) -> None:
    sekskant("rulebook", "new", str(tmp_path), *OPTIONS, *TWO, "--at-least", "2")
    assert len(read_case_file(tmp_path / "cases" / "rule-2027.yaml").cases) == 2

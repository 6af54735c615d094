"""`sekskant rulebook next`, and the cases of the version before, decided again by the one that follows."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path

import pytest
from junitparser import JUnitXml

from engine.rulebooks.library import SHIPPED, Library
from tests.command import Ran, sekskant
from tests.next_year import write_next

ID = "hovedstaden.udviklingsstrategi"
STRICTER = "changes:\n  A5: {met_when: {fact: outside_share_mean, at_least: 0.6}}\n"


def next_version(*arguments: str) -> Ran:
    return sekskant("rulebook", "next", *arguments, "--lang", "en")


def record_of(folder: Path) -> dict[str, object]:
    (record,) = json.loads(sekskant("rulebook", "test", str(folder), "--format", "json").out)
    assert isinstance(record, dict)
    return record


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """A folder with a version of 2019 that asks for more than that of 2018."""
    write_next(tmp_path / "own", STRICTER)
    return tmp_path / "own"


def test_the_version_that_follows_says_what_the_former_says(tmp_path: Path) -> None:
    ran = next_version(ID, "--year", "2019", "--out", str(tmp_path))
    file = tmp_path / "udviklingsstrategi-2019.yaml"
    assert ran.code == 0
    assert ran.err.splitlines()[:2] == [str(file), "143 cases of 2018 decided again, all as expected"]
    now = Library().from_file(file)
    assert (now.name, now.in_force_until) == (f"{ID}@2019", datetime.date(2019, 12, 31))
    assert now.source.da == "Udviklingsstrategi 2019 for hovedstadsregionen"
    assert now.former is not None
    assert (now.criteria, now.rule, now.overrides) == (now.former.criteria, now.former.rule, now.former.overrides)
    assert (tmp_path / "schema" / "rulebook-2.schema.json").exists()
    assert sekskant("rulebook", "check", str(tmp_path)).out == ""
    assert sekskant("rulebook", "fmt", "--check", str(tmp_path)).code == 0


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_examples_in_it_can_be_taken_over(tmp_path: Path, language: str) -> None:
    sekskant("rulebook", "next", ID, "--year", "2019", "--out", str(tmp_path), "--lang", language)
    file = tmp_path / "udviklingsstrategi-2019.yaml"
    text = file.read_text(encoding="utf-8")
    examples = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("#   ")]
    assert [example.split()[0] for example in examples] == ["A1:", "A1:", "A7:", "A6:"]
    file.write_text(text.replace("changes: {}", f"changes:\n{examples[0]}"), encoding="utf-8")
    assert Library().from_file(file).criterion("A1")


def test_a_version_may_be_in_force_for_several_years(tmp_path: Path) -> None:
    assert next_version(ID, "--year", "2019", "--until", "2020", "--out", str(tmp_path)).code == 0
    assert Library().from_file(tmp_path / "udviklingsstrategi-2019.yaml").agreement_years == (2019, 2020)


@pytest.mark.slow
@pytest.mark.parametrize("is_named", [False, True])
def test_the_next_one_follows_the_latest(tmp_path: Path, is_named: bool) -> None:
    for year in ("2019", "2020"):
        environment = {"SEKSKANT_RULEBOOKS": str(tmp_path)} if is_named and year == "2020" else None
        asked = ("rulebook", "next", ID, "--year", year, "--out", str(tmp_path))
        assert sekskant(*asked, environment=environment).code == 0
    latest = Library().from_file(tmp_path / "udviklingsstrategi-2020.yaml")
    assert latest.former is not None
    assert latest.former.version == "2019"
    assert "143 cases of 2019 decided again, all as expected" in sekskant("rulebook", "test", str(tmp_path)).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((ID, "--year", "2018"), f"`{ID}@2018` is in force until 2018-12-31: choose a later year"),
        ((ID, "--year", "2019", "--until", "2018"), "the last agreement year lies before the first"),
        (("hovedstaden.udvikling", "--year", "2019"), f"did you mean `{ID}`?"),
    ],
)
def test_what_cannot_follow_is_a_mistake_of_usage(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = next_version(*arguments, "--out", str(tmp_path))
    assert ran.code == 2
    assert said in " ".join(ran.err.split())
    assert not [*tmp_path.iterdir()]


def test_years_in_which_no_version_would_be_in_force_are_said(tmp_path: Path) -> None:
    ran = next_version(ID, "--year", "2021", "--out", str(tmp_path))
    assert ran.code == 0
    assert f"no version of `{ID}` is in force from 2019-01-01 to 2020-12-31" in ran.err.splitlines()


def test_a_version_that_is_passed_over_is_said(tmp_path: Path) -> None:
    write_next(tmp_path, "changes: {}\n")
    ran = next_version(f"{ID}@2018", "--year", "2020", "--out", str(tmp_path))
    assert ran.code == 0
    said = f"based on `{ID}@2018`: what `{ID}@2019` changes is not taken over"
    assert said in ran.err.splitlines()


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    other = write_next(tmp_path, "changes: {}\n").read_text(encoding="utf-8")
    (tmp_path / "2019.yaml").unlink()
    (tmp_path / "udviklingsstrategi-2019.yaml").write_text(other.replace(f"{ID}\n", "own.other\n"), encoding="utf-8")
    (tmp_path / "udviklingsstrategi-2018.yaml").write_text(
        (SHIPPED / "hovedstaden" / "udviklingsstrategi-2018.yaml").read_text("utf-8").replace(ID, "own.other"), "utf-8"
    )
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    ran = next_version(ID, "--year", "2019", "--out", str(tmp_path))
    assert ran.code == 2
    assert "is there already; choose another folder" in " ".join(ran.err.split())
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_version_of_the_year_may_be_there_under_another_name(tmp_path: Path) -> None:
    write_next(tmp_path, "changes: {}\n")
    ran = next_version(ID, "--year", "2019", "--out", str(tmp_path))
    assert ran.code == 2
    assert f"`{ID}@2019` is in force until 2019-12-31: choose a later year" in " ".join(ran.err.split())
    assert [file.name for file in tmp_path.iterdir()] == ["2019.yaml"]


@pytest.mark.slow
def test_a_later_version_may_be_there(tmp_path: Path) -> None:
    assert next_version(ID, "--year", "2021", "--out", str(tmp_path)).code == 0
    ran = next_version(ID, "--year", "2019", "--until", "2021", "--out", str(tmp_path))
    assert ran.code == 2
    assert f"`{ID}@2021` is in force from 2021-01-01: choose earlier years" in " ".join(ran.err.split())
    assert next_version(ID, "--year", "2019", "--until", "2020", "--out", str(tmp_path)).code == 0


@pytest.mark.parametrize("broken", ["broken.yaml", "udviklingsstrategi-2019.yaml", "cases"])
def test_nothing_is_written_where_something_is_broken(tmp_path: Path, broken: str) -> None:
    out = tmp_path / "own"
    if broken == "cases":
        shutil.copytree(SHIPPED / "hovedstaden", out)
        cases = out / "cases" / "udviklingsstrategi-2018.yaml"
        cases.write_text(cases.read_text("utf-8").replace("verdict: met", "verdict: mett", 1), encoding="utf-8")
        for file in (*out.glob("*-2018.yaml"), *out.glob("cases/*.yaml")):
            file.write_text(file.read_text(encoding="utf-8").replace("hovedstaden.", "own."), encoding="utf-8")
    else:
        out.mkdir()
        (out / broken).write_text("id: [", encoding="utf-8")
    before = {file: file.read_bytes() for file in out.rglob("*.*")}
    own = str(out / "udviklingsstrategi-2018.yaml") if broken == "cases" else ID
    for _ in range(2):
        ran = next_version(own, "--year", "2019", "--out", str(out))
        assert ran.code == 1, ran.err
        assert "hint" in ran.err or "yaml-syntax" in ran.err or "wrong-type" in ran.err
    assert {file: file.read_bytes() for file in out.rglob("*.*")} == before


def test_a_former_version_that_would_not_be_found_is_a_mistake_of_usage(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "hovedstaden", tmp_path / "own")
    for file in (tmp_path / "own").glob("*-2018.yaml"):
        file.write_text(file.read_text(encoding="utf-8").replace("hovedstaden.", "own."), encoding="utf-8")
    own = str(tmp_path / "own" / "udviklingsstrategi-2018.yaml")
    ran = next_version(own, "--year", "2019", "--out", str(tmp_path / "other"))
    assert ran.code == 2
    assert "write into that folder, or name it in SEKSKANT_RULEBOOKS" in " ".join(ran.err.split())
    shutil.rmtree(tmp_path / "own" / "cases")
    assert next_version(own, "--year", "2019", "--out", str(tmp_path / "own")).code == 0


# --- cases that come along ---


@pytest.mark.slow
def test_cases_whose_expectation_turns_are_listed_to_be_judged(stricter: Path) -> None:
    ran = sekskant("rulebook", "test", str(stricter), "--lang", "en", columns=120)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[1] == "143 cases of 2018 decided again, 19 to be judged"
    assert lines[2].startswith("? A5: a mean of one half  ")
    assert lines[2].endswith("udviklingsstrategi-2018.yaml:310")
    assert lines[3:5] == ["    verdict: expected met, decided not_met", "    A5: expected met, decided not_met"]
    assert lines[-1] == "Coverage of meaning: 98% (73 of 74)"


@pytest.mark.slow
def test_machines_are_told_too(stricter: Path, tmp_path: Path) -> None:
    taken_over = record_of(stricter)["taken_over"]
    assert isinstance(taken_over, list)
    assert (len(taken_over), sum(one["to_judge"] for one in taken_over)) == (143, 19)
    sekskant("rulebook", "test", str(stricter), "--junit", str(tmp_path / "junit.xml"))
    report = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    assert (report.tests, report.failures, sum(suite.skipped for suite in report)) == (143, 0, 19)


@pytest.mark.slow
def test_cases_that_turned_are_written_to_be_judged_and_then_stand_in_for_those_of_before(stricter: Path) -> None:
    ran = sekskant("rulebook", "test", str(stricter), "--write-missing", "--lang", "en")
    assert "cases/2019.yaml: 20 cases added; judge them, and delete `to_judge`" in ran.err
    file = stricter / "cases" / "2019.yaml"
    text = file.read_text(encoding="utf-8")
    assert "outside_share: {2015: 0.5, 2016: 0.5, 2017: 0.5}" in " ".join(text.split())
    waiting = sekskant("rulebook", "test", str(stricter), "--lang", "en").out
    assert "20 cases, all as expected, 20 to be judged" in waiting
    assert "124 cases of 2018 decided again, all as expected" in waiting
    file.write_text(text.replace("    to_judge: true\n", ""), encoding="utf-8")
    judged = sekskant("rulebook", "test", str(stricter), "--fail-under", "100", "--mutate", "--lang", "en")
    assert judged.code == 0, judged.out
    assert "20 cases, all as expected\n124 cases of 2018 decided again, all as expected" in judged.out


@pytest.mark.slow
def test_what_cases_say_of_criteria_that_are_no_more_is_left_out(tmp_path: Path) -> None:
    write_next(
        tmp_path,
        """\
        rule:
          id: four
          title: {da: Fire, en: Four}
          reference: {da: afsnit 2, en: section 2}
          at_least: 4
          of: [A1a, A1b, A2, A3, A4, A5, A6]
          mandatory: [A4, A5]
        changes:
          A1:
            split_into:
              A1a: {}
              A1b:
                title: {da: To, en: Two}
                description: {da: "Mindst {threshold} diagnoser.", en: "At least {threshold} diagnoses."}
                reading: null
                met_when: {fact: diagnoses, at_least: 99}
        """,
    )
    assert "143 cases of 2018 decided again, all as expected" in sekskant("rulebook", "test", str(tmp_path)).out


def test_a_broken_case_file_of_the_version_before_is_said(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "hovedstaden", tmp_path / "own")
    write_next(tmp_path / "own", "changes: {}\n")
    cases = tmp_path / "own" / "cases" / "udviklingsstrategi-2018.yaml"
    cases.write_text(cases.read_text(encoding="utf-8").replace("verdict: met", "verdict: mett", 1), encoding="utf-8")
    ran = sekskant("rulebook", "test", str(tmp_path / "own" / "2019.yaml"))
    assert ran.code == 1
    assert "wrong-type: `mett` does not belong in `verdict`" in ran.err


@pytest.mark.slow
def test_what_is_written_of_an_agreement_of_two_years_is_what_is_decided(tmp_path: Path) -> None:
    file = write_next(tmp_path, "changes: {}\n")
    file.write_text(file.read_text(encoding="utf-8").replace("until: 2019", "until: 2020"), encoding="utf-8")
    ran = sekskant("rulebook", "test", str(tmp_path), "--lang", "en")
    assert "in_force: expected no, decided yes" in ran.out
    sekskant("rulebook", "test", str(tmp_path), "--write-missing", "--lang", "en")
    written = (tmp_path / "cases" / "2019.yaml").read_text(encoding="utf-8")
    after = (
        '  - case: "the year after"\n    to_judge: true\n    year: 2020\n    evidence: {}\n    verdict: undetermined\n'
    )
    assert after in written
    ran = sekskant("rulebook", "test", str(tmp_path), "--lang", "en")
    assert ran.code == 0, ran.out


@pytest.mark.parametrize("is_folder", [True, False])
def test_dates_that_overlap_those_of_the_version_before_are_found(tmp_path: Path, is_folder: bool) -> None:
    file = write_next(tmp_path, "changes: {}\n")
    file.write_text(file.read_text(encoding="utf-8").replace("from: 2019", "from: 2018"), encoding="utf-8")
    ran = sekskant("rulebook", "check", str(tmp_path if is_folder else file), "--format", "json")
    assert ran.code == 5
    (found,) = json.loads(ran.out)
    assert (found["code"], found["line"]) == ("overlapping-dates", 5)
    assert found["message"] == f"`{ID}@2019` and `{ID}@2018` are both in force on 2018-01-01"


@pytest.mark.slow
def test_what_is_written_states_no_fact_that_is_no_more(tmp_path: Path) -> None:
    shipped = (SHIPPED / "hovedstaden" / "vocabulary.yaml").read_text(encoding="utf-8")
    before, _, after = shipped.partition("  diagnoses:\n")
    kept = before + after[after.index("  extensive_limitations:") :]
    (tmp_path / "vocabulary.yaml").write_text(kept, encoding="utf-8")
    described = "description: {da: 'Mindst {threshold}.', en: 'At least {threshold}.'}"
    write_next(tmp_path, f"changes:\n  A2: {{met_when: {{fact: extensive_limitations, at_least: 3}}, {described}}}\n")
    sekskant("rulebook", "test", str(tmp_path), "--write-missing", "--lang", "en")
    ran = sekskant("rulebook", "test", str(tmp_path), "--lang", "en")
    assert ran.code == 0, ran.out + ran.err
    assert "to be judged\n" in ran.out


@pytest.mark.slow
def test_a_version_has_the_vocabulary_of_the_one_before_wherever_it_stands(tmp_path: Path) -> None:
    """And facts that only a rulebook of another place reads are not told to be taken out of it."""
    own, later = tmp_path / "own", tmp_path / "later"
    write_next(own, "changes: {}\n")
    text = (SHIPPED / "hovedstaden" / "vocabulary.yaml").read_text(encoding="utf-8")
    renamed = text.replace("  diagnoses:\n", "  diagnosis_count:\n    was: diagnoses\n")
    (own / "vocabulary.yaml").write_text(renamed, encoding="utf-8")
    environment = {"SEKSKANT_RULEBOOKS": str(own)}
    found = sekskant("rulebook", "check", str(own), environment=environment)
    assert "severe_complexities" not in found.out
    ran = sekskant(
        "rulebook", "next", ID, "--year", "2020", "--out", str(later), "--lang", "en", environment=environment
    )
    assert ran.code == 0
    checked = sekskant("rulebook", "check", str(later), environment=environment)
    assert (checked.code, checked.out) == (0, "")
    assert sekskant("rulebook", "test", str(later), environment=environment).code == 0

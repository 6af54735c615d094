"""`sekskant rulebook test`: the cases beside the rulebooks, what they show, and what is said of those that fail."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from junitparser import JUnitXml
from lxml.etree import RelaxNG, parse

from engine.authoring.cases.case import run_cases
from engine.authoring.cases.coverage import Meaning
from engine.authoring.cases.mutation import Mutant
from engine.decisions.decide import Decider
from engine.diagnostics import CODES, Rejected
from engine.rulebooks.library import SHIPPED, Library
from offers.cases.case_file import CaseFile, case_files_of, read_case_file
from tests.command import ROOT, sekskant
from tests.engine.rulebooks.test_broken_rulebooks import check_style

FILES = [read_case_file(file) for file in case_files_of(SHIPPED)]
CASES = [
    pytest.param(file, i, id=f"{file.path.stem}:{c.place.line}") for file in FILES for i, c in enumerate(file.cases)
]
ROOMS = ROOT / "tests" / "lints" / "unread-fact" / "mended"


@pytest.fixture(scope="module")
def deciders() -> dict[str, Decider]:
    return {file.path.name: Decider(file.rulebook) for file in FILES}


@pytest.mark.parametrize(("file", "index"), CASES)
def test_case(file: CaseFile, index: int, deciders: dict[str, Decider]) -> None:
    (result,) = run_cases([file.cases[index]], deciders[file.path.name])
    assert result.passed, (result.case.name, result.differences, result.rejected)


def test_every_shipped_rulebook_has_cases() -> None:
    covered = {(file.rulebook.id, file.rulebook.version) for file in FILES}
    assert covered == {(rulebook.id, rulebook.version) for rulebook in Library().rulebooks}


def test_the_shipped_rulebooks_are_covered_and_every_change_in_them_is_noticed() -> None:
    ran = sekskant("rulebook", "test", "--fail-under", "100", "--fail-on-empty", "--mutate", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    rulebooks = json.loads(ran.out)
    for rulebook in rulebooks:
        assert rulebook["coverage"]["per_cent"] == 100
        assert rulebook["mutation"] == {"mutants": rulebook["mutation"]["mutants"], "unnoticed": []}
    assert sorted(rulebook["coverage"]["goals"] for rulebook in rulebooks) == [19, 45, 74]
    assert sorted(rulebook["mutation"]["mutants"] for rulebook in rulebooks) == [17, 39, 66]


def test_cases_are_not_read_as_rulebooks() -> None:
    """They stand one folder below the rulebooks, where the library does not look."""
    assert {Path(rulebook.file).parent.name for rulebook in Library().rulebooks} == {"hovedstaden", "national"}


# What the cases of shipped rulebooks show, without some of them


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "change"),
    [
        ("private party", "private as well"),
        ("^A1", "`below` instead of `at_most`"),
        ("^A1", "`11` instead of `10`"),
        ("order|operator|region|service|dental|excluded|alcohol", "included_by_order stands before excluded_by_order"),
        ("year", "a year later"),
    ],
)
def test_a_change_is_unnoticed_without_the_cases_about_it(names: str, change: str) -> None:
    (file,) = (file for file in FILES if file.rulebook.id.endswith("udviklingsstrategi"))
    cases = [case for case in file.cases if not re.search(names, case.name)]
    assert len(cases) < len(file.cases)
    meaning = Meaning(file.rulebook)
    missing = set(meaning.goals) - meaning.shown_by(run_cases(cases, Decider(file.rulebook)))
    assert change in [goal.change.en for goal in missing if isinstance(goal, Mutant)]


# A rulebook of one's own


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    shutil.copytree(ROOMS, tmp_path, dirs_exist_ok=True)
    return tmp_path


CASES_OF_ROOMS = """\
format: sekskant/cases/1
rulebook: reading-rooms.supported@2020
cases:
  - {case: large and quiet, evidence: {seats: 20, quiet: yes, heated: yes, owner: library}, verdict: met}
  - {case: a shop, evidence: {owner: shop}, verdict: not_met, basis: shop}
"""


def write_cases(rooms: Path, text: str) -> Path:
    path = rooms / "cases" / "rulebook.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.slow
def test_without_cases_nothing_fails_unless_asked(rooms: Path) -> None:
    ran = sekskant("rulebook", "test", str(rooms), "--lang", "en")
    assert ran.code == 0
    assert "No cases." in ran.out
    assert "Coverage of meaning: 0%" in ran.out
    assert sekskant("rulebook", "test", str(rooms), "--fail-on-empty").code == 5
    (rooms / "empty").mkdir()
    assert sekskant("rulebook", "test", str(rooms / "empty"), "--fail-on-empty").code == 5


def test_what_differs_is_said(rooms: Path) -> None:
    wrong = "verdict: met, basis: shop, statuses: {R1: not_met}, decisive: [R3]}"
    write_cases(rooms, CASES_OF_ROOMS.replace("verdict: met}", wrong))
    ran = sekskant("rulebook", "test", ".", "--lang", "en", cwd=rooms)
    assert ran.code == 5
    assert ran.out.splitlines()[1:7] == [
        "✗ large and quiet  cases/rulebook.yaml:4",
        "    basis: expected shop, decided two_of_three",
        "    R1: expected not_met, decided met",
        "    decisive: expected [R3], decided [R1, R3]",
        "2 cases, 1 failed",
        "Coverage of meaning: 12% (4 of 32)",
    ]
    danish = sekskant("rulebook", "test", ".", "--lang", "da", cwd=rooms).out
    assert "    R1: forventet not_met (ikke opfyldt), vurderet met (opfyldt)" in danish
    assert "    basis: forventet shop, vurderet two_of_three" in danish
    write_cases(rooms, CASES_OF_ROOMS.replace("verdict: met}", "verdict: undetermined}"))
    danish = sekskant("rulebook", "test", ".", "--lang", "da", cwd=rooms).out
    assert "    verdict: forventet undetermined (uafklaret), vurderet met (" in danish


@pytest.mark.slow
def test_a_rulebook_or_a_case_file_can_be_named(rooms: Path) -> None:
    path = write_cases(rooms, CASES_OF_ROOMS)
    for named in (path, rooms / "rulebook.yaml", rooms):
        (record,) = json.loads(sekskant("rulebook", "test", str(named), "--format", "json").out)
        assert [case["passed"] for case in record["cases"]] == [True, True]


def test_coverage_can_be_required(rooms: Path) -> None:
    write_cases(rooms, CASES_OF_ROOMS)
    ran = sekskant("rulebook", "test", str(rooms), "--fail-under", "90", "--lang", "en")
    assert ran.code == 5
    assert "  • R1: seats just under 20\n" in ran.out
    assert "  • two_of_three: R3 is mandatory\n" in ran.out
    assert "  • agreement year 2019: not in force\n" in ran.out
    assert sekskant("rulebook", "test", str(rooms), "--fail-under", "10").code == 0


def test_changes_that_no_case_notices_are_named_with_line_and_offer(rooms: Path) -> None:
    path = write_cases(rooms, CASES_OF_ROOMS)
    ran = sekskant("rulebook", "test", ".", "--mutate", "--lang", "en", cwd=rooms)
    assert ran.code == 5
    assert "Changes that a case notices: 12 of 28\n" in ran.out
    assert (
        "  • rulebook.yaml:37: criteria.R2.met_when.at_least: `29` instead of `30`\n"
        "    {seats: 9, open_hours: 29, quiet: yes, heated: yes, owner: library}: verdict\n"
        "    not_met becomes met, R2 not_met becomes met\n"
    ) in ran.out
    (record,) = json.loads(sekskant("rulebook", "test", ".", "--mutate", "--format", "json", cwd=rooms).out)
    (survivor,) = (one for one in record["mutation"]["unnoticed"] if "`29`" in one["change"])
    assert survivor == {
        "change": "criteria.R2.met_when.at_least: `29` instead of `30`",
        "file": "rulebook.yaml",
        "line": 37,
        "noticed_by": {
            "year": 2020,
            "evidence": {"seats": "9", "open_hours": "29", "quiet": "yes", "heated": "yes", "owner": "library"},
            "differences": [
                {"what": "verdict", "expected": "not_met", "decided": "met"},
                {"what": "R2", "expected": "not_met", "decided": "met"},
            ],
        },
    }
    lines = (rooms / "rulebook.yaml").read_text(encoding="utf-8").splitlines()
    assert "at_least: 30" in lines[survivor["line"] - 1]
    offer = ", ".join(f"{name}: {value}" for name, value in survivor["noticed_by"]["evidence"].items())
    path.write_text(
        f"{CASES_OF_ROOMS}  - {{case: just under, evidence: {{{offer}}}, verdict: not_met}}\n", encoding="utf-8"
    )
    (record,) = json.loads(sekskant("rulebook", "test", ".", "--mutate", "--format", "json", cwd=rooms).out)
    assert survivor not in record["mutation"]["unnoticed"]


def test_a_case_is_written_for_its_year_where_the_file_has_another(rooms: Path) -> None:
    text = (rooms / "rulebook.yaml").read_text(encoding="utf-8")
    assert "until: 2020-12-31" in text
    (rooms / "rulebook.yaml").write_text(text.replace("until: 2020-12-31", "until: 2021-12-31"), encoding="utf-8")
    path = write_cases(rooms, "format: sekskant/cases/1\nrulebook: reading-rooms.supported\nyear: 2021\ncases: []\n")
    assert sekskant("rulebook", "test", str(rooms), "--write-missing").code == 0
    path.write_text(path.read_text(encoding="utf-8").replace("    to_judge: true\n", ""), encoding="utf-8")
    judged = sekskant("rulebook", "test", str(rooms), "--fail-under", "100", "--mutate")
    assert judged.code == 0, judged.out


@pytest.mark.slow
@pytest.mark.parametrize("text", [None, CASES_OF_ROOMS, CASES_OF_ROOMS + "year: 2020\n# the end\n"])
def test_missing_cases_are_written_to_be_judged(rooms: Path, text: str | None) -> None:
    """They show nothing until their author has judged them; then the coverage is complete."""
    if text is not None:
        write_cases(rooms, text)
    ran = sekskant("rulebook", "test", str(rooms), "--write-missing", "--lang", "en")
    assert ran.code == 0
    assert "cases added; judge them, and delete `to_judge`" in ran.err
    path = rooms / "cases" / "rulebook.yaml"
    written = path.read_text(encoding="utf-8")
    before = text or ""
    assert all(line in written for line in before.splitlines())
    assert not text or "# the end" not in text or written.endswith("year: 2020\n# the end\n")
    again = sekskant("rulebook", "test", str(rooms), "--write-missing", "--fail-under", "100")
    assert (again.code, again.err) == (5, "")
    assert path.read_text(encoding="utf-8") == written
    path.write_text(re.sub(r"    to_judge: true\n", "", written), encoding="utf-8")
    judged = sekskant("rulebook", "test", str(rooms), "--fail-under", "100", "--mutate", "--lang", "en")
    assert judged.code == 0, judged.out
    assert "Coverage of meaning: 100%" in judged.out
    assert "Changes that a case notices: 28 of 28\n" in judged.out


def test_results_as_junit(rooms: Path) -> None:
    text = CASES_OF_ROOMS.replace("seats: 20", "seats: 2") + (
        "  - {case: waiting, to_judge: true, evidence: {}, verdict: undetermined}\n"
    )
    write_cases(rooms, text)
    report = rooms / "report.xml"
    assert sekskant("rulebook", "test", str(rooms), "--junit", str(report)).code == 5
    read = JUnitXml.fromfile(str(report))
    assert (read.tests, read.failures, read.errors) == (3, 1, 0)
    (suite,) = read
    assert (suite.tests, suite.failures, suite.skipped) == (3, 1, 1)
    check = RelaxNG(parse(Path(__file__).with_name("junit.rng")))
    assert check.validate(parse(report)), check.error_log
    messages = {case.name: [result.message for result in case.result] for case in suite}
    assert messages == {
        "large and quiet": ["verdict: expected met, decided undetermined"],
        "a shop": [],
        "waiting": ["to be judged"],
    }


@pytest.mark.slow
def test_the_shipped_cases_as_junit_are_of_its_schema(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    assert sekskant("rulebook", "test", "--junit", str(report)).code == 0
    check = RelaxNG(parse(Path(__file__).with_name("junit.rng")))
    assert check.validate(parse(report)), check.error_log
    assert len(JUnitXml.fromfile(str(report))) == 3


BROKEN = ROOT / "tests" / "broken" / "cases"


@pytest.mark.parametrize("name", sorted(file.stem for file in BROKEN.glob("*.yaml")))
def test_every_mistake_in_a_case_file_is_said(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With SEKSKANT_WRITE_EXPECTED=1 in the environment, what is said becomes what is expected."""
    monkeypatch.chdir(BROKEN)
    with pytest.raises(Rejected) as caught:
        read_case_file(Path(f"{name}.yaml"))
    text, expected = f"{caught.value}\n", Path(f"{name}.txt")
    if os.environ.get("SEKSKANT_WRITE_EXPECTED") == "1":
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")
    assert {diagnostic.code for diagnostic in caught.value.diagnostics} <= set(CODES)
    check_style(text)


def test_a_case_file_can_be_checked() -> None:
    ran = sekskant("rulebook", "check", "missing-key.yaml", cwd=BROKEN)
    assert ran.code == 5
    assert ran.out == (BROKEN / "missing-key.txt").read_text(encoding="utf-8")
    good = sekskant("rulebook", "check", str(FILES[0].path))
    assert (good.code, good.out, good.err) == (0, "", "0 findings in 1 file\n")


def test_a_version_need_not_be_named() -> None:
    data = b"format: sekskant/cases/1\nrulebook: hovedstaden.mest-specialiserede\ncases: []\n"
    assert read_case_file(Path("cases.yaml"), data).rulebook.version == "2018"


def test_a_rejected_case_file_leaves_the_others(rooms: Path) -> None:
    write_cases(rooms, CASES_OF_ROOMS)
    shutil.copy(BROKEN / "missing-key.yaml", rooms / "cases")
    ran = sekskant("rulebook", "test", str(rooms), "--format", "json", "--write-missing")
    assert ran.code == 1
    assert "missing-key" in ran.err
    assert "no cases are written while a file is rejected" in ran.err
    assert [len(record["cases"]) for record in json.loads(ran.out)] == [2]

"""Every lint on a broken rulebook, with its exact output, and none on the same rulebook mended."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from sarif_pydantic import Sarif

from engine.authoring.cases.mutation import mutants_of
from engine.authoring.lints import each
from engine.authoring.lints.check import check, lints_of
from engine.authoring.lints.lint import Lint
from engine.authoring.lints.registry import LINTS
from engine.diagnostics import CODES
from engine.rulebooks.library import SHIPPED, Library
from tests.command import ROOT, sekskant
from tests.danish import english_left
from tests.engine.rulebooks.test_broken_rulebooks import BROKEN, FOLDERS, check_style
from tests.expected import agrees

FILES = ROOT / "tests" / "lints"
PAGES = ROOT / "docs" / "lints"
CASES = sorted(folder.name for folder in FILES.iterdir())


def said_about(*paths: str) -> str:
    return "".join(f"{diagnostic}\n" for diagnostic in check([Path(path) for path in paths or (".",)]))


def test_every_lint_has_a_broken_and_a_mended_rulebook() -> None:
    assert set(CASES) == set(LINTS)
    assert not set(LINTS) & set(CODES)


@pytest.mark.parametrize("code", CASES)
def test_a_broken_rulebook_is_found(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FILES / code / "broken")
    lines = said_about()
    agrees(Path("../expected.txt"), lines)
    assert set(re.findall(r"^[^ ]+: ([a-z0-9-]+): ", lines, re.MULTILINE)) == {code}
    check_style(lines)


@pytest.mark.parametrize("code", CASES)
def test_what_is_found_is_said_in_danish_too(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FILES / code / "broken")
    found = check([Path()])
    assert [english_left(diagnostic) for diagnostic in found] == [[]] * len(found)


@pytest.mark.parametrize("code", CASES)
def test_the_mended_rulebook_is_clean(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FILES / code / "mended")
    assert said_about() == ""


@pytest.mark.parametrize("code", CASES)
def test_the_files_one_by_one_give_the_same_as_the_folder(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FILES / code / "broken")
    assert said_about(*map(str, sorted(Path().glob("*.yaml")))) == said_about()


@pytest.mark.parametrize("code", CASES)
def test_a_comment_allows_a_lint(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(FILES / code / "broken", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    for diagnostic in check([Path()])[::-1]:
        file = Path(diagnostic.place.file)
        lines = file.read_text().splitlines()
        indent = " " * (len(lines[diagnostic.place.line - 1]) - len(lines[diagnostic.place.line - 1].lstrip()))
        lines.insert(diagnostic.place.line - 1, f"{indent}# sekskant: allow {code}")
        file.write_text("\n".join(lines) + "\n")
    assert said_about() == ""


def test_a_lint_stands_in_the_module_of_its_name() -> None:
    for module in pkgutil.iter_modules(each.__path__):
        lint = importlib.import_module(f"{each.__name__}.{module.name}").LINT
        assert LINTS[module.name.replace("_", "-")] is lint


@pytest.mark.parametrize("lint", LINTS.values(), ids=lambda lint: lint.code)
def test_every_lint_has_a_page(lint: Lint) -> None:
    """It is made from the docstring of the lint's module, which begins with the summary as a sentence."""
    module = sys.modules[f"{each.__name__}.{lint.code.replace('-', '_')}"]
    title, body = (module.__doc__ or "").rstrip().split("\n\n", 1)
    assert title == f"{lint.summary[0].upper()}{lint.summary[1:]}."
    assert re.findall(r"^## (.*)$", body, re.MULTILINE) == ["Avoid", "Prefer", "Why"]
    agrees(PAGES / f"{lint.code}.md", f"# {lint.code}\n\nSummary: {lint.summary}.\n\n{body}\n")


def test_the_lints_are_listed() -> None:
    rows = "\n".join(f"| [{code}]({code}.md) | {lint.summary} |" for code, lint in LINTS.items())
    text = (
        "# Lints\n\nWhat `sekskant rulebook check` finds in rulebooks that load. A comment "
        "`# sekskant: allow CODE` in the line, or in the\nline above, allows a lint.\n\n"
        f"| code | what it finds |\n|---|---|\n{rows}\n"
    )
    agrees(PAGES / "README.md", text)
    assert {page.stem for page in PAGES.glob("*.md")} == {"README", *LINTS}


def test_the_shipped_rulebooks_are_clean() -> None:
    assert check([SHIPPED]) == []


def test_a_threshold_that_is_changed_and_not_its_description_is_told() -> None:
    """Whether the description names it in digits or in words."""
    told: dict[str, set[str]] = {}
    for rulebook in Library().rulebooks:
        for mutant in mutants_of(rulebook):
            if re.fullmatch(r"`[-0-9.]+` instead of `[-0-9.]+`", mutant.change.en):
                codes = {diagnostic.code for diagnostic in lints_of(mutant.rulebook)}
                told.setdefault(str(mutant.path[1]), set()).add("told" if "other-number-in-text" in codes else "not")
    assert told == {name: {"told"} for name in ("A1", "A2", "A5", "B1", "B2")}


@pytest.mark.parametrize("name", FOLDERS)
def test_what_the_loader_finds_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BROKEN / name)
    text, expected = said_about(), Path("expected.txt").read_text(encoding="utf-8")
    missing = [line for line in expected.splitlines() if line not in text]
    assert not missing


def test_a_broken_file_hides_nothing_in_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(FILES / "unused-criterion" / "broken", tmp_path, dirs_exist_ok=True)
    (tmp_path / "other.yaml").write_text("id: [\n")
    monkeypatch.chdir(tmp_path)
    codes = [diagnostic.code for diagnostic in check([Path()])]
    assert "unused-criterion" in codes
    assert "syntax" in codes


@pytest.mark.slow
def test_the_command_exits_with_5_and_never_as_for_usage(tmp_path: Path) -> None:
    ran = sekskant("rulebook", "check", str(FILES / "unused-criterion" / "broken"))
    assert (ran.code, ran.err) == (5, "1 finding in 2 files\n")
    assert "unused-criterion: the rule does not use criterion `R4`" in ran.out
    broken = sekskant("rulebook", "check", str(BROKEN / "syntax"))
    assert broken.code == 5
    assert "Usage" not in broken.err
    clean = sekskant("rulebook", "check")
    assert (clean.code, clean.out) == (0, "")
    assert sekskant("rulebook", "check", str(tmp_path)).code == 5
    assert sekskant("rulebook", "check", "nowhere").code == 2


def test_findings_as_json() -> None:
    ran = sekskant("rulebook", "check", "--format", "json", ".", cwd=FILES / "unused-criterion" / "broken")
    assert ran.code == 5
    assert json.loads(ran.out) == [
        {
            "file": "rulebook.yaml",
            "line": 43,
            "column": 3,
            "code": "unused-criterion",
            "level": "warning",
            "message": "the rule does not use criterion `R4`",
            "hint": "name it in the rule, or take it out",
            "documentation": "docs/lints/unused-criterion.md",
        }
    ]
    assert json.loads(sekskant("rulebook", "check", "--format", "json").out) == []


@pytest.mark.parametrize("folder", [FILES / "unused-criterion" / "broken", BROKEN / "syntax", BROKEN / "empty"])
def test_findings_as_sarif(folder: Path) -> None:
    """The models of SARIF 2.1.0 accept it, and each finding stands where the text says."""
    ran = sekskant("rulebook", "check", "--format", "sarif", ".", cwd=folder)
    log = Sarif.model_validate_json(ran.out)
    text = sekskant("rulebook", "check", ".", cwd=folder).out
    assert log.runs[0].results
    for result in json.loads(ran.out)["runs"][0]["results"]:
        place = result["locations"][0]["physicalLocation"]
        where = place.get("region")
        at = f":{where['startLine']}:{where['startColumn']}" if where else ""
        assert f"{place['artifactLocation']['uri']}{at}: {result['ruleId']}: " in text
        assert json.loads(ran.out)["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_the_pre_commit_hooks_run_commands_that_there_are() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for hook in hooks:
        assert sekskant(*hook["entry"].split()[1:], "--help").code == 0
    (check_hook,) = (hook for hook in hooks if hook["id"] == "sekskant-check")
    assert re.search(check_hook["files"], "rules/hovedstaden/mest-specialiserede-2018.yaml")
    assert re.search(check_hook["exclude"], "rules/hovedstaden/cases/mest-specialiserede-2018.yaml")


@pytest.mark.parametrize("named", [".", "rulebook.yaml", "vocabulary.yaml"])
def test_a_vocabulary_that_no_offer_fits_does_not_pass(named: str, tmp_path: Path) -> None:
    """`assess` refuses an attribute that offers do not have, and so does `check`, whichever file it is given."""
    shutil.copytree(FILES / "idle-override" / "mended", tmp_path, dirs_exist_ok=True)
    vocabulary = tmp_path / "vocabulary.yaml"
    text = vocabulary.read_text(encoding="utf-8")
    attribute = "  seats:\n    attribute: true # sekskant: allow fact-declaration\n"
    vocabulary.write_text(text.replace("  seats:\n", attribute), encoding="utf-8")
    ran = sekskant("rulebook", "check", named, cwd=tmp_path)
    message = "fact-declaration: an offer has no attribute `seats`"
    hint = "one of `operator_kind`, `agreement_kind`, `service_type`, `area`, `target_group`, `act_section`, `places`"
    assert (ran.code, ran.out) == (5, f"vocabulary.yaml:5:3: {message}\n  hint: {hint}\n")
    offer = str(ROOT / "docs" / "example.yaml")
    refused = sekskant("assess", offer, "--rulebook", str(tmp_path / "rulebook.yaml"))
    assert (refused.code, message in refused.err) == (1, True)

"""A rulebook of one's own that has mistakes is refused by every command, and none takes its namesake instead."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.rulebooks.library import SHIPPED
from tests.command import DATA, Ran, here

NAME = "mest-specialiserede-2018.yaml"
ID = "hovedstaden.mest-specialiserede"
WIDER = "hovedstaden.udviklingsstrategi"
REGISTER = b"id,name,diagnoses\nx,X,nej\n"


def replaced(old: str, new: str, file: str = NAME) -> Callable[[Path], str]:
    """A change of one place in a file; gives the file that has the mistake."""

    def change(folder: Path) -> str:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return file

    return change


def not_utf_8(folder: Path) -> str:
    (folder / NAME).write_bytes((folder / NAME).read_text(encoding="utf-8").encode("cp1252"))
    return NAME


def a_newer_version(folder: Path) -> str:
    text = (folder / NAME).read_text(encoding="utf-8").replace('version: "2018"', 'version: "2019"')
    text = text.replace("in_force: {from: 2018-01-01, until: 2018-12-31}", "in_force: {from: 2019-01-01}")
    (folder / "newer.yaml").write_text(text.replace("at_least: 5", "at_least: 7"), encoding="utf-8")
    replaced(f"rulebook: {ID}@2018", f"rulebook: {ID}", f"cases/{NAME}")(folder)
    return "newer.yaml"


def named_otherwise(folder: Path) -> str:
    (folder / NAME).rename(folder / "mine.yml")
    return replaced("at_least: 5", "at_least: 7", "mine.yml")(folder)


BREAKS: dict[str, Callable[[Path], str]] = {
    "more are required than there are": replaced("at_least: 5", "at_least: 7"),
    "an unknown fact": replaced("fact: cases_per_10000", "fact: cases_per_1000"),
    "a key that stands twice": replaced("language: da", "language: da\nlanguage: da"),
    "no version": replaced('version: "2018"\n', ""),
    "no id": replaced(f"id: {ID}\n", ""),
    "an id that is none": replaced(f"id: {ID}", f"id: [{ID}]"),
    "a quote that is not closed": replaced('version: "2018"', 'version: "2018'),
    "a list that is not closed": replaced("B5, B6]", "B5, B6"),
    "a tab before a key": replaced("criteria:\n", "criteria:\n\t"),
    "a vocabulary that is not there": replaced("vocabulary: hovedstaden", "vocabulary: nordjylland"),
    "bytes that are not UTF-8": not_utf_8,
    "a newer version": a_newer_version,
    "a file of another name": named_otherwise,
    "a vocabulary with a mistake": replaced("type: judgement", "type: judgment", "vocabulary.yaml"),
}

COMMANDS: dict[str, list[str]] = {
    "test a folder": ["rulebook", "test", "{folder}"],
    "test a rulebook": ["rulebook", "test", "{rulebook}"],
    "test its cases": ["rulebook", "test", "{folder}/cases/" + NAME],
    "write missing cases": ["rulebook", "test", "{folder}", "--write-missing"],
    "check a folder": ["rulebook", "check", "{folder}"],
    "check a rulebook": ["rulebook", "check", "{rulebook}"],
    "check its cases": ["rulebook", "check", "{folder}/cases/" + NAME],
    "show": ["rulebook", "show", "{rulebook}"],
    "prove": ["rulebook", "prove", "{rulebook}"],
    "prove that it implies another": ["rulebook", "prove", "{rulebook}", "--implies", WIDER],
    "prove that another implies it": ["rulebook", "prove", WIDER, "--implies", "{rulebook}"],
    "prove that another equals it": ["rulebook", "prove", ID, "--equals", "{rulebook}"],
    "diff to another": ["rulebook", "diff", "{rulebook}", ID],
    "diff from another": ["rulebook", "diff", ID, "{rulebook}"],
    "table": ["rulebook", "table", "{rulebook}"],
    "export": ["rulebook", "export", "{rulebook}", "--format", "dmn"],
    "assess": ["assess", str(DATA / "sofieskolen.yaml"), "--year", "2018", "--rulebook", "{rulebook}"],
    "reclassify": ["reclassify", "{folder}/r.csv", "--year", "2018", "--rulebook", "{rulebook}", "--out", "{folder}/o"],
    "preview": ["preview", "{folder}/r.csv", "--year", "2018", "--rulebook", "{rulebook}", "--against", ID],
    "preview against it": ["preview", "{folder}/r.csv", "--year", "2018", "--rulebook", ID, "--against", "{rulebook}"],
    "offer new": ["offer", "new", "--rulebook", "{rulebook}", "--year", "2018"],
    "register template": ["register", "template", "--rulebook", "{rulebook}", "--out", "{folder}/t.xlsx"],
}
ABOUT_CASES = ("test", "check", "write")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED / "hovedstaden", tmp_path / "own")
    (tmp_path / "own" / "udviklingsstrategi-2018.yaml").unlink()
    (tmp_path / "own" / "cases" / "udviklingsstrategi-2018.yaml").unlink()
    (tmp_path / "own" / "r.csv").write_bytes(REGISTER)
    return tmp_path / "own"


def run(command: str, folder: Path, broken: str) -> Ran:
    rulebook = NAME if broken == "vocabulary.yaml" else broken
    values = {"folder": str(folder), "rulebook": str(folder / rulebook)}
    return here(*(argument.format(**values) for argument in COMMANDS[command]))


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["more are required than there are", "a quote that is not closed"])
def test_every_command_refuses_a_broken_rulebook(name: str, command: str, folder: Path) -> None:
    is_refused(name, command, folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", BREAKS)
def test_no_command_takes_the_namesake_of_a_broken_rulebook(name: str, tmp_path: Path, folder: Path) -> None:
    for number, command in enumerate(COMMANDS):
        copy = tmp_path / str(number)
        shutil.copytree(folder, copy)
        is_refused(name, command, copy)


def is_refused(name: str, command: str, folder: Path) -> None:
    broken = BREAKS[name](folder)
    if command == "check a folder" and broken.endswith(".yml"):
        return  # it is no file of the folder's
    before = (folder / "cases" / NAME).read_bytes()
    ran = run(command, folder, broken)
    assert ran.code in (1, 5), (command, ran)
    assert broken in ran.out + ran.err or f"rulebook check {folder / NAME}`" in ran.out + ran.err, (command, ran)
    assert "as expected" not in ran.out
    assert "143" not in ran.out.replace(str(folder.parent), "")
    if not command.startswith(ABOUT_CASES):
        assert ran.out == "", command
    assert (folder / "cases" / NAME).read_bytes() == before
    assert not (folder / "t.xlsx").exists()
    assert not (folder / "o").exists()


def test_a_version_that_is_named_and_sound_is_tested(folder: Path) -> None:
    a_newer_version(folder)
    cases = f"cases/{NAME}"
    replaced(f"rulebook: {ID}", f"rulebook: {ID}@2018", cases)(folder)
    ran = here("rulebook", "test", str(folder / cases), "--lang", "en")
    assert ran.code == 0, ran.err
    assert "as expected" in ran.out


def test_another_that_is_broken_keeps_no_rulebook_from_its_cases(folder: Path) -> None:
    text = (folder / NAME).read_text(encoding="utf-8").replace(f"id: {ID}", "id: my.own")
    (folder / "own.yaml").write_text(text.replace("at_least: 5", "at_least: 7"), encoding="utf-8")
    ran = here("rulebook", "test", str(folder), "--lang", "en")
    assert ran.code == 1
    assert "own.yaml" in ran.err
    assert "as expected" in ran.out


def test_what_is_said_of_the_cases_of_a_broken_rulebook(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    BREAKS["more are required than there are"](folder)
    ran = here("rulebook", "test", f"cases/{NAME}", "--lang", "en")
    assert ran.code == 1
    assert ran.err == (
        f"cases/{NAME}:16:11: unknown-rulebook: the rulebook `{ID}@2018` may be `{NAME}`, which cannot be loaded\n"
        f"  hint: `sekskant rulebook check {NAME}` says why\n"
    )

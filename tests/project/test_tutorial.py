"""The commands of the walk-throughs and of both READMEs, run in a folder one after the other, do what is shown."""

from __future__ import annotations

import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import ROOT
from tests.expected import agrees

TUTORIAL = ROOT / "docs" / "tutorial.md"
DANISH = ROOT / "docs" / "da"
_IN_ENGLISH = re.compile(r"^\*In English: \[.*\]\((.*)\)\*$", re.MULTILINE)
SISTERS = [
    ((DANISH / _IN_ENGLISH.findall(path.read_text(encoding="utf-8"))[0]).resolve(), path)
    for path in sorted(DANISH.glob("*.md"))
]
"""The documents for users, in English and in Danish."""
WALKTHROUGHS = [path for pair in SISTERS for path in pair]
"""Documents whose commands follow on each other, in a folder that is empty when they begin."""
INSTALLS = {"main job", "without a compiler", "tests", "with uv", "with pipx"}
"""The markers of what installs the project, which `.ci/run` runs as it stands in a checkout of its own."""
NEEDS_MORE = {"needs more than this machine"}
"""The marker of what needs an extra, a server or people with keys of their own."""
READMES = [ROOT / "README.md", ROOT / "README.da.md"]
BLOCK = re.compile(
    r"<!-- file: (?P<file>\S+) -->\n```(?:yaml|csv)\n(?P<text>.*?)```|```console\n(?P<console>.*?)```"
    r"|(?:<!-- (?P<marker>[^\n]*) -->\n)?```bash\n(?P<bash>.*?)```",
    re.DOTALL,
)
"""A file to write, commands with what they print, or commands of which only the end is looked at."""


def run(command: str, folder: Path, language: str = "en", codes: tuple[int, ...] = (0, 1, 5)) -> str:
    """What a command prints in the locale of a language, on standard output and then on standard error."""
    kept = {name: value for name, value in os.environ.items() if name not in ("LC_ALL", "LC_MESSAGES", "LANG")}
    variables = {
        **kept,
        "COLUMNS": "80",
        "PATH": f"{folder.parent / 'bin'}:{os.environ['PATH']}",
        **({"LANG": "da_DK.UTF-8"} if language == "da" else {"LC_ALL": "C.UTF-8"}),
    }
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, env=variables, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode in codes, f"{command}: {done.returncode}: {done.stderr}"
    return done.stdout + done.stderr


def install(folder: Path) -> None:
    """The command under its own name."""
    command = folder / "sekskant"
    folder.mkdir()
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -W error -c "from cli.main import main; main()" "$@"\n'
    )
    command.chmod(0o755)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder, in whose shell the command is there."""
    install(tmp_path / "bin")
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="its shell commands are those of Linux")
@pytest.mark.parametrize("path", WALKTHROUGHS, ids=lambda path: path.stem)
def test_every_command_prints_what_is_shown(path: Path, folder: Path) -> None:
    """With SEKSKANT_WRITE_EXPECTED=1 in the environment, what is printed becomes what is shown."""
    language = "da" if path.parent == DANISH else "en"

    def shown(match: re.Match[str]) -> str:
        if match["file"]:
            (folder / match["file"]).write_text(match["text"], encoding="utf-8")
            return match[0]
        if match["bash"]:
            if match["marker"] not in NEEDS_MORE:
                run(f"set -e\n{match['bash']}", folder, language, codes=(0,))
            return match[0]
        commands = [line[2:] for line in match["console"].splitlines() if line.startswith("$ ")]
        return (
            "```console\n" + "".join(f"$ {command}\n{run(command, folder, language)}" for command in commands) + "```"
        )

    agrees(path, BLOCK.sub(shown, path.read_text(encoding="utf-8")))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="its shell commands are those of Linux")
@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_no_example_of_the_readme_fails_as_it_stands(path: Path, folder: Path) -> None:
    """Every line of every block, one after the other, where rules and offers lie as in a checkout."""
    shutil.copytree(ROOT / "rules", folder / "rules")
    shutil.copytree(ROOT / "offers" / "data", folder / "offers" / "data")
    language = "da" if path.stem.endswith(".da") else "en"
    for match in BLOCK.finditer(path.read_text(encoding="utf-8")):
        if match["console"]:
            run(match["console"].partition("\n")[0].removeprefix("$ "), folder, language, codes=(0,))
        elif match["bash"] and match["marker"] not in INSTALLS:
            for line in match["bash"].splitlines():
                run(line, folder, language, codes=(0,))


def test_both_readmes_have_the_same_commands_behind_their_markers() -> None:
    marked = [
        {
            match["marker"]: match["bash"]
            for match in BLOCK.finditer(path.read_text(encoding="utf-8"))
            if match["marker"]
        }
        for path in READMES
    ]
    assert marked[0] == marked[1]
    assert marked[0].keys() == INSTALLS


def test_the_tutorial_ends_with_a_tested_rulebook() -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    assert "0 findings in 2 files" in text
    assert "Coverage of meaning: 100%" in text
    assert "unused-criterion: the rule does not use criterion `K3`" in text
    assert "expected met, decided not_met" in text
    assert "my-rules/coverage-2027.yaml implies before/coverage-2027.yaml: it holds" in text


def test_the_danish_first_steps_end_with_a_tested_rulebook_too() -> None:
    text = (DANISH / "kom-godt-i-gang.md").read_text(encoding="utf-8")
    for outcome in (
        "\n0 fund i 2 filer\n",
        "2 fund i 2 filer",
        "(20 af 20)",
        "17 af 17",
        "medfører foer/omfattet-2027.yaml: det gælder",
    ):
        assert outcome in text


def test_every_danish_document_and_its_english_sister_name_each_other() -> None:
    for path in DANISH.glob("*.md"):
        match = re.search(r"^\*In English: \[.*\]\((.*)\)\*$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert match is not None, path
        assert f"](da/{path.name})*" in (path.parent / match[1]).read_text(encoding="utf-8")
    assert "(README.da.md)" in READMES[0].read_text(encoding="utf-8")
    assert "(README.md)" in READMES[1].read_text(encoding="utf-8")


def commands_of(path: Path) -> list[list[str]]:
    """The commands of a document's blocks: the words that name each, and its options; files may be called otherwise."""
    told = []
    for match in BLOCK.finditer(path.read_text(encoding="utf-8")):
        lines = (match["console"] or match["bash"] or "").replace("\\\n", " ").splitlines()
        lines = [line[2:] for line in lines if line.startswith("$ ")] if match["console"] else lines
        for words in (shlex.split(line, comments=True) for line in lines):
            if not words or words[0] not in ("sekskant", "openssl", "pip"):
                continue
            options = sorted(word.partition("=")[0] for word in words if word.startswith("-") and word != "--lang")
            named = list(itertools.takewhile(lambda word: word.isalpha() or word == "why-not", words))
            told.append([*named[: 3 if words[1:2] and words[1] in GROUPS else 2], *options])
    return told


GROUPS = {"audit", "receipt", "register", "rulebook", "offer"}


def sections_of(path: Path) -> list[str]:
    """How deep each section of a document lies, its title first."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r"^#+(?= )", text, re.MULTILINE)


@pytest.mark.parametrize(("english", "danish"), [READMES, *SISTERS], ids=lambda path: path.stem)
def test_sisters_have_the_same_sections_examples_and_commands(english: Path, danish: Path) -> None:
    assert sections_of(english) == sections_of(danish)
    assert commands_of(english) == commands_of(danish)
    kinds = [re.findall(r"^```(\w+)$", path.read_text(encoding="utf-8"), re.MULTILINE) for path in (english, danish)]
    assert kinds[0] == kinds[1]
    rows = [len(re.findall(r"^\|", path.read_text(encoding="utf-8"), re.MULTILINE)) for path in (english, danish)]
    assert rows[0] == rows[1]

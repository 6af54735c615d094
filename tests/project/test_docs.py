"""What the documents show is what the commands do."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli.main import sekskant as group
from engine.diagnostics import CODES
from engine.rulebooks.vocabulary_loader import load_vocabulary
from offers.records.offer import wrong_attributes
from tests.command import ROOT, here, sekskant
from tests.expected import agrees
from tests.project.test_tutorial import WALKTHROUGHS

DOCUMENTS = sorted(
    [
        ROOT / "README.md",
        ROOT / "README.da.md",
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "benchmarks" / "README.md",
    ]
)
CONSOLE = re.compile(r"^```console\n\$ (sekskant .*)\n((?:.*\n)*?)```$", re.MULTILINE)
BASH = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _commands(command: click.Command, prefix: str = "") -> Iterator[str]:
    """A command by its name, and all below it in the order in which its help lists them."""
    yield prefix
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _commands(below, f"{prefix} {name}".strip())


COMMANDS = tuple(_commands(group))


@pytest.mark.parametrize(
    "path", [d for d in DOCUMENTS if d not in WALKTHROUGHS], ids=lambda path: str(path.relative_to(ROOT))
)
def test_commands_in_the_documents_print_what_is_shown(path: Path) -> None:
    def shown(match: re.Match[str]) -> str:
        ran = sekskant(*shlex.split(match[1])[1:])
        assert ran.code == 0, ran.err
        return f"```console\n$ {match[1]}\n{ran.out.rstrip()}\n```"

    agrees(path, CONSOLE.sub(shown, path.read_text()))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_of_every_block_exist_with_their_options(path: Path) -> None:
    """Of blocks that are not run, too: those of `reclassify.md` name registers that nobody has here."""
    for block in BASH.findall(path.read_text()):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["sekskant"]:
                asked = here(*words[1:], "--help")  # which is answered where everything before it is understood
                assert asked.code == 0, asked.err


@pytest.mark.slow
def test_every_help_is_shown() -> None:
    parts = ["# Commands", "", "What `--help` prints, for every command.", ""]
    for command in COMMANDS:
        text = sekskant(*command.split(), "--help").out.rstrip()
        parts += [f"## {f'sekskant {command}'.strip()}", "", "```text", text, "```", ""]
    agrees(ROOT / "docs" / "reference" / "commands.md", "\n".join(parts))


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_help_is_as_wide_in_this_process_as_in_one_of_its_own(columns: int) -> None:
    """Else what this module expects hangs on which test comes first."""
    assert here("assess", "--help", columns=columns) == sekskant("assess", "--help", columns=columns, alone=True)


@pytest.mark.slow
def test_every_command_that_a_help_lists_is_shown() -> None:
    for command in COMMANDS:
        listed = sekskant(*command.split(), "--help").out.split("Commands:")[1:]
        for name in re.findall(r"^  ([\w-]+)  ", "".join(listed), re.MULTILINE):
            assert f"{command} {name}".strip() in COMMANDS


def test_every_diagnostic_is_listed() -> None:
    rows = "\n".join(f"| `{code}` | {meaning} |" for code, meaning in sorted(CODES.items()))
    text = (
        "# Diagnostics\n\n"
        "What is wrong with an input is said as `file:line:column: code: message`, with a hint where there is one.\n\n"
        f"| code | meaning |\n|---|---|\n{rows}\n"
    )
    agrees(ROOT / "docs" / "reference" / "diagnostics.md", text)


def test_links_between_the_documents_lead_somewhere() -> None:
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{path}: {target}"


def test_the_rulebook_in_the_documents_decides(tmp_path: Path) -> None:
    vocabulary, _, rulebook, later, cases = re.findall(
        r"```yaml\n(.*?)```", (ROOT / "docs" / "rulebooks.md").read_text(), re.DOTALL
    )
    (tmp_path / "vocabulary.yaml").write_text(vocabulary)
    (tmp_path / "visits.yaml").write_text(rulebook)
    offer = b"format: sekskant/offer/1\nid: x\nname: X\nevidence: {visits: {at_least: 4}}\n"
    ran = sekskant("assess", "-", "--rulebook", str(tmp_path / "visits.yaml"), "--lang", "en", stdin=offer)
    assert "GRANTED" in ran.out, ran.err
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "visits.yaml").write_text(cases)
    tested = sekskant("rulebook", "test", str(tmp_path), "--lang", "en")
    assert tested.code == 0, tested.out
    assert "2 cases, all as expected" in tested.out
    assert sekskant("rulebook", "check", str(tmp_path)).out == ""
    (tmp_path / "visits-2019.yaml").write_text(later)
    ran = sekskant("assess", "-", "--rulebook", str(tmp_path), "--year", "2019", "--lang", "en", stdin=offer)
    assert "V2a" in ran.out, ran.err
    assert sekskant("rulebook", "check", str(tmp_path)).out == ""


def test_the_attributes_in_the_documents_are_those_of_offers() -> None:
    _, written, *_ = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "rulebooks.md").read_text(), re.DOTALL)
    head = "format: sekskant/vocabulary/1\nid: example\ntitle: {da: Eksempel, en: Example}\n"
    vocabulary = load_vocabulary((head + written).encode(), "vocabulary.yaml")
    assert wrong_attributes(vocabulary, "vocabulary.yaml") == []
    assert [*vocabulary.facts] == ["area_children_and_youth", "area_adults", "act_section_SEL_107", "places"]


def test_the_offer_in_the_documents_is_the_example_file() -> None:
    in_documents = (ROOT / "docs" / "offer-files.md").read_text().split("```yaml\n")[1].split("```")[0]
    example = (ROOT / "docs" / "example.yaml").read_text()
    assert in_documents.split("\n", 1)[1] == example.split("\n", 1)[1]

"""What the documents show is what the commands do."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from cli.main import sekskant as group
from engine.diagnostics import CODES
from tests.command import ROOT, sekskant
from tests.expected import agrees

DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks" / "README.md"])
TUTORIAL = ROOT / "docs" / "tutorial.md"
"""Its commands follow on each other in a folder of their own: `test_tutorial.py` runs them."""
CONSOLE = re.compile(r"^```console\n\$ (sekskant .*)\n((?:.*\n)*?)```$", re.MULTILINE)
COMMANDS = ["", "assess", "audit", "audit export", "audit head", "audit history", "audit list", "audit override"]
COMMANDS += ["audit receipt", "audit replay", "audit show", "audit verify", "audit why", "audit why-not"]
COMMANDS += ["receipt", "receipt verify"]
COMMANDS += ["offer", "offer new", "preview", "reclassify", "register", "register check", "register show"]
COMMANDS += ["register template"]
RULEBOOK = ("list", "show", "new", "fmt", "check", "test", "prove", "diff", "table", "export")
COMMANDS += ["rulebook", *(f"rulebook {name}" for name in RULEBOOK)]


@pytest.mark.parametrize("path", [d for d in DOCUMENTS if d != TUTORIAL], ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_in_the_documents_print_what_is_shown(path: Path) -> None:
    def shown(match: re.Match[str]) -> str:
        ran = sekskant(*shlex.split(match[1])[1:])
        assert ran.code == 0, ran.err
        return f"```console\n$ {match[1]}\n{ran.out.rstrip()}\n```"

    agrees(path, CONSOLE.sub(shown, path.read_text()))


@pytest.mark.slow
def test_every_help_is_shown() -> None:
    parts = ["# Commands", "", "What `--help` prints, for every command.", ""]
    for command in COMMANDS:
        text = sekskant(*command.split(), "--help").out.rstrip()
        parts += [f"## {f'sekskant {command}'.strip()}", "", "```text", text, "```", ""]
    agrees(ROOT / "docs" / "reference" / "commands.md", "\n".join(parts))


def test_no_command_is_left_out() -> None:
    context = click.Context(group)

    def names(command: click.Command, prefix: str) -> list[str]:
        if not isinstance(command, click.Group):
            return [prefix]
        below = [(n, command.get_command(context, n)) for n in command.list_commands(context)]
        return [prefix] + [found for n, c in below if c for found in names(c, f"{prefix} {n}".strip())]

    listed = group.list_commands(context)
    assert {c.split()[0] for c in COMMANDS if c} == set(listed)
    for name in listed:
        ran = sekskant(name, "--help").out
        shown = re.findall(r"^  ([\w-]+)  ", ran.split("Commands:")[1], re.MULTILINE) if "Commands:" in ran else []
        assert {f"{name} {s}" for s in shown} <= set(COMMANDS)


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
    vocabulary, rulebook, cases = re.findall(
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


def test_the_offer_in_the_documents_is_the_example_file() -> None:
    shown = (ROOT / "docs" / "offer-files.md").read_text().split("```yaml\n")[1].split("```")[0]
    example = (ROOT / "docs" / "example.yaml").read_text()
    assert shown.split("\n", 1)[1] == example.split("\n", 1)[1]

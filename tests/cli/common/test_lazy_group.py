"""Commands are imported when they are called: no help waits for what only a run needs."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from cli.common.lazy_group import lazy_group
from cli.main import sekskant
from tests.command import ROOT

SLOW = ("dd", "jinja2", "junitparser", "narwhals", "openpyxl", "polars", "ruamel", "sqlalchemy", "xlsxwriter")
"""What takes long to import."""
ALL_HELP = """
import sys
from click.testing import CliRunner
from cli.main import sekskant
from tests.cli.common.test_lazy_group import commands
for path, command in commands():
    assert CliRunner().invoke(sekskant, [*path, "--help"]).exit_code == 0, path
    print(*path, sorted(set({slow}) & set(sys.modules)))
"""


def commands(group: click.Group = sekskant, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group, by the words that call it."""
    commands_below = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        commands_below.append(((*path, name), command))
        if isinstance(command, click.Group):
            commands_below += commands(command, (*path, name))
    return commands_below


def test_no_help_loads_what_is_slow() -> None:
    code = ALL_HELP.format(slow=SLOW)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(commands())
    assert [line for line in lines if not line.endswith("[]")] == []


@pytest.mark.parametrize("path", [path for path, c in commands() if isinstance(c, click.Group)], ids=" ".join)
def test_every_group_imports_its_commands_when_they_are_called(path: tuple[str, ...]) -> None:
    (group,) = (command for where, command in commands() if where == path)
    assert type(group).__qualname__ == f"{lazy_group.__qualname__}.<locals>.LazyGroup"

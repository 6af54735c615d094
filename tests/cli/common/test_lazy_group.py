"""Commands are imported when they are called: no help waits for what only a run needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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


OF_OTHERS = {"click", "durable", "durable_rules_engine", "pydantic_core", "rich", "typing_extensions", "yaml"}
"""What assessing an offer file uses that is not Python's own; the rest of a start is ours."""
NEVER_USED = {"bz2", "hashlib", "html", "lzma", "shutil", "sqlite3", "subprocess", "tempfile", "xml", "zipfile", "zlib"}
"""What of Python's own is slow to import, and that neither help nor an offer file uses."""
LOADED = """
import os, sys
before = set(sys.modules)
from cli.main import main
try:
    main()
except SystemExit:
    pass
os.write(2, ("\\n" + " ".join({name.partition(".")[0] for name in set(sys.modules) - before})).encode())
"""


OF_A_SMALL_TABLE = {
    "charset_normalizer",
    "dd",
    "engine.comparison.causes",
    "engine.journal.journal",
    "engine.journal.seal",
    "offers.comparison.comparison",
    "offers.tables.workbook",
    "python_calamine",
    "sqlalchemy",
    "urllib.request",
    "xlsxwriter",
}
"""What deciding a table of UTF-8 does without, where nothing is compared, recorded or listed."""
LOADED_BY_A_TABLE = """
import os, sys
from cli.main import main
try:
    main()
except SystemExit:
    pass
os.write(2, ("\\n" + " ".join(sys.modules)).encode())
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


def test_deciding_a_small_table_loads_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text("id,diagnoses\na,2\nb,ukendt\n", encoding="utf-8")
    options = ("--year", "2018", "--out", str(tmp_path / "run"), "--no-list", "--no-report")
    command = [sys.executable, "-c", LOADED_BY_A_TABLE, "reclassify", str(register), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    loaded = set(done.stderr.splitlines()[-1].split())
    assert "polars" in loaded, done.stderr
    assert loaded & OF_A_SMALL_TABLE == set()


def test_no_help_loads_what_is_slow() -> None:
    code = ALL_HELP.format(slow=SLOW)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(commands())
    assert [line for line in lines if not line.endswith("[]")] == []


@pytest.mark.parametrize(
    ("words", "used"),
    [
        (["--help"], {"click"}),
        (["assess", "offers/data/2018/gnisten.yaml"], OF_OTHERS),
        (["assess", "offers/data/2018/gnisten.yaml", "--lang", "da"], OF_OTHERS),
    ],
    ids=["help", "assess", "assess in Danish"],
)
def test_a_start_loads_what_it_uses_alone(words: list[str], used: set[str]) -> None:
    done = subprocess.run([sys.executable, "-c", LOADED, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    loaded = set(done.stderr.splitlines()[-1].split())
    python = {name.removeprefix("_") for name in loaded} & {n.removeprefix("_") for n in sys.stdlib_module_names}
    others = {name for name in loaded if name.removeprefix("_") not in python and "cython" not in name}
    assert others - {"cli", "engine", "offers", "rules"} - used == set()
    assert loaded & NEVER_USED == set()


@pytest.mark.parametrize("path", [path for path, c in commands() if isinstance(c, click.Group)], ids=" ".join)
def test_every_group_imports_its_commands_when_they_are_called(path: tuple[str, ...]) -> None:
    (group,) = (command for where, command in commands() if where == path)
    assert type(group).__qualname__ == f"{lazy_group.__qualname__}.<locals>.LazyGroup"

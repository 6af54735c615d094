"""The pages for those who change the project name files and rooms that are there, and every room."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import ROOT
from tests.expected import agrees

ARCHITECTURE = ROOT / "docs" / "architecture.md"
PAGES = [ROOT / "CONTRIBUTING.md", ARCHITECTURE]
PATH = re.compile(r"`((?:cli|engine|offers|rules|tests|docs|benchmarks)/[\w./-]*\w/?)`")
TO_BE_MADE = {"cli/assess/offer_diff.py"}
"""The file that an example makes."""
TABLE = re.compile(r"(?<=\| room \| what is in it \|\n\|---\|---\|\n)(?:\|.*\n)*")


def rooms() -> Iterator[tuple[str, str]]:
    """Each package of a floor, with what it says of itself."""
    for floor in ("cli", "offers", "engine"):
        for init in sorted((ROOT / floor).glob("**/__init__.py")):
            folder = init.parent.relative_to(ROOT).as_posix()
            if folder != floor:
                docstring = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))) or ""
                yield folder, docstring.partition("\n")[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_is_there(page: Path) -> None:
    named = set(PATH.findall(page.read_text(encoding="utf-8")))
    assert len(named) > 3
    assert [name for name in sorted(named - TO_BE_MADE) if not (ROOT / name).exists()] == []


def test_the_rooms_are_those_that_are_there() -> None:
    text = ARCHITECTURE.read_text(encoding="utf-8")
    table = "".join(f"| `{room}` | {says} |\n" for room, says in rooms())
    agrees(ARCHITECTURE, TABLE.sub(lambda _: table, text, count=1))
    assert table in text

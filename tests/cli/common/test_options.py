"""What several commands ask for is declared in one place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.command import ROOT

SHARED = ROOT / "cli" / "common" / "options.py"
DECLARED = re.compile(r'option\(\s*"(--[a-z-]+)"')


def flags_in(paths: list[Path]) -> set[str]:
    return {flag for path in paths for flag in DECLARED.findall(path.read_text())}


@pytest.mark.parametrize("flag", ["--lang", "--year", "--rulebook", "--format", "--journal", "--ignore-column"])
def test_an_option_that_commands_share_is_declared_with_them(flag: str) -> None:
    others = [path for path in (ROOT / "cli").rglob("*.py") if path != SHARED]
    assert flag in flags_in([SHARED])
    assert flag not in flags_in(others)

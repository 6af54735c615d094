"""What a run says of a table, for tests."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

from tests.command import here


def said(path: Path, *options: str, register: str | None = None) -> tuple[int, list[str]]:
    """The exit code of a run, and what it says on standard error but for how the table was read and what was new."""
    run = ("--year", "2018", "--rulebook", "hovedstaden.udviklingsstrategi", "--out", "run", "--lang", "en")
    with chdir(path.parent):
        ran = here("reclassify", register or path.name, *run, *options)
    lines = ran.err.splitlines()[1 if ran.err.startswith(f"{path.name}: sheet") else 0 :]
    return ran.code, [line for line in lines if " of statuses: " not in line]

"""A version of the shipped rulebook that follows, as changes to it."""

from __future__ import annotations

import textwrap
from pathlib import Path

from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook

HEAD = """\
format: sekskant/rulebook/2
id: hovedstaden.udviklingsstrategi
version: "2019"
based_on: "2018"
in_force: {from: 2019-01-01, until: 2019-12-31}
source: {da: Aftale 2019, en: Agreement 2019}
"""


def write_next(folder: Path, changes: str) -> Path:
    """A file with the changes of 2019, in a folder that is made if need be."""
    folder.mkdir(exist_ok=True, parents=True)
    file = folder / "2019.yaml"
    file.write_text(HEAD + textwrap.dedent(changes), encoding="utf-8")
    return file


def carried_on(folder: Path, changes: str) -> Rulebook:
    """The rulebook of 2019, loaded from a file of its own."""
    return Library().choose(str(write_next(folder, changes)), 2019)

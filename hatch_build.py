"""Compiles the catalogue of Danish texts when the project is installed or its wheel is built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledCatalogue(BuildHookInterface[Any]):
    """Puts `sekskant.mo`, which gettext reads, beside `sekskant.po`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogue."""
        folder = Path(self.root) / "engine" / "texts" / "da" / "LC_MESSAGES"
        with (folder / "sekskant.po").open("rb") as stream:
            catalogue = read_po(stream, locale="da", domain="sekskant")
        with (folder / "sekskant.mo").open("wb") as stream:
            write_mo(stream, catalogue)

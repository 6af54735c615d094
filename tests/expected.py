"""Files that say what the program says: compared, or written anew."""

from __future__ import annotations

import os
from pathlib import Path


def agrees(path: Path, text: str) -> None:
    """Whether a file holds a text; with SEKSKANT_WRITE_EXPECTED=1 in the environment it is written first."""
    if os.environ.get("SEKSKANT_WRITE_EXPECTED") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, "run with SEKSKANT_WRITE_EXPECTED=1 to write what is said now"

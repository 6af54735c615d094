"""What was written for people, opened by LibreOffice and printed: as programs that people have read it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE, POPPLER = shutil.which("soffice"), shutil.which("pdftotext")
needs_office = pytest.mark.skipif(
    SOFFICE is None or POPPLER is None, reason="LibreOffice, or Poppler that reads what it prints, is not installed"
)


def converted(path: Path, ending: str, folder: Path) -> Path:
    """A file as LibreOffice saves it with another ending, in a folder."""
    folder.mkdir(exist_ok=True)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", ending, "--outdir", str(folder), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    made = folder / f"{path.stem}.{ending}"
    assert made.is_file(), done.stderr
    return made


def printed(path: Path) -> list[str]:
    """The text of each page of a PDF, laid out as it is printed."""
    command = ["pdftotext", "-layout", "-enc", "UTF-8", str(path), "-"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    return done.stdout.decode().split("\f")[:-1]

"""What was written for people, opened by LibreOffice and printed: as programs that people have read it."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

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


class Word(NamedTuple):
    """A word on a page, and the box around it: left, top, right and bottom as shares of the page's width and height."""

    text: str
    box: tuple[float, float, float, float]


class PagePicture(NamedTuple):
    """A page as a printer without colours prints it: a byte for each dot, 0 black and 255 white, row by row."""

    width: int
    height: int
    dots: bytes
    words: Sequence[Word]

    @property
    def ink(self) -> tuple[float, float, float, float] | None:
        """The box around all that is not white, as a word has one; None where the page is blank."""
        rows = [self.dots[row * self.width : (row + 1) * self.width] for row in range(self.height)]
        inked = [number for number, row in enumerate(rows) if min(row) < _WHITE]
        if not inked:
            return None
        left = min(len(row) - len(row.lstrip(_WHITES)) for row in rows)
        right = max(len(row.rstrip(_WHITES)) for row in rows)
        return left / self.width, inked[0] / self.height, right / self.width, (inked[-1] + 1) / self.height

    def contrast(self, word: Word) -> float:
        """How much lighter the lightest dot around a word is than the darkest, from 1 to 21, as WCAG 2 reckons it."""
        left, top, right, bottom = word.box
        columns = slice(int(left * self.width), max(int(right * self.width), int(left * self.width) + 1))
        rows = range(int(top * self.height), max(int(bottom * self.height), int(top * self.height) + 1))
        dots = [dot for row in rows for dot in self.dots[row * self.width : (row + 1) * self.width][columns]]
        light, dark = (_luminance(dot) + 0.05 for dot in (max(dots), min(dots)))
        return light / dark


_WHITE = 250
_WHITES = bytes(range(_WHITE, 256))
_BOX = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')
_PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)


def _luminance(grey: int) -> float:
    share = grey / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def pictures(path: Path, folder: Path, dots_per_inch: int = 110) -> list[PagePicture]:
    """The pages of a PDF as pictures in grey, with the words on them."""
    folder.mkdir(exist_ok=True)
    command = ["pdftoppm", "-gray", "-r", str(dots_per_inch), str(path), str(folder / "page")]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    command = ["pdftotext", "-bbox", str(path), "-"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    pages = _PAGE.findall(done.stdout.decode("utf-8"))
    return [_picture(file, *page) for file, page in zip(sorted(folder.glob("page*.pgm")), pages, strict=True)]


def _picture(file: Path, width: str, height: str, words: str) -> PagePicture:
    data = file.read_bytes()
    head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", data)
    assert head is not None, file
    found = []
    for left, top, right, bottom, text in _BOX.findall(words):
        wide, high = float(width), float(height)
        box = float(left) / wide, float(top) / high, float(right) / wide, float(bottom) / high
        found.append(Word(html.unescape(text), box))
    return PagePicture(int(head[1]), int(head[2]), data[head.end() :], found)

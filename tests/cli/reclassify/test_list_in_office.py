"""The list of a run in LibreOffice: the same sheets and cells; on paper one page wide, headings again on each page."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pytest

from cli.common.in_short import MARKS
from cli.common.workbook_file import _FILLS
from engine.texts.catalogue import Language
from tests.command import DATA, here
from tests.office import converted, needs_office, printed

pytestmark = [pytest.mark.slow, needs_office]
YEAR = ("--year", "2018")


@pytest.fixture(scope="module", params=get_args(Language))
def listed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The list of the shipped offers, in either language."""
    out = tmp_path_factory.mktemp("list") / "run"
    spoken = ("--previous", "published", "--lang", request.param, "--no-report")
    assert here("reclassify", str(DATA), *YEAR, *spoken, "--out", str(out)).code == 0
    return out / "decisions.xlsx"


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    """The cells of each sheet."""
    return {sheet.title: [list(row) for row in sheet.values] for sheet in openpyxl.load_workbook(path)}


def test_it_holds_the_same_once_it_was_saved_there(listed: Path, tmp_path: Path) -> None:
    own, theirs = sheets(listed), sheets(converted(listed, "xlsx", tmp_path))
    assert list(theirs) == list(own)
    for title, rows in own.items():
        assert theirs[title] == rows
    # What stays in view is kept by a window alone, which no conversion has.
    saved = openpyxl.load_workbook(tmp_path / "decisions.xlsx")
    for sheet in saved:
        assert sheet.auto_filter.ref is not None
        assert sheet.print_title_rows == "$1:$1"


def test_on_paper_each_page_has_the_headings_and_a_sheet_is_one_page_wide(listed: Path, tmp_path: Path) -> None:
    pages = printed(converted(listed, "pdf", tmp_path))
    heads = {sheet.title: _printed_heads(sheet) for sheet in openpyxl.load_workbook(listed)}
    own = [[title for title, of in heads.items() if _stands_over(page, of)] for page in pages]
    assert all(own), [page for page, titles in zip(pages, own, strict=True) if not titles]
    counted = {title: sum(title in titles for titles in own) for title in heads}
    assert min(counted.values()) >= 1
    assert max(counted.values()) > 1  # of a long sheet each
    numbers = [page.split()[-3:] for page in pages]
    assert numbers == [[str(number), "/", str(len(pages))] for number in range(1, len(pages) + 1)]


def _printed_heads(sheet: Any) -> list[str]:
    """The headings that stand on paper: of changes the first ones alone."""
    heads, *_ = sheet[sheet.print_area.partition("!")[2]] if sheet.print_area else sheet.rows
    return [str(cell.value) for cell in heads]


def _stands_over(page: str, heads: list[str]) -> bool:
    """Whether the first words of all headings stand at the top of a page, the last as well as the first."""
    top = " ".join(" ".join(page.splitlines()[:4]).split())
    return all(head.split()[0] in top for head in heads)


def test_what_a_colour_says_stands_there_in_a_sign_too(listed: Path, tmp_path: Path) -> None:
    pages = printed(converted(listed, "pdf", tmp_path))
    first, second, *_ = sheets(listed).values()
    cells = [str(cell) for row in (*first[1:], *second[1:]) for cell in row if str(cell)[:1] in MARKS.values()]
    text = " ".join(pages)
    for mark in set(MARKS.values()):
        assert sum(cell.startswith(mark) for cell in cells) <= text.count(mark)
    # Black on each colour is read in black and white, and the colours themselves are told apart there by their signs.
    lightness = [_lightness(colour) for colour in _FILLS.values()]
    assert min(lightness) > 0.6
    assert set(_FILLS) == {*MARKS.values()}
    assert all(one != other for one, other in itertools.combinations(_FILLS, 2))


def _lightness(colour: str) -> float:
    """The relative luminance of a colour, by WCAG 2."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

"""Every page in a browser: at each width, enlarged and in print nothing overflows, no word is cut, all can be read."""

from __future__ import annotations

import itertools
import re
from statistics import mean, pstdev
from typing import get_args

import pytest

from cli.common.paper_page import paper_page
from engine.explanation.paper import Pairs, Paper, Statement
from engine.texts.catalogue import Language
from tests.browser import A4, LANDSCAPE, SCREENS, broken, greys, needs_chromium, opened, violations
from tests.cli.views.test_views import EXPECTED
from tests.command import DATA, here

pytestmark = [pytest.mark.slow, needs_chromium]
STRATEGY = "hovedstaden.udviklingsstrategi"
LANGUAGES = get_args(Language)
LONG_ID = re.compile(r"cut: ([0-9a-f]{64}$|\(?hovedstaden\.udviklingsstrategi)")
"""A digest, or an id that is longer in bold than a telephone is wide."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every page that is written, in both languages, by its name."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in EXPECTED.glob("*.html")}
    for language in LANGUAGES:
        spoken = ("--lang", language)
        page = ("--format", "html", *spoken)
        texts[f"truth-table.{language}"] = here("rulebook", "table", STRATEGY, *page).out
        texts[f"shipped.{language}"] = here("assess", str(DATA), "--year", "2018", *page).out
        paper = tmp_path_factory.mktemp("paper") / "paper.html"
        asked = ("paper", "committee", str(DATA), "--year", "2018", "--out", str(paper), *spoken)
        assert here(*asked).code == 0
        texts[f"paper.{language}"] = paper.read_text(encoding="utf-8")
        run = tmp_path_factory.mktemp("report") / "run"
        decided = ("reclassify", str(DATA), "--year", "2018", "--previous", "published", "--no-list", *spoken)
        assert here(*decided, "--out", str(run)).code == 0
        texts[f"report.{language}"] = (run / "summary.html").read_text(encoding="utf-8")
    return texts


@pytest.mark.parametrize("screen", SCREENS)
def test_on_every_screen_a_page_can_be_read(pages: dict[str, str], screen: str) -> None:
    """No violation by axe-core, nothing that overflows, no word that is cut."""
    with opened(SCREENS[screen]) as page:
        wrong = {}
        for name, text in pages.items():
            page.set_content(text)
            wrong[name] = [one for one in (*broken(page), *violations(page)) if not LONG_ID.match(one)]
    assert {name: found for name, found in wrong.items() if found} == {}


def test_no_part_of_a_path_is_cut() -> None:
    """Wherever the register of a paper lies: paths of every length, of both kinds of system, that end in a year."""
    wrong = {}
    with opened(SCREENS["telephone"]) as page:
        for root, length in itertools.product(("/", "C:\\"), range(1, 40)):
            path = root + root[-1].join(["n" * (length // 2), "x" * (length - length // 2), "data", "2018"])
            front = (Pairs((("Source", Statement(path, ())),)),)
            page.set_content(paper_page(Paper("annex", "en", "Annex", 2018, None, front, (), ())).decode())
            wrong[path] = broken(page)
    assert {path: found for path, found in wrong.items() if found} == {}


def test_what_is_wrong_with_a_page_is_found() -> None:
    text = "<title>x</title><p style='width: 1300px; color: #999'>Too wide<img src=x>"
    with opened(SCREENS["telephone"], text) as page:
        assert broken(page) == ["the page is 1308 wide"]
        rules = {one.split(":")[0] for one in violations(page)}
        assert rules >= {"html-has-lang", "image-alt", "color-contrast"}


def test_printed_on_a4_a_page_can_be_read(pages: dict[str, str]) -> None:
    with opened(A4) as page:
        page.emulate_media(media="print")
        wrong = {}
        for name, text in pages.items():
            paper = LANDSCAPE if "size: A4 landscape; margin: 15mm" in text else A4
            page.set_viewport_size({"width": paper.width, "height": paper.height})
            page.set_content(text)
            wrong[name] = [one for one in (*broken(page), *violations(page)) if not LONG_ID.match(one)]
            printed = page.pdf(prefer_css_page_size=True, tagged=True)
            assert printed.startswith(b"%PDF-")
            assert b"/StructTreeRoot" in printed
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_parts_of_charts_are_told_apart_in_black_and_white(pages: dict[str, str], language: str) -> None:
    with opened(A4._replace(scale=4), pages[f"report.{language}"]) as page:
        page.emulate_media(media="print")
        page.add_style_tag(content="svg { filter: grayscale(1) } body { padding: 10px !important }")
        for figure in page.locator("figure").all():
            figure.scroll_into_view_if_needed()
            signs = figure.locator("svg > rect[width='14']").all()
            looks = [greys(page, sign.screenshot()) for sign in signs]
            for one, other in itertools.combinations(looks, 2):
                assert abs(mean(one) - mean(other)) > 25 or abs(pstdev(one) - pstdev(other)) > 15
        assert page.locator("figure").count() == 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_offers_are_found_by_words_and_by_lists(pages: dict[str, str], language: str) -> None:
    with opened(SCREENS["desk"], pages[f"report.{language}"]) as page:
        shown, rows = page.locator("#offers tbody tr:not([hidden])"), page.locator("#offers tbody tr")
        assert shown.count() == rows.count() > 20
        name = rows.nth(7).locator("th").inner_text().splitlines()[0]
        page.fill("#search", name.upper())
        assert 0 < shown.count() < rows.count()
        assert all(name.lower() in row.inner_text().lower() for row in shown.all())
        assert page.locator("#shown").inner_text().startswith(f"{shown.count()} ")
        page.fill("#search", "")
        page.locator(".search select").nth(2).select_option(index=1)
        assert 0 < shown.count() < rows.count()

"""Pages in Debian's Chromium, driven by Playwright: how they are laid out, what axe-core says of them, and in print."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page, sync_playwright

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
_AXE = resources.files("axe_playwright_python").joinpath("axe.min.js")
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
_BROKEN = """
() => {
  const found = [], root = document.documentElement, style = e => getComputedStyle(e);
  if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} wide`);
  const scrolls = e => e.closest("svg") || ["auto", "scroll"].includes(style(e).overflowX);
  for (const e of document.querySelectorAll("body *"))
    if (!scrolls(e) && !["inline", "none"].includes(style(e).display)
        && e.clientWidth && e.scrollWidth > e.clientWidth + 1)
      found.push(`overflows: ${e.textContent.trim().slice(0, 50)}`);
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
  for (let node; node = walk.nextNode();)
    for (const word of node.data.matchAll(/[^\\s\\u00a0/\\\\-]+/g)) {
      range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) found.push(`cut: ${word[0]}`);
    }
  return found;
}
"""
_GREYS = """
async image => {
  const bitmap = await createImageBitmap(await (await fetch("data:image/png;base64," + image)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height), context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height), greys = [];
  for (let i = 0; i < data.length; i += 4) greys.push(.2126 * data[i] + .7152 * data[i + 1] + .0722 * data[i + 2]);
  return greys;
}
"""


class Screen(NamedTuple):
    """A screen: its width and height in CSS pixels, and how many of its own pixels each of them has."""

    width: int
    height: int
    scale: float = 1


SCREENS = {
    "telephone": Screen(320, 900),
    "400 per cent": Screen(320, 256, 4),  # of a window of 1280 by 1024
    "tablet": Screen(768, 900),
    "desk": Screen(1280, 900),
}
A4, LANDSCAPE = Screen(673, 989), Screen(1009, 680)
"""What the margins of a printed page leave of A4, upright and on its side."""


@contextmanager
def opened(screen: Screen, text: str = "", **more: Any) -> Iterator[Page]:
    """A page as a browser shows it on a screen; nothing is fetched."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        size: Any = {"width": screen.width, "height": screen.height}
        page = browser.new_page(viewport=size, device_scale_factor=screen.scale, offline=True, **more)
        page.set_content(text)
        yield page
        browser.close()


def broken(page: Page) -> list[str]:
    """What overflows, and which words are cut; what is drawn, and what can be scrolled by itself, is not looked at."""
    found: list[str] = page.evaluate(_BROKEN)
    return found


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong: the rule, with the parts of the page that break it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, rules)", _RULES)["violations"]
    return [f"{rule['id']}: {node['html'][:120]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def greys(page: Page, image: bytes) -> list[float]:
    """How light each pixel of a PNG is, from 0 to 255."""
    browser = page.context.browser
    assert browser is not None
    blank = browser.new_page()  # what the page itself may do, its own policy says
    found: list[float] = blank.evaluate(_GREYS, base64.b64encode(image).decode())
    blank.close()
    return found

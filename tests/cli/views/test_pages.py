"""On a page as wide as a telephone, a tablet and a desk nothing overflows and no word is cut; tried in a browser.

What is drawn, and what can be scrolled by itself, is not looked at.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import get_args

import pytest

from engine.texts.catalogue import Language
from tests.cli.views.test_views import EXPECTED
from tests.command import DATA, here

CHROMIUM = shutil.which("chromium")
WIDTHS = (320, 768, 1280)
STRATEGY = "hovedstaden.udviklingsstrategi"
LOOK = """
function wrong(page) {
  const found = [], root = page.documentElement, style = e => page.defaultView.getComputedStyle(e);
  if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} wide`);
  const scrolls = e => e.closest("svg") || ["auto", "scroll"].includes(style(e).overflowX);
  for (const e of page.querySelectorAll("body *"))
    if (!scrolls(e) && !["inline", "none"].includes(style(e).display)
        && e.clientWidth && e.scrollWidth > e.clientWidth + 1)
      found.push(`overflows: ${e.textContent.trim().slice(0, 50)}`);
  const walk = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT), range = page.createRange();
  for (let node; node = walk.nextNode();)
    for (const word of node.data.matchAll(/[^\\s\\u00a0/-]+/g)) {
      range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) found.push(`cut: ${word[0]}`);
    }
  return found;
}
addEventListener("load", () => {
  const found = {};
  for (const frame of document.querySelectorAll("iframe")) found[frame.id] = wrong(frame.contentDocument);
  document.querySelector("pre").textContent = JSON.stringify(found);
});
"""


def pages() -> dict[str, str]:
    """Every page that is written, in both languages, by its name."""
    texts = {path.stem: path.read_text() for path in EXPECTED.glob("*.html")}
    for language in get_args(Language):
        spoken = ("--format", "html", "--lang", language)
        texts[f"truth-table.{language}"] = here("rulebook", "table", STRATEGY, *spoken).out
        texts[f"shipped.{language}"] = here("assess", str(DATA), "--year", "2018", *spoken).out
    return texts


def looked_at(texts: dict[str, str], folder: Path) -> dict[str, list[str]]:
    """What is wrong with each page at each width, as a browser lays it out: each stands in a frame of that width."""
    frames = [
        f'<iframe id="{name} {width}" width="{width}" height="900" srcdoc="{html.escape(text)}"></iframe>'
        for name, text in texts.items()
        for width in WIDTHS
    ]
    wrapper = folder / "pages.html"
    wrapper.write_text(
        f"<!doctype html><meta charset=utf-8><style>iframe {{border: 0}}</style>{''.join(frames)}<pre></pre>"
        f"<script>{LOOK}</script>"
    )
    assert CHROMIUM is not None
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000", "--dump-dom")
    command = [CHROMIUM, *options, f"--user-data-dir={folder / 'profile'}", wrapper.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search("<pre>(.+?)</pre>", done.stdout, re.DOTALL)
    assert found is not None, done.stderr
    looks: dict[str, list[str]] = json.loads(html.unescape(found[1]))
    return looks


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_no_page_overflows_or_cuts_a_word(tmp_path: Path) -> None:
    texts = pages()
    found = looked_at({**texts, "too wide": "<p style='width: 1300px'>x"}, tmp_path)
    assert found.pop("too wide 320") == ["the page is 1308 wide"]
    assert len(found) == 3 * len(texts) + 2
    is_long = re.compile(r"cut: \(?hovedstaden\.udviklingsstrategi")  # an id, longer in bold than a telephone is wide
    left = {name: [one for one in wrong if not is_long.match(one)] for name, wrong in found.items()}
    assert {name: wrong for name, wrong in left.items() if wrong and not name.startswith("too wide")} == {}

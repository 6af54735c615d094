"""The report of a run: what its charts and its table of offers say is what was decided; nothing in it is fetched."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from cli.common.in_short import MARKS
from cli.reclassify import reclassify as command
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.library import Library
from tests.cli.reclassify.test_list_file import EVIL, run
from tests.command import DATA, here

STRATEGY, MOST = RULEBOOKS = Library().in_force(2018)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real") / "run"
    arguments = ("--previous", "published", "--lang", "en", "--no-list")
    assert here("reclassify", str(DATA), "--year", "2018", "--out", str(folder), *arguments).code == 0
    return folder


def page_of(folder: Path) -> str:
    return (folder / "summary.html").read_text(encoding="utf-8")


def tables(page: str) -> dict[str, list[list[str]]]:
    """The tables of the charts by their titles, each row with its cells."""
    found = {}
    for figure in re.findall(r"(?s)<figure>.*?</figure>", page):
        title = html.unescape(re.findall(r"<figcaption>(.*?)</figcaption>", figure)[0])
        rows = re.findall(r"(?s)<tr>(.*?)</tr>", figure)
        found[title] = [[html.unescape(cell) for cell in re.findall(r">([^<>]*)</t[hd]>", row)] for row in rows]
    return found


def test_every_offer_stands_in_it_with_what_was_decided(real: Path) -> None:
    wording, page = Wording("en"), page_of(real)
    rows = re.findall(r"(?s)<tr data-choices=.*?</tr>", page)
    decided = [pl.read_parquet(real / "decisions" / f"{r.name}.parquet").to_dicts() for r in RULEBOOKS]
    assert len(rows) == len(decided[0])
    for row, *of_offer in zip(rows, *decided, strict=True):
        outcomes = [html.unescape(text) for text in re.findall(r"<strong>(.*?)</strong>", row)]
        labels = [{v.value: wording.text(o.label) for v, o in rulebook.outcomes.items()} for rulebook in RULEBOOKS]
        verdicts = [decision["verdict"] for decision in of_offer]
        assert outcomes == [f"{MARKS[v]} {words[v]}" for v, words in zip(verdicts, labels, strict=True)]
        assert f">{of_offer[0]['offer']}<" in row


def test_the_charts_count_what_was_decided(real: Path) -> None:
    found = tables(page_of(real))
    for rulebook in RULEBOOKS:
        decided = pl.read_parquet(real / "decisions" / f"{rulebook.name}.parquet")
        _, *rows = found[f"{rulebook.title.en}: how the criteria come out"]
        statuses = ("met", "not_met", "unknown", "not_applicable")
        assert rows == [
            [c.id, *(str(Counter(decided[c.id].to_list())[status]) for status in statuses)] for c in rulebook.criteria
        ]
        _, *groups = found[f"{rulebook.title.en}: outcome for each target group"]
        words = [word for cell in decided["target_group"] for word in (cell or "").split("|")]
        assert sum(int(cell) for row in groups for cell in row[1:]) == len(words)
        changes = pl.read_csv(real / "changes.csv").filter(pl.col("rulebook") == rulebook.id)["change"].to_list()
        _, *in_and_out = found[f"{rulebook.title.en}: in and out since the run before"]
        assert [row[1] for row in in_and_out] == [
            str(changes.count(change)) for change in ("entered", "left", "undetermined")
        ]


def test_each_chart_says_in_words_what_it_shows(real: Path) -> None:
    page = page_of(real)
    charts = re.findall(r"(?s)<svg .*?</svg>", page)
    assert len(charts) == 6
    for number, chart in enumerate(charts, 1):
        assert f'aria-labelledby="chart-{number}-title chart-{number}-description"' in chart
        assert re.search(r"<title id=.*?>[^<]+</title>", chart)
        assert f'<desc id="chart-{number}-description">' in chart


def test_nothing_is_fetched_and_no_other_script_can_run(real: Path) -> None:
    page = page_of(real)
    assert not re.search(r"https?:|//\w+\.\w+|src=|@import|url\((?!#)", page)
    (script,) = re.findall(r"(?s)<script>(.*?)</script>", page)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in page


def test_hostile_names_are_texts(tmp_path: Path) -> None:
    name = "</script><script>alert(1)</script>" + EVIL.replace('"', '""')
    run(tmp_path, rows=[f'a,"{name}",region,"<img src=x>",,,,4,,,,', "c,Fejl,region,R,,,,mange,,,,"])
    page = page_of(tmp_path / "run")
    assert page.count("<script>") == 1
    assert "<img" not in page
    assert "\u202e" not in page
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in page


def test_what_an_offer_is_found_by_is_what_the_lists_offer(tmp_path: Path) -> None:
    run(tmp_path)
    page = page_of(tmp_path / "run")
    lists = [
        {int(number): html.unescape(word) for number, word in re.findall(r'<option value="(\d+)">(.*?)</option>', one)}
        for one in re.findall(r"(?s)<select.*?</select>", page)
    ]
    found = [json.loads(html.unescape(text)) for text in re.findall(r'data-choices="(.*?)"', page)]
    named = [[[words[n] for n in numbers] for words, numbers in zip(lists, one, strict=True)] for one in found]
    assert named[0][:2] == [["Gentofte"], ["developmental disorders"]]
    assert named[1][:2] == [["no municipality"], ["developmental disorders", "homelessness"]]
    assert named[0][2] == ["not covered by the development strategy"]


@pytest.mark.slow
def test_without_the_report_the_summary_has_figures_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path, "--no-report")
    plain = page_of(tmp_path / "run")
    assert "<script" not in plain
    assert "Ålykke" not in plain
    monkeypatch.setattr(command, "MOST_LISTED", 2)
    assert "what --list and --report would write was not written" in run(tmp_path).err
    assert page_of(tmp_path / "run") == plain
    assert "what --list would write" in run(tmp_path, "--report").err
    assert "Ålykke" in page_of(tmp_path / "run")


def test_the_same_register_gives_the_same_page(tmp_path: Path) -> None:
    pages = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        run(tmp_path / name)
        pages.append(page_of(tmp_path / name / "run"))
    assert pages[0] == pages[1]

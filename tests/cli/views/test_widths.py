"""In a terminal of any usual width no word is cut, no number is parted from its unit, and nothing is left out."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.common.column_widths import LONGEST
from cli.common.screen import Piece, Screen
from engine.texts.catalogue import Language
from engine.texts.unbroken import NO_BREAK, unbroken
from tests.chance import tried
from tests.cli.views.test_views import VIEWS, place, shown
from tests.command import ROOT, here

__all__ = ["place"]
WIDTHS = (60, 80, 100, 120)
WIDE = 2000
"""Wide enough that nothing is broken over lines."""
STRATEGY, SPECIALISED = "hovedstaden.udviklingsstrategi", "hovedstaden.mest-specialiserede"
OTHERS: dict[str, dict[str, Any]] = {
    " ".join(command): {"command": command, "code": code}
    for command, code in (
        (["rulebook", "list"], 0),
        (["rulebook", "show", STRATEGY], 0),
        (["rulebook", "show", SPECIALISED], 0),
        (["rulebook", "table", STRATEGY], 0),
        (["rulebook", "table", SPECIALISED], 0),
        (["rulebook", "diff", STRATEGY, SPECIALISED], 0),
        (["rulebook", "prove", STRATEGY], 0),
        (["rulebook", "prove", SPECIALISED, "--implies", STRATEGY], 5),
        (["rulebook", "test", "--coverage"], 0),
        (["register", "show"], 0),
        (["register", "check"], 5),
        (["audit", "list", "--latest", "3"], 0),
    )
}
READ = {name: view for name, view in VIEWS.items() if "command" in view and "ends" not in view} | OTHERS
READ = {name: view for name, view in READ.items() if "replay" not in view["command"]}
"""What is rendered for the width of the terminal; a replay has a line for each entry, which names paths."""


def words_of(text: str) -> set[str]:
    """The words of a text, without the lines that are drawn, and without the colon after what a column is called."""
    return {word.removesuffix(":") for word in re.sub("[│├└─═]+", " ", text).split()}


def cut_words(narrow: str, wide: str) -> set[str]:
    """What stands in a narrow text and is no word of the wide one."""
    long = [word for word in words_of(wide) if len(word) > LONGEST]
    return {word for word in words_of(narrow) - words_of(wide) if not any(word in whole for whole in long)}


def longest_line(text: str) -> int:
    """The length of the longest line, but for digests and the lines of an offer file."""
    read, *_ = re.sub("[0-9a-f]{64}", "", text).split("\n# ")
    return max(map(len, read.split("\n")))


def together(text: str) -> Counter[str]:
    """The numbers that stand beside their unit, and how often."""
    return Counter(re.findall(rf"\S*(?:{NO_BREAK}\S+)+", unbroken(text)))


@pytest.mark.slow
@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("name", READ)
def test_what_is_read_fits_the_terminal(name: str, language: Language, place: Path) -> None:
    wide = shown(READ[name], language, place, WIDE)
    for columns in WIDTHS:
        narrow = shown(READ[name], language, place, columns)
        assert cut_words(narrow, wide) == set(), f"cut at {columns} columns"
        assert {w for w in words_of(wide) - words_of(narrow) if len(w) <= LONGEST} == set(), f"left out at {columns}"
        assert longest_line(narrow) <= columns
        assert together(wide) - together(narrow) == Counter(), f"parted at {columns} columns"


cells = st.lists(st.sampled_from(["udviklingsstrategi", "12 pr. 10.000", "ja", "ikke", "49,97 %", "§ 107"]), max_size=6)


@tried(200)
@given(
    rows=st.lists(st.lists(cells, min_size=4, max_size=4), min_size=1, max_size=4),
    widths=st.one_of(st.just(()), st.permutations([None, 3, 14, 22])),
    below=st.sampled_from([None, 0, 3]),
    columns=st.integers(24, 120),
)
def test_no_table_cuts_a_word_or_leaves_one_out(
    rows: list[list[list[str]]], widths: tuple[int | None, ...], below: int | None, columns: int
) -> None:
    heads = ["Nr.", "Kriterium", "Opfyldelse", "Oplysninger"]
    screen = Screen(columns)
    screen.table(heads, [[[Piece(" ".join(cell))] for cell in row] for row in rows], widths, below=below)
    text = screen.taken()
    assert max(map(len, text.split("\n"))) <= columns
    read, written = Counter(words_of(text)), [word for row in rows for cell in row for word in cell]
    assert set(read) <= words_of(" ".join([*written, *heads]))
    assert {one for word in written for one in together(word)} <= set(together(text))
    for word in ("udviklingsstrategi", "ja", "ikke"):
        assert len(re.findall(rf"\b{word}\b", text)) == written.count(word)


@pytest.mark.slow
@pytest.mark.parametrize("language", get_args(Language))
def test_what_a_run_says_fits_the_terminal_and_its_file_has_one_width(language: Language, tmp_path: Path) -> None:
    views = ROOT / "tests" / "cli" / "views"
    spoken = ("--year", "2018", "--lang", language, "--no-list", "--no-report")
    assert here("reclassify", str(views / "before.csv"), *spoken, "--out", str(tmp_path / "before")).code == 0
    files, printed = set(), {}
    for columns in (*WIDTHS, WIDE):
        out = tmp_path / str(columns)
        previous = ("--previous", str(tmp_path / "before"), "--out", str(out))
        printed[columns] = here("reclassify", str(views / "after.csv"), *spoken, *previous, columns=columns).out
        files.add((out / "summary.txt").read_text(encoding="utf-8"))
    assert len(files) == 1
    for columns in WIDTHS:
        assert longest_line(printed[columns]) <= columns
        assert cut_words(printed[columns], printed[WIDE]) == set()

"""No number is parted from what it counts, in a terminal of any width and on a page."""

from __future__ import annotations

import pytest

from cli.common.screen import Piece, Screen
from engine.texts.unbroken import NO_BREAK, unbroken

TEXT = "Tilfælde: 12 pr. 10.000 indbyggere, andelen er 49,97 % efter § 107, 0,03 procentpoint under, den 2. maj 2017."
TOGETHER = ("12 pr. 10.000", "49,97 %", "§ 107", "0,03 procentpoint", "2. maj")


@pytest.mark.parametrize("width", range(24, 70))
def test_in_a_terminal(width: int) -> None:
    screen = Screen(width)
    screen.paragraph(TEXT, bullet="• ")
    screen.table(["", ""], [[[Piece("A1")], [Piece(TEXT)]]], [2, None])
    lines = screen.taken().splitlines()
    assert [sum(together in line for line in lines) for together in TOGETHER] == [2] * len(TOGETHER)


def test_on_a_page() -> None:
    assert unbroken(TEXT).count(NO_BREAK) == 6
    assert unbroken(TEXT).replace(NO_BREAK, " ") == TEXT


@pytest.mark.parametrize("text", ["3 %s", "A1 og A2", "i 2017 er 3 opfyldt", "a. 3 maj"])
def test_other_spaces_may_end_a_line(text: str) -> None:
    assert unbroken(text).count(NO_BREAK) == ("%" in text)

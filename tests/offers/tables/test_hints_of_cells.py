"""What a hint proposes for a cell can be written there: it is read, in either decimal sign."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from engine.diagnostics import Diagnostic, Place
from engine.rulebooks.library import Library
from offers.records.notation import OFFER_FILE, Notation
from offers.tables.cells import DecimalSign, read_cell
from tests.chance import AT_THE_DESK, SOAK, chance
from tests.offers.columns.test_readers_agree import form_of_cell, mutated

FACTS = Library().in_force(2018)[0].vocabulary.facts
CELLS = (3_000 if AT_THE_DESK else 30_000) * SOAK
NAMES = ["cases_per_10000", "diagnoses", "severe_complexities", "outside_share", "large_catchment_needed"]
PROPOSING = re.compile(r"\b(?:write|did you mean|one of|as|it is|% is|such as)(?: or|,)? ((?:(?:, | or )?`[^`]+`)+)")
NO_SHARE = (
    "it is no share, so that nothing is in per cent: write a number such as `0,495`, a bound such as `>=2`, "
    "a range such as `2..3`, or `ukendt`"
)
PER_CENT = re.compile(r"% is (\S+)\Z")


def proposed_in(hint: str) -> Iterator[str]:
    """The cells that a hint proposes; which signs of bounds go together is none."""
    if hint in (str(Notation(".").bounds), str(Notation(",").bounds)):
        return
    for several in PROPOSING.findall(hint):
        yield from re.findall("`([^`]+)`", several)
    yield from PER_CENT.findall(hint)


def diagnostics_of(text: str, name: str, sign: DecimalSign) -> list[Diagnostic]:
    diagnostics: list[Diagnostic] = []
    read_cell(text, FACTS[name], sign, Place("table"), diagnostics)
    return diagnostics


@pytest.mark.parametrize("sign", [".", ","])
def test_what_a_hint_proposes_is_read(sign: DecimalSign) -> None:
    random, proposed, refused = chance(f"hints {sign}"), 0, list[str]()
    for number in range(CELLS):
        name = NAMES[number % len(NAMES)]
        column = "outside_share_2014" if name == "outside_share" else name
        text = mutated(form_of_cell(column, random), random)
        text = text.replace(".", ",").replace(",,", "..") if sign == "," and random.random() < 0.8 else text
        for diagnostic in diagnostics_of(text, name, sign):
            for cell in proposed_in(diagnostic.hint or ""):
                proposed += 1
                if said := diagnostics_of(cell, name, sign):
                    refused.append(f"{name} {text!r}: {diagnostic.hint}: {cell!r} is refused: {said[0].message}")
    assert not refused, "\n".join(refused[:20])
    assert proposed > CELLS / 50


@pytest.mark.parametrize(
    ("text", "name", "hint", "in_points"),
    [
        ("≤ 0,5", "cases_per_10000", "write `<=0,5`", "write `<=0.5`"),
        ("højst 0,5", "cases_per_10000", "write `<=0,5`", "write `<=0.5`"),
        ("0,5 - 0,6", "cases_per_10000", "write `0,5..0,6`", "write `0.5..0.6`"),
        ("højst 50 %", "outside_share", "write `<=0,5`", "write `<=0.5`"),
        ("30 % - 50 %", "outside_share", "write `0,3..0,5`", "write `0.3..0.5`"),
        ("150 %", "outside_share", "it is at least 0 and at most 1", None),
        ("50 %", "cases_per_10000", NO_SHARE, None),
        ("50", "outside_share", "it is at least 0 and at most 1; 50 % is 0,5", None),
        ("≥ 3 og < 5", "diagnoses", "write `>=3 <5`", "write `>=3 <5`"),
        (">=3 >4", "diagnoses", "at most one of `>=`, `>` and one of `<=`, `<`; or `a..b`", None),
        ("<=0,5%", "cases_per_10000", NO_SHARE, None),
    ],
)
def test_a_hint_is_in_the_form_of_the_cell(text: str, name: str, hint: str | None, in_points: str | None) -> None:
    (diagnostic,) = diagnostics_of(text, name, ",")
    assert diagnostic.hint == hint
    if in_points:
        (diagnostic,) = diagnostics_of(text, name, ".")
        assert diagnostic.hint == in_points


@pytest.mark.parametrize(
    ("text", "name", "hint"),
    [
        ("<=10.000", "cases_per_10000", "write `<=10` or `<=10000`"),
        ("1..10.000", "cases_per_10000", "write `1..10` or `1..10000`"),
        ("1.000", "outside_share", "write `1`"),
        ("1.000 %", "outside_share", "write `1 %`"),
        ("200.000 %", "outside_share", "it is at least 0 and at most 1"),
        ("2.000", "outside_share", "it is at least 0 and at most 1"),
        ("20.000..5", "cases_per_10000", "it is at least 0"),
    ],
)
def test_of_two_readings_those_are_proposed_that_are_possible(text: str, name: str, hint: str) -> None:
    assert [d.hint for d in diagnostics_of(text, name, ".")] == [hint]


@pytest.mark.parametrize("text", [">=4/12", "<=4 af 12", "1/12..4/12", "≥ 4 OF 12"])
def test_counts_stand_alone(text: str) -> None:
    (diagnostic,) = diagnostics_of(text, "outside_share", ",")
    assert "where a number belongs" in diagnostic.message
    assert "the ends of a bound or range are decimal numbers" in str(diagnostic.hint)
    assert all(not diagnostics_of(cell, "outside_share", ",") for cell in proposed_in(str(diagnostic.hint)))


def test_one_value_in_each_notation() -> None:
    written = {"above": ("0.3",), "at_most": ("0.5",)}
    signs = (OFFER_FILE, Notation("."), Notation(","))
    assert [sign.written(written) for sign in signs] == ["{above: 0.3, at_most: 0.5}", ">0.3 <=0.5", ">0,3 <=0,5"]

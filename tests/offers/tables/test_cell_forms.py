"""The forms of a cell by examples in both decimal signs: what each means, and that the documentation shows them."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest

from engine.diagnostics import Diagnostic, Place
from engine.rulebooks.library import Library
from engine.values.interval import Interval
from offers.tables.cells import DecimalSign, read_cell

FACTS = Library().in_force(2018)[0].vocabulary.facts
HALF, THREE_TENTHS = Fraction(1, 2), Fraction(3, 10)
TABLES = Path(__file__).parents[3] / "docs" / "tables.md"
DOCUMENTED = re.compile(r"^\| (?P<form>[^|]+) \| (?P<cell>.*) \|$")


class Example(NamedTuple):
    """A cell of a form in a table with points and in one with commas, and what it says of a fact; None for nothing."""

    form: str
    point: str
    comma: str
    possible: Interval | frozenset[str] | None
    fact: str = "cases_per_10000"


_BETWEEN = Interval(THREE_TENTHS, HALF, low_open=True, high_open=True)
BOTH = frozenset({"yes", "no"})
EXAMPLES = [
    Example("a number", "0.5", "0,5", Interval.exactly(HALF)),
    Example("a bound", "<=0.5", "<=0,5", Interval(Fraction(0), HALF)),
    Example("a bound", "<0.5", "<0,5", Interval(Fraction(0), HALF, high_open=True)),
    Example("a bound", ">=4", ">=4", Interval(Fraction(4), None)),
    Example("a bound", ">4", ">4", Interval(Fraction(4), None, low_open=True)),
    Example("a bound", ">0.3 <0.5", ">0,3 <0,5", Interval(THREE_TENTHS, HALF, low_open=True, high_open=True)),
    Example("a range, both ends included", "0.3..0.5", "0,3..0,5", Interval(THREE_TENTHS, HALF)),
    *(
        Example("so many of so many, and no bound of it", cell, cell, Interval.exactly(Fraction(1, 3)))
        for cell in ("4/12", "4 af 12", "4 of 12")
    ),
    *(
        Example("a share in per cent", *cells, Interval.exactly(Fraction(61, 100)), "outside_share")
        for cells in (("61 %", "61 %"), ("61%", "61%"), ("61.0\u00a0%", "61,0\u00a0%"))
    ),
    Example("a share in per cent", "60.5 %", "60,5 %", Interval.exactly(Fraction(605, 1000)), "outside_share"),
    Example("a share in per cent", ">=50 %", ">=50 %", Interval(HALF, Fraction(1)), "outside_share"),
    Example("a share in per cent", "30 %..50 %", "30 %..50 %", Interval(THREE_TENTHS, HALF), "outside_share"),
    Example("a share in per cent", ">30% <0.5", ">30% <0,5", _BETWEEN, "outside_share"),
    *(Example("an answer", w, w, frozenset({"yes"}), "large_catchment_needed") for w in ("ja", "yes")),
    *(Example("an answer", w, w, frozenset({"no"}), "large_catchment_needed") for w in ("nej", "no")),
    *(Example("that it is not known", w, w, BOTH, "large_catchment_needed") for w in ("ukendt", "unknown")),
    *(Example("that it is not known", w, w, Interval(Fraction(0), None)) for w in ("ukendt", "unknown")),
    Example("nothing", "", "", None),
    Example("nothing", " ", "\u00a0", None),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.point}-{example.fact}")
@pytest.mark.parametrize("sign", [".", ","])
def test_what_a_form_means(example: Example, sign: DecimalSign) -> None:
    diagnostics: list[Diagnostic] = []
    cell = example.point if sign == "." else example.comma
    evidence = read_cell(cell, FACTS[example.fact], sign, Place("table"), diagnostics)
    assert not diagnostics
    assert (evidence and evidence.possible) == example.possible


def test_the_documentation_shows_these_forms_and_no_others() -> None:
    text = TABLES.read_text(encoding="utf-8").split("\n## Cells\n")[1].strip().split("\n\n")[0]
    rows = list(filter(None, map(DOCUMENTED.match, text.splitlines()[2:])))
    shown = {row["form"]: re.findall("`([^`]+)`", row["cell"]) for row in rows}
    assert list(shown) == list(dict.fromkeys(example.form for example in EXAMPLES))
    for form, cells in shown.items():
        known = {cell for example in EXAMPLES if example.form == form for cell in (example.point, example.comma)}
        assert set(cells) <= known, form

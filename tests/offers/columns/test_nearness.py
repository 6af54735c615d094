"""What is near its threshold: by columns and by the reference the same, however many thresholds there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decisions.decide import Decider
from engine.diagnostics import IntegrityFault
from engine.rulebooks.rulebook import Rulebook
from offers.columns.evaluator import Evaluator
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.table import ROW, Table
from tests.chance import tried
from tests.support import make_rulebook, make_vocabulary

NAMES = [f"f{i}" for i in range(70)]
VOCABULARY = make_vocabulary({name: {"type": "number"} for name in NAMES})
MANY = make_rulebook(
    VOCABULARY,
    {name.upper(): {"met_when": {"fact": name, "at_least": 100}} for name in NAMES},
    {"all": [name.upper() for name in NAMES]},
)
FEW = make_rulebook(
    make_vocabulary(
        {
            "size": {"type": "number"},
            "share": {"type": "share", "per": "year"},
            "mean": {"type": "share", "derived": {"mean": {"of": "share", "years": [-2, -1]}}},
            "parts": {"type": "whole_number", "at_least": 0},
            "whole": {"type": "whole_number", "at_least": 1},
            "ratio": {"type": "number", "derived": {"ratio": {"of": "parts", "to": "whole"}}},
        }
    ),
    {
        "A": {"met_when": {"any": [{"fact": "size", "at_most": 20}, {"fact": "size", "above": -5}]}},
        "B": {"met_when": {"fact": "size", "above": 0}},
        "C": {"met_when": {"fact": "mean", "at_least": 0.5}},
        "D": {"met_when": {"fact": "ratio", "below": 2}},
        "E": {"met_when": {"fact": "parts", "equals": 40}},
    },
    {"at_least": 2, "of": ["A", "B", "C", "D", "E"]},
)
YEAR = 2018
MARGIN = Fraction(1, 20)


def evaluator_of(
    rulebook: Rulebook, rows: Sequence[Mapping[str, str | None]], nearness: Fraction = MARGIN
) -> tuple[Evaluator, pl.DataFrame]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [{"id": f"o{i}", **row} for i, row in enumerate(rows)]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(("id", *names), pl.String)).with_row_index(ROW)
    columns = Headers(rulebook.vocabulary).read(["id", *names], "table")
    table = Table("table", "csv", tuple(columns), frame.lazy(), ".", {}, "", len(cells))
    program = Decider(rulebook).program
    return Evaluator([program], YEAR, frame, ".", Rows(table, rulebook.vocabulary, recorded=True), nearness), frame


def near_in(
    rulebook: Rulebook, rows: Sequence[Mapping[str, str | None]], nearness: Fraction = MARGIN
) -> list[list[str]]:
    """The facts near a threshold in each row, by columns; the reference has compared."""
    evaluator, frame = evaluator_of(rulebook, rows, nearness)
    vectors, rejected = evaluator.evaluate(frame)
    assert rejected == []
    check = evaluator.reference_check(len(rows))
    check.check(frame, vectors)
    check.count(frame)
    assert check.checked == len(rows)
    (program,) = evaluator.columnar
    return [program.facts_near(bits) for bits in vectors.select(program.near).iter_rows()]


@pytest.mark.slow
def test_no_threshold_is_left_out() -> None:
    rows = [{name: "100" if name == near else "200" for name in NAMES} for near in NAMES]
    assert near_in(MANY, rows) == [[name] for name in NAMES]


@pytest.mark.slow
def test_all_thresholds_at_once() -> None:
    assert near_in(MANY, [dict.fromkeys(NAMES, "99")]) == [NAMES]


@pytest.mark.parametrize(
    ("size", "near"),
    [
        ("21", True),
        ("21.000001", False),
        ("21.00000000001", False),
        (">21", False),
        (">20.99999999", True),
        (">21.00000001", False),
        ("19", True),
        ("18.99999999", False),
        ("<=20", True),
        ("<20", True),
        ("<19", False),
        ("<18.999999", False),
        ("19..21", False),
        (">0", False),
        ("<=0", True),
        (">=0.000001", False),
        ("<0", False),
        ("-5.25", True),
        ("-5.2500001", False),
        ("<-5.25", False),
        ("-4.75", True),
        (">-4.75", False),
        (">-4.74999", False),
    ],
)
def test_a_fact_is_near_where_a_possible_value_is(size: str, near: bool) -> None:
    """Thresholds are 20, -5 and 0; where an end settles nothing, nothing is near."""
    facts_near = near_in(FEW, [{"size": size}])[0]
    assert (facts_near == ["size"]) is near


@pytest.mark.parametrize(
    ("row", "near"),
    [
        ({"size": ">26.666666"}, True),
        ({"size": ">26.666667"}, False),
        ({"size": "<13.333334"}, True),
        ({"size": "<13.333333"}, False),
        ({"size": ">-3.333334"}, True),
        ({"size": ">-3.333333"}, False),
        ({"parts": "8", "whole": "3"}, True),
        ({"parts": "2666667", "whole": "1000000"}, False),
        ({"parts": "4", "whole": "3"}, True),
        ({"parts": "1333333", "whole": "1000000"}, False),
    ],
)
def test_what_lies_between_two_marks_is_near_as_its_numbers_are(row: Mapping[str, str], near: bool) -> None:
    """A third of each threshold ends between two numbers on the grid; that of 2 is met exactly by 8/3 and 4/3."""
    assert bool(near_in(FEW, [row], Fraction(1, 3))[0]) is near


NUMBERS = st.one_of(
    st.sampled_from(["0", "19", "20", "21", "18.999999999", "-5.25", "-4.75", "40", "38", "42", "0.475", "0.525"]),
    st.decimals(-6, 45, places=2).map(str),
    st.decimals(-1, 1, places=8).map(str),
)
CELLS = st.none() | st.builds("{}{}".format, st.sampled_from(["", "<", "<=", ">", ">="]), NUMBERS)
SHARES = st.none() | st.builds(
    "{}{}".format, st.sampled_from(["", "<", ">", ">="]), st.decimals("0.4", "0.6", places=3).map(str)
)
COUNTS = st.none() | st.builds("{}{}".format, st.sampled_from(["", ">", ">="]), st.integers(1, 60).map(str))
ROWS = st.fixed_dictionaries(
    {"size": CELLS, "share_2016": SHARES, "share_2017": SHARES, "parts": COUNTS, "whole": COUNTS}
)


@pytest.mark.slow
@tried(20)  # each is many rows
@given(st.lists(ROWS, min_size=1, max_size=60), st.sampled_from([Fraction(0), MARGIN, Fraction(1, 3), Fraction(1)]))
def test_columns_and_the_reference_agree_on_what_is_near(rows: list[dict[str, str | None]], nearness: Fraction) -> None:
    assert len(near_in(FEW, rows, nearness)) == len(rows)


@pytest.mark.slow
def test_the_check_finds_any_fact_that_columns_leave_out_or_add() -> None:
    """Each row is told what columns say of the next, whose one fact near a threshold is another."""
    rows = [dict.fromkeys(NAMES, "200") | {near: "100"} for near in NAMES]
    evaluator, frame = evaluator_of(MANY, [*rows, dict.fromkeys(NAMES, "200")])
    vectors, _ = evaluator.evaluate(frame)
    (program,) = evaluator.columnar
    check, height = evaluator.reference_check(len(rows)), frame.height
    check.check(frame, vectors)
    near = vectors.select(program.near)
    wrong = vectors.with_columns(pl.concat([near[1:], near[:1]]))
    for at in range(height):
        with pytest.raises(IntegrityFault, match=f"columns and the reference disagree on `o{at}`"):
            check.check(frame[at : at + 1], wrong[at : at + 1])

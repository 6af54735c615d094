"""Ids in tables whose columns have types: texts and whole numbers are taken, anything else is told with its place."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from engine.rulebooks.library import Library
from offers.tables.opening import open_table
from tests.offers.runs.backends import needs_duckdb
from tests.offers.tables.said import said

VOCABULARY = Library().in_force(2018)[0].vocabulary


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [
        ("id", [101.0, 7.0], []),
        (
            "id",
            [101.0, 7.5],
            ["r.parquet:2:1: wrong-type: the cell holds the number `7.5`, which is not whole and so no id"],
        ),
        (
            "part_of",
            [None, float("inf")],
            ["r.parquet:2:2: wrong-type: the cell holds the number `inf`, which is not whole and so no id"],
        ),
        ("part_of", [None, Decimal("3.00")], []),
        (
            "part_of",
            [None, datetime.date(2024, 2, 1)],
            [
                "r.parquet:2:2: wrong-type: the cell holds the date `2024-02-01`, which is no id, nor is any other in "
                "the column"
            ],
        ),
        (
            "id",
            [True, False],
            [
                "r.parquet:1:1: wrong-type: the cell holds a logical value (true or false), which is no id, nor is any "
                "other in the column"
            ],
        ),
    ],
)
@pytest.mark.parametrize("backend", ["polars", pytest.param("duckdb", marks=needs_duckdb)])
def test_ids_of_parquet_are_texts_or_whole_numbers(
    tmp_path: Path, column: str, cells: list[object], expected: list[str], backend: str
) -> None:
    columns = {"id": ["3", "b"], "part_of": [None, None], "diagnoses": [3, 4]} | {column: cells}
    pl.DataFrame(columns).write_parquet(tmp_path / "r.parquet")
    hint = ["  hint: write the ids as texts, or as whole numbers"] * len(expected)
    assert said(tmp_path / "r.parquet", "--backend", backend) == (len(expected), expected + hint)
    if not expected:
        texts = [None if cell is None else str(int(str(cell).partition(".")[0])) for cell in cells]
        assert open_table(tmp_path / "r.parquet", VOCABULARY, tmp_path).frame.collect()[column].to_list() == texts


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_costs_its_row_in_parquet(tmp_path: Path, value: float) -> None:
    pl.DataFrame({"id": ["a", "b"], "diagnoses": [value, 3.0]}).write_parquet(tmp_path / "r.parquet")
    hint = "  hint: write a number such as `2`, a bound such as `>=2`, a range such as `2..3`, or `unknown`"
    assert said(tmp_path / "r.parquet") == (1, [f"r.parquet:1:2: wrong-type: `{value}` where a number belongs", hint])


@needs_duckdb
def test_ids_of_a_table_of_duckdb_too(tmp_path: Path) -> None:
    import duckdb  # noqa: PLC0415 - an extra

    with duckdb.connect(str(tmp_path / "r.duckdb")) as connection:
        connection.execute("CREATE TABLE offers AS FROM (VALUES (1.5::DOUBLE, 3), (7.0, 4)) AS t(id, diagnoses)")
    place = "r.duckdb#offers:1:1: wrong-type: the cell holds the number `1.5`, which is not whole and so no id"
    code, lines = said(tmp_path / "r.duckdb", register="r.duckdb#offers")
    assert (code, lines[-2:]) == (1, [place, "  hint: write the ids as texts, or as whole numbers"])


@needs_duckdb
@pytest.mark.parametrize("column", ["id", "part_of"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("DATE '2024-02-01'", "the date `2024-02-01`"),
        ("TIMESTAMP '2024-02-01 00:00:00'", "the date `2024-02-01`"),
        ("TIMESTAMP '2024-02-01 12:30:00'", "the date `2024-02-01 12:30:00`"),
        ("TIMESTAMPTZ '2024-02-01 12:30:00+00'", "the date `2024-02-01 12:30:00+00:00`"),
        ("TIMESTAMP_S '2024-02-01 12:30:00'", "the date `2024-02-01 12:30:00`"),
        ("TIME '12:30:00'", "the time `12:30:00`"),
        ("true", "a logical value (true or false)"),
    ],
)
def test_days_and_logical_values_of_duckdb_are_no_ids(tmp_path: Path, column: str, value: str, words: str) -> None:
    import duckdb  # noqa: PLC0415 - an extra

    other = "part_of" if column == "id" else "id"
    with duckdb.connect(str(tmp_path / "r.duckdb")) as connection:
        connection.execute(f"CREATE TABLE offers AS SELECT {value} AS {column}, 'a' AS {other}, 3 AS diagnoses")
    place = f"r.duckdb#offers:1:1: wrong-type: the cell holds {words}, which is no id, nor is any other in the column"
    code, lines = said(tmp_path / "r.duckdb", register="r.duckdb#offers")
    assert (code, lines) == (1, [place, "  hint: write the ids as texts, or as whole numbers"])

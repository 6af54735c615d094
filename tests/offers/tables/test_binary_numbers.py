"""What numbers that spreadsheets hold in binary stand for, and shares that are stated as counts."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from offers.tables.binary_numbers import number_of_binary
from tests.command import here

FRACTIONS = st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, 100 * of), st.just(of)))


@given(FRACTIONS)
@example((4, 12))
@example((9999, 10_000))
def test_a_fraction_is_known_by_its_digits(counts: tuple[int, int]) -> None:
    part, of = counts
    assert number_of_binary(part / of) == Fraction(part, of)


@given(st.integers(-(10**14), 10**14), st.integers(0, 9))
def test_a_decimal_number_is_what_was_written(digits: int, places: int) -> None:
    assert number_of_binary(float(Fraction(digits, 10**places))) == Fraction(digits, 10**places)


def assessed(tmp_path: Path, shares: dict[int, Any]) -> tuple[int, str, str]:
    """The status and evidence of the criterion on shares, or what is said, of an offer file."""
    offer = {"format": "sekskant/offer/1", "id": "x", "name": "X", "operator": {"name": "K", "kind": "municipality"}}
    text = json.dumps(offer | {"evidence": {"outside_share": shares}})
    (tmp_path / "x.json").write_text(text)
    ran = here(
        "assess",
        str(tmp_path / "x.json"),
        *("--year", "2018", "--format", "json", "--rulebook", "hovedstaden.udviklingsstrategi"),
        *("--journal", str(tmp_path / "journal.db")),
    )
    if ran.code:
        return ran.code, "", ran.err
    (record,) = json.loads(ran.out)
    (test,) = next(criterion for criterion in record["criteria"] if criterion["id"] == "A5")["tests"]
    return 0, test["status"], json.dumps(test["evidence"])


@pytest.mark.parametrize(
    ("shares", "status", "exactly"),
    [
        (["4/12", "6 af 12", {"part": 8, "of": 12}], "met", "0.5"),
        (["1/3", "1/3", "1/3"], "not_met", "1/3"),
        (["0/9", "9 of 9", {"part": 1, "of": 2, "source": "regnskabet"}], "met", "0.5"),
        ([0.3333333333, 0.5, 0.6666666666], "not_met", None),
    ],
)
def test_counts_are_exact(tmp_path: Path, shares: list[Any], status: str, exactly: str | None) -> None:
    code, found, evidence = assessed(tmp_path, dict(zip((2014, 2015, 2016), shares, strict=True)))
    assert (code, found) == (0, status)
    if exactly is not None:
        assert f'"exactly": "{exactly}"' in evidence
    ran = here("audit", "replay", "--all", "--journal", str(tmp_path / "journal.db"))
    assert ran.out == "1 identical, 0 different, 0 not replayable\n"


@pytest.mark.parametrize(
    ("share", "message"),
    [
        ("4/0", "wrong-type: `4/0` where a number belongs\n  hint: nothing is a part of 0"),
        ("13 af 12", "evidence-out-of-range: 13 af 12 is not possible for `outside_share`"),
        ({"part": 4}, "evidence-form: the counts of `outside_share` do not go together"),
        ({"part": 4, "of": 12, "at_most": 0.5}, "evidence-form: the counts of `outside_share` do not go together"),
        ({"part": -1, "of": 12}, "evidence-out-of-range: -1/12 is not possible for `outside_share`"),
        ({"part": 1.5, "of": 12}, "wrong-type"),
        ("4 / 12 / 2", "wrong-type: `4 / 12 / 2` where a number belongs"),
    ],
    ids=str,
)
def test_counts_that_are_none_are_told(tmp_path: Path, share: Any, message: str) -> None:
    code, _, said = assessed(tmp_path, {2014: share})
    assert code == 1
    assert message in said


CELLS = {
    "tredjedele": ("=4/12", "=6/12", "=8/12"),
    "differens": ("=0.7-0.2", "=0.7-0.2", "=0.7-0.2"),
    "under": (0.4999, 0.4999, 0.4999),
    "tekst": ("4/12", "6 af 12", "8 of 12"),
    "knap": ("0,3333", "0,5", "0,6666"),
}
COMPUTED = {"=4/12": 4 / 12, "=6/12": 6 / 12, "=8/12": 8 / 12, "=0.7-0.2": 0.7 - 0.2}
STATUSES = {"tredjedele": "met", "differens": "met", "under": "not_met", "tekst": "met", "knap": "not_met"}


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["polars", "duckdb"])
def test_a_workbook_counts_as_what_it_shows(tmp_path: Path, backend: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "operator_kind", "outside_share_2014", "outside_share_2015", "outside_share_2016"])
    for name, cells in CELLS.items():
        sheet.append([name, "municipality", *(COMPUTED.get(str(cell), cell) for cell in cells)])
    book.save(tmp_path / "r.xlsx")
    fixed = ("--year", "2018", "--rulebook", "hovedstaden.udviklingsstrategi", "--journal", str(tmp_path / "j.db"))
    out = ("--out", str(tmp_path / "run"), "--backend", backend, "--decimal", ",")
    ran = here("reclassify", str(tmp_path / "r.xlsx"), *out, *fixed)
    assert ran.code == 0, ran.err
    exported = here("audit", "export", "--decisions", "--journal", str(tmp_path / "j.db")).out
    records = [json.loads(line) for line in exported.splitlines()][1:]
    found = {
        record["entry"]["offer"]: next(c for c in record["content"]["criteria"] if c["id"] == "A5")["status"]
        for record in records
    }
    assert found == STATUSES
    ran = here("audit", "replay", "--all", "--journal", str(tmp_path / "j.db"))
    assert ran.out == "5 identical, 0 different, 0 not replayable\n"

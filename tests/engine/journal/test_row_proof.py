"""The proof that a row stands in a file holds for that row alone, and what is none is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.diagnostics import Malformed
from engine.journal.merkle import inclusion, root
from engine.journal.records import File, RecordedDecision, RunRecord
from engine.journal.row_proof import RowProof, leaf_of_row, root_in, row_proof_in, rows_in
from engine.rulebooks.rulebook_ref import RulebookRef, VocabularyRef

ROWS: list[dict[str, Any]] = [{"offer": name, "verdict": "met", "height": 1.5, "C": None} for name in "abc"]
LEAVES = [leaf_of_row(row) for row in ROWS]
ROOT = root(LEAVES).hex()
PROOF = RowProof(ROWS[1], 1, tuple(node.hex() for node in inclusion(LEAVES, 1)))


def test_a_row_is_below_the_root_at_its_place_and_nothing_else_is() -> None:
    assert PROOF.is_below(ROOT, 3)
    assert row_proof_in(PROOF.record()).is_below(ROOT, 3)
    assert RowProof({**ROWS[1], "height": 1.25}, 1, PROOF.path).is_below(ROOT, 3) is False
    assert RowProof(ROWS[0], 1, PROOF.path).is_below(ROOT, 3) is False
    assert RowProof(ROWS[1], 2, PROOF.path).is_below(ROOT, 3) is False
    assert RowProof(ROWS[1], 1, PROOF.path[1:]).is_below(ROOT, 3) is False


@pytest.mark.parametrize("other", ["", "x", "00" * 32, None, 7])
def test_what_is_no_root_has_nothing_below_it(other: Any) -> None:
    assert PROOF.is_below(other, 3) is False


@pytest.mark.parametrize("cell", [float("nan"), float("inf"), 2**60, b"x", {1}])
def test_a_cell_that_json_has_no_form_for_is_below_nothing(cell: Any) -> None:
    assert RowProof({**ROWS[1], "height": cell}, 1, PROOF.path).is_below(ROOT, 3) is False


CELLS = {"offer": "a", "verdict": "met", "outcome": "yes", "basis": None, "C1": "met", "C2": "not_met", "size": 3}


@pytest.mark.parametrize(
    ("changed", "criteria", "differs"),
    [
        ({}, {"C1": "met", "C2": "not_met"}, None),
        ({}, {"C1": "met", "C3": "met"}, None),
        ({}, {"C1": "met", "C2": "met"}, "C2"),
        ({}, {"C1": "unknown", "C2": "met"}, "C1"),
        ({"offer": "b"}, {"C1": "unknown"}, "offer"),
        ({"verdict": "not_met", "outcome": "no"}, {}, "verdict"),
        ({"outcome": "no"}, {}, "outcome"),
        ({"basis": "rule"}, {}, "basis"),
    ],
)
def test_what_a_decision_says_otherwise_than_its_row_is_named(
    changed: dict[str, str], criteria: dict[str, str], differs: str | None
) -> None:
    told = {"offer": "a", "verdict": "met", "outcome": "yes", "basis": None, **changed}
    record = {**told, "criteria": [{"id": name, "status": status} for name, status in criteria.items()]}
    record = json.loads(json.dumps(record))  # as it is read: texts are equal, and not the same
    ref = RulebookRef("test", "1", "ab", VocabularyRef("test", "cd"))
    decision = RecordedDecision("sekskant/decision/2", "a", 2031, ref, "met", "yes", None, record)
    assert RowProof(CELLS, 0, ()).differs_at(decision) == differs


def test_rows_are_those_of_the_file_or_of_the_folder_of_a_rulebook() -> None:
    files = [("decisions/a@1.parquet", 3), ("decisions/a@1.parquet/part-0", 4), ("decisions/a@1.parquets", 8)]
    run = RunRecord(2031, (), files=tuple(File(path, "ab", rows) for path, rows in (*files, ("rejected.csv", 16))))
    assert (rows_in(run, "a@1"), rows_in(run, "a@2")) == (7, 0)


@pytest.mark.parametrize(
    ("execution", "expected"),
    [
        (None, None),
        ({}, None),
        ({"rows": {"b@1": ROOT}}, None),
        ({"rows": {"a@1": ROOT, "b@1": "00" * 32}}, ROOT),
    ],
)
def test_the_root_of_a_rulebook_is_found_where_there_is_one(execution: Any, expected: str | None) -> None:
    assert root_in(execution, "a@1") == expected


@pytest.mark.parametrize("execution", [7, {"rows": 7}, {"rows": {"a@1": 7}}, {"rows": {"a@1": "ab"}}])
def test_what_should_be_a_root_and_is_none_is_told(execution: Any) -> None:
    with pytest.raises(Malformed):
        root_in(execution, "a@1")


NO_PROOF: dict[str, tuple[Any, str]] = {
    "a number": (7, "`row` is not a mapping"),
    "a key less": ({"cells": {}, "index": 0}, "`row.path` is missing"),
    "a key more": ({**PROOF.record(), "more": 1}, "`row.more` is an unknown key"),
    "cells that are a list": ({**PROOF.record(), "cells": []}, "`row.cells` is not a mapping"),
    "a cell that is a list": (
        {**PROOF.record(), "cells": {"a": []}},
        "`row.cells` holds what is neither text nor number",
    ),
    "an index below 0": ({**PROOF.record(), "index": -1}, "`row.index` is not a number of things"),
    "a path of no digests": ({**PROOF.record(), "path": ["x"]}, "`row.path` is not a list of digests"),
    "a path that is too long": ({**PROOF.record(), "path": ["00" * 32] * 65}, "`row.path` is not a list of digests"),
}


@pytest.mark.parametrize("name", NO_PROOF)
def test_what_is_no_proof_says_why(name: str) -> None:
    record, message = NO_PROOF[name]
    with pytest.raises(Malformed) as raised:
        row_proof_in(record)
    assert str(raised.value) == message

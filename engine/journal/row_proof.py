"""The proof that a decision stands in the file of a run, as receipts have it: the rows of the file are a Merkle tree.

A leaf is a row as canonical JSON (RFC 8785), a mapping of all its cells by their columns; rows stand in the order of
the file. The root stands beside the evaluators in the run's entry, for each rulebook by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.diagnostics import Malformed
from engine.documents.fields import Fields
from engine.journal.merkle import HIGHEST, Node, is_included, leaf
from engine.journal.records import RecordedDecision, RunRecord
from engine.journal.seal import StrictFields, nodes_of
from engine.texts.catalogue import message
from engine.values.canonical import canonical, canonical_record
from engine.values.json_record import JsonRecord

ROOTS = "rows"
"""Under which the execution of a run has the root of each file of decisions."""
_KEYS = frozenset({"cells", "index", "path"})
_SAID = ("offer", "verdict", "outcome", "basis")


@dataclass(frozen=True, slots=True)
class RowProof:
    """That a row with these cells stands in a file at an index, from 0, and the proof."""

    cells: Mapping[str, object]
    index: int
    path: tuple[str, ...]

    def record(self) -> JsonRecord:
        """As a receipt has it."""
        return {"cells": dict(self.cells), "index": self.index, "path": list(self.path)}

    def is_below(self, root: str, rows: int) -> bool:
        """Whether the row is one of so many below a root."""
        try:
            of, below = leaf_of_row(self.cells), bytes.fromhex(root)
        except (ValueError, TypeError):
            return False
        return is_included(of, self.index, rows, nodes_of(self.path), below)

    def differs_at(self, decision: RecordedDecision) -> str | None:
        """What a decision says otherwise than the row; None where they agree."""
        for name in _SAID:
            if self.cells.get(name) != decision.record.get(name):
                return name
        for criterion in Fields(decision.record).each("criteria"):
            name = criterion.text("id")
            if name in self.cells and self.cells[name] != criterion.record.get("status"):
                return name
        return None


def leaf_of_row(cells: Mapping[str, object]) -> Node:
    """The leaf of a row.

    Raises:
        ValueError, TypeError: a cell holds what JSON has no form for.

    >>> leaf_of_row({"verdict": "met", "offer": "a"}) == leaf(b'{"offer":"a","verdict":"met"}')
    True
    """
    has_numbers = any(isinstance(cell, int | float) for cell in cells.values())
    return leaf((canonical(dict(cells)) if has_numbers else canonical_record(cells)).encode())


def file_of_decisions(rulebook: str) -> str:
    """The file of a run, or the folder of files, with the decisions by a rulebook: its id and version."""
    return f"decisions/{rulebook}.parquet"


def rows_in(run: RunRecord, rulebook: str) -> int:
    """How many rows a run has in its files of decisions by a rulebook."""
    name = file_of_decisions(rulebook)
    return sum(file.rows for file in run.files if file.path == name or file.path.startswith(f"{name}/"))


def root_in(execution: object, rulebook: str) -> str | None:
    """The root that the execution of a run names of the decisions by a rulebook; None of runs that have none.

    Raises:
        Malformed: what should be one is none.
    """
    roots = None if execution is None else Fields(execution).optional_below(ROOTS)
    return None if roots is None or rulebook not in roots.record else StrictFields(roots.record, ROOTS).digest(rulebook)


def row_proof_in(record: object) -> RowProof:
    """The proof in a record.

    Raises:
        Malformed: it is none.
    """
    fields = StrictFields(record, "row").only(_KEYS)
    if not isinstance(cells := fields.record["cells"], dict):
        raise Malformed(message("`row.cells` is not a mapping"))
    if not all(isinstance(cell, str | int | float | None) for cell in cells.values()):
        raise Malformed(message("`row.cells` holds what is neither text nor number"))
    return RowProof(cells, fields.counted("index"), fields.digests("path", HIGHEST))

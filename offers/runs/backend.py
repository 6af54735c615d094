"""What decides a register in bulk: the protocol that every backend follows, and how one is named.

    reclassify -> Backend.read        the rows of a table, as the backend holds them
               -> Backend.evaluate    each row's status vectors, or that columns cannot tell them
               -> Backend.write       the decisions on them, in their files, in the order of the rows
               -> Backend.repeated_ids

Polars, DuckDB and Spark are backends, a module each. What they evaluate is written once, in narwhals
(`offers.columns`); what the rows come to is written once, too (`offers.runs.run_pass`).
"""

from __future__ import annotations

from typing import Protocol, TypeVar

from offers.runs.repeated_ids import Repeated
from offers.runs.run_pass import Pass
from offers.tables.table import Table

Rows = TypeVar("Rows")


class Backend(Protocol[Rows]):
    """Holds the rows of a register, evaluates them, and writes what was decided.

    `Rows` is a table of the backend's own that narwhals knows.
    """

    def read(self, table: Table) -> Rows:
        """The rows of a table: their number (`ROW`), and each column by its name in the table contract.

        Raises:
            Rejected: the backend cannot read it.
        """
        ...

    def evaluate(self, rows: Rows, run: Pass) -> Rows:
        """The rows with their status vectors, and `READ`: whether columns can tell them."""
        ...

    def write(self, evaluated: Rows, run: Pass) -> None:
        """Decide the rows that can be, and write the files of each rulebook; what is refused is noted in the pass.

        Raises:
            Rejected: the rows cannot be read.
            IntegrityFault: evaluators disagree.
        """
        ...

    def repeated_ids(self, rows: Rows, run: Pass) -> Repeated:
        """The ids that several rows share or that are too alike, refused or not; a row that is set aside has none.

        Asked for once the rows are written; where there are any, another pass is made that knows them.
        """
        ...

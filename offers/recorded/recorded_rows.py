"""The rows of a run's file of decisions as leaves of a tree, so that one of them is proven without the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.diagnostics import Malformed, Place, Rejected, rejected
from engine.documents.fields import read_json
from engine.journal.entry import Entry, RowEntry
from engine.journal.journal import Journal
from engine.journal.merkle import Node, inclusion, root
from engine.journal.receipt import Receipt
from engine.journal.row_proof import RowProof, file_of_decisions, leaf_of_row, root_in
from engine.journal.run_files import RunFiles
from engine.texts.catalogue import message
from offers.recorded.batch_entries import RowDocuments, recorded_run
from offers.recorded.replay import Replayer

MOST_ROWS = 100_000
"""Of larger files no tree is made, which would take longer than deciding; rows are seen with the journal only."""


def leaves_of(paths: Sequence[Path]) -> list[Node] | None:
    """The leaves of the rows in files, in order; None where a cell is no text or number that JSON has a form for."""
    import polars as pl  # noqa: PLC0415 - only batches need it

    try:
        rows = pl.scan_parquet(list(paths), glob=False).collect()
        return [leaf_of_row(row) for row in rows.iter_rows(named=True)]
    except (ValueError, TypeError):
        return None


def root_of_rows(paths: Sequence[Path], rows: int) -> str | None:
    """The root of the tree over so many rows in files; None where there are too many, or a cell has no form."""
    leaves = leaves_of(paths) if rows <= MOST_ROWS else None
    return None if leaves is None else root(leaves).hex()


def proven_row(journal: Journal, entry: RowEntry) -> RowProof | None:
    """The proof that a decision stands in the file of its run; None where the run's entry has no root of it.

    Raises:
        Rejected: the file is not what it was, or its rows are not those that the entry has the root of.
    """
    run, name = journal.entry(entry.number), f"{entry.rulebook}@{entry.version}"
    expected = _root(journal, run, name)
    if expected is None:
        return None
    owner = message("entry {number} of {journal}", number=run.number, journal=journal.shown_address)
    paths = RunFiles.recorded(journal.folder_of_run(run), recorded_run(journal, run), owner).table(
        file_of_decisions(name)
    )
    leaves = leaves_of(paths)
    if leaves is None or root(leaves).hex() != expected:
        words = message("the rows of the file are not those that {owner} has the root of", owner=owner)
        raise rejected(
            Place(str(paths[0])), "altered-file", words, message("`sekskant audit verify` says what is wrong")
        )
    index, cells = _row(paths, entry)
    return RowProof(cells, index, tuple(node.hex() for node in inclusion(leaves, index)))


def rests_on_row(receipt: Receipt, row: RowProof) -> bool:
    """Whether the offer that a receipt has as it was written is the one that a row stands for.

    Raises:
        Malformed: the receipt does not hold a decision of a run.
        NotReplayable: it does not hold the vocabulary that the row is read by.
    """
    decision, document, _ = receipt.recorded()
    vocabulary = Replayer(receipt.text_of).rulebook(decision.rulebook).vocabulary
    try:
        of_row = RowDocuments(vocabulary, receipt.run().format).written(dict(row.cells))
    except Rejected:
        return False
    # The cells of a receipt stand in the order of their names, and so does what is made of them.
    return bool(read_json(of_row) == read_json(document))


def _root(journal: Journal, run: Entry, name: str) -> str | None:
    try:
        return root_in(None if run.execution is None else read_json(run.execution), name)
    except Malformed as error:
        raise journal.not_whole(run, error) from None


def _row(paths: Sequence[Path], entry: RowEntry) -> tuple[int, dict[str, object]]:
    import polars as pl  # noqa: PLC0415 - only batches need it

    rows = pl.scan_parquet(list(paths), glob=False).with_row_index(_INDEX).filter(pl.col("offer") == entry.offer)
    row = rows.collect().row(0, named=True)
    return row.pop(_INDEX), row


_INDEX = " index"

"""Where evidence on offers stands already: offer files, a table, or a run, each read as the offers that it holds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from engine.diagnostics import Place, Rejected, rejected
from engine.documents.document import read_one
from engine.documents.fields import read_json
from engine.documents.regular_file import read_text
from engine.journal.records import RunRecord
from engine.journal.run_files import check_copy
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import message
from offers.comparison.previous import DECISIONS
from offers.recorded.batch_entries import RowDocuments
from offers.records.offer import Offer, read_offer
from offers.records.reader import read_offers
from offers.tables.offers_in_table import rows_read
from offers.tables.opening import open_table
from offers.tables.paths import are_offer_files, tables_in
from offers.tables.polars_words import polars_failing
from offers.tables.reading import FOUND_OUT, Reading
from offers.tables.rows import Rows
from offers.tables.table import DOCUMENT

RUN = "run.json"
"""The file by which a folder is that of a run."""


def offers_with_evidence(source: Path, vocabulary: Vocabulary, reading: Reading = FOUND_OUT) -> list[Offer | Rejected]:
    """The offers in offer files, in tables, in a folder of either, or in that of a run; or why one was rejected.

    A run holds, of a register that was a table, the evidence that its rulebooks used.

    Raises:
        Rejected: the source cannot be read as a whole.
    """
    if (source / RUN).is_file():
        return list(_of_run(source, vocabulary))
    tables = tables_in(source) if source.is_dir() and are_offer_files(source) else []
    if not tables and are_offer_files(source):
        return read_offers([str(source)], vocabulary)
    found: list[Offer | Rejected] = []
    for table in tables or [source]:
        with tempfile.TemporaryDirectory() as scratch:
            found += _of_table(table, vocabulary, Path(scratch), reading)
    return found


def _of_table(path: Path, vocabulary: Vocabulary, scratch: Path, reading: Reading) -> Iterator[Offer | Rejected]:
    """The offers in the rows of a table; rows that hold none are passed over."""
    table = open_table(path, vocabulary, scratch, (), reading)
    yield from (row.offer for row in rows_read(table, Rows(table, vocabulary)) if not row.is_set_aside)


def _of_run(folder: Path, vocabulary: Vocabulary) -> Iterator[Offer | Rejected]:
    """The offers that a run decided, with the evidence that it kept."""
    try:
        check_copy(folder, (RUN, DECISIONS))
        run = RunRecord.read(read_json(read_text(folder / RUN)))
        files = [folder / DECISIONS / f"{decided.rulebook.name}.parquet" for decided in run.rulebooks]
        with polars_failing(lambda _: _incomplete(folder)):
            frames = [pl.scan_parquet(file, glob=False).collect() for file in files]
    except (OSError, ValueError):
        raise _incomplete(folder) from None
    documents, rows = RowDocuments(vocabulary), dict[str, dict[str, Any]]()
    for frame in frames:
        for row in frame.iter_rows(named=True):
            rows[row["offer"]] = {**rows.get(row["offer"], {}), **row}
    for row in rows.values():
        try:
            written = row.get(DOCUMENT)
            node = read_one(written.encode(), str(folder)) if written else documents.document(row)
            yield read_offer(node, vocabulary, is_recorded=True)
        except Rejected as error:
            yield error


def _incomplete(folder: Path) -> Rejected:
    return rejected(Place(str(folder)), "unreadable", message("there is no complete run in the folder"))

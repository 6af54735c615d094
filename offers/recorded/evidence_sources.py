"""Where evidence on offers stands already: offer files, a table, or a run, each read as the offers that it holds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine.diagnostics import Rejected
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import Message
from offers.recorded.evidence_of_run import RUN, evidence_of_run
from offers.records.offer import Offer
from offers.records.reader import read_offers
from offers.tables.offers_in_table import rows_read
from offers.tables.opening import open_table
from offers.tables.paths import are_offer_files, tables_in
from offers.tables.reading import FOUND_OUT, Reading
from offers.tables.rows import Rows


def offers_with_evidence(
    source: Path, vocabulary: Vocabulary, reading: Reading = FOUND_OUT, told: list[Message] | None = None
) -> list[Offer | Rejected]:
    """The offers in offer files, in tables, in a folder of either, or in that of a run; or why one was rejected.

    A run holds, of a register that was a table, the evidence that its rulebooks used. `told` takes what there is to say
    of evidence that the source has, or had, and that is not read.

    Raises:
        Rejected: the source cannot be read as a whole.
    """
    if (source / RUN).is_file():
        run = evidence_of_run(source, vocabulary)
        if told is not None:
            told += run.told
        return run.offers
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

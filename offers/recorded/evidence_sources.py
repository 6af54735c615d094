"""Where evidence on offers stands already: offer files, a table, or a run, each read as the offers that it holds."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine.diagnostics import Rejected
from engine.harmless import shown_name
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import Message
from offers.recorded.evidence_of_run import RUN, evidence_of_run
from offers.records.input_remarks import InputRemark
from offers.records.offer import Offer
from offers.records.reader import read_offers
from offers.tables.offers_in_table import rows_read
from offers.tables.opening import open_table
from offers.tables.paths import are_offer_files, check_has_offers, tables_in
from offers.tables.reading import FOUND_OUT, Reading
from offers.tables.remarks_on_rows import remarks_on_rows
from offers.tables.rows import Rows
from offers.tables.table import Table


def offers_with_evidence(
    source: Path,
    vocabulary: Vocabulary,
    reading: Reading = FOUND_OUT,
    told: list[Message | InputRemark] | None = None,
    ignored: Sequence[str] = (),
) -> list[Offer | Rejected]:
    """The offers in offer files, in tables, in a folder of either, or in that of a run; or why one was rejected.

    A run holds, of a register that was a table, the evidence that its rulebooks used. `told` takes what there is to say
    of evidence that the source has, or had, and that is not read. Columns of tables that are `ignored` are not read.

    Raises:
        Rejected: the source cannot be read as a whole.
    """
    if (source / RUN).is_file():
        run = evidence_of_run(source, vocabulary)
        if told is not None:
            told += run.told
        return run.offers
    if source.is_dir():
        check_has_offers(source)
    tables = tables_in(source) if source.is_dir() and are_offer_files(source) else []
    if not tables and are_offer_files(source):
        return read_offers([str(source)], vocabulary)
    found: list[Offer | Rejected] = []
    for table in tables or [source]:
        with tempfile.TemporaryDirectory() as scratch:
            opened = open_table(table, vocabulary, Path(scratch), ignored, reading)
            found += _of_table(opened, vocabulary, told)
    return found


def _of_table(table: Table, vocabulary: Vocabulary, told: list[Message | InputRemark] | None) -> list[Offer | Rejected]:
    """The offers in the rows of a table; rows that hold none are passed over."""
    reader = Rows(table, vocabulary)
    rows = list(rows_read(table, reader))
    if told is not None:
        without_offer = [row.number for row in rows if isinstance(row.offer, Rejected)]
        alone = (one for one in remarks_on_rows(table, reader, without_offer) if one.code == "detail_alone")
        told += [one._replace(detail={**one.detail, "file": shown_name(table.file)}) for one in alone]
    return [row.offer for row in rows if not row.is_set_aside]

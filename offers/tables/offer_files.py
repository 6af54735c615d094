"""Offer files as a table: a row for each offer, so that they can be reclassified as any register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from engine.diagnostics import Place, Rejected
from engine.evaluation.evidence import Evidence, Stated
from engine.rulebooks.rulebook import Vocabulary
from engine.values.interval import Interval
from engine.values.numbers import decimal_text
from offers.records.offer import Offer, words
from offers.records.reader import read_offers
from offers.tables.headers import Column, Headers
from offers.tables.table import DOCUMENT, EXTRA, ROW, SEVERAL, Table
from offers.tables.table_file import digest_of_files


class OfferRows:
    """The rows of a table of offer files: the offers themselves."""

    reads_cells = False
    asks_for_offers = False

    def __init__(self, offers: Sequence[Offer | Rejected]) -> None:
        self.offers = offers

    def offer(self, row: int, values: Mapping[str, Any]) -> Offer:
        """The offer in a row.

        Raises:
            Rejected: with every mistake found in its file.
        """
        offer = self.offers[row]
        if isinstance(offer, Rejected):
            raise offer
        return offer

    def document(self, row: int, values: Mapping[str, Any]) -> None:
        """None: the offers have their own, as they were written."""

    def stated(self, values: Mapping[str, Any]) -> Stated:
        """What the offer in a row states."""
        return self.offer(values[ROW], values).stated

    def column_at(self, place: Place) -> Column | None:
        """No cell stands anywhere: the place itself is in an offer file."""
        return None


def table_of_offers(path: str, vocabulary: Vocabulary) -> tuple[Table, OfferRows]:
    """The offers of a file or folder as a table, and the reader of its rows."""
    offers = read_offers([path], vocabulary, keep_written=True)
    rows = [_row(offer) if isinstance(offer, Offer) else {"id": _rejected(offer)} for offer in offers]
    names = list(dict.fromkeys(["id", *(name for row in rows for name in row)]))
    columns = Headers(vocabulary).read(names, path)
    cells = {name: [row.get(name) for row in rows] for name in names}
    if any(isinstance(offer, Rejected) for offer in offers):
        # Columns would take its row for an offer about which nothing is stated.
        cells[EXTRA] = [None if isinstance(offer, Offer) else "rejected" for offer in offers]
    cells[DOCUMENT] = [offer.written if isinstance(offer, Offer) else None for offer in offers]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)).with_row_index(ROW)
    table = Table(path, "offers", tuple(columns), frame.lazy(), ".", {}, _sha256(path, offers), len(rows))
    return table, OfferRows(offers)


def _sha256(path: str, offers: Sequence[Offer | Rejected]) -> str:
    """The digest of the files' digests, in the order of their names."""
    places = [o.place if isinstance(o, Offer) else o.diagnostics[0].place for o in offers]
    files = dict.fromkeys(place.file for place in places)
    return digest_of_files(files, unreadable_by_name=True)


def _rejected(error: Rejected) -> str:
    return str(error.diagnostics[0].place)


def _row(offer: Offer) -> dict[str, str]:
    record = offer.record
    row = {"id": record.id, "name": record.name}
    row |= {"operator_name": SEVERAL.join(p.name for p in offer.operators)} if offer.operators else {}
    row |= {name: SEVERAL.join(listed) for name in ("area", "target_group") if (listed := words(getattr(record, name)))}
    for name, stated in offer.stated.items():
        if isinstance(stated, Evidence):
            row |= _cells(name, stated)
        else:
            for year, evidence in stated.items():
                row |= _cells(f"{name}_{year}", evidence)
    return row


def _cells(name: str, evidence: Evidence) -> dict[str, str]:
    because = evidence.provenance.because
    details = {f"{name}_because": because} if because and isinstance(evidence.possible, frozenset) else {}
    return {name: cell_of(evidence), **details}


def cell_of(evidence: Evidence) -> str:
    """Evidence as a cell.

    >>> from fractions import Fraction
    >>> from engine.evaluation.evidence import State
    >>> cell_of(Evidence(Interval(None, Fraction(1, 2), high_open=True), State.KNOWN))
    '<0.5'
    """
    possible = evidence.possible
    if not evidence.state.is_known:
        return "unknown"
    if not isinstance(possible, Interval):
        return SEVERAL.join(sorted(possible))
    if possible.is_exact and possible.low is not None:
        return decimal_text(possible.low)
    low = "" if possible.low is None else f"{'>' if possible.low_open else '>='}{decimal_text(possible.low)}"
    high = "" if possible.high is None else f"{'<' if possible.high_open else '<='}{decimal_text(possible.high)}"
    return f"{low} {high}".strip()

"""The offers of a table, row by row, as whoever decides one at a time takes them: nothing is held but their ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol, TypeVar

from engine.defects import is_defect, told_at
from engine.diagnostics import Diagnostic, Place, Rejected
from engine.documents.document import Mapping as Document
from engine.documents.document_text import json_text
from offers.records.input_remarks import InputRemark
from offers.records.offer import Offer
from offers.records.offer_id import alike
from offers.records.reader import said_of_repeated
from offers.tables.polars_words import fault_of, polars_failing
from offers.tables.remarks_on_rows import remarks_on_rows
from offers.tables.rows import has_cells
from offers.tables.set_aside import NOT_AN_OFFER
from offers.tables.table import ROW, Table

_ROWS_AT_ONCE = 1_000
Item = TypeVar("Item")


class RowReader(Protocol):
    """Reads rows one at a time."""

    def offer(self, row: int, values: Mapping[str, Any]) -> Offer:
        """The offer in a row, by its number and its cells; raises `Rejected`."""
        ...

    def document(self, row: int, values: Mapping[str, Any]) -> Document | None:
        """The offer file that a row stands for; None where the offer has its own."""
        ...


class ReadRow(NamedTuple):
    """A row with any cell: its number from 0, its cells, and the offer in it, or why there is none."""

    number: int
    cells: Mapping[str, Any]
    offer: Offer | Rejected

    @property
    def is_set_aside(self) -> bool:
        """Whether it holds no offer, which is no mistake."""
        return isinstance(self.offer, Rejected) and self.offer.diagnostics[0].code == NOT_AN_OFFER


def rows_read(table: Table, reader: RowReader) -> Iterator[ReadRow]:
    """The rows of a table that have any cell, in their order, each read as an offer.

    A defect of ours that one of them meets costs no other.

    Raises:
        Rejected: the table cannot be read to its end.
    """
    for cells in _cells(table):
        try:
            yield ReadRow(cells[ROW], cells, reader.offer(cells[ROW], cells))
        except Rejected as error:
            if has_cells(cells):
                yield ReadRow(cells[ROW], cells, error)
        except Exception as error:
            if not is_defect(error):
                raise
            yield ReadRow(cells[ROW], cells, Rejected([told_at(table.place(cells[ROW]), error)]))


def _cells(table: Table) -> Iterator[Mapping[str, Any]]:
    def in_words(step: Callable[[], Item]) -> Item:
        with polars_failing(lambda error: fault_of(table) or error):
            return step()

    batches = in_words(lambda: table.frame.collect_batches(chunk_size=_ROWS_AT_ONCE, maintain_order=True))
    while (batch := in_words(lambda: next(batches, None))) is not None:
        yield from batch.iter_rows(named=True)


class OffersInTable:
    """The offers of a table, or why one was rejected; they are read anew each time that they are gone through.

    Rows that hold no offer are left out: `set_aside` says where they stand. `undecided` are the numbers of all rows
    that give no offer.

    Args:
        table: the table.
        reader: reads its rows.
        keep_written: whether each offer is to have its document as text.
    """

    def __init__(self, table: Table, reader: RowReader, *, keep_written: bool = False) -> None:
        self._table, self._reader, self._keep_written = table, reader, keep_written
        self.set_aside: list[Place] = []
        self.undecided: list[int] = []
        self._repeated: Mapping[str, tuple[str, ...]] = {}
        self._rows_of: dict[str, list[int]] = {}
        self._scan()

    def _scan(self) -> None:
        """Find the ids that are there more than once, or too alike, as they were written in any row with an offer."""
        ids, rows = list[str](), list[int]()
        for row in rows_read(self._table, self._reader):
            if isinstance(row.offer, Rejected):
                self.undecided.append(row.number)
            if row.is_set_aside and isinstance(row.offer, Rejected):
                self.set_aside.append(row.offer.diagnostics[0].place)
            elif row.cells.get("id"):
                ids.append(row.cells["id"])
                rows.append(row.number)
        self._repeated = alike(ids)
        for written, number in zip(ids, rows, strict=True):
            if written in self._repeated:
                self._rows_of.setdefault(written, []).append(number)
        self.undecided += [number for numbers in self._rows_of.values() for number in numbers]

    def remarks(self) -> list[InputRemark]:
        """What is odd about the rows, beyond what their offers say."""
        return remarks_on_rows(self._table, self._reader, self.undecided)

    def __len__(self) -> int:
        return self._table.most_rows

    def __iter__(self) -> Iterator[Offer | Rejected]:
        for row in rows_read(self._table, self._reader):
            if isinstance(row.offer, Rejected):
                if not row.is_set_aside:
                    yield row.offer
            elif row.cells.get("id") in self._repeated:
                yield Rejected([self._said_of_repeated(row)])
            else:
                yield self._with_written(row, row.offer)

    def _said_of_repeated(self, row: ReadRow) -> Diagnostic:
        written = row.cells["id"]
        others = self._repeated[written]
        numbers = [number for one in (written, *others) for number in self._rows_of[one] if number != row.number]
        return said_of_repeated(written, self._table.place(row.number), others, map(self._table.place, numbers))

    def _with_written(self, row: ReadRow, offer: Offer) -> Offer:
        if not self._keep_written or offer.written is not None:
            return offer
        document = self._reader.document(row.number, row.cells)
        return offer if document is None else offer._replace(written=json_text(document))

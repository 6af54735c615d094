"""Several tables, such as the workbooks that operators return, as one register: its rows one table after the other."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from engine.diagnostics import Diagnostic, Place, Rejected, rejected
from engine.documents.document import Mapping as Document
from engine.evaluation.evidence import Stated
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import message
from offers.records.input_remarks import InputRemark
from offers.records.offer import Offer
from offers.tables.csv_text import Fault
from offers.tables.headers import Column
from offers.tables.rows import Rows
from offers.tables.table import EXTRA, ROW, Part, Table

_KINDS = ("csv", "xlsx", "ods")

_NO_NUMBER = ",[0-9]*,"
"""What no cell with a number or bounds has in a table with decimal commas."""


class RegisterRows:
    """Reads the rows of several tables, each as a row of its own."""

    reads_cells = True

    asks_for_offers = True

    def __init__(self, table: Table, vocabulary: Vocabulary) -> None:
        self._table, self._of_all = table, Rows(table, vocabulary)
        self._parts = [(part, Rows(part.table, vocabulary), part.table.frame.collect()) for part in table.parts]

    def offer(self, row: int, values: Mapping[str, Any]) -> Offer:
        """The offer in a row, counted from 0, by its cells as its own table has them.

        Raises:
            Rejected: with every mistake found in the row.
        """
        rows, own, cells = self._own(row)
        return rows.offer(own, cells)

    def document(self, row: int, values: Mapping[str, Any]) -> Document:
        """The offer file that a row, counted from 0, stands for.

        Raises:
            Rejected: with every mistake found in the cells.
        """
        rows, own, cells = self._own(row)
        return rows.document(own, cells)

    def _own(self, row: int) -> tuple[Rows, int, Mapping[str, Any]]:
        """The reader of the table in which a row stands, and there its number and its cells."""
        part, rows, frame = self._parts[self._table.number_of_part(row)]
        own: int = row - part.first
        return rows, own, frame.row(own, named=True)

    def stated(self, values: Mapping[str, Any]) -> Stated:
        """What a row that has been read before states."""
        return self._of_all.stated(values)

    def column_at(self, place: Place) -> Column | None:
        """The column in which a place lies."""
        for part, rows, _ in self._parts:
            table = part.table
            if place.file == table.file or (table.sheet and place.file.startswith(f"{table.file} {table.sheet}!")):
                return rows.column_at(place)
        return None


def one_register(name: str, paths: Sequence[Path], open_one: Callable[[Path], Table]) -> Table:
    """Several tables as one; `name` is what it is called.

    Numbers in texts have one decimal sign in it, whatever signs the tables have.

    Raises:
        Rejected: with every table that cannot be read, or that is neither a workbook nor CSV.
    """
    tables, diagnostics = list[Table](), list[Diagnostic]()
    for path in paths:
        try:
            table = open_one(path)
            if table.kind not in _KINDS:
                words = message("one of several tables is a workbook or CSV, not {kind}", kind=table.kind)
                raise rejected(Place(str(path)), "unreadable", words, message("reclassify it by itself"))
            # What is read is held: the same bytes are decided that were hashed, by columns and row by row.
            tables.append(table._replace(frame=table.frame.collect().lazy()))
        except Rejected as error:
            diagnostics += error.diagnostics
    if diagnostics:
        raise Rejected(diagnostics)
    return _joined(name, tables)


def _with_points(table: Table) -> pl.LazyFrame:
    """A table with decimal commas, with points instead; what is no number there is left for the reader of rows."""
    names = [c.name for c in table.columns if c.fact and c.fact.is_number and not c.detail]
    if not names:
        return table.frame
    apart = {name: pl.col(name).str.replace_all("..", " ", literal=True) for name in names}
    odd = [text.str.contains(f"[.]|{_NO_NUMBER}").fill_null(False) for text in apart.values()]
    plain = {name: _number_with_point(pl.col(name)) for name in names}
    cells = [pl.when(is_odd).then(pl.col(n)).otherwise(plain[n]).alias(n) for n, is_odd in zip(names, odd, strict=True)]
    held = pl.col(EXTRA) if EXTRA in table.frame.collect_schema() else pl.lit(None, pl.String)
    by_rows = pl.when(pl.any_horizontal(odd)).then(pl.lit("a number with the other sign")).otherwise(held)
    return table.frame.with_columns(*cells, by_rows.alias(EXTRA))


def _number_with_point(text: pl.Expr) -> pl.Expr:
    """Numbers with a point for a comma, without noughts that, after a point, could stand for thousands."""
    whole = text.str.replace_all("([0-9]),0*($|[^0-9])", "${1}${2}")
    return whole.str.replace_all("(^|[^0-9]),([0-9])", "${1}0,${2}").str.replace_all(",", ".", literal=True)


def _joined(name: str, tables: Sequence[Table]) -> Table:
    are_alike = len({table.sign for table in tables}) == 1
    read = [table.frame if are_alike or table.sign == "." else _with_points(table) for table in tables]
    frames = [frame.drop(ROW).collect() for frame in read]
    parts, first, faults = list[Part](), 0, dict[int, Fault]()
    for table, frame in zip(tables, frames, strict=True):
        parts.append(Part(first, table))
        faults |= {first + row: fault for row, fault in table.faults.items()}
        first += frame.height
    columns = {column.name: column for table in reversed(tables) for column in table.columns}
    order = dict.fromkeys(column.name for table in tables for column in table.columns)
    digest = hashlib.sha256(b"".join(bytes.fromhex(table.sha256) for table in tables)).hexdigest()
    return Table(
        file=name,
        kind="tables",
        columns=tuple(columns[column] for column in order),
        frame=pl.concat(frames, how="diagonal").with_row_index(ROW).lazy(),
        sign=tables[0].sign if are_alike else ".",
        detected={name: _as_read(table) for name, table in zip(_names_of(tables), tables, strict=True)},
        sha256=digest,
        most_rows=first,
        rows=first,
        faults=faults,
        remarks=tuple(_remarks(tables)),
        parts=tuple(parts),
    )


def _as_read(table: Table) -> str:
    return f"({', '.join(f'{name} {value}' for name, value in table.detected.items())})"


def _remarks(tables: Sequence[Table]) -> Iterator[InputRemark]:
    for name, table in zip(_names_of(tables), tables, strict=True):
        for remark in table.remarks:
            yield remark._replace(detail={**remark.detail, "file": name})


def _names_of(tables: Sequence[Table]) -> list[str]:
    """What tells tables apart: the names of their files; where two have the same, their paths below what they share."""
    names = [Path(table.file).name for table in tables]
    if len({*names}) == len(names):
        return names
    shared = os.path.commonpath([Path(table.file).absolute().parent for table in tables])
    return [Path(os.path.relpath(Path(table.file).absolute(), shared)).as_posix() for table in tables]


class InSeveral(NamedTuple):
    """A word that stands in several tables: in which, and in how many rows."""

    files: tuple[str, ...]
    rows: int


def in_several(
    table: Table, words_of: Callable[[Mapping[str, Any]], Iterable[str]], names: Sequence[str]
) -> dict[str, InSeveral]:
    """The words that rows of more than one table have; `names` are the columns in which they stand."""
    where: dict[str, dict[str, int]] = {}
    name_of = dict(zip((part.first for part in table.parts), _names_of([p.table for p in table.parts]), strict=True))
    frame = table.frame.select(ROW, *(name for name in names if name in table.frame.collect_schema())).collect()
    for values in frame.iter_rows(named=True):
        for word in {*words_of(values)}:
            files = where.setdefault(word, {})
            file = name_of[table.part_of(values[ROW]).first]
            files[file] = files.get(file, 0) + 1
    return {word: InSeveral(tuple(files), sum(files.values())) for word, files in where.items() if len(files) > 1}

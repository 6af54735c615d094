r"""The records of a file of CSV: one notion of where each begins and ends, whatever reads the cells.

A line ends with LF, CR LF or CR CR LF, in a file without any LF with CR. A cell that begins with a quote ends with one
that a separator or the end of the line follows; what stands between is its text, line breaks and all. In any other cell
quotes are signs like others where their number is even. An odd quote, a CR within a line, and bytes that are no text in
the file's encoding cost the row that they stand in, and no other.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import AnyStr, NamedTuple, TextIO

from engine.diagnostics import quoted
from engine.texts.catalogue import Message, message, message_of_number
from offers.tables.limits import MAX_COLUMNS, SHORT, check_faults, check_short_lines, short_lines

_BLOCK = 2**22
_NEAR = 2**15
_LONGEST = 2**24
"""A cell in quotes that does not end within so many characters is taken for one whose quote was never closed."""
_NO_TEXT = re.compile("[\ud800-\udfff]")
UNREAD = "sekskant.unread"
"""How bytes that are no text in an encoding are read, whichever it is: as a sign that no text has."""
codecs.register_error(UNREAD, lambda error: ("\udcff", error.end))  # type: ignore[attr-defined]
_CR_ALONE = re.compile(r"\r(?!\n)")


class Fault(NamedTuple):
    """Why a record cannot be read: in which of its cells, counted from 1, what is wrong, what would be right.

    `is_formula` says that the cell holds a formula that was never computed; `others` are further faults of the record.
    """

    cell: int
    words: Message | str
    advice: Message | str | None
    code: str = "syntax"
    is_formula: bool = False
    others: tuple[Fault, ...] = ()

    @property
    def all(self) -> tuple[Fault, ...]:
        """The fault itself, and the others."""
        return self, *self.others


NO_TEXT = Fault(1, message("the cell holds bytes that are no text in the file's encoding"), message("save it as UTF-8"))
_TOO_MANY = Fault(
    1,
    message_of_number("the row has more than {number} cell", "the row has more than {number} cells", MAX_COLUMNS),
    message("delete what is beyond the headers"),
    "too-large",
)


class CsvRecords(NamedTuple):
    """What the records of a file are, below its header.

    `path` is a file of UTF-8 in which they stand as Polars reads them, after `header_lines`; `rows` is their number,
    blank lines among them, and `faults` says which cannot be read, by their number from 0: these have a cell too many.
    """

    path: Path
    header_lines: int
    rows: int
    faults: dict[int, Fault]


def first_record(text: str, separator: str) -> list[str] | Fault:
    r"""The cells of the first record of a text, without the quotes around them; or why it cannot be read.

    >>> first_record('id;"a\nb"\r\n1;2', ";")
    ['id', 'a\nb']
    """
    cells, at, pattern = list[str](), 0, _patterns(separator).cell
    while True:
        if (cell := pattern.match(text, at)) is None:
            return _odd_quote(text, at, separator, len(cells) + 1)
        plain = cell["plain"]
        cells.append(cell[0][1:].rpartition('"')[0].replace('""', '"') if plain is None else plain)
        if cell["end"] != separator:
            return cells
        at = cell.end()


def end_of_record(text: str, at: int, separator: str) -> int | None:
    r"""Where the record at a place ends, after its line end; None where a cell in quotes does not end in the text.

    >>> end_of_record('"a\nb";c\nd', 0, ";")
    8
    """
    cells = _patterns(separator)
    while at < len(text):
        cell = cells.cell.match(text, at)
        if cell is None:
            closed = text[at] != '"' or cells.closing.match(text, at)
            return end_of_line(text, at) if closed else None
        at = cell.end()
        if cell["end"] != separator:
            return at
    return at


def end_of_line(text: str, at: int) -> int:
    """Where the line at a place ends, after its sign."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def records_of(
    path: Path, codec: str, separator: str, width: int, skipped: int, scratch: Path, *, is_utf_8: bool
) -> CsvRecords:
    """The records of a file, in a file of the scratch folder where Polars would not read them as they stand.

    Args:
        path: the file.
        codec: its encoding, as Python names it.
        separator: what stands between cells.
        width: how many cells the header has.
        skipped: how many lines stand above the header.
        scratch: a folder.
        is_utf_8: whether all of it is known to be UTF-8.

    Raises:
        Rejected: it has too many rows without an offer.
        OSError: it cannot be read, or there is no room.
    """
    decoder = codecs.getincrementaldecoder(codec)(errors=UNREAD)
    ends_with_cr = not any("\n" in decoder.decode(block) for block in _bytes_of(path))
    if is_utf_8 and not ends_with_cr and (lines := _plain_lines(path, skipped)) is not None:
        return CsvRecords(path, skipped + 1, lines, {})
    converted = scratch / "records.csv"
    with converted.open("w", encoding="utf-8", newline="", errors="replace") as target:
        writer = _Writer(target, separator, width, skipped, str(path))
        for text in _whole_lines(path, codec, ends_with_cr=ends_with_cr):
            writer.take(text)
        writer.finish()
    return CsvRecords(converted, 0, writer.count, writer.faults)


def _bytes_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        yield from iter(lambda: stream.read(_BLOCK), b"")


def _plain_lines(path: Path, skipped: int) -> int | None:
    """How many lines stand below the header of a file whose lines are its records; None where they may not be."""
    lines, returns, pairs, last, short = 0, 0, 0, b"\n", 0
    for block in _bytes_of(path):
        if b'"' in block or _has_long_line(block, b"\n"):
            return None
        short += short_lines(block)
        check_short_lines(str(path), short)
        lines, returns = lines + block.count(b"\n"), returns + block.count(b"\r")
        pairs += block.count(b"\r\n") + (last == b"\r" and block.startswith(b"\n"))
        last = block[-1:]
    return lines + (last != b"\n") - skipped - 1 if returns == pairs else None


def _has_long_line(part: AnyStr, end: AnyStr) -> bool:
    """Whether a line in a part of a file is so long that it may have more cells than a reader makes room for."""
    at = 0
    while len(part) - at > MAX_COLUMNS:
        if (found := part.rfind(end, at, at + MAX_COLUMNS)) < 0:
            return True
        at = found + 1
    return False


def _whole_lines(path: Path, codec: str, *, ends_with_cr: bool) -> Iterator[str]:
    """The text of a file in parts that end with a line, but for the last; every line ends with LF alone."""
    decoder, held = codecs.getincrementaldecoder(codec)(errors=UNREAD), ""
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            held += decoder.decode(block)
            if ends_with_cr:
                held = held.replace("\r", "\n")
            text, end, held = held.rpartition("\n")
            if text or end:
                yield text + end
    yield held + decoder.decode(b"", final=True)


class _Writer:
    """Writes records as Polars reads them, and counts them; the header is taken and not written."""

    def __init__(self, target: TextIO, separator: str, width: int, skipped: int, file: str) -> None:
        self._file, self._short = file, 0
        self._target, self._width, self._separator = target, width, separator
        self._cells, self._pattern = csv.writer(target, delimiter=separator, lineterminator="\n"), _patterns(separator)
        self._held, self._skipped = "", skipped + 1
        self.count, self.faults = 0, dict[int, Fault]()

    def take(self, text: str) -> None:
        """Write the records in a text that ends with a line; what may go on in the next text is held."""
        self._take(self._held + text, is_last=False)

    def finish(self) -> None:
        """Write what is held."""
        self._take(self._held, is_last=True)

    def _take(self, text: str, *, is_last: bool) -> None:
        self._held, at = "", 0
        while self._skipped and at < len(text):
            if (end := end_of_record(text, at, self._separator)) is None and not is_last:
                self._held = text[at:]
                return
            at, self._skipped = end or len(text), self._skipped - 1
        text = text[at:]
        if not self._write_plain(text):
            self._write_each(text, is_last=is_last)

    def _write_plain(self, text: str) -> bool:
        """Write a text at once in which every record is well-formed; whether it is one."""
        if _NO_TEXT.search(text) or _CR_ALONE.search(text) or _has_long_line(text, "\n"):
            return False
        rest = self._pattern.in_quotes.sub("x", text) if '"' in text else text
        if '"' in rest or not rest.endswith("\n"):
            return False
        self._target.write(text)
        self._add(rest.count("\n"), short_lines(rest.encode()))
        return True

    def _add(self, rows: int, short: int) -> None:
        self.count, self._short = self.count + rows, self._short + short
        check_short_lines(self._file, self._short)

    def _write_each(self, text: str, *, is_last: bool) -> None:
        """Write the records of a text one by one where something is wrong near them, and all others at once."""
        at = near = 0
        while at < len(text):
            if at >= near:
                near = text.rfind("\n", at, at + _NEAR) + 1
                if near and self._write_plain(text[at:near]):
                    at = near
                    continue
            end = end_of_record(text, at, self._separator)
            if end is None and not is_last and len(text) - at < _LONGEST:
                self._held = text[at:]
                return
            at = self._write_one(text, at, end)

    def _write_one(self, text: str, at: int, end: int | None) -> int:
        """Write the record that begins at a place; where the next one begins."""
        line = end_of_line(text, at)
        end = end or line
        # A line with as many cells as the header, in which a quote is odd, has not gone on in the lines below.
        if end > line and self._is_whole(text[at:line]) and self._has_odd_quote(text[at:end]):
            end = line
        for row in self._lines_in(text[at:end]):
            if (fault := self._fault_in(row)) is None:
                self._target.write(row.rstrip("\r\n") + "\n")
            else:
                self._write_faulty(row, fault)
            self._add(1, int(len(row) <= SHORT))
        return end

    def _has_odd_quote(self, record: str) -> bool:
        fault = self._fault_in(record)
        return fault is not None and fault.words != NO_TEXT.words

    def _is_whole(self, line: str) -> bool:
        """Whether a line has as many cells as the header, those in quotes that it closes counted as one."""
        return self._pattern.closing.sub("", line).count(self._separator) == self._width - 1

    def _lines_in(self, record: str) -> list[str]:
        """The record; or the rows in it, where a CR stands between rows that are whole."""
        if '"' not in record and _CR_ALONE.search(record.rstrip("\r\n")):
            lines = [line for line in record.rstrip("\r\n").split("\r") if line]
            if all(line.count(self._separator) == self._width - 1 for line in lines):
                return lines
        return [record]

    def _fault_in(self, record: str) -> Fault | None:
        if match := _NO_TEXT.search(record):
            return NO_TEXT._replace(cell=record[: match.start()].count(self._separator) + 1)
        if record.count(self._separator) >= MAX_COLUMNS and '"' not in record:
            return _TOO_MANY._replace(cell=self._width + 1)
        at, cell, whole = 0, 0, record.rstrip("\r\n")
        while True:
            match, cell = self._pattern.cell.match(whole, at), cell + 1
            if match is None:
                return _odd_quote(whole, at, self._separator, cell)
            if "\r" in (match["plain"] or ""):
                words = message("a line break stands in the middle of the row")
                return Fault(cell, words, message("write each offer on one line"))
            if match["end"] != self._separator:
                return None
            at = match.end()

    def _write_faulty(self, record: str, fault: Fault) -> None:
        """A row that cannot be read, with as much of its first cells as can be told, and a cell too many."""
        cells = [cell.strip('" \r\n') for cell in re.split(f"{re.escape(self._separator)}|\r", record)]
        cells = cells[: min(fault.cell - 1, self._width)]
        self._cells.writerow([*cells, *[""] * (self._width - len(cells)), str(fault.words)])
        self.faults[self.count] = fault
        check_faults(self._file, len(self.faults))


def _odd_quote(record: str, at: int, separator: str, cell: int) -> Fault:
    shown = quoted(record[at:].split("\n", 1)[0].split(separator, 1)[0])
    words = message("a quote in {cell} does not begin or end the cell", cell=shown)
    advice = message('a cell with a quote in it stands in quotes, and the quote twice: `"5"" pipe"`')
    return Fault(cell, words, advice)


class _Patterns(NamedTuple):
    """How cells look: any cell with what ends it, all cells in quotes, and a quote that closes something."""

    cell: re.Pattern[str]
    in_quotes: re.Pattern[str]
    closing: re.Pattern[str]


@cache
def _patterns(separator: str) -> _Patterns:
    sign = re.escape(separator)
    other = rf'[^{sign}"\n]'
    end, in_quotes = rf"(?P<end>{sign}|(?<!\r)\r*+(?:\n|\Z))", r'"[^"]*+(?:""[^"]*+)*+"'
    return _Patterns(
        re.compile(rf'(?:{in_quotes}|(?P<plain>(?!"){other}*?(?:"{other}*"{other}*?)*?)){end}'),
        re.compile(rf"(?<![^{sign}\n]){in_quotes}(?={sign}|\r*\n)"),
        re.compile(in_quotes),
    )

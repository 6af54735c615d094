"""Opens tables of offers: CSV, XLSX, Parquet and NDJSON, by what the file holds. Cells are left as they are."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from engine.diagnostics import Place, Rejected, rejected
from engine.documents.json_text import load_json
from engine.rulebooks.rulebook import Vocabulary
from offers.tables.cells import DecimalSign
from offers.tables.headers import SHEET, Column, Headers

ROW, EXTRA = " row", " extra"
"""The columns of a table's frame that stand for no cell: the number of the row from 0, and a cell too many."""
_SAMPLE, _BLOCK = 2**20, 2**22
_SEPARATORS = (";", ",", "\t")
_HEADER_WITHIN = 10
_COMMA, _POINT = re.compile(r"[0-9],[0-9]"), re.compile(r"[0-9]\.[0-9]")
_MAGIC = {b"PK\x03\x04": "xlsx", b"PAR1": "parquet"}
_SUFFIXES = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".parquet": "parquet"}
_SUFFIXES |= {".ndjson": "ndjson", ".jsonl": "ndjson"}
SUFFIXES = tuple(_SUFFIXES)


class Table(NamedTuple):
    """A table that has been opened.

    The frame has a column for each that is read, by its name in the table contract, and `ROW`; where the table has no
    types they are texts. An id is a text without spaces around it. `detected` is what a reader may want to check.
    `most_rows` is at least the number of rows. `files` are those that Parquet stands in, with the rows of each.
    """

    file: str
    kind: str
    columns: tuple[Column, ...]
    frame: pl.LazyFrame
    sign: DecimalSign
    detected: dict[str, str]
    sha256: str
    most_rows: int
    first_row: int = 2
    sheet: str | None = None
    files: tuple[Path, ...] = ()
    rows_of_files: tuple[int, ...] = ()

    def place(self, row: int, column: Column | None = None) -> Place:
        """The place of a row, counted from 0, or of a cell in it."""
        if self.sheet is not None:
            cell = f"{_letters(column.number)}{row + self.first_row}" if column else str(row + self.first_row)
            return Place(f"{self.file} {self.sheet}!{cell}")
        return Place(self.file, row + self.first_row, column.number if column else 1)


def open_table(path: Path, vocabulary: Vocabulary, scratch: Path, ignored: Iterable[str] = ()) -> Table:
    """The table in a file. What must be converted to be read is written to the scratch folder.

    Raises:
        Rejected: it cannot be read, or its headers are not those of a table of offers.
    """
    try:
        file = _File(path)
        kind = file.kind
    except OSError as error:
        raise rejected(Place(str(path)), "unreadable", (error.strerror or str(error)).lower()) from None
    headers = Headers(vocabulary)
    opened: Table = {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet, "ndjson": _ndjson}[kind](
        file, headers, tuple(ignored), scratch
    )
    return opened._replace(frame=opened.frame.with_columns(pl.col("id").cast(pl.String).str.strip_chars()))


def parquet_files(folder: Path) -> list[Path]:
    """The files of Parquet in a folder, in the order of their names."""
    return sorted(path for path in folder.glob("*.parquet") if path.is_file() and not path.name.startswith((".", "_")))


class _File:
    """The bytes of a file: what they are, their digest and, for text, their encoding and number of lines.

    A folder is taken as files of Parquet, one after the other.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, str(path)
        if path.is_dir():
            self._take_folder()
            return
        self.files = [path]
        digest, self.lines, utf8 = hashlib.sha256(), 1, codecs.getincrementaldecoder("utf-8")()
        self.encoding = "UTF-8"
        with path.open("rb") as stream:
            self.start = stream.read(_SAMPLE)
            stream.seek(0)
            self.kind = self._kind()
            for block in iter(lambda: stream.read(_BLOCK), b""):
                digest.update(block)
                if self.kind in ("csv", "ndjson"):
                    self.lines += block.count(b"\n")
                    self._try(utf8, block)
        self.sha256 = digest.hexdigest()
        if self.start.startswith(codecs.BOM_UTF8):
            self.encoding = "UTF-8 with BOM"
        elif self.start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self.encoding = "UTF-16"

    def _take_folder(self) -> None:
        self.kind, self.files = "parquet", parquet_files(self.path)
        if not self.files:
            raise rejected(Place(self.name), "unreadable", "there are no Parquet files in the folder")
        digests = hashlib.sha256()
        for file in self.files:
            with file.open("rb") as stream:
                digests.update(hashlib.file_digest(stream, "sha256").digest())
        self.sha256 = digests.hexdigest()

    def _try(self, utf8: codecs.IncrementalDecoder, block: bytes) -> None:
        if self.encoding == "UTF-8":
            try:
                utf8.decode(block)
            except UnicodeDecodeError:
                self.encoding = "cp1252"

    @property
    def codec(self) -> str:
        """The encoding as Python names it."""
        return {"UTF-8 with BOM": "utf-8-sig", "UTF-16": "utf-16"}.get(self.encoding, self.encoding.lower())

    def _kind(self) -> str:
        if not self.start:
            raise rejected(Place(self.name), "empty", "there is nothing in the file")
        for magic, kind in _MAGIC.items():
            if self.start.startswith(magic):
                return kind
        kind = _SUFFIXES.get(self.path.suffix.lower(), "csv")
        if kind in ("xlsx", "parquet"):
            raise rejected(Place(self.name), "unreadable", f"the file is not {kind.upper()}, whatever its name says")
        return "ndjson" if self.start.lstrip().startswith(b"{") else kind

    def text(self, size: int = -1) -> str:
        """The text of the file's beginning."""
        decoder = codecs.getincrementaldecoder(self.codec)(errors="replace")
        return decoder.decode(self.start if size < 0 else self.start[:size])


# --- CSV ---


def _csv(file: _File, headers: Headers, ignored: Sequence[str], scratch: Path) -> Table:
    text = file.text()
    separator = max(_SEPARATORS, key=text.split("\n", 1)[0].count)
    sample = list(itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), 500))
    names = sample[0]
    columns = headers.read(names, file.name, ignored)
    sign = _decimal_sign(columns, sample[1:-1] or sample[1:], "," if separator == ";" else ".")
    path = _as_utf8(file, scratch)
    schema = {f"{i} cell": pl.String for i in range(1, len(names) + 1)} | {EXTRA: pl.String}
    header_lines = len(_first_record(text).splitlines()) or 1
    frame = pl.scan_csv(
        path,
        separator=separator,
        has_header=False,
        skip_lines=header_lines,
        schema=schema,
        truncate_ragged_lines=True,
        missing_columns="insert",
        row_index_name=ROW,
    )
    detected = {"encoding": file.encoding, "separator": repr(separator)[1:-1], "decimal sign": sign}
    selected = frame.select(ROW, EXTRA, *(pl.col(f"{c.number} cell").alias(c.name) for c in columns))
    return Table(file.name, "csv", tuple(columns), selected, sign, detected, file.sha256, file.lines)


def _first_record(text: str) -> str:
    """The header row as written: a quoted header may go over several lines."""
    quotes = 0
    for number, line in enumerate(lines := text.split("\n"), start=1):
        quotes += line.count('"')
        if quotes % 2 == 0:
            return "\n".join(lines[:number])
    return text


def _as_utf8(file: _File, scratch: Path) -> Path:
    if file.encoding in ("UTF-8", "UTF-8 with BOM"):
        return file.path
    path = scratch / "converted.csv"
    with (
        file.path.open(encoding=file.codec, errors="replace", newline="") as source,
        path.open("w", encoding="utf-8", newline="") as target,
    ):
        for block in iter(lambda: source.read(_BLOCK), ""):
            target.write(block)
    return path


def _decimal_sign(columns: Iterable[Column], rows: Iterable[Sequence[str]], default: DecimalSign) -> DecimalSign:
    """The sign that the numbers of a table are written with; by default that of its kind."""
    measured = [c.number - 1 for c in columns if c.fact and c.fact.is_number and not c.detail]
    cells = [row[i].replace("..", " ") for row in rows for i in measured if i < len(row)]
    commas, points = (sum(bool(sign.search(cell)) for cell in cells) for sign in (_COMMA, _POINT))
    return default if commas == points else "," if commas > points else "."


# --- XLSX ---


def _xlsx(file: _File, headers: Headers, ignored: Sequence[str], scratch: Path) -> Table:
    import openpyxl  # noqa: PLC0415 - only workbooks need it

    try:
        book = openpyxl.load_workbook(file.path, read_only=True, data_only=True)
    except Exception as error:
        raise rejected(Place(file.name), "unreadable", f"the workbook cannot be opened: {error}") from None
    name = SHEET if SHEET in book.sheetnames else book.sheetnames[0]
    rows = list(book[name].iter_rows(values_only=True))
    book.close()
    at = next((i for i, row in enumerate(rows[:_HEADER_WITHIN]) if _names_columns(row, headers)), 0)
    names = [_cell_text(c, ".") or "" for c in (rows[at : at + 1] or [()])[0]]
    columns = headers.read(names, file.name, ignored, lambda n: Place(f"{file.name} {name}!{_letters(n)}{at + 1}"))
    texts = [[c if isinstance(c, str) else "" for c in row] for row in rows[at + 1 :]]
    sign = _decimal_sign(columns, texts, ".")
    cells = {c.name: [_cell_text(_nth(row, c.number - 1), sign) for row in rows[at + 1 :]] for c in columns}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)).with_row_index(ROW).lazy()
    detected = {"sheet": name, "decimal sign of texts": sign}
    table = Table(file.name, "xlsx", tuple(columns), frame, sign, detected, file.sha256, len(rows))
    return table._replace(first_row=at + 2, sheet=name)


def _names_columns(row: Sequence[Any], headers: Headers) -> bool:
    return any(isinstance(cell, str) and headers.name_of(cell) == "id" for cell in row)


def _nth(row: Sequence[Any], number: int) -> Any:
    return row[number] if number < len(row) else None


def _cell_text(value: Any, sign: DecimalSign) -> str | None:
    """A cell of a workbook as text: a number with all its digits."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
        return text.replace(".", sign)
    return str(value)


def _letters(number: int) -> str:
    """The letters of a column of a worksheet.

    >>> _letters(6), _letters(28)
    ('F', 'AB')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


# --- Parquet and NDJSON ---


def _parquet(file: _File, headers: Headers, ignored: Sequence[str], scratch: Path) -> Table:
    try:
        schema = pl.read_parquet_schema(file.files[0])
        rows = [pl.scan_parquet(path).select(pl.len()).collect().item() for path in file.files]
    except Exception as error:
        raise rejected(Place(file.name), "unreadable", f"the file cannot be read: {error}") from None
    columns = headers.read(list(schema), file.name, ignored)
    frame = pl.scan_parquet(file.files, row_index_name=ROW, low_memory=True)
    frame = frame.select(ROW, *(pl.col(c.header).alias(c.name) for c in columns))
    table = Table(file.name, "parquet", tuple(columns), frame, ".", {}, file.sha256, sum(rows), first_row=1)
    return table._replace(files=tuple(file.files), rows_of_files=tuple(rows))


def _ndjson(file: _File, headers: Headers, ignored: Sequence[str], scratch: Path) -> Table:
    """A JSON object on each line; numbers keep their digits, and a line that is no object becomes a row of its own."""
    rows = list(_objects(file))
    names = list(dict.fromkeys(name for row in rows for name in row if name != EXTRA))
    columns = headers.read(names, file.name, ignored)
    cells = {c.name: [row.get(c.header) for row in rows] for c in columns} | {EXTRA: [r.get(EXTRA) for r in rows]}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)).with_row_index(ROW).lazy()
    return Table(file.name, "ndjson", tuple(columns), frame, ".", {}, file.sha256, len(rows), first_row=1)


def _objects(file: _File) -> Iterator[dict[str, str | None]]:
    with file.path.open(encoding=file.codec, errors="replace") as lines:
        for line in lines:
            try:
                found = load_json(line, file.name, parse_float=str, parse_int=str) if line.strip() else {}
            except (ValueError, Rejected):
                found = None
            if isinstance(found, dict):
                yield {name: _json_text(value) for name, value in found.items()}
            else:
                yield {EXTRA: line.strip()}


def _json_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)

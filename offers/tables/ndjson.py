"""Reads NDJSON: an object on each line; numbers keep their digits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.diagnostics import Place, Rejected, quoted, rejected
from engine.documents.json_text import load_json
from engine.texts.catalogue import message
from offers.tables.csv_text import NO_TEXT, UNREAD, Fault
from offers.tables.headers import Headers
from offers.tables.limits import check_faults, check_rows
from offers.tables.reading import Reading
from offers.tables.table import EXTRA, Table, frame_of_texts
from offers.tables.table_file import TableFile

_HALF = Fault(1, "an escape from `\\ud800` to `\\udfff` is half a character", "write the character itself")


def open_ndjson(file: TableFile, headers: Headers, ignored: Sequence[str], scratch: Path, reading: Reading) -> Table:
    """The table in a file of NDJSON; a line that is no object becomes a row of its own.

    Raises:
        Rejected: its keys are not the headers of a table of offers.
    """
    faults: dict[int, Fault] = {}
    rows = list(_objects(file, faults, reading.max_rows))
    _call_columns_alike(rows, headers, ignored, faults)
    names = list(dict.fromkeys(name for row in rows for name in row if name != EXTRA))
    columns = headers.read(names, file.name, ignored)
    cells = {c.name: [row.get(c.header) for row in rows] for c in columns} | {EXTRA: [r.get(EXTRA) for r in rows]}
    frame = frame_of_texts(cells)
    table = Table(file.name, "ndjson", tuple(columns), frame, ".", {}, file.sha256, len(rows), first_row=1)
    return table._replace(rows=len(rows), faults=faults)


def _call_columns_alike(
    rows: Sequence[dict[str, str | None]], headers: Headers, ignored: Sequence[str], faults: dict[int, Fault]
) -> None:
    """Have each column called by the first of its names: objects need not agree; one with two of them is at fault."""
    first: dict[str, str] = {}
    others: dict[str, str] = {}
    for key in dict.fromkeys(key for row in rows for key in row if key not in (EXTRA, *ignored)):
        column = headers.name_of(key)
        if column and first.setdefault(column, key) != key:
            others[key] = column
    if not others:
        return
    for number, row in enumerate(rows):
        for key in [key for key in row if key in others]:
            column, name = others[key], first[others[key]]
            if name not in row:
                row[name] = row.pop(key)
                continue
            words = message(
                "{header} and {other} are both `{name}`", header=quoted(key), other=quoted(name), name=column
            )
            faults[number] = Fault(1, words, message("leave one of them out"), "repeated-column")
            row[EXTRA] = row.pop(key) or ""


def _objects(file: TableFile, faults: dict[int, Fault], max_rows: int | None) -> Iterator[dict[str, str | None]]:
    with file.path.open(encoding=file.codec, errors=UNREAD) as lines:
        for number, line in enumerate(lines):
            check_rows(file.name, number + 1, file.kind, max_rows)
            try:
                line.encode()
                record = _read(line, file.name) if line.strip() else {}
                if "\\u" in line and _has_half(record):
                    faults[number], record = _HALF, None
            except UnicodeEncodeError:
                faults[number], record = NO_TEXT, None
            except Rejected as error:
                (first, *_), record = error.diagnostics, None
                faults[number] = Fault(first.place.column or 1, first.words, first.advice, first.code)
            except ValueError:
                record = None
            check_faults(file.name, len(faults))
            if isinstance(record, dict):
                yield {name: _json_text(value) for name, value in record.items()}
            else:
                yield {EXTRA: line.strip().encode(errors="replace").decode()}


def _has_half(record: Any) -> bool:
    """Whether half a character stands in a record, of which UTF-16 makes some of two."""
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _read(line: str, file: str) -> Any:
    return load_json(line, file, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_object)


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name, value in pairs:
        if name in record:
            words = message("the key {name} stands twice in one object", name=quoted(name))
            raise rejected(Place(""), "duplicate-key", words, message("leave one of them out"))
        record[name] = value
    return record


def _json_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)

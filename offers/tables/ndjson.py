"""Reads NDJSON: an object on each line; numbers keep their digits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.diagnostics import Rejected, quoted
from engine.documents.json_text import load_json
from offers.tables.csv_text import NO_TEXT, Fault
from offers.tables.headers import Headers
from offers.tables.reading import Reading
from offers.tables.table import EXTRA, Table, frame_of_texts
from offers.tables.table_file import TableFile


def open_ndjson(file: TableFile, headers: Headers, ignored: Sequence[str], scratch: Path, reading: Reading) -> Table:
    """The table in a file of NDJSON; a line that is no object becomes a row of its own.

    Raises:
        Rejected: its keys are not the headers of a table of offers.
    """
    faults: dict[int, Fault] = {}
    rows = list(_objects(file, faults))
    names = list(dict.fromkeys(name for row in rows for name in row if name != EXTRA))
    columns = headers.read(names, file.name, ignored)
    cells = {c.name: [row.get(c.header) for row in rows] for c in columns} | {EXTRA: [r.get(EXTRA) for r in rows]}
    frame = frame_of_texts(cells)
    table = Table(file.name, "ndjson", tuple(columns), frame, ".", {}, file.sha256, len(rows), first_row=1)
    return table._replace(rows=len(rows), faults=faults)


class _Repeated(ValueError):
    """A name that stands twice in an object."""


def _objects(file: TableFile, faults: dict[int, Fault]) -> Iterator[dict[str, str | None]]:
    with file.path.open(encoding=file.codec, errors="surrogateescape") as lines:
        for number, line in enumerate(lines):
            try:
                line.encode()
                found = _read(line, file.name) if line.strip() else {}
            except UnicodeEncodeError:
                faults[number], found = NO_TEXT, None
            except _Repeated as error:
                hint = "leave one of them out"
                faults[number], found = Fault(1, f"the key {quoted(str(error))} stands twice", hint), None
            except (ValueError, Rejected):
                found = None
            if isinstance(found, dict):
                yield {name: _json_text(value) for name, value in found.items()}
            else:
                yield {EXTRA: line.strip().encode(errors="replace").decode()}


def _read(line: str, file: str) -> Any:
    return load_json(line, file, parse_float=str, parse_int=str, object_pairs_hook=_object)


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Repeated(name)
        found[name] = value
    return found


def _json_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)

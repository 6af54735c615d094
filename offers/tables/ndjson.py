"""Reads NDJSON: an object on each line; numbers keep their digits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.diagnostics import Rejected
from engine.documents.json_text import load_json
from offers.tables.headers import Headers
from offers.tables.table import EXTRA, Table, frame_of_texts
from offers.tables.table_file import TableFile


def open_ndjson(file: TableFile, headers: Headers, ignored: Sequence[str], scratch: Path) -> Table:
    """The table in a file of NDJSON; a line that is no object becomes a row of its own.

    Raises:
        Rejected: its keys are not the headers of a table of offers.
    """
    rows = list(_objects(file))
    names = list(dict.fromkeys(name for row in rows for name in row if name != EXTRA))
    columns = headers.read(names, file.name, ignored)
    cells = {c.name: [row.get(c.header) for row in rows] for c in columns} | {EXTRA: [r.get(EXTRA) for r in rows]}
    frame = frame_of_texts(cells)
    return Table(file.name, "ndjson", tuple(columns), frame, ".", {}, file.sha256, len(rows), first_row=1)


def _objects(file: TableFile) -> Iterator[dict[str, str | None]]:
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

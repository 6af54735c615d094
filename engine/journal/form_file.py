"""Reads the files that are handed over beside a journal, receipts and seals, as far as both are JSON of one form."""

from __future__ import annotations

import json
from typing import Any

from engine.diagnostics import Place, rejected
from engine.documents.document import MAX_BYTES
from engine.documents.json_text import each_key_once, load_json


def read_form(data: bytes, file: str, hint: str) -> Any:
    """What a file says that is no longer than records are and has each key once.

    Raises:
        Rejected: it is longer or deeper, or no JSON that can be read; with the hint.
    """
    if len(data) > MAX_BYTES:
        raise rejected(Place(file), "too-large", f"more than {MAX_BYTES // 2**20} MiB", hint)
    try:
        record = load_json(data.decode(), file, object_pairs_hook=each_key_once)
        json.dumps(record, ensure_ascii=False).encode()  # half a character is no text
    except ValueError:
        raise rejected(Place(file), "receipt-form", "the file is not JSON that can be read", hint) from None
    return record

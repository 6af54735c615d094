"""Reads the files that are handed over beside a journal, receipts and seals, as far as both are JSON of one form."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

from engine.diagnostics import Place, quoted, rejected
from engine.documents.document import MAX_BYTES
from engine.documents.json_text import each_key_once, load_json
from engine.documents.nesting import place_at
from engine.texts.catalogue import Message, message
from engine.values.canonical import exact_number, exact_whole_number

_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*+"|(?P<number>-?[0-9][-+.0-9eE]*|-?Infinity|NaN)', re.DOTALL)
_WHOLE, _SURELY_EXACT = re.compile("-?[0-9]+"), 16
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def text_of_form(data: bytes) -> str:
    r"""The text of a file, without the end of its line: UTF-8, or what its byte order mark says.

    On the way through Windows a file gets another encoding or line end, which alters nothing that it says.

    Raises:
        UnicodeDecodeError: it is no such text.

    >>> {text_of_form(data) for data in (b"{}", b"{}\r\n", b"\xef\xbb\xbf{}", "{}\r\n".encode("utf-16"))}
    {'{}'}
    """
    mark, encoding = next((pair for pair in _MARKS if data.startswith(pair[0])), (b"", "utf-8"))
    return data.removeprefix(mark).decode(encoding).removesuffix("\n").removesuffix("\r")


def read_form(data: bytes, file: str, hint: Message) -> Any:
    """What a file says that is no longer than records are and has each key once.

    Raises:
        Rejected: it is longer or deeper, or no JSON that can be read; with the hint.
    """
    if len(data) > MAX_BYTES:
        raise rejected(Place(file), "too-large", message("more than {size} MiB", size=MAX_BYTES // 2**20), hint)
    try:
        text = text_of_form(data)
        _check_numbers(text, file)
        record = load_json(text, file, object_pairs_hook=each_key_once)
        json.dumps(record, ensure_ascii=False).encode()  # half a character is no text
    except ValueError:
        raise rejected(Place(file), "receipt-form", message("the file is not JSON that can be read"), hint) from None
    return record


def _check_numbers(text: str, file: str) -> None:
    """That each number is the same to every reader, before any of them is taken for another and compared.

    Raises:
        Rejected: one is not; with its place.
    """
    for match in _NUMBER.finditer(text):
        written = match["number"]
        if written is None or (len(written) < _SURELY_EXACT and written.isdecimal()):
            continue
        try:
            (exact_whole_number if _WHOLE.fullmatch(written) else exact_number)(written)
        except ValueError:
            words = message("the number {number} is none that canonical JSON (RFC 8785) has", number=quoted(written))
            hint = message("whole numbers up to 2^53 - 1, others as the shortest text of a double")
            raise rejected(place_at(text, match.start(), file), "receipt-form", words, hint) from None

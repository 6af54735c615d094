"""The catalogue compiled from its source, where a source tree has none that is compiled, or one that is older.

An installation compiles it (`hatch_build.py`). In a clone texts change without one, and gettext would be silent in
English. Nothing but the standard library is needed here, as a clone may have nothing else.
"""

from __future__ import annotations

import gettext
import io
import os
from collections.abc import Iterable, Iterator, Mapping

_HEADER = "Content-Type: text/plain; charset=utf-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
_MAGIC, _HEAD, _ENTRY = 0x950412DE, "<7I", "<2I"
_CONTEXT, _PLURAL = "\x04", "\x00"


def compiled_where_older(source: str, compiled: str) -> gettext.GNUTranslations | None:
    """The texts of a catalogue whose compiled file is not there or older than its source; None where it is neither.

    The compiled file is written, so that it is there from then on; where that cannot be, the texts are no others.
    """
    try:
        is_newer = os.path.getmtime(compiled) >= os.path.getmtime(source)
    except OSError:
        is_newer = not os.path.exists(source)
    if is_newer:
        return None
    with open(source, encoding="utf-8") as stream:
        data = compiled_bytes(entries(stream))
    _keep(data, compiled)
    return gettext.GNUTranslations(io.BytesIO(data))


def _keep(data: bytes, path: str) -> None:
    """Write a file whole or not at all; who else writes it writes the same."""
    aside = f"{path}.{os.getpid()}"
    try:
        with open(aside, "wb") as stream:
            stream.write(data)
        os.replace(aside, path)
    except OSError:
        if os.path.exists(aside):
            os.remove(aside)


def entries(lines: Iterable[str]) -> dict[str, str]:
    r"""The texts of a catalogue with their translations, as gettext keys them; without those that have none.

    >>> list(entries(['msgctxt "a"', 'msgid "one"', 'msgid_plural "some"', 'msgstr[0] "en"', 'msgstr[1] "nogle"']))
    ['', 'a\x04one\x00some']
    """
    found = {"": _HEADER}
    for entry in _parts(lines):
        context = f"{entry['msgctxt']}{_CONTEXT}" if "msgctxt" in entry else ""
        several = f"{_PLURAL}{entry['msgid_plural']}" if "msgid_plural" in entry else ""
        texts = [text for key, text in entry.items() if key.startswith("msgstr")]
        if entry["msgid"] and all(texts):
            found[f"{context}{entry['msgid']}{several}"] = _PLURAL.join(texts)
    return found


def _parts(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Each entry as the words that begin its lines, with the text that follows them."""
    from ast import literal_eval  # noqa: PLC0415 - seldom is anything compiled

    entry: dict[str, str] = {}
    key, is_fuzzy = "", False
    for line in map(str.strip, lines):
        if line.startswith('"'):
            entry[key] += literal_eval(line)
        elif line.startswith("msg"):
            word, _, text = line.partition(" ")
            if word in ("msgctxt", "msgid") and any(one.startswith("msgstr") for one in entry):
                yield from [] if is_fuzzy else [entry]
                entry, is_fuzzy = {}, False
            key, entry[word] = word, literal_eval(text)
        elif line.startswith("#,") and "fuzzy" in line:
            yield from [] if is_fuzzy or not entry else [entry]
            entry, is_fuzzy = {}, True
    yield from [] if is_fuzzy or not entry else [entry]


def compiled_bytes(texts: Mapping[str, str]) -> bytes:
    """Texts as the file that gettext reads (GNU MO), in the order of their bytes."""
    import struct  # noqa: PLC0415 - seldom is anything compiled

    pairs = sorted((key.encode(), text.encode()) for key, text in texts.items())
    table = struct.calcsize(_HEAD)
    start = table + 2 * len(pairs) * struct.calcsize(_ENTRY)
    tables, body = [bytearray(), bytearray()], bytearray()
    for side in (0, 1):
        for pair in pairs:
            tables[side] += struct.pack(_ENTRY, len(pair[side]), start + len(body))
            body += pair[side] + b"\0"
    head = struct.pack(_HEAD, _MAGIC, 0, len(pairs), table, table + len(tables[0]), 0, start)
    return bytes(head + tables[0] + tables[1] + body)

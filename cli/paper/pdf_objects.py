"""The objects of a PDF: those that typst wrote taken apart, and a file of many written.

A file of some thousand pages has some half a million objects. Whatever holds them all in memory as objects takes a
gigabyte; here they stay bytes, and what was written is not held as anything else.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_TRAILER = re.compile(rb"/Root (\d+) 0 R/Info (\d+) 0 R/ID\[\(([^()]*)\)")
_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
_TEXT_MARK = re.compile(rb"\\.|[()]", re.DOTALL)
_STREAM = b">>\nstream\n"
_OBJECTS_TOGETHER = 250
_ENTRY = struct.Struct(">BIH")
_FREE, _AT, _WITHIN = 0, 1, 2
"""Kinds of entries in the table of objects: none, at a place of the file, within a stream of objects."""


class PdfObjects(NamedTuple):
    """A PDF as typst writes it: its objects by their numbers, and those where it begins; `identifier` is its own."""

    bodies: Mapping[int, bytes]
    root: int
    info: int
    identifier: bytes


def objects_of(pdf: bytes) -> PdfObjects:
    """A PDF taken apart, as typst writes it: a table of objects, each with its number and none within another."""
    start = _START.search(pdf[-64:])
    assert start is not None, "a PDF says at its end where it is taken apart from"
    table = pdf[int(start[1]) :]
    first, *entries = table.split(b"\n", 2)[1:]
    count = int(first.split()[1])
    places = [int(entries[0][at : at + 10]) for at in range(20, count * 20, 20)]
    bodies = {}
    for number, (place, end) in enumerate(zip(places, [*places[1:], int(start[1])], strict=True), 1):
        head, body = b"%d 0 obj\n" % number, pdf[place:end].rstrip()
        assert body.startswith(head)
        assert body.endswith(b"\nendobj")
        bodies[number] = body[len(head) : -len(b"\nendobj")]
    trailer = _TRAILER.search(table, 20 * count)
    assert trailer is not None
    return PdfObjects(bodies, int(trailer[1]), int(trailer[2]), trailer[3])


def referred(name: str, body: bytes) -> int:
    """The object that a name refers to.

    >>> referred("Pages", b"<</Type/Catalog/Pages 1 0 R>>")
    1
    """
    match = re.search(rb"/%s (\d+) 0 R" % name.encode(), body)
    assert match is not None, name
    return int(match[1])


def listed(name: str, body: bytes) -> bytes:
    """What stands in the brackets of a name.

    >>> listed("Kids", b"<</Type/Pages/Kids[3 0 R]>>")
    b'3 0 R'
    """
    match = re.search(rb"/%s\[([^\]]*)\]" % name.encode(), body)
    return b"" if match is None else match[1]


def references_in(body: bytes) -> list[int]:
    """The numbers of what is referred to, where no text stands."""
    return [int(match[1]) for match in _REFERENCE.finditer(body)]


def renumbered(body: bytes, number: Callable[[int], int]) -> bytes:
    r"""An object whose references bear other numbers; texts and what a stream holds stay as they are.

    >>> renumbered(b"<</P 7 0 R/T(A (B) 7 0 R)/K[8 0 R]>>", lambda number: number + 10)
    b'<</P 17 0 R/T(A (B) 7 0 R)/K[18 0 R]>>'
    >>> renumbered(b"<</Length 5/R 7 0 R>>\nstream\n7 0 R\nendstream", lambda number: number + 10)
    b'<</Length 5/R 17 0 R>>\nstream\n7 0 R\nendstream'
    """

    def replaced(match: re.Match[bytes]) -> bytes:
        return b"%d 0 R" % number(int(match[1]))

    head, mark, stream = body.partition(_STREAM)
    if b"(" not in head:
        return _REFERENCE.sub(replaced, head) + mark + stream
    parts = [part if is_text else _REFERENCE.sub(replaced, part) for part, is_text in _parted(head)]
    return b"".join(parts) + mark + stream


def _parted(body: bytes) -> Iterator[tuple[bytes, bool]]:
    """What is text and what is not, one after the other; brackets within a text may stand in pairs."""
    depth, start = 0, 0
    for mark in _TEXT_MARK.finditer(body):
        if mark[0] == b"(":
            if not depth:
                yield body[start : mark.start()], False
                start = mark.start()
            depth += 1
        elif mark[0] == b")":
            depth -= 1
            if not depth:
                yield body[start : mark.end()], True
                start = mark.end()
    yield body[start:], False


def stream_of(keys: bytes, content: bytes) -> bytes:
    """A stream, packed, as the body of an object."""
    packed = zlib.compress(content)
    return b"<<%b/Length %d/Filter/FlateDecode>>\nstream\n%b\nendstream" % (keys, len(packed), packed)


class PdfWriter:
    """Writes the objects of a PDF; those without a stream of their own are packed, many together."""

    def __init__(self) -> None:
        self._written = bytearray(b"%PDF-1.7\n%\x80\x80\x80\x80\n")
        self._entries = bytearray(_ENTRY.pack(_FREE, 0, 0xFFFF))
        self._waiting: list[tuple[int, bytes]] = []

    @property
    def next_number(self) -> int:
        """The first number above all that were used."""
        return len(self._entries) // _ENTRY.size

    def reserve(self, numbers: int) -> int:
        """Take so many numbers; the first of them. One that gets no object is free."""
        first = self.next_number
        self._entries += _ENTRY.pack(_FREE, 0, 0) * numbers
        return first

    def write(self, number: int, body: bytes) -> None:
        """Write an object under a number that was taken."""
        if _STREAM in body:
            self._at(number)
            self._written += b"%d 0 obj\n%b\nendobj\n" % (number, body)
            return
        self._waiting.append((number, body))
        if len(self._waiting) == _OBJECTS_TOGETHER:
            self._pack()

    def add(self, body: bytes) -> int:
        """Write an object under a new number."""
        number = self.reserve(1)
        self.write(number, body)
        return number

    def finished(self, root: int, info: int, identifier: bytes) -> bytes:
        """The whole file."""
        self._pack()
        number, place = self.reserve(1), len(self._written)
        self._at(number)
        keys = b"/Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Info %d 0 R/ID[(%b)(%b)]"
        table = keys % (self.next_number, root, info, identifier, identifier)
        self._written += b"%d 0 obj\n%b\nendobj\n" % (number, stream_of(table, bytes(self._entries)))
        self._written += b"startxref\n%d\n%%%%EOF\n" % place
        return bytes(self._written)

    def _at(self, number: int) -> None:
        _ENTRY.pack_into(self._entries, number * _ENTRY.size, _AT, len(self._written), 0)

    def _pack(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        within, heads, place = self.reserve(1), [], 0
        for index, (number, body) in enumerate(waiting):
            _ENTRY.pack_into(self._entries, number * _ENTRY.size, _WITHIN, within, index)
            heads.append(b"%d %d" % (number, place))
            place += len(body) + 1
        head = b" ".join(heads) + b"\n"
        content = head + b"\n".join(body for _, body in waiting)
        keys = b"/Type/ObjStm/N %d/First %d" % (len(waiting), len(head))
        self._at(within)
        self._written += b"%d 0 obj\n%b\nendobj\n" % (within, stream_of(keys, content))

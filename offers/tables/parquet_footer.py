"""What the footer of a file of Parquet says of its row groups, for each of which a reader makes room at once.

Source: the Thrift definition of Parquet's metadata, and Thrift's compact protocol. No reader used here tells it.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, NamedTuple

from engine.documents.regular_file import open_regular

_MAGIC, _TAIL = b"PAR1", 8
_ROW_GROUPS, _COLUMNS, _ROWS = 4, 1, 3
"""The fields of a file's metadata, and of a row group in it, that are asked for."""
_MAX_DEPTH, _MAX_BITS = 20, 70


class RowGroup(NamedTuple):
    """How many rows and how many columns a row group has."""

    rows: int
    columns: int


def row_groups(path: Path) -> list[RowGroup]:
    """The row groups of a file of Parquet.

    Raises:
        ValueError: its footer is not whole.
        Rejected: it is no file.
        OSError: it cannot be read.
    """
    with open_regular(path) as stream:
        metadata = _Compact(_footer(stream)).struct()
    groups = metadata.get(_ROW_GROUPS, [])
    if not isinstance(groups, list):
        raise ValueError("the row groups are no list")
    return [_row_group(group) for group in groups]


def _row_group(group: object) -> RowGroup:
    fields = group if isinstance(group, dict) else {}
    rows, columns = fields.get(_ROWS), fields.get(_COLUMNS)
    if not isinstance(rows, int) or rows < 0 or not isinstance(columns, list):
        raise ValueError("a row group has no rows or columns")
    return RowGroup(rows, len(columns))


def _footer(stream: BinaryIO) -> bytes:
    size = stream.seek(0, 2)
    stream.seek(max(size - _TAIL, 0))
    tail = stream.read(_TAIL)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != _MAGIC or not 0 < length <= size - _TAIL:
        raise ValueError("there is no footer")
    stream.seek(size - _TAIL - length)
    return stream.read(length)


_STOP, _TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _STRUCT = 0, 1, 2, 3, 7, 8, 12
_INTEGERS, _LISTS = (4, 5, 6), (9, 10)
_LONG = 15
"""A list of so many elements or more says how many after its first byte."""


class _Compact:
    """Reads values of the compact protocol, one after the other.

    Raises:
        ValueError: there is no such value; by each method.
    """

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._depth = data, 0, 0

    def struct(self) -> dict[int, object]:
        """A structure: its fields by their numbers."""
        fields, number = dict[int, object](), 0
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ValueError("the footer is nested too deep")
        while (kind := self._byte()) != _STOP:
            delta, kind = divmod(kind, 16)
            number = number + delta if delta else self._integer()
            fields[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind)
        self._depth -= 1
        return fields

    def _value(self, kind: int) -> object:
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind in _INTEGERS:
            return self._integer()
        if kind in (_DOUBLE, _BINARY):
            return self._bytes(8 if kind == _DOUBLE else self._varint())
        if kind in _LISTS:
            return self._list()
        if kind == _STRUCT:
            return self.struct()
        raise ValueError("the footer holds a value of no known kind")

    def _list(self) -> list[object]:
        length, kind = divmod(self._byte(), 16)
        length = self._varint() if length == _LONG else length
        if length > len(self._data) - self._at:
            raise ValueError("a list is longer than the footer")
        return [self._value(kind) for _ in range(length)]

    def _byte(self) -> int:
        return self._bytes(1)[0]

    def _bytes(self, length: int) -> bytes:
        start, self._at = self._at, self._at + length
        if self._at > len(self._data):
            raise ValueError("the footer ends early")
        return self._data[start : self._at]

    def _varint(self) -> int:
        number = 0
        for shift in range(0, _MAX_BITS, 7):
            byte = self._byte()
            number |= (byte & 127) << shift
            if byte < 128:
                return number
        raise ValueError("a number is too long")

    def _integer(self) -> int:
        number = self._varint()
        return (number >> 1) ^ -(number & 1)

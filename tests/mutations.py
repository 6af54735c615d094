"""What somebody makes of a good file: bytes changed by chance, also within what an archive or a database holds."""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import polars as pl

_WORDS = [
    *(b"\0", b"\r", b"\n", b"\t", b"\x1b[2J", b'"', b"'", b";", b"|", b"..", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80"),
    *("\u202e".encode(), "\u2028".encode(), b"&x;", b"<", b"</row>", b"]]>", b"<!--", b"<!DOCTYPE a>", b"<row/>"),
    *(b"-1", b"0", b"1e999", b"1e-9999999", b"9" * 400, b"4294967296", b"1" + b"0" * 30, b"NaN", b"-Infinity", b"1/0"),
    *(b"null", b"true", b"[]", b"{}", b"[" * 60, b"\\ud800", b"&a", b"*a", b"!!x", b": ", b"- ", b"%", b"XFD1048576"),
    *(b"A0", b"ZZZZ9", b"1A", b"." * 2_000, b" " * 2_000, b"x" * 40_000, b"_x0000_", b't="s"', b't="d"', b"ukendt"),
    *(b"<c/>", b"<table:table-row/>", b'table:number-rows-repeated="99999999"', b"https://example.org/" + b"a" * 300),
]
_VALUES: tuple[object, ...] = (10**30, -1, 1.5, None, True, "", "\ud800", "x" * 5_000, [], {}, [[]], {"a": 1})
_CELLS: tuple[object, ...] = (None, "", 0, -1, 2**63 - 1, 1.5, "x", b"\xff", "{}", "[" * 50, "x" * 5_000, "2018-13-45")
_HOSTILE: tuple[str, ...] = (
    *(".", "0", "1", " ", "_", "|", '"', "%", "<", "-", "/", "..", "1..", "§", "a ", ", ", "(", "1%", "12 af "),
    *("SEL § 1|", "\u0301\u0323", "=A(", "I alt ", "1,234.", "\xa0", "2016 ", "æ", "kommune ", ">1 ", "1/"),
)


def damaged(data: bytes, by: Random) -> bytes:
    """Bytes in which something was changed, once or a few times."""
    for _ in range(by.choice((1, 1, 1, 2, 3, 8))):
        start = by.randrange(len(data) + 1)
        end = min(len(data), start + by.choice((0, 1, 1, 2, 5, 20, 200)))
        part, word = data[start:end], by.choice(_WORDS)
        new = by.choice((b"", word, part + part, part * 20, bytes(255 - byte for byte in part), word + part))
        data = data[:start] + (new if by.random() > 0.03 else data[: by.randrange(len(data) + 1)]) + data[end:]
        data = data[:start] if by.random() < 0.02 else data
    return data


def damaged_part(archive: bytes, by: Random, parts: Sequence[str]) -> bytes:
    """An archive with something changed in one of these parts, or in how they are packed."""
    if by.random() < 0.2:
        return damaged(archive, by)
    return changed_part(archive, by.choice(parts), lambda data: damaged(data, by))


def changed_part(archive: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """An archive with one of its parts changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            data = source.read(name)
            packed.writestr(name, change(data) if name == part else data)
    return target.getvalue()


def damaged_columns(frame: pl.DataFrame, by: Random) -> bytes:
    """A file of Parquet with something changed in its footer or its pages, or with columns of other types."""
    file = io.BytesIO()
    if by.random() < 0.4:
        name = by.choice(frame.columns)
        kinds = (pl.Binary, pl.Boolean, pl.Date, pl.Float32, pl.Time, pl.Int8, pl.UInt64, pl.Null, pl.Duration)
        lists = pl.Series(name, [[1]] * frame.height), pl.Series(name, [{"a": 1}] * frame.height)
        odd = by.choice([*(frame[name].cast(kind, strict=False) for kind in _castable(frame[name], kinds)), *lists])
        frame.with_columns(odd).write_parquet(file)
        return file.getvalue()
    frame.write_parquet(file)
    data = file.getvalue()
    length = int.from_bytes(data[-8:-4], "little") + 8
    if by.random() < 0.6:
        return data[:-length] + damaged(data[-length:], by)
    return damaged(data, by)


def _castable(series: pl.Series, kinds: Sequence[type[pl.DataType]]) -> Iterator[type[pl.DataType]]:
    for kind in kinds:
        with contextlib.suppress(pl.exceptions.PolarsError):
            series.cast(kind, strict=False)
            yield kind


def damaged_record(data: bytes, by: Random) -> bytes:
    """JSON with something changed in its text, or one of its values put in place of another."""
    if by.random() < 0.5:
        return damaged(data, by)
    record = json.loads(data)
    holders = list(_holders(record))
    for _ in range(by.choice((1, 1, 3))):
        (one, key), (other, other_key) = by.choice(holders), by.choice(holders)
        one[key] = by.choice((json.loads(json.dumps(other.get(other_key, 0))), *_VALUES))
    return json.dumps(record).encode()


def _holders(record: object) -> Iterator[tuple[dict[str, object], str]]:
    """Each mapping in a record with each of its keys."""
    for value in record.values() if isinstance(record, dict) else record if isinstance(record, list) else ():
        yield from _holders(value)
    if isinstance(record, dict):
        yield from ((record, key) for key in record)


def damaged_database(data: bytes, by: Random) -> bytes:
    """A database of SQLite with something changed in its bytes, or in one of its cells."""
    if by.random() < 0.4:
        return damaged(data, by)
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.db")
        path.write_bytes(data)
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            for (trigger,) in database.execute("select name from sqlite_master where type = 'trigger'").fetchall():
                database.execute(f'drop trigger "{trigger}"')
            with contextlib.suppress(sqlite3.Error):  # a column may not hold what is put there
                _change_cell(database, by)
        return path.read_bytes()


def _change_cell(database: sqlite3.Connection, by: Random) -> None:
    tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
    table = by.choice(sorted(tables))
    columns = [column[1] for column in database.execute(f'pragma table_info("{table}")')]
    rows = [row for (row,) in database.execute(f'select rowid from "{table}"')]  # noqa: S608
    if not rows:
        return
    column, row = by.choice(columns), by.choice(rows)
    (before,) = database.execute(f'select "{column}" from "{table}" where rowid = ?', (row,)).fetchone()  # noqa: S608
    text = str(before).encode()
    changed = by.choice((*_CELLS, damaged(text, by), damaged(text, by).decode(errors="replace")))
    database.execute(f'update "{table}" set "{column}" = ? where rowid = ?', (changed, row))  # noqa: S608


def hostile(by: Random, length: int) -> str:
    """A long text of few signs, over which a pattern may go back."""
    text = (by.choice(_HOSTILE) * length)[:length]
    return by.choice((text, text + "1", "1" + text, text + "x", by.choice(_HOSTILE) + text))

"""Files as somebody damages them: good ones of each kind, changed by chance, and what the commands make of them.

    python -m tests.mutated KIND NUMBER FOLDER

tries so many of a kind in this process, which has at most so much time for each and so much memory. What is wrong with
one is printed, and the file is left in the folder.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import signal
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import polars as pl

from tests.chance import chance
from tests.command import DATA, Ran, here

SECONDS, BYTES = 10, 2**30
"""How much time of the processor each file may take, and how much memory, beyond what the libraries reserve."""
_GOOD_ROWS = [
    "a1;Ahorn;Herlev;kommune;2;0,5",
    'b2;"Birk; og bøg";Herlev;kommune;>=2;0,6',
    "c3;Cypres;Ballerup;kommune;1;0,4",
]
_TABLE = "\n".join(["id;name;operator_name;operator_kind;diagnoses;outside_share_2014", *_GOOD_ROWS, ""]).encode()
_READ_AS = ("--encoding", "utf-8", "--separator", ";", "--decimal", ",")
_WORDS = [
    *(b"\0", b"\r", b"\n", b"\t", b"\x1b[2J", b'"', b"'", b";", b"|", b"..", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80"),
    *(
        "\u202e".encode(),
        "\u2028".encode(),
        b"&x;",
        b"<",
        b"</row>",
        b"]]>",
        b"<!--",
        b"<!DOCTYPE a>",
        b"<row/>",
        b"<c/>",
    ),
    *(b"-1", b"0", b"1e999", b"1e-9999999", b"9" * 400, b"4294967296", b"1" + b"0" * 30, b"NaN", b"-Infinity", b"1/0"),
    *(b"null", b"true", b"[]", b"{}", b"[" * 60, b"\\ud800", b"&a", b"*a", b"!!x", b": ", b"- ", b"%", b"XFD1048576"),
    *(b"A0", b"ZZZZ9", b"1A", b"." * 2_000, b" " * 2_000, b"x" * 40_000, b"_x0000_", b't="s"', b't="d"', b"ukendt"),
]


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


class Kind(NamedTuple):
    """A kind of file: its name, how one is made, the command on it, its exit codes, and what else is a fault."""

    file: str
    made: Callable[[Random], bytes]
    arguments: tuple[str, ...]
    codes: tuple[int, ...]
    fault: Callable[[Ran, bytes], str | None] = lambda ran, data: None


def _table(by: Random) -> bytes:
    return damaged(_TABLE, by)


def _row_of_table(by: Random) -> bytes:
    """A table in which one row was changed, and no line break stands in what was changed."""
    lines = _TABLE.splitlines(keepends=True)
    lines[2] = damaged(lines[2].rstrip(b"\n"), by).replace(b"\n", b"").replace(b"\r", b"") + b"\n"
    return b"".join(lines)


def _others_not_decided(ran: Ran, data: bytes) -> str | None:
    """Whether a row is missing that nothing was done to, and that no other has the id of."""
    if not Path("run").is_dir():
        return "no row is decided"
    decided = {i for file in Path("run", "decisions").glob("*.parquet") for i in pl.read_parquet(file)["offer"]}
    missing = {"a1", "c3"} - decided
    return f"{', '.join(sorted(missing))} is not decided" if missing and "repeated-offer" not in ran.err else None


def _workbook(by: Random) -> bytes:
    """A workbook with something changed in one of its parts, or in how they are packed."""
    import xlsxwriter  # noqa: PLC0415 - only one kind needs it

    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet("Register")
        for row, line in enumerate(_TABLE.decode().splitlines()):
            for column, cell in enumerate(line.replace('"Birk; og bøg"', "Birk og bøg").split(";")):
                sheet.write(row, column, float(cell) if cell.isdecimal() else cell)
    if by.random() < 0.2:
        return damaged(book.getvalue(), by)
    target = io.BytesIO()
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        parts = [name for name in source.namelist() if name.endswith((".xml", ".rels")) and "docProps" not in name]
        chosen = by.choice([*parts, *["xl/worksheets/sheet1.xml"] * 8, *["xl/sharedStrings.xml"] * 3])
        for name in source.namelist():
            data = source.read(name)
            packed.writestr(name, damaged(data, by) if name == chosen else data)
    return target.getvalue()


def _offer(by: Random) -> bytes:
    return damaged(by.choice(sorted(DATA.glob("*.yaml"))).read_bytes(), by)


def _gnisten_not_decided(ran: Ran, data: bytes) -> str | None:
    is_told = "Gnisten" in ran.out or "gnisten" in ran.err
    return None if is_told else "the offer beside it is not decided"


def _receipt(by: Random) -> bytes:
    """A receipt with something changed in its text, or one of its values put in place of another."""
    written = Path("receipt.json").read_bytes()
    if by.random() < 0.5:
        return damaged(written, by)
    record = json.loads(written)
    holders = list(_holders(record))
    for _ in range(by.choice((1, 1, 3))):
        (one, key), (other, other_key) = by.choice(holders), by.choice(holders)
        values: tuple[object, ...] = (10**30, -1, 1.5, None, True, "", "\ud800", "x" * 5_000, [], {}, [[]], {"a": 1})
        one[key] = by.choice((json.loads(json.dumps(other.get(other_key, 0))), *values))
    return json.dumps(record).encode()


def _holders(record: object) -> Iterator[tuple[dict[str, object], str]]:
    """Each mapping in a record with each of its keys."""
    for value in record.values() if isinstance(record, dict) else record if isinstance(record, list) else ():
        yield from _holders(value)
    if isinstance(record, dict):
        yield from ((record, key) for key in record)


_RECLASSIFY = ("reclassify", "{}", "--year", "2018", "--out", "run")
KINDS: dict[str, Kind] = {
    "csv": Kind("a.csv", _table, _RECLASSIFY, (0, 1)),
    "row of csv": Kind("a.csv", _row_of_table, (*_RECLASSIFY, *_READ_AS), (0, 1), _others_not_decided),
    "xlsx": Kind("a.xlsx", _workbook, _RECLASSIFY, (0, 1)),
    "offer": Kind(
        "a.yaml",
        _offer,
        ("assess", "{}", str(DATA / "gnisten.yaml"), "--year", "2018", "--summary"),
        (0, 1),
        _gnisten_not_decided,
    ),
    "receipt": Kind("a.json", _receipt, ("receipt", "verify", "{}"), (0, 1, 4)),
}


def faults(name: str, number: int) -> Iterator[str]:
    """Try so many files of a kind in the current folder; what is wrong with each."""
    kind = KINDS[name]
    if name == "receipt":
        here("assess", str(DATA / "gnisten.yaml"), "--year", "2018", "--journal", "j.db")
        here("audit", "receipt", "1", "--journal", "j.db", "--out", "receipt.json")
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process, whatever it is in
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a run that takes over signals leaves a thread behind
    for i in range(number):
        by = chance(f"{name} {i}")
        data = kind.made(by)
        file = Path(f"{i}.{kind.file}")
        file.write_bytes(data)
        for left in (Path("run"), Path("run.runs")):
            shutil.rmtree(left, ignore_errors=True)
        sys.stderr.write(f"at {file}\n")
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        fault = _fault(kind, file, data)
        signal.setitimer(signal.ITIMER_PROF, 0)
        if fault is None:
            file.unlink()
        else:
            yield f"{file}: {fault}"


def _fault(kind: Kind, file: Path, data: bytes) -> str | None:
    try:
        ran = here(*(argument.format(file) for argument in kind.arguments))
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    if ran.code not in kind.codes or "Traceback" in ran.err:
        return f"exit code {ran.code}: {ran.err[-500:]}"
    return kind.fault(ran, data)


def limit_memory() -> None:
    """Let this process have so much more memory than it has now."""
    import resource  # noqa: PLC0415 - Windows has no such limits

    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (2 * BYTES, 2 * BYTES))


if __name__ == "__main__":
    limit_memory()
    with contextlib.chdir(sys.argv[3]):
        for fault in faults(sys.argv[1], int(sys.argv[2])):
            sys.stdout.write(f"{fault}\n")
            sys.stdout.flush()

"""What the libraries that read registers say where they fail reaches nobody: files that are broken, and our words."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from engine.diagnostics import Rejected
from engine.rulebooks.library import Library
from offers.tables.database import TableAddress, open_table_of_database
from offers.tables.opening import open_table
from offers.tables.polars_words import fault_of, polars_failing, words_of
from tests.chance import SOAK, chance
from tests.command import Ran, here
from tests.offers.runs.backends import DUCKDB, needs_duckdb

VOCABULARY = Library().rulebooks[0].vocabulary
FRAME = pl.DataFrame(
    {
        "id": [f"o{i}" for i in range(50)],
        "operator_kind": ["municipality"] * 50,
        "cases_per_10000": [i / 10 for i in range(50)],
    }
)
LIBRARY = re.compile(
    r"polars|arrow|parquet:|thrift|zstd|utf-?8|codec|panick|JoinError|schema|dtype|RUST_BACKTRACE|duckdb\.|checksum|"
    r"serializ|sqlalchemy|sqlite3|operational|database disk|malformed|os error|Traceback|Exception|Error\b",
    re.IGNORECASE,
)
"""Words of libraries which are none of ours."""


def reclassified(register: str, out: str, *options: str, code: int = 0) -> Ran:
    ran = here("reclassify", register, "--year", "2018", "--out", out, "--lang", "en", *options)
    assert ran.code == code, ran.err
    return ran


# --- each failure as it is told ---


def truncated(folder: Path) -> Path:
    FRAME.write_parquet(folder / "register.parquet")
    content = (folder / "register.parquet").read_bytes()
    (folder / "register.parquet").write_bytes(content[:-10])
    return folder / "register.parquet"


def only_the_mark(folder: Path) -> Path:
    (folder / "register.parquet").write_bytes(b"PAR1 and no more than that")
    return folder / "register.parquet"


def damaged_values(folder: Path) -> Path:
    FRAME.write_parquet(folder / "register.parquet")
    content = (folder / "register.parquet").read_bytes()
    (folder / "register.parquet").write_bytes(content[:40] + bytes(200) + content[240:])
    return folder / "register.parquet"


def in_folder(second: pl.DataFrame) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / "register").mkdir()
        FRAME.write_parquet(folder / "register" / "1.parquet")
        second.write_parquet(folder / "register" / "2.parquet")
        return folder / "register"

    return write


def damaged_in_folder(folder: Path) -> Path:
    register = in_folder(FRAME)(folder)
    content = (register / "2.parquet").read_bytes()
    (register / "2.parquet").write_bytes(content[:40] + bytes(200) + content[240:])
    return register


DAMAGED = "unreadable: the file is damaged, or was not copied whole\n  hint: copy it again, or write it anew\n"
SAME_COLUMNS = "\n  hint: all files of a folder have the same columns\n"
OPEN = 'a""' + "x" * 140_000
BROKEN = [
    (truncated, f"register.parquet: {DAMAGED}"),
    (only_the_mark, f"register.parquet: {DAMAGED}"),
    (damaged_values, f"register.parquet: {DAMAGED}"),
    (damaged_in_folder, f"register/2.parquet: {DAMAGED}"),
    (
        in_folder(FRAME.drop("cases_per_10000")),
        "register/2.parquet: unreadable: there is no column `cases_per_10000`, which the files before it have"
        + SAME_COLUMNS,
    ),
    (
        in_folder(FRAME.with_columns(name=pl.lit("A"))),
        "register/2.parquet: unreadable: there is a column `name`, which the files before it do not have"
        + SAME_COLUMNS,
    ),
    (
        in_folder(FRAME.with_columns(pl.col("cases_per_10000").cast(pl.String))),
        "register/2.parquet: unreadable: the column `cases_per_10000` is of another type than in the files before it"
        + SAME_COLUMNS,
    ),
]


@pytest.mark.parametrize(("write", "expected"), BROKEN, ids=range(len(BROKEN)))
def test_a_register_that_cannot_be_read_is_told_in_our_words(
    write: Callable[[Path], Path], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert reclassified(str(write(tmp_path).relative_to(tmp_path)), "run", code=1).err == expected
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("write", [lambda folder: FRAME.write_parquet(folder / "register.parquet"), in_folder(FRAME)])
def test_a_file_whose_batches_end_before_its_rows_do_is_damaged(
    write: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is where Polars panics in a thread of its own."""
    write(tmp_path)
    (register,) = tmp_path.iterdir()
    table = open_table(register, VOCABULARY, tmp_path)
    assert fault_of(table) is None
    monkeypatch.setattr(pl.LazyFrame, "collect_batches", lambda frame: iter([]))
    assert "the file is damaged, or was not copied whole" in str(fault_of(table))


@pytest.fixture
def before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run of `register.parquet`, which stands with it in the folder of the test."""
    monkeypatch.chdir(tmp_path)
    FRAME.write_parquet("register.parquet")
    reclassified("register.parquet", "before")
    return "before"


def test_a_run_before_that_is_damaged_is_told_as_such(tmp_path: Path, before: str) -> None:
    for file in (tmp_path / "before" / "decisions").iterdir():
        content = file.read_bytes()
        file.write_bytes(content[:40] + bytes(400) + content[440:])
    (tmp_path / "before" / "record.json").unlink()  # as runs of before, whose files no record names
    ran = reclassified("register.parquet", "run", "--previous", before, code=1)
    assert ran.err == "before: unreadable: there is no complete run in the folder\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "ids.csv: unreadable: no such file or directory\n"),
        (
            b"old;new\n\x81\x8d;a\n",
            "ids.csv:2:1: not-utf-8: the text is not UTF-8, and reads like Danish in none of the encodings that are "
            "used for it\n  hint: save it as UTF-8, or name its encoding with `--encoding`\n",
        ),
        (
            f'old;new\na;"{OPEN}\n'.encode(),
            'ids.csv:2:1: too-large: a cell has more than 131072 characters\n  hint: is a `"` not closed?\n',
        ),
    ],
)
def test_ids_that_cannot_be_read_are_told_in_our_words(content: bytes | None, expected: str, before: str) -> None:
    if content is not None:
        Path("ids.csv").write_bytes(content)
    options = ("--previous", before, "--ids", "ids.csv")
    assert reclassified("register.parquet", "run", *options, code=1).err == expected


# --- whatever is damaged ---


def damaged(content: bytes, name: object) -> Iterator[bytes]:
    """A file cut, with bytes changed, put in and set to zero, but for the first ones, by which it is known."""
    luck = chance(name)
    for number in range(60 * SOAK):
        broken, at = bytearray(content), luck.randrange(12, len(content))
        match number % 4:
            case 0:
                del broken[at:]
            case 1:
                for _ in range(luck.randint(1, 4)):
                    broken[luck.randrange(12, len(broken))] = luck.randrange(256)
            case 2:
                broken[at : at + 8] = bytes(8)
            case _:
                broken[at:at] = luck.randbytes(3)
        yield bytes(broken)


@contextmanager
def only_our_words(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever is refused inside is told by diagnostics without a word of a library, and nothing is printed."""
    try:
        yield
    except Rejected as error:
        for diagnostic in error.diagnostics:
            words = re.sub("`[^`]*`", "", f"{diagnostic.message} {diagnostic.hint or ''}")
            assert not LIBRARY.search(words), diagnostic
    assert capfd.readouterr() == ("", "")


def test_damaged_parquet_is_read_or_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    FRAME.write_parquet(tmp_path / "whole.parquet")
    refused = 0
    for content in damaged((tmp_path / "whole.parquet").read_bytes(), "damaged parquet"):
        (tmp_path / "register.parquet").write_bytes(content)
        with only_our_words(capfd):
            table = open_table(tmp_path / "register.parquet", VOCABULARY, tmp_path)
            if fault := fault_of(table):
                refused += 1
                raise fault
    assert refused > SOAK


@pytest.mark.slow
@needs_duckdb
def test_a_damaged_file_of_duckdb_is_read_or_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    import duckdb  # noqa: PLC0415 - an extra

    FRAME.write_parquet(tmp_path / "whole.parquet")
    with duckdb.connect(str(tmp_path / "whole.duckdb")) as connection:
        connection.read_parquet(str(tmp_path / "whole.parquet")).create("offers")
    for number, content in enumerate(damaged((tmp_path / "whole.duckdb").read_bytes(), "damaged duckdb")):
        (tmp_path / "register.duckdb").write_bytes(content)
        scratch = tmp_path / str(number)
        scratch.mkdir()
        with only_our_words(capfd):
            address = TableAddress.of(f"{tmp_path / 'register.duckdb'}#offers")
            assert address is not None
            open_table_of_database(address, VOCABULARY, scratch)


def test_a_damaged_file_of_sqlite_is_read_or_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(tmp_path / "whole.db") as connection:
        connection.execute("CREATE TABLE offers (id TEXT PRIMARY KEY, cases_per_10000 TEXT)")
        connection.executemany("INSERT INTO offers VALUES (?, ?)", [(f"o{i}", str(i)) for i in range(500)])
    connection.close()
    for number, content in enumerate(damaged((tmp_path / "whole.db").read_bytes(), "damaged sqlite")):
        (tmp_path / "register.db").write_bytes(content)
        scratch = tmp_path / str(number)
        scratch.mkdir()
        with only_our_words(capfd):
            address = TableAddress.of(f"sqlite:///{tmp_path / 'register.db'}#offers")
            assert address is not None
            open_table_of_database(address, VOCABULARY, scratch)


@pytest.mark.slow
@pytest.mark.parametrize("backend", [(), pytest.param(DUCKDB, marks=needs_duckdb)], ids=["polars", "duckdb"])
def test_a_run_of_damaged_parquet_says_no_word_of_a_library(
    backend: tuple[str, ...], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    FRAME.write_parquet(tmp_path / "whole.parquet")
    contents = list(damaged((tmp_path / "whole.parquet").read_bytes(), f"run of damaged parquet {backend}"))
    for number, content in enumerate(contents[: 12 * SOAK]):
        register = tmp_path / f"{number}.parquet"
        register.write_bytes(content)
        ran = here("reclassify", str(register), "--year", "2018", "--out", str(tmp_path / f"run {number}"), *backend)
        assert ran.code in (0, 1), ran.err
        assert not LIBRARY.search(re.sub(r"`[^`]*`|/\S*\.parquet", "", ran.err)), ran.err
    assert capfd.readouterr() == ("", "")


# --- how it is told ---


class PanicException(BaseException):
    """As Rust ends where it did not expect what it found: by a class that cannot be imported."""


def test_a_panic_is_a_failure_of_polars(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Rejected) as caught, polars_failing(lambda error: Rejected([])):
        raise PanicException("words of Rust")
    assert caught.value.diagnostics == ()
    for raised in (KeyboardInterrupt, SystemExit, ValueError):
        with pytest.raises(raised), polars_failing(lambda error: Rejected([])):
            raise raised


def every_kind(of: type[BaseException]) -> Iterator[type[BaseException]]:
    yield of
    for kind in of.__subclasses__():
        yield from every_kind(kind)


@pytest.mark.parametrize("kind", list(every_kind(pl.exceptions.PolarsError)), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("file", ["parquet", "csv"])
def test_a_failure_of_any_kind_has_a_text(kind: type[Exception], file: str) -> None:
    message, hint = words_of(kind("words of Polars"), file)
    assert message
    assert "words of Polars" not in f"{message} {hint}"

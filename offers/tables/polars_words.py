"""What Polars says where it fails, in our words: nothing of what it says itself reaches a person."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import polars as pl

from engine.diagnostics import Place, Rejected, refusal_of, rejected
from engine.texts.catalogue import Message, message
from offers.tables.standard_error import unheard
from offers.tables.table import Table

_GENERAL = message("the file cannot be read")


class _Words(NamedTuple):
    kinds: tuple[type[Exception], ...]
    said: Message
    advice: Message | None


DAMAGED = message("the file is damaged, or was not copied whole"), message("copy it again, or write it anew")
"""What is said of a file that is not whole, and what would be right."""
_PARQUET = (
    _Words(
        (pl.exceptions.SchemaError,), message("the values of a column are not of its type"), message("write it anew")
    ),
    _Words((pl.exceptions.ComputeError, pl.exceptions.InvalidOperationError), *DAMAGED),
)


def words_of(error: Exception, kind: str = "parquet") -> tuple[Message | str, Message | None]:
    """What is wrong with a file of a kind that Polars could not read, and what would be right.

    >>> [str(words) for words in words_of(pl.exceptions.ComputeError("parquet: File out of specification: zstd error"))]
    ['the file is damaged, or was not copied whole', 'copy it again, or write it anew']
    >>> str(words_of(FileNotFoundError("No such file or directory (os error 2): a.parquet"))[0])
    'no such file or directory'
    """
    if isinstance(error, OSError):
        refused = refusal(error)
        return (refusal_of(refused) if refused.strerror else _GENERAL), None
    known = (words for words in (_PARQUET if kind == "parquet" else ()) if isinstance(error, words.kinds))
    return next(((words.said, words.advice) for words in known), (_GENERAL, None))


def refusal(error: OSError) -> OSError:
    """What the system refused, as Python has it; Polars has its number within a text."""
    numbers = re.findall(r"\(os error ([0-9]+)\)", str(error))
    if error.errno is not None or not numbers:
        return error
    return OSError(int(numbers[0]), os.strerror(int(numbers[0])))


@contextmanager
def polars_failing(why: Callable[[Exception], Exception]) -> Iterator[None]:
    """Have what is raised where Polars fails be what `why` makes of it, and what it prints be lost.

    What a function that Polars calls has raised is raised as it was.
    """
    try:
        with unheard():
            yield
    except Exception as error:
        first = _first(error)
        raise (why(first) if _is_of_polars(first) else first) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how Rust ends where it did not expect what it found
            raise
        raise why(pl.exceptions.ComputeError()) from error


def _first(error: Exception) -> Exception:
    """What was raised first, where Polars has wrapped it in an exception of its own."""
    while isinstance(error, pl.exceptions.PolarsError) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    return error


def _is_of_polars(error: Exception) -> bool:
    return isinstance(error, pl.exceptions.PolarsError) or (isinstance(error, OSError) and error.errno is None)


@contextmanager
def polars_in_words(place: Place, kind: str = "parquet") -> Iterator[None]:
    """Have what Polars says of a file said in our words.

    Raises:
        Rejected: the file cannot be read.
    """
    with polars_failing(lambda error: rejected(place, "unreadable", *words_of(error, kind))):
        yield


def fault_of(table: Table) -> Rejected | None:
    """What is wrong with a table that Polars failed on; None where it reads all of it."""
    try:
        if len(table.files) > 1:
            _check_files(table)
        with polars_in_words(Place(table.file), "parquet" if table.files else table.kind):
            _read_through(table.frame)
    except Rejected as fault:
        return fault
    return None


def _check_files(table: Table) -> None:
    """Read each file of a folder by itself.

    Raises:
        Rejected: it is damaged.
    """
    for file in table.files:
        with polars_in_words(Place(str(file))):
            _read_through(pl.scan_parquet(file, glob=False).select(c.header for c in table.columns))


def _read_through(frame: pl.LazyFrame) -> None:
    """Read all of a table, and keep none of it.

    Raises:
        PolarsError, OSError: it cannot be read. Where Polars panics, its batches merely end before all rows are there.
    """
    rows = sum(batch.height for batch in frame.collect_batches())
    if rows < frame.select(pl.len()).collect().item():
        raise pl.exceptions.ComputeError

"""Registers as commands take them: a table in a file or a database, several tables, or offer files."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common.console import say_of
from cli.common.options import reading
from cli.common.remarks_on_input import remark_sentences
from cli.common.spoken import in_spoken
from engine.diagnostics import Place, rejected
from engine.explanation.words_and_numbers import Wording
from engine.texts.catalogue import Language, message, message_of_number

if TYPE_CHECKING:
    from engine.rulebooks.rulebook import Vocabulary
    from offers.columns.evaluator import RejectedRow
    from offers.columns.reference_check import Reader
    from offers.tables.reading import Reading
    from offers.tables.table import Table

SHOWN_ASIDE = 5


def opened_register(
    registers: Sequence[str], vocabulary: Vocabulary, ignored: Sequence[str], scratch: Path
) -> tuple[Table, Reader]:
    """A register and the reader of its rows, by what names it; `scratch` takes what must be converted.

    Raises:
        Rejected: it cannot be read.
    """
    from offers.tables.offer_files import table_of_offers  # noqa: PLC0415 - polars is slow to import
    from offers.tables.paths import are_offer_files  # noqa: PLC0415
    from offers.tables.rows import Rows  # noqa: PLC0415
    from offers.tables.several_tables import RegisterRows, one_register  # noqa: PLC0415

    paths = _paths_of_several(registers)
    if paths is not None:
        joined = one_register(_name_of_several(registers), paths, _opener(vocabulary, scratch, ignored))
        return joined, RegisterRows(joined, vocabulary)
    (register,) = registers
    if are_offer_files(Path(register)):
        return table_of_offers(str(Path(register)), vocabulary)
    table = _opened_table(register, vocabulary, scratch, ignored, reading())
    return table, Rows(table, vocabulary)


def _paths_of_several(registers: Sequence[str]) -> list[Path] | None:
    """The files of several tables; None where one register is named as such."""
    from offers.tables.paths import are_offer_files, tables_in  # noqa: PLC0415

    paths: list[Path] = []
    for path in map(Path, registers):
        in_folder = tables_in(path) if path.is_dir() and are_offer_files(path) else []
        if not in_folder and len(registers) == 1:
            return None
        if not in_folder and (path.is_dir() or are_offer_files(path) or "#" in str(path) or "://" in str(path)):
            advice = message("name each other register by itself, or put offer files into one folder")
            raise rejected(
                Place(str(path)), "unreadable", message("several registers are workbooks or tables of CSV"), advice
            )
        paths += in_folder or [path]
    repeated = [path for path, count in Counter(path.resolve() for path in paths).items() if count > 1]
    if repeated:
        raise rejected(
            Place(str(repeated[0])),
            "unreadable",
            message("the table is named twice"),
            message("leave one of the two out"),
        )
    return paths


def _name_of_several(registers: Sequence[str]) -> str:
    """What several tables are called: the folder, or the names of all, in the folder of the first."""
    if len(registers) == 1:
        return str(Path(registers[0]))
    return str(Path(registers[0]).parent / " + ".join(Path(register).name for register in registers))


def _opener(vocabulary: Vocabulary, scratch: Path, ignored: Sequence[str]) -> Callable[[Path], Table]:
    """Opens one of several tables, each with room of its own for what is converted."""
    from offers.tables.opening import open_table  # noqa: PLC0415

    numbers = itertools.count()

    def opened(path: Path) -> Table:
        (room := scratch / f"table{next(numbers)}").mkdir()
        return open_table(path, vocabulary, room, ignored, reading())

    return opened


def _opened_table(register: str, vocabulary: Vocabulary, scratch: Path, ignored: Sequence[str], how: Reading) -> Table:
    if "#" in register or "://" in register:
        from offers.tables.database import TableAddress, open_table_of_database  # noqa: PLC0415 - slow to import

        if (address := TableAddress.of(register)) is not None:
            try:
                return open_table_of_database(address, vocabulary, scratch, ignored)
            except ImportError as error:
                raise not_installed("duckdb", error) from None
    from offers.tables.opening import open_table  # noqa: PLC0415

    return open_table(Path(register), vocabulary, scratch, ignored, how)


def not_installed(extra: str, error: ImportError) -> click.UsageError:
    """What is said where an extra is not installed."""
    title = {"duckdb": "DuckDB", "spark": "Spark"}[extra]
    return click.UsageError(
        in_spoken(
            message(
                "{title} is not installed ({module}): pip install 'sekskant[{extra}]'",
                title=title,
                module=error.name,
                extra=extra,
            )
        )
    )


def say_how_it_was_read(table: Table, language: Language) -> None:
    """Say what was found out about a table, and what else whoever hands it in should know."""
    if table.detected:
        from offers.tables.read_as import read_as  # noqa: PLC0415 - polars is slow to import

        say_of(table.file, read_as(table, language))
    for line in remark_sentences(table.remarks, (), 0, Wording(language)):
        say_of(table.file, line)


def shown_register(registers: Sequence[str]) -> str:
    """What names a register, as it may be read by anyone: without a password."""
    from offers.tables.database import TableAddress  # noqa: PLC0415 - slow to import

    addresses = [(register, TableAddress.of(register)) for register in registers]
    return ", ".join(register if address is None else address.shown_address for register, address in addresses)


def say_set_aside(rows: Sequence[RejectedRow]) -> None:
    """Which rows hold no offer: a person may want to look whether one does."""
    say_places_set_aside([row.diagnostics[0].place for row in rows])


def say_places_set_aside(places: Sequence[Place]) -> None:
    """The same, by where the rows stand."""
    if not places:
        return
    where = ", ".join(map(str, places[:SHOWN_ASIDE])) + (" …" if len(places) > SHOWN_ASIDE else "")
    words = message_of_number(
        "{number} row holds no offer and was set aside", "{number} rows hold no offer and were set aside", len(places)
    )
    say_of(in_spoken(words), where)

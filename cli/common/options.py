"""The options that several commands have, each declared once: language, year, rulebook, format, columns, journal."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.common.choice import Choice
from cli.common.console import Function, print_as_it_comes
from cli.common.option_values import FileName, Size, Words
from cli.common.spoken import in_spoken, spoken
from engine.texts.catalogue import message

if TYPE_CHECKING:
    from offers.tables.reading import Reading

YEARS = click.IntRange(1900, 2999)
"""What can be an agreement year."""
LATEST = "The agreement year; by default the latest one covered."
IN_FORCE = "The version in force on 1 January of this year."
ALL = "The rulebook (repeatable); by default all."
ONLY = "Decide by this rulebook only (repeatable): ID, ID@VERSION, a YAML file or a folder of rulebooks."
_BY, _READING, _RUNS, _PAPERS = "sekskant.by", "sekskant.reading", "sekskant.runs", "sekskant.papers"
_PLACE = "A SQLite file, or postgresql+psycopg://user@host/database."


def language_option(function: Function) -> Function:
    """The option `--lang`."""
    help_text = "The language of texts; by default that of the locale."
    return click.option("--lang", type=Choice(["da", "en"]), default=spoken, help=help_text)(function)


def year_option(help_text: str = LATEST, *, required: bool = False) -> Callable[[Function], Function]:
    """The option `--year`, with what the year is for."""
    return click.option("--year", type=YEARS, required=required, help=help_text)


def shipped_year_option(years: Sequence[str]) -> Callable[[Function], Function]:
    """The option `--year` of a command that reads what is shipped: one of these, the last by default."""
    help_text = "The year of the shipped register."
    return click.option("--year", type=Choice(years), default=years[-1], show_default=True, help=help_text)


def rulebooks_option(help_text: str = ALL) -> Callable[[Function], Function]:
    """The option `--rulebook` of a command that works with several, as `names`."""
    return click.option("--rulebook", "names", multiple=True, metavar="ID", help=help_text)


def rulebook_option(
    help_text: str = "Only this rulebook.", name: str = "rulebook", **more: object
) -> Callable[[Function], Function]:
    """The option `--rulebook` of a command that works with one."""
    return click.option("--rulebook", name, **{"metavar": "ID", "help": help_text, **more})  # type: ignore[arg-type]


def format_option(*forms: str, help_text: str = "How to print.") -> Callable[[Function], Function]:
    """The option `--format` with these forms, the first by default, as `form`."""
    kind: dict[str, Any] = {"type": Choice(forms), "default": forms[0], "show_default": True, "help": help_text}
    return click.option("--format", "form", callback=_print_as, **kind)


_READ = frozenset({"table", "text", "tree"})
"""The forms that a person reads in a terminal; others are for programs and files."""


def _print_as(context: click.Context, parameter: click.Parameter, form: str) -> str:
    if form not in _READ:
        print_as_it_comes()
    return form


def ignore_option(function: Function) -> Function:
    """The option `--ignore-column` of a command that reads a register, as `ignored`."""
    help_text = "Do not read this column (repeatable; *: all unknown)."
    return click.option("--ignore-column", "ignored", multiple=True, metavar="HEADER", help=help_text)(function)


def reading_options(function: Function) -> Function:
    """The options of a command that reads a register by which whoever asks says how; `reading` gives what they say."""
    options: tuple[tuple[str, dict[str, object]], ...] = (
        ("--encoding", {"metavar": "NAME", "help": "How CSV or NDJSON is encoded: utf-8, cp1252, cp850, mac_roman."}),
        ("--separator", {"type": Choice([";", ",", "tab", "|"]), "help": "What separates the cells of CSV."}),
        ("--decimal", {"type": Choice([",", "."]), "help": "The decimal sign of numbers in texts."}),
        ("--sheet", {"metavar": "NAME", "help": "The sheet of a workbook; by default Register, or the first."}),
        ("--max-size", {"type": Size(), "metavar": "SIZE", "help": "How large a file may be: 512MiB, 20GiB."}),
        ("--max-rows", {"type": click.IntRange(1), "metavar": "N", "help": "How many rows a table may have."}),
    )
    for name, declared in reversed(options):
        function = click.option(name, expose_value=False, callback=_keep, **declared)(function)  # type: ignore[arg-type]
    return function


def _keep(context: click.Context, parameter: click.Parameter, value: str | int | None) -> None:
    if parameter.name == "encoding" and isinstance(value, str):
        try:
            "".encode(value)
        except LookupError:
            raise click.BadParameter(
                in_spoken(message("there is no encoding of texts `{encoding}`", encoding=value)), context, parameter
            ) from None
        value = codecs.lookup(value).name
    context.meta.setdefault(_READING, {})[parameter.name] = "\t" if value == "tab" else value


def paper_options(function: Function) -> Function:
    """The options `--list` and `--report` of a command that decides a register; `papers_asked_for` gives them."""
    for name, help_text in (
        ("--report/--no-report", "Make summary.html a report with each offer; by default up to 20,000 rows."),
        ("--list/--no-list", "Write decisions.xlsx, the list for people; by default up to 20,000 rows."),
    ):
        function = click.option(name, default=None, expose_value=False, callback=_ask_for, help=help_text)(function)
    return function


def _ask_for(context: click.Context, parameter: click.Parameter, value: bool | None) -> None:
    context.meta.setdefault(_PAPERS, {})[parameter.name] = value


def papers_asked_for() -> dict[str, bool | None]:
    """Whether `list` and `report` are asked for, or refused; None where the command says neither."""
    asked: dict[str, bool | None] = click.get_current_context().meta[_PAPERS]
    return asked


def reading() -> Reading:
    """How the register is to be read, as far as the options of the command say."""
    from offers.tables.reading import Reading  # noqa: PLC0415 - polars is slow to import

    return Reading(**click.get_current_context().meta[_READING])


def _journal_option(
    help_text: str, *, required: bool = False, variable: str | None = "SEKSKANT_JOURNAL"
) -> Callable[[Function], Function]:
    return click.option(
        "--journal", type=Words(), metavar="FILE|URL", envvar=variable, required=required, help=help_text
    )


def record_options(function: Function) -> Function:
    """The options `--journal` and `--by` of a command that can record what it decides."""
    by = click.option(
        "--by",
        type=Words(),
        metavar="NAME",
        expose_value=False,
        callback=_remember,
        help="Who records; by default the user's name.",
    )
    return _journal_option(f"Record the decisions in a journal. {_PLACE}")(by(function))


def standing_journal_option(function: Function) -> Function:
    """The option `--journal` of a command that shows decisions with what people decided instead."""
    return _journal_option(f"The journal whose entries and overrides are shown. {_PLACE}")(_runs_option(function))


def journal_option(function: Function) -> Function:
    """The option `--journal` of a command that reads a journal."""
    return _journal_option(f"The journal. {_PLACE} Or set SEKSKANT_JOURNAL.", required=True)(_runs_option(function))


def _runs_option(function: Function) -> Function:
    """The option `--runs` of a command that reads a journal; `folders_of_runs` gives what it says."""
    help_text = "A folder in which runs that the journal names may be read, beside its own (repeatable)."
    kind = FileName(file_okay=False, exists=True)
    named = {"multiple": True, "type": kind, "envvar": "SEKSKANT_RUNS", "metavar": "FOLDER", "help": help_text}
    return click.option("--runs", expose_value=False, callback=_remember_runs, **named)(function)  # type: ignore[arg-type]


def _remember_runs(context: click.Context, parameter: click.Parameter, value: tuple[Path, ...]) -> None:
    context.meta[_RUNS] = value


def folders_of_runs() -> tuple[Path, ...]:
    """The folders in which runs may be read, as the command says."""
    folders: tuple[Path, ...] = click.get_current_context().meta.get(_RUNS, ())
    return folders


def other_journal_option(function: Function) -> Function:
    """The option `--journal` of a command that does without, and is not meant by the environment."""
    return _journal_option("Also compare with the entry in this journal.", variable=None)(_runs_option(function))


def _remember(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    context.meta[_BY] = value


def recorder_name() -> str:
    """Who records: the name given, else that of the user."""
    name: str | None = click.get_current_context().meta.get(_BY)
    return name or user_name()


def user_name() -> str:
    """The name of the user of this machine."""
    import getpass  # noqa: PLC0415 - only what is recorded needs it

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"

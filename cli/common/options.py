"""The options that name a journal and who records in it."""

from __future__ import annotations

import click

from cli.common.console import Function

_BY = "sekskant.by"
_PLACE = "A SQLite file, or postgresql+psycopg://user@host/database."


def record_options(function: Function) -> Function:
    """The options `--journal` and `--by` of a command that can record what it decides."""
    by = click.option(
        "--by", metavar="NAME", expose_value=False, callback=_remember, help="Who records; by default the user's name."
    )
    journal = click.option(
        "--journal", metavar="FILE|URL", envvar="SEKSKANT_JOURNAL", help=f"Record the decisions in a journal. {_PLACE}"
    )
    return journal(by(function))


def journal_option(function: Function) -> Function:
    """The option `--journal` of a command that reads a journal."""
    shown = f"The journal. {_PLACE} Or set SEKSKANT_JOURNAL."
    return click.option("--journal", metavar="FILE|URL", envvar="SEKSKANT_JOURNAL", required=True, help=shown)(function)


def _remember(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    context.meta[_BY] = value


def recorder_name() -> str:
    """Who records: the name given, else that of the user."""
    given: str | None = click.get_current_context().meta.get(_BY)
    return given or user_name()


def user_name() -> str:
    """The name of the user of this machine."""
    import getpass  # noqa: PLC0415 - only what is recorded names it

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"

"""Where what was decided on combinations of statuses is kept from run to run, and whether it is to be used."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common.console import Function, say
from engine.texts.catalogue import message_of_number

if TYPE_CHECKING:
    from offers.runs.run_pass import RunResult

VARIABLE = "SEKSKANT_CACHE"
"""Names another folder than that of the user's caches."""
_NO_CACHE = "sekskant.no-cache"


def cache_option(function: Function) -> Function:
    """The option `--no-cache` of a command that decides a register; `cache_folder` says what follows from it."""

    def keep(context: click.Context, parameter: click.Parameter, value: bool) -> None:
        context.meta[_NO_CACHE] = value

    help_text = "Decide everything anew, and keep nothing for the next run."
    return click.option("--no-cache", is_flag=True, expose_value=False, callback=keep, help=help_text)(function)


def cache_folder() -> Path | None:
    """The folder, whether it is there or not; None where nothing is to be kept, or nobody's home is known."""
    if click.get_current_context().meta.get(_NO_CACHE):
        return None
    if named := os.environ.get(VARIABLE):
        return Path(named).absolute()
    from platformdirs import user_cache_path  # noqa: PLC0415 - only what decides a register needs it

    folder = user_cache_path("sekskant", appauthor=False)
    return folder if folder.is_absolute() else None


def say_what_was_decided(result: RunResult) -> None:
    """Tell how many combinations of statuses a run decided, and how many runs before had decided."""
    now, before = result.decided_now, result.decided_before
    if now + before:
        say(
            message_of_number(
                "{number} combination of statuses: {now} decided now, {before} decided in runs before",
                "{number} combinations of statuses: {now} decided now, {before} decided in runs before",
                now + before,
                now=now,
                before=before,
            )
        )

"""What the commands share: languages, harmless text, diagnostics on standard error, exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import click

from offers.tables.formulas import harmless

if TYPE_CHECKING:
    from engine.diagnostics import Rejected
    from engine.rulebooks.library import Library

RICH_HELP = sys.stdout is not None and sys.stdout.isatty()
"""In a terminal, help comes with colours and boxes; elsewhere as plain text."""

Function = TypeVar("Function", bound=Callable[..., Any])


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    REJECTED = 1
    USAGE = 2
    UNDETERMINED = 3
    INTEGRITY = 4
    CHECK_FAILED = 5


_PRECEDENCE = (Exit.INTEGRITY, Exit.REJECTED, Exit.CHECK_FAILED, Exit.UNDETERMINED)


def exit_code(found: Iterable[Exit]) -> Exit:
    """The exit code where several hold.

    >>> exit_code([Exit.UNDETERMINED, Exit.REJECTED])
    <Exit.REJECTED: 1>
    """
    found = set(found)
    return next((code for code in _PRECEDENCE if code in found), Exit.DONE)


def shown_time(recorded_at: str) -> str:
    """A time of the journal to the minute.

    >>> shown_time("2026-11-22T07:12:03.123456Z")
    '2026-11-22 07:12'
    """
    return recorded_at[:16].replace("T", " ")


def say(message: str) -> None:
    """A message to the reader, on standard error."""
    click.echo(harmless(message), err=True)


def say_rejected(error: Rejected) -> None:
    """The diagnostics of what was rejected."""
    for diagnostic in error.diagnostics:
        say(str(diagnostic))


@cache
def quiet_libraries() -> None:
    """Keep what libraries log off standard error, where Python writes it as long as nobody takes it."""
    import logging  # noqa: PLC0415 - the help of the whole command does without it

    logging.getLogger().addHandler(logging.NullHandler())


_OF_INTEGRITY = {"not-replayable", "damaged-entry", "damaged-header"}


def code_of(error: Rejected) -> Exit:
    """The exit code of what was rejected: what a journal no longer holds is a matter of integrity."""
    is_broken = any(diagnostic.code in _OF_INTEGRITY for diagnostic in error.diagnostics)
    return Exit.INTEGRITY if is_broken else Exit.REJECTED


def stop(code: Exit) -> None:
    """End the command with an exit code."""
    if code is not Exit.DONE:
        sys.exit(int(code))


def load_library() -> Library:
    """The shipped rulebooks; a mistake in them ends the command."""
    from engine.diagnostics import Rejected  # noqa: PLC0415 - help must not wait for it
    from engine.rulebooks.library import Library  # noqa: PLC0415

    try:
        return Library()
    except Rejected as error:
        say_rejected(error)
        sys.exit(int(Exit.REJECTED))

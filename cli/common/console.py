"""What the commands share: languages, harmless text, diagnostics on standard error, exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from cli.common.spoken import in_spoken, spoken
from engine.diagnostics import Diagnostic, Exit, Failure, Rejected, exit_code
from engine.harmless import harmless, harmless_json, one_line
from engine.texts.catalogue import Message

if TYPE_CHECKING:
    from pathlib import Path

    from engine.rulebooks.library import Library

__all__ = ["Exit", "exit_code"]
"""The commands take these from here, with what presents them."""

RICH_HELP = sys.stdout is not None and sys.stdout.isatty()
"""In a terminal, help comes with colours and boxes; elsewhere as plain text."""

Function = TypeVar("Function", bound=Callable[..., Any])


def terminal_width() -> int | None:
    """The width of the terminal, or what the environment says it is; None where there is none."""
    if columns := os.environ.get("COLUMNS"):
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError):
        return None


def nowhere() -> TextIO:
    """A stream that nobody reads."""
    return open(os.devnull, "w")


def say(words: Message | str) -> None:
    """Tell the reader, on standard error: one line, whatever stands in what it names.

    Where nobody takes it, it is lost, and no more than that.
    """
    try:
        click.echo(one_line(in_spoken(words)), err=True)
    except OSError:
        sys.stderr = nowhere()


def say_diagnostic(diagnostic: Diagnostic) -> None:
    """What is wrong, and what would be right."""
    for line in diagnostic.lines(spoken()):
        say(line)


def say_of(what: object, *words: Message | str) -> None:
    """Tell the reader something of a file, a place or the like, on standard error."""
    say(": ".join((str(what), *map(in_spoken, words))))


def say_rejected(error: Rejected) -> None:
    """The diagnostics of what was rejected."""
    present(error)


def present(failure: Failure) -> Exit:
    """Say what a failure says; the exit code that it has."""
    for line in failure.lines(spoken()):
        say(line)
    return failure.exit


def write_or_print(out: Path | None, text: str) -> None:
    """Write a text, which ends its last line, to a file, whole or not at all; or print it where no file is given.

    Raises:
        Rejected: the file cannot be written.
    """
    if out is None:
        print_as_it_comes()
        click.echo(_for_terminal(text) if sys.stdout.isatty() else text, nl=False)
        return
    from engine.documents.file_writer import write_file  # noqa: PLC0415 - only what is used is loaded

    write_file(out, text.encode())


def print_as_it_comes() -> None:
    """Have what is printed from now on come without a pager: a program or a file is to take it."""
    if sys.stdout.isatty():
        from cli.common.pager import as_it_comes  # noqa: PLC0415 - only a terminal has a pager

        as_it_comes()


def _for_terminal(text: str) -> str:
    """What a person sees of a file that others get byte by byte, such as a receipt."""
    return harmless_json(text) if text.startswith("{") else harmless(text)


def stop(code: Exit) -> None:
    """End the command with an exit code."""
    if code is not Exit.DONE:
        sys.exit(int(code))


def load_library(names: Iterable[str | None] = ()) -> Library:
    """The shipped rulebooks, those in the folders of SEKSKANT_RULEBOOKS, and those in folders among the names.

    Raises:
        Rejected: there are mistakes in them.
    """
    from pathlib import Path  # noqa: PLC0415 - help must not wait for it

    from engine.rulebooks.library import Library  # noqa: PLC0415 - nor for that

    library = Library.of_environment()
    folders = [Path(name) for name in names if name is not None and library.is_folder(name)]
    return Library.of_environment(*folders) if folders else library

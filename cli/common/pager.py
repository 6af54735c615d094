"""Long output through a pager on a terminal, as git does.

What a command prints for a person is held until the command has done its work, so that no lock of a journal waits for
a reader; then it is printed, or given to the pager where it is longer than the screen.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import click

PAGER = "SEKSKANT_PAGER"
"""Names the pager, before `PAGER`; `cat` or nothing means none."""
LESS = "FRX"
"""How `less` is asked to show text, unless `LESS` says it: it ends by itself after one screen, keeps colours, clears
nothing."""


class _Held(io.StringIO):
    """What was printed and is not yet shown; to those who ask it is the terminal behind it."""

    def __init__(self, terminal: TextIO) -> None:
        super().__init__(newline="")
        self.terminal = terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of the terminal."""
        return self.terminal.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """How the terminal writes what is no text."""
        return self.terminal.errors

    def isatty(self) -> bool:
        """It is a terminal that shows it."""
        return True

    def fileno(self) -> int:
        """The terminal's, by which its width is known."""
        return self.terminal.fileno()


@contextmanager
def paged() -> Iterator[None]:
    """Show what is printed inside in a pager where it is longer than the screen, and a person reads it there.

    What was printed before a command is interrupted, or ends in a mistake, is shown without.
    """
    if not (sys.stdout.isatty() and sys.stdin is not None and sys.stdin.isatty()):
        yield
        return
    sys.stdout = held = _Held(sys.stdout)
    try:
        yield
    except (SystemExit, click.exceptions.Exit):
        _show(held)
        raise
    except BaseException:
        as_it_comes()
        raise
    _show(held)


def as_it_comes() -> None:
    """Have what is printed from now on come at once and without a pager: programs or files are to take it."""
    if isinstance(sys.stdout, _Held):
        held, sys.stdout = sys.stdout, sys.stdout.terminal
        sys.stdout.write(held.getvalue())


def _show(held: _Held) -> None:
    """Show what is held, if nobody has yet."""
    if sys.stdout is not held:
        return
    sys.stdout = held.terminal
    text = held.getvalue()
    command = os.environ.get(PAGER, os.environ.get("PAGER"))
    if command in ("", "cat") or text.count("\n") < shutil.get_terminal_size().lines or not _through(command, text):
        sys.stdout.write(text)


def _through(command: str | None, text: str) -> bool:
    """Show a text in a pager; whether there was one that could be started."""
    if command is not None:
        os.environ["PAGER"] = command
    os.environ.setdefault("LESS", LESS)
    try:
        with click.get_pager_file(color=True) as pager:
            # A pager takes no bytes that are no text.
            pager.write(text.encode(errors=sys.stdout.errors or "strict").decode())
    except (OSError, ValueError):
        return False
    return True

"""The `sekskant` command. Each subcommand is imported when it is called, so that help and start-up stay quick."""

from __future__ import annotations

import importlib
import os
import re
import sys
from typing import Any, NoReturn, TextIO

import click

from cli.console import RICH_HELP, Exit, say

_COMMANDS = {
    "assess": ("cli.assess", "assess", "Decide offers by the rulebooks of a year, and say why."),
    "offer": ("cli.offer", "offer", "Write offer files."),
    "preview": ("cli.preview", "preview", "Show whom a change of a rulebook would concern."),
    "reclassify": ("cli.reclassify", "reclassify", "Decide a whole register, and say what changed and why."),
    "register": ("cli.register", "register", "Show the printed register of a year, and check its figures."),
    "rulebook": ("cli.rulebook", "rulebook", "Show rulebooks: rules, criteria, facts, references, versions."),
}
READER_IS_GONE = 141
"""The exit code of a program whose output nobody reads on, as shells know it."""
_WIDTH = re.compile("[1-9][0-9]{0,3}\\Z")
_LISTING = "sekskant.listing"
"""Marks a context that only lists commands, for which their summaries are enough."""
_GROUP: Any = click.Group
if RICH_HELP:
    import rich_click

    _GROUP = rich_click.RichGroup


class _LazyGroup(_GROUP):  # type: ignore[misc]
    """A group whose commands are imported when they are called, not to list them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name, summary = _COMMANDS[cmd_name]
        if _LISTING in ctx.meta:
            return click.Command(cmd_name, help=summary)
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _leave(READER_IS_GONE)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        ctx.meta[_LISTING] = True
        super().format_help(ctx, formatter)


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sekskant", message="%(prog)s %(version)s")
def sekskant() -> None:
    """Decide which specialised social offers a framework agreement covers, and say why.

    Rulebooks are written in YAML, offers in YAML or JSON. What the evidence does not settle is undetermined, and
    sekskant says what would settle it.
    """


def main() -> None:
    """Run the command, with its exit code; what the system refuses is a line, never a traceback."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, _nowhere())
        getattr(sys, name).reconfigure(encoding="utf-8", errors="backslashreplace")
    if not _WIDTH.match(os.environ.get("COLUMNS", "")):
        # Those who read it expect a number that a screen can have.
        os.environ.pop("COLUMNS", None)
    try:
        try:
            sekskant(prog_name="sekskant")
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _leave(READER_IS_GONE)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        say(f"{place}unreadable: {(error.strerror or str(error)).lower()}")
        _leave(Exit.REJECTED)


def _leave(code: int) -> NoReturn:
    """End without what is still to be written: nobody takes it."""
    sys.stdout = _nowhere()
    sys.exit(code)


def _nowhere() -> TextIO:
    return open(os.devnull, "w")

"""The `sekskant` command. Each subcommand is imported when it is called, so that help and start-up stay quick."""

from __future__ import annotations

import os
import re
import sys
from typing import Any, NoReturn, TextIO

import click

from cli.common.console import Exit, quiet_libraries, say
from cli.common.lazy_group import lazy_group

_COMMANDS = {
    "assess": ("cli.assess.assess", "assess", "Decide offers by the rulebooks of a year, and say why."),
    "audit": ("cli.audit.audit", "audit", "Read, verify and replay a journal of decisions."),
    "offer": ("cli.assess.offer", "offer", "Write offer files."),
    "preview": ("cli.reclassify.preview", "preview", "Show whom a change of a rulebook would concern."),
    "receipt": ("cli.audit.receipt", "receipt", "Check receipts of decisions."),
    "reclassify": ("cli.reclassify.reclassify", "reclassify", "Decide a whole register, and say what changed and why."),
    "register": ("cli.register.register", "register", "Show the printed register of a year, and check its figures."),
    "rulebook": ("cli.rulebook.rulebook", "rulebook", "Show, check, test and compare rulebooks."),
}
READER_IS_GONE = 141
"""The exit code of a program whose output nobody reads on, as shells know it."""
_WIDTH = re.compile("[1-9][0-9]{0,3}\\Z")
_GROUP: Any = lazy_group(_COMMANDS)


class _Sekskant(_GROUP):  # type: ignore[misc]
    """The whole command: it ends quietly where nobody reads on, and libraries say nothing of their own."""

    def invoke(self, ctx: click.Context) -> Any:
        quiet_libraries()
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _leave(READER_IS_GONE)


@click.group(cls=_Sekskant, context_settings={"help_option_names": ["-h", "--help"]})
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

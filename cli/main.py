"""The `sekskant` command. Each subcommand is imported when it is called, so that help and start-up stay quick."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from cli.common.console import RICH_HELP, nowhere, terminal_width
from cli.common.ending import AS_ESCAPES, end_on_sigterm, in_words
from cli.common.lazy_group import lazy_group
from cli.common.spoken import asked_language, speak
from cli.common.spoken_help import as_spoken

_COMMANDS = {
    "assess": ("cli.assess.assess", "assess", "Decide offers by the rulebooks of a year, and say why."),
    "audit": ("cli.audit.audit", "audit", "Read, verify and replay a journal of decisions."),
    "offer": ("cli.assess.offer", "offer", "Write offer files."),
    "paper": ("cli.paper.paper", "paper", "Write papers for a committee, operators, the agreement."),
    "preview": ("cli.reclassify.preview", "preview", "Show whom a change of a rulebook would concern."),
    "receipt": ("cli.audit.receipt", "receipt", "Check receipts of decisions."),
    "reclassify": ("cli.reclassify.reclassify", "reclassify", "Decide a whole register, and say what changed and why."),
    "register": ("cli.register.register", "register", "Show the printed register of a year, and check its figures."),
    "rulebook": ("cli.rulebook.rulebook", "rulebook", "Show, check, test and compare rulebooks."),
}
_WIDEST_HELP, _NARROWEST_HELP, _MARGIN = 80, 50, 2
_GROUP: Any = lazy_group(_COMMANDS)


class _Sekskant(_GROUP):  # type: ignore[misc]
    """The whole command: whatever happens, it ends in words."""

    def make_context(self, info_name: str | None, args: list[str], *parents: Any, **extra: Any) -> click.Context:
        speak(asked_language(args))
        command = as_spoken(self, click.Context(self))
        if not RICH_HELP:
            extra.setdefault("terminal_width", _help_width())
        context: click.Context = _GROUP.make_context(command, info_name, args, *parents, **extra)
        return context

    def invoke(self, ctx: click.Context) -> Any:
        with in_words():
            end_on_sigterm()
            if ctx.params["no_pager"] or not sys.stdout.isatty():
                return super().invoke(ctx)
            from cli.common.pager import paged  # noqa: PLC0415 - only a person on a terminal has use for it

            with paged():
                return super().invoke(ctx)


@click.group(cls=_Sekskant, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sekskant", message="%(prog)s %(version)s", help="Show the version and exit.")
@click.option("--no-pager", is_flag=True, help="Show long output on a terminal without a pager.")
def sekskant(no_pager: bool) -> None:
    """Decide which specialised social offers a framework agreement covers, and say why.

    Rulebooks are written in YAML, offers in YAML or JSON. What the evidence does not settle is undetermined, and
    sekskant says what would settle it.
    """


def _help_width() -> int:
    """As wide as click makes help; it would import what packs files to ask how wide the terminal is."""
    return max(min(terminal_width() or _WIDEST_HELP, _WIDEST_HELP) - _MARGIN, _NARROWEST_HELP)


def _is_width(text: str) -> bool:
    """Whether a text is a number of columns that a screen can have: from 1 to 9999."""
    return text.isascii() and text.isdigit() and len(text) <= len("9999") and not text.startswith("0")


def _in_utf_8() -> None:
    """Begin again in UTF-8 where the locale has another encoding: what files are called would depend on it."""
    if sys.getfilesystemencoding() == "utf-8" or "utf8" in sys._xoptions or not sys.executable:
        return
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606 - itself, as it was called


def _open_what_is_closed() -> None:
    """Have nothing else take the place of a standard stream that is closed: libraries write to it by its number."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def main() -> None:
    """Run the command, with its exit code; what keeps it from being done is a line, never a traceback."""
    _in_utf_8()
    _open_what_is_closed()
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, nowhere())
        getattr(sys, name).reconfigure(encoding="utf-8", errors=AS_ESCAPES)
    if not _is_width(os.environ.get("COLUMNS", "")):
        # Those who read it expect a number that a screen can have.
        os.environ.pop("COLUMNS", None)
    with in_words():
        try:
            sekskant(prog_name="sekskant")
        finally:
            sys.stdout.flush()

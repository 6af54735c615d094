"""The `sekskant` command. Each subcommand is imported when it is called, so that help and start-up stay quick."""

from __future__ import annotations

import sys

import click

from cli.lazy_group import lazy_group

_COMMANDS = {
    "assess": ("cli.assess", "assess", "Decide offers by the rulebooks of a year, and say why."),
    "offer": ("cli.offer", "offer", "Write offer files."),
    "register": ("cli.register", "register", "Show the printed register of a year, and check its figures."),
    "rulebook": ("cli.rulebook", "rulebook", "Show, check, test and compare rulebooks."),
}


@click.group(cls=lazy_group(_COMMANDS), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sekskant", message="%(prog)s %(version)s")
def sekskant() -> None:
    """Decide which specialised social offers a framework agreement covers, and say why.

    Rulebooks are written in YAML, offers in YAML or JSON. What the evidence does not settle is undetermined, and
    sekskant says what would settle it.
    """


def main() -> None:
    """Run the command, with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    sekskant(prog_name="sekskant")

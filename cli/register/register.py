"""`sekskant register`: the register of a year as it was printed, and the workbook that asks for its evidence."""

from __future__ import annotations

import click

from cli.common.lazy_group import lazy_group

_SHOW = "Show the printed rows, each a service of an offer."
_COMMANDS = {
    "check": ("cli.register.printed", "check", "Compare every printed figure with what the printed rows give."),
    "complete": ("cli.register.complete", "complete", "Put the answers that came back into the register."),
    "show": ("cli.register.printed", "show", _SHOW),
    "template": ("cli.register.template", "template", "Write an Excel workbook in which operators report evidence."),
}


@click.group(cls=lazy_group(_COMMANDS))
def register() -> None:
    """Collect what operators report, and show and check a year's register as it was printed."""

"""`sekskant offer`: write offer files."""

from __future__ import annotations

import click

from cli.common.lazy_group import lazy_group

_NEW = "Write a commented offer file to fill in."
_COMMANDS = {"new": ("cli.assess.offer_new", "new", _NEW)}


@click.group(cls=lazy_group(_COMMANDS))
def offer() -> None:
    """Write offer files."""

"""`sekskant audit`: read, verify, replay and pass on what a journal records."""

from __future__ import annotations

import click

from cli.audit.checking import head, replay, verify
from cli.audit.giving import export, override, receipt
from cli.audit.reading import history, list_entries, show, why, why_not


@click.group()
def audit() -> None:
    """Read, verify and replay a journal of decisions."""


for _command in (list_entries, show, why, why_not, history, verify, head, replay, export, receipt, override):
    audit.add_command(_command)

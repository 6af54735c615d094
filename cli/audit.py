"""`sekskant audit`: read, verify, replay and pass on what a journal records."""

from __future__ import annotations

import click

from cli.audit_checking import head, replay, verify
from cli.audit_giving import export, override, receipt
from cli.audit_reading import history, list_entries, show, why, why_not


@click.group()
def audit() -> None:
    """Read, verify and replay a journal of decisions."""


for _command in (list_entries, show, why, why_not, history, verify, head, replay, export, receipt, override):
    audit.add_command(_command)

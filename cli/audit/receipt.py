"""`sekskant receipt`: check receipts."""

from __future__ import annotations

import click

from cli.common.lazy_group import lazy_group

_VERIFY = "Verify a receipt: its digests, and its decision again."
_COMMANDS = {"verify": ("cli.audit.receipt_verify", "verify", _VERIFY)}


@click.group(cls=lazy_group(_COMMANDS))
def receipt() -> None:
    """Check receipts of decisions."""

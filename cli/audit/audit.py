"""`sekskant audit`: read, verify, replay and pass on what a journal records."""

from __future__ import annotations

import click

from cli.common.lazy_group import lazy_group

_COMMANDS = {
    "cosign": ("cli.audit.sealing", "cosign", "Sign a seal, or put the signatures of its copies together."),
    "export": ("cli.audit.giving", "export", "Write entries as JSON lines, CSV or W3C PROV."),
    "head": ("cli.audit.checking", "head", "Print the count and head digest, for the minutes."),
    "history": ("cli.audit.reading", "history", "Show every decision on an offer, and what changed."),
    "list": ("cli.audit.reading", "list_entries", "List entries: what was decided on what, when and by whom."),
    "override": ("cli.audit.giving", "override", "Record what people decide in place of a decision."),
    "receipt": ("cli.audit.giving", "receipt", "Write the receipt of a decision."),
    "replay": ("cli.audit.checking", "replay", "Decide again from what is recorded, and compare."),
    "seal": ("cli.audit.sealing", "seal", "Seal what a journal holds of a year, for the minutes."),
    "show": ("cli.audit.reading", "show", "Show a recorded decision: its whole trace as a tree."),
    "verify": ("cli.audit.checking", "verify", "Verify entries, chain, rulebooks and batch files."),
    "why": ("cli.audit.reading", "why", "Show the decisive part of a trace."),
    "why-not": ("cli.audit.reading", "why_not", "Show what would have had to be different."),
}


@click.group(cls=lazy_group(_COMMANDS))
def audit() -> None:
    """Read, verify and replay a journal of decisions."""

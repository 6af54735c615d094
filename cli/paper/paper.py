"""`sekskant paper`: papers for people, made from decisions."""

from __future__ import annotations

import click

from cli.common.lazy_group import lazy_group

_COMMANDS = {
    "annex": ("cli.paper.annex", "annex", "Write the annex of the agreement."),
    "committee": (
        "cli.paper.committee",
        "committee",
        "Write the paper for a committee.",
    ),
    "letters": ("cli.paper.letters", "letters", "Write a letter to each operator."),
    "template": ("cli.paper.template", "template", "Write the Word template of a kind of paper, to be edited."),
    "verify": ("cli.paper.verify", "verify", "Verify a paper: as decided, edited, outdated, or not ours."),
}


@click.group(cls=lazy_group(_COMMANDS))
def paper() -> None:
    """Write papers for people: what was decided, by which rule, on which facts."""

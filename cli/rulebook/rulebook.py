"""`sekskant rulebook`: the commands on rulebooks, each in a module of its own."""

from __future__ import annotations

import click

from cli.common.lazy_group import lazy_group

_COMMANDS = {
    "list": ("cli.rulebook.show", "list_rulebooks", "List the rulebooks and their versions."),
    "show": ("cli.rulebook.show", "show", "Show a rulebook: its rule, overrides, criteria and facts."),
    "new": ("cli.rulebook.new", "new", "Write a first rulebook, vocabulary and case file."),
    "next": ("cli.rulebook.next_version", "next_version", "Write the version that follows, as changes to the former."),
    "fmt": ("cli.rulebook.fmt", "fmt", "Lay out rulebooks and vocabularies in one way."),
    "check": ("cli.rulebook.check", "check", "Check rulebooks for mistakes of form and of meaning."),
    "test": ("cli.rulebook.test", "test", "Decide the cases of rulebooks, and say what they do not show."),
    "prove": ("cli.rulebook.prove", "prove", "Prove what holds of a rulebook for every offer."),
    "diff": ("cli.rulebook.diff", "diff", "Say in words what differs between two rulebooks."),
    "table": ("cli.rulebook.table", "table", "Print the truth table of a rulebook, folded to few rows."),
    "export": ("cli.rulebook.export", "export", "Write a rulebook in a form that other tools read (DMN 1.3)."),
}


@click.group(cls=lazy_group(_COMMANDS))
def rulebook() -> None:
    """Show, check, test and compare rulebooks."""

"""`sekskant rulebook`: the commands on rulebooks, each in a module of its own."""

from __future__ import annotations

import click

from cli.lazy_group import lazy_group

_COMMANDS = {
    "list": ("cli.rulebook_show", "list_rulebooks", "List the rulebooks and their versions."),
    "show": ("cli.rulebook_show", "show", "Show a rulebook: its rule, overrides, criteria and facts."),
    "check": ("cli.rulebook_check", "check", "Check rulebooks for mistakes of form and of meaning."),
    "test": ("cli.rulebook_test", "test", "Decide the cases of rulebooks, and say what they do not show."),
}


@click.group(cls=lazy_group(_COMMANDS))
def rulebook() -> None:
    """Show, check, test and compare rulebooks."""

"""`sekskant rulebook list` and `show`: what rulebooks there are, and what one says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.common.console import load_library, write_or_print
from cli.common.json_output import print_json
from cli.common.options import IN_FORCE, format_option, language_option, year_option
from cli.common.selection import chosen_rulebook
from engine.rulebooks.description import rulebook_record

if TYPE_CHECKING:
    from engine.rulebooks.rulebook import Rulebook
    from engine.texts.catalogue import Language


@click.command("list")
@format_option("table", "json")
@language_option
def list_rulebooks(form: str, lang: Language) -> None:
    """List the rulebooks and their versions."""
    rulebooks = load_library().rulebooks
    if form == "json":
        print_json([_entry(rulebook) for rulebook in rulebooks])
        return
    from cli.rulebook.rulebook_text import rulebook_table  # noqa: PLC0415 - only for tables

    click.echo(rulebook_table(rulebooks, lang), nl=False)


@click.command()
@click.argument("name", metavar="ID")
@year_option(IN_FORCE)
@format_option("table", "json", "yaml", help_text="How to print; yaml: the text in full, of which the digest is.")
@language_option
def show(name: str, year: int | None, form: str, lang: Language) -> None:
    """Show a rulebook: its rule, overrides, criteria and the facts they read.

    ID is an id, ID@VERSION, a YAML file or a folder with one rulebook; without a version or year it is the latest one.
    """
    library = load_library([name])
    rulebook = chosen_rulebook(library, name, year or library.latest_year([name]))
    if form == "json":
        print_json(rulebook_record(rulebook))
        return
    if form == "yaml":
        write_or_print(None, rulebook.written_as.decode())
        return
    from cli.rulebook.rulebook_text import rulebook_text  # noqa: PLC0415 - only for tables

    click.echo(rulebook_text(rulebook, lang), nl=False)


def _entry(rulebook: Rulebook) -> dict[str, Any]:
    record = rulebook_record(rulebook)
    return {key: record[key] for key in ("id", "version", "in_force", "title", "sha256")}

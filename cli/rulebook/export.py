"""`sekskant rulebook export`: a rulebook in a form that other tools read."""

from __future__ import annotations

from pathlib import Path

import click

from cli.common.console import load_library, say
from cli.common.option_values import FileName
from cli.common.options import IN_FORCE, format_option, year_option
from cli.common.selection import chosen_rulebook
from engine.documents.file_writer import write_file
from engine.texts.catalogue import message


@click.command()
@click.argument("name", metavar="ID")
@year_option(IN_FORCE)
@format_option("dmn", help_text="dmn: DMN 1.3 XML.")
@click.option("--output", type=FileName(dir_okay=False), help="Write to a file instead of standard output.")
def export(name: str, year: int | None, form: str, output: Path | None) -> None:
    """Write a rulebook in a form that other tools read.

    ID is an id, ID@VERSION or a YAML file. DMN holds a decision table for each criterion, override and group of the
    rule, in FEEL. It gives the same verdicts for offers whose facts are all known; FEEL knows no bounds, and nothing
    that is undetermined.
    """
    from engine.authoring.writing.dmn import dmn  # noqa: PLC0415 - help must not wait for it

    library = load_library([name])
    text = dmn(chosen_rulebook(library, name, year or library.latest_year([name])))
    if output is None:
        click.echo(text, nl=False)
        return
    write_file(output, text.encode())
    say(message("{file}: for offers whose facts are all known; FEEL knows no bounds", file=output))

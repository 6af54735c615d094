"""`sekskant rulebook table`: the truth table of a rulebook, folded to few rows."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from cli.common.console import Exit, load_library, say
from cli.common.options import IN_FORCE, format_option, language_option, year_option
from cli.common.selection import chosen_rulebook
from engine.diagnostics import TooComplex
from engine.texts.catalogue import message

if TYPE_CHECKING:
    from engine.texts.catalogue import Language


@click.command()
@click.argument("name", metavar="ID")
@year_option(IN_FORCE)
@format_option("table", "csv", "md", "html")
@language_option
def table(name: str, year: int | None, form: str, lang: Language) -> None:
    """Print the truth table of a rulebook, folded to few rows.

    ID is an id, ID@VERSION or a YAML file. A row says what overrides and criteria must be for a verdict; what it leaves
    open makes no difference, or cannot occur. No row can be left out or left more open.
    """
    from cli.rulebook.truth_tables import PRINTERS, remarks  # noqa: PLC0415 - help must not wait for it
    from engine.authoring.proofs.truth_table import MAX_ROWS, truth_table  # noqa: PLC0415
    from engine.explanation.words_and_numbers import Wording  # noqa: PLC0415

    library = load_library([name])
    rulebook = chosen_rulebook(library, name, year or library.latest_year([name]))
    try:
        folded = truth_table(rulebook)
    except TooComplex:
        say(
            message(
                "{file}: the table would have more than {most} rows; `sekskant rulebook prove` needs none",
                file=rulebook.file,
                most=MAX_ROWS,
            )
        )
        sys.exit(int(Exit.REJECTED))
    if form == "csv":  # holds rows and nothing else
        for remark in remarks(folded, Wording(lang)):
            say(remark)
    click.echo(PRINTERS[form](folded, lang), nl=False)

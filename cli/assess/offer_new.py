"""`sekskant offer new`: write an offer file to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common.console import load_library, write_or_print
from cli.common.option_values import NewFileName
from cli.common.options import language_option, rulebooks_option, year_option
from cli.common.selection import chosen_rulebooks, shared_vocabulary
from engine.texts.catalogue import message
from offers.records.template import offer_template

if TYPE_CHECKING:
    from engine.texts.catalogue import Language


@click.command()
@rulebooks_option()
@year_option()
@click.option("--id", "identifier", help="The offer's id.")
@click.option("--name", help="The offer's name.")
@click.option("--out", type=NewFileName(), metavar="FILE", help="Where to; by default standard output.")
@language_option
def new(
    names: tuple[str, ...],
    year: int | None,
    identifier: str | None,
    name: str | None,
    out: Path | None,
    lang: Language,
) -> None:
    """Write a commented offer file to fill in, every fact with its label, unit and allowed answers.

    sekskant offer new --name "Solhøj" --out solhoej.yaml
    """
    library = load_library(names)
    year = year or library.latest_year(names)
    rulebooks = chosen_rulebooks(library, names, year)
    shared_vocabulary(rulebooks)
    identifier = identifier or message("new-offer").in_language(lang)
    text = offer_template(rulebooks, year, lang, identifier, name or message("New offer").in_language(lang))
    write_or_print(out, text)

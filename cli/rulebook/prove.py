"""`sekskant rulebook prove`: what holds of a rulebook for every offer, and between two rulebooks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common.console import Exit, load_library, say_of, stop
from cli.common.option_values import FileName
from cli.common.options import IN_FORCE, format_option, language_option, year_option
from cli.common.selection import chosen_rulebook
from cli.common.spoken import in_spoken
from engine.diagnostics import NotComparable, TooComplex
from engine.documents.file_writer import write_file
from engine.texts.catalogue import message

if TYPE_CHECKING:
    from engine.authoring.proofs.proof import Relation
    from engine.rulebooks.rulebook import Rulebook
    from engine.texts.catalogue import Language


@click.command()
@click.argument("name", metavar="ID")
@year_option(IN_FORCE)
@click.option("--implies", metavar="ID", help="Whether every offer that meets this one also meets another.")
@click.option("--equals", metavar="ID", help="Whether every offer gets the same verdict from another.")
@click.option(
    "--counterexample",
    type=FileName(dir_okay=False),
    help="Write the offer on which two rulebooks differ to a file, which can be assessed.",
)
@format_option("table", "json")
@language_option
def prove(
    name: str,
    year: int | None,
    implies: str | None,
    equals: str | None,
    counterexample: Path | None,
    form: str,
    lang: Language,
) -> None:
    """Prove what holds of a rulebook for every offer, or between it and another one.

    ID is an id, ID@VERSION or a YAML file. Without --implies or --equals: for each criterion and override whether
    being met can speak both for and against, and whether it can ever decide; the minimal sufficient and necessary
    sets. All is proven over every status vector that can occur, and every offer whose facts are known; nothing is
    sampled. Rulebooks of a hundred criteria are proven too; one whose decision diagrams would have more than 300,000
    nodes is refused.

    Exit code: 0 done, and what was asked holds; 1 a file was rejected, or is too complex; 5 it does not hold.
    """
    from cli.rulebook import proof_report  # noqa: PLC0415 - help must not wait for it

    if implies and equals:
        raise click.UsageError(in_spoken(message("ask for --implies or for --equals, not for both at once")))
    library = load_library((name, implies, equals))
    year = year or library.latest_year([name])
    rulebook = chosen_rulebook(library, name, year)
    other = implies or equals
    try:
        if other is None:
            click.echo(proof_report.proof_text(rulebook, lang, form), nl=False)
            return
        second = chosen_rulebook(library, other, year)
        holds = _compared(rulebook, second, "implies" if implies else "equals", counterexample, form, lang)
    except TooComplex as error:
        say_of(rulebook.file, error.words)
        sys.exit(int(Exit.REJECTED))
    except NotComparable as error:
        raise click.UsageError(in_spoken(error.words)) from None
    stop(Exit.DONE if holds else Exit.CHECK_FAILED)


def _compared(
    first: Rulebook, second: Rulebook, relation: Relation, file: Path | None, form: str, lang: Language
) -> bool:
    """Print how two rulebooks compare; whether the relation holds."""
    from cli.rulebook import proof_report  # noqa: PLC0415
    from engine.authoring.proofs.proof import compare  # noqa: PLC0415

    comparison = compare(first, second, relation)
    click.echo(proof_report.comparison_text(first, second, relation, comparison, lang, form), nl=False)
    if comparison.counterexample and file is not None:
        text = proof_report.example_text(comparison.counterexample, lang)
        write_file(file, text.encode())
        say_of(file, f"--year {comparison.counterexample.year}")
    return comparison.holds is True

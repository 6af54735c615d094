"""`sekskant paper annex`: the annex of the agreement."""

from __future__ import annotations

from pathlib import Path

import click

from cli.common.console import Exit, exit_code, stop
from cli.common.option_values import FileName
from cli.common.options import (
    ONLY,
    ignore_option,
    language_option,
    reading_options,
    rulebooks_option,
    standing_journal_option,
    year_option,
)
from cli.paper.written import date_option, form_of, say_what_it_takes, say_written, stop_without_decisions, write_paper
from engine.texts.catalogue import Language


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--out",
    type=FileName(dir_okay=False),
    metavar="FILE",
    help="The file: its name ends in .html or .pdf. Without it the paper is printed.",
)
@click.option(
    "--previous",
    type=FileName(file_okay=False, exists=True),
    metavar="RUN",
    help="The folder of a run before: the paper tells what changed since.",
)
@date_option
@year_option()
@rulebooks_option(ONLY)
@ignore_option
@reading_options
@standing_journal_option
@language_option
def annex(
    paths: tuple[str, ...],
    out: Path | None,
    previous: Path | None,
    date: str | None,
    year: int | None,
    names: tuple[str, ...],
    ignored: tuple[str, ...],
    journal: str | None,
    lang: Language,
) -> None:
    """Write the annex of the agreement.

    PATH is offer files or a register. The annex has the rules in plain words, who entered and who left with the ground
    (--previous), the offers by target group with sums of offers and places, the readings, the forms of the most
    specialised offers, and the digests of all decisions.

    Exit code: 0 done; 1 some input was rejected (the paper tells the rest); 2 usage; 4 a decision could not be proven.
    """
    form = form_of(out)
    from cli.paper.annex_paper import annex_paper  # noqa: PLC0415 - help must not wait for it
    from cli.paper.source import Asked, check_at_hand, paper_source, previous_decisions  # noqa: PLC0415
    from engine.explanation.words_and_numbers import Wording  # noqa: PLC0415

    exits: list[Exit] = []
    with paper_source(Asked(paths, year, names, ignored, journal, lang), exits) as source:
        check_at_hand(source)
        before = None if previous is None else previous_decisions(str(previous), exits)
        day = date or (source.recorded_at and source.recorded_at[:10])
        written = annex_paper(source, before, day, Wording(lang))
    if not source.decisions:
        stop_without_decisions(exits)
    say_what_it_takes(form, len(source.decisions))
    write_paper(written, out, form)
    if out is not None:
        say_written(out, len(source.decisions), lang)
    stop(exit_code([code for code in exits if code is not Exit.UNDETERMINED]))

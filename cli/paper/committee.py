"""`sekskant paper committee`: the paper for a committee."""

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
from cli.paper.template_options import filled, template_asked_for, template_options
from cli.paper.written import date_option, form_of, say_what_it_takes, say_written, stop_without_decisions, write_paper
from engine.texts.catalogue import Language


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--out",
    type=FileName(dir_okay=False),
    metavar="FILE",
    help="The file: its name ends in .docx, .html or .pdf. Without it the paper is printed.",
)
@click.option(
    "--previous",
    type=FileName(file_okay=False, exists=True),
    metavar="RUN",
    help="The folder of a run before: the paper tells what changed since.",
)
@template_options
@date_option
@year_option()
@rulebooks_option(ONLY)
@ignore_option
@reading_options
@standing_journal_option
@language_option
def committee(
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
    """Write the paper for a committee.

    PATH is what `sekskant assess` takes: offer files, a register, the folder of a run, or with --journal an entry. The
    paper has a front page with space to sign, the offers by outcome, the rules in plain words, what changed, what is
    undetermined and what is missing, what people decided instead, how the rules are read, the form and justification
    of each offer, and the digests of all decisions. The same source gives the same bytes.

    Exit code: 0 done; 1 some input was rejected (the paper tells the rest); 2 usage; 4 a decision could not be proven.
    """
    form = form_of(out)
    from cli.paper.committee_paper import committee_paper  # noqa: PLC0415 - help must not wait for it
    from cli.paper.source import Asked, paper_source, previous_decisions  # noqa: PLC0415
    from engine.explanation.words_and_numbers import Wording  # noqa: PLC0415

    template = template_asked_for(form)
    exits: list[Exit] = []
    with paper_source(Asked(paths, year, names, ignored, journal, lang), exits) as source:
        before = None if previous is None else previous_decisions(str(previous), exits)
        day = date or (source.recorded_at and source.recorded_at[:10])
        written = committee_paper(source, before, day, Wording(lang))
    if not source.decisions:
        stop_without_decisions(exits)
    say_what_it_takes(form, len(source.decisions))
    write_paper(filled(written), out, form, template=template)
    if out is not None:
        say_written(out, len(source.decisions), lang)
    stop(exit_code([code for code in exits if code is not Exit.UNDETERMINED]))

"""`sekskant paper letters`: a letter to each operator, and the workbook to answer in."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from cli.common.console import Exit, exit_code, say, say_rejected, stop
from cli.common.option_values import FileName
from cli.common.options import (
    ONLY,
    format_option,
    ignore_option,
    language_option,
    reading_options,
    rulebooks_option,
    standing_journal_option,
    year_option,
)
from cli.paper.written import FORMS, date_option, day_option, form_of, write_paper
from engine.texts.catalogue import Language, message, message_of_number

_FIRST_DAY = datetime.date(1980, 1, 1)
"""The day that a workbook says it was made where no day is given: the first that a zip file knows."""


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--out",
    type=FileName(file_okay=False),
    required=True,
    metavar="FOLDER",
    help="The folder of the letters: CODE.EXT, and CODE.xlsx where something is to be answered.",
)
@format_option(*reversed(FORMS), help_text="The form of letters.")
@day_option("--deadline", "By when operators are asked to answer, YYYY-MM-DD.")
@date_option
@year_option()
@rulebooks_option(ONLY)
@ignore_option
@reading_options
@standing_journal_option
@language_option
def letters(
    paths: tuple[str, ...],
    out: Path,
    form: str,
    deadline: str | None,
    date: str | None,
    year: int | None,
    names: tuple[str, ...],
    ignored: tuple[str, ...],
    journal: str | None,
    lang: Language,
) -> None:
    """Write a letter to each operator: how its offers are intended to be assessed, why, and what is missing.

    PATH is offer files or a register. A letter is called by the official code of the municipality or region, else by
    an id made of the operator's name. Where the operator is to tell something, a workbook of that name stands beside
    it, with its offers and the facts that are missing; what others are to answer is not in it.

    Exit code: 0 done; 1 some input was rejected (letters tell the rest); 2 usage; 4 a decision could not be proven.
    """
    form_of(Path(f"letter.{form}"))
    from cli.paper.letter_paper import Reply, letter_paper, operators, without_operator  # noqa: PLC0415 - as help
    from cli.paper.source import Asked, check_at_hand, paper_source  # noqa: PLC0415
    from engine.explanation.words_and_numbers import Wording  # noqa: PLC0415
    from offers.tables.workbook_template import write_workbook  # noqa: PLC0415

    exits: list[Exit] = []
    with paper_source(Asked(paths, year, names, ignored, journal, lang), exits) as source:
        check_at_hand(source)
    if unknown := without_operator(source):
        words = message("no letter: nobody says who operates {offers}", offers=", ".join(unknown))
        say(words)
    wording, written = Wording(lang), 0
    for operator in operators(source):
        asked = operator.asked(wording)
        workbook = f"{operator.file}.xlsx" if asked else None
        paper = letter_paper(operator, source, Reply(deadline, workbook), date, wording)
        write_paper(paper, out / f"{operator.file}.{form}", f".{form}", parents=True)
        written += 1
        if workbook is not None:
            made = write_workbook(
                out / workbook,
                source.rulebooks,
                source.year,
                lang,
                [offer for offer, _ in asked],
                asked={name for _, facts in asked for name in facts},
                created=datetime.date.fromisoformat(date) if date else _FIRST_DAY,
            )
            for one in made.rejected:
                say_rejected(one)
                exits.append(Exit.REJECTED)
    say(message_of_number("{number} letter written to {out}", "{number} letters written to {out}", written, out=out))
    stop(exit_code([code for code in exits if code is not Exit.UNDETERMINED]))

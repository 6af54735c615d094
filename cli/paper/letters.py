"""`sekskant paper letters`: a letter to each operator, and the workbook to answer in."""

from __future__ import annotations

import datetime
import gc
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common.console import Exit, exit_code, say, say_rejected, stop
from cli.common.moment import Day
from cli.common.option_values import FileName
from cli.common.options import format_option
from cli.paper.asked import Asked, source_options
from cli.paper.template_options import filled, template_asked_for
from cli.paper.written import FORMS, form_of, write_paper
from engine.texts.catalogue import message, message_of_number

if TYPE_CHECKING:
    from cli.paper.source import PaperSource
    from offers.records.offer import Offer

_FIRST_DAY = datetime.date(1980, 1, 1)
"""The day that a workbook says it was made where no day is given: the first that a zip file knows."""

_COLLECTED = 20
"""After so many letters what nothing holds any more is let go: the collector does not see how large documents are."""


@click.command()
@click.option(
    "--out",
    type=FileName(file_okay=False),
    required=True,
    metavar="FOLDER",
    help="The folder of the letters: CODE.EXT, and CODE.xlsx where something is to be answered.",
)
@format_option(*reversed(FORMS), help_text="The form of letters.")
@click.option("--deadline", type=Day(), help="By when operators are asked to answer: 2017-06-01 or 1.6.2017.")
@source_options
def letters(asked: Asked, out: Path, form: str, deadline: str | None) -> None:
    """Write a letter to each operator: how its offers are intended to be assessed, why, and what is missing.

    PATH is what `sekskant assess` takes. A letter is called by the official code of the municipality or region, else by
    an id made of the operator's name. Where the operator is to tell something, a workbook of that name stands beside
    it, with its offers and the facts that are missing; what others are to answer is not in it.

    Exit code: 0 done; 1 some input was rejected (letters tell the rest); 2 usage; 4 a decision could not be proven.
    """
    form = form_of(Path(f"letter.{form}"))
    from cli.paper.letter_paper import Reply, letter_paper, operators, without_operator  # noqa: PLC0415 - as help
    from cli.paper.source import paper_source  # noqa: PLC0415
    from engine.explanation.words_and_numbers import Wording  # noqa: PLC0415

    template = template_asked_for("letter", form)
    exits: list[Exit] = []
    with paper_source(asked, exits) as source:
        asked = asked._replace(date=source.day(asked.date))
        _warn_of_the_past(deadline, asked.date)
        if unknown := without_operator(source):
            words = message("no letter: nobody says who operates {offers}", offers=", ".join(unknown))
            say(words)
        wording, written = Wording(asked.language), 0
        for operator in operators(source):
            missing = operator.asked(wording)
            workbook = f"{operator.file}.xlsx" if missing else None
            paper = letter_paper(operator, source, Reply(deadline, workbook), asked.date, wording)
            write_paper(filled(paper), out / f"{operator.file}{form}", form, parents=True, template=template)
            written += 1
            if written % _COLLECTED == 0:
                gc.collect()
            if workbook is not None:
                _write_workbook(out / workbook, source, missing, asked, exits)
    say(message_of_number("{number} letter written to {out}", "{number} letters written to {out}", written, out=out))
    stop(exit_code([code for code in exits if code is not Exit.UNDETERMINED]))


def _warn_of_the_past(deadline: str | None, date: str | None) -> None:
    """Say that nobody can answer by a day that lies before the letters."""
    if deadline and date and deadline < date:
        words = message("the deadline {deadline} lies before the day of the letters, {date}: nobody can answer by it")
        days = {"deadline": datetime.date.fromisoformat(deadline), "date": datetime.date.fromisoformat(date)}
        say(words.filled(**days))


def _write_workbook(
    out: Path, source: PaperSource, missing: Sequence[tuple[Offer, set[str]]], asked: Asked, exits: list[Exit]
) -> None:
    """Write the workbook that asks for what is missing of each offer; what cannot be asked for is said."""
    from offers.tables.workbook_template import write_workbook  # noqa: PLC0415 - a library that is slow to import

    made = write_workbook(
        out,
        source.rulebooks,
        source.year,
        asked.language,
        [offer for offer, _ in missing],
        asked={offer.id: facts for offer, facts in missing},
        created=datetime.date.fromisoformat(asked.date) if asked.date else _FIRST_DAY,
    )
    for one in made.rejected:
        say_rejected(one)
        exits.append(Exit.REJECTED)

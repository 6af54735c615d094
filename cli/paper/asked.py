"""What every command that writes papers is asked: the sources and how they are read; and where one paper goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cli.common.console import Exit, Function, exit_code, stop
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
from cli.common.previous_runs import ids_option, previous_option
from cli.paper.template_options import filled, template_asked_for, template_options
from cli.paper.written import date_option, form_of, say_what_it_takes, say_written, stop_without_decisions, write_paper
from engine.texts.catalogue import Language

if TYPE_CHECKING:
    from cli.paper.previous import Previous
    from cli.paper.source import PaperSource
    from engine.explanation.paper import Paper, PaperKind
    from engine.explanation.words_and_numbers import Wording

    MakePaper = Callable[[PaperSource, Previous | None, str | None, Wording], Paper]


class Asked(NamedTuple):
    """What is asked for: sources, the year, rulebooks, how the sources are read, and the day on the paper."""

    paths: Sequence[str]
    year: int | None
    names: Sequence[str]
    ignored: Sequence[str]
    journal: str | None
    language: Language
    date: str | None = None


class OneFile(NamedTuple):
    """The file that a paper is written to, None where it is printed; what it compares with, and a table of ids."""

    out: Path | None
    previous: str | None
    ids: Path | None


def source_options(function: Function) -> Function:
    """The argument and options of a command that writes papers from sources; it gets them as `asked`."""

    @wraps(function)
    def with_asked(
        paths: tuple[str, ...],
        year: int | None,
        names: tuple[str, ...],
        ignored: tuple[str, ...],
        journal: str | None,
        lang: Language,
        date: str | None,
        **more: Any,
    ) -> Any:
        return function(asked=Asked(paths, year, names, ignored, journal, lang, date), **more)

    rows = rulebooks_option(ONLY), ignore_option, reading_options, standing_journal_option, language_option
    options = click.argument("paths", nargs=-1, required=True, metavar="PATH..."), template_options, date_option
    return _with((*options, year_option(), *rows), with_asked)  # type: ignore[no-any-return]


def one_file_options(function: Function) -> Function:
    """The options of a command that writes one paper, and can tell what changed; it gets them as `file`."""

    @wraps(function)
    def with_file(out: Path | None, previous: str | None, ids: Path | None, **more: Any) -> Any:
        return function(file=OneFile(out, previous, ids), **more)

    out = click.option(
        "--out",
        type=FileName(dir_okay=False),
        metavar="FILE",
        help="The file: its name ends in .docx, .html or .pdf. Without it the paper is printed.",
    )
    return _with((out, previous_option, ids_option), with_file)  # type: ignore[no-any-return]


def _with(options: Sequence[Callable[[Any], Any]], function: Any) -> Any:
    """A command with options, in their order."""
    return reduce(lambda made, option: option(made), reversed(options), function)


def write_one_paper(kind: PaperKind, asked: Asked, file: OneFile, maker: Callable[[], MakePaper]) -> None:
    """Write or print a paper of a kind, and end as what was asked for ends; `maker` imports what makes it."""
    form = form_of(file.out)
    from cli.paper.previous import previous_asked_for  # noqa: PLC0415 - help must not wait for it
    from cli.paper.source import paper_source  # noqa: PLC0415
    from engine.explanation.words_and_numbers import Wording  # noqa: PLC0415

    template, make = template_asked_for(kind, form), maker()
    exits: list[Exit] = []
    with paper_source(asked, exits) as source:
        before = previous_asked_for(file.previous, file.ids, source, exits, asked.language)
        written = make(source, before, source.day(asked.date), Wording(asked.language))
    if not source.decisions:
        stop_without_decisions(exits)
    say_what_it_takes(form, len(source.decisions))
    write_paper(filled(written), file.out, form, template=template)
    if file.out is not None:
        say_written(file.out, len(source.decisions), asked.language)
    stop(exit_code([code for code in exits if code is not Exit.UNDETERMINED]))

"""Papers as they are written: the form by the name of the file, the whole file or none."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from cli.common.console import Exit, Function, exit_code, say, say_of
from cli.common.spoken import in_spoken
from engine.explanation.paper import Paper
from engine.texts.catalogue import Language, message, message_of_number

_RENDERERS: Mapping[str, tuple[str, str]] = {
    ".html": ("cli.common.paper_page", "paper_page"),
    ".pdf": ("cli.paper.pdf", "pdf_of"),
    ".docx": ("cli.paper.docx", "docx_of"),
}
"""For each ending of a name the module and the function that makes the bytes of a paper."""
FORMS = tuple(ending[1:] for ending in _RENDERERS)
"""The forms of papers that are files."""
_EXTRA = "papers"
MANY = 2_500
"""From so many offers on a person is told what a paper takes: it is made whole before any of it is written."""


def form_of(out: Path | None) -> str:
    """The form of a paper by the ending of its name; empty where it is printed.

    Raises:
        click.UsageError: there is no such form, or what it needs is not installed.
    """
    if out is None:
        return ""
    form = out.suffix.lower()
    if form not in _RENDERERS:
        words = message(
            "{file} has no ending that tells its form; papers are written as {forms}",
            file=out,
            forms=", ".join(_RENDERERS),
        )
        raise click.UsageError(in_spoken(words))
    try:
        import_module(_RENDERERS[form][0])
    except ImportError as error:
        words = message(
            "{form} needs what is not installed ({module}): pip install 'sekskant[{extra}]'",
            form=form[1:].upper(),
            module=error.name,
            extra=_EXTRA,
        )
        raise click.UsageError(in_spoken(words)) from None
    return form


def write_paper(
    paper: Paper, out: Path | None, form: str, *, parents: bool = False, template: bytes | None = None
) -> None:
    """Write a paper to a file, whole or not at all, or print it; with `parents` its folder is made.

    Raises:
        Rejected: the file cannot be written, or the form has no signs for what stands in the paper.
    """
    if out is None:
        from cli.common.paper_on_screen import paper_on_screen  # noqa: PLC0415 - only what is used is loaded

        # Line by line: a stream without a buffer does not say that it took no more than the beginning.
        sys.stdout.writelines(paper_on_screen(paper).splitlines(keepends=True))
        return
    from engine.documents.file_writer import write_file  # noqa: PLC0415

    write_file(out, bytes_of(paper, form, template), parents=parents)


def bytes_of(paper: Paper, form: str, template: bytes | None = None) -> bytes:
    """The bytes of a paper in a form; in Word with a template of one's own, if there is one."""
    module, name = _RENDERERS[form]
    render: Callable[..., bytes] = getattr(import_module(module), name)
    return render(paper) if template is None else render(paper, template)


def say_what_it_takes(form: str, offers: int) -> None:
    """Say how much memory a large paper takes."""
    if form and offers >= MANY:
        words = message("a paper of so many offers takes up to {gigabytes} GB of memory", gigabytes=-(-offers // MANY))
        say(words)


def stop_without_decisions(exits: Sequence[Exit]) -> NoReturn:
    """End where no offer was decided: a paper without any is none, and nothing is written."""
    say(message("nothing is written: no offer was decided"))
    sys.exit(int(exit_code([*exits, Exit.REJECTED])))


def say_written(out: Path, offers: int, language: Language) -> None:
    """Say what was written."""
    words = message_of_number("{number} offer in the paper", "{number} offers in the paper", offers)
    say_of(out, words.in_language(language))


def date_option(function: Function) -> Function:
    """The option `--date`: the day that stands on a paper."""
    help_text = "The day on the paper, YYYY-MM-DD; else that of the journal, or none."
    return day_option("--date", help_text)(function)


def day_option(name: str, help_text: str) -> Callable[[Function], Function]:
    """An option that is a day, as ISO 8601 has it."""
    return click.option(name, metavar="DAY", callback=_day, help=help_text)


def _day(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return datetime.date.fromisoformat(value).isoformat()
    except ValueError:
        raise click.BadParameter(
            in_spoken(message("`{value}` is no day; write YYYY-MM-DD", value=value)), context, parameter
        ) from None

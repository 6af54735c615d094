"""Papers as they are written: the form by the name of the file, the whole file or none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from cli.common.console import Exit, Function, exit_code, say, say_of
from cli.common.moment import Day
from cli.common.spoken import in_spoken
from engine.explanation.paper import Paper
from engine.harmless import shown_name
from engine.texts.catalogue import Language, Message, message, message_of_number
from engine.texts.joined import COMMA, OR, joined

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
        raise click.UsageError(in_spoken(_other_form(out)))
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


def _other_form(out: Path) -> Message:
    has_ending = bool(out.suffix.strip("."))
    stem = out.stem if has_ending else out.name.rstrip(".")
    *names, last = (shown_name(f"{stem}{ending}") for ending in sorted(_RENDERERS))
    right = joined([joined(names, COMMA), last], OR)
    words = message("{file} has no ending that tells its form; write {right}")
    if has_ending:
        words = message("{file} ends in {ending}, and no paper is written so; write {right}", ending=out.suffix)
    return words.filled(file=shown_name(str(out)), right=right)


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
    help_text = "The day on the paper: 2017-05-02 or 2.5.2017; else that of the journal, or none."
    return click.option("--date", type=Day(), help=help_text)(function)

"""`sekskant paper template`: the Word template that is shipped, to be edited."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from cli.common.choice import Choice
from cli.common.console import say_of
from cli.common.option_values import FileName
from cli.common.options import language_option
from cli.common.spoken import in_spoken
from cli.paper.written import form_of
from engine.explanation.paper import PaperKind
from engine.texts.catalogue import Language, Message, message

_WRITTEN: dict[PaperKind, Message] = {
    "committee": message("the template of papers for a committee"),
    "letter": message("the template of letters to operators"),
    "annex": message("the template of annexes"),
}


@click.command()
@click.argument("kind", type=Choice(get_args(PaperKind)))
@click.option("--out", type=FileName(dir_okay=False), metavar="FILE", required=True, help="The file: a .docx.")
@language_option
def template(kind: PaperKind, out: Path, lang: Language) -> None:
    """Write the Word template of a kind of paper, to be edited.

    Change its styles, and what stands around the parts: a letterhead, a logo, texts of your own. A part such as
    `{{ rule }}` stands in a paragraph by itself; fields such as `{{ case_number }}` can stand anywhere, and are given
    with --set. Then write papers with --template.
    """
    if out.suffix.lower() != ".docx":
        raise click.UsageError(in_spoken(message("a template is a Word document: its name ends in .docx")))
    form_of(out)
    from cli.paper.word_styles import shipped_template  # noqa: PLC0415 - help must not wait for it
    from engine.documents.file_writer import write_file  # noqa: PLC0415

    write_file(out, shipped_template(kind, lang))
    say_of(out, _WRITTEN[kind])

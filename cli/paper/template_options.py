"""The options `--template` and `--set` of commands that write papers in Word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from cli.common.console import Function, say_of
from cli.common.option_values import FileName, Words
from cli.common.spoken import in_spoken
from engine.explanation.paper import Paper, PaperKind
from engine.texts.catalogue import message

_TEMPLATE, _FIELDS = "sekskant.template", "sekskant.fields"


def template_options(function: Function) -> Function:
    """The options; `filled` and `template_asked_for` give what they say."""
    fields = click.option(
        "--set",
        "fields",
        type=Words(),
        multiple=True,
        metavar="NAME=TEXT",
        expose_value=False,
        callback=_keep_fields,
        help="Fill a field of the Word template, such as case_number=2017-42 (repeatable).",
    )
    template = click.option(
        "--template",
        type=FileName(exists=True, dir_okay=False),
        metavar="DOCX",
        expose_value=False,
        callback=_keep_template,
        help="A Word template of your own; `sekskant paper template` writes one to begin with.",
    )
    return template(fields(function))


def _keep_template(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    context.meta[_TEMPLATE] = value


def _keep_fields(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> None:
    fields: dict[str, str] = {}
    for written in values:
        name, equals, text = written.partition("=")
        if not equals:
            words = message("`{written}` is no field with its text; write NAME=TEXT", written=written)
            raise click.BadParameter(in_spoken(words), context, parameter)
        _check(name.strip(), context, parameter)
        fields[name.strip()] = text.strip()
    context.meta[_FIELDS] = fields


def _check(name: str, context: click.Context, parameter: click.Parameter) -> None:
    from cli.paper.word_template import FIELDS  # noqa: PLC0415 - only what is used is loaded
    from engine.diagnostics import near_hint, quoted  # noqa: PLC0415

    if name not in FIELDS:
        words = [message("templates have no field {name}", name=quoted(name)), near_hint(name, FIELDS)]
        raise click.BadParameter("; ".join(in_spoken(text) for text in words if text), context, parameter)


def filled(paper: Paper) -> Paper:
    """A paper with the fields that were given for its template."""
    return paper._replace(fields={**paper.fields, **(click.get_current_context().meta.get(_FIELDS) or {})})


def template_asked_for(kind: PaperKind, form: str) -> bytes | None:
    """The template of one's own for papers of a kind; None where the shipped one does.

    Raises:
        click.UsageError: the paper is written in another form, which has no template.
        Rejected: papers cannot be made with it; with all that is wrong with it.
    """
    meta = click.get_current_context().meta
    path: Path | None = meta.get(_TEMPLATE)
    fields: Mapping[str, str] = meta.get(_FIELDS) or {}
    if form != ".docx" and (path is not None or fields):
        raise click.UsageError(in_spoken(message("--template and --set are for papers in Word (.docx)")))
    if kind == "letter" and "deadline" in fields:
        raise click.UsageError(in_spoken(message("letters have the day of --deadline: leave `--set deadline` out")))
    if path is None:
        return None
    from cli.paper.word_template import read_template  # noqa: PLC0415 - only what is used is loaded

    template = read_template(path, kind)
    for name in sorted(fields.keys() - template.fields):
        say_of(path, message("the template has no field {name}: what was given for it is not said", name=f"`{name}`"))
    return template.data

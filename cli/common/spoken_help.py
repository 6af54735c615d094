"""The help of commands in the language of the command. It stands in English where commands and options are declared."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Callable
from typing import TypeVar

import click

from cli.common.choice import Choice
from cli.common.spoken import spoken
from engine.texts.catalogue import catalogue

Value = TypeVar("Value")
Say = Callable[[str, str | None], str]
"""Says an English text in another language; given are the text and its context."""
_WORD = "[A-Z]{2,}"
_TOLD = (click.Path, click.types.IntParamType, click.types.FloatParamType)
_METAVAR, _KIND = "metavar", "kind of value"


def with_language(parameters: list[click.Parameter]) -> list[click.Parameter]:
    """The parameters of a group or command, with `--lang` where it is not declared: help has a language everywhere."""
    if any(parameter.name == "lang" for parameter in parameters):
        return parameters
    return [*parameters, click.Option(["--lang"], type=Choice(["da", "en"]), hidden=True, expose_value=False)]


def as_spoken(command: click.Command, context: click.Context) -> click.Command:
    """The command with its help in the language of the command; `context` is the one in which it is called."""
    return command if spoken() == "en" else said_by(_in_danish, command, context)


def _in_danish(text: str, context: str | None) -> str:
    texts = catalogue("da")
    return texts.gettext(text) if context is None else texts.pgettext(context, text)


def said_by(say: Say, command: click.Command, context: click.Context) -> click.Command:
    """A copy of the command with all that its help says of it in the words of `say`: this is where they are found."""
    told = copy.copy(command)
    told._help_option = None  # it is made again, in the language of the moment
    told.help = paragraphs(say, command.help)
    told.short_help = paragraphs(say, command.short_help)
    told.epilog = paragraphs(say, command.epilog)
    told.options_metavar = _metavar(say, command.options_metavar)
    told.params = [_parameter(say, parameter, context) for parameter in command.params]
    if isinstance(told, click.Group):
        told.subcommand_metavar = _metavar(say, told.subcommand_metavar) or ""
    return told


def paragraphs(say: Say, text: str | None) -> str | None:
    r"""A text in the words of `say`, paragraph by paragraph; how it is wrapped makes no difference.

    >>> paragraphs(lambda text, context: text.upper(), "one\n  two\n\n  three")
    'ONE TWO\n\nTHREE'
    """
    if not text:
        return text
    whole = (" ".join(paragraph.split()) for paragraph in inspect.cleandoc(text).split("\n\n"))
    return "\n\n".join(say(paragraph, None) for paragraph in whole if paragraph)


def _metavar(say: Say, metavar: str | None) -> str | None:
    """What stands for a value, such as `[FILE]...`, its words in those of `say`."""
    return metavar and re.sub(_WORD, lambda word: say(word[0], _METAVAR), metavar)


def _parameter(say: Say, parameter: click.Parameter, context: click.Context) -> click.Parameter:
    told = copy.copy(parameter)
    told.type = as_kind(say, parameter.type)
    if isinstance(told, click.Option):
        told.help = paragraphs(say, told.help)
        told.metavar = _metavar_of_option(say, told, parameter.type, context)
    else:
        told.metavar = _metavar(say, parameter.make_metavar(context))
    return told


def _metavar_of_option(
    say: Say, option: click.Option, kind: click.ParamType[object], context: click.Context
) -> str | None:
    """What stands for the value of an option: what is declared, choices as they are typed, else the kind of value."""
    if option.metavar or option.is_flag or kind.get_metavar(option, context):
        return _metavar(say, option.metavar)
    return say(kind.name.upper(), _METAVAR)


def as_kind(say: Say, kind: click.ParamType[Value]) -> click.ParamType[Value]:
    """A kind of value; where its name is told with a value that is none, the name is in the words of `say`."""
    if not isinstance(kind, _TOLD):
        return kind
    told = copy.copy(kind)
    told.name = say(kind.name, _KIND)
    return told


def kind_as_spoken(kind: click.ParamType[Value]) -> click.ParamType[Value]:
    """A kind of value that is asked for, in the language of the command."""
    return kind if spoken() == "en" else as_kind(_in_danish, kind)

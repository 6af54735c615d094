"""The language in which a command speaks: that of `--lang`, wherever it stands, else that of the locale."""

from __future__ import annotations

import gettext
import itertools
import os
from collections.abc import Sequence
from contextvars import ContextVar

from engine.texts.catalogue import DOMAIN, FOLDER, Language, Message, brought_up_to_date, in_language

_SPOKEN: ContextVar[Language] = ContextVar("language", default="en")


def locale_language() -> Language:
    """Danish where the locale is Danish, else English."""
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "da" if next(filter(None, names), "").lower().startswith("da") else "en"


def asked_language(arguments: Sequence[str]) -> Language:
    """The language that the arguments of a command ask for, before anything else of them is understood.

    >>> asked_language(["assess", "--lang", "da", "offer.yaml"]), asked_language(["assess", "--lang=en"])
    ('da', 'en')
    """
    asked = [after for option, after in itertools.pairwise(arguments) if option == "--lang"]
    asked += [argument.partition("=")[2] for argument in arguments if argument.startswith("--lang=")]
    match asked[-1:]:
        case ["da"]:
            return "da"
        case ["en"]:
            return "en"
        case _:
            return locale_language()


def speak(language: Language) -> None:
    """Have what the command says be in a language from now on, with what click says for it."""
    _SPOKEN.set(language)
    # click asks gettext for the texts of the process, which asks the environment for the language.
    os.environ["LANGUAGE"] = language
    brought_up_to_date(language)
    gettext.bindtextdomain(DOMAIN, FOLDER)
    gettext.textdomain(DOMAIN)


def spoken() -> Language:
    """The language of the command."""
    return _SPOKEN.get()


def in_spoken(text: Message | str) -> str:
    """A text in the language of the command."""
    return in_language(text, _SPOKEN.get())

"""Texts in Danish and English. The English one stands where it is used, and is the key of the Danish one.

The catalogue is read by gettext: `da/LC_MESSAGES/sekskant.po`, compiled when the project is installed; in a source tree
also when it is read, where it has changed since.
"""

from __future__ import annotations

import datetime
import gettext
import os
from functools import cache
from typing import Literal, NamedTuple

Language = Literal["da", "en"]

DOMAIN = "sekskant"
FOLDER = os.path.dirname(__file__)
_IN_SOURCE_TREE = os.path.join(FOLDER, os.pardir, os.pardir, "hatch_build.py")
"""What stands beside our packages in a source tree, and not where they are installed."""
_DANISH_SIGNS = str.maketrans(".,", ",.")


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """The texts of a language; for English those that stand in the source."""
    if language == "en":
        return gettext.NullTranslations()
    if (texts := brought_up_to_date(language)) is not None:
        return texts
    return gettext.translation(DOMAIN, FOLDER, [language], fallback=True)


def brought_up_to_date(language: Language) -> gettext.NullTranslations | None:
    """Compile the texts of a language in a source tree, where they are not, or have changed since: those texts.

    None where there is nothing to compile, as where the project is installed.
    """
    if language == "en" or not os.path.exists(_IN_SOURCE_TREE):
        return None
    from engine.texts.compiling import compiled_where_older  # noqa: PLC0415 - where it is installed nothing is older

    path = os.path.join(FOLDER, language, "LC_MESSAGES", DOMAIN)
    return compiled_where_older(f"{path}.po", f"{path}.mo")


def grouped(language: Language, number: int) -> str:
    """A whole number in groups of three digits.

    >>> grouped("da", 1234567), grouped("en", 1234567)
    ('1.234.567', '1,234,567')
    """
    digits = f"{number:,}"
    return digits.translate(_DANISH_SIGNS) if language == "da" else digits


class Message(NamedTuple):
    """A text of ours in no language yet, with what stands in it. `str` is the English text.

    `message`, `message_in` and `message_of_number` make one. What stands in it is a text of ours, told in the same
    language; a text that a rulebook says in both (`is_text`); a day, told as days are in it; or anything else as it is.

    >>> rows = message_of_number("{number} row", "{number} rows", 2)
    >>> words = message("{what}: expected {expected}, decided {decided}", what="a.csv", expected=rows, decided=3)
    >>> str(words), words.in_language("da")
    ('a.csv: expected 2 rows, decided 3', 'a.csv: forventet 2 rækker, vurderet 3')
    """

    text: str
    values: tuple[tuple[str, object], ...] = ()
    context: str | None = None
    several: str | None = None
    number: int = 0

    def in_language(self, language: Language, **values: object) -> str:
        """The text in a language; `values` stand in it beside those that it has, and are those of ours in it too."""
        all_values = {**dict(self.values), **values}
        for name, value in all_values.items():
            if isinstance(value, Message):
                all_values[name] = value.in_language(language)
            elif isinstance(value, datetime.date):
                all_values[name] = _day(value, language)
            elif getattr(value, "is_text", False):
                all_values[name] = getattr(value, language)
        if self.several is not None:
            all_values["number"] = grouped(language, self.number)
        return self._template(language).format_map(all_values)

    def filled(self, **values: object) -> Message:
        """The same text with more that stands in it."""
        return self._replace(values=(*self.values, *values.items()))

    def counted(self, number: int) -> Message:
        """The same text about another number."""
        return self._replace(number=number)

    def _template(self, language: Language) -> str:
        texts = catalogue(language)
        match self.context, self.several:
            case None, None:
                return texts.gettext(self.text)
            case None, str(several):
                return texts.ngettext(self.text, several, self.number)
            case str(context), None:
                return texts.pgettext(context, self.text)
            case str(context), str(several):
                return texts.npgettext(context, self.text, several, self.number)
        raise AssertionError

    def __str__(self) -> str:
        return self.in_language("en")


def _day(day: datetime.date, language: Language) -> str:
    from engine.texts.days import day_in_words  # noqa: PLC0415 - which is made of texts

    return day_in_words(day.isoformat(), language)


def message(text: str, **values: object) -> Message:
    """A text that is put into a language later; `text` is the English one, its places in braces."""
    return Message(text, tuple(values.items()))


def message_in(context: str, text: str, **values: object) -> Message:
    """A text that is another one elsewhere, though it is the same in English; `context` tells them apart."""
    return Message(text, tuple(values.items()), context)


def message_of_number(one: str, several: str, number: int, **values: object) -> Message:
    """A text about so many of something; its place `{number}` has the number, in groups of three digits."""
    return Message(one, tuple(values.items()), None, several, number)


def message_of_number_in(context: str, one: str, several: str, number: int, **values: object) -> Message:
    """A text about so many of something that is another one elsewhere, though it is the same in English."""
    return Message(one, tuple(values.items()), context, several, number)


def in_language(text: Message | str, language: Language) -> str:
    """A text of ours in a language; what is none of ours stays as it is.

    >>> in_language(message("not stated"), "da"), in_language("not stated", "da")
    ('ikke oplyst', 'not stated')
    """
    return text.in_language(language) if isinstance(text, Message) else text

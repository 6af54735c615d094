"""Days and times as a reader writes them: in Danish with the month in letters, in English as ISO 8601 has them."""

from __future__ import annotations

import datetime

from engine.texts.catalogue import Language, message_in

MONTHS = (
    message_in("month", "January"),
    message_in("month", "February"),
    message_in("month", "March"),
    message_in("month", "April"),
    message_in("month", "May"),
    message_in("month", "June"),
    message_in("month", "July"),
    message_in("month", "August"),
    message_in("month", "September"),
    message_in("month", "October"),
    message_in("month", "November"),
    message_in("month", "December"),
)
"""The months, by which a test compares our Danish with that of Babel: a command that starts does not wait for it."""


def day_in_words(text: str, language: Language) -> str:
    """A day as it stands in a sentence; a text that is no day of ISO 8601 stays as it is.

    >>> day_in_words("2017-05-01", "da"), day_in_words("2017-05-01", "en"), day_in_words("2017", "da")
    ('1. maj 2017', '2017-05-01', '2017')
    """
    day = _day(text)
    if language == "en" or day is None:
        return text
    return f"{day.day}. {MONTHS[day.month - 1].in_language(language)} {day.year}"


def minute_in_words(recorded_at: str, language: Language) -> str:
    """A time of a journal to the minute, with its zone, as it stands in a sentence.

    >>> minute_in_words("2026-11-22T07:12:03.123456Z", "da"), minute_in_words("2026-11-22T07:12:03.123456Z", "en")
    ('22. november 2026 kl. 07.12 UTC', '2026-11-22 07:12 UTC')
    """
    day, minute = recorded_at[:10], recorded_at[11:16]
    if language == "en" or _day(day) is None:
        return f"{day} {minute} UTC"
    return f"{day_in_words(day, language)} kl. {minute.replace(':', '.')} UTC"


def minute_in_table(recorded_at: str, language: Language) -> str:
    """A time of a journal to the minute, in a column whose heading has the zone.

    >>> minute_in_table("2026-11-22T07:12:03.123456Z", "da"), minute_in_table("2026-11-22T07:12:03.123456Z", "en")
    ('22.11.2026 07.12', '2026-11-22 07:12')
    """
    day, minute = recorded_at[:10], recorded_at[11:16]
    if language == "en" or _day(day) is None:
        return f"{day} {minute}"
    return f"{'.'.join(reversed(day.split('-')))} {minute.replace(':', '.')}"


def _day(text: str) -> datetime.date | None:
    """The day that is written `YYYY-MM-DD`; None where something else is written."""
    if len(text) != len("YYYY-MM-DD"):
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None

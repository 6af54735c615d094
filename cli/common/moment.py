"""A day or a time as people write it, and as we print it, for the options that ask for one."""

from __future__ import annotations

import datetime
import re

import click

from cli.common.spoken import in_spoken
from engine.texts.catalogue import message
from engine.texts.days import MONTHS

_WRITTEN = re.compile(
    r"(?:(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"|(?P<danish_day>[0-9]{1,2})\.\s?(?P<danish_month>[0-9]{1,2}\.|[^\W\d_]{3,9})\s?(?P<danish_year>[0-9]{4}))"
    r"(?:[ T](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<part>[0-9]{1,6}))?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?\Z"
)
_DAY, _MINUTE, _SECOND = datetime.timedelta(days=1), datetime.timedelta(minutes=1), datetime.timedelta(seconds=1)
_LEAST = datetime.timedelta(microseconds=1)


class Moment(click.ParamType[str]):
    """A day or a time, as the journal writes times: in UTC, to the microsecond.

    A day is `2026-05-01`, `1.5.2026` or `1. maj 2026`; a time may follow, and its zone (`Z`, `+02:00`), by default UTC.
    With `is_last` it is the last moment of the day, minute or second that is named, which are meant whole.
    """

    name = "time"

    def __init__(self, *, is_last: bool = False) -> None:
        self._is_last = is_last

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The moment.

        Raises:
            click.BadParameter: there is no such day or time, or it is written in another way.

        >>> Moment().convert("1.5.2026", None, None), Moment(is_last=True).convert("2026-05-01", None, None)
        ('2026-05-01T00:00:00.000000Z', '2026-05-01T23:59:59.999999Z')
        >>> Moment(is_last=True).convert("2026-05-01 08:30+02:00", None, None)
        '2026-05-01T06:30:59.999999Z'
        """
        try:
            begin, length = _span(value.strip())
            moment = begin + length - _LEAST if self._is_last else begin
        except (ValueError, OverflowError):
            self.fail(
                in_spoken(
                    message(
                        "`{written}` is no day or time; write `2026-05-01`, `1.5.2026` or `2026-05-01 08:30+02:00`",
                        written=value,
                    )
                ),
                param,
                ctx,
            )
        return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z".rjust(27, "0")


class Day(click.ParamType[str]):
    """A day, as ISO 8601 has it: it is written `2026-05-01`, or as Danish readers write it, in whatever language."""

    name = "day"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The day.

        Raises:
            click.BadParameter: there is no such day, or it is written in another way.

        >>> Day().convert("1.5.2026", None, None), Day().convert("1. maj 2026", None, None)
        ('2026-05-01', '2026-05-01')
        """
        try:
            return _day(_matched(value.strip(), with_time=False)).isoformat()
        except ValueError:
            words = message("`{value}` is no day; write `2017-05-02` or `2.5.2017`", value=value)
            self.fail(in_spoken(words), param, ctx)


def _matched(text: str, *, with_time: bool = True) -> re.Match[str]:
    if (written := _WRITTEN.match(text)) is None or (written["hour"] and not with_time):
        raise ValueError(text)
    return written


def _day(written: re.Match[str]) -> datetime.date:
    year, month, day = (written[name] or written[f"danish_{name}"] for name in ("year", "month", "day"))
    if (word := month.rstrip(".")).isdecimal():
        return datetime.date(int(year), int(word), int(day))
    return datetime.date(int(year), 1 + [one.in_language("da") for one in MONTHS].index(word.casefold()), int(day))


def _span(text: str) -> tuple[datetime.datetime, datetime.timedelta]:
    """When what is written begins, in UTC, and how long it lasts.

    Raises:
        ValueError: it is no day or time.
        OverflowError: it lies before all times or after them.
    """
    written = _matched(text)
    zone = datetime.datetime.strptime(written["zone"] or "Z", "%z").tzinfo
    hour, minute, second = (int(written[name] or 0) for name in ("hour", "minute", "second"))
    part = int((written["part"] or "").ljust(6, "0"))
    begin = datetime.datetime.combine(_day(written), datetime.time(hour, minute, second, part, zone))
    length = _LEAST if written["part"] else _SECOND if written["second"] else _MINUTE if written["hour"] else _DAY
    return begin.astimezone(datetime.UTC), length

"""A day or a time as people write it, for the options that ask for entries recorded between two."""

from __future__ import annotations

import datetime
import re

import click

from cli.common.spoken import in_spoken
from engine.texts.catalogue import message

_WRITTEN = re.compile(
    r"(?:(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"|(?P<danish_day>[0-9]{1,2})\.(?P<danish_month>[0-9]{1,2})\.(?P<danish_year>[0-9]{4}))"
    r"(?:[ T](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<part>[0-9]{1,6}))?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?\Z"
)
_DAY, _MINUTE, _SECOND = datetime.timedelta(days=1), datetime.timedelta(minutes=1), datetime.timedelta(seconds=1)
_LEAST = datetime.timedelta(microseconds=1)


class Moment(click.ParamType[str]):
    """A day or a time, as the journal writes times: in UTC, to the microsecond.

    A day is `2026-05-01` or `1.5.2026`; a time may follow, and its zone (`Z`, `+02:00`), by default UTC. With `is_last`
    it is the last moment of the day, minute or second that is named, which are meant whole.
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


def _span(text: str) -> tuple[datetime.datetime, datetime.timedelta]:
    """When what is written begins, in UTC, and how long it lasts.

    Raises:
        ValueError: it is no day or time.
        OverflowError: it lies before all times or after them.
    """
    if (written := _WRITTEN.match(text)) is None:
        raise ValueError(text)
    year, month, day = (int(written[name] or written[f"danish_{name}"]) for name in ("year", "month", "day"))
    zone = datetime.datetime.strptime(written["zone"] or "Z", "%z").tzinfo
    hour, minute, second = (int(written[name] or 0) for name in ("hour", "minute", "second"))
    part = int((written["part"] or "").ljust(6, "0"))
    begin = datetime.datetime(year, month, day, hour, minute, second, part, zone)
    length = _LEAST if written["part"] else _SECOND if written["second"] else _MINUTE if written["hour"] else _DAY
    return begin.astimezone(datetime.UTC), length

"""Entries recorded between two moments: days and times as people write them, never compared as texts."""

from __future__ import annotations

import datetime
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.common.moment import Day, Moment
from cli.main import sekskant
from engine.journal.entry import sealed
from engine.journal.journal import Journal
from engine.texts.days import day_in_words
from tests.catalogue import every_command
from tests.cli.audit.test_journals_of_before import restored
from tests.command import here
from tests.journals import edited

UTC = datetime.UTC
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: datetime.timezone(datetime.timedelta(minutes=m)))
TIMES = st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2900, 1, 1), timezones=ZONES)
NONE = ["31-12-2025", "banana", "31-12-2099", "2000-02-30", "", " ", "2026", "2026-05", "1.13.2026", "2026-05-01 25:00"]


@given(TIMES)
def test_a_moment_is_the_same_whatever_its_zone(time: datetime.datetime) -> None:
    written = time.isoformat(timespec="microseconds")
    utc = time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert Moment().convert(written, None, None) == utc == Moment(is_last=True).convert(written, None, None)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026-05-01", "2026-05-01T00:00:00.000000Z", "2026-05-01T23:59:59.999999Z"),
        ("1.5.2026", "2026-05-01T00:00:00.000000Z", "2026-05-01T23:59:59.999999Z"),
        ("1. maj 2026", "2026-05-01T00:00:00.000000Z", "2026-05-01T23:59:59.999999Z"),
        ("01. 05. 2026", "2026-05-01T00:00:00.000000Z", "2026-05-01T23:59:59.999999Z"),
        ("01.05.2026 08:30", "2026-05-01T08:30:00.000000Z", "2026-05-01T08:30:59.999999Z"),
        ("2026-05-01T08:30:15Z", "2026-05-01T08:30:15.000000Z", "2026-05-01T08:30:15.999999Z"),
        ("2026-01-01 00:30+01:00", "2025-12-31T23:30:00.000000Z", "2025-12-31T23:30:59.999999Z"),
        ("2026-05-01 08:30:15.5", "2026-05-01T08:30:15.500000Z", "2026-05-01T08:30:15.500000Z"),
    ],
)
def test_a_day_a_minute_or_a_second_is_meant_whole(written: str, first: str, last: str) -> None:
    assert Moment().convert(written, None, None) == first
    assert Moment(is_last=True).convert(written, None, None) == last


@pytest.mark.parametrize("written", NONE)
@pytest.mark.parametrize("option", ["--since", "--until"])
def test_what_is_no_day_is_a_usage_error(option: str, written: str, tmp_path: Path) -> None:
    journal = restored("journal-1", tmp_path)
    ran = here("audit", "export", "--journal", str(journal), option, written)
    assert (ran.code, ran.out) == (2, "")
    assert f"`{written}` is no day or time" in ran.err


@given(st.dates(datetime.date(1000, 1, 1)))
def test_a_day_is_taken_as_any_paper_prints_it(day: datetime.date) -> None:
    iso = day.isoformat()
    in_figures, in_words = f"{day.day}.{day.month}.{day.year}", day_in_words(iso, "da")
    assert {Day().convert(written, None, None) for written in (iso, in_figures, f" {in_words} ")} == {iso}


@pytest.mark.parametrize("written", [*NONE, "2017-05-02 08:30", "2. maj", "2. mai 2017", "2.5.17", "5/2/2017"])
def test_what_is_no_day_names_both_ways_to_write_one(written: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        Day().convert(written, None, None)
    assert caught.value.message == f"`{written}` is no day; write `2017-05-02` or `2.5.2017`"


def test_every_option_that_takes_a_day_takes_it_as_danish_readers_write_it() -> None:
    days = {
        (context.command_path.partition(" ")[2], parameter.opts[0]): type(parameter.type)
        for command, context in every_command(sekskant)
        for parameter in command.params
        if parameter.opts[0] in ("--date", "--deadline") or isinstance(parameter.type, click.DateTime)
    }
    assert set(days.values()) == {Day, Moment}, days


def converted(kind: Moment, written: str) -> str | None:
    """The moment; None where there is none."""
    try:
        return kind.convert(written, None, None)
    except click.BadParameter:
        return None


@given(st.text(max_size=12))
def test_any_text_is_a_moment_or_a_usage_error(written: str) -> None:
    for kind in (Moment(), Moment(is_last=True)):
        moment = converted(kind, written)
        assert moment is None or len(moment) == len("2026-05-01T00:00:00.000000Z")


def test_entries_on_the_edge_belong_to_it(tmp_path: Path) -> None:
    journal = restored("journal-1", tmp_path)
    with edited(journal) as connection:
        connection.execute("UPDATE entries SET recorded_at = '2026-01-01T00:30:00.000000Z' WHERE number = 1")
        connection.execute("UPDATE entries SET recorded_at = '2025-12-31T23:59:59.999999Z' WHERE number = 2")
        connection.execute("UPDATE entries SET recorded_at = '2026-01-02T00:00:00.000000Z' WHERE number > 2")
    with Journal(str(journal)) as source:
        made = [sealed(entry) for entry in source.rows()]
    with edited(journal) as connection:
        digests = [(entry.digest, entry.checksums, entry.number) for entry in made]
        connection.executemany("UPDATE entries SET digest = ?, checksums = ? WHERE number = ?", digests)

    def numbers(*options: str) -> list[str]:
        listed = here("audit", "list", "--journal", str(journal), *options).out.splitlines()
        return [line.split()[0] for line in listed if line[:1].isdigit()]

    assert numbers("--since", "1.1.2026", "--until", "1.1.2026") == ["1"]
    assert numbers("--until", "31.12.2025") == ["2"]
    assert numbers("--since", "2026-01-01 01:30+01:00", "--until", "2026-01-01 02:30+02:00") == ["1"]
    assert "1" not in numbers("--since", "2026-01-02")

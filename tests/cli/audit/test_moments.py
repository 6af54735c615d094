"""Entries recorded between two moments: days and times as people write them, never compared as texts."""

from __future__ import annotations

import datetime
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.audit.moment import Moment
from engine.journal.entry import sealed
from engine.journal.journal import Journal
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

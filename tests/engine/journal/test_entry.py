"""What each digest of an entry covers, and in which format an entry is read and sealed."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import pytest

from engine.journal.entry import (
    ENTRY_1,
    ENTRY_2,
    FORMATS,
    LONG,
    WRITTEN,
    Draft,
    Entry,
    Header,
    Recorder,
    RowEntry,
    chained,
    frame,
    sealed,
)
from engine.journal.journal import Journal
from engine.values.canonical import canonical_record, sha256

HEADER = Header("sekskant/journal/1", "an id", "2018-05-01", "sekskant 0", "sums")
RECORDER = Recorder("2018-05-01T12:00:00.000000Z", "auditor", "sekskant 0")
DRAFT = Draft(
    "decision",
    "r",
    "{}",
    sha256("{}"),
    offer="x",
    name="Ærø",
    year=2018,
    execution="{}",
    document="id: x",
    place="x.yaml:1:1",
    input_remarks="[]",
)


@pytest.fixture
def entry() -> Entry:
    return chained(DRAFT, 3, "before", RECORDER)


@pytest.fixture
def first(entry: Entry) -> Entry:
    """The same in the first format."""
    return sealed(entry._replace(format=None, input_remarks=None))


def crc(value: object) -> str:
    return "-" if value is None else f"{zlib.crc32(str(value).encode()):x}"


def altered(entry: Entry, **fields: Any) -> Entry:
    return entry._replace(**fields)


def test_the_digest_of_a_header_covers_all_but_its_checksums() -> None:
    fields = {"format": "sekskant/journal/1", "id": "an id", "created_at": "2018-05-01", "created_by": "sekskant 0"}
    assert HEADER.digest == sha256(canonical_record(fields))
    assert HEADER.checksums_now() == " ".join(map(crc, fields.values()))
    assert len({HEADER._replace(**{name: "other"}).digest for name in fields} | {HEADER.digest}) == len(fields) + 1


def test_a_draft_becomes_an_entry_of_the_format_that_is_written(entry: Entry) -> None:
    expected = DRAFT._asdict() | {
        "number": 3,
        "previous": "before",
        "recorded_at": RECORDER.at,
        "recorded_by": "auditor",
        "software": "sekskant 0",
        "format": "sekskant/entry/2",
    }
    assert {name: getattr(entry, name) for name in expected} == expected
    assert {*Entry._fields} - {*expected} == {"digest", "checksums"}
    assert (WRITTEN, FORMATS[entry.format], entry.identifier, entry.is_sound) == (ENTRY_2, ENTRY_2, "3", True)


def test_a_digest_covers_each_field_and_long_texts_by_theirs(entry: Entry, first: Entry) -> None:
    for one, form in ((entry, ENTRY_2), (first, ENTRY_1)):
        covered = {name: getattr(one, name) for name in form.fields if name not in ("digest", "checksums", "content")}
        covered |= {"format": form.name, "execution": sha256("{}"), "document": sha256("id: x")}
        assert frame(one) == covered
        assert one.digest == sha256(canonical_record(covered))
        assert one.checksums == " ".join(crc(getattr(one, name)) for name in form.checked)
    without = altered(entry, execution=None, document=None)
    assert [frame(without)[name] for name in LONG if name != "content"] == [None, None]


def test_each_format_has_the_fields_of_the_one_before_and_more() -> None:
    assert (ENTRY_1.name, ENTRY_2.name) == ("sekskant/entry/1", "sekskant/entry/2")
    assert ENTRY_2.fields == Entry._fields == (*ENTRY_1.fields, "format", "input_remarks")
    assert (ENTRY_1.others, ENTRY_2.others) == (("format", "input_remarks"), ())
    assert {*ENTRY_1.fields} - {*ENTRY_1.checked} == {"digest", "checksums"}
    assert [*FORMATS] == [None, "sekskant/entry/2"]


@pytest.mark.parametrize("name", Entry._fields)
def test_an_entry_with_any_field_altered_is_not_sound(name: str, entry: Entry, first: Entry) -> None:
    for one in (entry, first):
        for value in {None, "other", 7} - {getattr(one, name)}:
            assert not altered(one, **{name: value}).is_sound


def test_an_entry_is_not_sound_where_one_of_its_digests_is_not() -> None:
    whole = chained(DRAFT, 3, "before", RECORDER)
    strange = sealed(altered(whole, format=None))
    assert (strange.digest, ENTRY_1.strange(strange)) == (ENTRY_1.digest(strange), ("input_remarks",))
    assert not strange.is_sound
    for least_or_most in ("0" * 64, "g" * 64):  # of all that a digest can be
        assert not altered(whole, checksums=least_or_most).is_sound
        assert not altered(whole, digest=least_or_most).is_sound
        assert not sealed(altered(whole, content_digest=least_or_most)).is_sound
    assert not altered(whole, year=2**80).is_sound
    assert not altered(whole, format=b"").is_sound


def test_a_number_and_the_same_in_words_have_one_checksum_whichever_was_first(entry: Entry) -> None:
    assert crc("2018") in altered(entry, year="2018").checksums.split()
    for value in (True, 1, 1.0, "1"):
        one = altered(entry, year=value)
        assert WRITTEN.checksums(one).split()[WRITTEN.checked.index("year")] == crc(value)


def test_a_text_of_half_characters_has_a_checksum(entry: Entry) -> None:
    assert len(WRITTEN.checksums(altered(entry, name="\udc80")).split()) == len(WRITTEN.checked)


def test_a_row_of_a_run_is_addressed_by_its_offer_and_rulebook_and_is_sound(entry: Entry) -> None:
    row = RowEntry(*entry._replace(rulebook="capital.covered", version="2018", digest="of the run"))
    assert (row.identifier, row.is_sound) == ("3/x@capital.covered@2018", True)


def test_what_is_recorded_is_written_in_the_second_format(whole: Path) -> None:
    with Journal(str(whole)) as journal:
        assert {entry.format for entry in journal.entries()} == {ENTRY_2.name}

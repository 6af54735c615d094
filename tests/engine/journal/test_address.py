"""Where a journal is, and how it names the folders of runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.diagnostics import Rejected
from engine.journal.connection import Address
from engine.journal.journal import Journal

KEPT: dict[str, tuple[Path | None, str]] = {
    "journal.db": (Path("journal.db"), "journal.db"),
    "a folder/journal": (Path("a folder/journal"), "a folder/journal"),
    "sqlite:///some/journal.db": (Path("some/journal.db"), "sqlite:///some/journal.db"),
    "sqlite:////some/journal.db": (Path("/some/journal.db"), "sqlite:////some/journal.db"),
    "postgresql://me:secret@db/x": (None, "postgresql+psycopg://me:***@db/x"),
    "postgresql+psycopg://me@db/x": (None, "postgresql+psycopg://me@db/x"),
}
REFUSED = {
    "://": "the address is not a URL",
    "x://me@db:port/y": "the address is not a URL",
    "sqlite://": "a journal cannot be kept in `sqlite://`",
    "mysql://me:secret@db/x": "a journal cannot be kept in `mysql://me:***@db/x`",
    "sybase://db/x": "a journal cannot be kept in `sybase://db/x`",
    "oracle://db/x": "a journal cannot be kept in `oracle://db/x`",
    "postgresql+foo://me:secret@db/x": "a journal cannot be kept in `postgresql+foo://me:***@db/x`",
    "postgresql+psycopg2://me:secret@db/x": "a journal cannot be kept in `postgresql+psycopg2://me:***@db/x`",
    "sqlite+foo:///journal.db": "a journal cannot be kept in `sqlite+foo:///journal.db`",
}


@pytest.mark.parametrize("written", KEPT)
def test_a_journal_is_a_file_or_a_database_of_postgresql(written: str) -> None:
    address = Address(written)
    assert (address.path, address.shown_address) == KEPT[written]


@pytest.mark.parametrize("written", REFUSED)
def test_nothing_else_is_one(written: str) -> None:
    with pytest.raises(Rejected) as raised:
        Address(written)
    assert [(d.code, d.message) for d in raised.value.diagnostics] == [("journal-address", REFUSED[written])]


def test_a_folder_is_named_from_that_of_the_journal(journal: Path) -> None:
    with Journal(str(journal)) as kept:
        for folder in (journal.parent, journal.parent / "run", journal.parent / "a" / "b", journal.parent.parent / "c"):
            assert kept.folder_at(kept.place_of(folder)).resolve() == folder.resolve()
        assert kept.place_of(journal.parent / "a" / "b") == "a/b"
        assert kept.place_of(journal.parent.parent / "c") == "../c"

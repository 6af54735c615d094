"""What holds of every command that reads a journal: libraries say nothing of their own on standard error."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.audit.test_journals_of_before import restored
from tests.command import sekskant
from tests.journals import edited


@pytest.mark.parametrize("arguments", [("list",), ("export",), ("replay", "--all"), ("history", "bakken")])
def test_a_journal_that_cannot_be_read_on_is_said_in_words_alone(arguments: tuple[str, ...], tmp_path: Path) -> None:
    journal = restored("journal-1", tmp_path)
    with edited(journal) as connection:
        connection.execute("UPDATE entries SET year = 'x' WHERE number = 3")
    ran = sekskant("audit", *arguments, "--journal", str(journal))
    assert ran.code == 4
    assert ran.err == (
        f"{journal}, entry 3: damaged-entry: `year` is not a whole number\n"
        "  hint: `sekskant audit verify` says what is wrong\n"
    )

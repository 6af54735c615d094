"""Says that a journal which is written to lies where several machines can spoil it."""

from __future__ import annotations

from cli.common.console import say_of
from engine.journal.connection import Address
from engine.journal.network_drive import network_file_system
from engine.texts.catalogue import message


def warn_of_network_drive(address: str) -> None:
    """Say that a journal lies on a network drive, where it does.

    Raises:
        Rejected: it is no address of a journal.
    """
    journal = Address(address)
    kind = None if journal.path is None else network_file_system(journal.path)
    if kind is not None:
        words = message(
            "the journal lies on a network drive ({kind}): SQLite keeps the writers of one machine apart, and several "
            "can damage it or lose entries; use PostgreSQL, or a folder of the machine itself",
            kind=kind,
        )
        say_of(journal.shown_address, words)

"""Says that a journal which is written to lies where several machines can spoil it."""

from __future__ import annotations

from cli.common.console import say
from engine.explanation.words_and_numbers import Language, Wording
from engine.journal.connection import Address
from engine.journal.network_drive import network_file_system


def warn_of_network_drive(address: str, language: Language) -> None:
    """Say that a journal lies on a network drive, where it does.

    Raises:
        Rejected: it is no address of a journal.
    """
    journal = Address(address)
    kind = None if journal.path is None else network_file_system(journal.path)
    if kind is not None:
        words = (
            f"journalen ligger på et netværksdrev ({kind}): SQLite kan kun holde rede på skrivning fra én maskine ad "
            "gangen, og flere kan ødelægge den eller miste poster; brug PostgreSQL, eller en mappe på maskinen selv",
            f"the journal lies on a network drive ({kind}): SQLite keeps the writers of one machine apart, and several "
            "can damage it or lose entries; use PostgreSQL, or a folder of the machine itself",
        )
        say(f"{journal.shown_address}: {Wording(language).pick(*words)}")

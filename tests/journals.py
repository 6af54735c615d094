"""Journals for the tests: the cases of 2018, decided and recorded."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.assess.recording import DecisionRecording
from cli.common.beside import Beside
from engine.decisions.decide import Decider, decide_offer
from engine.decisions.evaluators import REFERENCE
from engine.decisions.trace import Trace
from engine.journal.journal import Journal
from engine.rulebooks.library import Library
from offers.records.offer import Offer
from offers.records.reader import read_offers
from tests.command import DATA

YEAR = 2018
NAMES = ("gnisten", "jonstrupvang", "roennegaard", "lyngdal-skaermede-enheder")


def deciders(engine: str | None = REFERENCE) -> list[Decider]:
    """Deciders for both rulebooks of 2018."""
    wide, narrow = Library().in_force(YEAR)
    superset = Decider(wide, engine=engine)
    return [superset, Decider(narrow, superset, engine)]


def offers(names: Sequence[str] = NAMES) -> list[Offer]:
    """Offers of 2018, with their documents as they were written."""
    vocabulary = Library().in_force(YEAR)[0].vocabulary
    read = read_offers([str(DATA / f"{name}.yaml") for name in names], vocabulary, keep_written=True)
    return [offer for offer in read if isinstance(offer, Offer)]


def traces_of(those: Sequence[Decider], offer: Offer) -> tuple[Trace, ...]:
    """The decisions on an offer."""
    decided = decide_offer(those, offer.subject(), offer.stated, YEAR)
    return tuple(trace for trace in decided if isinstance(trace, Trace))


def record(address: str, names: Sequence[str] = NAMES) -> None:
    """Decide offers of 2018 by both rulebooks and record the decisions, an entry for each."""
    found, those = deciders(), offers(names)
    decided = (traces_of(found, o) for o in those)
    with Journal(address, writes=True) as journal:
        beside = Beside(those, [d.program for d in found], YEAR)
        for offer in those:
            beside.meet(offer)
        list(DecisionRecording(journal, found, "auditor", beside).recorded(decided, []))


def copied(source: Path, target: Path) -> Path:
    """A copy of a journal that nobody has open."""
    for rest in target.parent.glob(f"{target.name}-*"):
        rest.unlink()
    shutil.copy(source, target)
    return target


def at_work_in_copy(made: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that was made in another, and the one in which the commands of a test run."""
    shutil.copytree(made, folder, dirs_exist_ok=True)
    monkeypatch.chdir(folder)
    return folder


@contextmanager
def edited(path: Path) -> Iterator[sqlite3.Connection]:
    """A journal's file opened behind its back."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()

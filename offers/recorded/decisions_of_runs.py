"""The entries of a journal, with the decisions of runs among them, which are found and addressed like any other."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from engine.diagnostics import Diagnostic, rejected
from engine.journal.entry import RUN, Entry, RowEntry
from engine.journal.journal import Filter, Journal
from engine.texts.catalogue import message
from offers.recorded.batch_entries import RowSelection, row_entries


def entries_with_rows(
    journal: Journal,
    selection: Filter,
    damaged: list[Diagnostic] | None = None,
    uncertain: list[Diagnostic] | None = None,
    *,
    brief: bool = False,
    latest: int | None = None,
) -> Iterator[Entry]:
    """The entries wanted, in order, the decisions of runs after the run that they belong to.

    `damaged` takes what is wrong with what is left out, `uncertain` what may be wanted (`Journal.selected`). Brief rows
    lack their long texts; `latest` takes only so many last ones.

    Raises:
        Rejected: an entry, or a file of a run, is damaged, and `damaged` is not given.
    """
    wanted = _in_order(journal, selection, damaged, uncertain, brief=brief)
    yield from wanted if latest is None else deque(wanted, maxlen=latest)


def _in_order(
    journal: Journal,
    selection: Filter,
    damaged: list[Diagnostic] | None,
    uncertain: list[Diagnostic] | None,
    *,
    brief: bool,
) -> Iterator[Entry]:
    version = f"@{selection.version}" if selection.version else ""
    rulebook = f"{selection.rulebook}{version}" if selection.rulebook else None
    rows = RowSelection(selection.offer, rulebook, selection.verdict, selection.outcomes)
    of_runs = selection._replace(kind=RUN, offer=None, rulebook=None, version=None, verdict=None, outcomes=None)
    # Of the whole journal only the runs are held.
    left_out = damaged if uncertain is None else uncertain  # whether it has anything that is wanted is not known
    runs = deque(journal.entries(of_runs, damaged=left_out) if selection.kind in (None, RUN) else ())
    for entry in journal.selected([selection], damaged, uncertain):
        while runs and runs[0].number < entry.number:
            yield from row_entries(journal, runs.popleft(), rows, damaged, brief=brief)
        yield entry
    for run in runs:
        yield from row_entries(journal, run, rows, damaged, brief=brief)


def row_entry(journal: Journal, run: Entry, address: str) -> RowEntry:
    """The decision of a run that `OFFER` or `OFFER@RULEBOOK` names.

    Raises:
        Rejected: there is none, or more than one; or it cannot be read.
    """
    decisions = [row for selection in selections(address) for row in _found(journal, run, selection)]
    place = journal.address.place
    if not decisions:
        words = message(
            "the batch in entry {number} has no decision on `{address}`", number=run.number, address=address
        )
        raise rejected(place, "unknown-entry", words)
    if len(decisions) > 1:
        names = ", ".join(f"`{one.identifier}`" for one in decisions)
        words = message(
            "there is more than one decision on `{offer}` in entry {number}",
            offer=decisions[0].offer,
            number=run.number,
        )
        raise rejected(place, "unknown-entry", words, names)
    return decisions[0]


def _found(journal: Journal, run: Entry, selection: RowSelection) -> Iterator[RowEntry]:
    return row_entries(journal, run, selection) if run.kind == RUN else iter(())


def selections(address: str) -> Iterator[RowSelection]:
    """What an address can mean: an id may hold an `@`, and a rulebook be named with its version."""
    yield RowSelection(address)
    parts = address.split("@")
    for at in range(1, len(parts)):
        yield RowSelection("@".join(parts[:at]), "@".join(parts[at:]))


def overridden(journal: Journal, of: int, override: Entry) -> Entry:
    """The decision that an override took the place of: entry `of`, or the row of it that the override is about.

    Raises:
        Rejected: it is not there, or cannot be read.
    """
    entry = journal.entry(of)
    if entry.kind != RUN:
        return entry
    rows = row_entries(journal, entry, RowSelection(override.offer, f"{override.rulebook}@{override.version}"))
    row = next(rows, None)
    if row is None:
        raise rejected(
            journal.address.place,
            "unknown-entry",
            message("entry {number} has no decision on `{offer}`", number=of, offer=override.offer),
        )
    return row

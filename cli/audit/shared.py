"""What the `audit` commands share: opening a journal, naming entries, forms of output."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from cli.audit.moment import Moment
from cli.common.console import Function
from cli.common.options import rulebook_option, year_option
from engine.diagnostics import Diagnostic, NotReplayable, Rejected, rejected

if TYPE_CHECKING:
    from engine.journal.entry import Entry
    from engine.journal.journal import Filter, Journal

VERDICTS = ("met", "not_met", "undetermined")


def filter_options(function: Function) -> Function:
    """The options that say which entries are wanted; `wanted` makes a filter of them."""
    options = [
        click.option("--offer", metavar="ID", help="Only this offer."),
        rulebook_option("Only this rulebook: ID or ID@VERSION."),
        click.option("--verdict", type=click.Choice(VERDICTS), help="Only this verdict."),
        year_option("Only this agreement year."),
        click.option(
            "--since", type=Moment(), help="Recorded on this day or time, or after it: 2026-05-01, 1.5.2026 08:30."
        ),
        click.option("--until", type=Moment(is_last=True), help="Recorded on this day or time, or before it (UTC)."),
        click.option("--run", metavar="RUN", help="Only what this run recorded."),
        click.option("--recorded-by", metavar="NAME", help="Only what this person recorded."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def wanted(options: dict[str, str | int | None]) -> Filter:
    """The filter that the options stand for."""
    from engine.journal.journal import Filter  # noqa: PLC0415 - help must not wait for a database

    rulebook, _, version = str(options.pop("rulebook") or "").partition("@")
    return Filter(rulebook=rulebook or None, version=version or None, **options)  # type: ignore[arg-type]


@contextmanager
def opened(address: str, *, writes: bool = False) -> Iterator[Journal]:
    """The journal, closed at the end.

    Raises:
        Rejected: it cannot be opened.
    """
    from engine.journal.journal import Journal  # noqa: PLC0415 - help must not wait for a database

    with Journal(address, writes=writes) as journal:
        yield journal


@contextmanager
def leaving_out() -> Iterator[list[Diagnostic]]:
    """Takes what is wrong with entries that are left out of what is shown.

    Raises:
        Rejected: there are some; all else has been shown.
    """
    damaged: list[Diagnostic] = []
    yield damaged
    if damaged:
        raise Rejected(damaged)


def recorded(journal: Journal, identifier: str) -> Entry:
    """The entry that an ID names: a number, or NUMBER/OFFER for a decision of a batch, with @RULEBOOK where several.

    Raises:
        Rejected: there is none, or more than one.
    """
    number, _, rest = identifier.partition("/")
    entry = journal.entry(entry_number(number))
    if not rest:
        return entry
    offer, decisions = _addressed(journal, entry, rest)
    place = journal.address.place
    if not decisions:
        raise rejected(place, "unknown-entry", f"the batch in entry {number} has no decision on `{rest}`")
    if len(decisions) > 1:
        names = ", ".join(f"`{number}/{offer}@{one.rulebook}`" for one in decisions)
        raise rejected(place, "unknown-entry", f"there is more than one decision on `{offer}` in entry {number}", names)
    return decisions[0]


def _addressed(journal: Journal, run: Entry, rest: str) -> tuple[str, list[Entry]]:
    """The offer that `OFFER` or `OFFER@RULEBOOK` names, and the decisions on it: an id may hold an `@`, too."""
    parts = rest.split("@")
    for count in range(len(parts), 0, -1):
        offer, rulebook = "@".join(parts[:count]), "@".join(parts[count:])
        if offer and (decisions := batch_decisions(journal, run, offer, rulebook or None)):
            return offer, decisions
    return rest, []


def batch_decisions(journal: Journal, run: Entry, offer: str | None, rulebook: str | None) -> list[Entry]:
    """The decisions of a batch on an offer, or on all.

    Raises:
        Rejected: they cannot be read, or a rulebook is not kept.
    """
    from engine.journal.entry import RUN  # noqa: PLC0415 - help must not wait for a database
    from offers.recorded.batch_entries import RowSelection, row_entries  # noqa: PLC0415

    if run.kind != RUN:
        return []
    try:
        return list(row_entries(journal, run, RowSelection(offer, rulebook)))
    except NotReplayable as error:
        hint = "`sekskant audit verify` says what is wrong"
        raise rejected(journal.address.place, "not-replayable", str(error), hint) from None


def entry_number(identifier: str) -> int:
    """The number of an entry, as it is written on the command line."""
    if not identifier.isdecimal() or len(identifier) > 18:
        raise click.UsageError(f"`{identifier}` is not the number of an entry; `sekskant audit list` shows them")
    return int(identifier)

"""What the `audit` commands share: opening a journal, naming entries, forms of output."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from cli.common.console import Function, load_library, present, stop
from cli.common.moment import Moment
from cli.common.option_values import RulebookName, Words
from cli.common.options import folders_of_runs, rulebook_option, year_option
from cli.common.spoken import in_spoken, spoken
from engine.diagnostics import Diagnostic, Rejected
from engine.texts.catalogue import message

if TYPE_CHECKING:
    from engine.journal.entry import Entry
    from engine.journal.journal import Filter, Journal
    from engine.rulebooks.rulebook import Outcome, Verdict


def filter_options(function: Function) -> Function:
    """The options that say which entries are wanted; `wanted` makes a filter of them."""
    options = [
        click.option("--offer", type=Words(), metavar="ID", help="Only this offer."),
        rulebook_option("Only this rulebook: ID or ID@VERSION.", type=RulebookName()),
        click.option(
            "--verdict",
            type=Words(),
            metavar="VERDICT",
            help="Only this verdict: met, not_met, undetermined, or the rulebook's word for it.",
        ),
        year_option("Only this agreement year."),
        click.option(
            "--since", type=Moment(), help="Recorded on this day or time, or after it: 2026-05-01, 1.5.2026 08:30."
        ),
        click.option("--until", type=Moment(is_last=True), help="Recorded on this day or time, or before it (UTC)."),
        click.option("--run", type=Words(), metavar="RUN", help="Only what this run recorded."),
        click.option("--recorded-by", type=Words(), metavar="NAME", help="Only what this person recorded."),
        click.option(
            "--decisions",
            is_flag=True,
            help="Each decision of runs, too; so it is where an offer, a rulebook or a verdict is asked for.",
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def wanted(journal: Journal, options: dict[str, str | int | None]) -> Filter:
    """The filter that the options stand for, verdicts and outcomes as the rulebooks of the journal call them.

    Raises:
        click.BadParameter: none of them is called so.
    """
    from engine.journal.journal import Filter  # noqa: PLC0415 - help must not wait for a database

    rulebook, _, version = str(options.pop("rulebook") or "").partition("@")
    written = options.pop("verdict")
    asked = {} if written is None else _asked(journal, str(written))
    return Filter(rulebook=rulebook or None, version=version or None, **asked, **options)  # type: ignore[arg-type]


def _asked(journal: Journal, written: str) -> dict[str, Any]:
    from cli.common.outcome_names import names_in  # noqa: PLC0415 - help must not wait for rulebooks

    names = names_in(outcomes_kept(journal).values())
    asked = names.meant(written)
    if asked is None:
        hint = names.hint(written, spoken())
        words = message("there is no verdict or outcome `{written}`", written=written)
        said = ", ".join(in_spoken(text) for text in (words, hint) if text)
        raise click.BadParameter(said, param_hint="'--verdict'")
    return asked._asdict()


def outcomes_kept(journal: Journal) -> dict[str, Mapping[Verdict, Outcome]]:
    """The outcomes of the rulebooks that a journal keeps, by the digest of each; and of those that are shipped."""
    from cli.common.outcome_names import outcomes_written  # noqa: PLC0415 - help must not wait for rulebooks
    from engine.journal.drafts import RULEBOOK  # noqa: PLC0415

    found = {rulebook.sha256: rulebook.outcomes for rulebook in load_library().rulebooks}
    others = ((digest, kept.text) for digest, kept in journal.texts() if kept.kind == RULEBOOK)
    return {**found, **{digest: outcomes_written(text) for digest, text in others if digest not in found}}


@contextmanager
def opened(address: str, *, writes: bool = False) -> Iterator[Journal]:
    """The journal, closed at the end; first it is said where its database is not made as those of journals.

    Raises:
        Rejected: it cannot be opened.
    """
    from engine.journal.journal import Journal  # noqa: PLC0415 - help must not wait for a database
    from engine.journal.schema import of_deviations  # noqa: PLC0415

    with Journal(address, writes=writes, runs=folders_of_runs()) as journal:
        altered = Rejected(of_deviations(journal.deviations, journal.address.place)) if journal.deviations else None
        if altered is not None:
            present(altered)
        yield journal
    if altered is not None:
        stop(altered.exit)


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


def entries_wanted(
    journal: Journal,
    options: dict[str, str | int | None],
    damaged: list[Diagnostic] | None = None,
    uncertain: list[Diagnostic] | None = None,
    *,
    brief: bool = False,
    latest: int | None = None,
) -> Iterator[Entry]:
    """The entries that the options ask for; decisions of runs among them where decisions are asked for.

    `damaged` takes what is wrong with what is left out; `uncertain`, if it is another list, which entries only may have
    been asked for, since they do not hold what their digests say.

    Raises:
        Rejected: something is damaged, and there is no list for it.
    """
    from offers.recorded.decisions_of_runs import entries_with_rows  # noqa: PLC0415 - help must not wait for it

    are_decisions_asked_for = options.pop("decisions")
    selection = wanted(journal, options)
    if are_decisions_asked_for or any((selection.offer, selection.rulebook, selection.verdict, selection.outcomes)):
        entries = entries_with_rows(journal, selection, damaged, uncertain, brief=brief, latest=latest)
    else:
        entries = _entries(journal, selection, damaged, uncertain, latest)
    return _sound(journal, entries, damaged)


def _entries(
    journal: Journal,
    selection: Filter,
    damaged: list[Diagnostic] | None,
    uncertain: list[Diagnostic] | None,
    latest: int | None,
) -> Iterator[Entry]:
    if not any(selection):
        return journal.entries(latest=latest, damaged=damaged)
    found = journal.selected([selection], damaged, uncertain)
    return found if latest is None else iter(deque(found, maxlen=latest))


def _sound(journal: Journal, entries: Iterable[Entry], damaged: list[Diagnostic] | None) -> Iterator[Entry]:
    """Those that hold what their digests say."""
    for entry in entries:
        try:
            journal.check_sound(entry)
        except Rejected as error:
            if damaged is None:
                raise
            damaged += error.diagnostics
        else:
            yield entry


def recorded(journal: Journal, identifier: str) -> Entry:
    """The entry that an ID names: a number, or NUMBER/OFFER for a decision of a run, with @RULEBOOK where several.

    Raises:
        Rejected: there is none, or more than one; or it cannot be read, or does not hold what its digest says.
    """
    entry = as_it_stands(journal, identifier)
    journal.check_sound(entry)
    return entry


def as_it_stands(journal: Journal, identifier: str) -> Entry:
    """The same, whether or not the entry holds what its digest says.

    Raises:
        Rejected: there is none, or more than one; or it cannot be read.
    """
    number, slash, address = identifier.partition("/")
    entry = journal.entry(entry_number(number if address or not slash else identifier))
    if not address:
        return entry
    from offers.recorded.decisions_of_runs import row_entry  # noqa: PLC0415

    return row_entry(journal, entry, address)


def entry_number(identifier: str) -> int:
    """The number of an entry, as it is written on the command line."""
    if not identifier.isdecimal() or len(identifier) > 18:
        raise click.UsageError(
            in_spoken(
                message(
                    "`{written}` is not the number of an entry; `sekskant audit list` shows them",
                    written=identifier,
                )
            )
        )
    return int(identifier)

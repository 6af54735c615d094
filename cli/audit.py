"""`sekskant audit`: read, verify and replay what a journal records."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from cli.console import Exit, Function, language_option, say_rejected, stop
from cli.journal_options import journal_option
from engine.diagnostics import Rejected

if TYPE_CHECKING:
    from engine.journal import Journal
    from engine.wording import Language

VERDICTS = ("met", "not_met", "undetermined")


def format_option(*forms: str) -> Callable[[Function], Function]:
    """The option `--format` with these forms, the first by default."""
    return click.option(
        "--format", "form", type=click.Choice(forms), default=forms[0], show_default=True, help="How to print."
    )


@click.group()
def audit() -> None:
    """Read, verify and replay a journal of decisions."""


@contextmanager
def opened(address: str, *, writes: bool = False) -> Iterator[Journal]:
    """The journal; what is wrong with it, or with what is asked of it, ends the command."""
    from engine.journal import Journal  # noqa: PLC0415 - help must not wait for a database

    try:
        with Journal(address, writes=writes) as journal:
            yield journal
    except Rejected as error:
        say_rejected(error)
        sys.exit(int(Exit.REJECTED))


@audit.command("list")
@click.option("--offer", metavar="ID", help="Only this offer.")
@click.option("--rulebook", metavar="ID", help="Only this rulebook: ID or ID@VERSION.")
@click.option("--verdict", type=click.Choice(VERDICTS), help="Only this verdict.")
@click.option("--since", metavar="TIME", help="Recorded at or after this day or time (ISO 8601, UTC).")
@click.option("--until", metavar="TIME", help="Recorded on or before this day or time.")
@click.option("--run", metavar="RUN", help="Only what this run recorded.")
@click.option("--recorded-by", metavar="NAME", help="Only what this person recorded.")
@click.option("--latest", type=click.IntRange(1), metavar="N", help="Only the last N entries.")
@format_option("table", "json", "csv")
@journal_option
@language_option
def list_entries(journal: str, form: str, lang: Language, **options: str | int | None) -> None:
    """List entries: what was decided on what, when and by whom."""
    from cli.audit_text import LISTS  # noqa: PLC0415 - only what is used is loaded
    from engine.journal import Filter  # noqa: PLC0415

    latest = options.pop("latest")
    rulebook, _, version = str(options.pop("rulebook") or "").partition("@")
    wanted = Filter(rulebook=rulebook or None, version=version or None, **options)  # type: ignore[arg-type]
    with opened(journal) as source:
        for text in LISTS[form](source.entries(wanted, brief=True, latest=latest), lang):  # type: ignore[arg-type]
            sys.stdout.write(text)


@audit.command()
@click.argument("identifier", metavar="ID")
@format_option("tree", "json")
@journal_option
@language_option
def show(identifier: str, form: str, journal: str, lang: Language) -> None:
    """Show a recorded decision: its whole trace as a tree.

    ID is an entry's number. The decision is made again from what is recorded, and must come out as it is recorded;
    where it does not, or cannot be made again, the record is shown as it is, and that is said.
    """
    from cli.audit_show import entry_json, entry_text  # noqa: PLC0415 - only what is used is loaded

    with opened(journal) as source:
        entry = source.entry(entry_number(identifier))
        click.echo(entry_json(entry) if form == "json" else entry_text(source, entry, lang), nl=form == "json")


@audit.command(short_help="Verify entries, chain, rulebooks and batch files.")
@click.option("--head", "digest", metavar="DIGEST", help="The head digest from the minutes.")
@click.option("--count", type=click.IntRange(0), help="How many entries the journal had then.")
@format_option("text", "json")
@journal_option
@language_option
def verify(digest: str | None, count: int | None, form: str, journal: str, lang: Language) -> None:
    """Verify every entry, the chain, and the rulebooks and batch files that entries name.

    Says what is wrong: which entry was altered in which field, removed, inserted or moved. That the last entries were
    cut off shows only against the head and count that `sekskant audit head` printed before: give them as --head and
    --count.

    Exit code: 0 the journal holds; 4 it does not.
    """
    from cli.audit_text import report_record, report_text  # noqa: PLC0415 - only what is used is loaded
    from engine.journal_verify import verify as verified  # noqa: PLC0415
    from offers.replay import altered_parts, describing  # noqa: PLC0415

    with opened(journal) as source:
        replayer = describing(source.text)
        report = verified(source, count=count, digest=digest, where=lambda entry: altered_parts(replayer, entry))
    if form == "json":
        print_json(report_record(report))
    else:
        click.echo(report_text(report, lang, was_compared=digest is not None), nl=False)
    stop(Exit.INTEGRITY if report.faults else Exit.DONE)


@audit.command(short_help="Print the count and head digest, for the minutes.")
@format_option("text", "json")
@journal_option
@language_option
def head(form: str, journal: str, lang: Language) -> None:
    """Print how many entries there are and the digest of the last: to be put in the minutes."""
    from engine.wording import Wording  # noqa: PLC0415 - only what is used is loaded

    with opened(journal) as source:
        found = source.head()
    if form == "json":
        print_json({"count": found.entries, "head": found.digest})
        return
    pick = Wording(lang).pick
    click.echo(f"{pick('Antal', 'Count')}: {found.entries}\n{pick('Hoved', 'Head')}: {found.digest}")


def entry_number(identifier: str) -> int:
    """The number of an entry, as it is written on the command line."""
    if not identifier.isdecimal() or len(identifier) > 18:
        raise click.UsageError(f"`{identifier}` is not the number of an entry; `sekskant audit list` shows them")
    return int(identifier)


def print_json(record: object) -> None:
    """A record for machines."""
    click.echo(json.dumps(record, ensure_ascii=False, indent=2))
